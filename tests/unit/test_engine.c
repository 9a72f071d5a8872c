/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engines `fixed` and `off`, and AUTO between them and the window:
 * src/pptp/engine_fixed.c, engine_off.c; `rfc2637` is in test_window.c. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "defaults.h"
#include "pptp/window.h"

#define RING 16

static struct pptp_win_config c;
static struct pptp_win w;
static struct pptp_win_sent ring[RING];
static pptp_ns now;
static uint32_t acked;

static void begin(const struct pptp_engine *engine,
                  enum pptp_windowing windowing, uint16_t peer_window)
{
    memset(&c, 0, sizeof c);
    c.engine = engine;
    c.windowing = windowing;
    c.ato = default_ato();
    c.fixed_timeout_ns = 2 * PPTP_S;
    c.ack_delay_ns = 50 * PPTP_MS;
    c.recv_window = 16;
    c.reorder_packets = 16;
    c.send_queue = 8;
    ck_assert_int_eq(check_win(&c), PPTP_OK);
    now = 1000 * PPTP_S;
    pptp_win_start(&w, &c, peer_window, 6, RING);
}

static void send_n(uint32_t n)
{
    for (; n > 0; n--)
        pptp_win_sent(&w, ring, now);
}

static enum pptp_ack_verdict ack(uint32_t n)
{
    return pptp_win_acked(&w, &c, ring, now, n, &acked);
}

static uint32_t fill(uint32_t limit)
{
    uint32_t n;

    for (n = 0; n < limit && pptp_win_may_send(&w, &c); n++)
        send_n(1);
    return n;
}

START_TEST(engines_are_found_by_name)
{
    ck_assert_ptr_eq(pptp_engine_find("rfc2637"), &pptp_engine_rfc2637);
    ck_assert_ptr_eq(pptp_engine_find("fixed"), &pptp_engine_fixed);
    ck_assert_ptr_eq(pptp_engine_find("off"), &pptp_engine_off);
    ck_assert_ptr_eq(pptp_engine_find("netgraph"), &pptp_engine_netgraph);
    ck_assert_ptr_null(pptp_engine_find(""));
    ck_assert_ptr_null(pptp_engine_find("of"));
    ck_assert_ptr_null(pptp_engine_find("offs"));
    ck_assert_ptr_null(pptp_engine_find("Fixed"));
    ck_assert_str_eq(pptp_engine_rfc2637.name, "rfc2637");
}
END_TEST

/* The peer's window from the first packet on, whatever happens. */
START_TEST(fixed_keeps_the_peers_window)
{
    begin(&pptp_engine_fixed, PPTP_WINDOWING_ON, 7);
    ck_assert_uint_eq(w.cwnd, 7);
    ck_assert_uint_eq(fill(100), 7);
    ck_assert_uint_eq(pptp_win_tx_deadline(&w, &c, ring), now + 2 * PPTP_S);
    now += 300 * PPTP_MS;
    ck_assert_int_eq(ack(6), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, 7);
    ck_assert_uint_eq(w.cwnd, 7);
    /* measured for the record */
    ck_assert_uint_eq(w.last_rtt_ns, 300 * PPTP_MS);
    ck_assert_int_eq(w.ato.rtt_ns, 562500000);
    ck_assert_uint_eq(fill(100), 7);
    ck_assert_uint_eq(pptp_win_tx_deadline(&w, &c, ring), now + 2 * PPTP_S);
    ck_assert_uint_eq(pptp_win_timed_out(&w, &c), 7);
    ck_assert_uint_eq(w.cwnd, 7);
    ck_assert_uint_eq(w.ato.ato_ns, 2 * PPTP_S);
    ck_assert_uint_eq(fill(100), 7);
}
END_TEST

/* R-4.4.2-03: also where packets wait longer than MaxTimeOut */
START_TEST(engines_cap_what_they_measure)
{
    static const struct pptp_engine *const all[] = { &pptp_engine_rfc2637,
                                                     &pptp_engine_fixed,
                                                     &pptp_engine_off };
    uint32_t i;

    begin(all[_i], PPTP_WINDOWING_ON, 7);
    ck_assert_int_eq(pptp_win_rules(&w, &c), all[_i] != &pptp_engine_off);
    c.fixed_timeout_ns = 3600 * PPTP_S;
    for (i = 0; i < 20; i++) {
        send_n(1);
        now += 600 * PPTP_S;
        ck_assert_int_eq(ack(i), PPTP_ACK_NEW);
        ck_assert_uint_eq(w.last_rtt_ns, 600 * PPTP_S);
    }
    ck_assert_int_eq(w.ato.rtt_ns, (int64_t)c.ato.max_ns);
}
END_TEST

