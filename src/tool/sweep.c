/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scenario over axes and seeds; see sweep.h. */
#include "config.h"

#include "tool/sweep.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "conf/units.h"
#include "lab/pool.h"
#include "lab/sweep.h"
#include "tool/build_id.h"
#include "tool/content.h"
#include "tool/expect.h"
#include "tool/outdir.h"
#include "tool/probes.h"
#include "tool/run.h"
#include "tool/scenario.h"
#include "tool/sweep_check.h"
#include "tool/sweep_expect.h"
#include "tool/variant.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define PATH_OCTETS 4096
#define FAILURES_TOLD 10u

/* Of a configuration. */
struct config {
    char content[CONTENT_OCTETS];
    char world[CONTENT_OCTETS]; /* of its platform and routes */
};

struct job {
    const struct sweep_options *o;
    struct scenario base; /* as --set leaves it */
    struct axes axes;
    struct design design;
    struct stop_rule until;
    struct config *configs;
    size_t *worlds; /* a configuration of each platform with its routes */
    size_t n_worlds;
    int64_t *ids;
    char base_content[CONTENT_OCTETS];
    char out[PATH_OCTETS];
    struct store *store;
    struct sweep_state state;
    double shown_s;            /* when progress was last shown */
    struct probes_about about; /* of the metric that was asked for last */
    struct conf_error err;
};

static int told(const struct job *j, int result)
{
    if (result == RUN_INPUT || result == RUN_INTERNAL)
        fprintf(stderr, "%s\n", j->err.text);
    return result;
}

/* --- what is asked for ------------------------------------------------------- */

/* The scenario with a configuration's values and a seed, NULL: its own. */
static int load(const struct job *j, size_t config, const uint64_t *seed,
                struct scenario *s, struct conf_error *err)
{
    const struct sweep_options *o = j->o;
    size_t n;
    char **own = design_sets(&j->design, config, &n);
    const char **sets = calloc(o->n_sets + n + 1, sizeof *sets);
    char text[40];
    int result = -1;

    if (own == NULL || sets == NULL) {
        conf_fail(err, NULL, "no memory for a point");
    } else {
        for (size_t i = 0; i < o->n_sets; i++)
            sets[i] = o->sets[i];
        for (size_t i = 0; i < n; i++)
            sets[o->n_sets + i] = own[i];
        if (seed != NULL) {
            snprintf(text, sizeof text, "seed=%" PRIu64, *seed);
            sets[o->n_sets + n++] = text;
        }
        result = scenario_load(s, o->path, sets, o->n_sets + n, err);
    }
    free(sets);
    design_sets_free(own);
    return result;
}

/* "key=value", as far as that can be told without the scenario: YAML is left
 * to its reader. */
static int check_set(char *set, struct conf_error *err)
{
    char *value = strchr(set, '=');
    struct conf_error why;

    *value++ = '\0';
    if (strcmp(set, "seed") == 0)
        return conf_fail(err, NULL,
                         "--over seed: seeds are no axis; --seeds says how "
                         "many, seed= the first");
    if (*value == '[' || *value == '{' ||
        scenario_key_check(set, value, &why) == 0)
        return 0;
    return conf_fail(err, NULL, "--over %.100s: %s", set, why.text);
}

/* All of its values: what is wrong with the last one is said before the first
 * one is tried. */
static int check_axis(const struct axis *a, struct conf_error *err)
{
    int result = 0;

    for (size_t i = 0; i < a->n && result == 0; i++)
        for (size_t k = 0; k < a->n_keys && result == 0; k++) {
            char *set = axis_set(a, i, k);

            result = set != NULL ? check_set(set, err)
                                 : conf_fail(err, NULL, "no memory");
            free(set);
        }
    return result;
}

