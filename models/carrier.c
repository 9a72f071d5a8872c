/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One direction of a call between modems; carrier.h. */
#include "config.h"

#include "models/carrier.h"

#include "base/rng.h"

enum {
    N401 = 128,           /* V.42 9.2.3 */
    WINDOW = 15,          /* V.42 9.2.4: k */
    FLAG_BITS = 8,        /* one between two frames */
    I_FRAME_OCTETS = 5,   /* address, two of control, two of FCS */
    S_FRAME_BITS = 48,    /* the same and a flag */
    ASYNC_BITS = 10,      /* start, eight, stop */
    SYNC_FRAMING = 3,     /* FCS and a flag */
    ESCAPES_256 = 2,      /* flag and escape, of 256 values */
    FRAMING_PERCENT = 10, /* of hit synchronous frames: a flag or abort … */
    ALIGN_PERCENT = 5     /* … or the count of bits; assumed */
};

static void plan(struct carrier *c, pptp_ns start);
static void join(struct carrier *c);

/* A zero is put in after five ones: one in 62 bits of random contents. */
static uint64_t stuffed_bits(uint64_t octets)
{
    return (octets * 8 * 63 + 31) / 62;
}

static uint64_t i_frame_bits(uint32_t octets)
{
    return FLAG_BITS + stuffed_bits(I_FRAME_OCTETS + octets);
}

static pptp_ns bits_ns(const struct carrier *c, uint64_t bits)
{
    return bits * PPTP_S / c->errors.rate_bps;
}

static struct carrier_slot *slot(const struct carrier *c, uint32_t i)
{
    uint64_t at = (uint64_t)c->head + i;

    if (at >= c->config->buffer_frames)
        at -= c->config->buffer_frames;
    return &c->ring[at];
}

void carrier_init(struct carrier *c, const struct carrier_config *config,
                  pptp_ns now, uint32_t rate_bps, double ratio, uint64_t seed)
{
    *c = (struct carrier){ .config = config, .end_ns = now };
    bit_errors_init(&c->errors, config->noise, rate_bps, ratio, seed);
    carrier_accm(c, UINT32_MAX);
}

void carrier_lend(struct carrier *c, struct carrier_slot *ring)
{
    PPTP_ASSERT(c->ring == NULL);
    c->ring = ring;
    c->head = 0;
}

struct carrier_slot *carrier_take_back(struct carrier *c)
{
    struct carrier_slot *ring = c->count == 0 ? c->ring : NULL;

    if (ring != NULL)
        c->ring = NULL;
    return ring;
}

void carrier_accm(struct carrier *c, uint32_t accm)
{
    for (c->escaped = 0; accm != 0; accm &= accm - 1)
        c->escaped++;
}

/* What a frame takes before I-frames or bits: escapes are those of random
 * contents, to the 256th of an octet, and frames that follow one another
 * share a flag. */
static uint32_t framed(struct carrier *c, uint32_t len_octets)
{
    uint64_t parts;

    if (c->config->mode == CARRIER_SYNC)
        return len_octets + SYNC_FRAMING;
    parts = ((uint64_t)len_octets + 2) * (256 + ESCAPES_256 + c->escaped) +
            c->carry;
    c->carry = (uint8_t)(parts % 256);
    return (uint32_t)(parts / 256) + (c->count > 0 ? 1 : 2);
}

int carrier_put(struct carrier *c, pptp_ns now, uint32_t len_octets,
                uint32_t cookie)
{
    struct carrier_slot *s;

    if (len_octets == 0 || len_octets > CARRIER_FRAME_MAX_OCTETS)
        return PPTP_ERR_ARGUMENT;
    if (c->failed || c->ring == NULL)
        return PPTP_ERR_STATE;
    if (c->count == c->config->buffer_frames)
        return PPTP_ERR_RESOURCE;
    s = slot(c, c->count);
    *s = (struct carrier_slot){ now, cookie, len_octets,
                                framed(c, len_octets) };
    c->backlog += s->line_octets;
    c->count++;
    if (c->count == 1 && !c->paused)
        plan(c, now);
    else if (c->planned && now <= c->tail_ns)
        join(c);
    return PPTP_OK;
}

pptp_ns carrier_deadline(const struct carrier *c)
{
    return c->planned ? c->end_ns : PPTP_NEVER;
}

