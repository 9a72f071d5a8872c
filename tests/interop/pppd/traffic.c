/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes through a session: pings from and to a program in user space,
 * which need no privilege, and a TCP transfer of this machine's kernel, which
 * needs a TUN device in a network of its own.
 */
#include "config.h"

#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TRAFFIC_PACKET_MAX = 1600,
    PING_HEAD = 28, /* IP and ICMP */
    PING6_HEAD = 48,
    TRAFFIC_ICMP_ID = 0x4449,
    TRAFFIC_TCP_PORT = 7,
    FIRST_TRIES = 40 /* of the first ping */
};

static unsigned ping_seq; /* of the ping that waits for a reply */
static bool ping_waits, ping_bad;
static pid_t child; /* of a transfer */
static int child_status;

/* --- network packets in user space --------------------------------------- */

static uint32_t sum16(uint32_t sum, const uint8_t *o, size_t n)
{
    size_t i;

    for (i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)(o[i] << 8 | o[i + 1]);
    if (n & 1)
        sum += (uint32_t)o[n - 1] << 8;
    return sum;
}

static void put_sum(uint8_t *at, uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    at[0] = (uint8_t)(~sum >> 8);
    at[1] = (uint8_t)~sum;
}

static void put_u16(uint8_t *at, unsigned v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

static void put_u32(uint8_t *at, uint32_t v)
{
    put_u16(at, v >> 16);
    put_u16(at + 2, v & 0xffff);
}

static uint8_t pattern(unsigned seq, size_t i)
{
    return (uint8_t)(seq * 7 + i * 13 + (i >> 8)); /* with flags and escapes */
}

static void send_ping(unsigned seq, size_t size)
{
    uint8_t b[PPP_HEAD_MAX + TRAFFIC_PACKET_MAX] = { 0 },
                             *p = b + PPP_HEAD_MAX;
    size_t n = size + PING_HEAD, i;

    p[0] = 0x45;
    put_u16(p + 2, (unsigned)n);
    put_u16(p + 4, seq);
    p[8] = 64;
    p[9] = 1;
    put_u32(p + 12, peer.info.ip_local);
    put_u32(p + 16, peer.info.ip_peer);
    put_sum(p + 10, sum16(0, p, 20));
    p[20] = 8;
    put_u16(p + 24, TRAFFIC_ICMP_ID);
    put_u16(p + 26, seq);
    for (i = 0; i < size; i++)
        p[PING_HEAD + i] = pattern(seq, i);
    put_sum(p + 22, sum16(0, p + 20, n - 20));
    send_packet(PPP_PROTO_IP, p, n);
}

static void send_ping6(unsigned seq, size_t size)
{
    uint8_t b[PPP_HEAD_MAX + TRAFFIC_PACKET_MAX] = { 0 },
                             *p = b + PPP_HEAD_MAX;
    size_t n = size + PING6_HEAD, i;

    p[0] = 0x60;
    put_u16(p + 4, (unsigned)n - 40);
    p[6] = 58;
    p[7] = 64;
    p[8] = p[24] = 0xfe;
    p[9] = p[25] = 0x80;
    for (i = 0; i < 8; i++) {
        p[16 + i] = (uint8_t)(peer.info.iface_local >> (56 - 8 * i));
        p[32 + i] = (uint8_t)(peer.info.iface_peer >> (56 - 8 * i));
    }
    p[40] = 128;
    put_u16(p + 44, TRAFFIC_ICMP_ID);
    put_u16(p + 46, seq);
    for (i = 0; i < size; i++)
        p[PING6_HEAD + i] = pattern(seq, i);
    put_sum(p + 42, sum16((uint32_t)(n - 40 + 58), p + 8, n - 8));
    send_packet(PPP_PROTO_IPV6, p, n);
}

static void check_reply(const uint8_t *icmp, const uint8_t *data, size_t n)
{
    unsigned seq = (unsigned)(icmp[6] << 8 | icmp[7]);
    size_t i;

    if ((icmp[4] << 8 | icmp[5]) != TRAFFIC_ICMP_ID || seq != ping_seq)
        return;
    for (i = 0; i < n; i++)
        if (data[i] != pattern(seq, i))
            ping_bad = true;
    ping_waits = false;
}

static void rx_ip(const uint8_t *p, size_t n)
{
    uint8_t b[PPP_HEAD_MAX + TRAFFIC_PACKET_MAX], *o = b + PPP_HEAD_MAX;

    if (n < PING_HEAD || n > TRAFFIC_PACKET_MAX || p[0] != 0x45 || p[9] != 1)
        return;
    if (p[20] == 0)
        check_reply(p + 20, p + PING_HEAD, n - PING_HEAD);
    if (p[20] != 8)
        return;
    memcpy(o, p, n);
    memcpy(o + 12, p + 16, 4);
    memcpy(o + 16, p + 12, 4);
    o[20] = 0;
    put_u16(o + 22, 0);
    put_sum(o + 22, sum16(0, o + 20, n - 20));
    send_packet(PPP_PROTO_IP, o, n);
}

void rx_packet(int proto, const uint8_t *p, size_t n)
{
    if (peer.tun >= 0 && proto == PPP_PROTO_IP) {
        if (write(peer.tun, p, n) < 0 && errno != EINVAL)
            fail("the TUN device: %s", strerror(errno));
    } else if (proto == PPP_PROTO_IP) {
        rx_ip(p, n);
    } else if (n >= PING6_HEAD && p[6] == 58 && p[40] == 129) {
        check_reply(p + 40, p + PING6_HEAD, n - PING6_HEAD);
    }
}

/* Until the reply is there; false after so long. */
static bool replied_in(pptp_ns span)
{
    pptp_ns end = now_ns() + span;

    while (ping_waits && now_ns() < end)
        turn(end);
    return !ping_waits;
}

void ping(unsigned count, size_t size, bool ipv6)
{
    static unsigned seq;
    bool lossy = peer.lose != 0 || peer.spoil != 0;
    unsigned i, tries, replies = 0;

    if (size + (ipv6 ? PING6_HEAD : PING_HEAD) > 1500)
        fail("a ping is too long");
    for (i = 0; i < count; i++) {
        ping_seq = ++seq & 0xffff;
        ping_waits = true;
        ping_bad = false;
        /* pppd's interface goes up a little later than its IPCP */
        tries = i == 0 ? FIRST_TRIES : 1;
        do
            (ipv6 ? send_ping6 : send_ping)(ping_seq, size);
        while (!replied_in((i == 0  ? 100
                            : lossy ? 200
                                    : 3000) *
                           PPTP_MS) &&
               --tries > 0);
        replies += !ping_waits;
        if (ping_bad)
            fail("ping %u of %zu octets came back changed", i, size);
        if (ping_waits && !lossy)
            fail("ping %u of %zu octets: no reply", i, size);
    }
    fprintf(stderr, "%u replies to %u pings, %u packets lost\n", replies,
            count, peer.lost);
    if (replies < count / 4)
        fail("that is too few");
}

/* --- a TCP transfer ------------------------------------------------------ */

static void set_address(int s, const char *name, unsigned long request,
                        uint32_t ip)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(ip) };
    struct ifreq r = { 0 };

    strcpy(r.ifr_name, name);
    memcpy(&r.ifr_addr, &a, sizeof a);
    if (ioctl(s, request, &r) < 0)
        fail("the TUN device's address: %s", strerror(errno));
}

