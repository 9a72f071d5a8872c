/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What control messages make of connections (RFC 2637 2.1 to 2.6, 3.1), and
 * what is said of any message.
 *
 * That something was not said means something only where the capture holds
 * all that this side said (explain_unheard) and enough time has passed.
 */
#include "config.h"

#include "explain/control.h"

#include <string.h>

#include "base/text.h"
#include "base/wire.h"
#include "explain/calls.h"
#include "explain/fields.h"
#include "explain/figures.h"
#include "explain/store.h"
#include "explain/words.h"

#define WAIT_MAX EXPLAIN_WAIT_MAX
#define SLACK EXPLAIN_SLACK
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* --- texts --------------------------------------------------------------- */

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
    struct subject who = of_conn(c, side);

    c->intro[side] = *in;
    c->intro[side].seen = true;
    c->intro[side].when = e->here;
    if (in->version.known && in->version.v != PPTP_VERSION)
        explain_note(e, EXPLAIN_VERSION, who, "0x%04x", in->version.v);
    if ((in->framing.known && in->framing.v == 0) ||
        (in->bearer.known && in->bearer.v == 0))
        explain_note(e, EXPLAIN_CAPS_ZERO, who, "framing %s, bearer %s",
                     explain_num(in->framing), explain_num(in->bearer));
    if ((in->framing.known && in->framing.v > 3) ||
        (in->bearer.known && in->bearer.v > 3))
        explain_note(e, EXPLAIN_CAPS_BITS, who, "framing 0x%x, bearer 0x%x",
                     in->framing.v, in->bearer.v);
}

static void on_sccrq(struct explain *e, struct conn *c, int side,
                     const struct said *s)
{
    const struct pptp_sccrq *m = &s->m->sccrq;
    struct intro in = {
        .version = GOT(s, sccrq, protocol_version),
        .framing = GOT(s, sccrq, framing_caps),
        .bearer = GOT(s, sccrq, bearer_caps),
        .max_channels = GOT(s, sccrq, max_channels),
        .firmware = GOT(s, sccrq, firmware_revision),
        .host = explain_text_of(s, AT_sccrq_host_name, m->host_name, 64),
        .vendor = explain_text_of(s, AT_sccrq_vendor_name, m->vendor_name, 64)
    };

    if (side == 1)
        explain_note(e, EXPLAIN_FIRST_MESSAGE,
                     about(of_conn(c, side), PPTP_SCCRQ),
                     "SCCRQ from the side that accepted TCP");
    introduce(e, c, side, &in);
    c->midstream = false;
    c->request = e->here;
    if (c->state[0] == CTL_UNKNOWN)
        c->state[0] = c->state[1] = CTL_IDLE;
    explain_ctl_step(e, c, side, EV_SCCRQ, PPTP_SCCRQ);
}

static void refused(struct explain *e, struct conn *c, int side,
                    const struct said *s)
{
    unsigned result = s->m->sccrp.result;

    explain_note(e, EXPLAIN_REFUSED, of_conn(c, side), "%s%s%s",
                 sccrp_text(result), result == PPTP_SCCRP_GENERAL ? ": " : "",
                 result == PPTP_SCCRP_GENERAL
                     ? explain_error_text(GOT(s, sccrp, error))
                     : "");
    if (c->end[0] != '\0')
        return;
    snprintf(c->end, sizeof c->end, "refused: %s", sccrp_text(result));
    c->end_when = e->here;
}

