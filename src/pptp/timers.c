/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* The heap of timers; timers.h. */
#include "config.h"

#include "pptp/timers.h"

static void heap_set(struct pptp_peer *p, uint32_t at, struct heap_entry e)
{
    AT(p, struct heap_entry, heap_at)[at] = e;
    AT(p, uint32_t, heap_pos_at)[e.item] = at + 1;
}

static void heap_up(struct pptp_peer *p, uint32_t at, struct heap_entry e)
{
    const struct heap_entry *h = AT(p, struct heap_entry, heap_at);

    while (at > 0 && h[(at - 1) / 4].key_ns > e.key_ns) {
        heap_set(p, at, h[(at - 1) / 4]);
        at = (at - 1) / 4;
    }
    heap_set(p, at, e);
}

static void heap_down(struct pptp_peer *p, uint32_t at, struct heap_entry e)
{
    const struct heap_entry *h = AT(p, struct heap_entry, heap_at);

    for (;;) {
        uint32_t first = 4 * at + 1, best = at, i;
        pptp_ns key = e.key_ns;

        for (i = first; i < first + 4 && i < p->heap_n; i++)
            if (h[i].key_ns < key) {
                best = i;
                key = h[i].key_ns;
            }
        if (best == at)
            break;
        heap_set(p, at, h[best]);
        at = best;
    }
    heap_set(p, at, e);
}

void pptp_timer_move(struct pptp_peer *p, uint32_t item, pptp_ns deadline)
{
    uint32_t pos = AT(p, uint32_t, heap_pos_at)[item];
    struct heap_entry e = { .key_ns = deadline, .item = item };

    heap_up(p, pos == 0 ? p->heap_n++ : pos - 1, e);
}

void pptp_timer_pop(struct pptp_peer *p)
{
    struct heap_entry *h = AT(p, struct heap_entry, heap_at);

    AT(p, uint32_t, heap_pos_at)[h[0].item] = 0;
    if (--p->heap_n > 0)
        heap_down(p, 0, h[p->heap_n]);
}
