/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fake world: two peers on a wire that delivers at once and in order, with
 * a clock that the test moves.  Side 0 is the PAC, side 1 the PNS.
 */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include "pptp/peer.h"

#define FAKE_ACTS 16 /* enum pptp_action_type has as many */

struct fake_side {
    struct pptp_peer *peer;
    void *mem;
    struct pptp_addr addr;
    pptp_conn_id conn;
    pptp_call_id call;        /* the latest that came up or began */
    struct pptp_call_end end; /* of the latest that went */
    uint8_t tcp[65536];       /* octets on their way to this side */
    size_t tcp_n;
    pptp_pkt gre[4096]; /* packets on their way to this side */
    size_t gre_n;
    bool fin;         /* the other side closed */
    bool hold_frames; /* frames wait for fake_digest */
    pptp_pkt held[4096];
    pptp_call_id held_call[4096];
    size_t held_n;
    uint64_t count[FAKE_ACTS]; /* actions seen, by type */
};

struct fake;

/* Sees each packet that side `from` sends. True: it took the packet, to free
 * it, to keep it or to hand it on later by fake_gre; false: it goes on. */
typedef bool fake_gre_hook(struct fake *f, int from, pptp_pkt pkt);

struct fake {
    struct fake_side side[2];
    struct pptp_pool pool;
    void *pool_mem;
    pptp_ns now;
    size_t segment;          /* octets offered to a peer at once */
    bool mute_line;          /* dialed and answered lines stay silent */
    bool drop_gre;           /* packets are lost */
    fake_gre_hook *gre_hook; /* NULL: every packet goes on */
    bool drop_tcp;           /* messages are lost: a dead path */
    uint32_t bps;
};

/* Limits NULL: the defaults. */
void fake_start(struct fake *f, const struct pptp_config *config,
                const struct pptp_limits *limits);
void fake_stop(struct fake *f);           /* asserts that no packet leaked */
void fake_run(struct fake *f);            /* until nothing moves */
void fake_to(struct fake *f, pptp_ns at); /* time goes on, timers fire */
void fake_connect(struct fake *f, int opener);
int fake_frame(struct fake *f, int side, uint32_t octets);
/* A packet that a hook took arrives at side `to` now, from the other. */
void fake_gre(struct fake *f, int to, pptp_pkt pkt);
/* The line takes the first frame that is held, or throws away number i. */
void fake_digest(struct fake *f, int side);
void fake_drop(struct fake *f, int side, unsigned i);

#endif
