/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PPP at one end of many calls; ppps.h. */
#include "config.h"

#include "nas/ppps.h"

#include <string.h>

#include "ip/forward.h"
#include "ppp/peek.h"

/* What one input may lead to: they are done before the next. */
enum { PPP_ACTIONS = 16 };

static size_t up64(size_t n)
{
    return (n + 63) & ~(size_t)63;
}

static const char *user_of(const struct ppp_session *s)
{
    struct nas_ppps *t = ppp_session_user(s);

    return t->owner->user(
        t, (uint32_t)((size_t)((const uint8_t *)(const void *)s - t->mem) /
                      t->octets));
}

static int plain_init(struct nas_ppps *t, uint32_t n)
{
    t->plain_ip = alloc_take(t->from, n * sizeof *t->plain_ip);
    return t->plain_ip == NULL || heap_init(&t->timers, n) < 0 ? -1 : 0;
}

static int negotiating_init(struct nas_ppps *t, const struct ppp_config *c,
                            uint32_t n, uint64_t seed)
{
    bool mppe = (c->mppe_ask | c->mppe_allow) != 0;
    struct ppp_config config = *c;
    size_t octets = up64(ppp_octets(PPP_ACTIONS));
    void *mem = alloc_take(t->from, octets);

    if (mem == NULL)
        return -1;
    memset(mem, 0, octets);
    config.user_of = t->owner->user != NULL ? user_of : NULL;
    t->ppp = ppp_init(mem, &config, PPP_ACTIONS, seed);
    PPTP_ASSERT(t->ppp != NULL); /* who made the config has looked */
    t->octets = up64(ppp_session_octets());
    t->mppe_octets = up64(ppp_mppe_octets());
    t->mem = alloc_take(t->from, n * t->octets);
    t->mppe_mem = mppe ? alloc_take(t->from, n * t->mppe_octets) : NULL;
    return t->mem == NULL || (mppe && t->mppe_mem == NULL) ||
                   heap_init(&t->timers, n) < 0
               ? -1
               : 0;
}

int nas_ppps_init(struct nas_ppps *t, const struct ppp_config *c, uint32_t n,
                  uint64_t seed)
{
    return t->plain ? plain_init(t, n) : negotiating_init(t, c, n, seed);
}

void nas_ppps_fini(struct nas_ppps *t)
{
    alloc_give(t->from, t->plain_ip);
    alloc_give(t->from, t->ppp);
    alloc_give(t->from, t->mem);
    alloc_give(t->from, t->mppe_mem);
    heap_fini(&t->timers);
}

/* Address and control, then what PPP gave: as LCP has to be and as every
 * peer takes it. */
static void send_frame(struct nas_ppps *t, uint32_t i,
                       const struct ppp_action *a)
{
    pptp_pkt pkt = PPTP_PKT_NONE;
    struct pptp_packet *k;
    uint8_t *o;

    if (PPTP_HEADROOM + 2 + a->len <= t->pool->buf_octets)
        pkt = pptp_pool_take(t->pool, PPTP_HEADROOM);
    if (pkt == PPTP_PKT_NONE) {
        t->exhausted++;
        return;
    }
    k = pptp_pool_at(t->pool, pkt);
    o = pptp_packet_data(k);
    o[0] = 0xff;
    o[1] = 0x03;
    memcpy(o + 2, a->octets, a->len);
    k->head_len = (uint16_t)(a->len + 2);
    t->owner->frame(t, i, pkt);
}

/* After every input to PPP. */
static void settle(struct nas_ppps *t, uint32_t i, pptp_ns now)
{
    struct ppp_action a;

    t->now_ns = now;
    while (ppp_poll(t->ppp, &a))
        if (a.type == PPP_ACT_SEND)
            send_frame(t, i, &a);
        else
            t->owner->action(t, i, &a);
    heap_set(&t->timers, i, ppp_deadline(nas_ppps_at(t, i)));
}

/* --- without negotiation ------------------------------------------------- */

static const uint8_t plain_head[] = { 0xff, 0x03, PPP_PROTO_IP >> 8,
                                      PPP_PROTO_IP };