/* A scenario that compares has an axis of its own, the first. */
static int add_axes(struct job *j)
{
    const struct scenario_compare *c = &j->base.compare;
    const struct sweep_options *o = j->o;
    bool again = false;

    for (size_t i = 0; i < o->n_over && c->key != NULL; i++) {
        size_t len = strlen(c->key);

        again = again || (strncmp(o->over[i], c->key, len) == 0 &&
                          o->over[i][len] == '=');
    }
    if (c->key != NULL && !again &&
        axes_add_values(&j->axes, c->key, c->values.v, c->values.n, &j->err) !=
            0)
        return -1;
    for (size_t i = 0; i < o->n_over; i++)
        if (axes_add(&j->axes, o->over[i], &j->err) != 0)
            return -1;
    if (axes_draw(&j->axes, o->lhs, j->base.seed, &j->err) != 0)
        return -1;
    for (size_t i = 0; i < j->axes.n; i++)
        if (check_axis(&j->axes.v[i], &j->err) != 0)
            return -1;
    return 0;
}

/* Who wrote --over, wrote no --set. */
static int bad_config(struct job *j, size_t config, const char *why)
{
    char what[300] = "";
    size_t used = 0;

    if (strncmp(why, "--set ", 6) == 0) {
        conf_fail(&j->err, NULL, "--over %s", why + 6);
        return RUN_INPUT;
    }
    if (strncmp(why, "--set: ", 7) == 0)
        why += 7;
    for (size_t i = 0; i < j->axes.n && used < sizeof what; i++)
        used += (size_t)snprintf(what + used, sizeof what - used, "%s%s=%s",
                                 i > 0 ? " " : "", j->axes.v[i].key,
                                 design_value(&j->design, config, i));
    conf_fail(&j->err, NULL, "--over %s: %s", what, why);
    return RUN_INPUT;
}

/* Most have the platform and the routes of the one before. */
static void note_world(struct job *j, size_t config)
{
    for (size_t i = j->n_worlds; i-- > 0;)
        if (strcmp(j->configs[j->worlds[i]].world, j->configs[config].world) ==
            0)
            return;
    j->worlds[j->n_worlds++] = config;
}

/* Every configuration has to be one, before the first point runs. */
static int read_config(struct job *j, size_t config)
{
    struct conf_error why;
    struct scenario s;
    int result;

    if (load(j, config, NULL, &s, &why) != 0)
        return j->axes.n > 0 ? bad_config(j, config, why.text) : RUN_INPUT;
    result = content_hash(&s, j->configs[config].content, &why);
    if (result == 0)
        result = content_world(&s, j->configs[config].world, &why);
    scenario_free(&s);
    if (result != 0)
        return bad_config(j, config, why.text);
    note_world(j, config);
    return RUN_OK;
}

static int load_first(void *ctx, size_t config, struct scenario *s,
                      struct conf_error *err)
{
    return load(ctx, config, NULL, s, err);
}

static int try_worlds(struct job *j)
{
    const struct sweep_check check = { .ctx = j,
                                       .load = load_first,
                                       .configs = j->worlds,
                                       .n = j->n_worlds,
                                       .jobs = pool_processors() };
    struct conf_error why;
    size_t config;
    int result = sweep_check(&check, &config, &why);

    if (result != RUN_INPUT && result != RUN_INTERNAL)
        return result;
    if (j->n_worlds > 1)
        return bad_config(j, config, why.text);
    j->err = why;
    return result;
}

/* The metric of --until has to be one. */
static int read_until(struct job *j)
{
    const char *metric = j->until.metric;
    char nearest[PROBES_NAME_OCTETS];
    const char *wrong;

    if (j->o->until == NULL)
        return 0;
    wrong = stop_parse(&j->until, j->o->until);
    if (wrong != NULL)
        return conf_fail(&j->err, NULL, "--until '%.100s': %s", j->o->until,
                         wrong);
    if (probes_known(&j->base, metric))
        return 0;
    if (probes_nearest(&j->base, metric, nearest))
        return conf_fail(&j->err, NULL,
                         "--until: no metric '%.100s'; did you mean '%.100s'?",
                         metric, nearest);
    return conf_fail(&j->err, NULL, "--until: no metric '%.100s'", metric);
}

