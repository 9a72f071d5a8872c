/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone metrics`; metrics_cmd.h. */
#include "config.h"

#include "tool/metrics_cmd.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "pptp/stats.h"
#include "sim/call_probes.h"
#include "sim/port_probes.h"
#include "sim/totals.h"
#include "tool/run.h"
#include "tool/series.h"

static const char help[] =
    "Usage: dialtone metrics [options] [LIST]\n"
    "\n"
    "What a run measures: name, unit and meaning. LIST is one of\n"
    "  run       metrics of the whole\n"
    "  account   of calls.up., calls.down. and flows., and the columns of\n"
    "            calls.csv (up_, down_) and flows.csv\n"
    "  link      of LINK. for each of `links`, and of `links` in result.json\n"
    "  user      of bulk. and its like, and columns of users.csv\n"
    "  voice     of voice., and columns of voices.csv\n"
    "  telephone of telephone.\n"
    "  modem     of modem.\n"
    "  subscribers of subscribers.\n"
    "  trunks    of `trunk_groups` in result.json\n"
    "  call      columns of calls.csv beside these\n"
    "  series    columns of series.csv\n"
    "  counters  of a node, and of a daemon's group pptp\n"
    "\n"
    "      --json       an object, for programs\n"
    "      --markdown   tables, as here without an option\n"
    "  -h, --help       this text\n"
    "\n"
    "Exit: 0 all well, 2 bad usage.\n";

enum { PARTS = 3 };

static const struct list {
    const char *name;
    const struct probe *part[PARTS];
} lists[] = {
    { "run", { sim_totals_calls, sim_totals_net, sim_totals_flows } },
    { "account", { sim_account_probes } },
    { "link", { sim_port_probes } },
    { "user", { sim_users_probes, sim_user_probes } },
    { "voice", { sim_voices_worth, sim_voice_heard } },
    { "telephone", { sim_phone_probes } },
    { "modem", { sim_modem_probes } },
    { "subscribers", { sim_subscribers_probes } },
    { "trunks", { sim_trunks_probes } },
    { "call", { sim_call_probes } },
    { "series", { series_probes } },
    { "counters", { pptp_probes } },
};

enum { LISTS = sizeof lists / sizeof lists[0] };

static const char *const kinds[] = { [PROBE_COUNTER] = "counter",
                                     [PROBE_GAUGE] = "gauge",
                                     [PROBE_PEAK] = "peak",
                                     [PROBE_DISTRIBUTION] = "distribution",
                                     [PROBE_DERIVED] = "derived" };

/* --- Markdown ------------------------------------------------------------ */

/* A row of the table for each probe, whose statistics stand together. */
static void print_row(void *ctx, const struct probe_value *v)
{
    const struct probe **before = ctx;
    bool again = *before == v->probe;

    if (again)
        printf(", `%s`", v->suffix);
    else
        printf("%s| `%s%s`", *before != NULL ? "\n" : "", v->probe->name,
               v->suffix);
    *before = v->probe;
    if (v->probe->kind == PROBE_DISTRIBUTION &&
        strcmp(v->suffix, "_max_s") != 0)
        return;
    printf(" | %s | %s%s |", v->probe->unit, v->probe->help,
           v->probe->then ? " (with `measure_from`)" : "");
}

static void print_list(const struct list *l)
{
    const struct probe *before = NULL;

    puts("| name | unit | meaning |\n|---|---|---|");
    for (size_t i = 0; i < PARTS && l->part[i] != NULL; i++)
        probe_each(l->part[i], true, NULL, 0, print_row, &before);
    putchar('\n');
}

/* --- JSON ---------------------------------------------------------------- */

static void add_row(void *ctx, const struct probe_value *v)
{
    char name[100], words[600];

    snprintf(name, sizeof name, "%s%s", v->probe->name, v->suffix);
    snprintf(words, sizeof words, "%s%s%s", v->words,
             *v->words != '\0' ? " " : "", v->probe->help);
    json_array_append_new(ctx,
                          json_pack("{s:s, s:s, s:s, s:s}", "name", name,
                                    "unit", v->probe->unit, "kind",
                                    kinds[v->probe->kind], "help", words));
}

static void add_list(json_t *all, const struct list *l)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < PARTS && l->part[i] != NULL; i++)
        probe_each(l->part[i], true, NULL, 0, add_row, rows);
    json_object_set_new(all, l->name, rows);
}

/* --- the command line ----------------------------------------------------- */

/* LISTS: all of them; more: it has been said that there is none. */
static size_t list_of(const char *name)
{
    size_t i = 0;

    if (name == NULL)
        return LISTS;
    while (i < LISTS && strcmp(lists[i].name, name) != 0)
        i++;
    if (i < LISTS)
        return i;
    fprintf(stderr, "dialtone: no list is called `%s`; known: ", name);
    for (i = 0; i < LISTS; i++)
        fprintf(stderr, "%s%s", lists[i].name, i + 1 < LISTS ? ", " : "\n");
    return LISTS + 1;
}

static void tell(size_t which, bool json)
{
    json_t *all = json ? json_object() : NULL;

    for (size_t i = 0; i < LISTS; i++) {
        if (which != LISTS && which != i)
            continue;
        if (which == LISTS && !json)
            printf("%s## %s\n\n", i > 0 ? "\n" : "", lists[i].name);
        if (json)
            add_list(all, &lists[i]);
        else
            print_list(&lists[i]);
    }
    if (!json)
        return;
    json_dumpf(all, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(all);
}

int metrics_command(int argc, char **argv)
{
    static const struct option options[] = {
        { "markdown", no_argument, NULL, 'r' },
        { "json", no_argument, NULL, 'j' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    bool json = false;
    size_t which;
    int o;

    while ((o = getopt_long(argc, argv, ":h", options, NULL)) != -1)
        if (o == 'h') {
            fputs(help, stdout);
            return RUN_OK;
        } else if (o == ':' || o == '?') {
            fprintf(stderr,
                    "dialtone: unknown option: %s; `dialtone metrics --help` "
                    "tells more\n",
                    argv[optind - 1]);
            return RUN_INPUT;
        } else {
            json = o == 'j';
        }
    if (optind + 1 < argc) {
        fputs("dialtone: `metrics` takes one LIST\n", stderr);
        return RUN_INPUT;
    }
    which = list_of(argv[optind]);
    if (which > LISTS)
        return RUN_INPUT;
    tell(which, json);
    return RUN_OK;
}
