/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queues that decide, at ports: when packets leave, what is dropped, marked
 * and measured. */
#include "config.h"

#include "sim/port_queue.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "ip/ipv4.h"
#include "sim/address.h"
#include "sim/impair.h"

enum { SEEN_MAX = 8192 };

/* What has come to an end. */
struct way {
    struct sim_sink sink;
    struct sim_port port;
    struct sim_route *route;
    uint64_t ns[SEEN_MAX];
    uint32_t octets[SEEN_MAX];
    uint8_t ecn[SEEN_MAX];
    uint32_t n;
};

static struct sim_calendar cal;
static struct sim_net net;
static struct way a, b;
static uint64_t lost[SIM_PLACES];

static void on_packet(struct sim_sink *self, uint32_t pkt)
{
    struct way *w = (struct way *)(void *)self;
    struct pptp_packet *k = sim_packet(&net, pkt);
    struct ipv4_packet ip;

    ck_assert_uint_lt(w->n, SEEN_MAX);
    ck_assert_int_eq(
        ipv4_read(pptp_packet_data(k), k->head_len, 0, false, &ip),
        INET4_GOOD);
    w->ns[w->n] = cal.now;
    w->octets[w->n] = pptp_packet_len(k);
    w->ecn[w->n++] = ip.ecn;
    sim_packet_free(&net, pkt);
}

static void begin(struct way *w, double rate_octets, uint64_t latency_ns)
{
    w->sink.event = on_packet;
    w->n = 0;
    sim_port_init(&w->port, &net, "p", rate_octets, latency_ns);
    w->route = sim_route_new((struct sim_port *[]){ &w->port }, 1, &w->sink);
}

static void end(struct way *w)
{
    free(w->route);
    sim_port_fini(&w->port);
}

static void setup(void)
{
    const struct sim_net_config config = { .seed = 42,
                                           .queue_packets = 1000,
                                           .pool_packets = SEEN_MAX,
                                           .pool_buf_octets = 128 };

    memset(lost, 0, sizeof lost);
    ck_assert_int_eq(sim_calendar_init(&cal, 10000), 0);
    ck_assert_int_eq(sim_net_init(&net, &cal, NULL, &config), 0);
}

static void teardown(void)
{
    ck_assert_uint_eq(net.pool.used, 0);
    sim_net_fini(&net);
    sim_calendar_fini(&cal);
}

/* UDP from a port of its own: that is its flow. */
static bool send_of(struct way *w, uint32_t octets, uint8_t ecn, uint16_t flow)
{
    pptp_pkt pkt = sim_packet_take(&net, 36);
    struct ipv4_head h = { .src = 0x0a000001,
                           .dst = 0x0a000002,
                           .octets = (uint16_t)octets,
                           .protocol = INET4_UDP,
                           .ecn = ecn };
    struct pptp_packet *k;
    uint8_t *o;

    ck_assert_uint_ne(pkt, PPTP_PKT_NONE);
    k = sim_packet(&net, pkt);
    k->tail_len = octets - 28;
    o = pptp_packet_push(k, 28);
    ipv4_write(o, &h);
    pptp_put16(o + 20, flow);
    pptp_put16(o + 22, 9);
    return sim_net_send(&net, w->route, pkt);
}

static bool send(struct way *w, uint32_t octets)
{
    return send_of(w, octets, INET4_NOT_ECT, 1);
}

static void run(uint64_t until_ns)
{
    ck_assert(sim_calendar_run(&cal, until_ns));
}

static void decide(struct way *w, enum queue_kind kind, uint32_t packets,
                   bool ecn)
{
    struct queue_config c;

    queue_config_default(&c, kind);
    c.limit_packets = packets;
    c.ecn = ecn;
    ck_assert_ptr_null(queue_config_check(&c));
    ck_assert_int_eq(sim_port_set_queue_model(&w->port, &c), 0);
}

/* CoDel that has no reason for an hour. */
static void only_full(struct way *w, uint32_t packets)
{
    struct queue_config c;

    queue_config_default(&c, QUEUE_CODEL);
    c.limit_packets = packets;
    c.interval_ns = c.target_ns = 3600 * PPTP_S;
    ck_assert_int_eq(sim_port_set_queue_model(&w->port, &c), 0);
}

static uint32_t x = 7;

static uint32_t draw(uint32_t below)
{
    x = x * 1664525 + 1013904223;
    return (x >> 12) % below;
}

/* --- as a FIFO ---------------------------------------------------------- */

