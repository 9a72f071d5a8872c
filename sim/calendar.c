/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event calendar; calendar.h has the hot half of it. */
#include "config.h"

#include "sim/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "sim/arena.h"

enum {
    CAPACITY_FIRST = 1024,
    BUCKETS_FIRST = 1024,
    BUCKETS_MAX = 1 << 16,
    SHIFT_FIRST = 10,
    SHIFT_MAX = 40,
    FIT_EVERY = 4096, /* events, at the least */
    STOP_EVERY = 1024,
    WARM_FROM = 1500, /* events waiting */
    WARM_APART = 2,   /* events between two steps of one */
    WARM_OCTETS = 256 /* of every sink: a port with few packets */
};

_Static_assert(SIM_WARM_STEPS *WARM_APART < SIM_AHEAD,
               "the last step of an event comes after it");

/* ---- the heaps ---- */

static inline unsigned __int128 key(const struct sim_entry *e)
{
    return (unsigned __int128)e->time_ns << 64 | e->order;
}

/* Room for `capacity` entries.  Entry 0 lies at slot 3 of memory aligned to
 * 128 octets, so that the four children of an entry share two cache lines and
 * straddle none. */
static bool heap_grow(struct sim_heap *h, size_t capacity)
{
    struct sim_entry *at = sim_block_new((capacity + 3) * sizeof(*at));

    if (at == NULL)
        return false;
    if (h->count > 0)
        memcpy(at + 3, h->at + 3, h->count * sizeof(*at));
    free(h->at);
    h->at = at;
    h->capacity = capacity;
    return true;
}

/* There is room. */
static inline void heap_push(struct sim_heap *heap, const struct sim_entry *e)
{
    struct sim_entry *h = heap->at + 3;
    size_t i = heap->count++, up;

    for (; i > 0; i = up) {
        up = (i - 1) / 4;
        if (key(&h[up]) <= key(e))
            break;
        h[i] = h[up];
    }
    h[i] = *e;
}

/* The smallest of four entries, without a branch to mispredict. */
static inline size_t least4(const struct sim_entry *h, size_t i)
{
    size_t a = i + (key(&h[i + 1]) < key(&h[i]));
    size_t b = i + 2 + (size_t)(key(&h[i + 3]) < key(&h[i + 2]));

    return key(&h[b]) < key(&h[a]) ? b : a;
}

/* Takes the first entry: the hole goes down, then the last entry goes in. */
static inline struct sim_entry heap_pop(struct sim_heap *heap)
{
    struct sim_entry *h = heap->at + 3, first = h[0], last;
    size_t n = --heap->count, i = 0, k, j;

    if (n == 0)
        return first;
    last = h[n];
    while ((k = 4 * i + 1) < n) {
        if (k + 4 <= n)
            k = least4(h, k);
        else
            for (j = k + 1; j < n; j++)
                if (key(&h[j]) < key(&h[k]))
                    k = j;
        if (key(&last) <= key(&h[k]))
            break;
        h[i] = h[k];
        i = k;
    }
    h[i] = last;
    return first;
}

/* ---- the wheel ---- */

static bool wheel_new(struct sim_wheel *w, uint32_t buckets)
{
    uint32_t *bucket = sim_block_new(buckets * sizeof(*bucket));
    uint64_t *filled = calloc(buckets / 64, sizeof(*filled));

    if (bucket == NULL || filled == NULL) {
        free(bucket);
        free(filled);
        return false;
    }
    memset(bucket, 0xff, buckets * sizeof(*bucket)); /* SIM_NO_ENTRY */
    w->bucket = bucket;
    w->filled = filled;
    w->mask = buckets - 1;
    return true;
}

/* Room for `capacity` entries. */
static bool wheel_grow(struct sim_wheel *w, uint32_t capacity)
{
    struct sim_entry *entries = sim_block_new(capacity * sizeof(*entries));

    if (entries == NULL)
        return false;
    if (w->used > 0)
        memcpy(entries, w->entries, w->used * sizeof(*entries));
    free(w->entries);
    w->entries = entries;
    w->capacity = capacity;
    return true;
}

