/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * A histogram of times from a nanosecond on, for means and quantiles: 32 bins
 * a doubling, so that a bin is 1.6 % to 3.1 % wide.  Memory is of the bins between
 * the smallest and the largest value only: those of one call span a few
 * doublings, and there may be a hundred thousand calls.
 */
#ifndef BASE_HIST_H
#define BASE_HIST_H

#include <stdbool.h>
#include <stdint.h>

/* All zero is an empty one. */
struct hist {
    uint64_t n; /* values */
    uint64_t min_ns, max_ns;
    double sum_ns;
    uint32_t *bin; /* bins of them, or NULL */
    uint16_t first, bins;
    bool partial; /* no memory for a bin: no quantiles any more */
};

void hist_add(struct hist *h, uint64_t ns);
/* All that another one has. */
void hist_merge(struct hist *h, const struct hist *other);
/* From now on smallest and largest are those of what is added; what is there
 * stays, for the hist_subtract of a copy. */
void hist_restart(struct hist *h);
/* The same, and such a copy, with bins of its own: hist_free. */
void hist_keep(struct hist *h, struct hist *copy);
/* Takes away what an earlier copy of it had; smallest and largest stay. */
void hist_subtract(struct hist *h, const struct hist *earlier);
void hist_free(struct hist *h);

/* Seconds; NAN of an empty one.  The quantile, q in 0 … 1, is the ⌈q n⌉-th
 * value as if those of its bin were spread evenly over it: in its bin, and no
 * less than the smallest value and no more than the largest.  NAN too when
 * `partial`. */
double hist_mean_s(const struct hist *h);
double hist_quantile_s(const struct hist *h, double q);
double hist_max_s(const struct hist *h);

/* Each bin that has values: from `low` to less than `high`, in ns. */
typedef void hist_taker(void *ctx, double low, double high, uint32_t n);
void hist_each(const struct hist *h, hist_taker *take, void *ctx);

#endif
