/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sql FILE STATEMENTS: runs them, and prints each row with bars between its
 * columns, as sqlite3(1) does, which not every machine has.
 */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>

static int print_row(void *ctx, int n, char **values, char **names)
{
    (void)ctx;
    (void)names;
    for (int i = 0; i < n; i++)
        printf("%s%s", i > 0 ? "|" : "", values[i] != NULL ? values[i] : "");
    putchar('\n');
    return 0;
}

int main(int argc, char **argv)
{
    sqlite3 *db = NULL;
    int code = SQLITE_MISUSE;

    if (argc == 3 && sqlite3_open(argv[1], &db) == SQLITE_OK)
        code = sqlite3_exec(db, argv[2], print_row, NULL, NULL);
    if (code != SQLITE_OK)
        fprintf(stderr, "sql: %s\n",
                db != NULL ? sqlite3_errmsg(db) : "sql FILE STATEMENTS");
    sqlite3_close(db);
    return code == SQLITE_OK ? 0 : 1;
}
