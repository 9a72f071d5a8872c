/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The generator as GSL sees it, and distributions. */
#include "config.h"

#include "models/dist.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRAWS 10000

static double draws[DRAWS];

/* SplitMix64 from 1234567, by way of gsl_rng_set. */
START_TEST(seeding)
{
    struct dist_rng r;

    dist_rng_init(&r, 0, "");
    gsl_rng_set(dist_gsl(&r), 1234567);
    ck_assert_uint_eq(r.state.s[0], UINT64_C(6457827717110365317));
    ck_assert_uint_eq(r.state.s[1], UINT64_C(3203168211198807973));
}
END_TEST

START_TEST(gsl_view)
{
    struct dist_rng a;
    struct dist_rng b;

    ck_assert_uint_eq(gsl_rng_size(dist_gsl((dist_rng_init(&a, 1, "x"), &a))),
                      32);
    b = a; /* a copy goes on by itself */
    for (int i = 0; i < 100; i++) {
        uint64_t high = rng_next(&a.state) >> 32;

        ck_assert_uint_eq(gsl_rng_get(dist_gsl(&b)), high);
    }
    ck_assert_uint_eq(gsl_rng_max(dist_gsl(&a)), 0xFFFFFFFFu);
    for (int i = 0; i < 1000; i++) {
        double u = gsl_rng_uniform(dist_gsl(&a));

        ck_assert(u >= 0.0 && u < 1.0);
    }
}
END_TEST

START_TEST(bernoulli)
{
    struct dist_rng r;
    int yes = 0;

    dist_rng_init(&r, 3, "bernoulli");
    for (int i = 0; i < DRAWS; i++) {
        ck_assert(!dist_bernoulli(&r, 0.0));
        ck_assert(dist_bernoulli(&r, 1.0));
        yes += dist_bernoulli(&r, 0.3);
    }
    ck_assert_int_ge(yes, 3000 - 230); /* five sigma of 45.8 */
    ck_assert_int_le(yes, 3000 + 230);
}
END_TEST

static int ascending(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;

    return (*x > *y) - (*x < *y);
}

/* Kolmogorov-Smirnov: D * sqrt(n) stays under 1.95 with p = 0.001. */
static double ks(double (*cdf)(double))
{
    double d = 0.0;

    qsort(draws, DRAWS, sizeof draws[0], ascending);
    for (int i = 0; i < DRAWS; i++) {
        double f = cdf(draws[i]);

        d = fmax(d, fmax(f - (double)i / DRAWS, (i + 1.0) / DRAWS - f));
    }
    return d * sqrt(DRAWS);
}

static double cdf_exponential(double x)
{
    return gsl_cdf_exponential_P(x, 2.5);
}

static double cdf_pareto(double x)
{
    return gsl_cdf_pareto_P(x, 1.5, 1.0); /* mean 3 */
}

static double cdf_lognormal(double x)
{
    return gsl_cdf_lognormal_P(x, 2.0, 0.5);
}

static double cdf_uniform(double x)
{
    return gsl_cdf_flat_P(x, -1.0, 4.0);
}

static double cdf_gauss(double x)
{
    return gsl_cdf_ugaussian_P(x);
}

START_TEST(distributions)
{
    struct dist_rng r;

    dist_rng_init(&r, 11, "ks");
    for (int i = 0; i < DRAWS; i++)
        draws[i] = dist_exponential(&r, 2.5);
    ck_assert(ks(cdf_exponential) < 1.95);
    for (int i = 0; i < DRAWS; i++)
        draws[i] = dist_pareto(&r, 3.0, 1.5);
    ck_assert(ks(cdf_pareto) < 1.95);
    ck_assert(draws[0] >= 1.0); /* sorted: the smallest */
    for (int i = 0; i < DRAWS; i++)
        draws[i] = dist_lognormal(&r, 2.0, 0.5);
    ck_assert(ks(cdf_lognormal) < 1.95);
    for (int i = 0; i < DRAWS; i++)
        draws[i] = dist_uniform(&r, -1.0, 4.0);
    ck_assert(ks(cdf_uniform) < 1.95);
    ck_assert(ks(cdf_gauss) > 1.95); /* the test can fail */
    for (int i = 0; i < DRAWS; i++)  /* GSL's own, on our generator */
        draws[i] = gsl_ran_gaussian_ziggurat(dist_gsl(&r), 1.0);
    ck_assert(ks(cdf_gauss) < 1.95);
}
END_TEST

START_TEST(nanoseconds)
{
    struct dist_rng r;
    double sum = 0.0;

    dist_rng_init(&r, 5, "ns");
    for (int i = 0; i < DRAWS; i++) {
        sum += (double)dist_exponential_ns(&r, PPTP_MS);
        ck_assert_uint_ge(dist_pareto_ns(&r, 3000, 1.5), 1000);
        ck_assert_uint_lt(dist_pareto_ns(&r, (pptp_ns)1 << 61, 1.01),
                          (pptp_ns)1 << 62);
    }
    ck_assert(fabs(sum / DRAWS - 1e6) < 5e4); /* five sigma */
    ck_assert_uint_eq(dist_exponential_ns(&r, 0), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dist");
    TCase *t = tcase_create("dist");
    SRunner *r;
    int failed;

    tcase_add_test(t, seeding);
    tcase_add_test(t, gsl_view);
    tcase_add_test(t, bernoulli);
    tcase_add_test(t, distributions);
    tcase_add_test(t, nanoseconds);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
