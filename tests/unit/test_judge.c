/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Claims over seeds: each sign, each way to judge, and what is missing. */
#include "config.h"

#include "lab/judge.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#define N(a) (sizeof(a) / sizeof(a)[0])

/* The mean 3, its 95 % interval 1.04 to 4.96: t of four degrees is 2.776. */
static const double that[] = { 1, 2, 3, 4, 5 };

static struct judge_verdict against(enum judge_sign sign, enum judge_of of,
                                    double constant)
{
    const double all[N(that)] = { constant, constant, constant, constant,
                                  constant };
    const struct judge_bound bound = { sign, all };
    struct judge_claim c = {
        .bounds = &bound, .n_bounds = 1, .of = of, .share = NAN, .level = 0.95
    };

    return judge(&c, that, N(that));
}

START_TEST(means)
{
    static const struct {
        enum judge_sign sign;
        double bound;
        bool ok;
    } rows[] = {
        { JUDGE_AT_LEAST, 3, true },    { JUDGE_AT_LEAST, 3.1, false },
        { JUDGE_AT_MOST, 3, true },     { JUDGE_AT_MOST, 2.9, false },
        { JUDGE_EQUALS, 3, true },      { JUDGE_EQUALS, 3.001, false },
        { JUDGE_LESS, 3, false },       { JUDGE_LESS, 3.1, true },
        { JUDGE_MORE, 3, false },       { JUDGE_MORE, 2.9, true },
        { JUDGE_AT_LEAST, NAN, false }, { JUDGE_EQUALS, NAN, false },
    };

    for (size_t i = 0; i < N(rows); i++)
        ck_assert_msg(against(rows[i].sign, JUDGE_MEAN, rows[i].bound).ok ==
                          rows[i].ok,
                      "row %zu", i);
}
END_TEST

START_TEST(intervals)
{
    static const struct {
        enum judge_sign sign;
        double bound;
        bool ok;
    } rows[] = {
        { JUDGE_AT_LEAST, 1.03, true }, { JUDGE_AT_LEAST, 1.05, false },
        { JUDGE_AT_MOST, 4.97, true },  { JUDGE_AT_MOST, 4.95, false },
        { JUDGE_EQUALS, 1.05, true },   { JUDGE_EQUALS, 4.97, false },
        { JUDGE_LESS, 4.97, true },     { JUDGE_LESS, 4.95, false },
        { JUDGE_MORE, 1.03, true },     { JUDGE_MORE, 1.05, false },
    };
    struct judge_verdict v;

    for (size_t i = 0; i < N(rows); i++)
        ck_assert_msg(
            against(rows[i].sign, JUDGE_INTERVAL, rows[i].bound).ok ==
                rows[i].ok,
            "row %zu", i);
    v = against(JUDGE_AT_LEAST, JUDGE_INTERVAL, 1);
    ck_assert_double_eq_tol(v.value.low, 1.037, 0.001);
    ck_assert_double_eq_tol(v.value.high, 4.963, 0.001);
}
END_TEST

/* What both have of a seed is not in their difference: the one is a little
 * less in each, although the seeds are far apart. */
START_TEST(seed_by_seed)
{
    static const double other[] = { 1.5, 2.4, 3.6, 4.5, 5.4 };
    static const struct judge_bound bound = { JUDGE_LESS, other };
    struct judge_claim c = { .bounds = &bound,
                             .n_bounds = 1,
                             .of = JUDGE_INTERVAL,
                             .share = NAN,
                             .level = 0.95 };

    ck_assert(judge(&c, that, N(that)).ok);
}
END_TEST

static const double two[] = { 2, 2, 2, 2, 2 }, four[] = { 4, 4, 4, 4, 4 },
                    six[] = { 6, 6, 6, 6, 6 };
static const struct judge_bound at_most[] = { { JUDGE_AT_MOST, four },
                                              { JUDGE_AT_LEAST, two } };
static const struct judge_bound at_most_six = { JUDGE_AT_MOST, six };

/* At most 4 holds in 4 of 5, whose exact interval begins at 0.284. */
START_TEST(shares)
{
    struct judge_claim c = {
        .bounds = at_most, .n_bounds = 1, .share = 0.8, .level = 0.95
    };
    struct judge_verdict v = judge(&c, that, N(that));

    ck_assert_uint_eq(v.held, 4);
    ck_assert(v.ok);
    ck_assert_double_eq_tol(v.share.low, 0.2836, 0.0001);
    c.share = 0.81;
    ck_assert(!judge(&c, that, N(that)).ok);
    c.of = JUDGE_INTERVAL;
    c.share = 0.28;
    ck_assert(judge(&c, that, N(that)).ok);
    c.share = 0.29;
    ck_assert(!judge(&c, that, N(that)).ok);
}
END_TEST

/* From 2 to 4 holds in three seeds, although each end does in four. */
START_TEST(all_bounds_of_a_seed)
{
    struct judge_claim c = {
        .bounds = at_most, .n_bounds = 2, .share = 0.7, .level = 0.95
    };

    ck_assert_uint_eq(judge(&c, that, N(that)).held, 3);
    ck_assert(!judge(&c, that, N(that)).ok);
    c.share = NAN;
    ck_assert(judge(&c, that, N(that)).ok);
}
END_TEST

START_TEST(what_is_missing)
{
    static const double some[] = { 1, 2, NAN, 4, 5 };
    static const struct judge_bound bound = { JUDGE_LESS, some };
    struct judge_claim c = {
        .bounds = &at_most_six, .n_bounds = 1, .share = NAN, .level = 0.95
    };
    struct judge_verdict v = judge(&c, some, N(some));

    ck_assert_uint_eq(v.missing, 1);
    ck_assert(!v.ok);
    c.share = 0.8; /* four of five do hold */
    ck_assert(judge(&c, some, N(some)).ok);
    c.share = 0.9;
    ck_assert(!judge(&c, some, N(some)).ok);
    c.bounds = &bound; /* it is the bound that one lacks */
    c.share = NAN;
    ck_assert(!judge(&c, two, N(two)).ok);
    ck_assert_uint_eq(judge(&c, two, N(two)).missing, 1);
    ck_assert_uint_eq(judge(&c, two, N(two)).held, 2);
}
END_TEST

START_TEST(seeds_that_are_claimed)
{
    struct judge_claim c = { .bounds = &at_most_six,
                             .n_bounds = 1,
                             .share = NAN,
                             .seeds = 5,
                             .level = 0.95 };

    ck_assert(judge(&c, that, 5).ok);
    ck_assert(!judge(&c, that, 4).ok);
    c.seeds = 0;
    ck_assert(judge(&c, that, 1).ok);
    ck_assert(!judge(&c, that, 0).ok);
    c.of = JUDGE_INTERVAL; /* of one there is none */
    ck_assert(!judge(&c, that, 1).ok);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("judge");
    TCase *tcase = tcase_create("judge");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tcase, means);
    tcase_add_test(tcase, intervals);
    tcase_add_test(tcase, seed_by_seed);
    tcase_add_test(tcase, shares);
    tcase_add_test(tcase, all_bounds_of_a_seed);
    tcase_add_test(tcase, what_is_missing);
    tcase_add_test(tcase, seeds_that_are_claimed);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
