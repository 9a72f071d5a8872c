/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRE of a call, either way. */
#ifndef EXPLAIN_TUNNEL_H
#define EXPLAIN_TUNNEL_H

#include "explain/state.h"

/* IP payload of protocol 47, not a later fragment. */
void explain_tunnel_input(struct explain *e, const struct ipv4_packet *ip);
/* The IDs of a call are known: packets of its keys are its own. */
void explain_tunnel_bind(struct explain *e, struct call *call);
/* Streams too short to be judged while they came. */
void explain_tunnel_end(struct explain *e);
struct flow *explain_tunnel_find(const struct explain *e, uint32_t src,
                                 uint32_t dst, uint16_t id);
/* Whether any GRE of PPTP went this way. */
bool explain_tunnel_any(const struct explain *e, uint32_t src, uint32_t dst);

#endif
