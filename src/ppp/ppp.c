/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The surface of PPP: configuration and sessions, frames in and out (RFC 1661
 * §2, RFC 1662 §3.2), deadlines.  engine.c has the queue, phase.c what follows
 * when a layer goes up or down, proto.c negotiates, auth.c authenticates.
 */
#include "config.h"

#include "ppp/ppp.h"

#include <string.h>

#include "ppp/auth.h"
#include "ppp/chap.h"
#include "ppp/early.h"
#include "ppp/engine.h"
#include "ppp/lcp.h"
#include "ppp/mppe.h"
#include "ppp/pap.h"
#include "ppp/peek.h"
#include "ppp/phase.h"
#include "pptp/values.h"

enum {
    NETWORK_FIRST = 0x0021, /* what RFC 3078 §3 encrypts */
    NETWORK_LAST = 0x00fa,
    MPPE_WRONG = 32 /* packets in a row: the keys are not the peer's */
};

_Static_assert(sizeof(struct ppp_session) <= 256, "a session grew");
_Static_assert(offsetof(struct ppp_session, restart_at_ns) <= 64,
               "packets touch a second cache line of a session");
_Static_assert(offsetof(struct ppp, stats.data_tx) < 64,
               "packets touch a second cache line of the engine");

/* --- the configuration --------------------------------------------------- */

void ppp_config_default(struct ppp_config *c)
{
    memset(c, 0, sizeof *c);
    c->mru = 1500;
    c->accm = UINT32_MAX;
#define PPP_NUMBER(type, m, key, preset, least, most, help) \
    c->m = PPTP_VALUE preset;
#define PPP_BOOL(m, key, preset, help) c->m = preset;
#include "ppp/config.def"
    c->accept_pfc = c->accept_acfc = true;
    c->ask_auth = PPP_AUTH_NONE;
    c->give_auth = PPP_AUTH_NONE;
    c->ipcp = true;
    c->restart_ns = 3 * PPTP_S;
    c->max_configure = 10;
    c->max_terminate = 2;
    c->max_failure = 5;
}

static bool config_sane(const struct ppp_config *c)
{
    const unsigned methods = PPP_AUTH_NONE | PPP_AUTH_PAP | PPP_AUTH_CHAP_MD5 |
                             PPP_AUTH_MSCHAP1 | PPP_AUTH_MSCHAP2;
    const unsigned strengths = PPP_MPPE_40 | PPP_MPPE_56 | PPP_MPPE_128;

    if (c->mru < 128 || c->mru > PPP_MRU_MAX || c->endpoint_len > 20 ||
        (c->mrru != 0 && c->mrru < 128))
        return false;
    if ((c->ask_auth | c->give_auth) & ~methods)
        return false;
    if (memchr(c->name, 0, sizeof c->name) == NULL ||
        memchr(c->user, 0, sizeof c->user) == NULL)
        return false;
    if ((c->mppe_ask | c->mppe_allow) & PPP_MPPE_REQUIRED &&
        ((c->mppe_ask | c->mppe_allow) & strengths) == 0)
        return false;
    if (c->restart_ns == 0 || c->max_configure == 0 || c->max_terminate == 0 ||
        c->max_failure == 0 || c->max_failure > 100)
        return false;
    return c->echo_ns == 0 || c->echo_fails > 0;
}

/* Those of authentication. */
static const struct ppp_method *const methods[] = { &ppp_pap, &ppp_chap,
                                                    NULL };

struct ppp *ppp_init(void *mem, const struct ppp_config *c, uint32_t actions,
                     uint64_t seed)
{
    struct ppp *p = mem;

    PPTP_ASSERT(((uintptr_t)mem & 63) == 0);
    if (actions < 8 || actions > 65536 || !config_sane(c))
        return NULL;
    p->config = *c;
    p->mppe_required = ((c->mppe_ask | c->mppe_allow) & PPP_MPPE_REQUIRED) !=
                       0;
    p->layers = &ppp_layers;
    p->methods = methods;
    ppp_engine_init(p, actions, seed);
    return p;
}

const struct ppp_stats *ppp_stats(const struct ppp *p)
{
    return &p->stats;
}

/* --- a session ----------------------------------------------------------- */

size_t ppp_session_octets(void)
{
    return sizeof(struct ppp_session);
}

