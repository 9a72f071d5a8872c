/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trace records of a run: round-trip times for the calls they are of and,
 * on request, trace.jsonl, one JSON object a line.  A line is what the core
 * prints (pptp/trace.h) and the names of what it gives as numbers:
 *
 *   t      time, ns               k     kind of record
 *   node   name of the node       call  its index of the call or, for
 *                                       conn_state and msg_*, connection
 *   name   of the call in the scenario, once it is known
 *   from_state, to_state, figure_name    of conn_state and call_state
 *   type_name                            of msg_rx and msg_tx
 *
 * and the members that src/pptp/trace.def lists for the kind.  A packet that
 * is lost, wherever, is a record of kind "lost" (level packets):
 *
 *   why     the place, as in calls.csv    link   where, of a link
 *   name    of its call or flow           way    up or down, of a call
 *   n       its number there, from 0      octets its length there
 *   proto   of one that is nobody's: tcp, gre or other
 *
 * One that a link has changed is of kind "damaged", whatever becomes of it:
 * `octet` is the first that is another, from 0, the others are the same.
 */
#ifndef TOOL_RECORDS_H
#define TOOL_RECORDS_H

#include <stdio.h>

#include "sim/world.h"
#include "tool/scenario.h"

struct records {
    struct sim_world *w;
    FILE *file;                  /* NULL: none is asked for */
    int error;                   /* errno of its first write that failed */
    enum pptp_trace_level level; /* of the file */
};

/* Opens dir/trace.jsonl if the scenario asks for it; dir NULL: not even then.
 * 0; -1 and *err.
 * records_close is due in any case, on a zeroed struct too. */
int records_open(struct records *r, const struct scenario *s,
                 struct sim_world *w, const char *dir, struct conf_error *err);
/* 0; or 3 and *err if any write has failed: the file ends after its last
 * whole line. */
int records_close(struct records *r, const char *dir, struct conf_error *err);

/* What the world's `trace`, `lost` and `damaged` say; the struct records is
 * ctx. */
void records_take(void *ctx, const struct sim_node *n,
                  const struct pptp_trace_rec *rec);
void records_lost(void *ctx, const struct sim_port *port,
                  const struct pptp_packet *k, enum sim_place place);
void records_damaged(void *ctx, const struct sim_port *port,
                     const struct pptp_packet *k, uint32_t octet);

#endif
