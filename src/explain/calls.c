/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What messages of calls (RFC 2637 2.7 to 2.15) make of them. */
#include "config.h"

#include "explain/impl.h"

#include <string.h>

#define WAIT_MAX EXPLAIN_WAIT_MAX
#define SLACK EXPLAIN_SLACK

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

static const char *cdn_text(unsigned code)
{
    static const char *const names[] = { "no result", "lost carrier",
                                         "general error",
                                         "administrative reasons",
                                         "on request" };

    return explain_pick(names, sizeof names / sizeof names[0], code);
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
    explain_call_step(e, call, side, EV_OCRQ, PPTP_OCRQ);
}

static void failed(struct explain *e, struct call *call, int side,
                   const char *result, bool general, unsigned error)
{
    char why[100];

    snprintf(why, sizeof why, "%s%s%s", result, general ? ": " : "",
             general ? explain_error_text(error) : "");
    explain_note(e, EXPLAIN_CALL_REFUSED, (struct subject){ NULL, call, side },
                 "%s", why);
    explain_call_over(e, call, why);
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
    explain_call_step(e, call, side, good ? EV_OCRP_OK : EV_OCRP_BAD,
                      PPTP_OCRP);
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
    explain_call_step(e, call, side, EV_ICRQ, PPTP_ICRQ);
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
    explain_slow(e, (struct subject){ NULL, call, side }, call->wait_at,
                 "ICRP");
    waited(e, call);
    explain_call_step(e, call, side, good ? EV_ICRP_OK : EV_ICRP_BAD,
                      PPTP_ICRP);
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
    explain_call_step(e, call, side, EV_ICCN, PPTP_ICCN);
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
    explain_call_step(e, call, side, EV_CCRQ, PPTP_CCRQ);
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
             m->result == PPTP_CDN_GENERAL ? explain_error_text(m->error)
                                           : "");
    if (call->ccrq)
        explain_slow(e, who, call->ccrq_at, "CDN");
    else if (m->result != PPTP_CDN_REQUESTED)
        explain_note(e, EXPLAIN_CDN_ABNORMAL, who, "%s, cause %u", why,
                     m->cause);
    else if (call->announced)
        explain_note(e, EXPLAIN_OUT_OF_STATE, who,
                     "CDN on request, but there was no CCRQ");
    explain_call_step(e, call, side, EV_CDN, PPTP_CDN);
    call->cdn = true;
    if (call->ccrq)
        snprintf(why, sizeof why, "the PNS cleared it (CCRQ, CDN)");
    else
        snprintf(why, sizeof why, "the PAC disconnected: %s",
                 cdn_text(m->result));
    explain_call_over(e, call, why);
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
    explain_call_step(e, call, side, EV_WEN, PPTP_WEN);
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
        explain_call_step(e, call, side, EV_SLI, PPTP_SLI);
    else
        unknown_call(e, c, side, PPTP_SLI, id);
}

void explain_calls_message(struct explain *e, struct conn *c, int side,
                           const struct pptp_msg *m)
{
    switch (m->type) {
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

void explain_calls_end(struct explain *e, struct call *call)
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
