/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is drawn of which variants, and what is not; see figure.h. */
#include "config.h"

#include "tool/figure.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/units.h"
#include "tool/figure_script.h"
#include "tool/outfile.h"

#define NAME_OCTETS 64
#define CAPTION_OCTETS 800

void figure_name(char *name, size_t octets, size_t picture, const char *ending)
{
    if (picture == 0)
        snprintf(name, octets, "figure%s", ending);
    else
        snprintf(name, octets, "figure-%zu%s", picture + 1, ending);
}

static size_t pictures_of(size_t n)
{
    size_t each = plot_variants(n);
    size_t all = each == 0 ? 0 : (n + each - 1) / each;

    return all < FIGURE_PICTURES_MAX ? all : FIGURE_PICTURES_MAX;
}

/* --- what is told apart -------------------------------------------------- */

/* The names in a set that others have not had; more than there are styles:
 * none. */
static void add_names(struct figure_names *names, const struct figure_set *s,
                      bool *many)
{
    size_t i, k;

    for (i = 0; i < s->n && !*many; i++) {
        for (k = 0; k < names->n && strcmp(names->v[k], s->v[i].name) != 0;
             k++)
            ;
        if (k == names->n && k == FIGURE_STYLES)
            *many = true;
        else if (k == names->n)
            names->v[names->n++] = s->v[i].name;
    }
}

static void find_names(struct figure *f)
{
    bool many_calls = false, many_flows = false, many_trunks = false;
    size_t i;

    for (i = 0; i < f->n; i++) {
        const struct figure_set *sets = f->columns[i].d.sets;

        add_names(&f->calls, &sets[PLOT_RTT], &many_calls);
        add_names(&f->calls, &sets[PLOT_GOODPUT], &many_calls);
        add_names(&f->flows, &sets[PLOT_FLOW_GOODPUT], &many_flows);
        add_names(&f->trunks, &sets[PLOT_TRUNKS], &many_trunks);
    }
    if (many_calls)
        f->calls.n = 0;
    if (many_flows)
        f->flows.n = 0;
    if (many_trunks)
        f->trunks.n = 0;
}

/* One link for all columns, so that they can be compared: the one that lost
 * most, of those the one with the longest queue.  Whether any lost. */
static bool find_link(struct figure *f)
{
    double drops = -1, queue = -1;
    size_t i, k;

    for (i = 0; i < f->n; i++) {
        const struct figure_set *s = &f->columns[i].d.sets[PLOT_QUEUE];

        for (k = 0; k < s->n; k++) {
            const struct figure_curve *c = &s->v[k];

            if (c->drops > drops || (!(c->drops < drops) && c->high > queue)) {
                drops = c->drops;
                queue = c->high;
                f->link = c->name;
            }
        }
    }
    return drops > 0;
}

/* --- in words ------------------------------------------------------------ */

