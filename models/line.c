/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Constant-rate line: the ring of frames, their times, and the PPD formula.
 */
#include "config.h"

#include "models/line.h"

#include <stdlib.h>

#define RATE_MAX_BPS UINT64_C(1000000000000000)
#define DELAY_MAX_NS ((pptp_ns)1 << 62)
#define PPD_OVERHEAD_OCTETS 36u /* 4.4: IP 20 and enhanced GRE 16 */
#define DS_NS (PPTP_S / 10)

static bool config_ok(const struct line_config *c);
static void forget_departed(struct line *l, pptp_ns now);
static void serve(struct line *l, pptp_ns now, uint32_t len_octets);

static uint64_t frame_bit_ns(uint32_t len_octets)
{
    return ((uint64_t)len_octets + LINE_FRAMING_OCTETS) * 8 * PPTP_S;
}

/* Where the i-th oldest frame stands, or would: i <= count. */
static uint32_t slot(const struct line *l, uint32_t i)
{
    uint64_t at = (uint64_t)l->head + i; /* a division costs a frame more */

    if (at >= l->config.buffer_packets)
        at -= l->config.buffer_packets;
    return (uint32_t)at;
}

static const struct line_frame *frame_at(const struct line *l, uint32_t i)
{
    return &l->ring[slot(l, i)];
}

size_t line_mem_octets(const struct line_config *config)
{
    size_t limit = SIZE_MAX - sizeof(struct line);

    if (!config_ok(config) ||
        config->buffer_packets > limit / sizeof(struct line_frame))
        return 0;
    return sizeof(struct line) +
           config->buffer_packets * sizeof(struct line_frame);
}

struct line *line_init(void *mem, const struct line_config *config)
{
    struct line *l = mem;

    if (mem == NULL || line_mem_octets(config) == 0)
        return NULL;
    *l = (struct line){ .config = *config };
    for (uint32_t i = 0; i < config->buffer_packets; i++)
        l->ring[i] = (struct line_frame){ 0 };
    return l;
}

struct line *line_new(const struct line_config *config)
{
    size_t octets = line_mem_octets(config);

    return octets > 0 ? line_init(malloc(octets), config) : NULL;
}

void line_free(struct line *l)
{
    free(l);
}

int line_put(struct line *l, pptp_ns now, uint32_t len_octets, uint32_t cookie,
             struct line_frame *out)
{
    struct line_frame *f;

    PPTP_ASSERT(now >= l->now_ns);
    PPTP_ASSERT(l->count <= l->config.buffer_packets);
    if (len_octets == 0 || len_octets > LINE_FRAME_MAX_OCTETS)
        return PPTP_ERR_ARGUMENT;
    l->now_ns = now;
    forget_departed(l, now);
    if (l->count == l->config.buffer_packets) {
        l->full++;
        return PPTP_ERR_RESOURCE;
    }
    serve(l, now, len_octets);
    f = &l->ring[slot(l, l->count)];
    *f = (struct line_frame){
        .depart_ns = l->free_ns,
        .arrive_ns = l->free_ns + l->config.delay_ns,
        .len_octets = len_octets,
        .cookie = cookie,
    };
    l->count++;
    l->frames++;
    l->octets += len_octets;
    if (out != NULL)
        *out = *f;
    return PPTP_OK;
}

bool line_done(struct line *l, pptp_ns now, struct line_frame *out)
{
    if (l->count == 0 || frame_at(l, 0)->depart_ns > now)
        return false;
    *out = *frame_at(l, 0);
    /* an empty ring begins anew, so that few cache lines stay in use */
    l->head = l->count > 1 ? slot(l, 1) : 0;
    l->count--;
    return true;
}

bool line_flush(struct line *l, struct line_frame *out)
{
    l->free_ns = l->now_ns;
    l->carry = 0;
    return line_done(l, PPTP_NEVER, out);
}

pptp_ns line_deadline(const struct line *l)
{
    return l->count > 0 ? frame_at(l, 0)->depart_ns : PPTP_NEVER;
}

uint32_t line_occupancy(const struct line *l, pptp_ns now)
{
    uint32_t lo = 0;
    uint32_t hi = l->count;

    while (lo < hi) { /* departures ascend: the first one beyond now */
        uint32_t mid = lo + (hi - lo) / 2;

        if (frame_at(l, mid)->depart_ns > now)
            hi = mid;
        else
            lo = mid + 1;
    }
    return l->count - lo;
}

pptp_ns line_frame_ns(const struct line *l, uint32_t len_octets)
{
    PPTP_ASSERT(len_octets <= LINE_FRAME_MAX_OCTETS);
    return frame_bit_ns(len_octets) / l->config.rate_bps;
}

uint16_t line_ppd_ds(uint32_t mtu_octets, uint32_t window_packets,
                     uint64_t rate_bps, pptp_ns fudge_ns)
{
    uint64_t mtu = mtu_octets < UINT16_MAX ? mtu_octets : UINT16_MAX;
    uint64_t window = window_packets < UINT16_MAX ? window_packets
                                                  : UINT16_MAX;
    uint64_t bits_ds; /* bits, times ten: tenths when divided by the rate */
    uint64_t frac_ns; /* what whole tenths leave over, in ns, rounded up */
    uint64_t rest;
    uint64_t ds;

    if (rate_bps == 0)
        return 0;
    rate_bps = rate_bps < RATE_MAX_BPS ? rate_bps : RATE_MAX_BPS;
    mtu = mtu > PPD_OVERHEAD_OCTETS ? mtu - PPD_OVERHEAD_OCTETS : 0;
    bits_ds = mtu * window * 8 * 10;
    rest = bits_ds % rate_bps;
    /*
     * Whole nanoseconds of the rest, rounded up: the fudge has no smaller
     * part, so the sum crosses a tenth just when the exact one does.  In two
     * steps of 10^4, which keep below 2^64.
     */
    frac_ns = rest * 10000 / rate_bps * 10000;
    rest = rest * 10000 % rate_bps;
    frac_ns += (rest * 10000 + rate_bps - 1) / rate_bps;
    frac_ns += fudge_ns % DS_NS;
    ds = bits_ds / rate_bps + (frac_ns + DS_NS - 1) / DS_NS;
    if (ds > UINT16_MAX || fudge_ns / DS_NS > UINT16_MAX - ds)
        return UINT16_MAX;
    return (uint16_t)(ds + fudge_ns / DS_NS);
}

static bool config_ok(const struct line_config *c)
{
    return c->rate_bps > 0 && c->rate_bps <= RATE_MAX_BPS &&
           c->delay_ns <= DELAY_MAX_NS && c->buffer_packets > 0;
}

static void forget_departed(struct line *l, pptp_ns now)
{
    struct line_frame gone;

    while (line_done(l, now, &gone)) {
        /* its slot is free: that is all */
    }
}

/* Moves the server's time on by one frame, exact within a busy period. */
static void serve(struct line *l, pptp_ns now, uint32_t len_octets)
{
    uint64_t bit_ns = frame_bit_ns(len_octets);

    if (now > l->free_ns) { /* idle since */
        l->free_ns = now;
        l->carry = 0;
    }
    l->free_ns += bit_ns / l->config.rate_bps;
    l->busy_ns += bit_ns / l->config.rate_bps;
    l->carry += bit_ns % l->config.rate_bps;
    if (l->carry >= l->config.rate_bps) {
        l->carry -= l->config.rate_bps;
        l->free_ns++;
        l->busy_ns++;
    }
}
