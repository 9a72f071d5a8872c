/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The sliding window of one session, RFC 2637 §4.2 and §4.3, both ways.
 *
 * Transmit: which packet may go, when it was sent, what an acknowledgment or
 * a time-out means.  How far the window opens is the engine's business
 * (engine.h).  Receive: what is new, late or a duplicate, and when an
 * acknowledgment is due.  Packets themselves stay with call.c.
 */
#ifndef PPTP_WINDOW_H
#define PPTP_WINDOW_H

#include "pptp/ato.h"
#include "pptp/engine.h"

enum pptp_windowing {
    PPTP_WINDOWING_ON,  /* the engine rules */
    PPTP_WINDOWING_OFF, /* no window: what most deployed peers do */
    PPTP_WINDOWING_AUTO /* on, until the peer turns out not to acknowledge */
};

/* Time-outs in a row without any acknowledgment after which AUTO gives up. */
#define PPTP_AUTO_TIMEOUTS 4

enum pptp_ack_on {
    PPTP_ACK_ON_DELIVERY, /* §4.2.5: when PPP has the packet; RTT holds PPD */
    PPTP_ACK_ON_RECEIPT   /* §4.1: highest number received */
};

/* One for all sessions of a peer; what every packet asks for comes first. */
struct pptp_win_config {
    const struct pptp_engine *engine;
    enum pptp_windowing windowing;
    enum pptp_ack_on ack_on;
    pptp_ns ack_delay_ns;
    pptp_ns reorder_hold_ns;  /* a packet waits at most; 0: late ones are
                               * discarded */
    uint16_t recv_window;     /* packets we advertise and buffer */
    uint16_t reorder_packets; /* held at most, <= recv_window; read only when
                               * reorder_hold_ns is set */
    uint16_t send_queue;      /* packets held while the window is closed */
    pptp_ns fixed_timeout_ns; /* engine `fixed`: constant time-out */
    struct pptp_ato_config ato;
};

/* When a packet left.  Without a window more may be in flight than there are
 * of these: then those that are there keep their packets until these are
 * acknowledged, and the others leave unnoted and give no sample, but for the
 * last one. */
struct pptp_win_sent {
    pptp_ns sent_ns;
    pptp_ns deadline_ns; /* fixed when the packet leaves */
    uint32_t seq;        /* whose it is */
};

struct pptp_win {
    struct pptp_ato ato;
    pptp_ns ack_at_ns;   /* lone acknowledgment due, or PPTP_NEVER */
    pptp_ns last_rtt_ns; /* last sample that there was */
    pptp_ns sent_ns;     /* when the last packet left */
    pptp_ns acked_ns;    /* when tx_base last moved */
    uint32_t tx_next;    /* sequence number of the next packet */
    uint32_t tx_base;    /* oldest neither acked nor written off */
    uint32_t rx_highest; /* highest sequence number received */
    uint32_t rx_ack;     /* what an acknowledgment would say */
    uint16_t tx_max;     /* the peer's window */
    uint16_t cwnd;
    uint16_t grown;          /* packets acked since cwnd changed */
    uint16_t rx_unacked;     /* packets received since our last ack */
    uint16_t ring_mask;      /* ring entries - 1 */
    uint8_t silent_timeouts; /* in a row, without an ack between */
    bool suspended;          /* AUTO gave up on this peer */
    bool timed;              /* the last acknowledgment gave a sample */
    bool rx_any;
    bool rx_ack_valid;
};

/* What became of an acknowledgment. */
enum pptp_ack_verdict {
    PPTP_ACK_NEW,
    PPTP_ACK_RESUMED, /* as NEW; and AUTO takes up the window again */
    PPTP_ACK_OLD,     /* duplicate, or for packets written off */
    PPTP_ACK_AHEAD    /* of something never sent */
};

enum pptp_rx_verdict {
    PPTP_RX_NEW,  /* deliver; *skipped numbers were passed over */
    PPTP_RX_LATE, /* older than one already passed on */
    PPTP_RX_DUP   /* the same number as the highest */
};

/* Session start. peer_window 0 is read as 1 and capped at ring_entries, a
 * power of two ≤ 65536 (A-36, I-08). */
void pptp_win_start(struct pptp_win *w, const struct pptp_win_config *c,
                    uint16_t peer_window, uint16_t peer_ppd_ds,
                    uint32_t ring_entries);

/* Packets sent, not acknowledged and not written off. */
static inline uint32_t pptp_win_out(const struct pptp_win *w)
{
    return w->tx_next - w->tx_base;
}

bool pptp_win_may_send(const struct pptp_win *w,
                       const struct pptp_win_config *c);

/* Whether a window stops the sender and a time-out runs: not with the engine
 * `off`, nor without windowing, nor while AUTO has given up. */
bool pptp_win_rules(const struct pptp_win *w, const struct pptp_win_config *c);

/* Gives the sequence number of a packet that is sent now, and notes when, if
 * there is room.  When nothing else is out the ring may be any of its size,
 * whatever is in it: each place is written before a packet can find another
 * one there that is out. */
uint32_t pptp_win_sent(struct pptp_win *w, struct pptp_win_sent *ring,
                       pptp_ns now);

/* An Acknowledgment Number came in; ring may be NULL when nothing is out.
 * *acked: packets newly acknowledged;
 * w->timed: whether w->last_rtt_ns is of the highest of them. */
enum pptp_ack_verdict pptp_win_acked(struct pptp_win *w,
                                     const struct pptp_win_config *c,
                                     const struct pptp_win_sent *ring,
                                     pptp_ns now, uint32_t ack,
                                     uint32_t *acked);

/* When the oldest packet outstanding times out; PPTP_NEVER if none can; ring
 * as above. */
pptp_ns pptp_win_tx_deadline(const struct pptp_win *w,
                             const struct pptp_win_config *c,
                             const struct pptp_win_sent *ring);

/* That time has come: one event a flight. Gives the number of packets
 * written off. */
uint32_t pptp_win_timed_out(struct pptp_win *w,
                            const struct pptp_win_config *c);

/* A data packet's number came in. NEW moves rx_highest. */
enum pptp_rx_verdict pptp_win_rx(struct pptp_win *w, uint32_t seq,
                                 uint32_t *skipped);

/* `seq` counts as digested: it may be acknowledged, and is due to be: true
 * if at once (every half window), else ack_at_ns is set. */
bool pptp_win_digested(struct pptp_win *w, const struct pptp_win_config *c,
                       pptp_ns now, uint32_t seq);

/* An acknowledgment of w->rx_ack leaves with the packet being built. */
void pptp_win_ack_sent(struct pptp_win *w);

#endif
