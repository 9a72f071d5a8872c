/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shards into one file; see merge.h. */
#include "config.h"

#include "lab/merge.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What must be the same of all, and how one says that it is not. */
static const struct {
    const char *key, *what;
} same[] = { { "schema", "another version of the file" },
             { "build", "another build" },
             { "content", "another scenario, platform or --set" },
             { "shards", "another number of shards" },
             { "seed", "another first seed" } };

/* Points of an attached file that are here already, as people read them. */
static const char twice[] =
    "SELECT replace(c.label, char(9), ' '), p.seed FROM shard.point p"
    " JOIN shard.config sc ON sc.id = p.config"
    " JOIN main.config c ON c.label = sc.label"
    " JOIN main.point m ON m.config = c.id AND m.seed = p.seed LIMIT 1";

/* All of an attached file; ids are this file's own. */
static const char copy[] =
    "INSERT OR IGNORE INTO main.axis SELECT * FROM shard.axis;"
    "INSERT OR IGNORE INTO main.config(label)"
    " SELECT label FROM shard.config ORDER BY id;"
    "INSERT OR IGNORE INTO main.setting SELECT c.id, s.axis, s.value, s.number"
    " FROM shard.setting s JOIN shard.config sc ON sc.id = s.config"
    " JOIN main.config c ON c.label = sc.label;"
    "INSERT OR IGNORE INTO main.metric(name, unit, help)"
    " SELECT name, unit, help FROM shard.metric ORDER BY id;"
    "INSERT INTO main.point(config, seed, hash, status, error, wall_s,"
    " simulated_s, trace_hash) SELECT c.id, p.seed, p.hash, p.status, p.error,"
    " p.wall_s, p.simulated_s, p.trace_hash FROM shard.point p"
    " JOIN shard.config sc ON sc.id = p.config"
    " JOIN main.config c ON c.label = sc.label ORDER BY p.id;"
    "INSERT INTO main.value SELECT m.id, mm.id, v.x FROM shard.point p"
    " JOIN shard.config sc ON sc.id = p.config"
    " JOIN main.config c ON c.label = sc.label"
    " JOIN main.point m ON m.config = c.id AND m.seed = p.seed"
    " JOIN shard.value v ON v.point = p.id"
    " JOIN shard.metric sm ON sm.id = v.metric"
    " JOIN main.metric mm ON mm.name = sm.name;";

struct merge {
    struct store *out;
    const char *const *files;
    size_t n;
    struct conf_error *err;
};

static int no_memory(struct conf_error *err)
{
    conf_fail(err, NULL, "no memory to merge");
    return LAB_FAILED;
}

/* --- what the files are of ------------------------------------------------- */

/* "key key key", of an open file; NULL: no memory, or *err. */
static char *axes_of(struct store *s, struct conf_error *err)
{
    sqlite3_stmt *st = sql_prepare(
        store_db(s), "SELECT group_concat(key, ' ') FROM axis", err);
    bool row;
    char *text = NULL;

    if (st == NULL)
        return NULL;
    if (sql_step(st, &row, err) == LAB_OK && row) {
        const char *keys = (const char *)sqlite3_column_text(st, 0);

        text = strdup(keys != NULL ? keys : "");
        if (text == NULL)
            no_memory(err);
    }
    sqlite3_finalize(st);
    return text;
}

/* The two texts are freed. */
static int differ(const struct merge *m, size_t i, const char *what, char *a,
                  char *b)
{
    int result = LAB_OK;

    if (a == NULL || b == NULL || strcmp(a, b) != 0) {
        conf_fail(m->err, NULL, "%.200s: of %s than %.200s", m->files[i], what,
                  m->files[0]);
        result = LAB_INPUT;
    }
    free(a);
    free(b);
    return result;
}

/* File i against the first one. */
static int check_pair(const struct merge *m, size_t i, struct store *first,
                      struct store *other)
{
    int result = LAB_OK;

    for (size_t k = 0; k < sizeof same / sizeof same[0] && result == LAB_OK;
         k++) {
        char *a, *b = NULL;

        result = store_meta(first, same[k].key, &a, m->err);
        if (result == LAB_OK)
            result = store_meta(other, same[k].key, &b, m->err);
        if (result == LAB_OK) {
            result = differ(m, i, same[k].what, a, b);
        } else {
            free(a);
            free(b);
        }
    }
    return result == LAB_OK
               ? differ(m, i, "a sweep over other axes",
                        axes_of(first, m->err), axes_of(other, m->err))
               : result;
}

