/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite; see sql.h. */
#include "config.h"

#include "lab/sql.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* The file, from where we are if it is below. */
static const char *name_of(sqlite3 *db)
{
    const char *path = sqlite3_db_filename(db, "main");
    static char here[PATH_MAX];
    size_t len;

    if (path == NULL)
        return "a database";
    if (getcwd(here, sizeof here) == NULL)
        return path;
    len = strlen(here);
    return strncmp(path, here, len) == 0 && path[len] == '/' ? path + len + 1
                                                             : path;
}

/* One that has no room is no damaged one: what is in it stays. */
static const char *of_the_disk(sqlite3 *db)
{
    int last = errno; /* a commit keeps none */
    int e = sqlite3_system_errno(db) != 0 ? sqlite3_system_errno(db) : last;

    return e == ENOSPC || e == EDQUOT || e == EFBIG ||
                   sqlite3_errcode(db) == SQLITE_FULL
               ? "no room on the disk; what was written before stays"
               : strerror(e);
}

int sql_damaged(sqlite3 *db, struct conf_error *err)
{
    conf_fail(err, NULL,
              "%.200s: damaged; nothing was written to it; `sqlite3 FILE "
              ".recover` may save points",
              name_of(db));
    return LAB_FAILED;
}

int sql_fail(sqlite3 *db, struct conf_error *err)
{
    switch (sqlite3_errcode(db)) {
    case SQLITE_NOTADB:
        conf_fail(err, NULL, "%.200s: not the file of a sweep", name_of(db));
        return LAB_INPUT;
    case SQLITE_CORRUPT: return sql_damaged(db, err);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        conf_fail(err, NULL, "%.200s: somebody else writes to it",
                  name_of(db));
        return LAB_INPUT;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        conf_fail(err, NULL, "%.200s: %s (%s)", name_of(db), of_the_disk(db),
                  sqlite3_errmsg(db));
        return LAB_FAILED;
    default:
        conf_fail(err, NULL, "%.200s: %s", name_of(db), sqlite3_errmsg(db));
        return LAB_FAILED;
    }
}

int sql_do(sqlite3 *db, const char *text, struct conf_error *err)
{
    while (*text != '\0') {
        sqlite3_stmt *st;
        int result;

        if (sqlite3_prepare_v2(db, text, -1, &st, &text) != SQLITE_OK)
            return sql_fail(db, err);
        if (st == NULL) /* a blank rest */
            continue;
        result = sql_finish(st, err);
        sqlite3_finalize(st);
        if (result != LAB_OK)
            return result;
    }
    return LAB_OK;
}

sqlite3_stmt *sql_prepare(sqlite3 *db, const char *text,
                          struct conf_error *err)
{
    sqlite3_stmt *st;

    if (sqlite3_prepare_v2(db, text, -1, &st, NULL) == SQLITE_OK)
        return st;
    sql_fail(db, err);
    return NULL;
}

int sql_vbind(sqlite3_stmt *st, struct conf_error *err, const char *kinds,
              va_list ap)
{
    int code = SQLITE_OK;

    for (int i = 1; *kinds != '\0' && code == SQLITE_OK; kinds++, i++)
        if (*kinds == 's') {
            const char *text = va_arg(ap, const char *);

            code = sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
        } else if (*kinds == 'i') {
            code = sqlite3_bind_int64(st, i, va_arg(ap, sqlite3_int64));
        } else { /* what is no number becomes NULL there */
            code = sqlite3_bind_double(st, i, va_arg(ap, double));
        }
    return code == SQLITE_OK ? LAB_OK : sql_fail(sqlite3_db_handle(st), err);
}

int sql_bind(sqlite3_stmt *st, struct conf_error *err, const char *kinds, ...)
{
    va_list ap;
    int result;

    va_start(ap, kinds);
    result = sql_vbind(st, err, kinds, ap);
    va_end(ap);
    return result;
}

int sql_step(sqlite3_stmt *st, bool *row, struct conf_error *err)
{
    int code = sqlite3_step(st);
    int result = LAB_OK;

    *row = code == SQLITE_ROW;
    if (*row)
        return LAB_OK;
    if (code != SQLITE_DONE)
        result = sql_fail(sqlite3_db_handle(st), err);
    sqlite3_reset(st); /* tells what the step told */
    return result;
}

int sql_finish(sqlite3_stmt *st, struct conf_error *err)
{
    bool row = true;
    int result = LAB_OK;

    while (row)
        result = sql_step(st, &row, err);
    return result;
}

int sql_int(sqlite3 *db, const char *text, sqlite3_int64 *out,
            struct conf_error *err)
{
    sqlite3_stmt *st = sql_prepare(db, text, err);
    bool row;
    int result;

    if (st == NULL)
        return LAB_FAILED;
    result = sql_step(st, &row, err);
    if (row)
        *out = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return result;
}
