/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Profiles: what their text means, what is refused and where, and that
 * SimGrid itself reads them alike.  It starts once a process: Check's forks
 * are needed.
 */
#include "config.h"

#include "sim/profile.h"

#include <check.h>
#include <simgrid/engine.h>
#include <simgrid/link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef HAVE_VALGRIND_VALGRIND_H
#include <valgrind/valgrind.h>
#endif

#include "base/base.h"
#include "sim/platform.h"

static char err[512];
static struct sim_profile p;

static int parse_as(const char *text, enum sim_profile_kind kind)
{
    struct sim_profile_source source = { "file", 1, kind, 0 };

    return sim_profile_parse(&p, text, strlen(text), &source, err,
                             sizeof(err));
}

/* What a profile does up to 30 s: "TIME:VALUE " for each change. */
static const char *changes(void)
{
    static char all[1024];
    struct sim_profile_cursor c = { 0 };
    size_t n = 0;
    uint64_t at_ns;
    double value;

    all[0] = '\0';
    while (sim_profile_next(&p, &c, &at_ns, &value) && at_ns <= 30 * PPTP_S)
        n += (size_t)snprintf(all + n, sizeof(all) - n, "%g:%g ",
                              (double)at_ns * 1e-9, value);
    return all;
}

/* ---- what a text means ---- */

/* Second column: by hand, from SimGrid's rules.  PERIODICITY p repeats all
 * times p later, LOOPAFTER d repeats them d after the last one. */
static const char *const meanings[][2] = {
    { "0 500\n1 600\n", "0:500 1:600 " },
    { "1 500\n2 600", "1:500 2:600 " },
    { "1 500\r\n2 600\r\n", "1:500 2:600 " },
    { "1 500\r2 600\r", "1:500 2:600 " },
    { "# c\n% d\n\n1 500\n  # x\n 2\t600  \n", "1:500 2:600 " },
    { "1 500 # c\n1.5e1 1e3 % d\n", "1:500 15:1000 " },
    { "1 500\n1 600\n2 700\n", "1:500 1:600 2:700 " },
    { "1 0\n2 500\n", "1:0 2:500 " },
    { "DET 1 DET 500\n2 DET 600\nDET 3 700\n", "1:500 2:600 3:700 " },
    { "+1 +0x10\n", "1:16 " },
    { "2 500\nPERIODICITY 10\n", "2:500 12:500 22:500 " },
    { "PERIODICITY 10\n2 500\n3 600\n",
      "2:500 3:600 12:500 13:600 22:500 23:600 " },
    { "0 500\n10 600\nPERIODICITY 10\n",
      "0:500 10:600 10:500 20:600 20:500 30:600 30:500 " },
    { "0 500\n3 600\nPERIODICITY 9\nPERIODICITY 15\n",
      "0:500 3:600 15:500 18:600 30:500 " },
    { "1 500\n3 600\nLOOPAFTER 7\n",
      "1:500 3:600 11:500 13:600 21:500 23:600 " },
    { "4 500\n12 600\nLOOPAFTER 0\n", "4:500 12:600 16:500 24:600 28:500 " },
    { "4 500\n12 600\nPERIODICITY 0\n", "4:500 12:600 16:500 24:600 28:500 " },
    { "1 500\n1e30 600\n", "1:500 " },
    { "1 500\nPERIODICITY 1e300\n", "1:500 " },
    { "1e12 500\n", "" },
};

START_TEST(meaning)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        ck_assert_msg(parse_as(meanings[i][0], SIM_PROFILE_RATE) == 0, "%s",
                      err);
        ck_assert_str_eq(changes(), meanings[i][1]);
        sim_profile_fini(&p);
        ck_assert_ptr_null(p.points);
    }
}
END_TEST

/* 10 ms, 1 ms: n periods are n * 10 ms to the nanosecond, whatever n. */
START_TEST(fast)
{
    struct sim_profile_cursor c = { 0 };
    uint64_t at_ns = 0;
    double value = 0;

    ck_assert_int_eq(parse_as("PERIODICITY 0.010\n0 1000000\n0.001 1000\n",
                              SIM_PROFILE_RATE),
                     0);
    ck_assert_uint_eq(p.n, 2);
    ck_assert_uint_eq(p.period_ns, 10 * PPTP_MS);
    for (int i = 0; i < 200002; i++)
        ck_assert(sim_profile_next(&p, &c, &at_ns, &value));
    ck_assert_uint_eq(at_ns, 100000 * 10 * PPTP_MS + PPTP_MS);
    ck_assert_double_eq(value, 1000);
    sim_profile_fini(&p);
}
END_TEST

