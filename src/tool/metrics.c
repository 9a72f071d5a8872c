/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics of a run; see metrics.h. */
#include "config.h"

#include "tool/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tool/shots.h"

#define NAME_OCTETS 300

/* Of what. */
struct of {
    const struct scenario *s;
    struct sim_world *w;
};

/* What was not measured (NAN) is left out: a 0 would please any bound. */
static void put(json_t *o, const char *key, double x)
{
    if (!isnan(x))
        json_object_set_new(o, key, json_real(x));
}

static void put_count(json_t *o, const char *key, uint64_t n)
{
    json_object_set_new(o, key, json_integer((json_int_t)n));
}

static void put_of(json_t *o, const char *what, const char *key, double x)
{
    char name[NAME_OCTETS];

    snprintf(name, sizeof name, "%s%s", what, key);
    put(o, name, x);
}

static void put_count_of(json_t *o, const char *what, const char *key,
                         uint64_t n)
{
    char name[NAME_OCTETS];

    snprintf(name, sizeof name, "%s%s", what, key);
    put_count(o, name, n);
}

static void put_hist(json_t *o, const char *what, const struct hist *h)
{
    put_of(o, what, "_mean_s", hist_mean_s(h));
    put_of(o, what, "_p50_s", hist_quantile_s(h, 0.5));
    put_of(o, what, "_p95_s", hist_quantile_s(h, 0.95));
    put_of(o, what, "_p99_s", hist_quantile_s(h, 0.99));
    put_of(o, what, "_max_s", hist_max_s(h));
}

/* --- accounts ------------------------------------------------------------ */

/* The sum of many. */
struct total {
    struct sim_account a;
    uint32_t n;
};

static void add(struct total *t, const struct sim_account *a)
{
    t->n++;
    t->a.offered += a->offered;
    t->a.offered_octets += a->offered_octets;
    t->a.delivered += a->delivered;
    t->a.delivered_octets += a->delivered_octets;
    t->a.under_way += a->under_way;
    for (int i = 0; i < SIM_PLACES; i++)
        t->a.lost[i] += a->lost[i];
    hist_merge(&t->a.delay, &a->delay);
}

/* Of what is decided, the part that was lost. */
static double loss_ratio(const struct sim_account *a)
{
    double lost = (double)sim_account_lost(a);

    return lost / (lost + (double)a->delivered); /* 0 / 0: NAN */
}

static double seconds(const struct of *r)
{
    return (double)r->w->cal.now * 1e-9;
}

static double goodput_bps(const struct of *r, uint64_t octets)
{
    return seconds(r) > 0 ? (double)octets * 8 / seconds(r) : 0;
}

/* Metrics of a direction, or of the flows; what: "calls.up." and so on. */
static void account_metrics(const struct of *r, json_t *m, const char *what,
                            const struct sim_account *a)
{
    char name[64];

    put_count_of(m, what, "offered", a->offered);
    put_count_of(m, what, "delivered", a->delivered);
    put_count_of(m, what, "lost", sim_account_lost(a));
    for (int i = 0; i < SIM_PLACES; i++) {
        snprintf(name, sizeof name, "lost_%s",
                 sim_place_name((enum sim_place)i));
        put_count_of(m, what, name, a->lost[i]);
    }
    put_count_of(m, what, "under_way", a->under_way);
    put_of(m, what, "loss_ratio", loss_ratio(a));
    put_of(m, what, "goodput_bps", goodput_bps(r, a->delivered_octets));
    snprintf(name, sizeof name, "%sdelay", what);
    put_hist(m, name, &a->delay);
}

/* Jain's index over the octets delivered to each call; NAN of none. */
static double fairness(const struct of *r)
{
    double sum = 0, sq = 0;

    for (uint32_t i = 0; i < r->w->call_count; i++) {
        const struct sim_call *c = r->w->calls[i];
        double x = (double)(c->way[SIM_UP].delivered_octets +
                            c->way[SIM_DOWN].delivered_octets);

        sum += x;
        sq += x * x;
    }
    return sum * sum / (sq * (double)r->w->call_count);
}

