/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What control messages make of connections and calls: both sides' figures
 * of RFC 2637 3.1 and 3.2 as somebody in between can follow them.  Both sides
 * step when a message passes: the sender has sent it, the receiver will soon
 * have it.
 */
#include "config.h"

#include "explain/impl.h"

#include <string.h>

#include "pptp/wire.h"

#define WAIT_MAX (60 * PPTP_S)
#define SLACK (5 * PPTP_S) /* peers that look at their timers now and then */

enum event_kind {
    EV_SCCRQ,
    EV_SCCRP_OK,
    EV_SCCRP_BAD,
    EV_STOP_RQ,
    EV_STOP_RP,
    EV_OCRQ,
    EV_OCRP_OK,
    EV_OCRP_BAD,
    EV_ICRQ,
    EV_ICRP_OK,
    EV_ICRP_BAD,
    EV_ICCN,
    EV_CCRQ,
    EV_CDN,
    EV_WEN,
    EV_SLI
};

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

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

const char *explain_control_ctl_state(enum ctl_state s)
{
    static const char *const names[] = { "unknown", "idle", "wait_ctl_reply",
                                         "established", "wait_stop_reply" };

    return names[s];
}

const char *explain_control_call_state(enum call_state s)
{
    static const char *const names[] = { "unknown",     "idle",
                                         "wait_reply",  "wait_connect",
                                         "wait_cs_ans", "wait_disconnect",
                                         "established" };

    return names[s];
}

static const char *role(int pns, int side)
{
    if (pns < 0)
        return side == 0 ? "originator" : "receiver";
    return pns == side ? "PNS" : "PAC";
}

/* --- steps --------------------------------------------------------------- */

static void ctl_set(struct explain *e, struct conn *c, int side,
                    enum ctl_state to)
{
    if (c->state[side] == to)
        return;
    explain_event(e, c, NULL, "    %s %s: %s -> %s", role(c->pns, side),
                  explain_ip(c->addr[side]),
                  explain_control_ctl_state(c->state[side]),
                  explain_control_ctl_state(to));
    c->state[side] = to;
}

static void ctl_step(struct explain *e, struct conn *c, int sender,
                     enum event_kind on, uint16_t type)
{
    int side;
    size_t i;

    for (side = 0; side < 2; side++) {
        bool tx = side == sender, found = false;

        for (i = 0; i < COUNT(ctl_rows) && !found; i++)
            if (ctl_rows[i].originator == (side == 0) &&
                ctl_rows[i].from == c->state[side] && ctl_rows[i].tx == tx &&
                ctl_rows[i].on == on) {
                ctl_set(e, c, side, ctl_rows[i].to);
                found = true;
            }
        if (!found && tx)
            explain_note(e, EXPLAIN_OUT_OF_STATE,
                         (struct subject){ c, NULL, side }, "%s in %s",
                         pptp_msg_name(type),
                         explain_control_ctl_state(c->state[side]));
    }
}

static void call_set(struct explain *e, struct call *call, int side,
                     enum call_state to)
{
    if (call->state[side] == to)
        return;
    explain_event(e, call->conn, call, "    %s %s: %s -> %s",
                  role(call->pns, side), explain_ip(call->addr[side]),
                  explain_control_call_state(call->state[side]),
                  explain_control_call_state(to));
    call->state[side] = to;
}

static void call_step(struct explain *e, struct call *call, int sender,
                      enum event_kind on, uint16_t type)
{
    int side;
    size_t i;

    if (call->pns < 0)
        call->pns = call->conn->pns;
    for (side = 0; side < 2; side++) {
        bool tx = side == sender, found = false;

        if (call->state[side] == CALL_UNKNOWN)
            call_set(e, call, side, CALL_ESTABLISHED);
        for (i = 0; i < COUNT(call_rows) && !found; i++)
            if (call_rows[i].outgoing == call->outgoing &&
                call_rows[i].pns == (side == call->pns) &&
                call_rows[i].from == call->state[side] &&
                call_rows[i].tx == tx && call_rows[i].on == on) {
                call_set(e, call, side, call_rows[i].to);
                found = true;
            }
        if (!found && tx && call->announced)
            explain_note(e, EXPLAIN_OUT_OF_STATE,
                         (struct subject){ NULL, call, side }, "%s in %s",
                         pptp_msg_name(type),
                         explain_control_call_state(call->state[side]));
    }
}

static void call_over(struct explain *e, struct call *call, const char *why)
{
    int side;

    if (call->ended)
        return;
    call->ended = true;
    call->end_at = e->now;
    call->end_frame = e->frame;
    snprintf(call->end, sizeof call->end, "%s", why);
    for (side = 0; side < 2; side++)
        call_set(e, call, side, CALL_IDLE);
}

static void slow(struct explain *e, struct subject who, pptp_ns since,
                 const char *what)
{
    if (e->now - since > PPTP_S)
        explain_note(e, EXPLAIN_SLOW_REPLY, who, "%s after %.1f s", what,
                     (double)(e->now - since) / 1e9);
}

/* --- texts --------------------------------------------------------------- */

static const char *pick(const char *const *names, size_t n, unsigned i)
{
    return i < n ? names[i] : "unknown";
}

static const char *error_text(unsigned code)
{
    static const char *const names[] = { "no error",    "not connected",
                                         "bad format",  "bad value",
                                         "no resource", "bad Call ID",
                                         "PAC error" };

    return pick(names, COUNT(names), code);
}

