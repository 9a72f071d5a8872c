/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Platforms: tables, routes, the messages about bad files, profiles.  SimGrid
 * loads once in a process, so these tests need Check's forks.
 */
#include "config.h"

#include "sim/platform.h"
#include "sim/platform_check.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "sim/port.h"

static char path[1024], err[512];
static struct sim_platform p;

static const char *data(const char *name)
{
    const char *top = getenv("top_srcdir");

    snprintf(path, sizeof(path), "%s/tests/data/%s", top != NULL ? top : ".",
             name);
    return path;
}

static void load(const char *name)
{
    ck_assert_int_eq(sim_platform_check(data(name), NULL, 0, err, sizeof(err)),
                     0);
    ck_assert_int_eq(sim_platform_load(&p, path, err, sizeof(err)), 0);
}

START_TEST(tables)
{
    int32_t pac, l;

    load("dumbbell.xml");
    ck_assert_uint_eq(p.host_count, 3);
    ck_assert(!p.has_profiles);
    pac = sim_platform_host(&p, "pac");
    ck_assert_int_ge(pac, 0);
    ck_assert_str_eq(p.hosts[pac].ip, "192.0.2.1");
    ck_assert_ptr_null(p.hosts[sim_platform_host(&p, "alone")].ip);
    ck_assert_int_eq(sim_platform_host(&p, "nobody"), -1);
    l = sim_platform_link(&p, "access_UP");
    ck_assert_int_ge(l, 0);
    ck_assert_double_eq(p.links[l].rate_octets, 1.25e6);
    ck_assert_double_eq(p.links[l].latency_s, 1e-3);
    ck_assert(!p.links[l].fatpipe);
    ck_assert(p.links[sim_platform_link(&p, "core")].fatpipe);
    ck_assert_int_eq(sim_platform_load(&p, path, err, sizeof(err)),
                     PPTP_ERR_STATE);
    sim_platform_fini(&p);
}
END_TEST

/* The names of the links from one host to another, each with a blank before
 * it. */
static const char *way(const char *from, const char *to)
{
    static char names[256];
    struct sim_platform_path way;
    int e = sim_platform_route(&p, (uint32_t)sim_platform_host(&p, from),
                               (uint32_t)sim_platform_host(&p, to), &way);

    names[0] = '\0';
    if (e)
        return pptp_strerror(e);
    ck_assert_double_eq(way.extra_latency_s, 0);
    for (uint32_t i = 0; i < way.n; i++) {
        strcat(names, " ");
        strcat(names, p.links[way.links[i]].name);
    }
    sim_platform_path_fini(&way);
    ck_assert_ptr_null(way.links);
    return names;
}

START_TEST(routes)
{
    load("dumbbell.xml");
    ck_assert_str_eq(way("pac", "pns"), " access_UP hub core");
    ck_assert_str_eq(way("pns", "pac"), " core hub access_DOWN");
    ck_assert_str_eq(way("pac", "alone"), pptp_strerror(PPTP_ERR_UNKNOWN));
    ck_assert_str_eq(way("pac", "pac"), " __loopback__");
    sim_platform_fini(&p);
}
END_TEST

static void expect_refused(const char *name, const char *what)
{
    ck_assert_int_eq(sim_platform_check(data(name), NULL, 0, err, sizeof(err)),
                     PPTP_ERR_ARGUMENT);
    ck_assert_msg(strncmp(err, path, strlen(path)) == 0, "%s", err);
    ck_assert_msg(strstr(err, what) != NULL, "%s", err);
    ck_assert_ptr_null(strchr(err, '\n'));
}

START_TEST(bad_files)
{
    expect_refused("broken.xml", ":7: ");
    expect_refused("broken.xml", "nobody");
    expect_refused("badspeed.xml", ":6: ");
    expect_refused("badspeed.xml", "fast");
    expect_refused("badtag.xml", ":5: Unexpected character `<'");
    expect_refused("badlatency.xml",
                   ":8: link 'wire': latency -0.015 s; allowed: 0 to 1e+09 s");
    expect_refused("badrate.xml", ":8: link 'wire': bandwidth 0 octets/s");
    expect_refused("none.xml", "No such file");
    /* and SimGrid has not begun in this process */
    load("dumbbell.xml");
    sim_platform_fini(&p);
}
END_TEST

