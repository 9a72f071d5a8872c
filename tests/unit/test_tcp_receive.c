/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What TCP's receiver takes (RFC 9293 3.10.7.4), and what it says to it (RFC
 * 2018, RFC 5681 4.2); both ways over a rough link. */
#include "config.h"

#include "tests/unit/tcp_ends.h"

/* ---- what is acceptable ---- */

START_TEST(out_of_the_window)
{
    static const struct {
        uint32_t ahead, len;
    } bad[] = { { 65535, 10 },
                { -20u, 10 },
                { 0x7fffffff, 1 },
                { 0x80000001u, 0 },
                { 65536, 0 } };
    struct tcp_segment answer;
    uint32_t next;

    pair_open();
    next = b->rcv_nxt;
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert(give_b(from_a(TCPM_ACK, bad[i].ahead, bad[i].len), &answer));
        ck_assert_uint_eq(answer.flags, TCPM_ACK);
        ck_assert_uint_eq(answer.ack, next);
        ck_assert_uint_eq(b->rcv_nxt, next);
    }
}
END_TEST

/* What acknowledges the future is answered and dropped, octets and all; what
 * acknowledges the past is not. */
START_TEST(wrong_acknowledgments)
{
    struct tcp_segment s, answer;

    pair_open();
    pair_write(1, 100);
    pair_run(pair_now + PPTP_S);
    s = from_a(TCPM_ACK, 0, 20);
    s.ack = b->snd_max + 1;
    ck_assert(give_b(s, &answer));
    ck_assert_uint_eq(tcp_readable(b), 0);
    s.ack = b->snd_una - 1;
    ck_assert(give_b(s, &answer));
    ck_assert_uint_eq(tcp_readable(b), 20);
    s = from_a(0, 0, 20); /* none at all */
    ck_assert(!give_b(s, &answer));
    ck_assert_uint_eq(tcp_readable(b), 20);
}
END_TEST

/* Half old, half new; and beyond the window's edge. */
START_TEST(cut_to_fit)
{
    struct tcp_segment s, answer;

    pair_open();
    pair[1].reads = false;
    give_b(from_a(TCPM_ACK, 0, 1000), &answer);
    s = from_a(TCPM_ACK, 0, 1000);
    s.seq -= 500;
    give_b(s, &answer);
    ck_assert_uint_eq(tcp_readable(b), 1500);
    give_b(from_a(TCPM_ACK, 0, 65535), &answer);
    ck_assert_uint_eq(tcp_readable(b), 65535);
    ck_assert_uint_eq(answer.window, 0);
}
END_TEST

/* ---- acknowledgments ---- */

/* RFC 5681 4.2: every second, or after a while. */
START_TEST(delayed)
{
    pptp_ns at;

    pair[1].config.delack_segments = 2;
    pair_open();
    at = pair_now;
    pair_write(0, 5 * PAIR_MSS);
    pair_run(pair_now + PPTP_S);
    ck_assert_uint_eq(pair[1].log_n, 3);
    ck_assert_uint_eq(pair[1].log[1].at, at + PAIR_DELAY);
    ck_assert_uint_eq(pair[1].log[1].s.ack, pair[0].first + 4 * PAIR_MSS);
    ck_assert_uint_eq(pair[1].log[2].at, at + PAIR_DELAY + 40 * PPTP_MS);
}
END_TEST

/* What the peer has to say anyway carries it. */
START_TEST(carried)
{
    pair[1].config.delack_segments = 2;
    pair_open();
    pair_write(0, 10);
    pair_run(pair_now + 60 * PPTP_MS);
    ck_assert_uint_eq(pair[1].log_n, 0);
    pair_write(1, 10);
    ck_assert_uint_eq(pair[1].log_n, 1);
    ck_assert_uint_eq(pair[1].log[0].s.ack, pair[0].first + 10);
    pair_run(pair_now + 10 * PPTP_MS);
    ck_assert_uint_eq(pair[1].log_n, 1);
}
END_TEST

