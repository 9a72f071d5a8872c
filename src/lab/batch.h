/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An interval of the mean of one long run, whose values depend on each other:
 * batch means.  The run is cut into batches of equal length, whose means are
 * nearly independent if they are long enough.
 *
 * The rule: 32 batches; if their means are still correlated, neighbours are
 * put together, and there are 16; at last 8.  Correlated is what von Neumann's
 * ratio says on a level of 10 %, as Fishman uses it ("Grouping observations in
 * digital simulation", Management Science 24, 1978).  More than 32 would
 * hardly narrow the interval (Schmeiser, "Batch size effects in the analysis
 * of simulation output", Operations Research 30, 1982); means of fewer than
 * 8 tell little of their variance.  A remainder is left out at the begin,
 * where a run is least in its steady state.
 */
#ifndef LAB_BATCH_H
#define LAB_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "lab/stat.h"

enum { BATCH_MOST = 32, BATCH_LEAST = 8 };

struct batch_means {
    struct stat_interval of; /* NAN where there are not BATCH_LEAST values */
    size_t batches, length;  /* in values */
    bool independent; /* no: the run is too short, the interval too narrow */
};

/* Of n values in the order of time, none of them NAN. */
struct batch_means batch_means(const double *x, size_t n, double level);

/* 1 less half of von Neumann's ratio, near the correlation of neighbours: 0 of
 * independent values, and of values that are all the same. */
double batch_correlation(const double *x, size_t n);

#endif
