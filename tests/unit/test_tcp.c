/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCP's states (RFC 9293 3.10): how connections begin and end, and what resets
 * them.
 */
#include "config.h"

#include "tests/unit/tcp_ends.h"

/* ---- beginning ---- */

START_TEST(handshake)
{
    const struct tcp_segment *syn, *back;

    pair_connect();
    ck_assert_uint_eq(a->state, TCPM_SYN_SENT);
    pair_run(pair_now + PPTP_S);
    syn = &pair[0].log[0].s;
    back = &pair[1].log[0].s;
    ck_assert_uint_eq(syn->flags, TCPM_SYN);
    ck_assert_uint_eq(syn->seq, pair[0].first - 1);
    ck_assert_uint_eq(syn->mss, PAIR_MSS);
    ck_assert_uint_eq(syn->scale, 0);
    ck_assert(syn->sack_permitted && back->sack_permitted);
    ck_assert_uint_eq(back->flags, TCPM_SYN | TCPM_ACK);
    ck_assert_uint_eq(back->ack, pair[0].first);
    ck_assert_uint_eq(pair[0].log_n, 2); /* and its acknowledgment */
    ck_assert_uint_eq(pair[1].log_n, 1);
    ck_assert_uint_eq(pair[0].events, TCPM_EV_CONNECTED);
    ck_assert_uint_eq(pair[1].events, TCPM_EV_CONNECTED);
    ck_assert_uint_eq(tcp_deadline(a), PPTP_NEVER);
    ck_assert_uint_eq(tcp_deadline(b), PPTP_NEVER);
}
END_TEST

/* What is written before goes with the handshake's last. */
START_TEST(written_before)
{
    pair_connect();
    pair_write(0, 2500);
    pair_write(0, 500);
    tcp_close(a);
    pair_run(pair_now + PPTP_S);
    ck_assert_uint_eq(pair[1].got, 3000);
    ck_assert_uint_eq(pair[0].log_n, 4);
    ck_assert_uint_eq(pair[0].log[1].s.len, 1000);
    ck_assert(pair[0].log[3].s.flags & TCPM_FIN);
    ck_assert_uint_eq(a->state, TCPM_FIN_WAIT_2);
    ck_assert_uint_eq(b->state, TCPM_CLOSE_WAIT);
    ck_assert(pair[1].events & TCPM_EV_PEER_CLOSED);
}
END_TEST

/* RFC 9293 3.5, figure 7: both send SYNs. */
START_TEST(both_open)
{
    pair_init();
    for (int i = 0; i < 2; i++) {
        tcp_connect(&pair[i].tcp, pair_now, pair[i].first - 1);
        pair[i].begun = true;
        pair_settle(i);
    }
    pair_write(0, 1500);
    pair_run(pair_now + PPTP_S);
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(pair[i].tcp.state, TCPM_ESTABLISHED);
        ck_assert(pair[i].events & TCPM_EV_CONNECTED);
        ck_assert_uint_eq(pair[i].log[1].s.flags, TCPM_SYN | TCPM_ACK);
    }
    ck_assert_uint_eq(pair[1].got, 1500);
}
END_TEST

START_TEST(syn_gives_up)
{
    static const pptp_ns at_s[] = { 0, 1, 3, 7, 15, 31 };
    pptp_ns start = pair_now;

    pair_cut[0] = true;
    pair_connect();
    pair_run(start + 100 * PPTP_S);
    ck_assert_uint_eq(pair[0].log_n, 6);
    for (int i = 0; i < 6; i++)
        ck_assert_uint_eq(pair[0].log[i].at - start, at_s[i] * PPTP_S);
    ck_assert_uint_eq(pair[0].events, TCPM_EV_FAILED);
    ck_assert_uint_eq(tcp_why(a), TCPM_TIMEOUT);
    ck_assert(tcp_is_over(a));
}
END_TEST

/* Who listens was never shown it. */
START_TEST(half_open_gives_up)
{
    pair_cut[1] = true;
    pair_connect();
    pair_run(pair_now + 500 * PPTP_MS);
    ck_assert_uint_eq(b->state, TCPM_SYN_RECEIVED);
    pair_cut[0] = true;
    pair_run(pair_now + 100 * PPTP_S);
    ck_assert_uint_eq(pair[1].log_n, 6);
    ck_assert_uint_eq(pair[1].events, 0);
    ck_assert(tcp_is_over(b));
}
END_TEST

