/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * CCP, RFC 1962, for MPPE alone (RFC 3078 §2); other algorithms are rejected.
 * What we request is how the peer encrypts (mppe_rx), what the peer requests
 * is how we do (mppe_tx).
 */
#include "config.h"

#include "ppp/ccp.h"

#include <string.h>

#include "ppp/engine.h"
#include "ppp/mppe.h"

enum {
    OPT_MPPE = 18,
    MPPE_OCTETS = 4,
    /* the last octet of the supported bits, and the first */
    BIT_M = 0x80,
    BIT_S = 0x40,
    BIT_L = 0x20,
    BIT_H = 0x01,
    STRENGTHS = PPP_MPPE_40 | PPP_MPPE_56 | PPP_MPPE_128,
    MODES = PPP_MPPE_STATELESS | PPP_MPPE_STATEFUL
};

/* MS-CHAP makes the keys, version 1 not for every strength. */
uint8_t ppp_ccp_strengths(const struct ppp *p, const struct ppp_session *s)
{
    return (p->config.mppe_ask | p->config.mppe_allow) &
           ppp_mppe_strengths(s->mppe);
}

static uint8_t strongest(uint8_t bits)
{
    return bits & PPP_MPPE_128  ? PPP_MPPE_128
           : bits & PPP_MPPE_56 ? PPP_MPPE_56
                                : bits & PPP_MPPE_40;
}

/* One mode; stateless unless only the other is allowed: it bears losses. */
static uint8_t best_mode(uint8_t bits)
{
    return (bits & MODES) == PPP_MPPE_STATEFUL ? PPP_MPPE_STATEFUL
                                               : PPP_MPPE_STATELESS;
}

/* What both directions may be; a mode always. */
static uint8_t allowed(const struct ppp *p, const struct ppp_session *s)
{
    uint8_t modes = (p->config.mppe_ask | p->config.mppe_allow) & MODES;

    if (modes == 0)
        modes = PPP_MPPE_STATELESS;
    return modes | ppp_ccp_strengths(p, s);
}

static void encode(uint8_t bits, uint8_t out[MPPE_OCTETS])
{
    memset(out, 0, MPPE_OCTETS);
    out[0] = bits & PPP_MPPE_STATELESS ? BIT_H : 0;
    out[3] = (uint8_t)((bits & PPP_MPPE_40 ? BIT_L : 0) |
                       (bits & PPP_MPPE_56 ? BIT_M : 0) |
                       (bits & PPP_MPPE_128 ? BIT_S : 0));
}

static uint8_t decode(const uint8_t in[MPPE_OCTETS])
{
    return (uint8_t)((in[3] & BIT_L ? PPP_MPPE_40 : 0) |
                     (in[3] & BIT_M ? PPP_MPPE_56 : 0) |
                     (in[3] & BIT_S ? PPP_MPPE_128 : 0) |
                     (in[0] & BIT_H ? PPP_MPPE_STATELESS : PPP_MPPE_STATEFUL));
}

static void ccp_reset(struct ppp *p, struct ppp_session *s)
{
    uint8_t ask = p->config.mppe_ask & (allowed(p, s) | MODES);

    if ((ask & STRENGTHS) == 0 && ppp_mppe_required(p))
        ask = allowed(p, s); /* it is not a matter of the peer's taste */
    s->mppe_rx = s->mppe_tx = 0;
    s->cp[CP_CCP].asked = 0;
    if ((ask & STRENGTHS) != 0)
        s->cp[CP_CCP].asked = (ask & STRENGTHS) | best_mode(ask);
}

static size_t ccp_request(struct ppp *p, struct ppp_session *s, uint8_t *out)
{
    const struct ppp_cp_state *cp = &s->cp[CP_CCP];

    (void)p;
    if (cp->asked == 0 || (cp->rejected & ppp_option_bit(OPT_MPPE)) != 0)
        return 0;
    out[0] = OPT_MPPE;
    out[1] = 2 + MPPE_OCTETS;
    encode(cp->asked, out + 2);
    return 2 + MPPE_OCTETS;
}

static uint8_t ccp_judge(struct ppp *p, struct ppp_session *s,
                         const struct ppp_option *o, uint8_t *nak,
                         uint8_t *nak_len)
{
    uint8_t may = allowed(p, s), want, pick;

    if (o->type != OPT_MPPE || o->len != MPPE_OCTETS || (may & STRENGTHS) == 0)
        return CODE_CONF_REJ;
    want = decode(o->value);
    s->mppe_peer = want & 31u;
    pick = strongest(want & may);
    if (pick == 0 && (want & STRENGTHS) != 0) {
        p->stats.mppe_refused++;
        return CODE_CONF_REJ; /* it has named all that it can */
    }
    if (pick == 0)
        pick = strongest(may);
    pick |= want & may & MODES ? want & MODES : best_mode(may);
    encode(pick, nak);
    *nak_len = MPPE_OCTETS;
    /* bits that we do not know, and C and D, are not acknowledged */
    return memcmp(nak, o->value, MPPE_OCTETS) == 0 ? CODE_CONF_ACK
                                                   : CODE_CONF_NAK;
}

