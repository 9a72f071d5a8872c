/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The loop body that every world shares: an input, then drain; when a
 * deadline is due, advance and drain again.  It asserts the contract of
 * peer.h and, if there is a journal, shows it every input and every decision.
 *
 *     pptp_node_begin(n, now);
 *     used = pptp_node_tcp_input(n, conn, octets, len);
 *     deadline = pptp_node_step(n);
 */
#ifndef PPTP_NODE_H
#define PPTP_NODE_H

#include "pptp/peer.h"

struct pptp_journal;

struct pptp_node {
    struct pptp_peer *peer;
    /* NULL, or started and set before the first input: journal.h */
    struct pptp_journal *journal;
    pptp_ns now_ns;
    bool busy; /* between begin and step */
    bool fed;  /* an input came */
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

/*
 * One input at the time of begin, at most one before a step: what
 * pptp_peer_*() of the same name says, and nothing is drained yet.
 */
int pptp_node_tcp_accepted(struct pptp_node *n,
                           const struct pptp_tcp_info *info,
                           pptp_conn_id *conn);
int pptp_node_tcp_event(struct pptp_node *n, pptp_conn_id conn,
                        enum pptp_tcp_event event,
                        const struct pptp_tcp_info *info);
int pptp_node_tcp_input(struct pptp_node *n, pptp_conn_id conn,
                        const uint8_t *octets, size_t len);
void pptp_node_gre_input(struct pptp_node *n, const struct pptp_addr *from,
                         const struct pptp_addr *to, pptp_pkt pkt);
int pptp_node_ring(struct pptp_node *n, pptp_conn_id conn,
                   const struct pptp_call_request *req, pptp_call_id *call);
int pptp_node_line_event(struct pptp_node *n, pptp_call_id call,
                         enum pptp_line_event event,
                         const struct pptp_line_info *info);
int pptp_node_frame(struct pptp_node *n, pptp_call_id call, pptp_pkt pkt);
void pptp_node_frame_done(struct pptp_node *n, pptp_call_id call,
                          pptp_pkt pkt);
void pptp_node_frame_dropped(struct pptp_node *n, pptp_call_id call,
                             pptp_pkt pkt);
int pptp_node_open(struct pptp_node *n, const struct pptp_addr *remote,
                   pptp_conn_id *conn);
int pptp_node_close(struct pptp_node *n, pptp_conn_id conn,
                    enum pptp_stop_reason reason);
int pptp_node_call_open(struct pptp_node *n, pptp_conn_id conn,
                        const struct pptp_call_request *req,
                        pptp_call_id *call);
int pptp_node_call_close(struct pptp_node *n, pptp_call_id call);
int pptp_node_set_link_info(struct pptp_node *n, pptp_call_id call,
                            uint32_t tx_accm, uint32_t rx_accm);

/* After it, or when only time has passed: hands out all actions and gives the
 * next deadline, which lies beyond now. */
pptp_ns pptp_node_step(struct pptp_node *n);

#endif
