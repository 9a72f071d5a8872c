/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a few numbers, of one metric over independent seeds, say of their
 * mean: sums, Student's interval, the interval of a share, and the mean
 * difference of what was run with the same seeds.  Pure, but for GSL's
 * quantiles.
 */
#ifndef LAB_STAT_H
#define LAB_STAT_H

#include <stddef.h>

#define STAT_LEVEL 0.95 /* of an interval, where nobody says another */

/* All zero is none. */
struct stat_sums {
    size_t n;
    double mean;
    double squares; /* of what is left when the mean is taken off */
};

/* low and high are NAN where too few values tell nothing. */
struct stat_interval {
    double mean, low, high;
};

/* Welford, "Note on a method for calculating corrected sums of squares and
 * products", Technometrics 4 (1962): nothing is lost where all values are
 * large and alike.  A NAN, a value that a run does not have, is not added: n
 * tells. */
void stat_add(struct stat_sums *s, double x);

/* Of the population, from n - 1 of n; NAN of fewer than two. */
double stat_variance(const struct stat_sums *s);
double stat_deviation(const struct stat_sums *s);

/* Half the width of Student's interval of the mean; level in 0 … 1, both left
 * out.  NAN of fewer than two. */
double stat_half_width(const struct stat_sums *s, double level);
struct stat_interval stat_mean(const struct stat_sums *s, double level);

/* Of the mean of a[i] - b[i], a and b having had seed i in common: what the
 * seed did to both is not in it.  A pair of which one is NAN is left out; *n,
 * if not NULL, is how many are left. */
struct stat_interval stat_paired(const double *a, const double *b, size_t len,
                                 double level, size_t *n);

/* Of the difference of two means, a's less b's, of seeds that have nothing to
 * do with each other: Welch, "The generalization of 'Student's' problem when
 * several different population variances are involved", Biometrika 34 (1947).
 * NAN where one has fewer than two. */
struct stat_interval stat_unpaired(const struct stat_sums *a,
                                   const struct stat_sums *b, double level);

/* Of the share k / n of a population, Wilson's: "Probable inference, the law
 * of succession, and statistical inference", JASA 22 (1927).  Its coverage is
 * near the level.  NAN if n is 0. */
struct stat_interval stat_share(size_t k, size_t n, double level);

/* Clopper and Pearson's, Biometrika 26 (1934): its coverage is never below the
 * level, and it is wider.  For a judgement. */
struct stat_interval stat_share_exact(size_t k, size_t n, double level);

#endif
