/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a store is made of: for store.c and store_point.c. */
#ifndef LAB_STORE_STATE_H
#define LAB_STORE_STATE_H

#include "lab/store.h"

/* Statements that are prepared once, when they are first needed. */
enum store_statement {
    STORE_BEGIN,
    STORE_COMMIT,
    STORE_ROLLBACK,
    STORE_META,
    STORE_META_SET,
    STORE_AXIS,
    STORE_FIND_CONFIG,
    STORE_CONFIG,
    STORE_SETTING,
    STORE_FIND_POINT,
    STORE_FIND_HASH,
    STORE_DROP_POINT,
    STORE_POINT,
    STORE_FIND_METRIC,
    STORE_METRIC,
    STORE_VALUE,
    STORE_SUMS,
    STORE_COPY_POINT,
    STORE_COPY_VALUES,
    STORE_STATEMENTS
};

struct store {
    sqlite3 *db;
    int lock; /* descriptor; -1: to read only */
    bool is_new;
    bool writes;               /* it is prepared for that */
    store_describer *describe; /* or NULL */
    void *describe_ctx;
    sqlite3_stmt *statements[STORE_STATEMENTS];
};

/* The statement, reset, for sql_bind. */
int store_statement(struct store *s, enum store_statement which,
                    sqlite3_stmt **out, struct conf_error *err);

/* All of it, with values as in sql_bind. */
int store_run(struct store *s, enum store_statement which,
              struct conf_error *err, const char *kinds, ...);

#endif
