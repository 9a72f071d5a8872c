/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * No window, as the Linux kernel, pptpd and most other peers do it: packets
 * leave as they come.  RTT is still measured from what is acknowledged.
 */
#include "config.h"

#include "pptp/window.h"

static void start(struct pptp_win *w, const struct pptp_win_config *c,
                  uint16_t peer_ppd_ds)
{
    w->cwnd = w->tx_max;
    pptp_ato_start(&w->ato, &c->ato, peer_ppd_ds);
}

static void acked(struct pptp_win *w, const struct pptp_win_config *c,
                  uint32_t n, pptp_ns sample_ns)
{
    (void)n;
    pptp_ato_sample(&w->ato, &c->ato, sample_ns);
}

static void timed_out(struct pptp_win *w, const struct pptp_win_config *c)
{
    (void)w;
    (void)c;
}

static bool may_send(const struct pptp_win *w, uint32_t out)
{
    (void)w;
    (void)out;
    return true;
}

const struct pptp_engine pptp_engine_off = {
    .name = "off",
    .start = start,
    .acked = acked,
    .timed_out = timed_out,
    .may_send = may_send,
    .times_out = false,
};
