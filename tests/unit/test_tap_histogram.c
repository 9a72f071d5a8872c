/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles of times: tap/histogram.c. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tap/histogram.h"

static struct tap_histogram h;

static void set_up(void)
{
    memset(&h, 0, sizeof h);
}

START_TEST(nothing)
{
    ck_assert_uint_eq(tap_histogram_quantile(&h, 0.5), 0);
}
END_TEST

/* Each power of two and its neighbours: a quantile is never too small, and
 * too large by a 32nd at most. */
START_TEST(bounds)
{
    unsigned bit;
    int off;

    for (bit = 1; bit < 40; bit++)
        for (off = -1; off <= 1; off++) {
            pptp_ns ns = ((pptp_ns)1 << bit) + (pptp_ns)off, got;

            set_up();
            tap_histogram_add(&h, ns);
            tap_histogram_add(&h, ns * 4);
            got = tap_histogram_quantile(&h, 0.5);
            ck_assert_uint_ge(got, ns);
            ck_assert_uint_le(got, ns + ns / 32 + 1);
            ck_assert_uint_eq(tap_histogram_quantile(&h, 1), ns * 4);
        }
}
END_TEST

START_TEST(quantiles)
{
    unsigned i;

    for (i = 1; i <= 1000; i++)
        tap_histogram_add(&h, i * PPTP_US);
    ck_assert_uint_ge(tap_histogram_quantile(&h, 0.5), 500 * PPTP_US);
    ck_assert_uint_le(tap_histogram_quantile(&h, 0.5), 516 * PPTP_US);
    ck_assert_uint_ge(tap_histogram_quantile(&h, 0.99), 990 * PPTP_US);
    ck_assert_uint_le(tap_histogram_quantile(&h, 0.99), 1000 * PPTP_US);
    /* the bucket of 1,000 ns: 992 to 1,007 */
    ck_assert_uint_eq(tap_histogram_quantile(&h, 0), 1007);
    ck_assert_uint_eq(tap_histogram_quantile(&h, 1), 1000 * PPTP_US);
    tap_histogram_add(&h, UINT64_MAX); /* beyond all buckets */
    ck_assert_uint_eq(tap_histogram_quantile(&h, 1), UINT64_MAX);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_histogram");
    TCase *tc = tcase_create("histogram");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, set_up, NULL);
    tcase_add_test(tc, nothing);
    tcase_add_test(tc, bounds);
    tcase_add_test(tc, quantiles);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
