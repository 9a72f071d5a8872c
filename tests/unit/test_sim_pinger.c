/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Callers who send echo requests and answer them, sim/pinger.h; and the
 * calendar that is paced, sim/pace.h. */
#include "config.h"

#include "nas_callers.h"

#include "nas/caller_ip.h"
#include "ppp/ppp.h"
#include "sim/pace.h"
#include "sim/pinger.h"

enum { DATA = 56, IP = ECHO_HEAD_OCTETS + DATA };

static struct nas_callers callers;
static struct nas_callers_config config;
static struct sim_pinger_config pings;
static struct sim_pace pace;
static struct sim_pingers pingers;
static struct ping_count ended;

static void on_told(void *ctx, const struct nas_event *e)
{
    (void)ctx;
    if (e->kind == NAS_EV_CALLER_UP)
        sim_pinger_up(&pingers, e->index);
}

static bool on_address_up(void *ctx, uint32_t i, const struct ppp_info *info)
{
    (void)ctx;
    (void)i;
    (void)info;
    return true;
}

static void on_address_down(void *ctx, uint32_t i)
{
    (void)ctx;
    ended = *sim_pinger_down(&pingers, i);
}

static void on_ip_out(void *ctx, uint32_t i, pptp_pkt pkt, uint8_t *ip,
                      size_t n)
{
    (void)ctx;
    (void)pkt;
    sim_pinger_ip(&pingers, i, ip, n);
}

static const struct nas_caller_world world = { .event = on_told,
                                               .address_up = on_address_up,
                                               .address_down = on_address_down,
                                               .ip_out = on_ip_out };

/* A caller who is up, and its server. */
static void up(pptp_ns interval_ns)
{
    memset(&callers, 0, sizeof callers);
    prepare(&config, "wonder", 0, 1);
    callers.world = &world;
    bank = &callers;
    ck_assert_int_eq(nas_callers_init(&callers, &config, &given_table, 1, at),
                     0);
    own(1);
    ck_assert_int_eq(sim_pace_init(&pace, 1000, at), 0);
    pings = (struct sim_pinger_config){ .interval_ns = interval_ns,
                                        .octets = DATA };
    pingers = (struct sim_pingers){
        .cal = &pace.cal, .callers = &callers, .config = &pings, .pool = &pool
    };
    ck_assert_int_eq(sim_pingers_init(&pingers), PPTP_OK);
    begin_server(NULL);
    answered();
    turns();
    ck_assert_uint_eq(callers.up, 1);
}

static void go_on(pptp_ns ns)
{
    at += ns;
    sim_pace_run(&pace, at);
}

static void down(void)
{
    line()->ops->hangup(line(), at);
    lose_all();
    sim_calendar_run(&pace.cal, UINT64_MAX);
    ck_assert_uint_eq(pool.used, 0);
    sim_pingers_fini(&pingers);
    sim_pace_fini(&pace);
    nas_callers_fini(&callers);
    nas_ppps_fini(&server);
}

/* The next frame that the caller sent, and its echo. */
static pptp_pkt sent(struct icmp_echo *e)
{
    pptp_pkt pkt;
    uint8_t *packet;
    size_t n;

    ck_assert_uint_gt(count, 0);
    ck_assert(queue[first].to_server);
    pkt = queue[first].pkt;
    first = (first + 1) % QUEUE;
    count--;
    ck_assert_int_eq(nas_ppps_input(&server, 0, at, pkt, &packet, &n),
                     PPP_PROTO_IP);
    ck_assert(icmp_echo_read(e, packet, n));
    return pkt;
}

/* From the server. */
static void feed(const struct icmp_echo *e)
{
    pptp_pkt pkt = pptp_pool_take(&pool, PPTP_HEADROOM + PPP_HEAD_MAX);
    struct pptp_packet *k = pptp_pool_at(&pool, pkt);

    k->head_len = (uint16_t)icmp_echo_write(pptp_packet_data(k), e);
    ck_assert_int_eq(nas_ppps_output(&server, 0, pkt), PPTP_OK);
    line()->ops->frame(line(), at, pkt);
}

