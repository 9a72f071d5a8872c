/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ports: exact times, queue limits, loss, sharing, taps, both pools. */
#include "config.h"

#include "models/delivery.h"
#include "sim/impair.h"
#include "sim/port.h"

#include <check.h>
#include <stdlib.h>

enum { SEEN_MAX = 4096 };

static struct sim_calendar cal;
static struct sim_net net;
static struct sim_sink dest;
static uint64_t seen_ns[SEEN_MAX];
static pptp_pkt seen_pkt[SEEN_MAX];
static uint32_t seen;

static void on_packet(struct sim_sink *self, uint32_t pkt)
{
    ck_assert_ptr_eq(self, &dest);
    ck_assert_uint_lt(seen, SEEN_MAX);
    seen_ns[seen] = cal.now;
    seen_pkt[seen++] = pkt;
    sim_packet_free(&net, pkt);
}

static void setup(void)
{
    struct sim_net_config config = {
        .seed = 42,
        .queue_packets = 1000,
        .pool_packets = SEEN_MAX,
        .pool_buf_octets = 128,
        .big_packets = 4,
        .big_buf_octets = 1600,
    };

    ck_assert_int_eq(sim_calendar_init(&cal, 10000), 0);
    ck_assert_int_eq(sim_net_init(&net, &cal, NULL, &config), 0);
    dest.event = on_packet;
    seen = 0;
}

static void teardown(void)
{
    ck_assert_uint_eq(net.pool.used, 0);
    ck_assert_uint_eq(net.big.used, 0);
    sim_net_fini(&net);
    sim_calendar_fini(&cal);
}

static bool send(const struct sim_route *r, uint32_t octets)
{
    pptp_pkt pkt = sim_packet_take(&net, 36);

    ck_assert_uint_ne(pkt, PPTP_PKT_NONE);
    sim_packet(&net, pkt)->tail_len = octets;
    return sim_net_send(&net, r, pkt);
}

START_TEST(exact_times)
{
    static const double bps[] = { 300, 33600, 53333.3, 64e3,
                                  1e6, 1e9,   10e9,    400e9 };
    struct sim_port p;
    struct sim_route *r;

    for (size_t i = 0; i < sizeof(bps) / sizeof(bps[0]); i++) {
        double want = 1000 * 40 * 8e9 / bps[i], got;
        uint64_t start = cal.now;

        sim_port_init(&p, &net, "p", bps[i] / 8, 5000);
        r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
        seen = 0;
        for (int k = 0; k < 1000; k++)
            ck_assert(send(r, 40));
        ck_assert(sim_calendar_run(&cal, UINT64_MAX));
        ck_assert_uint_eq(seen, 1000);
        got = (double)(seen_ns[999] - 5000 - start);
        /* half a nanosecond, or a part in 10^7 */
        ck_assert_double_eq_tol(got, want, 1 + want * 1e-7);
        ck_assert_uint_eq(sim_port_stats_now(&p).left, 1000);
        ck_assert_uint_eq(sim_port_stats_now(&p).left_octets, 40000);
        ck_assert_uint_eq(sim_port_stats_now(&p).busy_ns,
                          seen_ns[999] - 5000 - start);
        /* at 400 Gbit/s the first has left within its nanosecond */
        ck_assert_uint_ge(p.queue_max, 998);
        free(r);
        sim_port_fini(&p);
    }
}
END_TEST

START_TEST(chain)
{
    struct sim_port a, b, c;
    struct sim_route *r;

    sim_port_init(&a, &net, "a", 1e6, 1000000);
    sim_port_init(&b, &net, "b", 1e5, 2000000);
    sim_port_init(&c, &net, "c", 1e6, 3000000);
    r = sim_route_new((struct sim_port *[]){ &a, &b, &c }, 3, &dest);
    send(r, 100);
    send(r, 100);
    ck_assert(sim_calendar_run(&cal, 2000000000));
    ck_assert_uint_eq(seen, 2);
    ck_assert_uint_eq(seen_ns[0], 6000000 + 100000 + 1000000 + 100000);
    ck_assert_uint_eq(seen_ns[1], seen_ns[0] + 1000000); /* b's pace */
    ck_assert_uint_eq(net.stats.delivered, 2);
    free(r);
    sim_port_fini(&a);
    sim_port_fini(&b);
    sim_port_fini(&c);
}
END_TEST