static void wheel_link(struct sim_wheel *w, uint32_t i)
{
    uint32_t b = (uint32_t)(w->entries[i].time_ns >> w->shift) & w->mask;

    w->entries[i].next = w->bucket[b];
    w->bucket[b] = i;
    w->filled[b / 64] |= UINT64_C(1) << (b % 64);
}

/* Ticks from `tick` to the next one that has events; there is one. */
static inline uint32_t wheel_next(const struct sim_wheel *w, uint64_t tick)
{
    uint32_t first = (uint32_t)(tick + 1) & w->mask, b = first;
    uint64_t bits = w->filled[b / 64] & UINT64_MAX << (b % 64);

    while (!bits) {
        b = (b | 63) + 1;
        b &= w->mask;
        bits = w->filled[b / 64];
    }
    b = (b & ~UINT32_C(63)) + (uint32_t)__builtin_ctzll(bits);
    return ((b - first) & w->mask) + 1;
}

/* Each of the three has room for all that waits, so that what moves from one
 * to another finds it: only a new event can be refused. */
static bool grow(struct sim_calendar *c)
{
    size_t capacity = c->near.capacity ? c->near.capacity * 2 : CAPACITY_FIRST;

    if (capacity >= SIM_NO_ENTRY)
        return false;
    return heap_grow(&c->far, capacity) &&
           wheel_grow(&c->wheel, (uint32_t)capacity) &&
           heap_grow(&c->near, capacity);
}

static inline bool reserve(struct sim_calendar *c)
{
    return c->count < c->limit && (c->count < c->near.capacity || grow(c));
}

/* Puts an entry where it belongs. */
static void place(struct sim_calendar *c, const struct sim_entry *e)
{
    struct sim_wheel *w = &c->wheel;
    uint64_t tick = e->time_ns >> w->shift;
    uint32_t i;

    if (tick <= w->tick) {
        heap_push(&c->near, e);
    } else if (tick - w->tick > w->mask) {
        heap_push(&c->far, e);
        c->far_puts++;
    } else {
        i = w->free != SIM_NO_ENTRY ? w->free : w->used++;
        w->free = i == w->free ? w->entries[i].next : SIM_NO_ENTRY;
        w->entries[i] = *e;
        wheel_link(w, i);
    }
}

/* What lies beyond the wheel comes near when its tick does. */
static inline void pull(struct sim_calendar *c)
{
    while (c->far.count > 0 &&
           c->far.at[3].time_ns >> c->wheel.shift <= c->wheel.tick) {
        const struct sim_entry e = heap_pop(&c->far);

        heap_push(&c->near, &e);
    }
}

/* ---- fitting the wheel to what runs ---- */

/* Puts all that waits into a wheel of another kind; nothing is near.  Stays
 * as it is without memory. */
static void refit(struct sim_calendar *c, uint8_t shift, uint32_t buckets)
{
    struct sim_wheel old = c->wheel, *w = &c->wheel;
    uint32_t i, next, b;

    PPTP_ASSERT(c->near.count == 0);
    if (!wheel_new(w, buckets))
        return;
    w->shift = shift;
    w->tick = c->now >> shift;
    c->ahead.tick = 0;
    c->ahead.first = c->ahead.end;
    c->ahead.more = 0;
    for (b = 0; b <= old.mask; b++)
        for (i = old.bucket[b]; i != SIM_NO_ENTRY; i = next) {
            const struct sim_entry e = w->entries[i];

            next = e.next;
            w->entries[i].next = w->free;
            w->free = i;
            place(c, &e);
        }
    free(old.bucket);
    free(old.filled);
    pull(c);
}

/* A tick is to have an event or two, or, where what they touch is far from the
 * processor, rather one; and the wheel is to hold most of what is put in. */
PPTP_COLD static void fit(struct sim_calendar *c)
{
    uint64_t events = c->done - c->fitted_done;
    uint64_t gap_ns = (c->now - c->fitted_ns) / events;
    uint32_t buckets = c->wheel.mask + 1;
    uint8_t shift = 0;

    while (shift < SHIFT_MAX && gap_ns >> shift > 0)
        shift++;
    if (c->count >= WARM_FROM && shift > 0)
        shift--;
    if (c->far_puts > events / 8 && buckets < BUCKETS_MAX)
        buckets *= 4;
    if (shift > c->wheel.shift + 1 || shift + 1 < c->wheel.shift ||
        buckets != c->wheel.mask + 1)
        refit(c, shift, buckets);
    c->fitted_ns = c->now;
    c->fitted_done = c->done;
    c->far_puts = 0;
    c->fit_at = c->done + FIT_EVERY + c->count;
}

