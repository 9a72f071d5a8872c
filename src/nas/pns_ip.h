/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IP packets of the PNS's sessions; those to them are nas_pns_ip_in. */
#ifndef NAS_PNS_IP_H
#define NAS_PNS_IP_H

#include "nas/pns.h"

/* One from a session that is up, n octets within pkt. True: the world has it,
 * until it gives it back. */
bool nas_pns_ip_from(struct nas_pns *p, struct nas_pns_session *s,
                     pptp_pkt pkt, uint8_t *ip, size_t n);

#endif
