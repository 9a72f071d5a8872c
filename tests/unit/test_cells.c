/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells of a sweep: their order, what is averaged, what is missing. */
#include "config.h"

#include "lab/cells.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#define N(a) (sizeof(a) / sizeof(a)[0])

/* Two axes of 2 and 3 values, every combination but one, three seeds. */
static size_t levels[] = { 1, 0, 0, 2, 0, 0, 1, 1, 0, 1 };
static double x[] = {
    10, 11, 12, 20, 21, 22, 30, NAN, 32, 40, 41, 42, 0, 2, 4
};
static bool ran[] = { true, true, true, true, true, true, true, true,
                      true, true, true, true, true, true, false };
static struct sheet sheet;
static struct sheet_metric metric;
static struct cells cells;

static void setup(void)
{
    sheet = (struct sheet){
        .n_axes = 2, .n_configs = 5, .levels = levels, .n_seeds = 3, .ran = ran
    };
    metric = (struct sheet_metric){ .x = x };
}

static void teardown(void)
{
    cells_free(&cells);
}

START_TEST(by_both_axes)
{
    static const size_t by[] = { 0, 1 };
    static const size_t order[][2] = {
        { 0, 0 }, { 0, 1 }, { 0, 2 }, { 1, 0 }, { 1, 1 }
    };
    static const double mean[] = { 31, 2, 21, 11, 41 };

    ck_assert_int_eq(cells_make(&cells, &sheet, &metric, by, 2), LAB_OK);
    ck_assert_uint_eq(cells.n, N(order));
    for (size_t i = 0; i < cells.n; i++) {
        ck_assert_uint_eq(cells.v[i].levels[0], order[i][0]);
        ck_assert_uint_eq(cells.v[i].levels[1], order[i][1]);
        ck_assert_uint_eq(cells.v[i].configs, 1);
        ck_assert_double_eq_tol(cells.v[i].sums.mean, mean[i], 1e-12);
        ck_assert_uint_eq(cells.v[i].sums.n, i == 0 ? 2 : 3);
    }
    ck_assert_double_eq(cells.v[1].low, 0);
    ck_assert_double_eq(cells.v[1].high, 4);
}
END_TEST

/* The other axis is averaged seed by seed, so that a seed that one of them
 * lacks is not there: of (20, 30, 0) (21, -, 2) (22, 32, 4). */
START_TEST(by_one_axis)
{
    static const size_t by[] = { 0 };

    ck_assert_int_eq(cells_make(&cells, &sheet, &metric, by, 1), LAB_OK);
    ck_assert_uint_eq(cells.n, 2);
    ck_assert_uint_eq(cells.v[0].configs, 3);
    ck_assert_uint_eq(cells.v[0].sums.n, 2);
    ck_assert_uint_eq(cells.v[0].seeds, 2); /* by what has run */
    ck_assert_uint_eq(cells.v[1].seeds, 3);
    ck_assert_double_eq_tol(cells.v[0].x[0], 50.0 / 3, 1e-12);
    ck_assert(isnan(cells.v[0].x[1]));
    ck_assert_double_eq_tol(cells.v[0].x[2], 58.0 / 3, 1e-12);
    ck_assert_double_eq_tol(cells.v[1].sums.mean, 26, 1e-12);
    ck_assert_uint_eq(cells.v[1].sums.n, 3);
}
END_TEST

START_TEST(all_together)
{
    ck_assert_int_eq(cells_make(&cells, &sheet, &metric, NULL, 0), LAB_OK);
    ck_assert_uint_eq(cells.n, 1);
    ck_assert_uint_eq(cells.v[0].configs, 5);
    ck_assert_double_eq_tol(cells.v[0].x[0], 20, 1e-12);
}
END_TEST

/* Against the first value of the second axis: 2 - 31 and 21 - 31, of which
 * one seed is missing, and 41 - 11. */
START_TEST(against)
{
    static const size_t by[] = { 0, 1 };
    static const double mean[] = { -29, -10, 30 };
    static const size_t seeds[] = { 2, 2, 3 };

    ck_assert_int_eq(cells_make(&cells, &sheet, &metric, by, 2), LAB_OK);
    cells_against(&cells, 3, 2, 1, 0);
    ck_assert_uint_eq(cells.n, N(mean));
    for (size_t i = 0; i < cells.n; i++) {
        ck_assert_double_eq_tol(cells.v[i].sums.mean, mean[i], 1e-12);
        ck_assert_uint_eq(cells.v[i].sums.n, seeds[i]);
    }
    /* 0 - 30, 4 - 32; and there is nothing to the third value of the second */
    ck_assert_double_eq(cells.v[0].low, -30);
    cells_free(&cells);
    ck_assert_int_eq(cells_make(&cells, &sheet, &metric, by, 2), LAB_OK);
    cells_against(&cells, 3, 2, 1, 2);
    ck_assert_uint_eq(cells.n, 4);
    ck_assert_uint_eq(cells.v[2].sums.n, 0);
}
END_TEST

START_TEST(nothing)
{
    sheet.n_configs = 0;
    ck_assert_int_eq(cells_make(&cells, &sheet, &metric, NULL, 0), LAB_OK);
    ck_assert_uint_eq(cells.n, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cells");
    TCase *tcase = tcase_create("cells");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, by_both_axes);
    tcase_add_test(tcase, by_one_axis);
    tcase_add_test(tcase, all_together);
    tcase_add_test(tcase, against);
    tcase_add_test(tcase, nothing);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
