/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both sides' figures of RFC 2637 3.1 and 3.2 as somebody in between can
 * follow them.  Both sides step when a message passes: the sender has sent
 * it, the receiver will soon have it.
 *
 * A sender may not have it yet, and say what belonged to the state before:
 * messages cross on the way.  Where messages may be missing from the capture
 * states follow what is said and are not judged.
 */
#include "config.h"

#include "explain/figures.h"

#include "explain/store.h"
#include "explain/words.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

enum { RX, TX };
enum { RECEIVER, ORIGINATOR };
enum { INCOMING, OUTGOING };
enum { PAC, PNS };

/* Figures 3.1.1 (originator) and 3.1.2 (receiver). */
static const struct {
    bool originator;
    enum ctl_state from;
    bool tx;
    enum event_kind on;
    enum ctl_state to;
} ctl_rows[] = {
    { ORIGINATOR, CTL_IDLE, TX, EV_SCCRQ, CTL_WAIT_CTL_REPLY },
    { ORIGINATOR, CTL_WAIT_CTL_REPLY, RX, EV_SCCRP_OK, CTL_ESTABLISHED },
    { ORIGINATOR, CTL_WAIT_CTL_REPLY, RX, EV_SCCRP_BAD, CTL_IDLE },
    { ORIGINATOR, CTL_WAIT_CTL_REPLY, RX, EV_STOP_RQ, CTL_IDLE },
    { ORIGINATOR, CTL_WAIT_CTL_REPLY, TX, EV_STOP_RQ, CTL_WAIT_STOP_REPLY },
    { ORIGINATOR, CTL_ESTABLISHED, TX, EV_STOP_RQ, CTL_WAIT_STOP_REPLY },
    { ORIGINATOR, CTL_ESTABLISHED, RX, EV_STOP_RQ, CTL_IDLE },
    { ORIGINATOR, CTL_WAIT_STOP_REPLY, RX, EV_STOP_RP, CTL_IDLE },
    { ORIGINATOR, CTL_WAIT_STOP_REPLY, RX, EV_STOP_RQ, CTL_IDLE },
    { ORIGINATOR, CTL_IDLE, TX, EV_STOP_RP, CTL_IDLE },
    { RECEIVER, CTL_IDLE, RX, EV_SCCRQ, CTL_IDLE },
    { RECEIVER, CTL_IDLE, TX, EV_SCCRP_OK, CTL_ESTABLISHED },
    { RECEIVER, CTL_IDLE, TX, EV_SCCRP_BAD, CTL_IDLE },
    { RECEIVER, CTL_ESTABLISHED, TX, EV_SCCRP_BAD, CTL_ESTABLISHED },
    { RECEIVER, CTL_ESTABLISHED, TX, EV_STOP_RQ, CTL_WAIT_STOP_REPLY },
    { RECEIVER, CTL_ESTABLISHED, RX, EV_STOP_RQ, CTL_IDLE },
    { RECEIVER, CTL_WAIT_STOP_REPLY, RX, EV_STOP_RP, CTL_IDLE },
    { RECEIVER, CTL_WAIT_STOP_REPLY, RX, EV_STOP_RQ, CTL_IDLE },
    { RECEIVER, CTL_IDLE, TX, EV_STOP_RP, CTL_IDLE },
};

