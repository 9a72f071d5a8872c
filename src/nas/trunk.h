/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of a PAC: where its peers are, and the connections to PNSs that are kept
 * up; pac.h. */
#ifndef NAS_TRUNK_H
#define NAS_TRUNK_H

#include "nas/pac.h"

void nas_trunk_init(struct nas_pac *p, pptp_ns now);
pptp_ns nas_trunk_deadline(const struct nas_pac *p);
void nas_trunk_advance(struct nas_pac *p, pptp_ns now);

/* The first from `i` on that is up, or peers. */
uint32_t nas_trunk_next(const struct nas_pac *p, uint32_t i);
/* A connection is up, of a line or not. True: calls that wait may go there. */
bool nas_trunk_conn_up(struct nas_pac *p, pptp_conn_id conn, bool of_line);
void nas_trunk_conn_down(struct nas_pac *p, pptp_conn_id conn);

/* Whether a peer's name has to be looked up first: it is. */
bool nas_trunk_look_up(struct nas_pac *p, uint32_t peer, pptp_ns now);
void nas_trunk_resolved(struct nas_pac *p, uint32_t peer, pptp_ns now);

#endif
