/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether what is claimed of a metric over seeds holds: "at most 0.01, its
 * whole interval", "less than half of the other, in 95 % of 40 seeds".
 *
 * A bound is an inequality between two values of a seed, of which the second
 * may be a constant.  It is judged by their difference, seed by seed: what the
 * seed did to both is not in it.
 */
#ifndef LAB_JUDGE_H
#define LAB_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "lab/stat.h"

enum judge_sign {
    JUDGE_AT_LEAST,
    JUDGE_AT_MOST,
    JUDGE_EQUALS,
    JUDGE_LESS,
    JUDGE_MORE
};

enum judge_of {
    JUDGE_MEAN,    /* the mean over seeds is where it should be */
    JUDGE_INTERVAL /* the whole interval is; of JUDGE_EQUALS: it holds it */
};

/* A bound of every seed, NAN where a run had none. */
struct judge_bound {
    enum judge_sign sign;
    const double *v;
};

/* A claim holds where all of its bounds do. */
struct judge_claim {
    const struct judge_bound *bounds;
    size_t n_bounds;
    enum judge_of of;
    /* NAN: the values are judged.  Else each seed is judged alone, and at
     * least this part of them must hold, or the low end of that part's
     * interval. */
    double share;
    size_t seeds; /* at least so many; 0: as many as there are */
    double level; /* of intervals */
};

struct judge_verdict {
    bool ok;
    size_t seeds, missing;      /* of seeds: that lack a value or a bound */
    size_t held;                /* seeds that hold alone */
    struct stat_interval value; /* of what is judged */
    struct stat_interval share; /* of held in seeds, exact */
};

/*
 * that[i] is of seed i, NAN where a run had none: a seed without does not hold
 * alone, and of values that are not there for all seeds there is no mean to
 * judge.  No seed, or fewer than were claimed: not ok.
 */
struct judge_verdict judge(const struct judge_claim *claim, const double *that,
                           size_t seeds);

#endif
