/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets for a node, and its I/O; host.h. */
#include "config.h"

#include "sim/host.h"

#include "sim/calls.h"
#include "sim/ends.h"
#include "sim/feed.h"
#include "sim/host_tcp.h"
#include "sim/sources.h"

enum { GRE_HAS_SEQ = 0x10 };

/* TCP's checksum covers all of it. */
static void take_tcp(struct sim_node *n, pptp_pkt h)
{
    struct sim_net *net = &n->world->net;

    if (sim_marked(sim_packet(net, h)) != NULL)
        sim_source_arrived(n->world, h); /* of a flow's user */
    else if ((sim_packet(net, h)->world[1] & SIM_MARK_DAMAGED) != 0)
        sim_net_lose(net, NULL, h, SIM_PLACE_corrupt);
    else
        sim_host_tcp_input(n, h);
}

static void on_packet(struct sim_sink *s, uint32_t h)
{
    struct sim_node *n = (struct sim_node *)(void *)s;
    struct pptp_packet *k = sim_packet(&n->world->net, h);
    const uint8_t *ip = pptp_packet_data(k);
    struct pptp_addr from, to;

    switch (ip[9]) {
    case INET4_TCP: take_tcp(n, h); return;
    case INET4_UDP: sim_source_arrived(n->world, h); return;
    default: break;
    }
    from = pptp_addr_v4(pptp_get32(ip + 12));
    to = pptp_addr_v4(pptp_get32(ip + 16));
    pptp_packet_pull(k, SIM_IP_OCTETS);
    sim_begin(n);
    pptp_node_gre_input(&n->nas.node, &from, &to, h);
    if (n->watch != NULL)
        n->watch->fed(n->nas.role_ctx, NULL, 0, PPTP_OK);
    sim_finish(n);
}

static void on_dark(struct sim_sink *s, uint32_t h)
{
    struct sim_node *n = (struct sim_node *)(void *)s;

    sim_net_lose(&n->world->net, NULL, h, SIM_PLACE_host_down);
}

void sim_host_power(struct sim_node *n, bool on)
{
    n->sink.event = on ? on_packet : on_dark;
}

/* Its beginning is there. */
static bool host_warm(const struct sim_sink *s, uint32_t h, unsigned step)
{
    (void)h;
    return sim_node_warm((const struct sim_node *)(const void *)s, UINT32_MAX,
                         step);
}

void sim_host_attach(struct sim_node *n)
{
    sim_host_power(n, true);
    sim_calendar_warm(&n->world->cal, on_packet, host_warm);
    sim_net_attach(&n->world->net, n->host, &n->sink);
}

/* A frame of PPP's own: an acknowledgment alone has none. */
static void count_ppp(const struct sim_node *n, const struct pptp_action *a,
                      struct pptp_packet *k)
{
    struct sim_call *c;

    if ((pptp_packet_data(k)[0] & GRE_HAS_SEQ) == 0)
        return;
    c = sim_call_at(n, pptp_call_slot(a->call));
    if (c != NULL)
        c->ppp_frames++;
}

/* The tunnel goes where the control connection does. */
void sim_host_gre(void *ctx, const struct pptp_action *a)
{
    struct sim_node *n = ctx;
    struct sim_net *net = &n->world->net;
    const struct sim_end *e = sim_end_of(n, a->conn);
    struct pptp_packet *k = pptp_pool_at(&net->pool, a->pkt);
    uint8_t *ip;

    if (e == NULL || e->route == NULL) {
        pptp_pool_free(&net->pool, a->pkt);
        return;
    }
    if (sim_marked(k) == NULL)
        count_ppp(n, a, k);
    ip = pptp_packet_push(k, SIM_IP_OCTETS);
    sim_ip_write(&e->gre, ip, pptp_packet_len(k), 0);
    k->world[1] |= SIM_MARK_SENT;
    sim_net_send(net, e->route, a->pkt);
}

const struct nas_io sim_host_io = { .tcp_open = sim_end_open,
                                    .tcp_send = sim_end_send,
                                    .tcp_close = sim_end_close,
                                    .gre_send = sim_host_gre };
