/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of `dialtone diff`, and what it prints; diff_cmd.h. */
#include "config.h"

#include "tool/diff_cmd.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/diff.h"
#include "tool/diff_course.h"
#include "tool/diff_keys.h"
#include "tool/figure_text.h"
#include "tool/run.h"

enum { PATH_OCTETS = 4096 };

static const char help[] =
    "Usage: dialtone diff [options] A B\n"
    "\n"
    "What differs between two results: files of sweeps, or runs (their "
    "folder\n"
    "or result.json).  Of seeds that both have the differences seed by seed\n"
    "are judged, of others both spreads; a value of a single seed differs if\n"
    "it is not the same.  Of two runs, what their series.csv have over time "
    "is\n"
    "compared as well, by batch means.\n"
    "\n"
    "  -a, --all    also print what differs no more than seeds do\n"
    "      --exact  all that is not the same differs\n"
    "  -h, --help   this text\n"
    "\n"
    "Exit: 0 nothing differs, 1 something does, 2 bad input or usage, 3 an\n"
    "error of the system.\n";

struct diff_options {
    const char *a, *b;
    bool all, exact;
};

static int usage(const char *what, const char *which)
{
    fprintf(stderr, "dialtone: %s%s; `dialtone diff --help` tells more\n",
            what, which);
    return RUN_INPUT;
}

/* --- what only one has --------------------------------------------------- */

static bool has(char *const *names, size_t n, const char *name)
{
    size_t i = 0;

    while (i < n && strcmp(names[i], name) != 0)
        i++;
    return i < n;
}

static size_t print_only(const char *what, char *const *names, size_t n,
                         char *const *others, size_t n_others)
{
    size_t only = 0, i;

    for (i = 0; i < n; i++)
        if (!has(others, n_others, names[i])) {
            printf("%s '%s'\n", what, names[i]);
            only++;
        }
    return only;
}

static size_t print_what_one_has(const struct diff_side *a,
                                 const struct diff_side *b)
{
    return print_only("only A has the metric", a->metrics, a->n_metrics,
                      b->metrics, b->n_metrics) +
           print_only("only B has the metric", b->metrics, b->n_metrics,
                      a->metrics, a->n_metrics) +
           print_only("only A has the configuration", a->configs, a->n_configs,
                      b->configs, b->n_configs) +
           print_only("only B has the configuration", b->configs, b->n_configs,
                      a->configs, a->n_configs);
}

/* --- values -------------------------------------------------------------- */

static void print_number(double x, const char *format)
{
    if (isnan(x))
        printf("  %12s", "-");
    else
        printf(format, x);
}

static void print_value(const struct diff_side *a, const struct diff_value *v,
                        int name_width)
{
    double by = v->b - v->a;

    printf("%-*s", name_width, a->metrics[v->metric]);
    print_number(v->a, "  %12.6g");
    print_number(v->b, "  %12.6g");
    print_number(by, "  %12.6g");
    print_number(v->half, "  %12.3g");
    print_number(v->half > 0 ? fabs(by) / v->half : NAN, "  %12.1f");
    if (*a->configs[v->config] != '\0')
        printf("  %s", a->configs[v->config]);
    puts(v->differs ? "" : "  (no more than seeds do)");
}

static void print_values(const struct diff_side *a, const struct diff *d,
                         bool all)
{
    size_t i, shown = 0, width = strlen("metric");

    for (i = 0; i < d->n; i++) {
        size_t n = strlen(a->metrics[d->values[i].metric]);

        if (all || d->values[i].differs) {
            width = n > width ? n : width;
            shown++;
        }
    }
    if (shown > 0)
        printf("%-*s  %12s  %12s  %12s  %*s  %12s  configuration\n",
               (int)width, "metric", "A", "B", "B - A", 13, "±", "intervals");
    for (i = 0; i < d->n; i++)
        if (all || d->values[i].differs)
            print_value(a, &d->values[i], (int)width);
}

