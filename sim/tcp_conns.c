/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash of addresses and ports; tcp_conns.h. */
#include "config.h"

#include "sim/tcp_conns.h"

#include <stdlib.h>

#include "base/rng.h"
#include "sim/tcp_octets.h"

enum { BUCKETS_FIRST = 16 };

int sim_tcp_conns_init(struct sim_tcp *h)
{
    h->bucket_mask = BUCKETS_FIRST - 1;
    h->buckets = calloc(BUCKETS_FIRST, sizeof(struct sim_tcp_conn *));
    return h->buckets != NULL ? PPTP_OK : PPTP_ERR_RESOURCE;
}

void sim_tcp_conns_fini(struct sim_tcp *h)
{
    for (struct sim_tcp_conn *c = h->all; c != NULL; c = c->earlier)
        if (c->octets != NULL)
            sim_tcp_octets_fini(c->octets);
    free(h->buckets);
    h->buckets = NULL;
}

/* ---- addresses ---- */

static struct sim_tcp_conn **bucket(const struct sim_tcp *h,
                                    const struct sim_tcp_ends *e)
{
    uint64_t x = ((uint64_t)e->local_ip << 32 | e->peer_ip) * RNG_GOLDEN;

    x ^= (uint64_t)e->local_port << 16 | e->peer_port;
    return &h->buckets[(uint32_t)rng_mix(x) & h->bucket_mask];
}

static struct sim_tcp_conn **bucket_of(const struct sim_tcp_conn *c)
{
    return bucket(c->host,
                  &(struct sim_tcp_ends){ c->local_ip, c->peer_ip,
                                          c->local_port, c->peer_port });
}

struct sim_tcp_conn *sim_tcp_conns_find(const struct sim_tcp *h,
                                        const struct sim_tcp_ends *e)
{
    struct sim_tcp_conn *c = *bucket(h, e);

    while (c != NULL &&
           (c->local_ip != e->local_ip || c->local_port != e->local_port ||
            c->peer_ip != e->peer_ip || c->peer_port != e->peer_port))
        c = c->next;
    return c;
}

static void link_in(struct sim_tcp_conn *c)
{
    struct sim_tcp_conn **b = bucket_of(c);

    c->next = *b;
    *b = c;
}

/* Twice as many buckets; without memory chains are longer. */
static void grow(struct sim_tcp *h)
{
    struct sim_tcp_conn **old = h->buckets, *c, *next;
    uint32_t size = h->bucket_mask + 1;
    struct sim_tcp_conn **more = calloc(2 * (size_t)size, sizeof(*more));

    if (more == NULL)
        return;
    h->buckets = more;
    h->bucket_mask = 2 * size - 1;
    for (uint32_t i = 0; i < size; i++)
        for (c = old[i]; c != NULL; c = next) {
            next = c->next;
            link_in(c);
        }
    free(old);
}

/* ---- memory ---- */

struct tcp_range *sim_tcp_conns_ranges(struct sim_tcp_conn *c)
{
    return (struct tcp_range *)(void *)(c + 1);
}

static struct sim_tcp_conn *take(struct sim_tcp *h)
{
    size_t ranges = h->config.ranges * sizeof(struct tcp_range);
    size_t octets = h->config.octets ? sizeof(struct sim_tcp_octets) : 0;
    struct sim_tcp_conn *c = h->free;

    if (h->count >= h->config.conns_max)
        return NULL;
    if (c != NULL) {
        h->free = c->next;
        return c;
    }
    c = sim_arena_take(h->arena, sizeof *c + octets + ranges);
    if (c == NULL)
        return NULL;
    if (octets > 0)
        c->octets = (struct sim_tcp_octets *)(void *)((char *)(c + 1) +
                                                      ranges);
    c->earlier = h->all;
    h->all = c;
    return c;
}

struct sim_tcp_conn *sim_tcp_conns_add(struct sim_tcp *h,
                                       const struct sim_tcp_ends *e)
{
    struct sim_tcp_conn *c = take(h);

    if (c == NULL) {
        h->stats.no_conn++;
        return NULL;
    }
    c->host = h;
    c->local_ip = e->local_ip;
    c->peer_ip = e->peer_ip;
    c->local_port = e->local_port;
    c->peer_port = e->peer_port;
    c->passive = c->serving = c->told = false;
    c->user = NULL;
    if (h->count > h->bucket_mask)
        grow(h);
    h->count++;
    link_in(c);
    return c;
}

/* The alarm stays as it is: it knows which events wait. */
void sim_tcp_conns_remove(struct sim_tcp_conn *c)
{
    struct sim_tcp *h = c->host;
    struct sim_tcp_conn **at = bucket_of(c);

    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    h->count--;
    if (c->octets != NULL)
        sim_tcp_octets_fini(c->octets);
    c->next = h->free;
    h->free = c;
}
