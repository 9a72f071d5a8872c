/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wrong bits of a line against closed forms. */
#include "config.h"

#include <math.h>

#include "models/bit_errors.h"
#include "../support/suite.h"

/* A rate at which chances of a bit become ones of a second and back. */
enum { RATE = 1000000 };

struct chain {
    double to_bad, to_good, good, bad; /* of a bit */
};

static struct bit_noise noise_of(const struct chain *c)
{
    return (struct bit_noise){ .bursts_hz = c->to_bad * RATE,
                               .burst_ns = (pptp_ns)(1e9 / RATE / c->to_good),
                               .burst_ratio = c->bad };
}

/* Within four standard errors. */
static void about(double seen, double want, double se)
{
    ck_assert_double_eq_tol(seen, want, 4 * se);
}

/* Frames of n bits with a wrong one, of so many that are met in turn. */
static double frames_hit(struct bit_errors *b, unsigned n, unsigned of)
{
    unsigned hit = 0, beyond = 0; /* an assertion each takes longest */

    for (unsigned i = 0; i < of; i++) {
        uint64_t clean = bit_errors_pass(b, n);

        beyond += clean > n;
        hit += clean < n;
        if (clean < n)
            bit_errors_skip(b, n - clean - 1);
    }
    ck_assert_uint_eq(beyond, 0);
    return (double)hit / of;
}

/* Published parameters of Gilbert's, and of a line with impulses at 28,800
 * bit/s: the mean and 1 - pi [D]^n 1, worked out by matrices. */
static const struct {
    struct chain c;
    double mean;
    unsigned n;
    double frames;
} known[] = {
    { { .01, .1, 0, .5 }, .0454545, 100, .625142 },
    { { .01, .1, 0, .5 }, .0454545, 1072, .999947 },
    { { .003, .034, 0, .16 }, .012973, 100, .267901 },
    { { .003, .034, 0, .16 }, .012973, 1072, .938165 },
    { { 1. / 3456000, 1. / 288, 1e-8, .1 }, 8.34264e-6, 1072, 3.89514e-4 },
    { { 1. / 3456000, 1. / 288, 1e-8, .1 }, 8.34264e-6, 12032, 3.56801e-3 },
    { { 1. / 288000, 1. / 576, 1e-6, .2 }, 4.002e-4, 100, 2.40901e-3 },
    { { 1. / 288000, 1. / 576, 1e-6, .2 }, 4.002e-4, 12032, .0539774 },
};

START_TEST(closed_forms)
{
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        struct bit_noise noise = noise_of(&known[i].c);
        struct bit_errors b;

        bit_errors_init(&b, &noise, RATE, known[i].c.good, i);
        ck_assert_double_eq_tol(bit_errors_mean(&b) / known[i].mean, 1, 1e-4);
        ck_assert_double_eq_tol(
            bit_errors_frames(&b, known[i].n) / known[i].frames, 1, 1e-4);
    }
}
END_TEST

START_TEST(frames)
{
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        struct bit_noise noise = noise_of(&known[i].c);
        double p = known[i].frames, seen;
        unsigned of = p < .01 ? 300000 : 20000;
        struct bit_errors b;

        bit_errors_init(&b, &noise, RATE, known[i].c.good, 7 + i);
        seen = frames_hit(&b, known[i].n, of);
        /* neighbours are alike: 3 for a burst that spans some of them */
        about(seen, p, sqrt(3 * p * (1 - p) / of) + 1e-12);
    }
}
END_TEST

/* Bit by bit, with the variance of a chain whose correlation is 1 - to_bad -
 * to_good a step. */
START_TEST(mean)
{
    struct chain c = { .01, .2, .002, .4 };
    struct bit_noise noise = noise_of(&c);
    double rho = 1 - c.to_bad - c.to_good, pi = c.to_bad / (1 - rho);
    double m = pi * c.bad + (1 - pi) * c.good, wrong = 0;
    enum { N = 600000 };
    struct bit_errors b;

    bit_errors_init(&b, &noise, RATE, c.good, 12);
    for (unsigned i = 0; i < N; i++)
        wrong += bit_errors_pass(&b, 1) == 0;
    about(wrong / N, m,
          sqrt((m * (1 - m) +
                2 * pi * (1 - pi) * .398 * .398 * rho / (1 - rho)) /
               N));
}
END_TEST

/* 1 - (1 - p)^n where there are no bursts. */
START_TEST(independent)
{
    static const struct bit_noise none = { 0 };
    struct bit_errors b;
    double p = 1 - pow(1 - 1e-5, 12000);

    bit_errors_init(&b, &none, 28800, 1e-5, 3);
    ck_assert_double_eq_tol(bit_errors_mean(&b), 1e-5, 1e-15);
    ck_assert_double_eq_tol(bit_errors_frames(&b, 12000), p, 1e-9);
    about(frames_hit(&b, 12000, 100000), p, sqrt(p * (1 - p) / 100000));
    bit_errors_set(&b, 28800, 0);
    ck_assert_uint_eq(bit_errors_pass(&b, 1000000000), 1000000000);
}
END_TEST

/* What is skipped leaves the state as likely as if it had been looked at: of
 * two bits apart, both are wrong with pi h^2 (pi + (1 - pi) rho^distance). */
START_TEST(skipped)
{
    struct chain c = { .01, .1, 0, .5 };
    struct bit_noise noise = noise_of(&c);
    double rho = 1 - c.to_bad - c.to_good, pi = c.to_bad / (1 - rho);
    enum { N = 200000, APART = 8 };
    double both = 0, want;
    struct bit_errors b;

    bit_errors_init(&b, &noise, RATE, c.good, 5);
    for (unsigned i = 0; i < N; i++) {
        bool first = bit_errors_pass(&b, 1) == 0;

        bit_errors_skip(&b, APART - 1);
        both += first & (bit_errors_pass(&b, 1) == 0);
        bit_errors_skip(&b, 400);
    }
    want = pi * c.bad * c.bad * (pi + (1 - pi) * pow(rho, APART));
    about(both / N, want, sqrt(want / N));
}
END_TEST

/* The same noise at twice the rate hits as much of the time: bursts are as
 * frequent and as long, and have twice the bits. */
START_TEST(rates)
{
    static const struct bit_noise noise = { 10, 5 * PPTP_MS, .3 };
    struct bit_errors b;
    double slow, fast;

    bit_errors_init(&b, &noise, 14400, 0, 1);
    slow = bit_errors_mean(&b);
    bit_errors_set(&b, 28800, 0);
    fast = bit_errors_mean(&b);
    ck_assert_double_eq_tol(slow, .3 * .05 / 1.05, 1e-9);
    ck_assert_double_eq_tol(fast, slow, 1e-9);
}
END_TEST

/* States as short as can be; ratios that are none or all. */
START_TEST(extremes)
{
    static const struct bit_noise wild = { 1e12, 1, 1 };
    static const struct bit_noise none = { 0 };
    struct bit_errors b;

    bit_errors_init(&b, &wild, RATE, 0, 9);
    ck_assert_uint_eq(bit_errors_pass(&b, 2) < 2, 1);
    bit_errors_skip(&b, UINT64_C(1) << 60);
    bit_errors_init(&b, &none, 1, 1, 9);
    for (unsigned i = 0; i < 100; i++)
        ck_assert_uint_eq(bit_errors_pass(&b, 5), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { closed_forms, frames, mean,     independent,
                                   skipped,      rates,  extremes, NULL };

    return rig_main("bit_errors", tests);
}
