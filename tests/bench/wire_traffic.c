/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets into and out of a process under test: UDP inside, enhanced GRE
 * outside; wire.h. */
#include "config.h"

#include "wire.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/wire.h"
#include "pptp/gre.h"

enum {
    BUF = 1600,
    TRAFFIC_IP_HEAD = 20,
    TRAFFIC_UDP_HEAD = 8,
    ROOM = 64,
    FLOW_PORT = 1024
};

int wire_far_gre = -1;
unsigned wire_streams = 1;
static int source = -1, sink = -1;

static uint8_t noise[BUF], buf[WIRE_BATCH][BUF];
static struct mmsghdr msg[WIRE_BATCH];
static struct iovec iov[WIRE_BATCH];
static struct sockaddr_in name;

bool wire_traffic_init(void)
{
    uint32_t rng = 1, i;

    /* as full of octets to escape as what is encrypted or compressed */
    for (i = 0; i < BUF; i++) {
        rng = rng * 1664525 + 1013904223;
        noise[i] = (uint8_t)(rng >> 24);
    }
    source = wire_bound(wire_near_ns, SOCK_DGRAM, 0, 0, 0);
    sink = wire_bound(wire_near_ns, SOCK_DGRAM, 0, 0, WIRE_PORT);
    wire_far_gre = wire_bound(wire_far_ns, SOCK_RAW, PPTP_GRE_IP_PROTOCOL,
                              WIRE_FAR, 0);
    return source >= 0 && sink >= 0 && wire_far_gre >= 0;
}

/* What is in iov, to an address of this family's socket. */
static void send_all(int fd, uint32_t ip, uint16_t port, unsigned n)
{
    unsigned i, at = 0;

    name = (struct sockaddr_in){ .sin_family = AF_INET };
    name.sin_addr.s_addr = htonl(ip);
    name.sin_port = htons(port);
    for (i = 0; i < n; i++)
        msg[i].msg_hdr = (struct msghdr){ .msg_name = &name,
                                          .msg_namelen = sizeof name,
                                          .msg_iov = &iov[i],
                                          .msg_iovlen = 1 };
    while (at < n) {
        int sent = sendmmsg(fd, msg + at, n - at, 0);

        if (sent <= 0) {
            perror("sending");
            exit(1);
        }
        at += (unsigned)sent;
    }
}

/* One batch, or less; the first octets of each are in buf, its source in
 * `from`. */
static unsigned receive(int fd, struct sockaddr_in *from)
{
    unsigned i;
    int n;

    for (i = 0; i < WIRE_BATCH; i++) {
        iov[i] = (struct iovec){ buf[i], ROOM };
        msg[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i],
                                          .msg_iovlen = 1 };
        if (from != NULL) {
            msg[i].msg_hdr.msg_name = &from[i];
            msg[i].msg_hdr.msg_namelen = sizeof from[i];
        }
    }
    n = recvmmsg(fd, msg, WIRE_BATCH, MSG_DONTWAIT, NULL);
    return n > 0 ? (unsigned)n : 0;
}

void wire_up(const struct wire_flow *f, size_t octets, unsigned n)
{
    while (n > 0) {
        unsigned batch = n < WIRE_BATCH ? n : WIRE_BATCH, i;

        for (i = 0; i < batch; i++)
            iov[i] = (struct iovec){ noise, octets - TRAFFIC_IP_HEAD -
                                                TRAFFIC_UDP_HEAD };
        send_all(source, f->inner, WIRE_PORT, batch);
        n -= batch;
    }
}

unsigned wire_up_count(struct wire_flow *f)
{
    struct sockaddr_in from[WIRE_BATCH];
    unsigned count = 0, n, i;

    while ((n = receive(wire_far_gre, from)) > 0)
        for (i = 0; i < n; i++) {
            const uint8_t *gre = buf[i] + TRAFFIC_IP_HEAD;

            if (ntohl(from[i].sin_addr.s_addr) != f->near ||
                (gre[0] & PPTP_GRE_S >> 8) == 0)
                continue;
            f->rx_seq = pptp_get32(gre + 8);
            count++;
        }
    return count;
}

static uint32_t sum_of(const uint8_t *o, size_t n)
{
    uint32_t sum = 0;
    size_t i;

    for (i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)o[i] << 8 | o[i + 1];
    return n % 2 != 0 ? sum + ((uint32_t)o[n - 1] << 8) : sum;
}

