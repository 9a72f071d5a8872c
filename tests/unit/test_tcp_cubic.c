/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CUBIC's window (RFC 9438), counted by hand: with C = 0.4 a cube of one
 * second is 0.4 segments, of ten 400. */
#include "config.h"

#include "tests/unit/tcp_pair.h"

enum { MSS = 1000, ROUND = 100 };

static struct tcp_cong c;
static pptp_ns now;

static void setup(void)
{
    c = (struct tcp_cong){ .mss = MSS,
                           .slow_start_segments = 1,
                           .fast_convergence = true };
    tcp_cc_cubic.init(&c);
    now = 7 * PPTP_S;
}

/* Round trips of 100 ms in each of which the window is acknowledged, segment
 * by segment, at its end. */
static void rounds(uint32_t n)
{
    struct tcp_acked a = { 0, ROUND * PPTP_MS, MSS };

    for (uint32_t i = 0; i < n; i++) {
        now += ROUND * PPTP_MS;
        a.now = now;
        for (uint32_t segments = c.cwnd / MSS; segments > 0; segments--)
            tcp_cc_cubic.on_ack(&c, &a);
    }
}

static void lose(uint32_t segments)
{
    c.cwnd = segments * MSS;
    tcp_cc_cubic.on_loss(&c, now, c.cwnd);
    c.cwnd = c.ssthresh;
}

static void within(uint32_t want, uint32_t by)
{
    ck_assert_msg(c.cwnd + by >= want && c.cwnd <= want + by,
                  "cwnd is %u, not %u", c.cwnd, want);
}

/* 4.6: seven tenths of what was out, two segments at least. */
START_TEST(decrease)
{
    lose(1000);
    ck_assert_uint_eq(c.ssthresh, 700 * MSS);
    ck_assert_uint_eq(c.cubic.w_max, 1000 * MSS);
    tcp_cc_cubic.on_loss(&c, now, 2 * MSS);
    ck_assert_uint_eq(c.ssthresh, 2 * MSS);
}
END_TEST

/* 4.2: W_max is 1,000 and the window 700, so K is the cube root of 750,
 * 9.0856 s; one round trip is ahead of the time. */
START_TEST(concave_and_convex)
{
    lose(1000);
    rounds(1);
    ck_assert_uint_ge(c.cubic.k_us, 9085602);
    ck_assert_uint_le(c.cubic.k_us, 9085604);
    rounds(45); /* 4.5 s: 1,000 - 0.4 * 4.4856^3 at 4.6 s */
    within(963899, 1500);
    rounds(45); /* 9 s */
    within(1000000, 100);
    rounds(40); /* 13 s: 1,000 + 0.4 * 4.0144^3 at 13.1 s */
    within(1025877, 1500);
}
END_TEST

/* 4.7: a window that did not reach the last W_max gives way: 0.85. */
START_TEST(fast_convergence)
{
    lose(1000);
    rounds(3);
    lose(800);
    ck_assert_uint_eq(c.cubic.w_max, 680 * MSS);
    rounds(3);
    lose(680);
    ck_assert_uint_eq(c.cubic.w_max, 680 * MSS);
    c.fast_convergence = false;
    lose(500);
    ck_assert_uint_eq(c.cubic.w_max, 500 * MSS);
}
END_TEST

/* 4.2: not more than half a window in a round trip, however late it is. */
START_TEST(target_is_bounded)
{
    uint32_t before;

    lose(100);
    rounds(1);
    c.cubic.epoch_ns -= 100 * PPTP_S;
    before = c.cwnd;
    rounds(1);
    ck_assert_uint_gt(c.cwnd, before * 149 / 100);
    ck_assert_uint_le(c.cwnd, before * 165 / 100);
}
END_TEST

/* 4.3: small windows grow by 9/17 of a segment in a round trip, by one from
 * where the last loss was. */
START_TEST(reno_friendly)
{
    uint32_t before;

    lose(10);
    rounds(3);
    within(7000 + 3 * 529, 200);
    while (c.cwnd < 10 * MSS) {
        before = c.cwnd;
        rounds(1);
        ck_assert_uint_ge(c.cwnd, before + 450);
        ck_assert(c.cwnd <= before + 530 || c.cwnd >= 10 * MSS);
    }
    before = c.cwnd;
    rounds(1);
    ck_assert_uint_ge(c.cwnd, before + 850);
    ck_assert_uint_le(c.cwnd, before + 1000);
}
END_TEST

