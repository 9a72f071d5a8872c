/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure: data and script from series, odd names, gnuplot's failures. */
#include "config.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/figure.h"

#define HEADER                                                           \
    "time_s,object,window,outstanding,ato_s,rtt_s,queued,sent,timeouts," \
    "delivered_octets,queue_packets,dropped,lost\n"

static char dir[64];
static char old_path[4096];
static char text[1 << 20];

static void setup(void)
{
    snprintf(dir, sizeof dir, "/tmp/test_figure_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(old_path, sizeof old_path, "%s", getenv("PATH"));
}

static void remove_name(const char *name)
{
    char path[200];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    unlink(path);
}

static void teardown(void)
{
    static const char *const names[] = { "series.csv", "figure.gp",
                                         "figure.dat", "figure.svg",
                                         "figure.png", "gnuplot" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        remove_name(names[i]);
    }
    rmdir(dir);
    setenv("PATH", old_path, 1);
}

static void write_text(const char *name, const char *what)
{
    char path[200];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(what, f);
    ck_assert_int_eq(fclose(f), 0);
}

/* The whole file; "" if there is none. */
static const char *read_text(const char *name)
{
    char path[200];
    FILE *f;
    size_t n = 0;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "r");
    if (f != NULL) {
        n = fread(text, 1, sizeof text - 1, f);
        fclose(f);
    }
    text[n] = '\0';
    return text;
}

/* A gnuplot of our own, found first. */
static void fake_gnuplot(const char *script)
{
    char path[200];

    write_text("gnuplot", script);
    snprintf(path, sizeof path, "%s/gnuplot", dir);
    ck_assert_int_eq(chmod(path, 0755), 0);
    snprintf(path, sizeof path, "%s:/bin:/usr/bin", dir);
    setenv("PATH", path, 1);
}

static int make(const char *label, const char *title, size_t n,
                struct tool_error *err)
{
    struct figure_variant v[FIGURE_COLUMNS_MAX + 2];

    for (size_t i = 0; i < FIGURE_COLUMNS_MAX + 2; i++) {
        v[i] = (struct figure_variant){ .label = label, .dir = dir };
    }
    err->text[0] = '\0';
    return figure_make(dir, title, v, n, err);
}

static bool has(const char *file, const char *what)
{
    return strstr(read_text(file), what) != NULL;
}

static const char series[] = HEADER "0.0,call:c0,1,0,0.5,,0,0,0,0,,,\n"
                                    "0.0,link:lan,,,,,,,,,9,0,0\n"
                                    "0.0,link:wan,,,,,,,,,3,0,0\n"
                                    "2.0,call:c0,7,2,0.25,0.125,0,9,0,500,,,\n"
                                    "2.0,link:lan,,,,,,,,,9,0,0\n"
                                    "2.0,link:wan,,,,,,,,,4,10,6\n";

START_TEST(data_is_what_was_sampled)
{
    struct tool_error err;

    write_text("series.csv", series);
    fake_gnuplot("#!/bin/sh\nexit 0\n");
    ck_assert_msg(make("one", "A title", 1, &err) == 0, "%s", err.text);
    ck_assert_str_eq(read_text("figure.dat"),
                     "# variant 0, call:c0\n"
                     "0 1 0.5 NaN\n"
                     "2 7 0.25 0.125\n"
                     "\n\n"
                     /* The link that drops, though another queues more;
                      * counts are rates: 10 and 6 packets in 2 s. */
                     "# variant 0, link:wan\n"
                     "0 3 NaN NaN\n"
                     "2 4 5 3\n"
                     "\n\n");
    ck_assert(has("figure.gp", "set title \"one\""));
    ck_assert(has("figure.gp", "title \"A title\""));
    ck_assert(has("figure.gp", "set xrange [0:2]"));
    ck_assert(has("figure.gp", "set label 1 \"link:wan\""));
    ck_assert(has("figure.gp", "layout 4,1 "));
    ck_assert(has("figure.gp", "'figure.dat' index 0 using 1:2 with steps"));
    ck_assert(has("figure.gp", "'figure.dat' index 1 using 1:3"));
}
END_TEST

/* Several calls have a key, one needs none; packets are whole. */
START_TEST(calls_are_named)
{
    struct tool_error err;

    fake_gnuplot("#!/bin/sh\nexit 0\n");
    write_text("series.csv", series);
    ck_assert_int_eq(make("x", "", 1, &err), 0);
    ck_assert(!has("figure.gp", "title \"c0\""));
    ck_assert(has("figure.gp", "title 'lost (on the link)'"));
    /* The queue is 4 packets at most, the window 7. */
    ck_assert(has("figure.gp", "set yrange [0:4.4]\n  set ytics 1\n"));
    ck_assert(has("figure.gp", "set yrange [0:7.7]\n  set ytics autofreq\n"));
    write_text("series.csv", HEADER "0.0,call:c0,1,0,0.5,,0,0,0,0,,,\n"
                                    "0.0,call:c1,2,0,0.5,,0,0,0,0,,,\n");
    ck_assert_int_eq(make("x", "", 2, &err), 0);
    ck_assert(has("figure.gp", "with steps ls 1 title \"c0\""));
    ck_assert(has("figure.gp", "with steps ls 2 title \"c1\""));
    /* One key is enough. */
    ck_assert(has("figure.gp", "with steps ls 2 notitle"));
}
END_TEST

