/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Metrics against an axis, a panel each, a curve for each value of another
 * axis; sweep_chart.h.  The data has a block for each curve of each panel: x,
 * mean, low and high of the interval, seeds.
 */
#include "config.h"

#include <math.h>
#include <stdbool.h>

#include "tool/sweep_chart.h"

#define WIDTH 1000
#define TOP 64   /* title and caption */
#define KEY 30   /* a row of names */
#define LEFT 110 /* the axis */
#define RIGHT 30
#define PANEL 380    /* of one alone */
#define PANEL_OF 260 /* of several */
#define BETWEEN 24
#define BOTTOM 66
/* More points than this have a band instead of bars. */
#define BARS_MAX 40
/* Values that span more than this, in equal ratios, have a log axis. */
#define LOG_SPAN 30.0
/* Of the width: so far from each other curves stand at one value. */
#define DODGE_PART 0.006
#define TICS_MAX 12 /* of a logarithmic axis */
#define DODGE 0.5   /* of the room of a name: so wide its points are spread */

static const struct sheet_axis *axis_of(const struct chart *c, size_t i)
{
    return &c->v->sheet.axes[i];
}

/* --- curves: runs of cells with the same family -------------------------- */

static bool same_curve(const struct chart *c, const struct cell *a,
                       const struct cell *b)
{
    return c->other == SIZE_MAX || a->levels[0] == b->levels[0];
}

static size_t curve_end(const struct chart *c, const struct cells *cells,
                        size_t begin)
{
    size_t end = begin + 1;

    while (end < cells->n && same_curve(c, &cells->v[begin], &cells->v[end]))
        end++;
    return end;
}

static size_t count_curves(const struct chart *c, const struct cells *cells)
{
    size_t n = 0;

    for (size_t i = 0; i < cells->n; i = curve_end(c, cells, i))
        n++;
    return n;
}

static size_t x_level(const struct chart *c, const struct cell *cell)
{
    return cell->levels[c->other == SIZE_MAX ? 0 : 1];
}

/* Names have places 0, 1, 2 …, in which curves stand side by side. */
static double x_of(const struct chart *c, const struct cell *cell,
                   size_t curve, size_t curves)
{
    const struct sheet_axis *a = axis_of(c, c->x);
    double level = (double)x_level(c, cell);

    if (a->numeric)
        return a->numbers[x_level(c, cell)];
    return level + DODGE * (((double)curve + 0.5) / (double)curves - 0.5);
}

void chart_curves_data(const struct chart *c, FILE *f)
{
    fputs("# x mean low high seeds\n", f);
    for (size_t m = 0; m < c->n; m++) {
        const struct cells *cells = &c->metrics[m].cells;
        size_t curves = count_curves(c, cells), curve = 0, i = 0, end;

        for (; i < cells->n; curve++) {
            for (end = curve_end(c, cells, i); i < end; i++) {
                const struct cell *cell = &cells->v[i];
                struct stat_interval at = stat_mean(&cell->sums, STAT_LEVEL);

                if (cell->sums.n == 1)
                    at.low = at.high = at.mean;
                fprintf(f, "%.10g %.10g %.10g %.10g %zu\n",
                        x_of(c, cell, curve, curves), at.mean, at.low, at.high,
                        cell->sums.n);
            }
            fputs("\n\n", f);
        }
    }
}

/* --- axes ---------------------------------------------------------------- */

struct span {
    double low, high;
};

static struct span range_of(const struct cells *cells)
{
    struct span r = { INFINITY, -INFINITY };

    for (size_t i = 0; i < cells->n; i++) {
        struct stat_interval at = stat_mean(&cells->v[i].sums, STAT_LEVEL);

        r.low = fmin(r.low, fmin(at.mean, at.low));
        r.high = fmax(r.high, fmax(at.mean, at.high));
    }
    return r;
}

/* Whether the steps of an axis grow with it. */
static bool is_logarithmic(const struct sheet_axis *a)
{
    double low = a->numbers[0], high = a->numbers[a->n - 1], middle;

    if (a->n < 3 || low <= 0 || high < LOG_SPAN * low)
        return false;
    middle = a->numbers[a->n / 2];
    return fabs(log(middle / sqrt(low * high))) <
           fabs(log(middle / ((low + high) / 2)));
}

