/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rule that ends a sweep: how it is written, when it is met. */
#include "config.h"

#include "lab/stop.h"

#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static struct stop_rule rule;

/* n values whose mean and variance are these. */
static struct stat_sums sums(size_t n, double mean, double variance)
{
    return (struct stat_sums){ n, mean, variance * (double)(n - 1) };
}

START_TEST(written)
{
    static const char *const ways[] = { "wan.drop_ratio=±5%",
                                        "wan.drop_ratio=+-5%",
                                        "wan.drop_ratio=5%" };

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        ck_assert_ptr_null(stop_parse(&rule, ways[i]));
        ck_assert_str_eq(rule.metric, "wan.drop_ratio");
        ck_assert(rule.relative);
        ck_assert_double_eq_tol(rule.half_width, 0.05, 1e-15);
    }
    ck_assert_ptr_null(stop_parse(&rule, "a=b.goodput_bps=±1e3"));
    ck_assert_str_eq(rule.metric, "a=b.goodput_bps");
    ck_assert(!rule.relative);
    ck_assert_double_eq_tol(rule.half_width, 1000, 1e-9);
}
END_TEST

START_TEST(written_badly)
{
    static const char *const ways[] = { "",      "x",     "=5%",   "x=",
                                        "x=±",   "x=±%",  "x=5%%", "x=5 %",
                                        "x=±0%", "x=±-1", "x=inf", "x=nan" };

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        ck_assert_msg(stop_parse(&rule, ways[i]) != NULL, "%s", ways[i]);
}
END_TEST

/* t of 9 degrees is 2.262: half the width is 0.7153 of the deviation. */
START_TEST(met)
{
    struct stat_sums s = sums(10, 100, 49);

    stop_parse(&rule, "x=±5.1");
    ck_assert(stop_reached(&rule, &s));
    stop_parse(&rule, "x=±5.0");
    ck_assert(!stop_reached(&rule, &s));
    /* 5.0073 against 100 * 0.0527 / 1.0527 = 5.006, * 0.0528 / ... = 5.015 */
    stop_parse(&rule, "x=±5.27%");
    ck_assert(!stop_reached(&rule, &s));
    stop_parse(&rule, "x=±5.28%");
    ck_assert(stop_reached(&rule, &s));
}
END_TEST

START_TEST(never_before_ten)
{
    struct stat_sums s = sums(9, 1, 0);

    stop_parse(&rule, "x=±50%");
    ck_assert(!stop_reached(&rule, &s));
    s.n = 10;
    ck_assert(stop_reached(&rule, &s));
    /* all zero: the mean is known as well as it can be */
    s.mean = 0;
    ck_assert(stop_reached(&rule, &s));
}
END_TEST

/* The number told is the first that is enough. */
START_TEST(forecast)
{
    struct stat_sums s = sums(10, 100, 2500);
    size_t n;

    stop_parse(&rule, "x=±10");
    n = stop_forecast(&rule, &s);
    ck_assert_uint_gt(n, 90);
    ck_assert_uint_lt(n, 105);
    s = sums(n, 100, 2500);
    ck_assert(stop_reached(&rule, &s));
    ck_assert_uint_eq(stop_forecast(&rule, &s), n);
    s = sums(n - 1, 100, 2500);
    ck_assert(!stop_reached(&rule, &s));
    ck_assert_uint_eq(stop_forecast(&rule, &s), n);
}
END_TEST

START_TEST(no_end_is_seen)
{
    struct stat_sums s = sums(20, 0, 1);

    stop_parse(&rule, "x=±5%");
    ck_assert_uint_eq(stop_forecast(&rule, &s), SIZE_MAX);
    s.n = 1;
    ck_assert_uint_eq(stop_forecast(&rule, &s), SIZE_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stop");
    TCase *tcase = tcase_create("stop");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tcase, written);
    tcase_add_test(tcase, written_badly);
    tcase_add_test(tcase, met);
    tcase_add_test(tcase, never_before_ten);
    tcase_add_test(tcase, forecast);
    tcase_add_test(tcase, no_end_is_seen);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