struct sender {
    struct sim_sink sink;
    struct sim_net *net;
    const struct sim_route *route;
    uint64_t arrived_ns;
};

static void on_packet(struct sim_sink *self, uint32_t pkt)
{
    struct sender *s = (struct sender *)(void *)self;

    s->arrived_ns = s->net->cal->now;
    sim_packet_free(s->net, pkt);
}

static uint64_t send_at(struct sim_calendar *cal, struct sim_net *net,
                        struct sender *s, uint64_t at_ns)
{
    pptp_pkt pkt;

    ck_assert(sim_calendar_run(cal, at_ns));
    pkt = sim_packet_take(net, 0);
    sim_packet(net, pkt)->tail_len = 100;
    ck_assert(sim_net_send(net, s->route, pkt));
    ck_assert(sim_calendar_run(cal, at_ns + PPTP_S));
    return s->arrived_ns - at_ns;
}

START_TEST(network)
{
    struct sim_calendar cal;
    struct sim_net net;
    struct sim_net_config config = {
        .queue_packets = 10,
        .pool_packets = 8,
        .pool_buf_octets = 128,
    };
    struct sender s = { .sink = { on_packet }, .net = &net };
    uint32_t pac, pns, alone;
    int why;

    load("profile.xml");
    ck_assert(p.has_profiles);
    ck_assert_int_eq(sim_calendar_init(&cal, 100), 0);
    ck_assert_int_eq(sim_net_init(&net, &cal, &p, &config), 0);
    pac = (uint32_t)sim_platform_host(&p, "pac");
    pns = (uint32_t)sim_platform_host(&p, "pns");
    sim_net_attach(&net, pns, &s.sink);
    s.route = sim_net_route(&net, pac, pns, &why);
    ck_assert_ptr_nonnull(s.route);
    ck_assert_ptr_eq(s.route, sim_net_route(&net, pac, pns, NULL));
    ck_assert_ptr_eq(s.route->ports[0], sim_net_port(&net, "line"));
    ck_assert_ptr_null(sim_net_port(&net, "nothing"));
    /* 1000 octets a second, 500 from 2 s on: the profile. */
    ck_assert_uint_eq(send_at(&cal, &net, &s, PPTP_S / 2), 100 * PPTP_MS);
    ck_assert_uint_eq(send_at(&cal, &net, &s, 5 * PPTP_S / 2), 200 * PPTP_MS);
    alone = p.host_count;
    ck_assert_ptr_null(sim_net_route(&net, pac, alone, &why));
    ck_assert_int_eq(why, PPTP_ERR_ARGUMENT);
    sim_net_fini(&net);
    sim_calendar_fini(&cal);
    sim_platform_fini(&p);
}
END_TEST

/* ---- profiles ---- */

static char dir[] = "/tmp/dialtone-platform-XXXXXX";

static void put_file(const char *name, const char *text)
{
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
}

/* A platform of one link of 1000 octets/s, 10 ms, with these attributes; its
 * path is in `path`. */
static void put_platform(const char *attributes, const char *direction)
{
    char text[1024];

    ck_assert_ptr_nonnull(mkdtemp(dir));
    put_file("rate", "0.0 1000\n2.0 500\n4.0 2000\n");
    put_file("down", "0.0 1000\n2.0 0\n4.0 1000\n");
    put_file("delay", "1.0 0.05\n2.003 0.02\n");
    snprintf(text, sizeof(text),
             "<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM "
             "\"https://simgrid.org/simgrid.dtd\">\n"
             "<platform version=\"4.1\"><zone id=\"z\" routing=\"Full\">"
             "<host id=\"a\" speed=\"1Gf\"/>"
             "<host id=\"b\" speed=\"1Gf\"/>"
             "<link id=\"k\" bandwidth=\"1000Bps\" latency=\"10ms\" %s/>"
             "<route src=\"a\" dst=\"b\"><link_ctn id=\"k\" %s/></route>"
             "</zone></platform>\n",
             attributes, direction);
    put_file("p.xml", text);
}

