/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PPP at one end of many calls; ppps.h. */
#include "config.h"

#include "tap/ppps.h"

#include <stdlib.h>
#include <string.h>

#include "ip/forward.h"
#include "tap/priv.h"

enum { PPP_ACTIONS = 64 };

static size_t up64(size_t n)
{
    return (n + 63) & ~(size_t)63;
}

int tap_ppps_init(struct tap_ppps *t, const struct ppp_config *c, uint32_t n)
{
    bool mppe = (c->mppe_ask | c->mppe_allow) != 0;
    size_t octets = up64(ppp_octets(PPP_ACTIONS));
    void *mem = aligned_alloc(64, octets);

    if (mem == NULL)
        return -1;
    memset(mem, 0, octets);
    t->ppp = ppp_init(mem, c, PPP_ACTIONS, tap_random());
    PPTP_ASSERT(t->ppp != NULL); /* who made the config has looked */
    t->octets = up64(ppp_session_octets());
    t->mppe_octets = up64(ppp_mppe_octets());
    t->mem = aligned_alloc(64, n * t->octets);
    t->mppe_mem = mppe ? aligned_alloc(64, n * t->mppe_octets) : NULL;
    return t->mem == NULL || (mppe && t->mppe_mem == NULL) ||
                   heap_init(&t->timers, n) < 0
               ? -1
               : 0;
}

void tap_ppps_fini(struct tap_ppps *t)
{
    free(t->ppp);
    free(t->mem);
    free(t->mppe_mem);
    heap_fini(&t->timers);
}

/* Address and control, then what PPP gave: as LCP has to be and as every
 * peer takes it. */
static void send_frame(struct tap_ppps *t, uint32_t i,
                       const struct ppp_action *a)
{
    pptp_pkt pkt = pptp_pool_take(t->pool, PPTP_HEADROOM);
    struct pptp_packet *k;
    uint8_t *o;

    if (pkt == PPTP_PKT_NONE) {
        t->exhausted++;
        return;
    }
    k = pptp_pool_at(t->pool, pkt);
    PPTP_ASSERT(a->len + 2 + k->off <= t->pool->buf_octets);
    o = pptp_packet_data(k);
    o[0] = 0xff;
    o[1] = 0x03;
    memcpy(o + 2, a->octets, a->len);
    k->head_len = (uint16_t)(a->len + 2);
    t->owner->frame(t, i, pkt);
}

/* After every input to PPP. */
static void settle(struct tap_ppps *t, uint32_t i)
{
    struct ppp_action a;

    while (ppp_poll(t->ppp, &a)) {
        if (a.type == PPP_ACT_SEND)
            send_frame(t, i, &a);
        else
            t->owner->action(t, i, &a);
    }
    heap_set(&t->timers, i, ppp_deadline(tap_ppps_at(t, i)));
}

void tap_ppps_begin(struct tap_ppps *t, uint32_t i, pptp_ns now)
{
    struct ppp_session *s = tap_ppps_at(t, i);
    void *mppe = NULL;

    memset(s, 0, t->octets);
    if (t->mppe_mem != NULL) {
        mppe = t->mppe_mem + i * t->mppe_octets;
        memset(mppe, 0, t->mppe_octets);
    }
    ppp_session_init(t->ppp, s, mppe, t->user != NULL ? t->user[i] : NULL);
    ppp_open(t->ppp, s, now);
    ppp_lower_up(t->ppp, s, now);
    settle(t, i);
}

void tap_ppps_close(struct tap_ppps *t, uint32_t i, pptp_ns now)
{
    ppp_close(t->ppp, tap_ppps_at(t, i), now);
    settle(t, i);
}

void tap_ppps_down(struct tap_ppps *t, uint32_t i, pptp_ns now)
{
    ppp_lower_down(t->ppp, tap_ppps_at(t, i), now);
    settle(t, i);
    heap_set(&t->timers, i, PPTP_NEVER);
}

