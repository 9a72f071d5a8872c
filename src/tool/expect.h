/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The expectations of a scenario held against the results of its variants.
 *
 * variants is the "variants" object of result.json: label to an object with
 * a flat map "metrics", name to number.  A metric is written
 * `<label>.<metric>`, or `<metric>` where the scenario compares nothing.
 */
#ifndef TOOL_EXPECT_H
#define TOOL_EXPECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "tool/scenario.h"

/* The value at path; NAN if there is none or it is not a number. */
double expect_metric(const json_t *variants, bool compare, const char *path);

/* Whether a run can give a metric at path: names of links, values of the
 * comparison and names of metrics are known before. */
bool expect_known(const struct scenario *s, const char *path);

/* All paths of all expectations: 0, or -1 and *err. */
int expect_check(const struct scenario *s, struct conf_error *err);

/*
 * A list of {that, value, bound, ok, why}, in the scenario's order; bound is
 * text.  *n_failed is how many do not hold; a metric that is missing fails:
 * it was misspelled or nothing was measured of it.  New reference; NULL: no
 * memory.
 */
json_t *expect_evaluate(const struct scenario *s, const json_t *variants,
                        size_t *n_failed);

#endif
