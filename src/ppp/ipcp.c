/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * IPCP, RFC 1332, with the name servers of RFC 1877: what its options mean;
 * proto.c keeps the rules of negotiation.
 *
 * An address is ours to give when the configuration, the world or the peer's
 * line in the secrets names it; otherwise the peer says its own.  Header
 * compression and the addresses of RFC 1172 are rejected, as an implementation
 * does that does not know them.
 */
#include "config.h"

#include "ppp/ipcp.h"

#include <string.h>

#include "base/wire.h"
#include "ppp/auth.h"
#include "ppp/engine.h"

enum {
    IP_ADDRESS = 3,
    /* RFC 1877: DNS, NBNS, and the second ones */
    SERVER_FIRST = 129,
    SERVER_LAST = 132,
    ADDRESS_LEN = 4
};

/* cp.asked of IPCP. */
enum {
    PEER_SAID = 1 << 0, /* ip_peer is the peer's own choice */
    NAMED = 1 << 1,     /* the missing address was asked for, or there is no
                         * use in it */
    TOLD = 1 << 2       /* the world knows that we are up */
};

static uint8_t *flags_of(struct ppp_session *s)
{
    return &s->cp[CP_IPCP].asked;
}

/* Whether an end of the link can have the address: no network 0, no
 * loopback, no multicast and nothing beyond. */
static bool usable(uint32_t ip)
{
    uint32_t net = ip >> 24;

    return net != 0 && net != 127 && net < 224;
}

/* The only address that the secrets name for the peer, or 0. */
static uint32_t only_secret(const struct ppp *p, const struct ppp_session *s)
{
    const struct ppp_secrets *t = p->config.secrets;
    const struct ppp_secret *e;

    if (t == NULL || s->secret == 0 || s->secret > t->n)
        return 0;
    e = &t->list[s->secret - 1];
    return e->ip_first == e->ip_last ? e->ip_first : 0;
}

/* What we give to the peer, or 0: it has to say. */
static uint32_t given(const struct ppp *p, struct ppp_session *s)
{
    uint32_t ip = *flags_of(s) & PEER_SAID ? 0 : s->ip_peer;

    if (ip == 0)
        ip = p->config.ip_peer;
    if (ip == 0 || !ppp_auth_allows(p, s, ip))
        ip = only_secret(p, s);
    return ip;
}

static bool is_server(uint8_t type)
{
    return type >= SERVER_FIRST && type <= SERVER_LAST;
}

static bool is_wins(uint8_t type)
{
    return ((type - SERVER_FIRST) & 1) != 0;
}

static unsigned rank(uint8_t type)
{
    return (type - SERVER_FIRST) / 2u;
}

/* What we give to the peer, or 0. */
static uint32_t server_given(const struct ppp *p, uint8_t type)
{
    const uint32_t *all = is_wins(type) ? p->config.wins : p->config.dns;

    return all[rank(type)];
}

/* What the peer gave to us. */
static uint32_t *server_got(struct ppp_session *s, uint8_t type)
{
    return is_wins(type) ? &s->wins[rank(type)] : &s->dns[rank(type)];
}

static bool server_wanted(const struct ppp *p, uint8_t type)
{
    return is_wins(type) ? p->config.ask_wins : p->config.ask_dns;
}

static uint8_t *put_address(uint8_t *at, uint8_t type, uint32_t ip)
{
    at[0] = type;
    at[1] = 2 + ADDRESS_LEN;
    pptp_put32(at + 2, ip);
    return at + 2 + ADDRESS_LEN;
}

/* --- our request --------------------------------------------------------- */

static void reset(struct ppp *p, struct ppp_session *s)
{
    s->ip_local = p->config.ip_local;
    memset(s->dns, 0, sizeof s->dns);
    memset(s->wins, 0, sizeof s->wins);
    if (*flags_of(s) & PEER_SAID)
        s->ip_peer = 0;
    *flags_of(s) &= (uint8_t)~PEER_SAID;
}

static size_t request(struct ppp *p, struct ppp_session *s, uint8_t *out)
{
    const uint16_t rejected = s->cp[CP_IPCP].rejected;
    uint8_t *at = out, type;

    if (!(rejected & ppp_option_bit(IP_ADDRESS)))
        at = put_address(at, IP_ADDRESS, s->ip_local);
    for (type = SERVER_FIRST; type <= SERVER_LAST; type++)
        if (server_wanted(p, type) && !(rejected & ppp_option_bit(type)))
            at = put_address(at, type, *server_got(s, type));
    return (size_t)(at - out);
}

/* What the peer suggests is taken where we have nothing of our own; else we
 * ask again for the same, and proto.c bounds how often. */
