/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The four call machines, RFC 2637 §3.2: PAC and PNS, incoming and outgoing.
 *
 * A message finds its call by the Call ID that §2 says it carries, is judged
 * without side effects, and becomes an event; one row of a figure's table
 * says what happens.  Frames are tunnel.c's business.
 */
#include "config.h"

#include "pptp/call.h"

#include <string.h>

#include "pptp/send.h"
#include "pptp/stock.h"
#include "pptp/timers.h"
#include "pptp/tunnel.h"

enum {
    EV_RING,
    EV_OPEN,
    EV_ICRQ_OK,
    EV_ICRQ_BAD,
    EV_OCRQ_OK,
    EV_OCRQ_BAD,
    EV_ICRP_ACCEPT,
    EV_ICRP_REFUSE,
    EV_ICCN,
    EV_OCRP_OK,
    EV_OCRP_FAIL,
    EV_CCRQ,
    EV_CDN,
    EV_WEN,
    EV_SLI,
    EV_LINE_UP,
    EV_LINE_UNFIT,
    EV_LINE_FAIL,
    EV_LINE_DROP,
    EV_CLOSE,
    EV_DEADLINE
};

#define ACTION(name)                                              \
    static void name(struct pptp_peer *p, struct pptp_conn *conn, \
                     struct pptp_call *c, const struct event *e)

static void arm(struct pptp_peer *p, struct pptp_call *c, pptp_ns timeout_ns)
{
    c->deadline_ns = p->now_ns + timeout_ns;
}

static uint16_t ppd_of(const struct pptp_peer *p, const struct pptp_call *c)
{
    return c->ppd_ds ? c->ppd_ds : p->config.ppd_ds;
}

static void ended(struct pptp_call *c, uint8_t msg, uint8_t result,
                  uint8_t error, uint16_t cause)
{
    c->end_msg = msg;
    c->end_result = result;
    c->end_error = error;
    c->cause = cause;
}

pptp_ns pptp_call_deadline(const struct pptp_peer *p,
                           const struct pptp_call *c)
{
    pptp_ns d = c->deadline_ns, t;

    /* a closing connection's calls are cleared by poll, not by time */
    if (!c->used || conn_at(p, c->conn)->closing)
        return PPTP_NEVER;
    if (c->wen_due && c->wen_at_ns < d)
        d = c->wen_at_ns;
    if (c->state == PPTP_CALL_ESTABLISHED) {
        t = pptp_tunnel_deadline(p, c);
        if (t < d)
            d = t;
    }
    return d;
}

void pptp_timer_call(struct pptp_peer *p, struct pptp_call *c)
{
    pptp_timer_touch(p, p->limits.conns + call_index(p, c),
                     pptp_call_deadline(p, c));
}

/* The call is over: line, tunnel and slot are given back. */
void pptp_call_down(struct pptp_peer *p, struct pptp_call *c)
{
    struct pptp_action *a;

    if (c->line_used)
        pptp_act(p, PPTP_ACT_LINE_HANGUP, NULL, c);
    a = pptp_act(p, PPTP_ACT_CALL_DOWN, conn_at(p, c->conn), c);
    a->end = (struct pptp_call_end){ .was_up = c->line_up,
                                     .conn = conn_at(p, c->conn)->end,
                                     .msg = c->end_msg,
                                     .result = c->end_result,
                                     .error = c->end_error,
                                     .cause = c->cause };
    if (c->line_up)
        p->stats.calls_ended++;
    else
        p->stats.calls_failed++;
    pptp_trace(p, PPTP_TRACE_call_down, call_index(p, c), c->local_id,
               c->end_result, c->end_error, c->cause);
    c->state = PPTP_CALL_IDLE; /* of a call that goes with its connection */
    pptp_tunnel_stop(p, c);
    pptp_call_release(p, c);
}

static void send_cdn(struct pptp_peer *p, struct pptp_conn *conn,
                     uint16_t call_id, uint8_t result, uint8_t error,
                     uint16_t cause)
{
    struct pptp_msg m = { .type = PPTP_CDN };

    m.cdn.call_id = call_id;
    m.cdn.result = result;
    m.cdn.error = error;
    m.cdn.cause = cause;
    pptp_send_msg(p, conn, &m);
}

static void clear_as(struct pptp_peer *p, struct pptp_call *c,
                     uint16_t call_id, uint8_t result, uint16_t cause)
{
    send_cdn(p, conn_at(p, c->conn), call_id, result, PPTP_GE_NONE, cause);
    ended(c, PPTP_CDN, result, PPTP_GE_NONE, cause);
    pptp_call_down(p, c);
}

static void clear_with_cdn(struct pptp_peer *p, struct pptp_call *c,
                           uint8_t result, uint16_t cause)
{
    clear_as(p, c, c->local_id, result, cause);
}

static void up(struct pptp_peer *p, struct pptp_call *c, uint16_t window,
               uint16_t ppd_ds)
{
    if (!c->line_up)
        p->young_calls--;
    c->deadline_ns = PPTP_NEVER;
    c->line_up = true;
    pptp_tunnel_start(p, c, window, ppd_ds);
    p->stats.calls_established++;
    pptp_trace(p, PPTP_TRACE_call_up, call_index(p, c), c->local_id,
               c->peer_id, c->connect_bps, window);
    pptp_act(p, PPTP_ACT_CALL_UP, conn_at(p, c->conn), c);
}

static void take_line(struct pptp_peer *p, struct pptp_call *c,
                      const struct pptp_line_info *l)
{
    if (l == NULL)
        return;
    c->connect_bps = l->connect_bps;
    c->phys_channel = l->phys_channel;
    c->ppd_ds = l->ppd_ds;
    c->framing = (uint8_t)l->framing;
    pptp_errors_put(p, c, l->errors);
}

