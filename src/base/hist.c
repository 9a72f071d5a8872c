/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Log-linear bins that grow at both ends; hist.h. */
#include "config.h"

#include "base/hist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUB_BITS = 5, SUB = 1 << SUB_BITS, MARGIN = 4 };

/* Values below SUB have a bin each; above, SUB for every power of two. */
static uint32_t bin_of(uint64_t ns)
{
    unsigned top;

    if (ns < SUB)
        return (uint32_t)ns;
    top = 63u - (unsigned)__builtin_clzll(ns);
    return (top - SUB_BITS + 1) * SUB +
           (unsigned)(ns >> (top - SUB_BITS) & (SUB - 1));
}

/* The smallest value of a bin. */
static double lower(uint32_t i)
{
    if (i < SUB)
        return i;
    return ldexp((double)(SUB + i % SUB), (int)(i / SUB) - 1);
}

static bool grow(struct hist *h, uint32_t low, uint32_t high)
{
    uint32_t end = (uint32_t)h->first + h->bins, *bin;

    if (h->bins > 0) {
        low = low < h->first ? (low > MARGIN ? low - MARGIN : 0) : h->first;
        high = high >= end ? high + MARGIN : end - 1;
    }
    bin = calloc(high - low + 1, sizeof *bin);
    if (bin == NULL)
        return false;
    if (h->bins > 0)
        memcpy(bin + (h->first - low), h->bin, h->bins * sizeof *bin);
    free(h->bin);
    h->bin = bin;
    h->first = (uint16_t)low;
    h->bins = (uint16_t)(high - low + 1);
    return true;
}

/* Room from bin `low` to bin `high`, and what is there already. */
static inline bool room(struct hist *h, uint32_t low, uint32_t high)
{
    return (h->bins > 0 && low >= h->first &&
            high < (uint32_t)h->first + h->bins) ||
           grow(h, low, high);
}

static void count(struct hist *h, uint32_t i, uint32_t n)
{
    uint32_t *bin = &h->bin[i - h->first];

    *bin = n > UINT32_MAX - *bin ? UINT32_MAX : *bin + n;
}

void hist_add(struct hist *h, uint64_t ns)
{
    uint32_t i = bin_of(ns);

    if (h->n == 0 || ns < h->min_ns)
        h->min_ns = ns;
    if (ns > h->max_ns)
        h->max_ns = ns;
    h->n++;
    h->sum_ns += (double)ns;
    if (room(h, i, i))
        count(h, i, 1);
    else
        h->partial = true;
}

void hist_merge(struct hist *h, const struct hist *other)
{
    uint32_t i;

    if (other->n == 0)
        return;
    if (h->n == 0 || other->min_ns < h->min_ns)
        h->min_ns = other->min_ns;
    if (other->max_ns > h->max_ns)
        h->max_ns = other->max_ns;
    h->n += other->n;
    h->sum_ns += other->sum_ns;
    h->partial = h->partial || other->partial || other->bins == 0 ||
                 !room(h, other->first, other->first + other->bins - 1u);
    for (i = 0; !h->partial && i < other->bins; i++)
        count(h, other->first + i, other->bin[i]);
}

void hist_restart(struct hist *h)
{
    h->min_ns = UINT64_MAX;
    h->max_ns = 0;
}

void hist_keep(struct hist *h, struct hist *copy)
{
    *copy = (struct hist){ 0 };
    hist_merge(copy, h);
    hist_restart(h);
}

void hist_subtract(struct hist *h, const struct hist *earlier)
{
    uint32_t i;

    h->n -= earlier->n;
    h->sum_ns -= earlier->sum_ns;
    h->partial = h->partial || earlier->partial;
    for (i = 0; !h->partial && i < earlier->bins; i++)
        h->bin[earlier->first + i - h->first] -= earlier->bin[i];
}

void hist_free(struct hist *h)
{
    free(h->bin);
    memset(h, 0, sizeof *h);
}

double hist_mean_s(const struct hist *h)
{
    return h->n > 0 ? h->sum_ns * 1e-9 / (double)h->n : NAN;
}

double hist_max_s(const struct hist *h)
{
    return h->n > 0 ? (double)h->max_ns * 1e-9 : NAN;
}

double hist_quantile_s(const struct hist *h, double q)
{
    double rank = fmax(ceil(q * (double)h->n), 1), before = 0, low, ns;
    uint32_t i;

    if (h->n == 0 || h->partial)
        return NAN;
    for (i = 0; i + 1u < h->bins && before + h->bin[i] < rank; i++)
        before += h->bin[i];
    low = lower(h->first + i);
    ns = low + (lower(h->first + i + 1u) - 1 - low) * (rank - before - 0.5) /
                   fmax(h->bin[i], 1);
    return fmin(fmax(ns, (double)h->min_ns), (double)h->max_ns) * 1e-9;
}

void hist_each(const struct hist *h, hist_taker *take, void *ctx)
{
    uint32_t i;

    for (i = 0; i < h->bins; i++)
        if (h->bin[i] > 0)
            take(ctx, lower(h->first + i), lower(h->first + i + 1u),
                 h->bin[i]);
}