static void same_stats(void)
{
    struct sim_port_stats f = sim_port_stats_now(&a.port);
    struct sim_port_stats q = sim_port_stats_now(&b.port);

    ck_assert_uint_eq(f.entered, q.entered);
    ck_assert_uint_eq(f.left, q.left);
    ck_assert_uint_eq(f.left_octets, q.left_octets);
    ck_assert_uint_eq(f.arrived, q.arrived);
    ck_assert_uint_eq(f.dropped_full, q.dropped_full);
    ck_assert_uint_eq(f.dropped_down, q.dropped_down);
    ck_assert_uint_eq(f.waiting, q.waiting);
    ck_assert_uint_eq(f.in_flight, q.in_flight);
    ck_assert_uint_eq(f.queue_max, q.queue_max);
    ck_assert(f.queue_ns == q.queue_ns);
    ck_assert_uint_eq(f.busy_ns, q.busy_ns);
    ck_assert_uint_eq(sim_port_occupancy(&a.port),
                      sim_port_occupancy(&b.port));
}

/* Rates whose octets take whole nanoseconds, since a FIFO's fraction of one
 * begins anew with each change. */
static void disturb(void)
{
    static const double rates[] = { 0, 1e4, 1e5, 1e6, 0, 1e6 };
    uint32_t what = draw(12), which = draw(6);
    uint64_t latency = draw(4) * PPTP_MS;

    if (what == 0) {
        sim_port_set_rate(&a.port, rates[which]);
        sim_port_set_rate(&b.port, rates[which]);
    } else if (what == 1) {
        sim_port_set_latency(&a.port, latency);
        sim_port_set_latency(&b.port, latency);
    }
}

/* Whatever happens to rate and latency, a queue that decides nothing is the
 * FIFO: to the nanosecond, packet by packet, in all that is counted. */
START_TEST(a_queue_that_decides_nothing_is_the_fifo)
{
    begin(&a, 1e5, PPTP_MS);
    begin(&b, 1e5, PPTP_MS);
    sim_port_set_queue(&a.port, 9, UINT64_MAX);
    only_full(&b, 9);
    for (int i = 0; i < 5000; i++) {
        uint32_t octets = 28 + draw(1000);

        ck_assert_int_eq(send(&a, octets), send(&b, octets));
        run(cal.now + draw(10) * PPTP_MS);
        same_stats();
        disturb();
    }
    sim_port_set_rate(&a.port, 1e6);
    sim_port_set_rate(&b.port, 1e6);
    run(UINT64_MAX);
    same_stats();
    ck_assert_uint_eq(a.n, b.n);
    ck_assert_uint_gt(a.n, 2000);
    ck_assert_mem_eq(a.ns, b.ns, a.n * sizeof a.ns[0]);
    ck_assert_mem_eq(a.octets, b.octets, a.n * sizeof a.octets[0]);
    ck_assert_uint_gt(b.port.dropped_full, 100);
    ck_assert_uint_gt(b.port.dropped_down, 100);
    end(&a);
    end(&b);
}
END_TEST

/* One event a hop where none waits, and one more where any does. */
START_TEST(events)
{
    begin(&a, 1e6, 5500 * PPTP_US);
    only_full(&a, 100);
    for (int i = 0; i < 10; i++) {
        send(&a, 1000);
        run(cal.now + 2 * PPTP_MS);
    }
    run(UINT64_MAX);
    ck_assert_uint_eq(a.n, 10);
    ck_assert_uint_eq(cal.done, 10);
    for (int i = 0; i < 10; i++)
        send(&a, 1000);
    /* the arrival that was planned when none waited, and a departure */
    ck_assert_uint_eq(cal.count, 2);
    run(UINT64_MAX);
    ck_assert_uint_eq(a.n, 20);
    /* nine begin at the departure of another; an event that was planned for
     * an arrival before that finds nothing to do */
    ck_assert_uint_ge(cal.done, 10 + 19);
    ck_assert_uint_le(cal.done, 10 + 20);
    end(&a);
}
END_TEST

static void on_change(struct sim_sink *self, uint32_t rate)
{
    (void)self;
    sim_port_set_rate(&a.port, rate);
}

/* A link that goes down at the very moment that a packet leaves, and before
 * the next has begun: that one begins when the link is back. */
