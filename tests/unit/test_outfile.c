/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a result folder: whole or not there, on a disk that fills too.
 * A limit of file size stands for the disk: write(2) fails as it does then,
 * after what still fits. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/outfile.h"

#define ROOM 3000 /* octets that fit, when room(ROOM) was said */

static char dir[64];
static struct conf_error err;
static struct rlimit before;

static void setup(void)
{
    snprintf(dir, sizeof dir, "/tmp/test_outfile_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    err.text[0] = '\0';
}

static void room(rlim_t octets)
{
    struct rlimit r = { .rlim_cur = octets, .rlim_max = before.rlim_max };

    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &r), 0);
}

static void teardown(void)
{
    char command[100];

    setrlimit(RLIMIT_FSIZE, &before);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    ck_assert_int_eq(system(command), 0);
}

/* Octets of dir/name; -1: there is none. */
static off_t size_of(const char *name)
{
    char path[200];
    struct stat s;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return stat(path, &s) == 0 ? s.st_size : -1;
}

static int lines(FILE *f, int n)
{
    int error = 0;

    for (int i = 0; i < n; i++) {
        fprintf(f, "line %04d\n", i); /* 10 octets */
        if (!outfile_grows(f, &error))
            break;
    }
    return error;
}

START_TEST(whole_files_get_their_name_at_the_end)
{
    FILE *f = outfile_create(dir, "a", &err);

    ck_assert_ptr_nonnull(f);
    lines(f, 10);
    ck_assert_int_eq(size_of("a"), -1);
    ck_assert_int_eq(outfile_close(f, dir, "a", &err), 0);
    ck_assert_int_eq(size_of("a"), 100);
    ck_assert_int_eq(size_of("a" OUTFILE_PART), -1);
    ck_assert_str_eq(err.text, "");
}
END_TEST

/* However far the writing got: in the stream's buffer, or beyond it. */
START_TEST(files_that_do_not_fit_are_not_there)
{
    static const int n[] = { ROOM / 10 + 1, 100 * ROOM };
    char want[200];
    FILE *f = outfile_create(dir, "a", &err);

    lines(f, 1);
    ck_assert_int_eq(outfile_close(f, dir, "a", &err), 0);
    room(ROOM);
    f = outfile_create(dir, "a", &err);
    ck_assert_ptr_nonnull(f);
    lines(f, n[_i]);
    ck_assert_int_eq(outfile_close(f, dir, "a", &err), 3);
    snprintf(want, sizeof want,
             "%s/a: cannot be written in full: File too large", dir);
    ck_assert_str_eq(err.text, want);
    ck_assert_int_eq(size_of("a" OUTFILE_PART), -1);
    ck_assert_int_eq(size_of("a"), 10); /* what was whole stays */
}
END_TEST

/* Room that was taken is there, and given back as far as it is not needed. */
START_TEST(room_can_be_taken_before)
{
    FILE *f;

    outfile_reserve(dir, "a", 10000);
    ck_assert_int_eq(size_of("a" OUTFILE_PART), 10000);
    f = outfile_create(dir, "a", &err);
    lines(f, 3);
    ck_assert_int_eq(size_of("a" OUTFILE_PART), 10000);
    ck_assert_int_eq(outfile_close(f, dir, "a", &err), 0);
    ck_assert_int_eq(size_of("a"), 30);
    /* and where there is less room the file may fit nevertheless */
    room(ROOM);
    outfile_reserve(dir, "b", ROOM + 1);
    f = outfile_create(dir, "b", &err);
    lines(f, 3);
    ck_assert_int_eq(outfile_close(f, dir, "b", &err), 0);
    ck_assert_int_eq(size_of("b"), 30);
}
END_TEST

START_TEST(files_that_grow_end_with_a_whole_record)
{
    FILE *f = outfile_grow(dir, "a", false, &err);
    int error;

    ck_assert_ptr_nonnull(f);
    setvbuf(f, NULL, _IOFBF, 512); /* as a long run would fill it */
    room(ROOM - 3);
    error = lines(f, 10 * ROOM);
    ck_assert_int_eq(error, EFBIG);
    fputs("of the same record\n", f); /* it had begun when it failed */
    room(before.rlim_cur); /* somebody makes room: no gap may be left */
    ck_assert_int_eq(outfile_end(f, error, outfile_lines), EFBIG);
    ck_assert_int_eq(size_of("a"), ROOM - 10);
    ck_assert_int_eq(outfile_not_in_full(dir, "a", &err), 3);
}
END_TEST

START_TEST(the_last_flush_counts)
{
    FILE *f = outfile_grow(dir, "a", false, &err);
    int error = lines(f, ROOM / 10 + 1);

    ck_assert_int_eq(error, 0);
    room(ROOM + 5);
    ck_assert_int_eq(outfile_end(f, error, outfile_lines), EFBIG);
    ck_assert_int_eq(size_of("a"), ROOM);
}
END_TEST

/* A line longer than what is read at once; no line at all. */
START_TEST(lines_are_found_from_the_end)
{
    char path[200];
    FILE *f;

    snprintf(path, sizeof path, "%s/a", dir);
    f = fopen(path, "w+");
    ck_assert_ptr_nonnull(f);
    fputs("x\n", f);
    for (int i = 0; i < 10000; i++)
        fputc('y', f);
    fflush(f);
    ck_assert_int_eq(outfile_lines(fileno(f), 10002), 2);
    ck_assert_int_eq(outfile_lines(fileno(f), 2), 2);
    ck_assert_int_eq(outfile_lines(fileno(f), 1), 0);
    ck_assert_int_eq(outfile_lines(fileno(f), 0), 0);
    fclose(f);
}
END_TEST

START_TEST(secrets_are_their_owners)
{
    char path[200];
    struct stat s;
    FILE *f;

    snprintf(path, sizeof path, "%s/a", dir);
    f = fopen(path, "w"); /* somebody left it open for all */
    ck_assert_ptr_nonnull(f);
    fclose(f);
    chmod(path, 0666);
    f = outfile_grow(dir, "a", true, &err);
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(stat(path, &s), 0);
    ck_assert_uint_eq(s.st_mode & 07777, 0600);
    ck_assert_int_eq(outfile_end(f, 0, outfile_lines), 0);
}
END_TEST

START_TEST(the_first_failure_is_told)
{
    char name[300];

    ck_assert_ptr_null(outfile_create("/nonexistent", "a", &err));
    ck_assert_str_eq(err.text, "/nonexistent/a: cannot be written: No such "
                               "file or directory");
    ck_assert_ptr_null(outfile_grow("/elsewhere", "b", false, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/a"));
    err.text[0] = '\0';
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    ck_assert_ptr_null(outfile_create(dir, name, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "File name too long"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outfile");
    TCase *tc = tcase_create("outfile");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, whole_files_get_their_name_at_the_end);
    tcase_add_loop_test(tc, files_that_do_not_fit_are_not_there, 0, 2);
    tcase_add_test(tc, room_can_be_taken_before);
    tcase_add_test(tc, files_that_grow_end_with_a_whole_record);
    tcase_add_test(tc, the_last_flush_counts);
    tcase_add_test(tc, lines_are_found_from_the_end);
    tcase_add_test(tc, secrets_are_their_owners);
    tcase_add_test(tc, the_first_failure_is_told);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
