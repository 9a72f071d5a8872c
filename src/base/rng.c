/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* How streams of random numbers begin; rng.h. */
#include "config.h"

#include "base/rng.h"

/* Four outputs of SplitMix64: different, so never all zero. */
void rng_init(struct rng *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = rng_split(&seed);
}

void rng_init_named(struct rng *r, uint64_t seed, const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (; *name != '\0'; name++)
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    /* the seed is mixed on its own: seed 1 of "a" is not seed 2 of "b" */
    rng_init(r, rng_mix(rng_split(&seed) ^ hash));
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
    uint64_t reject, x;

    if (n == 0)
        return 0;
    reject = (UINT64_MAX - n + 1) % n; /* 2^64 mod n */
    do
        x = rng_next(r);
    while (x < reject);
    return x % n;
}
