/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rings of octets that have numbers; tcp_octets.h. */
#include "config.h"

#include "sim/tcp_octets.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE_FIRST = 1024 };

uint32_t sim_tcp_ring_peek(const struct sim_tcp_ring *r, uint32_t first,
                           uint32_t n, const uint8_t **octets)
{
    uint32_t at = first & (r->size - 1);

    *octets = r->at + at;
    return n < r->size - at ? n : r->size - at;
}

void sim_tcp_ring_get(const struct sim_tcp_ring *r, uint32_t first, void *out,
                      uint32_t n)
{
    const uint8_t *from;
    uint32_t side;

    if (n == 0)
        return;
    side = sim_tcp_ring_peek(r, first, n, &from);
    memcpy(out, from, side);
    memcpy((uint8_t *)out + side, r->at, n - side);
}

/* At one place or at its beginning. */
static void put(uint8_t *to, const uint8_t *octets, uint32_t n)
{
    if (octets != NULL)
        memcpy(to, octets, n);
    else
        memset(to, 0, n);
}

void sim_tcp_ring_put(struct sim_tcp_ring *r, uint32_t first,
                      const void *octets, uint32_t n)
{
    const uint8_t *from = octets;
    uint32_t at, side;

    if (n == 0)
        return;
    PPTP_ASSERT(n <= r->size);
    at = first & (r->size - 1);
    side = n < r->size - at ? n : r->size - at;
    put(r->at + at, from, side);
    put(r->at, from != NULL ? from + side : NULL, n - side);
}

bool sim_tcp_ring_reserve(struct sim_tcp_ring *r, uint32_t first,
                          uint32_t held, uint32_t octets)
{
    struct sim_tcp_ring more = { .size = r->size };
    const uint8_t *from;
    uint32_t side;

    PPTP_ASSERT(held <= r->size && octets <= UINT32_MAX / 2);
    if (octets <= r->size)
        return true;
    if (more.size == 0)
        more.size = SIZE_FIRST;
    while (more.size < octets)
        more.size *= 2;
    more.at = malloc(more.size);
    if (more.at == NULL)
        return false;
    if (held > 0) {
        side = sim_tcp_ring_peek(r, first, held, &from);
        sim_tcp_ring_put(&more, first, from, side);
        sim_tcp_ring_put(&more, first + side, r->at, held - side);
    }
    free(r->at);
    *r = more;
    return true;
}

void sim_tcp_octets_fini(struct sim_tcp_octets *o)
{
    free(o->out.at);
    free(o->in.at);
    *o = (struct sim_tcp_octets){ 0 };
}