static int plan(struct job *j)
{
    int result = RUN_OK;

    if (read_until(j) != 0 || add_axes(j) != 0 ||
        design_make(&j->design, &j->axes, &j->err) != 0)
        return RUN_INPUT;
    j->configs = calloc(j->design.n, sizeof *j->configs);
    j->ids = calloc(j->design.n, sizeof *j->ids);
    j->worlds = calloc(j->design.n, sizeof *j->worlds);
    if (j->configs == NULL || j->ids == NULL || j->worlds == NULL) {
        conf_fail(&j->err, NULL, "no memory for %zu configurations",
                  j->design.n);
        return RUN_INTERNAL;
    }
    for (size_t i = 0; i < j->design.n && result == RUN_OK; i++)
        result = read_config(j, i);
    if (result == RUN_OK &&
        content_hash(&j->base, j->base_content, &j->err) != 0)
        result = RUN_INPUT;
    return result == RUN_OK ? try_worlds(j) : result;
}

static int list_points(const struct job *j)
{
    for (size_t k = 0; k < j->o->seeds; k++)
        for (size_t i = 0; i < j->design.n; i++) {
            for (size_t a = 0; a < j->axes.n; a++)
                printf("%s=%s\t", j->axes.v[a].key,
                       design_value(&j->design, i, a));
            printf("seed=%" PRIu64 "\n", j->base.seed + k);
        }
    return RUN_OK;
}

/* --- the file ------------------------------------------------------------------ */

/* The options as a JSON list. */
static char *list_text(const char *const *v, size_t n)
{
    json_t *list = json_array();
    char *text;

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(v[i]));
    text = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    return text;
}

static int put_count(struct job *j, const char *key, uint64_t n)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, n);
    return store_meta_set(j->store, key, text, &j->err);
}

/* What is said once of all points. */
static int put_meta(struct job *j)
{
    json_t *dump = scenario_dump_json(&j->base);
    char *scenario = json_dumps(dump, JSON_COMPACT);
    char *sets = list_text(j->o->sets, j->o->n_sets);
    const struct {
        const char *key, *value;
    } all[] = { { "schema", "1" },
                { "program", "dialtone" },
                { "version", PACKAGE_VERSION },
                { "build", build_id() },
                { "scenario", scenario },
                { "content", j->base_content },
                { "title", j->base.title },
                { "sets", sets } };
    int result = scenario == NULL || sets == NULL ? LAB_FAILED : LAB_OK;

    if (result != LAB_OK)
        conf_fail(&j->err, NULL, "no memory for the scenario");
    for (size_t i = 0; i < sizeof all / sizeof all[0] && result == LAB_OK; i++)
        result = store_meta_set(j->store, all[i].key, all[i].value, &j->err);
    if (result == LAB_OK)
        result = put_count(j, "seed", j->base.seed);
    if (result == LAB_OK)
        result = put_count(j, "shard", j->o->shard);
    if (result == LAB_OK)
        result = put_count(j, "shards", j->o->shards);
    free(sets);
    free(scenario);
    json_decref(dump);
    return result;
}

/* Whether the file has `is` for a key; `what` says so if not. */
static int compare_meta(struct job *j, const char *key, const char *is,
                        const char *what)
{
    char *was;
    int result = store_meta(j->store, key, &was, &j->err);

    if (result == LAB_OK && (was == NULL || strcmp(was, is) != 0)) {
        conf_fail(&j->err, NULL, "%.200s: %s (%.40s there, %.40s here)",
                  j->out, what, was != NULL ? was : "none", is);
        result = LAB_INPUT;
    }
    free(was);
    return result;
}

/* Points of one file are of one scenario and one build. */
static int check_meta(struct job *j)
{
    char seed[24], shard[24], shards[24];
    int result = compare_meta(j, "build", build_id(),
                              "its points are of another build; give another "
                              "file");

    snprintf(seed, sizeof seed, "%" PRIu64, j->base.seed);
    snprintf(shard, sizeof shard, "%zu", j->o->shard);
    snprintf(shards, sizeof shards, "%zu", j->o->shards);
    if (result == LAB_OK)
        result = compare_meta(j, "content", j->base_content,
                              "its points are of another scenario, platform "
                              "or --set; give another file");
    if (result == LAB_OK)
        result = compare_meta(j, "seed", seed,
                              "its points begin with another seed; give "
                              "another file");
    if (result == LAB_OK)
        result = compare_meta(j, "shards", shards,
                              "its points are of another number of shards");
    if (result == LAB_OK)
        result = compare_meta(j, "shard", shard,
                              "its points are of another shard");
    return result == LAB_OK ? store_check_axes(j->store, &j->axes, &j->err)
                            : result;
}

