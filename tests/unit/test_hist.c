/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The histogram of times: exact where it can be, and within a bin. */
#include "config.h"

#include "base/hist.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

static struct hist h;

static void setup(void)
{
    h = (struct hist){ 0 };
}

static void teardown(void)
{
    hist_free(&h);
}

START_TEST(empty_is_not_zero)
{
    ck_assert(isnan(hist_mean_s(&h)));
    ck_assert(isnan(hist_quantile_s(&h, 0.5)));
    ck_assert(isnan(hist_max_s(&h)));
}
END_TEST

/* A constant has no spread: mean and every quantile are it. */
START_TEST(a_constant_is_exact)
{
    for (int i = 0; i < 100; i++)
        hist_add(&h, 54800000);
    ck_assert_double_eq_tol(hist_mean_s(&h), 0.0548, 1e-15);
    ck_assert_double_eq_tol(hist_quantile_s(&h, 0), 0.0548, 1e-15);
    ck_assert_double_eq_tol(hist_quantile_s(&h, 0.5), 0.0548, 1e-15);
    ck_assert_double_eq_tol(hist_quantile_s(&h, 1), 0.0548, 1e-15);
    ck_assert_double_eq_tol(hist_max_s(&h), 0.0548, 1e-15);
}
END_TEST

/* Of 1 … 1,000 ms each once, the q-th is q s, and even within a bin. */
START_TEST(quantiles_within_a_bin)
{
    static const double q[] = { 0.01, 0.5, 0.95, 0.99 };

    for (uint64_t i = 1000; i >= 1; i--)
        hist_add(&h, i * 1000000);
    for (size_t i = 0; i < sizeof q / sizeof q[0]; i++)
        ck_assert_double_eq_tol(hist_quantile_s(&h, q[i]), q[i], 0.001);
    ck_assert_double_eq_tol(hist_mean_s(&h), 0.5005, 1e-12);
    ck_assert_double_eq_tol(hist_quantile_s(&h, 1), 1, 1e-12);
}
END_TEST

/* Each value lies in a bin of its own or a neighbour's, up to the largest
 * there is. */
START_TEST(every_size)
{
    for (unsigned bits = 0; bits < 64; bits++)
        for (unsigned k = 0; k < 3; k++) {
            uint64_t v = (UINT64_C(1) << bits) + k * (UINT64_C(1) << bits) / 3;
            double s = (double)v * 1e-9;

            hist_free(&h);
            hist_add(&h, v);
            hist_add(&h, v + v / 2);
            hist_add(&h, UINT64_MAX);
            ck_assert_double_eq_tol(hist_quantile_s(&h, 0.33), s,
                                    s / 32 + 1e-15);
        }
    hist_add(&h, 0);
    ck_assert_double_eq(hist_quantile_s(&h, 0), 0);
}
END_TEST

START_TEST(merging_is_adding)
{
    struct hist a = { 0 }, b = { 0 };
    uint64_t x = 1;

    for (int i = 0; i < 3000; i++) {
        x = x * UINT64_C(6364136223846793005) + 1;
        hist_add(i % 3 ? &a : &b, x >> (20 + x % 30));
        hist_add(&h, x >> (20 + x % 30));
    }
    hist_merge(&a, &b);
    ck_assert_uint_eq(a.n, h.n);
    ck_assert_double_eq_tol(hist_mean_s(&a), hist_mean_s(&h),
                            1e-9 * hist_mean_s(&h));
    for (double q = 0; q <= 1; q += 0.01)
        ck_assert_double_eq(hist_quantile_s(&a, q), hist_quantile_s(&h, q));
    hist_free(&b);
    hist_merge(&a, &b); /* nothing */
    ck_assert_uint_eq(a.n, h.n);
    hist_merge(&b, &a); /* into nothing */
    ck_assert_double_eq(hist_quantile_s(&b, 0.5), hist_quantile_s(&h, 0.5));
    hist_free(&a);
    hist_free(&b);
}
END_TEST

/* A call's delays span a few doublings: so does its memory. */
START_TEST(memory_follows_the_spread)
{
    for (uint64_t i = 0; i < 100000; i++)
        hist_add(&h, 10000000 + i * 300);
    ck_assert_uint_le(h.bins, 2 * 32 + 8);
}
END_TEST

/* What is left is as if only that had been added. */
START_TEST(what_was_before_is_taken_away)
{
    struct hist before = { 0 }, only = { 0 };
    const double q[] = { 0, 0.5, 0.95, 1 };

    for (uint64_t ns = 1; ns < 1000000; ns += 7777)
        hist_add(&h, ns);
    hist_merge(&before, &h);
    hist_restart(&h);
    for (uint64_t ns = 5000; ns < 90000000; ns += 12345) {
        hist_add(&h, ns);
        hist_add(&only, ns);
    }
    hist_subtract(&h, &before);
    ck_assert_uint_eq(h.n, only.n);
    ck_assert_double_eq_tol(hist_mean_s(&h), hist_mean_s(&only), 1e-15);
    ck_assert_double_eq(hist_max_s(&h), hist_max_s(&only));
    for (size_t i = 0; i < sizeof q / sizeof q[0]; i++)
        ck_assert_double_eq(hist_quantile_s(&h, q[i]),
                            hist_quantile_s(&only, q[i]));
    hist_free(&before);
    hist_free(&only);
}
END_TEST

START_TEST(nothing_since_is_empty)
{
    struct hist before = { 0 };

    hist_add(&h, 1000);
    hist_merge(&before, &h);
    hist_restart(&h);
    hist_subtract(&h, &before);
    ck_assert(isnan(hist_mean_s(&h)) && isnan(hist_max_s(&h)));
    ck_assert(isnan(hist_quantile_s(&h, 0.5)));
    hist_free(&before);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("hist");
    TCase *t = tcase_create("hist");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, empty_is_not_zero);
    tcase_add_test(t, a_constant_is_exact);
    tcase_add_test(t, quantiles_within_a_bin);
    tcase_add_test(t, every_size);
    tcase_add_test(t, merging_is_adding);
    tcase_add_test(t, memory_follows_the_spread);
    suite_add_tcase(s, t);
    tcase_add_test(t, what_was_before_is_taken_away);
    tcase_add_test(t, nothing_since_is_empty);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
