/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What messages of calls (RFC 2637 2.7 to 2.15) make of them; control.c.  A
 * Call ID or a result that the capture does not hold is worked out where only
 * one call can be meant, and else left open.
 */
#include "config.h"

#include "explain/calls.h"

#include <string.h>

#include "explain/fields.h"
#include "explain/figures.h"
#include "explain/ppp.h"
#include "explain/store.h"
#include "explain/tunnel.h"
#include "explain/words.h"

#define WAIT_MAX EXPLAIN_WAIT_MAX
#define SLACK EXPLAIN_SLACK

/* --- texts --------------------------------------------------------------- */

static const char *ocrp_text(unsigned code)
{
    static const char *const names[] = { "no result",     "connected",
                                         "general error", "no carrier",
                                         "busy",          "no dial tone",
                                         "time-out",      "not accepted" };

    return explain_pick(names, sizeof names / sizeof names[0], code);
}

static const char *icrp_text(unsigned code)
{
    static const char *const names[] = { "no result", "accepted",
                                         "general error", "not accepted" };

    return explain_pick(names, sizeof names / sizeof names[0], code);
}

static const char *cdn_text(struct num code)
{
    static const char *const names[] = { "no result", "lost carrier",
                                         "general error",
                                         "administrative reasons",
                                         "on request" };

    return code.known
               ? explain_pick(names, sizeof names / sizeof names[0], code.v)
               : "?";
}

/* --- which call ---------------------------------------------------------- */

/* The live call that a message means whose Call ID was not captured: there is
 * only one.  `waiting`: one that has no answer yet. */
static struct call *only_call(const struct explain *e, const struct conn *c,
                              bool waiting)
{
    struct call *call, *found = NULL;

    for (call = e->calls; call != NULL; call = call->next)
        if (call->conn == c && !call->merged && !call->ended &&
            (!waiting || (call->announced && !call->up && !call->up_unsure))) {
            if (found != NULL)
                return NULL;
            found = call;
        }
    return found;
}

/* Whether `side` has told the call's ID where the capture does not hold it:
 * who asks does so at once, the other one with the answer. */
static bool id_lost(const struct call *call, int side)
{
    bool asked = call->outgoing == (call->pns == side);

    return call->announced && !call->id[side].known &&
           (asked || call->accepted || call->up || call->up_unsure);
}

/* An ID that no call is known to have: that of the only live one whose ID of
 * `owner` was lost. */
static struct call *lost_call(struct explain *e, const struct conn *c,
                              int owner, struct num id)
{
    struct call *call, *found = NULL;

    if (!e->ids_lost)
        return NULL;
    for (call = e->calls; call != NULL; call = call->next)
        if (call->conn == c && !call->ended && id_lost(call, owner)) {
            if (found != NULL)
                return NULL;
            found = call;
        }
    if (found != NULL)
        explain_call_id(e, found, owner, id);
    return found;
}

/* The live call with this ID of `owner`. */
static struct call *call_of(struct explain *e, const struct conn *c, int owner,
                            struct num id, bool waiting)
{
    struct call *call;

    if (!id.known)
        return only_call(e, c, waiting);
    call = explain_call_by_id(e, c, owner, id.v, true);
    return call != NULL ? call : lost_call(e, c, owner, id);
}

/* Whether any call of this connection may have any ID. */
static bool any_lost(const struct explain *e, const struct conn *c)
{
    const struct call *call;

    if (!e->ids_lost)
        return false;
    for (call = e->calls; call != NULL; call = call->next)
        if (call->conn == c && (id_lost(call, 0) || id_lost(call, 1)))
            return true;
    return false;
}

/* There is no such call: there never was, or it is over.  Who did not end it
 * may not have known. */
