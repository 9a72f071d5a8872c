/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `dialtone run`: every variant of a scenario in a process of its own, their
 * results put together, expectations, figure.
 */
#ifndef TOOL_RUN_H
#define TOOL_RUN_H

#include <stdbool.h>
#include <stddef.h>

/* Exit codes of the program. */
enum run_exit {
    RUN_OK = 0,
    RUN_EXPECTATION = 1,
    RUN_INPUT = 2,
    RUN_INTERNAL = 3,
    RUN_SIGNAL = 128 /* and the signal's number: 130 interrupted, 143 */
};

struct run_options {
    const char *path;        /* of the scenario */
    const char *const *sets; /* "key=value" */
    size_t n_sets;
    const char *out; /* NULL: out/<scenario folder or file name> */
    bool force;      /* replace the results of an earlier run */
    bool quiet;      /* no progress, no table: only what is wrong */
    bool no_figure;  /* figure.gp and its data only */
};

/*
 * Results to the out folder and stdout, errors to stderr; the exit code.
 * After a first SIGINT or SIGTERM what there is so far is written and marked
 * incomplete; a second one ends at once.
 */
int run_scenario(const struct run_options *options);

#endif
