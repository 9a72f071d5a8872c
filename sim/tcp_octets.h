/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Octets of a connection, by their sequence numbers: what waits to be sent or
 * acknowledged, and what has come and was not taken, holes and all.
 *
 * Of a ring of 2^n octets the one numbered x lies at x mod 2^n, so that a
 * ring that grows, and holes that fill, need no pointers.
 */
#ifndef SIM_TCP_OCTETS_H
#define SIM_TCP_OCTETS_H

#include "base/base.h"

struct sim_tcp_ring {
    uint8_t *at;
    uint32_t size; /* 0, or a power of two */
};

/* Of both directions; all zero is empty. */
struct sim_tcp_octets {
    struct sim_tcp_ring out, in;
};

/* Room for `octets` from number `first`, of which `held` are there.  false:
 * there is no memory, and nothing is changed. */
bool sim_tcp_ring_reserve(struct sim_tcp_ring *r, uint32_t first,
                          uint32_t held, uint32_t octets);
/* NULL: zeros. */
void sim_tcp_ring_put(struct sim_tcp_ring *r, uint32_t first,
                      const void *octets, uint32_t n);
void sim_tcp_ring_get(const struct sim_tcp_ring *r, uint32_t first, void *out,
                      uint32_t n);
/* How many of n lie side by side, and where. */
uint32_t sim_tcp_ring_peek(const struct sim_tcp_ring *r, uint32_t first,
                           uint32_t n, const uint8_t **octets);

void sim_tcp_octets_fini(struct sim_tcp_octets *o);

#endif
