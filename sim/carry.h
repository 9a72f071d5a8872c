/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets of sources and users that set out: booked, and on their way. */
#ifndef SIM_CARRY_H
#define SIM_CARRY_H

#include "sim/world.h"

/* A packet of so many octets is made, or PPTP_PKT_NONE and lost, there was
 * none in the pool; `back`: from where the source sends to. */
void sim_carry_made(struct sim_source *s, bool back, pptp_pkt h,
                    uint32_t octets);
/* It sets out: of a flow by this route. */
void sim_carry_send(struct sim_source *s, bool back,
                    const struct sim_route *route, pptp_pkt h);

#endif