static struct call *no_call(struct explain *e, struct conn *c, int sender,
                            int owner, uint16_t type, struct num id)
{
    struct subject who = about(of_conn(c, sender), type);
    struct call *old;

    if (!id.known)
        return NULL;
    old = explain_call_by_id(e, c, owner, id.v, false);
    if (old != NULL && old->ended_by != sender &&
        explain_may_not_know(e, c, sender, &old->end_when, old->end_at))
        return old;
    if (explain_doubt(c) || e->over_calls > 0 || any_lost(e, c))
        return NULL;
    if (old != NULL)
        explain_note(e, EXPLAIN_OUT_OF_STATE, who,
                     "%s of Call ID %u, a call that is over",
                     pptp_msg_name(type), id.v);
    else if (!c->midstream)
        explain_note(e, EXPLAIN_CALL_UNKNOWN, who, "%s of Call ID %u",
                     pptp_msg_name(type), id.v);
    return NULL;
}

/* `side` tells the ID that it has given to a call. */
static void tell_id(struct explain *e, struct call *call, int side,
                    struct num id)
{
    const struct conn *c = call->conn;
    struct call *old = NULL;

    if (id.known)
        old = explain_call_by_id(e, c, side, id.v, true);
    else
        e->ids_lost = true;
    if (old != NULL && old->announced && !explain_doubt(c))
        explain_note(e, EXPLAIN_CALL_ID_LIVE, about(of_conn(c, side), id.v),
                     "%u, that of call %u", id.v, old->no);
    explain_call_id(e, call, side, id);
}

/* --- requests ------------------------------------------------------------ */

static void take_window(struct explain *e, struct call *call, int side,
                        const struct said *s, struct num window,
                        struct num delay)
{
    struct subject who = of_call(call, side);

    call->window[side] = window;
    call->ppd[side] = delay;
    if (window.known && window.v == 0)
        explain_note(e, EXPLAIN_WINDOW_0, who, "read as 1");
    else if (explain_fields_swapped(s, call, window))
        explain_note(e, EXPLAIN_WINDOW_SWAPPED, who, "%u, swapped %u",
                     window.v, window.v >> 8);
}

static struct call *request(struct explain *e, struct conn *c, int side,
                            int pns, struct num id)
{
    struct call *call = explain_call_new(e, c, c->addr[0], c->addr[1]);

    if (call == NULL)
        return NULL;
    call->announced = true;
    call->pns = pns;
    call->outgoing = pns == side;
    tell_id(e, call, side, id);
    call->state[0] = call->state[1] = CALL_IDLE;
    call->wait_when = e->here;
    return call;
}

static void on_ocrq(struct explain *e, struct conn *c, int side,
                    const struct said *s)
{
    struct call *call = request(e, c, side, side, GOT(s, ocrq, call_id));

    if (call == NULL)
        return;
    call->serial = GOT(s, ocrq, call_serial);
    call->min_bps = GOT(s, ocrq, min_bps);
    call->max_bps = GOT(s, ocrq, max_bps);
    call->number = explain_text_of(s, AT_ocrq_phone, s->m->ocrq.phone, 64);
    take_window(e, call, side, s, GOT(s, ocrq, recv_window),
                GOT(s, ocrq, ppd_ds));
    explain_call_step(e, call, side, EV_OCRQ, PPTP_OCRQ);
}

static void on_icrq(struct explain *e, struct conn *c, int side,
                    const struct said *s)
{
    struct call *call = request(e, c, side, 1 - side, GOT(s, icrq, call_id));

    if (call == NULL)
        return;
    call->serial = GOT(s, icrq, call_serial);
    call->number = explain_text_of(s, AT_icrq_dialed, s->m->icrq.dialed, 64);
    explain_call_step(e, call, side, EV_ICRQ, PPTP_ICRQ);
}

/* --- replies ------------------------------------------------------------- */

static void waited(struct explain *e, struct call *call, int side)
{
    if (longer(&call->wait_when, &e->here, WAIT_MAX + SLACK))
        explain_note(e, EXPLAIN_CALL_STUCK, of_call(call, 1 - side), "%.0f s",
                     seconds_between(&call->wait_when, &e->here));
    call->wait_when = e->here;
}

/* `sure`: the result that says so was captured. */
static void call_up(struct explain *e, struct call *call, bool sure)
{
    call->up = sure;
    call->up_unsure = !sure;
    call->up_when = e->here;
    if (call->id[0].known && call->id[1].known)
        explain_tunnel_bind(e, call);
}