static const char *sccrp_text(unsigned code)
{
    static const char *const names[] = { "neither success nor error",
                                         "success",
                                         "general error",
                                         "a control connection exists already",
                                         "not authorized",
                                         "protocol version not supported" };

    return pick(names, COUNT(names), code);
}

static const char *ocrp_text(unsigned code)
{
    static const char *const names[] = { "no result",     "connected",
                                         "general error", "no carrier",
                                         "busy",          "no dial tone",
                                         "time-out",      "not accepted" };

    return pick(names, COUNT(names), code);
}

static const char *icrp_text(unsigned code)
{
    static const char *const names[] = { "no result", "accepted",
                                         "general error", "not accepted" };

    return pick(names, COUNT(names), code);
}

static const char *cdn_text(unsigned code)
{
    static const char *const names[] = { "no result", "lost carrier",
                                         "general error",
                                         "administrative reasons",
                                         "on request" };

    return pick(names, COUNT(names), code);
}

/* --- fields of any message ----------------------------------------------- */

static bool padded(const char *field, size_t n)
{
    size_t i = 0;

    while (i < n && field[i] != '\0')
        i++;
    while (i < n && field[i] == '\0')
        i++;
    return i == n;
}

static void check_texts(struct explain *e, struct subject who,
                        const struct pptp_msg *m)
{
    const char *field = NULL;

#define TEXT(f, name)         \
    if (!padded(f, sizeof f)) \
        field = name;
    switch (m->type) {
    case PPTP_SCCRQ:
        TEXT(m->sccrq.host_name, "Host Name")
        TEXT(m->sccrq.vendor_name, "Vendor Name")
        break;
    case PPTP_SCCRP:
        TEXT(m->sccrp.host_name, "Host Name")
        TEXT(m->sccrp.vendor_name, "Vendor Name")
        break;
    case PPTP_OCRQ:
        TEXT(m->ocrq.phone, "Phone Number")
        TEXT(m->ocrq.subaddress, "Subaddress")
        break;
    case PPTP_ICRQ:
        TEXT(m->icrq.dialed, "Dialed Number")
        TEXT(m->icrq.dialing, "Dialing Number")
        TEXT(m->icrq.subaddress, "Subaddress")
        break;
    case PPTP_CDN: TEXT(m->cdn.stats, "Call Statistics") break;
    default: break;
    }
#undef TEXT
    if (field != NULL)
        explain_note(e, EXPLAIN_PADDING, who, "%s of %s", field,
                     pptp_msg_name(m->type));
}

/* 2.16: an Error Code only beside result 2. */
static void check_error(struct explain *e, struct subject who,
                        const struct pptp_msg *m)
{
    unsigned result, error;

    switch (m->type) {
    case PPTP_SCCRP:
        result = m->sccrp.result;
        error = m->sccrp.error;
        break;
    case PPTP_STOP_RP:
        result = m->stop_rp.result;
        error = m->stop_rp.error;
        break;
    case PPTP_ECHO_RP:
        result = m->echo_rp.result;
        error = m->echo_rp.error;
        break;
    case PPTP_OCRP:
        result = m->ocrp.result;
        error = m->ocrp.error;
        break;
    case PPTP_ICRP:
        result = m->icrp.result;
        error = m->icrp.error;
        break;
    case PPTP_CDN:
        result = m->cdn.result;
        error = m->cdn.error;
        break;
    default: return;
    }
    if ((error != 0 && result != 2) || error > PPTP_GE_PAC_ERROR)
        explain_note(e, EXPLAIN_ERROR_CODE, who,
                     "%s with Result Code %u and Error Code %u",
                     pptp_msg_name(m->type), result, error);
}

/* Gigabits, and not one bit set in the lower half. */
static bool bps_swapped(uint32_t bps)
{
    return bps >= 1u << 24 && (bps & 0xFFFF) == 0;
}

static void check_fields(struct explain *e, struct conn *c, int side,
                         const struct pptp_msg *m)
{
    struct subject who = { c, NULL, side };
    const struct pptp_ocrq *o = &m->ocrq;
    const char *field = "";

    if (m->reserved_dirty)
        explain_note(e, EXPLAIN_RESERVED, who, "in %s",
                     pptp_msg_name(m->type));
    if (m->type == PPTP_OCRQ && o->min_bps > o->max_bps)
        explain_note(
            e, EXPLAIN_SPEED, who, "%u above %u%s", o->min_bps, o->max_bps,
            __builtin_bswap32(o->min_bps) <= __builtin_bswap32(o->max_bps)
                ? "; they look byte-swapped"
                : "");
    else if (m->type == PPTP_OCRQ &&
             (bps_swapped(o->min_bps) || bps_swapped(o->max_bps)))
        explain_note(e, EXPLAIN_SPEED_SWAPPED, who, "%u and %u bit/s",
                     o->min_bps, o->max_bps);
    if (!(m->type == PPTP_OCRQ && o->min_bps > o->max_bps) &&
        pptp_msg_check(m, &field) == PPTP_ERR_VALUE)
        explain_note(e, EXPLAIN_VALUE, who, "%s of %s", field,
                     pptp_msg_name(m->type));
    check_error(e, who, m);
    check_texts(e, who, m);
}

static void check_window(struct explain *e, struct call *call, int side,
                         uint16_t window)
{
    struct subject who = { NULL, call, side };

    call->window_known[side] = true;
    call->window[side] = window;
    if (window == 0)
        explain_note(e, EXPLAIN_WINDOW_0, who, "read as 1");
    else if (window >= 0x1000 && (window & 0xFF) == 0)
        explain_note(e, EXPLAIN_WINDOW_SWAPPED, who, "%u, swapped %u", window,
                     window >> 8);
}

