/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ports fetch before it is needed; port.h. */
#include "config.h"

#include "sim/port.h"

/* What every packet touches of a port, and a packet's head. */
enum { PORT_LINES = 4, PACKET_LINES = 3, DEST_LINES = 4 };

/* Where a packet goes from the port with this number on its way; the route is
 * there at step 0. */
static bool way_warm(const struct sim_net *net, const struct sim_route *r,
                     uint64_t hop, pptp_pkt pkt, unsigned step)
{
    const struct sim_sink *to;
    sim_warm *warm;

    if (hop < r->n) {
        sim_fetch(r->ports[hop], PORT_LINES * SIM_LINE_OCTETS);
        return false;
    }
    to = *r->dest;
    if (to == NULL)
        return false;
    if (step == 0) {
        sim_fetch(to, DEST_LINES * SIM_LINE_OCTETS);
        return true;
    }
    warm = sim_calendar_warmer(net->cal, to);
    return warm != NULL && warm(to, pkt, step);
}

bool sim_route_warm(const struct sim_net *net, const struct sim_route *r,
                    unsigned step)
{
    if (step == 0)
        sim_fetch(r, SIM_LINE_OCTETS);
    return r->n > 0 && (step == 0 || way_warm(net, r, 0, 0, step - 1));
}

bool sim_port_warm(const struct sim_sink *self, uint32_t arg, unsigned step)
{
    const struct sim_port *p = (const struct sim_port *)(const void *)self;
    const struct sim_route *r;
    const struct pptp_packet *k;
    pptp_pkt pkt;

    (void)arg;
    if (p->head == p->tail)
        return false;
    pkt = p->ring[p->head & p->ring_mask].pkt;
    k = sim_packet(p->net, pkt);
    if (step == 1) {
        sim_fetch(k, PACKET_LINES * SIM_LINE_OCTETS);
        return true;
    }
    r = (const struct sim_route *)(uintptr_t)k->world[0];
    if (step == 2) {
        sim_fetch(r, SIM_LINE_OCTETS);
        if (sim_marked(k) != NULL)
            sim_fetch(sim_marked(k), offsetof(struct sim_account, offered));
        return true;
    }
    if (step == 3 && sim_marked(k) != NULL)
        sim_fetch(sim_marked(k)->delay.bin, SIM_LINE_OCTETS);
    return way_warm(p->net, r, (k->world[1] & SIM_MARK_HOP) + 1, pkt,
                    step - 3);
}
