/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory of a world, on large pages where the kernel has them.
 *
 * A thousand peers touch a few cache lines each on thousands of small pages:
 * the look-ups of those pages cost a third of the time of a packet.  Here
 * things lie side by side on pages of 2 MiB, and go together at the end.
 */
#ifndef SIM_ARENA_H
#define SIM_ARENA_H

#include "base/alloc.h"

struct sim_chunk;

/* All zero is an empty arena. */
struct sim_arena {
    struct alloc alloc; /* sim_arena_alloc gives it */
    struct sim_chunk *chunks;
    size_t used, size; /* octets of the chunk that is taken from, the first */
    size_t octets;     /* taken, of all */
};

/* Zeroed memory, aligned to 64 octets, that lives as long as the arena and is
 * not touched before it is used; NULL if there is none. */
void *sim_arena_take(struct sim_arena *a, size_t octets);
/* Of it, for who does not know arenas. */
struct alloc *sim_arena_alloc(struct sim_arena *a);
void sim_arena_fini(struct sim_arena *a);

/* A block of its own, aligned to 128 octets and not zeroed, for free(). */
void *sim_block_new(size_t octets);

#endif
