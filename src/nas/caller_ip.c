/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets of callers; caller_ip.h. */
#include "config.h"

#include "nas/caller_ip.h"

#include "ip/forward.h"
#include "ip/icmp.h"

enum { IP_HEAD = 20 };

static uint16_t at_most(const struct nas_callers *b, uint16_t mtu)
{
    return mtu > b->config->mtu ? (uint16_t)b->config->mtu : mtu;
}

uint16_t nas_callers_mtu(const struct nas_callers *b, uint32_t i)
{
    return at_most(b, nas_ppps_mtu(&b->ppps, b->caller[i].session));
}

/* To the longest packet inside, whichever way. */
static void clamp(struct nas_callers *b, uint32_t session, uint8_t *ip,
                  size_t n)
{
    if (forward_is_syn(ip, n) && b->config->clamp_mss &&
        forward_clamp_mss(ip, n,
                          at_most(b, nas_ppps_mtu_both(&b->ppps, session))))
        b->stats.mss_clamped++;
}

void nas_callers_ip_out(struct nas_callers *b, uint32_t i, pptp_pkt pkt,
                        uint8_t *ip, size_t n)
{
    uint32_t session = b->caller[i].session;
    struct nas_caller_call *k = &b->call[session];

    if (n < IP_HEAD || ip[0] >> 4 != 4) {
        b->stats.not_ipv4++;
        return;
    }
    k->rx_packets++;
    k->rx_octets += n + pptp_pool_at(b->ppps.pool, pkt)->tail_len;
    clamp(b, session, ip, n);
    b->world->ip_out(b->ctx, i, pkt, ip, n);
}

/* Whoever sent it has to know. */
static void too_long(struct nas_callers *b, uint32_t i, struct pptp_packet *k)
{
    const struct nas_caller_call *call = nas_callers_call(b, i);
    uint8_t answer[TOO_LONG_OCTETS];
    size_t n = icmp_too_long(pptp_packet_data(k), k->head_len, call->ip_peer,
                             nas_ppps_mtu(&b->ppps, b->caller[i].session),
                             answer);

    b->stats.tun_long++;
    if (n > 0)
        b->world->ip_out(b->ctx, i, PPTP_PKT_NONE, answer, n);
}

/* What cannot go as it is: as fragments, or not at all. Whether it went. */
PPTP_COLD static bool send_cut(struct nas_callers *b, uint32_t i, pptp_ns now,
                               pptp_pkt pkt)
{
    struct nas_line *l = &b->caller[i].line;
    pptp_pkt part[NAS_PPPS_FRAGMENTS];
    uint32_t n = nas_ppps_fragments(&b->ppps, b->caller[i].session, pkt, part),
             k;

    if (n == 0) {
        too_long(b, i, pptp_pool_at(b->ppps.pool, pkt));
        return false;
    }
    b->stats.tun_cut++;
    for (k = 0; k < n; k++)
        l->owner->frame(l, now, part[k]);
    return true;
}

/* Whole or cut; the packet is gone. Whether it went. */
static bool send(struct nas_callers *b, uint32_t i, pptp_ns now, pptp_pkt pkt)
{
    struct nas_caller *c = &b->caller[i];
    int err = nas_ppps_output(&b->ppps, c->session, pkt);
    bool sent;

    if (err == PPTP_OK) {
        c->line.owner->frame(&c->line, now, pkt);
        return true;
    }
    sent = err == PPTP_ERR_VALUE && send_cut(b, i, now, pkt);
    if (err != PPTP_ERR_VALUE)
        b->stats.tun_refused++;
    pptp_pool_free(b->ppps.pool, pkt);
    return sent;
}

void nas_callers_ip_in(struct nas_callers *b, uint32_t i, pptp_ns now,
                       pptp_pkt pkt)
{
    const struct nas_caller *c = &b->caller[i];
    struct pptp_packet *k = pptp_pool_at(b->ppps.pool, pkt);
    struct nas_caller_call *call;
    uint32_t len = pptp_packet_len(k), real = k->head_len;

    if (c->state != NAS_CALLER_UP) {
        b->stats.tun_down++;
        pptp_pool_free(b->ppps.pool, pkt);
        return;
    }
    call = &b->call[c->session];
    if (call->hold) {
        b->stats.tun_held++;
        pptp_pool_free(b->ppps.pool, pkt);
        return;
    }
    clamp(b, c->session, pptp_packet_data(k), real);
    if (send(b, i, now, pkt)) {
        call->tx_packets++;
        call->tx_octets += len;
    }
}
