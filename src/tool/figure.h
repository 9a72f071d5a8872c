/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The figure of a run: a column for each variant; rows for the window, ATO
 * and RTT, the bottleneck's queue and its losses.
 *
 * Written are figure.gp and figure.dat, and by gnuplot figure.svg and
 * figure.png.
 */
#ifndef TOOL_FIGURE_H
#define TOOL_FIGURE_H

#include <stddef.h>

#include "tool/config.h"

/* Columns; further variants are left out. */
#define FIGURE_COLUMNS_MAX 6

struct figure_variant {
    const char *label; /* column title; may be empty */
    const char *dir;   /* folder that holds series.csv */
};

/*
 * Draw into folder dir.  0: drawn; 1: script and data are there, but gnuplot
 * is missing or failed, and *err says so; -1: nothing usable, *err set.
 */
int figure_make(const char *dir, const char *title,
                const struct figure_variant *variants, size_t n_variants,
                struct tool_error *err);

#endif
