/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A host's TCP: the stream model on the simulated network. */
#ifndef SIM_TCP_H
#define SIM_TCP_H

#include "sim/world.h"

/* The node's stream host; `cb` has sim_tcp_emit, and gets the node as its
 * ctx. 0 or a negative error. */
int sim_tcp_init(struct sim_node *n, const struct stream_callbacks *cb,
                 const struct stream_config *config, uint64_t seed);
void sim_tcp_fini(struct sim_node *n);

/* A TCP packet for the node, its own from here. */
void sim_tcp_input(struct sim_node *n, pptp_pkt h);

/* After a call to one of its streams: it may have something to wait for. */
void sim_tcp_arm(struct sim_node *n);

/* Of struct stream_callbacks. */
void sim_tcp_emit(void *ctx, struct stream_host *host, pptp_pkt pkt);

#endif
