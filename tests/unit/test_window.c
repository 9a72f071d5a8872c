/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sliding window of RFC 2637 §4.2 and §4.3: src/pptp/window.c. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "defaults.h"
#include "pptp/window.h"

#define RING 64

static struct pptp_win_config c;
static struct pptp_win w;
static struct pptp_win_sent ring[RING];
static pptp_ns now;
static uint32_t acked;

static void begin(uint16_t peer_window)
{
    memset(&c, 0, sizeof c);
    c.engine = &pptp_engine_rfc2637;
    c.windowing = PPTP_WINDOWING_ON;
    c.ato = default_ato();
    c.fixed_timeout_ns = 2 * PPTP_S;
    c.ack_delay_ns = 50 * PPTP_MS;
    c.recv_window = 16;
    c.reorder_packets = 16;
    c.send_queue = 8;
    now = 1000 * PPTP_S;
    pptp_win_start(&w, &c, peer_window, 6, RING);
}

static void send_n(uint32_t n)
{
    uint32_t seq = w.tx_next;

    for (; n > 0; n--, seq++)
        ck_assert_uint_eq(pptp_win_sent(&w, ring, now), seq);
}

static enum pptp_ack_verdict ack(uint32_t n)
{
    return pptp_win_acked(&w, &c, ring, now, n, &acked);
}

/* n packets go out and are acknowledged together 100 ms later */
static void exchange(uint32_t n)
{
    send_n(n);
    now += 100 * PPTP_MS;
    ck_assert_int_eq(ack(w.tx_next - 1), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, n);
}

static void time_out(uint32_t n)
{
    send_n(n);
    now = pptp_win_tx_deadline(&w, &c, ring);
    ck_assert_uint_ne(now, PPTP_NEVER);
    ck_assert_uint_eq(pptp_win_timed_out(&w, &c), n);
    ck_assert_uint_eq(pptp_win_out(&w), 0);
}

/* R-4.2.1-01; A-36: a window of 0 is read as 1. */
START_TEST(it_starts_at_half)
{
    static const uint16_t v[][2] = { { 16, 8 }, { 7, 4 }, { 2, 1 },
                                     { 1, 1 },  { 0, 1 }, { 64, 32 } };
    size_t i;

    for (i = 0; i < sizeof v / sizeof v[0]; i++) {
        begin(v[i][0]);
        ck_assert_uint_eq(w.cwnd, v[i][1]);
        ck_assert_uint_eq(w.tx_max, v[i][0] == 0 ? 1 : v[i][0]);
    }
    begin(65535); /* I-08: no more than can be remembered */
    ck_assert_uint_eq(w.tx_max, RING);
    ck_assert_uint_eq(w.cwnd, RING / 2);
    pptp_win_start(&w, &c, 65535, 6, 65536);
    ck_assert_uint_eq(w.tx_max, 65535);
    ck_assert_uint_eq(w.cwnd, 32768);
    ck_assert_uint_eq(w.ring_mask, 65535);
    ck_assert_uint_eq(w.tx_next, 0); /* R-4.1-14 */
}
END_TEST

/* R-4.2.1-03, R-4.2.2-01, R-4.2.3-01: the vectors of the requirements. */
START_TEST(the_vectors)
{
    begin(16);
    exchange(8);
    ck_assert_uint_eq(w.cwnd, 9);
    exchange(9);
    ck_assert_uint_eq(w.cwnd, 10);
    time_out(10);
    ck_assert_uint_eq(w.cwnd, 5);
    exchange(5);
    ck_assert_uint_eq(w.cwnd, 6);
    time_out(6);
    ck_assert_uint_eq(w.cwnd, 3);
    time_out(3);
    ck_assert_uint_eq(w.cwnd, 2);
    time_out(2);
    ck_assert_uint_eq(w.cwnd, 1);
    time_out(1);
    ck_assert_uint_eq(w.cwnd, 1);
    exchange(1);
    ck_assert_uint_eq(w.cwnd, 2);
    exchange(2);
    ck_assert_uint_eq(w.cwnd, 3);
}
END_TEST

/* R-4.2.5-01: without a window more is out than can be noted. Those noted
 * give true samples, the others none; nothing is taken for old. */
