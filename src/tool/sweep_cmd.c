/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of `dialtone sweep`. */
#include "config.h"

#include "tool/sweep_cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/units.h"
#include "lab/stop.h"
#include "tool/run.h"
#include "tool/sweep.h"
#include "tool/sweep_show.h"
#include "tool/sweep_view_cmd.h"

#define SEEDS_MAX 1000000
#define JOBS_MAX 1024

static const char help[] =
    "Usage: dialtone sweep SCENARIO.yaml [options]\n"
    "       dialtone sweep show FILE\n"
    "       dialtone sweep merge OUT FILE ...\n"
    "       dialtone sweep table|csv|figure FILE [options]\n"
    "\n"
    "Runs a scenario with every value of every axis and every seed, into one\n"
    "file, and goes on where an earlier call of the same ended.\n"
    "\n"
    "      --over KEY=VALUES  an axis; may be repeated.  VALUES are a,b,c or\n"
    "                         a range: 1..100:4 (so many values), :log4 (on "
    "a\n"
    "                         logarithmic scale), :step5; several keys\n"
    "                         together: --over a,b=1/2,3/4\n"
    "      --lhs N            a Latin hypercube of N points over the ranges\n"
    "                         that say no number (1..100 or 1..100:log)\n"
    "      --seeds N          so many seeds, the same of each configuration;\n"
    "                         without it, one\n"
    "      --until METRIC=±X%  more seeds until half the interval of the "
    "metric\n"
    "                         is at most X % of it (or X, in its unit)\n"
    "      --max-seeds N      but not more than N; without it, 1000\n"
    "      --set KEY=VALUE    change a key of the scenario; may be repeated\n"
    "  -j, --jobs N           so many processes; without it, one a processor\n"
    "      --shard I/N        only the I-th of N parts of all points, which\n"
    "                         `dialtone sweep merge` puts together\n"
    "  -o, --out FILE         without it, out/<name of the scenario>.sqlite\n"
    "      --dry-run          list the points, and that is it\n"
    "  -q, --quiet            say only what is wrong\n"
    "  -h, --help             this text\n"
    "\n"
    "Exit: 0 all well, 1 an expectation does not hold, 2 bad input or usage,\n"
    "3 a point failed, or the file cannot be written, 130 interrupted,\n"
    "143 terminated.\n";

static int usage(const char *what, const char *which)
{
    fprintf(stderr, "dialtone: %s%s; `dialtone sweep --help` tells more\n",
            what, which);
    return RUN_INPUT;
}

static int read_count(const char *option, const char *text, size_t max,
                      size_t *out)
{
    char why[256];
    uint64_t n;

    if (units_count(text, &n, why, sizeof why) == 0 && n >= 1 && n <= max) {
        *out = (size_t)n;
        return RUN_OK;
    }
    fprintf(stderr, "dialtone: --%s: '%s' is no number from 1 to %zu\n",
            option, text, max);
    return RUN_INPUT;
}

/* "I/N" */
static int read_shard(const char *text, struct sweep_options *o)
{
    const char *slash = strchr(text, '/');
    char first[24] = "";
    int result;

    if (slash == NULL || (size_t)(slash - text) >= sizeof first)
        return usage("--shard: I/N is expected, not ", text);
    memcpy(first, text, (size_t)(slash - text));
    result = read_count("shard", slash + 1, SEEDS_MAX, &o->shards);
    return result == RUN_OK ? read_count("shard", first, o->shards, &o->shard)
                            : result;
}

/* Two lists of texts that options fill. */
struct lists {
    const char **sets, **over;
};

enum { SET = 256, OVER, LHS, SEEDS, UNTIL, MAX_SEEDS, SHARD, DRY_RUN };