/* A SYN that comes twice is answered twice, and no SYN-ACK was lost. */
START_TEST(syn_twice)
{
    struct tcp_segment answer, syn;

    pair_connect();
    pair_run(pair_now + 60 * PPTP_MS);
    ck_assert_uint_eq(b->state, TCPM_SYN_RECEIVED);
    syn = pair[0].log[0].s;
    ck_assert(give_b(syn, &answer));
    ck_assert_uint_eq(answer.flags, TCPM_SYN | TCPM_ACK);
    pair_run(pair_now + PPTP_S);
    ck_assert_uint_eq(b->state, TCPM_ESTABLISHED);
    ck_assert_uint_eq(b->cong.cwnd, 10 * PAIR_MSS);
}
END_TEST

/* RFC 9293 3.10.7.3 */
START_TEST(answers_to_a_syn)
{
    struct tcp_segment s = { .seq = 77,
                             .window = 100,
                             .flags = TCPM_ACK,
                             .scale = TCPM_NO_SCALE },
                       out;

    pair_connect();
    s.ack = pair[0].first + 1; /* of what was never sent: a reset, no more */
    tcp_input(a, pair_now, &s);
    ck_assert(tcp_poll(a, pair_now, &out));
    ck_assert_uint_eq(out.flags, TCPM_RST);
    ck_assert_uint_eq(out.seq, s.ack);
    ck_assert_uint_eq(a->state, TCPM_SYN_SENT);
    s.flags = TCPM_ACK | TCPM_RST; /* a reset of it is ignored */
    tcp_input(a, pair_now, &s);
    ck_assert(!tcp_poll(a, pair_now, &out));
    s.flags = TCPM_RST;
    tcp_input(a, pair_now, &s);
    ck_assert_uint_eq(a->state, TCPM_SYN_SENT);
    s.flags = TCPM_ACK; /* right, but no SYN */
    s.ack = pair[0].first;
    tcp_input(a, pair_now, &s);
    ck_assert_uint_eq(a->state, TCPM_SYN_SENT);
    s.flags = TCPM_ACK | TCPM_RST;
    tcp_input(a, pair_now, &s);
    ck_assert_uint_eq(tcp_events(a), TCPM_EV_FAILED);
    ck_assert_uint_eq(tcp_why(a), TCPM_REFUSED);
    ck_assert(tcp_is_over(a));
}
END_TEST

/* RFC 9293 3.10.7.4, fifth, SYN-RECEIVED: a wrong acknowledgment. */
START_TEST(half_open_and_wrong)
{
    struct tcp_segment answer, s;

    pair_connect();
    pair_run(pair_now + 60 * PPTP_MS);
    s = from_a(TCPM_ACK, 0, 0);
    s.ack += 1;
    ck_assert(give_b(s, &answer));
    ck_assert_uint_eq(answer.flags, TCPM_RST);
    ck_assert_uint_eq(answer.seq, s.ack);
    ck_assert_uint_eq(b->state, TCPM_SYN_RECEIVED);
}
END_TEST

START_TEST(refusals)
{
    struct tcp_segment s = { .seq = 5,
                             .ack = 9,
                             .len = 3,
                             .flags = TCPM_SYN | TCPM_FIN },
                       out;

    ck_assert(tcp_refuse(&s, &out));
    ck_assert_uint_eq(out.flags, TCPM_RST | TCPM_ACK);
    ck_assert_uint_eq(out.seq, 0);
    ck_assert_uint_eq(out.ack, 5 + 3 + 2);
    s.flags = TCPM_ACK;
    ck_assert(tcp_refuse(&s, &out));
    ck_assert_uint_eq(out.flags, TCPM_RST);
    ck_assert_uint_eq(out.seq, 9);
    s.flags = TCPM_ACK | TCPM_RST;
    ck_assert(!tcp_refuse(&s, &out));
}
END_TEST

/* ---- ending ---- */

