/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One variant of a scenario, in a process of its own: scenario to world,
 * world to results.
 */
#ifndef TOOL_VARIANT_H
#define TOOL_VARIANT_H

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

#endif