/* Seeds may grow from call to call; those that are there stay. */
static int put_seeds(struct job *j)
{
    sqlite3_int64 had = 0;
    int result = sql_int(store_db(j->store),
                         "SELECT value + 0 FROM meta WHERE key = 'seeds'",
                         &had, &j->err);

    if (result == LAB_OK)
        result = put_count(
            j, "seeds", j->o->seeds > (size_t)had ? j->o->seeds : (size_t)had);
    return result == LAB_OK
               ? store_meta_set(j->store, "until", j->o->until, &j->err)
               : result;
}

static int open_store(struct job *j)
{
    int result = store_open_locked(&j->store, j->out, &j->err);
    bool is_new;

    if (result != LAB_OK)
        return result;
    is_new = store_is_new(j->store);
    result = is_new ? LAB_OK : check_meta(j);
    if (result == LAB_OK)
        result = store_begin(j->store, &j->err);
    if (result == LAB_OK && is_new)
        result = store_make(j->store, &j->err);
    if (result == LAB_OK && is_new)
        result = put_meta(j);
    if (result == LAB_OK)
        result = put_seeds(j);
    if (result == LAB_OK)
        result = store_plan(j->store, &j->design, j->ids, &j->err);
    if (result == LAB_OK)
        result = store_commit(j->store, &j->err);
    return result;
}

/* --- points -------------------------------------------------------------------- */

static const char *content(void *ctx, size_t config)
{
    const struct job *j = ctx;

    return j->configs[config].content;
}

static struct store_about about(void *ctx, const char *metric)
{
    struct job *j = ctx;

    if (!probes_about(&j->base, metric, &j->about))
        return (struct store_about){ NULL, NULL };
    return (struct store_about){ j->about.unit, j->about.help };
}

static size_t processes(const struct sweep_options *o)
{
    return o->jobs > 0 ? o->jobs : pool_processors();
}

static void run_point(void *ctx, size_t config, uint64_t seed,
                      struct outcome *o)
{
    static volatile sig_atomic_t never;
    const struct job *j = ctx;
    struct variant_measured m;
    struct conf_error err = { "" };
    struct scenario s;
    const char *name;
    json_t *x;

    if (load(j, config, &seed, &s, &err) == 0)
        s.at_once = processes(j->o);
    if (err.text[0] == '\0' && variant_measure(&s, &never, &m, &err) == 0) {
        o->done = true;
        o->simulated_s = m.simulated_s;
        o->trace_hash = m.trace_hash;
        json_object_foreach(m.metrics, name, x)
            outcome_add(o, name, json_number_value(x));
    }
    snprintf(o->error, sizeof o->error, "%s", err.text);
}

static void clear_line(const struct job *j)
{
    if (j->shown_s > 0)
        fputs("\r\033[K", stderr);
}

/* The first of them; how many there are, the last line tells. */
static void point_failed(void *ctx, size_t config, uint64_t seed,
                         const char *error)
{
    struct job *j = ctx;

    if (j->state.failed > FAILURES_TOLD)
        return;
    clear_line(j);
    fputs("failed:", stderr);
    for (size_t i = 0; i < j->axes.n; i++)
        fprintf(stderr, " %s=%s", j->axes.v[i].key,
                design_value(&j->design, config, i));
    fprintf(stderr, " seed=%" PRIu64 ": %s\n", seed, error);
}

static void progress(void *ctx, const struct sweep_state *s)
{
    struct job *j = ctx;
    char left[UNITS_TEXT_MAX] = "?";

    if (j->o->quiet || isatty(2) == 0 || s->seconds < 0.5 ||
        s->seconds - j->shown_s < 0.2)
        return;
    j->shown_s = s->seconds;
    if (!isnan(s->left_s))
        snprintf(left, sizeof left, "%.0f", s->left_s);
    fprintf(stderr, "\r%zu of %zu points  %.3g points/s  %s s left \033[K",
            s->had + s->equal + s->run, s->points,
            (double)(s->run + s->failed) / s->seconds, left);
}

