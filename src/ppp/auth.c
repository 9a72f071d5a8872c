/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The authentication phase, RFC 1661 §3.5, in both roles at once: who has to
 * prove what, when it is repeated, when it is over.  The methods talk, pap.c
 * and chap.c; they know this file, which has them as a table.
 *
 * One timer, auth_at_ns, repeats what is outstanding in either role and later
 * challenges again; auth_end_ns bounds the whole.
 *
 * A Success may be lost.  RFC 1994 4.2 has the Response repeated then, but
 * pppd (2.4.9) sends it once and waits for good, deaf to the network
 * phase.  So a peer that stays silent there is challenged again.
 */
#include "config.h"

#include "ppp/auth.h"

#include <string.h>

#include "ppp/engine.h"
#include "ppp/mppe.h"
#include "ppp/proto.h"
#include "ppp/secrets.h"

static void settle(struct ppp *p, struct ppp_session *s, pptp_ns now);
static void repeat(struct ppp *p, struct ppp_session *s, pptp_ns now);

static pptp_ns phase_end(const struct ppp *p, pptp_ns now)
{
    return p->config.auth_timeout_ns == 0 ? PPTP_NEVER
                                          : now + p->config.auth_timeout_ns;
}

/* The method of a PPP_AUTH_*; NULL: there is nothing to prove. */
static const struct ppp_method *method(const struct ppp *p, uint8_t auth)
{
    const struct ppp_method *const *m = p->methods;

    while (*m != NULL && ((*m)->auths & auth) == 0)
        m++;
    return *m;
}

/* Whether it is us who speak first when the peer has to prove itself. */
static bool we_challenge(const struct ppp *p, const struct ppp_session *s)
{
    const struct ppp_method *m = method(p, s->auth_peer);

    return m != NULL && m->challenge != NULL;
}

/* What waits for an answer and is repeated until then. */
static bool challenge_is_due(const struct ppp_session *s)
{
    /* RFC 2759 6: no short time-outs while the user is asked to retry */
    return s->challenged && s->auth_retries == PPP_AUTH_RETRIES;
}

static bool request_is_due(const struct ppp *p, const struct ppp_session *s)
{
    const struct ppp_method *m = method(p, s->auth_us);

    return !s->us_done && m != NULL && m->request != NULL;
}

/* RFC 1994 4.2: the Success may be lost, so that Responses are repeated. */
static bool response_is_due(const struct ppp_session *s)
{
    return !s->us_done && s->answered;
}

static bool all_proved(const struct ppp_session *s)
{
    return s->us_done && s->peer_done && !s->challenged;
}

void ppp_auth_begin(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    ppp_auth_stop(s);
    memset(s->peer_name, 0, sizeof s->peer_name);
    s->secret = 0;
    s->auth_error = 0;
    s->auth_fault = PPP_FAULT_NONE;
    s->auth_claimed = 0;
    s->joined = 0;
    s->us_done = s->auth_us == 0;
    s->peer_done = s->auth_peer == 0;
    s->auth_end_ns = phase_end(p, now);
    s->auth_tries = 0;
    if (we_challenge(p, s))
        method(p, s->auth_peer)->challenge(p, s);
    ppp_auth_rearm(p, s, now);
    if (request_is_due(p, s))
        method(p, s->auth_us)->request(p, s, now);
}

void ppp_auth_rearm(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    if (!challenge_is_due(s) && !request_is_due(p, s) && !response_is_due(s))
        s->auth_at_ns = PPTP_NEVER;
    else if (s->auth_at_ns == PPTP_NEVER)
        s->auth_at_ns = now + p->config.restart_ns;
}

bool ppp_auth_input(struct ppp *p, struct ppp_session *s, pptp_ns now,
                    const struct ppp_method *m, const uint8_t *packet,
                    size_t n)
{
    size_t len = n < CP_HEAD ? 0 : (size_t)packet[2] << 8 | packet[3];

    if (s->phase != PPP_AUTHENTICATE && s->phase != PPP_NETWORK) {
        p->stats.packets_state++;
        return false;
    }
    if (len < CP_HEAD || len > n) {
        p->stats.packets_bad++;
        return false;
    }
    m->input(p, s, now, packet[0], packet[1], packet + CP_HEAD, len - CP_HEAD);
    return s->phase == PPP_AUTHENTICATE && all_proved(s);
}

void ppp_auth_timer(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    if (s->auth_end_ns <= now) {
        p->stats.auth_timeouts++;
        s->auth_end_ns = s->auth_at_ns = PPTP_NEVER;
        ppp_end(p, s, now,
                s->challenged || !s->peer_done ? PPP_END_AUTH_PEER
                                               : PPP_END_AUTH_US);
        return;
    }
    if (s->auth_at_ns > now)
        return;
    s->auth_at_ns = now + p->config.restart_ns;
    if (s->challenged || !s->us_done) {
        repeat(p, s, now);
        return;
    }
    /* RFC 1994 2: at some time after, and again, the peer is asked anew */
    s->auth_end_ns = phase_end(p, now);
    s->auth_tries = 0;
    if (we_challenge(p, s))
        method(p, s->auth_peer)->challenge(p, s);
}

void ppp_auth_joined(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    if (s->joined)
        return;
    s->joined = 1;
    if (all_proved(s))
        settle(p, s, now);
}

