/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many seeds are enough: a metric's interval over seeds is narrow enough.
 * "METRIC=±5%" is half its width against the mean, "METRIC=±0.002" is half its
 * width, in the metric's unit; "+-" or nothing may stand for "±".
 *
 * The sequential procedure of Law, Simulation Modeling and Analysis, 9.4.1:
 * from 10 seeds on, seed after seed, stop as soon as half the width is at most
 * the target.  Against the mean the target is divided by 1 + itself, so that
 * it bounds the error against the true mean, which nobody knows, and not
 * against the estimate.  With fewer than ten seeds at first a variance that
 * happens to be small ends it too early.
 */
#ifndef LAB_STOP_H
#define LAB_STOP_H

#include <stdbool.h>
#include <stddef.h>

#include "lab/stat.h"

enum { STOP_SEEDS_LEAST = 10, STOP_METRIC_OCTETS = 200 };

struct stop_rule {
    char metric[STOP_METRIC_OCTETS];
    double
        half_width; /* of the interval; relative: of the mean, 0.05 is 5 % */
    bool relative;
    double level;
};

/* NULL; or what is wrong with the text, of a string that lasts. */
const char *stop_parse(struct stop_rule *rule, const char *text);

/* Half the width that is wanted, in the unit of the metric. */
double stop_target(const struct stop_rule *rule, const struct stat_sums *s);

/* Whether the seeds so far are enough. */
bool stop_reached(const struct stop_rule *rule, const struct stat_sums *s);

/* How many seeds it will take as far as the variance so far tells, at least
 * those that there are; SIZE_MAX: no end is seen. */
size_t stop_forecast(const struct stop_rule *rule, const struct stat_sums *s);

#endif
