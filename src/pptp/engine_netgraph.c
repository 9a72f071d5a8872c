/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The course of window and time-out that FreeBSD's netgraph node for PPTP
 * takes, the one living reading of §4.4 beside ours, so that the two can be
 * compared on the same acknowledgments.  Written from its published constants
 * and documented behaviour:
 *
 *  - the window starts at half the peer's, at least 2, and grows to 16,
 *    whatever the peer offered;
 *  - the first growth takes one packet more than a window;
 *  - a frame that finds the window closed is dropped, not held (§4.2.4 wants
 *    it held);
 *  - 12 ms ≤ ATO ≤ 10 s, but RTT itself has no bound: it doubles with every
 *    time-out until 31 bits of 1/1024 s run over, and then is negative.
 */
#include "config.h"

#include "pptp/window.h"

#define WINDOW_MAX 16u
#define WINDOW_FIRST 2u
#define MIN_NS (12 * (int64_t)PPTP_MS)
#define MAX_NS (10 * (int64_t)PPTP_S)
#define TICK_NS ((int64_t)PPTP_S / 1024)
#define TICKS_2_32 (INT64_C(1) << 32)

static int64_t in_31_bits(int64_t ns)
{
    int64_t ticks = ns / TICK_NS;

    if (ticks >= INT32_MIN && ticks <= INT32_MAX)
        return ns;
    ticks &= TICKS_2_32 - 1;
    return (ticks > INT32_MAX ? ticks - TICKS_2_32 : ticks) * TICK_NS;
}

static void recompute(struct pptp_win *w)
{
    int64_t t = w->ato.rtt_ns + 4 * w->ato.dev_ns;

    t = t < MIN_NS ? MIN_NS : t;
    w->ato.ato_ns = (pptp_ns)(t > MAX_NS ? MAX_NS : t);
}

static void start(struct pptp_win *w, const struct pptp_win_config *c,
                  uint16_t peer_ppd_ds)
{
    uint32_t half = (w->tx_max + 1u) / 2, ring = w->ring_mask + 1u;

    (void)c;
    w->tx_max = (uint16_t)(ring < WINDOW_MAX ? ring : WINDOW_MAX);
    w->cwnd = (uint16_t)(half < WINDOW_FIRST ? WINDOW_FIRST : half);
    if (w->cwnd > w->tx_max)
        w->cwnd = w->tx_max;
    w->grown = (uint16_t)(w->cwnd + 1u); /* packets still to come */
    w->ato.rtt_ns = (int64_t)((peer_ppd_ds ? peer_ppd_ds : 1u) *
                              (100 * PPTP_MS));
    w->ato.dev_ns = 0;
    recompute(w);
}

static void acked(struct pptp_win *w, const struct pptp_win_config *c,
                  uint32_t n, pptp_ns sample_ns)
{
    int64_t diff = (int64_t)sample_ns - w->ato.rtt_ns;
    int64_t size = diff < 0 ? -diff : diff;

    (void)c;
    if (sample_ns != PPTP_NEVER) {
        w->ato.dev_ns += (size - w->ato.dev_ns) / 4;
        w->ato.rtt_ns += diff / 8;
        recompute(w);
    }
    if (n < w->grown) {
        w->grown = (uint16_t)(w->grown - n);
        return;
    }
    if (w->cwnd < w->tx_max)
        w->cwnd++;
    w->grown = w->cwnd;
}

static void timed_out(struct pptp_win *w, const struct pptp_win_config *c)
{
    (void)c;
    w->cwnd = (uint16_t)((w->cwnd + 1u) / 2);
    w->grown = w->cwnd;
    w->ato.rtt_ns = in_31_bits(2 * w->ato.rtt_ns + TICK_NS);
    recompute(w);
}

static bool may_send(const struct pptp_win *w, uint32_t out)
{
    return out < w->cwnd;
}

const struct pptp_engine pptp_engine_netgraph = {
    .name = "netgraph",
    .start = start,
    .acked = acked,
    .timed_out = timed_out,
    .may_send = may_send,
    .times_out = true,
    .drops = true,
};
