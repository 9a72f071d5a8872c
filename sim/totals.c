/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over a world; totals.h. */
#include "config.h"

#include "sim/totals.h"

#include <stdio.h>
#include <string.h>

#include "sim/measure.h"
#include "sim/reopen.h"

enum { NAME_OCTETS = 300 };

static double fairness(const void *index, uint64_t over_ns)
{
    (void)over_ns;
    return *(const double *)index;
}

#define COUNT_AS(member, name, unit, help) \
    PROBE_AS(struct sim_totals, member, name, PROBE_COUNTER, unit, help)
#define COUNT(member, unit, help) COUNT_AS(member, #member, unit, help)
#define DERIVED(part, function, name, unit, help)                         \
    PROBE_OF_PART(struct sim_totals, part, function, name, PROBE_DERIVED, \
                  unit, help)
#define TIMES(member, name, help) \
    PROBE_AS(struct sim_totals, member, name, PROBE_DISTRIBUTION, "s", help)

const struct probe sim_totals_calls[] = {
    COUNT(calls, "calls", "in the scenario"),
    PROBE_AS(struct sim_totals, calls_up, "calls_up", PROBE_GAUGE, "calls",
             "up at the end of the run"),
    COUNT(calls_established, "calls", "ever up"),
    COUNT(calls_failed, "calls",
          "refused or ended before they were up, each once"),
    COUNT_AS(call_returns.lost, "calls_lost", "times",
             "a call that was up ended before its time"),
    COUNT_AS(call_returns.back, "calls_returned", "times",
             "such a call was up again (`redial`)"),
    TIMES(call_returns.away, "call_outage",
          "the times from the loss of a call to its return"),
    COUNT_AS(both.offered, "frames_offered", "frames",
             "of all calls, made by their sources"),
    COUNT_AS(both.delivered, "frames_delivered", "frames",
             "of all calls, come to their users"),
    PROBE_OF_PART(struct sim_totals, both, sim_account_all_lost, "frames_lost",
                  PROBE_COUNTER, "frames", "of all calls, lost wherever"),
    PROBE_THEN(struct sim_totals, both.under_way_before,
               "frames_under_way_before", "frames",
               "of all calls, under way when measuring began"),
    PROBE_AS(struct sim_totals, both.under_way, "frames_under_way",
             PROBE_GAUGE, "frames",
             "of all calls, under way at the end of the run"),
    DERIVED(
        both, sim_account_goodput_bps, "goodput_bps", "bit/s",
        "octets of frames delivered in calls, over the time that is measured"),
    DERIVED(both, sim_account_loss_ratio, "loss_ratio", "1",
            "frames of calls lost, over lost and delivered: of what is "
            "decided; not there when nothing is"),
    DERIVED(fairness, fairness, "fairness", "1",
            "Jain's index over the octets delivered to each call; not there "
            "when none were"),
    TIMES(both.delay, "delay",
          "the delay one way, source to sink, of what was delivered in "
          "calls, both directions together"),
    TIMES(rtt, "rtt",
          "the round-trip times of RFC 2637 4.4, one for each acknowledgment "
          "that is new, of all calls and both sides; not there with `trace` "
          "below `packets`"),
    PROBE_END
};

const struct probe sim_totals_net[] = {
    COUNT_AS(conn_returns.lost, "connections_lost", "times",
             "a control connection that was up ended, at the node that had "
             "opened it"),
    COUNT_AS(conn_returns.back, "connections_returned", "times",
             "such a connection was up again (`reconnect`)"),
    TIMES(conn_returns.away, "connection_outage",
          "the times from the loss of a control connection to its return"),
    COUNT(timeouts, "time-outs", "of the adaptive or fixed time-out"),
    COUNT(send_queue_drops, "frames",
          "that found the send queue of a peer full"),
    COUNT(recv_overflow, "packets",
          "that found the receive window of a peer full"),
    COUNT(bottleneck_drops, "packets",
          "the most that one link dropped, both directions, in `links` or "
          "not"),
    PROBE_AS(struct sim_totals, pool_used_max, "pool_used_max", PROBE_PEAK,
             "packets", "most of the `packets` that existed at once"),
    COUNT(pool_exhausted, "packets", "that found none free of `packets`"),
    PROBE_END
};

const struct probe sim_totals_flows[] = {
    COUNT_AS(flows.offered, "flow_packets_sent", "packets",
             "of cross traffic, made by their sources"),
    COUNT_AS(flows.delivered, "flow_packets_delivered", "packets",
             "of cross traffic, come to their hosts"),
    DERIVED(
        flows, sim_account_goodput_bps, "flow_goodput_bps", "bit/s",
        "octets of cross traffic delivered, over the time that is measured"),
    PROBE_END
};

