/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes, ranges, designs: what --over and --lhs stand for. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/design.h"

static struct axes axes;
static struct conf_error err;

static void setup(void)
{
    axes.n = 0;
}

static void teardown(void)
{
    axes_free(&axes);
}

/* The values of an axis, with blanks between them. */
static const char *values(const struct axis *a)
{
    static char all[2000];

    all[0] = '\0';
    for (size_t i = 0; i < a->n; i++) {
        if (i > 0)
            strcat(all, " ");
        strncat(all, a->values[i], sizeof all - strlen(all) - 2);
    }
    return all;
}

START_TEST(values_of_an_axis)
{
    static const struct {
        const char *over, *values;
    } all[] = {
        { "k=a,b,c", "a b c" },
        { "k=1", "1" },
        { "k=[1,2],{a: 1, b: 2},3", "[1,2] {a: 1, b: 2} 3" },
        { "platform=../a.xml,../b.xml", "../a.xml ../b.xml" },
        { "k=1..5:5", "1 2 3 4 5" },
        { "k=0..1:3", "0 1" }, /* whole: 0.5 falls to 1 */
        { "k=0.0..1:3", "0 0.5 1" },
        { "k=1..100:log3", "1 10 100" },
        { "k=1.0..2:log3", "1 1.414 2" },
        { "k=10ms..1s:log3", "10ms 100ms 1s" },
        { "k=0..100ms:3", "0s 50ms 100ms" },
        { "k=64kbit/s..256kbit/s:step64kbit/s",
          "64kbit/s 128kbit/s 192kbit/s 256kbit/s" },
        { "k=0.0..1:step0.4", "0 0.4 0.8" },
        { "k=0.0..0.3:step0.1", "0 0.1 0.2 0.3" },
        { "k=1..4packets:2", "1 4packets" }, /* no range: two units */
        { "k=1..3:3,10,20", "1 2 3 10 20" },
        { "k=0%..100%:3", "0 0.5 1" },
        { "a,b=1/2,3/4", "1/2 3/4" },
        { "a,b=64kbit/s/2,1Mbit/s/x", "64kbit/s/2 1Mbit/s/x" },
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        int result = axes_add(&axes, all[i].over, &err);

        if (strcmp(all[i].over, "k=1..4packets:2") == 0) {
            ck_assert_int_eq(result, -1);
            ck_assert_ptr_nonnull(strstr(err.text, "different units"));
        } else {
            ck_assert_msg(result == 0, "%s: %s", all[i].over, err.text);
            ck_assert_str_eq(values(&axes.v[0]), all[i].values);
        }
        axes_free(&axes);
    }
}
END_TEST

START_TEST(bad_axes)
{
    static const struct {
        const char *over, *why;
    } all[] = {
        { "k", "KEY=VALUE" },
        { "=1", "KEY=VALUE" },
        { "k=", "KEY=VALUE" },
        { "k=1,2,1", "'1' is given twice" },
        { "k=5..1:3", "not below" },
        { "k=0..5:log3", "begin above 0" },
        { "k=1..5:1", "how many values (2 to" },
        { "k=1..5:3x", "how many values" },
        { "k=1..5:step0", "a step above 0" },
        { "k=1s..5s:step1kB", "in the unit of the ends" },
        { "k=1..1000000:step1", "more than 100000 values" },
        { "k=1..5,7", "stands alone" },
        { "a,b=1,2", "must have 2 parts" },
        { "a,b=1/2/3", "must have 2 parts" },
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        ck_assert_msg(axes_add(&axes, all[i].over, &err) == -1, "%s",
                      all[i].over);
        ck_assert_msg(strstr(err.text, all[i].why) != NULL, "%s: %s",
                      all[i].over, err.text);
        axes_free(&axes);
    }
    ck_assert_int_eq(axes_add(&axes, "a,b=1/2", &err), 0);
    ck_assert_int_eq(axes_add(&axes, "b=1", &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "the axis a,b has that key"));
}
END_TEST

