/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of a PAC: a call that a PNS wants placed; pac.h. */
#ifndef NAS_PLACE_H
#define NAS_PLACE_H

#include "nas/pac.h"

/* On the line that has the number, or on one that is free; or refuses it. */
void nas_place_call(struct nas_pac *p, pptp_call_id call);

#endif