START_TEST(limits)
{
    struct sim_port p;
    struct sim_route *r;
    int got = 0;

    sim_port_init(&p, &net, "p", 1e6, 0);
    r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    sim_port_set_queue(&p, 3, UINT64_MAX);
    for (int i = 0; i < 10; i++)
        got += send(r, 1000);
    ck_assert_int_eq(got, 4); /* three wait, one leaves */
    ck_assert_uint_eq(p.dropped_full, 6);
    ck_assert_uint_eq(p.queue_max, 3);
    ck_assert_uint_eq(sim_port_occupancy(&p), 4);
    ck_assert(sim_calendar_run(&cal, 1000000)); /* one has left */
    ck_assert_uint_eq(sim_port_occupancy(&p), 3);
    ck_assert(send(r, 1000));
    ck_assert(!send(r, 1000));
    ck_assert(sim_calendar_run(&cal, 100000000));
    ck_assert_uint_eq(sim_port_occupancy(&p), 0);
    ck_assert_uint_eq(seen, 5);
    sim_port_set_queue(&p, 1000, 2500);
    for (int i = 0; i < 10; i++)
        send(r, 1000);
    ck_assert_uint_eq(sim_port_occupancy(&p), 3); /* 2000 wait */
    ck_assert(send(r, 500));
    ck_assert(!send(r, 1));
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    sim_port_set_queue(&p, 0, UINT64_MAX); /* no queue at all */
    ck_assert(send(r, 1000));
    ck_assert(!send(r, 1000));
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    free(r);
    sim_port_fini(&p);
}
END_TEST

static uint32_t lose(const char *name, double probability)
{
    struct sim_port p;
    struct sim_route *r;
    uint32_t lost;

    sim_port_init(&p, &net, name, 1e9, 0);
    sim_port_set_loss(&p, probability);
    r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    seen = 0;
    for (int i = 0; i < 4000; i++) {
        ck_assert(send(r, 100));
        ck_assert(sim_calendar_run(&cal, cal.now + 1000));
    }
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    lost = (uint32_t)p.lost;
    ck_assert_uint_eq(seen + lost, 4000);
    ck_assert_uint_eq(sim_port_stats_now(&p).busy_ns,
                      4000 * 100); /* lost ones took time */
    free(r);
    sim_port_fini(&p);
    return lost;
}

START_TEST(loss)
{
    uint32_t a = lose("a", 0.1);

    ck_assert_uint_gt(a, 300); /* 400 by rights; 5 sigma is 95 */
    ck_assert_uint_lt(a, 500);
    ck_assert_uint_eq(lose("a", 0.1), a); /* the same draws */
    ck_assert_uint_eq(lose("a", 0), 0);
    ck_assert_uint_eq(lose("a", 1), 4000);
}
END_TEST

START_TEST(half_duplex_and_fatpipe)
{
    struct sim_port p;
    struct sim_route *up, *down;

    sim_port_init(&p, &net, "shared", 1e6, 0);
    up = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    down = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    send(up, 1000);
    send(down, 1000); /* waits for the other direction */
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(seen_ns[1], 2000000);
    p.fatpipe = true;
    sim_port_set_queue(&p, 0, 0);
    send(up, 1000);
    send(down, 1000);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(seen, 4);
    ck_assert_uint_eq(seen_ns[2], 3000000);
    ck_assert_uint_eq(seen_ns[3], 3000000);
    /* a short one behind a long one does not overtake it */
    send(up, 1500);
    send(up, 40);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(seen, 6);
    ck_assert_uint_lt(seen_pkt[4], seen_pkt[5]);
    ck_assert_uint_eq(seen_ns[4], 4500000);
    ck_assert_uint_eq(seen_ns[5], 4500000);
    /* 2 ms of a FIFO, 1 ms and 1.5 ms in which something was sent */
    ck_assert_uint_eq(sim_port_stats_now(&p).busy_ns, 4500000);
    free(up);
    free(down);
    sim_port_fini(&p);
}
END_TEST

