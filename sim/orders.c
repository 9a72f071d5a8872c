/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Orders to nodes; orders.h. */
#include "config.h"

#include "sim/orders.h"

#include <string.h>

#include "sim/calls.h"
#include "sim/which.h"
#include "sim/ends.h"
#include "sim/feed.h"
#include "sim/host.h"
#include "sim/reopen.h"

/* As a daemon that is to end: how often it looks, and how long PPP has. */
#define LOOK_NS (50 * PPTP_MS)
#define GOODBYE_NS (5 * PPTP_S)

struct order {
    struct sim_sink sink; /* arg: unused */
    struct sim_world *world;
    struct sim_order o;
    uint32_t starts; /* of the node, when it was to drain */
};

/* --- calls --------------------------------------------------------------- */

static void order_call(const struct order *o, struct sim_node *n,
                       pptp_call_id call)
{
    pptp_ns now = n->world->cal.now;

    sim_begin(n);
    if (o->o.kind == SIM_ORDER_RENEGOTIATE)
        nas_pns_renegotiate(&n->pns->role, now, call);
    else if (n->pns != NULL &&
             nas_pns_call_at(&n->pns->role, pptp_call_slot(call)) == call)
        nas_pns_close(&n->pns->role, now, call, true);
    else
        nas_pac_clear(&n->pac->role, call);
    sim_finish(n);
}

static pptp_call_id call_at(const struct sim_node *n, uint32_t slot, bool pns)
{
    pptp_call_id call = PPTP_NONE;

    if (n->pns != NULL)
        call = nas_pns_call_at(&n->pns->role, slot);
    if (call == PPTP_NONE && n->pac != NULL && !pns)
        call = nas_pac_call_at(&n->pac->role, slot);
    return call;
}

static void order_calls(const struct order *o, struct sim_node *n)
{
    bool pns = o->o.kind == SIM_ORDER_RENEGOTIATE;
    const struct sim_call *c;
    pptp_call_id call;
    uint32_t i;

    if (o->o.call != SIM_ORDER_ALL) {
        c = n->world->calls[o->o.call];
        call = sim_call_id(c, n == c->pns);
        if (call != PPTP_NONE)
            order_call(o, n, call);
        return;
    }
    for (i = 0; i < n->calls; i++) {
        call = call_at(n, i, pns);
        if (call != PPTP_NONE)
            order_call(o, n, call);
    }
}

static void dial(const struct order *o, struct sim_node *n)
{
    const struct sim_end *e = sim_end_to(n, n->world->nodes[o->o.pac]->ip);
    pptp_call_id call;

    if (e == NULL)
        return;
    (void)nas_pns_dial_number(&n->pns->role, n->world->cal.now, e->conn,
                              o->o.number, &call);
    sim_settle(n);
}

/* --- ends, and beginnings ------------------------------------------------ */

static bool has_calls(const struct sim_node *n)
{
    return (n->pns != NULL && n->pns->role.sessions > 0) ||
           (n->pac != NULL && n->pac->role.calls > 0);
}

static void close_calls(struct sim_node *n, bool politely)
{
    pptp_ns now = n->world->cal.now;

    sim_begin(n);
    sim_finish(n);
    if (n->pns != NULL)
        nas_pns_close_all(&n->pns->role, now, politely);
    if (n->pac != NULL)
        nas_pac_close(&n->pac->role, now, politely);
    sim_settle(n);
}

static void stop_conns(struct sim_node *n)
{
    uint32_t i;

    n->off = true;
    for (i = 0; i < n->conns; i++) {
        if (n->ends[i] == NULL)
            continue;
        sim_begin(n);
        pptp_node_close(&n->nas.node, n->ends[i]->conn, PPTP_STOP_SHUTDOWN);
        sim_finish(n);
    }
}

/* Politely, then not, then without calls. */
static void drain(struct order *o, struct sim_node *n)
{
    pptp_ns now = n->world->cal.now;

    if (now == o->o.at_ns)
        o->starts = n->starts;
    if (o->starts != n->starts)
        return; /* it was started meanwhile: that order is no more */
    if (now == o->o.at_ns)
        close_calls(n, true);
    else if (now - o->o.at_ns == GOODBYE_NS)
        close_calls(n, false);
    if (has_calls(n) && now - o->o.at_ns < 2 * GOODBYE_NS)
        sim_calendar_at(&n->world->cal, now + LOOK_NS, &o->sink, 0);
    else
        stop_conns(n);
}

/* Whom it tells of its end is nobody: it is dead. */
static void die(struct sim_node *n)
{
    n->off = n->silent = true;
    sim_ends_cut(n);
}

static void lose_power(struct sim_node *n)
{
    n->off = n->silent = true;
    sim_host_power(n, false);
    sim_ends_forget(n);
}

/* Connections come back by `reconnect`: its own at once, those of others when
 * their time comes. */
static void revive(struct sim_node *n)
{
    n->off = n->silent = false;
    sim_host_power(n, true);
    n->starts++;
    if (n->pns != NULL)
        n->pns->role.draining = false;
    if (n->pac != NULL)
        n->pac->role.draining = false;
    sim_reopen_all(n);
}

static void on_time(struct sim_sink *s, uint32_t arg)
{
    struct order *o = (struct order *)(void *)s;
    struct sim_node *n = o->world->nodes[o->o.node];

    (void)arg;
    if (n->silent && o->o.kind != SIM_ORDER_START &&
        o->o.kind != SIM_ORDER_FAIL) /* of a host whose node is dead */
        return;
    switch (o->o.kind) {
    case SIM_ORDER_CLEAR:
    case SIM_ORDER_RENEGOTIATE: order_calls(o, n); break;
    case SIM_ORDER_DIAL: dial(o, n); break;
    case SIM_ORDER_DRAIN: drain(o, n); break;
    case SIM_ORDER_STOP: die(n); break;
    case SIM_ORDER_FAIL: lose_power(n); break;
    case SIM_ORDER_START: revive(n); break;
    }
}

static bool is_sane(const struct sim_world *w, const struct sim_order *o)
{
    const struct sim_node *n = w->nodes[o->node];

    if (o->kind == SIM_ORDER_RENEGOTIATE)
        return n->pns != NULL;
    if (o->kind == SIM_ORDER_DIAL)
        return n->pns != NULL && w->nodes[o->pac]->pac != NULL &&
               strlen(o->number) <=
                   sizeof((struct pptp_call_request *)0)->number;
    return true;
}

int sim_world_order(struct sim_world *w, const struct sim_order *order)
{
    struct order *o;

    if (!is_sane(w, order))
        return PPTP_ERR_ARGUMENT;
    o = sim_arena_take(&w->arena, sizeof *o);
    if (o == NULL)
        return PPTP_ERR_RESOURCE;
    o->sink.event = on_time;
    o->world = w;
    o->o = *order;
    sim_calendar_at(&w->cal, order->at_ns, &o->sink, 0);
    return PPTP_OK;
}
