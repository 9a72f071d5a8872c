/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Echo requests of one caller in one call (RFC 792), and what came back: loss
 * and round-trip time.  Pure: octets, and a time that is given.
 */
#ifndef MODELS_PING_H
#define MODELS_PING_H

#include "base/base.h"
#include "ip/icmp.h"

/* The time when it was sent is the first of the data. */
enum { PING_DATA_MIN = 8, PING_DATA_MAX = 1400, PING_BEHIND = 64 };

struct ping_count {
    uint64_t sent, answered;
    pptp_ns min_ns, max_ns, sum_ns; /* of round trips */
};

struct ping {
    uint16_t id, seq; /* of the next */
    uint64_t open;    /* bit k: the k-th last has no answer yet */
    struct ping_count n;
};

/* A call begins: answers of one before are none. */
void ping_begin(struct ping *p);

/* A request with so many octets of data, PING_DATA_MIN to _MAX, at `out`; its
 * octets are given back. */
size_t ping_request(struct ping *p, pptp_ns now, uint32_t from, uint32_t to,
                    uint16_t data, uint8_t *out);

/* A reply. false: it is no first answer to one of the last PING_BEHIND. */
bool ping_reply(struct ping *p, pptp_ns now, const struct icmp_echo *e);

/* What was counted there is counted here, too. */
void ping_add(struct ping_count *to, const struct ping_count *n);

/* The mean of round trips, 0 if there was none. */
pptp_ns ping_mean_ns(const struct ping_count *n);

#endif