static void remove_files(void)
{
    static const char *const name[] = { "rate", "down", "delay", "p.xml" };

    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, name[i]);
        ck_assert_int_eq(unlink(path), 0);
    }
    ck_assert_int_eq(rmdir(dir), 0);
}

static struct sim_calendar cal;
static struct sim_net net;
static struct sender to_b = { .sink = { on_packet }, .net = &net };
static struct sender to_a = { .sink = { on_packet }, .net = &net };

static void start_net(const char *attributes, const char *direction)
{
    struct sim_net_config config = {
        .queue_packets = 10,
        .pool_packets = 16,
        .pool_buf_octets = 128,
    };
    uint32_t a, b;

    put_platform(attributes, direction);
    ck_assert_msg(sim_platform_check(path, NULL, 0, err, sizeof(err)) == 0,
                  "%s", err);
    ck_assert_int_eq(sim_platform_load(&p, path, err, sizeof(err)), 0);
    ck_assert(p.has_profiles);
    remove_files();
    ck_assert_int_eq(sim_calendar_init(&cal, 100), 0);
    ck_assert_int_eq(sim_net_init(&net, &cal, &p, &config), 0);
    a = (uint32_t)sim_platform_host(&p, "a");
    b = (uint32_t)sim_platform_host(&p, "b");
    sim_net_attach(&net, a, &to_a.sink);
    sim_net_attach(&net, b, &to_b.sink);
    to_b.route = sim_net_route(&net, a, b, NULL);
    to_a.route = sim_net_route(&net, b, a, NULL);
    ck_assert(to_a.route != NULL && to_b.route != NULL);
}

static void stop_net(void)
{
    ck_assert_uint_eq(net.pool.used, 0);
    sim_net_fini(&net);
    sim_calendar_fini(&cal);
    sim_platform_fini(&p);
}

/* 100 octets at each: 100, 200 or 50 ms, and the latency's 10. */
START_TEST(rate_of_a_split_link)
{
    start_net("bandwidth_file=\"rate\" sharing_policy=\"SPLITDUPLEX\"",
              "direction=\"UP\"");
    ck_assert_uint_eq(send_at(&cal, &net, &to_b, PPTP_S / 2), 110 * PPTP_MS);
    ck_assert_uint_eq(send_at(&cal, &net, &to_b, 5 * PPTP_S / 2),
                      210 * PPTP_MS);
    ck_assert_uint_eq(send_at(&cal, &net, &to_a, 7 * PPTP_S / 2),
                      210 * PPTP_MS);
    ck_assert_uint_eq(send_at(&cal, &net, &to_a, 9 * PPTP_S / 2),
                      60 * PPTP_MS);
    stop_net();
}
END_TEST

/* A change comes when it comes, on no grid. */
START_TEST(latency_of_a_link)
{
    start_net("latency_file=\"delay\"", "");
    ck_assert_uint_eq(send_at(&cal, &net, &to_b, 0), 110 * PPTP_MS);
    ck_assert_uint_eq(send_at(&cal, &net, &to_b, PPTP_S), 150 * PPTP_MS);
    ck_assert(sim_calendar_run(&cal, 2003 * PPTP_MS - 1));
    ck_assert_uint_eq(net.ports[sim_platform_link(&p, "k")].latency_ns,
                      50 * PPTP_MS);
    ck_assert(sim_calendar_run(&cal, 2003 * PPTP_MS));
    ck_assert_uint_eq(net.ports[sim_platform_link(&p, "k")].latency_ns,
                      20 * PPTP_MS);
    ck_assert_uint_eq(send_at(&cal, &net, &to_b, 2010 * PPTP_MS),
                      120 * PPTP_MS);
    stop_net();
}
END_TEST