int tap_ppps_input(struct tap_ppps *t, uint32_t i, pptp_ns now, pptp_pkt pkt,
                   uint8_t **packet, size_t *n)
{
    struct pptp_packet *k = pptp_pool_at(t->pool, pkt);
    int proto = ppp_input(t->ppp, tap_ppps_at(t, i), now, pptp_packet_data(k),
                          k->head_len, packet, n);

    if (proto <= 0)
        settle(t, i);
    return proto;
}

int tap_ppps_output(struct tap_ppps *t, uint32_t i, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(t->pool, pkt);
    uint8_t *frame;
    int n = ppp_output(t->ppp, tap_ppps_at(t, i), PPP_PROTO_IP,
                       pptp_packet_data(k), k->head_len, &frame);

    if (n < 0)
        return n;
    k->off = (uint16_t)(frame - k->buf);
    k->head_len = (uint16_t)n;
    return PPTP_OK;
}

static void free_all(struct tap_ppps *t, const pptp_pkt pkt[], uint32_t n)
{
    while (n > 0)
        pptp_pool_free(t->pool, pkt[--n]);
}

/* The fragments themselves; how many, or 0 as above. */
static uint32_t cut(struct tap_ppps *t, struct forward_fragments *f,
                    pptp_pkt out[TAP_PPPS_FRAGMENTS])
{
    struct pptp_packet *k;
    uint32_t n;

    for (n = 0; n < TAP_PPPS_FRAGMENTS; n++) {
        out[n] = pptp_pool_take(t->pool, PPTP_HEADROOM + PPP_HEAD_MAX);
        if (out[n] == PPTP_PKT_NONE) {
            t->exhausted++;
            break;
        }
        k = pptp_pool_at(t->pool, out[n]);
        k->head_len = (uint16_t)forward_fragments_next(f, pptp_packet_data(k));
        if (k->head_len == 0) {
            pptp_pool_free(t->pool, out[n]);
            return n;
        }
    }
    free_all(t, out, n);
    return 0;
}

uint32_t tap_ppps_fragments(struct tap_ppps *t, uint32_t i, pptp_pkt pkt,
                            pptp_pkt out[TAP_PPPS_FRAGMENTS])
{
    struct pptp_packet *k = pptp_pool_at(t->pool, pkt);
    struct forward_fragments f;
    uint32_t n, done;

    if (!forward_fragments_begin(&f, pptp_packet_data(k), k->head_len,
                                 tap_ppps_mtu(t, i)))
        return 0;
    n = cut(t, &f, out);
    for (done = 0; done < n; done++)
        if (tap_ppps_output(t, i, out[done]) != PPTP_OK) {
            free_all(t, out, n);
            return 0;
        }
    return n;
}

void tap_ppps_advance(struct tap_ppps *t, pptp_ns now)
{
    while (heap_next(&t->timers) <= now) {
        uint32_t i = t->timers.item[0].item;

        ppp_advance(t->ppp, tap_ppps_at(t, i), now);
        settle(t, i);
    }
}

bool tap_ppps_is_lcp(struct pptp_pool *pool, pptp_pkt pkt)
{
    static const uint8_t head[] = { 0xff, 0x03, PPP_PROTO_LCP >> 8,
                                    PPP_PROTO_LCP & 0xff };
    struct pptp_packet *k = pptp_pool_at(pool, pkt);

    return k->head_len > sizeof head &&
           memcmp(pptp_packet_data(k), head, sizeof head) == 0;
}

enum { MPPE_HEAD = 4 };

uint16_t tap_ppps_mtu(const struct tap_ppps *t, uint32_t i)
{
    struct ppp_info info;

    ppp_session_info(tap_ppps_at(t, i), &info);
    return (uint16_t)(info.peer_mru - (info.mppe_tx != 0 ? MPPE_HEAD : 0));
}

uint16_t tap_ppps_mtu_both(const struct tap_ppps *t, uint32_t i)
{
    uint16_t to_us, to_peer = tap_ppps_mtu(t, i);
    struct ppp_info info;

    ppp_session_info(tap_ppps_at(t, i), &info);
    to_us = (uint16_t)(info.mru - (info.mppe_rx != 0 ? MPPE_HEAD : 0));
    return to_us < to_peer ? to_us : to_peer;
}

/* --- for people --------------------------------------------------------- */