static void on_sccrp(struct explain *e, struct conn *c, int side,
                     const struct said *s)
{
    const struct pptp_sccrp *m = &s->m->sccrp;
    const struct intro *other = &c->intro[1 - side];
    struct subject who = of_conn(c, side);
    struct num result = GOT(s, sccrp, result);
    struct intro in = {
        .version = GOT(s, sccrp, protocol_version),
        .framing = GOT(s, sccrp, framing_caps),
        .bearer = GOT(s, sccrp, bearer_caps),
        .max_channels = GOT(s, sccrp, max_channels),
        .firmware = GOT(s, sccrp, firmware_revision),
        .host = explain_text_of(s, AT_sccrp_host_name, m->host_name, 64),
        .vendor = explain_text_of(s, AT_sccrp_vendor_name, m->vendor_name, 64)
    };
    /* what is not known is most likely success: refusals end at once */
    bool good = !result.known || result.v <= PPTP_SCCRP_OK;

    c->answered = true;
    if (good || !c->intro[side].seen)
        introduce(e, c, side, &in);
    if (result.known && result.v == 0)
        explain_note(e, EXPLAIN_RESULT_0, who, "taken as success");
    if (other->seen && other->version.known && in.version.known &&
        in.version.v > other->version.v)
        explain_note(e, EXPLAIN_VERSION_HIGHER, who, "0x%04x for 0x%04x",
                     in.version.v, other->version.v);
    if (other->seen)
        explain_slow(e, who, &c->request, PPTP_SCCRP);
    if (!good)
        refused(e, c, side, s);
    if (c->state[0] == CTL_UNKNOWN) {
        c->state[0] = CTL_WAIT_CTL_REPLY;
        c->state[1] = CTL_IDLE;
    }
    explain_ctl_step(e, c, side, good ? EV_SCCRP_OK : EV_SCCRP_BAD,
                     PPTP_SCCRP);
    if (good && !c->up)
        c->heard[0] = c->heard[1] = e->here;
    c->up = c->up || good;
    c->up_unsure = c->up_unsure || !result.known;
}

static void on_stop_rp(struct explain *e, struct conn *c, int side)
{
    if (c->stopped[1 - side])
        explain_slow(e, of_conn(c, side), &c->stop[1 - side], PPTP_STOP_RP);
    else if (!c->midstream && !explain_doubt(c))
        explain_note(e, EXPLAIN_OUT_OF_STATE,
                     about(of_conn(c, side), PPTP_STOP_RP),
                     "StopCCRP that nobody asked for");
    c->stop_answered[1 - side] = true;
    explain_ctl_step(e, c, side, EV_STOP_RP, PPTP_STOP_RP);
}

static void on_stop_rq(struct explain *e, struct conn *c, int side,
                       const struct said *s)
{
    static const char *const reasons[] = { "without a reason",
                                           "general reasons",
                                           "protocol version",
                                           "local shutdown" };
    struct num reason = GOT(s, stop_rq, reason);

    if (reason.known && (reason.v == 0 || reason.v > PPTP_STOP_SHUTDOWN))
        explain_note(e, EXPLAIN_STOP_REASON, about(of_conn(c, side), reason.v),
                     "reason %u", reason.v);
    explain_ctl_step(e, c, side, EV_STOP_RQ, PPTP_STOP_RQ);
    c->stopped[side] = true;
    c->stop[side] = e->here;
    c->stop_at[side] = c->stream[side].next;
    if (c->stopper < 0)
        c->stopper = side;
    if (c->end[0] == '\0') {
        snprintf(c->end, sizeof c->end,
                 "%s %s stopped the control connection: %s",
                 explain_role(c->pns, side), explain_ip(c->addr[side]),
                 reason.known ? explain_pick(reasons, COUNT(reasons), reason.v)
                              : "?");
        c->end_when = e->here;
    }
    explain_calls_over(e, c, side);
}

/* --- echoes -------------------------------------------------------------- */

static void echo_forget(struct conn *c, int side, uint32_t i)
{
    c->echo_count[side]--;
    memmove(&c->echo[side][i], &c->echo[side][i + 1],
            (c->echo_count[side] - i) * sizeof c->echo[side][0]);
}

