/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* A call, RFC 2637 3.2: figures, events, messages. */
#ifndef PPTP_CALL_H
#define PPTP_CALL_H

#include "pptp/rows.h"

bool pptp_call_msg(struct pptp_peer *p, struct pptp_conn *conn,
                   const struct pptp_msg *msg); /* false: not a call message */
void pptp_call_msg_unconnected(struct pptp_peer *p, struct pptp_conn *conn,
                               const struct pptp_msg *msg);
/* What it waits for is due; its connection may be stuck after that. */
void pptp_call_timer(struct pptp_peer *p, struct pptp_call *c);
pptp_ns pptp_call_deadline(const struct pptp_peer *p,
                           const struct pptp_call *c);
/* The call's deadline may have come nearer. */
void pptp_timer_call(struct pptp_peer *p, struct pptp_call *c);
void pptp_call_line_event(struct pptp_peer *p, struct pptp_call *c,
                          enum pptp_line_event event,
                          const struct pptp_line_info *info);
int pptp_call_ring(struct pptp_peer *p, struct pptp_conn *conn,
                   const struct pptp_call_request *req, pptp_call_id *out);
int pptp_call_open(struct pptp_peer *p, struct pptp_conn *conn,
                   const struct pptp_call_request *req, pptp_call_id *out);
void pptp_call_local_close(struct pptp_peer *p, struct pptp_call *c);
void pptp_call_down(struct pptp_peer *p, struct pptp_call *c);
void pptp_call_wen(struct pptp_peer *p, struct pptp_call *c);

const struct row *pptp_call_rows(unsigned figure, unsigned *n);

#endif
