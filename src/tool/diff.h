/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What differs between two results, and by how many intervals. */
#ifndef TOOL_DIFF_H
#define TOOL_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "tool/diff_side.h"

/* A value of both that is not the same. */
struct diff_value {
    size_t metric, config; /* of the first side */
    double a, b;           /* means; NAN: no value */
    double half;           /* of the 95 % interval of b - a; NAN: none */
    bool differs;
};

struct diff {
    struct diff_value *values;
    size_t n;        /* of them */
    size_t compared; /* those that are the same included */
    size_t within;   /* of n: differ no more than seeds do */
    bool paired;     /* seeds that both have; else unlike seeds */
};

/*
 * Compares what both have.  With two common seeds or more a difference is
 * judged by the differences seed by seed, else, with two seeds on each side,
 * by both spreads (Welch); without, every difference counts, as it does with
 * `exact`.  The level is 95 % for all comparisons together (Bonferroni): of
 * two sweeps of the same thing with different seeds one in twenty differs
 * anywhere.  0, or -1: no memory.  free(d->values).
 */
int diff_compare(struct diff *d, const struct diff_side *a,
                 const struct diff_side *b, bool exact);

#endif
