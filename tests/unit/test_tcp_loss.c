/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What TCP's sender does about losses, segment by segment: recovery without
 * SACK (RFC 6582) and with it (RFC 6675), the timer (RFC 6298).  Windows are
 * counted by hand.
 */
#include "config.h"

#include "tests/unit/tcp_pair.h"

static void lose(uint32_t number)
{
    pair_lost[pair_lost_n++] = number;
}

static uint32_t pipe_of(int side)
{
    return tcp_loss_pipe(&pair[side].tcp) / PAIR_MSS;
}

/* ---- recovery without SACK ---- */

/*
 * Ten segments go, the fifth is lost.  Four acknowledgments: cwnd 14, 18 are
 * sent.  Two duplicates: RFC 3042's 19 and 20.  The third: ssthresh is 7
 * (flight 14, without those two), cwnd 10; then one more for each duplicate,
 * of 9, 10 and 11 to 20: 22.  16 are out, so 21 to 26 follow.  The
 * acknowledgment of all: 7.
 */
START_TEST(fast_retransmit)
{
    pair[0].config.sack = false;
    pair_open();
    lose(5);
    pair_write(0, TCPM_ENDLESS);
    pair_run(pair_now + 225 * PPTP_MS);
    pair_cwnds(11, 12, 13, 14, 14, 14, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
               20, 21, 22, 7);
    pair_numbers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
                 19, 20, 5, 21, 22, 23, 24, 25, 26);
    ck_assert_uint_eq(pair[0].log[20].at, pair[0].log[0].at + 100 * PPTP_MS);
    ck_assert(!pair[0].tcp.recovering);
    ck_assert_uint_eq(pair[0].tcp.cong.ssthresh, 7 * PAIR_MSS);
    ck_assert_uint_eq(pair[0].stats.fast_retransmits, 1);
    ck_assert_uint_eq(pair[0].stats.retransmitted, 1);
    ck_assert_uint_eq(pair[0].stats.limited_transmits, 2);
    ck_assert_uint_eq(pair[0].stats.timeouts, 0);
}
END_TEST

START_TEST(without_limited_transmit)
{
    pair[0].config.sack = _i == 1;
    pair[0].config.limited_transmit = false;
    pair_open();
    lose(5);
    pair_write(0, TCPM_ENDLESS);
    pair_run(pair_now + 150 * PPTP_MS);
    pair_numbers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
                 5);
    ck_assert_uint_eq(pair[0].stats.limited_transmits, 0);
}
END_TEST

/*
 * 5 and 7 are lost.  As above up to 10 after the third duplicate, one more
 * for 10 and for 11 to 20: 21, so that 21 to 25 follow.  5 again is a partial
 * acknowledgment, of two segments: 21 - 2 + 1, 7 again, and 26 has room.
 * Five duplicates (21 to 25): 25.  7 again acknowledges all: 7.
 */
START_TEST(partial_acknowledgment)
{
    pair[0].config.sack = false;
    pair_open();
    lose(5);
    lose(7);
    pair_write(0, TCPM_ENDLESS);
    pair_run(pair_now + 310 * PPTP_MS);
    pair_cwnds(11, 12, 13, 14, 14, 14, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
               20, 21, 20, 21, 22, 23, 24, 25, 7);
    pair_numbers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
                 19, 20, 5, 21, 22, 23, 24, 25, 7, 26, 27, 28, 29, 30, 31);
    ck_assert_uint_eq(pair[0].stats.fast_retransmits, 1);
    ck_assert_uint_eq(pair[0].stats.retransmitted, 2);
}
END_TEST

/* RFC 6582 3.2 (2): duplicates of what was sent before the recovery ended
 * begin no other one. */
START_TEST(no_second_recovery)
{
    uint32_t una;

    pair[0].config.sack = false;
    pair_open();
    lose(5);
    pair_write(0, TCPM_ENDLESS);
    pair_run(pair_now + 150 * PPTP_MS);
    ck_assert(pair[0].tcp.recovering);
    una = pair[0].tcp.recover;
    for (int i = 0; i < 5; i++) {
        struct tcp_segment s = { .seq = pair[0].tcp.rcv_nxt,
                                 .ack = una,
                                 .window = 65535,
                                 .flags = TCPM_ACK,
                                 .scale = TCPM_NO_SCALE };

        tcp_input(&pair[0].tcp, pair_now, &s);
    }
    ck_assert(!pair[0].tcp.recovering);
    ck_assert_uint_eq(pair[0].tcp.snd_una, una);
    ck_assert_uint_eq(pair[0].stats.fast_retransmits, 1);
}
END_TEST

