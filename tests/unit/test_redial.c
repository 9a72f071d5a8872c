/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trying again against the geometric law. */
#include "config.h"

#include "models/redial.h"

#include <math.h>

#include "../support/suite.h"

enum { WISHES = 50000 };

struct outcome {
    double through, attempts; /* a wish */
};

/* Each attempt is blocked with chance b, whatever happened before. */
static struct outcome play(const struct redial_law *law, double b)
{
    unsigned through = 0, attempts = 0;
    struct dist_rng net, self;

    dist_rng_init(&net, 1, "net");
    dist_rng_init(&self, 1, "self");
    for (int i = 0; i < WISHES; i++) {
        unsigned made = 0;
        bool blocked;

        do {
            made++;
            blocked = dist_bernoulli(&net, b);
        } while (blocked &&
                 redial_wait(law, &self, REDIAL_BUSY, made) != PPTP_NEVER);
        through += !blocked;
        attempts += made;
    }
    return (struct outcome){ (double)through / WISHES,
                             (double)attempts / WISHES };
}

/* (1 - b) / (1 - b r), 1 / (1 - b r): within four standard errors. */
START_TEST(geometric)
{
    static const double known[][4] = {
        { .1, .8, .978261, 1.086957 },
        { .3, .8, .921053, 1.315789 },
        { .3, .95, .979021, 1.398601 },
    };

    for (unsigned i = 0; i < 3; i++) {
        struct redial_law law = redial_default;
        double q = known[i][0] * known[i][1], p = known[i][2];
        struct outcome o;

        law.again[REDIAL_BUSY] = known[i][1];
        law.attempts = 0;
        o = play(&law, known[i][0]);
        ck_assert_double_eq_tol(o.through, p, 4 * sqrt(p * (1 - p) / WISHES));
        ck_assert_double_eq_tol(o.attempts, known[i][3],
                                4 * sqrt(q / WISHES) / (1 - q));
    }
}
END_TEST

/* Who always tries, n times, fails with b^n. */
START_TEST(bounded)
{
    struct redial_law law = redial_default;
    double p = 1 - pow(.5, 3);

    law.again[REDIAL_BUSY] = 1;
    law.attempts = 3;
    ck_assert_double_eq_tol(play(&law, .5).through, p,
                            4 * sqrt(p * (1 - p) / WISHES));
    ck_assert_double_eq(play(&law, 1).attempts, 3);
    law.again[REDIAL_BUSY] = 0;
    ck_assert_double_eq(play(&law, 1).attempts, 1);
}
END_TEST

/* Each cause has its chance; waits are uniform between their bounds. */
START_TEST(causes)
{
    static const double chance[REDIAL_CAUSES] = { .8, .6, .5, .7 };
    struct dist_rng r;

    dist_rng_init(&r, 2, "causes");
    for (int c = 0; c < REDIAL_CAUSES; c++) {
        double again = 0, sum = 0, p = chance[c];

        for (int i = 0; i < WISHES; i++) {
            pptp_ns w = redial_wait(&redial_default, &r, c, 1);

            if (w == PPTP_NEVER)
                continue;
            ck_assert_uint_ge(w, 5 * PPTP_S);
            ck_assert_uint_lt(w, 60 * PPTP_S);
            again++;
            sum += (double)w * 1e-9;
        }
        ck_assert_double_eq_tol(again / WISHES, p,
                                4 * sqrt(p * (1 - p) / WISHES));
        ck_assert_double_eq_tol(sum / again, 32.5, 4 * 55 / sqrt(12 * again));
    }
}
END_TEST

/* The next draw is the same whether one gave up or not. */
START_TEST(draws)
{
    struct redial_law never = redial_default;
    struct dist_rng a, b;

    never.again[REDIAL_LOST] = 0;
    dist_rng_init(&a, 3, "draws");
    b = a;
    redial_wait(&redial_default, &a, REDIAL_BUSY, 1);
    ck_assert_uint_eq(redial_wait(&never, &b, REDIAL_LOST, 10), PPTP_NEVER);
    ck_assert_uint_eq(rng_next(&a.state), rng_next(&b.state));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { geometric, bounded, causes, draws, NULL };

    return rig_main("redial", tests);
}
