/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measuring from some time on; measure.h. */
#include "config.h"

#include "sim/measure.h"

#include <stdlib.h>

#include "sim/modem.h"
#include "sim/port_probes.h"
#include "sim/port_queue.h"
#include "sim/reopen.h"
#include "sim/subscribers.h"
#include "sim/user_probes.h"
#include "sim/voices.h"

/* A call as it stood then. */
struct call_then {
    struct sim_account way[2];
    struct sim_call_measured rest;
    uint32_t attempts;
};

struct sim_measure {
    struct sim_sink sink;
    struct sim_world *w;
    pptp_ns from_ns;
    struct call_then *calls;
    struct sim_account *flows;
    struct sim_user_stats *users;
    struct voice_stats *voices;
    struct sim_port_stats *ports;
    struct pptp_stats *peers;
    uint64_t exhausted, lines_full, nobodys[SIM_PLACES];
    uint64_t nobodys_duplicated;
    bool settled;
};

static uint32_t user_count(const struct sim_world *w)
{
    return w->users != NULL ? w->users->count : 0;
}

/* --- then ---------------------------------------------------------------- */

static void keep_account(struct sim_account *a, struct sim_account *copy)
{
    a->under_way_before = a->under_way;
    *copy = *a;
    hist_keep(&a->delay, &copy->delay);
}

static void keep_call(struct sim_call *c, struct call_then *t)
{
    t->attempts = c->attempts;
    sim_call_measure(c, &t->rest);
    for (int k = 0; k < 2; k++) {
        if (c->way != sim_call_world(c)->nothing)
            keep_account(&c->way[k], &t->way[k]);
        if (c->more != NULL)
            hist_keep(&c->more->rtt[k], &t->rest.rtt[k]);
    }
    if (c->more != NULL)
        sim_returns_keep(&c->more->returns, &t->rest.returns);
}

static void keep_conns(const struct sim_node *n)
{
    for (struct sim_reopen *r = n->reopens; r != NULL; r = r->next)
        sim_returns_keep(&r->returns, &r->before);
}

static void keep_user(struct sim_user *u, struct sim_user_stats *copy)
{
    *copy = u->stats;
    hist_keep(&u->stats.user.time, &copy->user.time);
}

static void keep_voice(struct sim_voice *v, struct voice_stats *copy)
{
    *copy = v->voice.stats;
    hist_keep(&v->voice.stats.delay, &copy->delay);
}

static void keep_port(struct sim_port *p, struct sim_port_stats *s)
{
    *s = sim_port_stats_now(p);
    p->queue_max = s->waiting > 0 && !p->fatpipe ? s->waiting - 1 : 0;
    if (p->queue != NULL)
        sim_queue_restart(p->queue);
}

static uint64_t lines_full(const struct sim_world *w)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < w->group_count; i++)
        n += sim_lines_full(&w->groups[i]->lines);
    return n;
}

static void keep_group(struct sim_group *g)
{
    if (g->subscribers != NULL)
        sim_subscribers_measure(g->subscribers);
    if (g->lines.modems != NULL)
        sim_modems_measure(g->lines.modems);
}

