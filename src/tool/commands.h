/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Programs with commands: finds the one that does the work.
 *
 * There are two.  `dialtone` (main.c) is what people call: it has what needs
 * no simulator, above all the daemons, and hands the rest to `dialtone-sim`
 * (sim_main.c), which lies beside it or in libexec: a daemon has no business
 * with SimGrid, and all that comes with it, in its memory.
 */
#ifndef TOOL_COMMANDS_H
#define TOOL_COMMANDS_H

struct command {
    const char *name;
    int (*command)(int argc, char **argv); /* argv[0] is the name */
    const char *usage;
    const char *what;
};

/* The whole main(): `table` ends with a NULL name. */
int commands_main(int argc, char **argv, const struct command *table);

/* A command of dialtone-sim: does not come back but with an error. */
int commands_elsewhere(int argc, char **argv);

#endif
