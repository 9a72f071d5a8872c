/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls: how they begin and end, their lines, and PPP at their ends. */
#ifndef SIM_CALLS_H
#define SIM_CALLS_H

#include "sim/world.h"

/* What a call needs beside its configuration; it begins at its start. */
void sim_call_init(struct sim_call *c);
void sim_call_fini(struct sim_call *c);
/* What the sessions of a world are told to call. */
void sim_calls_sessions(struct sim_sessions *s);

/* What their nodes' peers ask for and tell, ctx is a struct sim_node; and how
 * they carry what their sources send. */
extern const struct nas_role sim_calls_role;
extern const struct sim_carrier sim_call_carrier;

/* Frames that have come along the line by now are delivered. */
void sim_call_settle(struct sim_call *c);

#endif
