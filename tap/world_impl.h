/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside a world: world.c does what the core wants and feeds it, world_open.c
 * begins and ends, world_orders.c has what others order, world_run.c the loop.
 */
#ifndef TAP_WORLD_IMPL_H
#define TAP_WORLD_IMPL_H

#include "tap/world.h"

/* --- world.c ------------------------------------------------------------- */

/* The node's network, and the daemon as its role. */
extern const struct nas_io tap_world_io;
extern const struct nas_role tap_world_role;
/* What TCP tells. */
extern const struct tap_tcp_ops tap_world_tcp_ops;
/* What GRE's sockets tell: ready, and each packet. */
void tap_world_gre_ready(struct tap_source *s, uint32_t events);
void tap_world_gre(struct tap_gre *g, uint32_t from, uint32_t to,
                   pptp_pkt pkt);
/* The loop's `between`: packets that came too early get their chance. */
void tap_world_early(void *owner);
/* For the diagnosis: a call, and what TCP has refused. */
bool tap_world_look(void *ctx, pptp_call_id call,
                    struct tap_diagnose_call *out);
void tap_world_look_at_tcp(struct tap_world *w, pptp_ns now);

/* --- world_open.c -------------------------------------------------------- */

/* -1 when it has been said why; tap_world_close is due in any case. */
int tap_world_open(struct tap_world *w);
void tap_world_close(struct tap_world *w);

/* --- world_orders.c ------------------------------------------------------ */

void tap_world_signals(struct tap_source *source, uint32_t events);
/* The next steps of an end that has begun. */
void tap_world_drain_on(struct tap_world *w, pptp_ns now);
/* In the log, at the end: what the daemon itself has counted. */
void tap_world_say_own(const struct tap_world *w);

#endif
