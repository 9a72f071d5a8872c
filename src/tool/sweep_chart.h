/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pictures of a sweep, as data and a script for gnuplot: curves with their
 * intervals, or a map of colours.
 */
#ifndef TOOL_SWEEP_CHART_H
#define TOOL_SWEEP_CHART_H

#include <stdbool.h>
#include <stdio.h>

#include "tool/figure_scale.h"
#include "tool/figure_text.h"
#include "tool/sweep_view.h"

/* Curves that can be told apart. */
#define CHART_CURVES_MAX 14

struct chart {
    const struct view *v;
    const struct view_metric *metrics; /* by family, then x; or by y, then x */
    size_t n;
    size_t x;            /* axis */
    size_t other;        /* family, or y of a map; SIZE_MAX: there is none */
    bool crossed;        /* each value with each other: points may be joined */
    const char *name;    /* of the script's files, without their endings */
    const char *title;   /* "" if the scenario has none */
    const char *caption; /* what intervals, what is averaged */
};

/* NAME.dat, and NAME.gp; a map is of the first metric. */
void chart_curves_data(const struct chart *c, FILE *f);
void chart_curves_script(const struct chart *c, FILE *f);
void chart_map_data(const struct chart *c, FILE *f);
void chart_map_script(const struct chart *c, FILE *f);

/* --- what both have ------------------------------------------------------ */

/* Terminals, output, fonts, title and caption: a picture of these pixels. */
void chart_begin(const struct chart *c, int width, int height, FILE *f);
/* Pixels of title and caption. */
int chart_top(const struct chart *c);
void chart_end(FILE *f);

/* "name (unit)" in quotes. */
void chart_name(const char *name, const char *unit, FILE *f);

/* The same upright at the left edge of the picture, at `y` of its height from
 * above. */
void chart_upright(const char *name, const char *unit, double y, FILE *f);

/* How an axis of numbers is shown; of names as it is. */
struct figure_scale chart_axis_scale(const struct sheet_axis *a);

/* A value of an axis as a tic has it: its number, scaled, or its name. */
const char *chart_value(char room[FIGURE_TEXT_OCTETS],
                        const struct sheet_axis *a, size_t level,
                        struct figure_scale scale);

/* Tics of an axis whose values stand at their indices, along so many pixels:
 * as many of them as there is room for. */
void chart_tics(const struct sheet_axis *a, struct figure_scale scale,
                char x_or_y, double pixels, FILE *f);

/* An estimate of a character's width, in pixels: nobody knows the font. */
#define CHART_CHARACTER 9.5

#endif