/* ---- recovery with SACK ---- */

/*
 * 5 and 7 are lost.  The third duplicate (6, 8, 9 are told): cwnd 7, 5 again;
 * 7 is not lost yet, the pipe is 6 to 20 without three and 5: 13.  10 makes 7
 * lost: 11.  With 15 told it is 6: 7 goes again.  16 to 20: 21 to 25.  Then 5
 * again acknowledges 5 and 6, and 26 follows; 7 again all.
 */
START_TEST(sack_recovery)
{
    pair_open();
    lose(5);
    lose(7);
    pair_write(0, TCPM_ENDLESS);
    while (!pair[0].tcp.recovering)
        ck_assert(pair_step(PPTP_NEVER));
    ck_assert_uint_eq(pipe_of(0), 13);
    pair_run(pair_now);
    ck_assert_uint_eq(pipe_of(0), 11);
    pair_run(pair_now + 110 * PPTP_MS);
    pair_cwnds(11, 12, 13, 14, 14, 14, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7);
    pair_numbers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
                 19, 20, 5, 7, 21, 22, 23, 24, 25, 26);
    pair_run(pair_now + 60 * PPTP_MS);
    ck_assert(pair[0].tcp.recovering);
    pair_run(pair_now + 60 * PPTP_MS);
    ck_assert(!pair[0].tcp.recovering);
    ck_assert_uint_eq(pair[0].stats.retransmitted, 2);
    ck_assert_uint_eq(pair[0].stats.fast_retransmits, 1);
    ck_assert_uint_eq(pair[0].tcp.sacked.count, 0);
}
END_TEST

/* RFC 6675 5 (2): three segments told by one acknowledgment are enough. */
START_TEST(sack_of_three_at_once)
{
    struct tcp_segment s = {
        .flags = TCPM_ACK, .window = 65535, .scale = TCPM_NO_SCALE, .sacks = 1
    };
    uint32_t una;

    pair_open();
    pair_write(0, TCPM_ENDLESS);
    una = pair[0].tcp.snd_una;
    s.seq = pair[0].tcp.rcv_nxt;
    s.ack = una;
    s.sack[0] = (struct tcp_range){ una + 2000, una + 4000 };
    tcp_input(&pair[0].tcp, pair_now, &s);
    ck_assert(!pair[0].tcp.recovering);
    s.sack[0].end = una + 5000;
    tcp_input(&pair[0].tcp, pair_now, &s);
    ck_assert(pair[0].tcp.recovering);
}
END_TEST

/* RFC 6675 4 (4): the last is lost together with one before, and nothing is
 * left that could tell: once it is sent again without being known lost. */
START_TEST(rescue)
{
    pair_open();
    lose(3);
    lose(10);
    pair_write(0, 10 * PAIR_MSS);
    pair_run(pair_now + PPTP_S);
    pair_numbers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 3, 10);
    ck_assert_uint_eq(pair[0].log[11].at, pair[0].log[0].at + 200 * PPTP_MS);
    ck_assert_uint_eq(pair[0].stats.rescues, 1);
    ck_assert_uint_eq(pair[0].stats.timeouts, 0);
    ck_assert_uint_eq(pair[1].got, 10 * PAIR_MSS);
}
END_TEST

/* Blocks that cannot be are none: RFC 2018's sender believes only what it has
 * sent, above what is acknowledged. */
START_TEST(wrong_blocks)
{
    struct tcp *t = &pair[0].tcp;
    uint32_t una;

    pair_open();
    pair_write(0, TCPM_ENDLESS);
    una = t->snd_una;
    const struct tcp_range wrong[] = {
        { una + 3000, una + 2000 },   { una + 3000, una + 3000 },
        { una - 2000, una - 1000 },   { una - 2000, una + 2000 },
        { una + 9000, una + 10001 },  { una, una + 1000 },
        { una + 20000, una + 21000 }, { una + 1000, una + 0x80001000u },
    };

    for (uint32_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct tcp_segment s = { .flags = TCPM_ACK,
                                 .window = 65535,
                                 .scale = TCPM_NO_SCALE,
                                 .seq = t->rcv_nxt,
                                 .ack = una,
                                 .sacks = 1,
                                 .sack = { wrong[i] } };

        tcp_input(t, pair_now, &s);
        ck_assert_uint_eq(t->sacked.count, 0);
        ck_assert_uint_eq(t->dup_acks, 0);
    }
}
END_TEST

