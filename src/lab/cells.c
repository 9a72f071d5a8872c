/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Configurations that differ in nothing that is asked for; cells.h. */
#include "config.h"

#include "lab/cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A configuration while they are ordered. */
struct row {
    const size_t *by; /* axes */
    size_t n_by;
    const size_t *levels; /* of all axes */
    size_t config;
};

static int by_levels(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    for (size_t i = 0; i < x->n_by; i++) {
        size_t p = x->levels[x->by[i]], q = y->levels[x->by[i]];

        if (p != q)
            return p < q ? -1 : 1;
    }
    return 0;
}

/* NAN stays, so that a seed counts only where it has all its values. */
static void add_config(double *x, bool *ran, const struct sheet *s,
                       const struct sheet_metric *m, size_t config)
{
    size_t at = config * s->n_seeds;

    for (size_t i = 0; i < s->n_seeds; i++) {
        x[i] += m->x[at + i];
        ran[i] = ran[i] && s->ran[at + i];
    }
}

static void summarise(struct cell *cell, const double *x, size_t n)
{
    cell->sums = (struct stat_sums){ 0 };
    cell->low = INFINITY;
    cell->high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        stat_add(&cell->sums, x[i]);
        cell->low = fmin(cell->low, x[i]);
        cell->high = fmax(cell->high, x[i]);
    }
}

static void finish(struct cell *cell, double *x, const bool *ran, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        x[i] /= (double)cell->configs;
        cell->seeds += ran[i] ? 1 : 0;
    }
    summarise(cell, x, n);
}

/* A cell of the rows from `row` on that are alike; how many. */
static size_t make_cell(struct cells *c, const struct row *row, size_t n_rows,
                        const struct sheet *s, const struct sheet_metric *m,
                        bool *ran)
{
    struct cell *cell = &c->v[c->n];
    double *x = c->x + c->n * s->n_seeds;
    size_t *levels = c->levels + c->n++ * row->n_by;

    for (size_t k = 0; k < row->n_by; k++)
        levels[k] = row->levels[row->by[k]];
    for (size_t i = 0; i < s->n_seeds; i++)
        ran[i] = true;
    for (; cell->configs < n_rows && by_levels(row, row + cell->configs) == 0;
         cell->configs++)
        add_config(x, ran, s, m, row[cell->configs].config);
    cell->levels = levels;
    cell->x = x;
    finish(cell, x, ran, s->n_seeds);
    return cell->configs;
}

int cells_make(struct cells *c, const struct sheet *s,
               const struct sheet_metric *m, const size_t *by, size_t n_by)
{
    struct row *rows = calloc(s->n_configs + 1, sizeof *rows);
    bool *ran = calloc(s->n_seeds + 1, sizeof *ran);

    c->n = 0;
    c->v = calloc(s->n_configs + 1, sizeof *c->v);
    c->levels = calloc(s->n_configs * n_by + 1, sizeof *c->levels);
    c->x = calloc(s->n_configs * s->n_seeds + 1, sizeof *c->x);
    if (rows == NULL || ran == NULL || c->v == NULL || c->levels == NULL ||
        c->x == NULL) {
        free(rows);
        free(ran);
        cells_free(c);
        return LAB_FAILED;
    }
    for (size_t i = 0; i < s->n_configs; i++)
        rows[i] = (struct row){ by, n_by, s->levels + i * s->n_axes, i };
    qsort(rows, s->n_configs, sizeof *rows, by_levels);
    for (size_t i = 0; i < s->n_configs;)
        i += make_cell(c, rows + i, s->n_configs - i, s, m, ran);
    free(rows);
    free(ran);
    return LAB_OK;
}

/* The cell that differs from one in nothing but the level of that place. */
static const struct cell *partner_of(const struct cells *c,
                                     const struct cell *of, size_t n_by,
                                     size_t place, size_t level)
{
    for (size_t i = 0; i < c->n; i++) {
        size_t k = 0;

        while (k < n_by &&
               c->v[i].levels[k] == (k == place ? level : of->levels[k]))
            k++;
        if (k == n_by)
            return &c->v[i];
    }
    return NULL;
}

void cells_against(struct cells *c, size_t n_seeds, size_t n_by, size_t place,
                   size_t level)
{
    size_t i, k, kept = 0;

    for (i = 0; i < c->n; i++) {
        const struct cell *base = partner_of(c, &c->v[i], n_by, place, level);
        double *x = c->x + (c->v[i].x - c->x);

        if (base == &c->v[i])
            continue;
        for (k = 0; k < n_seeds; k++)
            x[k] = base != NULL ? x[k] - base->x[k] : NAN;
        summarise(&c->v[i], x, n_seeds);
    }
    for (i = 0; i < c->n; i++)
        if (c->v[i].levels[place] != level)
            c->v[kept++] = c->v[i];
    c->n = kept;
}

void cells_free(struct cells *c)
{
    free(c->v);
    free(c->levels);
    free(c->x);
    *c = (struct cells){ 0 };
}