static void add(char *text, size_t octets, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* After what is there already. */
static void add(char *text, size_t octets, const char *fmt, ...)
{
    size_t n = strlen(text);
    va_list ap;

    if (n > 0)
        n += (size_t)snprintf(text + n, octets - n, "; ");
    if (n >= octets)
        return;
    va_start(ap, fmt);
    vsnprintf(text + n, octets - n, fmt, ap);
    va_end(ap);
}

/* The most of all variants. */
static struct figure_count most(const struct figure *f, size_t offset)
{
    struct figure_count m = { 0, 0 };
    size_t i;

    for (i = 0; i < f->n; i++) {
        const struct figure_count
            *c = (const void *)((const char *)&f->columns[i].d + offset);

        m = c->all > m.all ? *c : m;
    }
    return m;
}

/* "48 of 1,000 calls": nothing if that is all of them. */
static void add_share(char *text, size_t octets, const char *what,
                      struct figure_count c)
{
    char drawn[UNITS_TEXT_MAX], all[UNITS_TEXT_MAX];

    if (c.drawn < c.all)
        add(text, octets, "%s of %s %s, evenly chosen",
            units_print_thousands(drawn, c.drawn),
            units_print_thousands(all, c.all), what);
}

/* Calls that would be drawn and have nothing to show; of variants the most. */
static void tell_unsampled(const struct figure *f, char *text, size_t octets)
{
    size_t least = SIZE_MAX, most_of_them = 0, i;

    for (i = 0; i < f->n; i++) {
        const struct figure_data *d = &f->columns[i].d;
        size_t up = d->sets[PLOT_RTT].n;
        size_t none = d->calls.drawn > up ? d->calls.drawn - up : 0;

        least = none < least ? none : least;
        most_of_them = none > most_of_them ? none : most_of_them;
    }
    if (most_of_them > 0)
        add(text, octets, "%s%zu call%s up at no sample",
            least < most_of_them ? "up to " : "", most_of_them,
            most_of_them == 1 ? "" : "s");
}

static void tell_left_out(const struct figure *f, bool lost, char *text,
                          size_t octets)
{
    struct figure_count links = most(f, offsetof(struct figure_data, links));

    *text = '\0';
    add_share(text, octets, "calls",
              most(f, offsetof(struct figure_data, calls)));
    add_share(text, octets, "flows",
              most(f, offsetof(struct figure_data, flows)));
    tell_unsampled(f, text, octets);
    if (links.all > 1 && f->link != NULL)
        add(text, octets, "link %.60s, which of %zu %s", f->link, links.all,
            lost ? "lost most" : "had the longest queue");
    if (links.drawn < links.all)
        add(text, octets, "%zu of them were looked at", links.drawn);
    if (links.all == 0)
        add(text, octets, "no link, since none is listed in `links`");
}

/* "the first 12 of 40 values; the others in figure-2.svg". */
static void tell_pictures(size_t n, char *text, size_t octets)
{
    size_t each = plot_variants(n), pictures = pictures_of(n);
    char last[NAME_OCTETS];

    if (each == n)
        return;
    add(text, octets, "the first %zu of %zu values", each, n);
    figure_name(last, sizeof last, pictures - 1, ".svg");
    if (pictures > 2)
        add(text, octets, "others in figure-2.svg to %s", last);
    else
        add(text, octets, "others in %s", last);
    if (pictures * each < n)
        add(text, octets, "%zu in none", n - pictures * each);
}

/* Over which times means are taken; runs of other lengths have others. */
static void tell_means(const struct figure *f, const char *of, char *text,
                       size_t octets)
{
    char least[UNITS_TEXT_MAX], longest[UNITS_TEXT_MAX];
    double low = INFINITY, high = 0;
    size_t i;

    for (i = 0; i < f->n; i++) {
        double mean = f->columns[i].d.mean_s;

        low = mean > 0 ? fmin(low, mean) : low;
        high = fmax(high, mean);
    }
    if (high <= 0)
        return;
    units_print_time(least, (uint64_t)llround(fmin(low, 1e9) * 1e9));
    units_print_time(longest, (uint64_t)llround(fmin(high, 1e9) * 1e9));
    add(text, octets, "%s are means over %s%s%s", of, least,
        low < high ? " to " : "", low < high ? longest : "");
}

/* Below the title: also what everybody knows who knows the scenario. */
static void write_caption(const struct figure *f, const char *left_out,
                          size_t first, size_t n, char *text, size_t octets)
{
    bool calls = false, flows = false;
    size_t i;

    *text = '\0';
    if (n < f->n)
        add(text, octets, "values %zu to %zu of %zu", first + 1, first + n,
            f->n);
    if (*left_out != '\0')
        add(text, octets, "%s", left_out);
    for (i = 0; i < f->n; i++) {
        calls = calls || f->columns[i].d.sets[PLOT_RTT].n > 0;
        flows = flows || f->columns[i].d.sets[PLOT_FLOW_GOODPUT].n > 0;
    }
    if ((calls && f->calls.n == 0) || (flows && f->flows.n == 0))
        add(text, octets, "%s in one colour",
            !flows || f->flows.n > 0   ? "calls"
            : !calls || f->calls.n > 0 ? "flows"
                                       : "calls and flows");
    if (calls || flows || f->link != NULL)
        tell_means(f,
                   !calls && !flows  ? "losses"
                   : f->link == NULL ? "goodput and delay"
                                     : "goodput, delay and losses",
                   text, octets);
}

/* --- the whole ----------------------------------------------------------- */

/* figure.dat from where the script is.  The dot keeps gnuplot from taking a
 * folder's name for a command or an option. */
static char *data_path(const char *dir, const char *variant)
{
    size_t len = strlen(dir);
    const char *inner = strncmp(dir, variant, len) == 0 ? variant + len : "";
    size_t room = strlen(inner) + sizeof "./figure.dat" + 2;
    char *path = malloc(room);

    if (path != NULL)
        snprintf(path, room, ".%s/figure.dat", inner);
    return path;
}

static int load(struct figure *f, const struct figure_config *c,
                struct conf_error *err)
{
    bool any = false;
    size_t i;

    f->title = c->title;
    f->columns = calloc(c->n_variants + 1, sizeof *f->columns);
    if (f->columns == NULL)
        return conf_fail(err, NULL, "no figure: out of memory");
    for (i = 0; i < c->n_variants; i++) {
        struct figure_column *column = &f->columns[f->n++];

        column->label = c->variants[i].label;
        column->data = data_path(c->dir, c->variants[i].dir);
        if (column->data == NULL)
            return conf_fail(err, NULL, "no figure: out of memory");
        if (figure_data_read(&column->d, c->variants[i].dir, err) != 0)
            return -1;
        any = any || column->d.there;
    }
    if (!any)
        return conf_fail(err, NULL,
                         "no figure: no run has left its figure.dat");
    return 0;
}

static void unload(struct figure *f)
{
    size_t i;

    for (i = 0; f->columns != NULL && i < f->n; i++) {
        free((char *)f->columns[i].data);
        figure_data_free(&f->columns[i].d);
    }
    free(f->columns);
}

static int write_script(struct figure *f, const struct figure_config *c,
                        const char *left_out, size_t picture,
                        struct conf_error *err)
{
    size_t each = plot_variants(f->n), first = picture * each;
    size_t n = f->n - first < each ? f->n - first : each;
    char caption[CAPTION_OCTETS], name[NAME_OCTETS], script[NAME_OCTETS];
    FILE *out;

    figure_name(name, sizeof name, picture, "");
    figure_name(script, sizeof script, picture, ".gp");
    write_caption(f, left_out, first, n, caption, sizeof caption);
    f->caption = caption;
    out = outfile_create(c->dir, script, err);
    if (out == NULL)
        return -1;
    figure_script_write(f, first, n, name, out);
    return outfile_close(out, c->dir, script, err) == 0 ? 0 : -1;
}

static enum figure_result draw(const struct figure_config *c, size_t picture,
                               struct conf_error *err)
{
    static const char *const kinds[] = { "svg", "png" };
    static const char *const endings[] = { ".svg", ".png" };
    char script[NAME_OCTETS], name[NAME_OCTETS];
    struct conf_error said;
    size_t i;

    figure_name(script, sizeof script, picture, ".gp");
    for (i = 0; i < 2; i++) {
        figure_name(name, sizeof name, picture, endings[i]);
        switch (
            gnuplot_draw(c->dir, script, kinds[i], name, c->watch, &said)) {
        case GNUPLOT_DRAWN:
            if (err->text[0] == '\0')
                *err = said;
            break;
        case GNUPLOT_MISSING: *err = said; return FIGURE_NO_GNUPLOT;
        case GNUPLOT_STOPPED: return FIGURE_STOPPED;
        case GNUPLOT_FAILED: *err = said; return FIGURE_FAILED;
        }
    }
    return FIGURE_DRAWN;
}

enum figure_result figure_make(const struct figure_config *config,
                               struct figure_report *report)
{
    struct figure f = { .n = 0 };
    enum figure_result result = FIGURE_FAILED;
    size_t n = pictures_of(config->n_variants), i;

    *report = (struct figure_report){ .pictures = 0 };
    if (load(&f, config, &report->err) == 0) {
        char text[CAPTION_OCTETS / 2];

        find_names(&f);
        tell_left_out(&f, find_link(&f), text, sizeof text);
        tell_pictures(f.n, report->left_out, sizeof report->left_out);
        if (*text != '\0')
            add(report->left_out, sizeof report->left_out, "%s", text);
        result = FIGURE_DRAWN;
        for (i = 0; i < n && result == FIGURE_DRAWN; i++)
            if (write_script(&f, config, text, i, &report->err) != 0)
                result = FIGURE_FAILED;
    }
    for (i = 0; i < n && result == FIGURE_DRAWN && !config->script_only; i++) {
        result = draw(config, i, &report->err);
        report->pictures += result == FIGURE_DRAWN;
    }
    unload(&f);
    return result;
}
