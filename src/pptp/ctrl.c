/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The control connection, RFC 2637 §3.1: originator (3.1.1), receiver
 * (3.1.2), collision (3.1.3), keep-alives (3.1.4).  What a message means for
 * a call is in call.c.
 *
 * A message or event is classified first, without side effects; then one row
 * of a table says what happens.  A pair without a row is `unexpected`.
 */
#include "config.h"

#include "pptp/ctrl.h"

#include <string.h>

#include "pptp/call.h"
#include "pptp/send.h"
#include "pptp/timers.h"

enum {
    EV_LOCAL_OPEN,
    EV_LOCAL_STOP,
    EV_TCP_OPEN,
    EV_TCP_GONE,
    EV_TCP_ACCEPTED,
    EV_SCCRQ_OK,
    EV_SCCRQ_VERSION,
    EV_SCCRQ_UNAUTHORIZED,
    EV_SCCRQ_EXISTS,
    EV_SCCRQ_NO_RESOURCE,
    EV_SCCRQ_WON,
    EV_SCCRQ_LOST,
    EV_SCCRP_OK,
    EV_SCCRP_VERSION,
    EV_SCCRP_REFUSED,
    EV_COLLISION_LOST,
    EV_STOP_RQ,
    EV_STOP_RP,
    EV_ECHO_RQ,
    EV_ECHO_RP,
    EV_BAD_MSG,
    EV_DEADLINE,
    EV_ECHO_DEADLINE,
    EV_CALL_STUCK
};

#define ACTION(name)                                           \
    static void name(struct pptp_peer *p, struct pptp_conn *c, \
                     struct pptp_call *call, const struct event *e)

pptp_ns pptp_conn_deadline(const struct pptp_conn *c)
{
    if (!c->used)
        return PPTP_NEVER;
    return c->deadline_ns < c->echo_deadline_ns ? c->deadline_ns
                                                : c->echo_deadline_ns;
}

static void rearm(struct pptp_peer *p, struct pptp_conn *c)
{
    pptp_timer_touch(p, conn_index(p, c), pptp_conn_deadline(c));
}

static void conn_event(struct pptp_peer *p, struct pptp_conn *c, uint8_t ev,
                       const struct event *e);
static struct pptp_conn *rival_of(const struct pptp_peer *p,
                                  const struct pptp_conn *c);

static void copy_name(char to[64], const char from[64])
{
    memcpy(to, from, 64);
}

/* 2.3: every call ends without a message of its own; poll() does it. */
static void clear_calls(struct pptp_peer *p, struct pptp_conn *c)
{
    if (!c->clearing)
        p->clearing_conns++;
    c->clearing = true;
}

/* The TCP connection goes, at once, and with it every call (3.2.1). */
void pptp_conn_kill(struct pptp_peer *p, struct pptp_conn *c)
{
    if (c->closing)
        return;
    pptp_act(p, PPTP_ACT_TCP_CLOSE, c, NULL);
    clear_calls(p, c);
    c->closing = true;
    c->tcp_up = false;
    c->deadline_ns = c->echo_deadline_ns = PPTP_NEVER;
}

static void fill_caps(const struct pptp_peer *p, uint32_t *framing,
                      uint32_t *bearer, uint16_t *channels, uint16_t *rev)
{
    *framing = p->config.framing_caps;
    *bearer = p->config.bearer_caps;
    /* 2.1, 2.2: a PNS says 0 */
    *channels = p->config.role & PPTP_ROLE_PAC ? p->config.max_channels : 0;
    *rev = p->config.firmware_revision;
}

static void send_sccrp(struct pptp_peer *p, struct pptp_conn *c,
                       uint8_t result, uint8_t error, uint16_t version)
{
    struct pptp_msg m = { .type = PPTP_SCCRP };

    m.sccrp.protocol_version = version;
    m.sccrp.result = result;
    m.sccrp.error = error;
    fill_caps(p, &m.sccrp.framing_caps, &m.sccrp.bearer_caps,
              &m.sccrp.max_channels, &m.sccrp.firmware_revision);
    copy_name(m.sccrp.host_name, p->config.host_name);
    copy_name(m.sccrp.vendor_name, p->config.vendor_name);
    pptp_send_msg(p, c, &m);
}

