/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which call it is: by a line of a PAC, a telephone number, a peer's slot. */
#ifndef SIM_WHICH_H
#define SIM_WHICH_H

#include "sim/world.h"

/* That of the first call, and so on; with its end. */
enum { SIM_NUMBER_OCTETS = 11 };
void sim_call_number(const struct sim_call *c, char out[SIM_NUMBER_OCTETS]);

/* Of its own line; of a PAC's, or NULL: without a telephone network that is
 * always the same one. */
struct sim_call *sim_call_of_line(struct nas_line *l);
struct sim_call *sim_call_at_line(const struct sim_pac *p, uint32_t i);

/* By the number that was dialled, or that calls, at the PAC there; NULL. */
struct sim_call *sim_call_by_number(const struct sim_node *pac,
                                    const char text[64]);
/* By what a PNS is asked, or asks for; NULL. */
struct sim_call *sim_call_at_pns(const struct sim_node *pns,
                                 const struct nas_event *e);

/* A call's id at its PNS or its PAC, or PPTP_NONE. */
pptp_call_id sim_call_id(const struct sim_call *c, bool pns);

#endif
