/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is looked at of a sweep's file, and how. */
#ifndef TOOL_SWEEP_VIEW_H
#define TOOL_SWEEP_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "lab/cells.h"

struct view_options {
    const char *path;           /* of the sweep's file */
    const char *const *metrics; /* names */
    size_t n_metrics;
    const char *const *by; /* keys of axes */
    size_t n_by;
    const char *const *where; /* "key=value" */
    size_t n_where;
    const char *against;    /* "key=value": differences to it; or NULL */
    const char *out;        /* NULL: the command's own */
    const char *x, *family; /* keys of axes, or NULL */
    const char *heat;       /* "key,key", or NULL */
    bool log_x, log_y;
    bool csv;  /* a table as CSV */
    bool tall; /* a line for each value, not for each point */
};

/* The sweep with what --where leaves of it, and its axes that still differ. */
struct view {
    const struct view_options *options;
    struct sheet sheet;
    size_t *axes; /* indices */
    size_t n_axes;
};

/* Each gives an exit code (tool/run.h), and *err if it is not RUN_OK. */
int view_open(struct view *v, const struct view_options *o,
              struct conf_error *err);
void view_close(struct view *v);

/* A metric by axes. */
struct view_metric {
    struct sheet_metric metric;
    struct cells cells;
};
int view_metric(struct view *v, const char *name, const size_t *by,
                size_t n_by, struct view_metric *m, struct conf_error *err);
void view_metric_free(struct view_metric *m);

/* Its unit for eyes: of a ratio, whose unit is 1, none. */
const char *view_unit(const struct sheet_metric *m);

/* The path of a file that is made of this one: its name without its ending,
 * and `ending`; free().  NULL: no memory. */
char *view_beside(const char *path, const char *ending);

/* A file to be written: its folder, and its name within. */
struct view_place {
    char *folder; /* free() */
    const char *name;
};
int view_place(struct view_place *p, const char *path, struct conf_error *err);

/* Whether a file of that name there can be written without the loss of the
 * sweep: RUN_INPUT if it is the sweep's own. */
int view_spare(const struct view *v, const struct view_place *p,
               const char *name, struct conf_error *err);

#endif