static void off_is_open(void)
{
    uint32_t i;

    /* more than the window, and more than the ring remembers */
    for (i = 0; i < 3 * RING + 5; i++) {
        ck_assert(pptp_win_may_send(&w, &c));
        ck_assert_uint_eq(pptp_win_sent(&w, ring, now), i);
        ck_assert_uint_eq(pptp_win_out(&w), i + 1);
        ck_assert_uint_eq(pptp_win_tx_deadline(&w, &c, ring), PPTP_NEVER);
        now += PPTP_MS;
    }
    ck_assert_uint_eq(w.tx_base, 0);
    /* one that was noted gives the right sample, another none */
    ck_assert_int_eq(ack(RING - 1), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, RING);
    ck_assert(w.timed);
    ck_assert_uint_eq(w.last_rtt_ns, (2 * RING + 6) * PPTP_MS);
    ck_assert_int_eq(ack(2 * RING + 4), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, RING + 5);
    ck_assert(!w.timed);
    ck_assert_uint_eq(w.last_rtt_ns, (2 * RING + 6) * PPTP_MS);
    ck_assert_int_eq(ack(3 * RING + 4), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, RING);
    ck_assert(w.timed); /* the last one is always known */
    ck_assert_uint_eq(w.last_rtt_ns, PPTP_MS);
    ck_assert_int_lt(w.ato.rtt_ns, 600000000);
    ck_assert(pptp_win_may_send(&w, &c));
}

START_TEST(off_sends_as_packets_come)
{
    begin(&pptp_engine_off, PPTP_WINDOWING_ON, 4);
    off_is_open();
}
END_TEST

START_TEST(windowing_off_overrides_the_engine)
{
    begin(&pptp_engine_rfc2637, PPTP_WINDOWING_OFF, 4);
    ck_assert(!pptp_win_rules(&w, &c));
    ck_assert_uint_eq(w.cwnd, 4);
    off_is_open();
    ck_assert_uint_eq(w.cwnd, 4);
}
END_TEST

static void give_up(void)
{
    uint32_t i;

    for (i = 0; i < PPTP_AUTO_TIMEOUTS; i++) {
        ck_assert(!w.suspended);
        ck_assert_uint_gt(fill(100), 0);
        ck_assert_uint_ne(pptp_win_tx_deadline(&w, &c, ring), PPTP_NEVER);
        pptp_win_timed_out(&w, &c);
    }
    ck_assert(w.suspended);
}

/* A peer that never acknowledges: RFC 2637 would go on at one packet a
 * time-out. */
START_TEST(auto_gives_up_and_resumes_on_an_ack)
{
    begin(&pptp_engine_rfc2637, PPTP_WINDOWING_AUTO, 16);
    give_up();
    ck_assert_uint_eq(w.cwnd, 1);
    ck_assert_uint_eq(fill(100), 100);
    ck_assert_uint_eq(pptp_win_tx_deadline(&w, &c, ring), PPTP_NEVER);
    now += 80 * PPTP_MS;
    /* neither of these is an acknowledgment of anything */
    ck_assert_int_eq(ack(w.tx_next), PPTP_ACK_AHEAD);
    ck_assert_int_eq(ack(0), PPTP_ACK_OLD);
    ck_assert(w.suspended);
    ck_assert_int_eq(ack(w.tx_next - 1), PPTP_ACK_RESUMED);
    ck_assert_uint_eq(acked, 100);
    ck_assert(!w.suspended);
    ck_assert_uint_eq(w.last_rtt_ns, 80 * PPTP_MS);
    /* what left without a window opens it by one, and no more later */
    ck_assert_uint_eq(w.cwnd, 2);
    ck_assert_uint_eq(fill(100), 2);
    ck_assert_uint_ne(pptp_win_tx_deadline(&w, &c, ring), PPTP_NEVER);
    ck_assert_int_eq(ack(w.tx_base), PPTP_ACK_NEW);
    ck_assert_uint_eq(w.cwnd, 2);
    ck_assert_int_eq(ack(w.tx_base), PPTP_ACK_NEW);
    ck_assert_uint_eq(w.cwnd, 3);
    give_up(); /* and again */
}
END_TEST