static void reply(void)
{
    struct icmp_echo e, back;
    pptp_pkt pkt = sent(&e);

    ck_assert(!e.reply);
    ck_assert_uint_eq(e.from, 0x0a000002);
    ck_assert_uint_eq(e.octets, DATA);
    back = e;
    back.reply = true;
    back.from = e.to;
    back.to = e.from;
    feed(&back);
    pptp_pool_free(&pool, pkt);
}

START_TEST(round_trips)
{
    unsigned i;

    up(PPTP_S);
    for (i = 0; i < 3; i++) {
        go_on(0);
        go_on((20 + i) * PPTP_MS);
        reply();
        go_on(PPTP_S - (20 + i) * PPTP_MS);
    }
    ck_assert_uint_eq(count, 1); /* the fourth is on its way */
    down();
    ck_assert_uint_eq(ended.sent, 4);
    ck_assert_uint_eq(ended.answered, 3);
    ck_assert_uint_eq(ended.min_ns, 20 * PPTP_MS);
    ck_assert_uint_eq(ended.max_ns, 22 * PPTP_MS);
    ck_assert_uint_eq(pingers.ended.sent, 4);
}
END_TEST

/* Somebody else is asked. */
START_TEST(to_another)
{
    struct icmp_echo e;

    up(PPTP_S);
    pings.to = 0x0b000001;
    go_on(0);
    pptp_pool_free(&pool, sent(&e));
    ck_assert_uint_eq(e.to, 0x0b000001);
    down();
}
END_TEST

START_TEST(answers)
{
    struct icmp_echo e = { .from = 0x0a000001,
                           .to = 0x0a000002,
                           .id = 7,
                           .seq = 8,
                           .data = (const uint8_t *)"hello",
                           .octets = 5 },
                     back;

    up(0);
    go_on(10 * PPTP_S);
    ck_assert_uint_eq(count, 0); /* it asks nobody */
    feed(&e);
    ck_assert_uint_eq(count, 0); /* nor answers from within */
    go_on(0);
    pptp_pool_free(&pool, sent(&back));
    ck_assert(back.reply);
    ck_assert_uint_eq(back.from, e.to);
    ck_assert_uint_eq(back.to, e.from);
    ck_assert_uint_eq(back.id, 7);
    ck_assert_uint_eq(back.seq, 8);
    ck_assert_uint_eq(back.octets, 5);
    e.to = 0x0a000003; /* not for it */
    feed(&e);
    go_on(0);
    ck_assert_uint_eq(count, 0);
    down();
}
END_TEST

/* Nothing is sent while IPCP is down, and nobody is asked after the call. */
START_TEST(in_the_call_only)
{
    up(PPTP_S);
    go_on(0);
    lose_all();
    callers.caller[0].state = NAS_CALLER_TALKING;
    go_on(PPTP_S);
    ck_assert_uint_eq(count, 0);
    callers.caller[0].state = NAS_CALLER_UP;
    sim_pinger_up(&pingers, 0); /* again: the same call */
    go_on(PPTP_S);
    ck_assert_uint_eq(count, 1);
    down();
    ck_assert_uint_eq(ended.sent, 2);
}
END_TEST

START_TEST(no_packet)
{
    const struct icmp_echo e = { .from = 0x0a000001,
                                 .to = 0x0a000002,
                                 .data = mem,
                                 .octets = BUF - PPTP_HEADROOM - PPP_HEAD_MAX -
                                           ECHO_HEAD_OCTETS + 64 };
    uint8_t ip[BUF + 64];
    pptp_pkt pkt[PACKETS];
    unsigned i;

    up(PPTP_S);
    /* longer than what would be sent back can be */
    sim_pinger_ip(&pingers, 0, ip, icmp_echo_write(ip, &e));
    ck_assert_uint_eq(pace.cal.count, 1);
    for (i = 0; i < PACKETS; i++)
        pkt[i] = pptp_pool_take(&pool, 0);
    go_on(0);
    ck_assert_uint_eq(pingers.exhausted, 1);
    for (i = 0; i < PACKETS; i++)
        if (pkt[i] != PPTP_PKT_NONE)
            pptp_pool_free(&pool, pkt[i]);
    go_on(PPTP_S);
    ck_assert_uint_eq(count, 1);
    down();
    ck_assert_uint_eq(ended.sent, 1);
}
END_TEST