enum { PLAIN_MRU = 1500 };

static void plain_tell(struct nas_ppps *t, uint32_t i, pptp_ns now,
                       enum ppp_action_type type)
{
    const struct ppp_action a = { .type = type,
                                  .proto = PPP_PROTO_IPCP,
                                  .reason = PPP_END_LOCAL };

    t->now_ns = now;
    t->owner->action(t, i, &a);
}

static void plain_begin(struct nas_ppps *t, uint32_t i, pptp_ns now)
{
    t->plain_ip[i] = 0;
    plain_tell(t, i, now, PPP_ACT_LINK);
    plain_tell(t, i, now, PPP_ACT_UP);
}

static int plain_input(struct pptp_packet *k, uint8_t **packet, size_t *n)
{
    if (k->head_len <= sizeof plain_head ||
        memcmp(pptp_packet_data(k), plain_head, sizeof plain_head) != 0)
        return PPTP_ERR_VALUE;
    *packet = pptp_packet_data(k) + sizeof plain_head;
    *n = k->head_len - sizeof plain_head;
    return PPP_PROTO_IP;
}

static int plain_output(struct pptp_packet *k)
{
    if (pptp_packet_len(k) > PLAIN_MRU)
        return PPTP_ERR_VALUE;
    memcpy(pptp_packet_push(k, sizeof plain_head), plain_head,
           sizeof plain_head);
    return PPTP_OK;
}

/* --- sessions, and frames ------------------------------------------------- */

static void session_begin(struct nas_ppps *t, uint32_t i, pptp_ns now)
{
    struct ppp_session *s = nas_ppps_at(t, i);
    void *mppe = NULL;

    memset(s, 0, t->octets);
    if (t->mppe_mem != NULL) {
        mppe = t->mppe_mem + i * t->mppe_octets;
        memset(mppe, 0, t->mppe_octets);
    }
    ppp_session_init(t->ppp, s, mppe, t);
    ppp_open(t->ppp, s, now);
    ppp_lower_up(t->ppp, s, now);
    settle(t, i, now);
}

void nas_ppps_begin(struct nas_ppps *t, uint32_t i, pptp_ns now)
{
    if (t->plain)
        plain_begin(t, i, now);
    else
        session_begin(t, i, now);
}

void nas_ppps_renegotiate(struct nas_ppps *t, uint32_t i, pptp_ns now)
{
    if (t->plain)
        return;
    ppp_renegotiate(t->ppp, nas_ppps_at(t, i), now);
    settle(t, i, now);
}

void nas_ppps_close(struct nas_ppps *t, uint32_t i, pptp_ns now)
{
    if (t->plain) {
        plain_tell(t, i, now, PPP_ACT_END);
        return;
    }
    ppp_close(t->ppp, nas_ppps_at(t, i), now);
    settle(t, i, now);
}

void nas_ppps_down(struct nas_ppps *t, uint32_t i, pptp_ns now)
{
    if (t->plain)
        return;
    ppp_lower_down(t->ppp, nas_ppps_at(t, i), now);
    settle(t, i, now);
    heap_set(&t->timers, i, PPTP_NEVER);
}

int nas_ppps_input(struct nas_ppps *t, uint32_t i, pptp_ns now, pptp_pkt pkt,
                   uint8_t **packet, size_t *n)
{
    struct pptp_packet *k = pptp_pool_at(t->pool, pkt);
    int proto;

    if (t->plain)
        return plain_input(k, packet, n);
    proto = ppp_input(t->ppp, nas_ppps_at(t, i), now, pptp_packet_data(k),
                      k->head_len, packet, n);
    if (proto <= 0)
        settle(t, i, now);
    return proto;
}

/* Whether the tail that is not there keeps it from going: as what it stands
 * for it would be too long. */
static bool tail_too_long(const struct ppp_session *s,
                          const struct pptp_packet *k)
{
    return k->tail_len > 0 && pptp_packet_len(k) > ppp_mtu(s);
}

