/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sweep's file in memory; sheet.h. */
#include "config.h"

#include "lab/sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conf/nearest.h"
#include "lab/quantity.h"

static int no_memory(struct conf_error *err)
{
    conf_fail(err, NULL, "no memory for the results of the sweep");
    return LAB_FAILED;
}

/* --- statements ---------------------------------------------------------- */

/* Calls take(ctx, row) for each row; `text` may want an integer. */
static int each_row(struct sheet *s, const char *text, const int64_t *with,
                    int (*take)(void *ctx, sqlite3_stmt *row), void *ctx,
                    struct conf_error *err)
{
    sqlite3_stmt *st = sql_prepare(store_db(s->store), text, err);
    bool row = true;
    int result = st == NULL ? LAB_FAILED : LAB_OK;

    if (result == LAB_OK && with != NULL)
        result = sql_bind(st, err, "i", *with);
    while (result == LAB_OK && (result = sql_step(st, &row, err)) == LAB_OK &&
           row)
        if (take(ctx, st) != LAB_OK)
            result = no_memory(err);
    sqlite3_finalize(st);
    return result;
}

static char *text_of(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);

    return strdup(text != NULL ? text : "");
}

struct numbers {
    int64_t *v;
    size_t n, room;
};

static int take_number(void *ctx, sqlite3_stmt *row)
{
    struct numbers *l = ctx;

    if (l->n == l->room) {
        size_t room = l->room > 0 ? 2 * l->room : 64;
        int64_t *v = realloc(l->v, room * sizeof *v);

        if (v == NULL)
            return LAB_FAILED;
        l->v = v;
        l->room = room;
    }
    l->v[l->n++] = sqlite3_column_int64(row, 0);
    return LAB_OK;
}

static int read_numbers(struct sheet *s, const char *text, int64_t **v,
                        size_t *n, struct conf_error *err)
{
    struct numbers l = { 0 };
    int result = each_row(s, text, NULL, take_number, &l, err);

    *v = l.v; /* the sheet's, whatever came of it */
    *n = l.n;
    return result;
}

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Where one is in a list that ascends; n if it is not. */
static size_t place_of(const int64_t *v, size_t n, int64_t one)
{
    const int64_t *found = n > 0 ? bsearch(&one, v, n, sizeof *v, by_number)
                                 : NULL;

    return found != NULL ? (size_t)(found - v) : n;
}

/* --- axes ---------------------------------------------------------------- */

static int take_axis(void *ctx, sqlite3_stmt *row)
{
    struct sheet *s = ctx;
    struct sheet_axis *axes = realloc(s->axes, (s->n_axes + 1) * sizeof *axes);

    if (axes == NULL)
        return LAB_FAILED;
    s->axes = axes;
    axes[s->n_axes] = (struct sheet_axis){ .key = text_of(row, 0),
                                           .numeric = true };
    return axes[s->n_axes++].key != NULL ? LAB_OK : LAB_FAILED;
}

static int take_value(void *ctx, sqlite3_stmt *row)
{
    struct sheet_axis *a = ctx;
    char **values = realloc(a->values, (a->n + 1) * sizeof *values);
    double *numbers;
    bool number = sqlite3_column_type(row, 1) != SQLITE_NULL;

    if (values == NULL)
        return LAB_FAILED;
    a->values = values;
    numbers = realloc(a->numbers, (a->n + 1) * sizeof *numbers);
    if (numbers == NULL)
        return LAB_FAILED;
    a->numbers = numbers;
    a->numbers[a->n] = number ? sqlite3_column_double(row, 1) : NAN;
    a->numeric = a->numeric && number;
    a->values[a->n] = text_of(row, 0);
    return a->values[a->n++] != NULL ? LAB_OK : LAB_FAILED;
}

/* Few values, and mostly in order already. */
static void sort_values(struct sheet_axis *a)
{
    for (size_t i = 1; i < a->n; i++)
        for (size_t k = i; k > 0 && a->numbers[k] < a->numbers[k - 1]; k--) {
            double number = a->numbers[k];
            char *value = a->values[k];

            a->numbers[k] = a->numbers[k - 1];
            a->values[k] = a->values[k - 1];
            a->numbers[k - 1] = number;
            a->values[k - 1] = value;
        }
}

