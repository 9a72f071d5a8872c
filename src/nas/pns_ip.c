/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IP packets to and from the PNS's sessions; pns.h, pns_ip.h. */
#include "config.h"

#include "nas/pns_ip.h"

#include "base/wire.h"
#include "ip/forward.h"
#include "ip/icmp.h"

enum { PNS_IP_HEAD = 20, PNS_IP_SOURCE = 12, PNS_IP_DESTINATION = 16 };

static uint32_t index_of(const struct nas_pns *p,
                         const struct nas_pns_session *s)
{
    return (uint32_t)(s - p->session);
}

/* Longest packet inside, whichever way. */
static uint16_t mtu_of(const struct nas_pns *p,
                       const struct nas_pns_session *s)
{
    uint16_t mtu = nas_ppps_mtu_both(&p->ppps, index_of(p, s));

    return mtu > p->config->mtu ? (uint16_t)p->config->mtu : mtu;
}

/* Where a path's MTU is not found out, TCP has to be told. */
static void clamp(struct nas_pns *p, const struct nas_pns_session *s,
                  uint8_t *ip, size_t n)
{
    if (forward_is_syn(ip, n) && p->config->clamp_mss &&
        forward_clamp_mss(ip, n, mtu_of(p, s)))
        p->stats.mss_clamped++;
}

bool nas_pns_ip_from(struct nas_pns *p, struct nas_pns_session *s,
                     pptp_pkt pkt, uint8_t *ip, size_t n)
{
    if (n < PNS_IP_HEAD || ip[0] >> 4 != 4) {
        p->stats.not_ipv4++;
        return false;
    }
    if (pptp_get32(ip + PNS_IP_SOURCE) != s->ip) {
        p->stats.spoofed++;
        return false;
    }
    clamp(p, s, ip, n);
    s->rx_packets++;
    s->rx_octets += n + pptp_pool_at(p->packets, pkt)->tail_len;
    s->active_ns = p->nas->node.now_ns;
    return p->world->ip_out(p->ctx, s->call, pkt, ip, n);
}

/* --- to a session ------------------------------------------------------- */

/* Who has the address; or NULL. */
static struct nas_pns_session *holder(struct nas_pns *p, uint32_t ip)
{
    uint32_t i = nas_pool_holder(&p->pool, ip);

    return i != BASE_MAP_NONE ? &p->session[i] : NULL;
}

/* Longer than the other side takes: its sender has to know, or it would go
 * on like that. From the other side: our own address would be a martian
 * there. */
static void too_long(struct nas_pns *p, const struct nas_pns_session *s,
                     const uint8_t *ip, size_t n)
{
    uint32_t i = index_of(p, s);
    uint16_t mtu = nas_ppps_mtu(&p->ppps, i);
    uint8_t answer[TOO_LONG_OCTETS];
    size_t len = icmp_too_long(ip, n, s->ip, mtu, answer);

    p->stats.tun_long++;
    p->world->event(p->ctx, &(struct nas_event){ .kind = NAS_EV_PNS_TOO_LONG,
                                                 .index = i,
                                                 .call = s->call,
                                                 .remote = s->remote,
                                                 .ip = s->ip,
                                                 .value = mtu });
    if (len > 0)
        p->world->ip_answer(p->ctx, i, answer, len);
}

static bool give_frame(struct nas_pns *p, const struct nas_pns_session *s,
                       pptp_ns now, pptp_pkt pkt)
{
    bool taken;

    nas_begin(p->nas, now);
    taken = pptp_node_frame(&p->nas->node, s->call, pkt) == PPTP_OK;
    nas_settle(p->nas);
    return taken;
}

/* What cannot go as it is: as fragments, or not at all; and then whoever sent
 * it has to know. Whether it went. */
PPTP_COLD static bool send_cut(struct nas_pns *p,
                               const struct nas_pns_session *s, pptp_ns now,
                               pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(p->packets, pkt);
    pptp_pkt part[NAS_PPPS_FRAGMENTS];
    uint32_t n = nas_ppps_fragments(&p->ppps, index_of(p, s), pkt, part), i,
             sent = 0;

    if (n == 0) {
        too_long(p, s, pptp_packet_data(k), k->head_len);
        return false;
    }
    p->stats.tun_cut++;
    for (i = 0; i < n; i++)
        sent += give_frame(p, s, now, part[i]);
    return sent == n;
}

static void send_ip(struct nas_pns *p, struct nas_pns_session *s, pptp_ns now,
                    pptp_pkt pkt)
{
    uint32_t octets = pptp_packet_len(pptp_pool_at(p->packets, pkt));
    int err = nas_ppps_output(&p->ppps, index_of(p, s), pkt);
    bool sent = false;

    if (err == PPTP_OK) {
        sent = give_frame(p, s, now, pkt);
    } else {
        if (err == PPTP_ERR_VALUE)
            sent = send_cut(p, s, now, pkt);
        else
            p->stats.tun_refused++;
        pptp_pool_free(p->packets, pkt);
    }
    if (!sent)
        return;
    s->tx_packets++;
    s->tx_octets += octets;
    s->active_ns = now;
}

int nas_pns_ip_in(struct nas_pns *p, pptp_ns now, uint32_t session,
                  pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(p->packets, pkt);
    uint8_t *ip = pptp_packet_data(k);
    size_t n = k->head_len;
    struct nas_pns_session *s;

    if (n < PNS_IP_HEAD || ip[0] >> 4 != 4) {
        p->stats.tun_not_ipv4++;
        pptp_pool_free(p->packets, pkt);
        return PPTP_OK;
    }
    s = session != NAS_PNS_ANY
            ? &p->session[session]
            : holder(p, pptp_get32(ip + PNS_IP_DESTINATION));
    if (s == NULL || !s->up) {
        p->stats.tun_unknown++;
        return PPTP_ERR_UNKNOWN;
    }
    if (s->hold && !p->config->open_loop) {
        p->stats.tun_held++;
        pptp_pool_free(p->packets, pkt);
        return PPTP_OK;
    }
    clamp(p, s, ip, n);
    send_ip(p, s, now, pkt);
    return PPTP_OK;
}