/* Every third of a large window is lost: all is told, and comes again once,
 * in one recovery, whatever the number of holes. */
START_TEST(many_holes)
{
    for (uint32_t i = 0; i < 2; i++)
        pair[i].config.window_octets = 400000;
    pair[0].config.initial_segments = 180;
    pair_open();
    for (uint32_t i = 1; i <= 60; i++)
        lose(3 * i - 2);
    pair_write(0, 300 * PAIR_MSS);
    pair_run(pair_now + 20 * PPTP_S);
    ck_assert_uint_eq(pair[1].got, 300 * PAIR_MSS);
    ck_assert_uint_eq(pair[0].stats.retransmitted, 60);
    ck_assert_uint_eq(pair[0].stats.fast_retransmits, 1);
    ck_assert_uint_eq(pair[0].stats.timeouts, 0);
    ck_assert_uint_eq(pair[0].stats.no_room + pair[1].stats.no_room, 0);
}
END_TEST

/* ---- the timer ---- */

/* RFC 6298 2: 100 ms a round trip.  RTTVAR 50, 37.5, 28.125 … ms. */
START_TEST(time_out_by_hand)
{
    static const pptp_ns rto_us[] = { 300000, 250000, 212500, 184375 };

    pair[0].config.rto_min_ns = PPTP_MS;
    pair_open();
    ck_assert_uint_eq(pair[0].tcp.rto.rto_ns, rto_us[0] * PPTP_US);
    for (uint32_t i = 1; i < 4; i++) {
        pair_write(0, PAIR_MSS);
        pair_run(pair_now + 150 * PPTP_MS);
        ck_assert_uint_eq(pair[0].tcp.rto.srtt_ns, 100 * PPTP_MS);
        ck_assert_uint_eq(pair[0].tcp.rto.rto_ns, rto_us[i] * PPTP_US);
    }
}
END_TEST

/* RFC 6298 5.5 and Karn: twice as long each time, kept until something that
 * was sent once is acknowledged. */
START_TEST(back_off)
{
    pptp_ns at, rto;

    pair_open();
    rto = pair[0].tcp.rto.rto_ns;
    ck_assert_uint_eq(rto, 300 * PPTP_MS);
    for (uint32_t i = 0; i < 3; i++)
        lose(1);
    pair_write(0, PAIR_MSS);
    at = pair_now;
    pair_run(pair_now + 5 * PPTP_S);
    pair_numbers(1, 1, 1, 1);
    ck_assert_uint_eq(pair[0].log[1].at - at, rto);
    ck_assert_uint_eq(pair[0].log[2].at - at, 3 * rto);
    ck_assert_uint_eq(pair[0].log[3].at - at, 7 * rto);
    ck_assert_uint_eq(pair[0].tcp.rto.rto_ns, 8 * rto);
    ck_assert_uint_eq(pair[0].tcp.rto.srtt_ns, 100 * PPTP_MS);
    ck_assert_uint_eq(pair[0].tcp.cong.ssthresh, 2 * PAIR_MSS);
    ck_assert_uint_eq(pair[0].stats.timeouts, 3);
    pair_write(0, PAIR_MSS);
    pair_run(pair_now + PPTP_S);
    ck_assert_uint_eq(pair[0].tcp.rto.rto_ns, 250 * PPTP_MS);
}
END_TEST

