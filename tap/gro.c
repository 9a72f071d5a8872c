/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets of one flow as one; gro.h. */
#include "config.h"

#include "tap/gro.h"

#include <arpa/inet.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "base/wire.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5 /* headers before Linux 6.2 */
#endif

enum {
    GRO_IP_HEAD = 20,
    GRO_IP_ID = 4,
    GRO_IP_FRAGMENT = 6,
    GRO_IP_LIFE = 8,
    GRO_IP_PROTOCOL = 9,
    GRO_IP_SUM = 10,
    GRO_IP_FLOW = 12, /* both addresses, and behind them both ports */
    FLOW_OCTETS = 12,
    DF = 0x4000,
    GRO_TCP_HEAD = 20,
    GRO_TCP_SEQ = 4,
    GRO_TCP_ACK = 8,
    GRO_TCP_FLAGS = 13,
    GRO_TCP_WINDOW = 14,
    GRO_TCP_SUM = 16,
    GRO_TCP_URGENT = 18,
    FLAG_PSH = 0x08,
    FLAG_ACK = 0x10,
    GRO_UDP_HEAD = 8,
    GRO_UDP_LENGTH = 4,
    GRO_UDP_SUM = 6
};

_Static_assert(sizeof(struct virtio_net_hdr) == TAP_GRO_VIRTIO, "its layout");

/* --- checksums ---------------------------------------------------------- */

/* Of octets in the machine's order: equal to the sum of 16-bit numbers once
 * it is folded (RFC 1071). */
static uint64_t sum(const uint8_t *o, size_t n)
{
    uint64_t a = 0, b = 0;
    uint32_t w[4];

    for (; n >= sizeof w; n -= sizeof w, o += sizeof w) {
        memcpy(w, o, sizeof w);
        a += (uint64_t)w[0] + w[1];
        b += (uint64_t)w[2] + w[3];
    }
    memset(w, 0, sizeof w);
    memcpy(w, o, n);
    return a + b + w[0] + w[1] + w[2] + w[3];
}

static uint16_t fold(uint64_t s)
{
    while (s >> 16 != 0)
        s = (s & 0xffff) + (s >> 16);
    return (uint16_t)s;
}

/* Of the pseudo-header, for `octets` behind IP's. */
static uint64_t pseudo(const uint8_t *ip, uint32_t octets)
{
    return sum(ip + GRO_IP_FLOW, 8) + htons(ip[GRO_IP_PROTOCOL]) +
           htons((uint16_t)octets);
}

/* Whether all checksums are right and what the kernel would write: 0 has two
 * forms. */
static bool intact(const uint8_t *ip, uint32_t octets)
{
    uint32_t inner = octets - GRO_IP_HEAD;

    if (pptp_get16(ip + GRO_IP_SUM) == 0xffff ||
        fold(sum(ip, GRO_IP_HEAD)) != 0xffff)
        return false;
    if (ip[GRO_IP_PROTOCOL] == IPPROTO_TCP &&
        pptp_get16(ip + GRO_IP_HEAD + GRO_TCP_SUM) == 0xffff)
        return false;
    return fold(pseudo(ip, inner) + sum(ip + GRO_IP_HEAD, inner)) == 0xffff;
}

/* --- one packet --------------------------------------------------------- */

enum flow {
    NO_FLOW, /* neither TCP nor UDP */
    HIDDEN,  /* of any flow */
    FLOW     /* its addresses and ports are where they are expected */
};

static enum flow flow_of(const uint8_t *ip, size_t n)
{
    if (n < GRO_IP_HEAD || ip[0] >> 4 != 4 ||
        (ip[GRO_IP_PROTOCOL] != IPPROTO_TCP &&
         ip[GRO_IP_PROTOCOL] != IPPROTO_UDP))
        return NO_FLOW;
    /* options, fragments */
    if (ip[0] != 0x45 || (pptp_get16(ip + GRO_IP_FRAGMENT) & ~DF) != 0 ||
        n < GRO_IP_HEAD + GRO_UDP_HEAD)
        return HIDDEN;
    return FLOW;
}

static uint32_t tcp_head(const uint8_t *ip)
{
    return (ip[GRO_IP_HEAD + GRO_TCP_FLAGS - 1] >> 4) * 4u;
}

/* TCP with data and nothing else to say. */
static bool plain_tcp(const uint8_t *ip, size_t n)
{
    const uint8_t *tcp = ip + GRO_IP_HEAD;

    return n > GRO_IP_HEAD + GRO_TCP_HEAD && tcp_head(ip) >= GRO_TCP_HEAD &&
           n > GRO_IP_HEAD + tcp_head(ip) &&
           (tcp[GRO_TCP_FLAGS - 1] & 15) == 0 &&
           (tcp[GRO_TCP_FLAGS] & ~FLAG_PSH) == FLAG_ACK;
}

