/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The window the peer offered and a constant time-out: flow control without
 * congestion control, the baseline that §4.4 has to beat.
 */
#include "config.h"

#include "pptp/window.h"

static void start(struct pptp_win *w, const struct pptp_win_config *c,
                  uint16_t peer_ppd_ds)
{
    w->cwnd = w->tx_max;
    pptp_ato_start(&w->ato, &c->ato, peer_ppd_ds);
    w->ato.ato_ns = c->fixed_timeout_ns;
}

static void acked(struct pptp_win *w, const struct pptp_win_config *c,
                  uint32_t n, pptp_ns sample_ns)
{
    (void)n;
    /* RTT is estimated for the record; the time-out stays */
    pptp_ato_sample(&w->ato, &c->ato, sample_ns);
    w->ato.ato_ns = c->fixed_timeout_ns;
}

static void timed_out(struct pptp_win *w, const struct pptp_win_config *c)
{
    (void)w;
    (void)c;
}

static bool may_send(const struct pptp_win *w, uint32_t out)
{
    return out < w->cwnd;
}

const struct pptp_engine pptp_engine_fixed = {
    .name = "fixed",
    .start = start,
    .acked = acked,
    .timed_out = timed_out,
    .may_send = may_send,
    .times_out = true,
};
