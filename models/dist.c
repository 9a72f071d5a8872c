/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random streams: xoshiro256** seeded through SplitMix64, and distributions.
 */
#include "config.h"

#include "models/dist.h"

#include <gsl/gsl_randist.h>

#define GOLDEN UINT64_C(0x9E3779B97F4A7C15)
#define FNV_BASIS UINT64_C(0xCBF29CE484222325)
#define FNV_PRIME UINT64_C(0x00000100000001B3)
#define NS_LIMIT 4611686018427387904.0 /* 2^62 */

static uint64_t mix64(uint64_t z);
static void seed_state(uint64_t *state, uint64_t x);
static uint64_t next_u64(uint64_t *s);
static pptp_ns to_ns(double ns);
static void type_set(void *state, unsigned long seed);
static unsigned long type_get(void *state);
static double type_get_double(void *state);

const gsl_rng_type dist_rng_type = {
    .name = "xoshiro256**",
    .max = 0xFFFFFFFFul,
    .min = 0,
    .size = DIST_STATE_WORDS * sizeof(uint64_t),
    .set = type_set,
    .get = type_get,
    .get_double = type_get_double,
};

void dist_rng_init(struct dist_rng *r, uint64_t scenario_seed,
                   const char *entity_name)
{
    uint64_t name_hash = FNV_BASIS;

    PPTP_ASSERT(entity_name != NULL);
    for (const char *c = entity_name; *c != '\0'; c++) {
        name_hash = (name_hash ^ (uint8_t)*c) * FNV_PRIME;
    }
    /* the seed is mixed on its own: seed 1 of "a" is not seed 2 of "b" */
    seed_state(r->state, mix64(mix64(scenario_seed + GOLDEN) ^ name_hash));
    r->rng.type = &dist_rng_type;
    r->rng.state = r->state;
}

const gsl_rng *dist_gsl(struct dist_rng *r)
{
    r->rng.state = r->state; /* r may have been copied since */
    return &r->rng;
}

uint64_t dist_u64(struct dist_rng *r)
{
    return next_u64(r->state);
}

uint64_t dist_below(struct dist_rng *r, uint64_t n)
{
    uint64_t reject;
    uint64_t x;

    if (n == 0) {
        return 0;
    }
    reject = (UINT64_MAX - n + 1) % n; /* 2^64 mod n */
    do {
        x = next_u64(r->state);
    } while (x < reject);
    return x % n;
}

double dist_uniform(struct dist_rng *r, double lo, double hi)
{
    return lo + (hi - lo) * type_get_double(r->state);
}

bool dist_bernoulli(struct dist_rng *r, double p)
{
    return type_get_double(r->state) < p;
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
    if (!(ns < NS_LIMIT)) {
        return ((pptp_ns)1 << 62) - 1;
    }
    return ns > 0.0 ? (pptp_ns)(ns + 0.5) : 0;
}

/* SplitMix64's finisher (Stafford's variant 13). */
static uint64_t mix64(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Four outputs of SplitMix64: different, so never all zero. */
static void seed_state(uint64_t *state, uint64_t x)
{
    for (int i = 0; i < DIST_STATE_WORDS; i++) {
        x += GOLDEN;
        state[i] = mix64(x);
    }
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static uint64_t next_u64(uint64_t *s)
{
    uint64_t result = rotl(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

static void type_set(void *state, unsigned long seed)
{
    seed_state(state, seed);
}

static unsigned long type_get(void *state)
{
    return (unsigned long)(next_u64(state) >> 32);
}

static double type_get_double(void *state)
{
    return (double)(next_u64(state) >> 11) * 0x1p-53;
}
