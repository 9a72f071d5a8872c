/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control connections: a peer's TCP actions on the model of TCP. */
#ifndef SIM_ENDS_H
#define SIM_ENDS_H

#include "sim/world.h"

/* Room for a node's control connections, `conns` of them, and its TCP; 0 or a
 * negative error. */
int sim_ends_init(struct sim_node *n, uint32_t conns,
                  const struct tcp_config *tcp, uint64_t seed);
void sim_ends_fini(struct sim_node *n);

/* What the peer asks for; of struct nas_io, ctx is the node. */
void sim_end_open(void *ctx, const struct pptp_action *a);
void sim_end_send(void *ctx, const struct pptp_action *a);
void sim_end_close(void *ctx, const struct pptp_action *a);

/* It tells that one is up: the node at the other end; or down. */
struct sim_node *sim_end_up(struct sim_node *n, pptp_conn_id conn);
void sim_end_down(struct sim_node *n, pptp_conn_id conn);

/* All of its connections are closed, as a kernel does for who has died. */
void sim_ends_cut(struct sim_node *n);
/* They are gone, without a word to whom they led to. */
void sim_ends_forget(struct sim_node *n);

/* A connection of the peer's that it has not closed, or NULL. */
struct sim_end *sim_end_of(const struct sim_node *n, pptp_conn_id conn);

/* The control connection that is up between a node and an address. */
struct sim_end *sim_end_to(struct sim_node *n, uint32_t ip);

#endif
