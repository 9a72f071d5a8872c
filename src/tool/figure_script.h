/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script of one picture of a figure, for gnuplot. */
#ifndef TOOL_FIGURE_SCRIPT_H
#define TOOL_FIGURE_SCRIPT_H

#include <stdio.h>

#include "tool/figure_data.h"

/* Calls, and flows, that have a line style each. */
#define FIGURE_STYLES 14

struct figure_names {
    const char *v[FIGURE_STYLES];
    size_t n; /* 0: there are too many to tell them apart */
};

struct figure_column {
    const char *label;
    const char *data; /* path of figure.dat from where the script is */
    struct figure_data d;
};

/* All variants, which have their axes in common. */
struct figure {
    const char *title;
    const char *caption; /* below the title */
    struct figure_column *columns;
    size_t n;
    struct figure_names calls, flows, trunks;
    const char *link; /* that is drawn; NULL: none */
};

/* The picture of n columns from first on; it is called NAME.svg or .png. */
void figure_script_write(const struct figure *f, size_t first, size_t n,
                         const char *name, FILE *out);

#endif
