/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets of callers: what a router does to them, and PPP. */
#ifndef NAS_CALLER_IP_H
#define NAS_CALLER_IP_H

#include "nas/caller.h"

/* An IPv4 packet of caller i, with PPTP_HEADROOM and PPP_HEAD_MAX before it;
 * the bank's from here. */
void nas_callers_ip_in(struct nas_callers *b, uint32_t i, pptp_ns now,
                       pptp_pkt pkt);

/* One of the other side for caller i, who is up, within pkt, which is lent. */
void nas_callers_ip_out(struct nas_callers *b, uint32_t i, pptp_pkt pkt,
                        uint8_t *ip, size_t n);

/* The longest packet towards the other side. */
uint16_t nas_callers_mtu(const struct nas_callers *b, uint32_t i);

#endif