static void send_stop_rq(struct pptp_peer *p, struct pptp_conn *c,
                         uint8_t reason)
{
    struct pptp_msg m = { .type = PPTP_STOP_RQ };

    m.stop_rq.reason = reason;
    pptp_send_msg(p, c, &m);
    c->deadline_ns = p->now_ns + p->config.stop_timeout_ns;
    c->echo_deadline_ns = PPTP_NEVER;
}

static void send_echo_rq(struct pptp_peer *p, struct pptp_conn *c)
{
    struct pptp_msg m = { .type = PPTP_ECHO_RQ };

    m.echo_rq.identifier = ++c->echo_id;
    pptp_send_msg(p, c, &m);
    c->echo_deadline_ns = p->now_ns + p->config.echo_timeout_ns;
}

static void send_echo_rp(struct pptp_peer *p, struct pptp_conn *c, uint32_t id,
                         uint8_t result, uint8_t error)
{
    struct pptp_msg m = { .type = PPTP_ECHO_RP };

    m.echo_rp.identifier = id;
    m.echo_rp.result = result;
    m.echo_rp.error = error;
    pptp_send_msg(p, c, &m);
}

/* --- actions of rows --------------------------------------------------- */

ACTION(act_tcp_open)
{
    (void)call;
    (void)e;
    pptp_act(p, PPTP_ACT_TCP_OPEN, c, NULL)->addr = c->tcp.remote;
}

ACTION(act_sccrq)
{
    struct pptp_msg m = { .type = PPTP_SCCRQ };

    (void)call;
    (void)e;
    m.sccrq.protocol_version = PPTP_VERSION;
    fill_caps(p, &m.sccrq.framing_caps, &m.sccrq.bearer_caps,
              &m.sccrq.max_channels, &m.sccrq.firmware_revision);
    copy_name(m.sccrq.host_name, p->config.host_name);
    copy_name(m.sccrq.vendor_name, p->config.vendor_name);
    pptp_send_msg(p, c, &m);
    c->deadline_ns = p->now_ns + p->config.start_timeout_ns;
}

ACTION(act_start_timer)
{
    (void)call;
    (void)e;
    c->deadline_ns = p->now_ns + p->config.start_timeout_ns;
}

static void up(struct pptp_peer *p, struct pptp_conn *c)
{
    c->was_up = true;
    c->echo_id = (uint32_t)pptp_peer_random(p);
    c->deadline_ns = p->now_ns + p->config.idle_timeout_ns;
    p->stats.conns_established++;
    pptp_act(p, PPTP_ACT_CONN_UP, c, NULL);
}

ACTION(act_up)
{
    (void)call;
    c->peer_version = e->msg->sccrp.protocol_version;
    copy_name(c->peer_name, e->msg->sccrp.host_name);
    up(p, c);
}

ACTION(act_accept)
{
    (void)call;
    /* 3.1.2: the peer's version is the same or later: ours goes back */
    c->peer_version = e->msg->sccrq.protocol_version;
    copy_name(c->peer_name, e->msg->sccrq.host_name);
    send_sccrp(p, c, PPTP_SCCRP_OK, PPTP_GE_NONE, PPTP_VERSION);
    up(p, c);
}

/* 3.1.3: the loser closes the connection that it opened, and says nothing
 * more on it; the winner's is answered like any other. */
ACTION(act_lose)
{
    p->stats.collisions_lost++;
    conn_event(p, rival_of(p, c), EV_COLLISION_LOST, NULL);
    act_accept(p, c, call, e);
}

ACTION(act_refuse)
{
    (void)call;
    send_sccrp(p, c, e->result, e->error, PPTP_VERSION);
    pptp_conn_kill(p, c);
}

