/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Around each input of a node's peer; feed.h. */
#include "config.h"

#include "sim/feed.h"

enum {
    LATER_ROOM = 16, /* waits for the end of a step, before there is more */
    FEW_CALLS = 2    /* of a node with one, and a place to spare */
};

void sim_begin(struct sim_node *n)
{
    nas_begin(&n->nas, n->world->cal.now);
}

/* That of a PNS's sessions, beside the peer's.  A PAC that opens no connection
 * and whose lines have their own alarms never has one between steps. */
static pptp_ns role_deadline(const struct sim_node *n)
{
    return n->pns != NULL ? nas_pns_deadline(&n->pns->role) : PPTP_NEVER;
}

static inline void arm(struct sim_node *n)
{
    struct sim_calendar *cal = &n->world->cal;
    pptp_ns role = role_deadline(n);

    if (n->nas.exhausted) { /* the run proves nothing any more */
        cal->refused++;
        cal->halt = true;
    }
    sim_alarm_set(cal, &n->timer,
                  role < n->nas.deadline ? role : n->nas.deadline);
}

void sim_finish(struct sim_node *n)
{
    nas_settle(&n->nas);
    arm(n);
}

void sim_settle(struct sim_node *n)
{
    if (n->nas.count > 0)
        nas_go_on(&n->nas, n->world->cal.now);
    arm(n);
}

static void on_timer(struct sim_sink *s, uint32_t arg)
{
    struct sim_node *n = (struct sim_node *)(void *)((char *)s -
                                                     offsetof(struct sim_node,
                                                              timer));
    pptp_ns now = n->world->cal.now;

    (void)arg;
    if (!sim_alarm_due(&n->timer, now))
        return;
    sim_begin(n);
    nas_settle(&n->nas);
    if (n->pns != NULL && nas_pns_deadline(&n->pns->role) <= now) {
        nas_pns_advance(&n->pns->role, now);
        nas_do(&n->nas);
    }
    arm(n);
}

/* --- fetched before it is needed ---------------------------------------- */

static bool line_warm(const struct nas_pac *p, uint32_t slot, unsigned step)
{
    uint32_t i = p->line_of_call[slot];

    return i != NAS_NOBODY &&
           sim_line_warm(
               (const struct sim_line *)(const void *)p->line[i].line, step);
}

/* What the roles and the tunnel's way out have of it. */
static bool roles_warm(const struct sim_node *n, uint32_t slot, unsigned step)
{
    const struct sim_end *e = step > 1 ? n->ends[0] : NULL;

    if (step == 1) {
        if (n->pns != NULL)
            sim_fetch(&n->pns->role, 2 * SIM_LINE_OCTETS);
        if (n->pac != NULL)
            sim_fetch(&n->pac->role, SIM_LINE_OCTETS);
        __builtin_prefetch(n->ends);
        __builtin_prefetch(n->nas.later);
        return true;
    }
    if (step == 2) {
        if (n->pns != NULL) {
            sim_fetch(n->pns->role.session + slot,
                      sizeof(struct nas_pns_session));
            __builtin_prefetch(n->pns->role.config);
        }
        if (n->pac != NULL) {
            __builtin_prefetch(n->pac->role.line_of_call + slot);
            __builtin_prefetch(n->pac->role.line + slot);
        }
        if (e != NULL)
            sim_fetch(e, SIM_LINE_OCTETS);
        return true;
    }
    if (n->pac != NULL && n->pac->phone == NULL &&
        line_warm(&n->pac->role, slot, step - 3))
        return true;
    return e != NULL && e->route != NULL &&
           sim_route_warm(&n->world->net, e->route, step - 3);
}

bool sim_node_warm(const struct sim_node *n, uint32_t slot, unsigned step)
{
    if (slot == UINT32_MAX) {
        if (n->calls > FEW_CALLS)
            return false;
        slot = 0;
    }
    if (step == 0) {
        sim_fetch(n, offsetof(struct sim_node, addr));
        return true;
    }
    if (n->nas.node.peer == NULL)
        return false;
    pptp_peer_warm(n->nas.node.peer, slot, step);
    return roles_warm(n, slot, step);
}

static bool timer_warm(const struct sim_sink *s, uint32_t arg, unsigned step)
{
    const struct sim_node *n = (const void *)((const char *)s -
                                              offsetof(struct sim_node,
                                                       timer));

    (void)arg;
    return sim_node_warm(n, UINT32_MAX, step - 1);
}

void sim_feed_warm(struct sim_world *w)
{
    sim_calendar_warm(&w->cal, on_timer, timer_warm);
}

static void on_trace(void *ctx, const struct pptp_trace_rec *r)
{
    struct sim_node *n = (struct sim_node *)(void *)((char *)ctx -
                                                     offsetof(struct sim_node,
                                                              nas));
    struct sim_world *w = n->world;

    w->trace_hash = pptp_trace_hash(w->trace_hash, r);
    w->trace_records++;
    if (w->trace != NULL)
        w->trace(w->trace_ctx, n, r);
}

int sim_feed_init(struct sim_node *n)
{
    sim_alarm_init(&n->timer, on_timer);
    n->nas.node.trace = on_trace;
    n->nas.from = sim_arena_alloc(&n->world->arena);
    return nas_node_init(&n->nas, LATER_ROOM);
}

void sim_feed_fini(struct sim_node *n)
{
    nas_node_fini(&n->nas);
}
