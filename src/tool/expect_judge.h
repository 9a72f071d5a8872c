/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The expectations of a scenario judged: of one run, and of a metric's values
 * over seeds.
 */
#ifndef TOOL_EXPECT_JUDGE_H
#define TOOL_EXPECT_JUDGE_H

#include <jansson.h>
#include <stddef.h>

#include "tool/scenario.h"

/*
 * A list of {that, value, bound, ok, why}, in the scenario's order; bound is
 * text.  *n_failed is how many do not hold; a metric that is missing fails:
 * it was misspelled or nothing was measured of it.  What an expectation says
 * of seeds does not count here.  New reference; NULL: no memory.
 */
json_t *expect_evaluate(const struct scenario *s, const json_t *variants,
                        size_t *n_failed);

/* Values of several seeds: that of a path in the seed of that index, or NAN. */
struct expect_table {
    size_t seeds;
    double (*value)(void *ctx, const char *path, size_t seed);
    void *ctx;
};

/* The same over seeds, with the mean as value; besides low and high, its
 * interval, seeds, and how many of them held alone. */
json_t *expect_over_seeds(const struct scenario *s,
                          const struct expect_table *table, size_t *n_failed);

#endif
