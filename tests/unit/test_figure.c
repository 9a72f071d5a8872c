/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure: what is drawn of which data, what is said of the rest, odd
 * names, gnuplot's failures and the disk's. */
#include "config.h"

#include <check.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/figure.h"

#define VARIANTS_MAX 130

static char dir[64];
static char old_path[4096];
static char text[1 << 20];
static struct figure_report report;

static void setup(void)
{
    snprintf(dir, sizeof dir, "/tmp/test_figure_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(old_path, sizeof old_path, "%s", getenv("PATH"));
}

static void teardown(void)
{
    char command[100];

    setenv("PATH", old_path, 1);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    ck_assert_int_eq(system(command), 0);
}

static const char *path_of(const char *name)
{
    static char path[300];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void write_text(const char *name, const char *what)
{
    FILE *f = fopen(path_of(name), "w");

    ck_assert_ptr_nonnull(f);
    fputs(what, f);
    ck_assert_int_eq(fclose(f), 0);
}

/* The whole file; "" if there is none. */
static const char *read_text(const char *name)
{
    FILE *f = fopen(path_of(name), "r");
    size_t n = 0;

    if (f != NULL) {
        n = fread(text, 1, sizeof text - 1, f);
        fclose(f);
    }
    text[n] = '\0';
    return text;
}

static bool exists(const char *name)
{
    return access(path_of(name), F_OK) == 0;
}

/* A gnuplot of our own, found first. */
static void fake_gnuplot(const char *script)
{
    char path[200];

    write_text("gnuplot", script);
    ck_assert_int_eq(chmod(path_of("gnuplot"), 0755), 0);
    snprintf(path, sizeof path, "%s:/bin:/usr/bin", dir);
    setenv("PATH", path, 1);
}

static const char nothing[] = "#!/bin/sh\nexit 0\n";

/* All variants have the same data, in dir itself. */
static enum figure_result make(const char *label, const char *title, size_t n)
{
    struct figure_variant v[VARIANTS_MAX];
    struct figure_config c = {
        .dir = dir, .title = title, .variants = v, .n_variants = n
    };

    for (size_t i = 0; i < n; i++)
        v[i] = (struct figure_variant){ .label = label, .dir = dir };
    return figure_make(&c, &report);
}

static bool has(const char *file, const char *what)
{
    return strstr(read_text(file), what) != NULL;
}

static size_t count(const char *file, const char *what)
{
    const char *p = read_text(file);
    size_t n = 0;

    for (; (p = strstr(p, what)) != NULL; p++)
        n++;
    return n;
}

static const char data[] = "# time 20\n# mean 0.5\n"
                           "# calls 2 2\n# flows 0 0\n# links 2 2\n"
                           "# curves window\n"
                           "# of c0\n0 1\n20 7\n\n"
                           "# of c1\n0 2\n20 6\n\n\n"
                           "# curves rtt\n"
                           "# of c0\n0 0.5\n20 0.125\n\n"
                           "# of c1\n0 0.4\n20 0.25\n\n\n"
                           "# curves timeout\n"
                           "# of c0\n0 0.9\n20 0.8\n\n\n"
                           "# curves goodput\n"
                           "# of c0\n0 64000\n20 64000\n\n"
                           "# of c1\n0 32000\n10 NaN\n\n\n"
                           "# curves queue\n"
                           "# of lan\n# drops 0\n0 9\n20 9\n\n"
                           "# of wan\n# drops 16\n0 3\n20 4\n\n\n"
                           "# curves dropped\n"
                           "# of lan\n0 0\n20 0\n\n"
                           "# of wan\n0 5\n20 5\n\n\n"
                           "# curves lost\n"
                           "# of lan\n0 0\n20 0\n\n"
                           "# of wan\n0 3\n20 3\n\n\n";

START_TEST(data_is_drawn_where_it_stands)
{
    write_text("figure.dat", data);
    fake_gnuplot(nothing);
    ck_assert_int_eq(make("one", "A title", 1), FIGURE_DRAWN);
    ck_assert_str_eq(report.err.text, "");
    ck_assert(has("figure.gp", "set label 1 \"one\" at"));
    ck_assert(has("figure.gp", "set label 4 \"A title\" at"));
    ck_assert(has("figure.gp", "set xrange [0:20]"));
    /* data sets by their place in the file, blocks by the call's */
    ck_assert(has("figure.gp", "\"./figure.dat\" index 0 every :::0::0 "
                               "using ($1*1):($2*1) with steps ls 1 "));
    ck_assert(has("figure.gp", "index 0 every :::1::1 using ($1*1):($2*1) "
                               "with steps ls 2 "));
    /* seconds below one are ms, bits are kbit */
    ck_assert(has("figure.gp", "index 1 every :::1::1 using "
                               "($1*1):($2*1000) with lines ls 2 "));
    ck_assert(has("figure.gp", "index 3 every :::0::0 using "
                               "($1*1):($2*0.001) with steps ls 1 "));
    /* of a second kind in the panel: the first call alone has a time-out */
    ck_assert(has("figure.gp", "index 2 every :::0::0 using "
                               "($1*1):($2*1000) with lines ls 15 "));
    ck_assert(!has("figure.gp", "index 2 every :::1::1"));
    /* of the links the one that drops, though another queues more */
    ck_assert(has("figure.gp", "index 4 every :::1::1"));
    ck_assert(!has("figure.gp", "index 4 every :::0::0"));
    ck_assert(has("figure.gp", "\"link wan\""));
    ck_assert(has("figure.gp",
                  "\"link wan: queue full, or link down; lost on the way "
                  "dotted\""));
    ck_assert_str_eq(report.left_out, "link wan, which of 2 lost most");
    ck_assert(has("figure.gp", "link wan, which of 2 lost most; goodput, "
                               "delay and losses are means over 500ms"));
    ck_assert(has("figure.gp", "set label 10 \"calls\""));
    /* no flow, no panel of flows; the queue's axis is the drawn link's */
    ck_assert(!has("figure.gp", "flows"));
    ck_assert(has("figure.gp", "set yrange [0:4.32]\n  set ytics 1\n"));
}
END_TEST

/* Every name in the legend, up to what can be told apart. */
START_TEST(calls_are_told_apart)
{
    static const size_t calls[] = { 1, 2, 14, 15 };
    size_t n = calls[_i];
    FILE *f = fopen(path_of("figure.dat"), "w");

    ck_assert_ptr_nonnull(f);
    fprintf(f, "# time 1\n# calls 1000 %zu\n# curves rtt\n", n);
    for (size_t i = 0; i < n; i++)
        fprintf(f, "# of c%zu\n0 1\n1 1\n\n", i);
    fclose(f);
    fake_gnuplot(nothing);
    ck_assert_int_eq(make("", "", 1), FIGURE_DRAWN);
    ck_assert_uint_eq(count("figure.gp", "nohead ls"),
                      n > 1 && n < 15 ? n : 0);
    ck_assert_uint_eq(count("figure.gp", " with lines ls"), n < 15 ? n : 1);
    ck_assert(has("figure.gp", "calls in one colour") == (n == 15));
    if (n == 14)
        ck_assert(has("figure.gp", "nohead ls 14\n  set label 24 \"c13\""));
    snprintf(text, sizeof text,
             "%zu of 1,000 calls, evenly chosen; no link, since none is "
             "listed in `links`",
             n);
    ck_assert_str_eq(report.left_out, text);
}
END_TEST

/* Flows only: their panels, none of calls. */
START_TEST(flows_have_panels)
{
    write_text("figure.dat", "# time 1\n# flows 1 1\n# links 1 1\n"
                             "# curves flow_goodput\n# of f\n0 2e6\n1 2e6\n"
                             "\n\n# curves flow_delay\n# of f\n0 2\n1 3\n");
    fake_gnuplot(nothing);
    ck_assert_int_eq(make("", "", 1), FIGURE_DRAWN);
    ck_assert_str_eq(report.left_out, "");
    ck_assert(has("figure.gp", "\"flows: goodput\\n(Mbit/s)\""));
    ck_assert(has("figure.gp", "\"flows: delay\\n(s)\""));
    ck_assert(!has("figure.gp", "\"window"));
    ck_assert(!has("figure.gp", "\"goodput\\n"));
}
END_TEST

/* A variant that lacks a kind says so in its panel. */
START_TEST(what_is_missing_is_said)
{
    struct figure_variant v[2] = { { "with", dir }, { "without", NULL } };
    struct figure_config c = {
        .dir = dir, .title = "", .variants = v, .n_variants = 2
    };
    char inner[100];

    snprintf(inner, sizeof inner, "%s/in", dir);
    v[1].dir = inner;
    ck_assert_int_eq(mkdir(inner, 0777), 0);
    write_text("figure.dat", data);
    write_text("in/figure.dat",
               "# time 5\n# mean 0.1\n# calls 1 1\n# curves rtt\n"
               "# of c9\n0 0.1\n20 0.1\n");
    fake_gnuplot(nothing);
    ck_assert_int_eq(figure_make(&c, &report), FIGURE_DRAWN);
    ck_assert(has("figure.gp", "\"no window\""));
    ck_assert(has("figure.gp", "\"no such link\""));
    ck_assert(has("figure.gp", "means over 100ms to 500ms\""));
    ck_assert(has("figure.gp", "\"./in/figure.dat\" index 0 every :::0::0 "
                               "using ($1*1):($2*1000) with lines ls 3 "));
    ck_assert(has("figure.gp", "nohead ls 3\n  set label 13 \"c9\""));
    /* one that did not run has no data at all */
    ck_assert_int_eq(unlink(path_of("in/figure.dat")), 0);
    ck_assert_int_eq(figure_make(&c, &report), FIGURE_DRAWN);
    ck_assert(has("figure.gp", "\"no data\""));
    ck_assert_int_eq(unlink(path_of("figure.dat")), 0);
    ck_assert_int_eq(figure_make(&c, &report), FIGURE_FAILED);
    ck_assert_str_eq(report.err.text, "no figure: no run has left its "
                                      "figure.dat");
    write_text("figure.dat", "# time 1\n");
    ck_assert_int_eq(figure_make(&c, &report), FIGURE_DRAWN);
    ck_assert(has("figure.gp", "nothing to draw"));
}
END_TEST

/* Of three calls one has values: nobody is left out without a word. */
START_TEST(calls_without_a_sample)
{
    write_text("figure.dat", "# time 1\n# calls 3 3\n# links 1 1\n"
                             "# curves rtt\n# of c0\n0 1\n1 1\n\n"
                             "# of c1\n\n\n");
    fake_gnuplot(nothing);
    ck_assert_int_eq(make("", "", 1), FIGURE_DRAWN);
    ck_assert_str_eq(report.left_out, "2 calls up at no sample");
}
END_TEST

/* Every variant has a column; many have further pictures. */
START_TEST(variants_have_columns)
{
    static const struct {
        size_t n, pictures;
        const char *says;
    } v[] = {
        { 6, 1, "link wan, which of 2 lost most" },
        { 7, 1, "link wan, which of 2 lost most" },
        { 12, 1, "link wan, which of 2 lost most" },
        { 13, 2,
          "the first 12 of 13 values; others in figure-2.svg; link wan, "
          "which of 2 lost most" },
        { 40, 4,
          "the first 12 of 40 values; others in figure-2.svg to "
          "figure-4.svg; link wan, which of 2 lost most" },
        { 130, 10,
          "the first 12 of 130 values; others in figure-2.svg to "
          "figure-10.svg; 10 in none; link wan, which of 2 lost most" },
    };
    size_t columns = 0, i;
    char name[64];

    write_text("figure.dat", data);
    fake_gnuplot(nothing);
    ck_assert_int_eq(make("VALUE", "", v[_i].n), FIGURE_DRAWN);
    ck_assert_str_eq(report.left_out, v[_i].says);
    ck_assert_uint_eq(report.pictures, v[_i].pictures);
    for (i = 0; i < v[_i].pictures; i++) {
        figure_name(name, sizeof name, i, ".gp");
        columns += count(name, "set label 1 \"VALUE\"");
        ck_assert_int_eq(has(name, " values 13 to "), false);
        ck_assert_int_eq(has(name, "\"values 13 to "), i == 1);
        figure_name(name, sizeof name, i, ".svg");
        ck_assert(exists(name));
    }
    ck_assert_uint_eq(columns, v[_i].n < 120 ? v[_i].n : 120);
    figure_name(name, sizeof name, i, ".gp");
    ck_assert(!exists(name));
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
    { "<touch x", "\"<touch x\"" },
    { "\xff\xe2\x82z\x80", "\"???z?\"" },
};

static void write_odd(const char *name)
{
    FILE *f = fopen(path_of("figure.dat"), "w");

    ck_assert_ptr_nonnull(f);
    fputs("# time 1\n# calls 2 2\n# links 2 2\n# curves rtt\n# of ", f);
    for (const char *p = name; *p != '\0'; p++)
        fputc(*p == '\n' ? ' ' : *p, f);
    fputs("\n0 1\n1 1\n\n# of b\n0 1\n1 2\n\n\n"
          "# curves queue\n# of ",
          f);
    for (const char *p = name; *p != '\0'; p++)
        fputc(*p == '\n' ? ' ' : *p, f);
    fputs("\n0 1\n1 1\n", f);
    fclose(f);
}

START_TEST(odd_names_are_quoted)
{
    char want[200];

    write_odd(odd[_i].text);
    fake_gnuplot(nothing);
    ck_assert_int_eq(make(odd[_i].text, odd[_i].text, 1), FIGURE_DRAWN);
    for (int id = 1; id <= 4; id += 3) {
        snprintf(want, sizeof want, "  set label %d %s at", id,
                 odd[_i].quoted);
        ck_assert_msg(has("figure.gp", want), "%s", text);
    }
    snprintf(want, sizeof want, "  set label 11 %s at", odd[_i].quoted);
    ck_assert_msg(has("figure.gp", want), "%s", text);
}
END_TEST

/* What is too long loses its middle, and no character is cut. */
START_TEST(long_names_fit)
{
    char name[4000] = "first ";

    for (int i = 0; i < 900; i++)
        strcat(name, "\xe2\x82\xac");
    strcat(name, " last");
    write_odd(name);
    fake_gnuplot(nothing);
    ck_assert_int_eq(make(name, name, 7), FIGURE_DRAWN);
    ck_assert(has("figure.gp", "\"first \xe2\x82\xac"));
    ck_assert(has("figure.gp", "\xe2\x82\xac last\" at"));
    ck_assert(has("figure.gp", "\xe2\x82\xac\xe2\x80\xa6\xe2\x82\xac"));
    for (const char *p = text; (p = strstr(p, "first ")) != NULL; p++)
        ck_assert_uint_lt(strcspn(p, "\""), 700);
}
END_TEST

/* The real program draws them, if it is here, without a complaint, also
 * where nobody has set a language. */
START_TEST(gnuplot_draws)
{
    enum figure_result result;

    setenv("LC_ALL", "C", 1);
    if (_i < (int)(sizeof odd / sizeof odd[0]))
        write_odd(odd[_i].text);
    else
        write_text("figure.dat", _i % 2 == 0 ? data : "");
    result = make(odd[_i % 6].text, "title", _i % 2 == 0 ? 13 : 1);
    if (result == FIGURE_NO_GNUPLOT)
        return;
    ck_assert_msg(result == FIGURE_DRAWN, "%s", report.err.text);
    ck_assert_str_eq(report.err.text, "");
    ck_assert(has("figure.svg", "</svg>"));
    ck_assert_uint_eq(strlen(text),
                      (size_t)(strstr(text, "</svg>") - text) + 8);
    ck_assert_int_eq(memcmp(read_text("figure.png"), "\x89PNG", 4), 0);
    ck_assert(!exists("x"));
    ck_assert_int_eq(exists("figure-2.png"), _i % 2 == 0);
    /* by hand the same */
    ck_assert_int_eq(unlink(path_of("figure.png")), 0);
    snprintf(text, sizeof text, "cd %s && gnuplot figure.gp", dir);
    ck_assert_int_eq(system(text), 0);
    ck_assert(exists("figure.png"));
}
END_TEST

START_TEST(failures_are_told)
{
    struct figure_config c = { .dir = "/nonexistent" };

    write_text("figure.dat", data);
    fake_gnuplot("#!/bin/sh\necho half; echo >&2; echo '  no font' >&2\n"
                 "exit 3\n");
    ck_assert_int_eq(make("x", "", 1), FIGURE_FAILED);
    ck_assert_ptr_nonnull(
        strstr(report.err.text, "gnuplot failed: no font; the script is "));
    ck_assert_ptr_nonnull(strstr(report.err.text, "/figure.gp"));
    ck_assert(!exists("figure.svg") && !exists("figure.svg.part"));
    fake_gnuplot("#!/bin/sh\nkill -9 $$\n");
    ck_assert_int_eq(make("x", "", 1), FIGURE_FAILED);
    ck_assert_ptr_nonnull(strstr(report.err.text, "gnuplot failed; the"));
    fake_gnuplot("#!/bin/sh\necho 'ugly output' >&2\nexit 0\n");
    ck_assert_int_eq(make("x", "", 1), FIGURE_DRAWN);
    ck_assert_str_eq(report.err.text, "figure: gnuplot says: ugly output");
    ck_assert_int_eq(unlink(path_of("gnuplot")), 0);
    setenv("PATH", dir, 1);
    ck_assert_int_eq(make("x", "", 1), FIGURE_NO_GNUPLOT);
    ck_assert_ptr_nonnull(strstr(report.err.text, "gnuplot is not installed"));
    ck_assert(has("figure.gp", "set multiplot"));
    c.n_variants = 1;
    c.variants = &(struct figure_variant){ "x", dir };
    ck_assert_int_eq(figure_make(&c, &report), FIGURE_FAILED);
    ck_assert_ptr_nonnull(strstr(report.err.text, "/nonexistent/figure.gp: "
                                                  "cannot be written"));
}
END_TEST

/* A picture that does not fit is not there, and gnuplot is not waited for. */
START_TEST(a_full_disk)
{
    struct rlimit was, now;

    write_text("figure.dat", data);
    fake_gnuplot("#!/bin/sh\nexec yes picture\n");
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
    now = (struct rlimit){ 100000, was.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &now), 0);
    ck_assert_int_eq(make("x", "", 1), FIGURE_FAILED);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
    ck_assert_ptr_nonnull(strstr(report.err.text,
                                 "/figure.svg: cannot be written in full: "
                                 "File too large"));
    ck_assert(!exists("figure.svg") && !exists("figure.svg.part"));
    ck_assert(exists("figure.gp"));
}
END_TEST

static bool tick(void *ctx, const char *name)
{
    ck_assert_str_eq(name, "figure.svg");
    return ++*(int *)ctx < 3;
}

START_TEST(it_can_be_stopped)
{
    int ticks = 0;
    struct gnuplot_watch watch = { tick, &ticks };
    struct figure_variant v = { "x", dir };
    struct figure_config c = {
        .dir = dir, .variants = &v, .n_variants = 1, .watch = &watch
    };

    write_text("figure.dat", data);
    fake_gnuplot("#!/bin/sh\nexec sleep 1000\n");
    ck_assert_int_eq(figure_make(&c, &report), FIGURE_STOPPED);
    ck_assert_int_ge(ticks, 3);
    ck_assert(!exists("figure.svg") && !exists("figure.svg.part"));
}
END_TEST

START_TEST(the_script_alone)
{
    struct figure_variant v = { "x", dir };
    struct figure_config c = {
        .dir = dir, .variants = &v, .n_variants = 1, .script_only = true
    };

    write_text("figure.dat", data);
    fake_gnuplot("#!/bin/sh\ntouch asked\n");
    ck_assert_int_eq(figure_make(&c, &report), FIGURE_DRAWN);
    ck_assert_uint_eq(report.pictures, 0);
    ck_assert(exists("figure.gp") && !exists("asked"));
}
END_TEST

/* Files that no run has written are no reason to crash. */
static const char *const rough[] = {
    "",
    "0 1\n",
    "# curves window\n0 1\n",
    "# of c\n0 1\n",
    "# curves nonsense\n# of c\n0 1\n",
    "# curves window\n# of c\n",
    "# curves window\n# of c\n0 1\n# curves rtt\n0 1\n",
    "# curves queue\n# of c\n# drops x\n1 2\n",
    "# curves rtt\n# of\n# of \n1\n x\n\xff\xfe,\x01\n",
    "# time -5\n# calls -1 x\n# curves rtt\n# of c\n1 1e999\nnan inf\n-1 -1\n",
    "# time 1e300\n# mean 1e300\n# curves rtt\n# of c\n0 1e-300\n1 1e300\n",
};

START_TEST(rough_data)
{
    write_text("figure.dat", rough[_i]);
    fake_gnuplot(nothing);
    ck_assert_int_eq(make("x", NULL, 1), FIGURE_DRAWN);
    ck_assert(has("figure.gp", "unset multiplot"));
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
    tcase_add_test(tc, calls_without_a_sample);
    tcase_add_test(tc, data_is_drawn_where_it_stands);
    tcase_add_loop_test(tc, calls_are_told_apart, 0, 4);
    tcase_add_test(tc, flows_have_panels);
    tcase_add_test(tc, what_is_missing_is_said);
    tcase_add_loop_test(tc, variants_have_columns, 0, 6);
    tcase_add_loop_test(tc, odd_names_are_quoted, 0, COUNT(odd));
    tcase_add_test(tc, long_names_fit);
    tcase_add_loop_test(tc, gnuplot_draws, 0, COUNT(odd) + 2);
    tcase_add_test(tc, failures_are_told);
    tcase_add_test(tc, a_full_disk);
    tcase_add_test(tc, it_can_be_stopped);
    tcase_add_test(tc, the_script_alone);
    tcase_add_loop_test(tc, rough_data, 0, COUNT(rough));
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