static bool on_log_axis(const struct chart *c)
{
    const struct sheet_axis *a = axis_of(c, c->x);

    return a->numeric && a->numbers[0] > 0 &&
           (c->v->options->log_x || is_logarithmic(a));
}

/* Between powers of ten gnuplot has no numbers: the values stand there, if
 * they are few. */
static void log_axis(const struct sheet_axis *a, struct figure_scale s,
                     FILE *f)
{
    fprintf(f, "  set logscale x\n  set xrange [%.9g:%.9g]\n",
            a->numbers[0] * s.factor / 1.1,
            a->numbers[a->n - 1] * s.factor * 1.1);
    for (size_t i = 0; i < a->n && a->n <= TICS_MAX; i++)
        fprintf(f, "%s%.6g%s", i == 0 ? "  set xtics (" : ", ",
                a->numbers[i] * s.factor, i + 1 == a->n ? ")\n" : "");
}

static struct figure_scale x_axis(const struct chart *c, bool named, FILE *f)
{
    const struct sheet_axis *a = axis_of(c, c->x);
    struct figure_scale s = chart_axis_scale(a);

    if (a->numeric) {
        double low = a->numbers[0], high = a->numbers[a->n - 1],
               margin = 0.03 * (high - low);

        if (on_log_axis(c))
            log_axis(a, s, f);
        else
            fprintf(f, "  set xrange [%.9g:%.9g]\n", (low - margin) * s.factor,
                    (high + margin) * s.factor);
    } else {
        chart_tics(a, s, 'x', WIDTH - LEFT - RIGHT, f);
    }
    fputs("  set xlabel ", f);
    if (named)
        chart_name(a->key, s.unit, f);
    else
        fputs("''", f);
    if (a->numeric)
        fprintf(f, "\n  set format x '%s'", named ? "%g" : "");
    else if (!named)
        fputs("\n  set format x ''", f);
    fputc('\n', f);
    return s;
}

static struct figure_scale y_axis(const struct chart *c,
                                  const struct view_metric *m, FILE *f)
{
    struct span r = range_of(&m->cells);
    struct figure_scale s = figure_scale_of(view_unit(&m->metric), r.high);
    bool logarithmic = c->v->options->log_y && r.low > 0;

    fputs(logarithmic ? "  set logscale y\n" : "  unset logscale y\n", f);
    /* 0 is shown where it is not far off */
    if (!logarithmic && r.low >= 0 && r.low < 0.6 * r.high)
        fprintf(f, "  set yrange [0:%.9g]\n", r.high * s.factor * 1.06);
    else
        fputs("  set yrange [*:*]\n  set offsets 0,0,graph 0.05,graph 0.05\n",
              f);
    return s;
}

/* --- curves in the script ------------------------------------------------ */

struct pen {
    const struct chart *c;
    struct figure_scale x, y;
    const char *before; /* what stands before an element of the plot */
    FILE *f;
    double times, plus; /* of x: beside the other curves */
};

/* One element: `using` has the place of both factors. */
static void element(struct pen *p, size_t block, const char *columns)
{
    fputs(p->before, p->f);
    p->before = ", \\\n    ";
    figure_quote(p->f, p->c->name, true);
    fprintf(p->f, ".'.dat' index %zu using ($1*%.9g%+.9g)", block,
            p->x.factor * p->times, p->plus);
    for (; *columns != '\0'; columns++)
        fprintf(p->f, ":($%c*%.9g)", *columns, p->y.factor);
}

/* Bars of several curves at one value would hide each other. */
static void dodge(struct pen *p, size_t i, size_t curves)
{
    const struct sheet_axis *a = axis_of(p->c, p->c->x);
    double by = DODGE_PART * ((double)i - (double)(curves - 1) / 2);
    double low = a->numbers[0], high = a->numbers[a->n - 1];

    p->times = 1;
    p->plus = 0;
    if (!a->numeric)
        return;
    if (on_log_axis(p->c))
        p->times = pow(high / low, by);
    else
        p->plus = (high - low) * p->x.factor * by;
}

