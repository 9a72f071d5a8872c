/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of a sweep, and what stands in it before points do; store.h. */
#include "config.h"

#include "lab/store.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/quantity.h"
#include "lab/store_state.h"

/* "dial", so that file(1) and we know it */
#define APPLICATION 0x6469616c
#define SCHEMA 1

static const char tables[] =
    "PRAGMA application_id = 0x6469616c;"
    "PRAGMA user_version = 1;"
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT);"
    "CREATE TABLE axis(n INTEGER PRIMARY KEY, key TEXT);"
    "CREATE TABLE config(id INTEGER PRIMARY KEY, label TEXT UNIQUE);"
    "CREATE TABLE setting(config INTEGER REFERENCES config(id),"
    " axis INTEGER REFERENCES axis(n), value TEXT, number REAL,"
    " PRIMARY KEY(config, axis)) WITHOUT ROWID;"
    "CREATE TABLE point(id INTEGER PRIMARY KEY,"
    " config INTEGER REFERENCES config(id), seed INTEGER, hash TEXT,"
    " status TEXT CHECK(status IN ('done', 'failed')), error TEXT,"
    " wall_s REAL, simulated_s REAL, trace_hash TEXT, UNIQUE(config, seed));"
    "CREATE INDEX point_hash ON point(hash);"
    "CREATE TABLE metric(id INTEGER PRIMARY KEY, name TEXT UNIQUE,"
    " unit TEXT, help TEXT);"
    /* by point: a point that comes is written in one place */
    "CREATE TABLE value(point INTEGER REFERENCES point(id),"
    " metric INTEGER REFERENCES metric(id), x REAL,"
    " PRIMARY KEY(point, metric)) WITHOUT ROWID;";

/* How many rows no sweep writes: configurations without a label, settings and
 * points without a configuration.  SQLite has nothing against them, and
 * readers would leave them out, silently. */
static const char strays[] =
    "SELECT (SELECT count(*) FROM config WHERE label IS NULL)"
    " + (SELECT count(*) FROM setting WHERE NOT EXISTS"
    "    (SELECT 1 FROM config WHERE id = setting.config))"
    " + (SELECT count(*) FROM point WHERE NOT EXISTS"
    "    (SELECT 1 FROM config WHERE id = point.config))";

static int no_memory(struct conf_error *err)
{
    conf_fail(err, NULL, "no memory for the file of the sweep");
    return LAB_FAILED;
}

/* Whose it is, and that it is whole as far as one sees from outside. */
static int recognise(struct store *s, const char *path, struct conf_error *err)
{
    sqlite3_int64 application = 0, version = 0, tables_n = 0;
    int result = sql_int(s->db, "PRAGMA application_id", &application, err);

    if (result == LAB_OK)
        result = sql_int(s->db, "PRAGMA user_version", &version, err);
    if (result == LAB_OK)
        result = sql_int(s->db, "SELECT count(*) FROM sqlite_schema",
                         &tables_n, err);
    if (result != LAB_OK)
        return result;
    s->is_new = tables_n == 0 && application == 0;
    if (s->is_new || (application == APPLICATION && version == SCHEMA))
        return LAB_OK;
    conf_fail(err, NULL,
              application == APPLICATION
                  ? "%.200s: of another version of dialtone"
                  : "%.200s: a database, but not of a sweep",
              path);
    return LAB_INPUT;
}

static int open_db(struct store *s, const char *path, int flags,
                   struct conf_error *err)
{
    if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK) {
        if (s->db == NULL)
            return no_memory(err);
        return sql_fail(s->db, err);
    }
    sqlite3_extended_result_codes(s->db, 0);
    /* a reader may hold the end of a writer's file for a moment */
    sqlite3_busy_timeout(s->db, 2000);
    return recognise(s, path, err);
}

static struct store *new_store(void)
{
    struct store *s = calloc(1, sizeof *s);

    if (s != NULL)
        s->lock = -1;
    return s;
}

/* That what is there can be relied on. */
static int check_whole(struct store *s, struct conf_error *err)
{
    sqlite3_int64 wrong = 0, stray = 0;
    int result = sql_int(s->db,
                         "SELECT count(*) FROM pragma_quick_check"
                         " WHERE quick_check <> 'ok'",
                         &wrong, err);

    if (result == LAB_OK && wrong == 0 && !s->is_new)
        result = sql_int(s->db, strays, &stray, err);
    return result == LAB_OK && wrong + stray > 0 ? sql_damaged(s->db, err)
                                                 : result;
}

/* SQLite says of a folder that the disk fails, and not of which. */
static int check_kind(const char *path, struct conf_error *err)
{
    struct stat about;

    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode))
        return LAB_OK;
    conf_fail(err, NULL, "%.200s: is a directory", path);
    return LAB_INPUT;
}

