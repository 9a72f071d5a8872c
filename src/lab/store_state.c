/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The statements of a store; store_state.h. */
#include "config.h"

#include "lab/store_state.h"

static const char *const texts[STORE_STATEMENTS] = {
    [STORE_BEGIN] = "BEGIN IMMEDIATE",
    [STORE_COMMIT] = "COMMIT",
    [STORE_ROLLBACK] = "ROLLBACK",
    [STORE_META] = "SELECT value FROM meta WHERE key = ?1",
    [STORE_META_SET] = "INSERT INTO meta VALUES(?1, ?2)"
                       " ON CONFLICT(key) DO UPDATE SET value = ?2",
    [STORE_AXIS] = "INSERT OR IGNORE INTO axis VALUES(?1, ?2)",
    [STORE_FIND_CONFIG] = "SELECT id FROM config WHERE label = ?1",
    [STORE_CONFIG] = "INSERT INTO config(label) VALUES(?1)",
    [STORE_SETTING] = "INSERT INTO setting VALUES(?1, ?2, ?3, ?4)",
    [STORE_FIND_POINT] = "SELECT status, hash FROM point"
                         " WHERE config = ?1 AND seed = ?2",
    [STORE_FIND_HASH] = "SELECT id FROM point"
                        " WHERE hash = ?1 AND status = 'done' LIMIT 1",
    [STORE_DROP_POINT] = "DELETE FROM point WHERE config = ?1 AND seed = ?2",
    [STORE_POINT] = "INSERT INTO point(config, seed, hash, status, error,"
                    " wall_s, simulated_s, trace_hash)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [STORE_FIND_METRIC] = "SELECT id FROM metric WHERE name = ?1",
    [STORE_METRIC] = "INSERT INTO metric(name, unit, help)"
                     " VALUES(?1, ?2, ?3)",
    [STORE_VALUE] = "INSERT INTO value VALUES(?1, ?2, ?3)",
    [STORE_SUMS] = "SELECT x FROM point JOIN value ON value.point = point.id"
                   " WHERE config = ?1 AND status = 'done'"
                   " AND seed >= ?3 AND seed < ?3 + ?4 AND metric ="
                   " (SELECT id FROM metric WHERE name = ?2) ORDER BY seed",
    [STORE_COPY_POINT] =
        "INSERT INTO point(config, seed, hash, status, wall_s,"
        " simulated_s, trace_hash) SELECT ?1, ?2, hash,"
        " status, 0, simulated_s, trace_hash FROM point"
        " WHERE id = ?3",
    [STORE_COPY_VALUES] = "INSERT INTO value SELECT ?1, metric, x FROM value"
                          " WHERE point = ?2",
};

int store_statement(struct store *s, enum store_statement which,
                    sqlite3_stmt **out, struct conf_error *err)
{
    if (s->statements[which] == NULL)
        s->statements[which] = sql_prepare(s->db, texts[which], err);
    *out = s->statements[which];
    return *out == NULL ? LAB_FAILED : LAB_OK;
}

int store_run(struct store *s, enum store_statement which,
              struct conf_error *err, const char *kinds, ...)
{
    sqlite3_stmt *st;
    int result = store_statement(s, which, &st, err);
    va_list ap;

    if (result != LAB_OK)
        return result;
    va_start(ap, kinds);
    result = sql_vbind(st, err, kinds, ap);
    va_end(ap);
    return result == LAB_OK ? sql_finish(st, err) : result;
}
