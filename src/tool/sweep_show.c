/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file of a sweep has, and several made one; see sweep_show.h. */
#include "config.h"

#include "tool/sweep_show.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lab/count.h"
#include "lab/merge.h"
#include "tool/run.h"

static int told(int result, const struct conf_error *err)
{
    if (result != LAB_OK)
        fprintf(stderr, "%s\n", err->text);
    return result;
}

static int usage(const char *how, const char *command)
{
    fprintf(stderr,
            "dialtone: %s is expected; `dialtone sweep %s --help` tells "
            "more\n",
            how, command);
    return RUN_INPUT;
}

static bool asks_help(int argc, char **argv)
{
    return argc > 1 &&
           (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
}

static const char show_help[] =
    "Usage: dialtone sweep show FILE\n"
    "\n"
    "Says what a sweep's file has: title, build, axes, and how many points "
    "are\n"
    "done, failed and missing.  It may be asked while the sweep runs.\n"
    "\n"
    "  -h, --help             this text\n";

static const char merge_help[] =
    "Usage: dialtone sweep merge OUT FILE ...\n"
    "\n"
    "Puts shards of a sweep (`dialtone sweep --shard I/N`) into one new "
    "file,\n"
    "OUT.  All must be of one scenario, one build and the same axes.\n"
    "\n"
    "  -h, --help             this text\n";

/* --- show -------------------------------------------------------------------- */

static int print_meta(struct store *s, const char *key, const char *what,
                      struct conf_error *err)
{
    char *value;
    int result = store_meta(s, key, &value, err);

    if (value != NULL)
        printf("%-15s %s\n", what, value);
    free(value);
    return result;
}

/* Rows of texts, each in a line, "name: text, text". */
static int print_rows(struct store *s, const char *text,
                      struct conf_error *err)
{
    sqlite3_stmt *st = sql_prepare(store_db(s), text, err);
    bool row = true;
    int result = st == NULL ? LAB_FAILED : LAB_OK;

    while (result == LAB_OK && row) {
        result = sql_step(st, &row, err);
        if (row)
            printf("%-15s %s\n", (const char *)sqlite3_column_text(st, 0),
                   (const char *)sqlite3_column_text(st, 1));
    }
    sqlite3_finalize(st);
    return result;
}

static int print_counts(struct store *s, struct conf_error *err)
{
    struct count c;
    int result = count_points(s, &c, err);

    if (result != LAB_OK)
        return result;
    printf("%-15s %" PRId64 " with %" PRId64 " seed%s\n", "configurations",
           c.configs, c.seeds, pptp_plural((uint64_t)c.seeds));
    printf("%-15s %" PRId64 " done, %" PRId64 " failed", "points", c.done,
           c.failed);
    if (c.missing >= 0)
        printf(", %" PRId64 " missing", c.missing);
    putchar('\n');
    return LAB_OK;
}

static int show(struct store *s, struct conf_error *err)
{
    int result = print_meta(s, "title", "title", err);

    if (result == LAB_OK)
        result = print_meta(s, "build", "build", err);
    if (result == LAB_OK)
        result = print_rows(s,
                            "SELECT 'shard', a.value || ' of ' || b.value"
                            " FROM meta a, meta b WHERE a.key = 'shard'"
                            " AND b.key = 'shards' AND b.value <> '1'",
                            err);
    if (result == LAB_OK)
        result = print_rows(s,
                            "SELECT 'axis ' || n, key || ': ' ||"
                            " (SELECT group_concat(value, ', ') FROM"
                            " (SELECT DISTINCT value FROM setting"
                            "  WHERE axis = n)) FROM axis ORDER BY n",
                            err);
    if (result == LAB_OK)
        result = print_counts(s, err);
    if (result == LAB_OK)
        result = print_rows(s,
                            "SELECT 'failed', replace(label, char(9), ' ')"
                            " || ' seed ' || seed || ': ' || error FROM point"
                            " JOIN config ON config.id = config"
                            " WHERE status = 'failed'"
                            " ORDER BY point.id LIMIT 20",
                            err);
    return result;
}

int sweep_show_command(int argc, char **argv)
{
    struct conf_error err = { "" };
    struct store *s;
    int result;

    if (asks_help(argc, argv)) {
        fputs(show_help, stdout);
        return RUN_OK;
    }
    if (argc != 2 || argv[1][0] == '-')
        return usage("sweep show FILE", "show");
    result = store_open(&s, argv[1], &err);
    if (result == LAB_OK)
        result = show(s, &err);
    store_close(s);
    return told(result, &err);
}

/* --- merge ------------------------------------------------------------------- */

int sweep_merge_command(int argc, char **argv)
{
    struct conf_error err = { "" };

    if (asks_help(argc, argv)) {
        fputs(merge_help, stdout);
        return RUN_OK;
    }
    if (argc < 3 || argv[1][0] == '-')
        return usage("sweep merge OUT FILE ...", "merge");
    return told(merge_files(argv[1], (const char *const *)argv + 2,
                            (size_t)argc - 2, &err),
                &err);
}
