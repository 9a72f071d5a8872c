/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * events.jsonl: what PNSs, PACs and callers of a run tell, a line of JSON
 * each (nas/event_text.h), with the time of the run in nanoseconds.
 */
#ifndef TOOL_EVENTS_H
#define TOOL_EVENTS_H

#include <stdio.h>

#include "sim/world.h"
#include "tool/scenario.h"

struct events {
    const struct sim_world *w;
    FILE *file; /* NULL: none is asked for */
    int error;  /* errno of its first write that failed */
};

/* Opens dir/events.jsonl if the scenario asks for it, and reads along.  0; -1
 * and *err.  events_close is due in any case, on a zeroed struct too. */
int events_open(struct events *t, const struct scenario *s,
                struct sim_world *w, const char *dir, struct conf_error *err);
/* 0; or 3 and *err if any write has failed: the file ends after its last
 * whole line. */
int events_close(struct events *t, const char *dir, struct conf_error *err);

#endif
