/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arrivals by thinning; arrivals.h.
 */
#include "config.h"

#include "models/arrivals.h"

#define HOUR (3600 * PPTP_S)
#define LAST 4611686018427387904.0 /* 2^62: beyond all clocks */

static double sum_hours(const double *hours);
static unsigned hour_of(const struct arrivals *a, pptp_ns t_ns);

void arrivals_init(struct arrivals *a, const struct arrivals_law *law,
                   uint64_t seed, const char *name)
{
    double sum = sum_hours(law->hours), top = 0;

    PPTP_ASSERT(law->subscribers > 0);
    *a = (struct arrivals){ .law = law };
    dist_rng_init(&a->rng, seed, name);
    for (unsigned h = 0; h < 24; h++) {
        a->share[h] = sum > 0 ? law->hours[h] / sum : 1. / 24;
        top = a->share[h] > top ? a->share[h] : top;
    }
    a->most = law->per_day * law->subscribers * top / 3600;
    for (unsigned h = 0; h < 24; h++)
        a->share[h] /= top;
    arrivals_next(a);
}

void arrivals_next(struct arrivals *a)
{
    double t = (double)a->at;

    if (!(a->most > 0)) {
        a->at = PPTP_NEVER;
        return;
    }
    do {
        t += dist_exponential(&a->rng, 1e9 / a->most);
        if (!(t < LAST)) {
            a->at = PPTP_NEVER;
            return;
        }
        a->at = (pptp_ns)(t + 0.5);
    } while (!dist_bernoulli(&a->rng, a->share[hour_of(a, a->at)]));
    a->who = (uint32_t)rng_below(&a->rng.state, a->law->subscribers);
}

double arrivals_mean(const struct arrivals *a, pptp_ns t_ns)
{
    double day = 0, mean = 0;
    pptp_ns days = t_ns / (24 * HOUR), t;

    for (unsigned h = 0; h < 24; h++)
        day += a->share[h] * a->most * 3600;
    /* From one change of the hour to the next one. */
    for (t = days * (24 * HOUR); t < t_ns;) {
        pptp_ns end = t + HOUR - (t + a->law->midnight_ns) % HOUR;

        end = end < t_ns ? end : t_ns;
        mean += (double)(end - t) * 1e-9 * a->most * a->share[hour_of(a, t)];
        t = end;
    }
    return (double)days * day + mean;
}

static double sum_hours(const double *hours)
{
    double sum = 0;

    for (unsigned h = 0; h < 24; h++)
        sum += hours[h];
    return sum;
}

static unsigned hour_of(const struct arrivals *a, pptp_ns t_ns)
{
    return (unsigned)((t_ns + a->law->midnight_ns) / HOUR % 24);
}
