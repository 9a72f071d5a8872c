/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trace records of a run: what metrics need of them and, on request,
 * trace.jsonl, one JSON object a line.  A line is what the core prints
 * (pptp/trace.h) and the names of what it gives as numbers:
 *
 *   t      time, ns               k     kind of record
 *   node   name of the node       call  its index of the call or, for
 *                                       conn_state and msg_*, connection
 *   name   of the call in the scenario, once it is known
 *   from_state, to_state, figure_name    of conn_state and call_state
 *   type_name                            of msg_rx and msg_tx
 *
 * and the members that src/pptp/trace.def lists for the kind.
 */
#ifndef TOOL_RECORDS_H
#define TOOL_RECORDS_H

#include <gsl/gsl_histogram.h>
#include <jansson.h>
#include <stdio.h>

#include "sim/world.h"
#include "tool/scenario.h"

struct records {
    FILE *file;                /* NULL: none is asked for */
    enum scenario_trace level; /* of the file */
    gsl_histogram *rtt;        /* s, of acknowledgments */
    double rtt_sum_s, rtt_max_s;
    uint64_t rtt_n;
};

/* Opens dir/trace.jsonl if the scenario asks for it.  0; -1 and *err.
 * records_close is due in any case, on a zeroed struct too. */
int records_open(struct records *r, const struct scenario *s, const char *dir,
                 struct tool_error *err);
/* 0, or -1 if any write has failed. */
int records_close(struct records *r);

/* To be the world's trace, with the struct records as ctx. */
void records_take(void *ctx, const struct sim_node *n,
                  const struct pptp_trace_rec *rec);

/* rtt_mean_s, rtt_max_s and quantiles of the round-trip times that were
 * acknowledged; none without any. A quantile is the upper edge of its bin,
 * which is 4.4 % wide. */
void records_metrics(const struct records *r, json_t *metrics);

#endif
