/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two runs over time: what series.csv has of each, as means with intervals of
 * batches (lab/batch.h), so that runs of one seed can be compared, too.  Of
 * what is counted, the rate.
 */
#ifndef TOOL_DIFF_COURSE_H
#define TOOL_DIFF_COURSE_H

#include <stdbool.h>

#include "conf/tree.h"

/* Prints what differs by more than its interval, or all, of the series of two
 * folders after `label`; nothing where one has none.  0; or an exit code
 * (tool/run.h) and *err. */
int diff_course_print(const char *label, const char *a, const char *b,
                      bool all, struct conf_error *err);

#endif
