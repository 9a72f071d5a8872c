/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points counted; see count.h. */
#include "config.h"

#include "lab/count.h"

int count_points(struct store *s, struct count *out, struct conf_error *err)
{
    sqlite3_int64 configs = 0, seeds = 0, shards = 1, until = 0, done = 0,
                  failed = 0;
    const struct {
        const char *text;
        sqlite3_int64 *out;
    } all[] = {
        { "SELECT count(*) FROM config", &configs },
        { "SELECT value + 0 FROM meta WHERE key = 'seeds'", &seeds },
        { "SELECT value + 0 FROM meta WHERE key = 'shards'", &shards },
        { "SELECT count(value) FROM meta WHERE key = 'until'", &until },
        { "SELECT count(*) FROM point WHERE status = 'done'", &done },
        { "SELECT count(*) FROM point WHERE status = 'failed'", &failed },
    };
    int result = LAB_OK;

    for (size_t i = 0; i < sizeof all / sizeof all[0] && result == LAB_OK; i++)
        result = sql_int(store_db(s), all[i].text, all[i].out, err);
    *out = (struct count){ .configs = configs,
                           .seeds = seeds,
                           .done = done,
                           .failed = failed,
                           .missing = -1 };
    if (shards == 1 && until == 0) {
        out->missing = configs * seeds - done - failed;
        /* another call may have had other seeds */
        out->missing = out->missing < 0 ? 0 : out->missing;
    }
    return result;
}
