/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segments between a node and the network; host_tcp.h. */
#include "config.h"

#include "sim/host_tcp.h"

void sim_host_tcp_emit(void *ctx, struct sim_tcp_conn *c, pptp_pkt pkt)
{
    struct sim_node *n = ctx;
    struct sim_world *w = n->world;
    struct pptp_packet *k = pptp_pool_at(&w->net.big, pkt);
    const struct sim_node *to = sim_node_towards(
        n, pptp_get32(pptp_packet_data(k) + 16));
    const struct sim_route *r = NULL;

    (void)c;
    if (to != NULL)
        r = sim_net_route(&w->net, n->host, to->host, NULL);
    if (r == NULL)
        pptp_pool_free(&w->net.big, pkt);
    else
        sim_net_send(&w->net, r, pkt | SIM_PKT_BIG);
}

void sim_host_tcp_input(struct sim_node *n, pptp_pkt h)
{
    sim_tcp_input(n->tcp, h & ~SIM_PKT_BIG);
}

int sim_host_tcp_init(struct sim_node *n, const struct sim_tcp_owner *owner,
                      const struct tcp_config *config, uint64_t seed)
{
    struct sim_world *w = n->world;
    const struct sim_tcp_ground ground = { &w->cal, &w->net.big, &w->arena };
    struct sim_tcp_config c;

    sim_tcp_config_default(&c);
    if (config != NULL)
        c.tcp = *config;
    c.octets = true;
    n->tcp = sim_arena_take(&w->arena, sizeof *n->tcp);
    if (n->tcp == NULL ||
        sim_tcp_init(n->tcp, &c, &ground, owner, n, seed) < 0)
        return PPTP_ERR_RESOURCE;
    n->tcp->listen_port = PPTP_PORT;
    return PPTP_OK;
}

void sim_host_tcp_fini(struct sim_node *n)
{
    if (n->tcp != NULL)
        sim_tcp_fini(n->tcp);
}