/* RFC 5681 4.2: beyond a hole, and filling one, at once.  RFC 2018 4: the
 * block of the latest first, then those told lately. */
START_TEST(sack_blocks)
{
    static const struct {
        uint32_t at; /* segments ahead of the first hole */
        uint32_t block[5];
    } step[] = {
        { 1, { 1 } },          { 5, { 5, 1 } },       { 3, { 3, 5, 1 } },
        { 9, { 9, 3, 5, 1 } }, { 7, { 7, 9, 3, 5 } }, /* four have room */
        { 2, { 1, 7, 9, 5 } },                        /* joins 1 and 3 */
    };
    uint32_t first;

    pair[1].config.delack_segments = 2;
    pair_open();
    first = b->rcv_nxt;
    for (uint32_t i = 0; i < 6; i++) {
        struct tcp_segment answer;
        uint32_t k = 0;

        ck_assert(give_b(from_a(TCPM_ACK, step[i].at * PAIR_MSS, PAIR_MSS),
                         &answer));
        ck_assert_uint_eq(answer.ack, first);
        for (; k < 4 && step[i].block[k] != 0; k++)
            ck_assert_uint_eq(answer.sack[k].start,
                              first + step[i].block[k] * PAIR_MSS);
        ck_assert_uint_eq(answer.sacks, k);
    }
}
END_TEST

/* Who sends itself tells of a hole without octets: they leave no room for
 * blocks, and what carries them is no duplicate. */
START_TEST(hole_while_sending)
{
    struct tcp_segment answer;
    uint32_t told = 0;

    pair_open();
    tcp_write(b, 500);
    ck_assert(give_b(from_a(TCPM_ACK, 1000, 1000), &answer));
    ck_assert_uint_eq(answer.sacks, 1);
    ck_assert_uint_eq(answer.len, 0);
    ck_assert(tcp_poll(b, pair_now, &answer));
    ck_assert_uint_eq(answer.sacks, 0);
    ck_assert_uint_eq(answer.len, 500);

    pair_setup();
    pair_open();
    pair_lost[pair_lost_n++] = 3;
    pair_write(1, 200000);
    pair_write(0, 100000);
    pair_run(pair_now + 20 * PPTP_S);
    ck_assert_uint_eq(pair[0].got, 200000);
    ck_assert_uint_eq(pair[1].got, 100000);
    for (uint32_t i = 0; i < pair[1].log_n; i++) {
        const struct tcp_segment *s = &pair[1].log[i].s;

        told += s->sacks > 0;
        ck_assert(s->sacks == 0 || s->len == 0);
    }
    ck_assert_uint_ge(told, 3);
    ck_assert_uint_eq(pair[0].stats.fast_retransmits, 1);
    ck_assert_uint_eq(pair[0].stats.retransmitted, 1);
    ck_assert_uint_eq(pair[0].stats.timeouts, 0);
}
END_TEST

START_TEST(hole_filled)
{
    struct tcp_segment answer;
    uint32_t first;

    pair[1].config.delack_segments = 2;
    pair_open();
    first = b->rcv_nxt;
    ck_assert(give_b(from_a(TCPM_ACK, 1000, 1000), &answer));
    ck_assert(give_b(from_a(TCPM_ACK, 3000, 1000), &answer));
    ck_assert(give_b(from_a(TCPM_ACK, 0, 1000), &answer));
    ck_assert_uint_eq(answer.ack, first + 2000);
    ck_assert_uint_eq(answer.sacks, 1);
    ck_assert(give_b(from_a(TCPM_ACK, 0, 1500), &answer));
    ck_assert_uint_eq(answer.ack, first + 4000);
    ck_assert_uint_eq(answer.sacks, 0);
    ck_assert_uint_eq(tcp_readable(b), 4000);
    /* and what has all come already is acknowledged at once */
    ck_assert(give_b(from_a(TCPM_ACK, -1000u, 1000), &answer));
    ck_assert_uint_eq(b->stats->duplicates_received, 1);
}
END_TEST

