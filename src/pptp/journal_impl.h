/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Records of a journal, between journal.c, node.c and replay.c. */
#ifndef PPTP_JOURNAL_IMPL_H
#define PPTP_JOURNAL_IMPL_H

#include "pptp/journal.h"

/* Every journal begins so; the last octet tells the format. */
#define JOURNAL_MAGIC                                      \
    ((const uint8_t[]){ 'p', 'p', 't', 'p', 'j', 'n', 'l', \
                        PPTP_JOURNAL_FORMAT })
#define JOURNAL_MAGIC_OCTETS 8u
#define JOURNAL_HEAD_OCTETS 4u /* of a record: kind and length */
#define JOURNAL_TCP_MAX 65536u /* octets that one tcp_input looks at */
#define JOURNAL_PACKET_MAX (UINT32_C(1) << 30) /* no sum of lengths wraps */

enum journal_kind {
    JOURNAL_HEAD = 1,
    JOURNAL_END,
    /* inputs */
    JOURNAL_TICK = 16,
    JOURNAL_TCP_ACCEPTED,
    JOURNAL_TCP_EVENT,
    JOURNAL_TCP_INPUT,
    JOURNAL_GRE_INPUT,
    JOURNAL_RING,
    JOURNAL_LINE_EVENT,
    JOURNAL_FRAME,
    JOURNAL_FRAME_DONE,
    JOURNAL_OPEN,
    JOURNAL_CLOSE,
    JOURNAL_CALL_OPEN,
    JOURNAL_CALL_CLOSE,
    JOURNAL_LINK_INFO,
    JOURNAL_FRAME_DROPPED,
    JOURNAL_INPUTS_END,
    /* decisions */
    JOURNAL_RESULT = 64, /* what the input's function returned */
    JOURNAL_ADVANCE,     /* a timer was due */
    JOURNAL_STEP,        /* nothing more now: the next deadline */
    JOURNAL_ACTION = 128 /* + enum pptp_action_type */
};

/* Any record; which members count is the kind's business (journal.c). */
struct journal_rec {
    uint8_t kind;
    bool has_info;      /* `line` or `request` is there */
    pptp_ns now_ns;     /* inputs */
    uint32_t pool_free; /* inputs, advance: packets, up to limits.actions */
    pptp_conn_id conn;
    pptp_call_id call;
    uint32_t event; /* enum pptp_tcp_event, _line_event, _stop_reason */
    uint32_t seq;
    uint32_t len; /* of a packet, real and virtual */
    uint32_t tx_accm, rx_accm;
    uint32_t result; /* two's complement */
    uint32_t handle; /* of a connection or call, or PPTP_NONE */
    uint64_t hash;   /* of what is real of a payload, up to the snap */
    uint64_t deadline_ns, trace_hash, check;
    uint64_t inputs;
    struct pptp_addr from, to;
    struct pptp_tcp_info tcp;
    struct pptp_line_info line;
    struct pptp_call_request request;
    struct pptp_call_end end;
    struct pptp_journal_head *head;
    char engine[16];       /* head: its name */
    const uint8_t *octets; /* after all else */
    uint32_t octets_len;
};

static inline bool journal_is_input(uint8_t kind)
{
    return kind >= JOURNAL_TICK && kind < JOURNAL_INPUTS_END;
}

/* Free packets of the pool as the journal counts them: no peer takes more
 * than this between two looks, so more makes no difference. */
static inline uint32_t journal_pool_free(const struct pptp_journal *j)
{
    uint32_t n = j->pool->limit - j->pool->used;

    return n < j->actions ? n : j->actions;
}

/* As pptp_journal_print, into *r: octets point into the input; of a head,
 * r->head is filled in but for the engine. */
int pptp_journal_get(const uint8_t *octets, size_t n, struct journal_rec *r);
void pptp_journal_show(struct journal_rec *r, char *out, size_t cap);

/* Order-dependent; start with 0. */
static inline uint64_t journal_hash(uint64_t h, const uint8_t *octets,
                                    size_t n)
{
    while (n > 0) {
        uint64_t w = 0;
        size_t i, part = n < 8 ? n : 8;

        for (i = 0; i < part; i++)
            w = w << 8 | octets[i];
        /* the length of the part keeps 00 and 0000 apart */
        h = (h ^ w) * UINT64_C(0xbf58476d1ce4e5b9) + part;
        h ^= h >> 29;
        octets += part;
        n -= part;
    }
    return h;
}

#endif
