/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series of two runs, by batch means; diff_course.h. */
#include "config.h"

#include "tool/diff_course.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/probe.h"
#include "lab/batch.h"
#include "tool/run.h"
#include "tool/series.h"

enum { COLUMNS = 32, PATH_OCTETS = 4096 };

/* A call, flow or link: rows of its time and all columns. */
struct object {
    char *name;
    double (*rows)[1 + COLUMNS];
    size_t n, room;
};

struct course {
    const struct probe *columns[COLUMNS]; /* NULL: none of ours */
    size_t n_columns;
    struct object *objects;
    size_t n, last; /* of the row before: the next is mostly the next */
};

/* --- reading ------------------------------------------------------------- */

static void course_free(struct course *c)
{
    while (c->n > 0) {
        free(c->objects[--c->n].name);
        free(c->objects[c->n].rows);
    }
    free(c->objects);
}

/* The field before the next comma or the end; cut off, NULL after the last. */
static char *field(char **line)
{
    char *begin = *line, *comma;

    if (begin == NULL)
        return NULL;
    comma = begin + strcspn(begin, ",\n");
    *line = *comma == ',' ? comma + 1 : NULL;
    *comma = '\0';
    return begin;
}

static void take_head(struct course *c, char *line)
{
    const char *name;

    field(&line); /* time and object */
    field(&line);
    while ((name = field(&line)) != NULL && c->n_columns < COLUMNS) {
        const struct probe *p = series_probes;

        while (p->name != NULL && strcmp(p->name, name) != 0)
            p++;
        c->columns[c->n_columns++] = p->name != NULL ? p : NULL;
    }
}

static struct object *object_of(struct course *c, const char *name)
{
    struct object *more;
    size_t i;

    for (i = 0; i < c->n; i++) {
        c->last = c->last + 1 < c->n ? c->last + 1 : 0;
        if (strcmp(c->objects[c->last].name, name) == 0)
            return &c->objects[c->last];
    }
    more = realloc(c->objects, (c->n + 1) * sizeof *more);
    if (more == NULL)
        return NULL;
    c->objects = more;
    more[c->n] = (struct object){ .name = strdup(name) };
    c->last = c->n;
    return more[c->n++].name != NULL ? &more[c->last] : NULL;
}

static int take_row(struct course *c, char *line)
{
    const char *time = field(&line), *name = field(&line), *text;
    struct object *o = name != NULL ? object_of(c, name) : NULL;
    size_t i;

    if (o == NULL)
        return -1;
    if (o->n == o->room) {
        size_t room = o->room > 0 ? 2 * o->room : 256;
        void *rows = realloc(o->rows, room * sizeof *o->rows);

        if (rows == NULL)
            return -1;
        o->rows = rows;
        o->room = room;
    }
    o->rows[o->n][0] = strtod(time, NULL);
    for (i = 0; i < c->n_columns; i++) {
        text = field(&line);
        o->rows[o->n][1 + i] = text != NULL && *text != '\0'
                                   ? strtod(text, NULL)
                                   : NAN;
    }
    o->n++;
    return 0;
}

/* A folder without a series has an empty one. */
static int course_read(struct course *c, const char *folder,
                       struct conf_error *err)
{
    char path[PATH_OCTETS], *line = NULL;
    size_t room = 0;
    int result = RUN_OK;
    FILE *f;

    snprintf(path, sizeof path, "%s/series.csv", folder);
    f = fopen(path, "r");
    if (f == NULL)
        return RUN_OK;
    if (getline(&line, &room, f) > 0)
        take_head(c, line);
    while (result == RUN_OK && getline(&line, &room, f) > 0)
        if (take_row(c, line) != 0) {
            conf_fail(err, NULL, "%.200s: no memory, or no row", path);
            result = RUN_INTERNAL;
        }
    free(line);
    fclose(f);
    return result;
}

/* --- comparing ----------------------------------------------------------- */

/* The values of a column that are there, or their rates; how many. */
static size_t extract(const struct object *o, size_t column, bool counter,
                      double *x)
{
    size_t n = 0, i;

    for (i = counter ? 1 : 0; i < o->n; i++) {
        double value = o->rows[i][1 + column];

        if (counter)
            value = (value - o->rows[i - 1][1 + column]) /
                    (o->rows[i][0] - o->rows[i - 1][0]);
        if (isfinite(value))
            x[n++] = value;
    }
    return n;
}

static void print_line(const struct object *o, const struct probe *p,
                       const struct batch_means *a,
                       const struct batch_means *b, bool all)
{
    double by = b->of.mean - a->of.mean;
    double half = hypot(a->of.high - a->of.mean, b->of.high - b->of.mean);
    bool counter = p->kind == PROBE_COUNTER;
    char name[200];

    if (isnan(by) || isnan(half) || (!all && !(fabs(by) > half)))
        return;
    snprintf(name, sizeof name, "%.100s %s%s", o->name, p->name,
             counter ? "/s" : "");
    printf("%-32s  %12.6g  %12.6g  %12.6g  %12.3g", name, a->of.mean,
           b->of.mean, by, half);
    if (half > 0)
        printf("  %12.1f", fabs(by) / half);
    puts(a->independent && b->independent
             ? ""
             : "  (too short to be sure of the interval)");
}

static void compare(const struct course *a, const struct object *in_a,
                    const struct object *in_b, double *x, double *y, bool all)
{
    for (size_t k = 0; k < a->n_columns; k++) {
        const struct probe *p = a->columns[k];
        bool counter = p != NULL && p->kind == PROBE_COUNTER;
        struct batch_means of_a, of_b;

        if (p == NULL)
            continue;
        of_a = batch_means(x, extract(in_a, k, counter, x), STAT_LEVEL);
        of_b = batch_means(y, extract(in_b, k, counter, y), STAT_LEVEL);
        print_line(in_a, p, &of_a, &of_b, all);
    }
}

static int compare_all(const struct course *a, struct course *b, bool all)
{
    for (size_t i = 0; i < a->n; i++) {
        const struct object *o = &a->objects[i], *other = NULL;
        double *x, *y;

        for (size_t k = 0; k < b->n && other == NULL; k++)
            if (strcmp(b->objects[k].name, o->name) == 0)
                other = &b->objects[k];
        if (other == NULL)
            continue;
        x = calloc(o->n + 1, sizeof *x);
        y = calloc(other->n + 1, sizeof *y);
        if (x != NULL && y != NULL)
            compare(a, o, other, x, y, all);
        free(x);
        free(y);
        if (x == NULL || y == NULL)
            return -1;
    }
    return 0;
}

int diff_course_print(const char *label, const char *a, const char *b,
                      bool all, struct conf_error *err)
{
    struct course in_a = { 0 }, in_b = { 0 };
    int result = course_read(&in_a, a, err);

    if (result == RUN_OK)
        result = course_read(&in_b, b, err);
    if (result == RUN_OK && in_a.n > 0 && in_b.n > 0 &&
        memcmp(in_a.columns, in_b.columns, sizeof in_a.columns) == 0) {
        printf("over time%s%s, by batch means: A, B, B - A, ±, intervals\n",
               *label != '\0' ? ", " : "", label);
        if (compare_all(&in_a, &in_b, all) != 0) {
            conf_fail(err, NULL, "no memory for the series");
            result = RUN_INTERNAL;
        }
    }
    course_free(&in_a);
    course_free(&in_b);
    return result;
}
