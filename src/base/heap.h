/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Deadlines of items that have an index; the earliest comes out. A heap. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include "base/base.h"

struct tap_timer {
    pptp_ns at;
    uint32_t item;
};

struct tap_timers {
    struct tap_timer *heap;
    uint32_t *where; /* of each item in the heap, UINT32_MAX: not there */
    uint32_t n, limit;
};

/* Items 0 … limit - 1. 0, or -1 without memory. */
int tap_timers_init(struct tap_timers *t, uint32_t limit);
void tap_timers_fini(struct tap_timers *t);

/* PPTP_NEVER takes it out. */
void tap_timers_set(struct tap_timers *t, uint32_t item, pptp_ns at);

/* PPTP_NEVER if there is none. */
static inline pptp_ns tap_timers_next(const struct tap_timers *t)
{
    return t->n > 0 ? t->heap[0].at : PPTP_NEVER;
}

#endif
