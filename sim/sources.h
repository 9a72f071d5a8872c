/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets of sources: where they begin, and flows' end. */
#ifndef SIM_SOURCES_H
#define SIM_SOURCES_H

#include "sim/world.h"

/* A source of a call (account: the call's way) or of a flow; name gives its
 * random numbers. 0 or a negative error. */
int sim_source_init(struct sim_source *s, struct sim_world *w,
                    const struct sim_traffic_config *t, const char *name);

/* The addresses from which and to which it sends. */
void sim_source_address(struct sim_source *s, uint32_t from, uint32_t to);

/* Its packets may flow: from start_ns after `from_ns`, or from now on if that
 * is past.  After a pause it goes on where it was. */
void sim_source_begin(struct sim_source *s, pptp_ns from_ns);

/* A packet of so many octets is made, or PPTP_PKT_NONE and lost, there was
 * none in the pool; `back`: from where the source sends to. */
void sim_source_made(struct sim_source *s, bool back, pptp_pkt h,
                     uint32_t octets);
/* It sets out: of a flow by this route. */
void sim_source_send(struct sim_source *s, bool back,
                     const struct sim_route *route, pptp_pkt h);

/* A packet of a flow has come to its host. */
void sim_source_arrived(struct sim_world *w, pptp_pkt h);

#endif