START_TEST(samples_are_true_whatever_is_out)
{
    uint32_t sent = 0, got = 0, samples = 0;

    begin(16);
    c.engine = &pptp_engine_off;
    for (; got < 20000; now += PPTP_MS) { /* one a ms, 1 s there and back */
        if (sent < 20000) {
            ck_assert(pptp_win_may_send(&w, &c));
            send_n(1);
            sent++;
        }
        if (now < 1001 * PPTP_S)
            continue;
        ck_assert_int_eq(ack(got++), PPTP_ACK_NEW);
        ck_assert_uint_eq(acked, 1);
        ck_assert_uint_eq(pptp_win_out(&w), sent - got);
        if (w.timed) {
            ck_assert_uint_eq(w.last_rtt_ns, PPTP_S);
            samples++;
        }
    }
    /* a ring full each round trip */
    ck_assert_uint_ge(samples, 19 * RING);
    ck_assert_int_eq(w.ato.rtt_ns > (int64_t)(990 * PPTP_MS) &&
                         w.ato.rtt_ns <= (int64_t)PPTP_S,
                     1);
    /* one that acknowledges all at once, later */
    send_n(5000);
    now += 3 * PPTP_S;
    ck_assert_int_eq(ack(w.tx_next - 2), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, 4999);
    ck_assert(!w.timed);
    ck_assert_uint_eq(w.last_rtt_ns, PPTP_S); /* as it was */
    now += PPTP_MS;
    ck_assert_int_eq(ack(w.tx_next - 1), PPTP_ACK_NEW);
    ck_assert(w.timed); /* the last one is known */
    ck_assert_uint_eq(w.last_rtt_ns, 3001 * PPTP_MS);
}
END_TEST

/* AUTO gave up, a flood went out, then the peer acknowledges after all: what
 * is still out times out, though nobody noted when it left. */
START_TEST(a_window_taken_up_again_times_out)
{
    int i;

    begin(16);
    c.windowing = PPTP_WINDOWING_AUTO;
    for (i = 0; i < PPTP_AUTO_TIMEOUTS; i++)
        time_out(1);
    ck_assert(w.suspended);
    send_n(1000);
    now += PPTP_S;
    ck_assert_int_eq(ack(w.tx_next - 500), PPTP_ACK_RESUMED);
    ck_assert_uint_eq(pptp_win_out(&w), 499);
    ck_assert(!pptp_win_may_send(&w, &c));
    ck_assert_uint_eq(pptp_win_tx_deadline(&w, &c, ring), now + w.ato.ato_ns);
    now += w.ato.ato_ns;
    ck_assert_uint_eq(pptp_win_timed_out(&w, &c), 499);
    ck_assert(pptp_win_may_send(&w, &c));
}
END_TEST

/* A peer that never acknowledges: what is out stays far from where numbers
 * turn round, and an acknowledgment of it is not "ahead". */
START_TEST(out_has_a_bound)
{
    begin(16);
    c.engine = &pptp_engine_off;
    w.tx_next = w.tx_base + (UINT32_C(1) << 30);
    send_n(1000);
    ck_assert_uint_eq(pptp_win_out(&w), UINT32_C(1) << 30);
    ck_assert_int_eq(ack(w.tx_base - 1), PPTP_ACK_OLD);
    ck_assert_int_eq(ack(w.tx_next - 1), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, UINT32_C(1) << 30);
}
END_TEST

/* R-4.2.2-01: 9→5→3→2→1→1. */
START_TEST(odd_halves_are_rounded_up)
{
    begin(16);
    exchange(8);
    ck_assert_uint_eq(w.cwnd, 9);
    time_out(9);
    ck_assert_uint_eq(w.cwnd, 5);
    time_out(1);
    ck_assert_uint_eq(w.cwnd, 3);
    time_out(1);
    ck_assert_uint_eq(w.cwnd, 2);
}
END_TEST

/* R-4.2.3-01: packets are counted, however the acks come; what is
 * over counts for the next step. */
START_TEST(growth_counts_packets)
{
    uint32_t i;

    begin(16);
    for (i = 0; i < 7; i++) {
        exchange(1);
        ck_assert_uint_eq(w.cwnd, 8);
    }
    exchange(3);
    ck_assert_uint_eq(w.cwnd, 9);
    exchange(6);
    ck_assert_uint_eq(w.cwnd, 9);
    exchange(1);
    ck_assert_uint_eq(w.cwnd, 10);
}
END_TEST