ACTION(act_refuse_full)
{
    p->stats.conns_refused++;
    act_refuse(p, c, call, e);
}

/* one connection is enough, but is the old one still alive? */
ACTION(act_refuse_second)
{
    struct pptp_conn *o = rival_of(p, c);

    if (o->state == PPTP_CTRL_ESTABLISHED &&
        o->echo_deadline_ns == PPTP_NEVER) {
        send_echo_rq(p, o);
        rearm(p, o);
    }
    act_refuse(p, c, call, e);
}

ACTION(act_mute)
{
    (void)call;
    (void)e;
    /* 3.1.3: the winner says nothing on the loser's connection and waits
     * for its end */
    p->stats.collisions_won++;
    c->muted = true;
    c->deadline_ns = p->now_ns + p->config.start_timeout_ns;
}

ACTION(act_stop_protocol)
{
    (void)call;
    (void)e;
    send_stop_rq(p, c, PPTP_STOP_PROTOCOL);
}

ACTION(act_stop)
{
    (void)call;
    send_stop_rq(p, c, e->result);
    clear_calls(p, c);
}

/* Nothing to stop here: a reply, and no effect. */
ACTION(act_stop_refuse)
{
    struct pptp_msg m = { .type = PPTP_STOP_RP };

    (void)call;
    (void)e;
    m.stop_rp.result = PPTP_STOP_RP_GENERAL;
    m.stop_rp.error = PPTP_GE_NOT_CONNECTED;
    pptp_send_msg(p, c, &m);
}

ACTION(act_kill)
{
    (void)call;
    (void)e;
    pptp_conn_kill(p, c);
}

ACTION(act_timed_out)
{
    (void)call;
    (void)e;
    p->stats.conns_timed_out++;
    pptp_conn_kill(p, c);
}

ACTION(act_stop_rp)
{
    struct pptp_msg m = { .type = PPTP_STOP_RP };

    (void)call;
    (void)e;
    m.stop_rp.result = PPTP_STOP_RP_OK;
    pptp_send_msg(p, c, &m);
    pptp_conn_kill(p, c);
}

ACTION(act_exists)
{
    (void)call;
    (void)e;
    /* a second SCCRQ on a live connection costs it nothing */
    send_sccrp(p, c, PPTP_SCCRP_EXISTS, PPTP_GE_NONE, PPTP_VERSION);
}

ACTION(act_echo_rp)
{
    (void)call;
    send_echo_rp(p, c, e->msg->echo_rq.identifier, PPTP_ECHO_RP_OK,
                 PPTP_GE_NONE);
}

ACTION(act_echo_refuse)
{
    (void)call;
    send_echo_rp(p, c, e->msg->echo_rq.identifier, PPTP_ECHO_RP_GENERAL,
                 PPTP_GE_NOT_CONNECTED);
}

ACTION(act_echo_seen)
{
    const struct pptp_echo_rp *m = &e->msg->echo_rp;

    (void)call;
    /* only the answer to our request counts */
    if (c->echo_deadline_ns != PPTP_NEVER && m->identifier == c->echo_id &&
        m->result == PPTP_ECHO_RP_OK)
        c->echo_deadline_ns = PPTP_NEVER;
    else
        p->stats.echo_mismatch++;
}

ACTION(act_echo_rq)
{
    (void)call;
    (void)e;
    c->deadline_ns = p->now_ns + p->config.idle_timeout_ns;
    /* one that is still unanswered keeps its own deadline */
    if (c->echo_deadline_ns == PPTP_NEVER)
        send_echo_rq(p, c);
}

ACTION(act_stuck)
{
    (void)call;
    (void)e;
    p->stats.conns_stuck_call++;
    pptp_conn_kill(p, c);
}

/* --- the figures ------------------------------------------------------- */

#define IDLE PPTP_CTRL_IDLE
#define WAIT_REPLY PPTP_CTRL_WAIT_CTL_REPLY
#define UP PPTP_CTRL_ESTABLISHED
#define WAIT_STOP PPTP_CTRL_WAIT_STOP_REPLY

