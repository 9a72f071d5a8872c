/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* What leaves a peer: actions, messages, trace records. */
#ifndef PPTP_SEND_H
#define PPTP_SEND_H

#include "pptp/table.h"

static inline uint32_t act_room(const struct pptp_peer *p)
{
    return p->limits.actions - p->act_n;
}
struct pptp_action *pptp_act(struct pptp_peer *p, enum pptp_action_type type,
                             const struct pptp_conn *conn,
                             const struct pptp_call *call);
void pptp_trace_put(struct pptp_peer *p, enum pptp_trace_kind kind,
                    uint32_t who, uint64_t a, uint64_t b, uint64_t c,
                    uint64_t d);

/* A record, if somebody wants those of its level: nearly nothing if not. */
static inline void pptp_trace(struct pptp_peer *p, enum pptp_trace_kind kind,
                              uint32_t who, uint64_t a, uint64_t b, uint64_t c,
                              uint64_t d)
{
    if (p->config.trace >= pptp_trace_level_of(kind))
        pptp_trace_put(p, kind, who, a, b, c, d);
}

/* A record of a message that went or came. */
void pptp_trace_msg(struct pptp_peer *p, enum pptp_trace_kind kind,
                    const struct pptp_conn *c, const struct pptp_msg *m);
void pptp_send_msg(struct pptp_peer *p, struct pptp_conn *c,
                   const struct pptp_msg *msg);

#endif