/* --- messages of the connection ------------------------------------------ */

static void introduce(struct explain *e, struct conn *c, int side,
                      const struct intro *in)
{
    struct subject who = { c, NULL, side };

    c->intro[side] = *in;
    c->intro[side].seen = true;
    c->intro[side].frame = e->frame;
    c->intro[side].at = e->now;
    if (in->version != PPTP_VERSION)
        explain_note(e, EXPLAIN_VERSION, who, "0x%04x", in->version);
    if (in->framing == 0 || in->bearer == 0)
        explain_note(e, EXPLAIN_CAPS_ZERO, who, "framing %u, bearer %u",
                     in->framing, in->bearer);
    if (in->framing > 3 || in->bearer > 3)
        explain_note(e, EXPLAIN_CAPS_BITS, who, "framing 0x%x, bearer 0x%x",
                     in->framing, in->bearer);
}

static void on_sccrq(struct explain *e, struct conn *c, int side,
                     const struct pptp_sccrq *m)
{
    struct intro in = { .version = m->protocol_version,
                        .framing = m->framing_caps,
                        .bearer = m->bearer_caps,
                        .max_channels = m->max_channels,
                        .firmware = m->firmware_revision };

    explain_text(in.host, sizeof in.host, m->host_name, 64);
    explain_text(in.vendor, sizeof in.vendor, m->vendor_name, 64);
    if (side == 1)
        explain_note(e, EXPLAIN_FIRST_MESSAGE,
                     (struct subject){ c, NULL, side },
                     "SCCRQ from the side that accepted TCP");
    introduce(e, c, side, &in);
    c->midstream = false;
    c->request_at = e->now;
    c->request_frame = e->frame;
    if (c->state[0] == CTL_UNKNOWN)
        c->state[0] = c->state[1] = CTL_IDLE;
    ctl_step(e, c, side, EV_SCCRQ, PPTP_SCCRQ);
}

static void on_sccrp(struct explain *e, struct conn *c, int side,
                     const struct pptp_sccrp *m)
{
    struct subject who = { c, NULL, side };
    struct intro in = { .version = m->protocol_version,
                        .framing = m->framing_caps,
                        .bearer = m->bearer_caps,
                        .max_channels = m->max_channels,
                        .firmware = m->firmware_revision };
    bool good = m->result <= PPTP_SCCRP_OK;

    explain_text(in.host, sizeof in.host, m->host_name, 64);
    explain_text(in.vendor, sizeof in.vendor, m->vendor_name, 64);
    if (good || !c->intro[side].seen)
        introduce(e, c, side, &in);
    if (m->result == 0)
        explain_note(e, EXPLAIN_RESULT_0, who, "taken as success");
    if (c->intro[1 - side].seen &&
        m->protocol_version > c->intro[1 - side].version)
        explain_note(e, EXPLAIN_VERSION_HIGHER, who, "0x%04x for 0x%04x",
                     m->protocol_version, c->intro[1 - side].version);
    if (c->intro[1 - side].seen)
        slow(e, who, c->request_at, "SCCRP");
    if (!good) {
        explain_note(e, EXPLAIN_REFUSED, who, "%s%s%s", sccrp_text(m->result),
                     m->result == PPTP_SCCRP_GENERAL ? ": " : "",
                     m->result == PPTP_SCCRP_GENERAL ? error_text(m->error)
                                                     : "");
        snprintf(c->end, sizeof c->end, "refused: %s", sccrp_text(m->result));
    }
    if (c->state[0] == CTL_UNKNOWN) {
        c->state[0] = CTL_WAIT_CTL_REPLY;
        c->state[1] = CTL_IDLE;
    }
    ctl_step(e, c, side, good ? EV_SCCRP_OK : EV_SCCRP_BAD, PPTP_SCCRP);
    if (good && !c->up)
        c->heard[0] = c->heard[1] = e->now;
    c->up = c->up || good;
}

static void end_calls(struct explain *e, struct conn *c, const char *why)
{
    struct call *call;

    for (call = e->calls; call != NULL; call = call->next)
        if (call->conn == c && !call->ended) {
            call_over(e, call, why);
            call->end_at = c->end_at;
            call->end_frame = c->end_frame;
        }
}

static void on_stop(struct explain *e, struct conn *c, int side,
                    const struct pptp_msg *m)
{
    static const char *const reasons[] = { "without a reason",
                                           "general reasons",
                                           "protocol version",
                                           "local shutdown" };
    struct subject who = { c, NULL, side };
    char why[100];

    if (m->type == PPTP_STOP_RP) {
        if (c->stopper != 1 - side && !c->midstream)
            explain_note(e, EXPLAIN_OUT_OF_STATE, who,
                         "StopCCRP that nobody asked for");
        else if (c->stopper == 1 - side)
            slow(e, who, c->request_at, "StopCCRP");
        c->stop_answered = true;
        ctl_step(e, c, side, EV_STOP_RP, m->type);
        return;
    }
    if (m->stop_rq.reason == 0 || m->stop_rq.reason > 3)
        explain_note(e, EXPLAIN_STOP_REASON, who, "reason %u",
                     m->stop_rq.reason);
    ctl_step(e, c, side, EV_STOP_RQ, m->type);
    c->stopper = side;
    c->request_at = e->now;
    c->request_frame = e->frame;
    snprintf(why, sizeof why, "%s %s stopped the control connection: %s",
             role(c->pns, side), explain_ip(c->addr[side]),
             pick(reasons, COUNT(reasons), m->stop_rq.reason));
    if (c->end[0] == '\0') {
        snprintf(c->end, sizeof c->end, "%s", why);
        c->end_at = e->now;
        c->end_frame = e->frame;
    }
    end_calls(e, c, why);
}

