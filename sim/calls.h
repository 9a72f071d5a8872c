/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls: when they are made and end, what becomes of them, and their users'
 * packets.  What PNSs, PACs and callers do is their roles' business; this
 * keeps the record, of the roles' events. */
#ifndef SIM_CALLS_H
#define SIM_CALLS_H

#include "sim/world.h"

/* A node plays a PNS, a PAC or both, as its configuration says. 0 or a
 * negative error. */
int sim_calls_node(struct sim_node *n, const struct sim_node_config *c,
                   uint64_t seed);
void sim_calls_node_fini(struct sim_node *n);
/* The role of such nodes; ctx is a struct sim_node. */
extern const struct nas_role sim_calls_role;

/* All calls of a world are there: they begin at their starts. 0 or
 * PPTP_ERR_RESOURCE. */
int sim_calls_begin(struct sim_world *w);
void sim_call_fini(struct sim_call *c);

/* How calls carry what their sources send. */
extern const struct sim_carrier sim_call_carrier;

/* The world's for a PAC's telephone network; its ctx is the node. */
extern const struct sim_phone_world sim_calls_phone;

/* The world's for a group's lines; its ctx is the group. */
extern const struct sim_line_world sim_calls_lines;

#endif
