/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Inside a peer: its memory, and look-ups by Call ID.  References are indices
 * and offsets, so that the whole peer is one relocatable block; pool and
 * engine are the only pointers out of it.
 */
#ifndef PPTP_TABLE_H
#define PPTP_TABLE_H

#include "pptp/peer.h"

#define NO_INDEX UINT32_MAX
#define FIGURES (2 + PPTP_MACHINES)
#define ROWS_MAX 32        /* of a figure */
#define ACTIONS_PER_MSG 4u /* most that one message or event can cause */

struct pptp_conn {
    struct pptp_tcp_info tcp; /* of which, as of the next two, packets ask */
    bool used;
    bool closing;             /* once its calls are cleared it is gone */
    pptp_ns deadline_ns;      /* of whatever this state waits for */
    pptp_ns echo_deadline_ns; /* T-echo, or PPTP_NEVER */
    uint32_t echo_id;
    uint32_t calls; /* first call, NO_INDEX */
    uint32_t next_free;
    uint16_t gen;
    uint16_t next_id;
    uint16_t rx_len;
    uint16_t peer_version;
    uint8_t state;
    uint8_t end; /* enum pptp_conn_end */
    bool originator, tcp_up;
    bool muted;    /* 3.1.3: we won, nothing may be said here */
    bool clearing; /* its calls are being cleared, one a poll */
    bool stuck;    /* by a call; ctrl.c is yet to hear of it */
    bool was_up;
    char peer_name[64];
    uint8_t rx[PPTP_MSG_MAX];
};

/* Four cache lines, of which packets touch the first three; what it has only
 * at times is lent: stock.h. */
struct pptp_call {
    struct pptp_win win;
    pptp_ns deadline_ns; /* T-call or T-dial */
    pptp_ns reorder_at_ns;
    uint64_t tx_octets, rx_octets;
    uint32_t tx_packets, rx_packets;
    uint32_t rx_skipped;
    uint32_t conn;
    pptp_pkt queue_head; /* waiting for the window */
    uint32_t ring;       /* of send times, from 1; 0: none */
    uint16_t queued, held, reorder_n;
    uint16_t gen;
    uint16_t local_id, peer_id;
    uint8_t machine, state;
    bool used, wen_due, pump_due, holding, empty_due;
    bool peer_id_known, line_up, line_used;
    uint8_t bearer, framing;
    uint8_t end_msg, end_result, end_error;
    pptp_pkt queue_tail;
    pptp_pkt reorder_head; /* waiting for earlier numbers */
    uint32_t empty_seq; /* of a packet without a frame, while some are held */
    uint32_t timeouts, drops;
    pptp_ns wen_at_ns;   /* when the next WEN may go, if one is due */
    uint32_t prev, next; /* in the connection's list, or the free list */
    uint32_t connect_bps;
    uint32_t phys_channel;
    uint32_t tx_accm, rx_accm;
    uint32_t texts, line_errors; /* first cells of, from 1; 0: none */
    uint32_t min_bps, max_bps;
    uint16_t serial, ppd_ds, cause;
    uint16_t peer_window, peer_ppd_ds;
};

struct heap_entry {
    pptp_ns key_ns;
    uint32_t item; /* connections first, then calls */
    uint32_t pad;
};

/* What every packet touches comes first, and little else between. */
struct pptp_peer {
    struct pptp_pool *pool;
    pptp_ns now_ns;
    uint32_t act_head, act_n;
    uint32_t trace_head, trace_n;
    uint32_t heap_n;
    uint32_t hash_mask;
    uint32_t ring_entries, ring_free, rings_used;
    uint32_t clearing_conns;
    uint32_t young_calls; /* those that have not been up */
    /* offsets into the block */
    size_t calls_at, conns_at, heap_at, heap_pos_at, by_local_at, rings_at,
        actions_at;
    struct pptp_limits limits;
    struct pptp_config config;
    size_t rest_at, by_peer_at, octets_at, trace_at, cells_at, total_at;
    struct pptp_stats stats;
    uint32_t cell_free, cells_used;
    uint64_t rng;
    uint16_t next_serial; /* 2.7: tells calls apart, whatever the connection */
    uint32_t conn_free, conns_used;
    uint32_t call_free_head, call_free_tail; /* first released, first reused */
    uint32_t row_hits[FIGURES][ROWS_MAX];
    struct pptp_refusal refusal;
};

/* Numbers, not pointers: the rest may lie apart, before or behind. */
#define AT(p, type, off) ((type *)((uintptr_t)(p) + (p)->off))

/* Nothing is wanted of the world, nor will be before an input. */
static inline bool pptp_peer_quiet(const struct pptp_peer *p)
{
    return p->act_n == 0 && p->clearing_conns == 0;
}

static inline struct pptp_conn *conn_at(const struct pptp_peer *p, uint32_t i)
{
    PPTP_ASSERT(i < p->limits.conns);
    return AT(p, struct pptp_conn, conns_at) + i;
}

static inline struct pptp_call *call_at(const struct pptp_peer *p, uint32_t i)
{
    PPTP_ASSERT(i < p->limits.calls);
    return AT(p, struct pptp_call, calls_at) + i;
}

static inline uint32_t conn_index(const struct pptp_peer *p,
                                  const struct pptp_conn *c)
{
    return (uint32_t)(c - AT(p, struct pptp_conn, conns_at));
}

static inline uint32_t call_index(const struct pptp_peer *p,
                                  const struct pptp_call *c)
{
    return (uint32_t)(c - AT(p, struct pptp_call, calls_at));
}

/* Handles: generation above, index below. */
static inline pptp_conn_id conn_handle(const struct pptp_peer *p,
                                       const struct pptp_conn *c)
{
    return (uint32_t)c->gen << 16 | conn_index(p, c);
}

static inline pptp_call_id call_handle(const struct pptp_peer *p,
                                       const struct pptp_call *c)
{
    return (uint32_t)(c->gen & 0x7ff) << 20 | call_index(p, c);
}

struct pptp_conn *pptp_conn_find(const struct pptp_peer *p, pptp_conn_id h);
struct pptp_call *pptp_call_find(const struct pptp_peer *p, pptp_call_id h);
struct pptp_conn *pptp_conn_take(struct pptp_peer *p);
void pptp_conn_release(struct pptp_peer *p, struct pptp_conn *c);
struct pptp_call *pptp_call_take(struct pptp_peer *p, struct pptp_conn *c);
void pptp_call_release(struct pptp_peer *p, struct pptp_call *c);
void pptp_call_learn_peer_id(struct pptp_peer *p, struct pptp_call *c,
                             uint16_t id);
struct pptp_call *pptp_call_by_local(const struct pptp_peer *p,
                                     const struct pptp_addr *remote,
                                     uint16_t id);
struct pptp_call *pptp_call_by_peer(const struct pptp_peer *p,
                                    const struct pptp_conn *conn, uint16_t id);
uint64_t pptp_peer_random(struct pptp_peer *p);

#endif
