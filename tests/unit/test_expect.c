/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expectations: each bound on both sides, missing metrics, what is said. */
#include "config.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool/expect.h"
#include "tool/expect_judge.h"

static json_t *variants;

static void setup(void)
{
    variants = json_pack("{s:{s:{s:f, s:f, s:s}}, s:{s:{s:f}}, s:{}}", "a",
                         "metrics", "loss", 0.5, "wan.drops", 8.0, "text", "x",
                         "1.5", "metrics", "loss", 2.0, "empty");
    ck_assert_ptr_nonnull(variants);
}

static void teardown(void)
{
    json_decref(variants);
}

/* One expectation, judged; the item of the list, or NULL with more. */
static json_t *judge(struct scenario_expect e, bool compare, size_t *n_failed)
{
    struct scenario s = { .expect = &e, .n_expect = 1 };
    char *values[] = { (char *)"a" };
    json_t *list, *item;

    s.compare.values.v = values;
    s.compare.values.n = 1;

    s.compare.key = compare ? (char *)"pptp.engine" : NULL;
    list = expect_evaluate(&s, variants, n_failed);
    ck_assert_uint_eq(json_array_size(list), 1);
    item = json_incref(json_array_get(list, 0));
    json_decref(list);
    return item;
}

START_TEST(metric_by_label_and_name)
{
    ck_assert_double_eq(expect_metric(variants, true, "a.loss"), 0.5);
    /* Labels and metrics may hold dots. */
    ck_assert_double_eq(expect_metric(variants, true, "a.wan.drops"), 8);
    ck_assert_double_eq(expect_metric(variants, true, "1.5.loss"), 2);
    ck_assert_double_eq(expect_metric(variants, false, "wan.drops"), 8);
    ck_assert(isnan(expect_metric(variants, false, "a.loss")));
    ck_assert(isnan(expect_metric(variants, true, "loss")));
    ck_assert(isnan(expect_metric(variants, true, "b.loss")));
    ck_assert(isnan(expect_metric(variants, true, "a.text")));
    ck_assert(isnan(expect_metric(variants, true, "aloss")));
    ck_assert(isnan(expect_metric(variants, true, "a")));
    ck_assert(isnan(expect_metric(variants, true, "empty.loss")));
    ck_assert(isnan(expect_metric(variants, true, "")));
}
END_TEST

#define NONE NAN, NAN, NAN

static const struct {
    const char *that;
    double at_least, at_most, equals;
    const char *less_than, *more_than;
    double times;
    bool ok;
    const char *bound;
} bounds[] = {
    { "a.loss", 0.5, NAN, NAN, NULL, NULL, 1, true, ">= 0.5" },
    { "a.loss", 0.51, NAN, NAN, NULL, NULL, 1, false, ">= 0.51" },
    { "a.loss", NAN, 0.5, NAN, NULL, NULL, 1, true, "<= 0.5" },
    { "a.loss", NAN, 0.49, NAN, NULL, NULL, 1, false, "<= 0.49" },
    { "a.loss", NAN, NAN, 0.5, NULL, NULL, 1, true, "= 0.5" },
    { "a.loss", NAN, NAN, 0.4, NULL, NULL, 1, false, "= 0.4" },
    { "a.loss", NAN, NAN, 0.6, NULL, NULL, 1, false, "= 0.6" },
    { "a.loss", 0, 1, NAN, NULL, NULL, 1, true, ">= 0, <= 1" },
    /* The second bound alone fails. */
    { "a.loss", 0, 0.1, NAN, NULL, NULL, 1, false, ">= 0, <= 0.1" },
    /* The first alone fails; a later one does not heal it. */
    { "a.loss", 0.9, 1, NAN, NULL, NULL, 1, false, ">= 0.9, <= 1" },
    { "a.loss", NONE, "1.5.loss", NULL, 1, true, "< 1 * 1.5.loss = 2" },
    { "a.loss", NONE, "1.5.loss", NULL, 0.25, false,
      "< 0.25 * 1.5.loss = 0.5" },
    { "1.5.loss", NONE, NULL, "a.loss", 3, true, "> 3 * a.loss = 1.5" },
    { "1.5.loss", NONE, NULL, "a.loss", 4, false, "> 4 * a.loss = 2" },
    { "a.loss", NONE, "b.loss", NULL, 1, false, "no such metric: b.loss" },
    { "a.loss", NONE, NULL, "nope", 1, false, "no such metric: nope" },
    { "b.loss", 0, NAN, NAN, NULL, NULL, 1, false, "no such metric: b.loss" },
    /* A metric that runs have, without a value in this one: no bound holds. */
    { "a.delay_p95_s", NAN, 9, NAN, NULL, NULL, 1, false,
      "no value: nothing was measured: a.delay_p95_s" },
    { "a.loss", NONE, "a.fairness", NULL, 1, false,
      "no value: nothing was measured: a.fairness" },
};