/* RFC 9293 3.6, figure 12: one after the other. */
START_TEST(close_and_close)
{
    pair_open();
    pair_write(0, 5000);
    pair_close(0);
    tcp_write(a, 1); /* no more */
    pair_run(pair_now + PPTP_S);
    ck_assert_uint_eq(pair[1].got, 5000);
    ck_assert_uint_eq(a->state, TCPM_FIN_WAIT_2);
    pair_write(1, 3000); /* the other way is still open */
    pair_run(pair_now + PPTP_S);
    ck_assert_uint_eq(pair[0].got, 3000);
    pair_close(1);
    ck_assert_uint_eq(b->state, TCPM_LAST_ACK);
    pair_run(pair_now + PPTP_S);
    ck_assert_uint_eq(a->state, TCPM_TIME_WAIT);
    ck_assert(pair[0].events & TCPM_EV_CLOSED);
    ck_assert(pair[0].events & TCPM_EV_PEER_CLOSED);
    ck_assert(tcp_is_over(b));
    ck_assert(pair[1].events & TCPM_EV_CLOSED);
    ck_assert(!tcp_is_over(a));
    pair_run(pair_now + 60 * PPTP_S);
    ck_assert(tcp_is_over(a));
    ck_assert_uint_eq(pair[0].stats.retransmitted, 0);
}
END_TEST

/* Figure 13: both at once. */
START_TEST(both_close)
{
    pair_open();
    pair_close(0);
    pair_close(1);
    pair_run(pair_now + 60 * PPTP_MS);
    ck_assert_uint_eq(a->state, TCPM_CLOSING);
    pair_run(pair_now + PPTP_S);
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(pair[i].tcp.state, TCPM_TIME_WAIT);
        ck_assert(pair[i].events & TCPM_EV_CLOSED);
    }
    pair_run(PPTP_NEVER);
    ck_assert(tcp_is_over(a) && tcp_is_over(b));
}
END_TEST

/* A FIN that is lost comes again, and TIME_WAIT answers one that comes again
 * for two MSL more. */
START_TEST(fin_again)
{
    struct tcp_segment fin;
    pptp_ns ends;

    pair_open();
    pair_cut[0] = true;
    pair_close(0);
    pair_run(pair_now + 200 * PPTP_MS);
    pair_cut[0] = false;
    pair_run(pair_now + PPTP_S);
    ck_assert_uint_eq(pair[0].stats.retransmitted, 1);
    ck_assert_uint_eq(a->state, TCPM_FIN_WAIT_2);
    pair_close(1);
    pair_run(pair_now + PPTP_S);
    ck_assert_uint_eq(a->state, TCPM_TIME_WAIT);
    ends = tcp_deadline(a);
    pair_run(pair_now + 10 * PPTP_S);
    fin = pair[1].log[pair[1].log_n - 1].s;
    ck_assert(fin.flags & TCPM_FIN);
    pair[0].log_n = 0;
    pair_arrive(0, &fin);
    ck_assert_uint_eq(pair[0].log_n, 1);
    ck_assert_uint_gt(tcp_deadline(a), ends);
    ck_assert_uint_eq(tcp_deadline(a), pair_now + 60 * PPTP_S);
}
END_TEST

/* FIN_WAIT_2 is not for ever; what comes makes it longer. */
START_TEST(fin_wait_2_ends)
{
    pair_open();
    pair_close(0);
    pair_run(pair_now + 50 * PPTP_S);
    pair_write(1, 1);
    pair_run(pair_now + 59 * PPTP_S);
    ck_assert_uint_eq(a->state, TCPM_FIN_WAIT_2);
    pair_run(pair_now + 2 * PPTP_S);
    ck_assert(tcp_is_over(a));
    ck_assert(pair[0].events & TCPM_EV_CLOSED);
}
END_TEST

/* A FIN beyond a hole waits for what is missing. */
START_TEST(fin_beyond_a_hole)
{
    pair_open();
    pair_lost[pair_lost_n++] = 1;
    pair_write(0, 3 * PAIR_MSS);
    pair_close(0);
    pair_run(pair_now + 100 * PPTP_MS);
    ck_assert_uint_eq(b->state, TCPM_ESTABLISHED);
    ck_assert_uint_eq(pair[1].got, 0);
    pair_run(pair_now + 5 * PPTP_S);
    ck_assert_uint_eq(b->state, TCPM_CLOSE_WAIT);
    ck_assert_uint_eq(pair[1].got, 3 * PAIR_MSS);
    ck_assert_uint_eq(tcp_read_seq(b), pair[0].first + 3 * PAIR_MSS);
}
END_TEST

/* ---- resets ---- */

