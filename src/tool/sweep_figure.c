/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which axes a picture of a sweep has, and its files; sweep_figure.h. */
#include "config.h"

#include "tool/sweep_figure.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/gnuplot.h"
#include "tool/outfile.h"
#include "tool/run.h"
#include "tool/sweep_chart.h"

struct picture {
    struct view v;
    struct chart chart;
    struct view_metric *metrics;
    size_t n_read;
    char *base; /* of its files */
    struct view_place place;
    char *title;
    char caption[512];
};

static int fail(struct conf_error *err, const char *what)
{
    conf_fail(err, NULL, "%s", what);
    return RUN_INPUT;
}

static int no_memory(struct conf_error *err)
{
    conf_fail(err, NULL, "no memory");
    return RUN_INTERNAL;
}

/* --- axes ---------------------------------------------------------------- */

/* The first that differs and is not `but`, numbers before names; SIZE_MAX. */
static size_t first_axis(const struct view *v, size_t but)
{
    size_t found = SIZE_MAX;

    for (size_t i = v->n_axes; i-- > 0;) {
        bool numeric = v->sheet.axes[v->axes[i]].numeric;

        if (v->axes[i] != but &&
            (found == SIZE_MAX || numeric || !v->sheet.axes[found].numeric))
            found = v->axes[i];
    }
    return found;
}

/* "x,y" */
static int choose_map(struct picture *p, struct conf_error *err)
{
    const char *text = p->v.options->heat, *comma = strchr(text, ',');
    char *x = comma != NULL ? strndup(text, (size_t)(comma - text)) : NULL;
    int result;

    if (comma == NULL)
        return fail(err, "--heat: two axes with a comma between are expected");
    result = x == NULL ? no_memory(err)
                       : sheet_axis_find(&p->v.sheet, x, &p->chart.x, err);
    free(x);
    if (result == RUN_OK)
        result = sheet_axis_find(&p->v.sheet, comma + 1, &p->chart.other, err);
    if (result == RUN_OK && p->chart.x == p->chart.other)
        return fail(err, "--heat: two different axes are expected");
    return result;
}

/* What nobody says: the first axis of numbers is x, and if only one other
 * differs, it makes curves, if they can be told apart. */
static int choose_curves(struct picture *p, struct conf_error *err)
{
    const struct view_options *o = p->v.options;
    struct chart *c = &p->chart;
    int result = RUN_OK;

    c->other = SIZE_MAX;
    if (o->family != NULL)
        result = sheet_axis_find(&p->v.sheet, o->family, &c->other, err);
    if (result == RUN_OK && o->x != NULL)
        result = sheet_axis_find(&p->v.sheet, o->x, &c->x, err);
    else
        c->x = first_axis(&p->v, c->other);
    if (result != RUN_OK)
        return result;
    if (c->x == SIZE_MAX)
        return fail(err, "no axis of the sweep has two values");
    if (o->family == NULL && p->v.n_axes == 2)
        c->other = first_axis(&p->v, c->x);
    if (o->family == NULL && c->other != SIZE_MAX &&
        sheet_axis_used(&p->v.sheet, c->other) > CHART_CURVES_MAX)
        c->other = SIZE_MAX;
    if (c->other == c->x)
        return fail(err, "--x and --family: two different axes are expected");
    if (c->other != SIZE_MAX &&
        sheet_axis_used(&p->v.sheet, c->other) > CHART_CURVES_MAX)
        return fail(err, "too many curves to tell them apart: take --heat, "
                         "or --where");
    return RUN_OK;
}

/* Of a Latin hypercube neighbours differ in all axes at once. */
static bool is_crossed(const struct view *v)
{
    size_t n = 1;

    for (size_t i = 0; i < v->n_axes && n <= v->sheet.n_configs; i++)
        n *= sheet_axis_used(&v->sheet, v->axes[i]);
    return n == v->sheet.n_configs;
}

/* What the picture is of, below its title. */
static void write_caption(struct picture *p)
{
    const struct view *v = &p->v;
    size_t used;

    if (v->options->heat != NULL || v->sheet.n_seeds < 2)
        snprintf(p->caption, sizeof p->caption, "mean of %zu seed%s",
                 v->sheet.n_seeds, v->sheet.n_seeds == 1 ? "" : "s");
    else
        snprintf(p->caption, sizeof p->caption,
                 "mean of %zu seeds and its %g %% interval", v->sheet.n_seeds,
                 STAT_LEVEL * 100);
    for (size_t i = 0; i < v->n_axes; i++) {
        if (v->axes[i] == p->chart.x || v->axes[i] == p->chart.other)
            continue;
        used = strlen(p->caption);
        snprintf(p->caption + used, sizeof p->caption - used,
                 p->chart.crossed ? ", averaged over %s" : ", at any %s",
                 v->sheet.axes[v->axes[i]].key);
    }
    for (size_t i = 0; i < v->options->n_where; i++) {
        used = strlen(p->caption);
        snprintf(p->caption + used, sizeof p->caption - used, ", %s",
                 v->options->where[i]);
    }
}

