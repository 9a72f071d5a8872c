/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * LCP: the options of RFC 1661 §6, RFC 1662 §7.1 and RFC 1990 §5.1, and the
 * codes above Code-Reject, RFC 1661 §5.7 to §5.9 and RFC 1570.  proto.c has
 * the negotiation, phase.c what happens when the link opens and ends.
 */
#include "config.h"

#include "ppp/lcp.h"

#include <string.h>

#include "ppp/engine.h"

enum {
    OPT_MRU = 1,
    OPT_ACCM = 2,
    OPT_AUTH = 3,
    OPT_MAGIC = 5,
    OPT_PFC = 7,
    OPT_ACFC = 8,
    OPT_MRRU = 17,
    OPT_SHORT_SEQ = 18,
    OPT_ENDPOINT = 19
};

enum { MRU_DEFAULT = 1500, MRU_LEAST = 128, ENDPOINT_MOST = 21 };

/* --- words --------------------------------------------------------------- */

static uint16_t get16(const uint8_t *o)
{
    return (uint16_t)(o[0] << 8 | o[1]);
}

static uint32_t get32(const uint8_t *o)
{
    return (uint32_t)get16(o) << 16 | get16(o + 2);
}

static void put16(uint8_t *o, uint16_t v)
{
    o[0] = (uint8_t)(v >> 8);
    o[1] = (uint8_t)v;
}

static void put32(uint8_t *o, uint32_t v)
{
    put16(o, (uint16_t)(v >> 16));
    put16(o + 2, (uint16_t)v);
}

/* Zero is no magic number, and `other` is taken. */
static uint32_t new_magic(struct ppp *p, uint32_t other)
{
    uint32_t m;

    do
        m = (uint32_t)ppp_random(p);
    while (m == 0 || m == other);
    return m;
}

/* --- the authentication protocol ----------------------------------------- */

/* PPP_AUTH_* are in order of strength, RFC 1334 weakest. */
static uint16_t strongest(uint16_t set)
{
    uint16_t bit;

    for (bit = PPP_AUTH_MSCHAP2; bit > PPP_AUTH_NONE; bit >>= 1)
        if (set & bit)
            return bit;
    return 0;
}

static uint16_t weaker_than(uint16_t set, uint16_t method)
{
    return strongest((uint16_t)(set & (method - 1)));
}

/* The option's value; its octets. */
static uint8_t auth_value(uint16_t method, uint8_t *out)
{
    put16(out, method == PPP_AUTH_PAP ? PPP_PROTO_PAP : PPP_PROTO_CHAP);
    if (method == PPP_AUTH_PAP)
        return 2;
    out[2] = method == PPP_AUTH_CHAP_MD5  ? 0x05
             : method == PPP_AUTH_MSCHAP1 ? 0x80
                                          : 0x81;
    return 3;
}

/* The method of an option's value, 0: none that we know. */
static uint16_t auth_method(const struct ppp_option *o)
{
    if (o->len == 2 && get16(o->value) == PPP_PROTO_PAP)
        return PPP_AUTH_PAP;
    if (o->len != 3 || get16(o->value) != PPP_PROTO_CHAP)
        return 0;
    switch (o->value[2]) {
    case 0x05: return PPP_AUTH_CHAP_MD5;
    case 0x80: return PPP_AUTH_MSCHAP1;
    case 0x81: return PPP_AUTH_MSCHAP2;
    default: return 0;
    }
}

static uint8_t judge_auth(struct ppp *p, struct ppp_session *s,
                          const struct ppp_option *o, uint8_t *nak,
                          uint8_t *nak_len)
{
    uint16_t give = p->config.give_auth, want, next;
    unsigned i;

    want = strongest(give);
    s->auth_refused = (auth_method(o) & give) == 0;
    if (want == 0)
        return CODE_CONF_REJ;
    if (!s->auth_refused)
        return CODE_CONF_ACK;
    /* Another suggestion after each Nak: the peer may want a weaker one. */
    for (i = s->cp[CP_LCP].failures; i > 0; i--) {
        next = weaker_than(give, want);
        want = next != 0 ? next : strongest(give);
    }
    *nak_len = auth_value(want, nak);
    return CODE_CONF_NAK;
}

/* The peer does not want to prove itself as asked; false: it has to. */
static bool ask_otherwise(struct ppp *p, struct ppp_session *s,
                          uint16_t method)
{
    s->auth_peer = (uint8_t)method;
    if (method != 0 || p->config.ask_auth & PPP_AUTH_NONE)
        return true;
    ppp_because(s, PPP_END_AUTH_POLICY);
    return false;
}

