/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP's windows: slow start and congestion avoidance (RFC 5681), counted by
 * hand; the peer's (RFC 9293 3.8.6, 7323), and echoes of congestion (RFC
 * 3168). */
#include "config.h"

#include "tests/unit/tcp_pair.h"

/* ---- the window ---- */

START_TEST(slow_start)
{
    pair[0].config.initial_segments = 2;
    pair_open();
    ck_assert_uint_eq(pair[0].tcp.cong.cwnd, 2 * PAIR_MSS);
    pair_write(0, 100 * PAIR_MSS);
    pair_run(pair_now + 350 * PPTP_MS);
    /* a segment for each acknowledgment: two, four, eight in a round trip */
    pair_cwnds(3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    ck_assert_uint_eq(pair[0].log_n, 2 + 4 + 8 + 16);
}
END_TEST

/* RFC 3465 2.3: an acknowledgment of two segments counts as two, with L. */
START_TEST(slow_start_counts_segments)
{
    pair[0].config.initial_segments = 4;
    pair[0].config.slow_start_segments = (uint32_t)_i;
    pair[1].config.delack_segments = 2;
    pair_open();
    pair_write(0, 100 * PAIR_MSS);
    pair_run(pair_now + 150 * PPTP_MS);
    if (_i == 1)
        pair_cwnds(5, 6);
    else
        pair_cwnds(6, 8);
}
END_TEST

/* RFC 5681 3.1: 4 * SMSS, or 4,380 octets, or two segments; RFC 6928. */
START_TEST(initial_windows)
{
    static const uint32_t mss[] = { 536, 1000, 1460, 4000 };
    static const uint32_t window[] = { 2144, 4000, 4380, 8000 };

    for (uint32_t i = 0; i < 4; i++) {
        pair_setup();
        pair[0].config.mss = pair[1].config.mss = mss[i];
        pair[0].config.initial_segments = 0;
        pair_connect();
        pair_run(pair_now + PPTP_S);
        ck_assert_uint_eq(pair[0].tcp.cong.cwnd, window[i]);
        ck_assert_uint_eq(pair[1].tcp.cong.cwnd, 10 * mss[i]);
    }
}
END_TEST

/* A segment more for a window acknowledged; by RFC 5681's (3) nearly. */
START_TEST(congestion_avoidance)
{
    struct tcp_cong *c = &pair[0].tcp.cong;

    pair[0].config.initial_segments = 4;
    pair[0].config.count_acks = _i == 1;
    pair_open();
    c->ssthresh = 4 * PAIR_MSS;
    pair_write(0, 100 * PAIR_MSS);
    pair_run(pair_now + 150 * PPTP_MS);
    if (_i == 0) {
        pair_cwnds(4, 4, 4, 5);
        return;
    }
    ck_assert_uint_eq(pair[0].cwnd[0], 4250);
    ck_assert_uint_eq(pair[0].cwnd[1], 4250 + 235);
    ck_assert_uint_eq(pair[0].cwnd[2], 4485 + 222);
    ck_assert_uint_eq(pair[0].cwnd[3], 4707 + 212);
}
END_TEST

/* Slow start ends at ssthresh, and what is left of the acknowledgment counts
 * for congestion avoidance. */
START_TEST(slow_start_ends)
{
    pair[0].config.initial_segments = 4;
    pair_open();
    pair[0].tcp.cong.ssthresh = 6 * PAIR_MSS;
    pair_write(0, 100 * PAIR_MSS);
    pair_run(pair_now + 250 * PPTP_MS);
    pair_cwnds(5, 6, 6, 6, 6, 6, 6, 7);
}
END_TEST

/* RFC 7661: who has little to send gets no window for it. */
START_TEST(window_that_is_not_used)
{
    pair[0].config.validate = _i == 1;
    pair_open();
    for (int i = 0; i < 10; i++) {
        pair_write(0, 2 * PAIR_MSS);
        pair_run(pair_now + 150 * PPTP_MS);
    }
    ck_assert_uint_eq(pair[0].tcp.cong.cwnd, (_i == 1 ? 10 : 30) * PAIR_MSS);
}
END_TEST

/* RFC 5681 4.1 */
START_TEST(restart_after_idle)
{
    pair_open();
    pair_write(0, 50 * PAIR_MSS);
    pair_run(pair_now + 2 * PPTP_S);
    ck_assert_uint_gt(pair[0].tcp.cong.cwnd, 20 * PAIR_MSS);
    pair[0].log_n = 0;
    pair_write(0, 50 * PAIR_MSS);
    ck_assert_uint_eq(pair[0].log_n, 10);
    ck_assert_uint_eq(pair[0].stats.idle_restarts, 1);
}
END_TEST

/* ---- windows ---- */

/* RFC 9293 3.8.6.1: who does not read is asked, for as long as it answers;
 * then everything comes. */
START_TEST(closed_window)
{
    pptp_ns gap = 0;

    pair[1].config.window_octets = 5000;
    pair[1].reads = false;
    pair_open();
    pair_write(0, 30 * PAIR_MSS);
    pair_run(pair_now + 3600 * PPTP_S);
    ck_assert_uint_eq(tcp_readable(&pair[1].tcp), 5000);
    ck_assert_uint_eq(pair[0].tcp.state, TCPM_ESTABLISHED);
    ck_assert_uint_gt(pair[0].stats.probes, 50);
    ck_assert_uint_eq(pair[0].stats.timeouts, 0);
    for (uint32_t i = 6; i < 20; i++) {
        ck_assert_uint_eq(pair[0].log[i].s.len, 1);
        ck_assert_uint_ge(pair[0].log[i].at - pair[0].log[i - 1].at, gap);
        gap = pair[0].log[i].at - pair[0].log[i - 1].at;
    }
    ck_assert_uint_eq(gap, 60 * PPTP_S);
    pair[1].reads = true;
    pair_settle(1);
    pair_run(pair_now + 10 * PPTP_S);
    ck_assert_uint_eq(pair[1].got, 30 * PAIR_MSS);
    ck_assert_uint_le(pair[0].tcp.rto.rto_ns, 300 * PPTP_MS);
}
END_TEST

/* The peer is gone while its window is closed: given up. */
START_TEST(closed_window_and_gone)
{
    pair[1].config.window_octets = 5000;
    pair[1].reads = false;
    pair_open();
    pair_write(0, 30 * PAIR_MSS);
    pair_run(pair_now + 100 * PPTP_S);
    pair_cut[1] = true;
    pair_run(pair_now + 3600 * PPTP_S);
    ck_assert(pair[0].events & TCPM_EV_FAILED);
    ck_assert_uint_eq(tcp_why(&pair[0].tcp), TCPM_TIMEOUT);
}
END_TEST

/* RFC 7323 2: a window of a megabyte is used. */
START_TEST(scaled_window)
{
    pair[0].config.initial_segments = 800;
    pair[1].config.window_octets = 1 << 20;
    pair[1].reads = false;
    pair_open();
    ck_assert_uint_eq(pair[1].tcp.rcv_scale, 5);
    pair_write(0, 2000 * PAIR_MSS);
    pair_run(pair_now + 5 * PPTP_S);
    ck_assert_uint_ge(tcp_readable(&pair[1].tcp), (1 << 20) - 1000);
    ck_assert_uint_le(tcp_readable(&pair[1].tcp), 1 << 20);
    ck_assert_uint_eq(pair[0].stats.timeouts, 0);
    pair[1].reads = true;
    pair_settle(1);
    pair_run(pair_now + 60 * PPTP_S);
    ck_assert_uint_eq(pair[1].got, 2000 * PAIR_MSS);
}
END_TEST

static bool without_scale(int from, struct tcp_segment *s)
{
    if (from == 1)
        s->scale = TCPM_NO_SCALE;
    return false;
}

/* One side without the option: no window is scaled. */
START_TEST(no_scaling)
{
    pair[0].config.window_octets = pair[1].config.window_octets = 1 << 20;
    pair_judge = without_scale;
    pair_open();
    ck_assert_uint_eq(pair[0].tcp.rcv_scale, 0);
    ck_assert_uint_eq(pair[0].tcp.snd_scale, 0);
    ck_assert_uint_eq(pair[0].tcp.snd_wnd, 65535);
}
END_TEST

/* ---- congestion that is echoed ---- */

static uint32_t marked;

static bool mark(int from, struct tcp_segment *s)
{
    uint32_t number = (s->seq - pair[0].first) / PAIR_MSS + 1;

    if (from == 0 && s->len > 0 && number == marked) {
        ck_assert(s->ect);
        s->ce = true;
    }
    return false;
}

/* RFC 3168 6.1: one mark in a flight, half the window once, CWR with the next
 * new octets, and the echo ends. */
START_TEST(echo)
{
    uint32_t cwr = 0;

    pair[0].config.ecn = pair[1].config.ecn = true;
    pair_open();
    ck_assert(pair[0].tcp.ecn && pair[1].tcp.ecn);
    marked = 5;
    pair_judge = mark;
    pair_write(0, TCPM_ENDLESS);
    pair_run(pair_now + 550 * PPTP_MS);
    /* 14 are out when the fifth is acknowledged */
    pair_cwnds(11, 12, 13, 14, 7, 7, 7, 7, 7, 7);
    for (uint32_t i = 0; i < pair[0].log_n; i++)
        cwr += (pair[0].log[i].s.flags & TCPM_CWR) != 0;
    ck_assert_uint_eq(cwr, 1);
    ck_assert_uint_eq(pair[0].stats.ecn_reductions, 1);
    ck_assert_uint_eq(pair[0].stats.retransmitted, 0);
    ck_assert(!pair[1].tcp.ece);
}
END_TEST

/* RFC 3168 6.1.1: only if both want it. */
START_TEST(ecn_of_one)
{
    pair[_i].config.ecn = true;
    pair_open();
    ck_assert(!pair[0].tcp.ecn && !pair[1].tcp.ecn);
    pair_write(0, 3 * PAIR_MSS);
    pair_run(pair_now + PPTP_S);
    for (uint32_t i = 0; i < pair[0].log_n; i++)
        ck_assert(!pair[0].log[i].s.ect);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tcp_window");
    TCase *t = tcase_create("tcp_window");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, pair_setup, NULL);
    tcase_add_test(t, slow_start);
    tcase_add_loop_test(t, slow_start_counts_segments, 1, 3);
    tcase_add_test(t, initial_windows);
    tcase_add_loop_test(t, congestion_avoidance, 0, 2);
    tcase_add_test(t, slow_start_ends);
    tcase_add_loop_test(t, window_that_is_not_used, 0, 2);
    tcase_add_test(t, restart_after_idle);
    tcase_add_test(t, closed_window);
    tcase_add_test(t, closed_window_and_gone);
    tcase_add_test(t, scaled_window);
    tcase_add_test(t, no_scaling);
    tcase_add_test(t, echo);
    tcase_add_loop_test(t, ecn_of_one, 0, 2);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
