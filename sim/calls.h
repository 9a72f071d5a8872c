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

/* Whether users' frames flow: up, and not about to end. */
bool sim_call_carries(const struct sim_call *c);
/* A frame of a user sets out on one of the ways. */
void sim_call_offer(struct sim_call *c, enum sim_way way, pptp_pkt h);

/* Two nodes have a control connection: what waited for it begins. */
void sim_calls_connected(struct sim_node *n, struct sim_node *peer);

/* What a node's peer asks for or tells. */
void sim_call_frame(struct sim_node *n, const struct pptp_action *a);
void sim_call_line(struct sim_node *n, const struct pptp_action *a);
void sim_call_new(struct sim_node *n, const struct pptp_action *a);
void sim_call_up(struct sim_node *n, const struct pptp_action *a);
void sim_call_down(struct sim_node *n, const struct pptp_action *a);

/* Frames that have come along the line by now are delivered. */
void sim_call_settle(struct sim_call *c);

#endif
