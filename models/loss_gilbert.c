/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bursts of losses: two states, each with its own probability (Gilbert, "Capacity
 * of a burst-noise channel", 1960; Elliott, 1963).  After every packet the
 * state changes with a probability.
 *
 * Drawn state by state, not packet by packet: how long a state lasts and how
 * far its next loss is are both geometric, and have no memory.
 */
#include "config.h"

#include "models/loss_models.h"

/* States without a loss that are looked at before the asker counts on: they
 * may be short and losses rare. */
enum { STATES_MAX = 64 };

/* A state that is never left is where it stays; else by what holds in the
 * long run, so that the first packets are like the others. */
static void init(struct loss *l, struct rng *r)
{
    const struct loss_config *c = &l->c;
    double both = c->to_bad + c->to_good;

    l->scale[0] = loss_scale(c->good_ratio);
    l->scale[1] = loss_scale(c->bad_ratio);
    l->stay[0] = loss_scale(c->to_bad);
    l->stay[1] = loss_scale(c->to_good);
    l->bad = both > 0 && rng_real(r) * both < c->to_bad;
    l->left = loss_geometric(r, l->stay[l->bad]) + 1;
}

static bool next(struct loss *l, struct rng *r, uint64_t *gap)
{
    *gap = 0;
    for (int i = 0; i < STATES_MAX && *gap < LOSS_NEVER; i++) {
        uint64_t pass = loss_geometric(r, l->scale[l->bad]);
        bool lost = pass < l->left;

        if (!lost)
            pass = l->left;
        *gap += pass;
        l->left -= pass + lost;
        if (l->left == 0) {
            l->bad = !l->bad;
            l->left = loss_geometric(r, l->stay[l->bad]) + 1;
        }
        if (lost)
            return true;
    }
    return false;
}

static bool is_total(const struct loss_config *c)
{
    if (c->to_bad > 0 && c->to_good > 0)
        return c->good_ratio >= 1 && c->bad_ratio >= 1;
    return (c->to_bad > 0 ? c->bad_ratio : c->good_ratio) >= 1;
}

static double mean(const struct loss_config *c)
{
    double both = c->to_bad + c->to_good;
    double bad = both > 0 ? c->to_bad / both : 0;

    return bad * c->bad_ratio + (1 - bad) * c->good_ratio;
}

const struct loss_model loss_model_gilbert = { "gilbert", init, next, is_total,
                                               mean };