/* ---- looking ahead ---- */

void sim_calendar_warm(struct sim_calendar *c,
                       void (*event)(struct sim_sink *, uint32_t),
                       sim_warm *warm)
{
    struct sim_ahead *a = &c->ahead;
    uint32_t i;

    for (i = 0; i < a->warmers && a->warmer[i].event != event; i++)
        continue;
    PPTP_ASSERT(i < SIM_WARMERS);
    a->warmer[i].event = event;
    a->warmer[i].warm = warm;
    if (i == a->warmers)
        a->warmers++;
}

sim_warm *sim_calendar_warmer(const struct sim_calendar *c,
                              const struct sim_sink *sink)
{
    const struct sim_ahead *a = &c->ahead;

    for (uint32_t i = 0; i < a->warmers; i++)
        if (a->warmer[i].event == sink->event)
            return a->warmer[i].warm;
    return NULL;
}

/* Its next step; the first looks up whose it is.  False: there are no more. */
static inline bool warm(const struct sim_calendar *c, struct sim_coming *e)
{
    if (e->step == 1)
        e->warm = sim_calendar_warmer(c, e->sink);
    return e->warm != NULL && e->warm(e->sink, e->arg, e->step++);
}

/* Of `coming`, those that take a step when the one at `at` comes. */
static inline uint32_t steps_due(uint32_t at)
{
    uint32_t due = 0;

    for (unsigned i = 1; i <= SIM_WARM_STEPS; i++) /* a constant, by then */
        due |= UINT32_C(1) << (SIM_AHEAD - i * WARM_APART);
    at %= SIM_AHEAD;
    return due << at | due >> (SIM_AHEAD - at) % SIM_AHEAD;
}

/* One more that comes; those before it take their next steps. */
static inline void look_at(struct sim_calendar *c, const struct sim_entry *e,
                           uint64_t tick)
{
    struct sim_ahead *a = &c->ahead;
    uint32_t at = a->end++ % SIM_AHEAD, due = steps_due(at) & a->more;

    a->coming[at] = (struct sim_coming){
        .sink = e->sink, .tick = tick, .arg = e->arg, .step = 1
    };
    sim_fetch(e->sink, WARM_OCTETS);
    for (; due != 0; due &= due - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(due);

        if (!warm(c, &a->coming[i]))
            a->more &= ~(UINT32_C(1) << i);
    }
    a->more |= UINT32_C(1) << at;
}

/* Keeps some events ahead of what runs. */
PPTP_APART static void look_ahead(struct sim_calendar *c)
{
    struct sim_wheel *w = &c->wheel;
    struct sim_ahead *a = &c->ahead;
    uint32_t i;

    while (a->first != a->end &&
           a->coming[a->first % SIM_AHEAD].tick <= w->tick)
        a->more &= ~(UINT32_C(1) << a->first++ % SIM_AHEAD);
    if (a->tick < w->tick)
        a->tick = w->tick;
    while (a->end - a->first < SIM_AHEAD - 8 &&
           c->count > c->near.count + c->far.count) {
        uint64_t next = a->tick + wheel_next(w, a->tick);

        if (next - w->tick > w->mask)
            return;
        a->tick = next;
        i = w->bucket[(next + wheel_next(w, next)) & w->mask];
        __builtin_prefetch(&w->entries[i]);
        for (i = w->bucket[next & w->mask];
             i != SIM_NO_ENTRY && a->end - a->first < SIM_AHEAD;
             i = w->entries[i].next)
            look_at(c, &w->entries[i], next);
    }
}

/* ---- what is next ---- */