/* 4.8: from the window at which congestion avoidance begins, without K. */
START_TEST(after_timeout)
{
    lose(1000);
    rounds(10);
    tcp_cc_cubic.on_timeout(&c, now, 500 * MSS);
    ck_assert_uint_eq(c.ssthresh, 350 * MSS);
    c.cwnd = MSS;
    rounds(9); /* doubles; then it is at ssthresh */
    within(350000, 1000);
    ck_assert_uint_eq(c.cubic.k_us, 0);
    ck_assert_uint_eq(c.cubic.w_max, 350 * MSS);
    rounds(50); /* 5 s: 0.4 * 5.1^3 */
    within(350000 + 53060, 2500);
}
END_TEST

/* 4.2: time in which it did not grow does not count. */
START_TEST(pause)
{
    uint32_t before;

    lose(1000);
    rounds(20);
    before = c.cwnd;
    now += 60 * PPTP_S;
    rounds(2);
    ck_assert_uint_gt(c.cwnd, before);
    ck_assert_uint_lt(c.cwnd, before + 20 * MSS);
}
END_TEST

/* With acknowledgments counted, those of two segments count as one. */
START_TEST(counts)
{
    struct tcp_acked a = { 0, ROUND * PPTP_MS, 2 * MSS };
    uint32_t by[2];

    for (int i = 0; i < 2; i++) {
        setup();
        c.count_acks = i == 1;
        lose(1000);
        rounds(10);
        by[i] = c.cwnd;
        a.now = now + ROUND * PPTP_MS;
        for (int j = 0; j < 350; j++)
            tcp_cc_cubic.on_ack(&c, &a);
        by[i] = c.cwnd - by[i];
    }
    ck_assert_uint_gt(by[0], 5 * MSS);
    ck_assert_uint_gt(by[0], by[1] * 8 / 5);
    ck_assert_uint_lt(by[0], by[1] * 2);
}
END_TEST

/* The largest windows and segments there can be stay below a time. */
START_TEST(largest)
{
    c.mss = UINT16_MAX - 80;
    c.cwnd = 1 << 30;
    tcp_cc_cubic.on_loss(&c, now, c.cwnd);
    c.cwnd = c.ssthresh;
    for (int i = 0; i < 100000 && c.cwnd < 1 << 30; i++) {
        struct tcp_acked a = { now += 100 * PPTP_S, PPTP_S, 1 << 30 };

        ck_assert_uint_ge(c.cwnd, c.ssthresh);
        tcp_cc_cubic.on_ack(&c, &a);
    }
    ck_assert_uint_le(c.cwnd, 3u << 29);
}
END_TEST

/* By name, and on a connection: it comes back sooner than NewReno. */
START_TEST(connection)
{
    pair_setup();
    pair[0].config.cc = tcp_cc_find("cubic");
    pair_open();
    pair_lost[0] = 200;
    pair_lost_n = 1;
    pair_write(0, TCPM_ENDLESS);
    pair_run(pair_now + 1 * PPTP_S);
    ck_assert_uint_eq(pair[0].stats.timeouts, 0);
    ck_assert_uint_eq(pair[0].stats.fast_retransmits, 1);
    ck_assert_uint_le(pair[0].tcp.cong.ssthresh,
                      pair[0].tcp.cong.cubic.cwnd_prior * 7 / 10);
    ck_assert_uint_gt(pair[0].tcp.cong.ssthresh,
                      pair[0].tcp.cong.cubic.cwnd_prior * 68 / 100);
    ck_assert_uint_gt(pair[0].tcp.cong.cwnd, pair[0].tcp.cong.ssthresh);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tcp_cubic");
    TCase *t = tcase_create("tcp_cubic");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, decrease);
    tcase_add_test(t, concave_and_convex);
    tcase_add_test(t, fast_convergence);
    tcase_add_test(t, target_is_bounded);
    tcase_add_test(t, reno_friendly);
    tcase_add_test(t, after_timeout);
    tcase_add_test(t, pause);
    tcase_add_test(t, counts);
    tcase_add_test(t, largest);
    tcase_add_test(t, connection);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