static void open_tun(void)
{
    struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI };
    int s;

    if (unshare(CLONE_NEWNET) < 0 &&
        unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
        fprintf(stderr, "SKIP: no network namespace\n");
        exit(77);
    }
    peer.tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    strcpy(r.ifr_name, "ppp0");
    if (peer.tun < 0 || ioctl(peer.tun, TUNSETIFF, &r) < 0) {
        fprintf(stderr, "SKIP: no TUN device: %s\n", strerror(errno));
        exit(77);
    }
    s = socket(AF_INET, SOCK_DGRAM, 0);
    set_address(s, "ppp0", SIOCSIFADDR, peer.info.ip_local);
    set_address(s, "ppp0", SIOCSIFDSTADDR, peer.info.ip_peer);
    r.ifr_mtu = peer.info.peer_mru < 1500 ? peer.info.peer_mru : 1500;
    if (peer.info.mppe_tx)
        r.ifr_mtu -= 4;
    if (ioctl(s, SIOCSIFMTU, &r) < 0)
        fail("the TUN device's MTU: %s", strerror(errno));
    if (ioctl(s, SIOCGIFFLAGS, &r) < 0)
        fail("the TUN device: %s", strerror(errno));
    r.ifr_flags |= IFF_UP;
    if (ioctl(s, SIOCSIFFLAGS, &r) < 0)
        fail("the TUN device does not go up: %s", strerror(errno));
    close(s);
}

