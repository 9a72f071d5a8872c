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
    /* Only where there are some; users: a struct sim_users_sum is there. */
    enum {
        ALWAYS,
        FLOWS,
        USERS,
        USERS_STATS,
        VOICES,
        PHONES,
        SUBSCRIBERS,
        MODEMS
    } of;
} scopes[] = {
#define PART(member) offsetof(struct sim_totals, member)
    { "", sim_totals_calls, 0, ALWAYS },
    { "calls.up.", sim_account_probes, PART(way[SIM_UP]), ALWAYS },
    { "calls.down.", sim_account_probes, PART(way[SIM_DOWN]), ALWAYS },
    { "", sim_totals_net, 0, ALWAYS },
    { NULL, sim_port_probes, 0, ALWAYS },
    { "", sim_totals_flows, 0, FLOWS },
    { "flows.", sim_account_probes, PART(flows), FLOWS },
#define X(name, kind)                                                 \
    { #name ".", sim_users_probes, PART(users[USER_##kind]), USERS }, \
        { #name ".", sim_user_probes, PART(users[USER_##kind]),       \
          USERS_STATS },
#include "models/user.def"
#undef X
    { "voice.", sim_voices_worth, PART(voices), VOICES },
    { "voice.", sim_voice_heard, PART(voices.stats), VOICES },
    { "telephone.", sim_phone_probes, PART(phone), PHONES },
    { "modem.", sim_modem_probes, PART(modem), MODEMS },
    { "subscribers.", sim_subscribers_probes, PART(wishes), SUBSCRIBERS },
#undef PART
};

/* A list of rows, what it is of (NULL: names alone) and what stands before its
 * names. */
struct walk {
    const struct scenario *s;
    const struct probes_run *run;
    void (*list)(struct walk *k, const struct probe *list, const void *base);
    const char *prefix;
    probes_taker *take;
    probes_hist_taker *take_hist;
    void *ctx;
};

static void walk_link(struct walk *k, const struct probe *list,
                      const char *name)
{
    struct sim_port_stats sum = { 0 }, one;
    char prefix[PROBES_NAME_OCTETS];
    struct sim_port *port[2];
    unsigned n = k->run != NULL ? shots_ports(&k->run->w->net, name, port) : 0;

    while (n-- > 0) { /* both directions */
        one = sim_measured_port(k->run->w, port[n]);
        sim_port_stats_add(&sum, &one);
    }
    snprintf(prefix, sizeof prefix, "%.200s.", name);
    k->prefix = prefix;
    k->list(k, list, k->run != NULL ? &sum : NULL);
}

static void walk_part(struct walk *k, const struct scope *o)
{
    const uint8_t *part = (const uint8_t *)k->run->totals + o->part;
    const struct sim_users_sum *sum = (const void *)part;

    if ((o->of == FLOWS && k->run->w->flow_count == 0) ||
        (o->of == VOICES && k->run->w->voice_count == 0) ||
        (o->of == PHONES && k->run->totals->phones == 0) ||
        (o->of == MODEMS && k->run->totals->modem_groups == 0) ||
        (o->of == SUBSCRIBERS && k->run->totals->subscribers == 0) ||
        ((o->of == USERS || o->of == USERS_STATS) && sum->users == 0))
        return;
    k->list(k, o->list,
            o->of == USERS_STATS ? (const void *)&sum->stats : part);
}

static void walk(struct walk *k)
{
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        const struct scope *o = &scopes[i];

        k->prefix = o->prefix;
        if (o->prefix == NULL)
            for (size_t l = 0; l < k->s->n_links; l++)
                walk_link(k, o->list, k->s->links[l].name);
        else if (k->run == NULL)
            k->list(k, o->list, NULL);
        else
            walk_part(k, o);
    }
}

static void with_prefix(void *ctx, const struct probe_value *v)
{
    const struct walk *k = ctx;
    char name[PROBES_NAME_OCTETS];

    snprintf(name, sizeof name, "%s%s%s", k->prefix, v->probe->name,
             v->suffix);
    k->take(k->ctx, name, v);
}

static void take_values(struct walk *k, const struct probe *list,
                        const void *base)
{
    bool then = k->run != NULL ? k->run->w->since != NULL
                               : k->s->measure_from_ns > 0;
    pptp_ns over_ns = k->run != NULL ? sim_measured_ns(k->run->w) : 0;

    probe_each(list, then, base, over_ns, with_prefix, k);
}

void probes_each(const struct scenario *s, const struct probes_run *run,
                 probes_taker *take, void *ctx)
{
    struct walk k = {
        .s = s, .run = run, .list = take_values, .take = take, .ctx = ctx
    };

    walk(&k);
}

static void take_hists(struct walk *k, const struct probe *list,
                       const void *base)
{
    char name[PROBES_NAME_OCTETS];

    for (; list->name != NULL; list++) {
        if (list->kind != PROBE_DISTRIBUTION)
            continue;
        snprintf(name, sizeof name, "%s%s", k->prefix, list->name);
        k->take_hist(k->ctx, name,
                     base != NULL ? probe_hist(list, base) : NULL);
    }
}

void probes_each_hist(const struct scenario *s, const struct probes_run *run,
                      probes_hist_taker *take, void *ctx)
{
    struct walk k = {
        .s = s, .run = run, .list = take_hists, .take_hist = take, .ctx = ctx
    };

    walk(&k);
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
