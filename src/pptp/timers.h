/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * When a peer's connections and calls want to be looked at: a heap of four
 * branches, an entry an item.  An item's key is never later than its deadline.
 */
#ifndef PPTP_TIMERS_H
#define PPTP_TIMERS_H

#include "pptp/table.h"

/* Of an item that is not in the heap, or is to be looked at earlier. */
void pptp_timer_move(struct pptp_peer *p, uint32_t item, pptp_ns deadline);

/* The item will be looked at by then; PPTP_NEVER changes nothing.  Later
 * deadlines leave the entry where it is: it is looked at early, once, which is
 * cheaper than moving it with every acknowledgment. */
static inline void pptp_timer_touch(struct pptp_peer *p, uint32_t item,
                                    pptp_ns deadline)
{
    uint32_t pos;

    if (deadline == PPTP_NEVER)
        return;
    pos = AT(p, uint32_t, heap_pos_at)[item];
    if (pos == 0 ||
        AT(p, struct heap_entry, heap_at)[pos - 1].key_ns > deadline)
        pptp_timer_move(p, item, deadline);
}

/* The first of all, heap_n > 0; and takes it off. */
static inline struct heap_entry pptp_timer_first(const struct pptp_peer *p)
{
    return AT(p, struct heap_entry, heap_at)[0];
}
void pptp_timer_pop(struct pptp_peer *p);

/* When one will be looked at; PPTP_NEVER: there is none. */
static inline pptp_ns pptp_timer_next(const struct pptp_peer *p)
{
    return p->heap_n == 0 ? PPTP_NEVER : pptp_timer_first(p).key_ns;
}

#endif
