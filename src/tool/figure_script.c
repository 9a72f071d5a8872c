/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture as a script of gnuplot; see figure_script.h.  Every panel's place
 * is computed here, in pixels from the top left: bands of columns, in each
 * column the same panels one above the other.
 */
#include "config.h"

#include "tool/figure_script.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "tool/figure_scale.h"
#include "tool/figure_text.h"

#define WIDTH 1400
#define LEFT 112       /* of the first column: its axis */
#define Y_NAME 24      /* what an axis shows, two lines */
#define RIGHT 30       /* of the last one: half a number */
#define GAP 28         /* between columns */
#define ABOVE_PANEL 22 /* what it shows */
#define NAMES 26       /* of the variants, above a band */
#define BELOW_BAND 60  /* the time axis */
#define ABOVE_TITLE 14
#define TITLE 26
#define LINE 21 /* of a caption or legend */
#define PANELS_HEIGHT 1000
#define PANEL_MIN 120
#define PANEL_MAX 220
/* An estimate: nobody knows the font. */
#define CHARACTER 7.6 /* of a small one */
#define LARGE 1.5
#define SAMPLE 30 /* of a line in the legend */
#define NAME_MAX 26
/* A panel whose values span more than this factor has a log axis. */
#define LOG_SPAN 30.0

/* Line styles, from there on. */
enum style {
    FIRST = 1,                      /* FIGURE_STYLES of them */
    SECOND = FIRST + FIGURE_STYLES, /* of what is beside it in a panel */
    MANY = SECOND + FIGURE_STYLES,  /* of all that are not told apart */
    MANY_SECOND,
    DROPPED,
    LOST
};

enum family { PACKETS, SECONDS, BITS, PACKETS_PER_S, TRUNKS, CALLS_PER_MIN };
enum object { CALL, FLOW, LINK, GROUP };

static const struct panel {
    enum plot_kind kinds[2]; /* the second is PLOT_KINDS if there is none */
    enum object of;
    enum family family;
    bool steps;
    const char *axis;
    const char *says;    /* above it; of a link after its name */
    const char *both[2]; /* the same, if there are curves of a kind */
    const char *without; /* in the place of curves */
} panels[] = {
    { .kinds = { PLOT_TRUNKS, PLOT_KINDS },
      .of = GROUP,
      .family = TRUNKS,
      .axis = "busy",
      .says = "trunks with a call, by group",
      .without = "no trunks" },
    { .kinds = { PLOT_REFUSED, PLOT_KINDS },
      .of = GROUP,
      .family = CALLS_PER_MIN,
      .steps = true,
      .axis = "refused",
      .says = "calls that found no trunk free in a group",
      .without = "no trunks" },
    { .kinds = { PLOT_WINDOW, PLOT_KINDS },
      .of = CALL,
      .family = PACKETS,
      .steps = true,
      .axis = "window",
      .without = "no window" },
    { .kinds = { PLOT_RTT, PLOT_TIMEOUT },
      .of = CALL,
      .family = SECONDS,
      .axis = "RTT, time-out",
      .says = "",
      .both = { "round-trip time", "time-out dotted" },
      .without = "no call was up" },
    { .kinds = { PLOT_GOODPUT, PLOT_KINDS },
      .of = CALL,
      .family = BITS,
      .steps = true,
      .axis = "goodput",
      .without = "no call was up" },
    { .kinds = { PLOT_DELAY_TO_CALLER, PLOT_DELAY_TO_PNS },
      .of = CALL,
      .family = SECONDS,
      .steps = true,
      .axis = "delay",
      .says = "one way, ",
      .both = { "to the caller", "to the PNS dotted" },
      .without = "nothing was delivered" },
    { .kinds = { PLOT_FLOW_GOODPUT, PLOT_KINDS },
      .of = FLOW,
      .family = BITS,
      .steps = true,
      .axis = "flows: goodput",
      .without = "no flow" },
    { .kinds = { PLOT_FLOW_DELAY, PLOT_KINDS },
      .of = FLOW,
      .family = SECONDS,
      .steps = true,
      .axis = "flows: delay",
      .says = "one way",
      .without = "nothing was delivered" },
    { .kinds = { PLOT_QUEUE, PLOT_KINDS },
      .of = LINK,
      .family = PACKETS,
      .axis = "queue",
      .says = "",
      .without = "no such link" },
    { .kinds = { PLOT_DROPPED, PLOT_LOST },
      .of = LINK,
      .family = PACKETS_PER_S,
      .steps = true,
      .axis = "losses",
      .says = ": ",
      .both = { "queue full, or link down", "lost on the way dotted" },
      .without = "no such link" },
};
#define PANELS (sizeof panels / sizeof panels[0])

