/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What figure.dat of a run holds, without its points: which curves there are,
 * where they stand, how far they reach.
 */
#ifndef TOOL_FIGURE_DATA_H
#define TOOL_FIGURE_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "tool/plotdata.h"

/* The curve of one call, flow or link. */
struct figure_curve {
    char *name;
    double drops; /* of a link */
    double high;
};

/* The curves of one kind: a data set of gnuplot's, a block each. */
struct figure_set {
    int index; /* of the data set */
    struct figure_curve *v;
    size_t n;
    double low, high; /* of all; low of those above 0 */
};

struct figure_count {
    size_t all, drawn;
};

struct figure_data {
    bool there; /* else the run has left no figure.dat */
    double time_s, mean_s;
    struct figure_count calls, flows, links;
    struct figure_set sets[PLOT_KINDS];
};

/* Of dir/figure.dat.  0; or -1 and *err.  figure_data_free is due in any
 * case. */
int figure_data_read(struct figure_data *d, const char *dir,
                     struct conf_error *err);
void figure_data_free(struct figure_data *d);

/* The place of a curve in its set by name; n if it has none. */
size_t figure_data_find(const struct figure_set *s, const char *name);

#endif
