/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ranges of sequence numbers beyond a hole, in order, none touching another:
 * what a receiver has (RFC 2018), or what it has told (RFC 6675's scoreboard).
 * Their memory is the caller's, so is the limit.
 */
#ifndef MODELS_TCP_RANGES_H
#define MODELS_TCP_RANGES_H

#include "base/base.h"

/* Sequence numbers: RFC 9293 3.4. */
static inline bool tcp_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static inline uint32_t tcp_min(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline uint32_t tcp_max(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

struct tcp_range {
    uint32_t start, end; /* the end is not of it */
};

struct tcp_ranges {
    struct tcp_range *at;
    uint16_t count, limit;
    uint32_t octets; /* of all */
};

/* Puts a range among the others, which it may join; tells how many octets are
 * new.  false, and nothing is changed: there is no room. */
bool tcp_ranges_add(struct tcp_ranges *r, struct tcp_range add,
                    uint32_t *fresh);

/* Takes away what lies before `seq`. */
void tcp_ranges_cut(struct tcp_ranges *r, uint32_t seq);

/* Index of the first range that ends after `seq`, or count. */
uint32_t tcp_ranges_find(const struct tcp_ranges *r, uint32_t seq);

/* Two that share an array, `front` from its beginning and `back` from where
 * that ends: `from` gives what it does not need to the other, but a few.
 * false: it has nothing to give. */
bool tcp_ranges_give(struct tcp_ranges *front, struct tcp_ranges *back,
                     const struct tcp_ranges *from);

static inline void tcp_ranges_clear(struct tcp_ranges *r)
{
    r->count = 0;
    r->octets = 0;
}

#endif