struct picture {
    const struct figure *f;
    size_t first, n, columns, bands;
    size_t rows[PANELS], n_rows; /* panels that are shown */
    int panel_height, above_band, top, height;
    double time_max;
    struct figure_scale time;
    FILE *out;
};

/* --- text ---------------------------------------------------------------- */

static void label(const struct picture *p, int id, const char *text, double x,
                  double y, const char *place, const char *look)
{
    fprintf(p->out, "  set label %d ", id);
    figure_quote(p->out, text, false);
    fprintf(p->out, " at screen %.5f,%.5f %s %s\n", x / WIDTH,
            1 - y / p->height, place, look);
}

/* --- axes ---------------------------------------------------------------- */

static struct figure_scale scale_of(enum family family, double high)
{
    if (family == PACKETS)
        return (struct figure_scale){ 1, "packets" };
    if (family == TRUNKS)
        return (struct figure_scale){ 1, "trunks" };
    if (family == CALLS_PER_MIN)
        return (struct figure_scale){ 1, "calls/min" };
    if (family == PACKETS_PER_S)
        return high > 0 && high < 0.05
                   ? (struct figure_scale){ 3600, "packets/h" }
                   : (struct figure_scale){ 1, "packets/s" };
    return figure_scale_of(family == SECONDS ? "s" : "bit/s", high);
}

static struct figure_scale scale_of_time(double high_s)
{
    return high_s > 7200 ? (struct figure_scale){ 1.0 / 3600, "h" }
                         : scale_of(SECONDS, high_s);
}

/* 1, 2 or 5 times a power of ten, about `count` times in a range. */
static double tic_of(double range, double count)
{
    double rough = range / fmax(count, 1);
    double power = pow(10, floor(log10(rough)));

    return rough <= power       ? power
           : rough <= 2 * power ? 2 * power
           : rough <= 5 * power ? 5 * power
                                : 10 * power;
}

/* Both of a panel's sets over all variants: the axis is theirs in common. */
static void range_of(const struct figure *f, const struct panel *panel,
                     double *low, double *high)
{
    size_t i, k;

    *low = INFINITY;
    *high = 0;
    for (i = 0; i < f->n; i++)
        for (k = 0; k < 2 && panel->kinds[k] < PLOT_KINDS; k++) {
            const struct figure_set *s = &f->columns[i]
                                              .d.sets[panel->kinds[k]];
            size_t c = panel->of == LINK && f->link != NULL
                           ? figure_data_find(s, f->link)
                           : s->n;

            *low = fmin(*low, s->low);
            *high = fmax(*high, panel->of != LINK ? s->high
                                : c < s->n        ? s->v[c].high
                                                  : 0);
        }
}

/* Powers of ten; where these are too few, twice and five times these. */
static void write_log_axis(const struct picture *p, double low, double high)
{
    static const double between[] = { 1, 2, 5 };
    double decades = log10(high / low), at;
    size_t i;

    fprintf(p->out,
            "  set logscale y\n  set yrange [%.6g:%.6g]\n  set ytics (", low,
            high);
    for (at = pow(10, floor(log10(low))); at < high; at *= 10)
        for (i = 0; i < (decades < 2.5 ? 3 : 1); i++)
            fprintf(p->out, "%.6g, ", at * between[i]);
    fprintf(p->out, "%.6g)\n", at);
}