/* Neither done nor failed: their processes were ended. */
static size_t points_left(const struct sweep_state *s)
{
    return s->points - s->had - s->run - s->equal - s->failed;
}

static void last_line(const struct job *j)
{
    const struct sweep_state *s = &j->state;
    size_t missing = points_left(s);

    printf("%s: %zu configuration%s, %zu of %zu point%s done", j->out,
           j->design.n, pptp_plural(j->design.n), s->had + s->run + s->equal,
           s->points, pptp_plural(s->points));
    printf(" (%zu now", s->run);
    if (s->had > 0)
        printf(", %zu before", s->had);
    if (s->equal > 0)
        printf(", %zu equal to another", s->equal);
    printf(")");
    if (s->failed > 0)
        printf(", %zu failed", s->failed);
    if (missing > 0)
        printf(", %zu missing", missing);
    printf("; %.1f s\n", s->seconds);
    if (s->wide > 0)
        printf("--until %s: %zu configuration%s of %zu did not come to it in "
               "%zu seeds\n",
               j->o->until, s->wide, pptp_plural(s->wide), j->design.n,
               j->o->max_seeds);
}

static int run_points(struct job *j)
{
    const struct sweep_options *o = j->o;
    const struct sweep_config c = {
        .design = &j->design,
        .store = j->store,
        .ids = j->ids,
        .seed = j->base.seed,
        .seeds = o->seeds,
        .until = o->until != NULL ? &j->until : NULL,
        .max_seeds = o->max_seeds,
        .shard = o->shard,
        .shards = o->shards,
        .jobs = processes(o),
        .ctx = j,
        .content = content,
        .run = run_point,
        .failed = point_failed,
        .progress = progress,
    };
    int result;

    store_describe(j->store, about, j);
    result = sweep_run(&c, &j->state, &j->err);

    clear_line(j);
    if (!o->quiet)
        last_line(j);
    if (result != LAB_OK)
        return result;
    if (j->state.signal != 0)
        return RUN_SIGNAL + j->state.signal;
    return points_left(&j->state) > 0 ? RUN_INTERNAL : RUN_OK;
}

/* --- all of it ----------------------------------------------------------------- */

static int sweep(struct job *j)
{
    int result = told(j, plan(j));

    if (result != RUN_OK)
        return result;
    if (j->o->dry_run)
        return list_points(j);
    result = told(j, open_store(j));
    if (result == RUN_OK)
        result = told(j, run_points(j));
    store_close(j->store);
    if (result == RUN_OK && j->state.failed > 0)
        return RUN_INTERNAL;
    /* a shard alone has not all configurations of a comparison */
    return result == RUN_OK && j->o->shards == 1
               ? told(j, sweep_expect(&j->base, j->out, j->o->quiet, &j->err))
               : result;
}

/* One that does not fit is too long for a file's name as well. */
static void out_name(struct job *j)
{
    char name[PATH_OCTETS - 16];

    if (j->o->out != NULL) {
        snprintf(j->out, sizeof j->out, "%s", j->o->out);
        return;
    }
    outdir_default(name, sizeof name, j->o->path);
    snprintf(j->out, sizeof j->out, "%s.sqlite", name);
    if (!j->o->dry_run) /* what is wrong with it, opening the file tells */
        (void)mkdir("out", 0777);
}

int sweep_scenario(const struct sweep_options *options)
{
    struct job j = { .o = options };
    int result = RUN_INPUT;

    /* A file that is too large is an error like a full disk. */
    signal(SIGXFSZ, SIG_IGN);
    out_name(&j);
    if (scenario_load(&j.base, options->path, options->sets, options->n_sets,
                      &j.err) != 0)
        told(&j, result);
    else if (expect_check(&j.base, &j.err) != 0)
        told(&j, result);
    else
        result = sweep(&j);
    scenario_free(&j.base);
    axes_free(&j.axes);
    free(j.configs);
    free(j.worlds);
    free(j.ids);
    return result;
}
