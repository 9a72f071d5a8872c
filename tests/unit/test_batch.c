/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batch means: the rule, by hand, and what its intervals hold. */
#include "config.h"

#include "lab/batch.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"

enum { LENGTH = 4000, RUNS = 400 };

static double x[LENGTH];

/* First order: each value is `rho` times the one before and normal noise of
 * variance 1; its mean is 0. */
static void fill(double rho, size_t n, uint64_t seed)
{
    struct rng r;
    double last = 0;

    rng_init(&r, seed);
    for (size_t i = 0; i < n; i++) {
        last = rho * last + gsl_cdf_ugaussian_Pinv(rng_real(&r) + 0x1p-54);
        x[i] = last;
    }
}

/* 1, 2, 3, 4: steps 1 1 1, deviations 2.25 0.25 0.25 2.25: 1 - 3 / 10. */
START_TEST(correlation_by_hand)
{
    static const double up[] = { 1, 2, 3, 4 }, turns[] = { 1, 3, 1, 3 },
                        same[] = { 5, 5, 5 };

    ck_assert_double_eq_tol(batch_correlation(up, 4), 0.7, 1e-12);
    ck_assert_double_eq_tol(batch_correlation(turns, 4), -0.5, 1e-12);
    ck_assert_double_eq_tol(batch_correlation(same, 3), 0, 1e-12);
}
END_TEST

START_TEST(too_few)
{
    fill(0, 7, 1);
    ck_assert(isnan(batch_means(x, 7, 0.95).of.mean));
    ck_assert_uint_eq(batch_means(x, 7, 0.95).batches, 0);
    fill(0, 31, 1);
    ck_assert_uint_eq(batch_means(x, 31, 0.95).batches, 16);
}
END_TEST

/* 67 values, 3 too many for 32 batches: those at the begin are left out. */
START_TEST(the_begin_is_left_out)
{
    struct batch_means b;

    for (size_t i = 0; i < 67; i++)
        x[i] = i < 3 ? 1e6 : (double)((i + 1) % 4 / 2);
    b = batch_means(x, 67, 0.95);
    ck_assert(b.independent);
    ck_assert_uint_eq(b.batches, 32);
    ck_assert_uint_eq(b.length, 2);
    ck_assert_double_eq_tol(b.of.mean, 0.5, 1e-12);
}
END_TEST

/* A run that only rises has no mean yet, and that is said. */
START_TEST(too_short)
{
    struct batch_means b;

    for (size_t i = 0; i < 320; i++)
        x[i] = (double)i;
    b = batch_means(x, 320, 0.95);
    ck_assert(!b.independent);
    ck_assert_uint_eq(b.batches, BATCH_LEAST);
}
END_TEST

/* The share of runs whose interval holds the mean, 0. */
static double coverage(double rho, size_t n)
{
    unsigned held = 0;

    for (unsigned run = 0; run < RUNS; run++) {
        struct batch_means b;

        fill(rho, n, run + 1);
        b = batch_means(x, n, 0.95);
        held += b.of.low <= 0 && b.of.high >= 0;
    }
    return held / (double)RUNS;
}

START_TEST(covers)
{
    double alone = coverage(0, LENGTH), bound = coverage(0.9, LENGTH);

    ck_assert_double_ge(alone, 0.92);
    ck_assert_double_le(alone, 0.98);
    ck_assert_double_ge(bound, 0.90);
    ck_assert_double_le(bound, 0.98);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("batch");
    TCase *tcase = tcase_create("batch");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tcase, correlation_by_hand);
    tcase_add_test(tcase, too_few);
    tcase_add_test(tcase, the_begin_is_left_out);
    tcase_add_test(tcase, too_short);
    tcase_add_test(tcase, covers);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