/* The clock's end is the profile's. */
START_TEST(last_change)
{
    struct sim_profile_cursor c = { .base_ns = UINT64_MAX - 25, .next = 1 };
    struct sim_profile_point points[] = { { 0, 5 }, { 4, 6 } };
    uint64_t at_ns;
    double value;

    p = (struct sim_profile){ points, 2, 10 };
    ck_assert(sim_profile_next(&p, &c, &at_ns, &value));
    ck_assert_uint_eq(at_ns, UINT64_MAX - 21);
    for (int i = 0; i < 4; i++)
        ck_assert(sim_profile_next(&p, &c, &at_ns, &value));
    ck_assert_uint_eq(at_ns, UINT64_MAX - 1);
    ck_assert(!sim_profile_next(&p, &c, &at_ns, &value));
    ck_assert(!sim_profile_next(&p, &c, &at_ns, &value));
    p = (struct sim_profile){ points, 2, 0 };
    c = (struct sim_profile_cursor){ 0, 2 };
    ck_assert(!sim_profile_next(&p, &c, &at_ns, &value));
}
END_TEST

/* As in an element that has a period and a text. */
START_TEST(period_from_outside)
{
    struct sim_profile_source source = { "x.xml", 7, SIM_PROFILE_RATE, 10 };
    static const char text[] = "1 5\n2 6\n", after[] = "\n1 5\nLOOPAFTER 3\n",
                      own[] = "1 5\nPERIODICITY 20\n", bad[] = "1 5\nx 6\n";

    ck_assert_int_eq(
        sim_profile_parse(&p, text, strlen(text), &source, err, sizeof(err)),
        0);
    ck_assert_str_eq(changes(), "1:5 2:6 11:5 12:6 21:5 22:6 ");
    sim_profile_fini(&p);
    ck_assert_int_eq(
        sim_profile_parse(&p, own, strlen(own), &source, err, sizeof(err)), 0);
    ck_assert_str_eq(changes(), "1:5 21:5 ");
    sim_profile_fini(&p);
    ck_assert_int_lt(
        sim_profile_parse(&p, after, strlen(after), &source, err, sizeof(err)),
        0);
    ck_assert_str_eq(err,
                     "x.xml:9: PERIODICITY and LOOPAFTER exclude each other");
    ck_assert_int_lt(
        sim_profile_parse(&p, bad, strlen(bad), &source, err, sizeof(err)), 0);
    ck_assert_str_eq(err, "x.xml:8: 'x': a time in seconds, a number");
}
END_TEST

/* ---- what is refused ---- */

#define RATE SIM_PROFILE_RATE
#define LATENCY SIM_PROFILE_LATENCY
#define SPEED SIM_PROFILE_SPEED