int nas_ppps_output(struct nas_ppps *t, uint32_t i, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(t->pool, pkt);
    struct ppp_session *s;
    uint8_t *frame;
    int n;

    if (t->plain)
        return plain_output(k);
    s = nas_ppps_at(t, i);
    if (tail_too_long(s, k))
        return PPTP_ERR_VALUE;
    n = ppp_output(t->ppp, s, PPP_PROTO_IP, pptp_packet_data(k), k->head_len,
                   &frame);
    if (n < 0)
        return n;
    k->off = (uint16_t)(frame - k->buf);
    k->head_len = (uint16_t)n;
    return PPTP_OK;
}

static void free_all(struct nas_ppps *t, const pptp_pkt pkt[], uint32_t n)
{
    while (n > 0)
        pptp_pool_free(t->pool, pkt[--n]);
}

/* The fragments themselves; how many, or 0 as above. */
static uint32_t cut(struct nas_ppps *t, struct forward_fragments *f,
                    pptp_pkt out[NAS_PPPS_FRAGMENTS])
{
    struct pptp_packet *k;
    uint32_t n;

    for (n = 0; n < NAS_PPPS_FRAGMENTS; n++) {
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

uint32_t nas_ppps_fragments(struct nas_ppps *t, uint32_t i, pptp_pkt pkt,
                            pptp_pkt out[NAS_PPPS_FRAGMENTS])
{
    struct pptp_packet *k = pptp_pool_at(t->pool, pkt);
    struct forward_fragments f;
    uint32_t n, done;

    if (k->tail_len > 0 ||
        !forward_fragments_begin(&f, pptp_packet_data(k), k->head_len,
                                 nas_ppps_mtu(t, i)))
        return 0;
    n = cut(t, &f, out);
    for (done = 0; done < n; done++)
        if (nas_ppps_output(t, i, out[done]) != PPTP_OK) {
            free_all(t, out, n);
            return 0;
        }
    return n;
}

void nas_ppps_advance(struct nas_ppps *t, pptp_ns now)
{
    while (heap_next(&t->timers) <= now) {
        uint32_t i = t->timers.item[0].item;

        ppp_advance(t->ppp, nas_ppps_at(t, i), now);
        settle(t, i, now);
    }
}

bool nas_ppps_is_lcp(struct pptp_pool *pool, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(pool, pkt);
    struct ppp_peek is = ppp_peek(pptp_packet_data(k), k->head_len);

    return is.full && is.protocol == PPP_PROTO_LCP && k->head_len > is.head;
}

/* --- to look at ----------------------------------------------------------- */

void nas_ppps_info(const struct nas_ppps *t, uint32_t i, struct ppp_info *info)
{
    if (!t->plain) {
        ppp_session_info(nas_ppps_at(t, i), info);
        return;
    }
    *info = (struct ppp_info){ .mru = PLAIN_MRU,
                               .peer_mru = PLAIN_MRU,
                               .ip_peer = t->plain_ip[i] };
}

const char *nas_ppps_name(const struct nas_ppps *t, uint32_t i)
{
    return t->plain ? "" : ppp_peer_name(nas_ppps_at(t, i));
}

const char *nas_ppps_claimed(const struct nas_ppps *t, uint32_t i)
{
    return t->plain ? "" : ppp_claimed_name(nas_ppps_at(t, i));
}

void nas_ppps_set_ip(struct nas_ppps *t, uint32_t i, uint32_t ip)
{
    if (t->plain)
        t->plain_ip[i] = ip;
    else
        ppp_set_peer_ip(nas_ppps_at(t, i), ip);
}

enum { MPPE_HEAD = 4 };

uint16_t nas_ppps_mtu(const struct nas_ppps *t, uint32_t i)
{
    return t->plain ? PLAIN_MRU : ppp_mtu(nas_ppps_at(t, i));
}

uint16_t nas_ppps_mtu_both(const struct nas_ppps *t, uint32_t i)
{
    uint16_t to_us, to_peer = nas_ppps_mtu(t, i);
    struct ppp_info info;

    nas_ppps_info(t, i, &info);
    to_us = (uint16_t)(info.mru - (info.mppe_rx != 0 ? MPPE_HEAD : 0));
    return to_us < to_peer ? to_us : to_peer;
}
