/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses: the node that has one, and the IPv4 header between two. */
#ifndef SIM_ADDRESS_H
#define SIM_ADDRESS_H

#include <string.h>

#include "base/wire.h"
#include "ip/ipv4.h"

#define SIM_IP_OCTETS ((uint32_t)INET4_OCTETS)

struct sim_node;
struct sim_world;

/* Addresses are in host order. */

/* The node that has an address, or NULL. */
struct sim_node *sim_node_of(const struct sim_world *w, uint32_t ip);
/* Where a node's packets for an address go, or NULL. */
struct sim_node *sim_node_towards(const struct sim_node *n, uint32_t ip);

/* An IPv4 header, 20 octets without options, of which only length, identifier
 * and checksum are still to be written. */
struct sim_ip {
    uint8_t head[SIM_IP_OCTETS];
    uint32_t sum; /* RFC 1071, of what does not change */
};

void sim_ip_init(struct sim_ip *t, uint32_t src, uint32_t dst,
                 uint8_t protocol);

/* The header of a packet of whole_octets. */
static inline void sim_ip_write(const struct sim_ip *t, uint8_t *out,
                                uint32_t whole_octets, uint16_t id)
{
    uint32_t sum = t->sum + (whole_octets & 0xffff) + id;

    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    memcpy(out, t->head, SIM_IP_OCTETS);
    pptp_put16(out + 2, (uint16_t)whole_octets);
    pptp_put16(out + 4, id);
    pptp_put16(out + 10, (uint16_t)~sum);
}

#endif