/* What a receiver remembers is bounded; what it forgets comes again. */
START_TEST(bounded)
{
    struct tcp_segment answer;
    uint32_t room = tcp_range_count(&pair[1].config);

    pair_open();
    for (uint32_t i = 0; i < 2 * room; i++)
        give_b(from_a(TCPM_ACK, 10 + 20 * i, 10), &answer);
    ck_assert_uint_gt(b->stats->no_room, 0);
    ck_assert_uint_eq(b->arrived.count, room - 4);
    ck_assert_uint_eq(b->arrived.octets, 10 * b->arrived.count);
    give_b(from_a(TCPM_ACK, 0, 20 * 2 * room), &answer);
    ck_assert_uint_eq(b->arrived.count, 0);
}
END_TEST

/* RFC 9293 3.8.6.2.2: no small steps of the window. */
START_TEST(window_in_large_steps)
{
    struct tcp_segment out;

    pair[1].config.window_octets = 10000;
    pair[1].reads = false;
    pair_open();
    pair_write(0, 20 * PAIR_MSS);
    pair_run(pair_now + PPTP_S);
    ck_assert_uint_eq(tcp_readable(b), 10000);
    tcp_take(b, 1999);
    ck_assert(!tcp_poll(b, pair_now, &out));
    tcp_take(b, 1);
    ck_assert(tcp_poll(b, pair_now, &out));
    ck_assert_uint_eq(out.window, 2000);
}
END_TEST

static uint64_t seed;

static uint32_t dice(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

/* One in ten is lost, one in ten comes late. */
static bool rough_link(int from, struct tcp_segment *s)
{
    if (dice(10) == 0)
        return true;
    if (dice(10) == 0 && pair_flight_n > 0) {
        struct pair_flight *f = &pair_flights[pair_flight_n - 1];
        struct tcp_segment earlier = f->s;

        if (f->to == 1 - from) {
            f->s = *s;
            *s = earlier;
        }
    }
    return false;
}

/* Both ways, to the end, with and without SACK and ECN; _i is the seed. */
START_TEST(rough)
{
    seed = (uint64_t)_i * 977 + 1;
    for (int i = 0; i < 2; i++) {
        pair[i].config.sack = _i % 2 == 0;
        pair[i].config.ecn = _i % 3 == 0;
        pair[i].config.delack_segments = 1 + (uint32_t)_i % 4;
        pair[i].config.slow_start_segments = 2;
    }
    pair_judge = rough_link;
    pair_connect();
    pair_write(0, 300 * PAIR_MSS);
    tcp_close(a);
    while (!pair[1].begun && pair_step(PPTP_NEVER))
        ;
    pair_write(1, 100777);
    pair_close(1);
    pair_run(PPTP_NEVER);
    if (pair[0].log_n == 6 && pair[0].events == TCPM_EV_FAILED)
        return; /* no SYN came through */
    ck_assert_uint_eq(pair[1].got, 300 * PAIR_MSS);
    ck_assert_uint_eq(pair[0].got, 100777);
    ck_assert(tcp_is_over(a) && tcp_is_over(b));
    ck_assert_uint_gt(pair[0].stats.retransmitted, 0);
    ck_assert_uint_eq(pair[0].stats.no_room + pair[1].stats.no_room, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tcp_receive");
    TCase *t = tcase_create("tcp_receive");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, pair_setup, NULL);
    tcase_add_test(t, out_of_the_window);
    tcase_add_test(t, wrong_acknowledgments);
    tcase_add_test(t, cut_to_fit);
    tcase_add_test(t, delayed);
    tcase_add_test(t, carried);
    tcase_add_test(t, sack_blocks);
    tcase_add_test(t, hole_while_sending);
    tcase_add_test(t, hole_filled);
    tcase_add_test(t, bounded);
    tcase_add_test(t, window_in_large_steps);
    tcase_add_loop_test(t, rough, 0, 60);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
