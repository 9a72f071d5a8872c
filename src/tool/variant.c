/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One variant of a scenario: from keys to a world, from a world to files. */
#include "config.h"

#include "tool/variant.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/measure.h"
#include "sim/orders.h"
#include "sim/world.h"
#include "tool/attempts.h"
#include "tool/balance.h"
#include "tool/capture_file.h"
#include "tool/events.h"
#include "tool/histograms.h"
#include "tool/impairs.h"
#include "tool/journals.h"
#include "tool/limits.h"
#include "tool/metrics.h"
#include "tool/modems.h"
#include "tool/pilot.h"
#include "tool/queue_sane.h"
#include "tool/ranges.h"
#include "tool/records.h"
#include "tool/results.h"
#include "tool/routes.h"
#include "tool/series.h"
#include "tool/shots.h"
#include "tool/subscribers.h"
#include "tool/users.h"

struct variant {
    const struct scenario *s;
    struct sim_world w;
    const char *dir; /* NULL: no files */
    struct conf_error *err;
    struct capture *replays; /* one a traffic entry that replays */
    size_t n_replays;
    struct sim_subscribers_config *subscribers;
    char **traces; /* of each, or NULL */
    struct shots *shots;
    struct records records;
    struct events events;
    struct attempts attempts;
    struct journals journals;
    struct variant_progress *progress;
    struct users users;
    struct sim_measure *measure;
    struct pilot_found start; /* of measuring */
    struct limits limits;
    bool ready;
};

static int bad(struct variant *v, const struct conf_node *n, const char *fmt,
               ...) __attribute__((format(printf, 3, 4)));

