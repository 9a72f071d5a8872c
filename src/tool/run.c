/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Processes, folders and the report of a run; see run.h.  SimGrid's state is
 * global, so nothing here may touch it: variant.c does, in a child.
 */
#include "config.h"

#include "tool/run.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lab/pool.h"
#include "tool/build_id.h"
#include "tool/expect.h"
#include "tool/expect_judge.h"
#include "tool/figure.h"
#include "tool/outdir.h"
#include "tool/outfile.h"
#include "tool/scenario.h"
#include "tool/stop.h"
#include "tool/summary.h"
#include "tool/variant.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define PATH_OCTETS 4096

/* What a child tells its parent while it runs; mapped. */
struct shared {
    struct variant_progress progress;
    volatile uint64_t duration_ns;
    struct conf_error err;
};

struct child {
    const char *label; /* "" without compare */
    char *set;         /* owned; NULL without compare */
    char dir[PATH_OCTETS];
    struct shared *shared;
    bool started, ended;
    int status; /* of variant_run */
};

struct run {
    const struct run_options *options;
    struct scenario scenario;
    struct child *children;
    const char **labels; /* of the children */
    size_t n;
    char out[PATH_OCTETS];
    struct outdir folder;
    struct pool pool;
    size_t begun; /* children */
    bool check_only;
    int stopped; /* a signal that a child got from elsewhere, or 0 */
    struct timespec start;
};

static int prepare(struct run *r);
static int run_children(struct run *r, bool check_only);
static int children_result(const struct run *r);
static int make_out(struct run *r, struct conf_error *err);
static int finish(struct run *r);

/* Says what is wrong, if anything is. */
static int told(int result, const struct conf_error *err)
{
    if (result != RUN_OK)
        fprintf(stderr, "%s\n", err->text);
    return result;
}

int run_scenario(const struct run_options *options)
{
    struct run r = { .options = options, .folder.marker = -1 };
    struct conf_error err = { "" };
    int result;

    /* A file that is too large is an error like a full disk. */
    signal(SIGXFSZ, SIG_IGN);
    if (scenario_load(&r.scenario, options->path, options->sets,
                      options->n_sets, &err) != 0)
        return told(RUN_INPUT, &err);
    if (expect_check(&r.scenario, &err) != 0) {
        scenario_free(&r.scenario);
        return told(RUN_INPUT, &err);
    }
    scenario_collapse(&r.scenario); /* each child expands its own */
    result = prepare(&r);
    if (result == RUN_OK)
        result = told(outdir_check(&r.folder, r.out, options->force, &err),
                      &err);
    if (result == RUN_OK)
        result = run_children(&r, true);
    if (result == RUN_OK)
        result = told(make_out(&r, &err), &err);
    if (result == RUN_OK) {
        result = run_children(&r, false);
        for (size_t i = 0; i < r.n; i++)
            outdir_sweep(r.children[i].dir);
        if (r.pool.interrupts < 2) { /* what there is, is put together */
            int report = finish(&r);

            result = result == RUN_OK ? report : result;
        }
    }
    for (size_t i = 0; i < r.n; i++) {
        free(r.children[i].set);
        munmap(r.children[i].shared, sizeof *r.children[i].shared);
    }
    free(r.children);
    free(r.labels);
    outdir_free(&r.folder);
    scenario_free(&r.scenario);
    return result;
}

/* A folder name of a value: no separators, not hidden, not used before. */
static void child_dir(const struct run *r, size_t i, const char *label)
{
    struct child *c = &r->children[i];
    char name[200];
    bool again = false;

    snprintf(name, sizeof name - 24, "%s", label);
    for (char *p = name; *p != '\0'; p++)
        if (*p == '/' || (unsigned char)*p <= ' ' || (*p == '.' && p == name))
            *p = '_';
    snprintf(c->dir, sizeof c->dir, "%.3800s/%s", r->out, name);
    for (size_t k = 0; k < i; k++)
        again = again || strcmp(r->children[k].dir, c->dir) == 0;
    if (again || *name == '\0')
        snprintf(c->dir, sizeof c->dir, "%.3800s/%s-%zu", r->out, name, i);
}