static void failed(struct explain *e, struct call *call, int side,
                   const char *result, bool general, struct num error)
{
    char why[100];

    snprintf(why, sizeof why, "%s%s%s", result, general ? ": " : "",
             general ? explain_error_text(error) : "");
    explain_note(e, EXPLAIN_CALL_REFUSED, of_call(call, side), "%s", why);
    call->failed = true;
    explain_call_over(e, call, side, why);
}

/* A reply whose request is missing from the capture. */
static struct call *unasked(struct explain *e, struct conn *c, int side,
                            struct num peer)
{
    struct call *call = explain_call_new(e, c, c->addr[0], c->addr[1]);

    if (call == NULL)
        return NULL;
    call->outgoing = true;
    call->pns = 1 - side;
    explain_call_id(e, call, 1 - side, peer);
    call->state[1 - side] = CALL_WAIT_REPLY;
    call->state[side] = CALL_WAIT_CS_ANS;
    call->wait_when = e->here;
    return call;
}

static void check_speed(struct explain *e, struct call *call, int side)
{
    struct num min = call->min_bps, max = call->max_bps;
    struct num bps = call->connect_bps;

    if (min.known && max.known && bps.known && max.v >= min.v && max.v > 0 &&
        (bps.v < min.v || bps.v > max.v))
        explain_note(e, EXPLAIN_SPEED_OUTSIDE, of_call(call, side),
                     "%u bit/s, asked for %u to %u", bps.v, min.v, max.v);
}

static void on_ocrp(struct explain *e, struct conn *c, int side,
                    const struct said *s)
{
    struct num peer = GOT(s, ocrp, peer_call_id);
    struct num result = GOT(s, ocrp, result);
    struct call *call = call_of(e, c, 1 - side, peer, true);
    bool good = !result.known || result.v == PPTP_OCRP_CONNECTED;

    if (call == NULL) {
        if (no_call(e, c, side, 1 - side, PPTP_OCRP, peer) != NULL || !good ||
            !peer.known || e->over_calls > 0)
            return;
        call = unasked(e, c, side, peer);
        if (call == NULL)
            return;
    }
    waited(e, call, side);
    explain_call_step(e, call, side, good ? EV_OCRP_OK : EV_OCRP_BAD,
                      PPTP_OCRP);
    if (!good) {
        failed(e, call, side, ocrp_text(result.v),
               result.v == PPTP_OCRP_GENERAL, GOT(s, ocrp, error));
        return;
    }
    if (call->up || call->up_unsure) /* a second one */
        return;
    tell_id(e, call, side, GOT(s, ocrp, call_id));
    call->connect_bps = GOT(s, ocrp, connect_bps);
    take_window(e, call, side, s, GOT(s, ocrp, recv_window),
                GOT(s, ocrp, ppd_ds));
    check_speed(e, call, side);
    call_up(e, call, result.known);
}

static void on_icrp(struct explain *e, struct conn *c, int side,
                    const struct said *s)
{
    struct num peer = GOT(s, icrp, peer_call_id);
    struct num result = GOT(s, icrp, result);
    struct call *call = call_of(e, c, 1 - side, peer, true);
    bool good = !result.known || result.v == PPTP_ICRP_ACCEPT;

    if (call == NULL) {
        no_call(e, c, side, 1 - side, PPTP_ICRP, peer);
        return;
    }
    explain_slow(e, of_call(call, side), &call->wait_when, PPTP_ICRP);
    waited(e, call, side);
    explain_call_step(e, call, side, good ? EV_ICRP_OK : EV_ICRP_BAD,
                      PPTP_ICRP);
    if (!good) {
        failed(e, call, side, icrp_text(result.v),
               result.v == PPTP_ICRP_GENERAL, GOT(s, icrp, error));
        return;
    }
    if (call->accepted)
        return;
    call->accepted = true;
    tell_id(e, call, side, GOT(s, icrp, call_id));
    take_window(e, call, side, s, GOT(s, icrp, recv_window),
                GOT(s, icrp, ppd_ds));
}

