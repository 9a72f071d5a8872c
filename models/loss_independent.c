/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each packet is lost with one probability, whatever became of the others:
 * gaps are geometric. */
#include "config.h"

#include "models/loss_models.h"

static void init(struct loss *l, struct rng *r)
{
    (void)r;
    PPTP_ASSERT(l->c.ratio >= 0 && l->c.ratio <= 1);
    l->scale[0] = loss_scale(l->c.ratio);
}

static bool next(struct loss *l, struct rng *r, uint64_t *gap)
{
    *gap = loss_geometric(r, l->scale[0]);
    return true;
}

static bool is_total(const struct loss_config *c)
{
    return c->ratio >= 1;
}

static double mean(const struct loss_config *c)
{
    return c->ratio;
}

const struct loss_model loss_model_independent = { "independent", init, next,
                                                   is_total, mean };