/* Columns beyond the most are left out, and rows are thinned. */
START_TEST(bounded)
{
    struct tool_error err;
    char path[200];
    size_t lines = 0;
    FILE *f;

    snprintf(path, sizeof path, "%s/series.csv", dir);
    f = fopen(path, "w");
    fputs(HEADER, f);
    for (int i = 0; i < 10000; i++) {
        fprintf(f, "%d,call:c,1,0,1,1,0,0,0,0,,,\n", i);
    }
    fclose(f);
    fake_gnuplot("#!/bin/sh\nexit 0\n");
    ck_assert_int_eq(make("x", "", FIGURE_COLUMNS_MAX + 2, &err), 0);
    ck_assert(has("figure.gp", "layout 4,6 "));
    ck_assert_int_eq(make("x", "", 1, &err), 0);
    read_text("figure.dat");
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++) {
        lines++;
    }
    ck_assert_uint_gt(lines, 2000);
    ck_assert_uint_lt(lines, 4010);
}
END_TEST

static const struct {
    const char *text;
    const char *quoted;
} odd[] = {
    { "it's", "\"it's\"" },
    { "`touch x`", "\"\\140touch x\\140\"" },
    { "'; system('touch x'); '", "\"'; system('touch x'); '\"" },
    { "a\nb\tc\"d", "\"a b c\\042d\"" },
    { "\".system('touch x').\"", "\"\\042.system('touch x').\\042\"" },
    { "b\\n %d {/Bold x} @y $z", "\"b\\134n %d {/Bold x} @y $z\"" },
    { "Sch\xc3\xb6n", "\"Sch\xc3\xb6n\"" },
    { "", "\"\"" },
};

START_TEST(odd_names_are_quoted)
{
    struct tool_error err;
    char want[200];

    write_text("series.csv", series);
    fake_gnuplot("#!/bin/sh\nexit 0\n");
    ck_assert_int_eq(make(odd[_i].text, odd[_i].text, 1, &err), 0);
    snprintf(want, sizeof want, "  set title %s font", odd[_i].quoted);
    ck_assert_msg(has("figure.gp", want), "%s", text);
    snprintf(want, sizeof want, " title %s font ',15'", odd[_i].quoted);
    ck_assert_msg(has("figure.gp", want), "%s", text);
}
END_TEST

/* The real program draws them, if it is here. */
START_TEST(gnuplot_draws)
{
    struct tool_error err;
    char path[200];
    int result;

    write_text("series.csv", series);
    result = make(odd[_i].text, "title", 1, &err);
    if (result == 1 && strstr(err.text, "is not installed") != NULL) {
        return;
    }
    ck_assert_msg(result == 0, "%s", err.text);
    ck_assert(has("figure.svg", "</svg>"));
    ck_assert_msg(has("figure.svg", "losses (packets/s)"), "no axis");
    ck_assert_int_eq(memcmp(read_text("figure.png"), "\x89PNG", 4), 0);
    snprintf(path, sizeof path, "%s/x", dir);
    ck_assert_msg(access(path, F_OK) != 0, "a name was run");
}
END_TEST

START_TEST(failures_are_told)
{
    struct tool_error err;

    write_text("series.csv", series);
    fake_gnuplot("#!/bin/sh\nexit 3\n");
    ck_assert_int_eq(make("x", "", 1, &err), 1);
    ck_assert_ptr_nonnull(strstr(err.text, "gnuplot failed"));
    ck_assert_ptr_nonnull(strstr(err.text, "figure.gp"));
    fake_gnuplot("#!/bin/sh\nkill -9 $$\n");
    ck_assert_int_eq(make("x", "", 1, &err), 1);
    ck_assert_ptr_nonnull(strstr(err.text, "gnuplot failed"));
    remove_name("gnuplot");
    setenv("PATH", dir, 1);
    ck_assert_int_eq(make("x", "", 1, &err), 1);
    ck_assert_ptr_nonnull(strstr(err.text, "gnuplot is not installed"));
    ck_assert(has("figure.gp", "set multiplot"));
    ck_assert_int_eq(figure_make("/nonexistent", "", NULL, 0, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/figure.dat: No"));
}
END_TEST

/* Files that no run has written are no reason to crash. */
static const char *const rough[] = {
    "",
    HEADER,
    HEADER "\n\n,,,\n",
    HEADER "1.0,call:c\n",
    HEADER "1.0,link:l,,,,,,,,,1,1,1\n",
    HEADER "x,call:c,y,z\n\xff\xfe,\x01\n",
    HEADER "1,call:c,1e999,nan,inf,-1,0,0,0,0,,,\n",
};

START_TEST(rough_series)
{
    struct tool_error err;

    write_text("series.csv", rough[_i]);
    fake_gnuplot("#!/bin/sh\nexit 0\n");
    ck_assert_int_eq(make("x", NULL, 1, &err), 0);
    ck_assert(has("figure.gp", "unset multiplot"));
    /* A variant that did not run has no file at all. */
    remove_name("series.csv");
    ck_assert_int_eq(make("x", NULL, 2, &err), 0);
    ck_assert(has("figure.gp", "layout 4,2 "));
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
    Suite *suite = suite_create("figure");
    TCase *tc = tcase_create("figure");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, data_is_what_was_sampled);
    tcase_add_test(tc, calls_are_named);
    tcase_add_test(tc, bounded);
    tcase_add_loop_test(tc, odd_names_are_quoted, 0, COUNT(odd));
    tcase_add_loop_test(tc, gnuplot_draws, 0, 5);
    tcase_add_test(tc, failures_are_told);
    tcase_add_loop_test(tc, rough_series, 0, COUNT(rough));
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
