/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points to processes, outcomes to the file; see sweep.h. */
#include "config.h"

#include "lab/sweep.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lab/pool.h"

#define HASH_OCTETS 128

/* A configuration: its seeds are begun in order. */
struct progress {
    size_t wanted; /* seeds, so far */
    size_t begun;  /* of them, or found to be there */
    size_t ended;  /* of those */
    size_t expected;
    size_t twin; /* the first configuration of equal content; often itself */
    bool again;  /* it was drawn twice, and is one in the file */
    bool failed; /* one of its seeds */
    bool closed; /* no more seeds are wanted */
};

struct sweep {
    const struct sweep_config *c;
    struct sweep_state *state;
    struct conf_error *err;
    struct progress *configs;
    size_t twins; /* configurations that are another's */
    struct pool pool;
    size_t at; /* whose turn it is */
    int result;
    struct timespec start;
};

static double seconds_since(const struct timespec *start)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_sec - start->tv_sec) +
           1e-9 * (double)(t.tv_nsec - start->tv_nsec);
}

/* --- configurations of equal content ---------------------------------------- */

struct content {
    const char *hash;
    size_t config;
};

static int by_hash(const void *a, const void *b)
{
    const struct content *x = a, *y = b;
    int order = strcmp(x->hash, y->hash);

    return order != 0 ? order
                      : (x->config > y->config) - (x->config < y->config);
}