/* R-4.2.3-01: so many at once that the count needs more than 16 bits */
START_TEST(the_widest_window_grows)
{
    static struct pptp_win_sent wide[65536];
    uint32_t n;

    begin(16);
    pptp_win_start(&w, &c, 65535, 6, 65536);
    w.cwnd = 40000;
    for (n = 0; n < 39999; n++)
        pptp_win_sent(&w, wide, now);
    ck_assert_int_eq(pptp_win_acked(&w, &c, wide, now, w.tx_next - 1, &acked),
                     PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, 39999);
    ck_assert_uint_eq(w.cwnd, 40000);
    for (n = 0; n < 40000; n++)
        pptp_win_sent(&w, wide, now);
    ck_assert_int_eq(pptp_win_acked(&w, &c, wide, now, w.tx_next - 1, &acked),
                     PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, 40000);
    ck_assert_uint_eq(w.cwnd, 40001);
    ck_assert_uint_eq(w.grown, 39999);
    w.cwnd = 65534;
    w.grown = 0;
    for (n = 0; n < 2 * 65534; n++) {
        pptp_win_sent(&w, wide, now);
        ck_assert_int_eq(
            pptp_win_acked(&w, &c, wide, now, w.tx_next - 1, &acked),
            PPTP_ACK_NEW);
    }
    ck_assert_uint_eq(w.cwnd, 65535); /* and no further */
}
END_TEST

/* R-4.2.3-05 */
START_TEST(a_time_out_forgets_growth)
{
    begin(16);
    exchange(7);
    time_out(8);
    ck_assert_uint_eq(w.cwnd, 4);
    exchange(3);
    ck_assert_uint_eq(w.cwnd, 4);
    exchange(1);
    ck_assert_uint_eq(w.cwnd, 5);
}
END_TEST

/* R-4.2.3-02, R-4.2.1-02: 10^4 packets, acks and time-outs at random. */
START_TEST(never_beyond_the_peers_window)
{
    uint32_t sent = 0, x = 1;
    bool reached = false;

    begin(11);
    while (sent < 10000) {
        for (; pptp_win_may_send(&w, &c); sent++) {
            send_n(1);
            ck_assert_uint_le(pptp_win_out(&w), w.cwnd);
        }
        ck_assert_uint_eq(pptp_win_out(&w), w.cwnd);
        x = x * 1664525u + 1013904223u;
        now += 10 * PPTP_MS;
        if (x >> 24 == 0)
            pptp_win_timed_out(&w, &c);
        else
            ck_assert_int_eq(ack(w.tx_base + (x >> 16) % w.cwnd),
                             PPTP_ACK_NEW);
        ck_assert_uint_ge(w.cwnd, 1);
        ck_assert_uint_le(w.cwnd, 11);
        reached = reached || w.cwnd == 11;
    }
    ck_assert(reached);
    ck_assert_uint_eq(w.tx_max, 11);
}
END_TEST

/* R-4.2.1-02 */
START_TEST(sending_stops_at_the_window)
{
    uint32_t n = 0;

    begin(16);
    while (n < 100 && pptp_win_may_send(&w, &c)) {
        send_n(1);
        n++;
    }
    ck_assert_uint_eq(n, 8);
    ck_assert_int_eq(ack(0), PPTP_ACK_NEW);
    ck_assert(pptp_win_may_send(&w, &c));
    send_n(1);
    ck_assert(!pptp_win_may_send(&w, &c));
}
END_TEST

/* R-4.2.5-01, R-4.2.5-02: all at or below; the time of the highest. */
START_TEST(an_ack_is_cumulative_and_times_the_highest)
{
    pptp_ns t0;
    uint32_t i;

    begin(16);
    t0 = now;
    for (i = 0; i < 8; i++) {
        send_n(1);
        now += 10 * PPTP_MS;
    }
    now = t0 + 200 * PPTP_MS;
    ck_assert_int_eq(ack(4), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, 5);
    ck_assert_uint_eq(pptp_win_out(&w), 3);
    ck_assert_uint_eq(w.last_rtt_ns, 160 * PPTP_MS);
    /* R-4.4.1-02: one sample of 0.16 after a delay of 0.6 */
    ck_assert_int_eq(w.ato.rtt_ns, 545000000);
    ck_assert_int_eq(w.ato.dev_ns, 110000000);
    ck_assert_int_eq(ack(7), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, 3);
    ck_assert_uint_eq(w.last_rtt_ns, 130 * PPTP_MS);
    ck_assert_uint_eq(pptp_win_tx_deadline(&w, &c, ring), PPTP_NEVER);
}
END_TEST