static void write_linear_axis(const struct picture *p, enum family family,
                              double high)
{
    double tic = tic_of(high, p->panel_height / 34.0);

    if (family == PACKETS && tic < 1)
        tic = 1; /* there are no halves of packets */
    fprintf(p->out,
            "  unset logscale y\n  set yrange [0:%.6g]\n  set ytics %.6g\n",
            high, tic);
}

/* With its name at `middle` of the panel, where columns begin. */
static struct figure_scale write_y_axis(const struct picture *p,
                                        const struct panel *panel, bool named,
                                        double middle)
{
    struct figure_scale scale;
    double low, high;

    range_of(p->f, panel, &low, &high);
    scale = scale_of(panel->family, high);
    low *= scale.factor;
    high *= scale.factor;
    if (panel->family == SECONDS && high > LOG_SPAN * low)
        write_log_axis(p, low / 1.2, high * 1.5);
    else
        write_linear_axis(p, panel->family, high > 0 ? high * 1.08 : 1);
    fprintf(p->out, "  set format y '%s'\n", named ? "%g" : "");
    if (named)
        fprintf(p->out,
                "  set label 6 \"%s\\n(%s)\" at screen %.5f,%.5f center "
                "rotate by 90\n",
                panel->axis, scale.unit, (double)Y_NAME / WIDTH,
                1 - middle / p->height);
    return scale;
}

static void write_x_axis(const struct picture *p, bool named)
{
    if (named)
        fprintf(p->out,
                "  set xlabel 'time (%s)' offset 0,0.3\n"
                "  set format x '%%g'\n",
                p->time.unit);
    else
        fputs("  set xlabel ''\n  set format x ''\n", p->out);
}

/* --- curves -------------------------------------------------------------- */

static size_t style_of(const struct figure_names *names, const char *name)
{
    size_t i = 0;

    while (i < names->n && strcmp(names->v[i], name) != 0)
        i++;
    return i;
}

/* One element of a plot: block `block` of a set, or all of them. */
static void write_curve(const struct picture *p, size_t column,
                        const struct panel *panel, unsigned second,
                        size_t block, int style, struct figure_scale scale,
                        bool *begun)
{
    const struct figure_column *c = &p->f->columns[column];
    const struct figure_set *s = &c->d.sets[panel->kinds[second]];

    fputs(*begun ? ", \\\n    " : "  plot ", p->out);
    *begun = true;
    figure_quote(p->out, c->data, true);
    fprintf(p->out, " index %d", s->index);
    if (block < s->n)
        fprintf(p->out, " every :::%zu::%zu", block, block);
    fprintf(p->out, " using ($1*%.9g):($2*%.9g) with %s ls %d notitle",
            p->time.factor, scale.factor, panel->steps ? "steps" : "lines",
            style);
}

static void write_set(const struct picture *p, size_t column,
                      const struct panel *panel, unsigned second,
                      struct figure_scale scale, bool *begun)
{
    const struct figure_set *s = &p->f->columns[column]
                                      .d.sets[panel->kinds[second]];
    const struct figure_names *names = panel->of == CALL    ? &p->f->calls
                                       : panel->of == GROUP ? &p->f->trunks
                                                            : &p->f->flows;
    size_t i;

    if (s->n == 0)
        return;
    if (panel->of == LINK) {
        i = p->f->link != NULL ? figure_data_find(s, p->f->link) : s->n;
        if (i < s->n)
            write_curve(p, column, panel, second, i,
                        panel->kinds[0] == PLOT_QUEUE ? FIRST
                        : second != 0                 ? LOST
                                                      : DROPPED,
                        scale, begun);
        return;
    }
    if (names->n == 0) {
        write_curve(p, column, panel, second, s->n,
                    second != 0 ? MANY_SECOND : MANY, scale, begun);
        return;
    }
    for (i = 0; i < s->n; i++)
        write_curve(p, column, panel, second, i,
                    (int)style_of(names, s->v[i].name) +
                        (second != 0 ? SECOND : FIRST),
                    scale, begun);
}