/* Only ever to a weaker method, so that contradictions come to an end. */
static bool naked_auth(struct ppp *p, struct ppp_session *s,
                       const struct ppp_option *o)
{
    uint16_t below, method = auth_method(o);

    if (s->auth_peer == 0)
        return true; /* it asks for more than we want */
    below = (uint16_t)(p->config.ask_auth & (s->auth_peer - 1));
    if ((method & below) == 0)
        method = strongest(below);
    return ask_otherwise(p, s, method);
}

/* --- what we ask for ----------------------------------------------------- */

static void lcp_reset(struct ppp *p, struct ppp_session *s)
{
    const struct ppp_config *c = &p->config;

    s->mru = c->mru;
    s->accm_rx = c->accm;
    s->auth_peer = (uint8_t)strongest(c->ask_auth);
    s->magic = new_magic(p, s->magic);
}

static size_t put_option(uint8_t *out, uint8_t type, const void *value,
                         size_t len)
{
    out[0] = type;
    out[1] = (uint8_t)(len + 2);
    if (len > 0)
        memcpy(out + 2, value, len);
    return len + 2;
}

static bool rejected(const struct ppp_session *s, uint8_t type)
{
    return (s->cp[CP_LCP].rejected & ppp_option_bit(type)) != 0;
}

static size_t request_multilink(const struct ppp_config *c,
                                const struct ppp_session *s, uint8_t *out)
{
    uint8_t v[2];
    size_t n = 0;

    put16(v, c->mrru);
    if (c->mrru != 0 && !rejected(s, OPT_MRRU)) {
        n += put_option(out + n, OPT_MRRU, v, 2);
        if (c->short_seq && !rejected(s, OPT_SHORT_SEQ))
            n += put_option(out + n, OPT_SHORT_SEQ, NULL, 0);
    }
    if (c->endpoint_len > 0 && !rejected(s, OPT_ENDPOINT))
        n += put_option(out + n, OPT_ENDPOINT, c->endpoint, c->endpoint_len);
    return n;
}

static size_t lcp_request(struct ppp *p, struct ppp_session *s, uint8_t *out)
{
    const struct ppp_config *c = &p->config;
    uint8_t v[4];
    size_t n = 0;

    put16(v, s->mru);
    if (s->mru != MRU_DEFAULT && !rejected(s, OPT_MRU))
        n += put_option(out + n, OPT_MRU, v, 2);
    put32(v, s->accm_rx);
    if (s->accm_rx != UINT32_MAX && !rejected(s, OPT_ACCM))
        n += put_option(out + n, OPT_ACCM, v, 4);
    if (s->auth_peer != 0)
        n += put_option(out + n, OPT_AUTH, v, auth_value(s->auth_peer, v));
    put32(v, s->magic);
    if (!rejected(s, OPT_MAGIC))
        n += put_option(out + n, OPT_MAGIC, v, 4);
    if (c->pfc && !rejected(s, OPT_PFC))
        n += put_option(out + n, OPT_PFC, NULL, 0);
    if (c->acfc && !rejected(s, OPT_ACFC))
        n += put_option(out + n, OPT_ACFC, NULL, 0);
    return n + request_multilink(c, s, out + n);
}

static bool lcp_naked(struct ppp *p, struct ppp_session *s,
                      const struct ppp_option *o)
{
    uint16_t v;

    switch (o->type) {
    case OPT_MRU:
        v = o->len == 2 ? get16(o->value) : 0;
        if (v >= MRU_LEAST && v < s->mru)
            s->mru = v; /* we can always receive less than we offered */
        break;
    case OPT_ACCM:
        if (o->len == 4)
            s->accm_rx |= get32(o->value);
        break;
    case OPT_AUTH: return naked_auth(p, s, o);
    case OPT_MAGIC: s->magic = new_magic(p, s->magic); break;
    default: break;
    }
    return true;
}

static bool lcp_refused(struct ppp *p, struct ppp_session *s,
                        const struct ppp_option *o)
{
    switch (o->type) {
    case OPT_MRU: s->mru = MRU_DEFAULT; break;
    case OPT_ACCM: s->accm_rx = UINT32_MAX; break;
    case OPT_AUTH: return ask_otherwise(p, s, 0);
    case OPT_MAGIC:
        s->magic = 0; /* 6.4: zero wherever one would stand */
        break;
    default: break;
    }
    return true;
}

/* --- what the peer asks for ---------------------------------------------- */

static uint8_t judge_magic(struct ppp *p, struct ppp_session *s,
                           const struct ppp_option *o, uint8_t *nak,
                           uint8_t *nak_len)
{
    uint32_t theirs = o->len == 4 ? get32(o->value) : 0;

    if (theirs != 0 && theirs != s->magic)
        return CODE_CONF_ACK;
    if (theirs != 0) {
        p->stats.looped++;
        if (s->loops < UINT8_MAX)
            s->loops++; /* ppp.c ends the session when it is enough */
    }
    *nak_len = 4;
    put32(nak, new_magic(p, s->magic));
    return CODE_CONF_NAK;
}

