/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A metric over two axes as colours; sweep_chart.h.  The data has all cells in
 * its first block, x, y and mean, and then those whose number is written in
 * white and in black.
 */
#include "config.h"

#include <math.h>
#include <stdbool.h>

#include "tool/sweep_chart.h"

#define WIDTH 1000
#define HEIGHT 720
#define RIGHT 160 /* the colours */
#define BELOW 86
/* With more columns or rows there is no room for numbers. */
#define COLUMNS_MAX 12
#define ROWS_MAX 25

struct span {
    double low, high;
};

static struct span range_of(const struct cells *cells)
{
    struct span r = { INFINITY, -INFINITY };

    for (size_t i = 0; i < cells->n; i++)
        if (cells->v[i].sums.n > 0) {
            r.low = fmin(r.low, cells->v[i].sums.mean);
            r.high = fmax(r.high, cells->v[i].sums.mean);
        }
    return r;
}

enum ink { ANY, WHITE, BLACK };

/* Colours are dark below the middle. */
static enum ink ink_of(const struct cell *cell, struct span r)
{
    return cell->sums.mean < (r.low + r.high) / 2 ? WHITE : BLACK;
}

static void block(const struct cells *cells, struct span r, enum ink ink,
                  FILE *f)
{
    size_t n = 0;

    for (size_t i = 0; i < cells->n; i++) {
        const struct cell *cell = &cells->v[i];

        if (cell->sums.n == 0 || (ink != ANY && ink_of(cell, r) != ink))
            continue;
        fprintf(f, "%zu %zu %.10g\n", cell->levels[1], cell->levels[0],
                cell->sums.mean);
        n++;
    }
    /* a block without a line would not be one */
    fputs(n == 0 ? "NaN NaN NaN\n\n\n" : "\n\n", f);
}

void chart_map_data(const struct chart *c, FILE *f)
{
    const struct cells *cells = &c->metrics[0].cells;
    struct span r = range_of(cells);

    fputs("# x y mean\n", f);
    block(cells, r, ANY, f);
    block(cells, r, WHITE, f);
    block(cells, r, BLACK, f);
}

static void numbers(const struct chart *c, struct figure_scale s, FILE *f)
{
    static const char *const inks[] = {
        [WHITE] = "ffffff", [BLACK] = "202020"
    };

    for (int ink = WHITE; ink <= BLACK; ink++) {
        fputs(", \\\n    ", f);
        figure_quote(f, c->name, true);
        fprintf(f,
                ".'.dat' index %d using 1:2:(sprintf('%%.3g',$3*%.9g)) with "
                "labels font ',10' textcolor rgb '#%s' notitle",
                ink, s.factor, inks[ink]);
    }
}

/* Where the map begins: right of the longest name. */
static double left_of(const struct sheet_axis *y, struct figure_scale scale)
{
    char room[FIGURE_TEXT_OCTETS];
    size_t most = 0;

    for (size_t i = 0; i < y->n; i++) {
        size_t n = figure_characters(chart_value(room, y, i, scale));

        most = n > most ? n : most;
    }
    return 50 + CHART_CHARACTER * (double)most;
}

static void axes(const struct chart *c, FILE *f)
{
    const struct sheet_axis *x = &c->v->sheet.axes[c->x],
                            *y = &c->v->sheet.axes[c->other];
    struct figure_scale across = chart_axis_scale(x), up = chart_axis_scale(y);
    double left = left_of(y, up), top = chart_top(c) + 12;

    fprintf(f,
            "  set lmargin at screen %.4f\n  set rmargin at screen %.4f\n"
            "  set tmargin at screen %.4f\n  set bmargin at screen %.4f\n",
            left / WIDTH, 1 - (double)RIGHT / WIDTH, 1 - top / HEIGHT,
            (double)BELOW / HEIGHT);
    fputs("  set xlabel ", f);
    chart_name(x->key, across.unit, f);
    fputc('\n', f);
    chart_upright(y->key, up.unit, 0.5, f);
    chart_tics(x, across, 'x', WIDTH - RIGHT - left, f);
    chart_tics(y, up, 'y', HEIGHT - BELOW - top, f);
}

void chart_map_script(const struct chart *c, FILE *f)
{
    const struct view_metric *m = &c->metrics[0];
    struct span r = range_of(&m->cells);
    struct figure_scale s = figure_scale_of(view_unit(&m->metric), r.high);

    chart_begin(c, WIDTH, HEIGHT, f);
    /* viridis: even to the eye, and in grey, too */
    fputs("  set palette defined (0 '#440154', 1 '#46327e', 2 '#365c8d', "
          "3 '#277f8e', 4 '#1fa187', 5 '#4ac16d', 6 '#a0da39', "
          "7 '#fde725')\n"
          "  unset key\n  set style fill solid noborder\n  set cblabel ",
          f);
    chart_name(m->metric.name, s.unit, f);
    /* of one colour there is no range */
    if (!(r.high > r.low))
        fprintf(f, "\n  set cbrange [%.9g:%.9g]", r.low * s.factor - 1,
                r.low * s.factor + 1);
    fputc('\n', f);
    axes(c, f);
    fputs("  plot ", f);
    figure_quote(f, c->name, true);
    fprintf(f,
            ".'.dat' index 0 using 1:2:(0.5):(0.5):($3*%.9g) with boxxyerror "
            "fillcolor palette notitle",
            s.factor);
    if (c->v->sheet.axes[c->x].n <= COLUMNS_MAX &&
        c->v->sheet.axes[c->other].n <= ROWS_MAX)
        numbers(c, s, f);
    fputc('\n', f);
    chart_end(f);
}
