/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Random numbers of a seed: xoshiro256** (Blackman, Vigna: "Scrambled linear
 * pseudorandom number generators", ACM TOMS 47, 2021) for draws, SplitMix64
 * (Steele, Lea, Flood: "Fast splittable pseudorandom number generators",
 * OOPSLA 2014) for seeds and for who has room for one word only.
 *
 * Every entity has a stream of its own, made of a common seed and its name, so
 * that adding one never moves another's draws.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

#define RNG_GOLDEN UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / golden ratio */

/* SplitMix64's finisher (Stafford's variant 13): every bit of z moves half of
 * the result's. */
static inline uint64_t rng_mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* The next of a stream whose state is one word, any at first. */
static inline uint64_t rng_split(uint64_t *state)
{
    return rng_mix(*state += RNG_GOLDEN);
}

struct rng {
    uint64_t s[4];
};

/* A stream of a seed; and of the entity of that name among those of a seed. */
void rng_init(struct rng *r, uint64_t seed);
void rng_init_named(struct rng *r, uint64_t seed, const char *name);

static inline uint64_t rng_rotate(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

/* 64 uniform bits. */
static inline uint64_t rng_next(struct rng *r)
{
    uint64_t *s = r->s, result = rng_rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rng_rotate(s[3], 45);
    return result;
}

/* Uniform integer in [0, n), without bias; 0 if n is 0. */
uint64_t rng_below(struct rng *r, uint64_t n);

/* Uniform in [0, 1): 53 bits. */
static inline double rng_real(struct rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

#endif