static void call_counts(const struct of *r, json_t *m)
{
    uint32_t ever = 0, failed = 0;

    for (uint32_t i = 0; i < r->w->call_count; i++) {
        ever += r->w->calls[i]->ever_up;
        failed += r->w->calls[i]->failed;
    }
    put_count(m, "calls", r->w->call_count);
    put_count(m, "calls_up", r->w->up_calls);
    put_count(m, "calls_established", ever);
    put_count(m, "calls_failed", failed);
}

static void call_metrics(const struct of *r, json_t *m)
{
    struct total way[2] = { { .n = 0 } }, both = { .n = 0 };
    struct hist rtt = { 0 };

    for (uint32_t i = 0; i < r->w->call_count; i++)
        for (int k = 0; k < 2; k++) {
            add(&way[k], &r->w->calls[i]->way[k]);
            if (r->w->calls[i]->rtt != NULL)
                hist_merge(&rtt, &r->w->calls[i]->rtt[k]);
        }
    add(&both, &way[SIM_UP].a);
    add(&both, &way[SIM_DOWN].a);
    call_counts(r, m);
    put_count(m, "frames_offered", both.a.offered);
    put_count(m, "frames_delivered", both.a.delivered);
    put_count(m, "frames_lost", sim_account_lost(&both.a));
    put_count(m, "frames_under_way", both.a.under_way);
    put(m, "goodput_bps", goodput_bps(r, both.a.delivered_octets));
    put(m, "loss_ratio", loss_ratio(&both.a));
    put(m, "fairness", fairness(r));
    put_hist(m, "delay", &both.a.delay);
    put_hist(m, "rtt", &rtt);
    account_metrics(r, m, "calls.up.", &way[SIM_UP].a);
    account_metrics(r, m, "calls.down.", &way[SIM_DOWN].a);
    hist_free(&way[SIM_UP].a.delay);
    hist_free(&way[SIM_DOWN].a.delay);
    hist_free(&both.a.delay);
    hist_free(&rtt);
}

static void flow_metrics(const struct of *r, json_t *m)
{
    struct total t = { .n = 0 };

    for (uint32_t i = 0; i < r->w->flow_count; i++)
        add(&t, r->w->flows[i]->account);
    put_count(m, "flow_packets_sent", t.a.offered);
    put_count(m, "flow_packets_delivered", t.a.delivered);
    put(m, "flow_goodput_bps", goodput_bps(r, t.a.delivered_octets));
    account_metrics(r, m, "flows.", &t.a);
    hist_free(&t.a.delay);
}

/* --- links --------------------------------------------------------------- */

static double over_time(const struct of *r, double ns)
{
    return r->w->cal.now > 0 ? ns / (double)r->w->cal.now : NAN;
}

static double drop_ratio(const struct sim_port_stats *s)
{
    double dropped = (double)s->dropped_full;

    return dropped / (dropped + (double)s->entered); /* 0 / 0: NAN */
}

/* One port; what: "" or "LINK.". */
static void port_metrics(const struct of *r, json_t *m, const char *what,
                         const struct sim_port_stats *s, double utilisation,
                         double queue_mean)
{
    put_count_of(m, what, "entered", s->entered);
    put_count_of(m, what, "packets", s->left);
    put_count_of(m, what, "octets", s->left_octets);
    put_count_of(m, what, "dropped", s->dropped_full);
    put_count_of(m, what, "dropped_down", s->dropped_down);
    put_count_of(m, what, "lost", s->lost);
    put_count_of(m, what, "arrived", s->arrived);
    put_count_of(m, what, "waiting", s->waiting);
    put_count_of(m, what, "in_flight", s->in_flight);
    put_of(m, what, "drop_ratio", drop_ratio(s));
    put_count_of(m, what, "queue_max", s->queue_max);
    if (r->w->cal.now > 0) {
        put_of(m, what, "queue_mean", queue_mean);
        put_of(m, what, "utilisation", utilisation);
    }
}

static bool crossed(const struct sim_port_stats *s)
{
    return s->entered + s->dropped_full + s->dropped_down > 0;
}

