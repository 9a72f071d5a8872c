/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The metrics of a run: which there are, under which names, with units and in
 * words, before anything has run; and their values afterwards.  The rows are
 * beside what counts (base/probe.h); a link's have its name and a dot in
 * front, those of a direction "calls.up." and so on.
 */
#ifndef TOOL_PROBES_H
#define TOOL_PROBES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/probe.h"
#include "sim/totals.h"
#include "tool/scenario.h"

#define PROBES_NAME_OCTETS 300

/* What the values are of. */
struct probes_run {
    const struct sim_world *w; /* settled */
    const struct sim_totals *totals;
};

typedef void probes_taker(void *ctx, const char *name,
                          const struct probe_value *v);

/* Every metric of a run, in the order of result.json; run NULL: each that a
 * run of this scenario can have, without values. */
void probes_each(const struct scenario *s, const struct probes_run *run,
                 probes_taker *take, void *ctx);

/* Every distribution of a run, by its name without a statistic; run NULL: as
 * above, and h is NULL. */
typedef void probes_hist_taker(void *ctx, const char *name,
                               const struct hist *h);
void probes_each_hist(const struct scenario *s, const struct probes_run *run,
                      probes_hist_taker *take, void *ctx);

/* Whether a run can have it. */
bool probes_known(const struct scenario *s, const char *name);

/* What is known of a metric. */
struct probes_about {
    const char *unit;
    char help[400];
    enum probe_kind kind;
};

/* False: no run of the scenario has it. */
bool probes_about(const struct scenario *s, const char *name,
                  struct probes_about *out);

/* Writes the name that is most like an unknown one; false: none is. */
bool probes_nearest(const struct scenario *s, const char *name,
                    char out[PROBES_NAME_OCTETS]);

#endif