static int check_readable(const char *path, struct conf_error *err)
{
    if (access(path, R_OK) == 0)
        return check_kind(path, err);
    conf_fail(err, NULL, "%.200s: %s", path, strerror(errno));
    return LAB_INPUT;
}

int store_open(struct store **out, const char *path, struct conf_error *err)
{
    struct store *s = *out = new_store();
    int result;

    if (s == NULL)
        return no_memory(err);
    result = check_readable(path, err);
    if (result == LAB_OK)
        result = open_db(s, path, SQLITE_OPEN_READONLY, err);
    if (result == LAB_OK)
        result = check_whole(s, err);
    if (result == LAB_OK && s->is_new) {
        conf_fail(err, NULL, "%.200s: nothing is in it", path);
        result = LAB_INPUT;
    }
    if (result != LAB_OK) {
        store_close(s);
        *out = NULL;
    }
    return result;
}

/* The lock's descriptor is opened before SQLite's and closed after it: locks
 * of SQLite's kind go with any descriptor of the file that is closed. */
static int lock_file(struct store *s, const char *path, struct conf_error *err)
{
    s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (s->lock < 0) {
        conf_fail(err, NULL, "%.200s: %s", path, strerror(errno));
        return errno == ENOSPC || errno == EDQUOT ? LAB_FAILED : LAB_INPUT;
    }
    if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
        return LAB_OK;
    conf_fail(err, NULL, "%.200s: another sweep is writing to it", path);
    return LAB_INPUT;
}

/* A kill of the process must not lose what was written, a power cut may lose
 * the last points, and neither damages the file: that is what `normal` is. */
static int prepare_writing(struct store *s, struct conf_error *err)
{
    int result = s->writes ? LAB_OK
                           : sql_do(s->db,
                                    "PRAGMA journal_mode = wal;"
                                    "PRAGMA synchronous = normal;"
                                    "PRAGMA foreign_keys = on;",
                                    err);

    s->writes = result == LAB_OK;
    return result;
}

int store_open_locked(struct store **out, const char *path,
                      struct conf_error *err)
{
    struct store *s = *out = new_store();
    int result = s == NULL ? no_memory(err) : check_kind(path, err);

    if (result == LAB_OK)
        result = lock_file(s, path, err);
    if (result == LAB_OK)
        result = open_db(s, path, SQLITE_OPEN_READWRITE, err);
    if (result == LAB_OK)
        result = check_whole(s, err);
    if (result != LAB_OK) {
        store_close(s);
        *out = NULL;
    }
    return result;
}

void store_abandon(struct store *s)
{
    close(s->lock);
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < STORE_STATEMENTS; i++)
        sqlite3_finalize(s->statements[i]);
    /* One file to be handed around, for who may only read, too.  Where a
     * reader is at it, it stays as it is: just as good. */
    if (s->writes)
        (void)sqlite3_exec(s->db, "PRAGMA journal_mode = delete", NULL, NULL,
                           NULL);
    sqlite3_close(s->db);
    if (s->lock >= 0)
        close(s->lock);
    free(s);
}

sqlite3 *store_db(struct store *s)
{
    return s->db;
}

bool store_is_new(const struct store *s)
{
    return s->is_new;
}

int store_make(struct store *s, struct conf_error *err)
{
    int result = sql_do(s->db, tables, err);

    s->is_new = result != LAB_OK;
    return result;
}

int store_begin(struct store *s, struct conf_error *err)
{
    int result = prepare_writing(s, err);

    return result == LAB_OK ? store_run(s, STORE_BEGIN, err, "") : result;
}

int store_commit(struct store *s, struct conf_error *err)
{
    return store_run(s, STORE_COMMIT, err, "");
}

/* An error may have done it already. */
void store_rollback(struct store *s)
{
    struct conf_error err;

    if (sqlite3_get_autocommit(s->db) == 0)
        (void)store_run(s, STORE_ROLLBACK, &err, "");
}

/* --- meta ------------------------------------------------------------------ */

int store_meta(struct store *s, const char *key, char **value,
               struct conf_error *err)
{
    sqlite3_stmt *st;
    bool row = false;
    int result = store_statement(s, STORE_META, &st, err);

    *value = NULL;
    if (result == LAB_OK)
        result = sql_bind(st, err, "s", key);
    if (result == LAB_OK)
        result = sql_step(st, &row, err);
    if (row && sqlite3_column_type(st, 0) != SQLITE_NULL) {
        *value = strdup((const char *)sqlite3_column_text(st, 0));
        if (*value == NULL)
            result = no_memory(err);
    }
    if (row)
        sqlite3_reset(st);
    return result;
}

