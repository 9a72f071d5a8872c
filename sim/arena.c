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

/* One more, with that taken from it.  A chunk is large by itself: a small
 * world pays for one.  The kernel has zeroed it, page by page as it is used:
 * what nobody writes to costs nothing, and calloc knows.  The chunk before
 * stays the first if more of it is left: beside a large piece small ones go
 * on. */
static void *chunk_new(struct sim_arena *a, size_t octets)
{
    size_t used = CHUNK_HEAD + octets, size = round_up(used, LARGE_PAGE);
    char *mem = calloc(1, size + LARGE_PAGE);
    struct sim_chunk *c, **at = &a->chunks;

    if (mem == NULL)
        return NULL;
    c = (struct sim_chunk *)(void *)(mem + LARGE_PAGE -
                                     (uintptr_t)mem % LARGE_PAGE);
    (void)madvise(c, size, MADV_HUGEPAGE);
    c->mem = mem;
    if (a->chunks != NULL && a->size - a->used > size - used) {
        at = &a->chunks->next;
    } else {
        a->used = used;
        a->size = size;
    }
    c->next = *at;
    *at = c;
    return (char *)c + CHUNK_HEAD;
}

void *sim_arena_take(struct sim_arena *a, size_t octets)
{
    void *p;

    if (octets > SIZE_MAX / 2)
        return NULL;
    octets = round_up(octets, 64);
    a->octets += octets;
    if (a->chunks == NULL || octets > a->size - a->used)
        return chunk_new(a, octets);
    p = (char *)a->chunks + a->used;
    a->used += octets;
    return p;
}

static void *on_take(struct alloc *from, size_t octets)
{
    return sim_arena_take((struct sim_arena *)(void *)from, octets);
}

struct alloc *sim_arena_alloc(struct sim_arena *a)
{
    a->alloc.take = on_take;
    return &a->alloc;
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
