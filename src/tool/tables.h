/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row a call, a flow, a user, a voice: calls.csv, flows.csv, users.csv and
 * voices.csv.  Each of the ways
 * of a call balances: offered = delivered + what is lost, place by place, +
 * under way.  A cell of what was not measured is empty.
 */
#ifndef TOOL_TABLES_H
#define TOOL_TABLES_H

#include "conf/tree.h"
#include "sim/world.h"

/* Write calls.csv, and flows.csv and users.csv if the world (settled) has
 * some.  0; or 3
 * and *err. */
int tables_write(const struct sim_world *w, const char *dir,
                 struct conf_error *err);

/* Why a call never came up or came to an end before its time, in words
 * without a comma; "" for one that did not.  room: for the text. */
const char *tables_reason(const struct sim_call *c, char *room, size_t octets);

#endif
