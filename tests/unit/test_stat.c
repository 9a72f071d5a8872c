/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Means, shares and their intervals against published values. */
#include "config.h"

#include "lab/stat.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#define N(a) (sizeof(a) / sizeof(a)[0])

static struct stat_sums sums_of(const double *x, size_t n)
{
    struct stat_sums s = { 0 };

    while (n-- > 0)
        stat_add(&s, *x++);
    return s;
}

/* Of nothing and of one value there is no interval. */
START_TEST(too_few)
{
    struct stat_sums s = { 0 };

    ck_assert(isnan(stat_mean(&s, 0.95).mean));
    ck_assert(isnan(stat_variance(&s)));
    stat_add(&s, 3);
    ck_assert_double_eq(stat_mean(&s, 0.95).mean, 3);
    ck_assert(isnan(stat_mean(&s, 0.95).low));
    ck_assert(isnan(stat_half_width(&s, 0.95)));
    stat_add(&s, NAN);
    ck_assert_uint_eq(s.n, 1);
    stat_add(&s, 3);
    ck_assert_double_eq(stat_mean(&s, 0.95).high, 3);
}
END_TEST

/* NIST StRD, univariate NumAcc4: 10,000,000.2, then .1 and .3 in turn. */
START_TEST(large_and_alike)
{
    struct stat_sums s = { 0 };
    int i;

    stat_add(&s, 10000000.2);
    for (i = 0; i < 1000; i++)
        stat_add(&s, i % 2 == 0 ? 10000000.1 : 10000000.3);
    ck_assert_double_eq_tol(s.mean, 10000000.2, 1e-8);
    ck_assert_double_eq_tol(stat_deviation(&s), 0.1, 1e-9);
}
END_TEST

/* Law, Simulation Modeling and Analysis, example 4.26: 1.34 ± 0.24 at 90 %;
 * and the t of tables for nine degrees. */
START_TEST(students_interval)
{
    static const double x[] = { 1.20, 1.50, 1.68, 1.89, 0.95,
                                1.49, 1.58, 1.55, 0.50, 1.09 };
    struct stat_sums s = sums_of(x, N(x));
    struct stat_interval i = stat_mean(&s, 0.90);

    ck_assert_double_eq_tol(i.mean, 1.343, 1e-12);
    ck_assert_double_eq_tol(stat_variance(&s), 0.17, 0.005);
    ck_assert_double_eq_tol(i.high - i.mean, 0.24, 0.005);
    ck_assert_double_eq_tol(i.mean - i.low, i.high - i.mean, 1e-12);
    ck_assert_double_eq_tol(stat_half_width(&s, 0.95) * sqrt(10) /
                                stat_deviation(&s),
                            2.262157, 1e-6);
}
END_TEST

/* Student's hours of sleep, Biometrika 6 (1908). */
static const double soporific[][11] = {
    { 0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0, NAN },
    { 1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4, 1000 }
};

/* -1.58, and as R gives it -2.4598858 to -0.7001142.  A pair that lacks one
 * does not count. */
START_TEST(paired)
{
    struct stat_interval i;
    size_t n;

    i = stat_paired(soporific[0], soporific[1], 11, 0.95, &n);
    ck_assert_uint_eq(n, 10);
    ck_assert_double_eq_tol(i.mean, -1.58, 1e-12);
    ck_assert_double_eq_tol(i.low, -2.4598858, 1e-7);
    ck_assert_double_eq_tol(i.high, -0.7001142, 1e-7);
    i = stat_paired(soporific[0], soporific[1], 1, 0.95, NULL);
    ck_assert(isnan(i.low));
}
END_TEST

/* The same as if they were of 20 people: R's t.test, 17.776 degrees. */
START_TEST(unpaired)
{
    struct stat_sums a = sums_of(soporific[0], 10),
                     b = sums_of(soporific[1], 10);
    struct stat_interval i = stat_unpaired(&a, &b, 0.95);

    ck_assert_double_eq_tol(i.mean, -1.58, 1e-12);
    ck_assert_double_eq_tol(i.low, -3.3654832, 1e-7);
    ck_assert_double_eq_tol(i.high, 0.2054832, 1e-7);
    a.squares = b.squares = 0; /* no spread: no doubt */
    ck_assert_double_eq_tol(stat_unpaired(&a, &b, 0.95).low, -1.58, 1e-12);
    a.n = 1;
    ck_assert(isnan(stat_unpaired(&a, &b, 0.95).low));
}
END_TEST

/* Newcombe, "Two-sided confidence intervals for the single proportion",
 * Statistics in Medicine 17 (1998), table I: methods 3 and 5. */
START_TEST(shares)
{
    static const struct {
        size_t k, n;
        double wilson[2], exact[2];
    } rows[] = {
        { 81, 263, { 0.2553, 0.3662 }, { 0.2527, 0.3676 } },
        { 15, 148, { 0.0624, 0.1605 }, { 0.0578, 0.1617 } },
        { 0, 20, { 0, 0.1611 }, { 0, 0.1684 } },
        { 1, 29, { 0.0061, 0.1718 }, { 0.0009, 0.1776 } },
    };

    for (size_t r = 0; r < N(rows); r++) {
        size_t k = rows[r].k, n = rows[r].n;
        struct stat_interval i = stat_share(k, n, 0.95);

        ck_assert_double_eq_tol(i.mean, (double)k / (double)n, 1e-12);
        ck_assert_double_eq_tol(i.low, rows[r].wilson[0], 5e-5);
        ck_assert_double_eq_tol(i.high, rows[r].wilson[1], 5e-5);
        i = stat_share_exact(k, n, 0.95);
        ck_assert_double_eq_tol(i.low, rows[r].exact[0], 5e-5);
        ck_assert_double_eq_tol(i.high, rows[r].exact[1], 5e-5);
        /* and of those that are not in it, the same mirrored */
        i = stat_share_exact(n - k, n, 0.95);
        ck_assert_double_eq_tol(i.high, 1 - rows[r].exact[0], 5e-5);
        i = stat_share(n - k, n, 0.95);
        ck_assert_double_eq_tol(i.low, 1 - rows[r].wilson[1], 5e-5);
    }
    ck_assert(isnan(stat_share(0, 0, 0.95).high));
    ck_assert(isnan(stat_share_exact(0, 0, 0.95).low));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stat");
    TCase *tcase = tcase_create("intervals");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tcase, too_few);
    tcase_add_test(tcase, large_and_alike);
    tcase_add_test(tcase, students_interval);
    tcase_add_test(tcase, paired);
    tcase_add_test(tcase, unpaired);
    tcase_add_test(tcase, shares);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