static void on_echo_rq(struct explain *e, struct conn *c, int side,
                       struct num id)
{
    c->echoed[side] = e->here;
    c->echoes[side]++;
    if (c->echo_count[side] == ECHOES_MAX) {
        c->echo_lost[side] = true;
        echo_forget(c, side, 0);
    }
    c->echo[side][c->echo_count[side]++] = (struct echo){ .id = id,
                                                          .when = e->here };
}

/* Whether a reply that nobody asked for is one: the request may have come
 * before the capture, or be missing from it. */
static bool echo_strange(const struct conn *c, int asker, struct num id)
{
    return id.known && !c->echo_lost[asker] && !explain_unheard(c, asker) &&
           (!c->midstream || c->echo_met[asker]);
}

static void on_echo_rp(struct explain *e, struct conn *c, int side,
                       const struct said *s)
{
    struct subject who = of_conn(c, side);
    struct num id = GOT(s, echo_rp, identifier);
    struct num result = GOT(s, echo_rp, result);
    int asker = 1 - side;
    uint32_t i;

    if (result.known && result.v != PPTP_ECHO_RP_OK)
        explain_note(e, EXPLAIN_ECHO_RESULT, about(who, result.v),
                     "result %u: %s", result.v,
                     explain_error_text(GOT(s, echo_rp, error)));
    for (i = 0; i < c->echo_count[asker]; i++) {
        const struct echo *q = &c->echo[asker][i];

        if (!id.known || !q->id.known || q->id.v == id.v) {
            explain_slow(e, who, &q->when, PPTP_ECHO_RP);
            c->echo_met[asker] = true;
            echo_forget(c, asker, i);
            return;
        }
    }
    if (echo_strange(c, asker, id))
        explain_note(e, EXPLAIN_ECHO_ID, who, "at first 0x%08x", id.v);
}

/* 3.1.4: a side that hears nothing for 60 s asks; one that gets no answer
 * closes. */
static void check_idle(struct explain *e, struct conn *c, int side,
                       const struct moment *until)
{
    const struct moment *since = c->heard[side].frame > c->first.frame
                                     ? &c->heard[side]
                                     : &c->first;
    uint32_t i;

    if (explain_unheard(c, 1 - side))
        return;
    if (c->state[side] == CTL_ESTABLISHED &&
        longer(since, until, WAIT_MAX + SLACK) &&
        c->echoed[side].frame < since->frame && !explain_unheard(c, side))
        explain_note(e, EXPLAIN_IDLE_NO_ECHO, seen_at(of_conn(c, side), until),
                     "at first for %.0f s", seconds_between(since, until));
    for (i = 0; i < c->echo_count[side]; i++) {
        struct echo *q = &c->echo[side][i];

        if (q->judged || !longer(&q->when, until, WAIT_MAX + SLACK))
            continue;
        q->judged = true;
        explain_note(e, EXPLAIN_ECHO_UNANSWERED,
                     seen_at(of_conn(c, 1 - side), &q->when),
                     "and nothing for %.0f s",
                     seconds_between(&q->when, until));
        explain_note(e, EXPLAIN_ECHO_NO_CLOSE,
                     seen_at(of_conn(c, side), until),
                     "asked at frame %llu, %.0f s before",
                     (unsigned long long)q->when.frame,
                     seconds_between(&q->when, until));
    }
}

/* The oldest echo whose time was up, for who closes because of it. */
static struct echo *echo_over(struct explain *e, struct conn *c, int side)
{
    if (c->echo_count[side] > 0 && !explain_unheard(c, 1 - side) &&
        longer(&c->echo[side][0].when, &e->here, WAIT_MAX - SLACK))
        return &c->echo[side][0];
    return NULL;
}

/* --- any message --------------------------------------------------------- */

/* Who may send it, and whether that says enough of who is what. */
static int pns_of(int side, uint16_t type, bool *sure)
{
    *sure = true;
    switch (type) {
    case PPTP_OCRQ:
    case PPTP_ICRP: return side;
    case PPTP_OCRP:
    case PPTP_ICRQ:
    case PPTP_ICCN: return 1 - side;
    default: break;
    }
    *sure = false; /* not every peer minds whose these are */
    switch (type) {
    case PPTP_CCRQ:
    case PPTP_SLI: return side;
    case PPTP_CDN:
    case PPTP_WEN: return 1 - side;
    default: return -1;
    }
}

