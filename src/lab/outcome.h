/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What came of a point: of the process that ran it, through a pipe, to the one
 * that keeps it.
 */
#ifndef LAB_OUTCOME_H
#define LAB_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTCOME_ERROR_OCTETS 512

struct outcome_metric {
    char *name;
    double x;
};

struct outcome {
    bool done; /* or it failed: */
    char error[OUTCOME_ERROR_OCTETS];
    double wall_s, simulated_s;
    uint64_t trace_hash;
    struct outcome_metric *metrics;
    size_t n;
    bool no_memory; /* for a metric: it is not done */
};

void outcome_add(struct outcome *o, const char *name, double x);

/* Writes all of it; 0 or an errno. */
int outcome_write(const struct outcome *o, int fd);

/* From what was written; false: it is cut, or there is no memory.  *o is
 * empty then, else outcome_free is due. */
bool outcome_read(struct outcome *o, const void *octets, size_t len);

void outcome_free(struct outcome *o);

#endif
