/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRE through raw sockets; rawgre.h. */
#include "config.h"

#include "tap/rawgre.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "pptp/gre.h"
#include "pptp/wire.h"

enum {
    IP_HEAD = 20,
    SOCKET_OCTETS = 1 << 20 /* asked of the kernel, each way */
};

int tap_gre_open(struct tap_gre *g, uint32_t local)
{
    struct sockaddr_in here = { .sin_family = AF_INET };
    int size = SOCKET_OCTETS, never = IP_PMTUDISC_DONT, saved;

    g->source.fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                          PPTP_GRE_IP_PROTOCOL);
    if (g->source.fd < 0)
        return -1;
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

    if (len < IP_HEAD || head < IP_HEAD || head > len) {
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

void tap_gre_read(struct tap_gre *g)
{
    pptp_pkt pkt[TAP_GRE_BATCH];
    unsigned n, i;
    int got;

    for (n = 0; n < TAP_GRE_BATCH; n++) {
        pkt[n] = pptp_pool_take(g->pool, 0);
        if (pkt[n] == PPTP_PKT_NONE)
            break;
        g->rx_iov[n].iov_base = pptp_pool_at(g->pool, pkt[n])->buf;
        g->rx_iov[n].iov_len = g->pool->buf_octets;
        memset(&g->rx_msg[n], 0, sizeof g->rx_msg[n]);
        g->rx_msg[n].msg_hdr.msg_iov = &g->rx_iov[n];
        g->rx_msg[n].msg_hdr.msg_iovlen = 1;
    }
    if (n == 0) {
        discard(g);
        return;
    }
    got = recvmmsg(g->source.fd, g->rx_msg, n, MSG_DONTWAIT, NULL);
    if (got < 0)
        got = 0; /* nothing there, or an ICMP error: the next read goes on */
    /* first those that were not used: who takes a packet may want others */
    for (i = n; i > (unsigned)got; i--)
        pptp_pool_free(g->pool, pkt[i - 1]);
    for (i = 0; i < (unsigned)got; i++)
        take(g, pkt[i], g->rx_msg[i].msg_len);
}

/* --- out ---------------------------------------------------------------- */

/* The source has to be the address that the control connection has. */
static void set_source(struct tap_gre *g, uint32_t i, uint32_t from)
{
    struct msghdr *m = &g->tx_msg[i].msg_hdr;
    struct in_pktinfo info = { .ipi_ifindex = 0 };
    struct cmsghdr *c;

    info.ipi_spec_dst.s_addr = htonl(from);
    m->msg_control = g->tx_control[i].octets;
    m->msg_controllen = CMSG_SPACE(sizeof info);
    c = CMSG_FIRSTHDR(m);
    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(c), &info, sizeof info);
}

_Static_assert(CMSG_SPACE(sizeof(struct in_pktinfo)) <= TAP_GRE_CONTROL,
               "room for one control message");

void tap_gre_send(struct tap_gre *g, uint32_t from, uint32_t to, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(g->pool, pkt);
    uint32_t i = g->tx_n;

    g->tx[i] = pkt;
    g->tx_iov[i].iov_base = pptp_packet_data(k);
    g->tx_iov[i].iov_len = k->head_len;
    g->tx_to[i] = (struct sockaddr_in){ .sin_family = AF_INET };
    g->tx_to[i].sin_addr.s_addr = htonl(to);
    g->tx_msg[i].msg_hdr = (struct msghdr){
        .msg_name = &g->tx_to[i],
        .msg_namelen = sizeof g->tx_to[i],
        .msg_iov = &g->tx_iov[i],
        .msg_iovlen = 1,
    };
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
