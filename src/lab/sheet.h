/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sweep as tables, figures and comparisons read it: its axes with their
 * values in order, its configurations, its seeds, and a metric's values, one
 * for each configuration and seed.  Results are enum lab_result.
 */
#ifndef LAB_SHEET_H
#define LAB_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/store.h"

/* By number where each value has one, else as they were first written. */
struct sheet_axis {
    char *key;
    size_t n;
    char **values;   /* as written */
    double *numbers; /* in base units; NAN: none */
    bool numeric;    /* each has one */
};

struct sheet {
    struct store *store;
    struct sheet_axis *axes;
    size_t n_axes;
    size_t n_configs;
    int64_t *configs; /* ids, ascending */
    size_t *levels;   /* n_axes of each: indices into the axis's values */
    size_t n_seeds;
    int64_t *seeds;      /* ascending; of points that are done */
    bool *ran;           /* n_seeds of each configuration: that is done */
    size_t done, failed; /* points */
};

/* A metric: NAN where a point is not there or has no such value. */
struct sheet_metric {
    char *name, *unit, *help; /* "" where nobody said */
    double *x;                /* n_seeds of each configuration */
};

/* *s is empty if it fails. */
int sheet_open(struct sheet *s, const char *path, struct conf_error *err);
void sheet_close(struct sheet *s);

/* Leaves configurations only whose axis has the value: "key=value", as
 * written or the same number. */
int sheet_where(struct sheet *s, const char *text, struct conf_error *err);

/* The axis, and which of its values, of such a text. */
int sheet_value_find(const struct sheet *s, const char *text, size_t *axis,
                     size_t *level, struct conf_error *err);

/* The axis of a key. */
int sheet_axis_find(const struct sheet *s, const char *key, size_t *axis,
                    struct conf_error *err);

/* How many different values an axis has in the configurations there are. */
size_t sheet_axis_used(const struct sheet *s, size_t axis);

int sheet_read(struct sheet *s, const char *name, struct sheet_metric *m,
               struct conf_error *err);
void sheet_metric_free(struct sheet_metric *m);

/* Names of all metrics, in the order of the file: *names and each of them
 * free(). */
int sheet_names(struct sheet *s, char ***names, size_t *n,
                struct conf_error *err);

#endif
