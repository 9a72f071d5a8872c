/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a script runs against: a peer in some world, and what can be done to
 * it and seen of it.  One implementation holds the bare peer (world_bare.c),
 * one puts it into the simulated network (world_sim.c), one is a real peer at
 * an address (world_wire.c).
 *
 * Control connections and calls have references that the world gives; they
 * never come again in one run.
 */
#ifndef SCRIPT_WORLD_H
#define SCRIPT_WORLD_H

#include "pptp/gre.h"
#include "pptp/peer.h"

#define SCRIPT_OCTETS_MAX 65536u /* one segment */

/* Of our own peer, the same in every world: so its Call IDs are, too. */
#define SCRIPT_PEER_IPV4 UINT32_C(0x0a000002)
#define SCRIPT_SEED 11
/* Where what it gets comes from, unless a step says more. */
#define SCRIPT_FROM_IPV4 UINT32_C(0x0a000009)

enum script_event_kind {
    SCRIPT_EV_TCP_OPEN, /* addr */
    SCRIPT_EV_MSG,      /* octets: one message, or what was left at the end */
    SCRIPT_EV_TCP_CLOSE,
    SCRIPT_EV_GRE, /* conn if known; octets: header; len: the whole */
    SCRIPT_EV_CONN_UP,
    SCRIPT_EV_CONN_DOWN,
    SCRIPT_EV_CALL_NEW, /* conn */
    SCRIPT_EV_CALL_UP,
    SCRIPT_EV_CALL_DOWN, /* end */
    SCRIPT_EV_DIAL,
    SCRIPT_EV_ANSWER,
    SCRIPT_EV_HANGUP,
    SCRIPT_EV_ACCM,  /* tx, rx */
    SCRIPT_EV_FRAME, /* len */
    SCRIPT_EV_HOLD,
    SCRIPT_EV_RESUME
};

/* Order holds within a channel; between channels only time does. */
enum script_channel {
    SCRIPT_CH_TCP,
    SCRIPT_CH_GRE,
    SCRIPT_CH_LOCAL,
    SCRIPT_CHANNELS
};

struct script_event {
    pptp_ns at_ns;
    enum script_event_kind kind;
    uint32_t conn, call; /* references, or PPTP_NONE */
    struct pptp_addr addr;
    uint8_t octets[PPTP_MSG_MAX];
    uint32_t octets_n;
    uint32_t len;
    uint32_t tx, rx;
    struct pptp_call_end end;
};

enum script_channel script_channel_of(enum script_event_kind k);

enum script_input_kind {
    SCRIPT_IN_ACCEPT, /* addr, port, authorized → conn */
    SCRIPT_IN_TCP,    /* conn, event */
    SCRIPT_IN_OCTETS, /* conn, octets, len, split */
    SCRIPT_IN_GRE,    /* addr, to, octets: header, len; tail: zeros after */
    SCRIPT_IN_LINE,   /* call, line, info */
    SCRIPT_IN_OPEN,   /* addr → conn */
    SCRIPT_IN_STOP,   /* conn, reason */
    SCRIPT_IN_RING,   /* conn, request → call */
    SCRIPT_IN_CALL,   /* conn, request → call */
    SCRIPT_IN_CLEAR,  /* call */
    SCRIPT_IN_SLI,    /* call, tx, rx */
    SCRIPT_IN_FRAME,  /* call, len */
    SCRIPT_IN_DIGEST, /* call, len: how many frames */
    SCRIPT_IN_HOLD_FRAMES /* frames wait for DIGEST from now on */
};

struct script_input {
    enum script_input_kind kind;
    uint32_t conn, call;
    struct pptp_addr addr, to;
    bool to_given; /* GRE to another address than the peer's */
    uint16_t port;
    bool authorized;
    enum pptp_tcp_event event;
    const uint8_t *octets;
    uint32_t len, tail;
    uint32_t split; /* octets a segment; 0: all at once */
    enum pptp_line_event line;
    struct pptp_line_info info;
    struct pptp_call_request request;
    uint8_t reason;
    uint32_t tx, rx;
};

struct script_world;
struct script_step;

struct script_world_ops {
    /* Before the start, every step in order: why this world cannot show it,
     * NULL if it can; ops without it can show everything. */
    const char *(*cannot)(struct script_world *w,
                          const struct script_step *st);
    /* The peer is made: 0 or an error of peer.h. */
    int (*start)(struct script_world *w, const struct pptp_config *c,
                 const struct pptp_limits *l);
    /* 0 or an error of peer.h, or PPTP_ERR_RESOURCE where this world cannot;
     * *ref gets a new connection or call. */
    int (*input)(struct script_world *w, const struct script_input *in,
                 uint32_t *ref);
    /* Time goes on to `until`, or to the first new event before it. */
    void (*run)(struct script_world *w, pptp_ns until);
    void (*stop)(struct script_world *w); /* leaks are the world's to tell */
    /* Views; NULL where the inside cannot be seen: what the peer has to do
     * there is then taken as done. */
    const struct pptp_stats *(*stats)(struct script_world *w);
    int (*conn_state)(struct script_world *w, uint32_t conn);
    int (*call_info)(struct script_world *w, uint32_t call,
                     struct pptp_call_info *out);
    uint32_t (*row_hits)(struct script_world *w, unsigned figure, unsigned row,
                         unsigned *rows);
};

struct script_world {
    const struct script_world_ops *ops;
    pptp_ns now_ns;
    pptp_ns tolerance_ns;        /* later than this is late */
    pptp_ns settle_ns;           /* before the inside is looked at */
    struct script_event *events; /* not yet matched, in order */
    uint32_t events_n, events_room;
    bool lost; /* out of memory for events */
    /* Why start or the first input found nobody to judge; else empty. */
    char no_peer[120];
};

/* For implementations: one more event, zeroed but for time and kind. NULL
 * without memory; w->lost tells the runner. */
struct script_event *script_event_push(struct script_world *w, pptp_ns at,
                                       enum script_event_kind kind);

/* The bare peer under a clock of its own; ops->stop frees it. NULL without
 * memory. */
struct script_world *script_world_bare_new(void);

/* The peer in the simulated network, over SimGrid, which starts once a process:
 * worlds of one process share its platform.  NULL with a line in why. */
struct script_world *script_world_sim_new(char *why, size_t cap);

/* A real peer (IPv4). */
struct script_wire_options {
    struct pptp_addr peer;
    struct pptp_addr local; /* ours; 0.0.0.0: whichever leads there */
    uint16_t port;          /* TCP, the peer's or where it finds us */
    pptp_ns tolerance_ns;
    const char *start; /* a client's shell command, or NULL: a server */
};

/* Without root GRE cannot be seen, and cannot() says so of scripts that name
 * it.  *o and what it points to outlive the world.  NULL without memory. */
struct script_world *script_world_wire_new(
    const struct script_wire_options *o);

#endif
