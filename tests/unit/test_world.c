/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulated world end to end: two peers, calls and flows over platforms
 * that the tests write.  Counters of both sides agree, delays are what a
 * pencil gives, links that fail end calls as RFC 2637 says, and the same
 * scenario is the same run.  SimGrid starts once in a process, so these tests
 * need Check's forks.
 */
#include "config.h"

#include "ppp/fsm.h"
#include "sim/impair.h"
#include "sim/tcp.h"
#include "sim/world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAC, PNS, CALLS_MAX = 8, SIZE = 500, OUTER = 20, GRE = 8, SEQ = 4 };

static struct sim_world w;
static char err[300];
static char path[] = "/tmp/dialtone-world-XXXXXX.xml";
static char names[CALLS_MAX][16];

/* ---- building ---- */

/* pac and pns over `access` and `core`; alone has no route to anybody. */
static void write_platform(bool split, const char *core)
{
    int fd = mkstemps(path, 4);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    const char *direction = split ? " direction=\"UP\"" : "";

    ck_assert_ptr_nonnull(f);
    fprintf(f,
            "<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM "
            "\"https://simgrid.org/simgrid.dtd\">\n"
            "<platform version=\"4.1\"><zone id=\"z\" routing=\"Full\">\n"
            "<host id=\"pac\" speed=\"1Gf\">"
            "<prop id=\"ip\" value=\"192.0.2.1\"/></host>\n"
            "<host id=\"pns\" speed=\"1Gf\">"
            "<prop id=\"ip\" value=\"192.0.2.2\"/></host>\n"
            "<host id=\"alone\" speed=\"1Gf\"/>\n"
            "<link id=\"access\" bandwidth=\"10Mbps\" latency=\"1ms\" "
            "sharing_policy=\"SPLITDUPLEX\"/>\n"
            "<link id=\"core\" %s sharing_policy=\"%s\"/>\n"
            "<route src=\"pac\" dst=\"pns\">"
            "<link_ctn id=\"access\" direction=\"UP\"/>"
            "<link_ctn id=\"core\"%s/></route>\n</zone></platform>\n",
            core, split ? "SPLITDUPLEX" : "SHARED", direction);
    ck_assert_int_eq(fclose(f), 0);
}

static uint32_t host(const char *name)
{
    int32_t i = sim_platform_host(&w.platform, name);

    ck_assert_int_ge(i, 0);
    return (uint32_t)i;
}

static void peer_config(uint8_t role, struct pptp_config *c,
                        struct pptp_limits *l)
{
    pptp_config_default(c);
    pptp_limits_default(l);
    c->role = role;
    l->conns = 2;
    l->calls = CALLS_MAX;
}

static int add_node(const char *name, uint32_t on, const struct pptp_config *c,
                    const struct pptp_limits *l)
{
    struct sim_node_config n = {
        .name = name, .host = on, .pptp = c, .limits = l, .mtu_octets = 1500
    };

    return sim_world_node(&w, &n);
}

static void add_peers(void)
{
    struct pptp_config c;
    struct pptp_limits l;

    peer_config(PPTP_ROLE_PAC, &c, &l);
    ck_assert_int_eq(add_node("pac", host("pac"), &c, &l), PAC);
    peer_config(PPTP_ROLE_PNS, &c, &l);
    ck_assert_int_eq(add_node("pns", host("pns"), &c, &l), PNS);
}

static const struct sim_ppp_config *negotiation; /* NULL: none */

static void start_on(bool split, const char *core, uint64_t seed,
                     uint32_t queue)
{
    struct sim_world_config c = {
        .platform = path,
        .seed = seed,
        .packets = 4096,
        .queue_packets = queue,
        .ppp = negotiation,
    };

    write_platform(split, core);
    ck_assert_msg(sim_world_init(&w, &c, err, sizeof(err)) == 0, "%s", err);
    unlink(path);
    add_peers();
}

static void start(void)
{
    start_on(true, "bandwidth=\"2Mbps\" latency=\"10ms\"", 1, 100);
}

static void connect_peers(void)
{
    ck_assert_int_eq(sim_world_connect(&w, PAC, PNS), 0);
}

static struct sim_traffic_config traffic(enum traffic_kind kind,
                                         uint64_t rate_bps, bool from_pac)
{
    return (struct sim_traffic_config){
        .traffic = { .kind = kind, .rate_bps = rate_bps, .size_octets = SIZE },
        .stop_ns = 3 * PPTP_S,
        .from_pac = from_pac,
    };
}

static pptp_ns call_start = 100 * PPTP_MS;

/* A call of 5 s whose traffic, both ways, ends after 3 s. */
static struct sim_call *add_call(const char *name, bool outgoing)
{
    struct sim_traffic_config t[2] = {
        traffic(TRAFFIC_POISSON, 100000, false),
        traffic(TRAFFIC_POISSON, 50000, true),
    };
    struct sim_call_config c = {
        .pac = PAC,
        .pns = PNS,
        .outgoing = outgoing,
        .start_ns = call_start,
        .duration_ns = 5 * PPTP_S,
        .line = { .rate_bps = 1000000,
                  .delay_ns = 5 * PPTP_MS,
                  .buffer_packets = 64 },
        .traffic = t,
        .traffic_count = 2,
    };

    ck_assert_uint_lt(w.call_count, CALLS_MAX);
    snprintf(names[w.call_count], sizeof(names[0]), "%s", name);
    c.name = names[w.call_count];
    ck_assert_int_eq(sim_world_call(&w, &c), (int)w.call_count - 1);
    return w.calls[w.call_count - 1];
}

static void run_to(pptp_ns at)
{
    ck_assert(sim_world_run(&w, at));
    sim_world_settle(&w);
}

