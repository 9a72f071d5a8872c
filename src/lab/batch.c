/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batch means of one run; batch.h. */
#include "config.h"

#include "lab/batch.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

double batch_correlation(const double *x, size_t n)
{
    struct stat_sums s = { 0 };
    double steps = 0;
    size_t i;

    for (i = 0; i < n; i++)
        stat_add(&s, x[i]);
    for (i = 1; i < n; i++)
        steps += (x[i] - x[i - 1]) * (x[i] - x[i - 1]);
    return s.squares > 0 ? 1 - steps / (2 * s.squares) : 0;
}

/* Of independent normal values the correlation is nearly normal itself, with
 * the variance (n - 2) / (n^2 - 1). */
static bool independent(const double *mean, size_t n)
{
    double of = (double)n, bound = gsl_cdf_ugaussian_Qinv(0.1);

    return batch_correlation(mean, n) <=
           bound * sqrt((of - 2) / (of * of - 1));
}

static void cut(const double *x, size_t n, double *mean, size_t batches)
{
    size_t length = n / batches, skipped = n - length * batches, i;
    double sum;

    for (x += skipped; batches > 0; batches--) {
        for (sum = 0, i = 0; i < length; i++)
            sum += *x++;
        *mean++ = sum / (double)length;
    }
}

struct batch_means batch_means(const double *x, size_t n, double level)
{
    struct batch_means b = { .of = { NAN, NAN, NAN }, .batches = BATCH_MOST };
    struct stat_sums s = { 0 };
    double mean[BATCH_MOST];
    size_t i;

    if (n < BATCH_LEAST)
        return (struct batch_means){ .of = { NAN, NAN, NAN } };
    while (b.batches > n)
        b.batches /= 2;
    cut(x, n, mean, b.batches);
    while (!(b.independent = independent(mean, b.batches)) &&
           b.batches > BATCH_LEAST)
        cut(x, n, mean, b.batches /= 2);
    for (i = 0; i < b.batches; i++)
        stat_add(&s, mean[i]);
    b.length = n / b.batches;
    b.of = stat_mean(&s, level);
    return b;
}
