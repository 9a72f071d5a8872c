/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles; histogram.h. */
#include "config.h"

#include "tap/histogram.h"

enum { SUB_BITS = 5 };

_Static_assert(1 << SUB_BITS == TAP_HISTOGRAM_SUB, "buckets of a power of 2");

/* Values below SUB have a bucket each; above, SUB for every power of two. */
static uint32_t bucket_of(pptp_ns ns)
{
    unsigned top, i;

    if (ns < TAP_HISTOGRAM_SUB)
        return (uint32_t)ns;
    top = 63u - (unsigned)__builtin_clzll(ns);
    i = (top - SUB_BITS + 1) * TAP_HISTOGRAM_SUB +
        (unsigned)(ns >> (top - SUB_BITS) & (TAP_HISTOGRAM_SUB - 1));
    return i < TAP_HISTOGRAM_BUCKETS ? i : TAP_HISTOGRAM_BUCKETS - 1;
}

/* The largest value of a bucket. */
static pptp_ns upper(uint32_t i)
{
    uint32_t row = i / TAP_HISTOGRAM_SUB, at = i % TAP_HISTOGRAM_SUB;

    if (row == 0)
        return at;
    return ((pptp_ns)(TAP_HISTOGRAM_SUB + at + 1) << (row - 1)) - 1;
}

void tap_histogram_add(struct tap_histogram *h, pptp_ns ns)
{
    h->count[bucket_of(ns)]++;
    h->n++;
    if (ns > h->max_ns)
        h->max_ns = ns;
}

pptp_ns tap_histogram_quantile(const struct tap_histogram *h, double q)
{
    uint64_t want = (uint64_t)(q * (double)h->n + 0.5), seen = 0;
    uint32_t i;

    if (h->n == 0)
        return 0;
    if (want == 0)
        want = 1;
    for (i = 0; i < TAP_HISTOGRAM_BUCKETS - 1; i++) {
        seen += h->count[i];
        if (seen >= want)
            return upper(i) < h->max_ns ? upper(i) : h->max_ns;
    }
    return h->max_ns;
}
