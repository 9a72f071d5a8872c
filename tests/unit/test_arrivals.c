/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrivals of a group against what Poisson's are. */
#include "config.h"

#include "models/arrivals.h"
#include "models/holding.h"

#include <math.h>
#include <string.h>

#include "../support/suite.h"

#define HOUR (3600 * PPTP_S)
#define DAY (24 * HOUR)

static struct arrivals_law evening(uint32_t subscribers, double per_day)
{
    struct arrivals_law law = { .per_day = per_day,
                                .subscribers = subscribers };

    memcpy(law.hours, arrivals_evening, sizeof law.hours);
    return law;
}

/* Counts of each hour of the day: Poisson, so within four deviations, and
 * what they sum to in squares is chi-square's with 24 degrees (51.2: .001). */
START_TEST(hours)
{
    struct arrivals_law law = evening(1000, 50);
    unsigned seen[24] = { 0 };
    struct arrivals a;
    double squares = 0;

    arrivals_init(&a, &law, 1, "hours");
    for (; a.at < 2 * DAY; arrivals_next(&a))
        seen[a.at / HOUR % 24]++;
    for (unsigned h = 0; h < 24; h++) {
        double want = 2 * 50000 * arrivals_evening[h] / 11.4;

        ck_assert_double_eq_tol(seen[h], want, 4 * sqrt(want));
        squares += (seen[h] - want) * (seen[h] - want) / want;
    }
    ck_assert_double_lt(squares, 51.2);
}
END_TEST

/* The busy hour has 8.77 % of a day. */
START_TEST(integral)
{
    struct arrivals_law law = evening(10, 2.5);
    struct arrivals a;

    arrivals_init(&a, &law, 1, "integral");
    ck_assert_double_eq_tol(arrivals_mean(&a, DAY), 25, 1e-9);
    ck_assert_double_eq_tol(arrivals_mean(&a, 3 * DAY), 75, 1e-9);
    ck_assert_double_eq_tol(arrivals_mean(&a, 22 * HOUR) -
                                arrivals_mean(&a, 21 * HOUR),
                            25 / 11.4, 1e-9);
    ck_assert_double_eq_tol(arrivals_mean(&a, HOUR / 2), 25 * .225 / 11.4,
                            1e-9);
    law.midnight_ns = 20 * HOUR + HOUR / 2;
    arrivals_init(&a, &law, 1, "integral");
    ck_assert_double_eq_tol(arrivals_mean(&a, HOUR), 25 * (.475 + .5) / 11.4,
                            1e-9);
    ck_assert_double_eq_tol(arrivals_mean(&a, DAY), 25, 1e-9);
}
END_TEST

/* Without hours: gaps are exponential, by Kolmogorov and Smirnov in bins of
 * equal chance; and each subscriber has his share. */
START_TEST(superposed)
{
    enum { N = 40000, BINS = 50, WHO = 20 };
    struct arrivals_law law = { .per_day = 86400. / WHO, .subscribers = WHO };
    unsigned bins[BINS] = { 0 }, who[WHO] = { 0 };
    double below = 0, d = 0, squares = 0;
    struct arrivals a;
    pptp_ns last = 0;

    arrivals_init(&a, &law, 2, "gaps");
    for (int i = 0; i < N; i++, arrivals_next(&a)) {
        double u = 1 - exp(-(double)(a.at - last) * 1e-9);

        bins[u < 1 ? (unsigned)(u * BINS) : BINS - 1]++;
        last = a.at;
        ck_assert_uint_lt(a.who, WHO);
        who[a.who]++;
    }
    for (unsigned i = 0; i < BINS; i++) {
        below += bins[i];
        d = fmax(d, fabs(below / N - (i + 1.) / BINS));
    }
    ck_assert_double_lt(d * sqrt(N), 1.95);
    for (unsigned i = 0; i < WHO; i++)
        squares += pow((double)who[i] - N / WHO, 2) / (N / WHO);
    ck_assert_double_lt(squares, 43.8); /* 19 degrees, p = .001 */
}
END_TEST

/* Who calls, and when, is the same whatever else is drawn meanwhile. */
START_TEST(apart)
{
    struct arrivals_law law = evening(100, 3);
    struct arrivals a, b;

    arrivals_init(&a, &law, 3, "lines");
    arrivals_init(&b, &law, 3, "others");
    ck_assert_uint_ne(a.at, b.at);
    arrivals_init(&b, &law, 3, "lines");
    for (int i = 0; i < 1000; i++) {
        ck_assert_uint_eq(a.at, b.at);
        ck_assert_uint_eq(a.who, b.who);
        arrivals_next(&a);
        arrivals_next(&b);
    }
}
END_TEST

/* Little's law for calls that are never blocked: begun with none, after t
 * there are lambda E[min(T, t)] up, Poisson's; 20.83186 minutes of the default
 * holding time after four hours. */
START_TEST(little)
{
    enum { SEEDS = 40 };
    struct arrivals_law law = { .per_day = 86400, .subscribers = 1 };
    double want = 20.831860 * 60, sum = 0, squares = 0;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct dist_rng hold;
        struct arrivals a;
        unsigned up = 0;

        dist_rng_init(&hold, seed, "holding");
        arrivals_init(&a, &law, seed, "arrivals");
        for (; a.at < 4 * HOUR; arrivals_next(&a))
            up += a.at + holding_draw(&holding_default, &hold) > 4 * HOUR;
        sum += up;
        squares += (up - want) * (up - want) / want;
    }
    ck_assert_double_eq_tol(sum / SEEDS, want, 4 * sqrt(want / SEEDS));
    ck_assert_double_lt(squares, 73.4); /* 40 degrees, p = .001 */
    ck_assert_double_gt(squares, 17.9); /* p = .999 */
}
END_TEST

/* Nobody calls; one hour of the day; rates that no clock holds. */
START_TEST(extremes)
{
    struct arrivals_law law = { .subscribers = 1 };
    struct arrivals a;

    arrivals_init(&a, &law, 4, "none");
    ck_assert_uint_eq(a.at, PPTP_NEVER);
    arrivals_next(&a);
    ck_assert_uint_eq(a.at, PPTP_NEVER);
    law.per_day = 1e-12;
    arrivals_init(&a, &law, 4, "rare");
    ck_assert_uint_eq(a.at, PPTP_NEVER);
    law.per_day = 10;
    law.hours[5] = 1;
    arrivals_init(&a, &law, 4, "one hour");
    for (int i = 0; i < 100; i++, arrivals_next(&a))
        ck_assert_uint_eq(a.at / HOUR % 24, 5);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { hours,  integral, superposed, apart,
                                   little, extremes, NULL };

    return rig_main("arrivals", tests);
}
