/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of a sweep, for eyes and as CSV; sweep_table.h. */
#include "config.h"

#include "tool/sweep_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/csv.h"
#include "tool/figure_scale.h"
#include "tool/figure_text.h"
#include "tool/run.h"

enum { NUMBERS = 7, FIELD_OCTETS = 48 };

static const char *const heads[NUMBERS] = { "seeds", "mean",  "±",   "low",
                                            "high",  "least", "most" };

static const char *level_text(const struct view *v, const size_t *by,
                              const struct cell *cell, size_t i)
{
    return v->sheet.axes[by[i]].values[cell->levels[i]];
}

/* --- text ---------------------------------------------------------------- */

/* Decimals that show two digits of half the interval. */
static int decimals_of(double half)
{
    return half > 0 && half < 1e6
               ? (int)fmin(fmax(1 - floor(log10(half)), 0), 9)
               : -1;
}

static void numbers_of(const struct cell *cell, double factor,
                       char text[NUMBERS][FIELD_OCTETS])
{
    struct stat_interval i = stat_mean(&cell->sums, STAT_LEVEL);
    const double shown[] = { i.mean,
                             i.high - i.mean,
                             i.low,
                             i.high,
                             cell->sums.n > 0 ? cell->low : NAN,
                             cell->sums.n > 0 ? cell->high : NAN };
    int decimals = decimals_of((i.high - i.mean) * factor);
    size_t k;

    if (cell->sums.n < cell->seeds)
        snprintf(text[0], FIELD_OCTETS, "%zu of %zu", cell->sums.n,
                 cell->seeds);
    else
        snprintf(text[0], FIELD_OCTETS, "%zu", cell->sums.n);
    for (k = 0; k + 1 < NUMBERS; k++)
        if (isnan(shown[k]))
            snprintf(text[k + 1], FIELD_OCTETS, "-");
        else if (decimals < 0)
            snprintf(text[k + 1], FIELD_OCTETS, "%.6g", shown[k] * factor);
        else
            snprintf(text[k + 1], FIELD_OCTETS, "%.*f", decimals,
                     shown[k] * factor);
}

static size_t wider(size_t width, const char *text)
{
    size_t n = figure_characters(text);

    return n > width ? n : width;
}

/* Columns of characters, not of octets, as printf has them; names left,
 * numbers right. */
static void put(const char *text, size_t width, size_t column, bool left)
{
    int pad = (int)(width - figure_characters(text));

    printf("%s%*s%s", column > 0 ? "  " : "", left ? 0 : pad, "", text);
    if (left)
        printf("%*s", pad, "");
}

static void measure(const struct view *v, const size_t *by, size_t n_by,
                    const struct cells *c, double factor, size_t *widths)
{
    char text[NUMBERS][FIELD_OCTETS];
    size_t i, k;

    for (k = 0; k < n_by; k++)
        widths[k] = figure_characters(v->sheet.axes[by[k]].key);
    for (k = 0; k < NUMBERS; k++)
        widths[n_by + k] = figure_characters(heads[k]);
    for (i = 0; i < c->n; i++) {
        for (k = 0; k < n_by; k++)
            widths[k] = wider(widths[k], level_text(v, by, &c->v[i], k));
        numbers_of(&c->v[i], factor, text);
        for (k = 0; k < NUMBERS; k++)
            widths[n_by + k] = wider(widths[n_by + k], text[k]);
    }
}

/* The unit that suits the largest of all values. */
static struct figure_scale scale_of(const struct view_metric *m)
{
    double high = 0;

    for (size_t i = 0; i < m->cells.n; i++)
        if (m->cells.v[i].sums.n > 0)
            high = fmax(high, fmax(m->cells.v[i].high, -m->cells.v[i].low));
    return figure_scale_of(view_unit(&m->metric), high);
}

static void print_text(const struct view *v, const size_t *by, size_t n_by,
                       const struct view_metric *m, size_t *widths)
{
    struct figure_scale scale = scale_of(m);
    const char *unit = scale.unit;
    char text[NUMBERS][FIELD_OCTETS];
    size_t i, k;

    measure(v, by, n_by, &m->cells, scale.factor, widths);
    printf("%s%s%s%s%s%s\n", m->metric.name, *unit != '\0' ? " (" : "", unit,
           *unit != '\0' ? ")" : "", *m->metric.help != '\0' ? ": " : "",
           m->metric.help);
    for (k = 0; k < n_by + NUMBERS; k++)
        put(k < n_by ? v->sheet.axes[by[k]].key : heads[k - n_by], widths[k],
            k, k < n_by);
    putchar('\n');
    for (i = 0; i < m->cells.n; i++) {
        for (k = 0; k < n_by; k++)
            put(level_text(v, by, &m->cells.v[i], k), widths[k], k, true);
        numbers_of(&m->cells.v[i], scale.factor, text);
        for (k = 0; k < NUMBERS; k++)
            put(text[k], widths[n_by + k], n_by + k, false);
        putchar('\n');
    }
}

/* --- CSV ----------------------------------------------------------------- */

