/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modems of a scenario's lines: what their keys mean. */
#ifndef TOOL_MODEMS_H
#define TOOL_MODEMS_H

#include "tool/scenario.h"

/* Every group of calls has a rate, or modems that there are.  0, or -1 and
 * *err. */
int modems_check(const struct scenario *s, struct conf_error *err);

/* Those of a group's lines, at a PAC with these parameters; false: they have
 * a rate. */
bool modems_of(const struct scenario *s, const struct scenario_call *group,
               const struct scenario_pptp *pac, struct sim_modem_config *out);

#endif
