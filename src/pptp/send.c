/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* What leaves a peer: actions, messages, trace records; send.h. */
#include "config.h"

#include "pptp/send.h"

struct pptp_action *pptp_act(struct pptp_peer *p, enum pptp_action_type type,
                             const struct pptp_conn *conn,
                             const struct pptp_call *call)
{
    struct pptp_action *a;
    uint32_t i = p->act_head + p->act_n;

    PPTP_ASSERT(p->act_n < p->limits.actions);
    if (i >= p->limits.actions)
        i -= p->limits.actions;
    p->act_n++;
    a = AT(p, struct pptp_action, actions_at) + i;
    a->type = type;
    a->conn = conn != NULL ? conn_handle(p, conn) : PPTP_NONE;
    a->call = call != NULL ? call_handle(p, call) : PPTP_NONE;
    return a;
}

void pptp_trace_put(struct pptp_peer *p, enum pptp_trace_kind kind,
                    uint32_t who, uint64_t a, uint64_t b, uint64_t c,
                    uint64_t d)
{
    uint32_t i = p->trace_head + p->trace_n;

    if (p->trace_n == p->limits.trace) {
        p->stats.trace_lost++;
        return;
    }
    if (i >= p->limits.trace)
        i -= p->limits.trace;
    p->trace_n++;
    AT(p, struct pptp_trace_rec, trace_at)
    [i] = (struct pptp_trace_rec){
        .at_ns = p->now_ns, .kind = kind, .call = who, .v = { a, b, c, d }
    };
}

static uint64_t code(uint8_t result, uint8_t error)
{
    return (uint64_t)result << 8 | error;
}

/* A record of a message: its result and error code as 0xRREE, or whatever
 * else it is about; and its Call IDs, ours and the peer's (3: reasons are to
 * be logged; 2.16: so are error codes; 2.7, 2.9: and serial numbers). */
void pptp_trace_msg(struct pptp_peer *p, enum pptp_trace_kind kind,
                    const struct pptp_conn *c, const struct pptp_msg *m)
{
    uint64_t v = 0, sender = 0, other = 0;

    switch (m->type) {
    case PPTP_SCCRQ: v = m->sccrq.protocol_version; break;
    case PPTP_SCCRP: v = code(m->sccrp.result, m->sccrp.error); break;
    case PPTP_STOP_RQ: v = m->stop_rq.reason; break;
    case PPTP_STOP_RP: v = code(m->stop_rp.result, m->stop_rp.error); break;
    case PPTP_ECHO_RQ: v = m->echo_rq.identifier; break;
    case PPTP_ECHO_RP: v = m->echo_rp.identifier; break;
    case PPTP_OCRQ:
        v = m->ocrq.call_serial;
        sender = m->ocrq.call_id;
        break;
    case PPTP_OCRP:
        v = code(m->ocrp.result, m->ocrp.error);
        sender = m->ocrp.call_id;
        other = m->ocrp.peer_call_id;
        break;
    case PPTP_ICRQ:
        v = m->icrq.call_serial;
        sender = m->icrq.call_id;
        break;
    case PPTP_ICRP:
        v = code(m->icrp.result, m->icrp.error);
        sender = m->icrp.call_id;
        other = m->icrp.peer_call_id;
        break;
    case PPTP_ICCN:
        v = m->iccn.connect_bps;
        other = m->iccn.peer_call_id;
        break;
    case PPTP_CCRQ: sender = m->ccrq.call_id; break;
    case PPTP_CDN:
        v = code(m->cdn.result, m->cdn.error);
        sender = m->cdn.call_id;
        break;
    case PPTP_WEN: other = m->wen.peer_call_id; break;
    case PPTP_SLI: other = m->sli.peer_call_id; break;
    default: break;
    }
    if (kind == PPTP_TRACE_msg_tx)
        pptp_trace(p, kind, conn_index(p, c), m->type, v, sender, other);
    else
        pptp_trace(p, kind, conn_index(p, c), m->type, v, other, sender);
}

void pptp_send_msg(struct pptp_peer *p, struct pptp_conn *c,
                   const struct pptp_msg *msg)
{
    struct pptp_action *a;
    uint32_t slot = p->act_head + p->act_n;
    uint8_t *octets;

    if (c->muted || !c->tcp_up)
        return;
    if (slot >= p->limits.actions)
        slot -= p->limits.actions;
    a = pptp_act(p, PPTP_ACT_TCP_SEND, c, NULL);
    octets = AT(p, uint8_t, octets_at) + (size_t)slot * PPTP_MSG_MAX;
    a->len = (uint32_t)pptp_msg_encode(msg, octets);
    p->stats.msgs_tx++;
    pptp_trace_msg(p, PPTP_TRACE_msg_tx, c, msg);
}
