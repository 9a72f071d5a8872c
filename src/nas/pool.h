/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inner addresses: pools to give from, and who has which.  A user gets the
 * same address again as long as it is free, whichever PAC he came through:
 * his name says where the search begins.
 *
 * Some addresses no user can have, since they mean something else already
 * (struct nas_taken); others are kept for those who have a fixed one.
 */
#ifndef NAS_POOL_H
#define NAS_POOL_H

#include "base/map.h"

enum {
    NAS_POOLS = 16,  /* ranges of a configuration */
    NAS_RANGES = 64, /* and what is left of them without those in between */
    NAS_TAKEN = 512
};

/* Whether a host may have it: neither this network's nor our own (RFC 1122,
 * 3.2.1.3), nor of many or of nobody yet (RFC 1112). */
static inline bool nas_address_of_host(uint32_t ip)
{
    uint32_t first = ip >> 24;

    return first != 0 && first != 127 && first < 224;
}

struct nas_range {
    uint32_t first, last; /* host order, both included */
};

enum nas_taken_kind {
    NAS_TAKEN_NO_HOST,   /* no host can have it */
    NAS_TAKEN_CLIENT,    /* a client connects from there */
    NAS_TAKEN_LOCAL,     /* our inner address */
    NAS_TAKEN_LISTEN,    /* our outer address */
    NAS_TAKEN_MACHINE,   /* this machine's, at a device */
    NAS_TAKEN_PEER,      /* the other end's of a device */
    NAS_TAKEN_NETWORK,   /* of a device */
    NAS_TAKEN_BROADCAST, /* of a device */
    NAS_TAKEN_GATEWAY,   /* behind a device */
    NAS_TAKEN_DNS,       /* a name server's: of the pool only is it left out */
    NAS_TAKEN_WINS       /* so is this one's */
};

/* An address that is something else. */
struct nas_taken {
    uint32_t ip;
    enum nas_taken_kind kind;
    char where[16]; /* for people: the device, or empty */
};

/*
 * Takes an address out of ranges, of which there are *n, at most `cap`: one
 * may become two.  True: it was there. With no room for one more range all
 * from that address on is left out.
 */
bool nas_ranges_without(struct nas_range *range, uint32_t *n, uint32_t cap,
                        uint32_t ip);
/* Whether it is in one of them. */
bool nas_ranges_have(const struct nas_range *range, uint32_t n, uint32_t ip);

struct nas_pool {
    struct nas_range pool[NAS_RANGES];
    uint32_t pools;
    uint32_t local;                /* ours: never given */
    const struct nas_taken *taken; /* nor are these, also not as fixed ones */
    uint32_t taken_n;
    const struct map *outer; /* nor are addresses that clients connect
                                  * from: keys; NULL: none */
    struct map kept;         /* users' fixed ones: not given to others */
    struct map held;         /* session by inner address */
    bool none_left;          /* a search found none, */
    uint64_t none_since;     /* when so many had been given back */
};

/* Room for `limit` sessions; local is set by the caller, pools too. 0, or -1
 * without memory. */
int nas_pool_init(struct nas_pool *a, uint32_t limit);
void nas_pool_fini(struct nas_pool *a);

/* The pools from now on, at most NAS_RANGES.  Who has an address keeps it,
 * wherever it is. */
void nas_pool_set(struct nas_pool *a, const struct nas_range *pool,
                  uint32_t pools);

/* Fixed addresses of users from now on: none, and then one more.  0, or -1
 * without memory (the others stay). */
int nas_pool_keep_none(struct nas_pool *a, uint32_t limit);
void nas_pool_keep(struct nas_pool *a, uint32_t ip);

/* Addresses of all pools that can be given. */
uint64_t nas_pool_count(const struct nas_pool *a);

/* Why no user can have it; NULL: nothing is known. */
const struct nas_taken *nas_pool_why_not(const struct nas_pool *a,
                                         uint32_t ip);

/* The session that has it, or BASE_MAP_NONE. */
static inline uint32_t nas_pool_holder(const struct nas_pool *a, uint32_t ip)
{
    return map_get(&a->held, ip);
}

/* A free one of the pools for this user and session; 0: there is none. */
uint32_t nas_pool_take(struct nas_pool *a, const char *user, uint32_t session);
/* This one, wherever it is; false: another session has it, or nobody can. */
bool nas_pool_take_this(struct nas_pool *a, uint32_t ip, uint32_t session);
void nas_pool_give(struct nas_pool *a, uint32_t ip);

#endif