/* UDP with data and a checksum. */
static bool plain_udp(const uint8_t *ip, size_t n)
{
    const uint8_t *udp = ip + GRO_IP_HEAD;

    return n > GRO_IP_HEAD + GRO_UDP_HEAD &&
           pptp_get16(udp + GRO_UDP_LENGTH) == n - GRO_IP_HEAD &&
           pptp_get16(udp + GRO_UDP_SUM) != 0;
}

/* A run of this packet of a flow alone; closed if there is no more to it. */
static struct tap_gro_run begin(const uint8_t *ip, size_t n, uint32_t i,
                                unsigned kinds)
{
    bool tcp = ip[GRO_IP_PROTOCOL] == IPPROTO_TCP;
    struct tap_gro_run r = { .first = (uint8_t)i,
                             .last = (uint8_t)i,
                             .n = 1,
                             .kind = tcp ? TAP_GRO_TCP : TAP_GRO_UDP,
                             .closed = true };

    if ((kinds & r.kind) == 0 || pptp_get16(ip + 2) != n ||
        !(tcp ? plain_tcp(ip, n) : plain_udp(ip, n)))
        return r;
    r.head = (uint8_t)(GRO_IP_HEAD + (tcp ? tcp_head(ip) : GRO_UDP_HEAD));
    r.size = (uint16_t)(n - r.head);
    r.octets = (uint32_t)n;
    r.id = pptp_get16(ip + GRO_IP_ID);
    r.closed = tcp && (ip[GRO_IP_HEAD + GRO_TCP_FLAGS] & FLAG_PSH) != 0;
    if (tcp)
        r.seq = pptp_get32(ip + GRO_IP_HEAD + GRO_TCP_SEQ) + r.size;
    return r;
}

/* --- runs --------------------------------------------------------------- */

/* The identification goes on; it may stand still where it means nothing. */
static bool id_follows(const struct tap_gro_run *r, uint16_t id, bool df)
{
    uint16_t step = (uint16_t)(id - r->id);

    if (r->n > 1)
        return step == r->id_step;
    return step == 1 || (step == 0 && df);
}

/* All but ports, sequence number, checksum, PSH and what plain_tcp() knows. */
static bool same_tcp(const uint8_t *a, const uint8_t *b, uint32_t octets)
{
    return memcmp(a + GRO_TCP_ACK, b + GRO_TCP_ACK, 4) == 0 &&
           memcmp(a + GRO_TCP_WINDOW, b + GRO_TCP_WINDOW, 2) == 0 &&
           memcmp(a + GRO_TCP_URGENT, b + GRO_TCP_URGENT,
                  octets - GRO_TCP_URGENT) == 0;
}

/* Whether `one`, a run of one packet, goes on where `r` ends. */
static bool follows(const struct tap_gro *g, struct tap_gro_run *r,
                    const struct tap_gro_run *one)
{
    const uint8_t *a = g->packet[r->first].iov_base;
    const uint8_t *b = g->packet[one->first].iov_base;

    if (r->closed || one->head != r->head || one->size > r->size ||
        r->octets + one->size > TAP_GRO_OCTETS || a[1] != b[1] ||
        a[GRO_IP_LIFE] != b[GRO_IP_LIFE] ||
        memcmp(a + GRO_IP_FRAGMENT, b + GRO_IP_FRAGMENT, 2) != 0 ||
        !id_follows(r, one->id, (a[GRO_IP_FRAGMENT] & DF >> 8) != 0))
        return false;
    if (r->kind == TAP_GRO_TCP &&
        (pptp_get32(b + GRO_IP_HEAD + GRO_TCP_SEQ) != r->seq ||
         !same_tcp(a + GRO_IP_HEAD, b + GRO_IP_HEAD, r->head - GRO_IP_HEAD)))
        return false;
    /* of a packet that stays alone nobody needs to know */
    if (!r->checked && !intact(a, r->octets))
        return false;
    r->checked = true;
    return intact(b, (uint32_t)one->head + one->size);
}

static void append(struct tap_gro *g, struct tap_gro_run *r,
                   const struct tap_gro_run *one)
{
    g->next[r->last] = one->first;
    r->last = one->first;
    r->id_step = (uint8_t)(one->id - r->id);
    r->id = one->id;
    r->seq = one->seq;
    r->octets += one->size;
    r->n++;
    r->closed = one->closed || one->size < r->size;
}

