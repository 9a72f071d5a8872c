/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scenario says that links do to packets, handed to the ports of a
 * world. */
#ifndef TOOL_IMPAIRS_H
#define TOOL_IMPAIRS_H

#include "tool/scenario.h"

/* Sets up a port of that link, for a run of that length. 0; 2 for a bad scenario, 3 for a failure, with
 * *err. */
int impairs_set(const struct scenario_link *l, pptp_ns duration_ns,
                struct sim_world *w, struct sim_port *p,
                struct conf_error *err);

#endif
