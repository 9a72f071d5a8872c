/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * A number to another number: which session has an inner address, how many
 * connections come from an outer one.  All memory is taken at creation.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/base.h"

#define TAP_MAP_NONE UINT32_MAX

struct tap_map_entry {
    uint32_t key, value; /* value TAP_MAP_NONE: free */
};

struct tap_map {
    struct tap_map_entry *entry;
    uint32_t mask; /* entries - 1 */
    uint32_t used, limit;
    uint64_t removals; /* that there have been */
};

/* Room for `limit` keys. 0, or -1 without memory. */
int tap_map_init(struct tap_map *m, uint32_t limit);
void tap_map_fini(struct tap_map *m);

/* TAP_MAP_NONE if the key is not there. */
uint32_t tap_map_get(const struct tap_map *m, uint32_t key);
/* Sets or replaces; false if it is full. `value` is not TAP_MAP_NONE. */
bool tap_map_set(struct tap_map *m, uint32_t key, uint32_t value);
void tap_map_remove(struct tap_map *m, uint32_t key);

#endif
