/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* The tunnel of one call, RFC 2637 4. */
#ifndef PPTP_TUNNEL_H
#define PPTP_TUNNEL_H

#include "pptp/table.h"

void pptp_tunnel_start(struct pptp_peer *p, struct pptp_call *c,
                       uint16_t peer_window, uint16_t peer_ppd_ds);
void pptp_tunnel_stop(struct pptp_peer *p, struct pptp_call *c);
/* The call whose it is, or NULL: its deadline may have come nearer. */
struct pptp_call *pptp_tunnel_input(struct pptp_peer *p,
                                    const struct pptp_addr *from,
                                    const struct pptp_addr *to, pptp_pkt pkt);
int pptp_tunnel_frame(struct pptp_peer *p, struct pptp_call *c, pptp_pkt pkt);
void pptp_tunnel_frame_back(struct pptp_peer *p, struct pptp_call *c,
                            uint32_t seq, bool digested);
void pptp_tunnel_timer(struct pptp_peer *p, struct pptp_call *c);
pptp_ns pptp_tunnel_deadline(const struct pptp_peer *p,
                             const struct pptp_call *c);

#endif
