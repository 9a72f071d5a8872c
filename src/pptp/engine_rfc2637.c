/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* The RFC's own engine: window §4.2.1–4.2.3, time-out §4.4 (ato.c). */
#include "config.h"

#include "pptp/window.h"

static void start(struct pptp_win *w, const struct pptp_win_config *c,
                  uint16_t peer_ppd_ds)
{
    /* 4.2.1: half the peer's window, odd ones rounded up */
    w->cwnd = (uint16_t)((w->tx_max + 1u) / 2);
    pptp_ato_start(&w->ato, &c->ato, peer_ppd_ds);
}

static void acked(struct pptp_win *w, const struct pptp_win_config *c,
                  uint32_t n, pptp_ns sample_ns)
{
    uint32_t grown;

    pptp_ato_sample(&w->ato, &c->ato, sample_ns);
    if (w->cwnd >= w->tx_max)
        return;
    /* after AUTO resumes one ack may free more than a window: it still
     * opens the window by one */
    grown = w->grown + (n < w->cwnd ? n : w->cwnd);
    if (grown >= w->cwnd) {
        /* 4.2.3: grow only to the peer's window */
        grown -= w->cwnd;
        w->cwnd++;
    }
    w->grown = (uint16_t)grown;
}

static void timed_out(struct pptp_win *w, const struct pptp_win_config *c)
{
    /* 4.2.2: half, rounded up, at least one */
    w->cwnd = (uint16_t)((w->cwnd + 1u) / 2);
    w->grown = 0;
    pptp_ato_backoff(&w->ato, &c->ato);
}

static bool may_send(const struct pptp_win *w, uint32_t out)
{
    return out < w->cwnd;
}

const struct pptp_engine pptp_engine_rfc2637 = {
    .name = "rfc2637",
    .start = start,
    .acked = acked,
    .timed_out = timed_out,
    .may_send = may_send,
    .times_out = true,
};
