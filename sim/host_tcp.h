/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node's TCP (sim/tcp.h) in the simulated network: of octets, listening on
 * PPTP's port. */
#ifndef SIM_HOST_TCP_H
#define SIM_HOST_TCP_H

#include "sim/tcp.h"
#include "sim/world.h"

/* `owner` has sim_host_tcp_emit, and gets the node as its ctx; config: checked,
 * or NULL, the defaults.  0 or a negative error. */
int sim_host_tcp_init(struct sim_node *n, const struct sim_tcp_owner *owner,
                      const struct tcp_config *config, uint64_t seed);

void sim_host_tcp_fini(struct sim_node *n);

/* A TCP packet for the node, its own from here. */
void sim_host_tcp_input(struct sim_node *n, pptp_pkt h);

/* Of struct sim_tcp_owner. */
void sim_host_tcp_emit(void *ctx, struct sim_tcp_conn *c, pptp_pkt pkt);

#endif