void ppp_session_init(struct ppp *p, struct ppp_session *s, void *mppe,
                      void *user)
{
    unsigned i;

    for (i = 0; i < CPS; i++)
        s->restart_at_ns[i] = PPTP_NEVER;
    s->auth_at_ns = PPTP_NEVER;
    s->auth_end_ns = PPTP_NEVER;
    s->echo_at_ns = PPTP_NEVER;
    s->user = user;
    s->mppe = mppe;
    s->mru = p->config.mru;
    s->accm_rx = UINT32_MAX;
    s->ip_local = p->config.ip_local;
    s->ip_peer = p->config.ip_peer;
    ppp_lcp.take_defaults(p, s);
}

void *ppp_session_user(const struct ppp_session *s)
{
    return s->user;
}

void ppp_lower_up(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    if (s->lower)
        return;
    s->lower = 1;
    s->phase = s->reached = PPP_ESTABLISH;
    s->mppe_peer = 0;
    s->ccp_refused = s->auth_refused = 0;
    s->reason = PPP_END_NONE;
    s->ended = 0;
    s->counted = 0;
    s->loops = 0;
    ppp_cp_event(p, s, now, &ppp_lcp, PPP_EV_UP);
}

void ppp_lower_down(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    if (!s->lower)
        return;
    s->lower = 0;
    ppp_because(s, PPP_END_LOWER);
    ppp_cp_event(p, s, now, &ppp_lcp, PPP_EV_DOWN);
    ppp_ended(p, s);
    s->phase = PPP_DEAD;
}

/* The restart option of the table. */
static void restart(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    ppp_cp_event(p, s, now, &ppp_lcp, PPP_EV_DOWN);
    s->phase = PPP_ESTABLISH;
    ppp_cp_event(p, s, now, &ppp_lcp, PPP_EV_UP);
}

void ppp_renegotiate(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    if (s->cp[CP_LCP].state == PPP_OPENED)
        restart(p, s, now);
}

void ppp_open(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    enum ppp_state lcp = s->cp[CP_LCP].state;

    s->open = 1;
    if (lcp >= PPP_CLOSING)
        return; /* it is open, or has to end first */
    s->reason = PPP_END_NONE;
    s->ended = 0;
    if (s->lower)
        s->phase = PPP_ESTABLISH;
    if (lcp == PPP_STOPPED)
        restart(p, s, now);
    else
        ppp_cp_event(p, s, now, &ppp_lcp, PPP_EV_OPEN);
}

void ppp_close(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    ppp_end(p, s, now, PPP_END_LOCAL);
}

/* --- time ---------------------------------------------------------------- */

pptp_ns ppp_deadline(const struct ppp_session *s)
{
    pptp_ns at = s->auth_at_ns;
    unsigned i;

    if (s->auth_end_ns < at)
        at = s->auth_end_ns;
    if (s->echo_at_ns < at)
        at = s->echo_at_ns;
    for (i = 0; i < CPS; i++)
        if (s->restart_at_ns[i] < at)
            at = s->restart_at_ns[i];
    return at;
}

static void echo_timer(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    uint8_t magic[4];
    unsigned i;

    if (!s->heard && s->echo_lost >= p->config.echo_fails) {
        p->stats.echo_timeouts++;
        ppp_end(p, s, now, PPP_END_ECHO);
        return;
    }
    s->echo_at_ns = now + p->config.echo_ns;
    if (s->heard) { /* not idle */
        s->heard = 0;
        s->echo_lost = 0;
        return;
    }
    s->echo_lost++;
    for (i = 0; i < 4; i++)
        magic[i] = (uint8_t)(s->magic >> (24 - 8 * i));
    ppp_send(p, s, PPP_PROTO_LCP, CODE_ECHO_REQ, ++s->echo_id, magic, 4);
}

void ppp_advance(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    struct ppp_cp_state *lcp = &s->cp[CP_LCP];
    unsigned i;

    if (s->restart_at_ns[CP_LCP] <= now && lcp->restarts == 0 &&
        lcp->state >= PPP_REQ_SENT)
        ppp_because(s, PPP_END_NO_ANSWER);
    for (i = 0; i < CPS; i++)
        ppp_cp_timer(p, s, now, p->layers->protos[i]);
    if (s->auth_at_ns <= now || s->auth_end_ns <= now)
        ppp_auth_timer(p, s, now);
    if (s->echo_at_ns <= now)
        echo_timer(p, s, now);
}

