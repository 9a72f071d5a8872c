/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ports fetch before it is needed; port.h. */
#include "config.h"

#include "sim/port.h"

static const struct sim_slot *slot(const struct sim_port *p, uint32_t i)
{
    return &p->ring[i & p->ring_mask];
}

/* Where a packet goes from the port with this number on its way. */
static void way_warm(const struct sim_net *net, const struct sim_route *r,
                     uint64_t hop, pptp_pkt pkt, unsigned step)
{
    const struct sim_sink *to;
    sim_warm *warm;

    if (hop < r->n) {
        const struct sim_port *next = r->ports[hop];

        if (step == 0)
            sim_fetch(next, offsetof(struct sim_port, impair));
        else if (step == 1)
            sim_fetch(slot(next, next->tail), sizeof(struct sim_slot));
        return;
    }
    if (step == 0) {
        __builtin_prefetch(r->dest);
        return;
    }
    to = *r->dest;
    if (to == NULL)
        return;
    if (step == 1) {
        sim_fetch(to, SIM_LINE_OCTETS);
        return;
    }
    warm = sim_calendar_warmer(net->cal, to);
    if (warm != NULL)
        warm(to, pkt, step - 1);
}

void sim_route_warm(const struct sim_net *net, const struct sim_route *r,
                    unsigned step)
{
    if (r->n > 0)
        way_warm(net, r, 0, 0, step);
}

void sim_port_warm(const struct sim_sink *self, uint32_t arg, unsigned step)
{
    const struct sim_port *p = (const struct sim_port *)(const void *)self;
    const struct sim_route *r;
    const struct pptp_packet *k;
    pptp_pkt pkt;

    (void)arg;
    if (p->head == p->tail)
        return;
    if (step == 1) {
        __builtin_prefetch(slot(p, p->head));
        return;
    }
    pkt = slot(p, p->head)->pkt;
    k = sim_packet(p->net, pkt);
    if (step == 2) {
        sim_fetch(k, 3 * SIM_LINE_OCTETS);
        return;
    }
    r = (const struct sim_route *)(uintptr_t)k->world[0];
    if (step == 3)
        __builtin_prefetch(r);
    else
        way_warm(p->net, r, (k->world[1] & SIM_MARK_HOP) + 1, pkt, step - 4);
}
