/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sweep as tidy data with a dictionary; sweep_csv.h. */
#include "config.h"

#include "tool/sweep_csv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/csv.h"
#include "tool/outfile.h"
#include "tool/run.h"

struct table {
    struct view v;
    char **names; /* of all metrics there are */
    size_t n_names;
    struct sheet_metric *metrics;
    size_t n;
};

static int no_memory(struct conf_error *err)
{
    conf_fail(err, NULL, "no memory");
    return RUN_INTERNAL;
}

/* All metrics, or those that are named. */
static int load(struct table *t, struct conf_error *err)
{
    const struct view_options *o = t->v.options;
    int result = sheet_names(&t->v.sheet, &t->names, &t->n_names, err);
    size_t n = t->n_names;

    if (result != RUN_OK)
        return result;
    t->metrics = calloc((o->n_metrics > n ? o->n_metrics : n) + 1,
                        sizeof *t->metrics);
    result = t->metrics == NULL ? no_memory(err) : RUN_OK;
    for (size_t i = 0; result == RUN_OK && o->n_metrics == 0 && i < n; i++)
        if ((result = sheet_read(&t->v.sheet, t->names[i], &t->metrics[i],
                                 err)) == RUN_OK)
            t->n++;
    for (size_t i = 0; result == RUN_OK && i < o->n_metrics; i++)
        if ((result = sheet_read(&t->v.sheet, o->metrics[i], &t->metrics[i],
                                 err)) == RUN_OK)
            t->n++;
    return result;
}

static void unload(struct table *t)
{
    for (size_t i = 0; i < t->n; i++)
        sheet_metric_free(&t->metrics[i]);
    free(t->metrics);
    for (size_t i = 0; i < t->n_names; i++)
        free(t->names[i]);
    free(t->names);
    view_close(&t->v);
}

/* --- data ---------------------------------------------------------------- */

/* An axis has a column as it was written, and one of numbers if it is one. */
static void head(const struct table *t, FILE *f)
{
    const struct sheet *s = &t->v.sheet;

    fputs("config,seed", f);
    for (size_t i = 0; i < s->n_axes; i++) {
        fputc(',', f);
        csv_text(f, s->axes[i].key);
        if (!s->axes[i].numeric)
            continue;
        fputc(',', f);
        csv_text(f, s->axes[i].key);
        fputs(".number", f);
    }
    if (t->v.options->tall)
        fputs(",metric,value", f);
    for (size_t i = 0; i < t->n && !t->v.options->tall; i++) {
        fputc(',', f);
        csv_text(f, t->metrics[i].name);
    }
    fputc('\n', f);
}

static void begin_line(const struct sheet *s, size_t config, size_t seed,
                       FILE *f)
{
    fprintf(f, "%" PRId64 ",%" PRId64, s->configs[config], s->seeds[seed]);
    for (size_t i = 0; i < s->n_axes; i++) {
        const struct sheet_axis *a = &s->axes[i];
        size_t level = s->levels[config * s->n_axes + i];

        fputc(',', f);
        csv_text(f, a->values[level]);
        if (!a->numeric)
            continue;
        fputc(',', f);
        csv_number(f, a->numbers[level]);
    }
}

static void point_lines(const struct table *t, size_t config, size_t seed,
                        FILE *f)
{
    const struct sheet *s = &t->v.sheet;
    size_t at = config * s->n_seeds + seed;

    if (!t->v.options->tall)
        begin_line(s, config, seed, f);
    for (size_t i = 0; i < t->n; i++) {
        double x = t->metrics[i].x[at];

        if (t->v.options->tall) {
            if (isnan(x))
                continue;
            begin_line(s, config, seed, f);
            fputc(',', f);
            csv_text(f, t->metrics[i].name);
        }
        fputc(',', f);
        csv_number(f, x);
        if (t->v.options->tall)
            fputc('\n', f);
    }
    if (!t->v.options->tall)
        fputc('\n', f);
}

static void data(const struct table *t, FILE *f)
{
    const struct sheet *s = &t->v.sheet;

    head(t, f);
    for (size_t c = 0; c < s->n_configs; c++)
        for (size_t seed = 0; seed < s->n_seeds; seed++)
            if (s->ran[c * s->n_seeds + seed])
                point_lines(t, c, seed, f);
}

/* --- dictionary ---------------------------------------------------------- */

static void entry(FILE *f, const char *name, const char *more,
                  const char *kind, const char *unit, const char *help)
{
    csv_text(f, name);
    fprintf(f, "%s,%s,", more, kind);
    csv_text(f, unit);
    fputc(',', f);
    csv_text(f, help);
    fputc('\n', f);
}

static void dictionary(const struct table *t, FILE *f)
{
    const struct sheet *s = &t->v.sheet;

    fputs("name,kind,unit,help\n", f);
    entry(f, "config", "", "key", "",
          "number of the combination of values of the axes");
    entry(f, "seed", "", "key", "", "seed of the scenario's random numbers");
    for (size_t i = 0; i < s->n_axes; i++) {
        entry(f, s->axes[i].key, "", "axis", "", "key of the scenario");
        if (s->axes[i].numeric)
            entry(f, s->axes[i].key, ".number", "axis", "",
                  "the same in s, bit/s, octets, packets, or without a unit");
    }
    if (t->v.options->tall) {
        entry(f, "metric", "", "key", "", "what was measured: see its line");
        entry(f, "value", "", "metric", "", "how much, in the metric's unit");
    }
    for (size_t i = 0; i < t->n; i++)
        entry(f, t->metrics[i].name, "", "metric", t->metrics[i].unit,
              t->metrics[i].help);
}

/* --- files --------------------------------------------------------------- */

static int write_file(const struct table *t, const char *path,
                      void (*write)(const struct table *t, FILE *f),
                      struct conf_error *err)
{
    struct view_place p;
    int result = view_place(&p, path, err);
    FILE *f;

    if (result == RUN_OK)
        result = view_spare(&t->v, &p, p.name, err);
    f = result == RUN_OK ? outfile_create(p.folder, p.name, err) : NULL;
    if (f != NULL) {
        write(t, f);
        result = outfile_close(f, p.folder, p.name, err);
    } else if (result == RUN_OK) {
        result = RUN_INTERNAL;
    }
    free(p.folder);
    return result;
}

int sweep_csv(const struct view_options *o, struct conf_error *err)
{
    char *out = o->out != NULL ? strdup(o->out) : view_beside(o->path, ".csv");
    char *words = out != NULL ? view_beside(out, ".dictionary.csv") : NULL;
    struct table t = { 0 };
    int result = words == NULL ? no_memory(err) : view_open(&t.v, o, err);

    if (result == RUN_OK)
        result = load(&t, err);
    if (result == RUN_OK)
        result = write_file(&t, out, data, err);
    if (result == RUN_OK)
        result = write_file(&t, words, dictionary, err);
    unload(&t);
    free(out);
    free(words);
    return result;
}