/* R-4.2.5-03, R-4.2.5-05: nothing changes at all. */
START_TEST(acks_ahead_old_and_again_are_ignored)
{
    struct pptp_win before;

    begin(16);
    ck_assert_int_eq(ack(0), PPTP_ACK_AHEAD);
    ck_assert_int_eq(ack(UINT32_MAX), PPTP_ACK_OLD);
    send_n(8);
    now += 100 * PPTP_MS;
    before = w;
    ck_assert_int_eq(ack(8), PPTP_ACK_AHEAD);
    ck_assert_int_eq(ack(1000000), PPTP_ACK_AHEAD);
    ck_assert_mem_eq(&w, &before, sizeof w);
    ck_assert_int_eq(ack(5), PPTP_ACK_NEW);
    before = w;
    now += 100 * PPTP_MS;
    acked = 99;
    ck_assert_int_eq(ack(5), PPTP_ACK_OLD);
    ck_assert_uint_eq(acked, 0);
    ck_assert_int_eq(ack(3), PPTP_ACK_OLD);
    ck_assert_int_eq(ack(8), PPTP_ACK_AHEAD);
    ck_assert_uint_eq(acked, 0);
    ck_assert_mem_eq(&w, &before, sizeof w);
}
END_TEST

/* R-4.2.3-04, R-4.2.3-03, R-4.4.2-02: one event, the whole flight. */
START_TEST(a_time_out_writes_off_the_flight_once)
{
    uint32_t n = 0;

    begin(16);
    send_n(8);
    ck_assert_uint_eq(pptp_win_timed_out(&w, &c), 8);
    ck_assert_uint_eq(w.cwnd, 4);
    ck_assert_int_eq(w.ato.rtt_ns, 1200000000);
    ck_assert_uint_eq(w.ato.ato_ns, 1200 * PPTP_MS);
    ck_assert_uint_eq(pptp_win_out(&w), 0);
    ck_assert_uint_eq(pptp_win_tx_deadline(&w, &c, ring), PPTP_NEVER);
    ck_assert_uint_eq(w.tx_next, 8); /* R-4.1-20: none is sent again */
    while (n < 100 && pptp_win_may_send(&w, &c)) {
        send_n(1);
        n++;
    }
    ck_assert_uint_eq(n, 4);
}
END_TEST

/* R-4.4.2-04 */
START_TEST(acks_of_written_off_packets_give_no_sample)
{
    struct pptp_win before;

    begin(16);
    time_out(8);
    send_n(2);
    before = w;
    ck_assert_int_eq(ack(7), PPTP_ACK_OLD);
    ck_assert_uint_eq(acked, 0);
    ck_assert_mem_eq(&w, &before, sizeof w);
    ck_assert_int_eq(ack(8), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, 1);
}
END_TEST

/* R-4.4.1-05 */
START_TEST(a_deadline_is_fixed_when_the_packet_leaves)
{
    pptp_ns t0;

    begin(16);
    t0 = now;
    ck_assert_uint_eq(pptp_win_tx_deadline(&w, &c, ring), PPTP_NEVER);
    send_n(1);
    now += 10 * PPTP_MS;
    send_n(1);
    ck_assert_uint_eq(pptp_win_tx_deadline(&w, &c, ring), t0 + 600 * PPTP_MS);
    now = t0 + 100 * PPTP_MS;
    ck_assert_int_eq(ack(0), PPTP_ACK_NEW);
    ck_assert_uint_ne(w.ato.ato_ns, 600 * PPTP_MS);
    /* the second keeps what was the time-out when it left */
    ck_assert_uint_eq(pptp_win_tx_deadline(&w, &c, ring), t0 + 610 * PPTP_MS);
    send_n(1);
    ck_assert_int_eq(ack(1), PPTP_ACK_NEW);
    ck_assert_uint_ge(w.ato.ato_ns, 600 * PPTP_MS);
    ck_assert_uint_gt(pptp_win_tx_deadline(&w, &c, ring), now + 600 * PPTP_MS);
}
END_TEST

