/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of a port: each thing at its time, for a while or for good. */
#include "config.h"

#include "sim/changes.h"

#include <check.h>
#include <stdlib.h>

#include "models/queue.h"
#include "sim/port_queue.h"

enum { PACKETS = 100, OCTETS = 1000 };

static struct sim_arena arena;
static struct sim_calendar cal;
static struct sim_net net;
static struct sim_port port;
static struct sim_route *route;
static struct sim_sink dest;
static uint64_t taken_ms[2 * PACKETS];
static uint32_t count;

static void on_packet(struct sim_sink *self, uint32_t pkt)
{
    (void)self;
    taken_ms[count++] = cal.now / PPTP_MS;
    sim_packet_free(&net, pkt);
}

/* A packet takes 1 ms, and 5 to the far end. */
static void set_up(void)
{
    const struct sim_net_config c = { .seed = 3,
                                      .queue_packets = PACKETS,
                                      .pool_packets = 2 * PACKETS,
                                      .pool_buf_octets = 128 };

    ck_assert_int_eq(sim_calendar_init(&cal, 1 << 20), 0);
    ck_assert_int_eq(sim_net_init(&net, &cal, NULL, &c), 0);
    dest.event = on_packet;
    sim_port_init(&port, &net, "p", 1e6, 5 * PPTP_MS);
    route = sim_route_new((struct sim_port *[]){ &port }, 1, &dest);
    count = 0;
}

static void tear_down(void)
{
    ck_assert_uint_eq(net.pool.used, 0);
    free(route);
    sim_port_fini(&port);
    sim_net_fini(&net);
    sim_calendar_fini(&cal);
    sim_arena_fini(&arena);
}

static void change(unsigned at_ms, unsigned for_ms, uint32_t what,
                   struct sim_port_state state)
{
    const struct sim_change c = { at_ms * PPTP_MS, for_ms * PPTP_MS, what,
                                  state };

    ck_assert_int_eq(sim_port_change(&port, &arena, &c), 0);
}

/* One packet at each of these milliseconds; how many of them come. */
static uint32_t send(unsigned from_ms, unsigned until_ms)
{
    uint32_t before = count;

    for (unsigned ms = from_ms; ms < until_ms; ms++) {
        pptp_pkt h;

        ck_assert(sim_calendar_run(&cal, ms * PPTP_MS));
        h = sim_packet_take(&net, 0);
        sim_packet(&net, h)->tail_len = OCTETS;
        (void)sim_net_send(&net, route, h);
    }
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    return count - before;
}

/* What would arrive at 25 to 34 ms is lost.  Then all is as it was. */
START_TEST(for_a_while)
{
    change(25, 10, SIM_CHANGE_LOSS,
           (struct sim_port_state){ .impair.loss.ratio = 1 });
    ck_assert_uint_eq(send(0, 50), 40);
    ck_assert_uint_eq(taken_ms[18], 24);
    ck_assert_uint_eq(taken_ms[19], 35);
    ck_assert(sim_port_impaired(&port).loss.ratio <= 0);
}
END_TEST

START_TEST(one_behind_the_other)
{
    change(10, 10, SIM_CHANGE_LATENCY,
           (struct sim_port_state){ .latency_ns = 50 * PPTP_MS });
    change(20, 10, SIM_CHANGE_LATENCY,
           (struct sim_port_state){ .latency_ns = 70 * PPTP_MS });
    ck_assert_uint_eq(send(0, 21), 21);
    ck_assert_uint_eq(taken_ms[9], 15); /* it has left at 10 ms */
    ck_assert_uint_eq(taken_ms[10], 61);
    ck_assert_uint_eq(taken_ms[19], 70);
    ck_assert_uint_eq(taken_ms[20], 91);
    ck_assert_uint_eq(port.latency_ns, 5 * PPTP_MS);
}
END_TEST

