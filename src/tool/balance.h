/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The books of a run held against each other: every account by itself, every
 * port by itself, and what ports lost against what accounts lost there.
 */
#ifndef TOOL_BALANCE_H
#define TOOL_BALANCE_H

#include <jansson.h>

#include "sim/world.h"

/* Of a world that is settled: a line for each term that is wrong, the first
 * ten; an empty list when they balance.  New reference. */
json_t *balance_check(struct sim_world *w);

#endif
