/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Deadlines of items that have an index; the earliest comes out. A heap. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include "base/base.h"

struct heap_item {
    pptp_ns at;
    uint32_t item;
};

struct heap {
    uint32_t n, limit;
    pptp_ns next; /* of the first, when n > 0: who only asks needs no more */
    struct heap_item *item;
    uint32_t *where; /* of each item in the heap, UINT32_MAX: not there */
};

/* Items 0 … limit - 1. 0, or -1 without memory. */
int heap_init(struct heap *h, uint32_t limit);
void heap_fini(struct heap *h);

/* PPTP_NEVER takes it out. */
void heap_set(struct heap *h, uint32_t item, pptp_ns at);

/* PPTP_NEVER if there is none. */
static inline pptp_ns heap_next(const struct heap *h)
{
    return h->n > 0 ? h->next : PPTP_NEVER;
}

#endif