/* What is not said stays: also what others change meanwhile. */
START_TEST(each_by_itself)
{
    const struct sim_impair_config c = { .duplicate = 1 };

    ck_assert_int_eq(sim_port_impair(&port, &c), 0);
    change(10, 20, SIM_CHANGE_QUEUE,
           (struct sim_port_state){ .queue_packets = 3 });
    change(
        15, 0, SIM_CHANGE_RATE | SIM_CHANGE_CORRUPT,
        (struct sim_port_state){ .rate_octets = 2e6, .impair.corrupt = 0.5 });
    ck_assert(sim_calendar_run(&cal, 20 * PPTP_MS));
    ck_assert_uint_eq(port.limit_packets, 3);
    ck_assert(port.rate_octets == 2e6);
    ck_assert(sim_port_impaired(&port).duplicate == 1);
    ck_assert(sim_port_impaired(&port).corrupt == 0.5);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(port.limit_packets, PACKETS);
    ck_assert(port.rate_octets == 2e6);
    ck_assert(sim_port_impaired(&port).corrupt == 0.5);
}
END_TEST

/* The limit of a queue that decides, too: 20 packets of 1 ms at once, one is
 * sent, 5 wait. */
START_TEST(a_queue_that_decides)
{
    struct queue_config c;

    queue_config_default(&c, QUEUE_CODEL);
    c.limit_packets = 50;
    ck_assert_int_eq(sim_port_set_queue_model(&port, &c), 0);
    change(10, 50, SIM_CHANGE_QUEUE,
           (struct sim_port_state){ .queue_packets = 5 });
    ck_assert(sim_calendar_run(&cal, 20 * PPTP_MS));
    for (int i = 0; i < 20; i++) {
        pptp_pkt h = sim_packet_take(&net, 0);

        sim_packet(&net, h)->tail_len = OCTETS;
        ck_assert_int_eq(sim_net_send(&net, route, h), i < 6);
    }
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(count, 6);
    ck_assert_uint_eq(queue_settings(port.queue->queue)->limit_packets, 50);
}
END_TEST

/* Its parameters, but neither its limits nor what they were changed to. */
START_TEST(what_it_decides_by)
{
    struct queue_config c;

    queue_config_default(&c, QUEUE_CODEL);
    c.limit_packets = 50;
    ck_assert_int_eq(sim_port_set_queue_model(&port, &c), 0);
    c.limit_packets = 1;
    c.target_ns = 20 * PPTP_MS;
    c.ecn = true;
    change(10, 20, SIM_CHANGE_MODEL, (struct sim_port_state){ .model = c });
    change(15, 0, SIM_CHANGE_QUEUE,
           (struct sim_port_state){ .queue_packets = 7 });
    ck_assert(sim_calendar_run(&cal, 20 * PPTP_MS));
    ck_assert_uint_eq(queue_settings(port.queue->queue)->target_ns,
                      20 * PPTP_MS);
    ck_assert(queue_settings(port.queue->queue)->ecn);
    ck_assert_uint_eq(queue_settings(port.queue->queue)->limit_packets, 7);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(queue_settings(port.queue->queue)->target_ns,
                      5 * PPTP_MS);
    ck_assert(!queue_settings(port.queue->queue)->ecn);
    ck_assert_uint_eq(queue_settings(port.queue->queue)->limit_packets, 7);
}
END_TEST

/* A link that is down keeps what waits, and no rate mends it. */
START_TEST(down)
{
    change(10, 10, SIM_CHANGE_DOWN, (struct sim_port_state){ .down = true });
    change(12, 0, SIM_CHANGE_RATE,
           (struct sim_port_state){ .rate_octets = 5e5 });
    ck_assert_uint_eq(send(9, 30), 11); /* 9 and 20 to 29 */
    ck_assert_uint_eq(taken_ms[0], 15);
    ck_assert_uint_eq(taken_ms[1], 27);
    ck_assert_uint_eq(sim_port_stats_now(&port).dropped_down, 10);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("changes");
    TCase *t = tcase_create("changes");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, for_a_while);
    tcase_add_test(t, one_behind_the_other);
    tcase_add_test(t, each_by_itself);
    tcase_add_test(t, a_queue_that_decides);
    tcase_add_test(t, what_it_decides_by);
    tcase_add_test(t, down);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
