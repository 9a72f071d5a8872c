/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is drawn of a run, in memory that does not grow with it: the time so
 * far is cut into at most `room` cells of equal width, which doubles when
 * they are used up.  A cell keeps samples as they were, none that are made
 * up: of a gauge (a window, a queue) the lowest and the highest with their
 * times, so that no peak is lost; of a counter the first and the last, from
 * which rates are exact.
 */
#ifndef TOOL_CURVES_H
#define TOOL_CURVES_H

#include <stdint.h>
#include <stdio.h>

#include "base/base.h"

enum curve_kind { CURVE_GAUGE, CURVE_COUNTER };

struct curve_point {
    pptp_ns t_ns; /* PPTP_NEVER: there is none */
    double value;
};

struct curve_cell {
    struct curve_point a, b; /* lowest and highest, or first and last */
};

struct curves {
    pptp_ns width_ns; /* of a cell */
    size_t n, room;
    enum curve_kind *kinds;   /* n of them */
    struct curve_cell *cells; /* n * room */
};

/* n curves of kinds that repeat every n_kinds; room is even.  Samples come
 * every step_ns.  0, or -1: no memory. */
int curves_init(struct curves *c, size_t n, const enum curve_kind *kinds,
                size_t n_kinds, size_t room, pptp_ns step_ns);
void curves_fini(struct curves *c);

/* A sample of one curve; times do not go back. */
void curves_take(struct curves *c, size_t curve, pptp_ns now, double value);

/* The last value of a counter; 0 if there is none. */
double curves_last(const struct curves *c, size_t curve);

/* Writes a gauge's samples, "time value" a line in s and units of `unit`; a
 * gap is a line with NaN.  How many samples. */
size_t curves_print(const struct curves *c, size_t curve, double unit,
                    FILE *f);

/*
 * Writes what a counter grew by in each mean_ns, over what curve `over` grew
 * by in that time (SIZE_MAX: over the seconds), times unit: a line where each
 * begins, and where the last before a gap or the end ends.  How many.
 */
size_t curves_print_mean(const struct curves *c, size_t curve, size_t over,
                         double unit, pptp_ns mean_ns, FILE *f);

#endif