static uint8_t octet_at(size_t i)
{
    uint32_t v = (uint32_t)i * 2654435761u;

    return (uint8_t)(v >> 24 ^ v >> 9);
}

static void write_all(int s, size_t octets)
{
    uint8_t b[4096];
    size_t at = 0, n, i;
    ssize_t w;

    while (at < octets) {
        n = octets - at < sizeof b ? octets - at : sizeof b;
        for (i = 0; i < n; i++)
            b[i] = octet_at(at + i);
        w = write(s, b, n);
        if (w <= 0)
            _exit(3);
        at += (size_t)w;
    }
    _exit(0);
}

/* The process that sends to the guest's echo service and compares. */
static _Noreturn void transfer_process(size_t octets)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons(TRAFFIC_TCP_PORT),
                             .sin_addr.s_addr = htonl(peer.info.ip_peer) };
    int s = socket(AF_INET, SOCK_STREAM, 0);
    uint8_t b[4096];
    size_t at = 0;
    ssize_t n, i;

    alarm(STEP_MS / 1000);
    if (s < 0 || connect(s, (struct sockaddr *)&a, sizeof a) < 0)
        _exit(1);
    if (fork() == 0) {
        alarm(STEP_MS / 1000);
        write_all(s, octets);
    }
    while (at < octets) {
        n = read(s, b, sizeof b);
        if (n <= 0)
            _exit(2);
        for (i = 0; i < n; i++)
            if (b[i] != octet_at(at + (size_t)i))
                _exit(4);
        at += (size_t)n;
    }
    _exit(0);
}

static bool transferred(const char *unused)
{
    (void)unused;
    if (child > 0 && waitpid(child, &child_status, WNOHANG) == child)
        child = 0;
    return child == 0;
}

void transfer(size_t octets)
{
    pptp_ns start = now_ns();

    if (peer.tun < 0)
        open_tun();
    child = fork();
    if (child < 0)
        fail("fork: %s", strerror(errno));
    if (child == 0)
        transfer_process(octets);
    if (!until(transferred, NULL)) {
        kill(child, SIGKILL);
        fail("the transfer does not end");
    }
    if (child_status != 0)
        fail("the transfer ended with status %#x", (unsigned)child_status);
    fprintf(stderr, "%zu octets there and back in %.2f s, %u packets lost\n",
            octets, (double)(now_ns() - start) / 1e9, peer.lost);
}

void read_tun(void)
{
    uint8_t b[PPP_HEAD_MAX + TRAFFIC_PACKET_MAX];
    ssize_t n = read(peer.tun, b + PPP_HEAD_MAX, TRAFFIC_PACKET_MAX);

    if (n > 0 && b[PPP_HEAD_MAX] >> 4 == 4)
        send_packet(PPP_PROTO_IP, b + PPP_HEAD_MAX, (size_t)n);
}
