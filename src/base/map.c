/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Open addressing at half load, linear probing; map.h. */
#include "config.h"

#include "base/map.h"

#include <stdlib.h>

int map_init(struct map *m, uint32_t limit)
{
    uint32_t n = 2;

    PPTP_ASSERT(limit < UINT32_C(1) << 30);
    while (n < 2 * limit)
        n *= 2;
    *m = (struct map){ .mask = n - 1, .limit = limit };
    m->entry = calloc(n, sizeof *m->entry);
    return m->entry != NULL ? 0 : -1;
}

void map_fini(struct map *m)
{
    free(m->entry);
    m->entry = NULL;
}

static uint32_t home(const struct map *m, uint32_t key)
{
    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & m->mask;
}

/* Where the key is, or the free place where it would be. */
static uint32_t place(const struct map *m, uint32_t key)
{
    uint32_t i = home(m, key);

    while (map_is_at(m, i) && m->entry[i].key != key)
        i = (i + 1) & m->mask;
    return i;
}

uint32_t map_get(const struct map *m, uint32_t key)
{
    return ~m->entry[place(m, key)].inverse;
}

bool map_set(struct map *m, uint32_t key, uint32_t value)
{
    uint32_t i = place(m, key);

    PPTP_ASSERT(value != BASE_MAP_NONE);
    if (!map_is_at(m, i)) {
        if (m->used == m->limit)
            return false;
        m->used++;
    }
    m->entry[i] = (struct map_entry){ .key = key, .inverse = ~value };
    return true;
}

/* Those behind it that would be found no more move up. */
void map_remove(struct map *m, uint32_t key)
{
    uint32_t gap = place(m, key), i = gap;

    if (!map_is_at(m, gap))
        return;
    for (;;) {
        i = (i + 1) & m->mask;
        if (!map_is_at(m, i))
            break;
        if (((i - home(m, m->entry[i].key)) & m->mask) >=
            ((i - gap) & m->mask)) {
            m->entry[gap] = m->entry[i];
            gap = i;
        }
    }
    m->entry[gap].inverse = 0;
    m->used--;
    m->removals++;
}