static void curve(struct pen *p, size_t block, size_t i, size_t points,
                  const char *name)
{
    const char *colour = figure_colour(i);
    bool lines = axis_of(p->c, p->c->x)->numeric && p->c->crossed;
    const char *dashes = i < FIGURE_COLOURS ? "solid" : "(9,4)";

    if (points > BARS_MAX && lines) {
        element(p, block, "34");
        fprintf(p->f, " with filledcurves fc rgb '#c0%s' notitle", colour);
    } else {
        element(p, block, "234");
        fprintf(p->f,
                " with yerrorbars pt 7 ps 0.6 lw 1.3 lc rgb '#%s' "
                "notitle",
                colour);
    }
    element(p, block, "2");
    fprintf(p->f, " with %s lc rgb '#%s' ",
            lines ? "lines lw 1.5" : "points pt 7 ps 0.8", colour);
    if (lines)
        fprintf(p->f, "dt %s ", dashes);
    if (name == NULL) {
        fputs("notitle", p->f);
    } else {
        fputs("title ", p->f);
        figure_quote(p->f, name, false);
    }
}

static size_t panel(const struct chart *c, size_t m, size_t first_block,
                    struct figure_scale x, double middle, FILE *f)
{
    const struct view_metric *metric = &c->metrics[m];
    const struct cells *cells = &metric->cells;
    struct pen p = { c, x, y_axis(c, metric, f), "  plot ", f, 1, 0 };
    size_t i = 0, n = 0, end, curves = count_curves(c, cells);

    chart_upright(metric->metric.name, p.y.unit, middle, f);
    for (; i < cells->n; i = end, n++) {
        end = curve_end(c, cells, i);
        if (end - i <= BARS_MAX)
            dodge(&p, n, curves);
        curve(&p, first_block + n, n, end - i,
              m == 0 && c->other != SIZE_MAX
                  ? axis_of(c, c->other)->values[cells->v[i].levels[0]]
                  : NULL);
    }
    fputs("\n  unset key\n  unset label\n", f);
    return n;
}

/* --- the script ---------------------------------------------------------- */

static void place(double top, double bottom, int height, FILE *f)
{
    fprintf(f,
            "  set lmargin at screen %.5f\n  set rmargin at screen %.5f\n"
            "  set tmargin at screen %.5f\n  set bmargin at screen %.5f\n",
            (double)LEFT / WIDTH, 1 - (double)RIGHT / WIDTH, 1 - top / height,
            1 - bottom / height);
}

/* The names of the curves, in a row between caption and panels. */
static void key(const struct chart *c, double middle, FILE *f)
{
    if (c->other == SIZE_MAX) {
        fputs("  unset key\n", f);
        return;
    }
    fprintf(f,
            "  set key at screen 0.5,%.5f center center horizontal "
            "samplen 2 title ",
            1 - middle);
    chart_name(axis_of(c, c->other)->key, "", f);
    fputs(" font ',11'\n", f);
}

void chart_curves_script(const struct chart *c, FILE *f)
{
    size_t curves = c->other != SIZE_MAX
                        ? count_curves(c, &c->metrics[0].cells)
                        : 0;
    /* the names' own name, and about six of them a row */
    int begin = chart_top(c);
    int top = begin + (curves > 0 ? KEY * (int)(2 + (curves - 1) / 6) : 0);
    int panel_height = c->n == 1 ? PANEL : PANEL_OF;
    int height = top + (int)c->n * (panel_height + BETWEEN) + BOTTOM;
    size_t block = 0, m;

    chart_begin(c, WIDTH, height, f);
    fputs("  set grid lc rgb '#e4e4e4' lw 0.6 lt 1\n", f);
    key(c, (begin + top) / 2.0 / height, f);
    fputs("  set multiplot\n", f);
    for (m = 0; m < c->n; m++) {
        int from = top + (int)m * (panel_height + BETWEEN);
        struct figure_scale x = x_axis(c, m + 1 == c->n, f);

        place(from, from + panel_height, height, f);
        block += panel(c, m, block, x, (from + panel_height / 2.0) / height,
                       f);
    }
    fputs("  unset multiplot\n", f);
    chart_end(f);
}