/* established and wait_stop_reply are the same in both figures */
#define COMMON_ROWS                                      \
    { UP, EV_LOCAL_STOP, WAIT_STOP, act_stop },          \
        { UP, EV_STOP_RQ, IDLE, act_stop_rp },           \
        { UP, EV_ECHO_RQ, UP, act_echo_rp },             \
        { UP, EV_ECHO_RP, UP, act_echo_seen },           \
        { UP, EV_DEADLINE, UP, act_echo_rq },            \
        { UP, EV_ECHO_DEADLINE, IDLE, act_timed_out },   \
        { UP, EV_SCCRQ_OK, UP, act_exists },             \
        { UP, EV_CALL_STUCK, IDLE, act_stuck },          \
        { UP, EV_BAD_MSG, IDLE, act_kill },              \
        { UP, EV_TCP_GONE, IDLE, act_kill },             \
        { WAIT_STOP, EV_STOP_RP, IDLE, act_kill },       \
        { WAIT_STOP, EV_STOP_RQ, IDLE, act_stop_rp },    \
        { WAIT_STOP, EV_DEADLINE, IDLE, act_timed_out }, \
        { WAIT_STOP, EV_BAD_MSG, IDLE, act_kill },       \
    {                                                    \
        WAIT_STOP, EV_TCP_GONE, IDLE, act_kill           \
    }

static const struct row originator[] = {
    { IDLE, EV_LOCAL_OPEN, IDLE, act_tcp_open },
    { IDLE, EV_TCP_OPEN, WAIT_REPLY, act_sccrq },
    { IDLE, EV_TCP_GONE, IDLE, act_kill },
    { IDLE, EV_COLLISION_LOST, IDLE, act_kill },
    { IDLE, EV_LOCAL_STOP, IDLE, act_kill },
    { WAIT_REPLY, EV_SCCRP_OK, UP, act_up },
    { WAIT_REPLY, EV_SCCRP_VERSION, WAIT_STOP, act_stop_protocol },
    { WAIT_REPLY, EV_SCCRP_REFUSED, IDLE, act_kill },
    { WAIT_REPLY, EV_COLLISION_LOST, IDLE, act_kill },
    { WAIT_REPLY, EV_DEADLINE, IDLE, act_timed_out },
    { WAIT_REPLY, EV_STOP_RQ, IDLE, act_stop_rp },
    { WAIT_REPLY, EV_LOCAL_STOP, IDLE, act_kill },
    { WAIT_REPLY, EV_ECHO_RQ, WAIT_REPLY, act_echo_refuse },
    { WAIT_REPLY, EV_BAD_MSG, IDLE, act_kill },
    { WAIT_REPLY, EV_TCP_GONE, IDLE, act_kill },
    COMMON_ROWS
};

static const struct row receiver[] = {
    { IDLE, EV_TCP_ACCEPTED, IDLE, act_start_timer },
    { IDLE, EV_SCCRQ_OK, UP, act_accept },
    { IDLE, EV_SCCRQ_VERSION, IDLE, act_refuse },
    { IDLE, EV_SCCRQ_UNAUTHORIZED, IDLE, act_refuse },
    { IDLE, EV_SCCRQ_EXISTS, IDLE, act_refuse_second },
    { IDLE, EV_SCCRQ_NO_RESOURCE, IDLE, act_refuse_full },
    { IDLE, EV_SCCRQ_WON, IDLE, act_mute },
    { IDLE, EV_SCCRQ_LOST, UP, act_lose },
    { IDLE, EV_ECHO_RQ, IDLE, act_echo_refuse },
    { IDLE, EV_STOP_RQ, IDLE, act_stop_refuse },
    { IDLE, EV_DEADLINE, IDLE, act_timed_out },
    { IDLE, EV_BAD_MSG, IDLE, act_kill },
    COMMON_ROWS,
    { IDLE, EV_TCP_GONE, IDLE, act_kill },
    { IDLE, EV_LOCAL_STOP, IDLE, act_kill },
};