static void put_sum(uint8_t *at, uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    pptp_put16(at, (uint16_t)~sum);
}

/* As Linux sends it: not to be fragmented, and numbered. */
static void put_ip(const struct wire_flow *f, uint8_t *ip, size_t octets)
{
    static uint16_t id[WIRE_STREAMS];
    static unsigned turn;
    unsigned stream = turn++ % wire_streams;
    size_t inner = octets - TRAFFIC_IP_HEAD;

    memset(ip, 0, TRAFFIC_IP_HEAD + TRAFFIC_UDP_HEAD);
    ip[0] = 0x45;
    pptp_put16(ip + 2, (uint16_t)octets);
    pptp_put16(ip + 4, id[stream]++);
    ip[6] = 0x40;
    ip[8] = 64;
    ip[9] = IPPROTO_UDP;
    pptp_put32(ip + 12, f->inner);
    pptp_put32(ip + 16, f->inner_local);
    put_sum(ip + 10, sum_of(ip, TRAFFIC_IP_HEAD));
    pptp_put16(ip + 20, (uint16_t)(FLOW_PORT + stream));
    pptp_put16(ip + 22, WIRE_PORT);
    pptp_put16(ip + 24, (uint16_t)inner);
    memcpy(ip + TRAFFIC_IP_HEAD + TRAFFIC_UDP_HEAD, noise,
           inner - TRAFFIC_UDP_HEAD);
    put_sum(ip + 26,
            sum_of(ip + 12, octets - 12) + IPPROTO_UDP + (uint32_t)inner);
}

/* A PPP frame behind `at`, which has room before it. */
static size_t put_frame(struct wire_flow *f, uint8_t *at, size_t octets,
                        uint8_t **frame)
{
    static const uint8_t head[] = { 0xff, 0x03, PPP_PROTO_IP >> 8,
                                    PPP_PROTO_IP & 0xff };
    int n;

    put_ip(f, at, octets);
    if (f->ppp != NULL) {
        n = ppp_output(f->ppp, f->session, PPP_PROTO_IP, at, octets, frame);
        if (n <= 0) {
            printf("%s: PPP is down\n", f->name);
            exit(1);
        }
        return (size_t)n;
    }
    *frame = at - sizeof head;
    memcpy(*frame, head, sizeof head);
    return octets + sizeof head;
}

void wire_down(struct wire_flow *f, size_t octets, unsigned n)
{
    while (n > 0) {
        unsigned batch = n < WIRE_BATCH ? n : WIRE_BATCH, i;

        for (i = 0; i < batch; i++) {
            struct pptp_gre g = { .call_id = f->call_id, .has_seq = true };
            uint8_t head[PPTP_GRE_MAX], *frame;
            size_t len;

            if (f->auth == NULL && f->line < 0) { /* no protocol */
                put_ip(f, buf[i] + WIRE_HEAD, octets);
                memset(buf[i], 0, WIRE_HEAD);
                iov[i] = (struct iovec){ buf[i], WIRE_HEAD + octets };
                continue;
            }
            len = put_frame(f, buf[i] + ROOM, octets, &frame);
            g.payload_len = (uint16_t)len;
            g.seq = f->tx_seq++;
            pptp_gre_encode(&g, head);
            memcpy(frame - 12, head, 12);
            iov[i] = (struct iovec){ frame - 12, len + 12 };
        }
        send_all(wire_far_gre, f->near, 0, batch);
        n -= batch;
    }
}

unsigned wire_down_count(void)
{
    unsigned count = 0, n;

    while ((n = receive(sink, NULL)) > 0)
        count += n;
    return count;
}

void wire_ack(struct wire_flow *f, unsigned n)
{
    unsigned i, acks = (n + 31) / 32;

    for (i = 0; i < acks; i++) {
        struct pptp_gre g = { .call_id = f->call_id, .has_ack = true };

        g.ack = f->rx_seq - 32 * (acks - 1 - i);
        iov[i] = (struct iovec){ buf[i], pptp_gre_encode(&g, buf[i]) };
    }
    send_all(wire_far_gre, f->near, 0, acks);
}

size_t wire_frame(size_t octets, uint8_t *out)
{
    struct wire_flow f = { .inner = 0x0a610010, .inner_local = 0x0a610001 };
    uint8_t room[ROOM + BUF], *frame;
    size_t n = put_frame(&f, room + ROOM, octets, &frame);

    memcpy(out, frame, n);
    return n;
}
