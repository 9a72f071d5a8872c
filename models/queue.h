/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Queues that decide (active queue management): which packets wait, which are
 * dropped or marked, and which is sent next.  Pure machines: a port puts what
 * comes, takes what it is to send when the transmitter is free, and then
 * fetches what was dropped.  What is being sent is in no queue.
 *
 * The plain FIFO of packets or octets (drop-tail) is not here: a packet that
 * enters one knows when it will leave, which a port uses (sim/port.h).
 *
 *   queue_red.c       Floyd, Jacobson (1993), gentle
 *   queue_codel.c     RFC 8289
 *   queue_fq_codel.c  RFC 8290
 *   queue_pie.c       RFC 8033
 *
 * None of them needs a timer: what they do every so often (PIE) is made good
 * when a packet comes or goes, at the times it was due.
 */
#ifndef MODELS_QUEUE_H
#define MODELS_QUEUE_H

#include "base/base.h"

enum queue_kind {
#define X(name, kind, help) QUEUE_##kind,
#include "models/queue.def"
#undef X
    QUEUE_KINDS
};

/* A packet that waits. */
struct queue_item {
    uint32_t pkt;     /* the owner's: a handle */
    uint32_t octets;  /* > 0 */
    uint32_t flow;    /* any hash of what it belongs to */
    bool ect;         /* may be marked in place of being dropped, RFC 3168 */
    bool ce;          /* taken: it was marked */
    pptp_ns since_ns; /* when it came */
};

/* Why one was dropped. */
enum queue_why {
    QUEUE_FULL, /* a limit of packets or octets */
    QUEUE_EARLY /* the discipline's decision */
};

/* Settings of all; each reads its own.  queue_config_default fills what the
 * papers recommend. */
struct queue_config {
    enum queue_kind kind;
    uint32_t limit_packets; /* waiting, of all flows; > 0 */
    uint64_t limit_octets;  /* UINT64_MAX: none */
    bool ecn;               /* mark those that may be marked */
    pptp_ns target_ns;      /* codel, fq_codel, pie */
    pptp_ns interval_ns;    /* codel, fq_codel */
    uint32_t mtu_octets; /* codel, fq_codel: one may always wait; pie: two */
    bool mtu_of_flow;    /* fq_codel: of each flow, else of all together */
    uint32_t flows;      /* fq_codel: queues that packets are hashed to */
    uint32_t quantum;    /* fq_codel: octets of a round */
    pptp_ns update_ns;   /* pie: T_UPDATE */
    pptp_ns burst_ns;    /* pie: MAX_BURST */
    double alpha, beta;  /* pie: per second, 1/8 and 1 1/4 */
    double min_packets, max_packets; /* red: thresholds of the average */
    double max_p;                    /* red: probability at max_packets */
    double weight;                   /* red: of one packet in the average */
    bool gentle;                     /* red: up to 2 * max_packets */
    double packet_ns; /* red: of a packet, for the time without any */
};

struct queue;

void queue_config_default(struct queue_config *c, enum queue_kind kind);
/* NULL, or what cannot be. */
const char *queue_config_check(const struct queue_config *c);

/* config is checked and copied; seed and name make its random stream.  NULL
 * without memory. */
struct queue *queue_new(const struct queue_config *c, uint64_t seed,
                        const char *name);
/* What waits is forgotten: its owner has taken it before, or does not care. */
void queue_free(struct queue *q);
const struct queue_config *queue_settings(const struct queue *q);
/* Others, of the same kind with as many flows, from now on.  What waits beyond
 * a lower limit stays until it is sent or, of the fattest flow, until the next
 * packet comes. */
void queue_change(struct queue *q, const struct queue_config *c);

/* A packet comes.  It waits or is dropped, as others may be. */
void queue_put(struct queue *q, const struct queue_item *i);
/* The next to be sent, at `now`; false: none waits, and red's time without
 * any begins.  Others may be dropped. */
bool queue_take(struct queue *q, pptp_ns now, struct queue_item *out);
/* What has been dropped since, one by one; to be called after each queue_put
 * and queue_take until it is false. */
bool queue_dropped(struct queue *q, struct queue_item *out,
                   enum queue_why *why);

/* What waits. */
uint32_t queue_packets(const struct queue *q);
uint64_t queue_octets(const struct queue *q);

#endif
