/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control connections that a node keeps up: what it opened is opened again
 * when it is lost, or could not be opened, after a while (nas/again.h). */
#ifndef SIM_REOPEN_H
#define SIM_REOPEN_H

#include "sim/returns.h"
#include "sim/world.h"

/* To one other node. */
struct sim_reopen {
    struct sim_sink sink; /* arg: the one of `turn` that counts */
    struct sim_node *node;
    const struct sim_node *to;
    struct sim_reopen *next; /* of the node's */
    uint64_t random;         /* of its waits */
    uint32_t turn;
    uint8_t in_vain;
    bool waits; /* for its next turn, or for the node to be on */
    bool up;    /* the connection is */
    struct sim_returns returns, before; /* before: measuring began */
};

/* A node opens a connection to another now, and keeps it up from then on if
 * its configuration says so. 0 or a negative error. */
int sim_reopen_begin(struct sim_node *n, const struct sim_node *to);
void sim_reopen_fini(struct sim_node *n);

/* The connection is up; it, or the attempt, has ended. */
void sim_reopen_up(struct sim_reopen *r);
void sim_reopen_down(struct sim_reopen *r);

/* The node is on again: it opens at once what it waits to open. */
void sim_reopen_all(struct sim_node *n);

#endif