/* --- pace ------------------------------------------------------------------- */

static struct onlooker {
    struct sim_sink sink;
    unsigned seen;
    uint64_t at_ns[4];
} probe;

static void on_probe(struct sim_sink *s, uint32_t arg)
{
    (void)s;
    ck_assert_uint_lt(probe.seen, 4);
    probe.at_ns[probe.seen++] = pace.cal.now;
    sim_pace_run(&pace, 2000); /* is within one of its own events */
    if (arg > 0)
        sim_calendar_at(&pace.cal, pace.cal.now + 10, &probe.sink, arg - 1);
}

START_TEST(catches_up)
{
    ck_assert_int_eq(sim_pace_init(&pace, 100, 500), 0);
    ck_assert_uint_eq(pace.cal.now, 500);
    probe = (struct onlooker){ { on_probe }, 0, { 0 } };
    sim_calendar_at(&pace.cal, 1000, &probe.sink, 2);
    sim_pace_run(&pace, 999);
    ck_assert_uint_eq(probe.seen, 0);
    ck_assert_uint_eq(pace.late_ns, 0);
    sim_pace_run(&pace, 1030);
    ck_assert_uint_eq(probe.seen, 3);
    ck_assert_uint_eq(probe.at_ns[0], 1000);
    ck_assert_uint_eq(probe.at_ns[2], 1020);
    ck_assert_uint_eq(pace.cal.now, 1030);
    ck_assert_uint_eq(pace.late_ns, 30);
    sim_calendar_at(&pace.cal, 1040, &probe.sink, 0);
    sim_pace_run(&pace, 1045); /* less late */
    ck_assert_uint_eq(pace.late_ns, 30);
    sim_pace_fini(&pace);
}
END_TEST

/* Told at once, then how bad it has been meanwhile. */
START_TEST(is_behind)
{
    const uint64_t much = SIM_PACE_BEHIND_NS;

    ck_assert_int_eq(sim_pace_init(&pace, 100, 500), 0);
    probe = (struct onlooker){ { on_probe }, 0, { 0 } };
    sim_calendar_at(&pace.cal, 1000, &probe.sink, 0);
    sim_pace_run(&pace, 1000 + much - 1);
    ck_assert_uint_eq(sim_pace_tell(&pace, 1000 + much), 0);
    sim_calendar_at(&pace.cal, much + 1000, &probe.sink, 0);
    sim_pace_run(&pace, 2 * much + 1000);
    ck_assert_uint_eq(sim_pace_tell(&pace, 2 * much + 1000), much);
    ck_assert_uint_eq(sim_pace_tell(&pace, 2 * SIM_PACE_TELL_NS), 0);
    sim_calendar_at(&pace.cal, 3 * much, &probe.sink, 0);
    sim_pace_run(&pace, 6 * much);
    ck_assert_uint_eq(sim_pace_tell(&pace, 6 * much), 0); /* too soon */
    sim_calendar_at(&pace.cal, 7 * much, &probe.sink, 0);
    sim_pace_run(&pace, 8 * much);
    ck_assert_uint_eq(sim_pace_tell(&pace, 2 * SIM_PACE_TELL_NS), 3 * much);
    ck_assert_uint_eq(pace.behind, 3);
    sim_pace_fini(&pace);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { round_trips,      to_another, answers,
                                   in_the_call_only, no_packet,  catches_up,
                                   is_behind };
    Suite *s = suite_create("sim_pinger");
    TCase *tc = tcase_create("pinger");
    SRunner *sr;
    size_t i;
    int failed;

    suite_add_tcase(s, tc);
    for (i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(tc, tests[i]);
    sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