static void send_now(struct sender *s)
{
    pptp_pkt pkt = sim_packet_take(&net, 0);

    sim_packet(&net, pkt)->tail_len = 100;
    ck_assert(sim_net_send(&net, s->route, pkt));
}

/* At 2 s the rate halves: what waits then goes at the new one. */
START_TEST(rate_changes_under_a_queue)
{
    start_net("bandwidth_file=\"rate\"", "");
    ck_assert(sim_calendar_run(&cal, 1900 * PPTP_MS));
    for (int i = 0; i < 4; i++) /* leave at 2.0, 2.2, 2.4, 2.6 s */
        send_now(&to_b);
    ck_assert(sim_calendar_run(&cal, 2050 * PPTP_MS));
    ck_assert_uint_eq(to_b.arrived_ns, 2010 * PPTP_MS);
    send_now(&to_b);
    ck_assert(sim_calendar_run(&cal, 2650 * PPTP_MS));
    ck_assert_uint_eq(to_b.arrived_ns, 2610 * PPTP_MS);
    ck_assert(sim_calendar_run(&cal, 4 * PPTP_S));
    ck_assert_uint_eq(to_b.arrived_ns, 2810 * PPTP_MS);
    stop_net();
}
END_TEST

/* A rate of 0 is a link that is down: what enters is dropped and counted,
 * what was being sent at 2 s goes on at 4 s with its other half. */
START_TEST(outage)
{
    struct sim_port *k;

    start_net("bandwidth_file=\"down\"", "");
    k = sim_net_port(&net, "k");
    ck_assert(sim_calendar_run(&cal, 1950 * PPTP_MS));
    send_now(&to_b);
    ck_assert(sim_calendar_run(&cal, 3 * PPTP_S));
    ck_assert_uint_eq(to_b.arrived_ns, 0);
    ck_assert(!sim_net_send(&net, to_b.route, sim_packet_take(&net, 0)));
    ck_assert_uint_eq(k->dropped_down, 1);
    ck_assert(sim_calendar_run(&cal, 9 * PPTP_S / 2));
    ck_assert_uint_eq(to_b.arrived_ns, 4060 * PPTP_MS);
    ck_assert_uint_eq(send_at(&cal, &net, &to_b, 9 * PPTP_S / 2),
                      110 * PPTP_MS);
    stop_net();
}
END_TEST

START_TEST(missing_route)
{
    struct sim_net_config config = {
        .queue_packets = 10,
        .pool_packets = 8,
        .pool_buf_octets = 128,
    };
    int why = 0;

    load("dumbbell.xml");
    ck_assert_int_eq(sim_calendar_init(&cal, 100), 0);
    ck_assert_int_eq(sim_net_init(&net, &cal, &p, &config), 0);
    ck_assert_ptr_null(
        sim_net_route(&net, (uint32_t)sim_platform_host(&p, "pac"),
                      (uint32_t)sim_platform_host(&p, "alone"), &why));
    ck_assert_int_eq(why, PPTP_ERR_UNKNOWN);
    sim_net_fini(&net);
    sim_calendar_fini(&cal);
    sim_platform_fini(&p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("platform");
    TCase *t = tcase_create("platform");
    SRunner *r = srunner_create(s);
    int failed;

    srunner_set_fork_status(r, CK_FORK);
    tcase_set_timeout(t, 60); /* valgrind on a busy machine */
    tcase_add_test(t, tables);
    tcase_add_test(t, routes);
    tcase_add_test(t, bad_files);
    tcase_add_test(t, network);
    tcase_add_test(t, rate_of_a_split_link);
    tcase_add_test(t, latency_of_a_link);
    tcase_add_test(t, rate_changes_under_a_queue);
    tcase_add_test(t, outage);
    tcase_add_test(t, missing_route);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
