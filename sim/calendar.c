/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event calendar; calendar.h has the hot half of it. */
#include "config.h"

#include "sim/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "pptp/base.h"
#include "sim/arena.h"

enum { CAPACITY_FIRST = 1024, STOP_EVERY = 1024 };

/*
 * Entry 0 lies at slot 3 of memory aligned to 128 octets, so that the four
 * children of an entry share two cache lines and straddle none.
 */
static struct sim_entry *heap_new(size_t capacity)
{
    return sim_block_new((capacity + 3) * sizeof(struct sim_entry));
}

int sim_calendar_init(struct sim_calendar *c, size_t capacity)
{
    *c = (struct sim_calendar){ .limit = capacity ? capacity : 1 };
    c->capacity = c->limit < CAPACITY_FIRST ? c->limit : CAPACITY_FIRST;
    c->heap = heap_new(c->capacity);
    c->hook_next_ns = UINT64_MAX;
    return c->heap ? 0 : PPTP_ERR_RESOURCE;
}

void sim_calendar_fini(struct sim_calendar *c)
{
    free(c->heap);
    *c = (struct sim_calendar){ 0 };
}

void sim_calendar_hook(struct sim_calendar *c, uint64_t step_ns,
                       sim_clock_hook *hook, void *ctx)
{
    PPTP_ASSERT(hook == NULL || step_ns > 0);
    c->hook = hook;
    c->hook_ctx = ctx;
    c->step_ns = step_ns;
    c->hook_next_ns = hook ? (c->now / step_ns + 1) * step_ns : UINT64_MAX;
}

uint64_t sim_calendar_next(const struct sim_calendar *c)
{
    PPTP_ASSERT(!c->hole);
    return c->count ? c->heap[3].time_ns : UINT64_MAX;
}

bool sim_calendar_grow(struct sim_calendar *c)
{
    size_t capacity = c->capacity * 2;
    struct sim_entry *heap;

    if (capacity > c->limit)
        capacity = c->limit;
    heap = capacity > c->count ? heap_new(capacity) : NULL;
    if (!heap) {
        c->refused++;
        return false;
    }
    memcpy(heap + 3, c->heap + 3, c->count * sizeof(*heap));
    free(c->heap);
    c->heap = heap;
    c->capacity = capacity;
    return true;
}

/* Takes out the hole that an event has left and did not fill. */
static inline void close_hole(struct sim_calendar *c)
{
    size_t n = --c->count;

    c->hole = false;
    if (n > 0)
        sim_calendar_sift(c->heap + 3, n, &c->heap[3 + n]);
}

/* Runs the first event; its place is free for one that it puts in. */
static inline void run_first(struct sim_calendar *c)
{
    const struct sim_entry e = c->heap[3];

    c->hole = true;
    c->now = e.time_ns;
    c->done++;
    e.sink->event(e.sink, e.arg);
    if (c->hole)
        close_hole(c);
    /* whose turn is next: it comes in while the loop comes round */
    if (c->count > 0)
        __builtin_prefetch(c->heap[3].sink);
}

/* Calls the hook for the next step of its grid. */
static void run_hook(struct sim_calendar *c)
{
    c->now = c->hook_next_ns;
    c->hook_next_ns += c->step_ns;
    c->hook(c->hook_ctx, c->now);
}

bool sim_calendar_run(struct sim_calendar *c, uint64_t until_ns)
{
    uint64_t done = 0, bound;

    c->halt = false;
    for (;;) {
        if (++done % STOP_EVERY == 0 && c->stop && *c->stop)
            return false;
        bound = sim_calendar_next(c);
        if (bound > until_ns)
            bound = until_ns;
        if (c->hook_next_ns <= bound && bound != UINT64_MAX) {
            run_hook(c);
        } else if (c->count == 0 || c->heap[3].time_ns > until_ns) {
            break;
        } else {
            run_first(c);
        }
        if (c->halt)
            return false;
    }
    if (until_ns != UINT64_MAX && until_ns > c->now)
        c->now = until_ns;
    return true;
}
