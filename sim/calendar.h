/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The event calendar: a 4-ary heap of (time, order) with the whole event in
 * the heap's entry, so that an event costs tens of nanoseconds.  Events at
 * the same nanosecond run in the order in which they were put in.
 *
 * An object that takes events embeds a struct sim_sink as its first member.
 * Events cannot be taken back: a sink that has changed its mind remembers
 * the time it wants and ignores the others.
 */
#ifndef SIM_CALENDAR_H
#define SIM_CALENDAR_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_sink {
    void (*event)(struct sim_sink *self, uint32_t arg);
};

struct sim_entry {
    uint64_t time_ns;
    uint64_t order;
    struct sim_sink *sink;
    uint32_t arg;
};

/* Called on the grid of step_ns while the calendar runs; see below. */
typedef void sim_clock_hook(void *ctx, uint64_t now_ns);

struct sim_calendar {
    uint64_t now;           /* nanoseconds since the world began */
    struct sim_entry *heap; /* entry i lies at heap[i + 3] */
    size_t count;           /* events waiting; and the hole, if any */
    size_t capacity;        /* entries there is memory for */
    size_t limit;           /* entries there may ever be */
    size_t count_max;       /* high water */
    uint64_t order;         /* events ever put in */
    uint64_t done;          /* events ever run */
    uint64_t refused;       /* puts beyond the limit or out of memory */
    const volatile sig_atomic_t *stop; /* polled every 1024 events, or NULL */
    bool halt; /* set by an event: the run ends after it */
    bool hole; /* the first entry is of the event that runs, and free */
    sim_clock_hook *hook;
    void *hook_ctx;
    uint64_t step_ns; /* the hook's grid */
    uint64_t hook_next_ns;
};

/* Takes memory for a few events, never for more than `capacity` of them.
 * 0 or PPTP_ERR_RESOURCE. */
int sim_calendar_init(struct sim_calendar *c, size_t capacity);
void sim_calendar_fini(struct sim_calendar *c);

/* From now on `hook` is called at every multiple of step_ns (> 0) that the
 * clock passes, before the events of that time, with c->now set to it.  A run
 * without end (UINT64_MAX) calls it only up to the last event.  NULL ends
 * it. */
void sim_calendar_hook(struct sim_calendar *c, uint64_t step_ns,
                       sim_clock_hook *hook, void *ctx);

/* Runs events with time <= until_ns, then sets now to until_ns (or leaves it
 * at the last event when until_ns is UINT64_MAX).  Returns true if it got
 * there, false if stopped by *c->stop or c->halt: calling again goes on. */
bool sim_calendar_run(struct sim_calendar *c, uint64_t until_ns);

/* The time of the next event, UINT64_MAX if none waits.  Not to be asked
 * from inside an event. */
uint64_t sim_calendar_next(const struct sim_calendar *c);

/* Doubles the heap; false (counted as refused) at the limit. */
bool sim_calendar_grow(struct sim_calendar *c);

static inline unsigned __int128 sim_entry_key(const struct sim_entry *e)
{
    return (unsigned __int128)e->time_ns << 64 | e->order;
}

/* The smallest of four entries, without a branch to mispredict. */
static inline size_t sim_calendar_least4(const struct sim_entry *h, size_t i)
{
    size_t a = i + (sim_entry_key(&h[i + 1]) < sim_entry_key(&h[i]));
    size_t b = i + 2 +
               (size_t)(sim_entry_key(&h[i + 3]) < sim_entry_key(&h[i + 2]));

    return sim_entry_key(&h[b]) < sim_entry_key(&h[a]) ? b : a;
}

/* Puts *e where the root is empty: the hole goes down to its place. n counts
 * the hole. */
static inline void sim_calendar_sift(struct sim_entry *h, size_t n,
                                     const struct sim_entry *e)
{
    size_t i = 0, k, j;

    while ((k = 4 * i + 1) < n) {
        if (k + 4 <= n) {
            k = sim_calendar_least4(h, k);
        } else {
            for (j = k + 1; j < n; j++)
                if (sim_entry_key(&h[j]) < sim_entry_key(&h[k]))
                    k = j;
        }
        if (sim_entry_key(e) <= sim_entry_key(&h[k]))
            break;
        h[i] = h[k];
        i = k;
    }
    h[i] = *e;
}

/* sink->event(sink, arg) at time_ns, which is moved to now if it is past.
 * False if refused: the event will not happen, and what `arg` names is still
 * the caller's. */
static inline bool sim_calendar_at(struct sim_calendar *c, uint64_t time_ns,
                                   struct sim_sink *sink, uint32_t arg)
{
    struct sim_entry *h, e;
    size_t i, up;

    if (time_ns < c->now)
        time_ns = c->now;
    e = (struct sim_entry){ time_ns, c->order++, sink, arg };
    if (c->hole) {
        /* the event that runs has left its place: most events put in just
         * one, so that a hop costs one walk through the heap, not two */
        c->hole = false;
        sim_calendar_sift(c->heap + 3, c->count, &e);
        return true;
    }
    if (c->count == c->capacity && !sim_calendar_grow(c))
        return false;
    h = c->heap + 3;
    i = c->count++;
    if (c->count > c->count_max)
        c->count_max = c->count;
    /* A new entry has the highest order, so times alone decide. */
    for (; i > 0; i = up) {
        up = (i - 1) / 4;
        if (h[up].time_ns <= time_ns)
            break;
        h[i] = h[up];
    }
    h[i] = e;
    return true;
}

/*
 * A deadline that moves.  Events cannot be taken back, and a deadline that
 * comes nearer leaves the one before behind: of a keep-alive far away and a
 * time-out that comes and goes, thousands would pile up.  So an alarm knows
 * two events that wait, and what lies between them is forgotten.
 */
struct sim_alarm {
    struct sim_sink sink;
    uint64_t near_ns, far_ns; /* UINT64_MAX: none waits */
};

static inline void sim_alarm_init(struct sim_alarm *a,
                                  void (*event)(struct sim_sink *, uint32_t))
{
    *a = (struct sim_alarm){ { event }, UINT64_MAX, UINT64_MAX };
}

/* An event will come at time_ns or before; the owner then looks at what is
 * due and sets the alarm again. */
static inline void sim_alarm_set(struct sim_calendar *c, struct sim_alarm *a,
                                 uint64_t time_ns)
{
    if (time_ns < c->now)
        time_ns = c->now;
    if (time_ns >= a->near_ns || time_ns >= a->far_ns)
        return;
    if (a->far_ns == UINT64_MAX)
        a->far_ns = a->near_ns;
    a->near_ns = time_ns;
    (void)sim_calendar_at(c, time_ns, &a->sink, 0);
}

/* In its event: false for one that was forgotten. */
static inline bool sim_alarm_due(struct sim_alarm *a, uint64_t now_ns)
{
    if (a->near_ns == now_ns)
        a->near_ns = UINT64_MAX;
    else if (a->far_ns == now_ns)
        a->far_ns = UINT64_MAX;
    else
        return false;
    return true;
}

#endif
