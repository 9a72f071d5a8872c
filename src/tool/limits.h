/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bounds of a run: how many events, how much memory, how long by the
 * clock, and how many events without time going on.  A run that comes to one
 * ends there, and says which, by what, and what to change.
 */
#ifndef TOOL_LIMITS_H
#define TOOL_LIMITS_H

#include <time.h>

#include "sim/burden.h"
#include "tool/scenario.h"

enum { LIMITS_KINDS = 12 }; /* of events that are told apart */

struct limits_kind {
    struct sim_sink sink; /* one of it */
    uint64_t seen;        /* of the samples */
};

struct limits {
    const struct scenario *s;
    const struct sim_world *w;
    struct timespec start;
    struct limits_kind kind[LIMITS_KINDS];
    uint64_t looks;      /* samples */
    uint64_t instant_ns; /* of the sample before, */
    uint64_t done;       /* when it began */
    uint64_t memory;     /* that may be */
    uint64_t resident;   /* at the beginning, with */
    struct sim_burden before;
    char met[400]; /* which, by what; empty: none */
};

/* Watches a world that is built, which keeps *l. */
void limits_watch(struct limits *l, const struct scenario *s,
                  struct sim_world *w);

#endif
