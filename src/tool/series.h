/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * series.csv: what calls, flows and links look like, once every
 * sample_interval of a run and at its end; and figure.dat, what of that is
 * drawn.
 */
#ifndef TOOL_SERIES_H
#define TOOL_SERIES_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "base/probe.h"
#include "sim/world.h"
#include "tool/plotdata.h"
#include "tool/scenario.h"
#include "tool/variant.h"

/* The columns of series.csv after time_s and object. */
extern const struct probe series_probes[];

struct series_row;
struct series_link;

struct series {
    const struct scenario *s;
    struct sim_world *w;
    struct variant_progress *progress; /* or NULL */
    FILE *file;
    int error; /* errno of the first write that failed */
    struct sim_sink sampler;
    pptp_ns interval_ns;
    struct series_row *rows; /* of calls, flows, links, trunks */
    uint32_t n_calls, n_flows;
    struct series_link *links;
    const struct sim_trunks **trunks; /* groups of all PACs */
    size_t n_trunks;
    struct plotdata plot;
    uint64_t samples;
    pptp_ns last_ns; /* of the last sample */
};

/* Makes dir/series.csv and samples from time 0 on; s and w outlive it.
 * 0; or 3 and *err. */
int series_open(struct series *r, const struct scenario *s,
                struct sim_world *w, const char *dir,
                struct variant_progress *progress, struct conf_error *err);
/* The last sample.  0; or 3 and *err if anything was not written. */
int series_close(struct series *r, const char *dir, struct conf_error *err);

/* Writes dir/figure.dat of a series that was closed and frees it; after a
 * series_open that failed, too.  0; or 3 and *err. */
int series_draw(struct series *r, const char *dir, struct conf_error *err);

/* How it was sampled, for result.json. */
json_t *series_json(const struct series *r);

/* In words which calls and flows there are no rows of; false: none. */
bool series_left_out(const struct series *r, char *text, size_t octets);

#endif