/* The place of the flow's latest run, or where it would be. */
static uint8_t *find(struct tap_gro *g, const uint8_t *ip)
{
    const uint8_t *flow = ip + GRO_IP_FLOW, *other;
    uint64_t pair;
    uint32_t ports, at;

    memcpy(&pair, flow, sizeof pair);
    memcpy(&ports, flow + sizeof pair, sizeof ports);
    pair = (pair ^ (uint64_t)ports << 16) * UINT64_C(0x9e3779b97f4a7c15);
    at = (uint32_t)(pair >> 57);
    _Static_assert(sizeof g->slot == 1 << (64 - 57), "bits of a slot");
    for (; g->slot[at] != 0; at = (at + 1) % sizeof g->slot) {
        other = g->packet[g->run[g->slot[at] - 1].first].iov_base;
        if (memcmp(other + GRO_IP_FLOW, flow, FLOW_OCTETS) == 0 &&
            other[GRO_IP_PROTOCOL] == ip[GRO_IP_PROTOCOL])
            break;
    }
    return &g->slot[at];
}

static void alone(struct tap_gro *g, uint32_t i)
{
    g->run[g->runs++] = (struct tap_gro_run){
        .first = (uint8_t)i, .last = (uint8_t)i, .n = 1, .closed = true
    };
}

static void sort_in(struct tap_gro *g, const uint8_t *ip, size_t n, uint32_t i,
                    unsigned kinds)
{
    struct tap_gro_run one = begin(ip, n, i, kinds);
    uint8_t *slot = find(g, ip);

    if (*slot != 0 && follows(g, &g->run[*slot - 1], &one)) {
        append(g, &g->run[*slot - 1], &one);
        return;
    }
    g->run[g->runs++] = one;
    *slot = (uint8_t)g->runs; /* order: nothing is added to those before */
}

void tap_gro_batch(struct tap_gro *g, const struct iovec *packet, uint32_t n,
                   unsigned kinds)
{
    uint32_t i;

    PPTP_ASSERT(n <= TAP_GRO_PACKETS);
    g->packet = packet;
    g->runs = 0;
    memset(g->slot, 0, sizeof g->slot);
    for (i = 0; i < n; i++) {
        const uint8_t *ip = packet[i].iov_base;

        switch (flow_of(ip, packet[i].iov_len)) {
        case FLOW: sort_in(g, ip, packet[i].iov_len, i, kinds); break;
        case HIDDEN:
            memset(g->slot, 0, sizeof g->slot); /* it may be of any */
            /* fall through */
        case NO_FLOW: alone(g, i); break;
        }
    }
}

/* --- what is written ---------------------------------------------------- */

/* The headers of the whole: lengths, and the rest left to the kernel from
 * the pseudo-header's sum on. */
static void put_head(const struct tap_gro_run *r, const uint8_t *last,
                     uint8_t *ip)
{
    uint8_t *inner = ip + GRO_IP_HEAD;
    uint32_t octets = r->octets - GRO_IP_HEAD;
    bool tcp = r->kind == TAP_GRO_TCP;
    uint16_t s;

    pptp_put16(ip + 2, (uint16_t)r->octets);
    pptp_put16(ip + GRO_IP_SUM, 0);
    s = (uint16_t)~fold(sum(ip, GRO_IP_HEAD));
    memcpy(ip + GRO_IP_SUM, &s, sizeof s);
    if (tcp)
        inner[GRO_TCP_FLAGS] = last[GRO_IP_HEAD + GRO_TCP_FLAGS];
    else
        pptp_put16(inner + GRO_UDP_LENGTH, (uint16_t)octets);
    s = fold(pseudo(ip, octets));
    memcpy(inner + (tcp ? GRO_TCP_SUM : GRO_UDP_SUM), &s, sizeof s);
}

uint32_t tap_gro_pieces(const struct tap_gro *g, uint32_t run,
                        uint8_t head[TAP_GRO_HEAD],
                        struct iovec out[TAP_GRO_PIECES])
{
    const struct tap_gro_run *r = &g->run[run];
    bool tcp = r->kind == TAP_GRO_TCP;
    struct virtio_net_hdr v = {
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
        .gso_type = tcp ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_UDP_L4,
        .hdr_len = r->head,
        .gso_size = r->size,
        .csum_start = GRO_IP_HEAD,
        .csum_offset = tcp ? GRO_TCP_SUM : GRO_UDP_SUM
    };
    uint32_t i, at = r->first;

    PPTP_ASSERT(r->n > 1);
    memcpy(head, &v, sizeof v);
    memcpy(head + TAP_GRO_VIRTIO, g->packet[r->first].iov_base, r->head);
    put_head(r, g->packet[r->last].iov_base, head + TAP_GRO_VIRTIO);
    out[0] = (struct iovec){ head, TAP_GRO_VIRTIO + r->head };
    for (i = 1; i <= r->n; i++, at = g->next[at]) {
        const struct iovec *p = &g->packet[at];

        out[i].iov_base = (uint8_t *)p->iov_base + r->head;
        out[i].iov_len = p->iov_len - r->head;
    }
    return 1u + r->n;
}
