/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is looked at of a sweep's file; sweep_view.h. */
#include "config.h"

#include "tool/sweep_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tool/run.h"

_Static_assert((int)LAB_OK == (int)RUN_OK &&
                   (int)LAB_INPUT == (int)RUN_INPUT &&
                   (int)LAB_FAILED == (int)RUN_INTERNAL,
               "the lab's results are exit codes");

static int no_memory(struct conf_error *err)
{
    conf_fail(err, NULL, "no memory");
    return RUN_INTERNAL;
}

int view_open(struct view *v, const struct view_options *o,
              struct conf_error *err)
{
    int result;

    *v = (struct view){ .options = o };
    result = sheet_open(&v->sheet, o->path, err);
    for (size_t i = 0; result == RUN_OK && i < o->n_where; i++)
        result = sheet_where(&v->sheet, o->where[i], err);
    if (result != RUN_OK)
        return result;
    v->axes = calloc(v->sheet.n_axes + 1, sizeof *v->axes);
    if (v->axes == NULL)
        return no_memory(err);
    for (size_t i = 0; i < v->sheet.n_axes; i++)
        if (sheet_axis_used(&v->sheet, i) > 1)
            v->axes[v->n_axes++] = i;
    return RUN_OK;
}

void view_close(struct view *v)
{
    sheet_close(&v->sheet);
    free(v->axes);
}

int view_metric(struct view *v, const char *name, const size_t *by,
                size_t n_by, struct view_metric *m, struct conf_error *err)
{
    int result;

    *m = (struct view_metric){ 0 };
    result = sheet_read(&v->sheet, name, &m->metric, err);
    if (result == RUN_OK &&
        cells_make(&m->cells, &v->sheet, &m->metric, by, n_by) != LAB_OK)
        result = no_memory(err);
    if (result != RUN_OK)
        view_metric_free(m);
    return result;
}

void view_metric_free(struct view_metric *m)
{
    sheet_metric_free(&m->metric);
    cells_free(&m->cells);
}

const char *view_unit(const struct sheet_metric *m)
{
    return strcmp(m->unit, "1") == 0 ? "" : m->unit;
}

char *view_beside(const char *path, const char *ending)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    size_t keep = dot != NULL && dot > (slash != NULL ? slash + 1 : path)
                      ? (size_t)(dot - path)
                      : strlen(path);
    size_t octets = keep + strlen(ending) + 1;
    char *out = malloc(octets);

    if (out != NULL)
        snprintf(out, octets, "%.*s%s", (int)keep, path, ending);
    return out;
}

int view_place(struct view_place *p, const char *path, struct conf_error *err)
{
    const char *slash = strrchr(path, '/');

    p->name = slash != NULL ? slash + 1 : path;
    p->folder = slash == NULL   ? strdup(".")
                : slash == path ? strdup("/")
                                : strndup(path, (size_t)(slash - path));
    return p->folder != NULL ? RUN_OK : no_memory(err);
}

int view_spare(const struct view *v, const struct view_place *p,
               const char *name, struct conf_error *err)
{
    size_t octets = strlen(p->folder) + strlen(name) + 2;
    char *path = malloc(octets);
    struct stat own, other;
    bool same;

    if (path == NULL)
        return no_memory(err);
    snprintf(path, octets, "%s/%s", p->folder, name);
    same = stat(v->options->path, &own) == 0 && stat(path, &other) == 0 &&
           own.st_dev == other.st_dev && own.st_ino == other.st_ino;
    free(path);
    if (!same)
        return RUN_OK;
    conf_fail(err, NULL, "%.200s: that is the sweep; --out takes another name",
              v->options->path);
    return RUN_INPUT;
}