static int check_files(const struct merge *m)
{
    struct store *first;
    int result = store_open(&first, m->files[0], m->err);

    for (size_t i = 1; i < m->n && result == LAB_OK; i++) {
        struct store *other;

        result = store_open(&other, m->files[i], m->err);
        if (result == LAB_OK)
            result = check_pair(m, i, first, other);
        store_close(other);
    }
    store_close(first);
    return result;
}

/* --- copying ---------------------------------------------------------------- */

static int run(const struct merge *m, const char *text, const char *value)
{
    sqlite3_stmt *st = sql_prepare(store_db(m->out), text, m->err);
    int result = st == NULL ? LAB_FAILED : LAB_OK;

    if (result == LAB_OK && value != NULL)
        result = sql_bind(st, m->err, "s", value);
    if (result == LAB_OK)
        result = sql_finish(st, m->err);
    sqlite3_finalize(st);
    return result;
}

static int check_twice(const struct merge *m, size_t i)
{
    sqlite3_stmt *st = sql_prepare(store_db(m->out), twice, m->err);
    bool row = false;
    int result = st == NULL ? LAB_FAILED : sql_step(st, &row, m->err);

    if (row) {
        conf_fail(m->err, NULL,
                  "%.200s: a file before it has its point '%.100s' seed %lld, "
                  "too: is a shard given twice?",
                  m->files[i], (const char *)sqlite3_column_text(st, 0),
                  (long long)sqlite3_column_int64(st, 1));
        result = LAB_INPUT;
    }
    sqlite3_finalize(st);
    return result;
}

/* What one says once of all points is the first file's, but for its shard and
 * for how many seeds there are. */
static int copy_meta(const struct merge *m, size_t i)
{
    int result = LAB_OK;

    if (i == 0)
        result = sql_do(store_db(m->out),
                        "INSERT INTO main.meta SELECT key,"
                        " iif(key IN ('shard', 'shards'), '1', value)"
                        " FROM shard.meta",
                        m->err);
    return result == LAB_OK
               ? sql_do(store_db(m->out),
                        "UPDATE main.meta SET value = max(value + 0,"
                        " (SELECT value + 0 FROM shard.meta WHERE key ="
                        " 'seeds')) WHERE key = 'seeds'",
                        m->err)
               : result;
}

static int copy_file(const struct merge *m, size_t i)
{
    int result = store_begin(m->out, m->err);

    if (result == LAB_OK)
        result = check_twice(m, i);
    if (result == LAB_OK)
        result = copy_meta(m, i);
    if (result == LAB_OK)
        result = sql_do(store_db(m->out), copy, m->err);
    if (result == LAB_OK)
        result = store_commit(m->out, m->err);
    if (result != LAB_OK)
        store_rollback(m->out);
    return result;
}

static int merge_one(const struct merge *m, size_t i)
{
    int result = run(m, "ATTACH ?1 AS shard", m->files[i]);

    if (result != LAB_OK)
        return result;
    result = copy_file(m, i);
    if (result == LAB_OK)
        return run(m, "DETACH shard", NULL);
    return result;
}

static int merge_all(const struct merge *m)
{
    int result = store_begin(m->out, m->err);

    if (result == LAB_OK)
        result = store_make(m->out, m->err);
    if (result == LAB_OK)
        result = store_commit(m->out, m->err);
    for (size_t i = 0; i < m->n && result == LAB_OK; i++)
        result = merge_one(m, i);
    return result;
}

int merge_files(const char *out, const char *const *files, size_t n,
                struct conf_error *err)
{
    struct merge m = { .files = files, .n = n, .err = err };
    bool is_new;
    int result = check_files(&m);

    if (result != LAB_OK)
        return result;
    result = store_open_locked(&m.out, out, err);
    if (result != LAB_OK)
        return result;
    is_new = store_is_new(m.out);
    if (is_new) {
        result = merge_all(&m);
    } else {
        conf_fail(err, NULL,
                  "%.200s: a sweep is in it; merge makes a new "
                  "file",
                  out);
        result = LAB_INPUT;
    }
    store_close(m.out);
    if (result != LAB_OK && is_new)
        (void)unlink(out);
    return result;
}