void ppp_auth_stop(struct ppp_session *s)
{
    s->auth_at_ns = s->auth_end_ns = PPTP_NEVER;
    s->challenged = s->answered = 0;
    ppp_wipe(s->challenge, sizeof s->challenge);
    ppp_wipe(s->answer, sizeof s->answer);
    if (s->mppe != NULL)
        ppp_mppe_stop(s->mppe);
}

void ppp_auth_peer_ok(struct ppp *p, struct ppp_session *s, pptp_ns now,
                      const struct ppp_secret *secret, const uint8_t *name,
                      size_t n)
{
    bool first = !s->peer_done;

    p->stats.auth_ok++;
    s->challenged = 0;
    s->peer_done = 1;
    s->auth_fault = PPP_FAULT_NONE;
    s->auth_claimed = 0;
    if (first) {
        s->secret = (uint32_t)(secret - p->config.secrets->list) + 1;
        memset(s->peer_name, 0, sizeof s->peer_name);
        memcpy(s->peer_name, name, n < PPP_NAME_KEPT ? n : PPP_NAME_KEPT);
        ppp_act(p, s, PPP_ACT_AUTHENTICATED, 0);
    }
    settle(p, s, now);
}

void ppp_auth_peer_failed(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    s->challenged = 0;
    ppp_end(p, s, now, PPP_END_AUTH_PEER);
}

void ppp_auth_peer_fault(struct ppp_session *s, enum ppp_fault fault,
                         const uint8_t *name, size_t n)
{
    s->auth_fault = fault & 0x7f;
    if (s->peer_done) /* once proved, it keeps its name */
        return;
    s->auth_claimed = 1;
    memset(s->peer_name, 0, sizeof s->peer_name);
    memcpy(s->peer_name, name, n < PPP_NAME_KEPT ? n : PPP_NAME_KEPT);
}

void ppp_auth_us_ok(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    s->answered = 0;
    s->us_done = 1;
    settle(p, s, now);
}

void ppp_auth_us_failed(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    s->answered = 0;
    ppp_end(p, s, now, PPP_END_AUTH_US);
}

bool ppp_auth_same_peer(const struct ppp_session *s, const uint8_t *name,
                        size_t n)
{
    char kept[PPP_NAME_KEPT + 1] = { 0 };

    memcpy(kept, name, n < PPP_NAME_KEPT ? n : PPP_NAME_KEPT);
    return memcmp(kept, s->peer_name, sizeof kept) == 0;
}

const char *ppp_auth_user(const struct ppp *p, const struct ppp_session *s)
{
    const char *own = p->config.user_of != NULL ? p->config.user_of(s) : NULL;

    if (own != NULL)
        return own;
    return p->config.user[0] != 0 ? p->config.user : p->config.name;
}

bool ppp_auth_allows(const struct ppp *p, const struct ppp_session *s,
                     uint32_t ip)
{
    const struct ppp_secrets *t = p->config.secrets;

    if (s->secret == 0 || t == NULL || s->secret > t->n)
        return true;
    return ppp_secret_allows(t, &t->list[s->secret - 1], ip);
}

const struct ppp_method *ppp_method_of(const struct ppp *p, uint16_t number)
{
    const struct ppp_method *const *m = p->methods;

    while (*m != NULL && (*m)->number != number)
        m++;
    return *m;
}

const char *ppp_peer_name(const struct ppp_session *s)
{
    return s->auth_claimed ? "" : s->peer_name;
}

const char *ppp_claimed_name(const struct ppp_session *s)
{
    return s->peer_name;
}

void ppp_secrets_changed(struct ppp *p, struct ppp_session *s)
{
    const struct ppp_secrets *t = p->config.secrets;
    const char *name = ppp_peer_name(s);
    const struct ppp_secret *e = NULL;

    /* of a longer name only the beginning is known */
    if (t != NULL && name[0] != 0 && strlen(name) < PPP_NAME_KEPT)
        e = ppp_secret_look(t, name, strlen(name), p->config.name,
                            strlen(p->config.name));
    s->secret = e == NULL ? 0 : (uint32_t)(e - t->list) + 1;
}

/* Something was proved: what is outstanding now, and until when? */
static void settle(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    if (!all_proved(s)) {
        ppp_auth_rearm(p, s, now);
        return;
    }
    s->auth_end_ns = s->auth_at_ns = PPTP_NEVER;
    if (!we_challenge(p, s))
        return;
    if (!s->joined) /* who repeats a Response has its turn first */
        s->auth_at_ns = now + 2 * p->config.restart_ns;
    else if (p->config.rechallenge_ns != 0)
        s->auth_at_ns = now + p->config.rechallenge_ns;
}

/* The Restart timer of the phase. */
static void repeat(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    const struct ppp_method *us = method(p, s->auth_us);

    s->auth_tries++;
    if (s->auth_tries >= p->config.max_configure) {
        p->stats.auth_timeouts++;
        s->auth_at_ns = PPTP_NEVER;
        ppp_end(p, s, now,
                s->challenged ? PPP_END_AUTH_PEER : PPP_END_AUTH_US);
        return;
    }
    if (challenge_is_due(s) && we_challenge(p, s))
        method(p, s->auth_peer)->repeat(p, s);
    if (response_is_due(s) && us != NULL && us->respond != NULL)
        us->respond(p, s);
    if (request_is_due(p, s))
        us->request(p, s, now);
}
