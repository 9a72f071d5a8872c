/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inputs and actions of a node's peer; feed.h. */
#include "config.h"

#include "sim/feed.h"

#include <stdlib.h>

#include "sim/calls.h"
#include "sim/ends.h"
#include "sim/sources.h"

void sim_begin(struct sim_node *n)
{
    pptp_node_begin(&n->node, n->world->cal.now);
}

void sim_finish(struct sim_node *n)
{
    pptp_ns deadline = pptp_node_step(&n->node);
    uint32_t i;

    for (i = 0; i < n->done_n; i++) {
        const struct sim_done d = n->done[i];

        sim_begin(n);
        if (d.dropped)
            pptp_node_frame_dropped(&n->node, d.call, d.pkt);
        else
            pptp_node_frame_done(&n->node, d.call, d.pkt);
        deadline = pptp_node_step(&n->node);
    }
    n->done_n = 0;
    sim_alarm_set(&n->world->cal, &n->timer, deadline);
}

void sim_give_back(struct sim_node *n, pptp_call_id call, pptp_pkt pkt,
                   bool dropped)
{
    uint32_t room = n->done_room ? 2 * n->done_room : 16;

    if (n->done_n == n->done_room) {
        struct sim_done *more = realloc(n->done, room * sizeof *more);

        if (more == NULL) { /* the run proves nothing any more */
            n->world->cal.refused++;
            n->world->cal.halt = true;
            return;
        }
        n->done = more;
        n->done_room = room;
    }
    n->done[n->done_n++] = (struct sim_done){ call, pkt, dropped };
}

static void on_timer(struct sim_sink *s, uint32_t arg)
{
    struct sim_node *n = (struct sim_node *)(void *)((char *)s -
                                                     offsetof(struct sim_node,
                                                              timer));

    (void)arg;
    if (!sim_alarm_due(&n->timer, n->world->cal.now))
        return;
    sim_begin(n);
    sim_finish(n);
}

/* --- packets for a host ------------------------------------------------ */

static void on_packet(struct sim_sink *s, uint32_t h)
{
    struct sim_node *n = (struct sim_node *)(void *)s;
    struct pptp_packet *k = sim_packet(&n->world->net, h);
    const uint8_t *ip = pptp_packet_data(k);
    struct pptp_addr from;

    switch (ip[9]) {
    case SIM_TCP: sim_ends_input(n, h); return;
    case SIM_UDP: sim_source_arrived(n->world, h); return;
    default: break;
    }
    from = pptp_addr_v4(pptp_get32(ip + 12));
    pptp_packet_pull(k, SIM_IP_OCTETS);
    sim_begin(n);
    pptp_node_gre_input(&n->node, &from, &n->addr, h);
    sim_finish(n);
}

/* --- what the peer asks for -------------------------------------------- */

static void act_gre(struct sim_node *n, const struct pptp_action *a)
{
    struct sim_world *w = n->world;
    struct sim_call *c = n->by_slot[pptp_call_slot(a->call)];
    struct pptp_packet *k = pptp_pool_at(&w->net.pool, a->pkt);
    bool from_pns;
    uint8_t *ip;

    PPTP_ASSERT(c != NULL);
    from_pns = c->pns == n;
    ip = pptp_packet_push(k, SIM_IP_OCTETS);
    sim_ip_write(&c->ip[from_pns], ip, pptp_packet_len(k), 0);
    k->world[1] |= SIM_MARK_SENT;
    sim_net_send(&w->net, c->route[from_pns], a->pkt);
}

static void on_action(void *ctx, const struct pptp_action *a)
{
    struct sim_node *n = ctx;

    switch (a->type) {
    case PPTP_ACT_GRE_SEND: act_gre(n, a); break;
    case PPTP_ACT_FRAME_OUT: sim_call_frame(n, a); break;
    case PPTP_ACT_TCP_OPEN: sim_end_open(n, a); break;
    case PPTP_ACT_TCP_CLOSE: sim_end_close(n, a); break;
    case PPTP_ACT_TCP_SEND: sim_end_send(n, a); break;
    case PPTP_ACT_CONN_UP: sim_end_up(n, a); break;
    case PPTP_ACT_CONN_DOWN: sim_end_down(n, a); break;
    case PPTP_ACT_LINE_DIAL:
    case PPTP_ACT_LINE_ANSWER: sim_call_line(n, a); break;
    case PPTP_ACT_CALL_NEW: sim_call_new(n, a); break;
    case PPTP_ACT_CALL_UP: sim_call_up(n, a); break;
    case PPTP_ACT_CALL_DOWN: sim_call_down(n, a); break;
    case PPTP_ACT_LINE_HANGUP:
    case PPTP_ACT_LINE_ACCM:
    case PPTP_ACT_HOLD: /* sources are open-loop: the peer drops and counts */
    case PPTP_ACT_RESUME: break;
    }
}

static void on_trace(void *ctx, const struct pptp_trace_rec *r)
{
    struct sim_node *n = ctx;
    struct sim_world *w = n->world;

    w->trace_hash = pptp_trace_hash(w->trace_hash, r);
    w->trace_records++;
    if (w->trace != NULL)
        w->trace(w->trace_ctx, n, r);
}

void sim_feed_init(struct sim_node *n)
{
    n->sink.event = on_packet;
    sim_alarm_init(&n->timer, on_timer);
    n->node.act = on_action;
    n->node.trace = on_trace;
    n->node.ctx = n;
}

void sim_feed_fini(struct sim_node *n)
{
    free(n->done);
}
