/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reader of figure.dat; see figure_data.h and plotdata.h. */
#include "config.h"

#include "tool/figure_data.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_OCTETS 4400

/* Where the reader stands. */
struct reader {
    struct figure_data *d;
    struct figure_set *set; /* NULL: before the first */
    int sets;               /* with points, so far */
    char *name;             /* of the curve whose points come, or NULL */
    double drops;
    bool open; /* it has points */
};

static struct figure_set *set_of(struct figure_data *d, const char *name)
{
    int kind;

    for (kind = 0; kind < PLOT_KINDS; kind++)
        if (strcmp(plot_kind_name((enum plot_kind)kind), name) == 0)
            return &d->sets[kind];
    return NULL;
}

/* A curve is one when it has a point: gnuplot does not count others.  0, or
 * -1: no memory. */
static int begin_curve(struct reader *r)
{
    struct figure_set *s = r->set;
    struct figure_curve *v = realloc(s->v, (s->n + 1) * sizeof *v);

    if (v == NULL)
        return -1;
    s->v = v;
    if (s->n == 0)
        s->index = r->sets++;
    v[s->n++] = (struct figure_curve){ .name = r->name, .drops = r->drops };
    r->name = NULL; /* the curve has it */
    r->open = true;
    return 0;
}

static int point(struct reader *r, const char *line)
{
    struct figure_curve *c;
    double t, x;
    char *end;

    if (!r->open && (r->set == NULL || r->name == NULL))
        return 0; /* not ours */
    if (!r->open && begin_curve(r) < 0)
        return -1;
    t = strtod(line, &end);
    x = strtod(end, NULL);
    if (!isfinite(t) || !isfinite(x))
        return 0;
    c = &r->set->v[r->set->n - 1];
    c->high = fmax(c->high, x);
    r->set->high = fmax(r->set->high, x);
    if (x > 0)
        r->set->low = fmin(r->set->low, x);
    return 0;
}

/* Points that follow belong to the curve of this name. */
static int announce(struct reader *r, const char *name)
{
    free(r->name);
    r->name = name == NULL ? NULL : strdup(name);
    r->open = false;
    r->drops = 0;
    return name != NULL && r->name == NULL ? -1 : 0;
}

static int comment(struct reader *r, const char *line)
{
    struct figure_data *d = r->d;

    if (strncmp(line, "# curves ", 9) == 0) {
        r->set = set_of(d, line + 9);
        return announce(r, NULL);
    }
    if (strncmp(line, "# of ", 5) == 0)
        return announce(r, line + 5);
    if (sscanf(line, "# drops %lf", &r->drops) != 1 &&
        sscanf(line, "# time %lf", &d->time_s) != 1 &&
        sscanf(line, "# mean %lf", &d->mean_s) != 1 &&
        sscanf(line, "# calls %zu %zu", &d->calls.all, &d->calls.drawn) != 2 &&
        sscanf(line, "# flows %zu %zu", &d->flows.all, &d->flows.drawn) != 2)
        (void)sscanf(line, "# links %zu %zu", &d->links.all, &d->links.drawn);
    return 0;
}

static int read_lines(struct figure_data *d, FILE *f)
{
    struct reader r = { .d = d };
    char *line = NULL;
    size_t room = 0;
    int result = 0;

    while (result == 0 && getline(&line, &room, f) >= 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (*line == '#')
            result = comment(&r, line);
        else if (*line != '\0')
            result = point(&r, line);
    }
    free(line);
    free(r.name);
    return result;
}

int figure_data_read(struct figure_data *d, const char *dir,
                     struct conf_error *err)
{
    char path[PATH_OCTETS];
    FILE *f;
    int kind, result;

    *d = (struct figure_data){ .there = false };
    for (kind = 0; kind < PLOT_KINDS; kind++)
        d->sets[kind].low = INFINITY;
    snprintf(path, sizeof path, "%s/figure.dat", dir);
    f = fopen(path, "re");
    if (f == NULL && errno == ENOENT)
        return 0;
    if (f == NULL)
        return conf_fail(err, NULL, "no figure: %.300s: %s", path,
                         strerror(errno));
    result = read_lines(d, f);
    fclose(f);
    d->there = true;
    return result == 0 ? 0 : conf_fail(err, NULL, "no figure: out of memory");
}

void figure_data_free(struct figure_data *d)
{
    int kind;
    size_t i;

    for (kind = 0; kind < PLOT_KINDS; kind++) {
        for (i = 0; i < d->sets[kind].n; i++)
            free(d->sets[kind].v[i].name);
        free(d->sets[kind].v);
        d->sets[kind] = (struct figure_set){ .n = 0 };
    }
}

size_t figure_data_find(const struct figure_set *s, const char *name)
{
    size_t i = 0;

    while (i < s->n && strcmp(s->v[i].name, name) != 0)
        i++;
    return i;
}
