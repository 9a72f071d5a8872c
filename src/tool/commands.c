/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs with commands; commands.h. */
#include "config.h"

#include "tool/commands.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "tool/run.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

enum { PATH_OCTETS = 4096 };

_Noreturn void pptp_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "dialtone: %s:%d: assertion failed: %s\n", file, line,
            what);
    abort();
}

static int help(const struct command *table)
{
    puts("dialtone: PPTP (RFC 2637) in simulated networks and on real "
         "ones.\n");
    for (; table->name != NULL; table++)
        printf("  dialtone %-10s %-26s %s\n", table->name, table->usage,
               table->what);
    puts("\n`dialtone COMMAND --help` tells more; `dialtone --version` the "
         "version.\n\n"
         "Example:\n"
         "  dialtone run experiments/timeouts-at-a-bottleneck/scenario.yaml");
    return RUN_OK;
}

/* What a command has printed must have arrived; a command that was ended by
 * a signal keeps its own status. */
static int output_check(int result)
{
    bool failed = ferror(stdout) != 0;

    errno = 0;
    if (failed)
        putchar('\n'); /* nobody kept the errno: another try tells it */
    if (fclose(stdout) == 0 && !failed)
        return result;
    fprintf(stderr, "dialtone: standard output cannot be written: %s\n",
            errno != 0 ? strerror(errno) : "an earlier write failed");
    return result >= RUN_SIGNAL ? result : RUN_INTERNAL;
}

int commands_main(int argc, char **argv, const struct command *table)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    const struct command *c;

    if (name == NULL) {
        fputs("dialtone: no command; `dialtone --help` lists them\n", stderr);
        return RUN_INPUT;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return output_check(help(table));
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        puts("dialtone " PACKAGE_VERSION);
        return output_check(RUN_OK);
    }
    for (c = table; c->name != NULL; c++)
        if (strcmp(c->name, name) == 0)
            return output_check(c->command(argc - 1, argv + 1));
    fprintf(stderr,
            "dialtone: no such command: %s; `dialtone --help` lists them\n",
            name);
    return RUN_INPUT;
}

/* The folder of the running program, without an end slash. */
static void own_folder(char *out, size_t cap)
{
    ssize_t n = readlink("/proc/self/exe", out, cap - 1);
    char *slash;

    out[n > 0 ? n : 0] = 0;
    slash = strrchr(out, '/');
    if (slash != NULL)
        *slash = 0;
}

int commands_elsewhere(int argc, char **argv)
{
    static const char name[] = "dialtone-sim";
    char folder[PATH_OCTETS], path[PATH_OCTETS + sizeof name];
    char **args = calloc((size_t)argc + 2, sizeof *args);
    int i;

    if (args == NULL) {
        fputs("dialtone: no memory\n", stderr);
        return RUN_INTERNAL;
    }
    args[0] = path;
    for (i = 0; i < argc; i++)
        args[i + 1] = argv[i];
    own_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    execv(path, args);
    snprintf(path, sizeof path, "%s/%s", PKGLIBEXECDIR, name);
    execv(path, args);
    fprintf(stderr, "dialtone: %s: %s; it has the command `%s`\n", path,
            strerror(errno), argv[0]);
    free(args);
    return RUN_INTERNAL;
}