static struct sim_port *port(const char *name)
{
    struct sim_port *p = sim_net_port(&w.net, name);

    ck_assert_ptr_nonnull(p);
    return p;
}

static const struct pptp_stats *stats(int node)
{
    return pptp_peer_stats(w.nodes[node]->nas.node.peer);
}

/* ---- agreement ---- */

/* Everything that one side put on the wire came to the other, or is counted
 * as lost by a port of the way. */
static void check_way(int from, int to, const char *const *ports)
{
    const struct sim_tcp_stats *s = &w.nodes[from]->tcp->stats;
    const struct sim_tcp_stats *r = &w.nodes[to]->tcp->stats;
    uint64_t lost = 0;

    for (; *ports != NULL; ports++) {
        const struct sim_port *p = port(*ports);

        lost += p->lost + p->dropped_full;
    }
    ck_assert_uint_eq(stats(from)->gre_tx + s->segments_sent,
                      stats(to)->gre_rx + r->segments_received + lost);
    ck_assert_uint_eq(s->bad + s->no_packet + s->no_conn, 0);
}

static void check_both_ways(bool split)
{
    const char *const up[] = { "access_UP", split ? "core_UP" : "core", NULL };
    const char *const down[] = { "access_DOWN", split ? "core_DOWN" : "core",
                                 NULL };

    check_way(PAC, PNS, up);
    check_way(PNS, PAC, down);
    /* nothing is on the way any more */
    ck_assert_uint_eq(w.net.pool.used, 0);
    ck_assert_uint_eq(w.net.big.used, 0);
}

static void check_no_call_left(void)
{
    ck_assert_uint_eq(w.up_calls, 0);
    for (uint32_t i = 0; i < w.call_count; i++) {
        const struct sim_call *c = w.calls[i];

        ck_assert(!sim_call_is_up(c, false) && !sim_call_is_up(c, true));
        ck_assert_uint_eq(c->pns_id, PPTP_NONE);
    }
    for (uint32_t slot = 0; slot < CALLS_MAX; slot++) {
        ck_assert_ptr_null(sim_call_at(w.nodes[PAC], slot));
        ck_assert_ptr_null(sim_call_at(w.nodes[PNS], slot));
    }
}

/* Without loss: each frame offered comes out at the other end. */
static void check_lossless(const struct sim_call *c)
{
    struct pptp_call_info a, b;

    sim_call_info(c, false, &a);
    sim_call_info(c, true, &b);
    ck_assert_uint_gt(c->sources[0].sent, 20);
    ck_assert_uint_gt(c->sources[1].sent, 10);
    ck_assert_uint_eq(c->sources[0].sent, b.tx_packets);
    ck_assert_uint_eq(c->sources[0].sent, a.rx_packets);
    ck_assert_uint_eq(c->sources[0].sent, c->way[SIM_DOWN].delivered);
    ck_assert_uint_eq(c->sources[1].sent, a.tx_packets);
    ck_assert_uint_eq(c->sources[1].sent, b.rx_packets);
    ck_assert_uint_eq(c->sources[1].sent, c->way[SIM_UP].delivered);
    ck_assert_uint_eq(a.tx_octets, b.rx_octets);
    ck_assert_uint_eq(b.tx_octets, a.rx_octets);
    ck_assert_uint_eq(b.rx_octets, c->way[SIM_UP].delivered_octets);
    ck_assert_uint_eq(a.rx_octets, c->way[SIM_DOWN].delivered_octets);
    ck_assert_uint_eq(c->way[SIM_UP].offered + c->way[SIM_DOWN].offered,
                      c->sources[0].sent + c->sources[1].sent);
    ck_assert_uint_eq((c->way[SIM_UP].offered + c->way[SIM_DOWN].offered) *
                          (SIZE + TRAFFIC_PPP_OCTETS),
                      c->way[SIM_UP].offered_octets +
                          c->way[SIM_DOWN].offered_octets);
    ck_assert_uint_eq(a.drops + b.drops + a.rx_skipped + b.rx_skipped, 0);
    ck_assert_uint_eq(a.local_id, b.peer_id);
    ck_assert_uint_eq(b.local_id, a.peer_id);
    ck_assert_uint_eq(a.machine, c->outgoing ? PPTP_PAC_OUT : PPTP_PAC_IN);
    ck_assert_uint_eq(b.machine, c->outgoing ? PPTP_PNS_OUT : PPTP_PNS_IN);
}

START_TEST(calls_and_traffic)
{
    static const char *const name[] = { "a", "b", "c", "d", "e", "f" };

    start();
    connect_peers();
    for (int i = 0; i < 6; i++)
        add_call(name[i], i & 1);
    run_to(5 * PPTP_S);
    ck_assert_uint_eq(w.up_calls, 6);
    for (uint32_t i = 0; i < 6; i++)
        check_lossless(w.calls[i]);
    run_to(20 * PPTP_S);
    check_both_ways(true);
    check_no_call_left();
    for (uint32_t i = 0; i < 6; i++) {
        const struct sim_call *c = w.calls[i];

        ck_assert(c->ever_up && c->end.was_up && !c->failed);
        ck_assert_uint_gt(c->up_ns, 100 * PPTP_MS);
        /* the close takes a few round trips of 22 ms */
        ck_assert_uint_ge(c->down_ns, c->up_ns + 5 * PPTP_S);
        ck_assert_uint_lt(c->down_ns, c->up_ns + 5 * PPTP_S + 200 * PPTP_MS);
        check_lossless(c); /* the record, as the call ended */
    }
    ck_assert_uint_eq(stats(PAC)->calls_established, 6);
    ck_assert_uint_eq(stats(PNS)->calls_established, 6);
    ck_assert_uint_eq(stats(PAC)->calls_ended, 6);
    ck_assert_uint_eq(stats(PNS)->calls_ended, 6);
    ck_assert_uint_eq(stats(PAC)->msgs_tx, stats(PNS)->msgs_rx);
    ck_assert_uint_eq(stats(PNS)->msgs_tx, stats(PAC)->msgs_rx);
    ck_assert_uint_eq(stats(PAC)->msgs_unexpected, 0);
    ck_assert_uint_eq(stats(PNS)->msgs_unexpected, 0);
    sim_world_fini(&w);
}
END_TEST

