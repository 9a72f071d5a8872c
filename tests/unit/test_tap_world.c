/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An orderly end of a daemon, and signals: tap/world.c; GRE that overtakes
 * TCP: tap/world.c. */
#include "config.h"

#include <check.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "pptp/gre.h"
#include "tap/world_io.h"
#include "tap/world_orders.h"
#include "tests/unit/tap_fake.h"

static struct fake fake;

static void begin(void)
{
    sigset_t set;

    fake_begin(&fake);
    fake_call(&fake, 0, "alice", 1);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    ck_assert_int_eq(sigprocmask(SIG_BLOCK, &set, NULL), 0);
    fake.world.signals = (struct tap_source){
        .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
        .ready = tap_world_signals,
        .owner = &fake.world
    };
    ck_assert_int_ge(fake.world.signals.fd, 0);
    ck_assert_int_eq(
        tap_loop_add(&fake.world.loop, &fake.world.signals, EPOLLIN), 0);
}

static void end(void)
{
    tap_loop_remove(&fake.world.loop, &fake.world.signals);
    close(fake.world.signals.fd);
    fake_end(&fake);
}

/* Until the loop has told of all that wait. */
static void hear(void)
{
    int i;

    for (i = 0; i < 4; i++)
        fake_turn(&fake, 0);
}

/* `timeout` signals twice within a millisecond: PPP's goodbye goes on. */
START_TEST(two_at_once)
{
    begin();
    ck_assert_int_eq(raise(SIGTERM), 0);
    hear();
    ck_assert_int_eq(fake.world.drain, TAP_DRAIN_PPP);
    ck_assert_uint_eq(fake.closed, 1);
    ck_assert_int_eq(raise(SIGTERM), 0);
    ck_assert_int_eq(raise(SIGINT), 0);
    hear();
    ck_assert_int_eq(fake.world.drain, TAP_DRAIN_PPP);
    ck_assert_uint_eq(fake.closed, 1);
    end();
}
END_TEST

/* Somebody does not want to wait any more. */
START_TEST(one_later)
{
    begin();
    ck_assert_int_eq(raise(SIGINT), 0);
    hear();
    ck_assert_int_eq(fake.world.drain, TAP_DRAIN_PPP);
    fake.world.drain_began_ns -= PPTP_S;
    ck_assert_int_eq(raise(SIGINT), 0);
    hear();
    ck_assert_int_eq(fake.world.drain, TAP_DRAINED);
    end();
}
END_TEST

/* A modem that is on its way out of a call has all of the time, and no more
 * (drain is a second here: the connections' part of it begins with it). */
START_TEST(waits_for_modems)
{
    pptp_ns now;

    begin();
    fake.busy = true;
    ck_assert_int_eq(raise(SIGTERM), 0);
    hear();
    now = fake.world.drain_began_ns;
    fake.calls = 0;
    tap_world_drain_on(&fake.world, now);
    ck_assert_int_eq(fake.world.drain, TAP_DRAIN_LINES);
    ck_assert_uint_eq(fake.world.drain_ns, now + PPTP_S);
    tap_world_drain_on(&fake.world, now + PPTP_S - 1);
    ck_assert_int_eq(fake.world.drain, TAP_DRAIN_LINES);
    tap_world_drain_on(&fake.world, now + PPTP_S);
    ck_assert_int_eq(fake.world.drain, TAP_DRAINED);
    fake.world.drain = TAP_DRAIN_LINES;
    fake.busy = false;
    tap_world_drain_on(&fake.world, now);
    ck_assert_int_eq(fake.world.drain, TAP_DRAINED);
    end();
}
END_TEST

/* --- GRE before the message that makes its call one ----------------------- */

enum { PEER = 0x0a000002, US = 0x0a000001 };

static pptp_conn_id conn;
static pptp_call_id call;

static void note_call(void *ctx, const struct pptp_action *a)
{
    (void)ctx;
    if (a->type == PPTP_ACT_CALL_NEW)
        call = a->call;
    if (a->type == PPTP_ACT_FRAME_OUT)
        pptp_pool_free(&fake.world.pool, a->pkt);
    if (a->type == PPTP_ACT_GRE_SEND)
        pptp_pool_free(&fake.world.pool, a->pkt);
}

static void tell(struct pptp_msg m)
{
    uint8_t o[PPTP_MSG_MAX];
    size_t n = pptp_msg_encode(&m, o);

    pptp_node_begin(&fake.world.nas.node, tap_now());
    ck_assert_int_eq(pptp_node_tcp_input(&fake.world.nas.node, conn, o, n),
                     (int)n);
    pptp_node_step(&fake.world.nas.node);
}