int store_meta_set(struct store *s, const char *key, const char *value,
                   struct conf_error *err)
{
    return store_run(s, STORE_META_SET, err, "ss", key, value);
}

/* --- the plan -------------------------------------------------------------- */

static int check_keys(struct store *s, const struct axes *axes, size_t n,
                      struct conf_error *err)
{
    sqlite3_stmt *st = sql_prepare(s->db, "SELECT key FROM axis ORDER BY n",
                                   err);
    bool row = true;
    int result = st == NULL ? LAB_FAILED : LAB_OK;

    for (size_t i = 0; result == LAB_OK && row; i++) {
        const char *key;

        result = sql_step(st, &row, err);
        key = row ? (const char *)sqlite3_column_text(st, 0) : NULL;
        if (!row ||
            (n == axes->n && key != NULL && strcmp(key, axes->v[i].key) == 0))
            continue;
        conf_fail(err, NULL,
                  "the file has a sweep over other axes: %.100s is its "
                  "axis %zu of %zu",
                  key != NULL ? key : "?", i + 1, n);
        result = LAB_INPUT;
    }
    sqlite3_finalize(st);
    return result;
}

int store_check_axes(struct store *s, const struct axes *axes,
                     struct conf_error *err)
{
    sqlite3_int64 n = 0;
    int result = sql_int(s->db, "SELECT count(*) FROM axis", &n, err);

    if (result == LAB_OK && n == 0 && axes->n > 0) {
        conf_fail(err, NULL, "the file has a sweep without an axis");
        return LAB_INPUT;
    }
    return result == LAB_OK ? check_keys(s, axes, (size_t)n, err) : result;
}

static int plan_axes(struct store *s, const struct axes *axes,
                     struct conf_error *err)
{
    int result = LAB_OK;

    for (size_t i = 0; result == LAB_OK && i < axes->n; i++)
        result = store_run(s, STORE_AXIS, err, "is", (sqlite3_int64)(i + 1),
                           axes->v[i].key);
    return result;
}

/* Its values with tabs between them; free(). */
static char *label_of(const struct design *d, size_t config)
{
    size_t octets = 1;
    char *label, *p;

    for (size_t i = 0; i < d->axes->n; i++)
        octets += strlen(design_value(d, config, i)) + 1;
    label = p = malloc(octets);
    if (label == NULL)
        return NULL;
    *p = '\0';
    for (size_t i = 0; i < d->axes->n; i++) {
        if (i > 0)
            *p++ = '\t';
        p = stpcpy(p, design_value(d, config, i));
    }
    return label;
}

static int find_config(struct store *s, const char *label, int64_t *id,
                       struct conf_error *err)
{
    sqlite3_stmt *st;
    bool row = false;
    int result = store_statement(s, STORE_FIND_CONFIG, &st, err);

    *id = 0;
    if (result == LAB_OK)
        result = sql_bind(st, err, "s", label);
    if (result == LAB_OK)
        result = sql_step(st, &row, err);
    if (row) {
        *id = sqlite3_column_int64(st, 0);
        sqlite3_reset(st);
    }
    return result;
}

static int put_settings(struct store *s, const struct design *d, size_t config,
                        int64_t id, struct conf_error *err)
{
    int result = LAB_OK;

    for (size_t i = 0; result == LAB_OK && i < d->axes->n; i++) {
        const char *value = design_value(d, config, i);
        struct quantity q;
        double number = d->axes->v[i].n_keys == 1 && quantity_read(value, &q)
                            ? quantity_base(&q)
                            : NAN;

        result = store_run(s, STORE_SETTING, err, "iisd", (sqlite3_int64)id,
                           (sqlite3_int64)(i + 1), value, number);
    }
    return result;
}

static int plan_config(struct store *s, const struct design *d, size_t config,
                       int64_t *id, struct conf_error *err)
{
    char *label = label_of(d, config);
    int result = label == NULL ? no_memory(err)
                               : find_config(s, label, id, err);

    if (result == LAB_OK && *id == 0) {
        result = store_run(s, STORE_CONFIG, err, "s", label);
        *id = sqlite3_last_insert_rowid(s->db);
        if (result == LAB_OK)
            result = put_settings(s, d, config, *id, err);
    }
    free(label);
    return result;
}

int store_plan(struct store *s, const struct design *d, int64_t *ids,
               struct conf_error *err)
{
    int result = plan_axes(s, d->axes, err);

    for (size_t i = 0; result == LAB_OK && i < d->n; i++)
        result = plan_config(s, d, i, &ids[i], err);
    return result;
}
