/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control connections over TCP: tap/tcp.h and loop.h, on loopback. */
#include "config.h"

#include <check.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap/tcp.h"

enum { CONNS = 8, LOOPBACK = 0x7f000001, TURNS = 200 };

static struct tap_loop loop;
static struct tap_tcp tcp;
static uint16_t port;
static unsigned accepted, ended, connected, refuse;
static size_t got;
static uint8_t first[16];
static struct tap_tcp_conn *latest;

static bool on_accepted(struct tap_tcp *t, struct tap_tcp_conn *c)
{
    (void)t;
    latest = c;
    accepted++;
    return !refuse;
}

static void on_connected(struct tap_tcp *t, struct tap_tcp_conn *c)
{
    (void)t;
    (void)c;
    connected++;
}

static void on_input(struct tap_tcp *t, struct tap_tcp_conn *c,
                     const uint8_t *octets, size_t n)
{
    (void)t;
    (void)c;
    if (got < sizeof first)
        memcpy(first + got, octets,
               n < sizeof first - got ? n : sizeof first - got);
    got += n;
}

static void on_ended(struct tap_tcp *t, struct tap_tcp_conn *c,
                     bool connecting)
{
    (void)t;
    (void)connecting;
    ended++;
    tap_tcp_close(c);
}

static const struct tap_tcp_ops ops = { .accepted = on_accepted,
                                        .connected = on_connected,
                                        .input = on_input,
                                        .ended = on_ended };

static void set_up(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET };
    socklen_t n = sizeof a;

    tcp = (struct tap_tcp){ .loop = &loop,
                            .ops = &ops,
                            .limit = CONNS,
                            .half_open_limit = CONNS,
                            .half_open_source = CONNS,
                            .per_source = CONNS };
    ck_assert_int_eq(tap_loop_init(&loop), 0);
    ck_assert_int_eq(tap_tcp_init(&tcp), 0);
    ck_assert_int_eq(tap_tcp_listen(&tcp, LOOPBACK, 0), 0);
    ck_assert_int_eq(getsockname(tcp.listener[0].source.fd,
                                 (struct sockaddr *)(void *)&a, &n),
                     0);
    port = ntohs(a.sin_port);
    accepted = ended = connected = refuse = 0;
    got = 0;
    latest = NULL;
}

static void tear_down(void)
{
    tap_tcp_fini(&tcp);
    tap_loop_fini(&loop);
}

/* With a small buffer its window is small from the start. */
static int client_with(uint32_t from, int buffer)
{
    struct sockaddr_in a = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (buffer > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    a.sin_addr.s_addr = htonl(from);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)(void *)&a, sizeof a), 0);
    a.sin_addr.s_addr = htonl(LOOPBACK);
    a.sin_port = htons(port);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)(void *)&a, sizeof a), 0);
    return fd;
}

static int client(uint32_t from)
{
    return client_with(from, 0);
}

/* Until nothing happens any more. */
static void turn(void)
{
    int i;

    for (i = 0; i < 20; i++)
        ck_assert_int_eq(tap_loop_turn(&loop, tap_now() + PPTP_MS), 0);
}

/* Whether the other side has closed. */
static bool closed(int fd)
{
    char c;

    return recv(fd, &c, 1, MSG_DONTWAIT) == 0;
}

START_TEST(octets_both_ways)
{
    int fd = client(LOOPBACK);
    char answer[8];

    turn();
    ck_assert_uint_eq(accepted, 1);
    ck_assert_uint_eq(tcp.half_open, 1);
    ck_assert_uint_eq(pptp_addr_to_v4(&latest->info.remote), LOOPBACK);
    ck_assert_uint_eq(pptp_addr_to_v4(&latest->info.local), LOOPBACK);
    ck_assert_uint_eq(latest->info.local_port, port);
    tap_tcp_established(latest);
    ck_assert_uint_eq(tcp.half_open, 0);
    ck_assert_int_eq(send(fd, "hel", 3, 0), 3);
    turn();
    ck_assert_int_eq(send(fd, "lo", 2, 0), 2);
    turn();
    ck_assert_uint_eq(got, 5);
    ck_assert_mem_eq(first, "hello", 5);
    tap_tcp_send(latest, (const uint8_t *)"yes", 3);
    ck_assert_int_eq(recv(fd, answer, sizeof answer, 0), 3);
    ck_assert_mem_eq(answer, "yes", 3);
    close(fd);
    turn();
    ck_assert_uint_eq(ended, 1);
    ck_assert(!latest->used);
}
END_TEST

