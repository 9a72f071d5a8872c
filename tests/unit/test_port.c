/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ports: exact times, queue limits, loss, sharing, taps, both pools. */
#include "config.h"

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
        ck_assert_uint_eq(p.stats.hops, 1000);
        ck_assert_uint_eq(p.stats.octets, 40000);
        ck_assert_uint_eq(p.stats.busy_ns, seen_ns[999] - 5000 - start);
        /* at 400 Gbit/s the first has left within its nanosecond */
        ck_assert_uint_ge(p.stats.queue_max, 998);
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
    ck_assert_uint_eq(p.stats.dropped_full, 6);
    ck_assert_uint_eq(p.stats.queue_max, 3);
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
    lost = (uint32_t)p.stats.lost;
    ck_assert_uint_eq(seen + lost, 4000);
    ck_assert_uint_eq(p.stats.busy_ns, 4000 * 100); /* lost ones took time */
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

START_TEST(rng)
{
    struct sim_rng a, b, c, d;
    int same_name = 0, same_seed = 0;

    sim_rng_seed(&a, 1, "x");
    sim_rng_seed(&b, 1, "x");
    sim_rng_seed(&c, 1, "y");
    sim_rng_seed(&d, 2, "x");
    for (int i = 0; i < 1000; i++) {
        uint32_t v = sim_rng_next(&a);

        ck_assert_uint_eq(v, sim_rng_next(&b));
        same_name += v == sim_rng_next(&c);
        same_seed += v == sim_rng_next(&d);
    }
    ck_assert_int_lt(same_name, 3);
    ck_assert_int_lt(same_seed, 3);
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
    free(up);
    free(down);
    sim_port_fini(&p);
}
END_TEST

struct taps {
    uint64_t last_ns;
    uint32_t count;
};

static void on_tap(void *ctx, struct sim_port *port, uint64_t time_ns,
                   pptp_pkt pkt)
{
    struct taps *t = ctx;

    ck_assert_str_eq(port->name, "p");
    ck_assert_uint_eq(pptp_packet_len(sim_packet(&net, pkt)), 100);
    ck_assert_uint_eq(time_ns, t->last_ns + 100000);
    t->last_ns = time_ns;
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

START_TEST(changing_rate)
{
    struct sim_port p;
    struct sim_route *r;

    sim_port_init(&p, &net, "p", 1e6, 1000000);
    r = sim_route_new((struct sim_port *[]){ &p }, 1, &dest);
    send(r, 1000);
    sim_port_set_rate(&p, 1e7);
    p.latency_ns = 0; /* shrinks: still in order */
    send(r, 1000);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(seen_ns[0], 2000000);
    ck_assert_uint_eq(seen_ns[1], 2000000);
    ck_assert_uint_eq(seen_pkt[0] < seen_pkt[1], 1);
    ck_assert_uint_eq(p.busy_until_ns, 1100000);
    sim_port_set_rate(&p, 0); /* down, not a division by zero */
    ck_assert_uint_eq(p.ns_per_octet_q32, UINT64_C(1) << 63);
    ck_assert(!sim_net_send(&net, r, sim_packet_take(&net, 0)));
    ck_assert_uint_eq(p.stats.dropped_down, 1);
    sim_port_set_rate(&p, 1e7); /* and up again, at once */
    ck_assert(sim_net_send(&net, r, sim_packet_take(&net, 0)));
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(p.busy_until_ns, 2000000);
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
    tcase_add_test(t, rng);
    tcase_add_test(t, half_duplex_and_fatpipe);
    tcase_add_test(t, tap);
    tcase_add_test(t, pools);
    tcase_add_test(t, changing_rate);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