static void print_sides(const struct diff_side *a, const struct diff_side *b)
{
    const struct diff_side *const sides[] = { a, b };

    for (size_t i = 0; i < 2; i++)
        printf("%c: %s%s%s, %zu configuration%s, %zu seed%s\n", "AB"[i],
               sides[i] -> path,
               sides[i] -> build != NULL &&
                               *sides[i] -> build != '\0' ? ", build " : "",
               sides[i]->build != NULL ? sides[i]->build : "",
               sides[i]->n_configs, sides[i]->n_configs == 1 ? "" : "s",
               sides[i]->n_seeds, sides[i]->n_seeds == 1 ? "" : "s");
}

static int print_all(const struct diff_side *a, const struct diff_side *b,
                     const struct diff *d, const struct diff_options *o)
{
    size_t only;

    print_sides(a, b);
    if (a->scenario != NULL && b->scenario != NULL &&
        !json_equal(a->scenario, b->scenario)) {
        puts("scenarios, A | B:");
        diff_keys_print(a->scenario, b->scenario);
    }
    only = print_what_one_has(a, b);
    print_values(a, d, o->all);
    printf("%zu values compared%s: %zu are the same, %zu differ no more than "
           "seeds do, %zu differ\n",
           d->compared, d->paired ? ", seed by seed" : "", d->compared - d->n,
           d->within, d->n - d->within);
    return only > 0 || d->n > d->within ? RUN_EXPECTATION : RUN_OK;
}

/* --- over time ------------------------------------------------------------ */

static int print_course(const struct diff_side *a, const struct diff_side *b,
                        const char *label, bool all, struct conf_error *err)
{
    char in_a[PATH_OCTETS], in_b[PATH_OCTETS];

    snprintf(in_a, sizeof in_a, "%s/%s", a->folder, label);
    snprintf(in_b, sizeof in_b, "%s/%s", b->folder, label);
    return diff_course_print(label, in_a, in_b, all, err);
}

/* Of two runs that are not the same. */
static int print_courses(const struct diff_side *a, const struct diff_side *b,
                         bool all, struct conf_error *err)
{
    int result = RUN_OK;

    if (a->folder == NULL || b->folder == NULL)
        return RUN_OK;
    for (size_t i = 0; result == RUN_OK && i < a->n_configs; i++)
        if (has(b->configs, b->n_configs, a->configs[i]))
            result = print_course(a, b, a->configs[i], all, err);
    return result;
}

/* --- the command --------------------------------------------------------- */

static int compare(const struct diff_options *o)
{
    struct conf_error err = { "" };
    struct diff_side a, b = { 0 };
    struct diff d = { 0 };
    int result = diff_side_read(&a, o->a, &err);

    if (result == RUN_OK)
        result = diff_side_read(&b, o->b, &err);
    if (result == RUN_OK && diff_compare(&d, &a, &b, o->exact) != 0) {
        conf_fail(&err, NULL, "no memory");
        result = RUN_INTERNAL;
    }
    if (result == RUN_OK)
        result = print_all(&a, &b, &d, o);
    if (result == RUN_EXPECTATION &&
        print_courses(&a, &b, o->all, &err) != RUN_OK)
        result = RUN_INTERNAL;
    if (result != RUN_OK && result != RUN_EXPECTATION)
        fprintf(stderr, "dialtone: %s\n", err.text);
    free(d.values);
    diff_side_free(&a);
    diff_side_free(&b);
    return result;
}

int diff_command(int argc, char **argv)
{
    static const struct option options[] = {
        { "all", no_argument, NULL, 'a' },
        { "exact", no_argument, NULL, 'e' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    struct diff_options o = { 0 };
    int c;

    while ((c = getopt_long(argc, argv, ":ah", options, NULL)) != -1)
        switch (c) {
        case 'a': o.all = true; break;
        case 'e': o.exact = true; break;
        case 'h': fputs(help, stdout); return RUN_OK;
        default: return usage("unknown option: ", argv[optind - 1]);
        }
    if (optind + 2 != argc)
        return usage("two results are expected", "");
    o.a = argv[optind];
    o.b = argv[optind + 1];
    return compare(&o);
}