static void on_iccn(struct explain *e, struct conn *c, int side,
                    const struct said *s)
{
    struct num peer = GOT(s, iccn, peer_call_id);
    struct call *call = call_of(e, c, 1 - side, peer, true);

    if (call == NULL) {
        no_call(e, c, side, 1 - side, PPTP_ICCN, peer);
        return;
    }
    waited(e, call, side);
    explain_call_step(e, call, side, EV_ICCN, PPTP_ICCN);
    if (call->up)
        return;
    call->connect_bps = GOT(s, iccn, connect_bps);
    take_window(e, call, side, s, GOT(s, iccn, recv_window),
                GOT(s, iccn, ppd_ds));
    call_up(e, call, true);
}

/* --- the end of a call --------------------------------------------------- */

static void on_ccrq(struct explain *e, struct conn *c, int side,
                    const struct said *s)
{
    struct num id = GOT(s, ccrq, call_id);
    struct call *call = call_of(e, c, side, id, false);

    if (call == NULL) {
        call = no_call(e, c, side, side, PPTP_CCRQ, id);
        if (call != NULL) /* it crossed the call's end */
            call->late_ccrq = true;
        return;
    }
    explain_call_step(e, call, side, EV_CCRQ, PPTP_CCRQ);
    call->ccrq = true;
    call->ccrq_when = e->here;
}

/* the PAC's ID names the call; servers in the field name the PNS's. */
static struct call *cdn_call(struct explain *e, struct conn *c, int side,
                             struct num id, struct num result)
{
    bool requested = !result.known || result.v == 0 ||
                     result.v == PPTP_CDN_REQUESTED;
    struct call *by_pac, *by_pns, *call, *oldest = NULL;

    if (!id.known)
        return only_call(e, c, false);
    by_pac = explain_call_by_id(e, c, side, id.v, true);
    by_pns = explain_call_by_id(e, c, 1 - side, id.v, true);
    if (by_pac != NULL &&
        !(by_pns != NULL && by_pns->ccrq && !by_pac->ccrq && requested))
        return by_pac;
    /* among calls that were left out there may be one of the PAC's ID */
    if (by_pns != NULL && (e->over_calls == 0 || by_pns->ccrq)) {
        /* before it told its own it has no other to name */
        if (by_pns->id[side].known)
            explain_note(e, EXPLAIN_CDN_ID, of_call(by_pns, side),
                         "%u instead of %u", id.v, by_pns->id[side].v);
        return by_pns;
    }
    if (e->over_calls > 0)
        return NULL;
    for (call = e->calls; call != NULL; call = call->next)
        if (call->conn == c && call->ccrq && !call->ended &&
            !call->id[side].known)
            oldest = call;
    if (oldest == NULL)
        oldest = lost_call(e, c, side, id);
    return oldest != NULL ? oldest : lost_call(e, c, 1 - side, id);
}

/* CDN of a call that is over: the answer to a CCRQ that crossed its end, or
 * one too many. */
static void cdn_of_none(struct explain *e, struct conn *c, int side,
                        struct num id)
{
    struct call *old = NULL;

    if (!id.known)
        return;
    old = explain_call_by_id(e, c, side, id.v, false);
    if (old == NULL)
        old = explain_call_by_id(e, c, 1 - side, id.v, false);
    if (old != NULL && old->late_ccrq) {
        old->late_ccrq = false;
        return;
    }
    no_call(e, c, side,
            old != NULL && old->id[side].known && old->id[side].v == id.v
                ? side
                : 1 - side,
            PPTP_CDN, id);
}

/* Nobody asked for it: what says so, and was it in order?  After PPP was
 * ended, and before anybody was connected, a lost carrier is how a PAC tells
 * that the other end hung up. */
static void dropped(struct explain *e, struct call *call, int side,
                    struct num result, const char *why, struct num cause)
{
    bool known, orderly = explain_ppp_orderly(e, call, &known);
    bool gave_up = !call->outgoing && !call->up;

    if (!result.known)
        return;
    if (result.v == PPTP_CDN_REQUESTED) {
        if (call->announced && !explain_doubt(call->conn))
            explain_note(e, EXPLAIN_OUT_OF_STATE,
                         about(of_call(call, side), PPTP_CDN),
                         "CDN on request, but there was no CCRQ");
        return;
    }
    if (result.v != PPTP_CDN_GENERAL && (orderly || !known || gave_up) &&
        (call->up || !call->outgoing || call->up_unsure))
        return;
    explain_note(e, EXPLAIN_CDN_ABNORMAL, of_call(call, side), "%s, cause %s",
                 why, explain_num(cause));
}

