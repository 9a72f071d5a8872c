/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bulk flows through a bottleneck of Linux's, the only program of the guest
 * that tests/truth/linux.sh boots.  It opens the sockets of both ends in
 * their network namespaces, `from` and `to`, keeps the senders supplied, and
 * asks the kernel for the length of the queue on its way, at times that know
 * nothing of packets: exponential gaps about 10 ms.
 *
 *     linux_flows tcp SEED FLOWS CONGESTION FROM_S UNTIL_S
 *     linux_flows udp SEED OCTETS RATE_BPS FROM_S UNTIL_S
 *
 * Flows begin within the first second, at times of the seed.  What is told is
 * from FROM_S on: KEY=VALUE, one line.  `udp` shows whether rate and delay of
 * the path are what they are said to be.
 */
#include "config.h"

#include "tests/truth/linux_queue.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FLOWS_MAX 20
#define BUFFER_OCTETS (1 << 20) /* and no window is larger */
#define PORT 5001
#define S 1000000000

struct flow {
    int tx, rx;
    int64_t begin_ns;
    uint64_t received; /* octets, all and before FROM_S */
    uint64_t before;
    uint32_t resent_before;
};

struct totals {
    double waiting, waiting_squares, samples;
    double delay_ns, datagrams;
};

static struct flow flows[FLOWS_MAX];
static unsigned int count;
static uint64_t dice;
static char buffer[1 << 16];

static int64_t now_ns(void)
{
    struct timespec t;

    guest_check(clock_gettime(CLOCK_MONOTONIC, &t) == 0, "clock");
    return (int64_t)t.tv_sec * S + t.tv_nsec;
}

/* Between 0 and 1, splitmix64 (Steele, Lea and Flood 2014). */
static double draw(void)
{
    uint64_t z = dice += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static struct sockaddr_in far_end(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };

    inet_pton(AF_INET, "10.0.3.2", &a.sin_addr);
    return a;
}

static void sample(struct totals *t)
{
    double n = queue_ask().waiting;

    t->waiting += n;
    t->waiting_squares += n * n;
    t->samples++;
}

static void set_size(int fd, int option)
{
    int octets = BUFFER_OCTETS;

    guest_check(setsockopt(fd, SOL_SOCKET, option, &octets, sizeof octets) ==
                    0,
                "buffer");
}

static void begin_tcp(struct flow *f, int listener, const char *congestion)
{
    struct sockaddr_in to = far_end();

    guest_enter("from");
    f->tx = socket(AF_INET, SOCK_STREAM, 0);
    set_size(f->tx, SO_SNDBUFFORCE);
    guest_check(setsockopt(f->tx, IPPROTO_TCP, TCP_CONGESTION, congestion,
                           (socklen_t)strlen(congestion)) == 0,
                congestion);
    guest_check(connect(f->tx, (const void *)&to, sizeof to) == 0, "connect");
    f->rx = accept(listener, NULL, NULL);
    guest_check(f->rx >= 0 && fcntl(f->tx, F_SETFL, O_NONBLOCK) == 0 &&
                    fcntl(f->rx, F_SETFL, O_NONBLOCK) == 0,
                "accept");
}

/* Receivers read a tenth as often as segments come: each time costs the guest
 * more than a segment.  Acknowledgments do not wait for that. */
static int listen_tcp(void)
{
    struct sockaddr_in at = far_end();
    int fd, least_octets = 16384;

    guest_enter("to");
    fd = socket(AF_INET, SOCK_STREAM, 0);
    set_size(fd, SO_RCVBUFFORCE);
    guest_check(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &least_octets,
                           sizeof least_octets) == 0 &&
                    bind(fd, (const void *)&at, sizeof at) == 0 &&
                    listen(fd, FLOWS_MAX) == 0,
                "listen");
    return fd;
}

static void supply(const struct flow *f)
{
    while (write(f->tx, buffer, sizeof buffer) > 0)
        ;
}

