/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segments and timers of a host's streams; stream_host.h. */
#include "config.h"

#include "sim/stream_host.h"

void sim_stream_emit(void *ctx, struct stream_host *host, pptp_pkt pkt)
{
    struct sim_node *n = ctx;
    struct sim_world *w = n->world;
    struct pptp_packet *k = pptp_pool_at(&w->net.big, pkt);
    const struct sim_node *to = sim_node_towards(
        n, pptp_get32(pptp_packet_data(k) + 16));
    const struct sim_route *r = NULL;

    (void)host;
    if (to != NULL)
        r = sim_net_route(&w->net, n->host, to->host, NULL);
    if (r == NULL)
        pptp_pool_free(&w->net.big, pkt);
    else
        sim_net_send(&w->net, r, pkt | SIM_PKT_BIG);
}

void sim_stream_arm(struct sim_node *n)
{
    sim_alarm_set(&n->world->cal, &n->tcp_timer,
                  stream_host_deadline(&n->tcp));
}

static void on_timer(struct sim_sink *s, uint32_t arg)
{
    struct sim_node *n = (struct sim_node *)(void *)((char *)s -
                                                     offsetof(struct sim_node,
                                                              tcp_timer));

    (void)arg;
    if (!sim_alarm_due(&n->tcp_timer, n->world->cal.now))
        return;
    stream_host_advance(&n->tcp, n->world->cal.now);
    sim_stream_arm(n);
}

void sim_stream_input(struct sim_node *n, pptp_pkt h)
{
    stream_host_input(&n->tcp, n->world->cal.now, h & ~SIM_PKT_BIG);
    sim_stream_arm(n);
}

int sim_stream_init(struct sim_node *n, const struct stream_callbacks *cb,
                    const struct stream_config *config, uint64_t seed)
{
    sim_alarm_init(&n->tcp_timer, on_timer);
    if (stream_host_init(&n->tcp, &n->world->net.big, cb, n, config, seed) < 0)
        return PPTP_ERR_RESOURCE;
    stream_host_listen(&n->tcp, PPTP_PORT);
    return PPTP_OK;
}

void sim_stream_fini(struct sim_node *n)
{
    stream_host_fini(&n->tcp);
}
