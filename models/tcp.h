/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCP (RFC 9293) of one connection, for users of the simulator and for
 * control connections.  A pure machine: segments, orders and a time go in;
 * segments and events are taken out (tcp_poll, tcp_events).  Nothing is
 * called back, and an input may come at any time.
 *
 * It knows sequence numbers and lengths, never octets: what a connection of
 * octets carries is kept by its host (sim/tcp.h), addressed by sequence
 * number; a user's payload is only a length.
 *
 *   tcp.c          states, RFC 9293 3.10; what is to be sent next
 *   tcp_loss.c     acknowledgments, recovery, timer: RFC 5681, 6582 (without
 *                  SACK), 6675 (with it), 6298, 3168
 *   tcp_send.c     octets, for the first time or again: windows, RFC 3042
 *   tcp_receive.c  octets that come, acknowledgments, windows: RFC 2018,
 *                  1122, 5681 4.2
 *   tcp_ranges.c   what is known beyond a hole, by either
 *   tcp_rto.c      round trips, RFC 6298
 *   tcp_cc.h       congestion control, a table
 *   tcp_wire.h     segments as octets
 *
 * Not here: time stamps and PAWS (RFC 7323 3, 5), urgent data, path MTU
 * discovery, Nagle (users write what they want sent), keep-alives, RFC 5961
 * (against attackers, whom this world does not have), fast open.
 *
 * An input (tcp_input, tcp_advance, and orders: tcp_write …) is followed by
 * tcp_events, tcp_poll until it is false, and tcp_deadline.
 */
#ifndef MODELS_TCP_H
#define MODELS_TCP_H

#include "base/base.h"
#include "models/tcp_cc.h"
#include "models/tcp_ranges.h"
#include "models/tcp_rto.h"

enum tcp_state {
    TCPM_CLOSED,
    TCPM_SYN_SENT,
    TCPM_SYN_RECEIVED,
    TCPM_ESTABLISHED,
    TCPM_FIN_WAIT_1,
    TCPM_FIN_WAIT_2,
    TCPM_CLOSING,
    TCPM_CLOSE_WAIT,
    TCPM_LAST_ACK,
    TCPM_TIME_WAIT
};

enum tcp_reason {
    TCPM_REFUSED = 1, /* a reset in answer to our SYN */
    TCPM_RESET,       /* a reset of a live connection */
    TCPM_TIMEOUT      /* given up repeating */
};

/* As on the wire. */
enum {
    TCPM_FIN = 0x01,
    TCPM_SYN = 0x02,
    TCPM_RST = 0x04,
    TCPM_PSH = 0x08,
    TCPM_ACK = 0x10,
    TCPM_ECE = 0x40,
    TCPM_CWR = 0x80
};

enum {
    TCPM_SACKS = 4,     /* blocks of a segment: RFC 2018 3 */
    TCPM_NO_SCALE = 15, /* no option; 14 is the largest (RFC 7323 2.3) */
    TCPM_MSS_LEAST = 64,
    TCPM_MSS_UNSAID = 536 /* RFC 9293 3.7.1 */
};

/* More octets than any run sends: for who never ends. */
#define TCPM_ENDLESS (UINT64_MAX / 2)

