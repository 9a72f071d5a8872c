/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two whole peers, from the first SYN to the last CDN. */
#include "config.h"

#include <check.h>

#include "tests/support/fake.h"

static struct fake f;
static struct pptp_config conf;

static void begin(void)
{
    pptp_config_default(&conf);
    fake_start(&f, &conf, NULL);
    fake_connect(&f, 1);
}

static void end(void)
{
    fake_stop(&f);
}

static const struct pptp_stats *st(int s)
{
    return pptp_peer_stats(f.side[s].peer);
}

static void ring(void)
{
    struct pptp_call_request q = { .bearer = PPTP_BEARER_ANALOG };

    ck_assert_int_eq(pptp_peer_ring(f.side[0].peer, f.now, f.side[0].conn, &q,
                                    &f.side[0].call),
                     0);
    fake_run(&f);
}

static void dial(void)
{
    struct pptp_call_request q = { .bearer = PPTP_BEARER_ANY,
                                   .framing = 3,
                                   .max_bps = 128000 };

    ck_assert_int_eq(pptp_peer_call_open(f.side[1].peer, f.now, f.side[1].conn,
                                         &q, &f.side[1].call),
                     0);
    fake_run(&f);
}

static void session(bool incoming)
{
    int i;

    if (incoming)
        ring();
    else
        dial();
    ck_assert_uint_eq(st(0)->calls_established, 1);
    ck_assert_uint_eq(st(1)->calls_established, 1);
    for (i = 0; i < 100; i++) {
        ck_assert_int_eq(fake_frame(&f, i & 1, 40), 0);
        fake_run(&f);
    }
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(f.side[0].count[PPTP_ACT_FRAME_OUT], 50);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_FRAME_OUT], 50);
    ck_assert_uint_eq(st(0)->timeouts + st(1)->timeouts, 0);
    ck_assert_uint_eq(st(0)->gre_rx_skipped + st(1)->gre_rx_skipped, 0);
    ck_assert_int_eq(
        pptp_peer_call_close(f.side[1].peer, f.now, f.side[1].call), 0);
    fake_run(&f);
    ck_assert_uint_eq(f.side[1].end.msg, PPTP_CDN);
    ck_assert_uint_eq(f.side[1].end.result, PPTP_CDN_REQUESTED);
    ck_assert_int_eq(
        pptp_peer_call_close(f.side[1].peer, f.now, f.side[1].call),
        PPTP_ERR_UNKNOWN);
    ck_assert_int_eq(
        pptp_peer_close(f.side[1].peer, f.now, f.side[1].conn, PPTP_STOP_NONE),
        0);
    fake_run(&f);
    ck_assert_uint_eq(st(0)->conns_closed, 1);
    ck_assert_uint_eq(st(1)->conns_closed, 1);
}

START_TEST(incoming_call)
{
    f.segment = _i == 0 ? 65536 : 1;
    session(true);
}
END_TEST

START_TEST(outgoing_call)
{
    f.segment = _i == 0 ? 65536 : 1;
    session(false);
}
END_TEST

START_TEST(dead_path_closes_after_120_s)
{
    pptp_ns t0 = f.now;

    ring();
    f.drop_tcp = true;
    fake_to(&f, t0 + 59900 * PPTP_MS);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_TCP_CLOSE], 0);
    fake_to(&f, t0 + 119900 * PPTP_MS);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_TCP_CLOSE], 0);
    fake_to(&f, t0 + 120 * PPTP_S);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_TCP_CLOSE], 1);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_CALL_DOWN], 1);
    ck_assert_uint_eq(st(1)->conns_timed_out, 1);
}
END_TEST

START_TEST(echoes_keep_an_idle_connection)
{
    fake_to(&f, 600 * PPTP_S);
    ck_assert_uint_eq(st(0)->conns_closed + st(1)->conns_closed, 0);
    ck_assert_uint_ge(st(1)->msgs_rx, 9);
}
END_TEST

START_TEST(bad_cookie_closes_at_once)
{
    static const uint8_t bad[12] = { 0, 16, 0, 1, 1, 2, 3, 4, 0, 5, 0, 0 };

    pptp_peer_tcp_input(f.side[0].peer, f.now, f.side[0].conn, bad, 12);
    fake_run(&f);
    ck_assert_uint_eq(st(0)->conns_lost_sync, 1);
    ck_assert_uint_eq(f.side[0].count[PPTP_ACT_TCP_CLOSE], 1);
    ck_assert_uint_eq(st(1)->conns_closed, 1);
}
END_TEST

START_TEST(lost_packets_close_the_window_then_time_out)
{
    int i;

    ring();
    f.drop_gre = true;
    for (i = 0; i < 60; i++)
        fake_frame(&f, 1, 40);
    fake_run(&f);
    ck_assert_uint_ge(f.side[1].count[PPTP_ACT_HOLD], 1);
    ck_assert_uint_gt(st(1)->frames_dropped_full, 0);
    fake_to(&f, 600 * PPTP_S);
    ck_assert_uint_ge(f.side[1].count[PPTP_ACT_RESUME], 1);
    ck_assert_uint_gt(st(1)->timeouts_packets, 0);
}
END_TEST

START_TEST(silent_line_ends_the_call_by_time_out)
{
    f.mute_line = true;
    dial();
    fake_to(&f, 61 * PPTP_S);
    ck_assert_uint_eq(f.side[1].end.msg, PPTP_OCRP);
    ck_assert_uint_eq(f.side[1].end.result, PPTP_OCRP_TIMEOUT);
    ck_assert_uint_eq(st(1)->conns_closed, 0);
}
END_TEST

/* A frame of the PNS reaches the PAC from that address. */
static void frame_from(const struct pptp_addr *from)
{
    struct pptp_action a;

    ck_assert_int_eq(fake_frame(&f, 1, 40), 0);
    while (pptp_peer_poll(f.side[1].peer, &a))
        if (a.type == PPTP_ACT_GRE_SEND)
            pptp_peer_gre_input(f.side[0].peer, f.now, from, &f.side[0].addr,
                                a.pkt);
    fake_run(&f);
}

/* A Call ID is worth something from the peer's address only. */
START_TEST(stranger_is_discarded)
{
    struct pptp_addr third = pptp_addr_v4(0x0a000009);

    ring();
    frame_from(&third);
    ck_assert_uint_eq(st(0)->gre_rx, 1);
    ck_assert_uint_eq(st(0)->gre_rx_unknown, 1);
    ck_assert_uint_eq(st(0)->gre_rx_octets, 0);
    ck_assert_uint_eq(f.side[0].count[PPTP_ACT_FRAME_OUT], 0);
    frame_from(&f.side[1].addr);
    ck_assert_uint_eq(st(0)->gre_rx, 2);
    ck_assert_uint_eq(st(0)->gre_rx_unknown, 1);
    ck_assert_uint_eq(st(0)->gre_rx_octets, 40);
    ck_assert_uint_eq(f.side[0].count[PPTP_ACT_FRAME_OUT], 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("peer");
    TCase *t = tcase_create("two");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_loop_test(t, incoming_call, 0, 2);
    tcase_add_loop_test(t, outgoing_call, 0, 2);
    tcase_add_test(t, dead_path_closes_after_120_s);
    tcase_add_test(t, echoes_keep_an_idle_connection);
    tcase_add_test(t, bad_cookie_closes_at_once);
    tcase_add_test(t, lost_packets_close_the_window_then_time_out);
    tcase_add_test(t, silent_line_ends_the_call_by_time_out);
    tcase_add_test(t, stranger_is_discarded);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