static bool naked(struct ppp *p, struct ppp_session *s,
                  const struct ppp_option *o)
{
    uint32_t ip;

    if (o->len != ADDRESS_LEN)
        return true;
    ip = pptp_get32(o->value);
    if (!usable(ip))
        return true;
    if (o->type == IP_ADDRESS && p->config.ip_local == 0 && ip != s->ip_peer)
        s->ip_local = ip;
    else if (is_server(o->type) && server_wanted(p, o->type))
        *server_got(s, o->type) = ip;
    return true;
}

static bool refused(struct ppp *p, struct ppp_session *s,
                    const struct ppp_option *o)
{
    if (is_server(o->type))
        *server_got(s, o->type) = 0;
    /* An address that we have already need not be negotiated. */
    return o->type != IP_ADDRESS || p->config.ip_local != 0;
}

/* --- the peer's request -------------------------------------------------- */

static uint8_t judge_address(struct ppp *p, struct ppp_session *s, uint32_t ip,
                             uint8_t *nak, uint8_t *nak_len)
{
    const uint32_t want = given(p, s);

    if (want != 0 && ip != want) {
        pptp_put32(nak, want);
        *nak_len = ADDRESS_LEN;
        return CODE_CONF_NAK;
    }
    if (want != 0 || (usable(ip) && ip != s->ip_local &&
                      ip != p->config.ip_local && ppp_auth_allows(p, s, ip)))
        return CODE_CONF_ACK;
    /* Nothing can be suggested instead, and when the peer leaves it out we
     * do not ask for it again. */
    *flags_of(s) |= NAMED;
    return CODE_CONF_REJ;
}

static uint8_t judge(struct ppp *p, struct ppp_session *s,
                     const struct ppp_option *o, uint8_t *nak,
                     uint8_t *nak_len)
{
    uint32_t ip, want;

    if (o->len != ADDRESS_LEN ||
        (o->type != IP_ADDRESS && !is_server(o->type)))
        return CODE_CONF_REJ;
    ip = pptp_get32(o->value);
    if (o->type == IP_ADDRESS)
        return judge_address(p, s, ip, nak, nak_len);
    want = server_given(p, o->type);
    if (want == 0)
        return CODE_CONF_REJ;
    if (ip == want)
        return CODE_CONF_ACK;
    pptp_put32(nak, want);
    *nak_len = ADDRESS_LEN;
    return CODE_CONF_NAK;
}

/* RFC 1332 3.3: an address that the peer does not name is appended; once, a
 * peer may be without. Zero asks it to say one. */
static void missing(struct ppp *p, struct ppp_session *s, uint32_t seen,
                    struct ppp_reply *r)
{
    uint8_t value[ADDRESS_LEN];

    if (seen & ppp_option_bit(IP_ADDRESS) || *flags_of(s) & NAMED)
        return;
    *flags_of(s) |= NAMED;
    pptp_put32(value, given(p, s));
    ppp_reply_nak(r, IP_ADDRESS, value, sizeof(value));
}

/* A peer that names no address has the one that we give, or none. */
static void take_defaults(struct ppp *p, struct ppp_session *s)
{
    s->ip_peer = given(p, s);
    *flags_of(s) &= (uint8_t)~PEER_SAID;
}

static void take(struct ppp *p, struct ppp_session *s,
                 const struct ppp_option *o)
{
    if (o->type != IP_ADDRESS)
        return; /* a name server that we gave */
    if (given(p, s) == 0)
        *flags_of(s) |= PEER_SAID;
    s->ip_peer = pptp_get32(o->value);
}

/* --- layers -------------------------------------------------------------- */

static void up(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    *flags_of(s) &= (uint8_t)~NAMED;
    if (s->ip_local == 0) { /* the peer acknowledged that we have none */
        ppp_cp_event(p, s, now, &ppp_ipcp, PPP_EV_CLOSE);
        return;
    }
    *flags_of(s) |= TOLD;
    ppp_act(p, s, PPP_ACT_UP, PPP_PROTO_IPCP);
}

static void down(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    (void)now;
    if (*flags_of(s) & TOLD)
        ppp_act(p, s, PPP_ACT_DOWN, PPP_PROTO_IPCP);
    *flags_of(s) &= (uint8_t)~TOLD;
}

static void finished(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    (void)p;
    (void)now;
    *flags_of(s) &= (uint8_t)~NAMED;
}

const struct ppp_proto ppp_ipcp = {
    .number = PPP_PROTO_IPCP,
    .cp = CP_IPCP,
    .name = "IPCP",
    .reset = reset,
    .request = request,
    .judge = judge,
    .missing = missing,
    .take = take,
    .take_defaults = take_defaults,
    .naked = naked,
    .refused = refused,
    .up = up,
    .down = down,
    .finished = finished,
};