/* Settings; where RFCs leave a choice, the default and why. */
struct tcp_config {
    const struct tcp_cc *cc; /* newreno; X of tcp_cc.def */
    uint32_t mss;            /* octets of a segment, without options: 1460 */
    /* What is received and not taken yet, at most: 65,535 octets.  More, and
     * RFC 7323's option says by how much the field is to be shifted. */
    uint32_t window_octets;
    /* Segments of the initial window: 10 (RFC 6928, as deployed).  0: two to
     * four of them, RFC 5681 3.1 (that is RFC 3390). */
    uint32_t initial_segments;
    /* In slow start an acknowledgment makes the window larger by what it
     * acknowledges, by so many segments at most: 2 (RFC 3465 2.3), so that
     * delayed acknowledgments do not slow it; 1 is RFC 5681 3.1. */
    uint32_t slow_start_segments;
    /* In congestion avoidance every acknowledgment makes it larger by
     * MSS * MSS / cwnd (RFC 5681 3.1 (3)), so that with delayed ones it grows
     * half as fast.  false: octets are counted (RFC 5681 recommends it, RFC
     * 3465 2.1).  ns-3's TcpNewReno: true, its TcpLinuxReno: false. */
    bool count_acks;
    /* CUBIC gives way to who comes later (RFC 9438 4.7): true.  With one flow
     * alone it is only slower, and 5.1's formula is without it. */
    bool fast_convergence;
    bool sack;             /* RFC 2018, 6675: true */
    bool limited_transmit; /* RFC 3042: true */
    bool ecn;              /* RFC 3168: false, as what connects is deployed */
    /* RFC 5681 4.1: after a pause longer than the time-out the window is the
     * initial one again: true */
    bool idle_restart;
    /* The window grows only if it is what held the sender back (RFC 9438
     * 4.2, RFC 7661 4.3): true.  false: RFC 5681 to the letter, and ns-3. */
    bool validate;
    /* 200 ms as deployed; RFC 6298 2.4 says 1 s, which ns-3 has. */
    pptp_ns rto_min_ns;
    pptp_ns rto_initial_ns; /* 1 s, RFC 6298 2.1 */
    pptp_ns rto_max_ns;     /* 60 s, RFC 6298 2.5 */
    pptp_ns rto_grain_ns;   /* G of RFC 6298: 1 ms, as ns-3; the clock's own
                             * is 1 ns */
    /* An acknowledgment waits for a segment more, 2 (RFC 5681 4.2; 1: none
     * waits) or so long: 40 ms, as deployed; RFC 1122 allows 500 ms, ns-3 has
     * 200 ms. */
    uint32_t delack_segments;
    pptp_ns delack_ns;
    pptp_ns time_wait_ns; /* 60 s as deployed; and the longest silence in
                           * FIN_WAIT_2.  RFC 9293: 4 minutes */
    uint32_t syn_tries;   /* SYNs sent before giving up: 6 */
    uint32_t data_tries;  /* sendings of one segment: 15; ns-3 has 6 */
};

void tcp_config_default(struct tcp_config *c);
/* NULL, or what cannot be. */
const char *tcp_config_check(const struct tcp_config *c);

/* Counters, of one connection or of many: their owner says. */
struct tcp_stats {
#define X(name, help) uint64_t name;
#include "models/tcp.def"
#undef X
};

/* A segment, decoded. */
struct tcp_segment {
    uint32_t seq, ack;
    uint32_t len;    /* octets of payload */
    uint16_t window; /* as it stands in the header */
    uint16_t mss;    /* option, 0: none */
    uint8_t flags;   /* TCP_* */
    uint8_t scale;   /* option, TCPM_NO_SCALE: none */
    uint8_t sacks;   /* blocks of the option */
    bool sack_permitted;
    bool ect;   /* sent: ECT(0); received: it does not matter */
    bool ce;    /* received: congestion experienced */
    bool again; /* sent: some of it was sent before */
    struct tcp_range sack[TCPM_SACKS];
};

/* What has happened since tcp_events was called last. */
enum {
    TCPM_EV_CONNECTED = 1,
    TCPM_EV_READABLE = 2,    /* tcp_readable is more than before */
    TCPM_EV_ACKED = 4,       /* tcp_unacked is less than before */
    TCPM_EV_PEER_CLOSED = 8, /* nothing more comes; tcp_close is still due */
    TCPM_EV_CLOSED = 16,     /* both ways, and acknowledged: the last event */
    TCPM_EV_FAILED = 32      /* tcp_why says why: the last event */
};

/* What every segment touches comes first. */
struct tcp {
    uint32_t snd_una, snd_nxt; /* RFC 9293 3.3.1 */
    uint32_t snd_max;          /* the highest snd_nxt there has been */
    uint32_t snd_wnd;          /* octets */
    uint32_t rcv_nxt;
    uint32_t rcv_edge; /* what the peer may send up to, as it knows */
    uint32_t readable; /* in order, not taken */
    uint8_t state;     /* enum tcp_state */
    uint8_t events;    /* TCPM_EV_* not taken */
    uint8_t todo;      /* for tcp_poll, of tcp.c */
    uint8_t ack_wait;  /* segments that wait for an acknowledgment */
    uint64_t unsent;   /* octets that never were sent */
    pptp_ns timer_ns;  /* retransmission, persistence or the end */
    pptp_ns delack_ns; /* the acknowledgment that waits */
    struct tcp_cong cong;
    const struct tcp_config *config;
    struct tcp_stats *stats;
    struct tcp_ranges sacked;  /* sent and beyond a hole there */
    struct tcp_ranges arrived; /* beyond a hole here */
    struct tcp_rto rto;
    pptp_ns sent_ns;    /* anything but acknowledgments, the last time */
    pptp_ns timed_ns;   /* when what is timed was sent; */
    uint32_t timed_seq; /* it is up to here */
    uint32_t recover;   /* end of the recovery (RFC 6582, 6675) */
    uint32_t high_rxt;  /* sent again up to here (RFC 6675) */
    uint32_t rescue;    /* RescueRxt (RFC 6675) */
    uint32_t cwr_end;   /* one reduction up to here (RFC 3168) */
    uint32_t fin_seq;   /* the peer's FIN, if fin_seen */
    uint32_t snd_wl1, snd_wl2; /* RFC 9293 3.10.7.4 */
    uint32_t iss;
    uint32_t rst_seq;            /* of the reset that is to be sent */
    uint32_t recent[TCPM_SACKS]; /* of what came beyond a hole, the latest */
    uint16_t dup_acks, tries;
    uint8_t snd_scale, rcv_scale;
    uint8_t why; /* enum tcp_reason */
    bool passive : 1, sack : 1, ecn : 1, snd_scaled : 1;
    bool fin_wanted : 1, fin_sent : 1;
    bool fin_seen : 1, fin_came : 1; /* perhaps beyond a hole; in order */
    bool timing : 1, recovering : 1, after_timeout : 1;
    bool partial : 1; /* the recovery had its first partial one */
    bool limited : 1; /* by the congestion window, the last time */
    bool probing : 1; /* the peer's window is closed */
    bool ece : 1;     /* congestion to be echoed */
    bool cwr_due : 1; /* to be told with the next new octets */
};