/* --- places -------------------------------------------------------------- */

static double column_width(const struct picture *p)
{
    return (double)(WIDTH - LEFT - RIGHT - GAP * ((int)p->columns - 1)) /
           (double)p->columns;
}

static double column_left(const struct picture *p, size_t i)
{
    return LEFT + (double)(i % p->columns) * (column_width(p) + GAP);
}

static int band_height(const struct picture *p)
{
    return p->above_band + BELOW_BAND +
           (int)p->n_rows * (p->panel_height + ABOVE_PANEL);
}

static double panel_top(const struct picture *p, size_t i, size_t row)
{
    return p->top + (double)(i / p->columns) * band_height(p) + p->above_band +
           ABOVE_PANEL + (double)row * (p->panel_height + ABOVE_PANEL);
}

/* Whether some variant has curves of a kind. */
static bool any(const struct figure *f, enum plot_kind kind)
{
    size_t i = 0;

    while (i < f->n && f->columns[i].d.sets[kind].n == 0)
        i++;
    return i < f->n;
}

/* What a panel shows, above it. */
static void write_caption(const struct picture *p, const struct panel *panel,
                          double x, double y)
{
    char text[FIGURE_TEXT_OCTETS], room[FIGURE_TEXT_OCTETS],
        name[FIGURE_TEXT_OCTETS] = "";
    const char *both[2] = { "", "" };
    unsigned k;

    if (panel->says == NULL)
        return;
    if (panel->of == LINK && p->f->link != NULL)
        figure_fit(name, p->f->link, NAME_MAX);
    for (k = 0; k < 2 && panel->both[k] != NULL; k++)
        if (any(p->f, panel->kinds[k]))
            both[k] = panel->both[k];
    snprintf(text, sizeof text, "%s%.200s%s%s%s%s",
             panel->of == LINK ? "link " : "", name, panel->says, both[0],
             *both[0] != '\0' && *both[1] != '\0' ? "; " : "", both[1]);
    label(p, 2, figure_fit(room, text, (size_t)((WIDTH - x) / CHARACTER)), x,
          y, "left", "font ',11' textcolor rgb '#505050'");
}

static void write_panel(const struct picture *p, size_t i, size_t row)
{
    const struct panel *panel = &panels[p->rows[row]];
    double x = column_left(p, i), y = panel_top(p, i, row);
    bool begun = false;
    struct figure_scale scale;
    unsigned k;

    fprintf(p->out,
            "  set lmargin at screen %.5f\n  set rmargin at screen %.5f\n"
            "  set tmargin at screen %.5f\n  set bmargin at screen %.5f\n",
            x / WIDTH, (x + column_width(p)) / WIDTH, 1 - y / p->height,
            1 - (y + p->panel_height) / p->height);
    scale = write_y_axis(p, panel, i % p->columns == 0,
                         y + p->panel_height / 2.0);
    write_x_axis(p, row + 1 == p->n_rows);
    if (i % p->columns == 0)
        write_caption(p, panel, x, y - ABOVE_PANEL / 2.0);
    for (k = 2; k > 0; k--) /* the second below the first */
        if (panel->kinds[k - 1] < PLOT_KINDS)
            write_set(p, p->first + i, panel, k - 1, scale, &begun);
    if (!begun) {
        label(p, 3,
              p->f->columns[p->first + i].d.there ? panel->without : "no data",
              x + column_width(p) / 2, y + p->panel_height / 2.0, "center",
              "font ',12' textcolor rgb '#808080'");
        fputs("  plot NaN notitle", p->out);
    }
    fputs("\n  unset label\n  unset arrow\n", p->out);
}

