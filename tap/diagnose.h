/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls looked at from outside: what makes a tunnel slow or dead although
 * the protocol is obeyed.  A firewall that drops GRE, a NAT that changes Call
 * IDs, a peer that never acknowledges, a way that cuts packets, somebody who
 * guesses passwords: a line with both addresses, cause and cure.
 *
 * A call is looked at twice while it is young, and never again.  A cause is
 * told once an hour for an address; who was told last is forgotten last.
 * Nothing here grows.
 */
#ifndef TAP_DIAGNOSE_H
#define TAP_DIAGNOSE_H

#include "base/probe.h"
#include "pptp/peer.h"

enum {
    TAP_DIAGNOSE_TOLD = 128,    /* addresses and causes that are kept */
    TAP_DIAGNOSE_PACE = 10,     /* of a cause a minute; others are counted */
    TAP_DIAGNOSE_STRAYS = 256,  /* packets of GRE that were no call's */
    TAP_DIAGNOSE_GUESSERS = 64, /* addresses with refused log-ins */
    TAP_DIAGNOSE_GUESSES = 10,  /* refused in a minute: somebody guesses */
    TAP_DIAGNOSE_SENT = 4,      /* packets that ought to be acknowledged */
    TAP_DIAGNOSE_LONG = 8       /* too long, of one call: they keep coming */
};

#define TAP_DIAGNOSE_FIRST_NS (10 * PPTP_S)
#define TAP_DIAGNOSE_AGAIN_NS (60 * PPTP_S) /* after the call came up */
#define TAP_DIAGNOSE_MINUTE_NS (60 * PPTP_S)
#define TAP_DIAGNOSE_HOUR_NS (3600 * PPTP_S)

/* X(name, unit, help): what was found, told or not. */
#define TAP_DIAGNOSE_STATS(X)                                              \
    X(no_gre, "calls", "calls that no GRE reached")                        \
    X(call_ids, "calls", "calls whose peer sends GRE for another Call ID") \
    X(other_address, "calls", "calls whose GRE came from another address") \
    X(no_acks, "calls", "calls whose peer acknowledges nothing")           \
    X(fragments, "calls", "calls whose longest packets go in fragments")   \
    X(too_long, "calls",                                                   \
      "calls to which packets came that are too long for them")            \
    X(guessers, "times",                                                   \
      "times that one address had many log-ins refused a minute")

struct tap_diagnose_stats {
    TAP_DIAGNOSE_STATS(PROBE_MEMBER)
};

extern const struct probe tap_diagnose_probes[];

enum tap_cause {
    TAP_CAUSE_NO_GRE,
    TAP_CAUSE_CALL_ID,
    TAP_CAUSE_ADDRESS,
    TAP_CAUSE_NO_ACK,
    TAP_CAUSE_FRAGMENTS,
    /* of tap_diagnose_limit: */
    TAP_CAUSE_GARBAGE,   /* octets that are no control messages */
    TAP_CAUSE_SOURCE,    /* too many connections from there */
    TAP_CAUSE_RATE,      /* too fast */
    TAP_CAUSE_HALF_OPEN, /* too many that say nothing, from anywhere */
    TAP_CAUSE_FULL,      /* too many altogether */
    TAP_CAUSE_SLOW,      /* it does not read */
    TAP_CAUSE_CALLS,     /* too many calls from there */
    TAP_CAUSES
};

/* A call as it is now. */
struct tap_diagnose_call {
    uint16_t call_id;                /* ours: what GRE has to name */
    uint64_t rx_packets, tx_packets; /* with payload */
    bool acked;                      /* something was acknowledged */
    enum pptp_windowing windowing;
    uint32_t mtu;  /* longest packet inside; 0: not known */
    bool mppe;     /* … which MPPE makes longer */
    uint32_t path; /* longest packet on the way outside; 0: not known */
};