static void add_call(struct sim_totals *t, const struct sim_call *c)
{
    t->calls++;
    t->calls_established += c->ever_up;
    t->calls_failed += c->failed;
    for (int k = 0; k < 2; k++) {
        probe_merge(sim_account_probes, &t->way[k], &c->way[k]);
        if (c->more != NULL)
            hist_merge(&t->rtt, &c->more->rtt[k]);
    }
    if (c->more != NULL)
        probe_merge(sim_returns_probes, &t->call_returns, &c->more->returns);
}

static void add_conns(struct sim_totals *t, const struct sim_node *n)
{
    for (const struct sim_reopen *r = n->reopens; r != NULL; r = r->next)
        probe_merge(sim_returns_probes, &t->conn_returns, &r->returns);
}

/* Jain's index. */
static double fairness_of(const struct sim_world *w)
{
    double sum = 0, sq = 0;

    for (uint32_t i = 0; i < w->call_count; i++) {
        const struct sim_account *way = w->calls[i]->way;
        double x = (double)(way[SIM_UP].delivered_octets +
                            way[SIM_DOWN].delivered_octets);

        sum += x;
        sq += x * x;
    }
    return sum * sum / (sq * (double)w->call_count);
}

static uint64_t drops(const struct sim_world *w, struct sim_port *p)
{
    struct sim_port_stats s = sim_measured_port(w, p);

    return s.dropped_full + s.dropped_early;
}

/* Most drops of one link, whichever it is. */
static uint64_t bottleneck_drops(const struct sim_world *w)
{
    const struct sim_net *net = &w->net;
    uint64_t most = 0;
    char up[NAME_OCTETS];

    for (uint32_t i = 0; i < net->port_count; i++) {
        struct sim_port *p = &net->ports[i], *other = NULL;
        size_t len = strlen(p->name);
        uint64_t n = drops(w, p);

        if (len > 5 && len < sizeof up &&
            strcmp(p->name + len - 5, "_DOWN") == 0) {
            snprintf(up, sizeof up, "%.*s_UP", (int)(len - 5), p->name);
            other = sim_net_port(net, up);
        }
        n += other != NULL ? drops(w, other) : 0;
        most = n > most ? n : most;
    }
    return most;
}

static void add_phone(struct sim_totals *t, const struct sim_phone *p)
{
    if (p == NULL)
        return;
    t->phones++;
    probe_merge(sim_phone_probes, &t->phone, &p->stats);
}

static void add_group(struct sim_totals *t, const struct sim_group *g)
{
    if (g->lines.modems != NULL) {
        t->modem_groups++;
        probe_merge(sim_modem_probes, &t->modem, &g->lines.modems->stats);
    }
    if (g->subscribers == NULL)
        return;
    t->subscribers += g->subscribers->config.arrivals.subscribers;
    probe_merge(sim_subscribers_probes, &t->wishes, &g->subscribers->stats);
}

void sim_totals_make(struct sim_totals *t, const struct sim_world *w)
{
    struct pptp_stats s;

    *t = (struct sim_totals){ .calls_up = w->up_calls,
                              .fairness = fairness_of(w),
                              .bottleneck_drops = bottleneck_drops(w),
                              .pool_used_max = w->net.pool.used_max,
                              .pool_exhausted = sim_measured_exhausted(w) };
    for (uint32_t i = 0; i < w->call_count; i++)
        add_call(t, w->calls[i]);
    for (int k = 0; k < 2; k++)
        probe_merge(sim_account_probes, &t->both, &t->way[k]);
    for (uint32_t i = 0; i < w->flow_count; i++)
        probe_merge(sim_account_probes, &t->flows, w->flows[i]->account);
    for (uint32_t i = 0; i < w->group_count; i++)
        add_group(t, w->groups[i]);
    sim_users_sum(t->users, w);
    sim_voices_sum(&t->voices, w);
    for (uint32_t i = 0; i < w->node_count; i++) {
        sim_measured_peer(w, i, &s);
        t->timeouts += s.timeouts;
        t->send_queue_drops += s.frames_dropped_full;
        t->recv_overflow += s.gre_rx_overflow;
        add_conns(t, w->nodes[i]);
        add_phone(t, sim_node_phone(w->nodes[i]));
    }
}

void sim_totals_fini(struct sim_totals *t)
{
    hist_free(&t->way[SIM_UP].delay);
    hist_free(&t->way[SIM_DOWN].delay);
    hist_free(&t->both.delay);
    hist_free(&t->flows.delay);
    hist_free(&t->rtt);
    hist_free(&t->voices.stats.delay);
    hist_free(&t->phone.dial);
    hist_free(&t->phone.ring);
    hist_free(&t->phone.train);
    hist_free(&t->wishes.set_up);
    hist_free(&t->wishes.online);
    for (int k = 0; k < USER_KINDS; k++)
        hist_free(&t->users[k].stats.user.time);
    hist_free(&t->call_returns.away);
    hist_free(&t->conn_returns.away);
}