static void write_column(const struct picture *p, size_t i)
{
    char room[FIGURE_TEXT_OCTETS];
    size_t row;

    label(p, 1,
          figure_fit(room, p->f->columns[p->first + i].label,
                     (size_t)(column_width(p) / (CHARACTER * LARGE))),
          column_left(p, i) + column_width(p) / 2,
          panel_top(p, i, 0) - ABOVE_PANEL - NAMES / 2.0 + 2, "center",
          "font ',14'");
    for (row = 0; row < p->n_rows; row++)
        write_panel(p, i, row);
}

/* --- title, legend ------------------------------------------------------- */

/* Where the next entry of the legend stands. */
struct pen {
    double x, y;
    int id;
};

/* One group of names; nothing is written without p->out. */
static void write_names(const struct picture *p, const char *what,
                        const struct figure_names *names, struct pen *pen)
{
    char room[FIGURE_TEXT_OCTETS];
    size_t i;

    if (names->n < 2)
        return;
    pen->x = LEFT;
    pen->y += LINE;
    if (p->out != NULL)
        label(p, pen->id++, what, pen->x, pen->y, "left",
              "font ',11' textcolor rgb '#505050'");
    pen->x += 55;
    for (i = 0; i < names->n; i++) {
        const char *name = figure_fit(room, names->v[i], NAME_MAX);
        double width = SAMPLE + CHARACTER * (double)figure_characters(name) +
                       28;

        if (pen->x + width > WIDTH - RIGHT) {
            pen->x = LEFT + 55;
            pen->y += LINE;
        }
        if (p->out != NULL) {
            fprintf(p->out,
                    "  set arrow %d from screen %.5f,%.5f to screen "
                    "%.5f,%.5f nohead ls %zu\n",
                    pen->id, pen->x / WIDTH, 1 - pen->y / p->height,
                    (pen->x + SAMPLE) / WIDTH, 1 - pen->y / p->height,
                    FIRST + i);
            label(p, pen->id++, name, pen->x + SAMPLE + 6, pen->y, "left",
                  "font ',11'");
        }
        pen->x += width;
    }
}

/* Title, caption and legend, which the first panel draws; where they end. */
static double write_top(const struct picture *p)
{
    char room[FIGURE_TEXT_OCTETS];
    struct pen pen = { .y = ABOVE_TITLE, .id = 10 };

    if (p->f->title != NULL && *p->f->title != '\0') {
        if (p->out != NULL)
            label(p, 4, figure_fit(room, p->f->title, 120), WIDTH / 2.0,
                  pen.y + TITLE / 3.0, "center", "font ',16'");
        pen.y += TITLE;
    }
    if (*p->f->caption != '\0') {
        if (p->out != NULL)
            label(p, 5, figure_fit(room, p->f->caption, 200), WIDTH / 2.0,
                  pen.y + LINE / 3.0, "center",
                  "font ',11' textcolor rgb '#505050'");
        pen.y += LINE;
    }
    pen.y -= LINE / 2.0; /* names stand below a line */
    write_names(p, "calls", &p->f->calls, &pen);
    write_names(p, "flows", &p->f->flows, &pen);
    write_names(p, "trunks", &p->f->trunks, &pen);
    return pen.y + LINE;
}

/* --- the script ---------------------------------------------------------- */

static void write_styles(FILE *f)
{
    size_t i;

    for (i = 0; i < FIGURE_STYLES; i++) {
        const char *c = figure_colour(i);

        fprintf(f, "  set style line %zu lc rgb '#%s' lw 1.4 %s\n", FIRST + i,
                c, i < FIGURE_COLOURS ? "dt solid" : "dt (9,4)");
        fprintf(f, "  set style line %zu lc rgb '#%s' lw 1.1 %s\n", SECOND + i,
                c, i < FIGURE_COLOURS ? "dt (2,3)" : "dt (9,3,2,3)");
    }
    fprintf(f,
            "  set style line %d lc rgb '#800072B2' lw 0.9\n"
            "  set style line %d lc rgb '#50D55E00' lw 0.9 dt (2,3)\n"
            "  set style line %d lc rgb '#D55E00' lw 1.4\n"
            "  set style line %d lc rgb '#0072B2' lw 1.4 dt (2,3)\n",
            MANY, MANY_SECOND, DROPPED, LOST);
}

