/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of a world; arena.h. */
#include "config.h"

#include "sim/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGN = 128, CHUNK_HEAD = ALIGN };

#define LARGE_PAGE ((size_t)2 << 20)

struct sim_chunk {
    struct sim_chunk *next;
};

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) & ~(unit - 1);
}

void *sim_block_new(size_t octets)
{
    size_t unit = octets >= LARGE_PAGE / 2 ? LARGE_PAGE : ALIGN;
    void *p = NULL;

    if (octets > SIZE_MAX - unit)
        return NULL;
    octets = round_up(octets, unit);
    if (posix_memalign(&p, unit, octets) != 0)
        return NULL;
    /* a wish: without large pages everything is the same, but slower */
    if (unit == LARGE_PAGE)
        (void)madvise(p, octets, MADV_HUGEPAGE);
    return p;
}

/* A chunk is large by itself: a small world pays for one. */
static void *chunk_new(struct sim_arena *a, size_t octets)
{
    size_t size = round_up(octets + CHUNK_HEAD, LARGE_PAGE);
    struct sim_chunk *c = sim_block_new(size);

    if (c == NULL)
        return NULL;
    c->next = a->chunks;
    a->chunks = c;
    a->used = CHUNK_HEAD;
    a->size = size;
    return c;
}

void *sim_arena_take(struct sim_arena *a, size_t octets)
{
    void *p;

    if (octets > SIZE_MAX / 2)
        return NULL;
    octets = round_up(octets, 64);
    if ((a->chunks == NULL || octets > a->size - a->used) &&
        chunk_new(a, octets) == NULL)
        return NULL;
    p = (char *)a->chunks + a->used;
    a->used += octets;
    return memset(p, 0, octets);
}

void sim_arena_fini(struct sim_arena *a)
{
    struct sim_chunk *c, *next;

    for (c = a->chunks; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    *a = (struct sim_arena){ 0 };
}
