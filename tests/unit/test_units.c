/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantities: exact reading, refusals, canonical text. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "conf/units.h"

typedef int (*parser)(const char *, uint64_t *, char *, size_t);
typedef const char *(*printer)(char *, uint64_t);

static const struct {
    parser parse;
    const char *text;
    uint64_t value;
} good[] = {
    { units_rate, "28.8kbit/s", 28800 },
    { units_rate, "1bit/s", 1 },
    { units_rate, "0.1 Mbit/s", 100000 },
    { units_rate, "1.5Gbit/s", 1500000000 },
    { units_rate, "33.600000kbit/s", 33600 },
    { units_time, "0", 0 },
    { units_time, "0.1s", 100000000 },
    { units_time, "1ns", 1 },
    { units_time, "1.5us", 1500 },
    { units_time, "50ms", 50000000 },
    { units_time, "1.5min", UINT64_C(90000000000) },
    { units_time, "1000h", UINT64_C(3600000000000000) },
    { units_octets, "500octets", 500 },
    { units_octets, "500", 500 },
    { units_octets, "10kB", 10000 },
    { units_octets, "1.5KiB", 1536 },
    { units_packets, "50packets", 50 },
    { units_packets, "50", 50 },
    { units_count, "18446744073709551614", UINT64_MAX - 1 },
};

START_TEST(reads_exactly)
{
    char why[200] = "";
    uint64_t v = 77;

    ck_assert_int_eq(good[_i].parse(good[_i].text, &v, why, sizeof why), 0);
    ck_assert_uint_eq(v, good[_i].value);
}
END_TEST

static const struct {
    parser parse;
    const char *text;
    const char *why;
} bad[] = {
    { units_rate, "28800", "rate needs a unit, such as 28.8kbit/s" },
    { units_rate, "0", "needs a unit" },
    { units_rate, "5ms", "bit/s, kbit/s, Mbit/s or Gbit/s" },
    { units_rate, "0.5bit/s", "whole number of bit/s" },
    { units_rate, "99999999999999999Gbit/s", "too large" },
    { units_rate, "fast", "is not a rate" },
    { units_rate, "-1kbit/s", "negative" },
    { units_rate, "", "is not a rate" },
    { units_time, "5", "needs a unit, such as 250ms" },
    { units_time, "0.1ns", "whole number of ns" },
    { units_time, "5kbit/s", "ns, us, ms, s, min or h" },
    { units_time, "1.2.3s", "unit '.3s'" },
    { units_time, "9999999999h", "too large" },
    { units_octets, "1packets", "octets, B, kB" },
    { units_octets, "1.5", "whole number of octets" },
    { units_packets, "1octets", "allowed: packets" },
    { units_count, "5x", "not a whole number" },
    { units_count, "1.5", "not a whole number" },
    { units_count, "18446744073709551616", "too large" },
    { units_count, "99999999999999999999999999", "too large" },
};

START_TEST(refuses_with_reason)
{
    char why[200] = "";
    uint64_t v = 77;

    ck_assert_int_eq(bad[_i].parse(bad[_i].text, &v, why, sizeof why), -1);
    ck_assert_uint_eq(v, 77);
    ck_assert_msg(strstr(why, bad[_i].why) != NULL, "%s: %s", bad[_i].text,
                  why);
}
END_TEST

static const struct {
    printer print;
    uint64_t value;
    const char *text;
} texts[] = {
    { units_print_rate, 28800, "28.8kbit/s" },
    { units_print_rate, 0, "0bit/s" },
    { units_print_rate, 1500000000, "1.5Gbit/s" },
    { units_print_rate, 1234567, "1234.567kbit/s" },
    { units_print_time, 0, "0s" },
    { units_print_time, 200000000, "200ms" },
    { units_print_time, UINT64_C(90000000000), "90s" },
    { units_print_time, UINT64_C(120000000000), "2min" },
    { units_print_time, UINT64_C(7200000000000), "2h" },
    { units_print_time, 1050, "1.05us" },
    { units_print_time, UINT64_C(1000000001), "1000000.001us" },
    { units_print_octets, 1500, "1500octets" },
    { units_print_packets, 7, "7packets" },
    { units_print_count, UINT64_MAX, "18446744073709551615" },
};

START_TEST(prints_canonically)
{
    char buf[UNITS_TEXT_MAX];

    ck_assert_str_eq(texts[_i].print(buf, texts[_i].value), texts[_i].text);
}
END_TEST

