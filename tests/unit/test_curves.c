/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves of bounded size: every sample while there is room, extremes and
 * exact rates however many there were. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tool/curves.h"

#define MS PPTP_MS

static const enum curve_kind kinds[] = { CURVE_GAUGE, CURVE_COUNTER,
                                         CURVE_COUNTER };
static struct curves c;
static char text[1 << 16];

static void start(size_t room)
{
    ck_assert_int_eq(curves_init(&c, 3, kinds, 3, room, 10 * MS), 0);
}

/* Curve 0 is a gauge; a rate where over is SIZE_MAX, else a ratio. */
static const char *printed(size_t curve, size_t over, double unit,
                           pptp_ns mean_ns, size_t *n)
{
    FILE *f = fmemopen(text, sizeof text, "w");

    ck_assert_ptr_nonnull(f);
    text[0] = '\0'; /* nothing printed leaves what the last test left */
    *n = curve == 0 ? curves_print(&c, 0, unit, f)
                    : curves_print_mean(&c, curve, over, unit, mean_ns, f);
    ck_assert_int_eq(fclose(f), 0);
    return text;
}

START_TEST(few_samples_stand_as_they_were)
{
    size_t n;

    start(8);
    curves_take(&c, 0, 0, 3);
    curves_take(&c, 0, 10 * MS, 5);
    curves_take(&c, 0, 40 * MS, 4); /* nothing for two rounds */
    ck_assert_str_eq(printed(0, 0, 0.5, 0, &n), "0 1.5\n0.01 2.5\n"
                                                "0.04 NaN\n0.04 2\n");
    ck_assert_uint_eq(n, 3);
    curves_fini(&c);
}
END_TEST

/* One peak and one dip of one sample among a million. */
START_TEST(no_peak_is_lost)
{
    size_t n;

    start(16);
    for (uint64_t i = 0; i < 1000000; i++)
        curves_take(&c, 0, i * 10 * MS,
                    i == 123457   ? 1000
                    : i == 700001 ? -7
                                  : (double)(i % 10));
    printed(0, 0, 1, 0, &n);
    ck_assert_uint_le(n, 32);
    ck_assert_uint_ge(n, 16); /* at least half of the cells are used */
    ck_assert_ptr_nonnull(strstr(text, "\n1234.57 1000\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n7000.01 -7\n"));
    /* in the order of their times */
    ck_assert_ptr_nonnull(strstr(text, "0 0\n0.09 9\n"));
    curves_fini(&c);
}
END_TEST

/* 1,000 a second whatever the room, and all of it is accounted for. */
START_TEST(rates_are_exact)
{
    static const size_t rooms[] = { 16, 128, 4096 };
    double t, v, t0 = 0, v0 = 0, sum = 0;
    const char *p;
    size_t n;

    start(rooms[_i]);
    for (uint64_t i = 0; i <= 1000; i++)
        curves_take(&c, 1, i * 10 * MS, (double)(10 * i));
    printed(1, SIZE_MAX, 1e-3, 1000 * MS, &n);
    ck_assert_uint_ge(n, 8);
    ck_assert_uint_le(n, 10);
    for (p = text; sscanf(p, "%lf %lf", &t, &v) == 2;
         p = strchr(p, '\n') + 1) {
        ck_assert_double_eq_tol(v, 1, 1e-9);
        sum += (t - t0) * v0;
        t0 = t;
        v0 = v;
    }
    ck_assert_double_eq_tol(t0, 10, 1e-9);
    ck_assert_double_eq_tol(sum, 10, 1e-6); /* thousands */
    curves_fini(&c);
}
END_TEST

/* 20 in the first second, 10 in the next half, which stands alone; 40 more
 * in a tenth, which does not. */
START_TEST(short_rests_join_what_is_before)
{
    size_t n;

    start(4096);
    curves_take(&c, 1, 0, 0);
    curves_take(&c, 1, 1000 * MS, 20);
    curves_take(&c, 1, 1500 * MS, 30);
    ck_assert_str_eq(printed(1, SIZE_MAX, 1, 1000 * MS, &n),
                     "0 20\n1 20\n1.5 20\n");
    ck_assert_uint_eq(n, 2);
    curves_take(&c, 1, 2000 * MS, 30);
    curves_take(&c, 1, 2100 * MS, 70);
    ck_assert_str_eq(printed(1, SIZE_MAX, 1, 1000 * MS, &n),
                     "0 20\n1 45.4545\n2.1 45.4545\n");
    curves_fini(&c);
}
END_TEST

/* Delay: what the sum grew by, over what the count did. */
START_TEST(ratios_have_gaps)
{
    static const double sum[] = { 0, 0, 6, 6, 6, 26, 26 };
    static const double count[] = { 0, 0, 3, 3, 3, 7, 7 };
    size_t n;

    start(64);
    for (size_t i = 0; i < 7; i++) {
        curves_take(&c, 1, i * 1000 * MS, sum[i]);
        curves_take(&c, 2, i * 1000 * MS, count[i]);
    }
    ck_assert_str_eq(printed(1, 2, 1, 1000 * MS, &n),
                     "1 2\n2 2\n2 NaN\n4 5\n5 5\n5 NaN\n");
    ck_assert_uint_eq(n, 2);
    curves_fini(&c);
}
END_TEST

START_TEST(nothing_is_nothing)
{
    size_t n;

    start(4);
    ck_assert_str_eq(printed(0, 0, 1, 0, &n), "");
    ck_assert_uint_eq(n, 0);
    ck_assert_str_eq(printed(1, SIZE_MAX, 1, MS, &n), "");
    curves_take(&c, 1, 0, 5); /* a counter that was seen once */
    ck_assert_str_eq(printed(1, SIZE_MAX, 1, MS, &n), "");
    curves_take(&c, 1, 20 * MS, 5);
    curves_take(&c, 2, 0, 1); /* and nothing was counted */
    curves_take(&c, 2, 20 * MS, 1);
    ck_assert_str_eq(printed(1, 2, 1, MS, &n), "");
    ck_assert_uint_eq(n, 0);
    curves_fini(&c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("curves");
    TCase *tc = tcase_create("curves");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, few_samples_stand_as_they_were);
    tcase_add_test(tc, no_peak_is_lost);
    tcase_add_loop_test(tc, rates_are_exact, 0, 3);
    tcase_add_test(tc, short_rests_join_what_is_before);
    tcase_add_test(tc, ratios_have_gaps);
    tcase_add_test(tc, nothing_is_nothing);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
