/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results of a run; see results.h. */
#include "config.h"

#include "tool/results.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "sim/measure.h"
#include "sim/subscribers.h"
#include "sim/users.h"
#include "tool/balance.h"
#include "tool/histograms.h"
#include "tool/metrics.h"
#include "tool/outfile.h"
#include "tool/tables.h"

static void put_count(json_t *o, const char *key, uint64_t n)
{
    json_object_set_new(o, key, json_integer((json_int_t)n));
}

static json_t *peer_counters(const struct results *r)
{
    json_t *all = json_object();
    const struct probe *p;
    uint32_t i;

    for (i = 0; i < r->w->node_count; i++) {
        json_t *o = json_object();
        struct pptp_stats s;

        sim_measured_peer(r->w, i, &s);
        for (p = pptp_probes; p->name != NULL; p++)
            if (probe_count(p, &s) != 0)
                put_count(o, p->name, probe_count(p, &s));
        json_object_set_new(all, r->w->nodes[i]->name, o);
    }
    return all;
}

/* How many calls never came up, or ended before their time, by cause. */
static json_t *failures(const struct results *r, bool failed)
{
    json_t *all = json_object();
    char room[128];
    uint32_t i;

    for (i = 0; i < r->w->call_count; i++) {
        const struct sim_call *c = r->w->calls[i];
        const char *why = tables_reason(c, room, sizeof room);

        if (c->failed == failed && *why != '\0')
            put_count(
                all, why,
                1 + (uint64_t)json_integer_value(json_object_get(all, why)));
    }
    return all;
}

