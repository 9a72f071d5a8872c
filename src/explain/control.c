/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What control messages make of connections (RFC 2637 2.1 to 2.6, 3.1), and
 * what is said of any message.
 */
#include "config.h"

#include "explain/impl.h"

#include <string.h>

#include "pptp/wire.h"

#define WAIT_MAX EXPLAIN_WAIT_MAX
#define SLACK EXPLAIN_SLACK
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

const char *explain_role(int pns, int side)
{
    if (pns < 0)
        return side == 0 ? "originator" : "receiver";
    return pns == side ? "PNS" : "PAC";
}

void explain_slow(struct explain *e, struct subject who, pptp_ns since,
                  const char *what)
{
    if (e->now - since > PPTP_S)
        explain_note(e, EXPLAIN_SLOW_REPLY, who, "%s after %.1f s", what,
                     (double)(e->now - since) / 1e9);
}

/* --- texts --------------------------------------------------------------- */

const char *explain_pick(const char *const *names, size_t n, unsigned i)
{
    return i < n ? names[i] : "unknown";
}

const char *explain_error_text(unsigned code)
{
    static const char *const names[] = { "no error",    "not connected",
                                         "bad format",  "bad value",
                                         "no resource", "bad Call ID",
                                         "PAC error" };

    return explain_pick(names, COUNT(names), code);
}

static const char *sccrp_text(unsigned code)
{
    static const char *const names[] = { "neither success nor error",
                                         "success",
                                         "general error",
                                         "a control connection exists already",
                                         "not authorized",
                                         "protocol version not supported" };

    return explain_pick(names, COUNT(names), code);
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
    explain_ctl_step(e, c, side, EV_SCCRQ, PPTP_SCCRQ);
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
        explain_slow(e, who, c->request_at, "SCCRP");
    if (!good) {
        explain_note(e, EXPLAIN_REFUSED, who, "%s%s%s", sccrp_text(m->result),
                     m->result == PPTP_SCCRP_GENERAL ? ": " : "",
                     m->result == PPTP_SCCRP_GENERAL
                         ? explain_error_text(m->error)
                         : "");
        snprintf(c->end, sizeof c->end, "refused: %s", sccrp_text(m->result));
    }
    if (c->state[0] == CTL_UNKNOWN) {
        c->state[0] = CTL_WAIT_CTL_REPLY;
        c->state[1] = CTL_IDLE;
    }
    explain_ctl_step(e, c, side, good ? EV_SCCRP_OK : EV_SCCRP_BAD,
                     PPTP_SCCRP);
    if (good && !c->up)
        c->heard[0] = c->heard[1] = e->now;
    c->up = c->up || good;
}

static void end_calls(struct explain *e, struct conn *c, const char *why)
{
    struct call *call;

    for (call = e->calls; call != NULL; call = call->next)
        if (call->conn == c && !call->ended) {
            explain_call_over(e, call, why);
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
            explain_slow(e, who, c->request_at, "StopCCRP");
        c->stop_answered = true;
        explain_ctl_step(e, c, side, EV_STOP_RP, m->type);
        return;
    }
    if (m->stop_rq.reason == 0 || m->stop_rq.reason > 3)
        explain_note(e, EXPLAIN_STOP_REASON, who, "reason %u",
                     m->stop_rq.reason);
    explain_ctl_step(e, c, side, EV_STOP_RQ, m->type);
    c->stopper = side;
    c->request_at = e->now;
    c->request_frame = e->frame;
    snprintf(why, sizeof why, "%s %s stopped the control connection: %s",
             explain_role(c->pns, side), explain_ip(c->addr[side]),
             explain_pick(reasons, COUNT(reasons), m->stop_rq.reason));
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
                     explain_error_text(m->error));
    for (i = 0; i < c->echo_count[asker]; i++)
        if (c->echo[asker][i].id == m->identifier) {
            explain_slow(e, who, c->echo[asker][i].at, "EchoRP");
            echo_forget(c, asker, i);
            return;
        }
    if (!c->echo_lost[asker] && (!c->midstream || c->echoes[asker] > 0))
        explain_note(e, EXPLAIN_ECHO_ID, who, "0x%08x", m->identifier);
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
                     explain_role(c->pns, side));
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
    default: explain_calls_message(e, c, side, m); break;
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
    explain_event(e, c, NULL, "%s %s: %s%s", explain_role(c->pns, side),
                  explain_ip(c->addr[side]), text,
                  whole ? "" : " (cut by the capture)");
    if (whole)
        explain_fields_check(e, c, side, m);
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
    explain_event(e, c, NULL, "%s %s: a malformed message",
                  explain_role(c->pns, side), explain_ip(c->addr[side]));
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
                 explain_role(c->pns, by_side), explain_ip(c->addr[by_side]),
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

    explain_event(e, c, NULL, "%s %s: TCP %s", explain_role(c->pns, by_side),
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
            explain_ctl_set(e, c, side, CTL_IDLE);
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