START_TEST(an_assignment_a_key)
{
    struct design d;
    char **sets;
    size_t n;

    ck_assert_int_eq(axes_add(&axes, "x=1,2", &err), 0);
    ck_assert_int_eq(axes_add(&axes, "a,b.c=64kbit/s/y,2/z", &err), 0);
    ck_assert_int_eq(design_make(&d, &axes, &err), 0);
    ck_assert_uint_eq(d.n, 4);
    sets = design_sets(&d, 1, &n);
    ck_assert_uint_eq(n, 3);
    ck_assert_str_eq(sets[0], "x=1");
    ck_assert_str_eq(sets[1], "a=2");
    ck_assert_str_eq(sets[2], "b.c=z");
    design_sets_free(sets);
    sets = design_sets(&d, 2, &n);
    ck_assert_str_eq(sets[0], "x=2");
    ck_assert_str_eq(sets[1], "a=64kbit/s");
    ck_assert_str_eq(sets[2], "b.c=y");
    design_sets_free(sets);
}
END_TEST

START_TEST(no_axis_is_one_configuration)
{
    struct design d;

    ck_assert_int_eq(design_make(&d, &axes, &err), 0);
    ck_assert_uint_eq(d.n, 1);
}
END_TEST

/* Of each drawn axis every n-th part has one value; the others are crossed. */
START_TEST(a_latin_hypercube)
{
    enum { N = 10 };
    struct design d;
    bool seen[2][N] = { { false } };
    bool same = true;

    ck_assert_int_eq(axes_add(&axes, "x=0.0..1", &err), 0);
    ck_assert_int_eq(axes_add(&axes, "e=a,b", &err), 0);
    ck_assert_int_eq(axes_add(&axes, "y=0.0..1", &err), 0);
    ck_assert_int_eq(axes_draw(&axes, N, 7, &err), 0);
    ck_assert_int_eq(design_make(&d, &axes, &err), 0);
    ck_assert_uint_eq(d.n, 2 * N);
    for (size_t i = 0; i < d.n; i++) {
        double x = atof(design_value(&d, i, 0));
        double y = atof(design_value(&d, i, 2));

        ck_assert_uint_eq(design_level(&d, i, 0), design_level(&d, i, 2));
        ck_assert(x >= 0 && x <= 1 && y >= 0 && y <= 1);
        seen[0][(size_t)(x * N * 0.9999)] = true;
        seen[1][(size_t)(y * N * 0.9999)] = true;
        same = same && (size_t)(x * N) == (size_t)(y * N);
    }
    for (size_t i = 0; i < N; i++)
        ck_assert(seen[0][i] && seen[1][i]);
    ck_assert(!same);
}
END_TEST

START_TEST(draws_repeat)
{
    char first[2000];

    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(axes_add(&axes, "x=1ms..1s:log", &err), 0);
        ck_assert_int_eq(axes_draw(&axes, 5, i < 2 ? 1 : 2, &err), 0);
        if (i == 0)
            strcpy(first, values(&axes.v[0]));
        else
            ck_assert_int_eq(strcmp(first, values(&axes.v[0])) == 0, i == 1);
        axes_free(&axes);
    }
}
END_TEST

START_TEST(ranges_want_a_number)
{
    ck_assert_int_eq(axes_add(&axes, "x=1..2", &err), 0);
    ck_assert_int_eq(axes_draw(&axes, 0, 1, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "A..B:5"));
    axes_free(&axes);
    ck_assert_int_eq(axes_add(&axes, "x=1,2", &err), 0);
    ck_assert_int_eq(axes_draw(&axes, 4, 1, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "--lhs"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("axes");
    TCase *t = tcase_create("axes");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, values_of_an_axis);
    tcase_add_test(t, bad_axes);
    tcase_add_test(t, an_assignment_a_key);
    tcase_add_test(t, no_axis_is_one_configuration);
    tcase_add_test(t, a_latin_hypercube);
    tcase_add_test(t, draws_repeat);
    tcase_add_test(t, ranges_want_a_number);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