/* The place is a key of the scenario, or NULL for none. */
static int bad(struct variant *v, const struct conf_node *n, const char *fmt,
               ...)
{
    char what[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    if (n == NULL)
        conf_fail(v->err, NULL, "%.80s: %s", v->s->path, what);
    else
        conf_fail(v->err, n, "%s", what);
    return 2;
}

/* --- building ---------------------------------------------------------- */

static void to_config(const struct scenario *s, const struct scenario_node *n,
                      struct pptp_config *c)
{
    const struct scenario_pptp *p = &n->pptp;

    *c = p->core;
    c->role = (uint8_t)n->role;
    c->max_channels = (uint16_t)n->max_calls;
    strncpy(c->host_name, n->name, sizeof c->host_name - 1);
    strncpy(c->vendor_name, "dialtone", sizeof c->vendor_name - 1);
    if (c->win.reorder_packets > c->win.recv_window)
        c->win.reorder_packets = c->win.recv_window;
    if (p->ppd_ns != KEY_AUTO)
        c->ppd_ds = (uint16_t)(p->ppd_ns / (100 * PPTP_MS));
    c->trace = s->trace;
}

/* Largest window that some other node offers: what we may have out.  Without
 * a window the ring only measures, and has some depth for that. */
static uint32_t window_limit(const struct scenario *s,
                             const struct pptp_win_config *own)
{
    bool bounded = own->windowing == PPTP_WINDOWING_ON &&
                   own->engine != &pptp_engine_off;
    uint32_t w = bounded ? 1 : 64;
    size_t i;

    for (i = 0; i < s->n_nodes; i++)
        if (s->nodes[i].pptp.core.win.recv_window > w)
            w = s->nodes[i].pptp.core.win.recv_window;
    return w;
}

static uint32_t calls_of(const struct scenario *s, uint32_t node)
{
    uint32_t n = 0;
    size_t i;

    for (i = 0; i < s->n_calls; i++)
        n += s->calls[i].pac_index == node || s->calls[i].pns_index == node;
    return n;
}

static uint32_t conns_of(const struct scenario *s, uint32_t node)
{
    uint32_t n = (uint32_t)s->nodes[node].connect.n;
    size_t i, j;

    for (i = 0; i < s->n_nodes; i++)
        for (j = 0; j < s->nodes[i].connect.n; j++)
            n += s->nodes[i].connect_index[j] == node;
    return n + 1;
}

static int host_of(struct variant *v, const struct conf_node *at,
                   const char *name)
{
    int32_t h = sim_platform_host(&v->w.platform, name);

    if (h < 0)
        bad(v, at, "no host '%s' in %s", name, v->s->platform);
    return (int)h;
}

/* An address has one host with a node. */
static int check_address(struct variant *v, const struct conf_node *at,
                         int host)
{
    const struct sim_world *w = &v->w;
    uint32_t i;

    for (i = 0; i < w->node_count; i++)
        if (w->nodes[i]->ip == w->ip_of_host[host])
            return bad(v, at, "hosts '%s' and '%s' have one IP address in %s",
                       w->platform.hosts[w->nodes[i]->host].name,
                       w->platform.hosts[host].name, v->s->platform);
    return 0;
}

/* sane.c has found nothing wrong with them. */
static void to_pool(const struct scenario_node *n,
                    struct nas_range out[NAS_POOLS])
{
    char why[CONFIG_WHY];
    int err;
    size_t i;

    for (i = 0; i < n->pool.n; i++) {
        err = config_range(n->pool.v[i], &out[i], why);
        PPTP_ASSERT(err == 0);
    }
}

static int add_nodes(struct variant *v, bool files)
{
    const struct scenario *s = v->s;
    size_t i;

    for (i = 0; i < s->n_nodes; i++) {
        const struct scenario_node *n = &s->nodes[i];
        struct nas_range pool[NAS_POOLS];
        struct pptp_limits limits;
        struct pptp_config config;
        uint32_t calls = calls_of(s, (uint32_t)i);
        int h = host_of(v, n->node, n->host);

        if (h < 0)
            return 2;
        to_pool(n, pool);
        if (v->w.by_host[h] != NULL)
            return bad(v, n->node, "host '%s' already has a node", n->host);
        if (check_address(v, n->node, h) != 0)
            return 2;
        pptp_limits_default(&limits);
        limits.conns = conns_of(s, (uint32_t)i);
        limits.calls = calls < n->max_calls ? calls + 1 : n->max_calls;
        limits.window = window_limit(s, &n->pptp.core.win);
        to_config(s, n, &config);
        if (sim_world_node(&v->w,
                           &(struct sim_node_config){
                               .name = n->name,
                               .host = (uint32_t)h,
                               .pptp = &config,
                               .limits = &limits,
                               .mtu_octets = (uint16_t)n->pptp.mtu_octets,
                               .pns = { .calls_source = n->calls_source,
                                        .min_bps = (uint32_t)n->min_bps,
                                        .max_bps = (uint32_t)n->max_bps,
                                        .session_ns = n->session_ns,
                                        .idle_ns = n->idle_ns,
                                        .pool = pool,
                                        .pools = (uint32_t)n->pool.n },
                               .reconnect = n->reconnect,
                               .tcp = &s->tcp }) < 0)
            return bad(v, n->node,
                       "node '%s': parameters contradict each "
                       "other or want too much memory",
                       n->name);
        if (n->journal && files &&
            journals_open(&v->journals, v->dir, v->w.nodes[i], &config,
                          &limits, v->err) < 0)
            return 3;
    }
    return 0;
}

static int check_route(struct variant *v, const struct conf_node *at,
                       uint32_t a, uint32_t b)
{
    int err;

    if (a == b)
        return bad(v, at, "both ends are on host '%s'; two hosts are needed",
                   v->w.platform.hosts[a].name);
    if (sim_net_route(&v->w.net, a, b, &err) == NULL ||
        sim_net_route(&v->w.net, b, a, &err) == NULL)
        return bad(v, at, "no route between hosts '%s' and '%s' in %s",
                   v->w.platform.hosts[a].name, v->w.platform.hosts[b].name,
                   v->s->platform);
    return 0;
}

static int connect_nodes(struct variant *v)
{
    const struct scenario *s = v->s;
    size_t i, j;
    int err;

    for (i = 0; i < s->n_nodes; i++)
        for (j = 0; j < s->nodes[i].connect.n; j++) {
            uint32_t to = s->nodes[i].connect_index[j];

            err = check_route(v, s->nodes[i].node, v->w.nodes[i]->host,
                              v->w.nodes[to]->host);
            if (err)
                return err;
            if (sim_world_connect(&v->w, (uint32_t)i, to) < 0)
                return 3;
        }
    return 0;
}

static int load_replay(struct variant *v, const struct scenario_traffic *t,
                       struct capture *c)
{
    struct capture_file_result how;
    char fault[160];
    int err = capture_file_parse(t->file, t->src_ipv4, c, &how);

    capture_file_fault(&how, fault, sizeof fault);
    if (err < 0)
        return bad(v, t->node,
                   how.opened ? "%s: %s; a pcap or pcapng file with IPv4 "
                                "packets is needed"
                              : "%s: %s",
                   t->file, fault);
    /* the gap between two rounds is the mean one */
    if (t->sim.traffic.loop && c->packets[c->count - 1].at_ns == 0)
        return bad(v, t->node, "%s: a loop needs two packets at two times",
                   t->file);
    return 0;
}

static void to_user(const struct scenario_traffic *t,
                    struct sim_traffic_config *out)
{
    struct user_config *c = &out->user;

    out->has_user = true;
    out->tcp = &t->tcp;
    c->kind = (enum user_kind)(t->model - SCENARIO_USERS);
    if (c->octets == 0)
        c->octets = USER_ENDLESS;
    if (c->think_ns == KEY_AUTO)
        c->think_ns = c->kind == USER_PAGE ? 30 * PPTP_S : 0;
    c->exponential = t->sim.traffic.sizes == TRAFFIC_EXPONENTIAL;
}

static int to_traffic(struct variant *v, const struct scenario_traffic *t,
                      struct sim_traffic_config *out)
{
    struct capture *c;
    int err;

    *out = t->sim;
    if (t->model >= SCENARIO_USERS) {
        to_user(t, out);
        return 0;
    }
    out->traffic.kind = (enum traffic_kind)t->model;
    if (t->model == TRAFFIC_VOICE) {
        out->traffic.on_mean_ns = t->talk_ns;
        out->traffic.off_mean_ns = t->pause_ns;
    }
    out->traffic.time_scale = t->speed > 0 ? 1.0 / t->speed : 1.0;
    if (t->model != TRAFFIC_REPLAY)
        return 0;
    c = &v->replays[v->n_replays++];
    err = load_replay(v, t, c);
    out->traffic.packets = c->packets;
    out->traffic.packet_count = c->count;
    return err;
}

/* The groups of one PAC; false: it has none. */
static bool trunks_of(const struct scenario_telephone *t, uint32_t pac,
                      struct sim_trunks *out, uint32_t *n)
{
    *n = 0;
    for (size_t i = 0; i < t->n_groups; i++)
        if (t->groups[i].pac_index == pac)
            out[(*n)++] = (struct sim_trunks){
                .name = t->groups[i].name,
                .order = t->groups[i].hunt,
                .killer = t->groups[i].killer,
                .killer_ns = t->groups[i].killer_ns,
                .loads = t->groups[i].loads,
                .n = t->groups[i].trunks
            };
    return *n > 0;
}

static int add_phones(struct variant *v)
{
    const struct scenario_telephone *t = &v->s->telephone;
    struct sim_trunks *groups = calloc(t->n_groups + 1, sizeof *groups);
    struct sim_world_phone_config c = { .phone = t->sim,
                                        .patience_ns = t->patience_ns,
                                        .groups = groups };
    int e = groups == NULL ? 3 : 0;

    c.phone.name = "telephone";
    c.phone.number = t->number;
    for (uint32_t i = 0; i < v->s->n_nodes && e == 0; i++)
        if (trunks_of(t, i, groups, &c.n) &&
            sim_world_phone(&v->w, i, &c) < 0) {
            conf_fail(v->err, NULL, "no memory for trunks");
            e = 3;
        }
    free(groups);
    return e;
}

static int load_subscribers(struct variant *v)
{
    size_t n = v->s->n_subscribers;

    v->subscribers = calloc(n + 1, sizeof *v->subscribers);
    v->traces = calloc(n + 1, sizeof *v->traces);
    if (v->subscribers == NULL || v->traces == NULL)
        return 3;
    for (size_t i = 0; i < n; i++)
        if (subscribers_config(&v->s->subscribers[i], &v->subscribers[i],
                               &v->traces[i], v->err) != 0)
            return 2;
    return 0;
}

static int add_calls(struct variant *v)
{
    const struct scenario *s = v->s;
    const struct scenario_call *group = s->call_groups;
    size_t i, j;
    int err;

    for (i = 0; i < s->n_calls; i++) {
        const struct scenario_call *c = &s->calls[i];
        const struct scenario_pptp *p = &s->nodes[c->pac_index].pptp;
        struct sim_traffic_config t[16];
        struct sim_modem_config modems;
        struct sim_call_config cc = {
            .name = c->name,
            .group = group->name,
            .pac = c->pac_index,
            .pns = c->pns_index,
            .outgoing = c->direction == SCENARIO_OUTGOING,
            .start_ns = c->start_ns,
            .duration_ns = c->duration_ns,
            .redial = c->redial,
            .line = c->line.fifo,
            .fudge_ns = p->pac_fudge_ns,
            .traffic = t,
            .traffic_count = (uint32_t)c->n_traffic,
        };

        while (group->node != c->node) /* calls are in their order */
            cc.group = (++group)->name;
        j = subscribers_of(s, group);
        cc.subscribers = j < s->n_subscribers ? &v->subscribers[j] : NULL;
        if (c->n_traffic > 16)
            return bad(v, c->node, "%zu traffic sources; at most 16 a call",
                       c->n_traffic);
        if (p->ppd_ns != KEY_AUTO)
            cc.ppd_ds = (uint16_t)(p->ppd_ns / (100 * PPTP_MS));
        else if (c->line.modem == NULL)
            cc.ppd_ds = line_ppd_ds(p->mtu_octets, p->core.win.recv_window,
                                    c->line.fifo.rate_bps, p->pac_fudge_ns);
        if (modems_of(s, group, p, &modems)) {
            cc.modems = &modems;
            cc.line.rate_bps = 1; /* of nothing */
        }
        for (j = 0; j < c->n_traffic; j++) {
            err = to_traffic(v, &c->traffic[j], &t[j]);
            if (err)
                return err;
        }
        err = check_route(v, c->node, v->w.nodes[cc.pac]->host,
                          v->w.nodes[cc.pns]->host);
        if (err)
            return err;
        if (sim_world_call(&v->w, &cc) < 0)
            return bad(v, c->node,
                       "call '%s': line or traffic is out of range, the "
                       "calls of its PAC have more than 16 PNSs, or there is "
                       "not enough memory",
                       c->name);
    }
    return 0;
}

static int add_orders(struct variant *v)
{
    size_t i;

    for (i = 0; i < v->s->n_orders; i++) {
        const struct scenario_order *o = &v->s->orders[i];
        const struct sim_order order = {
            .kind = o->what,
            .at_ns = o->at_ns,
            .node = o->where_index,
            .call = o->call == NULL ? SIM_ORDER_ALL : o->call_index,
            .pac = o->pac_index,
            .number = o->number,
        };

        if (sim_world_order(&v->w, &order) < 0)
            return bad(v, o->node, "there is not enough memory");
    }
    return 0;
}

static int add_flows(struct variant *v)
{
    const struct scenario *s = v->s;
    struct sim_traffic_config t;
    size_t i;
    int err;

    for (i = 0; i < s->n_flows; i++) {
        const struct scenario_flow *f = &s->flows[i];
        int a = host_of(v, f->node, f->from_host);
        int b = a < 0 ? -1 : host_of(v, f->node, f->to_host);

        if (a < 0 || b < 0)
            return 2;
        err = check_route(v, f->node, (uint32_t)a, (uint32_t)b);
        if (!err)
            err = to_traffic(v, &f->traffic, &t);
        if (err)
            return err;
        if (sim_world_flow(&v->w, f->name, (uint32_t)a, (uint32_t)b, &t) < 0)
            return bad(v, f->node, "flow '%s': traffic is out of range",
                       f->name);
    }
    return 0;
}

static int set_queue(struct variant *v, const struct scenario_link *l,
                     struct sim_port *p)
{
    struct queue_config c;

    sim_port_set_queue(p, l->queue_packets,
                       l->queue_octets ? l->queue_octets : UINT64_MAX);
    if (!queue_sane_decides(l))
        return sim_port_set_queue_model(p, NULL);
    if (p->fatpipe)
        return bad(v, l->queue_model.node,
                   "key 'queue_model': link '%s' is a FATPIPE, where no "
                   "packet waits",
                   l->name);
    c = queue_sane_config(&l->queue_model, p->rate_octets);
    c.limit_packets = l->queue_packets;
    if (l->queue_octets > 0)
        c.limit_octets = l->queue_octets;
    if (sim_port_set_queue_model(p, &c) == PPTP_OK)
        return 0;
    conf_fail(v->err, NULL, "no memory for the queue of a link");
    return 3;
}

/* A link and its half would each say all of the half: the later one what the
 * earlier had said otherwise, and both have changes. */
static int set_link(struct variant *v, const struct scenario_link *l,
                    struct sim_port *p, const struct scenario_link **had)
{
    int e;

    if (*had != NULL)
        return bad(v, l->node,
                   "link '%s' has a direction of link '%s' in line %d; "
                   "allowed: each once",
                   l->name, (*had)->name, (*had)->node->line);
    *had = l;
    e = set_queue(v, l, p);
    return e != 0 ? e : impairs_set(l, v->s->duration_ns, &v->w, p, v->err);
}

static int set_links(struct variant *v)
{
    const struct scenario_link **of_port = calloc(v->w.net.port_count + 1,
                                                  sizeof *of_port);
    struct sim_port *p[2];
    int e = of_port == NULL ? 3 : 0;

    if (of_port == NULL)
        conf_fail(v->err, NULL, "no memory for links");
    for (size_t i = 0; e == 0 && i < v->s->n_links; i++) {
        const struct scenario_link *l = &v->s->links[i];
        unsigned n = shots_ports(&v->w.net, l->name, p);

        if (n == 0)
            e = bad(v, l->node, "no link '%s' in %s", l->name, v->s->platform);
        while (e == 0 && n-- > 0)
            e = set_link(v, l, p[n], &of_port[p[n] - v->w.net.ports]);
    }
    free(of_port);
    return e;
}

/* --- the whole --------------------------------------------------------- */

/* SimGrid takes these signals when it starts; they are given back. */
static int start_world(struct variant *v, const struct sim_world_config *c,
                       char *err, size_t err_octets)
{
    static const int numbers[] = { SIGINT, SIGSEGV };
    struct sigaction was[2];
    sigset_t block, old;
    int e;

    sigemptyset(&block);
    sigaddset(&block, SIGINT);
    sigprocmask(SIG_BLOCK, &block, &old);
    for (size_t i = 0; i < 2; i++)
        sigaction(numbers[i], NULL, &was[i]);
    e = sim_world_init(&v->w, c, err, err_octets);
    for (size_t i = 0; i < 2; i++)
        sigaction(numbers[i], &was[i], NULL);
    sigprocmask(SIG_SETMASK, &old, NULL);
    return e;
}

static struct sim_ppp_config to_ppp(const struct variant *v)
{
    struct sim_ppp_config c = v->s->ppp.sim;

    c.users = v->s->ppp.secrets != NULL ? &v->users.table : NULL;
    c.ip_pns = 192u << 24 | 168u << 16 | 1;
    return c;
}

static void on_lost(void *ctx, const struct sim_port *port,
                    const struct pptp_packet *k, enum sim_place place)
{
    struct variant *v = ctx;

    records_lost(&v->records, port, k, place);
    shots_lost(v->shots, port, k, place);
}

static void on_damaged(void *ctx, const struct sim_port *port,
                       const struct pptp_packet *k, uint32_t octet)
{
    struct variant *v = ctx;

    records_damaged(&v->records, port, k, octet);
    shots_damaged(v->shots, port, k, octet);
}

static int watch(struct variant *v)
{
    v->w.trace = records_take;
    v->w.trace_ctx = &v->records;
    v->w.lost = on_lost;
    v->w.damaged = on_damaged;
    v->w.lost_ctx = v;
    return records_open(&v->records, v->s, &v->w, v->dir, v->err) == 0 ? 0 : 3;
}

/* What grows while the run goes on. */
static int open_records(struct variant *v)
{
    return events_open(&v->events, v->s, &v->w, v->dir, v->err) == 0 &&
                   attempts_open(&v->attempts, v->s, &v->w, v->dir, v->err) ==
                       0
               ? 0
               : 3;
}

static int build(struct variant *v, bool check_only)
{
    const struct scenario *s = v->s;
    struct sim_world_config c = { .platform = s->platform,
                                  .seed = s->seed,
                                  .packets = s->packets,
                                  .queue_packets = 100 };
    bool files = !check_only && v->dir != NULL;
    struct sim_ppp_config ppp;
    char err[400];
    size_t i, n = s->n_flows;
    int e;

    for (i = 0; i < s->n_calls; i++)
        n += s->calls[i].n_traffic;
    v->replays = calloc(n + 1, sizeof *v->replays);
    if (v->replays == NULL)
        return 3;
    if (check_only && scenario_check_platform(s, v->err) != 0)
        return 2;
    if (histograms_check(s, v->err) != 0)
        return 2;
    e = check_only ? routes_check(s, err, sizeof err) : 0;
    if (s->ppp.secrets != NULL &&
        users_load(&v->users, s->ppp.secrets, s->ppp.node, v->err) < 0)
        return 2;
    ppp = to_ppp(v);
    if (s->ppp.negotiate)
        c.ppp = &ppp;
    if (e == 0)
        e = start_world(v, &c, err, sizeof err);
    if (e < 0) {
        snprintf(v->err->text, sizeof v->err->text, "%s", err);
        return e == PPTP_ERR_RESOURCE ? 3 : 2; /* the machine's fault */
    }
    v->ready = true;
    e = set_links(v);
    if (!e)
        e = add_nodes(v, files);
    if (!e)
        e = add_phones(v);
    if (!e)
        e = load_subscribers(v);
    if (!e)
        e = add_calls(v);
    if (!e)
        e = add_flows(v);
    if (!e)
        e = add_orders(v);
    if (!e)
        e = shots_open(&v->shots, s, &v->w, v->dir, !files, v->err);
    if (!e && !check_only)
        e = watch(v);
    if (!e && files)
        e = open_records(v);
    if (!e && sim_world_ready(&v->w) < 0)
        e = 3;
    if (!e) /* last: it sends the first packets, which captures are to see */
        e = connect_nodes(v);
    if (!e)
        limits_watch(&v->limits, s, &v->w);
    return e;
}

static struct sim_world *build_pilot(void *ctx)
{
    struct variant *v = ctx;

    return build(v, true) == 0 ? &v->w : NULL;
}

/* SimGrid has not started yet: it starts in the pilot's process. */
static int find_start(struct variant *v, const volatile sig_atomic_t *stop)
{
    v->start = (struct pilot_found){ v->s->measure_from_ns, true };
    if (v->s->measure_from_ns != KEY_AUTO ||
        pilot_run(&v->start, v->s->duration_ns, build_pilot, v, stop) == 0)
        return 0;
    conf_fail(v->err, NULL, "%.80s: measure_from: the pilot run failed",
              v->s->path);
    return 3;
}

static int begin(struct variant *v, const volatile sig_atomic_t *stop)
{
    v->w.cal.stop = stop;
    if (v->s->measure_from_ns == 0 ||
        sim_measure_begin(&v->measure, &v->w, v->start.from_ns) == 0)
        return 0;
    return conf_fail(v->err, NULL, "no memory for measure_from");
}

/* Whether it ended before its time, and nobody had asked for it. */
static int check_end(struct variant *v)
{
    if (v->limits.met[0] != '\0') {
        conf_fail(v->err, NULL, "%.80s: %s", v->s->path, v->limits.met);
        return 3;
    }
    if (v->w.cal.refused == 0)
        return 0;
    conf_fail(v->err, NULL,
              "%.80s: no memory for an event: the run ended at %.6f s",
              v->s->path, (double)v->w.cal.now * 1e-9);
    return 3;
}

static int simulate(struct variant *v, const char *label,
                    const volatile sig_atomic_t *stop)
{
    struct series series;
    struct results results = { .s = v->s,
                               .w = &v->w,
                               .series = &series,
                               .shots = v->shots,
                               .attempts = &v->attempts,
                               .dir = v->dir,
                               .label = label,
                               .start = &v->start,
                               .limit = v->limits.met,
                               .err = v->err };
    int e = series_open(&series, v->s, &v->w, v->dir, v->progress, v->err);

    if (e)
        return e;
    results_reserve(&results);
    if (begin(v, stop) < 0)
        return 3;
    results.complete = sim_world_run(&v->w, v->s->duration_ns);
    e = series_close(&series, v->dir, v->err);
    /* what can be kept is kept, what counts most first */
    if (results_write(&results) != 0)
        e = 3;
    if (series_draw(&series, v->dir, v->err) != 0)
        e = 3;
    if (!e)
        e = check_end(v);
    return e ? e : results.complete ? 0 : 1;
}

/* The books of one that leaves no files are judged at once. */
static int measure(struct variant *v, const volatile sig_atomic_t *stop,
                   struct variant_measured *out)
{
    bool whole;
    json_t *wrong;
    int e;

    if (begin(v, stop) < 0)
        return 3;
    whole = sim_world_run(&v->w, v->s->duration_ns);
    sim_measure_settle(&v->w);
    wrong = balance_check(&v->w);
    e = check_end(v);
    if (!e && !whole)
        e = 1;
    if (!e && json_array_size(wrong) > 0) {
        conf_fail(v->err, NULL, "%.80s: the books do not balance: %.300s",
                  v->s->path, json_string_value(json_array_get(wrong, 0)));
        e = 3;
    }
    json_decref(wrong);
    if (e)
        return e;
    *out = (struct variant_measured){ metrics_make(v->s, &v->w),
                                      (double)v->w.cal.now * 1e-9,
                                      v->w.trace_hash };
    return 0;
}

static void variant_free(struct variant *v)
{
    sim_measure_fini(v->measure);
    if (v->ready)
        sim_world_fini(&v->w);
    users_free(&v->users);
    for (size_t i = 0; i < v->n_replays; i++)
        capture_fini(&v->replays[i]);
    free(v->replays);
    for (size_t i = 0; v->traces != NULL && i < v->s->n_subscribers; i++)
        free(v->traces[i]);
    free(v->traces);
    free(v->subscribers);
    free(v);
}

int variant_measure(const struct scenario *s,
                    const volatile sig_atomic_t *stop,
                    struct variant_measured *out, struct conf_error *err)
{
    struct variant *v = calloc(1, sizeof *v);
    int e;

    *out = (struct variant_measured){ .metrics = NULL };
    if (v == NULL) {
        conf_fail(err, NULL, "no memory for a point");
        return 3;
    }
    v->s = s;
    v->err = err;
    e = find_start(v, stop);
    if (!e)
        e = build(v, false);
    if (!e)
        e = measure(v, stop, out);
    (void)records_close(&v->records, NULL, err); /* has no file */
    (void)shots_close(v->shots, err);
    variant_free(v);
    return e;
}

int variant_run(const struct scenario *s, const char *dir, const char *label,
                bool check_only, const volatile sig_atomic_t *stop,
                struct variant_progress *progress, struct conf_error *err)
{
    struct variant *v = calloc(1, sizeof *v);
    int e;

    if (v == NULL)
        return 3;
    v->s = s;
    v->dir = dir;
    v->err = err;
    v->progress = progress;
    err->text[0] = '\0';
    e = check_only ? 0 : find_start(v, stop);
    if (!e)
        e = build(v, check_only);
    if (!e && !check_only)
        e = simulate(v, label, stop);
    if (records_close(&v->records, dir, err) != 0 && e < 2)
        e = 3;
    if (events_close(&v->events, dir, err) != 0 && e < 2)
        e = 3;
    if (attempts_close(&v->attempts, dir, err) != 0 && e < 2)
        e = 3;
    if (journals_close(&v->journals, dir, err) != 0 && e < 2)
        e = 3;
    if (shots_close(v->shots, err) != 0 && e < 2)
        e = 3;
    if (progress != NULL)
        progress->done = 1;
    variant_free(v);
    return e;
}
