/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a run has come to: calls.csv, a row a call, and result.json with its
 * metrics and counters.
 */
#ifndef TOOL_RESULTS_H
#define TOOL_RESULTS_H

#include <stdbool.h>

#include "sim/world.h"
#include "tool/records.h"
#include "tool/scenario.h"
#include "tool/series.h"

struct results {
    const struct scenario *s;
    struct sim_world *w;
    const struct records *records;
    const struct series *series;
    const char *dir;
    const char *label; /* of the variant */
    bool complete;     /* the run got to its end */
    struct tool_error *err;
};

/* Writes both files.  0; or 3 and *err. */
int results_write(struct results *r);

#endif