/* No run of octets comes twice. */
static uint8_t octet_at(size_t i)
{
    return (uint8_t)((uint32_t)i * 2654435761u >> 24);
}

/* What a slow reader does not take waits, whole and in order; then the
 * connection closes as was asked for. */
START_TEST(backlog)
{
    enum { CHUNK = 1000 };
    int small = 2048, fd = client_with(LOOPBACK, small), i;
    size_t sent = 0, read = 0;
    uint8_t out[CHUNK], in[4096];
    ssize_t n;

    turn();
    setsockopt(latest->source.fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    /* much, so that it goes in several pieces */
    while (latest->backlog_n < 12000 && sent < 10000000) {
        for (i = 0; i < CHUNK; i++)
            out[i] = octet_at(sent + (size_t)i);
        tap_tcp_send(latest, out, CHUNK);
        sent += CHUNK;
    }
    ck_assert_uint_ge(latest->backlog_n, 12000);
    tap_tcp_close(latest);
    ck_assert(latest->used); /* until it is written */
    for (i = 0; i < TURNS * 50 && read < sent; i++) {
        ck_assert_int_eq(tap_loop_turn(&loop, 0), 0);
        while ((n = recv(fd, in, sizeof in, MSG_DONTWAIT)) > 0) {
            ssize_t k;

            for (k = 0; k < n; k++)
                ck_assert_uint_eq(in[k], octet_at(read + (size_t)k));
            read += (size_t)n;
        }
    }
    ck_assert_uint_eq(read, sent);
    turn();
    ck_assert(!latest->used);
    ck_assert(closed(fd));
    close(fd);
}
END_TEST

/* One that reads nothing at all is ended. */
START_TEST(backlog_is_bounded)
{
    static const uint8_t out[1000];
    int fd = client(LOOPBACK), i;

    turn();
    for (i = 0; i < 20000 && tcp.stats.backlog_full == 0; i++)
        tap_tcp_send(latest, out, sizeof out);
    ck_assert_uint_eq(tcp.stats.backlog_full, 1);
    turn();
    ck_assert_uint_eq(ended, 1);
    close(fd);
}
END_TEST

START_TEST(half_open_of_one_source)
{
    int fd[4], other, i;

    tcp.half_open_source = 3;
    for (i = 0; i < 4; i++) {
        fd[i] = client(LOOPBACK);
        turn();
    }
    ck_assert_uint_eq(accepted, 3);
    ck_assert_uint_eq(tcp.stats.refused_source, 1);
    ck_assert(closed(fd[3]) && !closed(fd[0]));
    other = client(LOOPBACK + 1);
    turn();
    ck_assert_uint_eq(accepted, 4); /* another address is welcome */
    close(fd[3]);
    tap_tcp_established(latest);
    for (i = 0; i < 3; i++)
        close(fd[i]);
    turn();
    ck_assert_uint_eq(tcp.half_open, 0);
    fd[0] = client(LOOPBACK);
    turn();
    ck_assert_uint_eq(accepted, 5); /* and the first one again */
    close(fd[0]);
    close(other);
}
END_TEST

/* When there are too many of all sources, the oldest makes room. */
START_TEST(half_open_of_all)
{
    int fd[3], i;

    tcp.half_open_limit = 2;
    for (i = 0; i < 3; i++) {
        fd[i] = client(LOOPBACK + (uint32_t)i);
        turn();
    }
    ck_assert_uint_eq(accepted, 3);
    ck_assert_uint_eq(tcp.stats.half_open_ended, 1);
    ck_assert_uint_eq(tcp.half_open, 2);
    ck_assert(closed(fd[0]) && !closed(fd[1]) && !closed(fd[2]));
    for (i = 0; i < 3; i++)
        close(fd[i]);
}
END_TEST

static void one_turn(void)
{
    ck_assert_int_eq(tap_loop_turn(&loop, tap_now() + 5 * PPTP_S), 0);
}

/* One new connection a turn, and little of what an old one says. */
START_TEST(behind_with_others)
{
    enum { MANY = 5 };
    static uint8_t much[10000];
    int fd[MANY], i;

    tcp.behind = true;
    for (i = 0; i < MANY; i++)
        fd[i] = client(0);
    for (i = 0; i < MANY; i++) {
        ck_assert_uint_eq(accepted, (unsigned)i);
        one_turn();
    }
    ck_assert_uint_eq(accepted, MANY);
    ck_assert_int_eq(write(fd[0], much, sizeof much), sizeof much);
    one_turn();
    ck_assert_uint_eq(got, 2048);
    tcp.behind = false;
    one_turn();
    ck_assert_uint_eq(got, sizeof much);
    for (i = 0; i < MANY; i++)
        close(fd[i]);
}
END_TEST

START_TEST(no_place)
{
    int fd[CONNS + 1], i;

    for (i = 0; i <= CONNS; i++) {
        fd[i] = client(LOOPBACK + (uint32_t)i);
        turn();
        if (i < CONNS)
            tap_tcp_established(latest);
    }
    ck_assert_uint_eq(accepted, CONNS);
    ck_assert_uint_eq(tcp.stats.refused_full, 1);
    ck_assert(closed(fd[CONNS]));
    for (i = 0; i <= CONNS; i++)
        close(fd[i]);
    refuse = 1; /* and one that the owner does not want */
    turn();
    fd[0] = client(LOOPBACK);
    turn();
    ck_assert(closed(fd[0]));
    close(fd[0]);
}
END_TEST

/* A second's worth at once, and no more until time has passed, which the
 * test makes pass. */
START_TEST(rate_of_one_source)
{
    int fd[4], i;

    tcp.rate_source = 1;
    fd[0] = client(LOOPBACK);
    turn();
    ck_assert_uint_eq(accepted, 1);
    for (i = 0; i < TAP_TCP_RATES; i++)
        if (tcp.rate[i].at != 0)
            tcp.rate[i] = (struct tap_tcp_rate){ .at = tap_now() };
    fd[1] = client(LOOPBACK);
    fd[2] = client(LOOPBACK + 1); /* another one is not held up by it */
    turn();
    ck_assert_uint_eq(accepted, 2);
    ck_assert_uint_eq(tcp.stats.refused_rate, 1);
    ck_assert(closed(fd[1]));
    for (i = 0; i < TAP_TCP_RATES; i++)
        tcp.rate[i].at -= 10 * PPTP_S; /* but that counts as one second */
    fd[3] = client(LOOPBACK);
    turn();
    ck_assert_uint_eq(accepted, 3);
    for (i = 0; i < TAP_TCP_RATES; i++)
        ck_assert_uint_le(tcp.rate[i].left_ns, PPTP_S);
    for (i = 0; i < 4; i++)
        close(fd[i]);
}
END_TEST

START_TEST(connector)
{
    struct tap_tcp_conn *c = tap_tcp_connect(&tcp, 0, LOOPBACK, port);
    struct tap_tcp_conn *other;

    ck_assert_ptr_nonnull(c);
    turn();
    ck_assert_uint_eq(connected, 1);
    ck_assert_uint_eq(accepted, 1);
    ck_assert_uint_eq(c->info.remote_port, port);
    tap_tcp_send(c, (const uint8_t *)"abc", 3);
    turn();
    ck_assert_uint_eq(got, 3);
    tap_tcp_close(c);
    turn();
    ck_assert_uint_eq(ended, 1); /* the accepted end */
    tap_tcp_deaf(&tcp);
    other = tap_tcp_connect(&tcp, 0, LOOPBACK, port);
    turn();
    ck_assert(other == NULL || ended == 2); /* nobody listens */
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_tcp");
    TCase *tc = tcase_create("tcp");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, octets_both_ways);
    tcase_add_test(tc, backlog);
    tcase_add_test(tc, backlog_is_bounded);
    tcase_add_test(tc, half_open_of_one_source);
    tcase_add_test(tc, half_open_of_all);
    tcase_add_test(tc, behind_with_others);
    tcase_add_test(tc, no_place);
    tcase_add_test(tc, rate_of_one_source);
    tcase_add_test(tc, connector);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