static void write_head(const struct picture *p, const char *name)
{
    fprintf(p->out,
            "# Drawn by: gnuplot %s.gp\n"
            "set encoding utf8\n"
            "do for [t in exists('only') ? only : 'svg png'] {\n"
            "  if (t eq 'svg') {\n"
            "    set terminal svg size %d,%d font 'DejaVu Sans,12' "
            "fontscale 1.3 noenhanced background 'white'\n"
            "  } else {\n"
            "    set terminal pngcairo size %d,%d font 'DejaVu Sans,12' "
            "noenhanced background 'white'\n"
            "  }\n"
            "  if (!exists('only')) { set output '%s.'.t }\n",
            name, WIDTH, p->height, WIDTH, p->height, name);
    write_styles(p->out);
    fprintf(p->out,
            "  set border 3 lc rgb '#606060'\n"
            "  set tics nomirror scale 0.5 textcolor rgb '#303030'\n"
            "  set grid lc rgb '#e4e4e4' lw 0.6 lt 1\n"
            "  unset key\n"
            "  set xrange [0:%.9g]\n  set xtics %.6g\n"
            "  set multiplot\n",
            p->time_max * p->time.factor,
            tic_of(p->time_max * p->time.factor, column_width(p) / 75));
}

static void choose_rows(struct picture *p)
{
    size_t i;

    for (i = 0; i < PANELS; i++)
        if (any(p->f, panels[i].kinds[0]) ||
            (panels[i].kinds[1] < PLOT_KINDS && any(p->f, panels[i].kinds[1])))
            p->rows[p->n_rows++] = i;
}

static void lay_out(struct picture *p)
{
    size_t i;

    choose_rows(p);
    p->columns = plot_columns(p->f->n);
    p->bands = (p->n + p->columns - 1) / p->columns;
    p->panel_height = p->n_rows == 0 ? PANEL_MIN
                                     : PANELS_HEIGHT / (int)p->n_rows;
    p->panel_height = p->panel_height < PANEL_MIN   ? PANEL_MIN
                      : p->panel_height > PANEL_MAX ? PANEL_MAX
                                                    : p->panel_height;
    if (p->bands > 1)
        p->panel_height = PANEL_MIN;
    for (i = 0; i < p->f->n; i++)
        if (*p->f->columns[i].label != '\0')
            p->above_band = NAMES;
    p->top = (int)write_top(p);
    p->height = p->top + (int)p->bands * band_height(p);
    for (i = 0; i < p->f->n; i++)
        p->time_max = fmax(p->time_max, p->f->columns[i].d.time_s);
    if (p->time_max <= 0)
        p->time_max = 1;
    p->time = scale_of_time(p->time_max);
}

void figure_script_write(const struct figure *f, size_t first, size_t n,
                         const char *name, FILE *out)
{
    struct picture p = { .f = f, .first = first, .n = n };
    size_t i;

    lay_out(&p);
    p.out = out;
    write_head(&p, name);
    write_top(&p);
    for (i = 0; i < n; i++)
        write_column(&p, i);
    if (p.n_rows == 0) {
        label(&p, 1,
              "nothing to draw: no call came up, there is no flow and no "
              "link in `links`",
              WIDTH / 2.0, p.top, "center", "font ',13'");
        fputs("  unset border\n  unset tics\n  set yrange [0:1]\n"
              "  plot NaN notitle\n",
              out);
    }
    fputs("  unset multiplot\n  unset output\n}\n", out);
}
