/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiving half of a connection that is up; for tcp.c alone. */
#ifndef MODELS_TCP_RECEIVE_H
#define MODELS_TCP_RECEIVE_H

#include "models/tcp.h"

/* The peer's SYN: what follows is `next`. */
void tcp_receive_begin(struct tcp *t, uint32_t next);

/* RFC 9293 3.10.7.4: whether some of it may be in the window. */
bool tcp_receive_acceptable(const struct tcp *t, const struct tcp_segment *s);

/* Octets and FIN of a segment that is acceptable: sets what there is to read
 * and to acknowledge.  true: the peer's FIN has come, and nothing is missing
 * before it. */
bool tcp_receive_octets(struct tcp *t, pptp_ns now,
                        const struct tcp_segment *s);

/* Acknowledgment, window, SACK blocks and ECE of a segment that goes out. */
void tcp_receive_acknowledge(struct tcp *t, struct tcp_segment *out);

/* The window as it goes into a SYN, which is never scaled. */
uint16_t tcp_receive_syn_window(const struct tcp *t);

/* RFC 7323 2.3: the least that the window needs. */
uint8_t tcp_receive_scale(const struct tcp_config *c);

#endif