static void on_time(struct sim_sink *sink, uint32_t arg)
{
    struct sim_measure *m = (struct sim_measure *)(void *)sink;
    struct sim_world *w = m->w;
    uint32_t i;

    (void)arg;
    sim_world_settle(w);
    for (i = 0; i < w->call_count; i++)
        keep_call(w->calls[i], &m->calls[i]);
    for (i = 0; i < w->flow_count; i++)
        keep_account(w->flows[i]->account, &m->flows[i]);
    for (i = 0; i < user_count(w); i++)
        keep_user(w->users->user[i], &m->users[i]);
    for (i = 0; i < w->voice_count; i++)
        keep_voice(w->voices[i], &m->voices[i]);
    for (i = 0; i < w->net.port_count; i++)
        keep_port(&w->net.ports[i], &m->ports[i]);
    for (i = 0; i < w->node_count; i++) {
        m->peers[i] = *pptp_peer_stats(w->nodes[i]->nas.node.peer);
        keep_conns(w->nodes[i]);
        if (sim_node_phone(w->nodes[i]) != NULL)
            sim_phone_measure(sim_node_phone(w->nodes[i]));
    }
    for (i = 0; i < w->group_count; i++)
        keep_group(w->groups[i]);
    for (i = 0; i < SIM_PLACES; i++)
        m->nobodys[i] = w->net.stats.nobodys[i];
    m->nobodys_duplicated = w->net.stats.nobodys_duplicated;
    m->lines_full = lines_full(w);
    m->exhausted = w->net.pool.exhausted;
    w->net.pool.used_max = w->net.pool.used;
    w->since = m;
}

int sim_measure_begin(struct sim_measure **out, struct sim_world *w,
                      pptp_ns from_ns)
{
    struct sim_measure *m = calloc(1, sizeof *m);

    *out = m;
    if (m == NULL)
        return PPTP_ERR_RESOURCE;
    m->w = w;
    m->from_ns = from_ns;
    m->calls = calloc((size_t)w->call_count + 1, sizeof *m->calls);
    m->flows = calloc((size_t)w->flow_count + 1, sizeof *m->flows);
    m->users = calloc((size_t)user_count(w) + 1, sizeof *m->users);
    m->voices = calloc((size_t)w->voice_count + 1, sizeof *m->voices);
    m->ports = calloc((size_t)w->net.port_count + 1, sizeof *m->ports);
    m->peers = calloc((size_t)w->node_count + 1, sizeof *m->peers);
    if (m->calls == NULL || m->flows == NULL || m->users == NULL ||
        m->voices == NULL || m->ports == NULL || m->peers == NULL)
        return PPTP_ERR_RESOURCE;
    m->sink.event = on_time;
    sim_calendar_at(&w->cal, from_ns, &m->sink, 0);
    return PPTP_OK;
}

void sim_measure_fini(struct sim_measure *m)
{
    uint32_t i;

    if (m == NULL)
        return;
    for (i = 0; m->calls != NULL && i < m->w->call_count; i++) {
        for (int k = 0; k < 2; k++) {
            hist_free(&m->calls[i].way[k].delay);
            hist_free(&m->calls[i].rest.rtt[k]);
        }
        hist_free(&m->calls[i].rest.returns.away);
    }
    for (i = 0; m->flows != NULL && i < m->w->flow_count; i++)
        hist_free(&m->flows[i].delay);
    for (i = 0; m->users != NULL && i < user_count(m->w); i++)
        hist_free(&m->users[i].user.time);
    free(m->calls);
    free(m->flows);
    for (i = 0; m->voices != NULL && i < m->w->voice_count; i++)
        hist_free(&m->voices[i].delay);
    free(m->users);
    free(m->voices);
    free(m->ports);
    free(m->peers);
    free(m);
}

/* --- now ----------------------------------------------------------------- */

static void subtract_call(struct sim_call *c, const struct call_then *t)
{
    for (int k = 0; k < 2; k++) {
        if (c->way != sim_call_world(c)->nothing)
            probe_subtract(sim_account_probes, &c->way[k], &t->way[k]);
        if (c->more != NULL)
            hist_subtract(&c->more->rtt[k], &t->rest.rtt[k]);
    }
    if (c->more != NULL)
        probe_subtract(sim_returns_probes, &c->more->returns,
                       &t->rest.returns);
}

static void subtract_conns(const struct sim_node *n)
{
    for (struct sim_reopen *r = n->reopens; r != NULL; r = r->next)
        probe_subtract(sim_returns_probes, &r->returns, &r->before);
}