/* --- frames -------------------------------------------------------------- */

PPTP_COLD static int out_of_phase(struct ppp *p)
{
    p->stats.frames_phase++;
    return PPTP_ERR_STATE;
}

PPTP_COLD static int reject_protocol(struct ppp *p, struct ppp_session *s,
                                     uint16_t proto, const uint8_t *body,
                                     size_t n)
{
    uint8_t data[PPP_PACKET_MAX];
    size_t room = s->peer_mru < PPP_PACKET_MAX ? s->peer_mru : PPP_PACKET_MAX;

    /* §3.5: before the network phase only these are not just discarded */
    if (s->cp[CP_LCP].state != PPP_OPENED ||
        (s->phase != PPP_NETWORK && proto != PPP_PROTO_PAP &&
         proto != PPP_PROTO_CHAP && proto != PPP_PROTO_LQR))
        return out_of_phase(p);
    room -= CP_HEAD + 2; /* §5.7: truncated to the peer's MRU */
    if (n > room)
        n = room;
    data[0] = (uint8_t)(proto >> 8);
    data[1] = (uint8_t)proto;
    if (n > 0)
        memcpy(data + 2, body, n);
    p->stats.protocols_rejected++;
    ppp_send(p, s, PPP_PROTO_LCP, CODE_PROTO_REJ, s->reject_id++, data, n + 2);
    return PPTP_ERR_UNKNOWN;
}

PPTP_COLD static int rx_lcp(struct ppp *p, struct ppp_session *s, pptp_ns now,
                            const uint8_t *packet, size_t n)
{
    /* After the end only a Terminate-Request is worth an answer. */
    if (s->ended && (n < 1 || packet[0] != CODE_TERM_REQ))
        return out_of_phase(p);
    ppp_cp_input(p, s, now, &ppp_lcp, packet, n);
    if (s->loops >= p->config.max_failure) {
        s->loops = 0;
        ppp_end(p, s, now, PPP_END_LOOPED);
    }
    return 0;
}

PPTP_COLD static int rx_auth(struct ppp *p, struct ppp_session *s, pptp_ns now,
                             const struct ppp_method *m, const uint8_t *packet,
                             size_t n)
{
    if (s->cp[CP_LCP].state != PPP_OPENED)
        return out_of_phase(p);
    if (((s->auth_us | s->auth_peer) & m->auths) == 0)
        return reject_protocol(p, s, m->number, packet, n);
    if (ppp_auth_input(p, s, now, m, packet, n))
        ppp_network_phase(p, s, now);
    return 0;
}

PPTP_COLD static int rx_network_control(struct ppp *p, struct ppp_session *s,
                                        pptp_ns now,
                                        const struct ppp_proto *proto,
                                        const uint8_t *packet, size_t n)
{
    if (s->phase != PPP_NETWORK)
        return out_of_phase(p);
    /* the Response that is due brings other keys for MPPE to start with */
    if (proto->cp == CP_CCP && s->challenged && s->mppe != NULL &&
        s->cp[CP_CCP].state != PPP_OPENED)
        return out_of_phase(p);
    ppp_auth_joined(p, s, now);
    if (!ppp_configured(p, s, proto->cp)) {
        s->ccp_refused |= proto->cp == CP_CCP;
        return reject_protocol(p, s, proto->number, packet, n);
    }
    if (proto->cp != CP_CCP && !ppp_mppe_required(p))
        ppp_start(p, s, now, proto); /* the peer does not wait for CCP */
    if (s->cp[proto->cp].state <= PPP_STARTING) {
        ppp_early_keep(p, s, proto->cp, packet, n);
        return 0;
    }
    ppp_cp_input(p, s, now, proto, packet, n);
    return 0;
}

/* A network packet, in the clear by now. */
static int deliver(struct ppp *p, struct ppp_session *s, uint16_t proto,
                   uint8_t *body, size_t n, uint8_t **packet, size_t *len)
{
    enum ppp_cp cp = proto == PPP_PROTO_IP ? CP_IPCP : CP_IPV6CP;

    if (s->cp[cp].state != PPP_OPENED) {
        p->stats.data_closed++;
        return PPTP_ERR_STATE;
    }
    p->stats.data_rx++;
    s->heard = 1;
    *packet = body;
    *len = n;
    return proto;
}