static int read_axes(struct sheet *s, struct conf_error *err)
{
    int result = each_row(s, "SELECT key FROM axis ORDER BY n", NULL,
                          take_axis, s, err);

    for (size_t i = 0; result == LAB_OK && i < s->n_axes; i++) {
        int64_t n = (int64_t)i + 1;

        result = each_row(s,
                          "SELECT value, number FROM setting WHERE axis = ?"
                          " GROUP BY value ORDER BY min(config)",
                          &n, take_value, &s->axes[i], err);
        if (result == LAB_OK && s->axes[i].numeric)
            sort_values(&s->axes[i]);
    }
    return result;
}

/* --- configurations ------------------------------------------------------ */

static size_t level_of(const struct sheet_axis *a, const char *value)
{
    size_t i = 0;

    while (i < a->n && strcmp(a->values[i], value) != 0)
        i++;
    return i;
}

/* config, axis, value */
static int take_setting(void *ctx, sqlite3_stmt *row)
{
    struct sheet *s = ctx;
    size_t c = place_of(s->configs, s->n_configs,
                        sqlite3_column_int64(row, 0));
    size_t axis = (size_t)sqlite3_column_int64(row, 1) - 1;
    const char *value = (const char *)sqlite3_column_text(row, 2);

    if (c < s->n_configs && axis < s->n_axes && value != NULL)
        s->levels[c * s->n_axes + axis] = level_of(&s->axes[axis], value);
    return LAB_OK;
}

static int read_configs(struct sheet *s, struct conf_error *err)
{
    int result = read_numbers(s, "SELECT id FROM config ORDER BY id",
                              &s->configs, &s->n_configs, err);

    if (result != LAB_OK)
        return result;
    s->levels = calloc(s->n_configs * s->n_axes + 1, sizeof *s->levels);
    return s->levels == NULL
               ? no_memory(err)
               : each_row(s, "SELECT config, axis, value FROM setting", NULL,
                          take_setting, s, err);
}

/* config, seed */
static int take_point(void *ctx, sqlite3_stmt *row)
{
    struct sheet *s = ctx;
    size_t c = place_of(s->configs, s->n_configs,
                        sqlite3_column_int64(row, 0));
    size_t seed = place_of(s->seeds, s->n_seeds, sqlite3_column_int64(row, 1));

    if (c < s->n_configs && seed < s->n_seeds)
        s->ran[c * s->n_seeds + seed] = true;
    return LAB_OK;
}

static int read_ran(struct sheet *s, struct conf_error *err)
{
    s->ran = calloc(s->n_configs * s->n_seeds + 1, sizeof *s->ran);
    return s->ran == NULL ? no_memory(err)
                          : each_row(s,
                                     "SELECT config, seed FROM point"
                                     " WHERE status = 'done'",
                                     NULL, take_point, s, err);
}

static int read_points(struct sheet *s, struct conf_error *err)
{
    sqlite3_int64 done = 0, failed = 0;
    int result = read_numbers(s,
                              "SELECT DISTINCT seed FROM point"
                              " WHERE status = 'done' ORDER BY seed",
                              &s->seeds, &s->n_seeds, err);

    if (result == LAB_OK)
        result = sql_int(store_db(s->store),
                         "SELECT count(*) FROM point WHERE status = 'done'",
                         &done, err);
    if (result == LAB_OK)
        result = sql_int(store_db(s->store),
                         "SELECT count(*) FROM point WHERE status = 'failed'",
                         &failed, err);
    s->done = (size_t)done;
    s->failed = (size_t)failed;
    return result == LAB_OK ? read_ran(s, err) : result;
}

int sheet_open(struct sheet *s, const char *path, struct conf_error *err)
{
    int result;

    *s = (struct sheet){ 0 };
    result = store_open(&s->store, path, err);
    if (result == LAB_OK)
        result = read_axes(s, err);
    if (result == LAB_OK)
        result = read_configs(s, err);
    if (result == LAB_OK)
        result = read_points(s, err);
    if (result == LAB_OK && s->done == 0) {
        conf_fail(err, NULL, "%.200s: no point of it is done", path);
        result = LAB_INPUT;
    }
    if (result != LAB_OK)
        sheet_close(s);
    return result;
}