/* Takes the first off the ring. */
static void leave(struct carrier *c, struct carrier_frame *out)
{
    const struct carrier_slot *s = slot(c, 0);

    *out = (struct carrier_frame){ .depart_ns = c->end_ns,
                                   .arrive_ns = c->end_ns +
                                                c->config->latency_ns,
                                   .cookie = s->cookie,
                                   .len_octets = s->len_octets,
                                   .fate = c->fate };
    c->head = slot(c, 1) == c->ring ? 0 : c->head + 1;
    c->count--;
    c->planned = false;
    c->fate = CARRIER_OK;
}

bool carrier_done(struct carrier *c, pptp_ns now, struct carrier_frame *out)
{
    if (!c->planned || c->end_ns > now)
        return false;
    leave(c, out);
    c->failed = out->fate == CARRIER_LINK_LOST;
    if (c->count > 0 && !c->failed && !c->paused)
        plan(c,
             slot(c, 0)->put_ns > c->end_ns ? slot(c, 0)->put_ns : c->end_ns);
    return true;
}

bool carrier_flush(struct carrier *c, struct carrier_frame *out)
{
    c->backlog = c->ahead = c->room = 0;
    if (c->count == 0)
        return false;
    leave(c, out);
    return true;
}

void carrier_set_rate(struct carrier *c, pptp_ns now, uint32_t rate_bps,
                      double ratio)
{
    uint32_t old = c->errors.rate_bps;

    if (!c->paused) {
        c->left_ns = c->planned && c->end_ns > now ? c->end_ns - now : 0;
        /* V.14 has no way to say a frame again */
        if (c->left_ns > 0 && rate_bps == 0 &&
            c->config->mode != CARRIER_LAPM) {
            c->left_ns = 0;
            c->fate = CARRIER_TIME_OUT;
            c->end_ns = now;
        }
        c->room = 0; /* its last I-frame stays as it is */
        c->tail_ns = 0;
    }
    c->paused = rate_bps == 0;
    if (c->paused) {
        if (c->left_ns > 0)
            c->end_ns = PPTP_NEVER;
        return;
    }
    bit_errors_set(&c->errors, rate_bps, ratio);
    if (c->left_ns > 0)
        c->end_ns = now + (pptp_ns)((double)c->left_ns * old / rate_bps);
    else if (c->count > 0 && !c->planned)
        plan(c, now);
}

/* --- errors that are lost frames ------------------------------------------ */

static enum carrier_fate fate_of(struct carrier *c, uint64_t bit)
{
    uint64_t in = bit % ASYNC_BITS, percent;

    if (c->config->mode == CARRIER_ASYNC)
        return in == 0 || in == ASYNC_BITS - 1 ? CARRIER_FRAMING : CARRIER_CRC;
    percent = (rng_split(&c->errors.rng) >> 32) * 100 >> 32;
    if (percent < ALIGN_PERCENT)
        return CARRIER_ALIGNMENT;
    return percent < ALIGN_PERCENT + FRAMING_PERCENT ? CARRIER_FRAMING
                                                     : CARRIER_CRC;
}

static pptp_ns uncorrected_ns(struct carrier *c, uint32_t octets)
{
    uint64_t bits = c->config->mode == CARRIER_ASYNC ? octets * ASYNC_BITS
                                                     : stuffed_bits(octets);
    uint64_t clean = bit_errors_pass(&c->errors, bits);

    if (clean < bits) {
        c->fate = fate_of(c, clean);
        bit_errors_skip(&c->errors, bits - clean - 1);
    }
    return bits_ns(c, bits);
}

/* --- errors that are time ------------------------------------------------- */

/* Whether so many bits pass without a wrong one. */
static bool passes(struct carrier *c, uint64_t bits)
{
    uint64_t clean = bit_errors_pass(&c->errors, bits);

    if (clean < bits)
        bit_errors_skip(&c->errors, bits - clean - 1);
    return clean == bits;
}

/* There and back. */
static pptp_ns round_ns(const struct carrier *c, uint64_t bits)
{
    return 2 * c->config->latency_ns + bits_ns(c, bits);
}

/* From the first bit of an I-frame that was hit until it begins again, when
 * T401 has to say so: questions and answers may be hit, too. */
