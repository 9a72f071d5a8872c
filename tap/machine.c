/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's networks; machine.h. */
#include "config.h"

#include "tap/machine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tap/tun.h"

enum { TRIES = 4 /* while they change */ };

/* The name of an address's interface: its label, up to a colon. */
static void name_of(const struct tap_netlink_address *a, char name[16])
{
    size_t n = strcspn(a->label, ":");

    memcpy(name, a->label, n);
    memset(name + n, 0, 16 - n);
}

static bool on_address(void *ctx, const struct tap_netlink_address *a)
{
    struct tap_machine *m = ctx;
    struct tap_machine_net *net = &m->net[m->nets];

    if (m->nets == TAP_MACHINE_NETS)
        return true;
    *net = (struct tap_machine_net){ .ip = a->local,
                                     .peer = a->peer != a->local ? a->peer : 0,
                                     .broadcast = a->broadcast,
                                     .bits = a->bits };
    name_of(a, net->device);
    m->index[m->nets++] = a->index;
    return true;
}

static void note_gateway(struct tap_machine *m,
                         const struct tap_netlink_entry *e)
{
    uint32_t i;

    for (i = 0; i < m->gateways; i++)
        if (m->gateway[i].ip == e->gateway)
            return;
    if (e->gateway != 0 && m->gateways < TAP_MACHINE_GATEWAYS)
        m->gateway[m->gateways++] = (struct tap_machine_gateway){
            .ip = e->gateway, .index = e->index
        };
}

static bool on_entry(void *ctx, const struct tap_netlink_entry *e)
{
    struct tap_machine *m = ctx;

    /* into an interface without an address: it has no name here */
    if (tap_machine_device(m, e->index) == NULL)
        return true;
    note_gateway(m, e);
    /* a route of ours has metric 0: others are behind it */
    if (e->metric == 0 && m->routes < TAP_MACHINE_ROUTES)
        m->route[m->routes++] = (struct tap_machine_route){
            .to = e->to, .index = e->index
        };
    return true;
}

int tap_machine_read(struct tap_machine *m, struct tap_netlink *n)
{
    int result = -1, i;

    errno = EAGAIN;
    for (i = 0; i < TRIES && result < 0 && errno == EAGAIN; i++) {
        m->nets = m->gateways = m->routes = 0;
        result = tap_netlink_each_address(n, 0, on_address, m);
        if (result == 0)
            result = tap_netlink_each_entry(n, 0, on_entry, m);
    }
    return result;
}

void tap_machine_forget(struct tap_machine *m, const char *ours)
{
    uint32_t i, nets = 0, gateways = 0, routes = 0;

    for (i = 0; i < m->nets; i++)
        if (!tap_tun_name(ours, m->net[i].device)) {
            m->net[nets] = m->net[i];
            m->index[nets++] = m->index[i];
        }
    m->nets = nets;
    for (i = 0; i < m->gateways; i++)
        if (tap_machine_device(m, m->gateway[i].index) != NULL)
            m->gateway[gateways++] = m->gateway[i];
    m->gateways = gateways;
    for (i = 0; i < m->routes; i++)
        if (tap_machine_device(m, m->route[i].index) != NULL)
            m->route[routes++] = m->route[i];
    m->routes = routes;
}

const char *tap_machine_device(const struct tap_machine *m, uint32_t index)
{
    uint32_t i;

    for (i = 0; i < m->nets; i++)
        if (m->index[i] == index)
            return m->net[i].device;
    return NULL;
}

bool tap_machine_has(const struct tap_machine *m, uint32_t ip)
{
    uint32_t i;

    for (i = 0; i < m->nets; i++)
        if (m->net[i].ip == ip)
            return true;
    return false;
}

const struct tap_machine_route *tap_machine_route(const struct tap_machine *m,
                                                  const struct tap_prefix *to)
{
    uint32_t i;

    for (i = 0; i < m->routes; i++)
        if (m->route[i].to.ip == to->ip && m->route[i].to.bits == to->bits)
            return &m->route[i];
    return NULL;
}

bool tap_machine_range(const struct tap_machine_net *n, struct nas_range *out)
{
    uint32_t mask = n->bits == 0 ? 0 : ~UINT32_C(0) << (32 - n->bits);
    /* of the other end, where there is one */
    uint32_t ip = n->peer != 0 ? n->peer : n->ip;

    out->first = ip & mask;
    out->last = ip | ~mask;
    return n->bits > 0 && n->bits < 31;
}

static void take(struct nas_taken *taken, uint32_t *n, uint32_t ip,
                 enum nas_taken_kind kind, const char *device)
{
    struct nas_taken *t = &taken[*n];

    if (ip == 0 || *n == NAS_TAKEN)
        return;
    *t = (struct nas_taken){ .ip = ip, .kind = kind };
    if (device != NULL)
        memcpy(t->where, device, sizeof t->where);
    ++*n;
}

void tap_machine_taken(const struct tap_machine *m, struct nas_taken *taken,
                       uint32_t *n)
{
    struct nas_range r;
    uint32_t i;

    for (i = 0; i < m->nets; i++) {
        const struct tap_machine_net *net = &m->net[i];

        take(taken, n, net->ip, NAS_TAKEN_MACHINE, net->device);
        take(taken, n, net->peer, NAS_TAKEN_PEER, net->device);
        take(taken, n, net->broadcast, NAS_TAKEN_BROADCAST, net->device);
        if (!tap_machine_range(net, &r))
            continue;
        take(taken, n, r.first, NAS_TAKEN_NETWORK, net->device);
        if (r.last != net->broadcast)
            take(taken, n, r.last, NAS_TAKEN_BROADCAST, net->device);
    }
    for (i = 0; i < m->gateways; i++)
        take(taken, n, m->gateway[i].ip, NAS_TAKEN_GATEWAY,
             tap_machine_device(m, m->gateway[i].index));
}

const char *tap_taken_text(const struct nas_taken *t)
{
    static const char *const what[] = {
        [NAS_TAKEN_NO_HOST] = "not an address of a host",
        [NAS_TAKEN_CLIENT] = "where a client connects from",
        [NAS_TAKEN_LOCAL] = "our own inside the tunnels (`local`)",
        [NAS_TAKEN_LISTEN] = "our own outside the tunnels (`listen`)",
        [NAS_TAKEN_MACHINE] = "this machine's",
        [NAS_TAKEN_PEER] = "the other end's",
        [NAS_TAKEN_NETWORK] = "the network address",
        [NAS_TAKEN_BROADCAST] = "the broadcast address",
        [NAS_TAKEN_GATEWAY] = "a gateway's of this machine",
        [NAS_TAKEN_DNS] = "a name server's (`dns`)",
        [NAS_TAKEN_WINS] = "a name server's (`wins`)",
    };
    static char text[2][80];
    static unsigned turn;
    bool device = t->where[0] != 0;

    turn = 1 - turn;
    snprintf(text[turn], sizeof text[turn], "%s%s%.16s", what[t->kind],
             !device ? ""
             : t->kind == NAS_TAKEN_NETWORK || t->kind == NAS_TAKEN_BROADCAST
                 ? " of "
                 : ", at ",
             t->where);
    return text[turn];
}
