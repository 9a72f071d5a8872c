/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals that ask a run to stop, tool/stop.h: two that are one, and a second
 * one, for a process that never looks. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tool/stop.h"

static int ready[2];

/* As an event that does not end; tells that it was asked. */
static _Noreturn void never_looks(void)
{
    sig_atomic_t seen = 0;

    alarm(20); /* whatever becomes of the test */
    stop_catch();
    if (write(ready[1], "r", 1) != 1)
        _exit(1);
    for (;;)
        if (stop_asked != seen) {
            seen = stop_asked;
            if (write(ready[1], "s", 1) != 1)
                _exit(1);
        }
}

static void hear(char what)
{
    char c = 0;

    ck_assert_int_eq(read(ready[0], &c, 1), 1);
    ck_assert_int_eq(c, what);
}

static void sleep_ms(long ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

    nanosleep(&t, NULL);
}

START_TEST(a_second_one_ends_it)
{
    pid_t pid;
    int status;

    ck_assert_int_eq(pipe(ready), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        never_looks();
    hear('r');
    ck_assert_int_eq(kill(pid, SIGINT), 0);
    hear('s');
    ck_assert_int_eq(kill(pid, SIGTERM), 0); /* timeout(1)'s, to the group */
    sleep_ms(200);
    ck_assert_int_eq(waitpid(pid, &status, WNOHANG), 0);
    sleep_ms(900);
    ck_assert_int_eq(kill(pid, SIGTERM), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGTERM);
}
END_TEST

START_TEST(it_is_known_which)
{
    ck_assert_int_eq(stop_asked, 0);
    stop_catch();
    ck_assert_int_eq(raise(SIGTERM), 0);
    ck_assert_int_eq(stop_asked, SIGTERM);
    ck_assert_int_eq(raise(SIGINT), 0);
    ck_assert_int_eq(stop_asked, SIGTERM);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stop");
    TCase *t = tcase_create("stop");
    SRunner *r;
    int failed;

    tcase_add_test(t, a_second_one_ends_it);
    tcase_add_test(t, it_is_known_which);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
