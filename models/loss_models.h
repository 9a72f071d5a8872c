/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each model of loss.def offers to loss.c, and what they share. */
#ifndef MODELS_LOSS_MODELS_H
#define MODELS_LOSS_MODELS_H

#include <math.h>

#include "models/loss.h"

struct loss_model {
    const char *name;
    void (*init)(struct loss *l, struct rng *r);
    bool (*next)(struct loss *l, struct rng *r, uint64_t *gap);
    bool (*is_total)(const struct loss_config *c);
    double (*mean)(const struct loss_config *c);
};

#define X(name) extern const struct loss_model loss_model_##name;
#include "models/loss.def"
#undef X

/* More packets than any run has. */
#define LOSS_NEVER (UINT64_C(1) << 62)

/* Of a probability 0…1: what loss_geometric takes. */
static inline double loss_scale(double p)
{
    return p > 0 ? 1 / log1p(-p) : -INFINITY; /* p 1: -0 */
}

/* Packets before the first of those hit with a probability each: the inverse
 * of the geometric distribution at a uniform number in (0, 1]. */
static inline uint64_t loss_geometric(struct rng *r, double scale)
{
    double n = scale * log1p(-rng_real(r));

    if (scale == -INFINITY)
        return LOSS_NEVER;
    return n < 0x1p62 ? (uint64_t)n : LOSS_NEVER;
}

#endif