static const struct {
    enum sim_profile_kind kind;
    const char *text, *message;
} refusals[] = {
    { RATE, "0 1Mbps\n", "file:1: '1Mbps': octets/s, a number" },
    { RATE, "0 1 Mbps\n",
      "file:1: 'Mbps': nothing may follow time and value" },
    { RATE, "0 1\n5s 2\n", "file:2: '5s': a time in seconds, a number" },
    { RATE, "# c\r\n\r\n0 -5\r\n",
      "file:3: '-5': octets/s, a number not below 0" },
    { RATE, "\r\r0 x\r", "file:3: 'x': octets/s, a number" },
    { RATE, "-1 5\n",
      "file:1: '-1': a time in seconds, a number not below 0" },
    { RATE, "0 inf\n", "file:1: 'inf': octets/s, a number" },
    { RATE, "0 0.9\n", "file:1: '0.9': octets/s; allowed: 0, or 1 to 1e15" },
    { RATE, "0 1e16\n", "file:1: '1e16': octets/s; allowed: 0, or 1 to 1e15" },
    { RATE, "0 nan\n", "file:1: 'nan': octets/s, a number" },
    { RATE, "0 1e999\n", "file:1: '1e999': octets/s, a number" },
    { RATE, "1,500\n", "file:1: '1,500': a time and a value are expected" },
    { RATE, "fast\nslow\n",
      "file:1: 'fast': a time and a value are expected" },
    { RATE, "DET 1\n", "file:1: 'DET': a time and a value are expected" },
    { RATE, "DET\n", "file:1: 'DET': a time and a value are expected" },
    { RATE, "", "file:1: no time and value in it" },
    { RATE, "# only\n\n", "file:1: no time and value in it" },
    { RATE, "PERIODICITY 5\n", "file:1: no time and value in it" },
    { RATE, "3 500\n1 600\n", "file:2: '1': times must not go back" },
    { RATE, "0 5\n3 6\nPERIODICITY 2\n",
      "file:3: a period of 2 s is shorter than the list, whose last time is "
      "3 s" },
    { RATE, "0 5\nPERIODICITY 9\nLOOPAFTER 5\n",
      "file:3: PERIODICITY and LOOPAFTER exclude each other" },
    { RATE, "0 5\nLOOPAFTER 0\n",
      "file:2: it would repeat after 0 s, for ever" },
    { RATE, "0 5\nLOOPAFTER 1e-10\n",
      "file:2: it would repeat after 0 s, for ever" },
    { RATE, "PERIODICITY 20s\n1 5\n", "file:1: '20s': seconds, a number" },
    { RATE, "PERIODICITY -1\n1 5\n",
      "file:1: '-1': seconds, a number not below 0" },
    { RATE, "1 5\nLOOPAFTER\n",
      "file:2: 'LOOPAFTER': a time in seconds must follow, alone" },
    { RATE, "1 5\nLOOPAFTER 5 s\n",
      "file:2: 'LOOPAFTER': a time in seconds must follow, alone" },
    { RATE, "periodicity 10\n1 5\n",
      "file:1: 'periodicity': a time in seconds, a number" },
    { RATE, "STOCHASTIC\nDET 1 UNIF 10 20\n",
      "file:1: 'STOCHASTIC': values drawn by chance are not simulated" },
    { RATE, "1 5\n2 UNIF 10 20\n",
      "file:2: 'UNIF': values drawn by chance are not simulated" },
    { RATE, "NORM 1 2 500\n",
      "file:1: 'NORM': values drawn by chance are not simulated" },
    { LATENCY, "0 10ms\n", "file:1: '10ms': seconds, a number" },
    { LATENCY, "0 1e10\n", "file:1: '1e10': longer than 1e9 s" },
    { SPEED, "0 50%\n",
      "file:1: '50%': a share of the host's speed, a number" },
    { RATE, "0 \033[31m\n", "file:1: '?[31m': octets/s, a number" },
    { RATE,
      "0 1234567890123456789012345678901234567890123456789012345678901234\n",
      "file:1: '1234567890123456789012345678901234567890': octets/s, a "
      "number" },
};

START_TEST(refused)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        ck_assert_int_eq(parse_as(refusals[i].text, refusals[i].kind),
                         PPTP_ERR_ARGUMENT);
        ck_assert_str_eq(err, refusals[i].message);
        ck_assert_ptr_null(p.points);
    }
}
END_TEST

/* Nobody looks at a host's speed, so it may change by chance. */
START_TEST(speed_by_chance)
{
    ck_assert_int_eq(parse_as("STOCHASTIC\nDET 1 UNIF 0 1\n", SPEED), 0);
    ck_assert_str_eq(changes(), "");
    ck_assert_int_eq(parse_as("1 0.5\n2 UNIF 0 1\n", SPEED), 0);
    ck_assert_str_eq(changes(), "");
    ck_assert_int_eq(parse_as("1 0.5\n2 4\n", SPEED), 0);
    ck_assert_str_eq(changes(), "1:0.5 2:4 ");
    sim_profile_fini(&p);
}
END_TEST

START_TEST(no_file)
{
    ck_assert_int_eq(
        sim_profile_read(&p, "/nowhere/x", RATE, err, sizeof(err)),
        PPTP_ERR_ARGUMENT);
    ck_assert_str_eq(err, "/nowhere/x: No such file or directory");
    ck_assert_int_eq(sim_profile_read(&p, "/tmp", RATE, err, sizeof(err)),
                     PPTP_ERR_ARGUMENT);
    ck_assert_str_eq(err, "/tmp: Is a directory");
    ck_assert_int_eq(sim_profile_read(&p, "/dev/zero", RATE, err, sizeof(err)),
                     PPTP_ERR_ARGUMENT);
    ck_assert_str_eq(err, "/dev/zero: not a regular file");
}
END_TEST

/* ---- the same in SimGrid ---- */

static char dir[] = "/tmp/dialtone-profile-XXXXXX";

static const char *put_file(const char *name, const char *text)
{
    static char path[64];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
    return path;
}

/* Texts beyond those of `meanings` that need more than 30 s or are latencies
 * or change fast. */
static const struct {
    const char *attribute, *text;
} alike[] = {
    { "bandwidth_file", "PERIODICITY 0.010\n0 1000000\n0.001 1000\n" },
    { "bandwidth_file", "0 1\n0.3333333 2\n0.6666666 3\nLOOPAFTER 0.3333333" },
    { "latency_file", "1 0.003\n3 0.015\nLOOPAFTER 6\n" },
    { "latency_file", "0 0\n0.5 1e-3\nPERIODICITY 0.7\n" },
};

