/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRE through raw sockets; rawgre.h. */
#include "config.h"

#include "tap/rawgre.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/wire.h"
#include "pptp/gre.h"

const struct probe tap_gre_probes[] = {
#define X(name, unit, help) \
    PROBE_COUNT(struct tap_gre_stats, name, unit, help),
    TAP_GRE_STATS(X)
#undef X
        PROBE_END
};

enum {
    RAWGRE_IP_HEAD = 20,
    RX_WANT_MIN = 4,
    CALL_ID = 6, /* where it is in GRE's header */
    ACK_HEAD = 12,
    ACK_BITS = PPTP_GRE_K | PPTP_GRE_A | PPTP_GRE_VERSION,
    SOCKET_OCTETS = 8 << 20 /* asked of the kernel, each way */
};

_Static_assert(CMSG_SPACE(sizeof(struct in_pktinfo)) <= TAP_GRE_CONTROL,
               "room for one control message");

/* What is the same in every batch; the kernel leaves it as it is. */
static void prepare(struct tap_gre *g)
{
    uint32_t i;

    for (i = 0; i < TAP_GRE_BATCH; i++) {
        struct cmsghdr *c = &g->tx_control[i].head;

        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
        g->tx_to[i] = (struct sockaddr_in){ .sin_family = AF_INET };
        g->tx_msg[i].msg_hdr = (struct msghdr){
            .msg_name = &g->tx_to[i],
            .msg_namelen = sizeof g->tx_to[i],
            .msg_iov = &g->tx_iov[i],
            .msg_iovlen = 1,
            .msg_control = c,
        };
        g->rx_msg[i].msg_hdr = (struct msghdr){ .msg_iov = &g->rx_iov[i],
                                                .msg_iovlen = 1 };
    }
    g->tx_n = 0;
    g->rx_want = RX_WANT_MIN;
}

