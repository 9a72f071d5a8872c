/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subscribers of a scenario: what their keys mean. */
#ifndef TOOL_SUBSCRIBERS_H
#define TOOL_SUBSCRIBERS_H

#include "tool/scenario.h"

/* Finds their lines, and reads their hours.  0, or -1 and *err. */
int subscribers_check(const struct scenario *s, struct conf_error *err);

/* Who share the lines of a group of calls: an index, n_subscribers: nobody. */
size_t subscribers_of(const struct scenario *s,
                      const struct scenario_call *group);

/* What they are in a world. Reads their trace, if they have one; `text` is
 * what it points to, the caller's to free. 0, or -1 and *err. */
int subscribers_config(const struct scenario_subscribers *u,
                       struct sim_subscribers_config *out, char **text,
                       struct conf_error *err);

#endif