START_TEST(an_ack_between_keeps_auto_on)
{
    uint32_t i;

    begin(&pptp_engine_rfc2637, PPTP_WINDOWING_AUTO, 16);
    for (i = 0; i < 10 * PPTP_AUTO_TIMEOUTS; i++) {
        if (i % (PPTP_AUTO_TIMEOUTS - 1) == PPTP_AUTO_TIMEOUTS - 2) {
            fill(100);
            ck_assert_int_eq(ack(w.tx_base), PPTP_ACK_NEW);
        }
        fill(100);
        pptp_win_timed_out(&w, &c);
        ck_assert(!w.suspended);
    }
}
END_TEST

START_TEST(only_auto_gives_up)
{
    uint32_t i;

    begin(&pptp_engine_rfc2637, PPTP_WINDOWING_ON, 16);
    for (i = 0; i < 600; i++) {
        fill(100);
        pptp_win_timed_out(&w, &c);
        ck_assert(!w.suspended);
    }
    ck_assert_uint_eq(w.cwnd, 1);
    ck_assert_uint_eq(fill(100), 1);
    ck_assert_uint_eq(w.silent_timeouts, UINT8_MAX); /* no wrap */
    /* R-4.4.2-03: the time-out stays within its bounds */
    ck_assert_uint_eq(w.ato.ato_ns, c.ato.max_ns);
}
END_TEST

/* One packet sent and acknowledged after rtt. */
static void round_trip(pptp_ns rtt)
{
    send_n(1);
    now += rtt;
    ck_assert_int_eq(ack(w.tx_next - 1), PPTP_ACK_NEW);
}

static void lose(void)
{
    send_n(1);
    ck_assert_uint_eq(pptp_win_timed_out(&w, &c), 1);
}

START_TEST(netgraph_window)
{
    static const struct {
        uint16_t peer, first;
    } starts[] = { { 1, 2 }, { 3, 2 }, { 4, 2 }, { 7, 4 }, { 16, 8 } };
    uint32_t i, n;

    for (i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        begin(&pptp_engine_netgraph, PPTP_WINDOWING_ON, starts[i].peer);
        ck_assert_uint_eq(w.cwnd, starts[i].first);
    }
    /* a peer of 4 is overrun, up to 16; the first step takes 3 packets */
    begin(&pptp_engine_netgraph, PPTP_WINDOWING_ON, 4);
    round_trip(PPTP_MS);
    round_trip(PPTP_MS);
    ck_assert_uint_eq(w.cwnd, 2);
    round_trip(PPTP_MS);
    ck_assert_uint_eq(w.cwnd, 3);
    for (n = 0; n < 3; n++)
        round_trip(PPTP_MS);
    ck_assert_uint_eq(w.cwnd, 4);
    for (n = 0; n < 1000; n++)
        round_trip(PPTP_MS);
    ck_assert_uint_eq(w.cwnd, 16);
    ck_assert_uint_eq(fill(100), 16);
    pptp_win_timed_out(&w, &c);
    ck_assert_uint_eq(w.cwnd, 8);
}
END_TEST

START_TEST(netgraph_time_out)
{
    uint32_t i;

    begin(&pptp_engine_netgraph, PPTP_WINDOWING_ON, 16);
    ck_assert_uint_eq(w.ato.ato_ns, 600 * PPTP_MS); /* PPD 6 */
    /* a fast path sinks to 12 ms */
    for (i = 0; i < 300; i++)
        round_trip(PPTP_MS);
    ck_assert_uint_eq(w.ato.ato_ns, 12 * PPTP_MS);
    /* from 100 ms the 25th doubling in a row runs over */
    pptp_win_start(&w, &c, 16, 0, RING);
    ck_assert_uint_eq(w.ato.ato_ns, 100 * PPTP_MS);
    for (i = 0; i < 24; i++)
        lose();
    ck_assert_uint_eq(w.ato.ato_ns, 10 * PPTP_S);
    lose();
    ck_assert_uint_eq(w.ato.ato_ns, 12 * PPTP_MS);
    ck_assert_uint_eq(w.cwnd, 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("engine");
    TCase *t = tcase_create("engine");
    SRunner *r;
    int failed;

    tcase_add_test(t, engines_are_found_by_name);
    tcase_add_test(t, netgraph_window);
    tcase_add_test(t, netgraph_time_out);
    tcase_add_test(t, fixed_keeps_the_peers_window);
    tcase_add_loop_test(t, engines_cap_what_they_measure, 0, 3);
    tcase_add_test(t, off_sends_as_packets_come);
    tcase_add_test(t, windowing_off_overrides_the_engine);
    tcase_add_test(t, auto_gives_up_and_resumes_on_an_ack);
    tcase_add_test(t, an_ack_between_keeps_auto_on);
    tcase_add_test(t, only_auto_gives_up);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
