/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Means, shares and their intervals; stat.h. */
#include "config.h"

#include "lab/stat.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

void stat_add(struct stat_sums *s, double x)
{
    double off = x - s->mean;

    if (isnan(x))
        return;
    s->n++;
    s->mean += off / (double)s->n;
    s->squares += off * (x - s->mean);
}

double stat_variance(const struct stat_sums *s)
{
    return s->n < 2 ? NAN : s->squares / (double)(s->n - 1);
}

double stat_deviation(const struct stat_sums *s)
{
    return sqrt(stat_variance(s));
}

double stat_half_width(const struct stat_sums *s, double level)
{
    if (s->n < 2)
        return NAN;
    return gsl_cdf_tdist_Qinv((1 - level) / 2, (double)(s->n - 1)) *
           stat_deviation(s) / sqrt((double)s->n);
}

struct stat_interval stat_mean(const struct stat_sums *s, double level)
{
    double half = stat_half_width(s, level), mean = s->n > 0 ? s->mean : NAN;

    return (struct stat_interval){ mean, mean - half, mean + half };
}

struct stat_interval stat_paired(const double *a, const double *b, size_t len,
                                 double level, size_t *n)
{
    struct stat_sums s = { 0 };
    size_t i;

    for (i = 0; i < len; i++)
        stat_add(&s, a[i] - b[i]);
    if (n != NULL)
        *n = s.n;
    return stat_mean(&s, level);
}

struct stat_interval stat_unpaired(const struct stat_sums *a,
                                   const struct stat_sums *b, double level)
{
    double va = stat_variance(a) / (double)a->n,
           vb = stat_variance(b) / (double)b->n,
           difference = a->mean - b->mean, freedom, half;

    if (a->n < 2 || b->n < 2)
        return (struct stat_interval){ difference, NAN, NAN };
    if (va + vb <= 0)
        return (struct stat_interval){ difference, difference, difference };
    freedom = (va + vb) * (va + vb) /
              (va * va / (double)(a->n - 1) + vb * vb / (double)(b->n - 1));
    half = gsl_cdf_tdist_Qinv((1 - level) / 2, freedom) * sqrt(va + vb);
    return (struct stat_interval){ difference, difference - half,
                                   difference + half };
}

struct stat_interval stat_share(size_t k, size_t n, double level)
{
    double z = gsl_cdf_ugaussian_Qinv((1 - level) / 2), of = (double)n;
    double p = (double)k / of, middle = p + z * z / (2 * of);
    double half = z * sqrt(p * (1 - p) / of + z * z / (4 * of * of));
    double shrink = 1 + z * z / of;

    if (n == 0)
        return (struct stat_interval){ NAN, NAN, NAN };
    /* at the ends both terms are equal, but for rounding */
    return (struct stat_interval){ p, k == 0 ? 0 : (middle - half) / shrink,
                                   k == n ? 1 : (middle + half) / shrink };
}

struct stat_interval stat_share_exact(size_t k, size_t n, double level)
{
    double tail = (1 - level) / 2, hits = (double)k, rest = (double)(n - k);

    if (n == 0)
        return (struct stat_interval){ NAN, NAN, NAN };
    return (struct stat_interval){
        hits / (double)n,
        k == 0 ? 0 : gsl_cdf_beta_Pinv(tail, hits, rest + 1),
        k == n ? 1 : gsl_cdf_beta_Qinv(tail, hits + 1, rest),
    };
}
