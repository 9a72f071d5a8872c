/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One of two results that are compared: the metrics of a sweep's
 * configurations over its seeds, or of a run's variants with its one seed.
 */
#ifndef TOOL_DIFF_SIDE_H
#define TOOL_DIFF_SIDE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/tree.h"

struct diff_side {
    const char *path;
    char *folder;     /* of a run; of a sweep NULL */
    char *build;      /* "" where nobody said */
    json_t *scenario; /* an object, or NULL */
    char **configs;   /* labels; "" if there is one only */
    size_t n_configs;
    char **metrics, **units;
    size_t n_metrics;
    int64_t *seeds; /* ascending */
    size_t n_seeds;
    double **x; /* of a metric: n_seeds of each configuration; NAN: none */
};

/* Of a sweep's file, a result.json, or a folder that has one: an exit code
 * (tool/run.h), and *err; *s is to be freed whatever it is. */
int diff_side_read(struct diff_side *s, const char *path,
                   struct conf_error *err);
void diff_side_free(struct diff_side *s);

#endif