/* The first hint may have been the wrong one. */
static void learn_role(struct explain *e, struct conn *c, int pns, bool first)
{
    const struct hint *h = &c->hint;
    struct call *call;

    c->pns = pns;
    for (call = e->calls; call != NULL; call = call->next)
        if (call->conn == c && !call->announced)
            call->pns = pns;
    if (!first)
        explain_note(e, EXPLAIN_ROLE,
                     seen_at(about(of_conn(c, h->side), h->type), &h->when),
                     "%s from the %s", pptp_msg_name(h->type),
                     explain_role(pns, h->side));
}

/* Learns the roles, or finds them violated. */
static void check_role(struct explain *e, struct conn *c, int side,
                       uint16_t type)
{
    bool sure, first = c->pns < 0;
    int pns = pns_of(side, type, &sure);

    if (pns < 0)
        return;
    if (first || (c->pns != pns && sure && !c->pns_sure))
        learn_role(e, c, pns, first);
    if (first)
        c->hint = (struct hint){ side, type, e->here };
    c->pns_sure = c->pns_sure || sure;
    if (c->pns != pns)
        explain_note(e, EXPLAIN_ROLE, about(of_conn(c, side), type),
                     "%s from the %s", pptp_msg_name(type),
                     explain_role(c->pns, side));
}

static void must_be_up(struct explain *e, struct conn *c, int side,
                       uint16_t type)
{
    int i;

    for (i = 0; i < 2; i++)
        if (c->state[i] == CTL_UNKNOWN)
            c->state[i] = CTL_ESTABLISHED;
    if (c->up || c->midstream)
        return;
    if (!explain_doubt(c)) {
        explain_note(e, EXPLAIN_NOT_YET, about(of_conn(c, side), type), "%s",
                     pptp_msg_name(type));
        return;
    }
    /* what said so is missing */
    c->up = true;
    for (i = 0; i < 2; i++)
        if (c->state[i] != CTL_ESTABLISHED)
            explain_ctl_set(e, c, i, CTL_ESTABLISHED, false);
}

/* Before established nothing but the start is said (section 2), and nothing
 * begins once somebody has asked to stop. */
static void check_order(struct explain *e, struct conn *c, int side,
                        uint16_t type)
{
    bool start = type == PPTP_SCCRQ || type == PPTP_SCCRP;
    int stopper = c->stopper;

    if (c->messages[0] + c->messages[1] == 1 && !c->midstream &&
        type != PPTP_SCCRQ && !explain_doubt(c))
        explain_note(e, EXPLAIN_FIRST_MESSAGE, about(of_conn(c, side), type),
                     "it is %s", pptp_msg_name(type));
    if (start || type == PPTP_STOP_RQ || type == PPTP_STOP_RP)
        return;
    must_be_up(e, c, side, type);
    if (stopper < 0 || (type != PPTP_OCRQ && type != PPTP_ICRQ))
        return;
    if (stopper == side || !explain_may_not_know(e, c, side, &c->stop[stopper],
                                                 c->stop_at[stopper]))
        explain_note(e, EXPLAIN_OUT_OF_STATE, about(of_conn(c, side), type),
                     "%s after StopCCRQ", pptp_msg_name(type));
}

static void dispatch(struct explain *e, struct conn *c, int side,
                     const struct said *s)
{
    switch (s->m->type) {
    case PPTP_SCCRQ: on_sccrq(e, c, side, s); break;
    case PPTP_SCCRP: on_sccrp(e, c, side, s); break;
    case PPTP_STOP_RQ: on_stop_rq(e, c, side, s); break;
    case PPTP_STOP_RP: on_stop_rp(e, c, side); break;
    case PPTP_ECHO_RQ:
        on_echo_rq(e, c, side, GOT(s, echo_rq, identifier));
        break;
    case PPTP_ECHO_RP: on_echo_rp(e, c, side, s); break;
    default: explain_calls_message(e, c, side, s); break;
    }
}