static void print_csv_head(const struct view *v, const size_t *by, size_t n_by)
{
    for (size_t k = 0; k < n_by; k++) {
        csv_text(stdout, v->sheet.axes[by[k]].key);
        putchar(',');
    }
    puts("metric,against,unit,configurations,seeds,missing,mean,low,high,"
         "deviation,"
         "least,most");
}

static void print_csv_cell(const struct view *v, const size_t *by, size_t n_by,
                           const struct sheet_metric *m,
                           const struct cell *cell)
{
    struct stat_interval i = stat_mean(&cell->sums, STAT_LEVEL);
    bool any = cell->sums.n > 0;
    const double numbers[] = { i.mean,
                               i.low,
                               i.high,
                               stat_deviation(&cell->sums),
                               any ? cell->low : NAN,
                               any ? cell->high : NAN };
    size_t k;

    for (k = 0; k < n_by; k++) {
        csv_text(stdout, level_text(v, by, cell, k));
        putchar(',');
    }
    csv_text(stdout, m->name);
    putchar(',');
    csv_text(stdout, v->options->against != NULL ? v->options->against : "");
    putchar(',');
    csv_text(stdout, m->unit);
    printf(",%zu,%zu,%zu", cell->configs, cell->sums.n,
           cell->seeds - cell->sums.n);
    for (k = 0; k < sizeof numbers / sizeof numbers[0]; k++) {
        putchar(',');
        csv_number(stdout, numbers[k]);
    }
    putchar('\n');
}

/* --- the command --------------------------------------------------------- */

/* What differences are to: a place among the axes, and its level. */
struct base {
    size_t place, level;
};

/* What is left out, below a table for eyes. */
static void print_notes(const struct view *v, size_t n_by)
{
    if (v->sheet.n_seeds < 2)
        puts("one seed: there is no interval");
    else
        printf("%g %% intervals of means over seeds (Student)%s\n",
               STAT_LEVEL * 100,
               n_by < v->n_axes ? "; other axes: means over them" : "");
    if (v->options->against != NULL)
        printf("differences to %s, seed by seed\n", v->options->against);
    if (v->sheet.failed > 0)
        printf("%zu points failed: `dialtone sweep show` tells why\n",
               v->sheet.failed);
}

static int print_metric(struct view *v, const char *name, const size_t *by,
                        size_t n_by, const struct base *base, size_t *widths,
                        struct conf_error *err)
{
    struct view_metric m;
    int result = view_metric(v, name, by, n_by, &m, err);

    if (result != RUN_OK)
        return result;
    if (v->options->against != NULL)
        cells_against(&m.cells, v->sheet.n_seeds, n_by, base->place,
                      base->level);
    if (!v->options->csv)
        print_text(v, by, n_by, &m, widths);
    else
        for (size_t i = 0; i < m.cells.n; i++)
            print_csv_cell(v, by, n_by, &m.metric, &m.cells.v[i]);
    view_metric_free(&m);
    return RUN_OK;
}

/* The axes that are named, or all that differ. */
static int choose(const struct view *v, size_t *by, size_t *n_by,
                  struct conf_error *err)
{
    const struct view_options *o = v->options;
    int result = RUN_OK;

    for (*n_by = 0; result == RUN_OK && *n_by < o->n_by; (*n_by)++)
        result = sheet_axis_find(&v->sheet, o->by[*n_by], &by[*n_by], err);
    if (o->n_by == 0)
        for (; *n_by < v->n_axes; (*n_by)++)
            by[*n_by] = v->axes[*n_by];
    return result;
}

static int find_base(const struct view *v, const size_t *by, size_t n_by,
                     struct base *base, struct conf_error *err)
{
    size_t axis;
    int result = v->options->against == NULL
                     ? RUN_OK
                     : sheet_value_find(&v->sheet, v->options->against, &axis,
                                        &base->level, err);

    if (result != RUN_OK || v->options->against == NULL)
        return result;
    for (base->place = 0; base->place < n_by; base->place++)
        if (by[base->place] == axis)
            return RUN_OK;
    conf_fail(err, NULL,
              "--against: %.100s is none of the axes that the table has",
              v->sheet.axes[axis].key);
    return RUN_INPUT;
}

int sweep_table(const struct view_options *o, struct conf_error *err)
{
    struct view v;
    int result = view_open(&v, o, err);
    size_t room = v.sheet.n_axes + o->n_by + NUMBERS, n_by;
    size_t *by = calloc(2 * room, sizeof *by);
    struct base base = { 0 };

    if (result == RUN_OK && by == NULL) {
        conf_fail(err, NULL, "no memory");
        result = RUN_INTERNAL;
    }
    if (result == RUN_OK)
        result = choose(&v, by, &n_by, err);
    if (result == RUN_OK)
        result = find_base(&v, by, n_by, &base, err);
    if (result == RUN_OK && o->csv)
        print_csv_head(&v, by, n_by);
    for (size_t i = 0; result == RUN_OK && i < o->n_metrics; i++) {
        if (i > 0 && !o->csv)
            putchar('\n');
        result = print_metric(&v, o->metrics[i], by, n_by, &base, by + room,
                              err);
    }
    if (result == RUN_OK && !o->csv)
        print_notes(&v, n_by);
    free(by);
    view_close(&v);
    return result;
}
