/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The generator as GSL knows it, and distributions.
 */
#include "config.h"

#include "models/dist.h"

#include <gsl/gsl_randist.h>

#define NS_LIMIT 4611686018427387904.0 /* 2^62 */

static pptp_ns to_ns(double ns);
static void type_set(void *state, unsigned long seed);
static unsigned long type_get(void *state);
static double type_get_double(void *state);

const gsl_rng_type dist_rng_type = {
    .name = "xoshiro256**",
    .max = 0xFFFFFFFFul,
    .min = 0,
    .size = sizeof(struct rng),
    .set = type_set,
    .get = type_get,
    .get_double = type_get_double,
};

void dist_rng_init(struct dist_rng *r, uint64_t scenario_seed,
                   const char *entity_name)
{
    PPTP_ASSERT(entity_name != NULL);
    rng_init_named(&r->state, scenario_seed, entity_name);
    r->rng.type = &dist_rng_type;
    r->rng.state = &r->state;
}

const gsl_rng *dist_gsl(struct dist_rng *r)
{
    r->rng.state = &r->state; /* r may have been copied since */
    return &r->rng;
}

double dist_uniform(struct dist_rng *r, double lo, double hi)
{
    return lo + (hi - lo) * rng_real(&r->state);
}

bool dist_bernoulli(struct dist_rng *r, double p)
{
    return rng_real(&r->state) < p;
}

double dist_exponential(struct dist_rng *r, double mean)
{
    return gsl_ran_exponential(dist_gsl(r), mean);
}

double dist_pareto(struct dist_rng *r, double mean, double shape)
{
    PPTP_ASSERT(shape > 1.0);
    return gsl_ran_pareto(dist_gsl(r), shape, mean * (shape - 1.0) / shape);
}

double dist_lognormal(struct dist_rng *r, double mu, double sigma)
{
    return gsl_ran_lognormal(dist_gsl(r), mu, sigma);
}

pptp_ns dist_exponential_ns(struct dist_rng *r, pptp_ns mean_ns)
{
    return to_ns(dist_exponential(r, (double)mean_ns));
}

pptp_ns dist_pareto_ns(struct dist_rng *r, pptp_ns mean_ns, double shape)
{
    return to_ns(dist_pareto(r, (double)mean_ns, shape));
}

static pptp_ns to_ns(double ns)
{
    if (!(ns < NS_LIMIT))
        return ((pptp_ns)1 << 62) - 1;
    return ns > 0.0 ? (pptp_ns)(ns + 0.5) : 0;
}

static void type_set(void *state, unsigned long seed)
{
    rng_init(state, seed);
}

static unsigned long type_get(void *state)
{
    return (unsigned long)(rng_next(state) >> 32);
}

static double type_get_double(void *state)
{
    return rng_real(state);
}
