/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and values of metrics; see probes.h. */
#include "config.h"

#include "tool/probes.h"

#include <stdio.h>
#include <string.h>

#include "conf/nearest.h"
#include "sim/measure.h"
#include "sim/port_probes.h"
#include "tool/shots.h"

/* In the order of result.json; prefix NULL: a link's, each in turn. */
static const struct scope {
    const char *prefix;
    const struct probe *list;
    size_t part; /* of struct sim_totals */
    bool flows;  /* only where there are some */
} scopes[] = {
#define PART(member) offsetof(struct sim_totals, member)
    { "", sim_totals_calls, 0, false },
    { "calls.up.", sim_account_probes, PART(way[SIM_UP]), false },
    { "calls.down.", sim_account_probes, PART(way[SIM_DOWN]), false },
    { "", sim_totals_net, 0, false },
    { NULL, sim_port_probes, 0, false },
    { "", sim_totals_flows, 0, true },
    { "flows.", sim_account_probes, PART(flows), true },
#undef PART
};

/* Puts the prefix before the names. */
struct walk {
    const struct probes_run *run;
    unsigned shown;
    const char *prefix;
    probes_taker *take;
    void *ctx;
};

static void with_prefix(void *ctx, const struct probe_value *v)
{
    const struct walk *k = ctx;
    char name[PROBES_NAME_OCTETS];

    snprintf(name, sizeof name, "%s%s%s", k->prefix, v->probe->name,
             v->suffix);
    k->take(k->ctx, name, v);
}

static void each_of(struct walk *k, const struct probe *list, const void *base)
{
    pptp_ns over_ns = k->run != NULL ? sim_measured_ns(k->run->w) : 0;

    probe_each(list, k->shown, base, over_ns, with_prefix, k);
}

/* Both directions of a link. */
static void each_of_link(struct walk *k, const struct probe *list,
                         const char *name)
{
    struct sim_port_stats sum = { 0 }, one;
    char prefix[PROBES_NAME_OCTETS];
    struct sim_port *port[2];
    unsigned n = k->run != NULL ? shots_ports(&k->run->w->net, name, port) : 0;

    while (n-- > 0) {
        one = sim_measured_port(k->run->w, port[n]);
        sim_port_stats_add(&sum, &one);
    }
    snprintf(prefix, sizeof prefix, "%.200s.", name);
    k->prefix = prefix;
    each_of(k, list, k->run != NULL ? &sum : NULL);
}

void probes_each(const struct scenario *s, const struct probes_run *run,
                 probes_taker *take, void *ctx)
{
    bool later = run != NULL ? run->w->since != NULL : s->measure_from_ns > 0;
    struct walk k = { .run = run,
                      .shown = PROBE_METRICS | (later ? PROBE_LATER : 0),
                      .take = take,
                      .ctx = ctx };

    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        const struct scope *o = &scopes[i];

        k.prefix = o->prefix;
        if (o->prefix == NULL)
            for (size_t l = 0; l < s->n_links; l++)
                each_of_link(&k, o->list, s->links[l].name);
        else if (run == NULL)
            each_of(&k, o->list, NULL);
        else if (run->w->flow_count > 0 || !o->flows)
            each_of(&k, o->list, (const uint8_t *)run->totals + o->part);
    }
}

/* --- names --------------------------------------------------------------- */

struct search {
    const char *name;
    struct probes_about *about;
    bool found;
};

static void compare(void *ctx, const char *name, const struct probe_value *v)
{
    struct search *k = ctx;

    if (k->found || strcmp(name, k->name) != 0)
        return;
    k->found = true;
    k->about->unit = v->probe->unit;
    k->about->kind = v->probe->kind;
    snprintf(k->about->help, sizeof k->about->help, "%s%s%s", v->words,
             *v->words != '\0' ? " " : "", v->probe->help);
}

bool probes_about(const struct scenario *s, const char *name,
                  struct probes_about *out)
{
    struct search k = { .name = name, .about = out };

    probes_each(s, NULL, compare, &k);
    return k.found;
}

bool probes_known(const struct scenario *s, const char *name)
{
    struct probes_about about;

    return probes_about(s, name, &about);
}

static void try_name(void *ctx, const char *name, const struct probe_value *v)
{
    (void)v;
    nearest_try(ctx, name);
}

bool probes_nearest(const struct scenario *s, const char *name,
                    char out[PROBES_NAME_OCTETS])
{
    struct nearest near;
    const char *found;

    nearest_begin(&near, name);
    probes_each(s, NULL, try_name, &near);
    found = nearest_found(&near);
    snprintf(out, PROBES_NAME_OCTETS, "%s", found != NULL ? found : "");
    return found != NULL;
}
