/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The filter of system calls: tap/filter.h. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap/filter.h"
#include "tap/loop.h"

/* In a child: a filter stays. */
static int filtered(void)
{
    static char *const argv[] = { "true", NULL };
    int pair[2], c = 0;
    char *memory;

    if (pipe(pair) < 0)
        return 1;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (tap_filter_install() < 0)
        return 2;
    if (write(pair[1], "x", 1) != 1 || read(pair[0], &c, 1) != 1 || c != 'x')
        return 3;
    memory = malloc(1 << 20);
    if (memory == NULL || tap_now() == 0)
        return 4;
    free(memory);
    errno = 0;
    if (open("/dev/null", O_RDONLY) >= 0 || errno != EPERM)
        return 5;
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
        return 6;
    execv("/bin/true", argv);
    if (errno != EPERM || fork() >= 0 || errno != EPERM)
        return 7;
    return 0;
}

START_TEST(filter)
{
    int status;
    pid_t pid;

    if (!tap_filter_known()) {
        printf("SKIP: no filter of system calls in this build\n");
        return;
    }
    pid = fork();
    if (pid == 0)
        _exit(filtered());
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_filter");
    TCase *tc = tcase_create("filter");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, filter);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