static void ccp_missing(struct ppp *p, struct ppp_session *s, uint32_t seen,
                        struct ppp_reply *r)
{
    uint8_t value[MPPE_OCTETS], may = allowed(p, s);

    if ((seen & ppp_option_bit(OPT_MPPE)) != 0 || !ppp_mppe_required(p) ||
        (may & STRENGTHS) == 0)
        return;
    encode(strongest(may) | best_mode(may), value);
    ppp_reply_nak(r, OPT_MPPE, value, MPPE_OCTETS);
}

static void ccp_take_defaults(struct ppp *p, struct ppp_session *s)
{
    (void)p;
    s->mppe_tx = 0;
}

static void ccp_take(struct ppp *p, struct ppp_session *s,
                     const struct ppp_option *o)
{
    (void)p;
    if (o->type == OPT_MPPE && o->len == MPPE_OCTETS)
        s->mppe_tx = decode(o->value);
}

static bool ccp_naked(struct ppp *p, struct ppp_session *s,
                      const struct ppp_option *o)
{
    uint8_t may = allowed(p, s), hint, pick;

    if (o->type != OPT_MPPE)
        return true; /* nothing that we asked for, or will */
    if (o->len != MPPE_OCTETS)
        return false;
    hint = decode(o->value);
    s->mppe_peer = hint & 31u;
    pick = strongest(hint & may);
    if (pick == 0) {
        p->stats.mppe_refused++;
        return false;
    }
    pick |= hint & may & MODES ? hint & MODES : best_mode(may);
    s->cp[CP_CCP].asked = pick;
    return true;
}

/* MPPE is all that we ask for: without it CCP is of no use. */
static bool ccp_refused(struct ppp *p, struct ppp_session *s,
                        const struct ppp_option *o)
{
    (void)s;
    (void)o;
    p->stats.mppe_refused++;
    return false;
}

static void ccp_up(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    uint8_t asked = s->cp[CP_CCP].asked;

    s->mppe_rx = 0;
    if (asked != 0 && (s->cp[CP_CCP].rejected & ppp_option_bit(OPT_MPPE)) == 0)
        s->mppe_rx = strongest(asked) | (asked & MODES);
    if (ppp_mppe_required(p) && (s->mppe_rx == 0 || s->mppe_tx == 0)) {
        ppp_end(p, s, now, PPP_END_MPPE);
        return;
    }
    if (s->mppe != NULL)
        ppp_mppe_start(s->mppe, s->mppe_tx, s->mppe_rx);
    s->mppe_wrong = 0;
}

static void ccp_down(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    (void)p;
    (void)now;
    s->mppe_rx = s->mppe_tx = 0;
    if (s->mppe != NULL)
        ppp_mppe_start(s->mppe, 0, 0);
}

static bool ccp_extra(struct ppp *p, struct ppp_session *s, pptp_ns now,
                      uint8_t code, uint8_t id, const uint8_t *data, size_t n)
{
    (void)now;
    if (code != CODE_RESET_REQ && code != CODE_RESET_ACK)
        return false;
    if (s->cp[CP_CCP].state != PPP_OPENED) {
        p->stats.packets_state++;
        return true;
    }
    if (code == CODE_RESET_ACK)
        return true; /* RFC 3078 8.2: the flushed packet says it */
    p->stats.mppe_flushes++;
    if (s->mppe != NULL)
        ppp_mppe_flush(s->mppe);
    /* RFC 1962 5.5 wants it, and pppd asks until it comes */
    ppp_send(p, s, PPP_PROTO_CCP, CODE_RESET_ACK, id, data, n);
    return true;
}

const struct ppp_proto ppp_ccp = { .number = PPP_PROTO_CCP,
                                   .cp = CP_CCP,
                                   .name = "ccp",
                                   .reset = ccp_reset,
                                   .request = ccp_request,
                                   .judge = ccp_judge,
                                   .missing = ccp_missing,
                                   .take = ccp_take,
                                   .take_defaults = ccp_take_defaults,
                                   .naked = ccp_naked,
                                   .refused = ccp_refused,
                                   .up = ccp_up,
                                   .down = ccp_down,
                                   .extra = ccp_extra };
