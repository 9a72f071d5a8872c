/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles of many times in little memory: buckets whose width is a 32nd of
 * their value. */
#ifndef TAP_HISTOGRAM_H
#define TAP_HISTOGRAM_H

#include "base/base.h"

enum {
    TAP_HISTOGRAM_SUB = 32,
    TAP_HISTOGRAM_BUCKETS = 40 * TAP_HISTOGRAM_SUB
};

struct tap_histogram {
    uint32_t count[TAP_HISTOGRAM_BUCKETS];
    uint64_t n;
    pptp_ns max_ns;
};

void tap_histogram_add(struct tap_histogram *h, pptp_ns ns);
/* The time that a part `q` (0 … 1) of all do not exceed, 0 if there are
 * none; at most 1/32 too large. */
pptp_ns tap_histogram_quantile(const struct tap_histogram *h, double q);

#endif