START_TEST(bounds_hold_or_not)
{
    struct scenario_expect e = {
        .that = (char *)bounds[_i].that,
        .at_least = bounds[_i].at_least,
        .at_most = bounds[_i].at_most,
        .equals = bounds[_i].equals,
        .less_than = (char *)bounds[_i].less_than,
        .more_than = (char *)bounds[_i].more_than,
        .times = bounds[_i].times,
        .why = _i == 0 ? (char *)"because" : NULL,
    };
    size_t n_failed = 99;
    json_t *item = judge(e, true, &n_failed);
    const json_t *value = json_object_get(item, "value");

    ck_assert_int_eq(json_is_true(json_object_get(item, "ok")), bounds[_i].ok);
    ck_assert_uint_eq(n_failed, bounds[_i].ok ? 0 : 1);
    ck_assert_str_eq(json_string_value(json_object_get(item, "that")),
                     bounds[_i].that);
    ck_assert_str_eq(json_string_value(json_object_get(item, "bound")),
                     bounds[_i].bound);
    /* A metric that is not there has no value; others have theirs. */
    ck_assert_int_eq(json_is_real(value),
                     strcmp(bounds[_i].that, "b.loss") != 0 &&
                         strcmp(bounds[_i].that, "a.delay_p95_s") != 0);
    if (_i == 0)
        ck_assert_str_eq(json_string_value(json_object_get(item, "why")),
                         "because");
    else
        ck_assert(!json_is_string(json_object_get(item, "why")));
    json_decref(item);
}
END_TEST

