/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* A binary heap whose items know their place; heap.h. */
#include "config.h"

#include "base/heap.h"

#include <stdlib.h>

int heap_init(struct heap *h, uint32_t limit)
{
    uint32_t i;

    *h = (struct heap){ .limit = limit };
    h->item = malloc(limit * sizeof *h->item);
    h->where = malloc(limit * sizeof *h->where);
    if (h->item == NULL || h->where == NULL) {
        heap_fini(h);
        return -1;
    }
    for (i = 0; i < limit; i++)
        h->where[i] = UINT32_MAX;
    return 0;
}

void heap_fini(struct heap *h)
{
    free(h->item);
    free(h->where);
    *h = (struct heap){ .item = NULL };
}

static void put(struct heap *h, uint32_t i, struct heap_item v)
{
    h->item[i] = v;
    h->where[v.item] = i;
}

/* Puts v into the hole at i, or where it belongs above or below. */
static void settle(struct heap *h, uint32_t i, struct heap_item v)
{
    while (i > 0 && h->item[(i - 1) / 2].at > v.at) {
        put(h, i, h->item[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    for (;;) {
        uint32_t c = 2 * i + 1;

        if (c + 1 < h->n && h->item[c + 1].at < h->item[c].at)
            c++;
        if (c >= h->n || h->item[c].at >= v.at)
            break;
        put(h, i, h->item[c]);
        i = c;
    }
    put(h, i, v);
}

void heap_set(struct heap *h, uint32_t item, pptp_ns at)
{
    uint32_t i;

    PPTP_ASSERT(item < h->limit);
    i = h->where[item];
    if (at != PPTP_NEVER) {
        if (i == UINT32_MAX)
            i = h->n++;
        settle(h, i, (struct heap_item){ .at = at, .item = item });
    } else if (i != UINT32_MAX) {
        h->where[item] = UINT32_MAX;
        h->n--;
        if (i < h->n)
            settle(h, i, h->item[h->n]);
    }
    h->next = h->item[0].at;
}
