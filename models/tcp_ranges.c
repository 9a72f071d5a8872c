/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An array in order; tcp_ranges.h. */
#include "config.h"

#include "models/tcp_ranges.h"

#include <string.h>

static uint32_t length(const struct tcp_range *r)
{
    return r->end - r->start;
}

uint32_t tcp_ranges_find(const struct tcp_ranges *r, uint32_t seq)
{
    uint32_t low = 0, high = r->count, mid;

    while (low < high) {
        mid = (low + high) / 2;
        if (tcp_before(seq, r->at[mid].end))
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

/* `by` places more or fewer before what stands at `i`. */
static void shift(struct tcp_ranges *r, uint32_t i, int by)
{
    memmove(r->at + (int)i + by, r->at + i, (r->count - i) * sizeof *r->at);
    r->count = (uint16_t)(r->count + by);
}

bool tcp_ranges_add(struct tcp_ranges *r, struct tcp_range add,
                    uint32_t *fresh)
{
    uint32_t first, last, had = 0;

    /* what ends where this begins is joined, too */
    first = tcp_ranges_find(r, add.start - 1);
    for (last = first;
         last < r->count && !tcp_before(add.end, r->at[last].start); last++) {
        had += length(&r->at[last]);
        if (tcp_before(r->at[last].start, add.start))
            add.start = r->at[last].start;
        if (tcp_before(add.end, r->at[last].end))
            add.end = r->at[last].end;
    }
    *fresh = length(&add) - had;
    if (last == first) {
        if (r->count == r->limit)
            return false;
        shift(r, first, 1);
    } else if (last - first > 1) {
        shift(r, last, -(int)(last - first - 1));
    }
    r->at[first] = add;
    r->octets += *fresh;
    return true;
}

void tcp_ranges_cut(struct tcp_ranges *r, uint32_t seq)
{
    uint32_t gone = tcp_ranges_find(r, seq);

    for (uint32_t i = 0; i < gone; i++)
        r->octets -= length(&r->at[i]);
    if (gone > 0)
        shift(r, gone, -(int)gone);
    if (r->count > 0 && tcp_before(r->at[0].start, seq)) {
        r->octets -= seq - r->at[0].start;
        r->at[0].start = seq;
    }
}

enum { KEPT = 4 };

bool tcp_ranges_give(struct tcp_ranges *front, struct tcp_ranges *back,
                     const struct tcp_ranges *from)
{
    uint32_t all = (uint32_t)front->limit + back->limit;
    uint32_t keeps = from->count > KEPT ? from->count : KEPT;
    struct tcp_range *at;

    if (from->limit <= keeps)
        return false;
    front->limit = (uint16_t)(from == front ? keeps : all - keeps);
    back->limit = (uint16_t)(all - front->limit);
    at = front->at + front->limit;
    memmove(at, back->at, back->count * sizeof *at);
    back->at = at;
    return true;
}