static pptp_ns asked_ns(struct carrier *c)
{
    pptp_ns t = c->config->t401_ns;

    for (uint32_t n = 1; !passes(c, 2 * S_FRAME_BITS); n++) {
        if (n >= c->config->n400) {
            c->fate = CARRIER_LINK_LOST;
            break;
        }
        t += c->config->t401_ns;
    }
    return t + round_ns(c, 2 * S_FRAME_BITS);
}

/* The same when others follow: the first of these that is through is answered
 * with a REJ, and the sender ends the one it is at. */
static pptp_ns rejected_ns(struct carrier *c, uint64_t bits)
{
    uint64_t each = i_frame_bits(N401), sent = 2;
    pptp_ns heard;

    while (!passes(c, each))
        if (sent++ == WINDOW)
            return asked_ns(c);
    heard = bits_ns(c, bits + (sent - 1) * each) + round_ns(c, S_FRAME_BITS);
    while (sent < WINDOW && bits_ns(c, bits + (sent - 1) * each) < heard) {
        bit_errors_skip(&c->errors, each);
        sent++;
    }
    return sent < WINDOW ? bits_ns(c, bits + (sent - 1) * each) : heard;
}

/* An I-frame of so many bits was hit: until its last bit is through. */
static pptp_ns again_ns(struct carrier *c, uint64_t bits, bool followed)
{
    pptp_ns t = followed ? rejected_ns(c, bits) : asked_ns(c);

    c->resent++;
    for (uint32_t n = 1; c->fate == CARRIER_OK && !passes(c, bits); n++) {
        /* one REJ is all there is until the frame has come */
        t += asked_ns(c);
        c->resent++;
        if (n >= c->config->n400)
            c->fate = CARRIER_LINK_LOST;
    }
    return t + bits_ns(c, bits);
}

/* I-frames of the first frame but the last, which begins at *at. */
static void full_ones(struct carrier *c, uint32_t n, pptp_ns *at)
{
    uint64_t each = i_frame_bits(N401);

    while (n > 0 && c->fate == CARRIER_OK) {
        uint64_t clean = bit_errors_pass(&c->errors, n * each);
        uint32_t whole = (uint32_t)(clean / each);

        *at += bits_ns(c, whole * each);
        n -= whole;
        if (n == 0)
            return;
        bit_errors_skip(&c->errors, (whole + 1) * each - clean - 1);
        *at += again_ns(c, each, true);
        n--;
    }
}

/* What waits travels with the first, as far as its last I-frame has room. */
static void join(struct carrier *c)
{
    uint32_t more = c->backlog < c->room ? c->backlog : c->room;
    uint64_t bits = stuffed_bits(more);

    if (more == 0)
        return;
    c->room = (uint8_t)(c->room - more);
    c->ahead = (uint8_t)(c->ahead + more);
    c->backlog -= more;
    if (passes(c, bits))
        c->end_ns += bits_ns(c, bits);
    else
        c->end_ns += again_ns(c, i_frame_bits(N401 - c->room), c->backlog > 0);
}

static void plan_lapm(struct carrier *c, uint32_t octets, pptp_ns at)
{
    uint32_t full = (octets - 1) / N401, last = octets - full * N401;
    uint64_t bits = i_frame_bits(last);

    full_ones(c, full, &at);
    c->tail_ns = at;
    c->room = (uint8_t)(N401 - last);
    if (c->fate == CARRIER_OK && !passes(c, bits)) {
        at += again_ns(c, bits, c->backlog > 0);
        c->room = 0; /* it is sent again as it was */
    } else {
        at += bits_ns(c, bits);
    }
    c->end_ns = at;
    join(c);
}

/* The first of the ring is sent from `start` on. */
static void plan(struct carrier *c, pptp_ns start)
{
    uint32_t octets = slot(c, 0)->line_octets;
    uint32_t gone = c->ahead < octets ? c->ahead : octets;

    if (start > c->end_ns) /* flags, or nothing, since */
        bit_errors_skip(&c->errors, (uint64_t)((double)(start - c->end_ns) *
                                               1e-9 * c->errors.rate_bps));
    c->planned = true;
    c->end_ns = start;
    c->tail_ns = start;
    c->ahead = (uint8_t)(c->ahead - gone);
    octets -= gone;
    c->backlog -= c->backlog < octets ? c->backlog : octets;
    c->room = 0;
    if (c->config->mode != CARRIER_LAPM)
        c->end_ns += uncorrected_ns(c, octets);
    else if (octets > 0)
        plan_lapm(c, octets, start);
}