_Static_assert(sizeof originator / sizeof originator[0] <= ROWS_MAX,
               "a counter for each row");
_Static_assert(sizeof receiver / sizeof receiver[0] <= ROWS_MAX,
               "a counter for each row");

const struct row *pptp_conn_rows(unsigned figure, unsigned *n)
{
    if (figure == 0) {
        *n = sizeof originator / sizeof originator[0];
        return originator;
    }
    *n = sizeof receiver / sizeof receiver[0];
    return receiver;
}

/* What an event that ends a connection means to those who ask why. */
static uint8_t end_of(uint8_t ev)
{
    switch (ev) {
    case EV_LOCAL_STOP: return PPTP_CONN_END_HERE;
    case EV_STOP_RQ:
    case EV_STOP_RP: return PPTP_CONN_END_PEER;
    case EV_DEADLINE: return PPTP_CONN_END_NO_REPLY;
    case EV_ECHO_DEADLINE: return PPTP_CONN_END_ECHO;
    case EV_BAD_MSG: return PPTP_CONN_END_MALFORMED;
    case EV_CALL_STUCK: return PPTP_CONN_END_STUCK;
    case EV_COLLISION_LOST: return PPTP_CONN_END_COLLISION;
    case EV_TCP_OPEN:
    case EV_TCP_GONE: return PPTP_CONN_END_TCP;
    default: return PPTP_CONN_END_REFUSED;
    }
}

/* The only place that changes a connection's state. */
static void conn_event(struct pptp_peer *p, struct pptp_conn *c, uint8_t ev,
                       const struct event *e)
{
    static const struct event none = { .msg = NULL };
    unsigned figure = c->originator ? 0 : 1, n;
    const struct row *rows = pptp_conn_rows(figure, &n);
    int i = row_find(rows, n, c->state, ev);

    if (i < 0) {
        /* R-3-07: valid, but not here: counted, the connection lives */
        if (e != NULL && e->msg != NULL)
            p->stats.msgs_unexpected++;
        return;
    }
    p->row_hits[figure][i]++;
    pptp_trace(p, PPTP_TRACE_conn_state, conn_index(p, c), c->state,
               rows[i].next, ev, figure);
    c->state = rows[i].next;
    rows[i].action(p, c, NULL, e != NULL ? e : &none);
    if ((c->closing || c->clearing) && c->end == PPTP_CONN_END_NONE)
        c->end = end_of(ev);
    rearm(p, c);
}

/* --- classification ---------------------------------------------------- */

/* 3.1.3: the higher address wins, the network part most significant; A-15:
 * between equals the higher originating port. */
static bool we_win(const struct pptp_conn *ours, const struct pptp_conn *rival)
{
    int d = memcmp(ours->tcp.local.octets, ours->tcp.remote.octets, 16);

    if (d != 0)
        return d > 0;
    return ours->tcp.local_port > rival->tcp.remote_port;
}

/* The other connection with the same remote end, or NULL: pptp_peer_open and
 * 3.1.3 see to it that there is one at most, unless allow_multiple. */
static struct pptp_conn *rival_of(const struct pptp_peer *p,
                                  const struct pptp_conn *c)
{
    uint32_t i;

    for (i = 0; i < p->limits.conns; i++) {
        struct pptp_conn *o = conn_at(p, i);

        if (o != c && o->used && !o->closing && !o->muted &&
            pptp_addr_eq(&o->tcp.remote, &c->tcp.remote) &&
            (o->originator || o->state != PPTP_CTRL_IDLE))
            return o;
    }
    return NULL;
}

/* Whether as many others are in use as the limits say. There is one slot
 * more, so that who comes then can be told (2.2: result 2, no resource). */
