/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connections that a host's TCP has, by their addresses and ports. */
#ifndef SIM_TCP_CONNS_H
#define SIM_TCP_CONNS_H

#include "sim/tcp.h"

/* Both ends, seen from here. */
struct sim_tcp_ends {
    uint32_t local_ip, peer_ip; /* host order */
    uint16_t local_port, peer_port;
};

/* The table of a host whose other members are set: 0 or PPTP_ERR_RESOURCE. */
int sim_tcp_conns_init(struct sim_tcp *h);
/* It, and what connections have beside the arena's memory. */
void sim_tcp_conns_fini(struct sim_tcp *h);

struct sim_tcp_conn *sim_tcp_conns_find(const struct sim_tcp *h,
                                        const struct sim_tcp_ends *e);

/* One in its place, without a machine yet; NULL, and counted: beyond
 * conns_max, or without memory. */
struct sim_tcp_conn *sim_tcp_conns_add(struct sim_tcp *h,
                                       const struct sim_tcp_ends *e);
/* Its memory is another's, by and by. */
void sim_tcp_conns_remove(struct sim_tcp_conn *c);

/* Where the ranges of its machine lie. */
struct tcp_range *sim_tcp_conns_ranges(struct sim_tcp_conn *c);

#endif
