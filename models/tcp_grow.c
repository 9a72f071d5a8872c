/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slow start and congestion avoidance; tcp_grow.h. */
#include "config.h"

#include "models/tcp_grow.h"

uint32_t tcp_grow_slow_start(struct tcp_cong *c, uint32_t octets)
{
    uint32_t most = c->slow_start_segments * c->mss;
    uint32_t by = octets < most ? octets : most;

    /* With acknowledgments counted it is a segment each, whatever is left of
     * the way: ns-3 is so, and RFC 5681 does not say. */
    if (!c->count_acks && by > c->ssthresh - c->cwnd) {
        by = c->ssthresh - c->cwnd;
        c->cwnd = c->ssthresh;
        return octets - by;
    }
    c->cwnd += by;
    return 0;
}

void tcp_grow_reno(struct tcp_cong *c, uint32_t octets)
{
    uint32_t by;

    if (c->count_acks) { /* RFC 5681 3.1 (3) */
        by = (uint32_t)((uint64_t)c->mss * c->mss / c->cwnd);
        c->cwnd += by > 0 ? by : 1;
        return;
    }
    c->counted += octets;
    if (c->counted >= c->cwnd) {
        c->counted -= c->cwnd;
        c->cwnd += c->mss;
    }
}
