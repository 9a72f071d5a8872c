/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program's command line: finds the command that does the work. */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pptp/base.h"
#include "tool/explain_cmd.h"
#include "tool/pns_cmd.h"
#include "tool/replay_cmd.h"
#include "tool/run.h"
#include "tool/run_cmd.h"
#include "tool/scenario.h"
#include "tool/script_cmd.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

_Noreturn void pptp_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "dialtone: %s:%d: assertion failed: %s\n", file, line,
            what);
    abort();
}

static int reference_command(int argc, char **argv)
{
    (void)argv;
    if (argc != 1) {
        fputs("dialtone: `reference` takes nothing\n", stderr);
        return RUN_INPUT;
    }
    scenario_reference(stdout);
    return RUN_OK;
}

static const struct {
    const char *name;
    int (*command)(int argc, char **argv);
    const char *usage;
    const char *what;
} commands[] = {
    { "run", run_command, "SCENARIO.yaml [options]",
      "simulate a scenario: results and a figure" },
    { "reference", reference_command, "",
      "every key of a scenario, as Markdown" },
    { "explain", explain_command, "[options] FILE",
      "say what happened in a capture of PPTP" },
    { "pns", pns_command, "[options] CONFIG.yaml",
      "a PPTP server on real networks" },
    { "replay", replay_command, "[options] JOURNAL",
      "run a node's journal again and compare" },
    { "script", script_command, "[options] SCRIPT.pt ...",
      "judge a PPTP peer by timed scripts" },
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static int help(void)
{
    size_t i;

    puts("dialtone: PPTP (RFC 2637) in simulated networks and on real "
         "ones.\n");
    for (i = 0; i < COMMANDS; i++)
        printf("  dialtone %-10s %-26s %s\n", commands[i].name,
               commands[i].usage, commands[i].what);
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

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    size_t i;

    if (name == NULL) {
        fputs("dialtone: no command; `dialtone --help` lists them\n", stderr);
        return RUN_INPUT;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return output_check(help());
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        puts("dialtone " PACKAGE_VERSION);
        return output_check(RUN_OK);
    }
    for (i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return output_check(commands[i].command(argc - 1, argv + 1));
    fprintf(stderr,
            "dialtone: no such command: %s; `dialtone --help` lists "
            "them\n",
            name);
    return RUN_INPUT;
}