static void subtract_group(struct sim_group *g)
{
    if (g->subscribers != NULL)
        sim_subscribers_settle(g->subscribers);
    if (g->lines.modems != NULL)
        sim_modems_settle(g->lines.modems);
}

void sim_measure_settle(struct sim_world *w)
{
    struct sim_measure *m = w->since;
    uint32_t i;

    sim_world_settle(w);
    if (m == NULL || m->settled)
        return;
    m->settled = true;
    for (i = 0; i < w->call_count; i++)
        subtract_call(w->calls[i], &m->calls[i]);
    for (i = 0; i < w->flow_count; i++)
        probe_subtract(sim_account_probes, w->flows[i]->account, &m->flows[i]);
    for (i = 0; i < user_count(w); i++)
        probe_subtract(sim_user_probes, &w->users->user[i]->stats,
                       &m->users[i]);
    for (i = 0; i < w->node_count; i++) {
        subtract_conns(w->nodes[i]);
        if (sim_node_phone(w->nodes[i]) != NULL)
            sim_phone_settle(sim_node_phone(w->nodes[i]), true);
    }
    for (i = 0; i < w->group_count; i++)
        subtract_group(w->groups[i]);
    for (i = 0; i < w->voice_count; i++)
        probe_subtract(sim_voice_heard, &w->voices[i]->voice.stats,
                       &m->voices[i]);
}

pptp_ns sim_measured_from_ns(const struct sim_world *w)
{
    return w->since != NULL ? w->since->from_ns : 0;
}

pptp_ns sim_measured_ns(const struct sim_world *w)
{
    return w->cal.now - sim_measured_from_ns(w);
}

struct sim_port_stats sim_measured_port(const struct sim_world *w,
                                        struct sim_port *p)
{
    struct sim_port_stats s = sim_port_stats_now(p);
    const struct sim_port_stats *then;

    if (w->since == NULL)
        return s;
    then = &w->since->ports[p - w->net.ports];
    probe_subtract(sim_port_probes, &s, then);
    s.busy_ns -= then->busy_ns;
    s.queue_ns -= then->queue_ns;
    s.queue_octets_ns -= then->queue_octets_ns;
    s.served -= then->served;
    s.waiting_before = then->waiting;
    s.in_flight_before = then->in_flight;
    return s;
}

void sim_measured_call(const struct sim_world *w, const struct sim_call *c,
                       struct sim_call_measured *out)
{
    const struct call_then *t;

    sim_call_measure(c, out);
    if (w->since == NULL)
        return;
    t = &w->since->calls[c->index];
    out->ppp_frames -= t->rest.ppp_frames;
    if (t->attempts != c->attempts)
        return;
    for (int k = 0; k < 2; k++) {
        out->timeouts[k] -= t->rest.timeouts[k];
        out->queue_drops[k] -= t->rest.queue_drops[k];
        out->skipped[k] -= t->rest.skipped[k];
    }
}

void sim_measured_peer(const struct sim_world *w, uint32_t node,
                       struct pptp_stats *out)
{
    *out = *pptp_peer_stats(w->nodes[node]->nas.node.peer);
    if (w->since != NULL)
        probe_subtract(pptp_probes, out, &w->since->peers[node]);
}

uint64_t sim_measured_exhausted(const struct sim_world *w)
{
    return w->net.pool.exhausted -
           (w->since != NULL ? w->since->exhausted : 0);
}

uint64_t sim_measured_nobodys(const struct sim_world *w, enum sim_place place)
{
    return w->net.stats.nobodys[place] -
           (w->since != NULL ? w->since->nobodys[place] : 0);
}

uint64_t sim_measured_duplicated(const struct sim_world *w)
{
    return w->net.stats.nobodys_duplicated -
           (w->since != NULL ? w->since->nobodys_duplicated : 0);
}

uint64_t sim_measured_lines_full(const struct sim_world *w)
{
    return lines_full(w) - (w->since != NULL ? w->since->lines_full : 0);
}