/* Figures 3.2.3.1, 3.2.3.2, 3.2.4.1 and 3.2.4.2. */
static const struct {
    bool outgoing, pns;
    enum call_state from;
    bool tx;
    enum event_kind on;
    enum call_state to;
} call_rows[] = {
    { INCOMING, PAC, CALL_IDLE, TX, EV_ICRQ, CALL_WAIT_REPLY },
    { INCOMING, PAC, CALL_WAIT_REPLY, RX, EV_ICRP_OK, CALL_WAIT_REPLY },
    { INCOMING, PAC, CALL_WAIT_REPLY, RX, EV_ICRP_BAD, CALL_IDLE },
    { INCOMING, PAC, CALL_WAIT_REPLY, TX, EV_ICCN, CALL_ESTABLISHED },
    { INCOMING, PAC, CALL_WAIT_REPLY, RX, EV_CCRQ, CALL_IDLE },
    { INCOMING, PAC, CALL_WAIT_REPLY, TX, EV_CDN, CALL_IDLE },
    { INCOMING, PAC, CALL_ESTABLISHED, RX, EV_CCRQ, CALL_IDLE },
    { INCOMING, PAC, CALL_ESTABLISHED, TX, EV_CDN, CALL_IDLE },
    { INCOMING, PAC, CALL_ESTABLISHED, TX, EV_WEN, CALL_ESTABLISHED },
    { INCOMING, PAC, CALL_ESTABLISHED, TX, EV_SLI, CALL_ESTABLISHED },
    { INCOMING, PAC, CALL_IDLE, TX, EV_CDN, CALL_IDLE }, /* after CCRQ */
    { INCOMING, PNS, CALL_IDLE, RX, EV_ICRQ, CALL_IDLE },
    { INCOMING, PNS, CALL_IDLE, TX, EV_ICRP_OK, CALL_WAIT_CONNECT },
    { INCOMING, PNS, CALL_IDLE, TX, EV_ICRP_BAD, CALL_IDLE },
    { INCOMING, PNS, CALL_WAIT_CONNECT, RX, EV_ICCN, CALL_ESTABLISHED },
    { INCOMING, PNS, CALL_WAIT_CONNECT, RX, EV_CDN, CALL_IDLE },
    { INCOMING, PNS, CALL_WAIT_CONNECT, TX, EV_CCRQ, CALL_WAIT_DISCONNECT },
    { INCOMING, PNS, CALL_ESTABLISHED, RX, EV_CDN, CALL_IDLE },
    { INCOMING, PNS, CALL_ESTABLISHED, TX, EV_CCRQ, CALL_WAIT_DISCONNECT },
    { INCOMING, PNS, CALL_ESTABLISHED, TX, EV_SLI, CALL_ESTABLISHED },
    { INCOMING, PNS, CALL_WAIT_DISCONNECT, RX, EV_CDN, CALL_IDLE },
    { OUTGOING, PAC, CALL_IDLE, RX, EV_OCRQ, CALL_WAIT_CS_ANS },
    { OUTGOING, PAC, CALL_WAIT_CS_ANS, TX, EV_OCRP_OK, CALL_ESTABLISHED },
    { OUTGOING, PAC, CALL_WAIT_CS_ANS, TX, EV_OCRP_BAD, CALL_IDLE },
    { OUTGOING, PAC, CALL_WAIT_CS_ANS, RX, EV_CCRQ, CALL_IDLE },
    { OUTGOING, PAC, CALL_ESTABLISHED, RX, EV_CCRQ, CALL_IDLE },
    { OUTGOING, PAC, CALL_ESTABLISHED, TX, EV_CDN, CALL_IDLE },
    { OUTGOING, PAC, CALL_ESTABLISHED, TX, EV_WEN, CALL_ESTABLISHED },
    { OUTGOING, PAC, CALL_ESTABLISHED, TX, EV_SLI, CALL_ESTABLISHED },
    { OUTGOING, PAC, CALL_IDLE, TX, EV_CDN, CALL_IDLE }, /* after CCRQ */
    { OUTGOING, PNS, CALL_IDLE, TX, EV_OCRQ, CALL_WAIT_REPLY },
    { OUTGOING, PNS, CALL_WAIT_REPLY, RX, EV_OCRP_OK, CALL_ESTABLISHED },
    { OUTGOING, PNS, CALL_WAIT_REPLY, RX, EV_OCRP_BAD, CALL_IDLE },
    { OUTGOING, PNS, CALL_WAIT_REPLY, RX, EV_CDN, CALL_IDLE },
    { OUTGOING, PNS, CALL_WAIT_REPLY, TX, EV_CCRQ, CALL_WAIT_DISCONNECT },
    { OUTGOING, PNS, CALL_ESTABLISHED, RX, EV_CDN, CALL_IDLE },
    { OUTGOING, PNS, CALL_ESTABLISHED, TX, EV_CCRQ, CALL_WAIT_DISCONNECT },
    { OUTGOING, PNS, CALL_ESTABLISHED, TX, EV_SLI, CALL_ESTABLISHED },
    { OUTGOING, PNS, CALL_WAIT_DISCONNECT, RX, EV_CDN, CALL_IDLE },
    { OUTGOING, PNS, CALL_WAIT_DISCONNECT, RX, EV_OCRP_OK,
      CALL_WAIT_DISCONNECT },
};

const char *explain_ctl_state(enum ctl_state s)
{
    static const char *const names[] = { "unknown", "idle", "wait_ctl_reply",
                                         "established", "wait_stop_reply" };

    return names[s];
}

const char *explain_call_state(enum call_state s)
{
    static const char *const names[] = { "unknown",     "idle",
                                         "wait_reply",  "wait_connect",
                                         "wait_cs_ans", "wait_disconnect",
                                         "established" };

    return names[s];
}

/* --- steps --------------------------------------------------------------- */

void explain_ctl_set(struct explain *e, struct conn *c, int side,
                     enum ctl_state to, bool rx)
{
    if (c->state[side] == to)
        return;
    explain_event(e, c, NULL, "    %s %s: %s -> %s",
                  explain_role(c->pns, side), explain_ip(c->addr[side]),
                  explain_ctl_state(c->state[side]), explain_ctl_state(to));
    c->was[side] = c->state[side];
    c->moved[side] = e->here;
    c->moved_rx[side] = rx;
    c->moved_at[side] = c->stream[1 - side].next;
    c->state[side] = to;
}

