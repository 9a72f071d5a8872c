/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics over HTTP, through real sockets: tap/metrics.h. */
#include "config.h"

#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap/metrics.h"

START_TEST(lines_of_a_metric)
{
    static const struct probe rows[] = {
        { "gre_rx", "packets", "GRE packets", PROBE_COUNTER, false, 0, 0,
          NULL },
        { "calls", "calls", "calls \\ there\nare", PROBE_GAUGE, 0, 0, 0,
          NULL },
        { "c d", "1", "x", PROBE_COUNTER, false, 0, 0, NULL },
    };
    struct tap_text t = { .p = NULL };

    tap_metrics_put(&t, "pptp", &rows[0], 12);
    tap_metrics_put(&t, NULL, &rows[1], 3);
    tap_metrics_put(&t, "a-b", &rows[2], UINT64_MAX);
    ck_assert_str_eq(t.p, "# HELP dialtone_pptp_gre_rx_total GRE packets\n"
                          "# TYPE dialtone_pptp_gre_rx_total counter\n"
                          "dialtone_pptp_gre_rx_total 12\n"
                          "# HELP dialtone_calls calls   there are\n"
                          "# TYPE dialtone_calls gauge\n"
                          "dialtone_calls 3\n"
                          "# HELP dialtone_a_b_c_d_total x\n"
                          "# TYPE dialtone_a_b_c_d_total counter\n"
                          "dialtone_a_b_c_d_total 18446744073709551615\n");
    ck_assert_uint_eq(t.n, strlen(t.p));
    free(t.p);
}
END_TEST

START_TEST(text_grows)
{
    struct tap_text t = { .p = NULL };
    unsigned i;

    for (i = 0; i < 10000; i++)
        tap_text_add(&t, "%04u\n", i);
    ck_assert(!t.failed);
    ck_assert_uint_eq(t.n, 50000);
    ck_assert_uint_eq(strlen(t.p), 50000);
    ck_assert_str_eq(t.p + 49990, "9998\n9999\n");
    free(t.p);
}
END_TEST

#ifdef HAVE_MICROHTTPD

enum { LOOPBACK = 0x7f000001, BIG = 3000000, MANY = TAP_METRICS_CLIENTS + 8 };

static struct tap_loop loop;
static struct tap_metrics metrics;
static unsigned asked;
static bool big, no_memory;
static char why[256];
static char reply[BIG + 4096];

static char *text(void *owner, size_t *n)
{
    char *p = malloc(BIG);

    ck_assert_ptr_eq(owner, &asked);
    asked++;
    if (no_memory) {
        free(p);
        return NULL;
    }
    if (big) {
        memset(p, '#', BIG);
        *n = BIG;
    } else {
        memcpy(p, "metrics 1\n", 10);
        *n = 10;
    }
    return p;
}

static void set_up(void)
{
    asked = 0;
    big = no_memory = false;
    ck_assert_int_eq(tap_loop_init(&loop), 0);
    metrics = (struct tap_metrics){ .loop = &loop,
                                    .text = text,
                                    .owner = &asked };
    ck_assert_msg(tap_metrics_open(&metrics, LOOPBACK, 0, why, sizeof why) ==
                      0,
                  "%s", why);
}

static void tear_down(void)
{
    tap_metrics_close(&metrics);
    tap_loop_fini(&loop);
}

static int client(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)metrics.port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    a.sin_addr.s_addr = htonl(LOOPBACK);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)(void *)&a, sizeof a), 0);
    return fd;
}

/* Some rounds of the loop; how often somebody was woken is not of interest,
 * but that it comes to rest. */
static void turn(void)
{
    int i;

    for (i = 0; i < 30; i++) {
        ck_assert_int_eq(tap_loop_turn(&loop, tap_now()), 0);
        tap_metrics_advance(&metrics, tap_now());
    }
}

static void send_text(int fd, const char *s)
{
    ck_assert_int_eq(send(fd, s, strlen(s), MSG_NOSIGNAL), (ssize_t)strlen(s));
    turn();
}

/* What comes until nothing does any more. */
static const char *receive(int fd)
{
    size_t n = 0;
    int idle = 0;

    while (idle < 20 && n < sizeof reply - 1) {
        ssize_t k = recv(fd, reply + n, sizeof reply - 1 - n, MSG_DONTWAIT);

        if (k > 0)
            n += (size_t)k;
        idle = k > 0 ? 0 : idle + 1;
        turn();
    }
    reply[n] = '\0';
    return reply;
}

/* That the loop sleeps: nothing is ready, until the deadline. */
static void ck_rests(void)
{
    pptp_ns begun = tap_now();

    ck_assert_int_eq(tap_loop_turn(&loop, begun + 50 * PPTP_MS), 0);
    ck_assert_uint_ge(tap_now() - begun, 50 * PPTP_MS);
}

