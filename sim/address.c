/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who has an address, and headers between two; address.h. */
#include "config.h"

#include "sim/address.h"

#include "sim/world.h"

struct sim_node **sim_node_place(const struct sim_world *w, uint32_t ip)
{
    uint32_t i = (uint32_t)((ip * UINT64_C(0x9e3779b97f4a7c15)) >> 32);

    for (;; i++) {
        struct sim_node **n = &w->by_ip[i & w->by_ip_mask];

        if (*n == NULL || (*n)->ip == ip)
            return n;
    }
}

struct sim_node *sim_node_of(const struct sim_world *w, uint32_t ip)
{
    return *sim_node_place(w, ip);
}

void sim_ip_init(struct sim_ip *t, uint32_t src, uint32_t dst,
                 uint8_t protocol)
{
    *t = (struct sim_ip){ .head = { [0] = 0x45, [8] = 64, [9] = protocol } };
    pptp_put32(t->head + 12, src);
    pptp_put32(t->head + 16, dst);
    t->sum = pptp_inet_sum(t->head, SIM_IP_OCTETS, 0);
}