static void take(struct flow *f)
{
    ssize_t octets;

    while ((octets = read(f->rx, buffer, sizeof buffer)) > 0)
        f->received += (uint64_t)octets;
}

static uint32_t resent(const struct flow *f)
{
    struct tcp_info i;
    socklen_t size = sizeof i;

    guest_check(getsockopt(f->tx, IPPROTO_TCP, TCP_INFO, &i, &size) == 0,
                "info");
    return i.tcpi_total_retrans;
}

/* Waits until then, or for something to do, and does it. */
static void turn(int64_t until_ns)
{
    struct pollfd p[2 * FLOWS_MAX];
    int64_t left = until_ns - now_ns();
    struct timespec t;
    unsigned int i;

    left = left > 0 ? left : 0;
    t = (struct timespec){ left / S, left % S };
    for (i = 0; i < count; i++) {
        p[2 * i] = (struct pollfd){ flows[i].tx, POLLOUT, 0 };
        p[2 * i + 1] = (struct pollfd){ flows[i].rx, POLLIN, 0 };
    }
    guest_check(ppoll(p, 2 * count, &t, NULL) >= 0, "poll");
    for (i = 0; i < count; i++) {
        if (p[2 * i].revents != 0)
            supply(&flows[i]);
        if (p[2 * i + 1].revents != 0)
            take(&flows[i]);
    }
}

/* Until then, with samples of the queue if they are wanted. */
static void go_on(int64_t until_ns, struct totals *t)
{
    int64_t next_ns = until_ns;

    if (t != NULL)
        next_ns = now_ns() + (int64_t)(-1e7 * log1p(-draw()));
    while (now_ns() < until_ns) {
        turn(next_ns < until_ns ? next_ns : until_ns);
        if (t != NULL && now_ns() >= next_ns) {
            sample(t);
            next_ns = now_ns() + (int64_t)(-1e7 * log1p(-draw()));
        }
    }
}

static void tell(const struct totals *t, struct queue from, struct queue until,
                 double seconds)
{
    double mean = t->waiting / t->samples;
    double drops = (double)(until.drops - from.drops);
    double packets = (double)(until.packets - from.packets);

    printf(" queue_mean=%.3f queue_deviation=%.3f samples=%.0f", mean,
           sqrt(t->waiting_squares / t->samples - mean * mean), t->samples);
    printf(" sent_pps=%.3f drop_ratio=%.6f\n", packets / seconds,
           drops / (packets + drops));
    fflush(stdout);
}

static void tell_flows(double seconds)
{
    double sum = 0, squares = 0;
    unsigned int i, again = 0;

    for (i = 0; i < count; i++) {
        double octets = (double)(flows[i].received - flows[i].before);

        sum += octets;
        squares += octets * octets;
        again += resent(&flows[i]) - flows[i].resent_before;
    }
    printf("goodput_bps=%.0f jain=%.4f resent=%u", sum * 8 / seconds,
           sum * sum / squares / count, again);
}

static int by_begin(const void *a, const void *b)
{
    int64_t x = ((const struct flow *)a)->begin_ns;
    int64_t y = ((const struct flow *)b)->begin_ns;

    return x < y ? -1 : x > y;
}

static void run_tcp(unsigned int n, const char *congestion, int from_s,
                    int until_s)
{
    int listener = listen_tcp();
    int64_t start_ns = now_ns(), from_ns, until_ns;
    struct totals t = { 0 };
    struct queue from;
    unsigned int i;

    guest_check(n > 0 && n <= FLOWS_MAX, "1 to 20 flows");
    for (i = 0; i < n; i++)
        flows[i].begin_ns = start_ns + (int64_t)(draw() * S);
    qsort(flows, n, sizeof *flows, by_begin);
    for (; count < n; count++) {
        go_on(flows[count].begin_ns, NULL);
        begin_tcp(&flows[count], listener, congestion);
    }
    go_on(start_ns + (int64_t)from_s * S, NULL);
    from = queue_ask();
    from_ns = now_ns();
    for (i = 0; i < n; i++) {
        take(&flows[i]);
        flows[i].before = flows[i].received;
        flows[i].resent_before = resent(&flows[i]);
    }
    go_on(start_ns + (int64_t)until_s * S, &t);
    until_ns = now_ns();
    for (i = 0; i < n; i++)
        take(&flows[i]);
    tell_flows((double)(until_ns - from_ns) / S);
    tell(&t, from, queue_ask(), (double)(until_ns - from_ns) / S);
}