struct taps {
    uint64_t last_ns;
    uint32_t count;
};

static void on_tap(void *ctx, struct sim_port *port, pptp_pkt pkt)
{
    struct taps *t = ctx;

    ck_assert_str_eq(port->name, "p");
    ck_assert_uint_eq(pptp_packet_len(sim_packet(&net, pkt)), 100);
    ck_assert_uint_eq(cal.now, t->last_ns + 100000); /* when it leaves */
    t->last_ns = cal.now;
    t->count++;
}

START_TEST(tap)
{
    struct taps t = { 0 };
    struct sim_port p;
    struct sim_route *r;

    sim_port_init(&p, &net, "p", 1e6, 7);
    sim_port_set_queue(&p, 4, UINT64_MAX);
    sim_port_set_tap(&p, on_tap, &t);
    r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    for (int i = 0; i < 8; i++)
        send(r, 100);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(t.count, 5); /* not the dropped ones */
    free(r);
    sim_port_fini(&p);
}
END_TEST

START_TEST(pools)
{
    struct sim_port p;
    struct sim_route *r, *self, *nowhere;
    pptp_pkt big = sim_packet_take_big(&net, 0), all[4];

    ck_assert(big & SIM_PKT_BIG);
    sim_packet(&net, big)->head_len = 1500;
    sim_port_init(&p, &net, "p", 1e6, 0);
    r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    self = sim_route_new(NULL, 0, &dest);
    nowhere = sim_route_new((struct sim_port *[]){ &p }, 1, NULL);
    ck_assert(sim_net_send(&net, r, big));
    ck_assert(send(self, 10));
    ck_assert_uint_eq(seen, 0); /* not from inside */
    ck_assert(send(nowhere, 10));
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(seen, 2);
    ck_assert_uint_eq(seen_pkt[1], big);
    ck_assert_uint_eq(seen_ns[1], 1500000);
    ck_assert_uint_eq(net.stats.undeliverable, 1);
    for (int i = 0; i < 4; i++)
        all[i] = sim_packet_take_big(&net, 0);
    ck_assert_uint_eq(sim_packet_take_big(&net, 0), PPTP_PKT_NONE);
    for (int i = 0; i < 4; i++)
        sim_packet_free(&net, all[i]);
    free(r);
    free(self);
    free(nowhere);
    sim_port_fini(&p);
}
END_TEST

/* 1 MB/s, then 10 MB/s after half a packet: the other half takes a tenth of
 * its time, and what waits goes at the new rate. */
START_TEST(a_change_of_rate_acts_on_what_is_being_sent)
{
    struct sim_port p;
    struct sim_route *r;

    sim_port_init(&p, &net, "p", 1e6, 1000000);
    r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    send(r, 1000);
    send(r, 1000);
    ck_assert(sim_calendar_run(&cal, 500000));
    sim_port_set_rate(&p, 1e7);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(seen, 2);
    ck_assert_uint_eq(seen_ns[0], 500000 + 50000 + 1000000);
    ck_assert_uint_eq(seen_ns[1], 500000 + 150000 + 1000000);
    ck_assert_uint_eq(sim_port_stats_now(&p).busy_ns, 650000);
    ck_assert(sim_port_stats_now(&p).queue_ns == 550000);
    /* and slower again: the event that waits comes too early */
    ck_assert(sim_calendar_run(&cal, 20000000));
    send(r, 1000);
    sim_port_set_rate(&p, 1e5);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(seen_ns[2], 20000000 + 10000000 + 1000000);
    free(r);
    sim_port_fini(&p);
}
END_TEST

