/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * What a call has only at times, out of the peer's block: a ring of send
 * times while packets are out.
 *
 * There is enough for all calls at once, so that no call ever goes without.
 * The one given back last is lent first, and what nobody has ever had is not
 * touched: of a block that the kernel gives page by page idle calls take none
 * for it.
 */
#ifndef PPTP_STOCK_H
#define PPTP_STOCK_H

#include "pptp/table.h"

static inline struct pptp_win_sent *ring_at(const struct pptp_peer *p,
                                            uint32_t ring)
{
    PPTP_ASSERT(ring >= 1 && ring <= p->rings_used);
    return AT(p, struct pptp_win_sent, rings_at) +
           (size_t)(ring - 1) * p->ring_entries;
}

/* NULL while nothing is out. */
static inline struct pptp_win_sent *ring_of(const struct pptp_peer *p,
                                            const struct pptp_call *c)
{
    return c->ring != 0 ? ring_at(p, c->ring) : NULL;
}

/* A packet is about to leave: what is in the ring does not matter (window.h,
 * pptp_win_sent). */
static inline void pptp_ring_take(struct pptp_peer *p, struct pptp_call *c)
{
    if (c->ring != 0)
        return;
    c->ring = p->ring_free;
    if (c->ring == 0)
        c->ring = ++p->rings_used;
    else
        p->ring_free = ring_at(p, c->ring)->seq;
    PPTP_ASSERT(c->ring <= p->limits.calls);
}

/* Nothing is out any more. */
static inline void pptp_ring_give(struct pptp_peer *p, struct pptp_call *c)
{
    if (c->ring == 0)
        return;
    ring_at(p, c->ring)->seq = p->ring_free;
    p->ring_free = c->ring;
    c->ring = 0;
}

#endif
