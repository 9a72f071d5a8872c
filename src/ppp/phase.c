/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The phases of a link, RFC 1661 §3.2: what follows when a layer goes up or
 * down or is finished, which protocols the network phase has, and how a
 * session ends.
 */
#include "config.h"

#include "ppp/phase.h"

#include "ppp/auth.h"
#include "ppp/early.h"
#include "ppp/engine.h"
#include "ppp/ipcp.h"
#include "ppp/ipv6cp.h"
#include "ppp/lcp.h"
#include "ppp/mppe.h"

void ppp_ended(struct ppp *p, struct ppp_session *s)
{
    if (s->ended)
        return;
    ppp_because(s, PPP_END_LOCAL);
    s->ended = 1;
    s->phase = s->lower ? PPP_TERMINATE : PPP_DEAD;
    ppp_act(p, s, PPP_ACT_END, 0);
}

/* LCP's This-Layer-Up. */
static void link_up(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    s->loops = 0;
    s->echo_lost = 0;
    s->heard = 0;
    if (s->reached < PPP_AUTHENTICATE)
        s->reached = PPP_AUTHENTICATE;
    if (p->config.echo_ns != 0)
        s->echo_at_ns = now + p->config.echo_ns;
    ppp_act(p, s, PPP_ACT_LINK, PPP_PROTO_LCP);
    if (s->auth_us == 0 && s->auth_peer == 0) {
        s->us_done = 1;
        s->peer_done = 1;
        ppp_network_phase(p, s, now);
        return;
    }
    s->phase = PPP_AUTHENTICATE;
    ppp_auth_begin(p, s, now);
}

/* RFC 2759 §6: the peer failed, might have tried again, and ends instead. */
static bool gave_up(const struct ppp_session *s)
{
    return s->phase == PPP_AUTHENTICATE && s->challenged &&
           s->auth_retries < PPP_AUTH_RETRIES;
}

/* LCP's This-Layer-Down: all above goes down with it. */
static void link_down(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    static const struct ppp_proto *const above[] = { &ppp_ipcp, &ppp_ipv6cp,
                                                     &ppp_ccp };
    enum ppp_state lcp = s->cp[CP_LCP].state;
    unsigned i;

    if (lcp == PPP_STOPPING)
        ppp_because(s, gave_up(s) ? PPP_END_AUTH_PEER : PPP_END_PEER);
    ppp_auth_stop(s);
    s->echo_at_ns = PPTP_NEVER;
    s->phase = lcp == PPP_CLOSING || lcp == PPP_STOPPING   ? PPP_TERMINATE
               : lcp == PPP_STARTING || lcp == PPP_INITIAL ? PPP_DEAD
                                                           : PPP_ESTABLISH;
    for (i = 0; i < sizeof above / sizeof *above; i++)
        if (s->cp[above[i]->cp].state > PPP_STARTING)
            ppp_cp_event(p, s, now, above[i], PPP_EV_DOWN);
    if (s->mppe != NULL)
        ppp_mppe_stop(s->mppe);
    s->mppe_rx = s->mppe_tx = 0;
    s->us_done = s->peer_done = 0;
    ppp_lcp.take_defaults(p, s);
}

void ppp_start(struct ppp *p, struct ppp_session *s, pptp_ns now,
               const struct ppp_proto *proto)
{
    struct ppp_cp_state *cp = &s->cp[proto->cp];

    if (!ppp_configured(p, s, proto->cp))
        return;
    if (cp->state == PPP_INITIAL)
        ppp_cp_event(p, s, now, proto, PPP_EV_OPEN);
    if (cp->state == PPP_STARTING)
        ppp_cp_event(p, s, now, proto, PPP_EV_UP);
}

/*
 * Whether MPPE may still come.  A peer that waits for it, as pppd does,
 * answers the network protocols with Terminate-Acks until CCP is open, and
 * their Restart timers would cost 3 s.
 */
static bool ccp_pending(const struct ppp *p, const struct ppp_session *s)
{
    enum ppp_state ccp = s->cp[CP_CCP].state;

    if (ppp_mppe_required(p))
        return !(ppp_rx_secret(s) && ppp_tx_secret(s));
    return ccp >= PPP_REQ_SENT && ccp <= PPP_ACK_SENT;
}

void ppp_network_phase(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    static const struct ppp_proto *const network[2] = { &ppp_ipcp,
                                                        &ppp_ipv6cp };
    unsigned i;

    if (s->cp[CP_LCP].state != PPP_OPENED || s->ended)
        return;
    if (s->phase != PPP_NETWORK) {
        s->phase = s->reached = PPP_NETWORK;
        if (ppp_mppe_required(p) && ppp_ccp_strengths(p, s) == 0) {
            ppp_end(p, s, now, PPP_END_MPPE);
            return;
        }
        if (!p->config.ipcp && !p->config.ipv6cp) {
            ppp_end(p, s, now, PPP_END_NO_NETWORK);
            return;
        }
        ppp_start(p, s, now, &ppp_ccp);
    }
    if (ccp_pending(p, s))
        return;
    for (i = 0; i < 2 && s->phase == PPP_NETWORK; i++) {
        ppp_start(p, s, now, network[i]);
        ppp_early_answer(p, s, now, network[i]);
    }
}

static void layer_up(struct ppp *p, struct ppp_session *s, pptp_ns now,
                     enum ppp_cp cp)
{
    if (cp == CP_LCP) {
        link_up(p, s, now);
    } else if (cp == CP_CCP) {
        ppp_network_phase(p, s, now);
    } else if (!s->counted) {
        s->counted = 1;
        p->stats.sessions_up++;
    }
}

static void layer_down(struct ppp *p, struct ppp_session *s, pptp_ns now,
                       enum ppp_cp cp)
{
    if (cp == CP_LCP)
        link_down(p, s, now);
}

/* Whether this protocol is open, or may still be. */
static bool alive(const struct ppp *p, const struct ppp_session *s,
                  enum ppp_cp cp)
{
    enum ppp_state state = s->cp[cp].state;

    return ppp_configured(p, s, cp) && state != PPP_INITIAL &&
           state != PPP_CLOSED && state != PPP_STOPPED;
}

static void layer_finished(struct ppp *p, struct ppp_session *s, pptp_ns now,
                           enum ppp_cp cp)
{
    if (cp == CP_LCP) {
        ppp_ended(p, s);
        return;
    }
    if (s->phase != PPP_NETWORK)
        return;
    if (cp == CP_CCP && ppp_mppe_required(p))
        ppp_end(p, s, now, PPP_END_MPPE);
    else if (cp == CP_CCP)
        ppp_network_phase(p, s, now); /* without it */
    else if (cp != CP_CCP && !alive(p, s, CP_IPCP) && !alive(p, s, CP_IPV6CP))
        ppp_end(p, s, now, PPP_END_NO_NETWORK);
}

const struct ppp_layers ppp_layers = {
    .protos = { &ppp_lcp, &ppp_ccp, &ppp_ipcp, &ppp_ipv6cp },
    .up = layer_up,
    .down = layer_down,
    .finished = layer_finished,
};
