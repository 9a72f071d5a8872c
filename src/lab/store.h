/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file of a sweep: one SQLite database.
 *
 *   meta     schema, program, version, build, scenario (JSON), content, sets,
 *            title, seed, seeds, shard
 *   axis     the axes, from 1 in the order given
 *   config   a combination of their values, and
 *   setting  which: as written, and as a number in base units or NULL
 *   point    a run of a configuration with a seed
 *   metric   what was measured, and
 *   value    of which point how much
 *
 * A point is written in one transaction: it is there, or it is not, whatever
 * ends the process.  One process writes: it holds a lock (flock) on the file;
 * others may read meanwhile.  All functions give enum lab_result (sql.h).
 */
#ifndef LAB_STORE_H
#define LAB_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "lab/design.h"
#include "lab/outcome.h"
#include "lab/sql.h"
#include "lab/stat.h"

struct store;

/* To read a file that is there. */
int store_open(struct store **out, const char *path, struct conf_error *err);

/* To write to; made if it is not there or has nothing in it yet.  Until
 * store_begin nothing of it changes. */
int store_open_locked(struct store **out, const char *path,
                      struct conf_error *err);

/* In a process that was forked: lets go of the lock; no more of it may be
 * used. */
void store_abandon(struct store *s);

/* NULL is fine. */
void store_close(struct store *s);

/* For statements of one's own. */
sqlite3 *store_db(struct store *s);

/* Whether there is nothing in it yet: no tables. */
bool store_is_new(const struct store *s);

/* Its tables; between begin and commit, so that there is never half a plan. */
int store_make(struct store *s, struct conf_error *err);
int store_begin(struct store *s, struct conf_error *err);
int store_commit(struct store *s, struct conf_error *err);
void store_rollback(struct store *s);

/* *value: free(); NULL if it has none. */
int store_meta(struct store *s, const char *key, char **value,
               struct conf_error *err);
int store_meta_set(struct store *s, const char *key, const char *value,
                   struct conf_error *err);

/* LAB_INPUT: it has other axes. */
int store_check_axes(struct store *s, const struct axes *axes,
                     struct conf_error *err);

/* The axes and configurations of a design, as far as they are not there yet;
 * ids[i]: of configuration i. */
int store_plan(struct store *s, const struct design *d, int64_t *ids,
               struct conf_error *err);

/* A point as one asks for it. */
struct store_key {
    int64_t config;
    uint64_t seed;
    const char *hash; /* of all that its outcome depends on */
};

enum store_state {
    STORE_NONE,
    STORE_FAILED,
    STORE_DONE, /* it is there */
    STORE_EQUAL /* one of equal content is there, of another configuration */
};

int store_look(struct store *s, const struct store_key *k,
               enum store_state *state, struct conf_error *err);

/* Unit and help of a metric, NULL where there is none; both stay until the
 * next call. */
struct store_about {
    const char *unit, *help;
};
typedef struct store_about store_describer(void *ctx, const char *metric);

/* Who is asked about metrics that the file does not have yet. */
void store_describe(struct store *s, store_describer *describe, void *ctx);

/* A point's outcome, in place of one that failed, in a transaction. */
int store_put(struct store *s, const struct store_key *k,
              const struct outcome *o, struct conf_error *err);

/* Adds what a metric was in the points of a configuration that are done: of n
 * seeds from the first on, in their order. */
int store_sums(struct store *s, int64_t config, const char *metric,
               uint64_t first, size_t n, struct stat_sums *sums,
               struct conf_error *err);

/* The same as store_put from the point that is STORE_EQUAL to it. */
int store_put_equal(struct store *s, const struct store_key *k,
                    struct conf_error *err);

#endif
