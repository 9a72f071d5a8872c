/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rig: one peer under test.  The test plays everybody else: remote ends of
 * control connections, lines, GRE.  What the peer does is kept in order until
 * the test asks for it, so that nothing it did can pass unseen.
 */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include "pptp/peer.h"

#define RIG_MAX 65536

/* One action, with its message decoded. */
struct rig_act {
    struct pptp_action a; /* a.octets is not valid any more */
    struct pptp_msg msg;  /* of a TCP_SEND */
};

struct rig {
    struct pptp_peer *peer;
    void *mem;
    struct pptp_pool pool;
    void *pool_mem;
    pptp_ns now;
    struct pptp_addr local;
    struct rig_act acts[RIG_MAX];
    size_t from, n; /* those not yet asked for */
    uint64_t hash;  /* of every trace record */
};

/* Limits NULL: the defaults. The peer's address is 10.0.0.2. */
void rig_start(struct rig *r, const struct pptp_config *config,
               const struct pptp_limits *limits);
/* Asserts that every action was asked for and no packet leaked. */
void rig_stop(struct rig *r);

/* --- what comes in; each drains the peer ------------------------------- */

/* A TCP connection from that IPv4 address (host order), port 4000. */
pptp_conn_id rig_accept(struct rig *r, uint32_t from);
/* pptp_peer_open to that address; TCP opens at once, from port 4000. */
pptp_conn_id rig_open(struct rig *r, uint32_t to);
void rig_msg(struct rig *r, pptp_conn_id c, const struct pptp_msg *m);
/* Any octets, offered again until they are used; the last result. */
int rig_octets(struct rig *r, pptp_conn_id c, const uint8_t *o, size_t n);
void rig_tcp(struct rig *r, pptp_conn_id c, enum pptp_tcp_event e);
void rig_line(struct rig *r, pptp_call_id call, enum pptp_line_event e,
              const struct pptp_line_info *info);
/* A GRE packet: header octets, then `tail` octets of payload. */
void rig_gre(struct rig *r, uint32_t from, const uint8_t *head, size_t n,
             uint32_t tail);
/* Time goes on; timers fire one deadline after the other. */
void rig_to(struct rig *r, pptp_ns at);

/* An accepted connection that is established (SCCRQ, SCCRP, CONN_UP). */
pptp_conn_id rig_up(struct rig *r, uint32_t from);

/* --- what came out ------------------------------------------------------ */

/* The next action: asserts its type. Valid until the next drain. */
const struct rig_act *rig_took(struct rig *r, enum pptp_action_type t);
/* The next action is a message of that type on that connection. */
const struct pptp_msg *rig_sent(struct rig *r, pptp_conn_id c,
                                enum pptp_msg_type t);
/* Nothing is left. */
void rig_quiet(const struct rig *r);
/* Forgets what is left; how many of type t there were. */
size_t rig_skip(struct rig *r, enum pptp_action_type t);

#endif