static void on_cdn(struct explain *e, struct conn *c, int side,
                   const struct said *s)
{
    struct num id = GOT(s, cdn, call_id), result = GOT(s, cdn, result);
    struct call *call = cdn_call(e, c, side, id, result);
    bool general = result.known && result.v == PPTP_CDN_GENERAL;
    char why[110];

    if (call == NULL) {
        cdn_of_none(e, c, side, id);
        return;
    }
    if (result.known && (result.v == 0 || result.v > PPTP_CDN_REQUESTED))
        explain_note(e, EXPLAIN_CDN_RESULT,
                     about(of_call(call, side), result.v), "result %u",
                     result.v);
    snprintf(why, sizeof why, "%s%s%s", cdn_text(result), general ? ": " : "",
             general ? explain_error_text(GOT(s, cdn, error)) : "");
    if (call->ccrq)
        explain_slow(e, of_call(call, side), &call->ccrq_when, PPTP_CDN);
    else
        dropped(e, call, side, result, why, GOT(s, cdn, cause));
    explain_call_step(e, call, side, EV_CDN, PPTP_CDN);
    call->cdn = true;
    /* a reason of its own: the two have crossed, and CCRQ gets an answer */
    call->late_ccrq = call->ccrq && result.known &&
                      result.v != PPTP_CDN_REQUESTED;
    if (call->ccrq)
        snprintf(why, sizeof why, "the PNS cleared it (CCRQ, CDN)");
    else
        snprintf(why, sizeof why, "the PAC disconnected: %s",
                 cdn_text(result));
    explain_call_over(e, call, side, why);
}

/* --- while it is up ------------------------------------------------------ */

static void errors_back(struct explain *e, struct call *call, int side,
                        const struct pptp_wen *m)
{
    const struct pptp_wen *was = &call->wen_last;
    struct subject who = of_call(call, side);

#define BACK(f, name)                                          \
    if (m->f < was->f)                                         \
        explain_note(e, EXPLAIN_WEN_BACK,                      \
                     about(who, offsetof(struct pptp_wen, f)), \
                     "%s errors, %u after %u", name, m->f, was->f);
    BACK(crc_errors, "CRC")
    BACK(framing_errors, "framing")
    BACK(hw_overruns, "hardware overrun")
    BACK(buffer_overruns, "buffer overrun")
    BACK(timeout_errors, "time-out")
    BACK(alignment_errors, "alignment")
#undef BACK
}

static void on_wen(struct explain *e, struct conn *c, int side,
                   const struct said *s)
{
    struct num id = GOT(s, wen, peer_call_id);
    struct call *call = call_of(e, c, 1 - side, id, false);
    struct subject who = of_call(call, side);
    const struct pptp_wen *m = &s->m->wen;
    bool whole = GOT(s, wen, alignment_errors).known;
    uint64_t sum = (uint64_t)m->crc_errors + m->framing_errors +
                   m->hw_overruns + m->buffer_overruns + m->timeout_errors +
                   m->alignment_errors;

    if (call == NULL) {
        no_call(e, c, side, 1 - side, PPTP_WEN, id);
        return;
    }
    explain_call_step(e, call, side, EV_WEN, PPTP_WEN);
    if (sum > 0)
        explain_note(e, EXPLAIN_WEN_ERRORS, who, "at first %s%llu in sum",
                     whole ? "" : "more than ", (unsigned long long)sum);
    if (call->wen_when.timed && e->here.timed &&
        !longer(&call->wen_when, &e->here, WAIT_MAX - PPTP_S))
        explain_note(e, EXPLAIN_WEN_SOON, who, "after %.1f s",
                     seconds_between(&call->wen_when, &e->here));
    if (call->wen && whole)
        errors_back(e, call, side, m);
    call->wen_when = e->here;
    call->wen = whole;
    call->wen_last = *m;
}

