/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Jitter: the time that a packet takes beyond the latency of its link, drawn
 * for each.
 *
 *   none         0
 *   uniform      mean - deviation to mean + deviation
 *   normal       of that mean and standard deviation
 *   exponential  of that mean
 *   pareto       of that mean and shape, from mean * (shape - 1) / shape on
 *
 * What is below 0 counts as 0, what is above most_ns as that.
 */
#ifndef MODELS_JITTER_H
#define MODELS_JITTER_H

#include "models/dist.h"

enum jitter_kind {
#define X(name) JITTER_##name,
#include "models/jitter.def"
#undef X
};

struct jitter_config {
    enum jitter_kind kind;
    bool overtake; /* packets may; else none arrives before an earlier one */
    pptp_ns mean_ns, deviation_ns;
    double shape;    /* > 1 */
    pptp_ns most_ns; /* 0: no bound */
};

pptp_ns jitter_draw(const struct jitter_config *c, struct dist_rng *r);

#endif