START_TEST(many_are_counted_in_order)
{
    struct scenario_expect e[3];
    struct scenario s = { .expect = e, .n_expect = 3 };
    size_t n_failed;
    json_t *list;

    for (int i = 0; i < 3; i++)
        e[i] = (struct scenario_expect){ .that = (char *)"loss",
                                         .at_least = i,
                                         .at_most = NAN,
                                         .equals = NAN,
                                         .times = 1 };
    list = expect_evaluate(&s, variants, &n_failed);
    ck_assert_uint_eq(n_failed, 2);
    ck_assert_uint_eq(json_array_size(list), 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(
            json_is_true(json_object_get(json_array_get(list, i), "ok")),
            i == 0);
    json_decref(list);
    s.n_expect = 0;
    list = expect_evaluate(&s, variants, &n_failed);
    ck_assert_uint_eq(n_failed, 0);
    ck_assert_uint_eq(json_array_size(list), 0);
    json_decref(list);
}
END_TEST

/* Four seeds: `a.loss` 1 to 4, `b.loss` twice that, `a.delay_p95_s` in two of
 * them. */
static double of_seed(void *ctx, const char *path, size_t seed)
{
    double x = (double)seed + 1;

    (void)ctx;
    if (strcmp(path, "a.delay_p95_s") == 0)
        return seed < 2 ? x : NAN;
    return strcmp(path, "a.loss") == 0   ? x
           : strcmp(path, "b.loss") == 0 ? 2 * x
                                         : NAN;
}

static const struct {
    const char *that;
    double at_most;
    const char *less_than;
    enum scenario_of of;
    double share;
    uint32_t seeds;
    bool ok;
    const char *bound;
} over_seeds[] = {
    { "a.loss", 2.5, NULL, SCENARIO_OF_MEAN, NAN, 4, true,
      "<= 2.5 (mean of 4 seeds)" },
    { "a.loss", 2.5, NULL, SCENARIO_OF_INTERVAL, NAN, 1, false,
      "<= 2.5 (95 % interval of 4 seeds)" },
    { "a.loss", 4.56, NULL, SCENARIO_OF_INTERVAL, NAN, 1, true,
      "<= 4.56 (95 % interval of 4 seeds)" },
    { "a.loss", 2.5, NULL, SCENARIO_OF_MEAN, NAN, 5, false,
      "<= 2.5 (mean of 4 seeds; 5 seeds are wanted)" },
    { "a.loss", 3, NULL, SCENARIO_OF_MEAN, 0.75, 4, true,
      "<= 3 (in 3 of 4 seeds; wanted: 75 %)" },
    { "a.loss", 3, NULL, SCENARIO_OF_MEAN, 0.95, 4, false,
      "<= 3 (in 3 of 4 seeds; wanted: 95 %)" },
    { "a.loss", 3, NULL, SCENARIO_OF_INTERVAL, 0.75, 4, false,
      "<= 3 (in 3 of 4 seeds; wanted: surely 75 %)" },
    { "a.loss", NAN, "b.loss", SCENARIO_OF_INTERVAL, NAN, 4, true,
      "< 0.9 * b.loss = 4.5 (95 % interval of 4 seeds)" },
    { "a.delay_p95_s", 9, NULL, SCENARIO_OF_MEAN, NAN, 1, false,
      "<= 9 (mean of 4 seeds; 2 without a value)" },
    { "a.delay_p95_s", 9, NULL, SCENARIO_OF_MEAN, 0.5, 1, true,
      "<= 9 (in 2 of 4 seeds; wanted: 50 %; 2 without a value)" },
    { "a.fairness", 9, NULL, SCENARIO_OF_MEAN, 0.5, 1, false,
      "no value: nothing was measured: a.fairness" },
    { "a.nope", 9, NULL, SCENARIO_OF_MEAN, 0, 1, false,
      "no such metric: a.nope" },
};

START_TEST(judged_over_seeds)
{
    const struct expect_table table = { .seeds = 4, .value = of_seed };
    char *label = (char *)"a";
    struct scenario_expect e = {
        .that = (char *)over_seeds[_i].that,
        .at_least = NAN,
        .at_most = over_seeds[_i].at_most,
        .equals = NAN,
        .less_than = (char *)over_seeds[_i].less_than,
        .times = 0.9,
        .of = over_seeds[_i].of,
        .share_at_least = over_seeds[_i].share,
        .seeds = over_seeds[_i].seeds,
    };
    struct scenario s = { .expect = &e, .n_expect = 1 };
    size_t n_failed;
    json_t *list, *item;

    s.compare.key = (char *)"x";
    s.compare.values.v = &label;
    s.compare.values.n = 1;
    list = expect_over_seeds(&s, &table, &n_failed);
    item = json_array_get(list, 0);
    ck_assert_str_eq(json_string_value(json_object_get(item, "bound")),
                     over_seeds[_i].bound);
    ck_assert_int_eq(json_is_true(json_object_get(item, "ok")),
                     over_seeds[_i].ok);
    ck_assert_uint_eq(n_failed, over_seeds[_i].ok ? 0 : 1);
    if (_i == 0) {
        ck_assert_double_eq_tol(
            json_real_value(json_object_get(item, "value")), 2.5, 1e-12);
        ck_assert_double_eq_tol(json_real_value(json_object_get(item, "low")),
                                0.446, 0.001);
        ck_assert_int_eq(json_integer_value(json_object_get(item, "held")), 2);
    }
    json_decref(list);
}
END_TEST

/* Long names are cut in what is said, never beyond its room. */
START_TEST(long_names)
{
    char name[2000];
    struct scenario_expect e = { .that = (char *)"a.loss",
                                 .at_least = NAN,
                                 .at_most = NAN,
                                 .equals = NAN,
                                 .less_than = name,
                                 .more_than = name,
                                 .times = 1 };
    size_t n_failed;
    json_t *item;

    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    item = judge(e, true, &n_failed);
    ck_assert_uint_eq(n_failed, 1);
    ck_assert_uint_lt(json_string_length(json_object_get(item, "bound")), 512);
    json_decref(item);
}
END_TEST

/* Names are known before a run: metrics, links and values. */
START_TEST(names_are_checked)
{
    char *values[] = { (char *)"a", (char *)"1.5" };
    struct scenario_link link = { .name = (char *)"w.n" };
    struct conf_node at = { .kind = CONF_MAP, .line = 7, .file = "e" };
    struct scenario_expect e[2] = { { .node = &at, .that = (char *)"calls" },
                                    { .node = &at, .that = (char *)"calls" } };
    struct scenario s = {
        .links = &link, .n_links = 1, .expect = e, .n_expect = 2
    };
    struct conf_error err;

    ck_assert(expect_known(&s, "goodput_bps"));
    ck_assert(expect_known(&s, "w.n.drop_ratio"));
    ck_assert(!expect_known(&s, "w.n.drops") && !expect_known(&s, "w.n"));
    ck_assert(!expect_known(&s, "core.dropped"));
    ck_assert(!expect_known(&s, "a.goodput_bps") && !expect_known(&s, ""));
    ck_assert_int_eq(expect_check(&s, &err), 0);
    e[1].more_than = (char *)"goodput";
    ck_assert_int_eq(expect_check(&s, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "'more_than': no metric 'goodput';"
                                           " did you mean 'goodput_bps'?"));
    e[1].more_than = (char *)"w.n.drop_ration";
    ck_assert_int_eq(expect_check(&s, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "did you mean 'w.n.drop_ratio'?"));
    e[1].more_than = (char *)"sausages";
    ck_assert_int_eq(expect_check(&s, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "allowed: a metric"));
    e[1].more_than = NULL;
    s.compare.key = (char *)"seed";
    s.compare.values.v = values;
    s.compare.values.n = 2;
    ck_assert(expect_known(&s, "1.5.goodput_bps"));
    ck_assert(expect_known(&s, "a.w.n.queue_mean"));
    ck_assert(!expect_known(&s, "goodput_bps") &&
              !expect_known(&s, "b.calls"));
    ck_assert_int_eq(expect_check(&s, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "a value of 'compare'"));
    e[0].that = (char *)"1.5.calls_upp";
    ck_assert_int_eq(expect_check(&s, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "did you mean '1.5.calls_up'?"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("expect");
    TCase *tc = tcase_create("expect");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, metric_by_label_and_name);
    tcase_add_loop_test(tc, bounds_hold_or_not, 0,
                        (int)(sizeof bounds / sizeof bounds[0]));
    tcase_add_test(tc, many_are_counted_in_order);
    tcase_add_loop_test(tc, judged_over_seeds, 0,
                        (int)(sizeof over_seeds / sizeof over_seeds[0]));
    tcase_add_test(tc, names_are_checked);
    tcase_add_test(tc, long_names);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