START_TEST(round_trips)
{
    uint64_t x = 88172645463325252u;
    char buf[UNITS_TEXT_MAX];
    char why[200];

    for (int i = 0; i < 20000; i++) {
        uint64_t v;
        uint64_t in;

        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        in = x >> (i % 64);
        in -= in == UINT64_MAX;
        ck_assert_int_eq(
            units_rate(units_print_rate(buf, in), &v, why, sizeof why), 0);
        ck_assert_uint_eq(v, in);
        ck_assert_int_eq(
            units_time(units_print_time(buf, in), &v, why, sizeof why), 0);
        ck_assert_uint_eq(v, in);
    }
}
END_TEST

START_TEST(for_people)
{
    static const struct {
        uint64_t n;
        const char *text;
        uint64_t round;
    } v[] = { { 0, "0", 1 },
              { 7, "7", 10 },
              { 20, "20", 20 },
              { 999, "999", 1000 },
              { 1000, "1,000", 1000 },
              { 1001, "1,001", 2000 },
              { 2000001, "2,000,001", 5000000 },
              { UINT64_MAX, "18,446,744,073,709,551,615", UINT64_MAX } };
    char buf[UNITS_TEXT_MAX];

    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        ck_assert_str_eq(units_print_thousands(buf, v[i].n), v[i].text);
        ck_assert_uint_eq(units_round_up(v[i].n), v[i].round);
    }
    ck_assert_uint_eq(units_round_up(UINT64_C(5000000000000000000)),
                      UINT64_C(5000000000000000000));
    ck_assert_uint_eq(units_round_up(UINT64_C(5000000000000000001)),
                      UINT64_MAX);
}
END_TEST

START_TEST(reals_ratios_bools_addresses)
{
    char buf[UNITS_TEXT_MAX];
    char why[200];
    double d = 0;
    double tenth = 0.1;
    bool b = false;
    uint32_t a = 0;

    ck_assert_int_eq(units_ratio("10%", &d, why, sizeof why), 0);
    ck_assert(memcmp(&d, &tenth, sizeof d) == 0);
    ck_assert_int_eq(units_ratio("0.1", &d, why, sizeof why), 0);
    ck_assert(memcmp(&d, &tenth, sizeof d) == 0);
    ck_assert_int_eq(units_ratio("%", &d, why, sizeof why), -1);
    ck_assert_int_eq(units_ratio("1e2%", &d, why, sizeof why), -1);
    ck_assert_int_eq(units_real("nan", &d, why, sizeof why), -1);
    ck_assert_int_eq(units_real("1e999", &d, why, sizeof why), -1);
    ck_assert_int_eq(units_real("0x10", &d, why, sizeof why), -1);
    ck_assert_int_eq(units_real("-2.5e1", &d, why, sizeof why), 0);
    ck_assert_str_eq(units_print_real(buf, d), "-25");
    ck_assert_str_eq(units_print_real(buf, 0.1), "0.1");
    ck_assert_double_eq(strtod(units_print_real(buf, 1.0 / 3), NULL), 1.0 / 3);
    ck_assert_int_eq(units_bool("yes", &b, why, sizeof why), 0);
    ck_assert(b);
    ck_assert_int_eq(units_bool("off", &b, why, sizeof why), 0);
    ck_assert(!b);
    ck_assert_int_eq(units_bool("maybe", &b, why, sizeof why), -1);
    ck_assert_int_eq(units_ipv4("10.0.2.255", &a, why, sizeof why), 0);
    ck_assert_uint_eq(a, 0x0a0002ff);
    ck_assert_str_eq(units_print_ipv4(buf, a), "10.0.2.255");
    ck_assert_int_eq(units_ipv4("10.0.2", &a, why, sizeof why), -1);
    ck_assert_int_eq(units_ipv4("10.0.2.256", &a, why, sizeof why), -1);
    ck_assert_int_eq(units_ipv4("10.0.2.2.1", &a, why, sizeof why), -1);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
    Suite *suite = suite_create("units");
    TCase *tc = tcase_create("units");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_loop_test(tc, reads_exactly, 0, COUNT(good));
    tcase_add_loop_test(tc, refuses_with_reason, 0, COUNT(bad));
    tcase_add_loop_test(tc, prints_canonically, 0, COUNT(texts));
    tcase_add_test(tc, round_trips);
    tcase_add_test(tc, for_people);
    tcase_add_test(tc, reals_ratios_bools_addresses);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