/* Every port that a packet came to, listed in the scenario or not. */
json_t *metrics_links(struct sim_world *w)
{
    const struct of r = { .w = w };
    json_t *all = json_object();

    for (uint32_t i = 0; i < w->net.port_count; i++) {
        struct sim_port *p = &w->net.ports[i];
        struct sim_port_stats s = sim_port_stats_now(p);
        json_t *o;

        if (!crossed(&s))
            continue;
        o = json_object();
        port_metrics(&r, o, "", &s, over_time(&r, (double)s.busy_ns),
                     over_time(&r, (double)s.queue_ns));
        json_object_set_new(all, p->name, o);
    }
    return all;
}

/* Both directions of a link of the scenario: counts are summed, of levels the
 * larger one counts. */
static void link_metrics(const struct of *r, json_t *m)
{
    struct sim_port *p[2];
    char what[NAME_OCTETS];

    for (size_t i = 0; i < r->s->n_links; i++) {
        const char *name = r->s->links[i].name;
        unsigned n = shots_ports(&r->w->net, name, p);
        struct sim_port_stats t = { 0 };
        double busy = 0, queue = 0;

        while (n-- > 0) {
            struct sim_port_stats s = sim_port_stats_now(p[n]);

            t.entered += s.entered;
            t.left += s.left;
            t.left_octets += s.left_octets;
            t.dropped_full += s.dropped_full;
            t.dropped_down += s.dropped_down;
            t.lost += s.lost;
            t.arrived += s.arrived;
            t.waiting += s.waiting;
            t.in_flight += s.in_flight;
            t.queue_max = s.queue_max > t.queue_max ? s.queue_max
                                                    : t.queue_max;
            busy = fmax(busy, (double)s.busy_ns);
            queue = fmax(queue, (double)s.queue_ns);
        }
        snprintf(what, sizeof what, "%.200s.", name);
        port_metrics(r, m, what, &t, over_time(r, busy), over_time(r, queue));
    }
}

/* Most drops of one link, whichever it is. */
static uint64_t bottleneck_drops(const struct of *r)
{
    const struct sim_net *net = &r->w->net;
    uint64_t most = 0;
    char up[NAME_OCTETS];

    for (uint32_t i = 0; i < net->port_count; i++) {
        const struct sim_port *p = &net->ports[i], *other = NULL;
        size_t len = strlen(p->name);
        uint64_t n = p->dropped_full;

        if (len > 5 && len < sizeof up &&
            strcmp(p->name + len - 5, "_DOWN") == 0) {
            snprintf(up, sizeof up, "%.*s_UP", (int)(len - 5), p->name);
            other = sim_net_port(net, up);
        }
        n += other != NULL ? other->dropped_full : 0;
        most = n > most ? n : most;
    }
    return most;
}

/* --- peers and the whole -------------------------------------------------- */

static void peer_metrics(const struct of *r, json_t *m)
{
    uint64_t timeouts = 0, full = 0, overflow = 0;
    uint32_t i;

    for (i = 0; i < r->w->node_count; i++) {
        const struct pptp_stats *s = pptp_peer_stats(
            r->w->nodes[i]->nas.node.peer);

        timeouts += s->timeouts;
        full += s->frames_dropped_full;
        overflow += s->gre_rx_overflow;
    }
    put_count(m, "timeouts", timeouts);
    put_count(m, "send_queue_drops", full);
    put_count(m, "recv_overflow", overflow);
    put_count(m, "bottleneck_drops", bottleneck_drops(r));
    put_count(m, "pool_used_max", r->w->net.pool.used_max);
    put_count(m, "pool_exhausted", r->w->net.pool.exhausted);
}

json_t *metrics_make(const struct scenario *s, struct sim_world *w)
{
    const struct of r = { .s = s, .w = w };
    json_t *m = json_object();

    call_metrics(&r, m);
    peer_metrics(&r, m);
    link_metrics(&r, m);
    if (w->flow_count > 0)
        flow_metrics(&r, m);
    return m;
}
