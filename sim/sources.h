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

/* Has the calendar fetch what they touch before they do. */
void sim_sources_warm(struct sim_world *w);

/* A packet of a flow has come to its host. */
void sim_source_arrived(struct sim_world *w, pptp_pkt h);

#endif