static void echo_forget(struct conn *c, int side, uint32_t i)
{
    c->echo_count[side]--;
    memmove(&c->echo[side][i], &c->echo[side][i + 1],
            (c->echo_count[side] - i) * sizeof c->echo[side][0]);
}

static void on_echo_rq(struct explain *e, struct conn *c, int side,
                       uint32_t id)
{
    c->echoed[side] = e->now;
    c->echoes[side]++;
    if (c->echo_count[side] == ECHOES_MAX) {
        c->echo_lost[side] = true;
        echo_forget(c, side, 0);
    }
    c->echo[side][c->echo_count[side]++] = (struct echo){ .id = id,
                                                          .at = e->now,
                                                          .frame = e->frame };
}

static void on_echo_rp(struct explain *e, struct conn *c, int side,
                       const struct pptp_echo_rp *m)
{
    struct subject who = { c, NULL, side };
    int asker = 1 - side;
    uint32_t i;

    if (m->result != PPTP_ECHO_RP_OK)
        explain_note(e, EXPLAIN_ECHO_RESULT, who, "result %u: %s", m->result,
                     error_text(m->error));
    for (i = 0; i < c->echo_count[asker]; i++)
        if (c->echo[asker][i].id == m->identifier) {
            slow(e, who, c->echo[asker][i].at, "EchoRP");
            echo_forget(c, asker, i);
            return;
        }
    if (!c->echo_lost[asker] && (!c->midstream || c->echoes[asker] > 0))
        explain_note(e, EXPLAIN_ECHO_ID, who, "0x%08x", m->identifier);
}

/* --- messages of calls --------------------------------------------------- */

/* The newest call of which `side` assigned this ID; a live one, if asked. */
static struct call *call_by_id(const struct explain *e, const struct conn *c,
                               int side, uint16_t id, bool live)
{
    struct call *call;

    for (call = e->calls; call != NULL; call = call->next)
        if (call->conn == c && !call->merged && call->id_known[side] &&
            call->id[side] == id && !(live && call->ended))
            return call;
    return NULL;
}

static void check_id(struct explain *e, struct conn *c, int side, uint16_t id)
{
    struct call *old = call_by_id(e, c, side, id, true);

    if (old != NULL && old->announced)
        explain_note(e, EXPLAIN_CALL_ID_LIVE,
                     (struct subject){ c, NULL, side }, "%u, that of call %u",
                     id, old->no);
}

static struct call *request(struct explain *e, struct conn *c, int side,
                            int pns, uint16_t id)
{
    struct call *call;

    check_id(e, c, side, id);
    call = explain_call_new(e, c, c->addr[0], c->addr[1]);
    if (call == NULL)
        return NULL;
    call->announced = true;
    call->pns = pns;
    call->outgoing = pns == side;
    call->id_known[side] = true;
    call->id[side] = id;
    call->state[0] = call->state[1] = CALL_IDLE;
    call->wait_at = e->now;
    return call;
}

static void waited(struct explain *e, struct call *call)
{
    if (e->now - call->wait_at > WAIT_MAX + SLACK)
        explain_note(e, EXPLAIN_CALL_STUCK, (struct subject){ NULL, call, -1 },
                     "%.0f s", (double)(e->now - call->wait_at) / 1e9);
    call->wait_at = e->now;
}

static void call_up(struct explain *e, struct call *call)
{
    call->up = true;
    call->up_at = e->now;
    call->up_frame = e->frame;
}

static void unknown_call(struct explain *e, struct conn *c, int side,
                         uint16_t type, uint16_t id)
{
    if (!c->midstream)
        explain_note(e, EXPLAIN_CALL_UNKNOWN,
                     (struct subject){ c, NULL, side }, "%s of Call ID %u",
                     pptp_msg_name(type), id);
}

static void on_ocrq(struct explain *e, struct conn *c, int side,
                    const struct pptp_ocrq *m)
{
    struct call *call = request(e, c, side, side, m->call_id);

    if (call == NULL)
        return;
    call->serial = m->call_serial;
    call->min_bps = m->min_bps;
    call->max_bps = m->max_bps;
    call->ppd[side] = m->ppd_ds;
    explain_text(call->number, sizeof call->number, m->phone, 64);
    check_window(e, call, side, m->recv_window);
    call_step(e, call, side, EV_OCRQ, PPTP_OCRQ);
}

static void failed(struct explain *e, struct call *call, int side,
                   const char *result, bool general, unsigned error)
{
    char why[100];

    snprintf(why, sizeof why, "%s%s%s", result, general ? ": " : "",
             general ? error_text(error) : "");
    explain_note(e, EXPLAIN_CALL_REFUSED, (struct subject){ NULL, call, side },
                 "%s", why);
    call_over(e, call, why);
}

