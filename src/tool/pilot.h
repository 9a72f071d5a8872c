/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a run has warmed up, for `measure_from: auto`: the run is made once
 * without results, in a process of its own, and looked at a thousand times.
 * The packets under way and the octets that have come each end their warm-up
 * by MSER-5 (warmup.h); the later one counts.
 */
#ifndef TOOL_PILOT_H
#define TOOL_PILOT_H

#include <signal.h>
#include <stdbool.h>

#include "sim/world.h"

struct pilot_found {
    pptp_ns from_ns;
    bool found; /* else the run is too short, and it is the half */
};

/* `build` makes the world, in the child.  0, also if *stop came before the
 * end; or -1. */
int pilot_run(struct pilot_found *out, pptp_ns duration_ns,
              struct sim_world *(*build)(void *ctx), void *ctx,
              const volatile sig_atomic_t *stop);

#endif