/* An option without value: the peer is able to receive so. */
static uint8_t judge_flag(bool accept, const struct ppp_option *o,
                          uint8_t *nak_len)
{
    if (!accept)
        return CODE_CONF_REJ;
    *nak_len = 0;
    return o->len == 0 ? CODE_CONF_ACK : CODE_CONF_NAK;
}

static uint8_t judge_mru(const struct ppp_option *o, uint16_t otherwise,
                         uint8_t *nak, uint8_t *nak_len)
{
    if (o->len == 2 && get16(o->value) >= MRU_LEAST)
        return CODE_CONF_ACK;
    *nak_len = 2;
    put16(nak, o->len == 2 ? MRU_LEAST : otherwise);
    return CODE_CONF_NAK;
}

/* §6: a wrong length is answered by a Nak with a right one. */
static uint8_t lcp_judge(struct ppp *p, struct ppp_session *s,
                         const struct ppp_option *o, uint8_t *nak,
                         uint8_t *nak_len)
{
    const struct ppp_config *c = &p->config;

    switch (o->type) {
    case OPT_MRU: return judge_mru(o, MRU_DEFAULT, nak, nak_len);
    case OPT_ACCM:
        if (o->len == 4)
            return CODE_CONF_ACK;
        *nak_len = 4;
        put32(nak, 0);
        return CODE_CONF_NAK;
    case OPT_AUTH: return judge_auth(p, s, o, nak, nak_len);
    case OPT_MAGIC: return judge_magic(p, s, o, nak, nak_len);
    case OPT_PFC: return judge_flag(c->accept_pfc, o, nak_len);
    case OPT_ACFC: return judge_flag(c->accept_acfc, o, nak_len);
    case OPT_MRRU:
        if (c->mrru == 0)
            return CODE_CONF_REJ;
        return judge_mru(o, c->mrru, nak, nak_len);
    case OPT_SHORT_SEQ:
        return judge_flag(c->mrru != 0 && c->short_seq, o, nak_len);
    case OPT_ENDPOINT:
        return o->len >= 1 && o->len <= ENDPOINT_MOST ? CODE_CONF_ACK
                                                      : CODE_CONF_REJ;
    default: return CODE_CONF_REJ;
    }
}

static void lcp_take_defaults(struct ppp *p, struct ppp_session *s)
{
    (void)p;
    s->peer_mru = MRU_DEFAULT;
    s->accm_tx = UINT32_MAX;
    s->auth_us = 0;
    s->peer_magic = 0;
    s->pfc = 0;
    s->acfc = 0;
}

static void lcp_take(struct ppp *p, struct ppp_session *s,
                     const struct ppp_option *o)
{
    (void)p;
    switch (o->type) {
    case OPT_MRU:
        s->peer_mru = get16(o->value);
        if (s->peer_mru > PPP_MRU_MAX)
            s->peer_mru = PPP_MRU_MAX;
        break;
    case OPT_ACCM: s->accm_tx = get32(o->value); break;
    case OPT_AUTH: s->auth_us = (uint8_t)auth_method(o); break;
    case OPT_MAGIC: s->peer_magic = get32(o->value); break;
    case OPT_PFC: s->pfc = 1; break;
    case OPT_ACFC: s->acfc = 1; break;
    default: break;
    }
}

/* --- codes above Code-Reject --------------------------------------------- */

/* Echo-Request, Echo-Reply, Discard-Request; 6.4: their magic number. */
static void rx_echo(struct ppp *p, struct ppp_session *s, pptp_ns now,
                    uint8_t code, uint8_t id, const uint8_t *data, size_t n)
{
    uint8_t reply[PPP_PACKET_MAX];
    size_t most = s->peer_mru < PPP_PACKET_MAX ? s->peer_mru : PPP_PACKET_MAX;
    uint32_t magic = n >= 4 ? get32(data) : 0;

    if (n < 4) {
        p->stats.packets_bad++;
        return;
    }
    if (magic != 0 && magic == s->magic) {
        p->stats.looped++;
        /* Peers that copy the number into a reply exist: no sign of life,
         * but only a request proves the loop. */
        if (code == CODE_ECHO_REQ)
            ppp_end(p, s, now, PPP_END_LOOPED);
        return;
    }
    /* Another peer than we negotiated with; one that has negotiated no
     * number should send zero, and is answered when it does not. */
    if (magic != 0 && s->peer_magic != 0 && magic != s->peer_magic) {
        p->stats.packets_bad++;
        return;
    }
    if (code == CODE_ECHO_REQ) {
        if (n > most - 4)
            n = most - 4;
        memcpy(reply, data, n);
        put32(reply, s->magic);
        ppp_send(p, s, PPP_PROTO_LCP, CODE_ECHO_REP, id, reply, n);
    } else if (code == CODE_ECHO_REP) {
        if (id == s->echo_id)
            s->echo_lost = 0;
        else
            p->stats.packets_id++;
    }
}

