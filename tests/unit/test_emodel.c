/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The E-model: models/emodel.h.  Values were worked out from the equations of
 * G.107 one after the other, by another program than ours; 93.2 is what G.107
 * itself says of the defaults.
 */
#include "config.h"

#include "models/emodel.h"

#include <check.h>
#include <math.h>
#include <stddef.h>

static struct emodel of(double delay_s, double loss)
{
    struct emodel m;

    emodel_default(&m);
    m.delay_s = delay_s;
    m.loss = loss;
    return m;
}

static void is_near(double a, double b)
{
    ck_assert_msg(fabs(a - b) < 5e-4, "%.6f is not %.6f", a, b);
}

START_TEST(defaults)
{
    struct emodel m = of(0, 0);

    is_near(emodel_r(&m), 93.2062);
}
END_TEST

/* No wait is told of below 100 ms; echoes are a little even then. */
START_TEST(delays)
{
    static const struct {
        double ms, r;
    } rows[] = { { 50, 91.7562 },
                 { 100, 90.6637 },
                 { 150, 89.5391 },
                 { 200, 85.8047 },
                 { 400, 62.2468 } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct emodel m = of(rows[i].ms * 1e-3, 0);

        is_near(emodel_r(&m), rows[i].r);
    }
}
END_TEST

/* 95 * 1 / (1 + 4.3) = 17.92 below 93.21; in a burst the rest. */
START_TEST(losses)
{
    struct emodel m = of(0, 0.01);

    is_near(emodel_r(&m), 93.2062 - 95 * 1 / 5.3);
    m = of(0, 0.05);
    m.burst = 2;
    is_near(emodel_r(&m), 93.2062 - 95 * 5 / (2.5 + 4.3));
    m = of(0, 1);
    ck_assert(emodel_r(&m) < 5);
}
END_TEST

START_TEST(codecs)
{
    struct emodel m = of(0, 0.03);

    m.ie = 11;
    m.bpl = 19;
    is_near(emodel_r(&m), 70.7517);
    m = of(0.12, 0.02);
    m.ie = 15;
    m.bpl = 16.1;
    is_near(emodel_r(&m), 66.4245);
}
END_TEST

/* The louder it is and the later it comes. */
START_TEST(echoes)
{
    struct emodel m = of(0.1, 0);

    m.telr_db = 45;
    is_near(emodel_r(&m), 70.1457);
    m = of(0.025, 0);
    m.telr_db = 40;
    is_near(emodel_r(&m), 85.0733);
}
END_TEST

START_TEST(nothing_is_worse_than_nothing)
{
    struct emodel m = of(10, 1);

    ck_assert_double_eq(emodel_r(&m), 0);
}
END_TEST

START_TEST(scores)
{
    is_near(emodel_mos(93.2062), 4.4094);
    is_near(emodel_mos(60), 3.1);
    is_near(emodel_mos(50), 2.575);
    ck_assert_double_eq(emodel_mos(3), 1); /* the cubic has a dip */
    ck_assert_double_eq(emodel_mos(0), 1);
    ck_assert_double_eq(emodel_mos(100), 4.5);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("emodel");
    TCase *t = tcase_create("emodel");
    SRunner *r;
    int failed;

    tcase_add_test(t, defaults);
    tcase_add_test(t, delays);
    tcase_add_test(t, losses);
    tcase_add_test(t, codecs);
    tcase_add_test(t, echoes);
    tcase_add_test(t, nothing_is_worse_than_nothing);
    tcase_add_test(t, scores);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
