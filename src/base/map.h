/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * A number to another number: which session has an inner address, how many
 * connections come from an outer one.  All memory is taken at creation.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/base.h"

#define BASE_MAP_NONE UINT32_MAX

struct map_entry {
    uint32_t key, value; /* value BASE_MAP_NONE: free */
};

struct map {
    struct map_entry *entry;
    uint32_t mask; /* entries - 1 */
    uint32_t used, limit;
    uint64_t removals; /* that there have been */
};

/* Room for `limit` keys. 0, or -1 without memory. */
int map_init(struct map *m, uint32_t limit);
void map_fini(struct map *m);

/* BASE_MAP_NONE if the key is not there. */
uint32_t map_get(const struct map *m, uint32_t key);
/* Sets or replaces; false if it is full. `value` is not BASE_MAP_NONE. */
bool map_set(struct map *m, uint32_t key, uint32_t value);
void map_remove(struct map *m, uint32_t key);

#endif
