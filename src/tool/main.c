/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program's command line. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pptp/base.h"
#include "tool/run.h"
#include "tool/scenario.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

static const char help[] =
    "Usage: dialtone run SCENARIO.yaml [options]\n"
    "       dialtone reference\n"
    "\n"
    "run simulates a scenario and leaves results and a figure in a folder;\n"
    "reference prints every key that a scenario can have.\n"
    "\n"
    "      --set KEY=VALUE  change a key of the scenario; may be repeated\n"
    "      --seed N         the same as --set seed=N\n"
    "  -o, --out DIR        folder of the results; without it,\n"
    "                       out/<name of the scenario>\n"
    "  -f, --force          replace the results of an earlier run\n"
    "  -q, --quiet          no progress line\n"
    "  -h, --help           this text\n"
    "  -V, --version        the version\n"
    "\n"
    "Examples:\n"
    "  dialtone run examples/dumbbell.yaml\n"
    "  dialtone run examples/dumbbell.yaml --set pptp.engine=fixed "
    "--seed 7\n"
    "  dialtone run examples/dumbbell.yaml --out /tmp/try --force\n"
    "\n"
    "Exit: 0 all well, 1 an expectation does not hold, 2 bad input or\n"
    "usage, 3 internal failure, 130 interrupted.\n";

_Noreturn void pptp_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "dialtone: %s:%d: assertion failed: %s\n", file, line,
            what);
    abort();
}

static int usage(const char *what)
{
    fprintf(stderr, "dialtone: %s; `dialtone --help` tells more\n", what);
    return RUN_INPUT;
}

static int options_read(int argc, char **argv, struct run_options *o,
                        const char **sets, char *seed, size_t seed_size)
{
    enum { SET = 256, SEED };
    static const struct option options[] = {
        { "set", required_argument, NULL, SET },
        { "seed", required_argument, NULL, SEED },
        { "out", required_argument, NULL, 'o' },
        { "force", no_argument, NULL, 'f' },
        { "quiet", no_argument, NULL, 'q' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'V' },
        { NULL, 0, NULL, 0 }
    };
    int c;

    while ((c = getopt_long(argc, argv, "o:fqhV", options, NULL)) != -1) {
        switch (c) {
        case SET: sets[o->n_sets++] = optarg; break;
        case SEED: snprintf(seed, seed_size, "seed=%s", optarg); break;
        case 'o': o->out = optarg; break;
        case 'f': o->force = true; break;
        case 'q': o->quiet = true; break;
        case 'h': fputs(help, stdout); return -1;
        case 'V': puts("dialtone " PACKAGE_VERSION); return -1;
        default: return usage("bad option");
        }
    }
    if (*seed != '\0') {
        sets[o->n_sets++] = seed;
    }
    o->sets = sets;
    return RUN_OK;
}

int main(int argc, char **argv)
{
    struct run_options o = { .n_sets = 0 };
    const char **sets = calloc((size_t)argc + 1, sizeof *sets);
    char seed[64] = "";
    int result;

    if (sets == NULL) {
        return RUN_INTERNAL;
    }
    result = options_read(argc, argv, &o, sets, seed, sizeof seed);
    if (result < 0) {
        result = RUN_OK;
    } else if (result == RUN_OK && optind >= argc) {
        result = usage("no command");
    } else if (result == RUN_OK && strcmp(argv[optind], "reference") == 0) {
        scenario_reference(stdout);
    } else if (result == RUN_OK && strcmp(argv[optind], "run") != 0) {
        result = usage("no such command");
    } else if (result == RUN_OK && optind + 2 != argc) {
        result = usage("`run` takes one scenario");
    } else if (result == RUN_OK) {
        o.path = argv[optind + 1];
        result = run_scenario(&o);
    }
    free(sets);
    return result;
}