START_TEST(lossy_link)
{
    struct sim_call *c[2];
    uint64_t lost;

    start();
    sim_port_set_loss(port("core_UP"), 0.05);
    sim_port_set_loss(port("core_DOWN"), 0.1);
    connect_peers();
    c[0] = add_call("a", false);
    c[1] = add_call("b", true);
    run_to(60 * PPTP_S); /* a lost control message is repeated by TCP */
    check_both_ways(true);
    check_no_call_left();
    lost = port("core_DOWN")->lost;
    ck_assert_uint_gt(lost, 5);
    ck_assert_uint_gt(port("core_UP")->lost, 0);
    ck_assert_uint_gt(stats(PAC)->gre_rx_skipped, 0);
    /* What was skipped was lost; the last packets of all, or those lost
     * with the acknowledgments, nobody skips. */
    ck_assert_uint_le(stats(PAC)->gre_rx_skipped, lost);
    for (int i = 0; i < 2; i++) {
        ck_assert(c[i]->ever_up);
        ck_assert_uint_lt(c[i]->way[SIM_DOWN].delivered,
                          c[i]->sources[0].sent);
        ck_assert_uint_gt(c[i]->way[SIM_DOWN].delivered,
                          c[i]->sources[0].sent / 4);
    }
    ck_assert_uint_le(c[0]->way[SIM_DOWN].delivered +
                          c[1]->way[SIM_DOWN].delivered,
                      stats(PAC)->gre_rx);
    sim_world_fini(&w);
}
END_TEST

/* ---- delay ---- */

/* All delays counted are d_us, to the nanosecond. */
static void check_delay(const struct hist *d, double d_us, uint64_t count)
{
    ck_assert_uint_eq(d->n, count);
    ck_assert_double_eq_tol((double)d->min_ns, d_us * 1e3, 1);
    ck_assert_double_eq_tol((double)d->max_ns, d_us * 1e3, 1);
    ck_assert_double_eq_tol(hist_mean_s(d), d_us * 1e-6, 1e-9);
    ck_assert_double_eq_tol(hist_quantile_s(d, 0.5), d_us * 1e-6, 1e-9);
}

static struct hist *flow_delay(uint32_t i)
{
    return &w.flows[i]->account->delay;
}

START_TEST(delay_of_a_flow)
{
    struct sim_traffic_config t = traffic(TRAFFIC_CONSTANT, 1000000, false);

    start();
    ck_assert_int_eq(sim_world_flow(&w, "f", host("pns"), host("pac"), &t), 0);
    run_to(10 * PPTP_S);
    /* 504 octets a packet with PPP, as the rate counts: 1 in 4032 µs */
    ck_assert_uint_ge(w.flows[0]->sent, 744);
    ck_assert_uint_le(w.flows[0]->sent, 745);
    ck_assert_uint_eq(w.flows[0]->account->delivered, w.flows[0]->sent);
    ck_assert_uint_eq(w.flows[0]->account->delivered_octets,
                      w.flows[0]->sent * SIZE);
    /* 500 octets at 10 and 2 Mbit/s, 1 and 10 ms */
    check_delay(flow_delay(0), 400 + 2000 + 11000, w.flows[0]->sent);
    sim_world_fini(&w);
}
END_TEST