START_TEST(down_at_a_departure)
{
    struct sim_sink change = { on_change };

    ck_assert(sim_calendar_at(&cal, PPTP_MS, &change, 0));
    ck_assert(sim_calendar_at(&cal, 9 * PPTP_MS, &change, 1000000));
    begin(&a, 1e6, 0);
    only_full(&a, 100);
    for (int i = 0; i < 3; i++)
        send(&a, 1000);
    run(5 * PPTP_MS);
    ck_assert_uint_eq(a.n, 1);
    ck_assert_uint_eq(sim_port_occupancy(&a.port), 2);
    run(UINT64_MAX);
    ck_assert_uint_eq(a.n, 3);
    ck_assert_uint_eq(a.ns[0], PPTP_MS);
    ck_assert_uint_eq(a.ns[1], 10 * PPTP_MS);
    ck_assert_uint_eq(a.ns[2], 11 * PPTP_MS);
    end(&a);
}
END_TEST

static uint64_t tapped_ns[16];
static uint32_t tapped;

static void on_departure(void *ctx, struct sim_port *p, pptp_pkt pkt)
{
    (void)ctx;
    (void)p;
    (void)pkt;
    tapped_ns[tapped++] = cal.now;
}

START_TEST(a_tap_sees_departures)
{
    begin(&a, 1e6, 50 * PPTP_MS);
    only_full(&a, 100);
    sim_port_set_tap(&a.port, on_departure, NULL);
    for (int i = 0; i < 5; i++)
        send(&a, 1000);
    run(UINT64_MAX);
    ck_assert_uint_eq(tapped, 5);
    for (uint32_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(tapped_ns[i], (i + 1) * PPTP_MS);
        ck_assert_uint_eq(a.ns[i], (i + 51) * PPTP_MS);
    }
    end(&a);
}
END_TEST

/* --- what is decided ------------------------------------------------------ */

static void on_lost(void *ctx, const struct sim_port *p, struct pptp_packet *k,
                    enum sim_place place)
{
    (void)ctx;
    (void)k;
    ck_assert_ptr_eq(p, &a.port);
    lost[place]++;
}

static void balance(uint32_t sent, uint32_t got)
{
    struct sim_port_stats s = sim_port_stats_now(&a.port);

    ck_assert_uint_eq(s.entered, got);
    ck_assert_uint_eq(sent + s.dropped_waiting,
                      got + s.dropped_full + s.dropped_early + s.dropped_down);
    ck_assert_uint_eq(s.entered, s.left + s.waiting + s.dropped_waiting);
    ck_assert_uint_eq(s.left, s.arrived + s.lost + s.in_flight);
    ck_assert_uint_eq(net.pool.used, s.waiting + s.in_flight);
    ck_assert_uint_eq(a.n, s.arrived);
    ck_assert_uint_eq(s.dropped_full, lost[SIM_PLACE_port_queue]);
    ck_assert_uint_eq(s.dropped_early, lost[SIM_PLACE_port_early]);
    ck_assert_uint_eq(s.dropped_down, lost[SIM_PLACE_link_down]);
    ck_assert_uint_le(s.queue_max, 30);
    ck_assert(s.queue_ns <= (unsigned __int128)s.queue_max * cal.now);
    ck_assert(s.queue_octets_ns <=
              (unsigned __int128)s.queue_octets_max * cal.now);
}

/* Each kind, whatever happens: at any time each packet is in one account. */
START_TEST(the_books_balance)
{
    static const double rates[] = { 0, 1e4, 1e5, 1e6 };
    uint32_t sent = 0, got = 0;

    begin(&a, 1e5, 0);
    decide(&a, (enum queue_kind)_i, 30, true);
    net.lost = on_lost;
    for (int i = 0; i < 4000; i++) {
        if (draw(50) == 0)
            sim_port_set_rate(&a.port, rates[draw(4)]);
        if (draw(50) == 0)
            sim_port_set_latency(&a.port, draw(8) * PPTP_MS);
        sent++;
        got += send_of(&a, 28 + draw(1000), (uint8_t)draw(4),
                       (uint16_t)draw(5));
        run(cal.now + draw(8000) * PPTP_US);
        balance(sent, got);
    }
    sim_port_set_rate(&a.port, 1e6);
    run(UINT64_MAX);
    balance(sent, got);
    ck_assert_uint_eq(sim_port_stats_now(&a.port).waiting, 0);
    ck_assert_uint_gt(lost[SIM_PLACE_port_early], 0);
    ck_assert_uint_gt(lost[SIM_PLACE_link_down], 0);
    ck_assert_uint_gt(sim_port_stats_now(&a.port).marked, 0);
    end(&a);
}
END_TEST

