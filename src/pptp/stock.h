/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * What a call has only at times, out of the peer's block: a ring of send
 * times while packets are out, and cells for what it was asked for (numbers,
 * a sub-address) and for the errors of its line.
 *
 * There is enough for all calls at once, so that no call ever goes without.
 * The one given back last is lent first, and what nobody has ever had is not
 * touched: of a block that the kernel gives page by page idle calls take none
 * for it.
 */
#ifndef PPTP_STOCK_H
#define PPTP_STOCK_H

#include "pptp/table.h"

enum {
    CELL_OCTETS = 12,
    TEXTS_OCTETS = 3 + 3 * 64, /* lengths, then what there is */
    ERRORS_OCTETS = 6 * 4,
    CALL_CELLS = (TEXTS_OCTETS + CELL_OCTETS - 1) / CELL_OCTETS +
                 (ERRORS_OCTETS + CELL_OCTETS - 1) / CELL_OCTETS
};

struct pptp_cell {
    uint32_t next; /* of the same chain, or the free ones; from 1, 0: none */
    uint8_t octets[CELL_OCTETS];
};

/* --- send times ---------------------------------------------------------- */

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

/* --- what calls were asked for, and their lines' errors ------------------- */

/* As in ICRQ and OCRQ: zero behind the text. */
struct call_text {
    char number[64];
    char dialing[64];
    char subaddress[64];
};

/* In place of what there was. */
void pptp_text_put(struct pptp_peer *p, struct pptp_call *c,
                   const struct call_text *t);
void pptp_text_get(const struct pptp_peer *p, const struct pptp_call *c,
                   struct call_text *out);

/* 2.14's six; of a call that has had none they are 0. */
void pptp_errors_put(struct pptp_peer *p, struct pptp_call *c,
                     const uint32_t errors[6]);
void pptp_errors_get(const struct pptp_peer *p, const struct pptp_call *c,
                     uint32_t out[6]);

/* Both go back. */
void pptp_cells_drop(struct pptp_peer *p, struct pptp_call *c);

#endif
