/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * A number to another number: which session has an inner address, how many
 * connections come from an outer one.  All memory is taken at creation.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/base.h"

#define BASE_MAP_NONE UINT32_MAX

/* Free ones are zero, so that memory for many costs nothing before there
 * are some. */
struct map_entry {
    uint32_t key, inverse; /* all bits of the value the other way round */
};

struct map {
    struct map_entry *entry;
    uint32_t mask; /* entries - 1 */
    uint32_t used, limit;
    uint64_t removals; /* that there have been */
};

/* Whether there is a key at a place, 0 … mask. */
static inline bool map_is_at(const struct map *m, uint32_t at)
{
    return m->entry[at].inverse != 0;
}

/* Room for `limit` keys. 0, or -1 without memory. */
int map_init(struct map *m, uint32_t limit);
void map_fini(struct map *m);

/* BASE_MAP_NONE if the key is not there. */
uint32_t map_get(const struct map *m, uint32_t key);
/* Sets or replaces; false if it is full. `value` is not BASE_MAP_NONE. */
bool map_set(struct map *m, uint32_t key, uint32_t value);
void map_remove(struct map *m, uint32_t key);

#endif