/* --- incoming, PAC ----------------------------------------------------- */

ACTION(act_icrq)
{
    struct pptp_msg m = { .type = PPTP_ICRQ };
    struct call_text t;
    uint16_t n;

    (void)e;
    pptp_text_get(p, c, &t);
    m.icrq.call_id = c->local_id;
    m.icrq.call_serial = c->serial;
    m.icrq.bearer = c->bearer;
    m.icrq.phys_channel = c->phys_channel;
    memcpy(m.icrq.dialed, t.number, 64);
    memcpy(m.icrq.dialing, t.dialing, 64);
    memcpy(m.icrq.subaddress, t.subaddress, 64);
    for (n = 0; n < 64 && t.number[n] != '\0'; n++)
        ;
    m.icrq.dialed_len = n;
    for (n = 0; n < 64 && t.dialing[n] != '\0'; n++)
        ;
    m.icrq.dialing_len = n;
    pptp_send_msg(p, conn, &m);
    arm(p, c, p->config.call_timeout_ns);
}

ACTION(act_answer)
{
    (void)conn;
    pptp_call_learn_peer_id(p, c, e->msg->icrp.call_id);
    c->peer_window = e->msg->icrp.recv_window;
    c->peer_ppd_ds = e->msg->icrp.ppd_ds;
    pptp_act(p, PPTP_ACT_LINE_ANSWER, NULL, c);
    arm(p, c, p->config.dial_timeout_ns);
}