static void note(json_t *list, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void note(json_t *list, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    json_array_append_new(list, json_string(text));
}

/* Sources of calls and flows that never had their turn. */
static void note_sources(const struct results *r, json_t *list)
{
    const struct sim_world *w = r->w;
    uint32_t n = 0, late = 0, silent = 0, quiet = 0;

    for (uint32_t i = 0; i < w->call_count; i++)
        for (uint32_t k = 0; k < w->calls[i]->source_count; k++) {
            const struct sim_call *c = w->calls[i];
            const struct sim_source *s = &c->sources[k];

            n++;
            if (c->start_ns + s->start_ns >= r->s->duration_ns)
                late++;
            else if (c->ever_up && s->sent == 0)
                silent++; /* it stops before, or starts after its call */
        }
    for (uint32_t i = 0; i < w->flow_count; i++, n++)
        if (w->flows[i]->start_ns >= r->s->duration_ns)
            late++;
        else
            quiet += w->flows[i]->sent == 0;
    if (late > 0)
        note(list,
             "%u of %u source%s of traffic start%s after the end of the "
             "run",
             late, n, pptp_plural(n), late == 1 ? "s" : "");
    if (silent > 0)
        note(list,
             "%u of %u source%s of traffic sent nothing while %s call%s up",
             silent, n, pptp_plural(n), silent == 1 ? "its" : "their",
             silent == 1 ? " was" : "s were");
    if (quiet > 0)
        note(list, "%u flow%s sent nothing", quiet, pptp_plural(quiet));
}

/* What a run that is cut leaves out. */
/* More people wanted to call than their group has lines. */
static void note_lines(const struct results *r, json_t *list)
{
    for (uint32_t i = 0; i < r->w->group_count; i++) {
        const struct sim_group *g = r->w->groups[i];

        if (g->subscribers == NULL || g->subscribers->stats.no_line == 0)
            continue;
        note(list,
             "%llu attempts of subscribers found none of the %u lines of "
             "'%.70s' free; raise its `count`",
             (unsigned long long)g->subscribers->stats.no_line,
             g->config.count, g->name);
    }
}

static void note_orders(const struct scenario *s, json_t *list)
{
    size_t late = 0;

    for (size_t i = 0; i < s->n_orders; i++)
        late += s->orders[i].at_ns > s->duration_ns;
    if (late > 0)
        note(list, "%zu of %zu order%s come%s after the end of the run", late,
             s->n_orders, pptp_plural(s->n_orders), late == 1 ? "s" : "");
}

static void note_changes(const struct scenario *s, json_t *list)
{
    size_t late = 0, n = 0;

    for (size_t i = 0; i < s->n_links; i++)
        for (size_t k = 0; k < s->links[i].n_changes; k++, n++)
            late += s->links[i].changes[k].at_ns > s->duration_ns;
    if (late > 0)
        note(list,
             "%zu of %zu change%s of links come%s after the end of the "
             "run",
             late, n, pptp_plural(n), late == 1 ? "s" : "");
}

/* Of a replayed capture, or of TCP whose segments leave no room for the octets
 * of MPPE. */
static void note_long(const struct results *r, json_t *list)
{
    const struct sim_world *w = r->w;
    uint64_t n = 0;

    for (uint32_t i = 0; i < w->node_count; i++)
        if (w->nodes[i]->pns != NULL)
            n += w->nodes[i]->pns->role.stats.tun_long;
    for (uint32_t i = 0; i < w->group_count; i++)
        n += w->groups[i]->bank.stats.tun_long;
    if (n > 0)
        note(list,
             "%llu packet%s of calls longer than PPP takes (%s octets), lost "
             "at the send queue; have a smaller 'mss' or 'size'",
             (unsigned long long)n, pptp_plural(n),
             r->s->ppp.sim.mppe != 0 ? "with MPPE 1496" : "1500");
}

/* What one would otherwise take for a result. */
static json_t *notes(const struct results *r)
{
    const struct sim_world *w = r->w;
    uint64_t refused = sim_world_ppp_refused(w);
    json_t *list = json_array();
    char text[300];

    if (w->net.pool.exhausted > 0)
        note(list, "%llu packet%s found the pool of %u empty; raise 'packets'",
             (unsigned long long)w->net.pool.exhausted,
             pptp_plural(w->net.pool.exhausted), w->net.pool.limit);
    if (w->net.big.exhausted > 0)
        note(list, "%llu TCP segment%s found their pool of %u empty",
             (unsigned long long)w->net.big.exhausted,
             pptp_plural(w->net.big.exhausted), w->net.big.limit);
    if (refused > 0)
        note(list, "%llu frame%s of PPP found no packet",
             (unsigned long long)refused, pptp_plural(refused));
    if (w->cal.refused > 0)
        note(list, "no memory for an event: the run ended there");
    if (r->s->measure_from_ns > 0 && w->since == NULL)
        note(list, "the run ended before 'measure_from': all was measured");
    if (w->since != NULL && !r->start->found)
        note(list, "no end of warm-up was found: the run may be too short; "
                   "its second half was measured");
    note_sources(r, list);
    note_lines(r, list);
    note_orders(r->s, list);
    note_changes(r->s, list);
    note_long(r, list);
    if (series_left_out(r->series, text, sizeof text))
        note(list, "%s", text);
    for (size_t i = 0; i < r->s->n_captures; i++)
        if (shots_ended(r->shots, i, text, sizeof text))
            note(list, "%s", text);
    return list;
}

static bool has_modems(const struct sim_world *w)
{
    for (uint32_t i = 0; i < w->group_count; i++)
        if (w->groups[i]->lines.modems != NULL)
            return true;
    return false;
}

/* From when on, where that is not the beginning, and how it was found. */
static void put_measured(const struct results *r, json_t *o)
{
    json_t *m;

    if (r->w->since == NULL)
        return;
    m = json_pack("{s:f}", "from_s",
                  (double)sim_measured_from_ns(r->w) * 1e-9);
    if (r->s->measure_from_ns == KEY_AUTO) {
        json_object_set_new(m, "rule", json_string("MSER-5"));
        json_object_set_new(m, "found", json_boolean(r->start->found));
    }
    json_object_set_new(o, "measured", m);
}

static int write_result(struct results *r)
{
    json_t *o = json_object(), *outcomes;
    char hash[20];
    FILE *f = outfile_create(r->dir, "result.json", r->err);

    if (f == NULL || o == NULL)
        return 3;
    snprintf(hash, sizeof hash, "%016llx",
             (unsigned long long)r->w->trace_hash);
    json_object_set_new(o, "schema", json_integer(2));
    json_object_set_new(o, "label", json_string(r->label));
    json_object_set_new(o, "complete", json_boolean(r->complete));
    if (r->limit[0] != '\0')
        json_object_set_new(o, "stopped", json_string(r->limit));
    json_object_set_new(o, "simulated_s",
                        json_real((double)r->w->cal.now * 1e-9));
    put_measured(r, o);
    json_object_set_new(o, "events", json_integer((json_int_t)r->w->cal.done));
    json_object_set_new(o, "trace_hash", json_string(hash));
    json_object_set_new(o, "trace_records",
                        json_integer((json_int_t)r->w->trace_records));
    json_object_set_new(o, "series", series_json(r->series));
    json_object_set_new(o, "metrics", metrics_make(r->s, r->w));
    json_object_set_new(o, "imbalances", balance_check(r->w));
    json_object_set_new(o, "notes", notes(r));
    json_object_set_new(o, "links", metrics_links(r->w));
    if (r->s->telephone.n_groups > 0)
        json_object_set_new(o, "trunk_groups", metrics_trunks(r->w));
    if (has_modems(r->w))
        json_object_set_new(o, "connect_speeds", metrics_speeds(r->w));
    outcomes = attempts_outcomes(r->attempts);
    if (outcomes != NULL)
        json_object_set_new(o, "outcomes", outcomes);
    json_object_set_new(o, "failures", failures(r, true));
    json_object_set_new(o, "ends", failures(r, false));
    json_object_set_new(o, "counters", peer_counters(r));
    (void)json_dumpf(
        o, f, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(10));
    json_decref(o);
    return outfile_close(f, r->dir, "result.json", r->err);
}

/* Rough figures: more than most runs need. */
void results_reserve(const struct results *r)
{
    size_t nodes = r->s->n_nodes, links = r->s->n_links;

    outfile_reserve(r->dir, "result.json",
                    8192 + 1024 * nodes + 2048 * links +
                        512 * (size_t)r->w->net.port_count);
    outfile_reserve(r->dir, "calls.csv", 1024 + 512 * r->s->n_calls);
    if (r->w->users != NULL)
        outfile_reserve(r->dir, "users.csv",
                        512 + 384 * (size_t)r->w->users->count);
    if (r->w->voice_count > 0)
        outfile_reserve(r->dir, "voices.csv",
                        512 + 256 * (size_t)r->w->voice_count);
    if (r->s->n_flows > 0)
        outfile_reserve(r->dir, "flows.csv", 512 + 256 * r->s->n_flows);
}

int results_write(struct results *r)
{
    int err;

    sim_measure_settle(r->w);
    err = write_result(r); /* what counts most first */
    if (tables_write(r->w, r->dir, r->err) != 0)
        err = 3;
    return histograms_write(r->s, r->w, r->dir, r->err) != 0 ? 3 : err;
}