/* R-4.1-16 */
START_TEST(transmit_numbers_wrap)
{
    uint32_t i;

    begin(16);
    w.tx_next = w.tx_base = 0xfffffff0u;
    send_n(8);
    ck_assert_int_eq(ack(0xfffffff7u), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, 8);
    ck_assert_int_eq(ack(0), PPTP_ACK_AHEAD);
    send_n(9);
    now += 100 * PPTP_MS;
    ck_assert_uint_eq(w.tx_next, 1);
    ck_assert_uint_eq(pptp_win_out(&w), 9);
    ck_assert(!pptp_win_may_send(&w, &c));
    ck_assert_int_eq(ack(1), PPTP_ACK_AHEAD);
    ck_assert_int_eq(ack(0xfffffff7u), PPTP_ACK_OLD);
    ck_assert_int_eq(ack(0xffffffffu), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, 8);
    ck_assert_int_eq(ack(0), PPTP_ACK_NEW);
    ck_assert_uint_eq(acked, 1);
    ck_assert_uint_eq(w.last_rtt_ns, 100 * PPTP_MS);
    ck_assert_int_eq(ack(0xffffffffu), PPTP_ACK_OLD);
    for (i = 0; i < 100; i++)
        exchange(1);
    ck_assert_uint_eq(w.tx_next, 101);
}
END_TEST

static void expect_rx(uint32_t seq, enum pptp_rx_verdict verdict,
                      uint32_t skipped, uint32_t highest)
{
    uint32_t got = 77;

    ck_assert_int_eq(pptp_win_rx(&w, seq, &got), verdict);
    ck_assert_uint_eq(got, skipped);
    ck_assert_uint_eq(w.rx_highest, highest);
}

/* R-4.1-17, A-22 */
START_TEST(any_first_number_will_do)
{
    static const uint32_t first[] = { 0, 1, 5, 0x80000000u, UINT32_MAX };
    size_t i;

    for (i = 0; i < sizeof first / sizeof first[0]; i++) {
        begin(16);
        ck_assert(!w.rx_ack_valid); /* R-4.1-18 */
        expect_rx(first[i], PPTP_RX_NEW, 0, first[i]);
        expect_rx(first[i], PPTP_RX_DUP, 0, first[i]);
        expect_rx(first[i] + 1, PPTP_RX_NEW, 0, first[i] + 1);
    }
}
END_TEST

/* R-4.2.4-03, R-4.3-01, R-4.3-02, R-4.3-04, R-4.3-05 */
START_TEST(jumps_late_ones_and_duplicates)
{
    begin(16);
    expect_rx(0, PPTP_RX_NEW, 0, 0);
    expect_rx(1, PPTP_RX_NEW, 0, 1);
    expect_rx(2, PPTP_RX_NEW, 0, 2);
    expect_rx(4, PPTP_RX_NEW, 1, 4);
    expect_rx(3, PPTP_RX_LATE, 0, 4);
    expect_rx(4, PPTP_RX_DUP, 0, 4);
    expect_rx(5, PPTP_RX_NEW, 0, 5);
    expect_rx(100000, PPTP_RX_NEW, 99994, 100000);
    expect_rx(5, PPTP_RX_LATE, 0, 100000);
    /* the furthest that is ahead, and the first that is not */
    expect_rx(100000 + 0x80000000u, PPTP_RX_LATE, 0, 100000);
    expect_rx(100000 + 0x7fffffffu, PPTP_RX_NEW, 0x7ffffffeu,
              100000 + 0x7fffffffu);
}
END_TEST

/* R-4.1-16 */
START_TEST(receive_numbers_wrap)
{
    begin(16);
    expect_rx(0xfffffffeu, PPTP_RX_NEW, 0, 0xfffffffeu);
    expect_rx(0xffffffffu, PPTP_RX_NEW, 0, 0xffffffffu);
    expect_rx(0, PPTP_RX_NEW, 0, 0);
    expect_rx(0xffffffffu, PPTP_RX_LATE, 0, 0);
    expect_rx(2, PPTP_RX_NEW, 1, 2);
    pptp_win_digested(&w, &c, now, 0xffffffffu);
    pptp_win_digested(&w, &c, now, 2);
    ck_assert_uint_eq(w.rx_ack, 2);
    pptp_win_digested(&w, &c, now, 0);
    ck_assert_uint_eq(w.rx_ack, 2);
}
END_TEST

