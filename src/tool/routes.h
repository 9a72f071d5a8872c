/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which hosts a scenario sends packets between. */
#ifndef TOOL_ROUTES_H
#define TOOL_ROUTES_H

#include <stddef.h>

#include "sim/platform_check.h"
#include "tool/scenario.h"

/* Pairs of different hosts, by name, each once; they go both ways.  free();
 * NULL without memory. */
struct sim_platform_pair *routes_needed(const struct scenario *s, size_t *n);

/* Tries the scenario's platform and the routes that it will need; see
 * sim_platform_check. */
int routes_check(const struct scenario *s, char *err, size_t err_octets);

#endif
