/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Teletraffic's closed forms against known values, to the digits that these
 * have; they were computed apart from the code, two of them in rationals.
 */
#include "config.h"

#include "models/erlang.h"

#include <math.h>

#include "../support/suite.h"
#include "base/base.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Half a unit of the tenth, and of the eighth digit. */
static const double TEN = 5.1e-10, EIGHT = 5.1e-8;

static void same(double got, double known, double tolerance)
{
    ck_assert_double_eq_tol(got, known, fabs(known) * tolerance);
}

START_TEST(blocking)
{
    static const struct {
        unsigned n;
        double load, b;
    } known[] = {
        { 1, 1, .5 },
        { 2, 1, .2 },
        { 1, .5, .3333333333 },
        { 4, 2, .09523809524 },
        { 5, 3, .1100543478 },
        { 10, 5, .01838457034 },
        { 10, 8, .1216610643 },
        { 23, 15.3, .01589111425 },
        { 24, 15.3, .01002898584 },
        { 24, 16.6, .01971806538 },
        { 24, 20, .066096717 },
        { 30, 20.3, .009820281641 },
        { 30, 25, .05260317223 },
        { 48, 36, .009636317942 },
        { 96, 84.1, .01999890479 },
        { 100, 84, .009872528609 },
        { 100, 84.06, .009991702588 },
        { 100, 100, .07570045271 },
        { 120, 100, .005690054607 },
        { 240, 222, .01418130761 },
        { 480, 460, .01427821353 },
        { 672, 646, .01078532471 },
        { 672, 600, .0002413511525 },
        { 1000, 1000, .02481191765 },
    };

    for (unsigned i = 0; i < COUNT(known); i++)
        same(erlang_b(known[i].n, known[i].load), known[i].b, TEN);
    /* two groups in one */
    same(erlang_b(48, 30.6), .00085483459, EIGHT);
    ck_assert(erlang_b(0, 0) == 1 && erlang_b(3, 0) == 0);
}
END_TEST

START_TEST(loads)
{
    static const double b[] = { .001, .01, .02, .05 };
    static const struct {
        unsigned n;
        double load[COUNT(b)];
    } known[] = {
        { 1, { .001001, .010101, .020408, .052632 } },
        { 23, { 11.52412, 14.470451, 15.760899, 18.079544 } },
        { 24, { 12.243174, 15.295, 16.630576, 19.030708 } },
        { 30, { 16.683856, 20.337286, 21.931565, 24.801805 } },
        { 96, { 71.729371, 80.305878, 84.100339, 91.146176 } },
        { 100, { 75.241983, 84.064159, 87.971983, 95.240375 } },
        { 672, { 613.102203, 644.540908, 659.929821, 692.055639 } },
    };

    for (unsigned i = 0; i < COUNT(known); i++)
        for (unsigned k = 0; k < COUNT(b); k++)
            ck_assert_double_eq_tol(erlang_b_load(known[i].n, b[k]),
                                    known[i].load[k], 5.1e-7);
}
END_TEST

START_TEST(waiting)
{
    static const struct {
        unsigned n;
        double load, c, wait;
    } known[] = {
        { 1, .5, .5, 1 },
        { 2, 1, .333333333, .333333333 },
        { 5, 4, .55411255, .55411255 },
        { 10, 8, .40918015, .20459008 },
        { 24, 20, .2980723, .074518075 },
        { 30, 25, .24989317, .049978633 },
        { 100, 84, .058662767, .0036664229 },
        { 100, 95, .50645685, .10129137 },
    };

    for (unsigned i = 0; i < COUNT(known); i++) {
        same(erlang_c(known[i].n, known[i].load), known[i].c, EIGHT);
        same(erlang_c_wait(known[i].n, known[i].load), known[i].wait, EIGHT);
    }
    same(erlang_c_longer(24, 20, 1), .0054593846, EIGHT);
    ck_assert(erlang_c(2, 2) == 1);
}
END_TEST

START_TEST(coming_again)
{
    static const struct {
        unsigned n;
        double fresh, again, b, load;
    } known[] = {
        { 1, 1, .5, .58578644, 1.4142136 },
        { 10, 8, .5, .15195213, 8.6577844 },
        { 24, 15.3, .5, .010505685, 15.380793 },
        { 24, 20, .5, .081712447, 20.851931 },
        { 24, 20, .8, .098553744, 21.711825 },
        { 30, 25, .7, .071262542, 26.31257 },
        { 100, 84, .5, .010803831, 84.456225 },
        { 100, 84, .9, .011763266, 84.898819 },
        { 672, 646, .7, .014918386, 652.81729 },
    };

    for (unsigned i = 0; i < COUNT(known); i++) {
        unsigned n = known[i].n;
        double load = erlang_extended_load(n, known[i].fresh, known[i].again);

        same(load, known[i].load, EIGHT);
        same(erlang_b(n, load), known[i].b, EIGHT);
    }
    ck_assert(isinf(erlang_extended_load(2, 2, 1)));
    same(erlang_extended_load(1, 1, 0), 1, EIGHT);
}
END_TEST