void explain_control_message(struct explain *e, struct conn *c, int side,
                             const struct said *s)
{
    const struct pptp_msg *m = s->m;
    uint16_t length = pptp_msg_length(m->type);
    char text[400];

    c->pptp = e->found = true;
    c->messages[side]++;
    check_role(e, c, side, m->type);
    pptp_msg_print_part(m, s->known, text, sizeof text);
    explain_event(e, c, NULL, "%s %s: %s", explain_role(c->pns, side),
                  explain_ip(c->addr[side]), text);
    if (s->known < length)
        explain_note(e, EXPLAIN_MESSAGE_CUT, of_conn(c, side),
                     "at first %u of the %u octets of %s", s->known, length,
                     pptp_msg_name(m->type));
    explain_fields_check(e, c, side, s);
    check_order(e, c, side, m->type);
    check_idle(e, c, 1 - side, &e->here);
    check_idle(e, c, side, &e->here);
    c->heard[1 - side] = e->here;
    dispatch(e, c, side, s);
}

void explain_control_malformed(struct explain *e, struct conn *c, int side,
                               const uint8_t *octets, uint32_t n)
{
    struct subject who = of_conn(c, side);
    uint16_t type;

    c->broken[side] = true;
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
        explain_note(e, EXPLAIN_MESSAGE_TYPE, who, "at first %u",
                     pptp_get16(octets + 2));
    else if (n >= 10 && pptp_msg_length(type) == 0)
        explain_note(e, EXPLAIN_UNKNOWN_TYPE, who, "at first %u", type);
    else
        explain_note(e, EXPLAIN_LENGTH,
                     about(who, type <= PPTP_MSG_TYPES ? type : 0),
                     "%u for %s", pptp_get16(octets), pptp_msg_name(type));
    explain_event(e, c, NULL, "%s %s: a malformed message",
                  explain_role(c->pns, side), explain_ip(c->addr[side]));
}

/* --- the end of TCP ------------------------------------------------------ */

/* Who closes without StopCCRQ what the RFC wants closed at once: after a
 * message that is none (1.4), after 60 s without an answer (3.1.4, 3.2.1). */
static bool excused(struct explain *e, struct conn *c, int by_side)
{
    bool waited = c->echo_count[by_side] > 0 &&
                  perhaps_longer(&c->echo[by_side][0].when, &e->here,
                                 WAIT_MAX - SLACK);

    return c->broken[1 - by_side] || waited ||
           explain_calls_stuck(e, c, by_side) || c->up_unsure;
}

/* An RST ends what is going on, or nothing: no call is there any more that
 * nobody has cleared. */
static bool cuts_off(const struct explain *e, const struct conn *c)
{
    const struct call *call;

    for (call = e->calls; call != NULL; call = call->next)
        if (call->conn == c && !call->merged && !call->ended && !call->ccrq)
            return true;
    return c->calls == 0;
}