static void on_ocrp(struct explain *e, struct conn *c, int side,
                    const struct pptp_ocrp *m)
{
    struct call *call = call_by_id(e, c, 1 - side, m->peer_call_id, true);
    bool good = m->result == PPTP_OCRP_CONNECTED;

    if (call == NULL) {
        unknown_call(e, c, side, PPTP_OCRP, m->peer_call_id);
        if (!good)
            return;
        /* its request was not captured */
        check_id(e, c, side, m->call_id);
        call = explain_call_new(e, c, c->addr[0], c->addr[1]);
        if (call == NULL)
            return;
        call->outgoing = true;
        call->pns = 1 - side;
        call->id_known[1 - side] = true;
        call->id[1 - side] = m->peer_call_id;
        call->state[1 - side] = CALL_WAIT_REPLY;
        call->state[side] = CALL_WAIT_CS_ANS;
        call->wait_at = e->now;
    }
    waited(e, call);
    call_step(e, call, side, good ? EV_OCRP_OK : EV_OCRP_BAD, PPTP_OCRP);
    if (!good) {
        failed(e, call, side, ocrp_text(m->result),
               m->result == PPTP_OCRP_GENERAL, m->error);
        return;
    }
    if (call->up) /* a second one */
        return;
    check_id(e, c, side, m->call_id);
    call->id_known[side] = true;
    call->id[side] = m->call_id;
    call->connect_bps = m->connect_bps;
    call->ppd[side] = m->ppd_ds;
    check_window(e, call, side, m->recv_window);
    if (call->max_bps > call->min_bps &&
        (m->connect_bps < call->min_bps || m->connect_bps > call->max_bps))
        explain_note(e, EXPLAIN_SPEED_OUTSIDE,
                     (struct subject){ NULL, call, side },
                     "%u bit/s, asked for %u to %u", m->connect_bps,
                     call->min_bps, call->max_bps);
    call_up(e, call);
    explain_tunnel_bind(e, call);
}

static void on_icrq(struct explain *e, struct conn *c, int side,
                    const struct pptp_icrq *m)
{
    struct call *call = request(e, c, side, 1 - side, m->call_id);

    if (call == NULL)
        return;
    call->serial = m->call_serial;
    explain_text(call->number, sizeof call->number, m->dialed, 64);
    call_step(e, call, side, EV_ICRQ, PPTP_ICRQ);
}

static void on_icrp(struct explain *e, struct conn *c, int side,
                    const struct pptp_icrp *m)
{
    struct call *call = call_by_id(e, c, 1 - side, m->peer_call_id, true);
    bool good = m->result == PPTP_ICRP_ACCEPT;

    if (call == NULL) {
        unknown_call(e, c, side, PPTP_ICRP, m->peer_call_id);
        return;
    }
    slow(e, (struct subject){ NULL, call, side }, call->wait_at, "ICRP");
    waited(e, call);
    call_step(e, call, side, good ? EV_ICRP_OK : EV_ICRP_BAD, PPTP_ICRP);
    if (!good) {
        failed(e, call, side, icrp_text(m->result),
               m->result == PPTP_ICRP_GENERAL, m->error);
        return;
    }
    if (call->id_known[side])
        return;
    check_id(e, c, side, m->call_id);
    call->id_known[side] = true;
    call->id[side] = m->call_id;
    call->ppd[side] = m->ppd_ds;
    check_window(e, call, side, m->recv_window);
}

static void on_iccn(struct explain *e, struct conn *c, int side,
                    const struct pptp_iccn *m)
{
    struct call *call = call_by_id(e, c, 1 - side, m->peer_call_id, true);

    if (call == NULL) {
        unknown_call(e, c, side, PPTP_ICCN, m->peer_call_id);
        return;
    }
    waited(e, call);
    call_step(e, call, side, EV_ICCN, PPTP_ICCN);
    if (call->up)
        return;
    call->connect_bps = m->connect_bps;
    call->ppd[side] = m->ppd_ds;
    check_window(e, call, side, m->recv_window);
    call_up(e, call);
    if (call->id_known[0] && call->id_known[1])
        explain_tunnel_bind(e, call);
}

static void on_ccrq(struct explain *e, struct conn *c, int side, uint16_t id)
{
    struct call *call = call_by_id(e, c, side, id, true);

    if (call == NULL) {
        unknown_call(e, c, side, PPTP_CCRQ, id);
        return;
    }
    call_step(e, call, side, EV_CCRQ, PPTP_CCRQ);
    call->ccrq = true;
    call->ccrq_at = e->now;
    call->ccrq_frame = e->frame;
}

/* the PAC's ID names the call; servers in the field name the PNS's. */
static struct call *cdn_call(struct explain *e, struct conn *c, int side,
                             const struct pptp_cdn *m)
{
    struct call *by_pac = call_by_id(e, c, side, m->call_id, true);
    struct call *by_pns = call_by_id(e, c, 1 - side, m->call_id, true);
    struct call *call, *oldest = NULL;

    if (by_pac != NULL &&
        !(by_pns != NULL && by_pns->ccrq && !by_pac->ccrq &&
          (m->result == 0 || m->result == PPTP_CDN_REQUESTED)))
        return by_pac;
    if (by_pns != NULL) {
        explain_note(e, EXPLAIN_CDN_ID, (struct subject){ NULL, by_pns, side },
                     "%u instead of %u", m->call_id, by_pns->id[side]);
        return by_pns;
    }
    for (call = e->calls; call != NULL; call = call->next)
        if (call->conn == c && call->ccrq && !call->ended &&
            !call->id_known[side])
            oldest = call;
    return oldest;
}