/* Twice what it can send, to CoDel: whoever can be told is, whoever cannot
 * loses packets. */
static void overload(uint8_t ecn)
{
    begin(&a, 1e6, 0);
    decide(&a, QUEUE_CODEL, 100000, true);
    net.lost = on_lost;
    for (int i = 0; i < 2000; i++) {
        send_of(&a, 1000, ecn, 1);
        run(cal.now + PPTP_MS / 2);
    }
    run(UINT64_MAX);
}

START_TEST(marks)
{
    uint64_t ce = 0;

    overload(INET4_ECT0);
    ck_assert_uint_eq(a.n, 2000);
    for (uint32_t i = 0; i < a.n; i++)
        if (a.ecn[i] != INET4_CE)
            ck_assert_uint_eq(a.ecn[i], INET4_ECT0);
        else
            ce++;
    ck_assert_uint_gt(ce, 10);
    ck_assert_uint_eq(ce, sim_port_stats_now(&a.port).marked);
    ck_assert_uint_eq(lost[SIM_PLACE_port_early], 0);
    end(&a);
}
END_TEST

START_TEST(drops)
{
    overload(INET4_NOT_ECT);
    ck_assert_uint_eq(a.n, 2000 - lost[SIM_PLACE_port_early]);
    ck_assert_uint_gt(lost[SIM_PLACE_port_early], 10);
    ck_assert_uint_eq(sim_port_stats_now(&a.port).marked, 0);
    end(&a);
}
END_TEST

/* A flow that sends much, and one that sends little: FQ-CoDel tells them
 * apart by what the header has. */
START_TEST(flows)
{
    uint32_t small = 0;

    begin(&a, 1e6, 0);
    decide(&a, QUEUE_FQ_CODEL, 1000, false);
    for (int i = 0; i < 100; i++)
        send_of(&a, 1000, INET4_NOT_ECT, 1);
    send_of(&a, 100, INET4_NOT_ECT, 2);
    run(UINT64_MAX);
    while (a.octets[small] != 100)
        small++;
    ck_assert_uint_le(small, 3);
    end(&a);
}
END_TEST

/* --- measured ---------------------------------------------------------------- */

/* Ten packets of 1 ms at once wait 0 … 9 ms. */
START_TEST(delays)
{
    struct sim_port_stats s;

    begin(&a, 1e6, 0);
    only_full(&a, 100);
    for (int i = 0; i < 10; i++)
        send(&a, 1000);
    run(2500000);
    s = sim_port_stats_now(&a.port);
    ck_assert(s.queue_ns == 9000000 + 8000000 + 3500000);
    ck_assert(s.queue_octets_ns == 1000 * s.queue_ns);
    run(UINT64_MAX);
    s = sim_port_stats_now(&a.port);
    ck_assert(s.queue_ns == 45000000);
    ck_assert_uint_eq(s.queue_max, 9);
    ck_assert_uint_eq(s.queue_octets_max, 9000);
    ck_assert_uint_eq(s.decides->delay.n, 10);
    ck_assert_double_eq_tol(hist_mean_s(&s.decides->delay), 0.0045, 1e-12);
    ck_assert_double_eq_tol(hist_max_s(&s.decides->delay), 0.009, 1e-12);
    end(&a);
}
END_TEST

/* What is highest since then begins with what waits then. */
START_TEST(from_some_time_on)
{
    struct sim_port_stats s;

    begin(&a, 1e6, 0);
    only_full(&a, 100);
    for (int i = 0; i < 10; i++)
        send(&a, 1000);
    run(5500000);
    sim_queue_restart(a.port.queue);
    run(UINT64_MAX);
    s = sim_port_stats_now(&a.port);
    ck_assert_uint_eq(s.queue_max, 4);
    ck_assert_uint_eq(s.queue_octets_max, 4000);
    ck_assert_uint_eq(s.decides->delay.n, 4);
    end(&a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("port_queue");
    TCase *t = tcase_create("port_queue");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_queue_that_decides_nothing_is_the_fifo);
    tcase_add_test(t, events);
    tcase_add_test(t, down_at_a_departure);
    tcase_add_test(t, a_tap_sees_departures);
    tcase_add_loop_test(t, the_books_balance, 0, QUEUE_KINDS);
    tcase_add_test(t, marks);
    tcase_add_test(t, drops);
    tcase_add_test(t, flows);
    tcase_add_test(t, delays);
    tcase_add_test(t, from_some_time_on);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
