/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node's peer: how it is fed, and where what it asks for goes. */
#ifndef SIM_FEED_H
#define SIM_FEED_H

#include "sim/world.h"

/* Around each input of a node's peer: sim_begin, pptp_node_…, sim_finish. */
void sim_begin(struct sim_node *n);
/* Drains it, gives back the frames that are done with, arms the timer. */
void sim_finish(struct sim_node *n);

/* A frame of FRAME_OUT goes back, after this step. */
void sim_give_back(struct sim_node *n, pptp_call_id call, pptp_pkt pkt,
                   bool dropped);

/* Sets up what takes a node's packets, timers and actions; its peer and host
 * are there. */
void sim_feed_init(struct sim_node *n);
void sim_feed_fini(struct sim_node *n);

#endif
