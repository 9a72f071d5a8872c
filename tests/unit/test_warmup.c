/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MSER-5: what is left out, and when it is too short to tell. */
#include "config.h"

#include "tool/warmup.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"

enum { N = 1000 };

static double y[N];
static struct rng rng;

/* Noise around 10, and what comes on top of it. */
static void fill(double (*more)(size_t i))
{
    rng = (struct rng){ { 1, 2, 3, 4 } };
    for (size_t i = 0; i < N; i++)
        y[i] = 10 + (double)(rng_next(&rng) >> 11) * 0x1p-53 + more(i);
}

static double nothing(size_t i)
{
    (void)i;
    return 0;
}

static double starts_full(size_t i)
{
    return i < 100 ? 50 : 0;
}

static double starts_empty(size_t i)
{
    return -10 * exp(-(double)i / 20);
}

static double grows(size_t i)
{
    return (double)i;
}

static double falls_late(size_t i)
{
    return i < 700 ? 50 : 0;
}

START_TEST(a_steady_series_keeps_nearly_all)
{
    size_t drop;

    fill(nothing);
    ck_assert(warmup_end(y, N, &drop));
    ck_assert_uint_le(drop, N / 5);
    for (size_t i = 0; i < N; i++)
        y[i] = 3;
    ck_assert(warmup_end(y, N, &drop));
    ck_assert_uint_eq(drop, 0);
}
END_TEST

START_TEST(a_step_is_cut_where_it_is)
{
    size_t drop;

    fill(starts_full);
    ck_assert(warmup_end(y, N, &drop));
    ck_assert_uint_ge(drop, 100);
    ck_assert_uint_le(drop, 200);
}
END_TEST

/* After 20 * ln(10 / sd of the noise of a mean of five) most of it is gone. */
START_TEST(an_exponential_is_cut_in_its_tail)
{
    size_t drop;

    fill(starts_empty);
    ck_assert(warmup_end(y, N, &drop));
    ck_assert_uint_ge(drop, 40);
    ck_assert_uint_le(drop, 200);
}
END_TEST

START_TEST(too_short_to_tell)
{
    size_t drop;

    fill(grows);
    ck_assert(!warmup_end(y, N, &drop));
    ck_assert_uint_eq(drop, N / 2);
    fill(falls_late);
    ck_assert(!warmup_end(y, N, &drop));
    ck_assert(!warmup_end(y, 19, &drop));
    ck_assert_uint_eq(drop, 9);
    ck_assert(!warmup_end(y, 0, &drop));
    ck_assert_uint_eq(drop, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("warmup");
    TCase *tc = tcase_create("warmup");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, a_steady_series_keeps_nearly_all);
    tcase_add_test(tc, a_step_is_cut_where_it_is);
    tcase_add_test(tc, an_exponential_is_cut_in_its_tail);
    tcase_add_test(tc, too_short_to_tell);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
