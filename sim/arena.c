/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of a world; arena.h. */
#include "config.h"

#include "sim/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { ALIGN = 128, CHUNK_HEAD = ALIGN };

#define LARGE_PAGE ((size_t)2 << 20)

struct sim_chunk {
    struct sim_chunk *next;
    void *mem; /* as calloc gave it */
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

/* A chunk is large by itself: a small world pays for one.  The kernel has
 * zeroed it, page by page as it is used: what nobody writes to costs nothing,
 * and calloc knows. */
static void *chunk_new(struct sim_arena *a, size_t octets)
{
    size_t size = round_up(octets + CHUNK_HEAD, LARGE_PAGE);
    char *mem = calloc(1, size + LARGE_PAGE);
    struct sim_chunk *c;

    if (mem == NULL)
        return NULL;
    c = (struct sim_chunk *)(void *)(mem + LARGE_PAGE -
                                     (uintptr_t)mem % LARGE_PAGE);
    (void)madvise(c, size, MADV_HUGEPAGE);
    c->mem = mem;
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
    return p;
}

void sim_arena_fini(struct sim_arena *a)
{
    struct sim_chunk *c, *next;

    for (c = a->chunks; c != NULL; c = next) {
        next = c->next;
        free(c->mem);
    }
    *a = (struct sim_arena){ 0 };
}