/* Ranges that a connection may have to remember, of both directions: room for
 * every second segment of a window. */
uint32_t tcp_range_count(const struct tcp_config *c);

/* A connection that has not begun.  All are the caller's and outlive it:
 * config (checked), stats, tcp_range_count ranges. */
void tcp_init(struct tcp *t, const struct tcp_config *c,
              struct tcp_stats *stats, struct tcp_range *ranges);

/* The next is a SYN, its sequence number iss.  CONNECTED or FAILED follows. */
void tcp_connect(struct tcp *t, pptp_ns now, uint32_t iss);
/* A SYN (no ACK, no RST) that has come to who listens; CONNECTED follows.  If
 * it fails before that, it says nothing: it was never there. */
void tcp_accept(struct tcp *t, pptp_ns now, uint32_t iss,
                const struct tcp_segment *syn);

/* A segment of the connection. */
void tcp_input(struct tcp *t, pptp_ns now, const struct tcp_segment *s);

/* What is to be said to a segment that is of no connection (RFC 9293
 * 3.10.7.1); false: nothing. */
bool tcp_refuse(const struct tcp_segment *s, struct tcp_segment *out);

/* So many octets more are to be sent; before CONNECTED, too.  Nothing after
 * tcp_close. */
void tcp_write(struct tcp *t, uint64_t octets);
/* So many of tcp_readable are taken: there is room for more. */
void tcp_take(struct tcp *t, uint32_t octets);
/* FIN after what was written.  CLOSED or FAILED follows. */
void tcp_close(struct tcp *t);
/* Reset, if there is somebody to hear it; no event follows. */
void tcp_abort(struct tcp *t);

/* What is due is done; and when something will be: PPTP_NEVER, or maybe a
 * time that has passed. */
void tcp_advance(struct tcp *t, pptp_ns now);
static inline pptp_ns tcp_deadline(const struct tcp *t)
{
    return t->timer_ns < t->delack_ns ? t->timer_ns : t->delack_ns;
}

/* The next segment to send; false: none now. */
bool tcp_poll(struct tcp *t, pptp_ns now, struct tcp_segment *out);

/* TCPM_EV_*, taken. */
static inline uint32_t tcp_events(struct tcp *t)
{
    uint32_t e = t->events;

    t->events = 0;
    return e;
}

/* Nothing will come of it any more: events are taken, segments polled. */
static inline bool tcp_is_over(const struct tcp *t)
{
    return t->state == TCPM_CLOSED && t->todo == 0 && t->events == 0;
}

/* Octets that came in order and were not taken; the first of them has the
 * sequence number tcp_read_seq. */
static inline uint32_t tcp_readable(const struct tcp *t)
{
    return t->readable;
}
uint32_t tcp_read_seq(const struct tcp *t);

/* Octets sent and not acknowledged, and those never sent. */
uint32_t tcp_flight(const struct tcp *t);
static inline uint64_t tcp_unsent(const struct tcp *t)
{
    return t->unsent;
}
/* The sequence number of the first octet that is not acknowledged. */
uint32_t tcp_unacked_seq(const struct tcp *t);

static inline enum tcp_reason tcp_why(const struct tcp *t)
{
    return (enum tcp_reason)t->why;
}

#endif
