/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of every block of packets exactly so many are lost, any of them: without
 * the noise that chance adds to a rate.  Which ones is drawn without
 * replacement, loss by loss (Vitter, "An efficient algorithm for sequential
 * random sampling", 1987, method A).
 */
#include "config.h"

#include "models/loss_models.h"

static void init(struct loss *l, struct rng *r)
{
    (void)r;
    PPTP_ASSERT(l->c.block > 0 && l->c.lost <= l->c.block);
    l->left = l->c.block;
    l->left_lost = l->c.lost;
}

static bool next(struct loss *l, struct rng *r, uint64_t *gap)
{
    double v = rng_real(r), pass = 1;

    *gap = 0;
    if (l->c.lost == 0) {
        *gap = LOSS_NEVER;
        return false;
    }
    if (l->left_lost == 0) {
        *gap = l->left;
        l->left = l->c.block;
        l->left_lost = l->c.lost;
    }
    for (;; l->left--, ++*gap) {
        pass *= (double)(l->left - l->left_lost) / (double)l->left;
        if (pass <= v)
            break;
    }
    l->left--;
    l->left_lost--;
    return true;
}

static bool is_total(const struct loss_config *c)
{
    return c->lost >= c->block;
}

static double mean(const struct loss_config *c)
{
    return (double)c->lost / (double)c->block;
}

const struct loss_model loss_model_blocks = { "blocks", init, next, is_total,
                                              mean };
