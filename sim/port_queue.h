/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A queue that decides (models/queue.h) before a port's transmitter: which
 * packets belong together and may be marked, what is measured of them.
 *
 * A flow is what the outer header tells: two addresses, a protocol and the
 * ports of TCP or UDP, or the call of a tunnel.  A mark is CE in the outer
 * header (RFC 3168 5).  RFC 2637 has no rule that would carry it inwards or
 * outwards, so a tunnel's packets are never ECN-capable: they are dropped.
 */
#ifndef SIM_PORT_QUEUE_H
#define SIM_PORT_QUEUE_H

#include "base/hist.h"
#include "models/queue.h"
#include "sim/port.h"

struct sim_queue {
    struct queue *queue;
    bool idle;         /* it knows that the transmitter has fallen free */
    uint64_t level_ns; /* until when these are summed up: */
    unsigned __int128 packets_ns, octets_ns;
    uint32_t packets_max;
    uint64_t octets_max;
    uint64_t early;  /* dropped by decision */
    uint64_t pushed; /* dropped, however, after they had entered */
    uint64_t marked;
    struct hist delay; /* of those that were sent: how long they waited */
};

/* config is checked (queue_config_check); seed and name make its random
 * stream.  NULL without memory. */
struct sim_queue *sim_queue_new(const struct queue_config *c, uint64_t seed,
                                const char *name);
void sim_queue_free(struct sim_queue *q);

/* A packet comes. */
void sim_queue_put(struct sim_queue *q, const struct sim_net *net,
                   pptp_pkt pkt);
/* The next to be sent, marked if it is to be, by a transmitter that is free
 * since then; false: none waits. */
bool sim_queue_take(struct sim_queue *q, const struct sim_net *net,
                    uint64_t free_ns, struct queue_item *out);
/* After each of these until it is false: a packet that is dropped. */
bool sim_queue_dropped(struct sim_queue *q, struct queue_item *out,
                       enum sim_place *place);
/* Once that is over: the highest levels are seen. */
void sim_queue_look(struct sim_queue *q);

/* Levels are summed up to `now`. */
void sim_queue_level(struct sim_queue *q, uint64_t now);
/* Highest levels and delays are those from now on. */
void sim_queue_restart(struct sim_queue *q);

#endif
