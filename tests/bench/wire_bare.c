/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tunnel cannot do without: octets moved in batches between a TUN and
 * a raw socket, and nettle's part of MPPE; wire.h. */
#include "config.h"

#include "wire.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nettle/arcfour.h>
#include <nettle/sha1.h>

enum { BUF = 2000, BARE_IP_HEAD = 20, CIPHER_OCTETS = 6000000 };

struct bare {
    int tun, raw;
    struct mmsghdr tx[WIRE_BATCH], rx[WIRE_BATCH];
    struct iovec tx_iov[WIRE_BATCH], rx_iov[WIRE_BATCH];
    uint8_t tx_buf[WIRE_BATCH][BUF], rx_buf[WIRE_BATCH][BUF];
};

static void up(struct bare *b)
{
    unsigned n, at = 0;

    for (n = 0; n < WIRE_BATCH; n++) {
        ssize_t len = read(b->tun, b->tx_buf[n] + WIRE_HEAD, BUF - WIRE_HEAD);

        if (len <= 0)
            break;
        b->tx_iov[n].iov_len = WIRE_HEAD + (size_t)len;
    }
    while (at < n) {
        int sent = sendmmsg(b->raw, b->tx + at, n - at, 0);

        at += sent > 0 ? (unsigned)sent : 1;
    }
}

static void down(struct bare *b)
{
    int i, n = recvmmsg(b->raw, b->rx, WIRE_BATCH, MSG_DONTWAIT, NULL);

    for (i = 0; i < n; i++)
        if (write(b->tun, b->rx_buf[i] + BARE_IP_HEAD + WIRE_HEAD,
                  b->rx[i].msg_len - BARE_IP_HEAD - WIRE_HEAD) < 0)
            perror("TUN");
}

static void add(int epoll, int fd)
{
    struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) < 0)
        _exit(1);
}

static _Noreturn void loop(int tun, int raw)
{
    static struct bare b;
    static const uint8_t head[WIRE_HEAD] = { 0x30, 0x81, 0x88, 0x0b };
    int epoll = epoll_create1(0), i, n;
    struct epoll_event e[2];

    prctl(PR_SET_NAME, "wire-bare");
    b.tun = tun;
    b.raw = raw;
    for (i = 0; i < WIRE_BATCH; i++) {
        memcpy(b.tx_buf[i], head, sizeof head);
        b.tx_iov[i].iov_base = b.tx_buf[i];
        b.rx_iov[i] = (struct iovec){ b.rx_buf[i], BUF };
        b.tx[i].msg_hdr.msg_iov = &b.tx_iov[i];
        b.rx[i].msg_hdr.msg_iov = &b.rx_iov[i];
        b.tx[i].msg_hdr.msg_iovlen = b.rx[i].msg_hdr.msg_iovlen = 1;
    }
    add(epoll, tun);
    add(epoll, raw);
    for (;;) {
        n = epoll_wait(epoll, e, 2, -1);
        for (i = 0; i < n; i++)
            if (e[i].data.fd == tun)
                up(&b);
            else
                down(&b);
    }
}

bool wire_bare_start(struct wire_flow *f)
{
    struct sockaddr_in far = { .sin_family = AF_INET };
    int tun = wire_tun("bare", "10.98.0.1", "10.98.0.16/28");
    int raw = wire_bound(wire_near_ns, SOCK_RAW, 47, f->near, 0);
    pid_t pid;

    far.sin_addr.s_addr = htonl(WIRE_FAR);
    if (tun < 0 || raw < 0 ||
        connect(raw, (struct sockaddr *)(void *)&far, sizeof far) < 0)
        return false;
    pid = fork();
    if (pid == 0)
        loop(tun, raw);
    close(tun);
    close(raw);
    wire_watch(f, pid);
    f->inner = 0x0a620010;
    f->inner_local = 0x0a620001;
    f->up = true;
    return true;
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double wire_cipher_ns(size_t octets)
{
    static uint8_t text[2 * (16 + 40)], packet[2 + WIRE_INNER];
    unsigned packets = (unsigned)(CIPHER_OCTETS / (octets + 500)), i;
    double t = seconds();

    for (i = 0; i < packets; i++) {
        struct arcfour_ctx rc4;
        struct sha1_ctx sha;
        uint8_t key[16];

        sha1_init(&sha);
        sha1_update(&sha, sizeof text, text);
        sha1_digest(&sha, sizeof key, key);
        arcfour_set_key(&rc4, sizeof key, key);
        arcfour_crypt(&rc4, sizeof key, key, key);
        arcfour_set_key(&rc4, sizeof key, key);
        arcfour_crypt(&rc4, octets + 2, packet, packet);
    }
    return (seconds() - t) * 1e9 / packets;
}