static void on_cdn(struct explain *e, struct conn *c, int side,
                   const struct pptp_cdn *m)
{
    struct call *call = cdn_call(e, c, side, m);
    struct subject who = { NULL, call, side };
    char why[110];

    if (call == NULL && (call_by_id(e, c, side, m->call_id, false) != NULL ||
                         call_by_id(e, c, 1 - side, m->call_id, false))) {
        explain_note(e, EXPLAIN_OUT_OF_STATE,
                     (struct subject){ c, NULL, side },
                     "CDN of Call ID %u, a call that is over", m->call_id);
        return;
    }
    if (call == NULL) {
        unknown_call(e, c, side, PPTP_CDN, m->call_id);
        return;
    }
    if (m->result == 0 || m->result > PPTP_CDN_REQUESTED)
        explain_note(e, EXPLAIN_CDN_RESULT, who, "result %u", m->result);
    snprintf(why, sizeof why, "%s%s%s", cdn_text(m->result),
             m->result == PPTP_CDN_GENERAL ? ": " : "",
             m->result == PPTP_CDN_GENERAL ? error_text(m->error) : "");
    if (call->ccrq)
        slow(e, who, call->ccrq_at, "CDN");
    else if (m->result != PPTP_CDN_REQUESTED)
        explain_note(e, EXPLAIN_CDN_ABNORMAL, who, "%s, cause %u", why,
                     m->cause);
    else if (call->announced)
        explain_note(e, EXPLAIN_OUT_OF_STATE, who,
                     "CDN on request, but there was no CCRQ");
    call_step(e, call, side, EV_CDN, PPTP_CDN);
    call->cdn = true;
    if (call->ccrq)
        snprintf(why, sizeof why, "the PNS cleared it (CCRQ, CDN)");
    else
        snprintf(why, sizeof why, "the PAC disconnected: %s",
                 cdn_text(m->result));
    call_over(e, call, why);
}

static void on_wen(struct explain *e, struct conn *c, int side,
                   const struct pptp_wen *m)
{
    struct call *call = call_by_id(e, c, 1 - side, m->peer_call_id, true);
    struct subject who = { NULL, call, side };
    uint64_t sum = (uint64_t)m->crc_errors + m->framing_errors +
                   m->hw_overruns + m->buffer_overruns + m->timeout_errors +
                   m->alignment_errors;

    if (call == NULL) {
        unknown_call(e, c, side, PPTP_WEN, m->peer_call_id);
        return;
    }
    call_step(e, call, side, EV_WEN, PPTP_WEN);
    explain_note(e, EXPLAIN_WEN_ERRORS, who, "%llu at first",
                 (unsigned long long)sum);
    if (call->wen && e->now - call->wen_at < WAIT_MAX - PPTP_S)
        explain_note(e, EXPLAIN_WEN_SOON, who, "after %.1f s",
                     (double)(e->now - call->wen_at) / 1e9);
    if (call->wen && sum < call->wen_sum)
        explain_note(e, EXPLAIN_WEN_BACK, who, "%llu after %llu in sum",
                     (unsigned long long)sum,
                     (unsigned long long)call->wen_sum);
    call->wen = true;
    call->wen_at = e->now;
    call->wen_sum = sum;
}

static void on_sli(struct explain *e, struct conn *c, int side, uint16_t id)
{
    struct call *call = call_by_id(e, c, 1 - side, id, true);

    if (call == NULL) {
        call = call_by_id(e, c, side, id, true);
        if (call != NULL)
            explain_note(e, EXPLAIN_SLI_ID,
                         (struct subject){ NULL, call, side },
                         "its own, %u, instead of the receiver's", id);
    }
    if (call != NULL)
        call_step(e, call, side, EV_SLI, PPTP_SLI);
    else
        unknown_call(e, c, side, PPTP_SLI, id);
}

/* --- any message --------------------------------------------------------- */

/* Who may send it: learns the roles, or finds them violated. */
static void check_role(struct explain *e, struct conn *c, int side,
                       uint16_t type)
{
    int pns;

    switch (type) {
    case PPTP_OCRQ:
    case PPTP_ICRP:
    case PPTP_CCRQ:
    case PPTP_SLI: pns = side; break;
    case PPTP_OCRP:
    case PPTP_ICRQ:
    case PPTP_ICCN:
    case PPTP_CDN:
    case PPTP_WEN: pns = 1 - side; break;
    default: return;
    }
    if (c->pns < 0)
        c->pns = pns;
    else if (c->pns != pns)
        explain_note(e, EXPLAIN_ROLE, (struct subject){ c, NULL, side },
                     "%s from the %s", pptp_msg_name(type),
                     role(c->pns, side));
}

/* Before established nothing but the start is said (section 2). */
static void check_order(struct explain *e, struct conn *c, int side,
                        uint16_t type)
{
    struct subject who = { c, NULL, side };
    bool start = type == PPTP_SCCRQ || type == PPTP_SCCRP;
    int i;

    if (c->messages[0] + c->messages[1] == 1 && !c->midstream &&
        type != PPTP_SCCRQ && c->segments[0] > 0 && c->segments[1] > 0)
        explain_note(e, EXPLAIN_FIRST_MESSAGE, who, "it is %s",
                     pptp_msg_name(type));
    if (start || type == PPTP_STOP_RQ || type == PPTP_STOP_RP)
        return;
    for (i = 0; i < 2; i++)
        if (c->state[i] == CTL_UNKNOWN)
            c->state[i] = CTL_ESTABLISHED;
    if (!c->up && !c->midstream && c->segments[1 - side] > 0)
        explain_note(e, EXPLAIN_NOT_YET, who, "%s", pptp_msg_name(type));
}

