/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A host's TCP: the stream model on the simulated network. */
#ifndef SIM_STREAM_HOST_H
#define SIM_STREAM_HOST_H

#include "sim/world.h"

/* The node's stream host; `cb` has sim_stream_emit, and gets the node as its
 * ctx. 0 or a negative error. */
int sim_stream_init(struct sim_node *n, const struct stream_callbacks *cb,
                    const struct stream_config *config, uint64_t seed);
void sim_stream_fini(struct sim_node *n);

/* A TCP packet for the node, its own from here. */
void sim_stream_input(struct sim_node *n, pptp_pkt h);

/* After a call to one of its streams: it may have something to wait for. */
void sim_stream_arm(struct sim_node *n);

/* Of struct stream_callbacks. */
void sim_stream_emit(void *ctx, struct stream_host *host, pptp_pkt pkt);

#endif