START_TEST(get_metrics)
{
    int fd = client();

    send_text(fd, "GET /met");
    send_text(fd, "rics HTTP/1.1\r\nHost: x\r\n\r\n");
    receive(fd);
    ck_assert_ptr_nonnull(strstr(reply, "HTTP/1.1 200 "));
    ck_assert_ptr_nonnull(strstr(reply, "text/plain; version=0.0.4"));
    ck_assert_ptr_nonnull(strstr(reply, "\r\n\r\nmetrics 1\n"));
    ck_assert_uint_eq(asked, 1);
    /* again on the same connection; then it rests, but for a time-out */
    send_text(fd, "GET /metrics?x=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(receive(fd), " 200 "));
    ck_rests();
    ck_assert_uint_gt(tap_metrics_deadline(&metrics), tap_now() + PPTP_S);
    ck_assert_uint_lt(tap_metrics_deadline(&metrics), tap_now() + 11 * PPTP_S);
    close(fd);
    turn();
    ck_assert_uint_eq(tap_metrics_deadline(&metrics), PPTP_NEVER);
    ck_rests();
}
END_TEST

START_TEST(anything_else)
{
    static const struct {
        const char *request, *status;
    } rows[] = {
        { "GET / HTTP/1.1\r\nHost: x\r\n\r\n", " 404 " },
        { "GET /metrics/ HTTP/1.1\r\nHost: x\r\n\r\n", " 404 " },
        { "GET /../etc/passwd HTTP/1.0\r\n\r\n", " 404 " },
        { "DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n", " 405 " },
        { "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
          " 405 " },
        { "\x01\x02\x03\r\n\r\n", "" },
    };
    size_t i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int fd = client();

        send_text(fd, rows[i].request);
        ck_assert_ptr_nonnull(strstr(receive(fd), rows[i].status));
        ck_assert_ptr_null(strstr(reply, "metrics 1"));
        close(fd);
    }
    ck_assert_uint_eq(asked, 0);
    turn();
    ck_rests();
}
END_TEST

START_TEST(head_has_no_body)
{
    int fd = client();

    send_text(fd, "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(receive(fd), " 200 "));
    ck_assert_ptr_null(strstr(reply, "metrics 1"));
    close(fd);
}
END_TEST

START_TEST(a_huge_request)
{
    static char junk[100000];
    int fd = client();

    memset(junk, 'a', sizeof junk);
    memcpy(junk, "GET /", 5);
    (void)!send(fd, junk, sizeof junk, MSG_NOSIGNAL | MSG_DONTWAIT);
    turn();
    ck_assert_ptr_null(strstr(receive(fd), " 200 "));
    ck_assert_uint_eq(asked, 0);
    close(fd);
}
END_TEST

START_TEST(too_many_clients)
{
    int fd[MANY], i;

    for (i = 0; i < MANY; i++) {
        fd[i] = client();
        turn();
    }
    ck_rests(); /* those who wait do not keep us awake */
    for (i = 1; i < MANY; i++)
        close(fd[i]);
    turn();
    send_text(fd[0], "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(receive(fd[0]), " 200 "));
    close(fd[0]);
}
END_TEST

START_TEST(a_client_that_does_not_read)
{
    int fd = client(), other = client();

    big = true;
    send_text(fd, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_rests();
    big = false;
    send_text(other, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(receive(other), " 200 "));
    receive(fd);
    ck_assert_uint_gt(strlen(reply), BIG);
    close(fd);
    close(other);
}
END_TEST

START_TEST(without_memory)
{
    int fd = client();

    no_memory = true;
    send_text(fd, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_ptr_null(strstr(receive(fd), " 200 "));
    ck_assert_uint_eq(asked, 1);
    close(fd);
}
END_TEST

START_TEST(port_taken)
{
    struct tap_metrics other = { .loop = &loop };

    ck_assert_int_lt(tap_metrics_open(&other, LOOPBACK, (uint16_t)metrics.port,
                                      why, sizeof why),
                     0);
    ck_assert_ptr_nonnull(strstr(why, "metrics at 127.0.0.1 port "));
    ck_assert_ptr_nonnull(strstr(why, "cure: set another port"));
    ck_assert_uint_eq(tap_metrics_deadline(&other), PPTP_NEVER);
    tap_metrics_close(&other);
    ck_assert_int_lt(tap_metrics_open(&other, 0xc0000201, 1, why, sizeof why),
                     0);
    ck_assert_ptr_nonnull(strstr(why, "192.0.2.1"));
}
END_TEST

static TCase *server(void)
{
    TCase *t = tcase_create("server");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, get_metrics);
    tcase_add_test(t, anything_else);
    tcase_add_test(t, head_has_no_body);
    tcase_add_test(t, a_huge_request);
    tcase_add_test(t, too_many_clients);
    tcase_add_test(t, a_client_that_does_not_read);
    tcase_add_test(t, without_memory);
    tcase_add_test(t, port_taken);
    return t;
}

#else

START_TEST(there_is_none)
{
    struct tap_metrics m = { .port = 0 };
    char why[256];

    ck_assert_int_lt(tap_metrics_open(&m, 0x7f000001, 0, why, sizeof why), 0);
    ck_assert_ptr_nonnull(strstr(why, "built without libmicrohttpd; cure"));
    ck_assert_uint_eq(tap_metrics_deadline(&m), PPTP_NEVER);
    tap_metrics_advance(&m, 1);
    tap_metrics_close(&m);
}
END_TEST

static TCase *server(void)
{
    TCase *t = tcase_create("server");

    tcase_add_test(t, there_is_none);
    return t;
}

#endif

int main(void)
{
    Suite *s = suite_create("tap_metrics");
    TCase *t = tcase_create("text");
    SRunner *r;
    int failed;

    tcase_add_test(t, lines_of_a_metric);
    tcase_add_test(t, text_grows);
    suite_add_tcase(s, t);
    suite_add_tcase(s, server());
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
