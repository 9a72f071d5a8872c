/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subscribers of a scenario: what their keys mean. */
#ifndef TOOL_SUBSCRIBERS_H
#define TOOL_SUBSCRIBERS_H

#include "tool/scenario.h"

/* Finds their lines, and reads their hours.  0, or -1 and *err. */
int subscribers_check(const struct scenario *s, struct conf_error *err);

/* Who share the lines of a group of calls, or NULL. */
const struct sim_subscribers_config *subscribers_of(
    const struct scenario *s, const struct scenario_call *group);

#endif
