/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Claims over seeds; judge.h. */
#include "config.h"

#include "lab/judge.h"

#include <math.h>

/* Whether all from `low` to `high` is where the sign wants it; of NAN no. */
static bool on_its_side(enum judge_sign sign, double low, double high)
{
    switch (sign) {
    case JUDGE_AT_LEAST: return low >= 0;
    case JUDGE_AT_MOST: return high <= 0;
    case JUDGE_EQUALS: return low <= 0 && high >= 0;
    case JUDGE_LESS: return high < 0;
    case JUDGE_MORE: return low > 0;
    }
    return false;
}

static bool share_holds(const struct judge_claim *claim,
                        const struct judge_verdict *v)
{
    return (claim->of == JUDGE_MEAN ? v->share.mean : v->share.low) >=
           claim->share;
}

static bool values_hold(const struct judge_claim *claim, const double *that,
                        size_t seeds)
{
    size_t i = 0;

    for (; i < claim->n_bounds; i++) {
        const struct judge_bound *b = &claim->bounds[i];
        struct stat_interval m = stat_paired(that, b->v, seeds, claim->level,
                                             NULL);

        if (claim->of == JUDGE_MEAN ? !on_its_side(b->sign, m.mean, m.mean)
                                    : !on_its_side(b->sign, m.low, m.high))
            return false;
    }
    return true;
}

/* A seed alone: whether it has all values, and whether all bounds hold. */
static void look_at(const struct judge_claim *claim, double that, size_t seed,
                    struct judge_verdict *v)
{
    bool there = !isnan(that), holds = there;
    size_t i;

    for (i = 0; i < claim->n_bounds; i++) {
        double bound = claim->bounds[i].v[seed], margin = that - bound;

        there = there && !isnan(bound);
        holds = holds && on_its_side(claim->bounds[i].sign, margin, margin);
    }
    v->missing += there ? 0 : 1;
    v->held += holds ? 1 : 0;
}

struct judge_verdict judge(const struct judge_claim *claim, const double *that,
                           size_t seeds)
{
    struct judge_verdict v = { .seeds = seeds };
    struct stat_sums values = { 0 };
    size_t i;

    for (i = 0; i < seeds; i++) {
        stat_add(&values, that[i]);
        look_at(claim, that[i], i, &v);
    }
    v.value = stat_mean(&values, claim->level);
    v.share = stat_share_exact(v.held, seeds, claim->level);
    v.ok = seeds > 0 && seeds >= claim->seeds &&
           (isnan(claim->share)
                ? v.missing == 0 && values_hold(claim, that, seeds)
                : share_holds(claim, &v));
    return v;
}
