/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names to addresses, in a process of their own: tap/resolver.h.  What is
 * found comes from a file of hosts in a mount namespace, and that takes
 * root. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap/resolver.h"

static struct tap_loop loop;
static struct tap_resolver r;
static struct tap_resolver_config config;
static char hosts[] = "/tmp/test_tap_resolver_XXXXXX";

/* What was answered last, and how often. */
static struct {
    unsigned times;
    uint32_t name, n;
    uint32_t ip[TAP_RESOLVER_ADDRESSES];
    char why[160];
} got;

static void on_answer(void *owner, uint32_t name, const uint32_t *ip,
                      uint32_t n, const char *why)
{
    ck_assert_ptr_eq(owner, &got);
    got.times++;
    got.name = name;
    got.n = n;
    memcpy(got.ip, ip, n * sizeof *ip);
    snprintf(got.why, sizeof got.why, "%s", why);
}

static void write_hosts(const char *text)
{
    FILE *f = fopen("/etc/hosts", "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

/* Its own network without a way out, and its own file of hosts; or false. */
static bool alone(const char *text)
{
    int fd;

    if (unshare(CLONE_NEWNS | CLONE_NEWNET) < 0 ||
        mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0) {
        printf("SKIP: no namespaces: %s\n", strerror(errno));
        return false;
    }
    strcpy(hosts + sizeof hosts - 7, "XXXXXX");
    fd = mkstemp(hosts);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fchmod(fd, 0644), 0);
    close(fd);
    ck_assert_int_eq(mount(hosts, "/etc/hosts", "none", MS_BIND, NULL), 0);
    write_hosts(text);
    return true;
}

static void start(void)
{
    memset(&got, 0, sizeof got);
    ck_assert_int_eq(tap_loop_init(&loop), 0);
    r.answered = on_answer;
    r.owner = &got;
    ck_assert_int_eq(tap_resolver_start(&r, &config), 0);
    ck_assert_int_eq(tap_resolver_listen(&r, &loop), 0);
}

static void stop(void)
{
    pid_t pid = r.pid;

    tap_resolver_stop(&r);
    ck_assert_int_eq(r.source.fd, -1);
    ck_assert(kill(pid, 0) < 0 && errno == ESRCH);
    tap_resolver_stop(&r); /* twice is nothing */
    tap_loop_fini(&loop);
}

static void answers(unsigned times)
{
    pptp_ns until = tap_now() + 10 * PPTP_S;

    while (got.times < times) {
        ck_assert(tap_now() < until);
        ck_assert_int_eq(tap_loop_turn(&loop, tap_now() + PPTP_S), 0);
    }
}

START_TEST(names)
{
    static const char *const good[] = {
        "a",    "vpn.example.net", "vpn.example.net.", "x-1.y_2",
        "3com", "1e100.net",       "XN--P1AI"
    };
    static const char *const bad[] = {
        "", ".", "a..b", ".a", "-a", "a-", "a-.b", "a b", "a/b", "a\n",
        "\xc3\xa4", "10", "a.10", "10.0.0", "10.0.0.256", "a:b", "::1", "a@b",
        /* a label of 64 */
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    };
    char text[300];
    size_t i;

    for (i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(tap_resolver_name(good[i]), "%s", good[i]);
    for (i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!tap_resolver_name(bad[i]), "%s", bad[i]);
    for (i = 0; i < 254; i++)
        text[i] = i % 2 == 0 ? 'a' : '.';
    text[253] = 0;
    ck_assert(tap_resolver_name(text));
    strcpy(text + 253, ".a");
    ck_assert(!tap_resolver_name(text));
}
END_TEST

/* In the order of the file, each once; again when the file has changed. */
START_TEST(found)
{
    if (!alone("10.0.0.1 one.test two.test\n10.0.0.9 two.test\n"
               "10.0.0.1 two.test\n"))
        return;
    config = (struct tap_resolver_config){
        .name = { "one.test", "two.test", "none.test" }, .names = 3
    };
    start();
    ck_assert_uint_eq(tap_resolver_deadline(&r), PPTP_NEVER);
    tap_resolver_ask(&r, 1, tap_now());
    tap_resolver_ask(&r, 1, tap_now()); /* one answer for both */
    ck_assert_uint_lt(tap_resolver_deadline(&r), PPTP_NEVER);
    answers(1);
    ck_assert_uint_eq(got.name, 1);
    ck_assert_uint_eq(got.n, 2);
    ck_assert_uint_eq(got.ip[0], 0x0a000001);
    ck_assert_uint_eq(got.ip[1], 0x0a000009);
    ck_assert_uint_eq(tap_resolver_deadline(&r), PPTP_NEVER);
    tap_resolver_ask(&r, 2, tap_now());
    answers(2);
    ck_assert_uint_eq(got.name, 2);
    ck_assert_uint_eq(got.n, 0);
    ck_assert_uint_gt(strlen(got.why), 5);
    write_hosts("10.0.0.7 none.test\n");
    tap_resolver_ask(&r, 2, tap_now());
    answers(3);
    ck_assert_uint_eq(got.n, 1);
    ck_assert_uint_eq(got.ip[0], 0x0a000007);
    stop();
    unlink(hosts);
}
END_TEST

/* More addresses than anybody tries, and a broken name server's 0.0.0.0. */
START_TEST(too_many)
{
    char text[1000] = "0.0.0.0 many.test\n";
    unsigned i;

    for (i = 1; i <= 12; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "10.0.0.%u many.test\n", i);
    if (!alone(text))
        return;
    config = (struct tap_resolver_config){ .name = { "many.test" },
                                           .names = 1 };
    start();
    tap_resolver_ask(&r, 0, tap_now());
    answers(1);
    ck_assert_uint_eq(got.n, TAP_RESOLVER_ADDRESSES);
    for (i = 0; i < got.n; i++)
        ck_assert_uint_eq(got.ip[i] & ~UINT32_C(0xff), 0x0a000000);
    stop();
    unlink(hosts);
}
END_TEST

/* It does not answer in time: that is an answer; what comes later is none. */
START_TEST(slow)
{
    pptp_ns now = tap_now();
    int status;

    if (!alone("10.0.0.1 one.test\n"))
        return;
    config = (struct tap_resolver_config){ .name = { "one.test" },
                                           .names = 1 };
    start();
    ck_assert_int_eq(kill(r.pid, SIGSTOP), 0);
    ck_assert_int_eq(waitpid(r.pid, &status, WUNTRACED), r.pid);
    tap_resolver_ask(&r, 0, now);
    ck_assert_uint_eq(tap_resolver_deadline(&r), now + TAP_RESOLVER_WAIT_NS);
    tap_resolver_advance(&r, now + TAP_RESOLVER_WAIT_NS - 1);
    ck_assert_uint_eq(got.times, 0);
    tap_resolver_advance(&r, now + TAP_RESOLVER_WAIT_NS);
    ck_assert_uint_eq(got.times, 1);
    ck_assert_uint_eq(got.n, 0);
    ck_assert_str_eq(got.why, "no answer");
    ck_assert_uint_eq(tap_resolver_deadline(&r), PPTP_NEVER);
    ck_assert_int_eq(kill(r.pid, SIGCONT), 0);
    /* the late one comes before this one */
    tap_loop_turn(&loop, tap_now() + 5 * PPTP_S);
    ck_assert_uint_eq(got.times, 1);
    tap_resolver_ask(&r, 0, tap_now());
    answers(2);
    ck_assert_uint_eq(got.n, 1);
    stop();
    unlink(hosts);
}
END_TEST

/* The process is killed: nobody waits for it. */
START_TEST(gone)
{
    config = (struct tap_resolver_config){ .name = { "one.test" },
                                           .names = 1 };
    start();
    ck_assert_int_eq(kill(r.pid, SIGKILL), 0);
    tap_loop_turn(&loop, tap_now() + 5 * PPTP_S);
    tap_resolver_ask(&r, 0, tap_now());
    ck_assert_uint_le(tap_resolver_deadline(&r), tap_now());
    tap_resolver_advance(&r, tap_now());
    ck_assert_uint_eq(got.times, 1);
    ck_assert_uint_eq(got.n, 0);
    stop();
}
END_TEST

static char secret[] = "wonder";

static void forget(void *ctx)
{
    ck_assert_ptr_eq(ctx, &config);
    memset(secret, 0, sizeof secret);
}

/* FIELD of /proc/PID/status. */
static void status_of(pid_t pid, const char *field, char *out, size_t cap)
{
    char path[64], line[256];
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    *out = 0;
    while (fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            snprintf(out, cap, "%.*s", (int)strcspn(line, "\n"), line);
    fclose(f);
}

/* It has no privileges, not our descriptors, and not what it need not know. */
START_TEST(small)
{
    char text[256];
    int fd;

    if (geteuid() != 0) {
        printf("SKIP: no privileges to be given up\n");
        return;
    }
    config = (struct tap_resolver_config){ .name = { "one.test" },
                                           .names = 1,
                                           .user = "nobody",
                                           .forget = forget,
                                           .ctx = &config };
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    start();
    ck_assert_str_eq(secret, "wonder"); /* here */
    status_of(r.pid, "CapEff:", text, sizeof text);
    ck_assert_str_eq(text, "CapEff:\t0000000000000000");
    status_of(r.pid, "CapPrm:", text, sizeof text);
    ck_assert_str_eq(text, "CapPrm:\t0000000000000000");
    status_of(r.pid, "NoNewPrivs:", text, sizeof text);
    ck_assert_str_eq(text, "NoNewPrivs:\t1");
    status_of(r.pid, "Uid:", text, sizeof text);
    ck_assert_ptr_null(strstr(text, "\t0"));
    snprintf(text, sizeof text, "/proc/%d/fd/%d", (int)r.pid, fd);
    ck_assert(access(text, F_OK) < 0);
    close(fd);
    stop();
    /* a user that there is not */
    config.user = "no-such-user";
    ck_assert_int_eq(tap_resolver_start(&r, &config), -1);
    ck_assert_int_eq(r.source.fd, -1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_resolver");
    TCase *tc = tcase_create("resolver");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, names);
    tcase_add_test(tc, found);
    tcase_add_test(tc, too_many);
    tcase_add_test(tc, slow);
    tcase_add_test(tc, gone);
    tcase_add_test(tc, small);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
