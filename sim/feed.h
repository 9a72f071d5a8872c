/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node's peer is fed at the world's time, and wakes up at its deadline. */
#ifndef SIM_FEED_H
#define SIM_FEED_H

#include "sim/world.h"

/* Around each input of a node's peer: sim_begin, pptp_node_…, sim_finish. */
void sim_begin(struct sim_node *n);
/* All that follows from it, and the timer. */
void sim_finish(struct sim_node *n);

/* The same where the role has been fed, and may have left something. */
void sim_settle(struct sim_node *n);

/* As sim_warm: what a packet of the call in a slot of the peer, or (UINT32_MAX)
 * of whatever call, will touch. */
bool sim_node_warm(const struct sim_node *n, uint32_t slot, unsigned step);
/* Has the calendar fetch what nodes touch before they do. */
void sim_feed_warm(struct sim_world *w);

/* Its peer, I/O and role are there. 0 or PPTP_ERR_RESOURCE. */
int sim_feed_init(struct sim_node *n);
void sim_feed_fini(struct sim_node *n);

#endif