/* R-4.2.5-06, R-4.1-12: at once every half window. */
START_TEST(an_ack_is_due_every_half_window)
{
    static const uint16_t v[][2] = {
        { 16, 8 }, { 7, 4 }, { 1, 1 }, { 65535, 32768 }
    };
    uint32_t i, k, round;

    for (i = 0; i < sizeof v / sizeof v[0]; i++) {
        begin(16);
        c.recv_window = v[i][0];
        for (round = 0, k = 0; round < 3; round++) {
            uint32_t end = k + v[i][1] - 1u;

            for (; k < end; k++)
                ck_assert(!pptp_win_digested(&w, &c, now, k));
            ck_assert(pptp_win_digested(&w, &c, now, k));
            ck_assert_uint_eq(w.rx_ack, k);
            k++;
            pptp_win_ack_sent(&w);
        }
    }
}
END_TEST

/* R-4.2.5-06: else after the delay, counted from the first packet. */
START_TEST(an_ack_is_due_after_the_delay)
{
    pptp_ns t0;

    begin(16);
    t0 = now;
    ck_assert_uint_eq(w.ack_at_ns, PPTP_NEVER);
    ck_assert(!pptp_win_digested(&w, &c, now, 5));
    ck_assert(w.rx_ack_valid);
    ck_assert_uint_eq(w.rx_ack, 5);
    ck_assert_uint_eq(w.ack_at_ns, t0 + 50 * PPTP_MS);
    ck_assert(!pptp_win_digested(&w, &c, t0 + 20 * PPTP_MS, 6));
    ck_assert_uint_eq(w.ack_at_ns, t0 + 50 * PPTP_MS);
    pptp_win_ack_sent(&w);
    ck_assert_uint_eq(w.ack_at_ns, PPTP_NEVER);
    ck_assert_uint_eq(w.rx_unacked, 0);
    ck_assert_uint_eq(w.rx_ack, 6);
    ck_assert(!pptp_win_digested(&w, &c, t0 + 70 * PPTP_MS, 7));
    ck_assert_uint_eq(w.ack_at_ns, t0 + 120 * PPTP_MS);
}
END_TEST

/* A peer that sends on and on meets a counter that does not wrap. */
START_TEST(unacked_packets_do_not_overflow)
{
    uint32_t i;

    begin(16);
    c.recv_window = 65535;
    for (i = 0; i < 70000; i++)
        ck_assert(pptp_win_digested(&w, &c, now, i) == (i >= 32767));
}
END_TEST

/* A ring is lent while packets are out: after another call it holds what may
 * look like numbers of this one, near the next ones above all. */
static void spoil(struct pptp_win_sent *r, struct rng *rng)
{
    uint32_t i;

    for (i = 0; i < RING; i++)
        r[i] = (struct pptp_win_sent){
            .sent_ns = rng_next(rng),
            .deadline_ns = rng_next(rng),
            .seq = w.tx_next + (uint32_t)rng_below(rng, 4 * RING) - 2 * RING
        };
}

START_TEST(an_idle_ring_may_be_any)
{
    static struct pptp_win_sent other[RING];
    struct pptp_win v;
    struct rng rng;
    uint32_t n, m;

    begin(RING);
    c.windowing = PPTP_WINDOWING_OFF; /* more may be out than there is room */
    w.tx_next = w.tx_base = (uint32_t)_i * 0x20000000u - RING;
    v = w;
    rng_init(&rng, (uint64_t)_i);
    for (n = 0; n < 50000; n++) {
        now += rng_below(&rng, 100 * PPTP_MS);
        if (pptp_win_out(&v) == 0)
            spoil(other, &rng);
        if (rng_below(&rng, 10) < 6) {
            pptp_win_sent(&v, other, now);
            send_n(1);
        } else if (pptp_win_out(&w) > 0) {
            uint32_t at = w.tx_base +
                          (uint32_t)rng_below(&rng, pptp_win_out(&w));

            if (rng_below(&rng, 20) == 0)
                at = w.tx_next - 1;
            ck_assert_int_eq(ack(at),
                             pptp_win_acked(&v, &c, other, now, at, &m));
            ck_assert_uint_eq(m, acked);
        }
        ck_assert_int_eq(memcmp(&v, &w, sizeof v), 0);
        ck_assert_uint_eq(pptp_win_tx_deadline(&v, &c, other),
                          pptp_win_tx_deadline(&w, &c, ring));
    }
}
END_TEST

