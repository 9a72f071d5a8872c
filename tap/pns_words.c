/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events of the PNS in English; pns_words.h. */
#include "config.h"

#include "tap/pns_words.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tap/log.h"
#include "tap/machine.h"
#include "tap/ppp_words.h"

enum { NAME_TEXT = 6 * PPP_NAME_KEPT + 3 /* a user's name, quoted */ };

/* The user and where he comes from. */
static const char *who(const struct nas_pns_view *v)
{
    static char text[NAME_TEXT + 40];
    char quoted[NAME_TEXT];
    struct pptp_text t;

    if (*v->claimed == 0) {
        snprintf(text, sizeof text, "call from %s", tap_ip(v->remote));
        return text;
    }
    pptp_text_init(&t, quoted, sizeof quoted);
    pptp_text_quoted(&t, v->claimed, strlen(v->claimed));
    snprintf(text, sizeof text, "%s from %s", quoted, tap_ip(v->remote));
    return text;
}

/* --- beginnings --------------------------------------------------------- */

static void say_one_too_many(struct tap_world *w, const struct nas_pns_view *v,
                             const struct nas_event *e)
{
    if (e->value == NAS_PNS_SOURCE)
        tap_diagnose_limit(&w->diagnose, w->nas.node.now_ns, e->remote,
                           TAP_CAUSE_CALLS);
    else
        tap_say(TAP_NOTICE, "%s: refused, %s", who(v),
                e->value == NAS_PNS_DRAINING ? "we are about to end"
                                             : "too many calls");
}

static void say_no_address(const struct nas_pns *role,
                           const struct nas_pns_view *v,
                           const struct nas_event *e)
{
    if (e->value == NAS_AAA_TAKEN)
        tap_say(TAP_WARNING,
                "%s: his address %s cannot be given: it is %s; cure: another "
                "one in the file of secrets",
                who(v), tap_ip(e->ip),
                tap_taken_text(nas_pool_why_not(&role->pool, e->ip)));
    else if (e->value == NAS_AAA_IN_USE)
        tap_say(TAP_WARNING,
                "%s: all addresses of his line in the file of secrets are in "
                "use",
                who(v));
    else
        tap_say(TAP_WARNING,
                "%s: no inner address is free; cure: a larger `pool`", who(v));
}

static void say_no_gre(struct tap_world *w, const struct nas_pns_view *v,
                       const struct nas_event *e)
{
    struct pptp_call_info info;

    if (tap_diagnose_no_gre(&w->diagnose, w->nas.node.now_ns, e->call) ||
        pptp_peer_call_info(w->nas.node.peer, e->call, &info) != PPTP_OK)
        return;
    if (info.rx_packets == 0)
        tap_say(TAP_WARNING,
                "%s: the control connection works, but no GRE came; is IP "
                "protocol 47 blocked on the way?",
                who(v));
    else if (v->begun && info.last_rtt_ns == 0)
        tap_say(TAP_WARNING,
                "%s: GRE comes, but nobody there answers ours; is IP protocol "
                "47 blocked towards it, or a NAT on the way that has no PPTP "
                "helper?",
                who(v));
}

/* --- ends --------------------------------------------------------------- */

/* Who was not let in, and why; who guesses is counted. */
static bool say_not_let_in(struct tap_world *w, const struct nas_pns_view *v,
                           const struct nas_account *a)
{
    bool guess = v->ppp.fault != PPP_FAULT_NONE;

    if (a->up_ns != 0 || (!guess && a->reason != PPP_END_AUTH_PEER))
        return false;
    if (guess &&
        !tap_diagnose_refused(&w->diagnose, w->nas.node.now_ns, a->remote))
        return true;
    tap_say(TAP_INFO, "%s: not let in: %s (%s, %s)", who(v),
            ppp_reason_text(PPP_END_AUTH_PEER),
            tap_ppp_auth_text(v->ppp.auth_peer),
            ppp_fault_text((enum ppp_fault)v->ppp.fault));
    return true;
}

static const char *why(const struct nas_account *a)
{
    switch (a->why) {
    case NAS_END_CALL:
    case NAS_END_REFUSED: break;
    case NAS_END_CONN: return "the control connection ended";
    case NAS_END_PPP: return ppp_reason_text(a->reason);
    case NAS_END_NO_ADDRESS: return "no inner address for him";
    case NAS_END_SESSION_TIME: return "its time was over (session_timeout)";
    case NAS_END_IDLE_TIME: return "no packets for too long (idle_timeout)";
    }
    return "the call was cleared";
}

/* What the other side may have wanted, unless it is we who end it. */
static const char *advice(const struct nas_pns *role,
                          const struct nas_pns_view *v,
                          const struct nas_account *a)
{
    struct ppp_info info = v->ppp;

    info.reason = a->reason;
    return v->begun && a->why < NAS_END_REFUSED
               ? tap_ppp_advice(&role->config->ppp, &info, false)
               : "";
}

static void say_end(struct tap_world *w, const struct nas_pns *role,
                    const struct nas_pns_view *v, const struct nas_account *a)
{
    if (a->why == NAS_END_REFUSED || say_not_let_in(w, v, a))
        return;
    if (a->up_ns == 0) {
        tap_say(TAP_INFO, "%s: ended before it was up: %s%s", who(v), why(a),
                advice(role, v, a));
        return;
    }
    tap_say(TAP_INFO,
            "%s: down, had %s for %llu s: %s; received %llu packet%s %llu "
            "octet%s, sent %llu packet%s %llu octet%s",
            who(v), tap_ip(a->ip),
            (unsigned long long)((a->end_ns - a->up_ns) / PPTP_S), why(a),
            (unsigned long long)a->rx_packets, pptp_plural(a->rx_packets),
            (unsigned long long)a->rx_octets, pptp_plural(a->rx_octets),
            (unsigned long long)a->tx_packets, pptp_plural(a->tx_packets),
            (unsigned long long)a->tx_octets, pptp_plural(a->tx_octets));
}

void tap_pns_words(struct tap_world *w, const struct nas_pns *role,
                   const struct nas_event *e)
{
    struct nas_pns_view v;

    nas_pns_view(role, e->index, &v);
    switch (e->kind) {
    case NAS_EV_PNS_REFUSED: say_one_too_many(w, &v, e); break;
    case NAS_EV_PNS_TAKEN_OVER:
        tap_say(TAP_NOTICE, "%s: taken over by a later session of the user",
                tap_ip(e->ip));
        break;
    case NAS_EV_PNS_NO_ADDRESS: say_no_address(role, &v, e); break;
    case NAS_EV_PNS_NOT_TAKEN:
        tap_say(TAP_WARNING, "%s: does not take its address %s", who(&v),
                tap_ip(e->ip));
        break;
    case NAS_EV_PNS_UP:
        tap_say(TAP_INFO, "%s: up with %s; %s, %s", who(&v), tap_ip(e->ip),
                tap_ppp_auth_text(v.ppp.auth_peer),
                tap_ppp_mppe_text(v.ppp.mppe_tx));
        break;
    case NAS_EV_PNS_NO_GRE: say_no_gre(w, &v, e); break;
    case NAS_EV_PNS_TOO_LONG:
        tap_diagnose_too_long(&w->diagnose, e->call, e->remote,
                              (uint16_t)e->value);
        break;
    case NAS_EV_PNS_END: say_end(w, role, &v, e->account); break;
    default: break; /* what other lines say already */
    }
}