static bool conns_full(const struct pptp_peer *p, const struct pptp_conn *c)
{
    uint32_t i, live = 0;

    /* those who have not begun are none; mostly it does not depend on them */
    if (p->conns_used < p->limits.conns)
        return false;
    for (i = 0; i < p->limits.conns; i++) {
        const struct pptp_conn *o = conn_at(p, i);

        live += o != c && o->used &&
                (o->originator || o->state != PPTP_CTRL_IDLE);
    }
    return live >= p->limits.conns - 1;
}

static uint8_t classify_sccrq(const struct pptp_peer *p,
                              const struct pptp_conn *c,
                              const struct pptp_msg *m, struct event *e)
{
    const struct pptp_conn *o = NULL;

    if (c->state != PPTP_CTRL_IDLE || c->originator)
        return EV_SCCRQ_OK;
    if (!p->config.allow_multiple)
        o = rival_of(p, c);
    /* first of all: on the loser's connection no refusal is sent either */
    if (o != NULL && o->originator && o->state == PPTP_CTRL_WAIT_CTL_REPLY &&
        we_win(o, c))
        return EV_SCCRQ_WON;
    e->result = PPTP_SCCRP_NOT_AUTHORIZED;
    if (!c->tcp.authorized)
        return EV_SCCRQ_UNAUTHORIZED;
    e->result = PPTP_SCCRP_VERSION;
    if (m->sccrq.protocol_version < PPTP_VERSION)
        return EV_SCCRQ_VERSION;
    if (o == NULL) {
        e->result = PPTP_SCCRP_GENERAL;
        e->error = PPTP_GE_NO_RESOURCE;
        return conns_full(p, c) ? EV_SCCRQ_NO_RESOURCE : EV_SCCRQ_OK;
    }
    if (o->originator && o->state <= PPTP_CTRL_WAIT_CTL_REPLY)
        return EV_SCCRQ_LOST;
    e->result = PPTP_SCCRP_EXISTS;
    return EV_SCCRQ_EXISTS;
}

static uint8_t classify_sccrp(const struct pptp_msg *m)
{
    /* R-2.2-11: 0 is sent by old modems and means success */
    if (m->sccrp.result > PPTP_SCCRP_OK)
        return EV_SCCRP_REFUSED;
    return m->sccrp.protocol_version == PPTP_VERSION ? EV_SCCRP_OK
                                                     : EV_SCCRP_VERSION;
}

void pptp_conn_msg(struct pptp_peer *p, struct pptp_conn *c,
                   const struct pptp_msg *m)
{
    struct event e = { .msg = m };
    uint8_t ev;

    /* 3.1.4 (2): whatever is received shows that the peer lives */
    if (c->state == PPTP_CTRL_ESTABLISHED)
        c->deadline_ns = p->now_ns + p->config.idle_timeout_ns;
    switch (m->type) {
    case PPTP_SCCRQ: ev = classify_sccrq(p, c, m, &e); break;
    case PPTP_SCCRP: ev = classify_sccrp(m); break;
    case PPTP_STOP_RQ: ev = EV_STOP_RQ; break;
    case PPTP_STOP_RP: ev = EV_STOP_RP; break;
    case PPTP_ECHO_RQ: ev = EV_ECHO_RQ; break;
    case PPTP_ECHO_RP: ev = EV_ECHO_RP; break;
    default:
        if (c->state == PPTP_CTRL_ESTABLISHED)
            pptp_call_msg(p, c, m);
        else if (c->state == PPTP_CTRL_IDLE)
            pptp_call_msg_unconnected(p, c, m);
        else
            p->stats.msgs_unexpected++;
        return;
    }
    conn_event(p, c, ev, &e);
}

/* --- inputs ------------------------------------------------------------ */

void pptp_conn_timer(struct pptp_peer *p, struct pptp_conn *c)
{
    if (c->echo_deadline_ns <= p->now_ns)
        conn_event(p, c, EV_ECHO_DEADLINE, NULL);
    else
        conn_event(p, c, EV_DEADLINE, NULL);
}