static void on_sli(struct explain *e, struct conn *c, int side,
                   const struct said *s)
{
    struct num id = GOT(s, sli, peer_call_id);
    struct call *call = call_of(e, c, 1 - side, id, false);

    if (call == NULL && id.known) {
        call = explain_call_by_id(e, c, side, id.v, true);
        if (call != NULL)
            explain_note(e, EXPLAIN_SLI_ID, of_call(call, side),
                         "its own, %u, instead of the receiver's", id.v);
    }
    if (call != NULL)
        explain_call_step(e, call, side, EV_SLI, PPTP_SLI);
    else
        no_call(e, c, side, 1 - side, PPTP_SLI, id);
}

void explain_calls_message(struct explain *e, struct conn *c, int side,
                           const struct said *s)
{
    switch (s->m->type) {
    case PPTP_OCRQ: on_ocrq(e, c, side, s); break;
    case PPTP_OCRP: on_ocrp(e, c, side, s); break;
    case PPTP_ICRQ: on_icrq(e, c, side, s); break;
    case PPTP_ICRP: on_icrp(e, c, side, s); break;
    case PPTP_ICCN: on_iccn(e, c, side, s); break;
    case PPTP_CCRQ: on_ccrq(e, c, side, s); break;
    case PPTP_CDN: on_cdn(e, c, side, s); break;
    case PPTP_WEN: on_wen(e, c, side, s); break;
    case PPTP_SLI: on_sli(e, c, side, s); break;
    default: break;
    }
}

/* --- what is left -------------------------------------------------------- */

void explain_calls_over(struct explain *e, struct conn *c, int by)
{
    struct call *call;

    for (call = e->calls; call != NULL; call = call->next)
        if (call->conn == c && !call->ended) {
            explain_call_over(e, call, by, c->end);
            call->end_when = c->end_when;
        }
}

/* The side that has to answer a request. */
static int answerer(const struct call *call)
{
    return call->outgoing ? 1 - call->pns : call->pns;
}

bool explain_calls_stuck(const struct explain *e, const struct conn *c,
                         int side)
{
    const struct call *call;

    for (call = e->calls; call != NULL; call = call->next)
        if (call->conn == c && !call->ended && call->announced &&
            ((!call->up && answerer(call) != side &&
              perhaps_longer(&call->wait_when, &e->here, WAIT_MAX - SLACK)) ||
             (call->ccrq && call->pns == side &&
              perhaps_longer(&call->ccrq_when, &e->here, WAIT_MAX - SLACK))))
            return true;
    return false;
}

static void unanswered(struct explain *e, struct call *call,
                       const struct moment *until)
{
    int side = answerer(call);
    struct subject who = seen_at(of_call(call, side), &call->when);
    /* while it may still come, only the end of all speaks for "never" */
    pptp_ns enough = call->ended ? EXPLAIN_SHORT : WAIT_MAX;

    if (call->up || call->up_unsure || call->cdn || call->ccrq ||
        call->failed || explain_unheard(call->conn, side))
        return;
    if (!call->accepted &&
        (longer(&call->when, until, enough) || call->ended_by == side))
        explain_note(e, EXPLAIN_CALL_UNANSWERED, who, "in %.1f s",
                     seconds_between(&call->when, until));
    if (!call->ended && longer(&call->wait_when, until, WAIT_MAX + SLACK))
        explain_note(e, EXPLAIN_CALL_STUCK,
                     seen_at(of_call(call, 1 - side), &call->wait_when),
                     "%.0f s", seconds_between(&call->wait_when, until));
}

void explain_calls_end(struct explain *e, struct call *call)
{
    const struct moment *until = call->ended ? &call->end_when : &e->last;
    int pac;

    if (call->pns < 0 && call->conn != NULL)
        call->pns = call->conn->pns;
    if (call->conn == NULL || !call->announced)
        return;
    unanswered(e, call, until);
    /* the PAC has that long; who stops or closes meanwhile ends it, too */
    pac = 1 - call->pns;
    if (call->ccrq && !call->cdn && !explain_unheard(call->conn, pac) &&
        longer(&call->ccrq_when, until, WAIT_MAX - SLACK))
        explain_note(e, EXPLAIN_CCRQ_UNANSWERED,
                     seen_at(of_call(call, pac), &call->ccrq_when),
                     "in %.1f s", seconds_between(&call->ccrq_when, until));
}
