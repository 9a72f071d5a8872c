/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packets of certain numbers are lost: a script. */
#include "config.h"

#include "models/loss_models.h"

static void init(struct loss *l, struct rng *r)
{
    (void)r;
    for (uint32_t i = 0; i < l->c.n_spans; i++) {
        const struct loss_span *s = &l->c.spans[i];

        PPTP_ASSERT(s->first > 0 && s->last >= s->first);
        PPTP_ASSERT(i == 0 || s->first > s[-1].last);
    }
}

static bool next(struct loss *l, struct rng *r, uint64_t *gap)
{
    const struct loss_span *s = &l->c.spans[l->span];
    uint64_t number = l->passed + 1;

    (void)r;
    *gap = LOSS_NEVER;
    if (l->span >= l->c.n_spans)
        return false;
    if (number < s->first)
        number = s->first;
    *gap = number - l->passed - 1;
    l->passed = number;
    l->span += number == s->last;
    return true;
}

static bool is_total(const struct loss_config *c)
{
    (void)c;
    return false;
}

static double mean(const struct loss_config *c)
{
    (void)c;
    return 0;
}

const struct loss_model loss_model_at = { "at", init, next, is_total, mean };
