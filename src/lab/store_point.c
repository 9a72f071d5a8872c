/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points in the file of a sweep; see store.h. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lab/store.h"
#include "lab/store_state.h"

static sqlite3_int64 as_stored(uint64_t seed)
{
    return (sqlite3_int64)seed;
}

/* The id of the point that is done and has this hash; 0: none. */
static int find_hash(struct store *s, const char *hash, sqlite3_int64 *id,
                     struct conf_error *err)
{
    sqlite3_stmt *st;
    bool row = false;
    int result = store_statement(s, STORE_FIND_HASH, &st, err);

    *id = 0;
    if (result == LAB_OK)
        result = sql_bind(st, err, "s", hash);
    if (result == LAB_OK)
        result = sql_step(st, &row, err);
    if (row) {
        *id = sqlite3_column_int64(st, 0);
        sqlite3_reset(st);
    }
    return result;
}

int store_look(struct store *s, const struct store_key *k,
               enum store_state *state, struct conf_error *err)
{
    sqlite3_stmt *st;
    sqlite3_int64 other;
    bool row = false;
    int result = store_statement(s, STORE_FIND_POINT, &st, err);

    *state = STORE_NONE;
    if (result == LAB_OK)
        result = sql_bind(st, err, "ii", (sqlite3_int64)k->config,
                          as_stored(k->seed));
    if (result == LAB_OK)
        result = sql_step(st, &row, err);
    if (row) {
        const char *status = (const char *)sqlite3_column_text(st, 0);

        *state = status != NULL && strcmp(status, "done") == 0 ? STORE_DONE
                                                               : STORE_FAILED;
        sqlite3_reset(st);
    }
    if (result != LAB_OK || *state == STORE_DONE)
        return result;
    result = find_hash(s, k->hash, &other, err);
    if (other != 0)
        *state = STORE_EQUAL;
    return result;
}

void store_describe(struct store *s, store_describer *describe, void *ctx)
{
    s->describe = describe;
    s->describe_ctx = ctx;
}

static int metric_id(struct store *s, const char *name, sqlite3_int64 *id,
                     struct conf_error *err)
{
    struct store_about about = { NULL, NULL };
    sqlite3_stmt *st;
    bool row = false;
    int result = store_statement(s, STORE_FIND_METRIC, &st, err);

    if (result == LAB_OK)
        result = sql_bind(st, err, "s", name);
    if (result == LAB_OK)
        result = sql_step(st, &row, err);
    if (row) {
        *id = sqlite3_column_int64(st, 0);
        sqlite3_reset(st);
        return LAB_OK;
    }
    if (s->describe != NULL)
        about = s->describe(s->describe_ctx, name);
    if (result == LAB_OK)
        result = store_run(s, STORE_METRIC, err, "sss", name, about.unit,
                           about.help);
    *id = sqlite3_last_insert_rowid(s->db);
    return result;
}

static int put_values(struct store *s, sqlite3_int64 point,
                      const struct outcome *o, struct conf_error *err)
{
    int result = LAB_OK;

    for (size_t i = 0; result == LAB_OK && i < o->n; i++) {
        sqlite3_int64 metric;

        result = metric_id(s, o->metrics[i].name, &metric, err);
        if (result == LAB_OK)
            result = store_run(s, STORE_VALUE, err, "iid", point, metric,
                               o->metrics[i].x);
    }
    return result;
}

static int put_point(struct store *s, const struct store_key *k,
                     const struct outcome *o, struct conf_error *err)
{
    char trace[20];
    int result;

    snprintf(trace, sizeof trace, "%016llx",
             (unsigned long long)o->trace_hash);
    result = store_run(s, STORE_DROP_POINT, err, "ii",
                       (sqlite3_int64)k->config, as_stored(k->seed));
    if (result == LAB_OK)
        result = store_run(s, STORE_POINT, err, "iisssdds",
                           (sqlite3_int64)k->config, as_stored(k->seed),
                           k->hash, o->done ? "done" : "failed",
                           o->done ? NULL : o->error, o->wall_s,
                           o->simulated_s, o->done ? trace : NULL);
    if (result == LAB_OK && o->done)
        result = put_values(s, sqlite3_last_insert_rowid(s->db), o, err);
    return result;
}

static int put_equal(struct store *s, const struct store_key *k,
                     struct conf_error *err)
{
    sqlite3_int64 other;
    int result = find_hash(s, k->hash, &other, err);

    if (result == LAB_OK)
        result = store_run(s, STORE_DROP_POINT, err, "ii",
                           (sqlite3_int64)k->config, as_stored(k->seed));
    if (result == LAB_OK)
        result = store_run(s, STORE_COPY_POINT, err, "iii",
                           (sqlite3_int64)k->config, as_stored(k->seed),
                           other);
    if (result == LAB_OK)
        result = store_run(s, STORE_COPY_VALUES, err, "ii",
                           sqlite3_last_insert_rowid(s->db), other);
    return result;
}

/* All of it, or nothing. */
static int finish(struct store *s, int result, struct conf_error *err)
{
    if (result == LAB_OK)
        result = store_commit(s, err);
    if (result != LAB_OK)
        store_rollback(s);
    return result;
}

int store_put(struct store *s, const struct store_key *k,
              const struct outcome *o, struct conf_error *err)
{
    int result = store_begin(s, err);

    return finish(s, result == LAB_OK ? put_point(s, k, o, err) : result, err);
}

int store_put_equal(struct store *s, const struct store_key *k,
                    struct conf_error *err)
{
    int result = store_begin(s, err);

    return finish(s, result == LAB_OK ? put_equal(s, k, err) : result, err);
}

int store_sums(struct store *s, int64_t config, const char *metric,
               uint64_t first, size_t n, struct stat_sums *sums,
               struct conf_error *err)
{
    sqlite3_stmt *st;
    bool row = true;
    int result = store_statement(s, STORE_SUMS, &st, err);

    if (result == LAB_OK)
        result = sql_bind(st, err, "isii", (sqlite3_int64)config, metric,
                          as_stored(first), (sqlite3_int64)n);
    while (result == LAB_OK && row) {
        result = sql_step(st, &row, err);
        if (row)
            stat_add(sums, sqlite3_column_double(st, 0));
    }
    return result;
}
