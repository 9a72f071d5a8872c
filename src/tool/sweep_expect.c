/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expectations over the seeds of a sweep; sweep_expect.h. */
#include "config.h"

#include "tool/sweep_expect.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lab/cells.h"
#include "tool/expect_judge.h"
#include "tool/run.h"
#include "tool/summary.h"

/* The sweep, and the metrics that were asked for so far. */
struct judging {
    const struct scenario *s;
    struct sheet sheet;
    size_t compare;      /* the axis; SIZE_MAX: none */
    struct cells groups; /* by all other axes */
    size_t *by, n_by;    /* these */
    const struct cell *group;
    size_t *seeds, n_seeds; /* that all of the group have run */
    struct sheet_metric *metrics;
    size_t n_metrics;
    struct conf_error *err;
};

/* --- values -------------------------------------------------------------- */

static bool in_group(const struct judging *j, size_t config)
{
    const size_t *levels = j->sheet.levels + config * j->sheet.n_axes;
    size_t i = 0;

    while (i < j->n_by && levels[j->by[i]] == j->group->levels[i])
        i++;
    return i == j->n_by;
}

/* The configuration of the group with that value of what is compared. */
static size_t config_of(const struct judging *j, size_t level)
{
    size_t c = 0;

    while (c < j->sheet.n_configs &&
           (!in_group(j, c) ||
            (j->compare != SIZE_MAX &&
             j->sheet.levels[c * j->sheet.n_axes + j->compare] != level)))
        c++;
    return c;
}

static const struct sheet_metric *metric_of(struct judging *j,
                                            const char *name)
{
    struct sheet_metric *more, m;
    struct conf_error no;
    size_t i = 0;

    while (i < j->n_metrics && strcmp(j->metrics[i].name, name) != 0)
        i++;
    if (i < j->n_metrics)
        return &j->metrics[i];
    if (sheet_read(&j->sheet, name, &m, &no) != LAB_OK)
        return NULL;
    more = realloc(j->metrics, (j->n_metrics + 1) * sizeof *more);
    if (more == NULL) {
        sheet_metric_free(&m);
        return NULL;
    }
    j->metrics = more;
    more[j->n_metrics] = m;
    return &more[j->n_metrics++];
}

static double value_at(struct judging *j, const char *name, size_t level,
                       size_t seed)
{
    const struct sheet_metric *m = metric_of(j, name);
    size_t c = config_of(j, level);

    return m != NULL && c < j->sheet.n_configs
               ? m->x[c * j->sheet.n_seeds + j->seeds[seed]]
               : NAN;
}

/* "metric", or "value.metric": values may have dots, so each is tried. */
static double value_of(void *ctx, const char *path, size_t seed)
{
    struct judging *j = ctx;
    const struct sheet_axis *a;

    if (j->compare == SIZE_MAX)
        return value_at(j, path, 0, seed);
    a = &j->sheet.axes[j->compare];
    for (size_t i = 0; i < a->n; i++) {
        size_t len = strlen(a->values[i]);
        double x = NAN;

        if (strncmp(path, a->values[i], len) == 0 && path[len] == '.')
            x = value_at(j, path + len + 1, i, seed);
        if (!isnan(x))
            return x;
    }
    return NAN;
}

/* --- groups -------------------------------------------------------------- */

/* Seeds that each configuration of the group has run. */
static void choose_seeds(struct judging *j)
{
    j->n_seeds = 0;
    for (size_t seed = 0; seed < j->sheet.n_seeds; seed++) {
        size_t c = 0;

        while (c < j->sheet.n_configs &&
               (!in_group(j, c) || j->sheet.ran[c * j->sheet.n_seeds + seed]))
            c++;
        if (c == j->sheet.n_configs)
            j->seeds[j->n_seeds++] = seed;
    }
}

static void print_group(const struct judging *j)
{
    if (j->groups.n < 2)
        return;
    for (size_t i = 0; i < j->n_by; i++)
        printf("%s%s=%s", i > 0 ? " " : "", j->sheet.axes[j->by[i]].key,
               j->sheet.axes[j->by[i]].values[j->group->levels[i]]);
    puts(":");
}

static int judge_group(struct judging *j, bool quiet, size_t *n_failed)
{
    struct expect_table table = { .value = value_of, .ctx = j };
    size_t failed;
    json_t *list;

    choose_seeds(j);
    table.seeds = j->n_seeds;
    list = expect_over_seeds(j->s, &table, &failed);
    if (list == NULL) {
        conf_fail(j->err, NULL, "no memory for the expectations");
        return RUN_INTERNAL;
    }
    if (failed > 0 || !quiet)
        print_group(j);
    summary_verdicts(list, quiet);
    json_decref(list);
    *n_failed += failed;
    return RUN_OK;
}

/* A group has a cell of any metric; that one has no values does not matter. */
static int make_groups(struct judging *j)
{
    size_t n = j->sheet.n_configs * j->sheet.n_seeds;
    struct sheet_metric none = { .x = calloc(n + 1, sizeof *none.x) };
    int result = RUN_INTERNAL;

    j->by = calloc(j->sheet.n_axes + 1, sizeof *j->by);
    j->seeds = calloc(j->sheet.n_seeds + 1, sizeof *j->seeds);
    for (size_t i = 0; i < j->sheet.n_axes && j->by != NULL; i++)
        if (i != j->compare)
            j->by[j->n_by++] = i;
    if (none.x != NULL && j->by != NULL && j->seeds != NULL &&
        cells_make(&j->groups, &j->sheet, &none, j->by, j->n_by) == LAB_OK)
        result = RUN_OK;
    else
        conf_fail(j->err, NULL, "no memory for the expectations");
    free(none.x);
    return result;
}

static int judge_all(struct judging *j, bool quiet)
{
    size_t n_failed = 0, i;
    int result = make_groups(j);

    for (i = 0; result == RUN_OK && i < j->groups.n; i++) {
        j->group = &j->groups.v[i];
        result = judge_group(j, quiet, &n_failed);
    }
    if (result == RUN_OK && !quiet)
        printf("%zu of %zu expectation%s hold\n",
               j->groups.n * j->s->n_expect - n_failed,
               j->groups.n * j->s->n_expect,
               pptp_plural(j->groups.n * j->s->n_expect));
    return result == RUN_OK && n_failed > 0 ? RUN_EXPECTATION : result;
}

int sweep_expect(const struct scenario *s, const char *path, bool quiet,
                 struct conf_error *err)
{
    struct judging j = { .s = s, .compare = SIZE_MAX, .err = err };
    struct conf_error no;
    int result;

    if (s->n_expect == 0)
        return RUN_OK;
    result = sheet_open(&j.sheet, path, err);
    if (result == RUN_OK) {
        if (s->compare.key == NULL ||
            sheet_axis_find(&j.sheet, s->compare.key, &j.compare, &no) !=
                LAB_OK)
            j.compare = SIZE_MAX;
        result = judge_all(&j, quiet);
        sheet_close(&j.sheet);
    }
    while (j.n_metrics > 0)
        sheet_metric_free(&j.metrics[--j.n_metrics]);
    free(j.metrics);
    cells_free(&j.groups);
    free(j.by);
    free(j.seeds);
    return result;
}
