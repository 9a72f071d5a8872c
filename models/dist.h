/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random streams and the few distributions that the models draw from.
 *
 * The generator is xoshiro256** (Blackman, Vigna: "Scrambled linear
 * pseudorandom number generators", ACM TOMS 47, 2021), registered as a GSL
 * generator of 32 octets that lies inside its owner.  Every entity has its own
 * stream, made of the scenario's seed and the entity's name, so that adding
 * an entity never moves another's draws.
 */
#ifndef MODELS_DIST_H
#define MODELS_DIST_H

#include <gsl/gsl_rng.h>

#include "base/base.h"

#define DIST_STATE_WORDS 4

/* A stream; may be copied and moved, since every use goes by dist_gsl(). */
struct dist_rng {
    gsl_rng rng;
    uint64_t state[DIST_STATE_WORDS];
};

/* The generator as GSL knows it: 32 bits a get, 53 bits a get_double. */
extern const gsl_rng_type dist_rng_type;

/* Starts the stream of the entity called `entity_name` (not NULL). */
void dist_rng_init(struct dist_rng *r, uint64_t scenario_seed,
                   const char *entity_name);

/* The stream for gsl_ran_*(); valid until r moves. */
const gsl_rng *dist_gsl(struct dist_rng *r);

/* 64 uniform bits. */
uint64_t dist_u64(struct dist_rng *r);

/* Uniform integer in [0, n), without bias; 0 if n is 0. */
uint64_t dist_below(struct dist_rng *r, uint64_t n);

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

/* The same, rounded to nanoseconds and held below 2^62 (146 years). */
pptp_ns dist_exponential_ns(struct dist_rng *r, pptp_ns mean_ns);
pptp_ns dist_pareto_ns(struct dist_rng *r, pptp_ns mean_ns, double shape);

#endif