/* The row's new state, or CTL_UNKNOWN; from any state for CTL_UNKNOWN. */
static enum ctl_state ctl_row(bool originator, enum ctl_state from, bool tx,
                              enum event_kind on)
{
    size_t i;

    for (i = 0; i < COUNT(ctl_rows); i++)
        if (ctl_rows[i].originator == originator &&
            (from == CTL_UNKNOWN || ctl_rows[i].from == from) &&
            ctl_rows[i].tx == tx && ctl_rows[i].on == on)
            return ctl_rows[i].to;
    return CTL_UNKNOWN;
}

void explain_ctl_step(struct explain *e, struct conn *c, int sender,
                      enum event_kind on, uint16_t type)
{
    bool doubt = explain_doubt(c);
    int side;

    for (side = 0; side < 2; side++) {
        bool tx = side == sender, originator = side == 0;
        enum ctl_state to = ctl_row(originator, c->state[side], tx, on);

        if (to == CTL_UNKNOWN && doubt)
            to = ctl_row(originator, CTL_UNKNOWN, tx, on);
        if (to != CTL_UNKNOWN) {
            explain_ctl_set(e, c, side, to, !tx);
            continue;
        }
        if (!tx || doubt ||
            (c->moved_rx[side] &&
             explain_may_not_know(e, c, side, &c->moved[side],
                                  c->moved_at[side]) &&
             ctl_row(originator, c->was[side], tx, on) != CTL_UNKNOWN))
            continue;
        explain_note(e, EXPLAIN_OUT_OF_STATE, about(of_conn(c, side), type),
                     "%s in %s", pptp_msg_name(type),
                     explain_ctl_state(c->state[side]));
    }
}

static void call_set(struct explain *e, struct call *call, int side,
                     enum call_state to, bool rx)
{
    if (call->state[side] == to)
        return;
    explain_event(e, call->conn, call, "    %s %s: %s -> %s",
                  explain_role(call->pns, side), explain_ip(call->addr[side]),
                  explain_call_state(call->state[side]),
                  explain_call_state(to));
    call->was[side] = call->state[side];
    call->moved[side] = e->here;
    call->moved_rx[side] = rx;
    call->moved_at[side] = call->conn != NULL
                               ? call->conn->stream[1 - side].next
                               : 0;
    call->state[side] = to;
}

static enum call_state call_row(const struct call *call, int side,
                                enum call_state from, bool tx,
                                enum event_kind on)
{
    size_t i;

    for (i = 0; i < COUNT(call_rows); i++)
        if (call_rows[i].outgoing == call->outgoing &&
            call_rows[i].pns == (side == call->pns) &&
            (from == CALL_UNKNOWN || call_rows[i].from == from) &&
            call_rows[i].tx == tx && call_rows[i].on == on)
            return call_rows[i].to;
    return CALL_UNKNOWN;
}

void explain_call_step(struct explain *e, struct call *call, int sender,
                       enum event_kind on, uint16_t type)
{
    bool doubt = explain_doubt(call->conn) || call->up_unsure;
    int side;

    if (call->pns < 0)
        call->pns = call->conn->pns;
    for (side = 0; side < 2; side++) {
        bool tx = side == sender;
        enum call_state to;

        if (call->state[side] == CALL_UNKNOWN)
            call_set(e, call, side, CALL_ESTABLISHED, false);
        to = call_row(call, side, call->state[side], tx, on);
        if (to == CALL_UNKNOWN && doubt)
            to = call_row(call, side, CALL_UNKNOWN, tx, on);
        if (to != CALL_UNKNOWN) {
            call_set(e, call, side, to, !tx);
            continue;
        }
        if (!tx || doubt || !call->announced ||
            (call->moved_rx[side] &&
             explain_may_not_know(e, call->conn, side, &call->moved[side],
                                  call->moved_at[side]) &&
             call_row(call, side, call->was[side], tx, on) != CALL_UNKNOWN))
            continue;
        explain_note(e, EXPLAIN_OUT_OF_STATE, about(of_call(call, side), type),
                     "%s in %s", pptp_msg_name(type),
                     explain_call_state(call->state[side]));
    }
}

void explain_call_over(struct explain *e, struct call *call, int by,
                       const char *why)
{
    int side;

    if (call->ended)
        return;
    call->ended = true;
    call->ended_by = by;
    call->end_when = e->here;
    call->end_at = call->conn != NULL && by >= 0 ? call->conn->stream[by].next
                                                 : 0;
    if (call->conn != NULL)
        call->conn->calls_over++;
    snprintf(call->end, sizeof call->end, "%s", why);
    for (side = 0; side < 2; side++)
        call_set(e, call, side, CALL_IDLE, side != by);
}