static bool find_twins(struct sweep *w)
{
    size_t n = w->c->design->n;
    struct content *all = calloc(n, sizeof *all);

    if (all == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        all[i] = (struct content){ w->c->content(w->c->ctx, i), i };
    qsort(all, n, sizeof *all, by_hash);
    for (size_t i = 0; i < n; i++) {
        bool equal = i > 0 && strcmp(all[i].hash, all[i - 1].hash) == 0;
        size_t before = i > 0 ? w->configs[all[i - 1].config].twin : 0;

        w->configs[all[i].config].twin = equal ? before : all[i].config;
        w->twins += equal ? 1 : 0;
    }
    for (size_t i = 0; i < n; i++) {
        size_t first = w->configs[i].twin;

        w->configs[i].again = first != i && w->c->ids[i] == w->c->ids[first];
    }
    free(all);
    return true;
}

/* --- points ------------------------------------------------------------------ */

/* Points of equal content belong to one shard; with a rule all seeds of a
 * configuration, for they decide together. */
static bool is_ours(const struct sweep *w, size_t config, size_t k)
{
    size_t first = w->configs[config].twin;

    if (w->configs[config].again)
        return false;
    if (w->c->until == NULL)
        first += k * w->c->design->n;
    return first % w->c->shards == w->c->shard - 1;
}

static struct store_key key_of(const struct sweep *w, size_t config, size_t k,
                               char hash[HASH_OCTETS])
{
    uint64_t seed = w->c->seed + k;

    snprintf(hash, HASH_OCTETS, "%s-%llu", w->c->content(w->c->ctx, config),
             (unsigned long long)seed);
    return (struct store_key){ w->c->ids[config], seed, hash };
}

static bool failed(struct sweep *w, int result)
{
    if (w->result == LAB_OK)
        w->result = result;
    return result != LAB_OK;
}

/* Takes the outcome of the point that has the same content. */
static void take_equal(struct sweep *w, const struct store_key *key)
{
    if (!failed(w, store_put_equal(w->c->store, key, w->err)))
        w->state->equal++;
}

/* Whether a point is to be run: it is ours, and neither it nor an equal one is
 * in the file.  A twin's waits for the point that it is equal to. */
static bool is_due(struct sweep *w, size_t config, size_t k)
{
    char hash[HASH_OCTETS];
    struct store_key key = key_of(w, config, k, hash);
    enum store_state state;

    if (!is_ours(w, config, k) ||
        failed(w, store_look(w->c->store, &key, &state, w->err)))
        return false;
    if (state == STORE_EQUAL)
        take_equal(w, &key);
    w->state->had += state == STORE_DONE ? 1 : 0;
    return (state == STORE_NONE || state == STORE_FAILED) &&
           w->configs[config].twin == config;
}

/* --- seeds enough ------------------------------------------------------------ */

static void want(struct sweep *w, size_t config, size_t wanted,
                 size_t expected)
{
    struct progress *p = &w->configs[config];

    w->state->points += wanted - p->wanted;
    w->state->expected = w->state->expected + expected - p->expected;
    p->wanted = wanted;
    p->expected = expected;
}

/* Half as many more at most, and what the variance so far calls for: all of
 * them at a time, whatever the number of processes. */
static void extend(struct sweep *w, size_t config, const struct stat_sums *s)
{
    size_t had = w->configs[config].wanted;
    size_t wish = stop_forecast(w->c->until, s), more;

    wish = wish <= had ? had + 1 : wish;
    wish = wish > w->c->max_seeds ? w->c->max_seeds : wish;
    more = wish > had + had / 2 ? had + had / 2 : wish;
    for (size_t i = config; i < w->c->design->n; i++)
        if (w->configs[i].twin == config && !w->configs[i].again)
            want(w, i, more > had ? more : had + 1, wish);
}

/* All of its seeds are there: whether it gets more. */
static bool wants_more(struct sweep *w, size_t config)
{
    struct progress *p = &w->configs[config];
    struct stat_sums sums = { 0 };

    if (w->c->until == NULL || p->closed || p->failed || p->twin != config ||
        p->ended < p->begun || p->wanted == 0)
        return false;
    if (failed(w,
               store_sums(w->c->store, w->c->ids[config], w->c->until->metric,
                          w->c->seed, p->wanted, &sums, w->err)))
        return false;
    p->closed = stop_reached(w->c->until, &sums);
    if (p->closed || p->wanted >= w->c->max_seeds) {
        w->state->wide += p->closed ? 0 : 1;
        p->closed = true;
        want(w, config, p->wanted, p->wanted);
        return false;
    }
    extend(w, config, &sums);
    return true;
}

/* --- tasks ------------------------------------------------------------------- */

/* Its next seed that is to be run; false: none now. */
static bool begin(struct sweep *w, size_t config, size_t *k)
{
    struct progress *p = &w->configs[config];

    do
        while (p->begun < p->wanted && w->result == LAB_OK) {
            *k = p->begun++;
            if (is_due(w, config, *k))
                return true;
            p->ended++;
        }
    while (w->result == LAB_OK && wants_more(w, config));
    return false;
}

static bool next(void *ctx, size_t *task)
{
    struct sweep *w = ctx;
    size_t n = w->c->design->n, k;

    for (size_t i = 0; i < n; i++) {
        size_t config = w->at;

        w->at = (w->at + 1) % n;
        if (begin(w, config, &k)) {
            *task = k * n + config;
            return true;
        }
    }
    return false;
}

/* In the process of a point. */
static int work(void *ctx, size_t task, int fd)
{
    struct sweep *w = ctx;
    size_t n = w->c->design->n;
    struct outcome o = { .n = 0 };
    struct timespec start;

    store_abandon(w->c->store);
    clock_gettime(CLOCK_MONOTONIC, &start);
    w->c->run(w->c->ctx, task % n, w->c->seed + task / n, &o);
    o.wall_s = seconds_since(&start);
    if (o.no_memory) {
        o.done = false;
        snprintf(o.error, sizeof o.error, "no memory for the metrics");
    }
    return outcome_write(&o, fd);
}

/* What came, or why nothing did. */
static void outcome_of(const struct pool_end *end, struct outcome *o)
{
    if (end->error == 0 && end->signal == 0 && end->status == 0 &&
        outcome_read(o, end->octets, end->len))
        return;
    *o = (struct outcome){ .wall_s = NAN, .simulated_s = NAN };
    if (end->error != 0)
        snprintf(o->error, sizeof o->error, "its process: %s",
                 strerror(end->error));
    else if (end->signal != 0)
        snprintf(o->error, sizeof o->error, "its process died of signal %d",
                 end->signal);
    else
        snprintf(o->error, sizeof o->error, "its process told nothing");
}

/* Those of the same seed that wait for one that is done now.  Whose turn has
 * not come yet finds it in the file. */
static void put_twins(struct sweep *w, size_t config, size_t k)
{
    char hash[HASH_OCTETS];

    for (size_t i = config + 1; w->twins > 0 && i < w->c->design->n; i++)
        if (w->configs[i].twin == config && !w->configs[i].again &&
            w->configs[i].begun > k) {
            struct store_key key = key_of(w, i, k, hash);

            take_equal(w, &key);
        }
}

static void show(struct sweep *w)
{
    struct sweep_state *s = w->state;
    size_t now = s->run + s->failed;
    size_t left = s->expected - s->had - s->equal - now;

    s->seconds = seconds_since(&w->start);
    s->left_s = now > 0 ? s->seconds * (double)left / (double)now : NAN;
    w->c->progress(w->c->ctx, s);
}

static bool done(void *ctx, const struct pool_end *end)
{
    struct sweep *w = ctx;
    size_t n = w->c->design->n, config = end->task % n, k = end->task / n;
    char hash[HASH_OCTETS];
    struct store_key key = key_of(w, config, k, hash);
    struct outcome o;

    /* ended by us or by who ends us, or too late: it did not fail */
    if (w->result != LAB_OK || end->signal == SIGINT ||
        end->signal == SIGTERM || (end->signal != 0 && w->pool.interrupts > 0))
        return w->result == LAB_OK;
    outcome_of(end, &o);
    w->configs[config].ended++;
    if (!failed(w, store_put(w->c->store, &key, &o, w->err))) {
        w->configs[config].failed = w->configs[config].failed || !o.done;
        if (o.done) {
            w->state->run++;
            put_twins(w, config, k);
        } else {
            w->state->failed++;
            w->c->failed(w->c->ctx, config, key.seed, o.error);
        }
    }
    outcome_free(&o);
    show(w);
    return w->result == LAB_OK;
}

/* Of other shards' points nobody speaks. */
static void count_points(struct sweep *w)
{
    for (size_t i = 0; i < w->c->design->n; i++) {
        struct progress *p = &w->configs[i];

        for (size_t k = 0; k < w->c->seeds; k++)
            w->state->points += is_ours(w, i, k) ? 1 : 0;
        if (w->c->until == NULL || is_ours(w, i, 0))
            p->wanted = p->expected = w->c->seeds;
    }
    w->state->expected = w->state->points;
}

static void tick(void *ctx)
{
    show(ctx);
}

static int run(struct sweep *w)
{
    const struct pool_config pool = { .jobs = w->c->jobs,
                                      .ctx = w,
                                      .next = next,
                                      .work = work,
                                      .done = done,
                                      .tick = tick };
    int error;

    if (!find_twins(w)) {
        conf_fail(w->err, NULL, "no memory for the configurations");
        return LAB_FAILED;
    }
    count_points(w);
    error = pool_run(&w->pool, &pool);
    w->state->signal = w->pool.signal;
    if (error == 0)
        return w->result;
    conf_fail(w->err, NULL, "processes: %s", strerror(error));
    return LAB_FAILED;
}

int sweep_run(const struct sweep_config *c, struct sweep_state *state,
              struct conf_error *err)
{
    struct sweep w = { .c = c, .state = state, .err = err };
    int result = LAB_FAILED;

    *state = (struct sweep_state){ .left_s = NAN };
    clock_gettime(CLOCK_MONOTONIC, &w.start);
    w.configs = calloc(c->design->n, sizeof *w.configs);
    if (w.configs != NULL)
        result = run(&w);
    else
        conf_fail(err, NULL, "no memory for the configurations");
    free(w.configs);
    return result;
}