void sheet_close(struct sheet *s)
{
    for (size_t i = 0; i < s->n_axes; i++) {
        for (size_t k = 0; k < s->axes[i].n; k++)
            free(s->axes[i].values[k]);
        free(s->axes[i].values);
        free(s->axes[i].numbers);
        free(s->axes[i].key);
    }
    free(s->axes);
    free(s->configs);
    free(s->levels);
    free(s->seeds);
    free(s->ran);
    store_close(s->store);
    *s = (struct sheet){ 0 };
}

/* --- axes by name -------------------------------------------------------- */

int sheet_axis_find(const struct sheet *s, const char *key, size_t *axis,
                    struct conf_error *err)
{
    struct nearest like;
    const char *best;

    nearest_begin(&like, key);
    for (*axis = 0; *axis < s->n_axes; (*axis)++) {
        if (strcmp(s->axes[*axis].key, key) == 0)
            return LAB_OK;
        nearest_try(&like, s->axes[*axis].key);
    }
    best = nearest_found(&like);
    conf_fail(err, NULL, "the sweep has no axis '%.100s'%s%.100s%s", key,
              best != NULL ? "; did you mean '" : "", best != NULL ? best : "",
              best != NULL ? "'?" : "");
    return LAB_INPUT;
}

size_t sheet_axis_used(const struct sheet *s, size_t axis)
{
    size_t used = 0, level, c;

    for (level = 0; level < s->axes[axis].n; level++) {
        for (c = 0; c < s->n_configs; c++)
            if (s->levels[c * s->n_axes + axis] == level)
                break;
        used += c < s->n_configs ? 1 : 0;
    }
    return used;
}

static bool is_value(const struct sheet_axis *a, size_t level,
                     const char *value)
{
    struct quantity q;
    double number = quantity_read(value, &q) ? quantity_base(&q) : NAN;

    return strcmp(a->values[level], value) == 0 ||
           !(a->numbers[level] < number || a->numbers[level] > number ||
             isnan(a->numbers[level]) || isnan(number));
}

int sheet_value_find(const struct sheet *s, const char *text, size_t *axis,
                     size_t *level, struct conf_error *err)
{
    const char *equals = strrchr(text, '=');
    char *key;
    int result;

    if (equals == NULL) {
        conf_fail(err, NULL, "AXIS=VALUE is expected, not '%.100s'", text);
        return LAB_INPUT;
    }
    key = strndup(text, (size_t)(equals - text));
    result = key == NULL ? no_memory(err) : sheet_axis_find(s, key, axis, err);
    free(key);
    for (*level = 0; result == LAB_OK && *level < s->axes[*axis].n; (*level)++)
        if (is_value(&s->axes[*axis], *level, equals + 1))
            return LAB_OK;
    if (result == LAB_OK)
        conf_fail(err, NULL, "no configuration has %.200s", text);
    return result == LAB_OK ? LAB_INPUT : result;
}

int sheet_where(struct sheet *s, const char *text, struct conf_error *err)
{
    size_t axis, level, c, kept = 0;
    int result = sheet_value_find(s, text, &axis, &level, err);

    if (result != LAB_OK)
        return result;
    for (c = 0; c < s->n_configs; c++) {
        const size_t *from = s->levels + c * s->n_axes;

        if (from[axis] != level)
            continue;
        s->configs[kept] = s->configs[c];
        memmove(s->ran + kept * s->n_seeds, s->ran + c * s->n_seeds,
                s->n_seeds * sizeof *s->ran);
        memmove(s->levels + kept++ * s->n_axes, from,
                s->n_axes * sizeof *from);
    }
    s->n_configs = kept;
    if (kept > 0)
        return LAB_OK;
    conf_fail(err, NULL, "no configuration has %.200s", text);
    return LAB_INPUT;
}

/* --- metrics ------------------------------------------------------------- */

struct name_list {
    char **v;
    size_t n;
};