/* The core has half its rate from 1 s on: 2 ms become 4. */
START_TEST(delay_with_a_profile)
{
    struct sim_traffic_config t = traffic(TRAFFIC_CONSTANT, 100000, true);
    char profile[64], core[128];
    uint64_t before;
    FILE *f;

    snprintf(profile, sizeof(profile), "/tmp/dialtone-world-%ld.profile",
             (long)getpid());
    snprintf(core, sizeof(core),
             "bandwidth=\"2Mbps\" latency=\"10ms\" "
             "bandwidth_file=\"%s\"",
             profile + sizeof("/tmp/") - 1);
    f = fopen(profile, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_gt(fprintf(f, "0.0 250000\n1.0 125000\n"), 0);
    ck_assert_int_eq(fclose(f), 0);
    start_on(true, core, 1, 100);
    unlink(profile);
    ck_assert_int_eq(sim_world_flow(&w, "f", host("pac"), host("pns"), &t), 0);
    run_to(PPTP_S);
    before = w.flows[0]->account->delivered;
    check_delay(flow_delay(0), 13400, before);
    run_to(1100 * PPTP_MS); /* one may have been on its way */
    hist_free(flow_delay(0));
    before = w.flows[0]->account->delivered;
    run_to(10 * PPTP_S);
    ck_assert_uint_eq(w.flows[0]->account->delivered, w.flows[0]->sent);
    check_delay(flow_delay(0), 15400, w.flows[0]->sent - before);
    sim_world_fini(&w);
}
END_TEST

/* A call's one direction, at a rate that waits nowhere. */
static struct sim_call *quiet_call(bool from_pac)
{
    struct sim_traffic_config t = traffic(TRAFFIC_CONSTANT, 100000, from_pac);
    struct sim_call_config c = {
        .name = "quiet",
        .pac = PAC,
        .pns = PNS,
        .start_ns = PPTP_S,
        .duration_ns = 5 * PPTP_S,
        .line = { .rate_bps = 1000000,
                  .delay_ns = 5 * PPTP_MS,
                  .buffer_packets = 64 },
        .traffic = &t,
        .traffic_count = 1,
    };

    connect_peers();
    ck_assert_int_eq(sim_world_call(&w, &c), 0);
    return w.calls[0];
}

/* Outer IP, GRE with a sequence number, PPP: at both links' rates. */
#define WIRE_US ((OUTER + GRE + SEQ + TRAFFIC_PPP_OCTETS + SIZE) * 8 * 0.6)
/* The line adds FCS and flags, at 1 Mbit/s, and 5 ms. */
#define LINE_US \
    ((TRAFFIC_PPP_OCTETS + SIZE + LINE_FRAMING_OCTETS) * 8.0 + 5000)

START_TEST(delay_to_the_caller)
{
    struct sim_call *c;

    start();
    c = quiet_call(false);
    run_to(20 * PPTP_S);
    ck_assert_uint_gt(c->way[SIM_DOWN].delivered, 70);
    check_delay(&c->way[SIM_DOWN].delay, WIRE_US + 11000 + LINE_US,
                c->way[SIM_DOWN].delivered);
    sim_world_fini(&w);
}
END_TEST

START_TEST(delay_from_the_caller)
{
    struct sim_call *c;

    start();
    c = quiet_call(true);
    run_to(20 * PPTP_S);
    ck_assert_uint_gt(c->way[SIM_UP].delivered, 70);
    check_delay(&c->way[SIM_UP].delay, WIRE_US + 11000 + LINE_US,
                c->way[SIM_UP].delivered);
    sim_world_fini(&w);
}
END_TEST

/* ---- queues ---- */

/* A flow each way.  The rate counts frames of 4032 bits; bare flows have 4000
 * of them on the wire. */
static void opposite_flows(uint64_t rate_bps)
{
    struct sim_traffic_config t = traffic(TRAFFIC_CONSTANT, rate_bps, false);

    ck_assert_int_eq(sim_world_flow(&w, "to", host("pac"), host("pns"), &t),
                     0);
    ck_assert_int_eq(sim_world_flow(&w, "fro", host("pns"), host("pac"), &t),
                     1);
    run_to(10 * PPTP_S);
    ck_assert_uint_gt(w.flows[0]->sent, 500);
}

START_TEST(queue_overflows)
{
    struct sim_port *p;
    uint64_t sent, got;

    start_on(true, "bandwidth=\"2Mbps\" latency=\"10ms\"", 1, 20);
    opposite_flows(3 * 1008000); /* 750 frames/s, 500 pass */
    for (int i = 0; i < 2; i++) {
        p = port(i ? "core_DOWN" : "core_UP");
        sent = w.flows[i]->sent;
        got = w.flows[i]->account->delivered;
        ck_assert_uint_eq(sent, got + p->dropped_full);
        ck_assert_uint_eq(p->queue_max, 20);
        /* 3 s of 500 a second, and the queue's 20 and one in the wire */
        ck_assert_uint_ge(got, 1500 + 18);
        ck_assert_uint_le(got, 1500 + 23);
        ck_assert_uint_eq(sim_port_stats_now(p).busy_ns, got * 2 * PPTP_MS);
        ck_assert_uint_eq(w.flows[i]->account->lost[SIM_PLACE_port_queue],
                          p->dropped_full);
        ck_assert_int_eq(sim_account_gap(w.flows[i]->account), 0);
        /* at the most 20 wait and one is being sent */
        ck_assert_double_ge(hist_max_s(flow_delay((uint32_t)i)),
                            0.0114 + 21 * 0.002);
        ck_assert_double_le(hist_max_s(flow_delay((uint32_t)i)),
                            0.0114 + 22 * 0.002);
    }
    ck_assert_uint_eq(w.net.pool.used, 0);
    sim_world_fini(&w);
}
END_TEST

/* Both directions at 300 frames/s, 60 % of the rate: each has its own … */
START_TEST(split_duplex)
{
    start();
    opposite_flows(1209600);
    ck_assert_uint_eq(w.flows[0]->account->delivered, w.flows[0]->sent);
    ck_assert_uint_eq(w.flows[1]->account->delivered, w.flows[1]->sent);
    for (uint32_t i = 0; i < 2; i++)
        check_delay(flow_delay(i), 13400, w.flows[i]->sent);
    sim_world_fini(&w);
}
END_TEST

/* … or both stand in one queue, at 120 %. */
START_TEST(shared)
{
    uint64_t sent, got;

    start_on(false, "bandwidth=\"2Mbps\" latency=\"10ms\"", 1, 20);
    opposite_flows(1209600);
    sent = w.flows[0]->sent + w.flows[1]->sent;
    got = w.flows[0]->account->delivered + w.flows[1]->account->delivered;
    ck_assert_uint_eq(sent, got + port("core")->dropped_full);
    ck_assert_uint_ge(got, 1500 + 18);
    ck_assert_uint_le(got, 1500 + 23);
    ck_assert_uint_ge(sent, 1798);
    sim_world_fini(&w);
}
END_TEST

START_TEST(calls_over_a_shared_link)
{
    start_on(false, "bandwidth=\"2Mbps\" latency=\"10ms\"", 1, 100);
    connect_peers();
    add_call("a", false);
    add_call("b", true);
    run_to(5 * PPTP_S);
    check_lossless(w.calls[0]);
    check_lossless(w.calls[1]);
    run_to(20 * PPTP_S);
    check_no_call_left();
    sim_world_fini(&w);
}
END_TEST

/* ---- links that fail ---- */

static void cut(void)
{
    sim_port_set_loss(port("core_UP"), 1);
    sim_port_set_loss(port("core_DOWN"), 1);
}

/* No TCP connection: it gives up after 63 s, and the call that waits for it
 * never begins. */
START_TEST(fails_before_syn)
{
    struct sim_call *c;

    start();
    connect_peers();
    c = add_call("a", false);
    cut();
    run_to(62 * PPTP_S);
    ck_assert_uint_eq(stats(PAC)->conns_closed, 0);
    run_to(64 * PPTP_S);
    ck_assert_uint_eq(stats(PAC)->conns_closed, 1);
    ck_assert_uint_eq(w.nodes[PAC]->tcp->count, 0);
    run_to(300 * PPTP_S);
    ck_assert(c->attempts == 0 && !c->failed && !c->ever_up);
    ck_assert_uint_eq(stats(PNS)->conns_accepted, 0);
    check_both_ways(true);
    check_no_call_left();
    sim_world_fini(&w);
}
END_TEST

/* R-3.1.4-01: TCP is up at 24 ms, SCCRQ and with it SCCRP do not come: closed
 * 60 s later. */
START_TEST(fails_before_sccrq)
{
    struct sim_call *c;

    start();
    connect_peers();
    c = add_call("a", true);
    run_to(23500 * PPTP_US);
    cut(); /* the SYN-ACK has come through it */
    run_to(60 * PPTP_S);
    ck_assert_uint_eq(stats(PAC)->conns_opened, 1);
    ck_assert_uint_eq(stats(PAC)->conns_established, 0);
    ck_assert_uint_eq(stats(PAC)->msgs_tx, 1);
    ck_assert_uint_eq(stats(PAC)->conns_closed, 0);
    run_to(60 * PPTP_S + 50 * PPTP_MS);
    ck_assert_uint_eq(stats(PAC)->conns_timed_out, 1);
    ck_assert_uint_eq(stats(PAC)->conns_closed, 1);
    run_to(3000 * PPTP_S); /* TCP gives up as well */
    ck_assert_uint_eq(w.nodes[PAC]->tcp->count, 0);
    ck_assert_uint_eq(w.nodes[PNS]->tcp->count, 0);
    ck_assert(c->waiting && !c->ever_up);
    check_both_ways(true);
    check_no_call_left();
    sim_world_fini(&w);
}
END_TEST

/* R-3.2.1-03: the call's request is never answered: after a minute the whole
 * control connection goes. */
static void fails_in_set_up(bool outgoing)
{
    struct sim_call *c;

    start();
    connect_peers();
    call_start = PPTP_S + 1; /* by then it is cut */
    c = add_call("a", outgoing);
    run_to(PPTP_S);
    ck_assert_uint_eq(stats(PAC)->conns_established, 1);
    cut();
    run_to(58 * PPTP_S);
    ck_assert_uint_eq(stats(PAC)->conns_closed, 0);
    ck_assert_uint_eq(stats(PNS)->conns_closed, 0);
    run_to(300 * PPTP_S);
    ck_assert(!c->ever_up && c->failed);
    ck_assert_uint_eq(stats(outgoing ? PNS : PAC)->calls_failed, 1);
    ck_assert_uint_eq(stats(PAC)->conns_closed, 1);
    ck_assert_uint_eq(stats(PNS)->conns_closed, 1);
    check_no_call_left();
    run_to(2000 * PPTP_S); /* TCP gives up as well */
    check_both_ways(true);
    ck_assert_uint_eq(w.nodes[PAC]->tcp->count, 0);
    ck_assert_uint_eq(w.nodes[PNS]->tcp->count, 0);
    sim_world_fini(&w);
}

START_TEST(fails_before_icrp)
{
    fails_in_set_up(false);
}
END_TEST

START_TEST(fails_before_ocrp)
{
    fails_in_set_up(true);
}
END_TEST

/* R-3.1.4-02, R-3.1.4-03: silence for 60 s, an echo request, 60 s more: both
 * sides close, and the call with them. */
START_TEST(fails_in_a_call)
{
    struct sim_call *c;
    pptp_ns at;

    start();
    connect_peers();
    c = add_call("a", false);
    run_to(2 * PPTP_S);
    ck_assert_uint_eq(w.up_calls, 1);
    at = c->up_ns;
    cut();
    c->group->duration_ns = 0;
    run_to(4 * PPTP_S);
    ck_assert_uint_eq(w.up_calls, 1);
    run_to(1000 * PPTP_S);
    check_no_call_left();
    ck_assert(c->ever_up && c->end.was_up);
    ck_assert_uint_ge(c->down_ns, at + 119 * PPTP_S);
    ck_assert_uint_le(c->down_ns, at + 121 * PPTP_S);
    ck_assert_uint_eq(stats(PAC)->conns_closed, 1);
    ck_assert_uint_eq(stats(PNS)->conns_closed, 1);
    ck_assert_uint_eq(stats(PAC)->calls_ended, 1);
    ck_assert_uint_eq(stats(PNS)->calls_ended, 1);
    check_both_ways(true);
    sim_world_fini(&w);
}
END_TEST

/* ---- sameness ---- */

struct summary {
    uint64_t hash, records, events, sent, gaps;
};

static pptp_ns first_born;
static uint64_t gaps_hash;

/* Times of the packets that `watched` sends, from its first one on. */
static const struct sim_call *watched;

static void watch(void *ctx, struct sim_port *p, pptp_pkt pkt)
{
    struct pptp_packet *k = sim_packet(&w.net, pkt);

    (void)ctx;
    (void)p;
    if (sim_marked(k) != &watched->way[SIM_DOWN])
        return;
    ck_assert_uint_eq(pptp_packet_data(k)[9], INET4_GRE); /* R-4-01 */
    if (first_born == 0)
        first_born = k->born_ns;
    gaps_hash = (gaps_hash ^ (k->born_ns - first_born)) *
                UINT64_C(0x100000001b3);
}

static void one_run(uint64_t seed, bool another, bool lossy,
                    struct summary *out)
{
    start_on(true, "bandwidth=\"2Mbps\" latency=\"10ms\"", seed, 100);
    if (lossy)
        sim_port_set_loss(port("core_DOWN"), 0.05);
    connect_peers();
    if (another) /* first: indices move, names do not */
        add_call("another", true);
    watched = add_call("same", false);
    sim_port_set_tap(port("access_DOWN"), watch, NULL);
    run_to(30 * PPTP_S);
    *out = (struct summary){
        .hash = w.trace_hash,
        .records = w.trace_records,
        .events = w.cal.done,
        .sent = watched->sources[0].sent,
        .gaps = gaps_hash,
    };
    sim_world_fini(&w);
}

/* The same in a process of its own, which has ended well if it has said all;
 * the test's end buries it. */
static struct summary in_child(uint64_t seed, bool another, bool lossy)
{
    struct summary s = { 0 };
    int fds[2];
    pid_t pid;

    ck_assert_int_eq(pipe(fds), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        one_run(seed, another, lossy, &s);
        _exit(write(fds[1], &s, sizeof(s)) != sizeof(s));
    }
    close(fds[1]);
    ck_assert_int_eq(read(fds[0], &s, sizeof(s)), sizeof(s));
    close(fds[0]);
    return s;
}

START_TEST(two_processes)
{
    struct summary a = in_child(7, true, true), b = in_child(7, true, true);
    struct summary c = in_child(8, true, true);

    ck_assert_uint_gt(a.records, 100);
    ck_assert_uint_eq(a.hash, b.hash);
    ck_assert_uint_eq(a.records, b.records);
    ck_assert_uint_eq(a.events, b.events);
    ck_assert_uint_ne(a.hash, c.hash);
}
END_TEST

START_TEST(independence)
{
    struct summary alone = in_child(7, false, false);
    struct summary beside = in_child(7, true, false);

    ck_assert_uint_gt(alone.sent, 20);
    ck_assert_uint_eq(alone.sent, beside.sent);
    ck_assert_uint_ne(alone.gaps, 0);
    ck_assert_uint_eq(alone.gaps, beside.gaps);
    ck_assert_uint_ne(alone.hash, beside.hash);
}
END_TEST

/* ---- beginning late, and again ---- */

/* 800 ms there and back: traffic counts from the call's own start, and a
 * source that is due before the call is up begins with it. */
START_TEST(traffic_starts_when_it_says)
{
    struct sim_traffic_config t[2] = {
        traffic(TRAFFIC_CONSTANT, 40320, false), /* 10 frames a second */
        traffic(TRAFFIC_CONSTANT, 40320, true),
    };
    struct sim_call_config c = {
        .name = "late",
        .pac = PAC,
        .pns = PNS,
        .start_ns = 2 * PPTP_S,
        .line = { .rate_bps = 1000000, .buffer_packets = 64 },
        .traffic = t,
        .traffic_count = 2,
    };
    double up_s;

    t[0].start_ns = 8 * PPTP_S;
    t[0].stop_ns = 11 * PPTP_S;
    t[1].stop_ns = 3 * PPTP_S;
    start_on(true, "bandwidth=\"2Mbps\" latency=\"400ms\"", 1, 100);
    connect_peers();
    ck_assert_int_eq(sim_world_call(&w, &c), 0);
    run_to(10 * PPTP_S);
    up_s = (double)w.calls[0]->up_ns * 1e-9;
    ck_assert_double_gt(up_s, 2.8);
    ck_assert_double_lt(up_s, 5);
    ck_assert_uint_eq(w.calls[0]->way[SIM_DOWN].offered, 0);
    /* from when it is up to 5 s, whatever the phase */
    ck_assert_double_eq_tol((double)w.calls[0]->way[SIM_UP].offered,
                            (5 - up_s) * 10, 1);
    run_to(20 * PPTP_S);
    ck_assert_uint_eq(w.calls[0]->way[SIM_DOWN].offered, 30);
    sim_world_fini(&w);
}
END_TEST

/* 300 s without a core: control connection and call are lost, by an echo that
 * is not answered, and come back by themselves. */
START_TEST(comes_back_after_an_outage)
{
    struct sim_traffic_config t = traffic(TRAFFIC_CONSTANT, 40320, false);
    struct sim_call_config c = {
        .name = "patient",
        .pac = PAC,
        .pns = PNS,
        .redial.first_ns = 5 * PPTP_S,
        .line = { .rate_bps = 1000000, .buffer_packets = 64 },
        .traffic = &t,
        .traffic_count = 1,
    };
    struct sim_call *call;
    uint64_t before;

    t.stop_ns = 0;
    start();
    w.nodes[PAC]->reopen.first_ns = 10 * PPTP_S;
    connect_peers();
    ck_assert_int_eq(sim_world_call(&w, &c), 0);
    call = w.calls[0];
    run_to(10 * PPTP_S);
    ck_assert(call->up_now);
    cut();
    run_to(310 * PPTP_S);
    ck_assert(!call->up_now && !call->trying && call->attempts == 1);
    ck_assert_int_eq(call->end.conn, PPTP_CONN_END_ECHO);
    before = call->way[SIM_DOWN].delivered;
    ck_assert_uint_ge(before, 98);
    ck_assert_uint_le(before, 100);
    sim_port_set_loss(port("core_UP"), 0);
    sim_port_set_loss(port("core_DOWN"), 0);
    run_to(500 * PPTP_S);
    ck_assert(call->up_now && call->ever_up);
    ck_assert_uint_ge(call->attempts, 2);
    ck_assert_uint_gt(call->way[SIM_DOWN].delivered, before + 500);
    ck_assert_int_eq(sim_account_gap(&call->way[SIM_DOWN]), 0);
    sim_world_fini(&w);
}
END_TEST

/* No stream to be had: the peer hears of it, and its connection ends. */
START_TEST(a_connection_that_cannot_be_opened_ends)
{
    start();
    w.nodes[PAC]->tcp->config.conns_max = 0;
    w.nodes[PAC]->reopen.first_ns = 10 * PPTP_S;
    connect_peers();
    run_to(PPTP_S);
    ck_assert_uint_eq(stats(PAC)->conns_opened, 1);
    ck_assert_uint_eq(stats(PAC)->conns_closed, 1);
    w.nodes[PAC]->tcp->config.conns_max = 10;
    run_to(11 * PPTP_S);
    ck_assert_uint_eq(stats(PAC)->conns_established, 1);
    sim_world_fini(&w);
}
END_TEST

/* ---- refusals ---- */

START_TEST(refusals)
{
    struct sim_traffic_config t = traffic(TRAFFIC_CONSTANT, 0, false);
    struct sim_call_config c = {
        .name = "bad",
        .pac = PAC,
        .pns = PNS,
        .line = { .rate_bps = 64000, .buffer_packets = 4 },
        .traffic = &t,
        .traffic_count = 1,
    };
    struct pptp_config config;
    struct pptp_limits l;
    uint32_t pac, pns;

    start();
    pac = host("pac");
    pns = host("pns");
    ck_assert_int_eq(sim_platform_host(&w.platform, "nobody"), -1);
    /* a rate of nothing */
    ck_assert_int_eq(sim_world_flow(&w, "f", pac, pns, &t), PPTP_ERR_ARGUMENT);
    ck_assert_int_eq(sim_world_call(&w, &c), PPTP_ERR_ARGUMENT);
    c.traffic_count = 0;
    c.line.rate_bps = 0;
    ck_assert_int_lt(sim_world_call(&w, &c), 0);
    ck_assert_uint_eq(w.call_count, 0);
    ck_assert_uint_eq(w.flow_count, 0);
    /* no route, no such host */
    t.traffic.rate_bps = 1000;
    ck_assert_int_eq(sim_world_flow(&w, "f", pac, host("alone"), &t),
                     PPTP_ERR_UNKNOWN);
    ck_assert_int_eq(sim_world_flow(&w, "f", w.platform.host_count, pns, &t),
                     PPTP_ERR_ARGUMENT);
    ck_assert_int_eq(sim_world_flow(&w, "f", pac, w.platform.host_count, &t),
                     PPTP_ERR_ARGUMENT);
    peer_config(PPTP_ROLE_PAC, &config, &l);
    ck_assert_int_eq(add_node("x", w.platform.host_count, &config, &l),
                     PPTP_ERR_ARGUMENT);
    /* a host has one peer */
    ck_assert_int_eq(add_node("x", pac, &config, &l), PPTP_ERR_ARGUMENT);
    ck_assert_int_eq(sim_world_connect(&w, PAC, 2), PPTP_ERR_ARGUMENT);
    c.pac = 2;
    ck_assert_int_eq(sim_world_call(&w, &c), PPTP_ERR_ARGUMENT);
    c.pac = PAC;
    /* absurd counts */
    peer_config(PPTP_ROLE_PAC, &config, &l);
    l.calls = UINT32_MAX;
    ck_assert_int_lt(add_node("x", host("alone"), &config, &l), 0);
    l.calls = 0;
    ck_assert_int_lt(add_node("x", host("alone"), &config, &l), 0);
    ck_assert_uint_eq(w.node_count, 2);
    /* and the world still runs */
    c.line.rate_bps = 64000;
    ck_assert_int_eq(sim_world_call(&w, &c), 0);
    connect_peers();
    run_to(5 * PPTP_S);
    ck_assert_uint_eq(w.up_calls, 1);
    sim_world_fini(&w);
}
END_TEST

START_TEST(absurd_world)
{
    struct sim_world_config c = {
        .platform = path,
        .seed = 1,
        .packets = UINT32_MAX,
    };

    write_platform(true, "bandwidth=\"2Mbps\" latency=\"10ms\"");
    ck_assert_int_lt(sim_world_init(&w, &c, err, sizeof(err)), 0);
    ck_assert_str_ne(err, "");
    sim_world_fini(&w);
    /* SimGrid has begun: no second world in this process */
    c.packets = 16;
    ck_assert_int_eq(sim_world_init(&w, &c, err, sizeof(err)), PPTP_ERR_STATE);
    ck_assert_ptr_nonnull(strstr(err, "already"));
    sim_world_fini(&w);
    unlink(path);
}
END_TEST

/* ---- PPP at the ends of calls ---- */

static const uint16_t methods[] = { PPP_AUTH_NONE, PPP_AUTH_PAP,
                                    PPP_AUTH_CHAP_MD5, PPP_AUTH_MSCHAP2 };

static struct sim_ppp_config ppp_of(uint16_t auth, const char *answer)
{
    return (struct sim_ppp_config){ .auth = auth,
                                    .user = "caller",
                                    .password = "secret",
                                    .answer = answer,
                                    .ip_pns = 0xc0a80001 };
}

START_TEST(ppp_comes_first)
{
    struct sim_ppp_config p = ppp_of(methods[_i], NULL);
    struct pptp_call_info pac;
    struct ppp_info caller, pns;
    struct sim_call *c[2];

    negotiation = &p;
    start();
    connect_peers();
    c[0] = add_call("in", false);
    c[1] = add_call("out", true);
    run_to(3 * PPTP_S);
    ck_assert_uint_eq(w.up_calls, 2);
    for (uint32_t i = 0; i < 2; i++) {
        nas_callers_info(&c[i]->group->bank, 0, &caller);
        nas_ppps_info(&w.nodes[PNS]->pns->role.ppps,
                      pptp_call_slot(c[i]->pns_id), &pns);
        ck_assert_uint_eq(caller.ipcp, PPP_OPENED);
        ck_assert_uint_eq(pns.ipcp, PPP_OPENED);
        ck_assert_uint_eq(caller.ip_local & 0xfff00000, 0xac100000);
        ck_assert_uint_eq(caller.ip_local, c[i]->ip);
        ck_assert_uint_eq(caller.ip_peer, 0xc0a80001);
        ck_assert_uint_eq(pns.ip_peer, caller.ip_local);
        ck_assert_uint_eq(pns.auth_peer,
                          methods[_i] == PPP_AUTH_NONE ? 0 : methods[_i]);
        /* the tunnel was there before; the PAC knows the maps (2.15) */
        ck_assert_uint_gt(c[i]->ppp_frames, 8);
        sim_call_info(c[i], false, &pac);
        ck_assert_uint_eq(pac.tx_accm, 0);
        ck_assert_uint_eq(pac.rx_accm, 0);
    }
    ck_assert_uint_ge(stats(PAC)->sli_rx, 2);
    ck_assert_uint_ne(c[0]->ip, c[1]->ip);
    run_to(20 * PPTP_S);
    check_no_call_left();
    for (uint32_t i = 0; i < 2; i++) {
        ck_assert(c[i]->ever_up && !c[i]->failed);
        for (int k = 0; k < 2; k++) {
            ck_assert_uint_eq(c[i]->way[k].offered, c[i]->way[k].delivered);
            ck_assert_uint_gt(c[i]->way[k].delivered, 10);
        }
        ck_assert_uint_eq(c[i]->ppp_reason, PPP_END_LOCAL);
        /* nothing of the user's before PPP was up */
        ck_assert_uint_gt(c[i]->up_ns, 200 * PPTP_MS);
    }
    ck_assert_uint_eq(w.net.pool.used, 0);
    ck_assert_uint_eq(sim_world_ppp_refused(&w), 0);
    sim_world_fini(&w);
}
END_TEST

START_TEST(ppp_refuses_a_wrong_password)
{
    struct sim_ppp_config p = ppp_of(methods[_i + 1], "guess");
    struct sim_call *c;

    negotiation = &p;
    start();
    connect_peers();
    c = add_call("in", false);
    run_to(60 * PPTP_S);
    check_no_call_left();
    ck_assert(!c->ever_up && c->failed);
    ck_assert(c->ppp_reason == PPP_END_AUTH_PEER ||
              c->ppp_reason == PPP_END_AUTH_US);
    ck_assert_uint_eq(c->way[SIM_UP].offered + c->way[SIM_DOWN].offered, 0);
    ck_assert_uint_eq(w.net.pool.used, 0);
    sim_world_fini(&w);
}
END_TEST

START_TEST(ppp_over_a_lossy_link)
{
    struct sim_ppp_config p = ppp_of(PPP_AUTH_CHAP_MD5, NULL);
    uint32_t up = 0;

    negotiation = &p;
    start();
    sim_port_set_loss(port("core_UP"), 0.05);
    sim_port_set_loss(port("core_DOWN"), 0.05);
    connect_peers();
    for (int i = 0; i < CALLS_MAX; i++)
        add_call("c", i & 1);
    run_to(120 * PPTP_S); /* each comes up, or ends; none is left hanging */
    check_no_call_left();
    for (uint32_t i = 0; i < CALLS_MAX; i++) {
        ck_assert(w.calls[i]->ever_up || w.calls[i]->failed);
        up += w.calls[i]->ever_up;
    }
    ck_assert_uint_gt(up, CALLS_MAX / 2);
    ck_assert_uint_eq(w.net.pool.used, 0);
    sim_world_fini(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("world");
    TCase *t = tcase_create("world");
    SRunner *r = srunner_create(s);
    int failed;

    srunner_set_fork_status(r, CK_FORK);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, calls_and_traffic);
    tcase_add_test(t, lossy_link);
    tcase_add_test(t, delay_of_a_flow);
    tcase_add_test(t, delay_with_a_profile);
    tcase_add_test(t, delay_to_the_caller);
    tcase_add_test(t, delay_from_the_caller);
    tcase_add_test(t, queue_overflows);
    tcase_add_test(t, split_duplex);
    tcase_add_test(t, shared);
    tcase_add_test(t, calls_over_a_shared_link);
    tcase_add_test(t, fails_before_syn);
    tcase_add_test(t, fails_before_sccrq);
    tcase_add_test(t, fails_before_icrp);
    tcase_add_test(t, fails_before_ocrp);
    tcase_add_test(t, fails_in_a_call);
    tcase_add_test(t, two_processes);
    tcase_add_test(t, independence);
    tcase_add_test(t, traffic_starts_when_it_says);
    tcase_add_test(t, comes_back_after_an_outage);
    tcase_add_test(t, a_connection_that_cannot_be_opened_ends);
    tcase_add_test(t, refusals);
    tcase_add_test(t, absurd_world);
    tcase_add_loop_test(t, ppp_comes_first, 0, 4);
    tcase_add_loop_test(t, ppp_refuses_a_wrong_password, 0, 3);
    tcase_add_test(t, ppp_over_a_lossy_link);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