/* --- reading ------------------------------------------------------------- */

static int read_metrics(struct picture *p, struct conf_error *err)
{
    const struct view_options *o = p->v.options;
    const size_t by[] = { p->chart.other, p->chart.x };
    bool both = p->chart.other != SIZE_MAX;
    int result = RUN_OK;

    p->metrics = calloc(o->n_metrics, sizeof *p->metrics);
    if (p->metrics == NULL)
        return no_memory(err);
    while (result == RUN_OK && p->n_read < o->n_metrics) {
        result = view_metric(&p->v, o->metrics[p->n_read], both ? by : by + 1,
                             both ? 2 : 1, &p->metrics[p->n_read], err);
        p->n_read += result == RUN_OK ? 1 : 0;
    }
    p->chart.v = &p->v;
    p->chart.metrics = p->metrics;
    p->chart.n = p->n_read;
    return result;
}

/* The metric's name is in the name of the files, if there is one: but for
 * what no file may have. */
static char *own_base(const struct view_options *o)
{
    char ending[128], *p = ending;

    snprintf(ending, sizeof ending, "-%.120s",
             o->n_metrics == 1 ? o->metrics[0] : "figure");
    while ((p = strpbrk(p, "/ '\"\\")) != NULL)
        *p = '_';
    return view_beside(o->path, ending);
}

static int prepare(struct picture *p, struct conf_error *err)
{
    const struct view_options *o = p->v.options;
    int result = o->heat != NULL ? choose_map(p, err) : choose_curves(p, err);

    if (result == RUN_OK && o->heat != NULL && o->n_metrics > 1)
        result = fail(err, "--heat: one metric is expected");
    if (result == RUN_OK)
        result = read_metrics(p, err);
    if (result == RUN_OK)
        result = store_meta(p->v.sheet.store, "title", &p->title, err);
    if (result != RUN_OK)
        return result;
    p->base = o->out != NULL ? strdup(o->out) : own_base(o);
    if (p->base == NULL)
        return no_memory(err);
    p->chart.crossed = is_crossed(&p->v);
    write_caption(p);
    p->chart.caption = p->caption;
    p->chart.title = p->title != NULL ? p->title : "";
    result = view_place(&p->place, p->base, err);
    p->chart.name = p->place.name;
    return result;
}

/* --- files --------------------------------------------------------------- */

static char *with_ending(const char *name, const char *ending)
{
    size_t octets = strlen(name) + strlen(ending) + 1;
    char *out = malloc(octets);

    if (out != NULL)
        snprintf(out, octets, "%s%s", name, ending);
    return out;
}

static int write_file(const struct picture *p, const char *ending,
                      void (*write)(const struct chart *c, FILE *f),
                      struct conf_error *err)
{
    char *name = with_ending(p->place.name, ending);
    int result = name == NULL ? no_memory(err)
                              : view_spare(&p->v, &p->place, name, err);
    FILE *f = result == RUN_OK ? outfile_create(p->place.folder, name, err)
                               : NULL;

    if (f != NULL) {
        write(&p->chart, f);
        result = outfile_close(f, p->place.folder, name, err);
    } else if (result == RUN_OK) {
        result = RUN_INTERNAL;
    }
    free(name);
    return result;
}

static int draw(const struct picture *p, const char *kind,
                struct conf_error *err)
{
    const char *ending = strcmp(kind, "svg") == 0 ? ".svg" : ".png";
    char *script = with_ending(p->place.name, ".gp"),
         *name = with_ending(p->place.name, ending);
    int result = RUN_INTERNAL;

    if (script == NULL || name == NULL)
        no_memory(err);
    else if (view_spare(&p->v, &p->place, name, err) != RUN_OK)
        result = RUN_INPUT;
    else if (gnuplot_draw(p->place.folder, script, kind, name, NULL, err) ==
             GNUPLOT_DRAWN)
        result = RUN_OK;
    free(script);
    free(name);
    return result;
}

static int write_all(const struct picture *p, struct conf_error *err)
{
    bool map = p->v.options->heat != NULL;
    int result = write_file(p, ".dat",
                            map ? chart_map_data : chart_curves_data, err);

    if (result == RUN_OK)
        result = write_file(p, ".gp",
                            map ? chart_map_script : chart_curves_script, err);
    if (result == RUN_OK)
        result = draw(p, "svg", err);
    return result == RUN_OK ? draw(p, "png", err) : result;
}

int sweep_figure(const struct view_options *o, struct conf_error *err)
{
    struct picture p = { 0 };
    int result = view_open(&p.v, o, err);

    if (result == RUN_OK)
        result = prepare(&p, err);
    if (result == RUN_OK)
        result = write_all(&p, err);
    while (p.n_read > 0)
        view_metric_free(&p.metrics[--p.n_read]);
    free(p.metrics);
    free(p.base);
    free(p.place.folder);
    free(p.title);
    view_close(&p.v);
    return result;
}
