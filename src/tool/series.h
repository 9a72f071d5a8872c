/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * series.csv: what calls and links look like, once every sample_interval of a
 * run.
 */
#ifndef TOOL_SERIES_H
#define TOOL_SERIES_H

#include <stdint.h>
#include <stdio.h>

#include "sim/world.h"
#include "tool/scenario.h"
#include "tool/variant.h"

struct series {
    const struct scenario *s;
    struct sim_world *w;
    struct variant_progress *progress; /* or NULL */
    FILE *file;
    int error; /* errno of the first write that failed */
    struct sim_sink sampler;
};

/* Makes dir/series.csv and samples from time 0 on; s and w outlive it.
 * 0; or 3 and *err. */
int series_open(struct series *r, const struct scenario *s,
                struct sim_world *w, const char *dir,
                struct variant_progress *progress, struct tool_error *err);
/* 0; or 3 and *err if anything was not written. */
int series_close(struct series *r, const char *dir, struct tool_error *err);

#endif