START_TEST(abort_is_heard)
{
    pair_open();
    pair_write(0, 2000);
    tcp_abort(a);
    pair_settle(0);
    ck_assert(tcp_is_over(a));
    pair_run(pair_now + PPTP_S);
    ck_assert(pair[1].events & TCPM_EV_FAILED);
    ck_assert_uint_eq(tcp_why(b), TCPM_RESET);
    ck_assert(tcp_is_over(b));
    ck_assert_uint_eq(pair[0].events, 0);
    ck_assert_uint_eq(pair[0].stats.resets_sent, 1);
}
END_TEST

/* Nobody is there yet, or any more: nothing is said. */
START_TEST(abort_unheard)
{
    struct tcp_segment out;

    pair_connect();
    tcp_abort(a);
    ck_assert(!tcp_poll(a, pair_now, &out));
    ck_assert(tcp_is_over(a));
}
END_TEST

/* RFC 9293 3.10.7.4, second: in the window, and nowhere else. */
START_TEST(reset_in_the_window)
{
    static const struct {
        uint32_t ahead;
        bool hits;
    } at[] = { { 0, true },      { 1000, true }, { 65535, true },
               { 65536, false }, { -1u, false }, { 0x80000000u, false } };

    for (uint32_t i = 0; i < sizeof at / sizeof *at; i++) {
        struct tcp_segment s, answer;

        pair_setup();
        pair_open();
        s = from_a(TCPM_RST, at[i].ahead, 0);
        ck_assert(!give_b(s, &answer));
        ck_assert_uint_eq(b->state,
                          at[i].hits ? TCPM_CLOSED : TCPM_ESTABLISHED);
    }
}
END_TEST

/* One side has forgotten: the other's next segment is refused. */
START_TEST(half_open)
{
    struct tcp_segment out, s;

    pair_open();
    pair_cut[0] = true;
    pair_write(0, 10);
    s = pair[0].log[0].s;
    ck_assert(tcp_refuse(&s, &out));
    tcp_input(a, pair_now, &out);
    ck_assert_uint_eq(tcp_events(a), TCPM_EV_FAILED);
    ck_assert_uint_eq(tcp_why(a), TCPM_RESET);
    /* and a new SYN of the peer is told what is expected here */
    s = (struct tcp_segment){ .seq = 4711,
                              .flags = TCPM_SYN,
                              .scale = TCPM_NO_SCALE };
    ck_assert(give_b(s, &out));
    ck_assert_uint_eq(out.flags, TCPM_ACK);
    ck_assert_uint_eq(out.ack, b->rcv_nxt);
    ck_assert_uint_eq(b->state, TCPM_ESTABLISHED);
}
END_TEST

START_TEST(settings)
{
    struct tcp_config c;

    ck_assert_uint_le(sizeof(struct tcp), 384);
    tcp_config_default(&c);
    ck_assert_ptr_null(tcp_config_check(&c));
    ck_assert_uint_eq(tcp_range_count(&c), 30);
    ck_assert_ptr_eq(tcp_cc_find("newreno"), c.cc);
    ck_assert_ptr_null(tcp_cc_find("vegas"));
    c.cc = NULL;
    ck_assert_ptr_nonnull(tcp_config_check(&c));
    tcp_config_default(&c);
    c.window_octets = 100;
    ck_assert_ptr_nonnull(tcp_config_check(&c));
    tcp_config_default(&c);
    c.rto_initial_ns = c.rto_min_ns - 1;
    ck_assert_ptr_nonnull(tcp_config_check(&c));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tcp");
    TCase *t = tcase_create("tcp");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, pair_setup, NULL);
    tcase_add_test(t, handshake);
    tcase_add_test(t, written_before);
    tcase_add_test(t, both_open);
    tcase_add_test(t, syn_gives_up);
    tcase_add_test(t, half_open_gives_up);
    tcase_add_test(t, syn_twice);
    tcase_add_test(t, answers_to_a_syn);
    tcase_add_test(t, half_open_and_wrong);
    tcase_add_test(t, refusals);
    tcase_add_test(t, close_and_close);
    tcase_add_test(t, both_close);
    tcase_add_test(t, fin_again);
    tcase_add_test(t, fin_wait_2_ends);
    tcase_add_test(t, fin_beyond_a_hole);
    tcase_add_test(t, abort_is_heard);
    tcase_add_test(t, abort_unheard);
    tcase_add_test(t, reset_in_the_window);
    tcase_add_test(t, half_open);
    tcase_add_test(t, settings);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