START_TEST(few_sources)
{
    static const struct {
        unsigned n, sources;
        double rate, call, time;
    } known[] = {
        { 1, 2, 1, .5, .66666667 },
        { 2, 4, .5, .23076923, .33333333 },
        { 10, 20, .5, .041698151, .056381198 },
        { 24, 100, .2, .015028067, .016519519 },
        { 24, 240, .07, .010862427, .011287801 },
        { 30, 300, .07, .0058004118, .0060255594 },
        { 48, 480, .08, .0070561568, .0072632169 },
    };

    for (unsigned i = 0; i < COUNT(known); i++) {
        same(engset_call(known[i].n, known[i].sources, known[i].rate),
             known[i].call, EIGHT);
        same(engset_time(known[i].n, known[i].sources, known[i].rate),
             known[i].time, EIGHT);
    }
    ck_assert(engset_call(5, 5, 3) == 0 && engset_time(5, 5, 3) > 0);
}
END_TEST

START_TEST(overflow)
{
    static const struct {
        unsigned n;
        double load, mean, variance;
    } known[] = {
        { 1, 1, .5, .58333333 },          { 10, 8, .97328851, 1.9856614 },
        { 24, 20, 1.3219343, 3.7564805 }, { 30, 25, 1.3150793, 4.0800581 },
        { 100, 84, .8292924, 4.0486516 },
    };
    struct erlang_overflow o;

    for (unsigned i = 0; i < COUNT(known); i++) {
        o = erlang_overflow(known[i].n, known[i].load);
        same(o.mean, known[i].mean, EIGHT);
        same(o.variance, known[i].variance, EIGHT);
    }
    o = erlang_overflow(24, 20);
    same(o.variance / o.mean, 2.8416544, EIGHT);
}
END_TEST

START_TEST(in_a_row)
{
    static const struct {
        unsigned i;
        double load;
    } known[] = {
        { 1, .93865 },  { 2, .93161 },  { 6, .88992 },  { 12, .74793 },
        { 18, .42713 }, { 23, .12826 }, { 24, .08969 },
    };
    double all = 0;

    for (unsigned i = 0; i < COUNT(known); i++)
        ck_assert_double_eq_tol(erlang_trunk(known[i].i, 15.3), known[i].load,
                                5.1e-6);
    for (unsigned i = 1; i <= 24; i++)
        all += erlang_trunk(i, 15.3);
    ck_assert_double_eq_tol(all / 24, .63111, 5.1e-6);
}
END_TEST

START_TEST(retrials)
{
    static const struct {
        unsigned n;
        double load, again, fresh, orbit, all;
    } known[] = {
        { 2, 1, 1, .329855, .357304, .877242 },
        { 5, 3, 1, .225591, .392889, .723701 },
        { 5, 3, .8, .136679, .0502099, .313483 },
        { 24, 20, .8, .110617, .18915, .198829 },
    };
    struct erlang_retrial r;

    for (unsigned i = 0; i < COUNT(known); i++) {
        ck_assert_int_eq(
            erlang_retrial(known[i].n, known[i].load, 20, known[i].again, &r),
            PPTP_OK);
        same(r.fresh_blocked, known[i].fresh, 5e-6);
        same(r.orbit, known[i].orbit, 5e-6);
        same(r.all_blocked, known[i].all, 5e-6);
    }
}
END_TEST

/* One trunk has a closed form; who tries all the time is a queue; and all
 * that is fresh is carried, if nobody gives up. */
START_TEST(retrials_closed)
{
    struct erlang_retrial r;

    ck_assert_int_eq(erlang_retrial(1, 2 / 3., .4, 1, &r), PPTP_OK);
    same(r.fresh_blocked, 2 / 3., TEN);
    same(r.orbit, 14 / 3., TEN);
    same(r.attempts, 38 / 15., TEN);
    same(r.all_blocked, 14 / 19., TEN);
    ck_assert_int_eq(erlang_retrial(5, 4, 1e7, 1, &r), PPTP_OK);
    same(r.fresh_blocked, erlang_c(5, 4), 1e-5);
    ck_assert_int_eq(erlang_retrial(672, 646, 20, 1, &r), PPTP_OK);
    same(r.carried, 646, TEN);
    ck_assert_int_eq(erlang_retrial(2, 2, 20, 1, &r), PPTP_ERR_RESOURCE);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { blocking,     loads,       waiting,
                                   coming_again, few_sources, overflow,
                                   in_a_row,     retrials,    retrials_closed,
                                   NULL };

    return rig_main("erlang", tests);
}
