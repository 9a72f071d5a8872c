/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone sweep csv`: all values of a sweep, for R, pandas and the like. */
#ifndef TOOL_SWEEP_CSV_H
#define TOOL_SWEEP_CSV_H

#include "tool/sweep_view.h"

/*
 * A line for each point, which has axes, a seed and metrics; or, tall, one for
 * each of its values.  Beside it NAME.dictionary.csv: what each column is.
 */
int sweep_csv(const struct view_options *o, struct conf_error *err);

#endif
