/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tasks, each in a process of its own, some at a time.
 *
 * SIGINT and SIGTERM ask to stop: the first is handed to the processes that
 * run, and no more are started; the next one, if it comes a second later or
 * more, kills them.  timeout(1) and terminals signal a process and its group:
 * two within a second are one.  A process whose parent dies gets SIGTERM.
 */
#ifndef LAB_POOL_H
#define LAB_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

/* What became of a task. */
struct pool_end {
    size_t task;
    int error;  /* errno of a process that could not be had; or 0, and */
    int status; /* its exit status, or */
    int signal; /* what it died of, or 0 */
    const char *octets; /* that it wrote */
    size_t len;
};

struct pool_config {
    size_t jobs; /* at a time; at least 1 */
    void *ctx;
    /* The next task; false: none now. */
    bool (*next)(void *ctx, size_t *task);
    /* In the process: its exit status.  What it writes to fd comes back. */
    int (*work)(void *ctx, size_t task, int fd);
    /* False: no more are wanted, and those that run are killed. */
    bool (*done)(void *ctx, const struct pool_end *end);
    void (*tick)(void *ctx); /* five times a second or more; or NULL */
    /* In the process, before signals come there; NULL: they end it. */
    void (*catch_stop)(void);
};

struct pool {
    int interrupts;            /* signals so far that count */
    int signal;                /* the first of them */
    struct timespec signalled; /* when it came */
};

/* Runs until there is no task and no process.  0; or an errno: nothing, or no
 * more, was run. */
int pool_run(struct pool *p, const struct pool_config *c);

/* Whether a signal is to be heeded, see above; it is noted then. */
bool pool_heeds(struct pool *p, int number);

/* How many processors there are. */
size_t pool_processors(void);

#endif
