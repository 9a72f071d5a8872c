/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* A control connection, RFC 2637 3.1: figures, events, messages. */
#ifndef PPTP_CTRL_H
#define PPTP_CTRL_H

#include "pptp/rows.h"

void pptp_conn_kill(struct pptp_peer *p, struct pptp_conn *c);
void pptp_conn_timer(struct pptp_peer *p, struct pptp_conn *c);
void pptp_conn_msg(struct pptp_peer *p, struct pptp_conn *c,
                   const struct pptp_msg *msg);
/* To be called when conn->stuck. */
void pptp_conn_stuck(struct pptp_peer *p, struct pptp_conn *c);
pptp_ns pptp_conn_deadline(const struct pptp_conn *c);
void pptp_conn_local_open(struct pptp_peer *p, struct pptp_conn *c);
void pptp_conn_tcp_event(struct pptp_peer *p, struct pptp_conn *c,
                         enum pptp_tcp_event event);
void pptp_conn_accepted(struct pptp_peer *p, struct pptp_conn *c);
void pptp_conn_local_close(struct pptp_peer *p, struct pptp_conn *c,
                           enum pptp_stop_reason reason);

const struct row *pptp_conn_rows(unsigned figure, unsigned *n);

#endif