/* 3.1.4: a side that hears nothing for 60 s asks. */
static void check_idle(struct explain *e, struct conn *c, int side,
                       pptp_ns until)
{
    pptp_ns since = c->heard[side] > c->at ? c->heard[side] : c->at;

    if (c->state[side] == CTL_ESTABLISHED && until > since &&
        until - since > WAIT_MAX + SLACK && c->echoed[side] < since)
        explain_note(e, EXPLAIN_IDLE_NO_ECHO,
                     (struct subject){ c, NULL, side }, "%.0f s at first",
                     (double)(until - since) / 1e9);
    while (c->echo_count[side] > 0 &&
           until - c->echo[side][0].at > WAIT_MAX + SLACK) {
        explain_note(
            e, EXPLAIN_ECHO_UNANSWERED, (struct subject){ c, NULL, 1 - side },
            "asked at frame %llu", (unsigned long long)c->echo[side][0].frame);
        explain_note(e, EXPLAIN_ECHO_NO_CLOSE,
                     (struct subject){ c, NULL, side }, "%.0f s",
                     (double)(until - c->echo[side][0].at) / 1e9);
        echo_forget(c, side, 0);
    }
}

static void dispatch(struct explain *e, struct conn *c, int side,
                     const struct pptp_msg *m)
{
    switch (m->type) {
    case PPTP_SCCRQ: on_sccrq(e, c, side, &m->sccrq); break;
    case PPTP_SCCRP: on_sccrp(e, c, side, &m->sccrp); break;
    case PPTP_STOP_RQ:
    case PPTP_STOP_RP: on_stop(e, c, side, m); break;
    case PPTP_ECHO_RQ: on_echo_rq(e, c, side, m->echo_rq.identifier); break;
    case PPTP_ECHO_RP: on_echo_rp(e, c, side, &m->echo_rp); break;
    case PPTP_OCRQ: on_ocrq(e, c, side, &m->ocrq); break;
    case PPTP_OCRP: on_ocrp(e, c, side, &m->ocrp); break;
    case PPTP_ICRQ: on_icrq(e, c, side, &m->icrq); break;
    case PPTP_ICRP: on_icrp(e, c, side, &m->icrp); break;
    case PPTP_ICCN: on_iccn(e, c, side, &m->iccn); break;
    case PPTP_CCRQ: on_ccrq(e, c, side, m->ccrq.call_id); break;
    case PPTP_CDN: on_cdn(e, c, side, &m->cdn); break;
    case PPTP_WEN: on_wen(e, c, side, &m->wen); break;
    case PPTP_SLI: on_sli(e, c, side, m->sli.peer_call_id); break;
    default: break;
    }
}

void explain_control_message(struct explain *e, struct conn *c, int side,
                             const struct pptp_msg *m, uint32_t known)
{
    bool whole = known >= pptp_msg_length(m->type);
    char text[400];

    c->pptp = e->found = true;
    c->messages[side]++;
    check_role(e, c, side, m->type);
    pptp_msg_print(m, text, sizeof text);
    explain_event(e, c, NULL, "%s %s: %s%s", role(c->pns, side),
                  explain_ip(c->addr[side]), text,
                  whole ? "" : " (cut by the capture)");
    if (whole)
        check_fields(e, c, side, m);
    else
        explain_note(e, EXPLAIN_MESSAGE_CUT, (struct subject){ c, NULL, side },
                     "%u of %u octets of %s at first", known,
                     pptp_msg_length(m->type), pptp_msg_name(m->type));
    check_order(e, c, side, m->type);
    check_idle(e, c, 1 - side, e->now);
    check_idle(e, c, side, e->now);
    c->heard[1 - side] = e->now;
    /* without Call IDs and results it says no more than its name */
    if (whole || known >= 18)
        dispatch(e, c, side, m);
}

void explain_control_malformed(struct explain *e, struct conn *c, int side,
                               const uint8_t *octets, uint32_t n)
{
    struct subject who = { c, NULL, side };
    uint16_t type;

    if (n < 8 || pptp_get32(octets + 4) != PPTP_COOKIE) {
        if (c->pptp)
            explain_note(e, EXPLAIN_COOKIE, who, "the stream is lost here");
        else
            explain_note(e, EXPLAIN_NOT_PPTP, who, "%s to %s",
                         explain_ip(c->addr[0]), explain_ip(c->addr[1]));
        return;
    }
    c->pptp = e->found = true;
    type = n >= 10 ? pptp_get16(octets + 8) : 0;
    if (pptp_get16(octets + 2) != PPTP_MSG_CONTROL)
        explain_note(e, EXPLAIN_MESSAGE_TYPE, who, "%u",
                     pptp_get16(octets + 2));
    else if (n >= 10 && pptp_msg_length(type) == 0)
        explain_note(e, EXPLAIN_UNKNOWN_TYPE, who, "%u", type);
    else
        explain_note(e, EXPLAIN_LENGTH, who, "%u for %s", pptp_get16(octets),
                     pptp_msg_name(type));
    explain_event(e, c, NULL, "%s %s: a malformed message", role(c->pns, side),
                  explain_ip(c->addr[side]));
}

/* What an unanswered echo closes was closed as it should be. */
static void echo_close(struct explain *e, struct conn *c, int side)
{
    if (c->echo_count[side] > 0 &&
        e->now - c->echo[side][0].at > WAIT_MAX - SLACK)
        explain_note(e, EXPLAIN_ECHO_UNANSWERED,
                     (struct subject){ c, NULL, 1 - side },
                     "asked at frame %llu, and closed after %.0f s",
                     (unsigned long long)c->echo[side][0].frame,
                     (double)(e->now - c->echo[side][0].at) / 1e9);
}

