/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holding times against closed forms and published anchors. */
#include "config.h"

#include "models/holding.h"

#include <math.h>
#include <stdlib.h>

#include "../support/suite.h"

#define MINUTE (60 * PPTP_S)
enum { DRAWS = 20000 };

static pptp_ns draws[DRAWS];

static const struct holding mixture = {
    .law = HOLDING_MIXTURE,
    .scale_ns = 2 * MINUTE,
    .shape = 1.1,
    .second_share = .35,
    .second_ns = 1938 * PPTP_S, /* 32.3 minutes */
    .second_shape = 1.05,
};

static int ascending(const void *a, const void *b)
{
    const pptp_ns *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Kolmogorov-Smirnov: under 1.95 with p = 0.001. */
static double ks(const struct holding *drawn, const struct holding *said)
{
    struct dist_rng r;
    double d = 0;

    dist_rng_init(&r, 7, "holding");
    for (int i = 0; i < DRAWS; i++)
        draws[i] = holding_draw(drawn, &r);
    qsort(draws, DRAWS, sizeof *draws, ascending);
    for (int i = 0; i < DRAWS; i++) {
        double f = 1 - holding_longer(said, draws[i]);

        d = fmax(d, fmax(f - (double)i / DRAWS, (i + 1.) / DRAWS - f));
    }
    return d * sqrt(DRAWS);
}

START_TEST(laws)
{
    struct holding h = holding_default;

    ck_assert_double_lt(ks(&h, &h), 1.95);
    ck_assert_double_lt(ks(&mixture, &mixture), 1.95);
    ck_assert_double_gt(ks(&mixture, &h), 1.95); /* it can fail */
    h.law = HOLDING_EXPONENTIAL;
    ck_assert_double_lt(ks(&h, &h), 1.95);
    h.law = HOLDING_LOGNORMAL;
    ck_assert_double_lt(ks(&h, &h), 1.95);
    h.law = HOLDING_FIXED;
    ck_assert_uint_eq(holding_draw(&h, NULL), 11 * MINUTE);
}
END_TEST

/* Shares that last longer, worked out apart: e^-sqrt(t / 11 min), and two
 * normal integrals. */
START_TEST(anchors)
{
    const struct holding *h = &holding_default;

    ck_assert_double_eq_tol(holding_longer(h, 30 * MINUTE), .191772, 1e-6);
    ck_assert_double_eq_tol(holding_longer(h, 60 * MINUTE), .096762, 1e-6);
    ck_assert_double_eq_tol(holding_longer(h, 120 * MINUTE), .036777, 1e-6);
    ck_assert_double_eq_tol(holding_longer(h, 240 * MINUTE), .009363, 1e-6);
    ck_assert_double_eq_tol(holding_longer(&mixture, 60 * MINUTE), .0978,
                            5e-5);
}
END_TEST

/* The mean within a limit in minutes, within four standard errors. */
static void mean_is(struct holding h, unsigned limit, double want)
{
    double sum = 0, squares = 0, mean;
    struct dist_rng r;

    h.limit_ns = limit * MINUTE;
    dist_rng_init(&r, limit, "limit");
    for (int i = 0; i < DRAWS; i++) {
        double t = (double)holding_draw(&h, &r) / (double)MINUTE;

        ck_assert_double_le(t, limit);
        sum += t;
        squares += t * t;
    }
    mean = sum / DRAWS;
    ck_assert_double_eq_tol(mean, want,
                            4 * sqrt((squares / DRAWS - mean * mean) / DRAWS));
    ck_assert_double_eq(holding_longer(&h, h.limit_ns), 0);
}

/* E[min(T, L)] = 22 (1 - (1 + x) e^-x) with x = sqrt(L / 11) of Weibull's;
 * the lognormal's by its partial expectation. */
START_TEST(limits)
{
    static const struct holding lognormal = {
        .law = HOLDING_LOGNORMAL,
        .scale_ns = 12 * MINUTE,
        .shape = 1.1,
    };

    mean_is(holding_default, 30, 10.813566);
    mean_is(holding_default, 60, 14.899485);
    mean_is(holding_default, 120, 18.518587);
    mean_is(holding_default, 240, 20.831860);
    mean_is(lognormal, 30, 14.746974);
    mean_is(lognormal, 60, 18.405342);
    mean_is(lognormal, 120, 20.632171);
}
END_TEST

START_TEST(tail)
{
    struct holding h = holding_default;
    double s;

    h.tail_from_ns = 20 * MINUTE; /* early, so that many are drawn */
    h.tail_shape = 1.4;
    h.tail_cut_ns = 24 * 60 * MINUTE;
    ck_assert_double_lt(ks(&h, &h), 1.95);
    ck_assert_double_gt(ks(&holding_default, &h), 1.95);
    ck_assert_uint_le(draws[DRAWS - 1], h.tail_cut_ns);
    s = holding_longer(&h, h.tail_from_ns);
    ck_assert_double_eq_tol(s, exp(-sqrt(20. / 11)), 1e-12);
    ck_assert_double_eq_tol(
        holding_longer(&h, 60 * MINUTE) / s,
        (pow(3, -1.4) - pow(72, -1.4)) / (1 - pow(72, -1.4)), 1e-12);
    ck_assert_double_eq(holding_longer(&h, h.tail_cut_ns), 0);
}
END_TEST

/* Calls that end at a step of the tariff: 20 % exactly there. */
START_TEST(atom)
{
    struct holding h = holding_default;
    struct dist_rng r;
    unsigned there = 0;

    h.atom_share = .2;
    h.atom_ns = 30 * MINUTE;
    dist_rng_init(&r, 3, "atom");
    for (int i = 0; i < DRAWS; i++)
        there += holding_draw(&h, &r) == h.atom_ns;
    ck_assert_double_eq_tol((double)there / DRAWS, .2,
                            4 * sqrt(.2 * .8 / DRAWS));
    ck_assert_double_eq_tol(holding_longer(&h, h.atom_ns - 1) -
                                holding_longer(&h, h.atom_ns),
                            .2, 1e-9);
}
END_TEST

/* Times that no clock holds stay in range. */
START_TEST(extremes)
{
    struct holding h = { .law = HOLDING_LOGNORMAL,
                         .scale_ns = UINT64_C(1) << 61,
                         .shape = 50 };
    struct dist_rng r;

    dist_rng_init(&r, 1, "wild");
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_le(holding_draw(&h, &r), UINT64_C(1) << 62);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { laws, anchors,  limits, tail,
                                   atom, extremes, NULL };

    return rig_main("holding", tests);
}
