/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sweep's file read: order of values, values by configuration and seed. */
#include "config.h"

#include "lab/sheet.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "test_sheet.sqlite";
static struct conf_error err;
static struct sheet sheet;
static struct sheet_metric metric;

/* Four configurations, of which one has not run and one failed; the values of
 * the second axis are no numbers. */
static const char content[] =
    "INSERT INTO axis VALUES(1, 'links.wan.queue'), (2, 'pptp.engine');"
    "INSERT INTO config VALUES(1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');"
    "INSERT INTO setting VALUES(1, 1, '100packets', 100),"
    " (1, 2, 'off', NULL), (2, 1, '20packets', 20), (2, 2, 'off', NULL),"
    " (3, 1, '100packets', 100), (3, 2, 'fixed', NULL),"
    " (4, 1, '20packets', 20), (4, 2, 'fixed', NULL);"
    "INSERT INTO point(id, config, seed, status) VALUES(1, 1, 7, 'done'),"
    " (2, 1, 2, 'done'), (3, 2, 7, 'done'), (4, 3, 7, 'failed');"
    "INSERT INTO metric VALUES(1, 'goodput_bps', 'bit/s', 'what arrives'),"
    " (2, 'delay_mean_s', NULL, NULL);"
    "INSERT INTO value(point, metric, x) VALUES(1, 1, 17), (2, 1, 12),"
    " (3, 1, 27), (1, 2, 0.5), (3, 2, NULL), (4, 1, 99);";

static void make(const char *text)
{
    struct store *store;

    unlink(path);
    ck_assert_int_eq(store_open_locked(&store, path, &err), LAB_OK);
    ck_assert_int_eq(store_make(store, &err), LAB_OK);
    ck_assert_int_eq(sql_do(store_db(store), text, &err), LAB_OK);
    store_close(store);
}

static void setup(void)
{
    make(content);
    ck_assert_msg(sheet_open(&sheet, path, &err) == LAB_OK, "%s", err.text);
}

static void teardown(void)
{
    sheet_metric_free(&metric);
    sheet_close(&sheet);
    unlink(path);
}

START_TEST(axes_in_order)
{
    size_t axis;

    ck_assert_uint_eq(sheet.n_axes, 2);
    ck_assert(sheet.axes[0].numeric);
    ck_assert_str_eq(sheet.axes[0].values[0], "20packets");
    ck_assert_double_eq(sheet.axes[0].numbers[1], 100);
    ck_assert(!sheet.axes[1].numeric);
    ck_assert_str_eq(sheet.axes[1].values[0], "off");
    ck_assert_int_eq(sheet_axis_find(&sheet, "pptp.engine", &axis, &err),
                     LAB_OK);
    ck_assert_uint_eq(axis, 1);
    ck_assert_int_eq(sheet_axis_find(&sheet, "pptp.engines", &axis, &err),
                     LAB_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "did you mean 'pptp.engine'"));
}
END_TEST

START_TEST(values)
{
    ck_assert_uint_eq(sheet.n_seeds, 2);
    ck_assert_int_eq(sheet.seeds[0], 2);
    ck_assert_uint_eq(sheet.done, 3);
    ck_assert_uint_eq(sheet.failed, 1);
    ck_assert(sheet.ran[0] && sheet.ran[1] && !sheet.ran[2] && sheet.ran[3]);
    ck_assert(!sheet.ran[5]);
    ck_assert_int_eq(sheet_read(&sheet, "goodput_bps", &metric, &err), LAB_OK);
    ck_assert_str_eq(metric.unit, "bit/s");
    ck_assert_double_eq(metric.x[0], 12);
    ck_assert_double_eq(metric.x[1], 17);
    ck_assert(isnan(metric.x[2]));
    ck_assert_double_eq(metric.x[3], 27);
    ck_assert(isnan(metric.x[5])); /* of a point that failed */
    sheet_metric_free(&metric);
    ck_assert_int_eq(sheet_read(&sheet, "delay_mean_s", &metric, &err),
                     LAB_OK);
    ck_assert_str_eq(metric.unit, "");
    ck_assert_double_eq(metric.x[1], 0.5);
    ck_assert(isnan(metric.x[3]));
}
END_TEST

START_TEST(a_metric_that_is_not_there)
{
    ck_assert_int_eq(sheet_read(&sheet, "goodput", &metric, &err), LAB_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "did you mean 'goodput_bps'"));
    ck_assert_ptr_null(metric.x);
}
END_TEST

/* As written, or the same number. */
START_TEST(where)
{
    ck_assert_int_eq(sheet_where(&sheet, "links.wan.queue=21", &err),
                     LAB_INPUT);
    ck_assert_uint_eq(sheet.n_configs, 4);
    ck_assert_int_eq(sheet_where(&sheet, "pptp.engine=off", &err), LAB_OK);
    ck_assert_uint_eq(sheet.n_configs, 2);
    ck_assert_uint_eq(sheet_axis_used(&sheet, 0), 2);
    ck_assert_uint_eq(sheet_axis_used(&sheet, 1), 1);
    ck_assert_int_eq(sheet_where(&sheet, "links.wan.queue=20packets", &err),
                     LAB_OK);
    ck_assert_uint_eq(sheet.n_configs, 1);
    ck_assert_int_eq(sheet_read(&sheet, "goodput_bps", &metric, &err), LAB_OK);
    ck_assert_double_eq(metric.x[1], 27);
    ck_assert_int_eq(sheet_where(&sheet, "queue", &err), LAB_INPUT);
}
END_TEST

START_TEST(nothing_is_done)
{
    struct sheet empty;

    make("INSERT INTO config VALUES(1, 'a');");
    ck_assert_int_eq(sheet_open(&empty, path, &err), LAB_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "no point of it is done"));
    unlink(path);
    ck_assert_int_eq(sheet_open(&empty, path, &err), LAB_INPUT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sheet");
    TCase *tcase = tcase_create("sheet");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, axes_in_order);
    tcase_add_test(tcase, values);
    tcase_add_test(tcase, a_metric_that_is_not_there);
    tcase_add_test(tcase, where);
    tcase_add_test(tcase, nothing_is_done);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