START_TEST(rate_0_stops_and_goes_on)
{
    struct sim_port p;
    struct sim_route *r;
    struct sim_port_stats s;

    sim_port_init(&p, &net, "p", 1e6, 3000000);
    r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    for (int i = 0; i < 3; i++)
        send(r, 1000);
    ck_assert(sim_calendar_run(&cal, 1250000)); /* one has left */
    sim_port_set_rate(&p, 0);
    ck_assert(!send(r, 1000)); /* what comes now finds it down */
    ck_assert(sim_calendar_run(&cal, 6000000));
    ck_assert_uint_eq(seen, 1); /* the one in flight has arrived */
    ck_assert_uint_eq(seen_ns[0], 4000000);
    s = sim_port_stats_now(&p);
    ck_assert_uint_eq(s.dropped_down, 1);
    ck_assert_uint_eq(s.waiting, 2);
    ck_assert_uint_eq(s.busy_ns, 1250000);
    /* two waited for 1 ms; one goes on to, while another is being sent */
    ck_assert(s.queue_ns == 2 * 1000000 + 5000000);
    sim_port_set_rate(&p, 1e6);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(seen, 3);
    ck_assert_uint_eq(seen_ns[1], 6000000 + 750000 + 3000000);
    ck_assert_uint_eq(seen_ns[2], 6000000 + 1750000 + 3000000);
    s = sim_port_stats_now(&p);
    ck_assert_uint_eq(s.busy_ns, 3000000);
    ck_assert(s.queue_ns == 2 * 1000000 + 5750000);
    ck_assert_uint_eq(s.entered, 3);
    ck_assert_uint_eq(s.arrived, 3);
    free(r);
    sim_port_fini(&p);
}
END_TEST

/* Opportunities at 3, 5, 5, 9 and 12 ms; a cut from 4 to 7.5 ms: what waits
 * takes the next there are then.  A rate says nothing, nor does none. */
START_TEST(opportunities)
{
    static const uint32_t left_ms[] = { 3, 9, 12, 14 };
    struct delivery d = { (uint32_t[]){ 3, 5, 5, 9 }, 4 };
    struct sim_port_stats s;
    struct sim_port p;
    struct sim_route *r;

    sim_port_init(&p, &net, "p", 0, 1000000);
    ck_assert_int_eq(sim_port_set_delivery(&p, &d), 0);
    r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    for (int i = 0; i < 4; i++)
        ck_assert(send(r, 1500));
    ck_assert(sim_calendar_run(&cal, 4000000));
    sim_port_set_down(&p, true);
    sim_port_set_rate(&p, 1e9); /* it is cut all the same */
    ck_assert(!send(r, 1500));
    ck_assert(sim_calendar_run(&cal, 7500000));
    sim_port_set_down(&p, false);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(seen, 4);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(seen_ns[i], (left_ms[i] + 1) * 1000000);
    s = sim_port_stats_now(&p);
    ck_assert_uint_eq(s.dropped_down, 1);
    /* three waited for 3 ms, one was next then and two waited, till 9, … */
    ck_assert(s.queue_ns == (3 * 3 + 2 * 6 + 3) * 1000000);
    free(r);
    sim_port_fini(&p);
}
END_TEST

/* A latency that shrinks: what is in flight keeps its own, what leaves later
 * has the new one and does not pass it. */
START_TEST(a_change_of_latency_acts_on_what_leaves)
{
    struct sim_port p;
    struct sim_route *r;

    sim_port_init(&p, &net, "p", 1e6, 5000000);
    r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    for (int i = 0; i < 8; i++)
        send(r, 1000);
    ck_assert(sim_calendar_run(&cal, 1500000)); /* one has left */
    sim_port_set_latency(&p, 1000000);
    ck_assert_uint_eq(sim_port_stats_now(&p).in_flight, 1);
    ck_assert(sim_calendar_run(&cal, 6500000));
    ck_assert_uint_eq(seen, 5);
    ck_assert_uint_eq(seen_ns[0], 6000000);
    for (int i = 1; i < 5; i++) /* due at 3, 4, 5 and 6 ms: behind it */
        ck_assert_uint_eq(seen_ns[i], 6000000);
    sim_port_set_latency(&p, 2000000); /* six have left, one is in flight */
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(seen, 8);
    ck_assert_uint_eq(seen_ns[5], 7000000);
    ck_assert_uint_eq(seen_ns[6], 9000000);
    ck_assert_uint_eq(seen_ns[7], 10000000);
    for (int i = 1; i < 8; i++)
        ck_assert_uint_lt(seen_pkt[i - 1], seen_pkt[i]);
    free(r);
    sim_port_fini(&p);
}
END_TEST

/* A queue is a mean over time: ten packets of 1 ms at once leave 9, 8 … 0
 * waiting for 1 ms each. */
