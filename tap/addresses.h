/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inner addresses: pools to give from, and who has which.  A user gets the
 * same address again as long as it is free, whichever PAC he came through:
 * his name says where the search begins.
 */
#ifndef TAP_ADDRESSES_H
#define TAP_ADDRESSES_H

#include "tap/map.h"

enum { TAP_POOLS = 16 };

/* Whether a host may have it: neither this network's nor our own (RFC 1122,
 * 3.2.1.3), nor of many or of nobody yet (RFC 1112). */
static inline bool tap_address_of_host(uint32_t ip)
{
    uint32_t first = ip >> 24;

    return first != 0 && first != 127 && first < 224;
}

struct tap_range {
    uint32_t first, last; /* host order, both included */
};

struct tap_addresses {
    struct tap_range pool[TAP_POOLS];
    uint32_t pools;
    uint32_t local;      /* ours: never given */
    struct tap_map held; /* session by inner address */
};

/* Room for `limit` sessions; local is set by the caller, pools too. 0, or -1
 * without memory. */
int tap_addresses_init(struct tap_addresses *a, uint32_t limit);
void tap_addresses_fini(struct tap_addresses *a);

/* The pools from now on, at most TAP_POOLS.  Who has an address keeps it,
 * wherever it is. */
void tap_addresses_set(struct tap_addresses *a, const struct tap_range *pool,
                       uint32_t pools);

/* All addresses of all pools. */
uint64_t tap_addresses_count(const struct tap_addresses *a);

/* The session that has it, or TAP_MAP_NONE. */
static inline uint32_t tap_addresses_holder(const struct tap_addresses *a,
                                            uint32_t ip)
{
    return tap_map_get(&a->held, ip);
}

/* A free one for this user and session; 0: there is none. */
uint32_t tap_addresses_take(struct tap_addresses *a, const char *user,
                            uint32_t session);
/* This one, wherever it is; false: another session has it, or it is ours. */
bool tap_addresses_take_this(struct tap_addresses *a, uint32_t ip,
                             uint32_t session);
void tap_addresses_give(struct tap_addresses *a, uint32_t ip);

#endif