/* Up to 60 s; then given up, with a reset. */
START_TEST(gives_up)
{
    pptp_ns gap, want = 300 * PPTP_MS;

    pair_open();
    pair_cut[0] = true;
    pair_write(0, 5);
    pair_run(pair_now + 3600 * PPTP_S);
    ck_assert_uint_eq(pair[0].log_n, 16); /* 15 and the reset */
    for (uint32_t i = 1; i < 16; i++) {
        gap = pair[0].log[i].at - pair[0].log[i - 1].at;
        ck_assert_uint_eq(gap, want);
        want = 2 * want > 60 * PPTP_S ? 60 * PPTP_S : 2 * want;
    }
    ck_assert(pair[0].log[15].s.flags & TCPM_RST);
    ck_assert_uint_eq(pair[0].events, TCPM_EV_FAILED);
    ck_assert_uint_eq(tcp_why(&pair[0].tcp), TCPM_TIMEOUT);
    ck_assert(tcp_is_over(&pair[0].tcp));
    ck_assert_uint_eq(pair[1].tcp.state, TCPM_ESTABLISHED); /* cannot know */
}
END_TEST

/* A whole flight is lost: from the first, in slow start, without what was
 * told to have come. */
START_TEST(after_a_time_out)
{
    pair[0].config.sack = _i == 1;
    pair[0].config.limited_transmit = false;
    pair_open();
    for (uint32_t i = 1; i <= 10; i++)
        if (i != 4)
            lose(i);
    pair_write(0, 20 * PAIR_MSS);
    pair_run(pair_now + 150 * PPTP_MS);
    ck_assert_uint_eq(pair[0].tcp.dup_acks, 1);
    pair_run(pair_now + 10 * PPTP_S);
    if (_i == 1)
        pair_numbers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 5, 6, 7, 8, 9, 10,
                     11);
    else
        pair_numbers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5, 6, 7);
    ck_assert_uint_eq(pair[1].got, 20 * PAIR_MSS);
    ck_assert_uint_eq(pair[0].stats.timeouts, 1);
    ck_assert_uint_eq(pair[0].stats.fast_retransmits, 0);
}
END_TEST

/* What is sent again is lost again: until the timer says so, new segments go
 * out for those that are told of, and more is out than the window is. */
START_TEST(time_out_in_a_recovery)
{
    const struct tcp *t = &pair[0].tcp;
    uint32_t out = 0;

    pair[0].config.initial_segments = 20;
    pair_open();
    pair_lost[0] = pair_lost[1] = 5;
    pair_lost_n = 2;
    pair_write(0, TCPM_ENDLESS);
    while (pair[0].stats.timeouts == 0) {
        out = t->snd_max - t->snd_una;
        ck_assert(pair_step(pair_now + PPTP_S));
    }
    ck_assert_uint_gt(out, 20 * PAIR_MSS);
    ck_assert_uint_ge(t->cong.ssthresh, 4 * PAIR_MSS);
    ck_assert_uint_le(t->cong.ssthresh, 7 * PAIR_MSS);
}
END_TEST

/* RFC 6298 5.7, RFC 5681 3.1: a SYN was lost. */
START_TEST(syn_lost)
{
    pair_cut[0] = true;
    pair_connect();
    pair_run(pair_now + 500 * PPTP_MS);
    pair_cut[0] = false;
    pair_run(pair_now + 700 * PPTP_MS);
    ck_assert_uint_eq(pair[0].tcp.state, TCPM_ESTABLISHED);
    ck_assert_uint_eq(pair[0].tcp.cong.cwnd, PAIR_MSS);
    ck_assert_uint_eq(pair[0].tcp.rto.rto_ns, 3 * PPTP_S);
    ck_assert_uint_eq(pair[0].tcp.rto.srtt_ns, 0);
    ck_assert_uint_eq(pair[1].tcp.cong.cwnd, 10 * PAIR_MSS);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tcp_loss");
    TCase *t = tcase_create("tcp_loss");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, pair_setup, NULL);
    tcase_add_test(t, fast_retransmit);
    tcase_add_loop_test(t, without_limited_transmit, 0, 2);
    tcase_add_test(t, partial_acknowledgment);
    tcase_add_test(t, no_second_recovery);
    tcase_add_test(t, sack_recovery);
    tcase_add_test(t, sack_of_three_at_once);
    tcase_add_test(t, rescue);
    tcase_add_test(t, wrong_blocks);
    tcase_add_test(t, many_holes);
    tcase_add_test(t, time_out_by_hand);
    tcase_add_test(t, back_off);
    tcase_add_test(t, gives_up);
    tcase_add_loop_test(t, after_a_time_out, 0, 2);
    tcase_add_test(t, time_out_in_a_recovery);
    tcase_add_test(t, syn_lost);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
