/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * histograms.csv: the distributions that `histograms` of the scenario asks
 * for, a bin that has values a row.  Bins are 1.6 % to 3.1 % wide
 * (base/hist.h).
 */
#ifndef TOOL_HISTOGRAMS_H
#define TOOL_HISTOGRAMS_H

#include "sim/world.h"
#include "tool/scenario.h"

/* Whether there are such distributions: 0; or -1 and *err. */
int histograms_check(const struct scenario *s, struct conf_error *err);

/* Of a world that is settled; nothing if none is asked for.  0; or 3 and
 * *err. */
int histograms_write(const struct scenario *s, const struct sim_world *w,
                     const char *dir, struct conf_error *err);

#endif
