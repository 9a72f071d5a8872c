/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * attempts.csv: a row for each attempt to call that is over, in the order of
 * their ends, as it ends; and how many ended in which way.
 */
#ifndef TOOL_ATTEMPTS_H
#define TOOL_ATTEMPTS_H

#include <jansson.h>
#include <stdio.h>

#include "sim/attempts.h"
#include "tool/scenario.h"

struct attempts {
    struct sim_attempts sim;
    const struct sim_world *w;
    FILE *file; /* NULL: none is asked for */
    int error;  /* errno of its first write that failed */
    uint64_t outcomes[SIM_OUTCOME_N];
};

/* Opens dir/attempts.csv if the scenario asks for it, of a world whose calls
 * are all there, and reads along.  0; -1 and *err.  attempts_close is due in
 * any case, on a zeroed struct too. */
int attempts_open(struct attempts *t, const struct scenario *s,
                  struct sim_world *w, const char *dir,
                  struct conf_error *err);
/* 0; or 3 and *err if any write has failed: the file ends after its last
 * whole line. */
int attempts_close(struct attempts *t, const char *dir,
                   struct conf_error *err);

/* Of those that ended, by outcome; NULL: nobody asked.  New reference. */
json_t *attempts_outcomes(const struct attempts *t);

#endif