/* The first FIN or RST: who ended it, and was that in order? */
static void first_close(struct explain *e, struct conn *c, int by_side,
                        bool reset)
{
    struct subject who = of_conn(c, by_side);
    bool up = c->state[0] == CTL_ESTABLISHED && c->state[1] == CTL_ESTABLISHED;
    struct echo *q;
    int side;

    c->closed = true;
    c->closer = by_side;
    for (side = 0; side < 2 && c->pptp; side++) {
        check_idle(e, c, side, &e->here);
        q = echo_over(e, c, side);
        if (q == NULL || q->judged)
            continue;
        q->judged = true;
        explain_note(e, EXPLAIN_ECHO_UNANSWERED,
                     seen_at(of_conn(c, 1 - side), &q->when),
                     "and closed after %.0f s",
                     seconds_between(&q->when, &e->here));
    }
    if (c->pptp && up && reset && cuts_off(e, c))
        explain_note(e, EXPLAIN_TCP_RESET, who, "with %u call%s so far",
                     c->calls, pptp_plural(c->calls));
    else if (c->pptp && up && c->stopper < 0 && !explain_doubt(c) &&
             !excused(e, c, by_side))
        explain_note(e, EXPLAIN_NO_STOP, who, "by TCP's %s",
                     reset ? "RST" : "FIN");
    if (c->end[0] != '\0')
        return;
    snprintf(c->end, sizeof c->end, "%s %s %s the control connection%s",
             explain_role(c->pns, by_side), explain_ip(c->addr[by_side]),
             reset ? "reset" : "closed",
             c->stopper < 0 && c->pptp ? " (TCP, no StopCCRQ)" : "");
    c->end_when = e->here;
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
    explain_calls_over(e, c, c->closer);
    for (side = 0; side < 2; side++)
        if (c->pptp)
            explain_ctl_set(e, c, side, CTL_IDLE, false);
}

/* --- the end of the capture ---------------------------------------------- */

static void judge_start(struct explain *e, struct conn *c)
{
    const struct intro *in = &c->intro[0];
    const struct moment *until = c->closed ? &c->end_when : &e->last;

    if (!in->seen || c->answered || c->stopper == 1 || explain_unheard(c, 1))
        return;
    /* who gives up at once does not want to hear an answer */
    if (c->closer == 1)
        explain_note(e, EXPLAIN_NO_SCCRP, seen_at(of_conn(c, 1), &in->when),
                     "it closed TCP instead, after %.1f s",
                     seconds_between(&in->when, until));
    else if (longer(&in->when, until, EXPLAIN_SHORT))
        explain_note(e, EXPLAIN_NO_SCCRP, seen_at(of_conn(c, 1), &in->when),
                     "in %.1f s", seconds_between(&in->when, until));
}

static void judge_stop(struct explain *e, struct conn *c)
{
    const struct moment *until = c->closed ? &c->last : &e->last;
    int side;

    for (side = 0; side < 2; side++)
        if (c->stopped[side] && !c->stop_answered[side] &&
            !c->stopped[1 - side] && !c->fin[1 - side] &&
            !explain_unheard(c, 1 - side) &&
            longer(&c->stop[side], until, EXPLAIN_SHORT))
            explain_note(e, EXPLAIN_STOP_UNANSWERED,
                         seen_at(of_conn(c, 1 - side), &c->stop[side]),
                         "in %.1f s", seconds_between(&c->stop[side], until));
}

void explain_control_end(struct explain *e, struct conn *c)
{
    const struct intro *pns = c->pns >= 0 ? &c->intro[c->pns] : NULL;
    int side;

    if (c->closed)
        explain_calls_over(e, c, c->closer);
    for (side = 0; side < 2; side++)
        if (!c->closed && c->stopper < 0)
            check_idle(e, c, side, &e->last);
    judge_start(e, c);
    judge_stop(e, c);
    if (pns != NULL && pns->seen && pns->max_channels.known &&
        pns->max_channels.v != 0)
        explain_note(e, EXPLAIN_MAX_CHANNELS,
                     seen_at(of_conn(c, c->pns), &pns->when), "it sent %u",
                     pns->max_channels.v);
    if (c->midstream)
        explain_note(e, EXPLAIN_MIDSTREAM, seen_at(of_conn(c, -1), &c->first),
                     "names, windows and Call IDs may be unknown");
    for (side = 0; side < 2; side++)
        if (c->segments[side] == 0)
            explain_note(e, EXPLAIN_ONE_SIDED,
                         seen_at(of_conn(c, -1), &c->first), "nothing from %s",
                         explain_ip(c->addr[side]));
}
