/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * IPV6CP, RFC 5072: two interface identifiers that differ and are not zero;
 * proto.c keeps the rules of negotiation.  Ours is random; IPv6-Compression
 * is rejected.
 */
#include "config.h"

#include "ppp/ipv6cp.h"

#include "base/wire.h"
#include "ppp/engine.h"

enum { INTERFACE_ID = 1, ID_LEN = 8 };

/* Octet 0 has the universal bit: 0, for ours is nobody's serial number. */
#define UNIVERSAL (UINT64_C(0x02) << 56)

/* cp.asked of IPV6CP: the missing identifier was asked for. */
enum { NAMED = 1 };

static void put_id(uint8_t *at, uint64_t id)
{
    pptp_put32(at, (uint32_t)(id >> 32));
    pptp_put32(at + 4, (uint32_t)(id & UINT32_MAX));
}

static uint64_t get_id(const uint8_t *at)
{
    return (uint64_t)pptp_get32(at) << 32 | pptp_get32(at + 4);
}

/* The next identifier from id on that is local, not 0 and not `other`. */
static uint64_t valid_from(uint64_t id, uint64_t other)
{
    id &= ~UNIVERSAL;
    while (id == 0 || id == other)
        id = (id + 1) & ~UNIVERSAL;
    return id;
}

static uint64_t draw(struct ppp *p, const struct ppp_session *s)
{
    return valid_from(ppp_random(p), s->iface_peer);
}

/* Ours; there is one from the first look on. */
static uint64_t own(struct ppp *p, struct ppp_session *s)
{
    if (s->iface_local == 0)
        s->iface_local = draw(p, s);
    return s->iface_local;
}

/*
 * What we suggest to the peer. It follows from ours by a mixing of bits, so
 * that a suggestion of our own that comes back is known without being kept.
 */
static uint64_t suggestion(struct ppp *p, struct ppp_session *s)
{
    uint64_t id = own(p, s), x = id;

    x ^= x >> 31;
    x *= UINT64_C(0x9fb21c651e98df25);
    x ^= x >> 28;
    return valid_from(x, id);
}

/* --- our request --------------------------------------------------------- */

static void reset(struct ppp *p, struct ppp_session *s)
{
    own(p, s); /* stays the same when the session negotiates again */
}

static size_t request(struct ppp *p, struct ppp_session *s, uint8_t *out)
{
    if (s->cp[CP_IPV6CP].rejected & ppp_option_bit(INTERFACE_ID))
        return 0;
    out[0] = INTERFACE_ID;
    out[1] = 2 + ID_LEN;
    put_id(out + 2, own(p, s));
    return 2 + ID_LEN;
}

/* 4.1: what the peer suggests has to be taken, but for our own suggestion,
 * which says that the line is looped back, and what cannot be. */
static bool naked(struct ppp *p, struct ppp_session *s,
                  const struct ppp_option *o)
{
    uint64_t id;

    if (o->type != INTERFACE_ID || o->len != ID_LEN)
        return true;
    id = get_id(o->value);
    if (id == 0 || id == s->iface_peer || id == suggestion(p, s))
        id = draw(p, s);
    s->iface_local = id;
    return true;
}

/* A peer that does not negotiate it: ours stays as it is. */
static bool refused(struct ppp *p, struct ppp_session *s,
                    const struct ppp_option *o)
{
    (void)p;
    (void)s;
    (void)o;
    return true;
}

/* --- the peer's request -------------------------------------------------- */

static uint8_t judge(struct ppp *p, struct ppp_session *s,
                     const struct ppp_option *o, uint8_t *nak,
                     uint8_t *nak_len)
{
    uint64_t id;

    if (o->type != INTERFACE_ID || o->len != ID_LEN)
        return CODE_CONF_REJ;
    id = get_id(o->value);
    if (id != 0 && id != own(p, s))
        return CODE_CONF_ACK;
    put_id(nak, suggestion(p, s));
    *nak_len = ID_LEN;
    return CODE_CONF_NAK;
}

/* 4.1: appended once; who leaves it out again does not know it. */
static void missing(struct ppp *p, struct ppp_session *s, uint32_t seen,
                    struct ppp_reply *r)
{
    uint8_t value[ID_LEN];

    if (seen & ppp_option_bit(INTERFACE_ID) || s->cp[CP_IPV6CP].asked & NAMED)
        return;
    s->cp[CP_IPV6CP].asked |= NAMED;
    put_id(value, suggestion(p, s));
    ppp_reply_nak(r, INTERFACE_ID, value, sizeof(value));
}

static void take_defaults(struct ppp *p, struct ppp_session *s)
{
    (void)p;
    s->iface_peer = 0;
}

static void take(struct ppp *p, struct ppp_session *s,
                 const struct ppp_option *o)
{
    (void)p;
    s->iface_peer = get_id(o->value);
}

/* --- layers -------------------------------------------------------------- */

static void up(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    (void)now;
    s->cp[CP_IPV6CP].asked &= (uint8_t)~NAMED;
    ppp_act(p, s, PPP_ACT_UP, PPP_PROTO_IPV6CP);
}

static void down(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    (void)now;
    ppp_act(p, s, PPP_ACT_DOWN, PPP_PROTO_IPV6CP);
}

static void finished(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    (void)p;
    (void)now;
    s->cp[CP_IPV6CP].asked &= (uint8_t)~NAMED;
}

const struct ppp_proto ppp_ipv6cp = {
    .number = PPP_PROTO_IPV6CP,
    .cp = CP_IPV6CP,
    .name = "IPV6CP",
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
