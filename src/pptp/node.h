/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The loop body that every world shares: after an input, drain; when a
 * deadline is due, advance and drain again.  It asserts the contract of
 * peer.h and shows every decision to the journal.
 */
#ifndef PPTP_NODE_H
#define PPTP_NODE_H

#include "pptp/peer.h"

struct pptp_node {
    struct pptp_peer *peer;
    pptp_ns now_ns;
    bool busy;
    /* Each action, in order. Must not feed this node again. */
    void (*act)(void *ctx, const struct pptp_action *a);
    /* Each trace record; NULL if nobody wants them. */
    void (*trace)(void *ctx, const struct pptp_trace_rec *r);
    void *ctx;
};

/* Rounds of advance-and-drain at one instant before we call it a bug. */
#define PPTP_NODE_ROUNDS 1000000u

/* Before an input: time goes on, and nothing re-enters. */
void pptp_node_begin(struct pptp_node *n, pptp_ns now);

/* After it, or when only time has passed: hands out all actions and gives the
 * next deadline, which lies beyond now. */
pptp_ns pptp_node_step(struct pptp_node *n);

#endif
