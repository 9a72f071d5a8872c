/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone script`; the language and its runner are in src/script. */
#include "config.h"

#include "tool/script_cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/script.h"
#include "script/world.h"

enum { FIGURES_N = 6, ROWS_N = 32 };

static const char help[] =
    "Usage: dialtone script [options] SCRIPT.pt …\n"
    "\n"
    "Shows a PPTP peer what each script says and judges what it does. Without\n"
    "options the peer is our own, under a clock of its own.\n"
    "\n"
    "  -v, --verbose     the time line of scripts that pass, too\n"
    "  -q, --quiet       only what fails\n"
    "      --decisions   with each script a number for all that the peer did,\n"
    "                    the same in every world\n"
    "      --rows        at the end, which rows of the RFC's six figures no\n"
    "                    script took; fails if there is one\n"
    "  -h, --help        this text\n"
    "\n"
    "Exit: 0 all passed or were skipped, 1 one failed, 2 bad input.\n";

struct options {
    bool verbose, quiet, decisions, rows;
};

/* What is seen of all scripts together. */
struct totals {
    unsigned count[4]; /* by enum script_result */
    uint32_t rows[FIGURES_N];
    uint32_t hits[FIGURES_N][ROWS_N];
};

static void add_hits(struct totals *t, struct script_world *w)
{
    unsigned f, i, n = 1;

    for (f = 0; w->ops->row_hits != NULL && f < FIGURES_N; f++)
        for (i = 0; i < n && i < ROWS_N; i++) {
            t->hits[f][i] += w->ops->row_hits(w, f, i, &n);
            t->rows[f] = n;
        }
}

/* False when a row was never taken. */
static bool show_rows(const struct totals *t)
{
    static const char *const figures[] = { "3.1.1",   "3.1.2",   "3.2.3.1",
                                           "3.2.3.2", "3.2.4.1", "3.2.4.2" };
    unsigned f, i, missing = 0, all = 0;

    for (f = 0; f < FIGURES_N; f++)
        for (i = 0; i < t->rows[f]; i++, all++)
            if (t->hits[f][i] == 0) {
                printf("row %u of figure %s was not taken\n", i + 1,
                       figures[f]);
                missing++;
            }
    printf("rows: %u of %u taken\n", all - missing, all);
    return missing == 0;
}

static enum script_result one(const char *path, const struct options *o,
                              struct totals *t)
{
    static const char *const words[] = { "PASS", "FAIL", "SKIP", "ERROR" };
    enum script_result result = SCRIPT_MISTAKE;
    struct script_world *w;
    struct script s;
    uint64_t decisions = 0;
    char why[600];

    if (script_load(&s, path, why, sizeof why) < 0) {
        fprintf(stderr, "%s\n", why);
        return result;
    }
    w = script_world_bare_new();
    if (w != NULL) {
        result = script_run(&s, w, o->verbose, stdout, &decisions);
        if (result == SCRIPT_PASS)
            add_hits(t, w);
        w->ops->stop(w);
    }
    if (!o->quiet || result != SCRIPT_PASS) {
        printf("%s: %s", words[result], path);
        if (o->decisions)
            printf(" %016llx", (unsigned long long)decisions);
        putchar('\n');
    }
    script_free(&s);
    return result;
}

static int options_read(int argc, char **argv, struct options *o)
{
    enum { DECISIONS = 256, ROWS };
    static const struct option options[] = {
        { "verbose", no_argument, NULL, 'v' },
        { "quiet", no_argument, NULL, 'q' },
        { "decisions", no_argument, NULL, DECISIONS },
        { "rows", no_argument, NULL, ROWS },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    int c;

    while ((c = getopt_long(argc, argv, "vqh", options, NULL)) != -1)
        switch (c) {
        case 'v': o->verbose = true; break;
        case 'q': o->quiet = true; break;
        case DECISIONS: o->decisions = true; break;
        case ROWS: o->rows = true; break;
        case 'h': fputs(help, stdout); return 1;
        default:
            fputs("dialtone: `dialtone script --help` tells more\n", stderr);
            return -1;
        }
    if (optind >= argc) {
        fputs("dialtone: `script` takes one or more scripts\n", stderr);
        return -1;
    }
    return 0;
}

int script_command(int argc, char **argv)
{
    struct options o = { .verbose = false };
    struct totals t = { .count = { 0 } };
    int i, err;
    bool rows_ok = true;

    optind = 1;
    err = options_read(argc, argv, &o);
    if (err != 0)
        return err < 0 ? 2 : 0;
    for (i = optind; i < argc; i++)
        t.count[one(argv[i], &o, &t)]++;
    printf("%u passed, %u failed, %u skipped, %u wrong\n",
           t.count[SCRIPT_PASS], t.count[SCRIPT_FAIL], t.count[SCRIPT_SKIP],
           t.count[SCRIPT_MISTAKE]);
    if (o.rows)
        rows_ok = show_rows(&t);
    if (t.count[SCRIPT_MISTAKE] > 0)
        return 2;
    return t.count[SCRIPT_FAIL] > 0 || !rows_ok ? 1 : 0;
}
