/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of results: whose it is, what is removed from it. */
#include "config.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/outdir.h"

static char dir[64];
static char out[100];
static struct conf_error err;
static struct outdir a, b;

static void setup(void)
{
    snprintf(dir, sizeof dir, "/tmp/test_outdir_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(out, sizeof out, "%s/deep/out", dir);
    a = b = (struct outdir){ .marker = -1 };
}

static void teardown(void)
{
    char command[100];

    outdir_free(&a);
    outdir_free(&b);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    ck_assert_int_eq(system(command), 0);
}

static const char *path_of(const char *name)
{
    static char path[400];

    snprintf(path, sizeof path, "%s/%s", out, name);
    return path;
}

static void put(const char *name)
{
    FILE *f = fopen(path_of(name), "w");

    ck_assert_ptr_nonnull(f);
    fputs("x", f);
    fclose(f);
}

static bool exists(const char *name)
{
    return access(path_of(name), F_OK) == 0;
}

static bool says(const char *what)
{
    return strstr(err.text, what) != NULL;
}

START_TEST(one_run_at_a_time)
{
    ck_assert_int_eq(outdir_check(&a, out, false, &err), 0);
    ck_assert(!exists("")); /* a look changes nothing */
    ck_assert_int_eq(outdir_make(&a, NULL, 0, &err), 0);
    ck_assert(exists(".dialtone"));
    ck_assert_int_eq(outdir_check(&b, out, true, &err), 2);
    ck_assert_msg(says("out is in use: another run"), "%s", err.text);
    outdir_free(&b);
    outdir_free(&a);
    /* a marker alone is of a run that left nothing */
    ck_assert_int_eq(outdir_check(&b, out, false, &err), 0);
    ck_assert_int_eq(outdir_check(&a, out, false, &err), 2);
}
END_TEST

/* Both looked before either made it. */
START_TEST(the_second_of_two_that_looked)
{
    ck_assert_int_eq(outdir_check(&a, out, false, &err), 0);
    ck_assert_int_eq(outdir_check(&b, out, false, &err), 0);
    ck_assert_int_eq(outdir_make(&a, NULL, 0, &err), 0);
    ck_assert_int_eq(outdir_make(&b, NULL, 0, &err), 2);
    ck_assert(says("is in use"));
    put("result.json");
    outdir_free(&a); /* it is over already */
    ck_assert_int_eq(outdir_make(&b, NULL, 0, &err), 2);
    ck_assert(says("exists and is not empty"));
    ck_assert(exists("result.json"));
    outdir_free(&b);
    ck_assert_int_eq(outdir_check(&b, out, true, &err), 0);
    ck_assert_int_eq(outdir_make(&b, NULL, 0, &err), 0);
    ck_assert(!exists("result.json"));
}
END_TEST

static const char *const ours[] = {
    "calls.csv",        "flows.csv",     "series.csv",  "result.json",
    "result.json.part", "figure.gp",     "figure.dat",  "figure.svg.part",
    "figure-2.svg",     "figure-10.png", "trace.jsonl", "events.jsonl",
    "wan.pcapng",       "pns.journal",   "x/calls.csv", "x/figure.dat.part",
    "y/wan.pcapng",     "users.csv",     "voices.csv",
};
static const char *const others[] = {
    "mine",  "figure-x.svg", "figures.svg", "figure-2.svg.bak", "notes.part",
    ".part", "y/mine",       "z/calls.csv", "figure-2.txt",     "calls.csv~",
};

START_TEST(results_are_removed_and_nothing_else)
{
    static const char *const inner[] = { "x", "y" };
    size_t i;

    ck_assert_int_eq(outdir_check(&a, out, false, &err), 0);
    ck_assert_int_eq(outdir_make(&a, inner, 2, &err), 0);
    ck_assert(exists("x/") && exists("y/"));
    ck_assert_int_eq(mkdir(path_of("z"), 0777), 0);
    for (i = 0; i < sizeof ours / sizeof ours[0]; i++)
        put(ours[i]);
    for (i = 0; i < sizeof others / sizeof others[0]; i++)
        put(others[i]);
    outdir_sweep(out);
    ck_assert(!exists("figure.svg.part") && exists("figure-2.svg"));
    ck_assert(exists("notes.part"));
    outdir_free(&a);
    ck_assert_int_eq(outdir_check(&a, out, false, &err), 2);
    outdir_free(&a);
    ck_assert_int_eq(outdir_check(&a, out, true, &err), 0);
    ck_assert(exists("calls.csv"));
    ck_assert_int_eq(outdir_make(&a, NULL, 0, &err), 0);
    for (i = 0; i < sizeof ours / sizeof ours[0]; i++)
        ck_assert_msg(!exists(ours[i]), "%s is left", ours[i]);
    for (i = 0; i < sizeof others / sizeof others[0]; i++)
        ck_assert_msg(exists(others[i]), "%s is gone", others[i]);
    ck_assert(!exists("x/") && exists("y/"));
}
END_TEST

START_TEST(folders_that_cannot_be)
{
    char far[5000];

    ck_assert_int_eq(outdir_check(&a, "", false, &err), 2);
    ck_assert_int_eq(outdir_check(&a, "/proc/x/y", false, &err), 0);
    ck_assert_int_eq(outdir_make(&a, NULL, 0, &err), 2);
    ck_assert_str_eq(err.text,
                     "cannot create /proc/x: No such file or directory");
    memset(far, 'f', sizeof far);
    far[OUTDIR_MAX_OCTETS + 1] = '\0';
    ck_assert_int_eq(outdir_check(&a, far, false, &err), 2);
    ck_assert(says("the path is too long"));
    ck_assert_int_eq(outdir_check(&a, out, false, &err), 0);
    ck_assert_int_eq(outdir_make(&a, NULL, 0, &err), 0);
    put("file");
    outdir_free(&a);
    ck_assert_int_eq(outdir_check(&a, path_of("file"), true, &err), 2);
    ck_assert(says("Not a directory"));
    /* not ours: it is left alone */
    ck_assert_int_eq(unlink(path_of(".dialtone")), 0);
    ck_assert_int_eq(outdir_check(&a, out, true, &err), 2);
    ck_assert(says("not a folder of dialtone's results"));
    ck_assert(exists("file"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outdir");
    TCase *tc = tcase_create("outdir");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, one_run_at_a_time);
    tcase_add_test(tc, the_second_of_two_that_looked);
    tcase_add_test(tc, results_are_removed_and_nothing_else);
    tcase_add_test(tc, folders_that_cannot_be);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
