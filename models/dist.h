/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random streams and the few distributions that the models draw from.
 *
 * The generator is that of base/rng.h, registered as a GSL generator that lies
 * inside its owner.
 */
#ifndef MODELS_DIST_H
#define MODELS_DIST_H

#include <gsl/gsl_rng.h>

#include "base/base.h"
#include "base/rng.h"

/* A stream; may be copied and moved, since every use goes by dist_gsl(). */
struct dist_rng {
    gsl_rng rng;
    struct rng state;
};

/* The generator as GSL knows it: 32 bits a get, 53 bits a get_double. */
extern const gsl_rng_type dist_rng_type;

/* Starts the stream of the entity called `entity_name` (not NULL). */
void dist_rng_init(struct dist_rng *r, uint64_t scenario_seed,
                   const char *entity_name);

/* The stream for gsl_ran_*(); valid until r moves. */
const gsl_rng *dist_gsl(struct dist_rng *r);

/* Uniform in [lo, hi). */
double dist_uniform(struct dist_rng *r, double lo, double hi);

/* True with probability p (p <= 0: never, p >= 1: always; draws once). */
bool dist_bernoulli(struct dist_rng *r, double p);

/* Exponential with the given mean (> 0). */
double dist_exponential(struct dist_rng *r, double mean);

/*
 * Pareto with the given mean and shape (> 1, asserted): the smallest value is
 * mean * (shape - 1) / shape.  Shapes up to 2 have no variance.
 */
double dist_pareto(struct dist_rng *r, double mean, double shape);

/* Lognormal: e to what is normal about mu with deviation sigma (> 0). */
double dist_lognormal(struct dist_rng *r, double mu, double sigma);

/* Exponential and Pareto, rounded to nanoseconds and held below 2^62 (146 years). */
pptp_ns dist_exponential_ns(struct dist_rng *r, pptp_ns mean_ns);
pptp_ns dist_pareto_ns(struct dist_rng *r, pptp_ns mean_ns, double shape);

#endif
