/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inner addresses; pool.h. */
#include "config.h"

#include "nas/pool.h"

#include <string.h>

/* --- what is something else --------------------------------------------- */

bool nas_ranges_have(const struct nas_range *range, uint32_t n, uint32_t ip)
{
    uint32_t i;

    for (i = 0; i < n; i++)
        if (ip >= range[i].first && ip <= range[i].last)
            return true;
    return false;
}

bool nas_ranges_without(struct nas_range *range, uint32_t *n, uint32_t cap,
                        uint32_t ip)
{
    struct nas_range *r = range;

    while (r < range + *n && (ip < r->first || ip > r->last))
        r++;
    if (r == range + *n)
        return false;
    if (r->first == r->last) {
        memmove(r, r + 1, (size_t)(range + --*n - r) * sizeof *r);
    } else if (ip == r->first) {
        r->first++;
    } else {
        if (ip < r->last && *n < cap)
            range[(*n)++] = (struct nas_range){ ip + 1, r->last };
        r->last = ip - 1;
    }
    return true;
}

const struct nas_taken *nas_pool_why_not(const struct nas_pool *a, uint32_t ip)
{
    static const struct nas_taken no_host = { .kind = NAS_TAKEN_NO_HOST };
    static const struct nas_taken client = { .kind = NAS_TAKEN_CLIENT };
    static const struct nas_taken local = { .kind = NAS_TAKEN_LOCAL };
    uint32_t i;

    if (!nas_address_of_host(ip))
        return &no_host;
    if (a->outer != NULL && map_get(a->outer, ip) != BASE_MAP_NONE)
        return &client;
    for (i = 0; i < a->taken_n; i++)
        if (a->taken[i].ip == ip && a->taken[i].kind < NAS_TAKEN_DNS)
            return &a->taken[i];
    return ip == a->local ? &local : NULL;
}

/* --- pools -------------------------------------------------------------- */

int nas_pool_init(struct nas_pool *a, uint32_t limit)
{
    return map_init(&a->held, limit) < 0 ? -1 : nas_pool_keep_none(a, 0);
}

void nas_pool_fini(struct nas_pool *a)
{
    map_fini(&a->held);
    map_fini(&a->kept);
}

int nas_pool_keep_none(struct nas_pool *a, uint32_t limit)
{
    struct map kept;

    if (map_init(&kept, limit > 0 ? limit : 1) < 0)
        return -1;
    map_fini(&a->kept);
    a->kept = kept;
    a->none_left = false;
    return 0;
}

void nas_pool_keep(struct nas_pool *a, uint32_t ip)
{
    (void)map_set(&a->kept, ip, 0);
}

void nas_pool_set(struct nas_pool *a, const struct nas_range *pool,
                  uint32_t pools)
{
    PPTP_ASSERT(pools <= NAS_RANGES);
    memcpy(a->pool, pool, pools * sizeof *pool);
    a->pools = pools;
    a->none_left = false;
}

static uint64_t size_of(const struct nas_range *r)
{
    return (uint64_t)r->last - r->first + 1;
}

static uint64_t count_all(const struct nas_pool *a)
{
    uint64_t n = 0;
    uint32_t i;

    for (i = 0; i < a->pools; i++)
        n += size_of(&a->pool[i]);
    return n;
}

uint64_t nas_pool_count(const struct nas_pool *a)
{
    uint64_t n = count_all(a);
    uint32_t i;

    if (nas_ranges_have(a->pool, a->pools, a->local))
        n--;
    for (i = 0; a->kept.entry != NULL && i <= a->kept.mask; i++)
        if (map_is_at(&a->kept, i) && a->kept.entry[i].key != a->local &&
            nas_ranges_have(a->pool, a->pools, a->kept.entry[i].key))
            n--;
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

static uint32_t address_at(const struct nas_pool *a, uint64_t i)
{
    uint32_t k = 0;

    while (i >= size_of(&a->pool[k]))
        i -= size_of(&a->pool[k++]);
    return (uint32_t)(a->pool[k].first + i);
}

static bool hold(struct nas_pool *a, uint32_t ip, uint32_t session)
{
    if (ip == 0 || ip == a->local ||
        (a->outer != NULL && map_get(a->outer, ip) != BASE_MAP_NONE) ||
        map_get(&a->held, ip) != BASE_MAP_NONE)
        return false;
    return map_set(&a->held, ip, session);
}

/* Addresses that were in the way and are not any more. */
static uint64_t given_back(const struct nas_pool *a)
{
    return a->held.removals + (a->outer != NULL ? a->outer->removals : 0);
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* From one place to the next, so that each of n is visited once: users of one
 * name, who begin at the same place, do not follow each other from there. */
static uint64_t stride(uint64_t n, uint32_t session)
{
    uint64_t step = 1 + session * UINT64_C(0x9e3779b97f4a7c15) % n;

    while (common_divisor(step, n) != 1)
        step++;
    return step;
}

uint32_t nas_pool_take(struct nas_pool *a, const char *user, uint32_t session)
{
    uint64_t n = count_all(a), at, step = 0, i;

    if (n == 0 || a->held.used == a->held.limit ||
        (a->none_left && a->none_since == given_back(a)))
        return 0;
    at = hash(user, session) % n;
    for (i = 0; i < n; i++) {
        uint32_t ip = address_at(a, at);

        if (map_get(&a->kept, ip) == BASE_MAP_NONE && hold(a, ip, session))
            return ip;
        if (step == 0)
            step = stride(n, session);
        at = (at + step) % n;
    }
    a->none_left = true;
    a->none_since = given_back(a);
    return 0;
}

bool nas_pool_take_this(struct nas_pool *a, uint32_t ip, uint32_t session)
{
    return nas_pool_why_not(a, ip) == NULL && hold(a, ip, session);
}

void nas_pool_give(struct nas_pool *a, uint32_t ip)
{
    map_remove(&a->held, ip);
}