START_TEST(the_queue_over_time)
{
    struct sim_port p;
    struct sim_route *r;

    sim_port_init(&p, &net, "p", 1e6, 0);
    r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    for (int i = 0; i < 10; i++)
        send(r, 1000);
    ck_assert(sim_port_stats_now(&p).queue_ns == 0);
    ck_assert(sim_calendar_run(&cal, 2500000));
    ck_assert(sim_port_stats_now(&p).queue_ns == 9000000 + 8000000 + 3500000);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert(sim_port_stats_now(&p).queue_ns == 45000000);
    free(r);
    sim_port_fini(&p);
}
END_TEST

/* However many packets are in it: what a simulation of many costs is the
 * depth of the heap. */
START_TEST(a_port_is_one_entry_of_the_calendar)
{
    struct sim_port p;
    struct sim_route *r;

    sim_port_init(&p, &net, "p", 1e6, 1000000000);
    r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    for (int i = 0; i < 1000; i++)
        send(r, 100);
    ck_assert_uint_eq(cal.count, 1);
    ck_assert(sim_calendar_run(&cal, 1050000000));
    ck_assert_uint_eq(seen, 500);
    ck_assert_uint_eq(cal.count, 1);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(seen, 1000);
    ck_assert_uint_eq(cal.done, 1000);
    free(r);
    sim_port_fini(&p);
}
END_TEST

/* Whatever happens to rate, latency and queue: nothing is lost but what is
 * counted, and order stays. */
START_TEST(the_books_of_a_port_balance)
{
    static const double rates[] = { 0, 1e3, 1e5, 1e6, 1e9 };
    struct sim_port p;
    struct sim_route *r;
    uint32_t x = 7, sent = 0, got = 0;

    sim_port_init(&p, &net, "p", 1e6, 0);
    sim_port_set_loss(&p, 0.1);
    r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    for (int i = 0; i < 3000; i++) {
        struct sim_port_stats s;

        x = x * 1664525 + 1013904223;
        sim_port_set_queue(&p, x >> 27, UINT64_MAX);
        if (x >> 12 & 1)
            sim_port_set_rate(&p, rates[(x >> 13) % 5]);
        if (x >> 16 & 1)
            sim_port_set_latency(&p, (x >> 17) % 8 * 1000000);
        sent++;
        got += send(r, x >> 22 | 1);
        ck_assert(sim_calendar_run(&cal, cal.now + (x >> 8) % 2000000));
        s = sim_port_stats_now(&p);
        ck_assert_uint_eq(s.entered, got);
        ck_assert_uint_eq(sent, got + s.dropped_full + s.dropped_down);
        ck_assert_uint_eq(s.entered, s.left + s.waiting);
        ck_assert_uint_eq(s.left, s.arrived + s.lost + s.in_flight);
        ck_assert_uint_eq(net.pool.used, s.waiting + s.in_flight);
        ck_assert_uint_eq(seen, s.arrived);
        ck_assert_uint_le(s.busy_ns, cal.now);
    }
    sim_port_set_rate(&p, 1e9);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(seen, got - p.lost);
    ck_assert_uint_gt(p.lost, 0);
    ck_assert_uint_gt(p.dropped_full, 0);
    ck_assert_uint_gt(p.dropped_down, 0);
    free(r);
    sim_port_fini(&p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("port");
    TCase *t = tcase_create("port");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, exact_times);
    tcase_add_test(t, chain);
    tcase_add_test(t, limits);
    tcase_add_test(t, loss);
    tcase_add_test(t, half_duplex_and_fatpipe);
    tcase_add_test(t, tap);
    tcase_add_test(t, pools);
    tcase_add_test(t, a_change_of_rate_acts_on_what_is_being_sent);
    tcase_add_test(t, rate_0_stops_and_goes_on);
    tcase_add_test(t, opportunities);
    tcase_add_test(t, a_change_of_latency_acts_on_what_leaves);
    tcase_add_test(t, the_queue_over_time);
    tcase_add_test(t, a_port_is_one_entry_of_the_calendar);
    tcase_add_test(t, the_books_of_a_port_balance);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
