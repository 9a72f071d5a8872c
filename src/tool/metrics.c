/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics of a run in JSON; see metrics.h. */
#include "config.h"

#include "tool/metrics.h"

#include <math.h>
#include <stdio.h>

#include "sim/measure.h"
#include "sim/modem.h"
#include "sim/port_probes.h"
#include "tool/probes.h"

/* What was not measured (NAN) is left out: a 0 would please any bound. */
static void put(void *ctx, const char *name, const struct probe_value *v)
{
    if (v->whole)
        json_object_set_new(ctx, name, json_integer((json_int_t)v->count));
    else if (!isnan(v->real))
        json_object_set_new(ctx, name, json_real(v->real));
}

json_t *metrics_make(const struct scenario *s, struct sim_world *w)
{
    struct sim_totals totals;
    const struct probes_run run = { w, &totals };
    json_t *m = json_object();

    sim_totals_make(&totals, w);
    probes_each(s, &run, put, m);
    sim_totals_fini(&totals);
    return m;
}

/* The probes of a port have no suffixes. */
static void put_plain(void *ctx, const struct probe_value *v)
{
    put(ctx, v->probe->name, v);
}

static bool crossed(const struct sim_port_stats *s)
{
    return s->entered + s->waiting_before + s->dropped_full +
               s->dropped_early + s->dropped_down >
           0;
}

/* Every port that a packet came to, listed in the scenario or not. */
json_t *metrics_links(struct sim_world *w)
{
    json_t *all = json_object();

    for (uint32_t i = 0; i < w->net.port_count; i++) {
        struct sim_port_stats s = sim_measured_port(w, &w->net.ports[i]);
        json_t *o;

        if (!crossed(&s))
            continue;
        o = json_object();
        probe_each(sim_port_probes, w->since != NULL, &s, sim_measured_ns(w),
                   put_plain, o);
        json_object_set_new(all, w->net.ports[i].name, o);
    }
    return all;
}

/* Of each trunk, in their order: erlangs, and calls. */
static void put_loads(json_t *o, const struct sim_phone *p,
                      const struct sim_trunks *g, pptp_ns over_ns)
{
    json_t *loads = json_array(), *calls = json_array();

    for (uint32_t i = 0; i < g->n; i++) {
        const struct sim_trunk *t = &p->trunk[g->first + i];

        json_array_append_new(loads,
                              json_real((double)t->busy_ns / (double)over_ns));
        json_array_append_new(calls, json_integer((json_int_t)t->calls));
    }
    json_object_set_new(o, "loads", loads);
    json_object_set_new(o, "calls", calls);
}

static void put_trunks(json_t *all, struct sim_world *w,
                       const struct sim_phone *p)
{
    for (uint32_t i = 0; p != NULL && i < p->groups; i++) {
        json_t *o = json_pack("{s:I}", "trunks", (json_int_t)p->group[i].n);

        probe_each(sim_trunks_probes, false, &p->group[i].stats,
                   sim_measured_ns(w), put_plain, o);
        if (p->group[i].loads)
            put_loads(o, p, &p->group[i], sim_measured_ns(w));
        json_object_set_new(all, p->group[i].name, o);
    }
}

/* Rates to callers, and how many calls began with them. */
json_t *metrics_speeds(const struct sim_world *w)
{
    json_t *all = json_object();
    char name[16];

    for (unsigned s = 0; s < SIM_SPEEDS; s++) {
        uint64_t n = 0;

        for (uint32_t i = 0; i < w->group_count; i++)
            if (w->groups[i]->lines.modems != NULL)
                n += w->groups[i]->lines.modems->speeds[s];
        if (n == 0)
            continue;
        snprintf(name, sizeof name, "%u", sim_modem_speed(s));
        json_object_set_new(all, name, json_integer((json_int_t)n));
    }
    return all;
}

json_t *metrics_trunks(struct sim_world *w)
{
    json_t *all = json_object();

    for (uint32_t i = 0; i < w->node_count; i++)
        put_trunks(all, w, sim_node_phone(w->nodes[i]));
    return all;
}
