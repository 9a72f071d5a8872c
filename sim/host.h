/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node's host: packets that come for it, and what its peer sends. */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#include "sim/world.h"

/* Of a struct sim_node. */
extern const struct nas_io sim_host_io;
void sim_host_gre(void *ctx, const struct pptp_action *a);

/* Packets for its host are the node's. */
void sim_host_attach(struct sim_node *n);

/* Whether its host has power: without, they are lost. */
void sim_host_power(struct sim_node *n, bool on);

#endif
