/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units and colours that the figures of runs and of sweeps have in common. */
#ifndef TOOL_FIGURE_SCALE_H
#define TOOL_FIGURE_SCALE_H

#include <stddef.h>

/* A value in its base unit, times factor, is in `unit`. */
struct figure_scale {
    double factor;
    const char *unit;
};

/* How values of a base unit are shown that go as far as `high`: "s" as ms,
 * "bit/s" as Mbit/s; others as they are. */
struct figure_scale figure_scale_of(const char *unit, double high);

/* Okabe and Ito's, which colour-blind people tell apart, again and again. */
#define FIGURE_COLOURS 7
const char *figure_colour(size_t i);

#endif
