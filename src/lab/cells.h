/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A metric by some axes of a sweep: a cell for each combination of their
 * values, with a value for each seed, and from these a mean and its interval.
 * Where configurations differ in other axes, too, a seed's value is the mean
 * of them: seeds are what is independent, configurations are not.
 */
#ifndef LAB_CELLS_H
#define LAB_CELLS_H

#include "lab/sheet.h"
#include "lab/stat.h"

struct cell {
    const size_t *levels; /* of the axes, as given */
    const double *x;      /* of each seed of the sheet; NAN: none */
    size_t configs;       /* that are in it */
    size_t seeds;         /* that have run in all of them */
    struct stat_sums sums;
    double low, high; /* the smallest and the largest of a seed */
};

/* Ordered by the axes' values, the first axis slowest. */
struct cells {
    struct cell *v;
    size_t n;
    size_t *levels; /* what cells point to */
    double *x;
};

/* Of a metric of the sheet, by n_by of its axes: LAB_OK, or LAB_FAILED and *c
 * is empty: no memory. */
int cells_make(struct cells *c, const struct sheet *s,
               const struct sheet_metric *m, const size_t *by, size_t n_by);

/* Leaves the differences to the cells that have `level` in place `place` of
 * the axes, seed by seed, in all others: a seed counts that both have. */
void cells_against(struct cells *c, size_t n_seeds, size_t n_by, size_t place,
                   size_t level);

void cells_free(struct cells *c);

#endif
