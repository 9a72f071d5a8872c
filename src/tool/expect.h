/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the expectations of a scenario may speak of: metrics of its variants.
 *
 * variants is the "variants" object of result.json: label to an object with
 * a flat map "metrics", name to number.  A metric is written
 * `<label>.<metric>`, or `<metric>` where the scenario compares nothing.
 */
#ifndef TOOL_EXPECT_H
#define TOOL_EXPECT_H

#include <jansson.h>
#include <stdbool.h>

#include "tool/scenario.h"

/* The value at path; NAN if there is none or it is not a number. */
double expect_metric(const json_t *variants, bool compare, const char *path);

/* Whether a run can give a metric at path: names of links, values of the
 * comparison and names of metrics are known before. */
bool expect_known(const struct scenario *s, const char *path);

/* All paths of all expectations: 0, or -1 and *err. */
int expect_check(const struct scenario *s, struct conf_error *err);

#endif
