/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NewReno's window (RFC 5681); tcp_cc.h. */
#include "config.h"

#include "models/tcp_cc.h"
#include "models/tcp_grow.h"

static void init(struct tcp_cong *c)
{
    c->counted = 0;
}

static void on_ack(struct tcp_cong *c, const struct tcp_acked *a)
{
    uint32_t left = a->octets;

    if (c->cwnd < c->ssthresh)
        left = tcp_grow_slow_start(c, left);
    if (left > 0)
        tcp_grow_reno(c, left);
}

/* RFC 5681 3.1 (4) */
static void on_loss(struct tcp_cong *c, pptp_ns now, uint32_t flight)
{
    (void)now;
    c->ssthresh = flight / 2 > 2 * c->mss ? flight / 2 : 2 * c->mss;
    c->counted = 0;
}

const struct tcp_cc tcp_cc_newreno = {
    .name = "newreno",
    .init = init,
    .on_ack = on_ack,
    .on_loss = on_loss,
    .on_timeout = on_loss,
};