void pptp_conn_stuck(struct pptp_peer *p, struct pptp_conn *c)
{
    c->stuck = false;
    conn_event(p, c, EV_CALL_STUCK, NULL);
}

void pptp_conn_local_open(struct pptp_peer *p, struct pptp_conn *c)
{
    conn_event(p, c, EV_LOCAL_OPEN, NULL);
}

void pptp_conn_accepted(struct pptp_peer *p, struct pptp_conn *c)
{
    conn_event(p, c, EV_TCP_ACCEPTED, NULL);
}

void pptp_conn_tcp_event(struct pptp_peer *p, struct pptp_conn *c,
                         enum pptp_tcp_event event)
{
    conn_event(p, c, event == PPTP_TCP_CONNECTED ? EV_TCP_OPEN : EV_TCP_GONE,
               NULL);
}

void pptp_conn_local_close(struct pptp_peer *p, struct pptp_conn *c,
                           enum pptp_stop_reason reason)
{
    struct event e = { .result = (uint8_t)reason };

    conn_event(p, c, EV_LOCAL_STOP, &e);
}

static void bad_stream(struct pptp_peer *p, struct pptp_conn *c, int err)
{
    /* 1.4: synchronisation lost: close at once; 3: malformed: close */
    if (err == PPTP_ERR_SYNC)
        p->stats.conns_lost_sync++;
    else
        p->stats.conns_bad_msg++;
    conn_event(p, c, EV_BAD_MSG, NULL);
}

/* One message from the front of the octets; what it used, 0 for need more. */
static int one_message(struct pptp_peer *p, struct pptp_conn *c)
{
    struct pptp_msg m;
    int n = pptp_msg_decode(c->rx, c->rx_len, &m);

    if (n < 0) {
        bad_stream(p, c, n);
        return n;
    }
    if (n == 0)
        return 0;
    c->rx_len = 0;
    p->stats.msgs_rx++;
    if (m.reserved_dirty)
        p->stats.msgs_reserved++;
    if (pptp_msg_check(&m, NULL) < 0)
        p->stats.msgs_bad_value++; /* its reply says so, if it has one */
    pptp_trace_msg(p, PPTP_TRACE_msg_rx, c, &m);
    if (!c->muted)
        pptp_conn_msg(p, c, &m);
    rearm(p, c);
    return n;
}

/* Octets of the next message that are still missing, as far as known. */
static int wanted(const struct pptp_conn *c)
{
    int whole = pptp_msg_frame(c->rx, c->rx_len);

    if (whole < 0)
        return whole;
    if (whole > 0)
        return whole - c->rx_len;
    if (c->rx_len < PPTP_MSG_HEADER)
        return PPTP_MSG_HEADER - c->rx_len;
    return (int)((unsigned)c->rx[0] << 8 | c->rx[1]) - (int)c->rx_len;
}

int pptp_peer_tcp_input(struct pptp_peer *p, pptp_ns now, pptp_conn_id conn,
                        const uint8_t *octets, size_t len)
{
    struct pptp_conn *c = pptp_conn_find(p, conn);
    size_t used = 0;

    PPTP_ASSERT(now >= p->now_ns);
    p->now_ns = now;
    if (c == NULL)
        return PPTP_ERR_UNKNOWN;
    if (!c->tcp_up)
        return PPTP_ERR_STATE;
    if (len > 65536)
        len = 65536;
    while (used < len && !c->closing && act_room(p) >= 2 * ACTIONS_PER_MSG) {
        int want = wanted(c);
        size_t n;

        if (want < 0) {
            bad_stream(p, c, want);
            break;
        }
        n = (size_t)want < len - used ? (size_t)want : len - used;
        PPTP_ASSERT(n > 0 && c->rx_len + n <= sizeof c->rx);
        memcpy(c->rx + c->rx_len, octets + used, n);
        c->rx_len = (uint16_t)(c->rx_len + n);
        used += n;
        if (one_message(p, c) < 0)
            break;
    }
    return c->closing ? (int)len : (int)used;
}
