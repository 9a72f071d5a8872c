/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets and privileges: tap/priv.h. */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap/priv.h"

static char dir[] = "/tmp/test_tap_priv_XXXXXX";
static char path[64], why[256];

static void write_file(const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}

static void set_up(void)
{
    strcpy(dir + sizeof dir - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/secrets", dir);
    why[0] = 0;
}

static void tear_down(void)
{
    unlink(path);
    rmdir(path);
    rmdir(dir);
}

START_TEST(file)
{
    size_t len = 0;
    char *text;

    write_file("alice * wonder *\n", 0600);
    text = tap_secret_file(path, &len, why, sizeof why);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(len, 17);
    ck_assert_mem_eq(text, "alice * wonder *\n", 17);
    free(text);
    write_file("", 0640); /* a group may be trusted to read */
    text = tap_secret_file(path, &len, why, sizeof why);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(len, 0);
    free(text);
}
END_TEST

START_TEST(own_file)
{
    struct stat st;
    int fd;

    write_file("before", 0644);
    fd = tap_own_file(path, O_WRONLY | O_TRUNC, why, sizeof why);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(st.st_size, 0);
    close(fd);
}
END_TEST

/* Others need it as it is: a pipe's reader, everybody with a /dev/null. */
START_TEST(no_own_file)
{
    struct stat st;

    ck_assert_int_eq(mkfifo(path, 0644), 0);
    ck_assert_int_eq(tap_own_file(path, O_RDWR, why, sizeof why), -1);
    ck_assert_str_eq(why, "is not a plain file");
    ck_assert_int_eq(tap_own_file(path, O_WRONLY, why, sizeof why), -1);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0644);
    unlink(path);
    ck_assert_int_eq(tap_own_file(dir, O_WRONLY, why, sizeof why), -1);
    ck_assert_str_eq(why, "Is a directory");
}
END_TEST

START_TEST(refusals)
{
    static const mode_t modes[] = { 0604, 0602, 0601, 0620, 0666 };
    size_t len, i;

    for (i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        write_file("alice * wonder *\n", modes[i]);
        ck_assert_ptr_null(tap_secret_file(path, &len, why, sizeof why));
        ck_assert_ptr_nonnull(strstr(why, "cure: chmod 600"));
    }
    unlink(path);
    ck_assert_ptr_null(tap_secret_file(path, &len, why, sizeof why));
    ck_assert_str_eq(why, "No such file or directory");
    mkdir(path, 0700);
    ck_assert_ptr_null(tap_secret_file(path, &len, why, sizeof why));
    ck_assert_str_eq(why, "is not a plain file");
}
END_TEST

/* In a child: nothing of it can be taken back. */
static int as_nobody(void)
{
    size_t len;

    if (tap_priv_drop("nobody", why, sizeof why) < 0)
        return 2;
    if (geteuid() == 0 || getegid() == 0 || setuid(0) == 0)
        return 3;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return 4;
    if (tap_priv_check(why, sizeof why) == 0)
        return 5;
    if (tap_secret_file(path, &len, why, sizeof why) != NULL)
        return 6; /* root's, mode 600, in a folder of mode 700 */
    return 0;
}

/* Capabilities in effect, the first 32. */
static uint32_t effective(void)
{
    struct __user_cap_header_struct head = {
        .version = _LINUX_CAPABILITY_VERSION_3
    };
    struct __user_cap_data_struct data[2];

    return syscall(SYS_capget, &head, data) == 0 ? data[0].effective : ~0u;
}

/* Some of them stay; none comes back. */
static int with_some(void)
{
    const uint32_t admin = 1u << CAP_NET_ADMIN, raw = 1u << CAP_NET_RAW;

    if (tap_priv_keep(admin | raw) < 0 || effective() != (admin | raw))
        return 1;
    if (tap_priv_check(why, sizeof why) < 0)
        return 2;
    if (tap_priv_keep(admin) < 0 || effective() != admin)
        return 3;
    if (tap_priv_check(why, sizeof why) == 0 || geteuid() != 0)
        return 4;
    if (tap_priv_keep(admin | raw) < 0 || effective() != admin)
        return 5;
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 6;
}

/* Root that stays root has no capability either. */
static int as_itself(void)
{
    if (tap_priv_check(why, sizeof why) < 0)
        return 1;
    if (tap_priv_drop(NULL, why, sizeof why) < 0)
        return 2;
    return tap_priv_check(why, sizeof why) < 0 ? 0 : 3;
}

static int in_child(int (*what)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(what());
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(less)
{
    if (geteuid() != 0) {
        printf("SKIP: only root has privileges to give up\n");
        return;
    }
    write_file("one\n", 0600);
    ck_assert_int_eq(in_child(as_nobody), 0);
    ck_assert_int_eq(in_child(as_itself), 0);
    ck_assert_int_eq(in_child(with_some), 0);
}
END_TEST

/* What is no secret may be read by others, and written by a group. */
START_TEST(plain_file)
{
    static const mode_t modes[] = { 0600, 0644, 0664, 0755 };
    size_t len = 0, i;
    char *text;
    int fd;

    for (i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        write_file("name: x\n", modes[i]);
        fd = open(path, TAP_FILE_FLAGS);
        ck_assert_int_eq(tap_file_check(fd, false, why, sizeof why), 0);
        text = tap_file_read(fd, &len, why, sizeof why);
        ck_assert_ptr_nonnull(text);
        ck_assert_uint_eq(len, 8);
        ck_assert_str_eq(text, "name: x\n"); /* with its end */
        free(text);
        close(fd);
    }
    write_file("name: x\n", 0602);
    fd = open(path, TAP_FILE_FLAGS);
    ck_assert_int_eq(tap_file_check(fd, false, why, sizeof why), -1);
    ck_assert_str_eq(why, "may be written by anybody (mode 0602); cure: "
                          "chmod o-w");
    ck_assert_int_eq(ftruncate(fd, 0), -1); /* read only */
    close(fd);
    ck_assert_ptr_null(tap_file_read(fd, &len, why, sizeof why));
    ck_assert_str_eq(why, "Bad file descriptor");
}
END_TEST

START_TEST(long_file)
{
    size_t len;

    write_file("", 0600);
    ck_assert_int_eq(truncate(path, TAP_FILE_MAX + 1), 0);
    ck_assert_ptr_null(tap_secret_file(path, &len, why, sizeof why));
    ck_assert_str_eq(why, "is longer than 16777216 octets");
}
END_TEST

START_TEST(nobody_of_that_name)
{
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(tap_priv_drop("no-such-user", why, sizeof why), -1);
    ck_assert_ptr_nonnull(strstr(why, "no user 'no-such-user'"));
    ck_assert_uint_eq(geteuid(), 0);
}
END_TEST

START_TEST(generator)
{
    ck_assert(tap_random() != tap_random());
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_priv");
    TCase *tc = tcase_create("priv");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, file);
    tcase_add_test(tc, own_file);
    tcase_add_test(tc, no_own_file);
    tcase_add_test(tc, refusals);
    tcase_add_test(tc, plain_file);
    tcase_add_test(tc, long_file);
    tcase_add_test(tc, less);
    tcase_add_test(tc, nobody_of_that_name);
    tcase_add_test(tc, generator);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
