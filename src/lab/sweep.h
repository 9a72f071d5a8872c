/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sweep: every configuration of a design with every seed, each a point that
 * a process of its own runs, and whose outcome is in the file before it is
 * counted.  All configurations have the same seeds (common random numbers),
 * so that what differs between them is not chance.
 *
 * A point that the file has is not run again, nor is one whose content is
 * equal to another's: that one's outcome is its, too.  What failed is tried
 * again.  Seeds go round: each configuration has its first before any has its
 * second.
 */
#ifndef LAB_SWEEP_H
#define LAB_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/design.h"
#include "lab/outcome.h"
#include "lab/stop.h"
#include "lab/store.h"

/* How far it is. */
struct sweep_state {
    size_t points;   /* there are, of this shard */
    size_t had;      /* were in the file before */
    size_t run;      /* were run now, and are done */
    size_t equal;    /* have another's outcome */
    size_t failed;   /* now */
    size_t expected; /* points there will be, with what the rule still wants */
    size_t wide;     /* configurations whose interval is too wide in the end */
    double seconds;  /* since the beginning */
    double left_s;   /* NAN: nobody knows yet */
    int signal;      /* that ended it, or 0 */
};

struct sweep_config {
    const struct design *design;
    struct store *store;
    const int64_t *ids; /* of the configurations, in the store */
    uint64_t seed;      /* the first; the next is one more */
    size_t seeds;
    /* Or more, of each configuration as many as its metric wants, but not more
     * than max_seeds; NULL: no rule. */
    const struct stop_rule *until;
    size_t max_seeds;
    size_t shard, shards; /* shard from 1 on, of how many */
    size_t jobs;
    void *ctx;
    /* Of all that a configuration's outcome depends on, but for its seed. */
    const char *(*content)(void *ctx, size_t config);
    /* In a process of its own. */
    void (*run)(void *ctx, size_t config, uint64_t seed, struct outcome *o);
    /* A point failed; and now and then, how far it is. */
    void (*failed)(void *ctx, size_t config, uint64_t seed, const char *error);
    void (*progress)(void *ctx, const struct sweep_state *state);
};

/* LAB_OK: all that could be done is in the file, failures included.  Else
 * *err: the file could not be written to, or no process be had. */
int sweep_run(const struct sweep_config *c, struct sweep_state *state,
              struct conf_error *err);

#endif