struct tap_young {
    pptp_call_id call;
    uint32_t local, remote; /* outer addresses, host order */
    uint32_t older, newer;  /* in its queue; UINT32_MAX: none */
    pptp_ns up_ns;
    bool ours;      /* the control connection is */
    uint8_t queue;  /* 0: none; 1, 2: waits for that look */
    uint8_t longer; /* packets too long, up to TAP_DIAGNOSE_LONG */
};

struct tap_young_queue {
    uint32_t oldest, newest;
};

struct tap_told {
    pptp_ns at; /* 0: free */
    uint32_t remote;
    uint8_t cause;
};

struct tap_pace {
    pptp_ns since;
    uint32_t n;
};

struct tap_stray {
    pptp_ns at; /* 0: none */
    uint32_t from;
    uint16_t call_id;
};

struct tap_guesser {
    pptp_ns since; /* 0: free */
    uint32_t remote, refused;
};

struct tap_diagnose {
    /* False: the call is up no more. Set by the owner. */
    bool (*look)(void *ctx, pptp_call_id call, struct tap_diagnose_call *out);
    void *ctx;
    struct tap_diagnose_stats stats;
    struct tap_young *young; /* by slot of the call */
    uint32_t calls;
    struct tap_young_queue queue[3]; /* 1 and 2 */
    uint32_t told_at;
    struct tap_told told[TAP_DIAGNOSE_TOLD];
    struct tap_pace pace[TAP_CAUSES];
    struct tap_stray by_source[TAP_DIAGNOSE_STRAYS];  /* of our peers */
    struct tap_stray by_call_id[TAP_DIAGNOSE_STRAYS]; /* of strangers */
    struct tap_guesser guesser[TAP_DIAGNOSE_GUESSERS];
    pptp_ns guesses_ns; /* when the next of them is told, or PPTP_NEVER */
};

/* look and ctx are set by the caller. 0, or -1 without memory. */
int tap_diagnose_init(struct tap_diagnose *d, uint32_t calls);
void tap_diagnose_fini(struct tap_diagnose *d);

/* A call is up, between these outer addresses, host order, on a connection
 * that we opened or the other side; it has ended. Slots are below `calls` of
 * init. */
void tap_diagnose_up(struct tap_diagnose *d, pptp_ns now, pptp_call_id call,
                     uint32_t local, uint32_t remote, bool ours);
void tap_diagnose_down(struct tap_diagnose *d, pptp_call_id call);

/* GRE came that is no call's; `peer`: from whom we have a connection with. */
void tap_diagnose_stray(struct tap_diagnose *d, pptp_ns now, uint32_t from,
                        uint16_t call_id, bool peer);

/*
 * PPP has given up on a call, or its user has: looks why now, and says it if
 * it was not said lately.  True when no GRE came, said or not: there is
 * nothing to add.
 */
bool tap_diagnose_no_gre(struct tap_diagnose *d, pptp_ns now,
                         pptp_call_id call);

/* A packet for a call was longer than the `mtu` that its other side (outer
 * address, host order) takes. Told once for a call, when they keep coming. */
void tap_diagnose_too_long(struct tap_diagnose *d, pptp_call_id call,
                           uint32_t remote, uint16_t mtu);

/* A limit was reached, or what came has no meaning: says so, once for an
 * address; `remote` 0: of nobody in particular. */
void tap_diagnose_limit(struct tap_diagnose *d, pptp_ns now, uint32_t remote,
                        enum tap_cause cause);

/* Somebody at that outer address could not prove who he is. False: there
 * were so many from there lately that only their number is worth a line. */
bool tap_diagnose_refused(struct tap_diagnose *d, pptp_ns now,
                          uint32_t remote);

/* PPTP_NEVER when no call is young and nobody guesses. */
pptp_ns tap_diagnose_deadline(const struct tap_diagnose *d);
void tap_diagnose_advance(struct tap_diagnose *d, pptp_ns now);
/* Says what waits for its minute; the daemon ends. */
void tap_diagnose_end(struct tap_diagnose *d, pptp_ns now);

/* Octets outside of a packet inside: IP, GRE with both numbers, PPP. */
uint32_t tap_diagnose_outer(uint32_t inner, bool mppe);

#endif
