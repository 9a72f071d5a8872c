/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who has an address, and headers between two; address.h. */
#include "config.h"

#include "sim/address.h"

#include "sim/world.h"

struct sim_node *sim_node_of(const struct sim_world *w, uint32_t ip)
{
    uint32_t i = map_get(&w->by_ip, ip);

    return i == BASE_MAP_NONE ? NULL : w->nodes[i];
}

struct sim_node *sim_node_towards(const struct sim_node *n, uint32_t ip)
{
    return n->cable != NULL ? n->cable : sim_node_of(n->world, ip);
}

void sim_ip_init(struct sim_ip *t, uint32_t src, uint32_t dst,
                 uint8_t protocol)
{
    ipv4_write(t->head, &(struct ipv4_head){
                            .src = src, .dst = dst, .protocol = protocol });
    t->sum = (uint16_t)~pptp_get16(t->head + 10);
}