ACTION(act_icrp_refused)
{
    /* accepted, but under a Call ID that is taken: the PNS has to know */
    if (e->msg->icrp.result == PPTP_ICRP_ACCEPT) {
        send_cdn(p, conn, c->local_id, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID,
                 0);
        ended(c, PPTP_CDN, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    } else {
        ended(c, PPTP_ICRP, e->msg->icrp.result, e->msg->icrp.error, 0);
    }
    pptp_call_down(p, c);
}

ACTION(act_iccn)
{
    struct pptp_msg m = { .type = PPTP_ICCN };

    take_line(p, c, e->line);
    m.iccn.peer_call_id = c->peer_id;
    m.iccn.connect_bps = c->connect_bps;
    m.iccn.recv_window = p->config.win.recv_window;
    m.iccn.ppd_ds = ppd_of(p, c);
    /* 2.11 knows these two only, whatever the line did not say */
    m.iccn.framing = c->framing == PPTP_FRAMING_SYNC ? PPTP_FRAMING_SYNC
                                                     : PPTP_FRAMING_ASYNC;
    pptp_send_msg(p, conn, &m);
    up(p, c, c->peer_window, c->peer_ppd_ds);
}

ACTION(act_cdn_requested)
{
    (void)conn;
    (void)e;
    clear_with_cdn(p, c, PPTP_CDN_REQUESTED, 0);
}

/* our number goes with the OCRP, which never went; 0 is what a PNS has
 * for a number that it was not told */
ACTION(act_cdn_unnumbered)
{
    (void)conn;
    (void)e;
    clear_as(p, c, 0, PPTP_CDN_REQUESTED, 0);
}

ACTION(act_cdn_lost)
{
    (void)conn;
    clear_with_cdn(p, c, PPTP_CDN_LOST_CARRIER, e->cause);
}

ACTION(act_cdn_admin)
{
    (void)conn;
    (void)e;
    clear_with_cdn(p, c, PPTP_CDN_ADMIN, 0);
}

ACTION(act_sli)
{
    struct pptp_action *a;

    (void)conn;
    c->tx_accm = e->msg->sli.send_accm;
    c->rx_accm = e->msg->sli.recv_accm;
    a = pptp_act(p, PPTP_ACT_LINE_ACCM, NULL, c);
    a->tx_accm = c->tx_accm;
    a->rx_accm = c->rx_accm;
}

/* 3.2.1: more than a minute in a waiting state: the whole connection goes */
ACTION(act_stuck)
{
    (void)e;
    c->deadline_ns = PPTP_NEVER;
    (void)p;
    conn->stuck = true;
}

/* For whoever has to find out what the other side does wrong. */
static void refused(struct pptp_peer *p, const struct event *e)
{
    p->stats.calls_refused++;
    p->refusal = (struct pptp_refusal){ .why = e->why,
                                        .value = e->value,
                                        .msg = (uint8_t)e->msg->type,
                                        .result = e->result,
                                        .error = e->error };
}

/* --- incoming, PNS ----------------------------------------------------- */

static void send_icrp(struct pptp_peer *p, struct pptp_conn *conn,
                      const struct pptp_call *c, uint16_t peer_id,
                      uint8_t result, uint8_t error)
{
    struct pptp_msg m = { .type = PPTP_ICRP };

    m.icrp.call_id = c != NULL ? c->local_id : 0; /* */
    m.icrp.peer_call_id = peer_id;
    m.icrp.result = result;
    m.icrp.error = error;
    /* window and delay of the PNS */
    m.icrp.recv_window = p->config.win.recv_window;
    m.icrp.ppd_ds = c != NULL ? ppd_of(p, c) : p->config.ppd_ds;
    pptp_send_msg(p, conn, &m);
}

ACTION(act_icrp)
{
    send_icrp(p, conn, c, e->msg->icrq.call_id, PPTP_ICRP_ACCEPT,
              PPTP_GE_NONE);
    arm(p, c, p->config.connect_timeout_ns);
}

ACTION(act_icrp_error)
{
    (void)c;
    refused(p, e);
    send_icrp(p, conn, NULL, e->msg->icrq.call_id, e->result, e->error);
}

ACTION(act_session)
{
    const struct pptp_iccn *m = &e->msg->iccn;

    (void)conn;
    c->connect_bps = m->connect_bps;
    c->framing = (uint8_t)(m->framing & 3);
    c->peer_window = m->recv_window;
    up(p, c, m->recv_window, m->ppd_ds);
}

ACTION(act_cdn_seen)
{
    const struct pptp_cdn *m = &e->msg->cdn;

    (void)conn;
    ended(c, PPTP_CDN, m->result, m->error, m->cause);
    pptp_call_down(p, c);
}

/* To the head of the connection's list, as if it were new. */
static void to_front(struct pptp_peer *p, struct pptp_conn *conn,
                     struct pptp_call *c)
{
    uint32_t i = call_index(p, c);

    if (conn->calls == i)
        return;
    call_at(p, c->prev)->next = c->next;
    if (c->next != NO_INDEX)
        call_at(p, c->next)->prev = c->prev;
    call_at(p, conn->calls)->prev = i;
    c->prev = NO_INDEX;
    c->next = conn->calls;
    conn->calls = i;
}

ACTION(act_ccrq)
{
    struct pptp_msg m = { .type = PPTP_CCRQ };

    (void)e;
    m.ccrq.call_id = c->local_id;
    pptp_send_msg(p, conn, &m);
    /* A-12 (3): the list tells which request is the oldest */
    to_front(p, conn, c);
    arm(p, c, p->config.call_timeout_ns);
}

ACTION(act_wen_seen)
{
    const struct pptp_wen *m = &e->msg->wen;
    const uint32_t errors[6] = { m->crc_errors,     m->framing_errors,
                                 m->hw_overruns,    m->buffer_overruns,
                                 m->timeout_errors, m->alignment_errors };

    (void)conn;
    pptp_errors_put(p, c, errors);
}

ACTION(act_nothing)
{
    (void)p;
    (void)conn;
    (void)c;
    (void)e;
}

/* --- outgoing, PAC ----------------------------------------------------- */

static void send_ocrp(struct pptp_peer *p, struct pptp_conn *conn,
                      const struct pptp_call *c, uint16_t peer_id,
                      uint8_t result, uint8_t error, uint16_t cause)
{
    struct pptp_msg m = { .type = PPTP_OCRP };

    m.ocrp.peer_call_id = peer_id;
    m.ocrp.result = result;
    m.ocrp.error = error;
    m.ocrp.cause = cause;
    if (c != NULL) {
        m.ocrp.call_id = result == PPTP_OCRP_CONNECTED ? c->local_id : 0;
        m.ocrp.connect_bps = c->connect_bps;
        m.ocrp.phys_channel = c->phys_channel;
        m.ocrp.ppd_ds = ppd_of(p, c);
        m.ocrp.recv_window = p->config.win.recv_window;
    }
    pptp_send_msg(p, conn, &m);
}

ACTION(act_dial)
{
    (void)conn;
    (void)e;
    c->line_used = true;
    pptp_act(p, PPTP_ACT_LINE_DIAL, NULL, c);
    arm(p, c, p->config.dial_timeout_ns);
}

ACTION(act_ocrp_error)
{
    (void)c;
    refused(p, e);
    send_ocrp(p, conn, NULL, e->msg->ocrq.call_id, e->result, e->error, 0);
}

ACTION(act_ocrp_ok)
{
    take_line(p, c, e->line);
    send_ocrp(p, conn, c, c->peer_id, PPTP_OCRP_CONNECTED, PPTP_GE_NONE, 0);
    up(p, c, c->peer_window, c->peer_ppd_ds);
}

ACTION(act_ocrp_fail)
{
    send_ocrp(p, conn, c, c->peer_id, e->result, e->error, e->cause);
    ended(c, PPTP_OCRP, e->result, e->error, e->cause);
    pptp_call_down(p, c);
}

ACTION(act_ocrp_timeout)
{
    (void)e;
    send_ocrp(p, conn, c, c->peer_id, PPTP_OCRP_TIMEOUT, PPTP_GE_NONE, 0);
    ended(c, PPTP_OCRP, PPTP_OCRP_TIMEOUT, PPTP_GE_NONE, 0);
    pptp_call_down(p, c);
}

/* --- outgoing, PNS ----------------------------------------------------- */

ACTION(act_ocrq)
{
    struct pptp_msg m = { .type = PPTP_OCRQ };
    struct call_text t;
    uint16_t n;

    (void)e;
    pptp_text_get(p, c, &t);
    for (n = 0; n < 64 && t.number[n] != '\0'; n++)
        ;
    m.ocrq.call_id = c->local_id;
    m.ocrq.call_serial = c->serial;
    m.ocrq.min_bps = c->min_bps;
    m.ocrq.max_bps = c->max_bps;
    m.ocrq.bearer = c->bearer;
    m.ocrq.framing = c->framing;
    m.ocrq.recv_window = p->config.win.recv_window;
    m.ocrq.ppd_ds = ppd_of(p, c);
    m.ocrq.phone_len = n;
    memcpy(m.ocrq.phone, t.number, 64);
    memcpy(m.ocrq.subaddress, t.subaddress, 64);
    pptp_send_msg(p, conn, &m);
    arm(p, c, p->config.connect_timeout_ns);
}

ACTION(act_ocrp_seen)
{
    const struct pptp_ocrp *m = &e->msg->ocrp;

    (void)conn;
    pptp_call_learn_peer_id(p, c, m->call_id);
    c->connect_bps = m->connect_bps;
    c->phys_channel = m->phys_channel;
    c->peer_window = m->recv_window;
    up(p, c, m->recv_window, m->ppd_ds);
}

ACTION(act_ocrp_failed)
{
    const struct pptp_ocrp *m = &e->msg->ocrp;

    (void)conn;
    if (m->result == PPTP_OCRP_CONNECTED) /* under a Call ID that is taken */
        ended(c, PPTP_OCRP, PPTP_OCRP_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    else
        ended(c, PPTP_OCRP, m->result, m->error, m->cause);
    pptp_call_down(p, c);
}

ACTION(act_ocrp_crossed)
{
    (void)conn;
    if (!c->peer_id_known &&
        pptp_call_by_peer(p, conn, e->msg->ocrp.call_id) == NULL)
        pptp_call_learn_peer_id(p, c, e->msg->ocrp.call_id);
}

/* --- the figures ------------------------------------------------------- */

#define IDLE PPTP_CALL_IDLE
#define WAIT_REPLY PPTP_CALL_WAIT_REPLY
#define WAIT_LINE PPTP_CALL_WAIT_LINE
#define WAIT_CONNECT PPTP_CALL_WAIT_CONNECT
#define WAIT_CS_ANS PPTP_CALL_WAIT_CS_ANS
#define UP PPTP_CALL_ESTABLISHED
#define WAIT_DISC PPTP_CALL_WAIT_DISCONNECT

/* 3.2.3.1; wait_reply knows no CCRQ: the Call ID that it would carry comes
 * with the ICRP, and that leads to the part called WAIT_LINE here */
static const struct row pac_in[] = {
    { IDLE, EV_RING, WAIT_REPLY, act_icrq },
    { WAIT_REPLY, EV_ICRP_ACCEPT, WAIT_LINE, act_answer },
    { WAIT_REPLY, EV_ICRP_REFUSE, IDLE, act_icrp_refused },
    { WAIT_REPLY, EV_LINE_DROP, IDLE, act_cdn_lost },
    { WAIT_REPLY, EV_LINE_FAIL, IDLE, act_cdn_lost },
    { WAIT_REPLY, EV_CLOSE, IDLE, act_cdn_admin },
    { WAIT_REPLY, EV_DEADLINE, IDLE, act_stuck },
    { WAIT_LINE, EV_LINE_UP, UP, act_iccn },
    { WAIT_LINE, EV_LINE_FAIL, IDLE, act_cdn_lost },
    { WAIT_LINE, EV_LINE_DROP, IDLE, act_cdn_lost },
    { WAIT_LINE, EV_DEADLINE, IDLE, act_cdn_lost },
    { WAIT_LINE, EV_CLOSE, IDLE, act_cdn_admin },
    { WAIT_LINE, EV_CCRQ, IDLE, act_cdn_requested },
    { UP, EV_CCRQ, IDLE, act_cdn_requested },
    { UP, EV_LINE_DROP, IDLE, act_cdn_lost },
    { UP, EV_CLOSE, IDLE, act_cdn_admin },
    { UP, EV_SLI, UP, act_sli },
};

/* 3.2.3.2 */
static const struct row pns_in[] = {
    { IDLE, EV_ICRQ_BAD, IDLE, act_icrp_error },
    { IDLE, EV_ICRQ_OK, WAIT_CONNECT, act_icrp },
    { WAIT_CONNECT, EV_ICCN, UP, act_session },
    { WAIT_CONNECT, EV_CDN, IDLE, act_cdn_seen },
    { WAIT_CONNECT, EV_CLOSE, WAIT_DISC, act_ccrq },
    { WAIT_CONNECT, EV_DEADLINE, IDLE, act_stuck },
    { UP, EV_CDN, IDLE, act_cdn_seen },
    { UP, EV_CLOSE, WAIT_DISC, act_ccrq },
    { UP, EV_WEN, UP, act_wen_seen },
    { WAIT_DISC, EV_CDN, IDLE, act_cdn_seen },
    { WAIT_DISC, EV_ICCN, WAIT_DISC, act_nothing },
    { WAIT_DISC, EV_WEN, WAIT_DISC, act_nothing },
    { WAIT_DISC, EV_DEADLINE, IDLE, act_stuck },
};

/* 3.2.4.1 */
static const struct row pac_out[] = {
    { IDLE, EV_OCRQ_BAD, IDLE, act_ocrp_error },
    { IDLE, EV_OCRQ_OK, WAIT_CS_ANS, act_dial },
    { WAIT_CS_ANS, EV_LINE_UP, UP, act_ocrp_ok },
    { WAIT_CS_ANS, EV_LINE_UNFIT, IDLE, act_ocrp_fail },
    { WAIT_CS_ANS, EV_LINE_FAIL, IDLE, act_ocrp_fail },
    { WAIT_CS_ANS, EV_LINE_DROP, IDLE, act_ocrp_fail },
    { WAIT_CS_ANS, EV_DEADLINE, IDLE, act_ocrp_timeout },
    { WAIT_CS_ANS, EV_CCRQ, IDLE, act_cdn_unnumbered },
    { WAIT_CS_ANS, EV_CLOSE, IDLE, act_ocrp_fail },
    { UP, EV_CCRQ, IDLE, act_cdn_requested },
    { UP, EV_LINE_DROP, IDLE, act_cdn_lost },
    { UP, EV_CLOSE, IDLE, act_cdn_admin },
    { UP, EV_SLI, UP, act_sli },
};

/* 3.2.4.2 */
static const struct row pns_out[] = {
    { IDLE, EV_OPEN, WAIT_REPLY, act_ocrq },
    { WAIT_REPLY, EV_OCRP_OK, UP, act_ocrp_seen },
    { WAIT_REPLY, EV_OCRP_FAIL, IDLE, act_ocrp_failed },
    { WAIT_REPLY, EV_CLOSE, WAIT_DISC, act_ccrq },
    { WAIT_REPLY, EV_CDN, IDLE, act_cdn_seen },
    { WAIT_REPLY, EV_DEADLINE, IDLE, act_stuck },
    { UP, EV_CDN, IDLE, act_cdn_seen },
    { UP, EV_CLOSE, WAIT_DISC, act_ccrq },
    { UP, EV_WEN, UP, act_wen_seen },
    { WAIT_DISC, EV_CDN, IDLE, act_cdn_seen },
    { WAIT_DISC, EV_OCRP_OK, WAIT_DISC, act_ocrp_crossed },
    { WAIT_DISC, EV_OCRP_FAIL, WAIT_DISC, act_nothing },
    { WAIT_DISC, EV_WEN, WAIT_DISC, act_nothing },
    { WAIT_DISC, EV_DEADLINE, IDLE, act_stuck },
};

const struct row *pptp_call_rows(unsigned machine, unsigned *n)
{
    static const struct {
        const struct row *rows;
        unsigned n;
    } all[PPTP_MACHINES] = {
        [PPTP_PAC_IN] = { pac_in, sizeof pac_in / sizeof *pac_in },
        [PPTP_PNS_IN] = { pns_in, sizeof pns_in / sizeof *pns_in },
        [PPTP_PAC_OUT] = { pac_out, sizeof pac_out / sizeof *pac_out },
        [PPTP_PNS_OUT] = { pns_out, sizeof pns_out / sizeof *pns_out },
    };

    PPTP_ASSERT(machine < PPTP_MACHINES);
    *n = all[machine].n;
    return all[machine].rows;
}

/* The only place that changes a call's state. c is NULL for an event that
 * makes no call. */
static void call_event(struct pptp_peer *p, struct pptp_conn *conn,
                       struct pptp_call *c, unsigned machine, uint8_t ev,
                       const struct event *e)
{
    uint8_t state = c != NULL ? c->state : (uint8_t)PPTP_CALL_IDLE;
    unsigned n;
    const struct row *rows = pptp_call_rows(machine, &n);
    int i = row_find(rows, n, state, ev);

    if (i < 0) {
        p->stats.msgs_unexpected++;
        return;
    }
    p->row_hits[2 + machine][i]++;
    pptp_trace(p, PPTP_TRACE_call_state,
               c != NULL ? call_index(p, c) : NO_INDEX, state, rows[i].next,
               ev, 2 + machine);
    if (c != NULL)
        c->state = rows[i].next;
    rows[i].action(p, conn, c, e);
    if (c != NULL && c->used)
        pptp_timer_call(p, c);
}

/* --- requests from the peer -------------------------------------------- */

enum { NUMBER_MAX = 64 };

/* What is wrong with a value of a message, with that value. */
static void wrong(struct event *e, enum pptp_refusal_why why, uint32_t value)
{
    e->why = why;
    e->value = value;
}

/* Whether the values of a request are ones that there are. */
static bool values_ok(struct event *e, uint16_t length, uint32_t bearer,
                      uint32_t bearer_max)
{
    if (length > NUMBER_MAX)
        wrong(e, PPTP_REFUSED_NUMBER, length);
    else if (bearer < PPTP_BEARER_ANALOG || bearer > bearer_max)
        wrong(e, PPTP_REFUSED_BEARER, bearer);
    else
        return true;
    e->error = PPTP_GE_BAD_VALUE;
    return false;
}

/* Whether there is room for a call with the peer's Call ID. */
static bool room_ok(const struct pptp_peer *p, const struct pptp_conn *conn,
                    uint16_t call_id, struct event *e)
{
    wrong(e, PPTP_REFUSED_CALL_ID, call_id);
    e->error = PPTP_GE_BAD_CALL_ID;
    if (pptp_call_by_peer(p, conn, call_id) != NULL)
        return false;
    wrong(e, PPTP_REFUSED_FULL, 0); /* also when no number of ours is left */
    e->error = PPTP_GE_NO_RESOURCE;
    return p->call_free_head != NO_INDEX;
}

static uint8_t judge_icrq(const struct pptp_peer *p,
                          const struct pptp_conn *conn,
                          const struct pptp_icrq *m, struct event *e)
{
    uint16_t length = m->dialed_len > m->dialing_len ? m->dialed_len
                                                     : m->dialing_len;

    e->result = PPTP_ICRP_REFUSED; /* */
    e->why = PPTP_REFUSED_ROLE;
    if (!(p->config.role & PPTP_ROLE_PNS))
        return EV_ICRQ_BAD;
    e->result = PPTP_ICRP_GENERAL;
    if (!values_ok(e, length, m->bearer, PPTP_BEARER_DIGITAL) ||
        !room_ok(p, conn, m->call_id, e))
        return EV_ICRQ_BAD;
    return EV_ICRQ_OK;
}

static uint8_t judge_ocrq(const struct pptp_peer *p,
                          const struct pptp_conn *conn,
                          const struct pptp_ocrq *m, struct event *e)
{
    e->result = PPTP_OCRP_REFUSED; /* */
    e->why = PPTP_REFUSED_ROLE;
    if (!(p->config.role & PPTP_ROLE_PAC))
        return EV_OCRQ_BAD;
    e->result = PPTP_OCRP_GENERAL;
    if (!values_ok(e, m->phone_len, m->bearer, PPTP_BEARER_ANY))
        return EV_OCRQ_BAD;
    e->error = PPTP_GE_BAD_VALUE;
    wrong(e, PPTP_REFUSED_FRAMING, m->framing);
    if (m->framing < PPTP_FRAMING_ASYNC || m->framing > PPTP_FRAMING_EITHER)
        return EV_OCRQ_BAD;
    wrong(e, PPTP_REFUSED_SPEED, m->min_bps);
    if (m->min_bps > m->max_bps)
        return EV_OCRQ_BAD;
    return room_ok(p, conn, m->call_id, e) ? EV_OCRQ_OK : EV_OCRQ_BAD;
}

static struct pptp_call *new_call(struct pptp_peer *p, struct pptp_conn *conn,
                                  uint8_t machine)
{
    struct pptp_call *c = pptp_call_take(p, conn);

    if (c == NULL)
        return NULL;
    c->machine = machine;
    p->stats.calls_started++;
    return c;
}

static void rx_icrq(struct pptp_peer *p, struct pptp_conn *conn,
                    const struct pptp_msg *m)
{
    struct event e = { .msg = m };
    uint8_t ev = judge_icrq(p, conn, &m->icrq, &e);
    struct pptp_call *c = NULL;

    if (ev == EV_ICRQ_OK) {
        struct call_text t = { .number = "" };

        c = new_call(p, conn, PPTP_PNS_IN);
        if (c == NULL) {
            call_event(p, conn, NULL, PPTP_PNS_IN, EV_ICRQ_BAD, &e);
            return;
        }
        pptp_call_learn_peer_id(p, c, m->icrq.call_id);
        c->serial = m->icrq.call_serial;
        c->bearer = (uint8_t)m->icrq.bearer;
        c->phys_channel = m->icrq.phys_channel;
        /* the lengths count the valid digits */
        memcpy(t.number, m->icrq.dialed, m->icrq.dialed_len);
        memcpy(t.dialing, m->icrq.dialing, m->icrq.dialing_len);
        memcpy(t.subaddress, m->icrq.subaddress, 64);
        pptp_text_put(p, c, &t);
        pptp_act(p, PPTP_ACT_CALL_NEW, conn, c);
    }
    call_event(p, conn, c, PPTP_PNS_IN, ev, &e);
}

static void rx_ocrq(struct pptp_peer *p, struct pptp_conn *conn,
                    const struct pptp_msg *m)
{
    struct event e = { .msg = m };
    uint8_t ev = judge_ocrq(p, conn, &m->ocrq, &e);
    struct pptp_call *c = NULL;

    if (ev == EV_OCRQ_OK) {
        struct call_text t = { .number = "" };

        c = new_call(p, conn, PPTP_PAC_OUT);
        if (c == NULL) {
            call_event(p, conn, NULL, PPTP_PAC_OUT, EV_OCRQ_BAD, &e);
            return;
        }
        pptp_call_learn_peer_id(p, c, m->ocrq.call_id);
        c->serial = m->ocrq.call_serial;
        c->bearer = (uint8_t)m->ocrq.bearer;
        c->framing = (uint8_t)m->ocrq.framing;
        c->min_bps = m->ocrq.min_bps;
        c->max_bps = m->ocrq.max_bps;
        c->peer_window = m->ocrq.recv_window;
        c->peer_ppd_ds = m->ocrq.ppd_ds;
        memcpy(t.number, m->ocrq.phone, m->ocrq.phone_len);
        memcpy(t.subaddress, m->ocrq.subaddress, 64);
        pptp_text_put(p, c, &t);
        pptp_act(p, PPTP_ACT_CALL_NEW, conn, c);
    }
    call_event(p, conn, c, PPTP_PAC_OUT, ev, &e);
}

/* --- messages about a call --------------------------------------------- */

static bool is_pac(const struct pptp_call *c)
{
    return c->machine == PPTP_PAC_IN || c->machine == PPTP_PAC_OUT;
}

/* TCP keeps order: a CDN is for the oldest CCRQ; the list has it last. Calls
 * whose ID at the PAC is known count only if `any`. */
static struct pptp_call *oldest_cleared(const struct pptp_peer *p,
                                        const struct pptp_conn *conn, bool any)
{
    struct pptp_call *oldest = NULL, *c;
    uint32_t i;

    for (i = conn->calls; i != NO_INDEX; i = c->next) {
        c = call_at(p, i);
        if (c->state == WAIT_DISC && (any || !c->peer_id_known))
            oldest = c;
    }
    return oldest;
}

/* whose ID a CDN carries is not as clear as the RFC thinks. */
static struct pptp_call *cdn_target(struct pptp_peer *p,
                                    struct pptp_conn *conn,
                                    const struct pptp_cdn *m)
{
    struct pptp_call *by_peer = pptp_call_by_peer(p, conn, m->call_id);
    struct pptp_call *own = pptp_call_by_local(p, &conn->tcp.remote,
                                               m->call_id);
    struct pptp_call *cleared = NULL;
    /* it knows no such call, and gives our own ID back */
    bool refusal = m->result == PPTP_CDN_GENERAL &&
                   m->error == PPTP_GE_BAD_CALL_ID;
    bool answer = m->result == 0 || m->result == PPTP_CDN_REQUESTED || refusal;
    bool own_cleared, unnumbered;

    if (by_peer != NULL && is_pac(by_peer))
        by_peer = NULL;
    if (own != NULL && (own->conn != conn_index(p, conn) || is_pac(own)))
        own = NULL;
    own_cleared = own != NULL && own->state == WAIT_DISC;
    unnumbered = m->call_id == 0 && oldest_cleared(p, conn, false) != NULL;
    if (by_peer != NULL &&
        !((own_cleared || unnumbered) && by_peer->state == UP && answer))
        /* a live call is never unknown: the call that was meant is gone */
        return by_peer->state == UP && refusal ? NULL : by_peer;
    if (own_cleared)
        return own;
    if (!refusal || m->call_id == 0)
        cleared = oldest_cleared(p, conn, false);
    if (cleared == NULL && m->call_id == 0 && answer)
        cleared = oldest_cleared(p, conn, true); /* left empty: seen */
    if (cleared != NULL)
        return cleared;
    /* Instead of an OCRP our own ID is all that the PAC knows; accel-ppp and
     * Linux's NAT have it in every CDN. What is up is never unknown. */
    return own != NULL && own->state == UP && refusal ? NULL : own;
}

/* The call of this connection that has our Call ID `id`; another's may have
 * it, when several connections come from one address. */
static struct pptp_call *own_call(const struct pptp_peer *p,
                                  const struct pptp_conn *conn, uint16_t id)
{
    struct pptp_call *c = pptp_call_by_local(p, &conn->tcp.remote, id);

    return c != NULL && c->conn == conn_index(p, conn) ? c : NULL;
}

static void unknown_call(struct pptp_peer *p, struct pptp_conn *conn,
                         const struct pptp_msg *m)
{
    p->stats.msgs_unknown_call++;
    if (!(p->config.role & PPTP_ROLE_PAC))
        return;
    if (m->type == PPTP_CCRQ) /* */
        send_cdn(p, conn, m->ccrq.call_id, PPTP_CDN_GENERAL,
                 PPTP_GE_BAD_CALL_ID, 0);
    else if (m->type == PPTP_ICRP && m->icrp.result == PPTP_ICRP_ACCEPT)
        send_cdn(p, conn, m->icrp.peer_call_id, PPTP_CDN_GENERAL,
                 PPTP_GE_BAD_CALL_ID, 0);
}

/* Which call a message names, and what it says to it. A message that is not
 * for this kind of call has no row in its table. */
static struct pptp_call *target(struct pptp_peer *p, struct pptp_conn *conn,
                                const struct pptp_msg *m, uint8_t *ev)
{
    struct pptp_call *c = NULL;

    switch (m->type) {
    case PPTP_ICRP:
        *ev = m->icrp.result == PPTP_ICRP_ACCEPT &&
                      pptp_call_by_peer(p, conn, m->icrp.call_id) == NULL
                  ? EV_ICRP_ACCEPT
                  : EV_ICRP_REFUSE;
        return own_call(p, conn, m->icrp.peer_call_id);
    case PPTP_ICCN:
        *ev = EV_ICCN;
        return own_call(p, conn, m->iccn.peer_call_id);
    case PPTP_OCRP:
        *ev = m->ocrp.result == PPTP_OCRP_CONNECTED ? EV_OCRP_OK
                                                    : EV_OCRP_FAIL;
        c = own_call(p, conn, m->ocrp.peer_call_id);
        if (c != NULL && *ev == EV_OCRP_OK && c->state == WAIT_REPLY &&
            pptp_call_by_peer(p, conn, m->ocrp.call_id) != NULL)
            *ev = EV_OCRP_FAIL; /* the ID is taken: no such session */
        return c;
    case PPTP_CCRQ:
        *ev = EV_CCRQ;
        return pptp_call_by_peer(p, conn, m->ccrq.call_id);
    case PPTP_CDN: *ev = EV_CDN; return cdn_target(p, conn, &m->cdn);
    case PPTP_WEN: *ev = EV_WEN; return own_call(p, conn, m->wen.peer_call_id);
    default: *ev = EV_SLI; return own_call(p, conn, m->sli.peer_call_id);
    }
}

bool pptp_call_msg(struct pptp_peer *p, struct pptp_conn *conn,
                   const struct pptp_msg *m)
{
    struct event e = { .msg = m };
    struct pptp_call *c;
    uint8_t ev;

    if (m->type == PPTP_ICRQ) {
        rx_icrq(p, conn, m);
        return true;
    }
    if (m->type == PPTP_OCRQ) {
        rx_ocrq(p, conn, m);
        return true;
    }
    p->stats.wen_rx += m->type == PPTP_WEN;
    p->stats.sli_rx += m->type == PPTP_SLI;
    c = target(p, conn, m, &ev);
    if (c == NULL)
        unknown_call(p, conn, m);
    else
        call_event(p, conn, c, c->machine, ev, &e);
    return true;
}

/* 2.16: requests before the connection is established have an answer. */
void pptp_call_msg_unconnected(struct pptp_peer *p, struct pptp_conn *conn,
                               const struct pptp_msg *m)
{
    p->stats.msgs_unexpected++;
    if (m->type == PPTP_OCRQ)
        send_ocrp(p, conn, NULL, m->ocrq.call_id, PPTP_OCRP_GENERAL,
                  PPTP_GE_NOT_CONNECTED, 0);
    else if (m->type == PPTP_ICRQ)
        send_icrp(p, conn, NULL, m->icrq.call_id, PPTP_ICRP_GENERAL,
                  PPTP_GE_NOT_CONNECTED);
}

/* --- line, operator, time ---------------------------------------------- */

/* R-2.7-06, R-2.7-08: speed and framing are what the PNS asked for. A line
 * that says nothing of its framing has whichever is wanted. */
static bool line_fits(const struct pptp_call *c,
                      const struct pptp_line_info *l)
{
    if (c->machine != PPTP_PAC_OUT || l == NULL)
        return true;
    return l->connect_bps >= c->min_bps && l->connect_bps <= c->max_bps &&
           (l->framing == 0 || (l->framing & c->framing) != 0);
}

static uint8_t judge_line(const struct pptp_call *c,
                          enum pptp_line_event event, struct event *e)
{
    static const uint8_t result[] = {
        [PPTP_LINE_BUSY] = PPTP_OCRP_BUSY,
        [PPTP_LINE_NO_CARRIER] = PPTP_OCRP_NO_CARRIER,
        [PPTP_LINE_NO_DIAL_TONE] = PPTP_OCRP_NO_DIAL_TONE,
        [PPTP_LINE_REFUSED] = PPTP_OCRP_REFUSED,
        [PPTP_LINE_NO_RESOURCE] = PPTP_OCRP_GENERAL,
        [PPTP_LINE_DROPPED] = PPTP_OCRP_NO_CARRIER,
        [PPTP_LINE_NO_ANSWER] = PPTP_OCRP_TIMEOUT,
    };

    PPTP_ASSERT((unsigned)event < sizeof result);
    if (event == PPTP_LINE_CONNECTED) {
        if (line_fits(c, e->line))
            return EV_LINE_UP;
        e->result = PPTP_OCRP_NO_CARRIER;
        return EV_LINE_UNFIT;
    }
    e->result = result[event];
    if (event == PPTP_LINE_NO_RESOURCE)
        e->error = PPTP_GE_NO_RESOURCE;
    return event == PPTP_LINE_DROPPED ? EV_LINE_DROP : EV_LINE_FAIL;
}

/* 2.14: on an error, and at most once a minute for a call. */
void pptp_call_wen(struct pptp_peer *p, struct pptp_call *c)
{
    struct pptp_msg m = { .type = PPTP_WEN };
    uint32_t errors[6];

    c->wen_due = false;
    c->wen_at_ns = p->now_ns + p->config.wen_gap_ns;
    pptp_errors_get(p, c, errors);
    m.wen.peer_call_id = c->peer_id;
    m.wen.crc_errors = errors[0];
    m.wen.framing_errors = errors[1];
    m.wen.hw_overruns = errors[2];
    m.wen.buffer_overruns = errors[3];
    m.wen.timeout_errors = errors[4];
    m.wen.alignment_errors = errors[5];
    p->stats.wen_tx++;
    pptp_send_msg(p, conn_at(p, c->conn), &m);
}

static void line_errors(struct pptp_peer *p, struct pptp_call *c,
                        const struct pptp_line_info *info)
{
    uint32_t errors[6];

    if (c->state != UP) {
        p->stats.msgs_unexpected++;
        return;
    }
    pptp_errors_get(p, c, errors);
    if (info == NULL || memcmp(errors, info->errors, sizeof errors) == 0)
        return;
    pptp_errors_put(p, c, info->errors);
    if (c->wen_at_ns == PPTP_NEVER || c->wen_at_ns <= p->now_ns)
        pptp_call_wen(p, c);
    else
        c->wen_due = true;
    pptp_timer_call(p, c);
}

void pptp_call_line_event(struct pptp_peer *p, struct pptp_call *c,
                          enum pptp_line_event event,
                          const struct pptp_line_info *info)
{
    struct event e = { .line = info, .cause = info != NULL ? info->cause : 0 };

    if (event == PPTP_LINE_ERRORS)
        line_errors(p, c, info);
    else
        call_event(p, conn_at(p, c->conn), c, c->machine,
                   judge_line(c, event, &e), &e);
}

static void take_request(struct pptp_peer *p, struct pptp_call *c,
                         const struct pptp_call_request *req)
{
    struct call_text t;

    c->bearer = (uint8_t)req->bearer;
    c->framing = (uint8_t)req->framing;
    c->min_bps = req->min_bps;
    c->max_bps = req->max_bps;
    c->phys_channel = req->phys_channel;
    memcpy(t.number, req->number, 64);
    memcpy(t.dialing, req->dialing, 64);
    memcpy(t.subaddress, req->subaddress, 64);
    pptp_text_put(p, c, &t);
}

static int start(struct pptp_peer *p, struct pptp_conn *conn,
                 const struct pptp_call_request *req, uint8_t machine,
                 uint8_t ev, pptp_call_id *out)
{
    struct event e = { .req = req };
    struct pptp_call *c;

    if (conn->state != PPTP_CTRL_ESTABLISHED)
        return PPTP_ERR_STATE;
    if (req->bearer < 1 || req->bearer > 3)
        return PPTP_ERR_VALUE;
    c = new_call(p, conn, machine);
    if (c == NULL)
        return PPTP_ERR_RESOURCE;
    c->serial = p->next_serial++;
    c->line_used = machine == PPTP_PAC_IN;
    take_request(p, c, req);
    *out = call_handle(p, c);
    call_event(p, conn, c, machine, ev, &e);
    return PPTP_OK;
}

int pptp_call_ring(struct pptp_peer *p, struct pptp_conn *conn,
                   const struct pptp_call_request *req, pptp_call_id *out)
{
    if (!(p->config.role & PPTP_ROLE_PAC))
        return PPTP_ERR_STATE;
    if (req->bearer == PPTP_BEARER_ANY)
        return PPTP_ERR_VALUE;
    return start(p, conn, req, PPTP_PAC_IN, EV_RING, out);
}

int pptp_call_open(struct pptp_peer *p, struct pptp_conn *conn,
                   const struct pptp_call_request *req, pptp_call_id *out)
{
    if (!(p->config.role & PPTP_ROLE_PNS))
        return PPTP_ERR_STATE;
    if (req->framing < 1 || req->framing > 3 || req->min_bps > req->max_bps)
        return PPTP_ERR_VALUE;
    return start(p, conn, req, PPTP_PNS_OUT, EV_OPEN, out);
}

void pptp_call_local_close(struct pptp_peer *p, struct pptp_call *c)
{
    struct event e = { .result = PPTP_OCRP_GENERAL,
                       .error = PPTP_GE_PAC_ERROR };

    call_event(p, conn_at(p, c->conn), c, c->machine, EV_CLOSE, &e);
}

void pptp_call_timer(struct pptp_peer *p, struct pptp_call *c)
{
    struct event e = { .msg = NULL };

    if (c->deadline_ns <= p->now_ns) {
        call_event(p, conn_at(p, c->conn), c, c->machine, EV_DEADLINE, &e);
        return;
    }
    if (c->wen_due && c->wen_at_ns <= p->now_ns)
        pptp_call_wen(p, c);
    if (c->state == UP)
        pptp_tunnel_timer(p, c);
    pptp_timer_call(p, c);
}
