/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a metric's interval is narrow enough; stop.h. */
#include "config.h"

#include "lab/stop.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_sign(const char *text)
{
    static const char *const signs[] = { "±", "+-" };
    size_t i;

    for (i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (strncmp(text, signs[i], strlen(signs[i])) == 0)
            return text + strlen(signs[i]);
    return text;
}

const char *stop_parse(struct stop_rule *rule, const char *text)
{
    const char *equals = strrchr(text, '='), *number;
    char *end;

    *rule = (struct stop_rule){ .level = STAT_LEVEL };
    if (equals == NULL || equals == text)
        return "METRIC=±NUMBER or METRIC=±NUMBER% is wanted";
    if ((size_t)(equals - text) >= sizeof rule->metric)
        return "the name of the metric is too long";
    memcpy(rule->metric, text, (size_t)(equals - text));
    number = skip_sign(equals + 1);
    rule->half_width = strtod(number, &end);
    rule->relative = *end == '%';
    if (end == number || end[rule->relative ? 1 : 0] != '\0')
        return "after '=±' a number is wanted, which may have a % sign";
    if (rule->relative)
        rule->half_width /= 100;
    if (!(rule->half_width > 0) || isinf(rule->half_width))
        return "half the width of the interval must be more than 0";
    return NULL;
}

double stop_target(const struct stop_rule *rule, const struct stat_sums *s)
{
    double half = rule->half_width;

    return rule->relative ? half / (1 + half) * fabs(s->mean) : half;
}

bool stop_reached(const struct stop_rule *rule, const struct stat_sums *s)
{
    return s->n >= STOP_SEEDS_LEAST &&
           stat_half_width(s, rule->level) <= stop_target(rule, s);
}

/* The smallest number whose interval, with the mean and the variance of now,
 * is narrow enough: doubled until one is, then halved to the first. */
size_t stop_forecast(const struct stop_rule *rule, const struct stat_sums *s)
{
    const size_t most = (size_t)1 << 40;
    struct stat_sums then = *s;
    size_t low = s->n, high;

    if (s->n < 2)
        return SIZE_MAX;
    for (high = low > STOP_SEEDS_LEAST ? low : STOP_SEEDS_LEAST;; high *= 2) {
        then.n = high;
        then.squares = stat_variance(s) * (double)(high - 1);
        if (stop_reached(rule, &then))
            break;
        if (high >= most)
            return SIZE_MAX;
        low = high + 1;
    }
    while (low < high) {
        then.n = low + (high - low) / 2;
        then.squares = stat_variance(s) * (double)(then.n - 1);
        if (stop_reached(rule, &then))
            high = then.n;
        else
            low = then.n + 1;
    }
    return high;
}