static int prepare(struct run *r)
{
    const struct scenario_compare *compare = &r->scenario.compare;
    bool comparing = compare->key != NULL;
    size_t n = comparing ? compare->values.n : 1;

    if (r->options->out == NULL)
        outdir_default(r->out, sizeof r->out, r->options->path);
    else /* one that does not fit is too long for outdir_check */
        snprintf(r->out, sizeof r->out, "%s", r->options->out);
    r->n = 0;
    r->children = calloc(n + 1, sizeof *r->children);
    r->labels = calloc(n + 1, sizeof *r->labels);
    while (r->children != NULL && r->labels != NULL && r->n < n) {
        struct child *c = &r->children[r->n];

        c->label = comparing ? compare->values.v[r->n] : "";
        c->set = comparing ? scenario_variant_set(&r->scenario, r->n) : NULL;
        snprintf(c->dir, sizeof c->dir, "%s", r->out);
        if (comparing)
            child_dir(r, r->n, c->label);
        c->shared = mmap(NULL, sizeof *c->shared, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (c->shared == MAP_FAILED || (comparing && c->set == NULL))
            break;
        r->labels[r->n++] = c->label;
    }
    if (r->n < n) {
        fprintf(stderr, "dialtone: out of memory\n");
        return RUN_INTERNAL;
    }
    return RUN_OK;
}

/* The next child; what an earlier one left is forgotten. */
static bool child_next(void *ctx, size_t *task)
{
    struct run *r = ctx;
    struct child *c = &r->children[r->begun];

    if (r->begun == r->n)
        return false;
    memset(c->shared, 0, sizeof *c->shared);
    c->started = true;
    c->ended = false;
    c->status = RUN_INTERNAL;
    *task = r->begun++;
    return true;
}

/* In the child: load with the variant's value, run, leave. */
static int child_work(void *ctx, size_t task, int fd)
{
    struct run *r = ctx;
    struct child *c = &r->children[task];
    const struct run_options *o = r->options;
    const char **sets = calloc(o->n_sets + 1, sizeof *sets);
    struct scenario s;
    int result = RUN_INTERNAL;

    (void)fd; /* files and shared memory say all */
    if (sets != NULL) {
        for (size_t i = 0; i < o->n_sets; i++)
            sets[i] = o->sets[i];
        sets[o->n_sets] = c->set;
        result = RUN_INPUT;
        if (scenario_load(&s, o->path, sets,
                          o->n_sets + (c->set == NULL ? 0 : 1),
                          &c->shared->err) == 0) {
            c->shared->duration_ns = s.duration_ns;
            s.at_once = r->n < pool_processors() ? r->n : pool_processors();
            result = variant_run(&s, c->dir, c->label, r->check_only,
                                 &stop_asked, &c->shared->progress,
                                 &c->shared->err);
            scenario_free(&s);
        }
    }
    free(sets);
    /* 1 is a run that was stopped: tell by which signal. */
    return result == RUN_EXPECTATION ? RUN_SIGNAL + stop_asked : result;
}

static bool child_done(void *ctx, const struct pool_end *end)
{
    struct run *r = ctx;
    struct child *c = &r->children[end->task];
    struct conf_error *err = &c->shared->err;

    c->ended = true;
    c->status = end->error == 0 && end->signal == 0 ? end->status
                                                    : RUN_INTERNAL;
    if (c->status > RUN_SIGNAL) {
        r->stopped = c->status - RUN_SIGNAL;
        c->status = RUN_EXPECTATION;
    }
    if (end->error != 0)
        conf_fail(err, NULL, "dialtone: a process for it: %s",
                  strerror(end->error));
    if (end->signal != 0 && r->pool.interrupts == 0)
        conf_fail(err, NULL,
                  "dialtone: the simulation%s%.200s%s died of signal %d",
                  *c->label != '\0' ? " of variant '" : "", c->label,
                  *c->label != '\0' ? "'" : "", end->signal);
    return true;
}

static double seconds_since(const struct timespec *start)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_sec - start->tv_sec) +
           1e-9 * (double)(t.tv_nsec - start->tv_nsec);
}

static bool shows(const struct run *r)
{
    return !r->check_only && !r->options->quiet && isatty(2);
}