static int option_read(int c, struct sweep_options *o, struct lists *l)
{
    switch (c) {
    case SET: l->sets[o->n_sets++] = optarg; return RUN_OK;
    case OVER: l->over[o->n_over++] = optarg; return RUN_OK;
    case LHS: return read_count("lhs", optarg, SEEDS_MAX, &o->lhs);
    case SEEDS: return read_count("seeds", optarg, SEEDS_MAX, &o->seeds);
    case UNTIL: o->until = optarg; return RUN_OK;
    case MAX_SEEDS:
        return read_count("max-seeds", optarg, SEEDS_MAX, &o->max_seeds);
    case SHARD: return read_shard(optarg, o);
    case DRY_RUN: o->dry_run = true; return RUN_OK;
    case 'j': return read_count("jobs", optarg, JOBS_MAX, &o->jobs);
    case 'o': o->out = optarg; return RUN_OK;
    case 'q': o->quiet = true; return RUN_OK;
    case 'h': fputs(help, stdout); return -1;
    default: return RUN_INPUT;
    }
}

/* What nobody said.  A rule holds of no fewer seeds than its least; who allows
 * fewer gets those, and hears that they were not enough. */
static int seeds_settle(struct sweep_options *o)
{
    size_t first = o->until == NULL                  ? 1
                   : o->max_seeds < STOP_SEEDS_LEAST ? o->max_seeds
                                                     : STOP_SEEDS_LEAST;

    if (o->until != NULL && o->seeds > o->max_seeds)
        return usage("--seeds is more than --max-seeds", "");
    o->seeds = o->seeds == 0 ? first : o->seeds;
    return RUN_OK;
}

static int options_read(int argc, char **argv, struct sweep_options *o,
                        struct lists *l)
{
    static const struct option options[] = {
        { "set", required_argument, NULL, SET },
        { "over", required_argument, NULL, OVER },
        { "lhs", required_argument, NULL, LHS },
        { "seeds", required_argument, NULL, SEEDS },
        { "until", required_argument, NULL, UNTIL },
        { "max-seeds", required_argument, NULL, MAX_SEEDS },
        { "shard", required_argument, NULL, SHARD },
        { "jobs", required_argument, NULL, 'j' },
        { "out", required_argument, NULL, 'o' },
        { "dry-run", no_argument, NULL, DRY_RUN },
        { "quiet", no_argument, NULL, 'q' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    int c, result = RUN_OK;

    while (result == RUN_OK &&
           (c = getopt_long(argc, argv, ":j:o:qh", options, NULL)) != -1)
        if (c == ':')
            result = usage("a value must follow ", argv[optind - 1]);
        else if (c == '?')
            result = usage("unknown option: ", argv[optind - 1]);
        else
            result = option_read(c, o, l);
    o->sets = l->sets;
    o->over = l->over;
    return result == RUN_OK ? seeds_settle(o) : result;
}

static int sweep_points(int argc, char **argv)
{
    struct sweep_options o = { .max_seeds = 1000, .shard = 1, .shards = 1 };
    struct lists l = { calloc((size_t)argc + 1, sizeof *l.sets),
                       calloc((size_t)argc + 1, sizeof *l.over) };
    int result = RUN_INTERNAL;

    if (l.sets != NULL && l.over != NULL)
        result = options_read(argc, argv, &o, &l);
    if (result < 0) {
        result = RUN_OK;
    } else if (result == RUN_OK && optind + 1 != argc) {
        result = usage("one scenario is expected", "");
    } else if (result == RUN_OK) {
        o.path = argv[optind];
        result = sweep_scenario(&o);
    }
    free(l.sets);
    free(l.over);
    return result;
}

/* What is done with files of sweeps. */
static const struct {
    const char *name;
    int (*command)(int argc, char **argv); /* argv[0] is the name */
} words[] = { { "show", sweep_show_command },
              { "merge", sweep_merge_command },
              { "table", sweep_view_command },
              { "csv", sweep_view_command },
              { "figure", sweep_view_command } };

int sweep_command(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof words / sizeof words[0]; i++)
        if (strcmp(argv[1], words[i].name) == 0)
            return words[i].command(argc - 1, argv + 1);
    return sweep_points(argc, argv);
}
