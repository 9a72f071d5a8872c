/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of `dialtone run`. */
#include "config.h"

#include "tool/run_cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/units.h"
#include "tool/run.h"

static const char help[] =
    "Usage: dialtone run SCENARIO.yaml [options]\n"
    "\n"
    "Simulates a scenario (a YAML file; `dialtone reference` prints its "
    "keys)\n"
    "and leaves results and a figure in a folder.\n"
    "\n"
    "      --set KEY=VALUE  change a key of the scenario; may be repeated;\n"
    "                       KEY is a dotted path; in it an item of a list\n"
    "                       has its name or its index from 0\n"
    "      --seed N         the same as --set seed=N\n"
    "  -o, --out DIR        folder of the results; without it,\n"
    "                       out/<name of the scenario>\n"
    "  -f, --force          replace the results of an earlier run\n"
    "      --no-figure      leave figure.gp and figure.dat, but do not run\n"
    "                       gnuplot on them\n"
    "  -q, --quiet          say only what is wrong\n"
    "  -h, --help           this text\n"
    "\n"
    "Examples:\n"
    "  dialtone run experiments/timeouts-at-a-bottleneck/scenario.yaml\n"
    "  dialtone run my.yaml --set pptp.recv_window=32packets --seed 7\n"
    "  dialtone run my.yaml --set nodes.pac.pptp.engine=fixed --out try -f\n"
    "\n"
    "Results: result.json, calls.csv, series.csv, a NAME.pcapng for each\n"
    "capture, figure.svg and .png, and trace.jsonl and events.jsonl if\n"
    "`trace_file` and `events` ask for them; of a comparison a folder for "
    "each\n"
    "value.\n"
    "\n"
    "Ctrl-C ends a run early: results so far are written and marked\n"
    "incomplete. A second Ctrl-C, a second later, ends it at once.\n"
    "\n"
    "Exit: 0 all well, 1 an expectation does not hold, 2 bad input or\n"
    "usage, 3 internal failure or a bound of `limits`, 130 interrupted,\n"
    "143 terminated.\n";

static int usage(const char *what, const char *which)
{
    fprintf(stderr, "dialtone: %s%s; `dialtone run --help` tells more\n", what,
            which);
    return RUN_INPUT;
}

static int seed_read(const char *text, char *seed, size_t seed_size)
{
    char why[256];
    uint64_t n;

    if (units_count(text, &n, why, sizeof why) != 0) {
        fprintf(stderr, "dialtone: --seed: %s; allowed: 0 to %llu\n", why,
                (unsigned long long)UINT64_MAX - 1);
        return -1;
    }
    snprintf(seed, seed_size, "seed=%llu", (unsigned long long)n);
    return 0;
}

static int options_read(int argc, char **argv, struct run_options *o,
                        const char **sets, char *seed, size_t seed_size)
{
    enum { SET = 256, SEED, NO_FIGURE };
    static const struct option options[] = {
        { "set", required_argument, NULL, SET },
        { "seed", required_argument, NULL, SEED },
        { "out", required_argument, NULL, 'o' },
        { "force", no_argument, NULL, 'f' },
        { "no-figure", no_argument, NULL, NO_FIGURE },
        { "quiet", no_argument, NULL, 'q' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    int c;

    while ((c = getopt_long(argc, argv, ":o:fqh", options, NULL)) != -1)
        switch (c) {
        case SET: sets[o->n_sets++] = optarg; break;
        case SEED:
            if (seed_read(optarg, seed, seed_size) != 0)
                return RUN_INPUT;
            break;
        case 'o': o->out = optarg; break;
        case 'f': o->force = true; break;
        case NO_FIGURE: o->no_figure = true; break;
        case 'q': o->quiet = true; break;
        case 'h': fputs(help, stdout); return -1;
        case ':': return usage("a value must follow ", argv[optind - 1]);
        default: return usage("unknown option: ", argv[optind - 1]);
        }
    if (*seed != '\0')
        sets[o->n_sets++] = seed;
    o->sets = sets;
    return RUN_OK;
}

int run_command(int argc, char **argv)
{
    struct run_options o = { .n_sets = 0 };
    const char **sets = calloc((size_t)argc + 1, sizeof *sets);
    char seed[64] = "";
    int result;

    if (sets == NULL)
        return RUN_INTERNAL;
    result = options_read(argc, argv, &o, sets, seed, sizeof seed);
    if (result < 0) {
        result = RUN_OK;
    } else if (result == RUN_OK && optind + 1 != argc) {
        result = usage("one scenario is expected", "");
    } else if (result == RUN_OK) {
        o.path = argv[optind];
        result = run_scenario(&o);
    }
    free(sets);
    return result;
}
