/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PPP at one end of many calls; ppps.h. */
#include "config.h"

#include "nas/ppps.h"

#include <stdlib.h>
#include <string.h>

#include "ip/forward.h"
#include "ppp/peek.h"

enum { PPP_ACTIONS = 64 };

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

int nas_ppps_init(struct nas_ppps *t, const struct ppp_config *c, uint32_t n,
                  uint64_t seed)
{
    bool mppe = (c->mppe_ask | c->mppe_allow) != 0;
    struct ppp_config config = *c;
    size_t octets = up64(ppp_octets(PPP_ACTIONS));
    void *mem = aligned_alloc(64, octets);

    if (mem == NULL)
        return -1;
    memset(mem, 0, octets);
    config.user_of = t->owner->user != NULL ? user_of : NULL;
    t->ppp = ppp_init(mem, &config, PPP_ACTIONS, seed);
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

void nas_ppps_fini(struct nas_ppps *t)
{
    free(t->ppp);
    free(t->mem);
    free(t->mppe_mem);
    heap_fini(&t->timers);
}

/* Address and control, then what PPP gave: as LCP has to be and as every
 * peer takes it. */
static void send_frame(struct nas_ppps *t, uint32_t i,
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

void nas_ppps_begin(struct nas_ppps *t, uint32_t i, pptp_ns now)
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

void nas_ppps_close(struct nas_ppps *t, uint32_t i, pptp_ns now)
{
    ppp_close(t->ppp, nas_ppps_at(t, i), now);
    settle(t, i, now);
}

void nas_ppps_down(struct nas_ppps *t, uint32_t i, pptp_ns now)
{
    ppp_lower_down(t->ppp, nas_ppps_at(t, i), now);
    settle(t, i, now);
    heap_set(&t->timers, i, PPTP_NEVER);
}

int nas_ppps_input(struct nas_ppps *t, uint32_t i, pptp_ns now, pptp_pkt pkt,
                   uint8_t **packet, size_t *n)
{
    struct pptp_packet *k = pptp_pool_at(t->pool, pkt);
    int proto = ppp_input(t->ppp, nas_ppps_at(t, i), now, pptp_packet_data(k),
                          k->head_len, packet, n);

    if (proto <= 0)
        settle(t, i, now);
    return proto;
}

int nas_ppps_output(struct nas_ppps *t, uint32_t i, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(t->pool, pkt);
    uint8_t *frame;
    int n = ppp_output(t->ppp, nas_ppps_at(t, i), PPP_PROTO_IP,
                       pptp_packet_data(k), k->head_len, &frame);

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

    if (!forward_fragments_begin(&f, pptp_packet_data(k), k->head_len,
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

enum { MPPE_HEAD = 4 };

uint16_t nas_ppps_mtu(const struct nas_ppps *t, uint32_t i)
{
    struct ppp_info info;

    ppp_session_info(nas_ppps_at(t, i), &info);
    return (uint16_t)(info.peer_mru - (info.mppe_tx != 0 ? MPPE_HEAD : 0));
}

uint16_t nas_ppps_mtu_both(const struct nas_ppps *t, uint32_t i)
{
    uint16_t to_us, to_peer = nas_ppps_mtu(t, i);
    struct ppp_info info;

    ppp_session_info(nas_ppps_at(t, i), &info);
    to_us = (uint16_t)(info.mru - (info.mppe_rx != 0 ? MPPE_HEAD : 0));
    return to_us < to_peer ? to_us : to_peer;
}
