/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `dialtone sweep`: a scenario over axes and seeds, into one file (lab/store.h)
 * that a later call of the same goes on with.
 */
#ifndef TOOL_SWEEP_H
#define TOOL_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

struct sweep_options {
    const char *path;        /* of the scenario */
    const char *const *sets; /* "key=value" */
    size_t n_sets;
    const char *const *over; /* "key=values", see lab/axes.h */
    size_t n_over;
    size_t lhs; /* points of a Latin hypercube; 0: none */
    size_t seeds;
    const char *until; /* "METRIC=±5%", see lab/stop.h; NULL: no rule */
    size_t max_seeds;
    size_t jobs; /* 0: as many as there are processors */
    size_t shard, shards;
    const char *out; /* the file; NULL: out/<name of the scenario>.sqlite */
    bool dry_run;    /* list the points, and that is it */
    bool quiet;      /* no progress, no last line: only what is wrong */
};

/* The exit code (tool/run.h): a point that failed is RUN_INTERNAL. */
int sweep_scenario(const struct sweep_options *options);

#endif
