/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One variant of a scenario: from keys to a world, from a world to files. */
#include "config.h"

#include "tool/variant.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/capture.h"
#include "sim/world.h"
#include "tool/journals.h"
#include "tool/records.h"
#include "tool/shots.h"

struct variant {
    const struct scenario *s;
    struct sim_world w;
    const char *dir;
    struct tool_error *err;
    struct capture *replays; /* one a traffic entry that replays */
    size_t n_replays;
    struct shots *shots;
    struct records records;
    struct journals journals;
    FILE *series;
    struct sim_sink sampler;
    struct variant_progress *progress;
    uint64_t queue_sum[64]; /* of links in the scenario, for their mean */
    uint64_t samples;
    bool ready;
};

static int bad(struct variant *v, const struct config_node *n, const char *fmt,
               ...) __attribute__((format(printf, 3, 4)));

/* The place is a key of the scenario, or NULL for none. */
static int bad(struct variant *v, const struct config_node *n, const char *fmt,
               ...)
{
    char what[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    if (n == NULL)
        config_error(v->err, NULL, "%.80s: %s", v->s->path, what);
    else
        config_error(v->err, n, "%s", what);
    return 2;
}

/* errno tells why, or is 0 when that is forgotten. */
static int not_in_full(struct variant *v, const char *name)
{
    config_error(v->err, NULL, "%.300s/%.80s: cannot be written in full%s%s",
                 v->dir, name, errno != 0 ? ": " : "",
                 errno != 0 ? strerror(errno) : "; is the disk full?");
    return 3;
}

/* --- building ---------------------------------------------------------- */

static uint32_t q16(double x)
{
    return (uint32_t)lround(x * 65536.0);
}

static void to_config(const struct scenario *s, const struct scenario_node *n,
                      struct pptp_config *c)
{
    static const struct pptp_engine *const engines[] = {
        [SCENARIO_ENGINE_RFC2637] = &pptp_engine_rfc2637,
        [SCENARIO_ENGINE_FIXED] = &pptp_engine_fixed,
        [SCENARIO_ENGINE_OFF] = &pptp_engine_off,
        [SCENARIO_ENGINE_NETGRAPH] = &pptp_engine_netgraph,
    };
    const struct scenario_pptp *p = &n->pptp;

    pptp_config_default(c);
    c->role = (uint8_t)n->role;
    c->max_channels = (uint16_t)n->max_calls;
    strncpy(c->host_name, n->name, sizeof c->host_name - 1);
    strncpy(c->vendor_name, "dialtone", sizeof c->vendor_name - 1);
    c->win.engine = engines[p->engine];
    c->win.windowing = (enum pptp_windowing)p->windowing;
    c->win.ato.min_ns = p->min_timeout_ns;
    c->win.ato.max_ns = p->max_timeout_ns;
    c->win.ato.alpha_q16 = q16(p->alpha);
    c->win.ato.beta_q16 = q16(p->beta);
    c->win.ato.chi_q16 = q16(p->chi);
    c->win.ato.delta_q16 = q16(p->delta);
    c->win.ato.cap_rtt = p->rtt_cap;
    c->win.fixed_timeout_ns = p->fixed_timeout_ns;
    c->win.ack_on = (enum pptp_ack_on)p->ack;
    c->win.ack_delay_ns = p->ack_delay_ns;
    c->win.recv_window = (uint16_t)p->recv_window;
    c->win.reorder_hold_ns = p->reorder_hold_ns;
    c->win.reorder_packets = (uint16_t)(p->reorder_packets < p->recv_window
                                            ? p->reorder_packets
                                            : p->recv_window);
    c->win.send_queue = (uint16_t)p->send_queue_packets;
    if (p->ppd_ns != SCENARIO_AUTO)
        c->ppd_ds = (uint16_t)(p->ppd_ns / (100 * PPTP_MS));
    c->start_timeout_ns = p->start_timeout_ns;
    c->idle_timeout_ns = p->idle_timeout_ns;
    c->echo_timeout_ns = p->echo_timeout_ns;
    c->stop_timeout_ns = p->stop_timeout_ns;
    c->call_timeout_ns = p->call_timeout_ns;
    c->connect_timeout_ns = p->connect_timeout_ns;
    c->dial_timeout_ns = p->dial_timeout_ns;
    c->allow_multiple = false;
    c->trace = (enum pptp_trace_level)s->trace;
}

/* Largest window that some other node offers: what we may have out. */
static uint32_t window_limit(const struct scenario *s)
{
    uint32_t w = 1;
    size_t i;

    for (i = 0; i < s->n_nodes; i++)
        if (s->nodes[i].pptp.recv_window > w)
            w = s->nodes[i].pptp.recv_window;
    /* without a window the ring only measures: give it some depth */
    return w < 64 ? 64 : w;
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

static int host_of(struct variant *v, const struct config_node *at,
                   const char *name)
{
    int32_t h = sim_platform_host(&v->w.platform, name);

    if (h < 0)
        bad(v, at, "no host '%s' in %s", name, v->s->platform);
    return (int)h;
}

/* An address has one host with a node. */
static int check_address(struct variant *v, const struct config_node *at,
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

static int add_nodes(struct variant *v, bool check_only)
{
    const struct scenario *s = v->s;
    size_t i;

    for (i = 0; i < s->n_nodes; i++) {
        const struct scenario_node *n = &s->nodes[i];
        struct pptp_limits limits;
        struct pptp_config config;
        uint32_t calls = calls_of(s, (uint32_t)i);
        int h = host_of(v, n->node, n->host);

        if (h < 0)
            return 2;
        if (v->w.by_host[h] != NULL)
            return bad(v, n->node, "host '%s' already has a node", n->host);
        if (check_address(v, n->node, h) != 0)
            return 2;
        pptp_limits_default(&limits);
        limits.conns = conns_of(s, (uint32_t)i);
        limits.calls = calls < n->max_calls ? calls + 1 : n->max_calls;
        limits.window = window_limit(s);
        to_config(s, n, &config);
        if (sim_world_node(&v->w, n->name, (uint32_t)h, &config, &limits,
                           (uint16_t)n->pptp.mtu_octets) < 0)
            return bad(v, n->node,
                       "node '%s': parameters contradict each "
                       "other or want too much memory",
                       n->name);
        if (n->journal && !check_only &&
            journals_open(&v->journals, v->dir, v->w.nodes[i], &config,
                          &limits) < 0)
            return bad(v, NULL, "%s/%s.journal: %s", v->dir, n->name,
                       strerror(errno)) +
                   1;
    }
    return 0;
}

static int check_route(struct variant *v, const struct config_node *at,
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

/* The whole file; NULL with errno. */
static uint8_t *slurp(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    uint8_t *all = NULL, *more;
    size_t n = 0, cap = 0, got;

    if (f == NULL)
        return NULL;
    do {
        if (n == cap) {
            cap = cap ? 2 * cap : 65536;
            more = cap <= (size_t)1 << 31 ? realloc(all, cap) : NULL;
            if (more == NULL) {
                free(all);
                fclose(f);
                errno = EFBIG;
                return NULL;
            }
            all = more;
        }
        got = fread(all + n, 1, cap - n, f);
        n += got;
    } while (got > 0);
    if (ferror(f)) {
        free(all);
        all = NULL;
    }
    fclose(f);
    *len = n;
    return all;
}

static int load_replay(struct variant *v, const struct scenario_traffic *t,
                       struct capture *c)
{
    size_t len;
    uint8_t *octets = slurp(t->file, &len);
    int err;

    memset(c, 0, sizeof *c);
    if (octets == NULL)
        return bad(v, t->node, "cannot read %s: %s", t->file, strerror(errno));
    err = capture_parse(octets, len, t->src_ipv4, c);
    free(octets);
    if (err < 0)
        return bad(v, t->node,
                   "%s: %s, at octet %zu; a pcap or pcapng file "
                   "with IPv4 packets is needed",
                   t->file, len == 0 ? "is empty" : c->error, c->error_at);
    return 0;
}

static int to_traffic(struct variant *v, const struct scenario_traffic *t,
                      struct sim_traffic_config *out)
{
    static const enum traffic_kind kinds[] = {
        [SCENARIO_CONSTANT] = TRAFFIC_CONSTANT,
        [SCENARIO_POISSON] = TRAFFIC_POISSON,
        [SCENARIO_ONOFF] = TRAFFIC_ONOFF,
        [SCENARIO_REPLAY] = TRAFFIC_REPLAY,
    };
    struct capture *c;
    int err;

    memset(out, 0, sizeof *out);
    out->start_ns = t->start_ns;
    out->from_pac = t->from == SCENARIO_FROM_PAC;
    out->traffic = (struct traffic_config){
        .kind = kinds[t->model],
        .rate_bps = t->rate_bps,
        .size_octets = t->size_octets,
        .stop_ns = t->stop_ns > t->start_ns ? t->stop_ns - t->start_ns : 0,
        .on_mean_ns = t->on_mean_ns,
        .off_mean_ns = t->off_mean_ns,
        .shape = t->shape,
        .time_scale = t->speed > 0 ? 1.0 / t->speed : 1.0,
        .loop = t->loop,
    };
    if (t->model != SCENARIO_REPLAY)
        return 0;
    c = &v->replays[v->n_replays++];
    err = load_replay(v, t, c);
    out->traffic.packets = c->packets;
    out->traffic.packet_count = c->count;
    return err;
}

static int add_calls(struct variant *v)
{
    const struct scenario *s = v->s;
    size_t i, j;
    int err;

    for (i = 0; i < s->n_calls; i++) {
        const struct scenario_call *c = &s->calls[i];
        const struct scenario_pptp *p = &s->nodes[c->pac_index].pptp;
        struct sim_traffic_config t[16];
        struct sim_call_config cc = {
            .name = c->name,
            .pac = c->pac_index,
            .pns = c->pns_index,
            .outgoing = c->direction == SCENARIO_OUTGOING,
            .start_ns = c->start_ns,
            .duration_ns = c->duration_ns,
            .line = { c->line.rate_bps, c->line.delay_ns,
                      c->line.buffer_packets },
            .fudge_ns = p->pac_fudge_ns,
            .traffic = t,
            .traffic_count = (uint32_t)c->n_traffic,
        };

        if (c->n_traffic > 16)
            return bad(v, c->node, "%zu traffic sources; at most 16 a call",
                       c->n_traffic);
        cc.ppd_ds = p->ppd_ns != SCENARIO_AUTO
                        ? (uint16_t)(p->ppd_ns / (100 * PPTP_MS))
                        : line_ppd_ds(p->mtu_octets, p->recv_window,
                                      c->line.rate_bps, p->pac_fudge_ns);
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
                       "call '%s': line or traffic is out of "
                       "range, or there is not enough memory",
                       c->name);
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

static int set_links(struct variant *v)
{
    struct sim_port *p[2];
    size_t i;
    unsigned n;

    for (i = 0; i < v->s->n_links; i++) {
        const struct scenario_link *l = &v->s->links[i];

        n = shots_ports(&v->w.net, l->name, p);
        if (n == 0)
            return bad(v, l->node, "no link '%s' in %s", l->name,
                       v->s->platform);
        while (n-- > 0) {
            sim_port_set_queue(p[n], l->queue_packets,
                               l->queue_octets ? l->queue_octets : UINT64_MAX);
            sim_port_set_loss(p[n], l->loss);
        }
    }
    return 0;
}

/* --- series ------------------------------------------------------------ */

static void sample_calls(struct variant *v, double t)
{
    struct pptp_call_info i;
    uint32_t n;

    for (n = 0; n < v->w.call_count; n++) {
        const struct sim_call *c = v->w.calls[n];

        if (!c->pac_up || !c->pns_up)
            continue;
        /* the side that sends the bulk: where the first source is */
        sim_call_info(c, c->source_count == 0 || !c->sources[0].from_pac, &i);
        fprintf(v->series, "%.6f,call:%s,%u,%u,%.6f,%.6f,%u,%u,%u,%llu,,,\n",
                t, c->name, i.cwnd, i.out, (double)i.ato_ns * 1e-9,
                (double)i.rtt_ns * 1e-9, i.queued, (unsigned)i.tx_packets,
                i.timeouts,
                (unsigned long long)(c->to_caller_octets + c->to_pns_octets));
    }
}

static void sample_links(struct variant *v, double t)
{
    struct sim_port *p[2];
    size_t i;

    for (i = 0; i < v->s->n_links; i++) {
        unsigned n = shots_ports(&v->w.net, v->s->links[i].name, p);
        uint32_t queue = 0;
        uint64_t dropped = 0, lost = 0;

        while (n-- > 0) {
            uint32_t q = sim_port_occupancy(p[n]);

            /* as queue_max: without the one that is being sent */
            queue = q > queue + 1 ? q - 1 : queue;
            dropped += p[n]->stats.dropped_full;
            lost += p[n]->stats.lost;
        }
        if (i < 64)
            v->queue_sum[i] += queue;
        fprintf(v->series, "%.6f,link:%s,,,,,,,,,%u,%llu,%llu\n", t,
                v->s->links[i].name, queue, (unsigned long long)dropped,
                (unsigned long long)lost);
    }
}

static void on_sample(struct sim_sink *sink, uint32_t arg)
{
    struct variant *v = (struct variant *)(void *)((char *)sink -
                                                   offsetof(struct variant,
                                                            sampler));
    double t = (double)v->w.cal.now * 1e-9;

    (void)arg;
    v->samples++;
    sample_calls(v, t);
    sample_links(v, t);
    if (v->progress != NULL) {
        v->progress->now_ns = v->w.cal.now;
        v->progress->events = v->w.cal.done;
    }
    sim_calendar_at(&v->w.cal, v->w.cal.now + v->s->sample_interval_ns, sink,
                    0);
}

/* --- results ----------------------------------------------------------- */

static FILE *create(struct variant *v, const char *name)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", v->dir, name);
    f = fopen(path, "w");
    if (f == NULL)
        bad(v, NULL, "cannot write %s: %s", path, strerror(errno));
    return f;
}

/* Closes a file of create; 0, or 3 and what went wrong. */
static int finish_file(struct variant *v, FILE *f, const char *name)
{
    bool failed = ferror(f) != 0;

    errno = 0;
    if (fclose(f) == 0 && !failed)
        return 0;
    return not_in_full(v, name);
}

/* Why a call never came up, in words without a comma; "" for one that did
 * or that still waits. */
static const char *call_reason(const struct sim_call *c, char *room,
                               size_t octets)
{
    if (c->ppp_reason != PPP_END_NONE && (c->failed || c->ever_up))
        return ppp_reason_text((enum ppp_reason)c->ppp_reason);
    if (!c->failed)
        return "";
    if (c->down_ns == 0)
        return "refused by its own node";
    if (c->end.msg == 0)
        return "its control connection or its time ended";
    snprintf(room, octets, "%s with result %u and error %u",
             pptp_msg_name(c->end.msg), c->end.result, c->end.error);
    return room;
}

/* "up_s,down_s,": empty for what never happened. */
static void write_times(FILE *f, const struct sim_call *c)
{
    if (c->ever_up)
        fprintf(f, "%.6f", (double)c->up_ns * 1e-9);
    fputc(',', f);
    if (c->down_ns != 0)
        fprintf(f, "%.6f", (double)c->down_ns * 1e-9);
    fputc(',', f);
}

static const char *call_state(const struct sim_call *c)
{
    return c->pac_up && c->pns_up ? "up"
           : c->ever_up           ? "ended"
           : c->failed            ? "failed"
                                  : "waiting";
}

static int write_calls(struct variant *v)
{
    FILE *f = create(v, "calls.csv");
    struct pptp_call_info pac, pns;
    char room[100];
    uint32_t i;

    if (f == NULL)
        return 3;
    fprintf(f, "call,pac,pns,direction,state,start_s,up_s,down_s,result,"
               "error,connect_bps,pac_call_id,pns_call_id,serial,offered,"
               "offered_octets,to_caller,to_caller_octets,to_pns,"
               "to_pns_octets,pns_timeouts,pac_timeouts,pns_queue_drops,"
               "pac_skipped,ppp_frames,ppp_end,reason\n");
    for (i = 0; i < v->w.call_count; i++) {
        const struct sim_call *c = v->w.calls[i];

        sim_call_info(c, false, &pac);
        sim_call_info(c, true, &pns);
        fprintf(f, "%s,%s,%s,%s,%s,%.6f,", c->name, c->pac->name, c->pns->name,
                c->outgoing ? "outgoing" : "incoming", call_state(c),
                (double)c->start_ns * 1e-9);
        write_times(f, c);
        fprintf(
            f,
            "%u,%u,%llu,%u,%u,%u,%llu,%llu,"
            "%llu,%llu,%llu,%llu,%u,%u,%u,%u,%llu,%s,%s\n",
            c->end.result, c->end.error,
            (unsigned long long)c->line_down->config.rate_bps, pac.local_id,
            pns.local_id, pac.serial, (unsigned long long)c->offered,
            (unsigned long long)c->offered_octets,
            (unsigned long long)c->to_caller,
            (unsigned long long)c->to_caller_octets,
            (unsigned long long)c->to_pns,
            (unsigned long long)c->to_pns_octets, pns.timeouts, pac.timeouts,
            pns.drops, pac.rx_skipped, (unsigned long long)c->ppp_frames,
            c->ppp_reason ? ppp_reason_text((enum ppp_reason)c->ppp_reason)
                          : "",
            call_reason(c, room, sizeof room));
    }
    return finish_file(v, f, "calls.csv");
}

static void put(json_t *o, const char *key, double x)
{
    json_object_set_new(o, key, json_real(x));
}

static void put_count(json_t *o, const char *key, uint64_t n)
{
    json_object_set_new(o, key, json_integer((json_int_t)n));
}

static bool any_delay(const struct sim_delays *d)
{
    uint64_t n = 0;
    size_t i;

    for (i = 0; i < SIM_DELAY_BINS; i++)
        n += d->bins[i];
    return n > 0;
}

static void call_metrics(const struct variant *v, json_t *m)
{
    double t = (double)v->w.cal.now * 1e-9, sum = 0, sq = 0;
    uint64_t offered = 0, octets = 0, frames = 0;
    uint32_t i, ever = 0, failed = 0;

    for (i = 0; i < v->w.call_count; i++) {
        const struct sim_call *c = v->w.calls[i];
        double x = (double)(c->to_caller_octets + c->to_pns_octets);

        sum += x;
        sq += x * x;
        offered += c->offered;
        octets += c->to_caller_octets + c->to_pns_octets;
        frames += c->to_caller + c->to_pns;
        ever += c->ever_up;
        failed += c->failed;
    }
    put_count(m, "calls", v->w.call_count);
    put_count(m, "calls_up", v->w.up_calls);
    put_count(m, "calls_established", ever);
    put_count(m, "calls_failed", failed);
    put_count(m, "frames_offered", offered);
    put_count(m, "frames_delivered", frames);
    put(m, "goodput_bps", t > 0 ? (double)octets * 8 / t : 0);
    /* What nothing was measured of is left out: it would please any bound. */
    if (offered > 0)
        put(m, "loss_ratio", 1.0 - (double)frames / (double)offered);
    /* Jain's index over the octets delivered to each call */
    if (sq > 0)
        put(m, "fairness", sum * sum / (sq * (double)v->w.call_count));
    if (any_delay(&v->w.call_delays)) {
        put(m, "delay_p50_s", sim_delays_quantile_s(&v->w.call_delays, 0.5));
        put(m, "delay_p95_s", sim_delays_quantile_s(&v->w.call_delays, 0.95));
    }
    records_metrics(&v->records, m);
}

static void flow_metrics(const struct variant *v, json_t *m)
{
    double t = (double)v->w.cal.now * 1e-9;
    uint64_t sent = 0, got = 0, octets = 0;
    uint32_t i;

    for (i = 0; i < v->w.flow_count; i++) {
        sent += v->w.flows[i]->sent;
        got += v->w.flows[i]->delivered;
        octets += v->w.flows[i]->delivered_octets;
    }
    put_count(m, "flow_packets_sent", sent);
    put_count(m, "flow_packets_delivered", got);
    put(m, "flow_goodput_bps", t > 0 ? (double)octets * 8 / t : 0);
}

static void link_metrics(struct variant *v, json_t *m)
{
    struct sim_port *p[2];
    char key[300];
    uint64_t most = 0;
    size_t i;

    for (i = 0; i < v->s->n_links; i++) {
        const char *name = v->s->links[i].name;
        unsigned n = shots_ports(&v->w.net, name, p);
        uint64_t dropped = 0, lost = 0, hops = 0, busy = 0;
        uint32_t high = 0;

        while (n-- > 0) {
            const struct sim_port_stats *s = &p[n]->stats;

            dropped += s->dropped_full;
            lost += s->lost;
            hops += s->hops;
            busy = s->busy_ns > busy ? s->busy_ns : busy;
            high = s->queue_max > high ? s->queue_max : high;
        }
#define PUT(put, what, x)                               \
    do {                                                \
        snprintf(key, sizeof key, "%s.%s", name, what); \
        put(m, key, x);                                 \
    } while (0)
        PUT(put_count, "packets", hops);
        PUT(put_count, "dropped", dropped);
        PUT(put_count, "lost", lost);
        if (hops + dropped > 0)
            PUT(put, "drop_ratio", (double)dropped / (double)(hops + dropped));
        PUT(put_count, "queue_max", high);
        if (v->samples > 0 && i < 64)
            PUT(put, "queue_mean",
                (double)v->queue_sum[i] / (double)v->samples);
        if (v->w.cal.now > 0)
            PUT(put, "utilisation", (double)busy / (double)v->w.cal.now);
#undef PUT
        most = dropped > most ? dropped : most;
    }
    put_count(m, "bottleneck_drops", most);
}

static json_t *peer_counters(const struct variant *v)
{
    json_t *all = json_object();
    size_t i, k;

    for (i = 0; i < v->w.node_count; i++) {
        const struct pptp_stats *s = pptp_peer_stats(v->w.nodes[i]->node.peer);
        json_t *o = json_object();

        for (k = 0; k < PPTP_STATS_N; k++)
            if (pptp_stats_value(s, k) != 0)
                json_object_set_new(
                    o, pptp_stats_name(k),
                    json_integer((json_int_t)pptp_stats_value(s, k)));
        json_object_set_new(all, v->w.nodes[i]->name, o);
    }
    return all;
}

static void peer_metrics(const struct variant *v, json_t *m)
{
    uint64_t timeouts = 0, full = 0, overflow = 0;
    uint32_t i;

    for (i = 0; i < v->w.node_count; i++) {
        const struct pptp_stats *s = pptp_peer_stats(v->w.nodes[i]->node.peer);

        timeouts += s->timeouts;
        full += s->frames_dropped_full;
        overflow += s->gre_rx_overflow;
    }
    put_count(m, "timeouts", timeouts);
    put_count(m, "send_queue_drops", full);
    put_count(m, "recv_overflow", overflow);
    put_count(m, "pool_used_max", v->w.net.pool.used_max);
    put_count(m, "pool_exhausted", v->w.net.pool.exhausted);
}

/* How many calls never came up, by the words of call_reason. */
static json_t *failures(const struct variant *v)
{
    json_t *all = json_object();
    char room[100];
    uint32_t i;

    for (i = 0; i < v->w.call_count; i++) {
        const struct sim_call *c = v->w.calls[i];
        const char *why = call_reason(c, room, sizeof room);

        if (c->failed)
            put_count(
                all, why,
                1 + (uint64_t)json_integer_value(json_object_get(all, why)));
    }
    return all;
}

static int write_result(struct variant *v, const char *label, bool complete)
{
    json_t *o = json_object(), *m = json_object();
    char hash[20];
    FILE *f = create(v, "result.json");

    if (f == NULL || o == NULL || m == NULL)
        return 3;
    call_metrics(v, m);
    peer_metrics(v, m);
    link_metrics(v, m);
    if (v->w.flow_count > 0)
        flow_metrics(v, m);
    snprintf(hash, sizeof hash, "%016llx",
             (unsigned long long)v->w.trace_hash);
    json_object_set_new(o, "schema", json_integer(1));
    json_object_set_new(o, "label", json_string(label));
    json_object_set_new(o, "complete", json_boolean(complete));
    put(o, "simulated_s", (double)v->w.cal.now * 1e-9);
    json_object_set_new(o, "events", json_integer((json_int_t)v->w.cal.done));
    json_object_set_new(o, "trace_hash", json_string(hash));
    json_object_set_new(o, "trace_records",
                        json_integer((json_int_t)v->w.trace_records));
    json_object_set_new(o, "metrics", m);
    json_object_set_new(o, "failures", failures(v));
    json_object_set_new(o, "counters", peer_counters(v));
    (void)json_dumpf(
        o, f, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(10));
    json_decref(o);
    return finish_file(v, f, "result.json");
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

static const struct sim_ppp_config *to_ppp(const struct scenario_ppp *s,
                                           struct sim_ppp_config *c)
{
    static const uint16_t auth[] = {
        [SCENARIO_AUTH_NONE] = PPP_AUTH_NONE,
        [SCENARIO_AUTH_PAP] = PPP_AUTH_PAP,
        [SCENARIO_AUTH_CHAP] = PPP_AUTH_CHAP_MD5,
        [SCENARIO_AUTH_MSCHAP2] = PPP_AUTH_MSCHAP2,
    };

    *c = (struct sim_ppp_config){
        .auth = auth[s->auth],
        .user = s->user,
        .password = s->password,
        .answer = s->callers_password,
        .ip_pns = 192u << 24 | 168u << 16 | 1,
        .echo_ns = s->echo_ns,
    };
    return c;
}

static int build(struct variant *v, bool check_only)
{
    const struct scenario *s = v->s;
    struct sim_world_config c = { .platform = s->platform,
                                  .seed = s->seed,
                                  .packets = s->packets,
                                  .queue_packets = 100 };
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
    if (check_only && sim_platform_check(s->platform, err, sizeof err) < 0) {
        snprintf(v->err->text, sizeof v->err->text, "%s", err);
        return 2;
    }
    if (s->ppp.negotiate)
        c.ppp = to_ppp(&s->ppp, &ppp);
    if (start_world(v, &c, err, sizeof err) < 0) {
        snprintf(v->err->text, sizeof v->err->text, "%s", err);
        return 2;
    }
    v->ready = true;
    e = set_links(v);
    if (!e)
        e = add_nodes(v, check_only);
    if (!e)
        e = add_calls(v);
    if (!e)
        e = add_flows(v);
    if (!e)
        e = shots_open(&v->shots, s, &v->w, v->dir, check_only, v->err);
    if (!e && !check_only) {
        e = records_open(&v->records, s, v->dir, v->err) == 0 ? 0 : 3;
        v->w.trace = records_take;
        v->w.trace_ctx = &v->records;
    }
    if (!e) /* last: it sends the first packets, which captures are to see */
        e = connect_nodes(v);
    return e;
}

static int simulate(struct variant *v, const char *label,
                    const volatile sig_atomic_t *stop)
{
    bool complete;
    int err;

    v->series = create(v, "series.csv");
    if (v->series == NULL)
        return 3;
    fprintf(v->series, "time_s,object,window,outstanding,ato_s,rtt_s,queued,"
                       "sent,timeouts,delivered_octets,queue_packets,dropped,"
                       "lost\n");
    v->sampler.event = on_sample;
    sim_calendar_at(&v->w.cal, 0, &v->sampler, 0);
    v->w.cal.stop = stop;
    complete = sim_world_run(&v->w, v->s->duration_ns);
    err = finish_file(v, v->series, "series.csv");
    if (!err)
        err = write_calls(v);
    if (!err)
        err = write_result(v, label, complete);
    return err ? err : complete ? 0 : 1;
}

int variant_run(const struct scenario *s, const char *dir, const char *label,
                bool check_only, const volatile sig_atomic_t *stop,
                struct variant_progress *progress, struct tool_error *err)
{
    struct variant *v = calloc(1, sizeof *v);
    size_t i;
    int e;

    if (v == NULL)
        return 3;
    v->s = s;
    v->dir = dir;
    v->err = err;
    v->progress = progress;
    err->text[0] = '\0';
    e = build(v, check_only);
    if (!e && !check_only)
        e = simulate(v, label, stop);
    errno = 0;
    if (records_close(&v->records) != 0 && e < 2)
        e = not_in_full(v, "trace.jsonl");
    errno = 0;
    if (journals_close(&v->journals) != 0 && e < 2)
        e = not_in_full(v, "a journal");
    if (shots_close(v->shots, err) != 0 && e < 2)
        e = 3;
    if (v->ready)
        sim_world_fini(&v->w);
    for (i = 0; i < v->n_replays; i++)
        capture_fini(&v->replays[i]);
    free(v->replays);
    if (progress != NULL)
        progress->done = 1;
    free(v);
    return e;
}