START_TEST(the_configuration_is_checked)
{
#define FITS(member, value) \
    begin(16);              \
    c.member = (value);     \
    ck_assert_int_eq(check_win(&c), PPTP_OK)
#define FAILS(member, value) \
    begin(16);               \
    c.member = (value);      \
    ck_assert_int_eq(check_win(&c), PPTP_ERR_ARGUMENT)
    FAILS(engine, NULL);
    FAILS(recv_window, 0);
    FITS(recv_window, 1);
    FAILS(send_queue, 0);
    FITS(send_queue, 1);
    FAILS(fixed_timeout_ns, 999);
    FITS(fixed_timeout_ns, 1000);
    FITS(fixed_timeout_ns, 3600 * PPTP_S);
    FAILS(fixed_timeout_ns, 3600 * PPTP_S + 1);
    FITS(ack_delay_ns, 0);
    FITS(ack_delay_ns, 60 * PPTP_S);
    FAILS(ack_delay_ns, 60 * PPTP_S + 1);
    FITS(windowing, PPTP_WINDOWING_AUTO);
    FAILS(windowing, (enum pptp_windowing)(PPTP_WINDOWING_AUTO + 1));
    FAILS(windowing, (enum pptp_windowing)99);
    FITS(ack_on, PPTP_ACK_ON_RECEIPT);
    FAILS(ack_on, (enum pptp_ack_on)(PPTP_ACK_ON_RECEIPT + 1));
    FAILS(ack_on, (enum pptp_ack_on)99);
    FAILS(reorder_packets, 0);
    FITS(reorder_hold_ns, 1);
    /* R-4.3-07: what waits fits into the window; unread without a hold */
    FITS(reorder_packets, 17);
    c.reorder_hold_ns = 1;
    ck_assert_int_eq(check_win(&c), PPTP_ERR_ARGUMENT);
    c.reorder_packets = 16;
    ck_assert_int_eq(check_win(&c), PPTP_OK);
    FITS(reorder_packets, 4);
    c.reorder_hold_ns = 60 * PPTP_S;
    ck_assert_int_eq(check_win(&c), PPTP_OK);
    c.reorder_hold_ns++;
    ck_assert_int_eq(check_win(&c), PPTP_ERR_ARGUMENT);
    FAILS(ato.min_ns, 0);
#undef FITS
#undef FAILS
}
END_TEST

int main(void)
{
    Suite *s = suite_create("window");
    TCase *t = tcase_create("window");
    SRunner *r;
    int failed;

    tcase_add_test(t, it_starts_at_half);
    tcase_add_test(t, the_vectors);
    tcase_add_test(t, odd_halves_are_rounded_up);
    tcase_add_test(t, samples_are_true_whatever_is_out);
    tcase_add_test(t, a_window_taken_up_again_times_out);
    tcase_add_test(t, out_has_a_bound);
    tcase_add_test(t, growth_counts_packets);
    tcase_add_test(t, the_widest_window_grows);
    tcase_add_test(t, a_time_out_forgets_growth);
    tcase_add_test(t, never_beyond_the_peers_window);
    tcase_add_test(t, sending_stops_at_the_window);
    tcase_add_test(t, an_ack_is_cumulative_and_times_the_highest);
    tcase_add_test(t, acks_ahead_old_and_again_are_ignored);
    tcase_add_test(t, a_time_out_writes_off_the_flight_once);
    tcase_add_test(t, acks_of_written_off_packets_give_no_sample);
    tcase_add_test(t, a_deadline_is_fixed_when_the_packet_leaves);
    tcase_add_test(t, transmit_numbers_wrap);
    tcase_add_test(t, any_first_number_will_do);
    tcase_add_test(t, jumps_late_ones_and_duplicates);
    tcase_add_test(t, receive_numbers_wrap);
    tcase_add_test(t, an_ack_is_due_every_half_window);
    tcase_add_test(t, an_ack_is_due_after_the_delay);
    tcase_add_test(t, unacked_packets_do_not_overflow);
    tcase_add_loop_test(t, an_idle_ring_may_be_any, 0, 8);
    tcase_add_test(t, the_configuration_is_checked);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