/* The first FIN or RST: who ended it, and was that in order? */
static void first_close(struct explain *e, struct conn *c, int by_side,
                        bool reset)
{
    struct subject who = { c, NULL, by_side };
    bool up = c->state[0] == CTL_ESTABLISHED && c->state[1] == CTL_ESTABLISHED;
    int side;

    c->closed = true;
    for (side = 0; side < 2; side++)
        if (c->pptp) {
            check_idle(e, c, side, e->now);
            echo_close(e, c, side);
        }
    if (c->pptp && up && reset)
        explain_note(e, EXPLAIN_TCP_RESET, who, "calls so far: %u", c->calls);
    else if (c->pptp && up && c->stopper < 0)
        explain_note(e, EXPLAIN_NO_STOP, who, "by TCP's FIN");
    if (c->end[0] == '\0') {
        snprintf(c->end, sizeof c->end, "%s %s %s the control connection%s",
                 role(c->pns, by_side), explain_ip(c->addr[by_side]),
                 reset ? "reset" : "closed",
                 c->stopper < 0 && c->pptp ? " (TCP, no StopCCRQ)" : "");
        c->end_at = e->now;
        c->end_frame = e->frame;
    }
}

void explain_control_closed(struct explain *e, struct conn *c, int by_side,
                            bool reset)
{
    int side;

    explain_event(e, c, NULL, "%s %s: TCP %s", role(c->pns, by_side),
                  explain_ip(c->addr[by_side]), reset ? "RST" : "FIN");
    if (!c->closed)
        first_close(e, c, by_side, reset);
    c->fin[by_side] = true;
    /* a side that has not closed may still answer */
    if (!reset && !c->fin[1 - by_side])
        return;
    c->fin[0] = c->fin[1] = true;
    end_calls(e, c, c->end);
    for (side = 0; side < 2; side++)
        if (c->pptp)
            ctl_set(e, c, side, CTL_IDLE);
}

void explain_control_end(struct explain *e, struct conn *c)
{
    struct explain_finding *f = NULL;
    pptp_ns until = c->closed ? c->end_at : e->now;
    int side;

    if (c->closed)
        end_calls(e, c, c->end);
    for (side = 0; side < 2; side++)
        if (!c->closed)
            check_idle(e, c, side, until);
    if (c->intro[0].seen && !c->intro[1].seen && c->segments[1] > 0) {
        f = explain_note(e, EXPLAIN_NO_SCCRP, (struct subject){ c, NULL, 1 },
                         "SCCRQ at frame %llu, %.1f s before the end",
                         (unsigned long long)c->intro[0].frame,
                         (double)(until - c->intro[0].at) / 1e9);
        if (f != NULL)
            f->frame = c->intro[0].frame;
    }
    if (c->stopper >= 0 && !c->stop_answered && !c->fin[1 - c->stopper])
        explain_note(e, EXPLAIN_STOP_UNANSWERED,
                     (struct subject){ c, NULL, 1 - c->stopper },
                     "sent at frame %llu",
                     (unsigned long long)c->request_frame);
    if (c->pns >= 0 && c->intro[c->pns].seen &&
        c->intro[c->pns].max_channels != 0) {
        f = explain_note(e, EXPLAIN_MAX_CHANNELS,
                         (struct subject){ c, NULL, c->pns }, "it sent %u",
                         c->intro[c->pns].max_channels);
        if (f != NULL) {
            f->frame = c->intro[c->pns].frame;
            f->at_ns = c->intro[c->pns].at;
        }
    }
    if (c->midstream)
        f = explain_note(e, EXPLAIN_MIDSTREAM, (struct subject){ c, NULL, -1 },
                         "names, windows and Call IDs may be unknown");
    if (c->midstream && f != NULL) {
        f->frame = f->last_frame = c->frame;
        f->at_ns = c->at;
    }
    if (c->segments[0] == 0 || c->segments[1] == 0)
        explain_note(e, EXPLAIN_ONE_SIDED, (struct subject){ c, NULL, -1 },
                     "nothing from %s",
                     explain_ip(c->addr[c->segments[0] == 0 ? 0 : 1]));
}

void explain_control_call_end(struct explain *e, struct call *call)
{
    struct conn *c = call->conn;
    struct explain_finding *f = NULL;
    pptp_ns until = call->ended ? call->end_at : e->now;

    if (call->pns < 0 && c != NULL)
        call->pns = c->pns;
    if (c == NULL || !call->announced)
        return;
    if (!call->up && !call->cdn && !call->ccrq && c->segments[0] > 0 &&
        c->segments[1] > 0 && call->state[0] != CALL_UNKNOWN &&
        (!call->ended || c->closed)) {
        if (!call->ended || strstr(call->end, "control connection") != NULL)
            f = explain_note(e, EXPLAIN_CALL_UNANSWERED,
                             (struct subject){ NULL, call, -1 },
                             "after %.1f s", (double)(until - call->at) / 1e9);
        if (!call->ended && until - call->at > WAIT_MAX + SLACK)
            explain_note(e, EXPLAIN_CALL_STUCK,
                         (struct subject){ NULL, call, -1 }, "%.0f s",
                         (double)(until - call->at) / 1e9);
    }
    if (f != NULL) {
        f->frame = call->frame;
        f->at_ns = call->at;
    }
    /* who closes right after CCRQ does not want to hear an answer */
    if (call->ccrq && !call->cdn && until - call->ccrq_at > PPTP_S) {
        f = explain_note(e, EXPLAIN_CCRQ_UNANSWERED,
                         (struct subject){ NULL, call, 1 - call->pns },
                         "%.1f s", (double)(until - call->ccrq_at) / 1e9);
        if (f != NULL)
            f->frame = call->ccrq_frame;
    }
}
