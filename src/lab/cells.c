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
static void add_config(double *x, const double *more, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] += more[i];
}

static void finish(struct cell *cell, double *x, size_t n)
{
    cell->low = INFINITY;
    cell->high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        x[i] /= (double)cell->configs;
        stat_add(&cell->sums, x[i]);
        cell->low = fmin(cell->low, x[i]);
        cell->high = fmax(cell->high, x[i]);
    }
}

static void fill(struct cells *c, const struct row *rows, size_t n_rows,
                 const struct sheet_metric *m, size_t n_seeds)
{
    size_t n_by = n_rows > 0 ? rows->n_by : 0;

    for (size_t i = 0; i < n_rows; i++) {
        double *x = c->x + c->n * n_seeds;
        struct cell *cell = &c->v[c->n];

        if (cell->configs++ == 0)
            for (size_t k = 0; k < n_by; k++)
                c->levels[c->n * n_by + k] = rows[i].levels[rows[i].by[k]];
        add_config(x, m->x + rows[i].config * n_seeds, n_seeds);
        if (i + 1 < n_rows && by_levels(&rows[i], &rows[i + 1]) == 0)
            continue;
        cell->levels = c->levels + c->n++ * n_by;
        cell->x = x;
        finish(cell, x, n_seeds);
    }
}

int cells_make(struct cells *c, const struct sheet *s,
               const struct sheet_metric *m, const size_t *by, size_t n_by)
{
    struct row *rows = calloc(s->n_configs + 1, sizeof *rows);

    c->n = 0;
    c->v = calloc(s->n_configs + 1, sizeof *c->v);
    c->levels = calloc(s->n_configs * n_by + 1, sizeof *c->levels);
    c->x = calloc(s->n_configs * s->n_seeds + 1, sizeof *c->x);
    if (rows == NULL || c->v == NULL || c->levels == NULL || c->x == NULL) {
        free(rows);
        cells_free(c);
        return LAB_FAILED;
    }
    for (size_t i = 0; i < s->n_configs; i++)
        rows[i] = (struct row){ by, n_by, s->levels + i * s->n_axes, i };
    qsort(rows, s->n_configs, sizeof *rows, by_levels);
    fill(c, rows, s->n_configs, m, s->n_seeds);
    free(rows);
    return LAB_OK;
}

void cells_free(struct cells *c)
{
    free(c->v);
    free(c->levels);
    free(c->x);
    *c = (struct cells){ 0 };
}
