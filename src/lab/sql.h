/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Statements of SQLite with every return code looked at.  What goes wrong is
 * one line in *err that names the file; the functions that can fail give 0,
 * LAB_INPUT or LAB_FAILED.
 */
#ifndef LAB_SQL_H
#define LAB_SQL_H

#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>

#include "conf/tree.h"

/* As the program's exit codes. */
enum lab_result {
    LAB_OK = 0,
    LAB_INPUT = 2, /* what was asked for cannot be */
    LAB_FAILED = 3 /* disk, memory, a damaged file */
};

/* Says that its pages contradict each other.  LAB_FAILED. */
int sql_damaged(sqlite3 *db, struct conf_error *err);

/* Says in words what SQLite said last. */
int sql_fail(sqlite3 *db, struct conf_error *err);

/* All statements of a text that need no values and give none. */
int sql_do(sqlite3 *db, const char *text, struct conf_error *err);

/* One statement; NULL and *err.  sqlite3_finalize. */
sqlite3_stmt *sql_prepare(sqlite3 *db, const char *text,
                          struct conf_error *err);

/* Gives a statement that was reset its values: s const char * (NULL: none; it
 * must stay until the statement is reset), i int64_t, d double (NAN: none). */
int sql_bind(sqlite3_stmt *st, struct conf_error *err, const char *kinds, ...);

int sql_vbind(sqlite3_stmt *st, struct conf_error *err, const char *kinds,
              va_list ap);

/* *row: whether there is one (more).  After the last, and after an error, the
 * statement is reset. */
int sql_step(sqlite3_stmt *st, bool *row, struct conf_error *err);

/* Steps to the end, whatever rows there are. */
int sql_finish(sqlite3_stmt *st, struct conf_error *err);

/* The first column of the first row, of a statement without values: *out is
 * untouched if there is none. */
int sql_int(sqlite3 *db, const char *text, sqlite3_int64 *out,
            struct conf_error *err);

#endif
