/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Memory of a place, or of the heap; alloc.h. */
#include "config.h"

#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>

enum { ALIGN = 64 };

static void *heap_take(size_t octets)
{
    size_t whole = (octets + ALIGN - 1) & ~(size_t)(ALIGN - 1);

    return octets <= SIZE_MAX - ALIGN ? aligned_alloc(ALIGN, whole) : NULL;
}

void *alloc_take(struct alloc *from, size_t octets)
{
    return from != NULL ? from->take(from, octets) : heap_take(octets);
}

void alloc_give(const struct alloc *from, void *p)
{
    if (from == NULL)
        free(p);
}