static void take_datagrams(int fd, struct totals *t)
{
    int64_t sent_ns;

    while (recv(fd, buffer, sizeof buffer, MSG_DONTWAIT) > 0) {
        memcpy(&sent_ns, buffer, sizeof sent_ns);
        t->delay_ns += (double)(now_ns() - sent_ns);
        t->datagrams++;
    }
}

/* One datagram every so often, each with the time at which it left. */
static void send_datagrams(int tx, int rx, size_t octets, double gap_ns,
                           int64_t until_ns, struct totals *t)
{
    double next_ns = (double)now_ns();
    struct pollfd p = { rx, POLLIN, 0 };
    int64_t now;

    while ((now = now_ns()) < until_ns) {
        int64_t left = (int64_t)next_ns - now;
        struct timespec pause = { 0, left > 0 ? left % S : 0 };

        if (left <= 0) {
            memcpy(buffer, &now, sizeof now);
            guest_check(send(tx, buffer, octets, 0) > 0, "send");
            next_ns += gap_ns;
            continue;
        }
        guest_check(ppoll(&p, 1, &pause, NULL) >= 0, "poll");
        take_datagrams(rx, t);
        sample(t);
    }
}

static void run_udp(size_t octets, double rate_bps, int from_s, int until_s)
{
    struct sockaddr_in at = far_end();
    double gap_ns = (double)octets * 8 * S / rate_bps;
    int64_t start_ns = now_ns(), from_ns;
    struct totals unused = { 0 }, t = { 0 };
    struct queue from;
    int tx, rx;

    guest_enter("to");
    rx = socket(AF_INET, SOCK_DGRAM, 0);
    set_size(rx, SO_RCVBUFFORCE);
    guest_check(bind(rx, (const void *)&at, sizeof at) == 0, "bind");
    guest_enter("from");
    tx = socket(AF_INET, SOCK_DGRAM, 0);
    set_size(tx, SO_SNDBUFFORCE);
    guest_check(connect(tx, (const void *)&at, sizeof at) == 0, "connect");
    octets -= 28; /* of IP and UDP */
    guest_check(octets >= sizeof from_ns && octets <= 1472, "octets");
    send_datagrams(tx, rx, octets, gap_ns, start_ns + (int64_t)from_s * S,
                   &unused);
    from = queue_ask();
    from_ns = now_ns();
    send_datagrams(tx, rx, octets, gap_ns, start_ns + (int64_t)until_s * S,
                   &t);
    printf("received_bps=%.0f delay_mean_s=%.6f",
           t.datagrams * (double)(octets + 28) * 8 /
               ((double)(now_ns() - from_ns) / S),
           t.delay_ns / t.datagrams / S);
    tell(&t, from, queue_ask(), (double)(now_ns() - from_ns) / S);
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "linux_flows: see the head of its source\n");
        return 2;
    }
    dice = strtoull(argv[2], NULL, 10);
    queue_open();
    if (strcmp(argv[1], "tcp") == 0)
        run_tcp((unsigned int)atoi(argv[3]), argv[4], atoi(argv[5]),
                atoi(argv[6]));
    else
        run_udp((size_t)atoi(argv[3]), atof(argv[4]), atoi(argv[5]),
                atoi(argv[6]));
    return 0;
}