/*
 * Decrypted, and yet no IP: of a key that is not the peer's one in 128 looks
 * like it.  Keys cannot be found again once they have gone past the peer's (a
 * forged count, more than a turn of it lost): only a new session helps.
 */
static void is_it_sense(struct ppp *p, struct ppp_session *s, pptp_ns now,
                        bool sense)
{
    if (sense)
        s->mppe_wrong = 0;
    else if (++s->mppe_wrong == MPPE_WRONG)
        ppp_end(p, s, now, PPP_END_OUT_OF_STEP);
}

static int rx_encrypted(struct ppp *p, struct ppp_session *s, pptp_ns now,
                        uint8_t *body, size_t n, uint8_t **packet, size_t *len)
{
    uint8_t *at = body + 2;
    struct ppp_peek k;
    bool reset = false;
    uint16_t proto;
    size_t left;
    int r = PPTP_ERR_STATE;

    if (ppp_rx_secret(s))
        r = n >= 3 ? ppp_mppe_decrypt(s->mppe, body, n, &reset)
                   : PPTP_ERR_TRUNCATED;
    if (reset) {
        p->stats.mppe_resets++;
        ppp_send(p, s, PPP_PROTO_CCP, CODE_RESET_REQ, s->reject_id++, NULL, 0);
    }
    if (r <= 0) {
        p->stats.mppe_bad++;
        return r < 0 ? r : PPTP_ERR_FORMAT;
    }
    k = ppp_peek_inner(at, (size_t)r);
    at += k.head;
    left = (size_t)r - k.head;
    proto = k.protocol;
    is_it_sense(p, s, now, proto == PPP_PROTO_IP || proto == PPP_PROTO_IPV6);
    if (proto == PPP_PROTO_IP || proto == PPP_PROTO_IPV6)
        return deliver(p, s, proto, at, left, packet, len);
    if (proto < NETWORK_FIRST || proto > NETWORK_LAST) {
        p->stats.mppe_bad++; /* RFC 3078 3: nothing else is encrypted */
        return PPTP_ERR_FORMAT;
    }
    return reject_protocol(p, s, proto, at, left);
}

/* What is open needs no look at the configuration; keys may be gone. */
static inline bool known(const struct ppp *p, const struct ppp_session *s,
                         enum ppp_cp cp)
{
    return (cp != CP_CCP && s->cp[cp].state == PPP_OPENED) ||
           ppp_configured(p, s, cp);
}

static int rx_network(struct ppp *p, struct ppp_session *s, pptp_ns now,
                      uint16_t proto, uint8_t *body, size_t n,
                      uint8_t **packet, size_t *len)
{
    enum ppp_cp cp = proto == PPP_PROTO_IP     ? CP_IPCP
                     : proto == PPP_PROTO_IPV6 ? CP_IPV6CP
                                               : CP_CCP;

    if (s->phase != PPP_NETWORK)
        return out_of_phase(p);
    if (!known(p, s, cp))
        return reject_protocol(p, s, proto, body, n);
    if (proto == PPP_PROTO_COMP)
        return rx_encrypted(p, s, now, body, n, packet, len);
    if (ppp_rx_secret(s) || ppp_mppe_required(p)) {
        p->stats.mppe_plain++;
        return PPTP_ERR_STATE;
    }
    return deliver(p, s, proto, body, n, packet, len);
}

int ppp_input(struct ppp *p, struct ppp_session *s, pptp_ns now,
              uint8_t *octets, size_t len, uint8_t **packet, size_t *n)
{
    const struct ppp_peek k = ppp_peek(octets, len);
    uint8_t *at = octets + k.head;
    const struct ppp_proto *control;
    const struct ppp_method *method;
    const uint16_t proto = k.protocol;

    p->stats.frames_rx++;
    if (proto == 0) {
        p->stats.frames_short++;
        return PPTP_ERR_TRUNCATED;
    }
    len -= k.head;
    if (!s->lower)
        return out_of_phase(p);
    if (proto == PPP_PROTO_LCP)
        return rx_lcp(p, s, now, at, len);
    if (proto == PPP_PROTO_IP || proto == PPP_PROTO_IPV6 ||
        proto == PPP_PROTO_COMP)
        return rx_network(p, s, now, proto, at, len, packet, n);
    control = ppp_proto_of(p, proto);
    if (control != NULL)
        return rx_network_control(p, s, now, control, at, len);
    method = ppp_method_of(p, proto);
    if (method != NULL)
        return rx_auth(p, s, now, method, at, len);
    return reject_protocol(p, s, proto, at, len);
}