/* A PAC whose call wants to come in; its Call ID here. */
static uint16_t incoming(void)
{
    struct tap_world *w = &fake.world;
    struct pptp_tcp_info info = { .local = pptp_addr_v4(US),
                                  .remote = pptp_addr_v4(PEER),
                                  .authorized = true };
    struct pptp_msg start = { .type = PPTP_SCCRQ },
                    request = { .type = PPTP_ICRQ };
    struct pptp_call_info i;

    fake_begin(&fake);
    w->control = &fake.control;
    w->nas.node.act = note_call;
    ck_assert_int_eq(map_init(&w->tcp.sources, 4), 0);
    ck_assert_int_eq(tap_diagnose_init(&w->diagnose, FAKE_CALLS), 0);
    nas_begin(&w->nas, tap_now());
    ck_assert_int_eq(pptp_node_tcp_accepted(&w->nas.node, &info, &conn), 0);
    pptp_node_step(&w->nas.node);
    start.sccrq.protocol_version = PPTP_VERSION;
    tell(start);
    request.icrq.call_id = 77;
    request.icrq.bearer = PPTP_BEARER_DIGITAL;
    call = PPTP_NONE;
    tell(request);
    ck_assert_int_eq(pptp_peer_call_info(w->nas.node.peer, call, &i), PPTP_OK);
    return i.local_id;
}

static void gre_comes(uint16_t id, pptp_ns when)
{
    struct tap_world *w = &fake.world;
    struct tap_world_gre g = { .world = w, .gre = { .rx_ns = when } };
    struct pptp_gre head = { .payload_len = 4,
                             .call_id = id,
                             .has_seq = true };
    pptp_pkt pkt = pptp_pool_take(&w->pool, 0);
    struct pptp_packet *k = pptp_pool_at(&w->pool, pkt);
    size_t n = pptp_gre_encode(&head, pptp_packet_data(k));

    memcpy(pptp_packet_data(k) + n, "\xff\x03\xc0\x21", 4);
    k->head_len = (uint16_t)(n + 4);
    tap_world_gre(&g.gre, PEER, US, pkt);
}

static void no_more(void)
{
    map_fini(&fake.world.tcp.sources);
    tap_diagnose_fini(&fake.world.diagnose);
    fake_end(&fake);
}

/* It waits through turns of the loop, and is the call's first packet. */
START_TEST(gre_overtakes)
{
    struct tap_world *w = &fake.world;
    uint16_t id = incoming();
    struct pptp_msg connected = { .type = PPTP_ICCN };
    int i;

    gre_comes(id, tap_now() + PPTP_S); /* however slow this test is */
    for (i = 0; i < 5; i++)
        tap_world_early(w);
    ck_assert_uint_eq(w->early_n, 1);
    ck_assert_uint_eq(pptp_peer_stats(w->nas.node.peer)->gre_rx_unknown, 0);
    connected.iccn.peer_call_id = id;
    connected.iccn.connect_bps = 64000;
    connected.iccn.recv_window = 8;
    connected.iccn.framing = PPTP_FRAMING_SYNC;
    tell(connected);
    tap_world_early(w);
    ck_assert_uint_eq(w->early_n, 0);
    ck_assert_uint_eq(pptp_peer_stats(w->nas.node.peer)->gre_rx, 1);
    ck_assert_uint_eq(pptp_peer_stats(w->nas.node.peer)->gre_rx_unknown, 0);
    no_more();
}
END_TEST

/* But not for ever. */
START_TEST(gre_waits_in_vain)
{
    struct tap_world *w = &fake.world;

    gre_comes(incoming(), tap_now() - TAP_EARLY_NS);
    ck_assert_uint_eq(w->early_n, 1);
    tap_world_early(w);
    ck_assert_uint_eq(w->early_n, 0);
    ck_assert_uint_eq(pptp_peer_stats(w->nas.node.peer)->gre_rx_unknown, 1);
    ck_assert_uint_eq(w->pool.used, 0);
    no_more();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_world");
    TCase *tc = tcase_create("ends");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, two_at_once);
    tcase_add_test(tc, one_later);
    tcase_add_test(tc, waits_for_modems);
    tcase_add_test(tc, gre_overtakes);
    tcase_add_test(tc, gre_waits_in_vain);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
