/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command lines of what looks at a sweep; sweep_view_cmd.h. */
#include "config.h"

#include "tool/sweep_view_cmd.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/run.h"
#include "tool/sweep_csv.h"
#include "tool/sweep_figure.h"
#include "tool/sweep_table.h"

#define WHERE                                                                 \
    "      --where AXIS=VALUE  only configurations with that value; may be\n" \
    "                          repeated\n"

static const char table_help[] =
    "Usage: dialtone sweep table FILE --metric NAME [options]\n"
    "\n"
    "Means over seeds with their intervals, for each combination of values "
    "of\n"
    "the axes.  Where configurations differ in other axes a seed's value is\n"
    "the mean over them.\n"
    "\n"
    "  -m, --metric NAME       what; may be repeated\n"
    "      --by AXIS           by this axis; may be repeated; without it, by\n"
    "                          all that differ\n" WHERE
    "      --against AXIS=VALUE  differences to that value, seed by seed\n"
    "      --csv               as CSV, with all digits\n"
    "  -h, --help              this text\n";

static const char csv_help[] =
    "Usage: dialtone sweep csv FILE [options]\n"
    "\n"
    "All values as CSV, a line for each point, and beside it a dictionary:\n"
    "name, kind, unit and help of each column.\n"
    "\n"
    "  -m, --metric NAME       only this; may be repeated\n"
    "      --tall              a line for each value\n" WHERE
    "  -o, --out NAME.csv      without it, FILE with this ending; the\n"
    "                          dictionary is NAME.dictionary.csv\n"
    "  -h, --help              this text\n";

static const char figure_help[] =
    "Usage: dialtone sweep figure FILE --metric NAME [options]\n"
    "\n"
    "Metrics against an axis, with their intervals: NAME.svg and NAME.png, "
    "and\n"
    "NAME.gp and NAME.dat, of which gnuplot draws them.\n"
    "\n"
    "  -m, --metric NAME       what; with several, a panel each\n"
    "  -x, --x AXIS            against this axis; without it, the first that\n"
    "                          has numbers\n"
    "      --family AXIS       a curve for each of its values; without it,\n"
    "                          the only other axis that differs\n"
    "      --heat X,Y          one metric over two axes, as colours\n"
    "      --log x|y|xy        logarithmic axes\n" WHERE
    "  -o, --out NAME          without it, FILE without its ending and the\n"
    "                          metric\n"
    "  -h, --help              this text\n";

/* What some command looks at. */
static const struct looking {
    const char *name;
    int (*run)(const struct view_options *o, struct conf_error *err);
    const char *help;
    const char *takes; /* letters of its options, besides -h */
    bool metric;       /* at least one */
} commands[] = {
    { "table", sweep_table, table_help, "mbwac", true },
    { "csv", sweep_csv, csv_help, "mwto", false },
    { "figure", sweep_figure, figure_help, "mwxfelo", true },
};

static const struct option options[] = {
    { "metric", required_argument, NULL, 'm' },
    { "by", required_argument, NULL, 'b' },
    { "where", required_argument, NULL, 'w' },
    { "against", required_argument, NULL, 'a' },
    { "csv", no_argument, NULL, 'c' },
    { "tall", no_argument, NULL, 't' },
    { "x", required_argument, NULL, 'x' },
    { "family", required_argument, NULL, 'f' },
    { "heat", required_argument, NULL, 'e' },
    { "log", required_argument, NULL, 'l' },
    { "out", required_argument, NULL, 'o' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static int usage(const struct looking *l, const char *what, const char *which)
{
    fprintf(stderr, "dialtone: %s%s; `dialtone sweep %s --help` tells more\n",
            what, which, l->name);
    return RUN_INPUT;
}

/* Three lists of texts that options fill. */
struct lists {
    const char **metrics, **by, **where;
};

static int read_log(const struct looking *l, struct view_options *o,
                    const char *text)
{
    o->log_x = strchr(text, 'x') != NULL;
    o->log_y = strchr(text, 'y') != NULL;
    return strspn(text, "xy") == strlen(text) && *text != '\0'
               ? RUN_OK
               : usage(l, "--log: x, y or xy is expected, not ", text);
}

static int take(const struct looking *l, int c, struct view_options *o,
                struct lists *lists)
{
    switch (c) {
    case 'm': lists->metrics[o->n_metrics++] = optarg; return RUN_OK;
    case 'b': lists->by[o->n_by++] = optarg; return RUN_OK;
    case 'w': lists->where[o->n_where++] = optarg; return RUN_OK;
    case 'a': o->against = optarg; return RUN_OK;
    case 'c': o->csv = true; return RUN_OK;
    case 't': o->tall = true; return RUN_OK;
    case 'x': o->x = optarg; return RUN_OK;
    case 'f': o->family = optarg; return RUN_OK;
    case 'e': o->heat = optarg; return RUN_OK;
    case 'o': o->out = optarg; return RUN_OK;
    default: return read_log(l, o, optarg);
    }
}

/* -1: only help was asked for. */
static int read_options(const struct looking *l, int argc, char **argv,
                        struct view_options *o, struct lists *lists)
{
    int c, result = RUN_OK;

    while (result == RUN_OK &&
           (c = getopt_long(argc, argv, ":m:x:o:h", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(l->help, stdout);
            return -1;
        }
        if (c == ':')
            result = usage(l, "a value must follow ", argv[optind - 1]);
        else if (c == '?' || strchr(l->takes, c) == NULL)
            result = usage(l, "unknown option: ", argv[optind - 1]);
        else
            result = take(l, c, o, lists);
    }
    o->metrics = lists->metrics;
    o->by = lists->by;
    o->where = lists->where;
    if (result != RUN_OK)
        return result;
    if (optind + 1 != argc)
        return usage(l, "one file of a sweep is expected", "");
    o->path = argv[optind];
    return l->metric && o->n_metrics == 0
               ? usage(l, "--metric is expected", "")
               : RUN_OK;
}

static int look(const struct looking *l, int argc, char **argv)
{
    const char **texts = calloc(3 * ((size_t)argc + 1), sizeof *texts);
    struct lists lists = { texts, texts + argc + 1, texts + 2 * (argc + 1) };
    struct view_options o = { 0 };
    struct conf_error err = { "" };
    int result = RUN_INTERNAL;

    /* A file that is too large is an error like a full disk. */
    signal(SIGXFSZ, SIG_IGN);
    if (texts != NULL)
        result = read_options(l, argc, argv, &o, &lists);
    if (result == RUN_OK)
        result = l->run(&o, &err);
    if (*err.text != '\0') /* also what gnuplot says although it draws */
        fprintf(stderr, "dialtone: %s\n", err.text);
    free(texts);
    return result == -1 ? RUN_OK : result;
}

int sweep_view_command(int argc, char **argv)
{
    size_t i = 0;

    while (i + 1 < sizeof commands / sizeof commands[0] &&
           strcmp(commands[i].name, argv[0]) != 0)
        i++;
    return look(&commands[i], argc, argv);
}