static void show_progress(void *ctx)
{
    const struct run *r = ctx;
    double now = 0;
    double end = 0;
    double events = 0;
    double wall = seconds_since(&r->start);

    for (size_t i = 0; i < r->n; i++) {
        const struct child *c = &r->children[i];
        double duration = 1e-9 * (double)(c->started
                                              ? c->shared->duration_ns
                                              : r->scenario.duration_ns);

        end += duration;
        now += c->started && c->ended && c->status == RUN_OK
                   ? duration
                   : 1e-9 * (double)c->shared->progress.now_ns;
        events += (double)c->shared->progress.events;
    }
    if (shows(r) && wall > 0.5 && end > 0 && now > 0)
        fprintf(stderr,
                "\r%.1f s of %.1f s  %3.0f %%  %.3g events/s  "
                "%.0f s left \033[K",
                now, end, 100 * now / end, events / wall,
                wall * fmax(0, end - now) / now);
}

static void stop_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

static int run_children(struct run *r, bool check_only)
{
    const struct pool_config pool = {
        .jobs = pool_processors(),
        .ctx = r,
        .next = child_next,
        .work = child_work,
        .done = child_done,
        .tick = show_progress,
        /* a check has nothing to save: it ends at once */
        .catch_stop = check_only ? NULL : stop_catch,
    };
    int error;

    r->check_only = check_only;
    r->begun = 0;
    clock_gettime(CLOCK_MONOTONIC, &r->start);
    for (size_t i = 0; i < r->n; i++)
        r->children[i].started = false;
    error = pool_run(&r->pool, &pool);
    if (shows(r))
        fprintf(stderr, "\r\033[K");
    if (error == 0)
        return children_result(r);
    fprintf(stderr, "dialtone: %s\n", strerror(error));
    return RUN_INTERNAL;
}

/* The first failure is printed. */
static int children_result(const struct run *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct child *c = &r->children[i];

        const char *text = c->shared->err.text;

        /* After a signal a child may have ended without a word. */
        if (c->started && c->status >= RUN_INPUT &&
            (r->pool.interrupts == 0 || *text != '\0')) {
            fprintf(stderr, "%s\n",
                    *text != '\0' ? text : "dialtone: a run failed");
            return c->status == RUN_INPUT ? RUN_INPUT : RUN_INTERNAL;
        }
    }
    if (r->pool.interrupts > 0)
        return RUN_SIGNAL + r->pool.signal;
    return r->stopped > 0 ? RUN_SIGNAL + r->stopped : RUN_OK;
}

/* The folder, and one inside it for each variant. */
static int make_out(struct run *r, struct conf_error *err)
{
    const char **inner = calloc(r->n, sizeof *inner);
    size_t n = 0;
    int result;

    if (inner == NULL) {
        conf_fail(err, NULL, "dialtone: out of memory");
        return RUN_INTERNAL;
    }
    for (size_t i = 0; i < r->n && r->children[i].set != NULL; i++)
        inner[n++] = strrchr(r->children[i].dir, '/') + 1;
    result = outdir_make(&r->folder, inner, n, err);
    free(inner);
    return result;
}

/* The children's results by label; *complete: all of them, in full. */
static json_t *collect(const struct run *r, bool *complete)
{
    json_t *variants = json_object();

    *complete = true;
    for (size_t i = 0; i < r->n; i++) {
        char path[PATH_OCTETS + 16];
        json_t *result;

        snprintf(path, sizeof path, "%s/result.json", r->children[i].dir);
        result = json_load_file(path, 0, NULL);
        *complete = *complete && result != NULL &&
                    !json_is_false(json_object_get(result, "complete"));
        if (result != NULL)
            json_object_set_new(variants, r->labels[i], result);
    }
    return variants;
}

/* Of all variants, in place of the one that an only child wrote. */
static int write_result(const struct run *r, json_t *variants,
                        json_t *verdicts, bool complete)
{
    struct conf_error err = { "" };
    json_t *top = json_pack(
        "{s:i, s:s, s:s, s:s, s:s?, s:o, s:I, s:b, s:O, s:O}", "schema", 1,
        "program", "dialtone", "version", PACKAGE_VERSION, "build", build_id(),
        "title", r->scenario.title, "scenario",
        scenario_dump_json(&r->scenario), "seed", (json_int_t)r->scenario.seed,
        "complete", complete, "variants", variants, "expectations", verdicts);
    int result = RUN_INTERNAL;
    FILE *f;

    if (top == NULL) {
        conf_fail(&err, NULL, "%.300s/result.json: no memory", r->out);
        return told(result, &err);
    }
    f = outfile_create(r->out, "result.json", &err);
    if (f != NULL) {
        (void)json_dumpf(top, f, JSON_INDENT(1) | JSON_REAL_PRECISION(10));
        result = outfile_close(f, r->out, "result.json", &err);
    }
    json_decref(top);
    return told(result, &err);
}

