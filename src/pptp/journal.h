/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The journal: every input that a node (node.h) feeds its peer, with its
 * time, and every decision that the peer takes, as octets in one defined
 * order.  replay.h runs a journal again and compares.
 *
 * A journal holds secrets: the seed, every control message, telephone
 * numbers, and with `snap_octets` the users' frames.  Write it 0600 and only
 * on request.
 *
 * Form: 8 octets of magic, then records of kind (1 octet), octets of the body
 * (3) and body, integers in network order.  The head comes first; an input is
 * followed by its result, the actions it led to and a `step`; `end` is last.
 * Packets have no handles here, since other peers share the pool: a frame is
 * known by its call and sequence number, contents by a hash.
 */
#ifndef PPTP_JOURNAL_H
#define PPTP_JOURNAL_H

#include "pptp/peer.h"

/* The format that is written and replayed; another one with every change of a
 * record's fields (journal.c). */
#define PPTP_JOURNAL_FORMAT 1

/* Octets of each packet's payload that may be written at most. */
#define PPTP_JOURNAL_SNAP_MAX 2048u

/* The largest `now` that replays: deadlines computed from it do not wrap. */
#define PPTP_JOURNAL_NOW_MAX (UINT64_C(1) << 62)

/* With what a peer was made; a replay makes the same one. */
struct pptp_journal_head {
    struct pptp_config config;
    struct pptp_limits limits;
    uint64_t seed;         /* as given to pptp_peer_init */
    uint32_t pool_packets; /* limit of the pool, set by pptp_journal_start */
    uint32_t snap_octets;  /* of each payload, 0 … PPTP_JOURNAL_SNAP_MAX */
    char note[64];         /* for people: program, version, name of the node */
};

/* Takes octets to append; they are valid during the call only. What becomes
 * of an error is the world's matter. */
typedef void pptp_journal_write(void *ctx, const uint8_t *octets, size_t len);

struct journal_rec;

/* One recorder; the caller's memory, no pointer into itself. */
struct pptp_journal {
    pptp_journal_write *write;
    void *ctx;
    /* by pointer: who starts no journal need not link one */
    void (*emit)(struct pptp_journal *j, struct journal_rec *r);
    const struct pptp_pool *pool;
    /* replay: before an advance, to give it the recorded pool */
    void (*advancing)(void *ctx);
    uint64_t inputs; /* records of each sort so far */
    uint64_t records;
    uint64_t trace_hash; /* of all trace records */
    uint64_t check;      /* of the octets of the head and all inputs */
    uint32_t snap_octets;
    uint32_t actions; /* free packets are counted up to this */
    uint32_t len;     /* octets in buf */
    bool whole;       /* replay: every record is written at once */
    uint8_t buf[2048];
};

/*
 * Starts a journal: magic and head.  `pool` is the peer's.  Then set the
 * node's `journal`, before its first input.  `head` is not kept.
 * PPTP_ERR_ARGUMENT if the peer of this head cannot be written down: snap or
 * the engine's name (15 octets at most) is too long.
 */
int pptp_journal_start(struct pptp_journal *j,
                       const struct pptp_journal_head *head,
                       const struct pptp_pool *pool, pptp_journal_write *write,
                       void *ctx);

/* Writes what the buffer holds. */
void pptp_journal_flush(struct pptp_journal *j);

/* The last record, and flushes. A journal without it counts as cut off. */
void pptp_journal_end(struct pptp_journal *j);

/* The format of a journal that begins with these octets; 0: none does. */
unsigned pptp_journal_format(const uint8_t *octets, size_t n);

/*
 * One line for people about the record at the start of n octets, terminated
 * and cut to cap - 1 characters; the magic is a record of its own.  Returns
 * the record's octets, 0 if it is not whole, PPTP_ERR_FORMAT if it is none.
 */
int pptp_journal_print(const uint8_t *octets, size_t n, char *out, size_t cap);

#endif
