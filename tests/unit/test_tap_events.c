/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A daemon's file of events: tap/events.h. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap/events.h"

static const struct nas_event rings = { .kind = NAS_EV_PAC_RING,
                                        .call = PPTP_NONE };

static char why[100];

static char folder[sizeof "/tmp/events-XXXXXX"];

static void in_a_folder(void)
{
    memcpy(folder, "/tmp/events-XXXXXX", sizeof folder);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

/* With nothing in it but the one file. */
static void folder_gone(void)
{
    ck_assert_int_eq(unlink("e"), 0);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

static unsigned lines(const char *path)
{
    FILE *f = fopen(path, "r");
    unsigned n = 0;
    char line[2000];

    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL) {
        ck_assert_ptr_nonnull(strstr(line, "\"name\":\"line 1\""));
        ck_assert_ptr_nonnull(strstr(line, "\"event\":\"PAC_RING\",\"index\":0"
                                           "}\n"));
        n++;
    }
    fclose(f);
    return n;
}

START_TEST(appended_and_ours_alone)
{
    struct tap_events t;
    struct stat st;
    int i;

    for (i = 0; i < 2; i++) {
        ck_assert_int_eq(tap_events_open(&t, "e", why, sizeof why), 0);
        tap_events_put(&t, "line 1", &rings);
        tap_events_put(&t, "line 1", &rings);
        tap_events_close(&t);
        tap_events_close(&t); /* is no matter */
        tap_events_put(&t, "line 1", &rings);
        ck_assert_uint_eq(lines("e"), 2 + 2 * (unsigned)i);
        ck_assert_int_eq(stat("e", &st), 0);
        ck_assert_uint_eq(st.st_mode & 0777, 0600);
        ck_assert_int_eq(chmod("e", 0644), 0);
    }
}
END_TEST

START_TEST(none)
{
    struct tap_events t;

    ck_assert_int_eq(tap_events_open(&t, NULL, why, sizeof why), 0);
    tap_events_put(&t, "line 1", &rings);
    ck_assert_int_eq(t.fd, -1);
    tap_events_close(&t);
}
END_TEST

START_TEST(cannot_be)
{
    struct tap_events t;

    ck_assert_int_eq(symlink("elsewhere", "e"), 0);
    ck_assert_int_eq(tap_events_open(&t, "e", why, sizeof why), -1);
    ck_assert_str_eq(why, strerror(ELOOP));
    ck_assert_int_eq(tap_events_open(&t, "no/e", why, sizeof why), -1);
    ck_assert_str_eq(why, strerror(ENOENT));
}
END_TEST

/* What a run before could not write in full; who reads lines goes on. */
START_TEST(cut)
{
    static const char *const bad[] = { "{\"t\":12,\"na", "{\"t", "{" };
    struct tap_events t;
    unsigned i, k;
    FILE *f;

    for (i = 0; i < 3; i++) {
        ck_assert_int_eq(tap_events_open(&t, "e", why, sizeof why), 0);
        for (k = 0; k < 20; k++) /* more than a line can have */
            tap_events_put(&t, "line 1", &rings);
        tap_events_close(&t);
        ck_assert_uint_eq(lines("e"), 20 * (i + 1));
        f = fopen("e", "a");
        ck_assert_ptr_nonnull(f);
        fputs(bad[i], f);
        fclose(f);
    }
}
END_TEST

/* What is no line of ours stays. */
START_TEST(of_others)
{
    static const char text[] = "a last line";
    struct tap_events t;
    char got[40] = "";
    FILE *f;

    f = fopen("e", "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    ck_assert_int_eq(tap_events_open(&t, "e", why, sizeof why), 0);
    tap_events_close(&t);
    f = fopen("e", "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_ptr_nonnull(fgets(got, sizeof got, f));
    fclose(f);
    ck_assert_str_eq(got, text);
}
END_TEST

/* It ends, once. */
START_TEST(full)
{
    struct tap_events t = { .path = "/dev/full", .fd = -1 };
    FILE *f = fopen("/dev/full", "w");

    ck_assert_ptr_nonnull(f);
    t.fd = dup(fileno(f));
    fclose(f);
    tap_events_put(&t, "line 1", &rings);
    ck_assert_int_eq(t.fd, -1);
    tap_events_put(&t, "line 1", &rings);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("events");
    TCase *tc = tcase_create("in a folder");
    TCase *no_folder = tcase_create("no folder");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, in_a_folder, folder_gone);
    tcase_add_test(tc, appended_and_ours_alone);
    tcase_add_test(tc, cannot_be);
    tcase_add_test(tc, cut);
    tcase_add_test(tc, of_others);
    suite_add_tcase(s, tc);
    tcase_add_test(no_folder, none);
    tcase_add_test(no_folder, full);
    suite_add_tcase(s, no_folder);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
