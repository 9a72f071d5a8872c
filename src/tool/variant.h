/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One variant of a scenario, in a process of its own: scenario to world,
 * world to results.
 */
#ifndef TOOL_VARIANT_H
#define TOOL_VARIANT_H

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "tool/scenario.h"

/* Shared between the runner and a variant's process (mapped). */
struct variant_progress {
    volatile uint64_t now_ns;
    volatile uint64_t events;
    volatile int done;
};

/*
 * Builds the world, simulates, and writes calls.csv, series.csv, captures
 * (*.pcapng) and result.json to dir (exists, empty).  stop: set by a signal
 * handler; results up to then are written and marked "complete": false.
 * 0 complete, 1 incomplete, 2 bad scenario (*err: `file:line: what`), 3
 * failure.  With check_only nothing is simulated or written: platform,
 * hosts, routes and replay files are checked.
 */
int variant_run(const struct scenario *s, const char *dir, const char *label,
                bool check_only, const volatile sig_atomic_t *stop,
                struct variant_progress *progress, struct conf_error *err);

/* What a run that leaves no files has come to. */
struct variant_measured {
    json_t *metrics; /* by name; the caller's */
    double simulated_s;
    uint64_t trace_hash;
};

/*
 * Builds the world, simulates and measures; nothing is written.  0; 1:
 * *stop came before the end; 2: bad scenario; 3: failure, also of books that
 * do not balance.  *err but for 0 and 1; *out is empty but for 0.
 */
int variant_measure(const struct scenario *s,
                    const volatile sig_atomic_t *stop,
                    struct variant_measured *out, struct conf_error *err);

#endif