/* pppd 2.5's plain require-mppe means 40 bits, where 2.4.9's means 128. */
static const char *advice_mppe(const struct ppp_config *c,
                               const struct ppp_info *info)
{
    const uint8_t strengths = PPP_MPPE_40 | PPP_MPPE_56 | PPP_MPPE_128;
    const uint8_t modes = PPP_MPPE_STATELESS | PPP_MPPE_STATEFUL;
    const uint8_t ours = c->mppe_ask | c->mppe_allow;

    if ((info->mppe_peer & strengths) == 0)
        return "";
    if ((info->mppe_peer & strengths & ours) != 0)
        return (info->mppe_peer & modes & ours) != 0
                   ? ""
                   : "; it asks for stateful MPPE only; cure: "
                     "`mppe_stateful` here, or stateless there";
    if ((info->mppe_peer & strengths) == PPP_MPPE_40)
        return "; it asks for MPPE of 40 bits only, as pppd 2.5 does for "
               "`require-mppe`; cure: `require-mppe-128` there, or "
               "`mppe_weak` here";
    return "; it asks for MPPE of another strength; cure: 128 bits there, or "
           "`mppe_weak` here";
}

static const char *advice_network(const struct ppp_config *c,
                                  const struct ppp_info *info, bool calls)
{
    const char *mppe = advice_mppe(c, info);

    if (info->auth_refused)
        return calls ? "; it wants another authentication than we do; cure: "
                       "`auth`, and a user"
                     : "; it wants us to prove who we are, which we do not";
    if (*mppe != '\0')
        return mppe;
    if (info->ccp_refused && (c->mppe_ask | c->mppe_allow) == 0)
        return calls ? "; it asked for encryption, which is off here; cure: "
                       "`mppe: allowed`; or has it no address left for us? "
                       "See its log"
                     : "; it asked for encryption, which is off here; cure: "
                       "`mppe: allowed`";
    if (info->ccp_refused)
        return "; it asked for encryption, for which this authentication "
               "makes no keys; cure: `auth: mschap2`";
    if (!calls)
        return "";
    return info->mppe_peer != 0
               ? "; has it an address left for us? See its log"
               : "; has it an address left for us, does it want encryption? "
                 "See its log";
}

const char *tap_ppps_advice(const struct ppp_config *c,
                            const struct ppp_info *info, bool calls)
{
    switch ((enum ppp_phase)info->reached) {
    case PPP_ESTABLISH:
        return calls ? "; does it want another authentication (`auth`)?" : "";
    case PPP_AUTHENTICATE: return calls ? "; user or password?" : "";
    case PPP_NETWORK: return advice_network(c, info, calls);
    case PPP_DEAD:
    case PPP_TERMINATE: break;
    }
    return "";
}

const char *tap_ppps_auth_text(uint16_t method)
{
    switch (method) {
    case PPP_AUTH_PAP: return "PAP";
    case PPP_AUTH_CHAP_MD5: return "CHAP";
    case PPP_AUTH_MSCHAP1: return "MS-CHAPv1";
    case PPP_AUTH_MSCHAP2: return "MS-CHAPv2";
    default: return "nobody asked";
    }
}

const char *tap_ppps_mppe_text(uint8_t mppe)
{
    bool less = (mppe & PPP_MPPE_STATELESS) != 0;

    if (mppe & PPP_MPPE_128)
        return less ? "MPPE 128 stateless" : "MPPE 128 stateful";
    if (mppe & PPP_MPPE_56)
        return less ? "MPPE 56 stateless" : "MPPE 56 stateful";
    if (mppe & PPP_MPPE_40)
        return less ? "MPPE 40 stateless" : "MPPE 40 stateful";
    return "no encryption";
}

const char *tap_ppps_phase_text(uint8_t phase)
{
    switch ((enum ppp_phase)phase) {
    case PPP_DEAD: return "dead";
    case PPP_ESTABLISH: return "establish";
    case PPP_AUTHENTICATE: return "authenticate";
    case PPP_NETWORK: return "network";
    case PPP_TERMINATE: return "terminate";
    }
    return "?";
}