enum { MEANINGS = sizeof(meanings) / sizeof(meanings[0]) };
enum { ALIKE = MEANINGS + sizeof(alike) / sizeof(alike[0]) };

/* A split link with a profile, loaded; the files are gone again. */
static void load_with(struct sim_platform *platform, const char *attribute,
                      const char *text)
{
    char xml[1024];
    const char *path;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    put_file("profile", text);
    snprintf(xml, sizeof(xml),
             "<!DOCTYPE platform SYSTEM "
             "\"https://simgrid.org/simgrid.dtd\">\n"
             "<platform version=\"4.1\"><zone id=\"z\" routing=\"Full\">"
             "<host id=\"a\" speed=\"1Gf\"/>"
             "<link id=\"k\" bandwidth=\"7Bps\" latency=\"7s\" "
             "sharing_policy=\"SPLITDUPLEX\" %s=\"profile\"/>"
             "</zone></platform>\n",
             attribute);
    path = put_file("p.xml", xml);
    ck_assert_msg(sim_platform_load(platform, path, err, sizeof(err)) == 0,
                  "%s", err);
    ck_assert_int_eq(unlink(path), 0);
    snprintf(xml, sizeof(xml), "%s/profile", dir);
    ck_assert_int_eq(unlink(xml), 0);
    ck_assert_int_eq(rmdir(dir), 0);
}

static double simgrid_says(const char *link, bool latency)
{
    sg_link_t l = sg_link_by_name(link);

    return latency ? sg_link_get_latency(l) : sg_link_get_bandwidth(l);
}

static void expect_value(double at_s, bool latency, double value)
{
    if (at_s > simgrid_get_clock())
        simgrid_run_until(at_s);
    ck_assert_double_eq(simgrid_says("k_UP", latency), value);
    ck_assert_double_eq(simgrid_says("k_DOWN", latency), value);
}

/* Just before and just after each change SimGrid has what we read. */
START_TEST(simgrid_reads_it_alike)
{
    enum { CHANGES = 500 };
    bool more = _i >= MEANINGS;
    const char *attribute = more ? alike[_i - MEANINGS].attribute
                                 : "bandwidth_file";
    const char *text = more ? alike[_i - MEANINGS].text : meanings[_i][0];
    bool latency = strcmp(attribute, "latency_file") == 0;
    const double apart = 20e-6; /* SimGrid's clock stops within 10 us */
    double at[CHANGES + 1], value[CHANGES + 1] = { 7 };
    struct sim_profile_cursor c = { 0 };
    struct sim_platform platform;
    const struct sim_link *up;
    uint64_t at_ns;
    int n = 0;

    load_with(&platform, attribute, text);
    up = &platform.links[sim_platform_link(&platform, "k_UP")];
    ck_assert_ptr_nonnull(latency ? up->latency : up->rate);
    ck_assert_ptr_null(latency ? up->rate : up->latency);
    while (n < CHANGES &&
           sim_profile_next(latency ? up->latency : up->rate, &c, &at_ns,
                            &value[n + 1]) &&
           at_ns < 1000 * PPTP_S)
        at[++n] = (double)at_ns * 1e-9;
    for (int i = 1; i <= n; i++) {
        if (at[i] > 0 && (i == 1 || at[i] > at[i - 1]))
            expect_value(at[i] - apart, latency, value[i - 1]);
        if (i < n && at[i + 1] > at[i]) /* the last one of several holds */
            expect_value(at[i] + apart, latency, value[i]);
    }
    sim_platform_fini(&platform);
}
END_TEST

/* SimGrid takes more than a second to start there: a few will do. */
static bool slowly(void)
{
#ifdef HAVE_VALGRIND_VALGRIND_H
    return RUNNING_ON_VALGRIND;
#else
    return false;
#endif
}

int main(void)
{
    Suite *s = suite_create("profile");
    TCase *t = tcase_create("profile");
    SRunner *r = srunner_create(s);
    int failed;

    srunner_set_fork_status(r, CK_FORK);
    tcase_set_timeout(t, 60); /* valgrind on a busy machine */
    tcase_add_test(t, meaning);
    tcase_add_test(t, fast);
    tcase_add_test(t, last_change);
    tcase_add_test(t, period_from_outside);
    tcase_add_test(t, refused);
    tcase_add_test(t, speed_by_chance);
    tcase_add_test(t, no_file);
    tcase_add_loop_test(t, simgrid_reads_it_alike, 0, slowly() ? 3 : ALIKE);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