/* What the watch of the figure looks at. */
struct drawing {
    struct run *r;
    struct timespec start;
    int signal; /* that came meanwhile */
    bool shown;
};

static bool draw_tick(void *ctx, const char *name)
{
    static const struct timespec at_once = { .tv_nsec = 0 };
    struct drawing *d = ctx;
    double wall = seconds_since(&d->start);
    sigset_t set;
    int number;

    stop_signals(&set);
    number = sigtimedwait(&set, NULL, &at_once);
    if ((number == SIGINT || number == SIGTERM) &&
        pool_heeds(&d->r->pool, number))
        d->signal = number;
    if (wall > 1 && !d->r->options->quiet && isatty(2)) {
        fprintf(stderr, "\rdrawing %s  %.0f s \033[K", name, wall);
        d->shown = true;
    }
    return d->signal == 0;
}

static int told_figure(const struct run *r, enum figure_result result,
                       const struct figure_report *report)
{
    char name[64];

    if (report->err.text[0] != '\0')
        fprintf(stderr, "%s\n", report->err.text);
    if (result == FIGURE_FAILED)
        return RUN_INTERNAL;
    if (!r->options->quiet) {
        for (size_t i = 0; i < report->pictures; i++) {
            figure_name(name, sizeof name, i, ".svg");
            printf("%s/%s\n", r->out, name);
        }
        if (report->left_out[0] != '\0' && report->pictures > 0)
            printf("figure: %s\n", report->left_out);
    }
    return RUN_OK;
}

/* Where gnuplot is missing the run is fine: script and data are there. */
static int draw(struct run *r)
{
    struct figure_variant *v = calloc(r->n, sizeof *v);
    struct drawing d = { .r = r };
    struct gnuplot_watch watch = { draw_tick, &d };
    struct figure_config c = { .dir = r->out,
                               /* or of what the columns are values */
                               .title = r->scenario.title != NULL
                                            ? r->scenario.title
                                            : r->scenario.compare.key,
                               .variants = v,
                               .n_variants = r->n,
                               .script_only = r->options->no_figure,
                               .watch = &watch };
    struct figure_report report;
    enum figure_result result;
    sigset_t set, old;

    if (v == NULL) {
        fputs("no figure: out of memory\n", stderr);
        return RUN_INTERNAL;
    }
    for (size_t i = 0; i < r->n; i++) {
        v[i].label = r->children[i].label;
        v[i].dir = r->children[i].dir;
    }
    stop_signals(&set);
    sigprocmask(SIG_BLOCK, &set, &old);
    clock_gettime(CLOCK_MONOTONIC, &d.start);
    result = figure_make(&c, &report);
    sigprocmask(SIG_SETMASK, &old, NULL);
    free(v);
    if (d.shown)
        fputs("\r\033[K", stderr);
    if (result == FIGURE_STOPPED)
        return RUN_SIGNAL + d.signal;
    return told_figure(r, result, &report);
}

/* Puts the children's results together; nothing where none has any. */
static int finish(struct run *r)
{
    size_t n_failed = 0;
    bool complete;
    json_t *variants = collect(r, &complete);
    /* Half a run proves nothing. */
    json_t *verdicts = complete
                           ? expect_evaluate(&r->scenario, variants, &n_failed)
                           : json_array();
    struct summary s = { variants, r->labels, r->n,
                         r->scenario.compare.key != NULL };
    int result = RUN_OK, drawn;

    if (json_object_size(variants) > 0) {
        result = write_result(r, variants, verdicts, complete);
        if (!r->options->quiet) {
            summary_table(&s);
            summary_failures(&s);
            summary_list(&s, "notes", "note");
        }
        summary_verdicts(verdicts, r->options->quiet);
        if (summary_list(&s, "imbalances", "the books do not balance") > 0)
            result = RUN_INTERNAL;
        if (!complete)
            fprintf(stderr, "The results are incomplete; expectations are "
                            "not judged.\n");
        drawn = draw(r);
        result = result == RUN_OK ? drawn : result;
    }
    json_decref(verdicts);
    json_decref(variants);
    return result == RUN_OK && n_failed > 0 ? RUN_EXPECTATION : result;
}