int tap_gre_open(struct tap_gre *g, uint32_t local)
{
    struct sockaddr_in here = { .sin_family = AF_INET };
    int size = SOCKET_OCTETS, never = IP_PMTUDISC_DONT, saved;

    g->source.fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                          PPTP_GRE_IP_PROTOCOL);
    if (g->source.fd < 0)
        return -1;
    prepare(g);
    g->local = local;
    here.sin_addr.s_addr = htonl(local);
    /* the best that can be had; root gets beyond the system's limit */
    if (setsockopt(g->source.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
                   sizeof size) < 0)
        setsockopt(g->source.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (setsockopt(g->source.fd, SOL_SOCKET, SO_SNDBUFFORCE, &size,
                   sizeof size) < 0)
        setsockopt(g->source.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    /* frames that are too long for the way go in fragments: the tunnel's
     * own MTU is what keeps packets short */
    if (setsockopt(g->source.fd, IPPROTO_IP, IP_MTU_DISCOVER, &never,
                   sizeof never) == 0 &&
        bind(g->source.fd, (struct sockaddr *)(void *)&here, sizeof here) == 0)
        return 0;
    saved = errno;
    tap_gre_close(g);
    errno = saved;
    return -1;
}

void tap_gre_close(struct tap_gre *g)
{
    uint32_t i;

    for (i = 0; i < g->tx_n; i++)
        pptp_pool_free(g->pool, g->tx[i]);
    g->tx_n = 0;
    if (g->source.fd >= 0)
        close(g->source.fd);
    g->source.fd = -1;
}

/* --- in ----------------------------------------------------------------- */

/* One packet with its IP header: header off, and to the taker. */
static void take(struct tap_gre *g, pptp_pkt pkt, uint32_t len)
{
    struct pptp_packet *k = pptp_pool_at(g->pool, pkt);
    const uint8_t *ip = pptp_packet_data(k);
    uint32_t head = len > 0 ? (ip[0] & 15u) * 4u : 0;

    if (len < RAWGRE_IP_HEAD || head < RAWGRE_IP_HEAD || head > len) {
        g->stats.rx_short++;
        pptp_pool_free(g->pool, pkt);
        return;
    }
    k->head_len = (uint16_t)len;
    pptp_packet_pull(k, head);
    g->input(g, pptp_get32(ip + 12), pptp_get32(ip + 16), pkt);
}

/* No packet to be had: what came is lost, or epoll would not let us sleep. */
static void discard(struct tap_gre *g)
{
    uint8_t waste[1];
    int i;

    for (i = 0; i < TAP_GRE_BATCH; i++) {
        if (recv(g->source.fd, waste, sizeof waste, MSG_DONTWAIT) < 0)
            return;
        g->stats.rx_exhausted++;
    }
}

/* Reads `want` packets at most and hands them out; how many there were. */
static uint32_t read_some(struct tap_gre *g, uint32_t want)
{
    pptp_pkt pkt[TAP_GRE_BATCH];
    uint32_t n, i, got;
    int result;

    for (n = 0; n < want; n++) {
        pkt[n] = pptp_pool_take(g->pool, 0);
        if (pkt[n] == PPTP_PKT_NONE)
            break;
        g->rx_iov[n].iov_base = pptp_pool_at(g->pool, pkt[n])->buf;
        g->rx_iov[n].iov_len = g->pool->buf_octets;
    }
    if (n == 0) {
        discard(g);
        return 0;
    }
    result = recvmmsg(g->source.fd, g->rx_msg, n, MSG_DONTWAIT, NULL);
    /* nothing there, or an ICMP error: the next read goes on */
    got = result > 0 ? (uint32_t)result : 0;
    g->rx_ns = tap_now();
    /* first those that were not used: who takes a packet may want others */
    for (i = n; i > got; i--)
        pptp_pool_free(g->pool, pkt[i - 1]);
    for (i = 0; i < got; i++)
        take(g, pkt[i], g->rx_msg[i].msg_len);
    return got;
}

/* A packet now and then, an acknowledgment, is not worth 64 buffers: room is
 * made for as many as there were lately. */
void tap_gre_read(struct tap_gre *g)
{
    uint32_t left = TAP_GRE_TURN, want, got;

    do {
        want = g->rx_want < left ? g->rx_want : left;
        got = read_some(g, want);
        left -= got;
        if (got == g->rx_want && got < TAP_GRE_BATCH)
            g->rx_want *= 2;
    } while (got == want && left > 0);
    g->more = got == want;
    if (TAP_GRE_TURN - left < TAP_GRE_BATCH / 2)
        g->rx_want = RX_WANT_MIN;
}

/* --- out ---------------------------------------------------------------- */

/* The source has to be the address that the control connection has: a socket
 * of one address has no other, one of all addresses is told. */
static void set_source(struct tap_gre *g, uint32_t i, uint32_t from)
{
    struct msghdr *m = &g->tx_msg[i].msg_hdr;
    struct in_pktinfo info = { .ipi_ifindex = 0 };

    m->msg_controllen = 0;
    if (from == g->local)
        return;
    info.ipi_spec_dst.s_addr = htonl(from);
    m->msg_controllen = CMSG_SPACE(sizeof info);
    memcpy(CMSG_DATA(&g->tx_control[i].head), &info, sizeof info);
}

/* Nothing but an acknowledgment: no payload, and so no sequence number. */
static bool is_ack(const uint8_t *gre, size_t n)
{
    return n == ACK_HEAD && pptp_get16(gre) == ACK_BITS;
}

/* A batch that came in at once can be worth two acknowledgments or more: all
 * but the last are news of the past (4.1: all up to the number). */
static bool supersedes(const struct tap_gre *g, uint32_t from, uint32_t to,
                       const struct pptp_packet *k)
{
    const uint8_t *gre = k->buf + k->off, *before;
    uint32_t i = g->tx_n - 1;

    if (g->tx_n == 0 || !is_ack(gre, k->head_len))
        return false;
    before = g->tx_iov[i].iov_base;
    return is_ack(before, g->tx_iov[i].iov_len) && g->tx_from[i] == from &&
           g->tx_to[i].sin_addr.s_addr == htonl(to) &&
           pptp_get16(before + CALL_ID) == pptp_get16(gre + CALL_ID);
}

void tap_gre_send(struct tap_gre *g, uint32_t from, uint32_t to, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(g->pool, pkt);
    uint32_t i;

    if (supersedes(g, from, to, k)) {
        pptp_pool_free(g->pool, g->tx[--g->tx_n]);
        g->stats.tx_merged++;
    }
    i = g->tx_n;
    g->tx[i] = pkt;
    g->tx_from[i] = from;
    g->tx_iov[i].iov_base = pptp_packet_data(k);
    g->tx_iov[i].iov_len = k->head_len;
    g->tx_to[i].sin_addr.s_addr = htonl(to);
    set_source(g, i, from);
    if (++g->tx_n == TAP_GRE_BATCH)
        tap_gre_flush(g);
}

void tap_gre_flush(struct tap_gre *g)
{
    uint32_t at = 0, i;

    while (at < g->tx_n) {
        int n = sendmmsg(g->source.fd, g->tx_msg + at, g->tx_n - at,
                         MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) { /* of the first one; a full socket loses it too */
            g->stats.tx_failed++;
            n = 1;
        }
        at += (uint32_t)n;
    }
    for (i = 0; i < g->tx_n; i++)
        pptp_pool_free(g->pool, g->tx[i]);
    g->tx_n = 0;
}