/* The events of the wheel's tick, one at least, come near. */
static inline void take_bucket(struct sim_calendar *c)
{
    struct sim_wheel *w = &c->wheel;
    uint32_t b = (uint32_t)w->tick & w->mask, i = w->bucket[b], next;
    struct sim_entry *e = &w->entries[i];

    w->bucket[b] = SIM_NO_ENTRY;
    w->filled[b / 64] &= ~(UINT64_C(1) << (b % 64));
    c->near.at[3] = *e; /* the only one, most often */
    c->near.count = 1;
    for (;;) {
        next = e->next;
        __builtin_prefetch(e->sink);
        e->next = w->free;
        w->free = i;
        if (next == SIM_NO_ENTRY)
            return;
        i = next;
        e = &w->entries[i];
        heap_push(&c->near, e);
    }
}

/* Nothing is near, and something waits: the next tick's events come near. */
static void refill(struct sim_calendar *c)
{
    struct sim_wheel *w = &c->wheel;

    if (c->done >= c->fit_at)
        fit(c);
    if (c->near.count > 0)
        return;
    if (c->far.count == c->count) {
        w->tick = c->far.at[3].time_ns >> w->shift;
    } else {
        w->tick += wheel_next(w, w->tick);
        take_bucket(c);
        if (c->count >= WARM_FROM)
            look_ahead(c);
    }
    pull(c);
}

bool sim_calendar_put(struct sim_calendar *c, const struct sim_entry *e)
{
    if (!reserve(c)) {
        c->refused++;
        c->halt = true;
        return false;
    }
    place(c, e);
    c->order++;
    if (++c->count > c->count_max)
        c->count_max = c->count;
    return true;
}

uint64_t sim_calendar_next(struct sim_calendar *c)
{
    if (c->count == 0)
        return UINT64_MAX;
    if (c->near.count == 0)
        refill(c);
    return c->near.at[3].time_ns;
}

size_t sim_calendar_octets(const struct sim_calendar *c)
{
    size_t entries = c->wheel.capacity + c->near.capacity + c->far.capacity;

    return entries * sizeof(struct sim_entry);
}

/* ---- life and the loop ---- */

int sim_calendar_init(struct sim_calendar *c, size_t capacity)
{
    *c = (struct sim_calendar){ .limit = capacity ? capacity : 1 };
    c->wheel.free = SIM_NO_ENTRY;
    c->wheel.shift = SHIFT_FIRST;
    c->fit_at = FIT_EVERY;
    if (wheel_new(&c->wheel, BUCKETS_FIRST) && reserve(c))
        return 0;
    sim_calendar_fini(c);
    return PPTP_ERR_RESOURCE;
}

void sim_calendar_fini(struct sim_calendar *c)
{
    free(c->wheel.entries);
    free(c->wheel.bucket);
    free(c->wheel.filled);
    free(c->near.at);
    free(c->far.at);
    *c = (struct sim_calendar){ 0 };
}

/* Runs an event that was the first. */
static inline void run(struct sim_calendar *c, const struct sim_entry *e)
{
    struct sim_sink *sink = e->sink;

    c->count--;
    c->now = e->time_ns;
    c->done++;
    sink->event(sink, e->arg);
}

/* The same, out of a heap. */
static void run_popped(struct sim_calendar *c)
{
    const struct sim_entry e = heap_pop(&c->near);

    run(c, &e);
}

/* Runs the first event, which is near: most often it is alone there. */
static inline void run_first(struct sim_calendar *c)
{
    if (c->near.count > 1) {
        run_popped(c);
        return;
    }
    c->near.count = 0;
    run(c, &c->near.at[3]);
}

/* Whether to; something is near. */
PPTP_COLD static bool goes_on(const struct sim_calendar *c)
{
    if (c->stop != NULL && *c->stop)
        return false;
    return c->look == NULL || c->look(c->look_ctx, c->near.at[3].sink);
}

bool sim_calendar_run(struct sim_calendar *c, uint64_t until_ns)
{
    uint64_t done = 0;

    c->halt = false;
    while (c->count > 0 && sim_calendar_next(c) <= until_ns) {
        if (++done % STOP_EVERY == 0 && !goes_on(c))
            return false;
        run_first(c);
        if (c->halt)
            return false;
    }
    if (until_ns != UINT64_MAX && until_ns > c->now)
        c->now = until_ns;
    return true;
}
