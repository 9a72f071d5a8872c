/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* A binary heap whose items know their place; heap.h. */
#include "config.h"

#include "base/heap.h"

#include <stdlib.h>

int tap_timers_init(struct tap_timers *t, uint32_t limit)
{
    uint32_t i;

    *t = (struct tap_timers){ .limit = limit };
    t->heap = malloc(limit * sizeof *t->heap);
    t->where = malloc(limit * sizeof *t->where);
    if (t->heap == NULL || t->where == NULL) {
        tap_timers_fini(t);
        return -1;
    }
    for (i = 0; i < limit; i++)
        t->where[i] = UINT32_MAX;
    return 0;
}

void tap_timers_fini(struct tap_timers *t)
{
    free(t->heap);
    free(t->where);
    *t = (struct tap_timers){ .heap = NULL };
}

static void put(struct tap_timers *t, uint32_t i, struct tap_timer v)
{
    t->heap[i] = v;
    t->where[v.item] = i;
}

/* Puts v into the hole at i, or where it belongs above or below. */
static void settle(struct tap_timers *t, uint32_t i, struct tap_timer v)
{
    while (i > 0 && t->heap[(i - 1) / 2].at > v.at) {
        put(t, i, t->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    for (;;) {
        uint32_t c = 2 * i + 1;

        if (c + 1 < t->n && t->heap[c + 1].at < t->heap[c].at)
            c++;
        if (c >= t->n || t->heap[c].at >= v.at)
            break;
        put(t, i, t->heap[c]);
        i = c;
    }
    put(t, i, v);
}

void tap_timers_set(struct tap_timers *t, uint32_t item, pptp_ns at)
{
    uint32_t i;

    PPTP_ASSERT(item < t->limit);
    i = t->where[item];
    if (at != PPTP_NEVER) {
        if (i == UINT32_MAX)
            i = t->n++;
        settle(t, i, (struct tap_timer){ .at = at, .item = item });
    } else if (i != UINT32_MAX) {
        t->where[item] = UINT32_MAX;
        t->n--;
        if (i < t->n)
            settle(t, i, t->heap[t->n]);
    }
}
