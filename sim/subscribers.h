/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Subscribers who share the lines of a group: when they want to call, for how
 * long, and whether they try again.  What a call is, its lines and callers
 * know; this decides who is at which of them, and when.
 *
 *     arrival     somebody wants to call (models/arrivals); who is at it
 *                 already does not
 *     attempt     he gets a line of the group, and its caller calls
 *     in vain     by its cause he waits and tries again, or gives up
 *                 (models/redial)
 *     up          the call ends when his time is over (models/holding), or is
 *                 lost: then he tries again for what is left
 *
 * A subscriber without such a wish has four octets; a wish has 128 with its
 * entry in the calendar, and lines are as many as may be in use at once.  All
 * draws of a wish are made of it, none of what becomes of it in the network.
 */
#ifndef SIM_SUBSCRIBERS_H
#define SIM_SUBSCRIBERS_H

#include "base/hist.h"
#include "base/probe.h"
#include "models/arrivals.h"
#include "models/arrivals_trace.h"
#include "models/holding.h"
#include "models/redial.h"
#include "nas/event.h"
#include "sim/calendar.h"

struct sim_group;
struct sim_wish;

struct sim_subscribers_config {
    struct arrivals_law arrivals;
    /* When somebody wants to call, in place of that: the caller's, checked
     * (models/arrivals_trace.h). NULL: none. */
    const char *trace;
    size_t trace_octets;
    struct holding holding;
    struct redial_law redial;
    pptp_ns start_ns; /* the first may come from then on */
};

/* X(name, unit, help) */
#define SIM_SUBSCRIBERS_STATS(X)                                            \
    X(wanted, "calls", "that subscribers wanted to make")                   \
    X(engaged, "calls", "of these: he was at it, or waited to try again")   \
    X(no_line, "calls",                                                     \
      "attempts that no line of the group was free for "                    \
      "(`count`)")                                                          \
    X(attempts, "calls", "attempts")                                        \
    X(connected, "calls", "attempts that came up, PPP and all")             \
    X(completed, "calls", "that ended when their time was over")            \
    X(lost, "calls", "that were up and ended before")                       \
    X(redials, "calls",                                                     \
      "attempts in vain, or lost, after which he tried "                    \
      "again")                                                              \
    X(gave_up_busy, "calls", "given up: busy, or no trunk")                 \
    X(gave_up_no_answer, "calls",                                           \
      "given up: he waited for a connection in "                            \
      "vain")                                                               \
    X(gave_up_train, "calls", "given up: answered, but it did not come up") \
    X(gave_up_lost, "calls", "given up: lost while it was up")              \
    X(refused, "calls", "given up: the other side does not let him in")

struct sim_subscribers_stats {
    SIM_SUBSCRIBERS_STATS(PROBE_MEMBER)
    struct hist set_up; /* from the wish until it is up, all attempts */
    struct hist online; /* of what was completed, its last call */
};

extern const struct probe sim_subscribers_probes[];

struct sim_subscribers {
    struct sim_sink arrival; /* first member */
    struct sim_group *group;
    struct sim_subscribers_config config;
    struct arrivals arrivals;
    struct arrivals_trace trace;
    struct dist_rng holding;
    uint64_t seed, wishes; /* ever */
    uint32_t *wish_of;     /* each subscriber's, an index of `wish` + 1 */
    struct sim_wish **wish;
    uint32_t wish_n, wish_room, wish_free; /* ever; UINT32_MAX */
    uint32_t *at_line;                     /* the wish at each, or NOBODY */
    uint32_t *line_free, lines_free;       /* a stack */
    struct sim_subscribers_stats stats, before; /* before measuring began */
};

/* Zeroed but for group and config, of a group that is there.  0 or
 * PPTP_ERR_RESOURCE; _fini in any case. */
int sim_subscribers_init(struct sim_subscribers *s, uint64_t seed);
void sim_subscribers_fini(struct sim_subscribers *s);

/* A caller of the group tells. */
void sim_subscribers_event(struct sim_subscribers *s,
                           const struct nas_event *e);

/* Who is at that line, and how many attempts he has made of this wish; false:
 * nobody. */
bool sim_subscribers_who(const struct sim_subscribers *s, uint32_t line,
                         uint32_t *who, uint32_t *attempts);

/* Of the attempt at that line: a seed, which is none other's. */
uint64_t sim_subscribers_seed(const struct sim_subscribers *s, uint32_t line);

/* Of the line of who is there, always the same. */
uint64_t sim_subscribers_loop(const struct sim_subscribers *s, uint32_t line);

/* What is measured is of the time from now on; and, once, `stats` without
 * what was before. */
void sim_subscribers_measure(struct sim_subscribers *s);
void sim_subscribers_settle(struct sim_subscribers *s);

#endif
