/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Where memory comes from that is taken once, when something is made: the
 * heap, or whoever made it has a place for all that he makes, so that it lies
 * together.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* A place, the first member of what it is; NULL stands for the heap. */
struct alloc {
    /* As alloc_take; it lives as long as the place does. */
    void *(*take)(struct alloc *from, size_t octets);
};

/* Aligned to 64 octets, not zeroed: what nobody uses costs no memory.  NULL
 * if there is none. */
void *alloc_take(struct alloc *from, size_t octets);
/* Not needed any more; p may be NULL. */
void alloc_give(const struct alloc *from, void *p);

#endif
