/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the core wants done in the real world, and what it is fed. */
#ifndef TAP_WORLD_IO_H
#define TAP_WORLD_IO_H

#include "tap/world.h"

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

#endif
