/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of a PAC: a call that rings, by ICRQ on a connection that is kept up, or by
 * OCRQ on one of its own; pac.h. */
#ifndef NAS_RING_H
#define NAS_RING_H

#include "nas/pac.h"

/* It looks for a connection. */
void nas_ring_go_on(struct nas_pac *p, struct nas_pac_line *l);

/* OCRQ: its connection is up, or has ended. */
void nas_ring_connected(struct nas_pac *p, struct nas_pac_line *l);
void nas_ring_conn_down(struct nas_pac *p, struct nas_pac_line *l);
/* OCRQ: a peer's addresses are known, or that there are none. */
void nas_ring_resolved(struct nas_pac *p, uint32_t peer);

#endif
