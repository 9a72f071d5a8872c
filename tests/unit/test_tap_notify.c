/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What systemd hears: tap/notify.h. */
#include "config.h"

#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tap/notify.h"

static int systemd;
static char heard[100];

static const char *hear(void)
{
    ssize_t n = recv(systemd, heard, sizeof heard - 1, MSG_DONTWAIT);

    heard[n > 0 ? n : 0] = 0;
    return heard;
}

/* An abstract socket, as systemd may have. */
static void set_up(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    char name[40];
    int n = snprintf(name, sizeof name, "@test_tap_notify_%d", (int)getpid());

    memcpy(a.sun_path, name, (size_t)n);
    a.sun_path[0] = 0;
    systemd = socket(AF_UNIX, SOCK_DGRAM, 0);
    ck_assert_int_eq(
        bind(systemd, (struct sockaddr *)(void *)&a,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)n)),
        0);
    setenv("NOTIFY_SOCKET", name, 1);
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

static void tear_down(void)
{
    close(systemd);
}

START_TEST(lines)
{
    struct tap_notify n;

    tap_notify_open(&n, 5);
    ck_assert_int_ge(n.fd, 0);
    ck_assert(n.next_ns == PPTP_NEVER);
    tap_notify(&n, "READY=1");
    ck_assert_str_eq(hear(), "READY=1");
    tap_notify_turn(&n, PPTP_S);
    ck_assert_str_eq(hear(), "");
    tap_notify_close(&n);
}
END_TEST

START_TEST(signs_of_life)
{
    struct tap_notify n;
    char pid[20];

    setenv("WATCHDOG_USEC", "2000000", 1);
    tap_notify_open(&n, 0);
    tap_notify_turn(&n, 0);
    ck_assert_str_eq(hear(), "WATCHDOG=1");
    ck_assert(n.next_ns == PPTP_S);
    tap_notify_turn(&n, PPTP_S - 1);
    ck_assert_str_eq(hear(), "");
    tap_notify_turn(&n, PPTP_S);
    ck_assert_str_eq(hear(), "WATCHDOG=1");
    tap_notify_close(&n);
    snprintf(pid, sizeof pid, "%d", (int)getpid() + 1);
    setenv("WATCHDOG_PID", pid, 1); /* another process's */
    tap_notify_open(&n, 0);
    ck_assert(n.next_ns == PPTP_NEVER);
    tap_notify_close(&n);
}
END_TEST

START_TEST(nobody)
{
    static const char *const names[] = { NULL, "", "@", "relative",
                                         "/no/one" };
    struct tap_notify n;
    size_t i;

    setenv("WATCHDOG_USEC", "2000000", 1);
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        unsetenv("NOTIFY_SOCKET");
        if (names[i] != NULL)
            setenv("NOTIFY_SOCKET", names[i], 1);
        tap_notify_open(&n, 0);
        ck_assert_int_eq(n.fd, -1);
        ck_assert(n.next_ns == PPTP_NEVER);
        tap_notify(&n, "READY=1");
        tap_notify_close(&n);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_notify");
    TCase *tc = tcase_create("notify");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, lines);
    tcase_add_test(tc, signs_of_life);
    tcase_add_test(tc, nobody);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
