/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results of a run; see results.h. */
#include "config.h"

#include "tool/results.h"

#include <jansson.h>
#include <stdio.h>

#include "tool/outfile.h"
#include "tool/shots.h"

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

static int write_calls(struct results *r)
{
    FILE *f = outfile_create(r->dir, "calls.csv", r->err);
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
    for (i = 0; i < r->w->call_count; i++) {
        const struct sim_call *c = r->w->calls[i];

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
    return outfile_close(f, r->dir, "calls.csv", r->err);
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

static void call_metrics(const struct results *r, json_t *m)
{
    double t = (double)r->w->cal.now * 1e-9, sum = 0, sq = 0;
    uint64_t offered = 0, octets = 0, frames = 0;
    uint32_t i, ever = 0, failed = 0;

    for (i = 0; i < r->w->call_count; i++) {
        const struct sim_call *c = r->w->calls[i];
        double x = (double)(c->to_caller_octets + c->to_pns_octets);

        sum += x;
        sq += x * x;
        offered += c->offered;
        octets += c->to_caller_octets + c->to_pns_octets;
        frames += c->to_caller + c->to_pns;
        ever += c->ever_up;
        failed += c->failed;
    }
    put_count(m, "calls", r->w->call_count);
    put_count(m, "calls_up", r->w->up_calls);
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
        put(m, "fairness", sum * sum / (sq * (double)r->w->call_count));
    if (any_delay(&r->w->call_delays)) {
        put(m, "delay_p50_s", sim_delays_quantile_s(&r->w->call_delays, 0.5));
        put(m, "delay_p95_s", sim_delays_quantile_s(&r->w->call_delays, 0.95));
    }
    records_metrics(r->records, m);
}

static void flow_metrics(const struct results *r, json_t *m)
{
    double t = (double)r->w->cal.now * 1e-9;
    uint64_t sent = 0, got = 0, octets = 0;
    uint32_t i;

    for (i = 0; i < r->w->flow_count; i++) {
        sent += r->w->flows[i]->sent;
        got += r->w->flows[i]->delivered;
        octets += r->w->flows[i]->delivered_octets;
    }
    put_count(m, "flow_packets_sent", sent);
    put_count(m, "flow_packets_delivered", got);
    put(m, "flow_goodput_bps", t > 0 ? (double)octets * 8 / t : 0);
}

static void link_metrics(struct results *r, json_t *m)
{
    struct sim_port *p[2];
    char key[300];
    uint64_t most = 0;
    size_t i;

    for (i = 0; i < r->s->n_links; i++) {
        const char *name = r->s->links[i].name;
        unsigned n = shots_ports(&r->w->net, name, p);
        uint64_t dropped = 0, lost = 0, hops = 0, busy = 0;
        uint32_t high = 0;

        while (n-- > 0) {
            struct sim_port_stats s = sim_port_stats_now(p[n]);

            dropped += s.dropped_full;
            lost += s.lost;
            hops += s.left;
            busy = s.busy_ns > busy ? s.busy_ns : busy;
            high = s.queue_max > high ? s.queue_max : high;
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
        if (r->series->samples > 0 && i < 64)
            PUT(put, "queue_mean",
                (double)r->series->queue_sum[i] / (double)r->series->samples);
        if (r->w->cal.now > 0)
            PUT(put, "utilisation", (double)busy / (double)r->w->cal.now);
#undef PUT
        most = dropped > most ? dropped : most;
    }
    put_count(m, "bottleneck_drops", most);
}

static json_t *peer_counters(const struct results *r)
{
    json_t *all = json_object();
    size_t i, k;

    for (i = 0; i < r->w->node_count; i++) {
        const struct pptp_stats *s = pptp_peer_stats(
            r->w->nodes[i]->node.peer);
        json_t *o = json_object();

        for (k = 0; k < PPTP_STATS_N; k++)
            if (pptp_stats_value(s, k) != 0)
                json_object_set_new(
                    o, pptp_stats_name(k),
                    json_integer((json_int_t)pptp_stats_value(s, k)));
        json_object_set_new(all, r->w->nodes[i]->name, o);
    }
    return all;
}

static void peer_metrics(const struct results *r, json_t *m)
{
    uint64_t timeouts = 0, full = 0, overflow = 0;
    uint32_t i;

    for (i = 0; i < r->w->node_count; i++) {
        const struct pptp_stats *s = pptp_peer_stats(
            r->w->nodes[i]->node.peer);

        timeouts += s->timeouts;
        full += s->frames_dropped_full;
        overflow += s->gre_rx_overflow;
    }
    put_count(m, "timeouts", timeouts);
    put_count(m, "send_queue_drops", full);
    put_count(m, "recv_overflow", overflow);
    put_count(m, "pool_used_max", r->w->net.pool.used_max);
    put_count(m, "pool_exhausted", r->w->net.pool.exhausted);
}

/* How many calls never came up, by the words of call_reason. */
static json_t *failures(const struct results *r)
{
    json_t *all = json_object();
    char room[100];
    uint32_t i;

    for (i = 0; i < r->w->call_count; i++) {
        const struct sim_call *c = r->w->calls[i];
        const char *why = call_reason(c, room, sizeof room);

        if (c->failed)
            put_count(
                all, why,
                1 + (uint64_t)json_integer_value(json_object_get(all, why)));
    }
    return all;
}

static int write_result(struct results *r)
{
    json_t *o = json_object(), *m = json_object();
    char hash[20];
    FILE *f = outfile_create(r->dir, "result.json", r->err);

    if (f == NULL || o == NULL || m == NULL)
        return 3;
    call_metrics(r, m);
    peer_metrics(r, m);
    link_metrics(r, m);
    if (r->w->flow_count > 0)
        flow_metrics(r, m);
    snprintf(hash, sizeof hash, "%016llx",
             (unsigned long long)r->w->trace_hash);
    json_object_set_new(o, "schema", json_integer(1));
    json_object_set_new(o, "label", json_string(r->label));
    json_object_set_new(o, "complete", json_boolean(r->complete));
    put(o, "simulated_s", (double)r->w->cal.now * 1e-9);
    json_object_set_new(o, "events", json_integer((json_int_t)r->w->cal.done));
    json_object_set_new(o, "trace_hash", json_string(hash));
    json_object_set_new(o, "trace_records",
                        json_integer((json_int_t)r->w->trace_records));
    json_object_set_new(o, "metrics", m);
    json_object_set_new(o, "failures", failures(r));
    json_object_set_new(o, "counters", peer_counters(r));
    (void)json_dumpf(
        o, f, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(10));
    json_decref(o);
    return outfile_close(f, r->dir, "result.json", r->err);
}

int results_write(struct results *r)
{
    int err = write_calls(r);

    return err ? err : write_result(r);
}
