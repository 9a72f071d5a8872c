/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all pictures of a sweep have; sweep_chart.h. */
#include "config.h"

#include "tool/sweep_chart.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "conf/key_path.h"
#include "lab/quantity.h"
#include "tool/scenario.h"

#define NAME_MAX 40
#define VALUE_MAX 16
#define TITLE 34
#define CAPTION 30
#define EDGE 0.016 /* of the width: upright names */

void chart_begin(const struct chart *c, int width, int height, FILE *f)
{
    char room[FIGURE_TEXT_OCTETS];

    fprintf(f,
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
            "  if (!exists('only')) { set output ",
            c->name, width, height, width, height);
    figure_quote(f, c->name, true);
    fputs(".'.'.t }\n"
          "  set border 3 lc rgb '#606060'\n"
          "  set tics nomirror scale 0.5 textcolor rgb '#303030'\n",
          f);
    if (*c->title != '\0') {
        fputs("  set label 1 ", f);
        figure_quote(f, figure_fit(room, c->title, 90), false);
        fprintf(f, " at screen 0.5,%.5f center font ',15'\n",
                1 - TITLE / 2.0 / height);
    }
    fputs("  set label 2 ", f);
    figure_quote(f, figure_fit(room, c->caption, 150), false);
    fprintf(f,
            " at screen 0.5,%.5f center font ',11' textcolor rgb "
            "'#505050'\n",
            1 - (chart_top(c) - CAPTION / 2.0) / height);
}

int chart_top(const struct chart *c)
{
    return (*c->title != '\0' ? TITLE : 0) + CAPTION;
}

void chart_end(FILE *f)
{
    fputs("  unset output\n}\n", f);
}

void chart_name(const char *name, const char *unit, FILE *f)
{
    char room[FIGURE_TEXT_OCTETS], text[FIGURE_TEXT_OCTETS + 40];

    snprintf(text, sizeof text, "%s%s%s%s", figure_fit(room, name, NAME_MAX),
             *unit != '\0' ? " (" : "", unit, *unit != '\0' ? ")" : "");
    figure_quote(f, text, false);
}

void chart_upright(const char *name, const char *unit, double y, FILE *f)
{
    fputs("  set label 3 ", f);
    chart_name(name, unit, f);
    fprintf(f, " at screen %g,%.5f center rotate by 90\n", EDGE, 1 - y);
}

/* The unit of a key's row; "" if it is not found, or has none. */
static const char *unit_of_key(const char *key)
{
    const char *dot = strrchr(key, '.');
    char *folder = strndup(key, dot != NULL ? (size_t)(dot - key) : 0);
    const struct key_section *section = &scenario_section;
    struct conf_error no;
    struct key row;
    size_t at;

    if (folder != NULL && dot != NULL)
        section = key_path_section(section, folder, &no);
    free(folder);
    if (section == NULL ||
        !keys_find(section, dot != NULL ? dot + 1 : key, &at, &row))
        return "";
    return row.type == KEY_PACKETS  ? "packets"
           : row.type == KEY_OCTETS ? "octets"
           : row.type == KEY_RATE   ? "bit/s"
           : row.type == KEY_TIME   ? "s"
                                    : "";
}

/* The base unit of an axis's values: as they are written, or its key's. */
static const char *unit_of(const struct sheet_axis *a)
{
    static const char *const units[] = {
        [QUANTITY_NUMBER] = "",       [QUANTITY_RATIO] = "",
        [QUANTITY_TIME] = "s",        [QUANTITY_RATE] = "bit/s",
        [QUANTITY_OCTETS] = "octets", [QUANTITY_PACKETS] = "packets",
    };
    struct quantity q;

    return quantity_read(a->values[a->n - 1], &q) && *units[q.kind] != '\0'
               ? units[q.kind]
               : unit_of_key(a->key);
}

struct figure_scale chart_axis_scale(const struct sheet_axis *a)
{
    if (!a->numeric || a->n == 0)
        return (struct figure_scale){ 1, "" };
    return figure_scale_of(unit_of(a), a->numbers[a->n - 1]);
}

const char *chart_value(char room[FIGURE_TEXT_OCTETS],
                        const struct sheet_axis *a, size_t level,
                        struct figure_scale scale)
{
    if (!a->numeric)
        return figure_fit(room, a->values[level], VALUE_MAX);
    snprintf(room, FIGURE_TEXT_OCTETS, "%.4g",
             a->numbers[level] * scale.factor);
    return room;
}

/* Every how many values one has a tic. */
static size_t stride_of(const struct sheet_axis *a, struct figure_scale scale,
                        bool across, double pixels)
{
    char room[FIGURE_TEXT_OCTETS];
    double each = 22;

    for (size_t i = 0; i < a->n && across; i++)
        each = fmax(each, 12 + CHART_CHARACTER *
                                   (double)figure_characters(
                                       chart_value(room, a, i, scale)));
    return (size_t)ceil(fmax(each * (double)a->n / pixels, 1));
}

void chart_tics(const struct sheet_axis *a, struct figure_scale scale,
                char x_or_y, double pixels, FILE *f)
{
    size_t stride = stride_of(a, scale, x_or_y == 'x', pixels);
    char room[FIGURE_TEXT_OCTETS];

    fprintf(f, "  set %ctics (", x_or_y);
    for (size_t i = 0; i < a->n; i += stride) {
        if (i > 0)
            fputs(", ", f);
        figure_quote(f, chart_value(room, a, i, scale), false);
        fprintf(f, " %zu", i);
    }
    fprintf(f, ")\n  set %crange [-0.5:%zu.5]\n", x_or_y,
            a->n > 0 ? a->n - 1 : 0);
}
