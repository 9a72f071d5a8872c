/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expectations against values; see expect_judge.h and lab/judge.h. */
#include "config.h"

#include "tool/expect_judge.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/judge.h"
#include "tool/expect.h"

enum { BOUNDS = 5, TEXT_OCTETS = 512 };

/* One expectation while it is judged: its bounds, and what is said of them. */
struct judged {
    const struct scenario *s;
    const struct scenario_expect *e;
    const struct expect_table *table;
    double *values; /* of `that`, and of each bound */
    struct judge_bound bounds[BOUNDS];
    size_t n;
    bool missing; /* a metric has no value in any seed */
    char said[TEXT_OCTETS];
};

/* --- text ---------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static void say(struct judged *j,
                                                      const char *before,
                                                      const char *format, ...)
{
    size_t used = strlen(j->said);
    va_list args;

    if (used > 0)
        snprintf(j->said + used, sizeof j->said - used, "%s", before);
    used = strlen(j->said);
    va_start(args, format);
    vsnprintf(j->said + used, sizeof j->said - used, format, args);
    va_end(args);
}

/* A metric that has no value fails, whatever is expected of it. */
static void say_missing(struct judged *j, const char *path)
{
    if (expect_known(j->s, path))
        say(j, ", ", "no value: nothing was measured: %s", path);
    else
        say(j, ", ", "no such metric: %s", path);
    j->missing = true;
}

static void say_seeds(struct judged *j, const struct judge_verdict *v)
{
    const struct scenario_expect *e = j->e;
    bool interval = e->of == SCENARIO_OF_INTERVAL;

    if (!isnan(e->share_at_least))
        say(j, " ", "(in %zu of %zu seeds; wanted: %s%g %%", v->held, v->seeds,
            interval ? "surely " : "", e->share_at_least * 100);
    else
        say(j, " ", "(%s of %zu seeds", interval ? "95 % interval" : "mean",
            v->seeds);
    if (v->missing > 0)
        say(j, "; ", "%zu without a value", v->missing);
    if (v->seeds < e->seeds)
        say(j, "; ", "%u seeds are wanted", e->seeds);
    say(j, "", ")");
}

/* --- values -------------------------------------------------------------- */

/* Those of path, times `times`; their mean, NAN if there is none. */
static double fill(struct judged *j, double *values, const char *path,
                   double times)
{
    struct stat_sums sums = { 0 };
    size_t i;

    for (i = 0; i < j->table->seeds; i++) {
        values[i] = times * j->table->value(j->table->ctx, path, i);
        stat_add(&sums, values[i]);
    }
    return sums.n > 0 ? sums.mean : NAN;
}

static double *next_bound(struct judged *j, enum judge_sign sign)
{
    double *v = j->values + (j->n + 1) * j->table->seeds;

    j->bounds[j->n++] = (struct judge_bound){ sign, v };
    return v;
}

static void against_constant(struct judged *j, enum judge_sign sign,
                             const char *written, double bound)
{
    double *v;
    size_t i;

    if (isnan(bound))
        return;
    v = next_bound(j, sign);
    for (i = 0; i < j->table->seeds; i++)
        v[i] = bound;
    say(j, ", ", "%s %g", written, bound);
}

static void against_other(struct judged *j, enum judge_sign sign,
                          const char *written, const char *path)
{
    double mean;

    if (path == NULL)
        return;
    mean = fill(j, next_bound(j, sign), path, j->e->times);
    if (isnan(mean))
        say_missing(j, path);
    else
        say(j, ", ", "%s %g * %s = %g", written, j->e->times, path, mean);
}

/* --- judgement ----------------------------------------------------------- */

static struct judge_verdict judge_bounds(struct judged *j, bool over_seeds)
{
    const struct scenario_expect *e = j->e;
    struct judge_claim claim = { .bounds = j->bounds,
                                 .share = NAN,
                                 .level = STAT_LEVEL };

    if (over_seeds) {
        claim.of = e->of == SCENARIO_OF_INTERVAL ? JUDGE_INTERVAL : JUDGE_MEAN;
        claim.share = e->share_at_least;
        claim.seeds = e->seeds;
    }
    if (isnan(fill(j, j->values, e->that, 1))) {
        say_missing(j, e->that);
        return (struct judge_verdict){ .value = { NAN, NAN, NAN } };
    }
    against_constant(j, JUDGE_AT_LEAST, ">=", e->at_least);
    against_constant(j, JUDGE_AT_MOST, "<=", e->at_most);
    against_constant(j, JUDGE_EQUALS, "=", e->equals);
    against_other(j, JUDGE_LESS, "<", e->less_than);
    against_other(j, JUDGE_MORE, ">", e->more_than);
    claim.n_bounds = j->n;
    return judge(&claim, j->values, j->table->seeds);
}

/* A NAN gives no JSON number; then it is left out. */
static int add_seeds(json_t *item, const struct judge_verdict *v)
{
    json_t *more = json_pack(
        "{s:o*, s:o*, s:I, s:I}", "low", json_real(v->value.low), "high",
        json_real(v->value.high), "seeds", (json_int_t)v->seeds, "held",
        (json_int_t)v->held);
    int result = more == NULL ? -1 : json_object_update(item, more);

    json_decref(more);
    return result;
}

static json_t *item_of(struct judged *j, bool over_seeds, size_t *n_failed)
{
    struct judge_verdict v = judge_bounds(j, over_seeds);
    bool ok = v.ok && !j->missing;
    json_t *item;

    if (over_seeds && !j->missing)
        say_seeds(j, &v);
    item = json_pack("{s:s, s:o*, s:s, s:b, s:s?}", "that", j->e->that,
                     "value", json_real(v.value.mean), "bound", j->said, "ok",
                     ok, "why", j->e->why);
    *n_failed += ok ? 0 : 1;
    if (item != NULL && over_seeds && add_seeds(item, &v) != 0) {
        json_decref(item);
        return NULL;
    }
    return item;
}

static json_t *list_of(const struct scenario *s,
                       const struct expect_table *table, bool over_seeds,
                       size_t *n_failed)
{
    double *values = calloc((BOUNDS + 1) * (table->seeds + 1), sizeof *values);
    json_t *list = values != NULL ? json_array() : NULL;
    size_t i;

    *n_failed = 0;
    for (i = 0; i < s->n_expect && list != NULL; i++) {
        struct judged j = {
            .s = s, .e = &s->expect[i], .table = table, .values = values
        };
        json_t *item = item_of(&j, over_seeds, n_failed);

        if (item == NULL || json_array_append_new(list, item) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    free(values);
    return list;
}

/* --- one run ------------------------------------------------------------- */

struct one_run {
    const json_t *variants;
    bool compare;
};

static double value_of_run(void *ctx, const char *path, size_t seed)
{
    const struct one_run *run = ctx;

    (void)seed;
    return expect_metric(run->variants, run->compare, path);
}

json_t *expect_evaluate(const struct scenario *s, const json_t *variants,
                        size_t *n_failed)
{
    struct one_run run = { variants, s->compare.key != NULL };
    const struct expect_table table = { 1, value_of_run, &run };

    return list_of(s, &table, false, n_failed);
}

json_t *expect_over_seeds(const struct scenario *s,
                          const struct expect_table *table, size_t *n_failed)
{
    return list_of(s, table, true, n_failed);
}
