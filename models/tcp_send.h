/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a connection that is up sends next; for tcp.c alone. */
#ifndef MODELS_TCP_SEND_H
#define MODELS_TCP_SEND_H

#include "models/tcp.h"

/* The next octets or FIN: seq, len, flags but ACK.  false: none now. */
bool tcp_send_next(struct tcp *t, pptp_ns now, struct tcp_segment *out);

#endif
