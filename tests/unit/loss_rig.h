/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets through a model of losses, one after the other. */
#ifndef TESTS_LOSS_RIG_H
#define TESTS_LOSS_RIG_H

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "models/loss.h"
#include "tests/support/suite.h"

struct rig {
    struct loss loss;
    struct rng rng;
    uint64_t gap; /* packets that still pass */
    bool then_lost;
};

static inline void rig_ask(struct rig *g)
{
    g->then_lost = loss_next(&g->loss, &g->rng, &g->gap);
}

static inline void rig_init(struct rig *g, const struct loss_config *c,
                            uint64_t seed)
{
    rng_init(&g->rng, seed);
    loss_init(&g->loss, c, &g->rng);
    rig_ask(g);
}

/* Whether the next packet is lost. */
static inline bool rig_lost(struct rig *g)
{
    while (g->gap == 0 && !g->then_lost)
        rig_ask(g);
    if (g->gap > 0) {
        g->gap--;
        return false;
    }
    rig_ask(g);
    return true;
}

/* Within four standard deviations. */
static inline void rig_about(double seen, double expected, double deviation)
{
    ck_assert_msg(fabs(seen - expected) <= 4 * deviation,
                  "%g, not %g within 4 of %g", seen, expected, deviation);
}

#endif
