/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The figure of a run: a column for each variant, in it panels one above the
 * other: window, round-trip time and time-out, goodput and delay of the
 * calls; goodput and delay of the flows; queue and losses of the link that
 * lost most.  What no variant has has no panel.  What is left out is said in
 * the figure and to the caller.
 *
 * Written are figure.gp, which draws the variants' figure.dat (plotdata.h),
 * and by gnuplot figure.svg and figure.png; of many variants further ones,
 * figure-2.gp and so on.
 */
#ifndef TOOL_FIGURE_H
#define TOOL_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/tree.h"
#include "tool/gnuplot.h"

/* Pictures; variants that are in none are left out. */
#define FIGURE_PICTURES_MAX 10

struct figure_variant {
    const char *label; /* column title; may be empty */
    const char *dir;   /* folder that holds figure.dat: the figure's own, or
                        * one inside it */
};

struct figure_config {
    const char *dir;
    const char *title; /* may be NULL */
    const struct figure_variant *variants;
    size_t n_variants;
    bool script_only; /* gnuplot is not asked */
    const struct gnuplot_watch *watch;
};

struct figure_report {
    size_t pictures;    /* that are there */
    char left_out[600]; /* in words, or empty */
    struct conf_error err;
};

enum figure_result {
    FIGURE_DRAWN,
    FIGURE_NO_GNUPLOT, /* scripts and data are there; err says why no more */
    FIGURE_FAILED,     /* err says why */
    FIGURE_STOPPED     /* by the watch */
};

enum figure_result figure_make(const struct figure_config *config,
                               struct figure_report *report);

/* "figure.svg" of picture 0, "figure-2.svg" of picture 1. */
void figure_name(char *name, size_t octets, size_t picture,
                 const char *ending);

#endif