/* RFC 1570: our magic number, what goes before the text, the text. */
static int tell(struct ppp *p, struct ppp_session *s, uint8_t code,
                const uint8_t *before, size_t n_before, const char *text)
{
    uint8_t data[PPP_PACKET_MAX];
    size_t most = s->peer_mru < PPP_PACKET_MAX ? s->peer_mru : PPP_PACKET_MAX;
    size_t n = strlen(text), room = most - 4 - 4 - n_before;

    if (s->cp[CP_LCP].state != PPP_OPENED)
        return PPTP_ERR_STATE;
    put32(data, s->magic);
    if (n_before > 0)
        memcpy(data + 4, before, n_before);
    if (n > room)
        n = room;
    memcpy(data + 4 + n_before, text, n);
    /* each has an identifier of its own, which nobody answers */
    ppp_send(p, s, PPP_PROTO_LCP, code, ++s->cp[CP_LCP].id, data,
             4 + n_before + n);
    return PPTP_OK;
}

int ppp_identify(struct ppp *p, struct ppp_session *s, const char *text)
{
    return tell(p, s, CODE_IDENT, NULL, 0, text);
}

int ppp_time_left(struct ppp *p, struct ppp_session *s, uint32_t seconds,
                  const char *text)
{
    uint8_t left[4];

    put32(left, seconds);
    return tell(p, s, CODE_TIME_LEFT, left, sizeof left, text);
}

static void rx_protocol_reject(struct ppp *p, struct ppp_session *s,
                               pptp_ns now, const uint8_t *data, size_t n)
{
    const struct ppp_proto *proto;
    uint16_t number;

    if (n < 2) {
        p->stats.packets_bad++;
        return;
    }
    number = get16(data);
    if (number == PPP_PROTO_LCP) {
        ppp_because(s, PPP_END_REJECTED);
    } else if ((number == PPP_PROTO_PAP || number == PPP_PROTO_CHAP) &&
               s->phase == PPP_AUTHENTICATE) {
        ppp_end(p, s, now, PPP_END_REJECTED);
        return;
    }
    if (number == PPP_PROTO_IP || number == PPP_PROTO_IPV6 ||
        number == PPP_PROTO_COMP)
        number |= 0x8000; /* the protocol that stands for the data */
    proto = ppp_proto_of(p, number);
    if (proto != NULL && s->cp[proto->cp].state > PPP_STARTING)
        ppp_cp_event(p, s, now, proto, PPP_EV_RXJ_MINUS);
}

static bool lcp_extra(struct ppp *p, struct ppp_session *s, pptp_ns now,
                      uint8_t code, uint8_t id, const uint8_t *data, size_t n)
{
    struct ppp_step step = ppp_fsm_step(s->cp[CP_LCP].state, PPP_EV_RXR);

    if (code > CODE_TIME_LEFT || code < CODE_PROTO_REJ)
        return false;
    if (code == CODE_IDENT || code == CODE_TIME_LEFT) {
        if (n < 4)
            p->stats.packets_bad++;
        return true; /* RFC 1570 2.1, 2.2: for the log only */
    }
    /* 5.7 to 5.9: discarded in every state but Opened */
    if ((step.actions & PPP_SER) == 0)
        p->stats.packets_state++;
    else if (code == CODE_PROTO_REJ)
        rx_protocol_reject(p, s, now, data, n);
    else
        rx_echo(p, s, now, code, id, data, n);
    return true;
}

static void lcp_code_refused(struct ppp *p, struct ppp_session *s,
                             uint8_t code)
{
    (void)p;
    if (code == CODE_ECHO_REQ)
        s->echo_at_ns = PPTP_NEVER; /* the peer cannot answer */
}

const struct ppp_proto ppp_lcp = {
    .number = PPP_PROTO_LCP,
    .cp = CP_LCP,
    .name = "lcp",
    .reset = lcp_reset,
    .request = lcp_request,
    .judge = lcp_judge,
    .take = lcp_take,
    .take_defaults = lcp_take_defaults,
    .naked = lcp_naked,
    .refused = lcp_refused,
    .code_refused = lcp_code_refused,
    .extra = lcp_extra,
};