/* Protocol, and address and control, before the packet as agreed. */
static uint8_t *put_head(const struct ppp_session *s, uint8_t *at,
                         uint16_t proto)
{
    *--at = (uint8_t)proto;
    if (!s->pfc || proto > 0xff)
        *--at = (uint8_t)(proto >> 8);
    if (!s->acfc) {
        *--at = 0x03;
        *--at = 0xff;
    }
    return at;
}

int ppp_output(struct ppp *p, struct ppp_session *s, uint16_t proto,
               uint8_t *packet, size_t n, uint8_t **frame)
{
    enum ppp_cp cp = proto == PPP_PROTO_IP ? CP_IPCP : CP_IPV6CP;
    bool secret = ppp_tx_secret(s);
    uint8_t *at = packet;
    int r;

    PPTP_ASSERT(proto == PPP_PROTO_IP || proto == PPP_PROTO_IPV6);
    if (s->cp[cp].state != PPP_OPENED || s->phase != PPP_NETWORK ||
        (ppp_mppe_required(p) && !secret) || ppp_tx_promised(s)) {
        p->stats.data_closed++;
        return PPTP_ERR_STATE;
    }
    if (n > ppp_mtu(s)) {
        p->stats.data_big++;
        return PPTP_ERR_VALUE;
    }
    if (secret) {
        *--at = (uint8_t)proto;
        *--at = (uint8_t)(proto >> 8);
        r = ppp_mppe_encrypt(s->mppe, at, n + 2);
        if (r < 0) {
            p->stats.data_closed++;
            return r;
        }
        at -= 2;
        proto = PPP_PROTO_COMP;
    }
    at = put_head(s, at, proto);
    p->stats.data_tx++;
    *frame = at;
    return (int)(packet + n - at);
}

/* RFC 3078 3: the encrypted packet, too, has to fit in the MRU. */
uint16_t ppp_mtu(const struct ppp_session *s)
{
    unsigned head = ppp_tx_secret(s) ? 4 : 0;

    return (uint16_t)(s->peer_mru > head ? s->peer_mru - head : 0);
}

/* --- views --------------------------------------------------------------- */

void ppp_session_info(const struct ppp_session *s, struct ppp_info *out)
{
    memset(out, 0, sizeof *out);
    out->phase = s->phase;
    out->lcp = s->cp[CP_LCP].state;
    out->ccp = s->cp[CP_CCP].state;
    out->ipcp = s->cp[CP_IPCP].state;
    out->ipv6cp = s->cp[CP_IPV6CP].state;
    out->mru = s->mru;
    out->peer_mru = s->peer_mru;
    out->accm_rx = s->accm_rx;
    out->accm_tx = s->accm_tx;
    out->pfc = s->pfc;
    out->acfc = s->acfc;
    out->auth_us = s->auth_us;
    out->auth_peer = s->auth_peer;
    /* agreed on is not in use: CCP may have closed again */
    out->mppe_rx = ppp_rx_secret(s) ? s->mppe_rx : 0;
    out->mppe_tx = ppp_tx_secret(s) ? s->mppe_tx : 0;
    out->ip_local = s->ip_local;
    out->ip_peer = s->ip_peer;
    memcpy(out->dns, s->dns, sizeof out->dns);
    memcpy(out->wins, s->wins, sizeof out->wins);
    out->iface_local = s->iface_local;
    out->iface_peer = s->iface_peer;
    out->magic = s->magic;
    out->auth_error = s->auth_error;
    out->reason = s->reason;
    out->fault = s->auth_fault;
    out->reached = s->reached;
    out->mppe_peer = s->mppe_peer;
    out->ccp_refused = s->ccp_refused;
    out->auth_refused = s->auth_refused;
}

void ppp_set_peer_ip(struct ppp_session *s, uint32_t ip)
{
    s->ip_peer = ip;
}
