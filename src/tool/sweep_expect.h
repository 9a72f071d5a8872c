/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The expectations of a scenario, judged by its sweep. */
#ifndef TOOL_SWEEP_EXPECT_H
#define TOOL_SWEEP_EXPECT_H

#include <stdbool.h>

#include "tool/scenario.h"

/*
 * All expectations, over seeds, for each combination of values of the axes;
 * what the scenario compares is not one of these, but the values that metrics
 * have before their names.  Prints what does not hold, and a last line unless
 * quiet.  RUN_OK, RUN_EXPECTATION, or another exit code and *err.
 */
int sweep_expect(const struct scenario *s, const char *path, bool quiet,
                 struct conf_error *err);

#endif
