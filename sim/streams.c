/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash of addresses and a heap of deadlines; streams.h. */
#include "config.h"

#include "sim/streams.h"

#include <stdlib.h>

enum { BUCKETS_FIRST = 16, HEAP_FIRST = 8 };

#define NOT_IN_HEAP UINT32_MAX

int streams_init(struct stream_host *h)
{
    h->bucket_mask = BUCKETS_FIRST - 1;
    h->heap_size = HEAP_FIRST;
    h->buckets = calloc(BUCKETS_FIRST, sizeof(struct stream *));
    h->heap = calloc(HEAP_FIRST, sizeof(struct stream *));
    if (h->buckets != NULL && h->heap != NULL)
        return 0;
    streams_fini(h);
    return PPTP_ERR_RESOURCE;
}

void streams_free(struct stream *s)
{
    free(s->tx);
    free(s->rx);
    free(s);
}

void streams_fini(struct stream_host *h)
{
    struct stream *s, *next;

    for (uint32_t i = 0; h->buckets != NULL && i <= h->bucket_mask; i++)
        for (s = h->buckets[i]; s != NULL; s = next) {
            next = s->hash_next;
            streams_free(s);
        }
    free(h->buckets);
    free(h->heap);
    h->buckets = NULL;
    h->heap = NULL;
}

/* ---- addresses ---- */

static struct stream **bucket(const struct stream_host *h, uint32_t local_ip,
                              uint16_t local_port, uint32_t peer_ip,
                              uint16_t peer_port)
{
    uint64_t x = ((uint64_t)local_ip << 32 | peer_ip) *
                 UINT64_C(0x9e3779b97f4a7c15);

    x ^= (uint64_t)local_port << 16 | peer_port;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return &h->buckets[(uint32_t)(x >> 32) & h->bucket_mask];
}

static struct stream **bucket_of(const struct stream *s)
{
    return bucket(s->host, s->local_ip, s->local_port, s->peer_ip,
                  s->peer_port);
}

struct stream *streams_find(const struct stream_host *h, uint32_t local_ip,
                            uint16_t local_port, uint32_t peer_ip,
                            uint16_t peer_port)
{
    struct stream *s = *bucket(h, local_ip, local_port, peer_ip, peer_port);

    while (s != NULL &&
           !(s->local_ip == local_ip && s->local_port == local_port &&
             s->peer_ip == peer_ip && s->peer_port == peer_port))
        s = s->hash_next;
    return s;
}

/* Room for one stream more in the table and in the heap. */
static bool room_for_one(struct stream_host *h)
{
    uint32_t size = h->bucket_mask + 1, old_mask = h->bucket_mask;
    struct stream **old = h->buckets, **more, *s, *next, **b;

    if (h->count >= h->config.streams_max)
        return false;
    if (h->count == h->heap_size) {
        more = realloc(h->heap, h->heap_size * 2 * sizeof(*more));
        if (more == NULL)
            return false;
        h->heap = more;
        h->heap_size *= 2;
    }
    if (h->count < size)
        return true;
    more = calloc(size * (size_t)2, sizeof(*more));
    if (more == NULL)
        return true; /* longer chains, then */
    h->buckets = more;
    h->bucket_mask = size * 2 - 1;
    for (uint32_t i = 0; i <= old_mask; i++)
        for (s = old[i]; s != NULL; s = next) {
            next = s->hash_next;
            b = bucket_of(s);
            s->hash_next = *b;
            *b = s;
        }
    free(old);
    return true;
}

struct stream *streams_add(struct stream_host *h, uint32_t local_ip,
                           uint16_t local_port, uint32_t peer_ip,
                           uint16_t peer_port)
{
    struct stream *s = room_for_one(h) ? calloc(1, sizeof(*s)) : NULL, **b;

    if (s == NULL)
        return NULL;
    s->host = h;
    s->local_ip = local_ip;
    s->local_port = local_port;
    s->peer_ip = peer_ip;
    s->peer_port = peer_port;
    s->deadline_ns = PPTP_NEVER;
    s->heap_pos = NOT_IN_HEAP;
    b = bucket_of(s);
    s->hash_next = *b;
    *b = s;
    h->count++;
    return s;
}

void streams_remove(struct stream *s)
{
    struct stream **b = bucket_of(s);

    streams_set_deadline(s, PPTP_NEVER);
    while (*b != s)
        b = &(*b)->hash_next;
    *b = s->hash_next;
    s->host->count--;
}

/* ---- deadlines ---- */

static void heap_put(struct stream_host *h, uint32_t i, struct stream *s)
{
    h->heap[i] = s;
    s->heap_pos = i;
}

/* Moves the stream of place i up or down to where its deadline belongs. */
static void heap_fix(struct stream_host *h, uint32_t i, struct stream *s)
{
    uint32_t k;

    while (i > 0 && h->heap[(i - 1) / 2]->deadline_ns > s->deadline_ns) {
        heap_put(h, i, h->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    while ((k = 2 * i + 1) < h->heap_count) {
        if (k + 1 < h->heap_count &&
            h->heap[k + 1]->deadline_ns < h->heap[k]->deadline_ns)
            k++;
        if (h->heap[k]->deadline_ns >= s->deadline_ns)
            break;
        heap_put(h, i, h->heap[k]);
        i = k;
    }
    heap_put(h, i, s);
}

/* The heap has room for every stream: room_for_one sees to it. */
void streams_set_deadline(struct stream *s, pptp_ns at)
{
    struct stream_host *h = s->host;
    struct stream *last;
    uint32_t i = s->heap_pos;

    s->deadline_ns = at;
    if (at != PPTP_NEVER) {
        heap_fix(h, i == NOT_IN_HEAP ? h->heap_count++ : i, s);
    } else if (i != NOT_IN_HEAP) {
        s->heap_pos = NOT_IN_HEAP;
        last = h->heap[--h->heap_count];
        if (last != s)
            heap_fix(h, i, last);
    }
}