static int take_name(void *ctx, sqlite3_stmt *row)
{
    struct name_list *l = ctx;
    char **v = realloc(l->v, (l->n + 1) * sizeof *v);

    if (v == NULL)
        return LAB_FAILED;
    l->v = v;
    v[l->n] = text_of(row, 0);
    return v[l->n++] != NULL ? LAB_OK : LAB_FAILED;
}

int sheet_names(struct sheet *s, char ***names, size_t *n,
                struct conf_error *err)
{
    struct name_list l = { 0 };
    int result = each_row(s, "SELECT name FROM metric ORDER BY id", NULL,
                          take_name, &l, err);

    *names = l.v;
    *n = l.n;
    return result;
}

static int unknown(struct sheet *s, const char *name, struct conf_error *err)
{
    struct nearest like;
    const char *best;
    char **names;
    size_t n, i;
    int result = sheet_names(s, &names, &n, err);

    nearest_begin(&like, name);
    for (i = 0; i < n; i++) {
        nearest_try(&like, names[i]);
        free(names[i]);
    }
    free(names);
    if (result != LAB_OK)
        return result;
    best = nearest_found(&like);
    conf_fail(err, NULL, "the sweep has no metric '%.100s'%s%.100s%s", name,
              best != NULL ? "; did you mean '" : "", best != NULL ? best : "",
              best != NULL ? "'?" : "");
    return LAB_INPUT;
}

/* Its id: 0 if there is none. */
static int find_metric(struct sheet *s, const char *name,
                       struct sheet_metric *m, int64_t *id,
                       struct conf_error *err)
{
    sqlite3_stmt *st = sql_prepare(store_db(s->store),
                                   "SELECT id, unit, help FROM metric"
                                   " WHERE name = ?",
                                   err);
    bool row = false;
    int result = st == NULL ? LAB_FAILED : sql_bind(st, err, "s", name);

    *id = 0;
    if (result == LAB_OK)
        result = sql_step(st, &row, err);
    if (row) {
        *id = sqlite3_column_int64(st, 0);
        m->name = strdup(name);
        m->unit = text_of(st, 1);
        m->help = text_of(st, 2);
    }
    sqlite3_finalize(st);
    if (result != LAB_OK || !row)
        return result;
    return m->name == NULL || m->unit == NULL || m->help == NULL
               ? no_memory(err)
               : LAB_OK;
}

struct value_place {
    const struct sheet *s;
    double *x;
};

/* config, seed, x */
static int take_x(void *ctx, sqlite3_stmt *row)
{
    struct value_place *p = ctx;
    const struct sheet *s = p->s;
    size_t c = place_of(s->configs, s->n_configs,
                        sqlite3_column_int64(row, 0));
    size_t seed = place_of(s->seeds, s->n_seeds, sqlite3_column_int64(row, 1));

    if (c < s->n_configs && seed < s->n_seeds &&
        sqlite3_column_type(row, 2) != SQLITE_NULL)
        p->x[c * s->n_seeds + seed] = sqlite3_column_double(row, 2);
    return LAB_OK;
}

int sheet_read(struct sheet *s, const char *name, struct sheet_metric *m,
               struct conf_error *err)
{
    size_t n = s->n_configs * s->n_seeds;
    struct value_place place = { s, NULL };
    int64_t id;
    int result;

    *m = (struct sheet_metric){ 0 };
    result = find_metric(s, name, m, &id, err);
    if (result == LAB_OK && id == 0)
        result = unknown(s, name, err);
    if (result == LAB_OK && (m->x = malloc((n + 1) * sizeof *m->x)) == NULL)
        result = no_memory(err);
    if (result == LAB_OK) {
        for (size_t i = 0; i < n; i++)
            m->x[i] = NAN;
        place.x = m->x;
        result = each_row(s,
                          "SELECT p.config, p.seed, v.x FROM point p"
                          " JOIN value v ON v.point = p.id AND v.metric = ?"
                          " WHERE p.status = 'done'",
                          &id, take_x, &place, err);
    }
    if (result != LAB_OK)
        sheet_metric_free(m);
    return result;
}

void sheet_metric_free(struct sheet_metric *m)
{
    free(m->name);
    free(m->unit);
    free(m->help);
    free(m->x);
    *m = (struct sheet_metric){ 0 };
}
