/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of a run, by name: doc/dialtone-run.md lists it. */
#ifndef TOOL_METRICS_H
#define TOOL_METRICS_H

#include <jansson.h>

#include "sim/world.h"
#include "tool/scenario.h"

/* Of a world that is settled: numbers by name, for expectations and tables.
 * What was not measured is left out.  New reference. */
json_t *metrics_make(const struct scenario *s, struct sim_world *w);

/* Of every port that a packet came to, by its name.  New reference. */
json_t *metrics_links(struct sim_world *w);

/* How many calls began with which rate, bit/s.  New reference. */
json_t *metrics_speeds(const struct sim_world *w);

/* Of every trunk group, by its name.  New reference. */
json_t *metrics_trunks(struct sim_world *w);

#endif
