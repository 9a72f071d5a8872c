/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a world holds and is busy with; burden.h. */
#include "config.h"

#include "sim/burden.h"

#include "sim/reopen.h"
#include "sim/tcp.h"
#include "sim/users.h"

const char *sim_part_text(enum sim_part p)
{
    static const char *const texts[] = {
#define X(name, text) text,
        SIM_PARTS_X(X)
#undef X
    };

    PPTP_ASSERT(p < SIM_PARTS);
    return texts[p];
}

static uint64_t pool_octets(const struct pptp_pool *p)
{
    return (uint64_t)p->touched * p->stride;
}

void sim_burden_of(const struct sim_world *w, struct sim_burden *out)
{
    *out = (struct sim_burden){ .octets = {
                                    [SIM_PART_EVENTS] = sim_calendar_octets(
                                        &w->cal),
                                    [SIM_PART_PACKETS] = pool_octets(
                                        &w->net.pool),
                                    [SIM_PART_SEGMENTS] = pool_octets(
                                        &w->net.big),
                                    [SIM_PART_ARENA] = w->arena.octets +
                                                       w->rest.octets,
                                } };
    for (uint32_t i = 0; i < w->net.port_count; i++)
        out->octets[SIM_PART_PORTS] += sim_port_octets(&w->net.ports[i]);
}

/* --- who is at work ------------------------------------------------------ */

static bool is(const struct sim_sink *s, struct sim_sink kind)
{
    return s->event == kind.event;
}

static const char *work_of_call(const struct sim_call *c, struct sim_sink kind)
{
    for (uint32_t i = 0; i < c->source_count; i++)
        if (is(&c->sources[i].sink, kind))
            return "of traffic";
    return is(&c->start, kind) ? "of calls that begin and end" : NULL;
}

static const char *work_of_node(const struct sim_node *n, struct sim_sink kind)
{
    if (is(&n->timer.sink, kind))
        return "of nodes' deadlines";
    return n->reopens != NULL && is(&n->reopens->sink, kind) ? "of 'reconnect'"
                                                             : NULL;
}

const char *sim_burden_work(const struct sim_world *w, struct sim_sink kind)
{
    const char *found = sim_tcp_is_alarm(kind) ? "of TCP's deadlines" : NULL;

    for (uint32_t i = 0; i < w->net.port_count && found == NULL; i++)
        if (is(&w->net.ports[i].sink, kind))
            found = "of packets on links";
    for (uint32_t i = 0; i < w->flow_count && found == NULL; i++)
        if (is(&w->flows[i]->sink, kind))
            found = "of traffic";
    for (uint32_t i = 0; i < w->node_count && found == NULL; i++)
        found = work_of_node(w->nodes[i], kind);
    for (uint32_t i = 0; i < w->group_count && found == NULL; i++)
        if (is(&w->groups[i]->timer.sink, kind))
            found = "of callers";
    for (uint32_t i = 0; i < w->call_count && found == NULL; i++)
        found = work_of_call(w->calls[i], kind);
    if (found == NULL && w->users != NULL && w->users->count > 0 &&
        is(&w->users->user[0]->alarm.sink, kind))
        found = "of users above TCP";
    return found != NULL ? found : "of lines and others";
}

static void heavier(const struct sim_account **most,
                    const struct sim_account *a)
{
    if (a->offered > (*most != NULL ? (*most)->offered : 0))
        *most = a;
}

const struct sim_account *sim_burden_heaviest(const struct sim_world *w)
{
    const struct sim_account *most = NULL;

    for (uint32_t i = 0; i < w->call_count; i++) {
        heavier(&most, &w->calls[i]->way[SIM_UP]);
        heavier(&most, &w->calls[i]->way[SIM_DOWN]);
    }
    for (uint32_t i = 0; i < w->flow_count; i++)
        heavier(&most, w->flows[i]->account);
    return most;
}
