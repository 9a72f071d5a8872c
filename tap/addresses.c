/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inner addresses; addresses.h. */
#include "config.h"

#include "tap/addresses.h"

#include <string.h>

int tap_addresses_init(struct tap_addresses *a, uint32_t limit)
{
    return tap_map_init(&a->held, limit);
}

void tap_addresses_fini(struct tap_addresses *a)
{
    tap_map_fini(&a->held);
}

void tap_addresses_set(struct tap_addresses *a, const struct tap_range *pool,
                       uint32_t pools)
{
    PPTP_ASSERT(pools <= TAP_POOLS);
    memcpy(a->pool, pool, pools * sizeof *pool);
    a->pools = pools;
}

static uint64_t size_of(const struct tap_range *r)
{
    return (uint64_t)r->last - r->first + 1;
}

uint64_t tap_addresses_count(const struct tap_addresses *a)
{
    uint64_t n = 0;
    uint32_t i;

    for (i = 0; i < a->pools; i++)
        n += size_of(&a->pool[i]);
    return n;
}

/* FNV-1a, over the name; without a name the session's number spreads. */
static uint64_t hash(const char *user, uint32_t session)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    if (*user == 0)
        return session;
    for (; *user != 0; user++)
        h = (h ^ (uint8_t)*user) * UINT64_C(0x100000001b3);
    return h ^ h >> 32;
}

static uint32_t address_at(const struct tap_addresses *a, uint64_t i)
{
    uint32_t k = 0;

    while (i >= size_of(&a->pool[k]))
        i -= size_of(&a->pool[k++]);
    return (uint32_t)(a->pool[k].first + i);
}

uint32_t tap_addresses_take(struct tap_addresses *a, const char *user,
                            uint32_t session)
{
    uint64_t n = tap_addresses_count(a), start, i;

    if (n == 0 || a->held.used == a->held.limit)
        return 0;
    start = hash(user, session) % n;
    /* at most as many as there are sessions are in the way, and ours */
    for (i = 0; i < n; i++) {
        uint32_t ip = address_at(a, (start + i) % n);

        if (tap_addresses_take_this(a, ip, session))
            return ip;
    }
    return 0;
}

bool tap_addresses_take_this(struct tap_addresses *a, uint32_t ip,
                             uint32_t session)
{
    if (ip == 0 || ip == a->local || tap_map_get(&a->held, ip) != TAP_MAP_NONE)
        return false;
    return tap_map_set(&a->held, ip, session);
}

void tap_addresses_give(struct tap_addresses *a, uint32_t ip)
{
    tap_map_remove(&a->held, ip);
}
