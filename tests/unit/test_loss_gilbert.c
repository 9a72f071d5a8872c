/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gilbert and Elliott's losses against closed forms. */
#include "config.h"

#include "loss_rig.h"

enum { N = 4000000 };

static const struct loss_config bursts = {
    .kind = LOSS_gilbert, .to_bad = 0.01, .to_good = 0.2, .bad_ratio = 1
};

/* Where the bad state loses all and the good one nothing, losses are its
 * sojourns: geometric, of mean 1 / to_good; and so are what lies between. */
START_TEST(lengths)
{
    double runs[2] = { 0 }, sum[2] = { 0 }, longer[2] = { 0 };
    double p[2] = { bursts.to_bad, bursts.to_good };
    bool last = false;
    unsigned length = 0;
    struct rig g;

    rig_init(&g, &bursts, 11);
    for (int k = 0; k < N; k++) {
        bool now = rig_lost(&g);

        if (now != last) {
            runs[last]++;
            sum[last] += length;
            longer[last] += length > 5;
            length = 0;
        }
        length++;
        last = now;
    }
    for (int i = 0; i < 2; i++) {
        double beyond = pow(1 - p[i], 5);

        rig_about(sum[i] / runs[i], 1 / p[i],
                  sqrt(1 - p[i]) / p[i] / sqrt(runs[i]));
        rig_about(longer[i] / runs[i], beyond,
                  sqrt(beyond * (1 - beyond) / runs[i]));
    }
}
END_TEST

/* The mean, with the variance of a chain whose correlation is 1 - to_bad -
 * to_good a step. */
START_TEST(mean)
{
    struct loss_config c = bursts;
    double rho = 1 - c.to_bad - c.to_good, pi = c.to_bad / (1 - rho);
    double m, lost = 0;
    struct rig g;

    c.good_ratio = 0.002;
    c.bad_ratio = 0.4;
    m = pi * c.bad_ratio + (1 - pi) * c.good_ratio;
    ck_assert_double_eq_tol(loss_mean(&c), m, 1e-15);
    rig_init(&g, &c, 12);
    for (int k = 0; k < N; k++)
        lost += rig_lost(&g);
    rig_about(lost / N, m,
              sqrt((m * (1 - m) +
                    2 * pi * (1 - pi) * 0.398 * 0.398 * rho / (1 - rho)) /
                   N));
}
END_TEST

/* Of bits that are wrong in such bursts: the share of frames of n with one
 * that is, 1 - pi [D]^n 1, worked out by matrices. */
START_TEST(frames)
{
    static const struct {
        double to_bad, to_good, bad_ratio;
        unsigned n;
        double ratio;
    } known[] = { { 0.01, 0.1, 0.5, 100, 0.625142 },
                  { 0.003, 0.034, 0.16, 100, 0.267901 },
                  { 0.003, 0.034, 0.16, 1072, 0.938165 } };
    enum { FRAMES = 40000 };

    for (unsigned i = 0; i < 3; i++) {
        struct loss_config c = { .kind = LOSS_gilbert,
                                 .to_bad = known[i].to_bad,
                                 .to_good = known[i].to_good,
                                 .bad_ratio = known[i].bad_ratio };
        double bad = 0, p = known[i].ratio;
        struct rig g;

        rig_init(&g, &c, 20 + i);
        for (int k = 0; k < FRAMES; k++) {
            unsigned wrong = 0;

            for (unsigned bit = 0; bit < known[i].n; bit++)
                wrong += rig_lost(&g);
            bad += wrong > 0;
        }
        /* neighbours are alike: 3 for a correlation of 0.5 at the most */
        rig_about(bad / FRAMES, p, sqrt(3 * p * (1 - p) / FRAMES));
    }
}
END_TEST

/* States as short as can be and no loss at all: it still answers. */
START_TEST(answers)
{
    struct loss_config c = { .kind = LOSS_gilbert, .to_bad = 1, .to_good = 1 };
    struct rig g;
    uint64_t passed = 0;

    rig_init(&g, &c, 3);
    for (int k = 0; k < 1000; k++) {
        ck_assert(!g.then_lost);
        ck_assert_uint_gt(g.gap, 0);
        passed += g.gap;
        rig_ask(&g);
    }
    ck_assert_uint_gt(passed, 1000);
}
END_TEST

START_TEST(total)
{
    struct loss_config c = bursts;
    struct rig g;

    ck_assert(!loss_is_total(&c));
    c.to_good = 0; /* into the bad state, and never out */
    ck_assert(loss_is_total(&c));
    rig_init(&g, &c, 1);
    for (int k = 0; k < 1000; k++)
        ck_assert(rig_lost(&g));
    c.bad_ratio = 0.999;
    ck_assert(!loss_is_total(&c));
    c.to_bad = 0; /* it stays in the good one */
    ck_assert(!loss_is_total(&c));
    rig_init(&g, &c, 1);
    ck_assert_uint_ge(g.gap, UINT64_C(1) << 62);
    c.good_ratio = 1;
    ck_assert(loss_is_total(&c));
    c.to_bad = c.to_good = 0.5;
    ck_assert(!loss_is_total(&c));
    c.bad_ratio = 1;
    ck_assert(loss_is_total(&c));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        lengths, mean, frames, answers, total, NULL
    };

    return rig_main("loss_gilbert", tests);
}
