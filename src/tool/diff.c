/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two results, value by value; diff.h. */
#include "config.h"

#include "tool/diff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab/stat.h"

/* What is compared: a metric of a configuration in both. */
struct pair {
    const double *a, *b; /* of all seeds of each */
};

/* The two while they are compared. */
struct comparison {
    const struct diff_side *a, *b;
    size_t *partner; /* of each seed of a: that of b, or n_seeds */
    size_t common;
    double *left, *right; /* of the common seeds */
};

/* Where it mostly is, or anywhere: n if it is nowhere. */
static size_t find(char *const *names, size_t n, const char *name, size_t at)
{
    size_t i = 0;

    if (at < n && strcmp(names[at], name) == 0)
        return at;
    while (i < n && strcmp(names[i], name) != 0)
        i++;
    return i;
}

static int begin(struct comparison *c)
{
    size_t i, k = 0;

    c->partner = calloc(c->a->n_seeds + 1, sizeof *c->partner);
    c->left = calloc(c->a->n_seeds + 1, sizeof *c->left);
    c->right = calloc(c->a->n_seeds + 1, sizeof *c->right);
    if (c->partner == NULL || c->left == NULL || c->right == NULL)
        return -1;
    for (i = 0; i < c->a->n_seeds; i++) {
        while (k < c->b->n_seeds && c->b->seeds[k] < c->a->seeds[i])
            k++;
        c->partner[i] = k < c->b->n_seeds && c->b->seeds[k] == c->a->seeds[i]
                            ? k
                            : c->b->n_seeds;
        c->common += c->partner[i] < c->b->n_seeds ? 1 : 0;
    }
    return 0;
}

static void end(struct comparison *c)
{
    free(c->partner);
    free(c->left);
    free(c->right);
}

static struct stat_sums sums_of(const double *x, size_t n)
{
    struct stat_sums s = { 0 };

    while (n-- > 0)
        stat_add(&s, *x++);
    return s;
}

/* Seed by seed the same, and the same seeds without a value. */
static bool same(const struct comparison *c, struct pair p)
{
    size_t i;

    if (c->common < c->a->n_seeds || c->common < c->b->n_seeds)
        return false;
    for (i = 0; i < c->a->n_seeds; i++) {
        double a = p.a[i], b = p.b[c->partner[i]];

        if (isnan(a) != isnan(b) || a < b || a > b)
            return false;
    }
    return true;
}

/* Of b - a. */
static struct stat_interval interval(struct comparison *c, struct pair p,
                                     double level)
{
    struct stat_sums a, b;
    size_t i, n = 0;

    if (c->common < 2) {
        a = sums_of(p.a, c->a->n_seeds);
        b = sums_of(p.b, c->b->n_seeds);
        return stat_unpaired(&b, &a, level);
    }
    for (i = 0; i < c->a->n_seeds; i++) {
        if (c->partner[i] == c->b->n_seeds)
            continue;
        c->left[n] = p.a[i];
        c->right[n++] = p.b[c->partner[i]];
    }
    return stat_paired(c->right, c->left, n, level, NULL);
}

static struct pair pair_of(const struct comparison *c, size_t metric,
                           size_t config, size_t metric_b, size_t config_b)
{
    return (struct pair){ c->a->x[metric] + config * c->a->n_seeds,
                          c->b->x[metric_b] + config_b * c->b->n_seeds };
}

static void take(struct comparison *c, struct diff *d, size_t metric,
                 size_t config, struct pair p)
{
    struct stat_sums a, b;
    struct stat_interval i;

    d->compared++;
    if (same(c, p))
        return;
    a = sums_of(p.a, c->a->n_seeds);
    b = sums_of(p.b, c->b->n_seeds);
    if (a.n == 0 && b.n == 0)
        return;
    i = interval(c, p, STAT_LEVEL);
    d->values[d->n++] = (struct diff_value){ metric,
                                             config,
                                             a.n > 0 ? a.mean : NAN,
                                             b.n > 0 ? b.mean : NAN,
                                             (i.high - i.low) / 2,
                                             true };
}

static void each(struct comparison *c, struct diff *d)
{
    size_t m, k, other_m, other_k;

    for (m = 0; m < c->a->n_metrics; m++) {
        other_m = find(c->b->metrics, c->b->n_metrics, c->a->metrics[m], m);
        for (k = 0; k < c->a->n_configs && other_m < c->b->n_metrics; k++) {
            other_k = find(c->b->configs, c->b->n_configs, c->a->configs[k],
                           k);
            if (other_k < c->b->n_configs)
                take(c, d, m, k, pair_of(c, m, k, other_m, other_k));
        }
    }
}

/* With the level that all together leave for one. */
static void judge(struct comparison *c, struct diff *d)
{
    double level = 1 - (1 - STAT_LEVEL) / (double)(d->n > 0 ? d->n : 1);
    size_t i;

    for (i = 0; i < d->n; i++) {
        struct diff_value *v = &d->values[i];
        size_t m = find(c->b->metrics, c->b->n_metrics,
                        c->a->metrics[v->metric], v->metric);
        size_t k = find(c->b->configs, c->b->n_configs,
                        c->a->configs[v->config], v->config);
        struct stat_interval at = interval(
            c, pair_of(c, v->metric, v->config, m, k), level);

        /* of NAN, where there is no interval, it is not within */
        v->differs = !(at.low <= 0 && at.high >= 0);
        d->within += v->differs ? 0 : 1;
    }
}

int diff_compare(struct diff *d, const struct diff_side *a,
                 const struct diff_side *b, bool exact)
{
    struct comparison c = { .a = a, .b = b };
    int result = begin(&c);

    *d = (struct diff){ 0 };
    d->values = calloc(a->n_metrics * a->n_configs + 1, sizeof *d->values);
    if (d->values == NULL)
        result = -1;
    if (result == 0) {
        d->paired = c.common >= 2;
        each(&c, d);
        if (!exact)
            judge(&c, d);
    }
    end(&c);
    return result;
}
