/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The event calendar.  Events run by time, and those at the same nanosecond
 * in the order in which they were put in.
 *
 * Most events of a packet network lie close ahead and close together, so
 * they go into a wheel: a ring of buckets, each for a tick of time, which
 * costs the same whether a hundred or a million wait.  When a bucket's turn
 * comes its events go to a small heap, which puts them in order; what lies
 * beyond one turn of the wheel waits in another heap.  How long a tick is and
 * how many there are follows from the events that ran; what runs when does
 * not depend on it.
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
    uint32_t next; /* in its bucket, or of the free ones */
};

/* A 4-ary heap by (time, order). */
struct sim_heap {
    struct sim_entry *at; /* entry i lies at at[i + 3] */
    size_t count, capacity;
};

struct sim_wheel {
    struct sim_entry *entries; /* of all buckets */
    uint32_t free;             /* first that was given back, or SIM_NO_ENTRY */
    uint32_t used, capacity;   /* entries ever taken, and there is room for */
    uint32_t *bucket;          /* first entry of each */
    uint64_t *filled;          /* a bit a bucket that is not empty */
    uint32_t mask;             /* buckets less one; a power of two, >= 64 */
    uint8_t shift;             /* a tick is 2^shift ns */
    uint64_t tick;             /* whose events are in `near`, as all before */
};

#define SIM_NO_ENTRY UINT32_MAX

/* Fetches what an event is about to touch, a step of the way from pointer to
 * pointer each time, from step 1 on, some events apart; it changes nothing.
 * False: that was the last. */
typedef bool sim_warm(const struct sim_sink *self, uint32_t arg,
                      unsigned step);

enum { SIM_WARM_STEPS = 8, SIM_WARMERS = 8, SIM_AHEAD = 32 };

/* The events that come next, as far as they were looked at. */
struct sim_ahead {
    uint64_t tick;       /* looked at up to this one */
    uint32_t first, end; /* free running */
    uint32_t more;       /* a bit for each of `coming` that has steps left */
    struct sim_coming {
        const struct sim_sink *sink;
        sim_warm *warm; /* of the sink, from step 1 on */
        uint64_t tick;
        uint32_t arg;
        uint32_t step; /* the next */
    } coming[SIM_AHEAD];
    struct {
        void (*event)(struct sim_sink *, uint32_t);
        sim_warm *warm;
    } warmer[SIM_WARMERS];
    uint32_t warmers;
};

struct sim_calendar {
    uint64_t now;           /* nanoseconds since the world began */
    struct sim_wheel wheel; /* of ticks after wheel.tick, for one turn */
    struct sim_heap near;   /* up to wheel.tick */
    struct sim_heap far;    /* beyond the wheel */
    uint64_t order;         /* events ever put in */
    size_t count;           /* events waiting */
    size_t count_max;       /* high water */
    size_t limit;           /* of them */
    uint64_t done;          /* events ever run */
    uint64_t refused;       /* puts beyond the limit or out of memory */
    /* what the wheel is fitted to: since when, and what came from where */
    uint64_t fitted_ns, fitted_done, fit_at, far_puts;
    const volatile sig_atomic_t *stop; /* polled every 1024 events, or NULL */
    /* Asked as often, before the event of `next`: false ends the run. NULL:
     * nobody asks. */
    bool (*look)(void *ctx, const struct sim_sink *next);
    void *look_ctx;
    bool halt; /* set by an event, and when one is refused: the run ends */
    struct sim_ahead ahead;
};

/* Takes memory for a few events, never for more than `capacity` of them.
 * 0 or PPTP_ERR_RESOURCE. */
int sim_calendar_init(struct sim_calendar *c, size_t capacity);
void sim_calendar_fini(struct sim_calendar *c);

/* With so many events that what they touch has left the cache, `warm` is asked
 * of the sinks with this event function; at most SIM_WARMERS of them. */
void sim_calendar_warm(struct sim_calendar *c,
                       void (*event)(struct sim_sink *, uint32_t),
                       sim_warm *warm);
/* What is asked of a sink, or NULL. */
sim_warm *sim_calendar_warmer(const struct sim_calendar *c,
                              const struct sim_sink *sink);
/* A cache line, and n octets. */
#define SIM_LINE_OCTETS 64

static inline void sim_fetch(const void *what, size_t octets)
{
    for (size_t i = 0; i < octets; i += SIM_LINE_OCTETS)
        __builtin_prefetch((const char *)what + i);
}

/* Runs events with time <= until_ns, then sets now to until_ns (or leaves it
 * at the last event when until_ns is UINT64_MAX).  Returns true if it got
 * there, false if stopped by *c->stop, c->look or c->halt: calling again goes
 * on. */
bool sim_calendar_run(struct sim_calendar *c, uint64_t until_ns);

/* Memory of what waits and waited. */
size_t sim_calendar_octets(const struct sim_calendar *c);

/* The time of the next event, UINT64_MAX if none waits. */
uint64_t sim_calendar_next(struct sim_calendar *c);

/* What sim_calendar_at does where the wheel does not take the event. */
bool sim_calendar_put(struct sim_calendar *c, const struct sim_entry *e);

/* sink->event(sink, arg) at time_ns, which is moved to now if it is past.
 * False if refused: the event will not happen, what `arg` names is still the
 * caller's, and the run ends. */
static inline bool sim_calendar_at(struct sim_calendar *c, uint64_t time_ns,
                                   struct sim_sink *sink, uint32_t arg)
{
    struct sim_wheel *w = &c->wheel;
    struct sim_entry e = { time_ns, c->order, sink, arg, 0 };
    uint64_t ahead;
    uint32_t i, b;

    if (time_ns < c->now)
        e.time_ns = c->now;
    ahead = (e.time_ns >> w->shift) - w->tick - 1; /* past: very large */
    i = w->free;
    if (ahead >= w->mask || i == SIM_NO_ENTRY || c->count >= c->limit)
        return sim_calendar_put(c, &e);
    c->order++;
    if (++c->count > c->count_max)
        c->count_max = c->count;
    w->free = w->entries[i].next;
    b = (uint32_t)(e.time_ns >> w->shift) & w->mask;
    e.next = w->bucket[b];
    w->bucket[b] = i;
    w->filled[b / 64] |= UINT64_C(1) << (b % 64);
    w->entries[i] = e;
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
