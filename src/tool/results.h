/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a run has come to: result.json, with metrics, books and counters, and
 * the tables.
 */
#ifndef TOOL_RESULTS_H
#define TOOL_RESULTS_H

#include <stdbool.h>

#include "sim/world.h"
#include "tool/attempts.h"
#include "tool/pilot.h"
#include "tool/scenario.h"
#include "tool/series.h"
#include "tool/shots.h"

struct results {
    const struct scenario *s;
    struct sim_world *w;
    const struct series *series;
    const struct shots *shots;
    const struct attempts *attempts;
    const char *dir;
    const char *label;               /* of the variant */
    bool complete;                   /* the run got to its end */
    const char *limit;               /* to which of its limits; or empty */
    const struct pilot_found *start; /* of measuring, if asked for */
    struct conf_error *err;
};

/* Before the run: takes room for what results_write writes, so that what grows
 * meanwhile does not take it. */
void results_reserve(const struct results *r);

/* Settles the world's books and writes all files, or those that can be.  0,
 * also when the books do not balance: result.json then says so.  Or 3 and
 * *err. */
int results_write(struct results *r);

#endif
