/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tunnel inside two whole peers: RFC 2637 §4 as packets show it.  The
 * identifiers in comments are those of the requirements list.
 *
 * Side 1 (PNS) sends and side 0 (PAC) receives unless a test says otherwise;
 * every packet passes a tap, which may lose it.
 */
#include "config.h"

#include <check.h>
#include <string.h>

#include "pptp/gre.h"
#include "base/wire.h"
#include "pptp/call.h"
#include "pptp/ctrl.h"
#include "tests/support/fake.h"

#define SEEN_MAX 16384u

struct seen {
    struct pptp_gre g;
    pptp_ns at;
    uint32_t len;     /* whole packet */
    uint8_t head[16]; /* its first octets */
};

static struct fake f;
static struct pptp_config conf;
static struct pptp_limits limits;
static struct seen seen[2][SEEN_MAX]; /* by sender */
static uint32_t seen_n[2];
static bool lose[2];

static bool tap(struct fake *w, int from, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(&w->pool, pkt);
    struct seen *s = &seen[from][seen_n[from]];

    ck_assert_uint_lt(seen_n[from], SEEN_MAX);
    ck_assert_int_ge(pptp_gre_decode(pptp_packet_data(k), k->head_len,
                                     pptp_packet_len(k), &s->g),
                     8);
    s->at = w->now;
    s->len = pptp_packet_len(k);
    memcpy(s->head, pptp_packet_data(k), k->head_len < 16 ? k->head_len : 16);
    seen_n[from]++;
    if (lose[from])
        pptp_pool_free(&w->pool, pkt);
    return lose[from];
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

static void start(void)
{
    fake_start(&f, &conf, &limits);
    f.gre_hook = tap;
    fake_connect(&f, 1);
}

/* A call is up, nothing has been sent. */
static void up(void)
{
    start();
    ring();
}

static void setup(void)
{
    pptp_config_default(&conf);
    pptp_limits_default(&limits);
    memset(seen_n, 0, sizeof seen_n);
    lose[0] = lose[1] = false;
}

static void teardown(void)
{
    int s;

    for (s = 0; s < 2; s++)
        pptp_peer_close(f.side[s].peer, f.now, f.side[s].conn, PPTP_STOP_NONE);
    f.side[0].hold_frames = f.side[1].hold_frames = false;
    fake_run(&f);
    ck_assert_uint_eq(f.pool.used, 0); /* no packet leaked */
    fake_stop(&f);
}

static const struct pptp_stats *st(int s)
{
    return pptp_peer_stats(f.side[s].peer);
}

static struct pptp_call *inner(int s)
{
    struct pptp_call *c = pptp_call_find(f.side[s].peer, f.side[s].call);

    ck_assert_ptr_nonnull(c);
    return c;
}

static struct pptp_call_info info(int s)
{
    struct pptp_call_info i;

    ck_assert_int_eq(pptp_peer_call_info(f.side[s].peer, f.side[s].call, &i),
                     0);
    return i;
}

static void frames(int s, unsigned n)
{
    while (n-- > 0) {
        fake_frame(&f, s, 40);
        fake_run(&f);
    }
}

#define NO (-1) /* no such field */

static pptp_pkt packet(int to, int64_t seq, int64_t ack, uint16_t len,
                       uint16_t padding)
{
    struct pptp_gre g = { .payload_len = len,
                          .call_id = inner(to)->local_id,
                          .seq = seq == NO ? 0 : (uint32_t)seq,
                          .ack = ack == NO ? 0 : (uint32_t)ack,
                          .has_seq = seq != NO,
                          .has_ack = ack != NO };
    pptp_pkt h = pptp_pool_take(&f.pool, PPTP_HEADROOM);
    struct pptp_packet *k;
    uint8_t head[PPTP_GRE_MAX];
    size_t n = pptp_gre_encode(&g, head);

    ck_assert_uint_ne(h, PPTP_PKT_NONE);
    k = pptp_pool_at(&f.pool, h);
    memcpy(pptp_packet_push(k, (uint32_t)n), head, n);
    k->tail_len = (uint32_t)len + padding;
    return h;
}

static void in(int to, int64_t seq, int64_t ack)
{
    fake_gre(&f, to, packet(to, seq, ack, seq == NO ? 0 : 40, 0));
}

static uint32_t held_seq(int s, size_t i)
{
    ck_assert_uint_lt(i, f.side[s].held_n);
    return pptp_pool_at(&f.pool, f.side[s].held[i])->seq;
}

/* --- window ------------------------------------------------------------ */

/* R-4.2.1-01, R-4.2.1-02, R-4.2-02 */
START_TEST(full_window_stops_data_not_acks)
{
    static const uint16_t first[][2] = { { 16, 8 }, { 7, 4 }, { 1, 1 } };

    conf.win.recv_window = first[_i][0];
    up();
    lose[1] = true;
    frames(1, 20);
    ck_assert_uint_eq(seen_n[1], first[_i][1]);
    ck_assert_uint_eq(info(1).out, first[_i][1]);
    ck_assert_uint_eq(info(1).queued, 20u - first[_i][1]);
    in(1, 0, NO);
    fake_to(&f, f.now + 50 * PPTP_MS);
    ck_assert_uint_eq(seen_n[1], first[_i][1] + 1u);
    ck_assert_uint_eq(seen[1][first[_i][1]].g.payload_len, 0);
    ck_assert(seen[1][first[_i][1]].g.has_ack);
}
END_TEST

/* R-4.2.1-03, R-4.2.3-01, R-4.2.5-01 */
START_TEST(window_grows_by_one_a_window)
{
    up();
    lose[1] = true;
    frames(1, 8);
    in(1, NO, 6);
    ck_assert_uint_eq(info(1).cwnd, 8);
    in(1, NO, 7); /* the eighth */
    ck_assert_uint_eq(info(1).cwnd, 9);
    ck_assert_uint_eq(info(1).out, 0);
    frames(1, 20);
    ck_assert_uint_eq(seen_n[1], 17);
    in(1, NO, 15);
    ck_assert_uint_eq(info(1).cwnd, 9);
    in(1, NO, 16);
    ck_assert_uint_eq(info(1).cwnd, 10);
}
END_TEST

/* R-4.2.3-02: ten thousand packets and more never open it beyond */
START_TEST(window_never_exceeds_the_peers)
{
    int i;

    up();
    for (i = 0; i < 10000; i++) {
        frames(1, 1);
        if ((i & 15) == 15)
            fake_to(&f, f.now + 60 * PPTP_MS);
        ck_assert_uint_le(info(1).cwnd, 16);
    }
    ck_assert_uint_eq(info(1).cwnd, 16);
    ck_assert_uint_eq(st(0)->gre_rx_octets, 40u * 10000);
    ck_assert_uint_eq(st(0)->gre_rx_overflow + st(1)->timeouts, 0);
    ck_assert_uint_eq(
        f.side[1].count[PPTP_ACT_HOLD] + f.side[1].count[PPTP_ACT_RESUME], 0);
}
END_TEST

/* R-4.2-01 */
START_TEST(directions_have_their_own_windows)
{
    start();
    f.side[0].peer->config.win.recv_window = 4;
    ring();
    ck_assert_uint_eq(info(1).peer_window, 4);
    ck_assert_uint_eq(info(0).peer_window, 16);
    lose[0] = lose[1] = true;
    frames(0, 20);
    frames(1, 20);
    ck_assert_uint_eq(seen_n[0], 8);
    ck_assert_uint_eq(seen_n[1], 2);
}
END_TEST

/* R-4.2.4-02 */
START_TEST(full_queue_holds_and_resumes)
{
    up();
    lose[1] = true;
    frames(1, 8 + 31);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_HOLD], 0);
    frames(1, 1);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_HOLD], 1);
    ck_assert_int_eq(fake_frame(&f, 1, 40), PPTP_ERR_RESOURCE);
    ck_assert_uint_eq(st(1)->frames_dropped_full, 1);
    ck_assert_uint_eq(info(1).drops, 1);
    in(1, NO, 7); /* nine more leave, 23 wait: more than half */
    ck_assert_uint_eq(info(1).queued, 23);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_RESUME], 0);
    frames(1, 9); /* full again, and still held off */
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_HOLD], 1);
    in(1, NO, 16); /* ten more, 22 wait */
    in(1, NO, 26); /* eleven more, 11 wait */
    ck_assert_uint_eq(info(1).queued, 11);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_RESUME], 1);
    in(1, NO, 28); /* two more: once was enough */
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_RESUME], 1);
    frames(1, 23);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_HOLD], 2);
    ck_assert_uint_eq(st(1)->frames_dropped_full, 1);
}
END_TEST

/* R-4.2.2-01, R-4.2.3-03, R-4.2.3-04, R-4.4.2-01, R-4.4.2-02, R-4.1-20 */
START_TEST(time_out_writes_off_and_halves)
{
    static const struct {
        uint32_t at_ms, sent, off;
        uint16_t cwnd;
        uint32_t ato_ms;
    } t[] = { { 200, 12, 8, 4, 200 },
              { 400, 14, 12, 2, 400 },
              { 800, 15, 14, 1, 800 },
              { 1600, 16, 15, 1, 1600 },
              { 3200, 17, 16, 1, 3200 } };
    pptp_ns t0;
    uint32_t i;

    up();
    t0 = f.now;
    lose[1] = true;
    frames(1, 30);
    for (i = 0; i < sizeof t / sizeof t[0]; i++) {
        fake_to(&f, t0 + t[i].at_ms * PPTP_MS - 1);
        ck_assert_uint_eq(st(1)->timeouts, i);
        fake_to(&f, t0 + t[i].at_ms * PPTP_MS);
        ck_assert_uint_eq(st(1)->timeouts, i + 1);
        ck_assert_uint_eq(st(1)->timeouts_packets, t[i].off);
        ck_assert_uint_eq(seen_n[1], t[i].sent);
        ck_assert_uint_eq(info(1).cwnd, t[i].cwnd);
        ck_assert_uint_eq(info(1).ato_ns, t[i].ato_ms * PPTP_MS);
    }
    for (i = 0; i < seen_n[1]; i++) /* each number once: nothing again */
        ck_assert_uint_eq(seen[1][i].g.seq, i);
    /* R-4.4.2-04, R-4.2.5-05: written off, no sample and no growth */
    in(1, NO, 11);
    ck_assert_uint_eq(st(1)->acks_old, 1);
    ck_assert_uint_eq(info(1).cwnd, 1);
    ck_assert_uint_eq(info(1).ato_ns, 3200 * PPTP_MS);
    in(1, NO, 1000000);
    ck_assert_uint_eq(st(1)->acks_ahead, 1);
    ck_assert_uint_eq(info(1).out, 1);
}
END_TEST

/* R-4.4-06: with every packet lost the source waits for twelve time-outs,
 * by then one packet each and MaxTimeOut apart: 62.8 s, all of it back-off */
START_TEST(resume_under_total_loss_waits_for_back_off)
{
    pptp_ns t0;

    up();
    t0 = f.now;
    lose[1] = true;
    frames(1, 40);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_HOLD], 1);
    fake_to(&f, t0 + 62800 * PPTP_MS - 1);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_RESUME], 0);
    ck_assert_uint_eq(st(1)->timeouts, 11);
    fake_to(&f, t0 + 62800 * PPTP_MS);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_RESUME], 1);
    ck_assert_uint_eq(st(1)->timeouts, 12);
}
END_TEST

/* R-4.4-04, R-4.4-06, R-4.4-02: MaxTimeOut is each device's own, bounds every
 * back-off, and few acknowledgments bring the time-out down again */
START_TEST(back_off_ends_at_the_devices_max_timeout)
{
    static const uint32_t at_ms[] = { 200, 400, 800, 1600, 2600, 3600, 4600 };
    pptp_ns t0;
    uint32_t i;

    conf.win.ato.max_ns = PPTP_S;
    start();
    f.side[0].peer->config.win.ato.max_ns = 300 * PPTP_MS;
    ring();
    t0 = f.now;
    lose[0] = lose[1] = true;
    frames(0, 40);
    frames(1, 40);
    for (i = 0; i < sizeof at_ms / sizeof at_ms[0]; i++) {
        fake_to(&f, t0 + at_ms[i] * PPTP_MS - 1);
        ck_assert_uint_eq(st(1)->timeouts, i);
        fake_to(&f, t0 + at_ms[i] * PPTP_MS);
        ck_assert_uint_eq(st(1)->timeouts, i + 1);
        ck_assert_uint_le(info(1).ato_ns, PPTP_S);
        ck_assert_uint_le(info(0).ato_ns, 300 * PPTP_MS);
    }
    /* 0.2, 0.4, 0.7, 1.0 … 4.6 */
    ck_assert_uint_eq(st(0)->timeouts, 16);
    for (i = 0; i < 8; i++) {
        fake_to(&f, f.now + 10 * PPTP_MS);
        in(1, NO, info(1).tx_next - 1);
    }
    ck_assert_uint_lt(info(1).rtt_ns, 400 * PPTP_MS);
    ck_assert_uint_gt(info(1).cwnd, 2);
}
END_TEST

/* R-4.4-01: no acknowledgment for a second, then traffic goes on */
START_TEST(lost_acks_do_not_dead_lock)
{
    up();
    lose[0] = true;
    frames(1, 30);
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_gt(st(1)->timeouts, 0);
    lose[0] = false;
    fake_to(&f, f.now + 20 * PPTP_S);
    ck_assert_uint_eq(st(0)->gre_rx_octets, 30 * 40);
    ck_assert_uint_eq(info(1).queued, 0);
    ck_assert_uint_eq(info(1).out, 0);
}
END_TEST

/* R-4.4-08, R-4.4.1-01: 64 tenths of a second */
START_TEST(peers_ppd_seeds_the_time_out)
{
    conf.ppd_ds = 64;
    up();
    ck_assert_uint_eq(info(1).rtt_ns, 6400 * PPTP_MS);
    ck_assert_uint_eq(info(1).ato_ns, 6400 * PPTP_MS);
}
END_TEST

/* R-4.4-07, R-4.4.1-01: every call tells both ends the other's delay, also
 * one that is always the same */
START_TEST(ppd_goes_both_ways_in_every_call)
{
    start();
    f.side[0].peer->config.ppd_ds = 64;
    f.side[1].peer->config.ppd_ds = _i < 2 ? 3 : 0;
    if (_i == 1)
        dial(); /* OCRQ, OCRP */
    else
        ring(); /* ICRP, ICCN */
    ck_assert_uint_eq(info(1).rtt_ns, 6400 * PPTP_MS);
    ck_assert_uint_eq(info(1).ato_ns, 6400 * PPTP_MS);
    ck_assert_uint_eq(info(0).rtt_ns, (_i < 2 ? 300 : 0) * PPTP_MS);
    ck_assert_uint_eq(info(0).ato_ns, (_i < 2 ? 300 : 200) * PPTP_MS);
    ck_assert_uint_eq(info(0).dev_ns + info(1).dev_ns, 0);
}
END_TEST

/* R-4.2.5-05: what real peers send before they have anything to say, and
 * numbers on either side of what is outstanding */
START_TEST(acks_of_nothing_change_nothing)
{
    struct pptp_win before;

    up();
    before = inner(1)->win;
    in(1, NO, 0xffffffff);
    in(1, NO, 0x80000000);
    ck_assert_uint_eq(st(1)->acks_old, 2);
    in(1, NO, 0);
    in(1, NO, 0x7fffffff);
    ck_assert_uint_eq(st(1)->acks_ahead, 2);
    ck_assert_mem_eq(&inner(1)->win, &before, sizeof before);
    lose[1] = true;
    frames(1, 8);
    in(1, NO, 5);
    before = inner(1)->win;
    in(1, NO, 5);
    in(1, NO, 0xffffffff);
    ck_assert_uint_eq(st(1)->acks_old, 4);
    in(1, NO, 8);
    ck_assert_uint_eq(st(1)->acks_ahead, 3);
    ck_assert_mem_eq(&inner(1)->win, &before, sizeof before);
    in(1, NO, 7);
    ck_assert_uint_eq(st(1)->acks_rx, 2);
    ck_assert_uint_eq(info(1).out, 0);
}
END_TEST

/* An acknowledgment opens a window far wider than the action queue: the rest
 * follows at once, in order, and what is offered meanwhile comes after it. */
START_TEST(wide_window_outlives_few_actions)
{
    uint32_t i;

    limits.actions = 16;
    conf.win.recv_window = 64;
    up();
    lose[1] = true;
    frames(1, 32 + 32);
    ck_assert_uint_eq(seen_n[1], 32);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_HOLD], 1);
    in(1, NO, 31);
    ck_assert_uint_gt(seen_n[1], 32);
    ck_assert_uint_le(seen_n[1], 32 + 16);
    ck_assert_uint_le(pptp_peer_deadline(f.side[1].peer), f.now);
    ck_assert_int_eq(fake_frame(&f, 1, 41), 0);
    fake_to(&f, f.now);
    ck_assert_uint_eq(seen_n[1], 32 + 33);
    for (i = 0; i < seen_n[1]; i++) {
        ck_assert_uint_eq(seen[1][i].g.seq, i);
        ck_assert_uint_eq(seen[1][i].g.payload_len, i < 64 ? 40 : 41);
    }
    ck_assert_uint_eq(info(1).queued, 0);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_RESUME], 1);
    ck_assert_uint_gt(pptp_peer_deadline(f.side[1].peer), f.now);
}
END_TEST

/* Windowing off: nothing waits, nothing times out, acks are still read. */
START_TEST(without_windowing_packets_leave_as_they_come)
{
    conf.win.windowing = PPTP_WINDOWING_OFF;
    up();
    lose[1] = true;
    frames(1, 500);
    ck_assert_uint_eq(seen_n[1], 500);
    fake_to(&f, f.now + 20 * PPTP_S);
    ck_assert_uint_eq(st(1)->timeouts + st(1)->frames_queued, 0);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_HOLD], 0);
    in(1, NO, 499);
    ck_assert_uint_eq(st(1)->acks_rx, 1);
    ck_assert_uint_eq(info(1).last_rtt_ns, 20 * PPTP_S);
    /* R-4.4.2-03: not beyond MaxTimeOut without time-outs either */
    in(1, NO, 499);
    frames(1, 1);
    fake_to(&f, f.now + 1000 * PPTP_S);
    in(1, NO, 500);
    ck_assert_uint_eq(info(1).rtt_ns, conf.win.ato.max_ns);
}
END_TEST

/* R-4.2.5-02, R-4.2.5-03: the sample is the highest packet's */
START_TEST(sample_is_of_the_highest_packet)
{
    up();
    lose[1] = true;
    frames(1, 1);
    fake_to(&f, f.now + 70 * PPTP_MS);
    frames(1, 1);
    fake_to(&f, f.now + 30 * PPTP_MS);
    in(1, NO, 1);
    ck_assert_uint_eq(info(1).last_rtt_ns, 30 * PPTP_MS);
    ck_assert_uint_eq(st(1)->acks_rx, 1);
}
END_TEST

/* --- receiving --------------------------------------------------------- */

/* R-4.2.4-01 */
START_TEST(beyond_the_window_is_thrown_away)
{
    int i;

    up();
    f.side[0].hold_frames = true;
    for (i = 0; i < 1000; i++)
        in(0, i, NO);
    ck_assert_uint_eq(f.side[0].held_n, 16);
    ck_assert_uint_eq(st(0)->gre_rx_overflow, 984);
    ck_assert_uint_eq(f.pool.used, 16);
    fake_digest(&f, 0);
    in(0, 1000, NO);
    ck_assert_uint_eq(f.side[0].held_n, 16);
    ck_assert_uint_eq(st(0)->gre_rx_overflow, 984);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 984);
}
END_TEST

/* R-4.3-01, R-4.3-02, R-4.3-04, R-4.3-05, R-4.1-10, R-4.1-12 */
START_TEST(late_and_duplicate_are_discarded_not_their_acks)
{
    static const int order[] = { 0, 1, 2, 4 };
    int i;

    up();
    lose[0] = true;
    frames(0, 3);
    ck_assert_uint_eq(info(0).out, 3);
    for (i = 0; i < 4; i++)
        in(0, order[i], NO);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 1);
    in(0, 3, 0);
    ck_assert_uint_eq(st(0)->gre_rx_late, 1);
    ck_assert_uint_eq(info(0).out, 2);
    in(0, 4, 2);
    ck_assert_uint_eq(st(0)->gre_rx_dup, 1);
    ck_assert_uint_eq(info(0).out, 0);
    ck_assert_uint_eq(f.side[0].count[PPTP_ACT_FRAME_OUT], 4);
    in(0, 5, NO);
    ck_assert_uint_eq(f.side[0].count[PPTP_ACT_FRAME_OUT], 5);
    fake_to(&f, f.now + 50 * PPTP_MS);
    ck_assert_uint_eq(seen[0][seen_n[0] - 1].g.ack, 5);
    ck_assert_uint_eq(f.pool.used, 0);
}
END_TEST

/* R-4.1-17, R-4.2.4-03 */
START_TEST(any_first_number_and_any_jump)
{
    static const uint32_t first[] = { 0, 1, 5, 0xfffffffe };

    up();
    in(0, first[_i], NO);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 0);
    in(0, (uint32_t)(first[_i] + 100000), NO);
    ck_assert_uint_eq(f.side[0].count[PPTP_ACT_FRAME_OUT], 2);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 99999);
    ck_assert_uint_eq(info(0).rx_skipped, 99999);
}
END_TEST

/* R-4.1-08: trimmed; R-4.1-09: no number, no delivery; empty, acked */
START_TEST(padding_and_odd_packets)
{
    struct pptp_packet *k;

    up();
    f.side[0].hold_frames = true;
    fake_gre(&f, 0, packet(0, 0, NO, 40, 24));
    k = pptp_pool_at(&f.pool, f.side[0].held[0]);
    ck_assert_uint_eq(pptp_packet_len(k), 40);
    fake_gre(&f, 0, packet(0, NO, NO, 40, 0));
    ck_assert_uint_eq(st(0)->gre_rx_no_seq, 1);
    ck_assert_uint_eq(f.side[0].held_n, 1);
    fake_digest(&f, 0);
    fake_gre(&f, 0, packet(0, 1, NO, 0, 6));
    ck_assert_uint_eq(st(0)->gre_rx_empty, 1);
    ck_assert_uint_eq(f.side[0].held_n, 0);
    fake_to(&f, f.now + 50 * PPTP_MS);
    ck_assert_uint_eq(seen_n[0], 1);
    ck_assert_uint_eq(seen[0][0].g.ack, 1);
}
END_TEST

/* R-4.2.5-01: digested packets are acknowledged, so neither one that was
 * thrown away for its own sake nor any that still waits before it. */
START_TEST(what_was_dropped_is_not_acknowledged)
{
    uint32_t i;

    up();
    f.side[0].hold_frames = true;
    for (i = 0; i < 4; i++)
        in(0, i, NO);
    fake_drop(&f, 0, 2);
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(seen_n[0], 0); /* 0 and 1 wait */
    ck_assert_uint_eq(info(0).held, 3);
    fake_digest(&f, 0);
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(seen_n[0], 1);
    ck_assert_uint_eq(seen[0][0].g.ack, 0);
    fake_digest(&f, 0);
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(seen_n[0], 2);
    ck_assert_uint_eq(seen[0][1].g.ack, 1); /* not 2 */
    fake_drop(&f, 0, 0);
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(seen_n[0], 2); /* nor 3 */
    ck_assert_uint_eq(info(0).held, 0);
    in(0, 4, NO);
    fake_digest(&f, 0);
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(seen[0][2].g.ack, 4); /* which covers them */
}
END_TEST

/* Nothing is in it, but it does not acknowledge what waits before it. */
START_TEST(an_empty_packet_waits_for_those_before_it)
{
    up();
    f.side[0].hold_frames = true;
    in(0, 0, NO);
    fake_gre(&f, 0, packet(0, 1, NO, 0, 0));
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(seen_n[0], 0);
    fake_drop(&f, 0, 0);
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(seen_n[0], 1);
    ck_assert_uint_eq(seen[0][0].g.ack, 1);
}
END_TEST

/* R-4.1-08 with the padding among the real octets */
START_TEST(real_padding_is_trimmed)
{
    pptp_pkt h;
    struct pptp_packet *k;

    up();
    f.side[0].hold_frames = true;
    h = packet(0, 0, NO, 10, 0);
    k = pptp_pool_at(&f.pool, h);
    memset(pptp_packet_data(k) + k->head_len, 0xee, 20);
    k->head_len = (uint16_t)(k->head_len + 20);
    k->tail_len = 8;
    fake_gre(&f, 0, h);
    ck_assert_uint_eq(f.side[0].held_n, 1);
    ck_assert_uint_eq(k->head_len, 10);
    ck_assert_uint_eq(k->tail_len, 0);
    ck_assert_uint_eq(pptp_packet_data(k)[9], 0xee);
}
END_TEST

/* R-5-03, R-4.1-07 */
START_TEST(wrong_address_or_call_or_length)
{
    struct pptp_addr third = pptp_addr_v4(0x0a000009);
    struct pptp_peer *p;
    pptp_pkt h;

    up();
    p = f.side[0].peer;
    pptp_peer_gre_input(p, f.now, &third, &f.side[0].addr,
                        packet(0, 0, NO, 40, 0));
    ck_assert_uint_eq(st(0)->gre_rx_unknown, 1);
    pptp_peer_gre_input(p, f.now, &f.side[1].addr, &third,
                        packet(0, 0, NO, 40, 0));
    ck_assert_uint_eq(st(0)->gre_rx_unknown, 2);
    h = packet(0, 0, NO, 40, 0);
    pptp_packet_data(pptp_pool_at(&f.pool, h))[7] ^= 0x5a;
    fake_gre(&f, 0, h);
    ck_assert_uint_eq(st(0)->gre_rx_unknown, 3);
    h = packet(0, 0, NO, 40, 0);
    pptp_pool_at(&f.pool, h)->tail_len = 39;
    fake_gre(&f, 0, h);
    ck_assert_uint_eq(st(0)->gre_rx_bad, 1);
    ck_assert_uint_eq(f.side[0].count[PPTP_ACT_FRAME_OUT], 0);
    ck_assert_uint_eq(f.pool.used, 0);
}
END_TEST

/* --- acknowledgments --------------------------------------------------- */

/* R-4.1-02, R-4.1-03, R-4.1-11, R-4.1-14, R-4.1-15, R-4.1-18, R-4.2.5-06 */
START_TEST(lone_ack_shape_and_time)
{
    pptp_ns t0;

    up();
    frames(0, 1);
    ck_assert_uint_eq(pptp_get16(seen[0][0].head), 0x3001);
    ck_assert_uint_eq(pptp_get32(seen[0][0].head + 8), 0);
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(seen_n[0], 1);
    t0 = f.now;
    in(0, 77, NO);
    fake_to(&f, t0 + 50 * PPTP_MS - 1);
    ck_assert_uint_eq(seen_n[0], 1);
    fake_to(&f, t0 + 50 * PPTP_MS);
    ck_assert_uint_eq(seen_n[0], 2);
    ck_assert_uint_eq(seen[0][1].at, t0 + 50 * PPTP_MS);
    ck_assert_uint_eq(seen[0][1].len, 12);
    ck_assert_uint_eq(pptp_get32(seen[0][1].head), 0x2081880b);
    ck_assert_uint_eq(pptp_get16(seen[0][1].head + 4), 0);
    ck_assert_uint_eq(pptp_get16(seen[0][1].head + 6), info(0).peer_id);
    ck_assert_uint_eq(pptp_get32(seen[0][1].head + 8), 77);
    frames(0, 1);
    ck_assert_uint_eq(seen[0][2].g.seq, 1);
    ck_assert(!seen[0][2].g.has_ack);
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(st(0)->gre_tx_acks, 1); /* once was enough */
}
END_TEST

/* R-4.2.5-04, R-4.2.5-06 */
START_TEST(ack_at_every_half_window)
{
    int i;

    conf.win.ack_on = _i == 0 ? PPTP_ACK_ON_DELIVERY : PPTP_ACK_ON_RECEIPT;
    up();
    for (i = 0; i < 32; i++) {
        in(0, i, NO);
        ck_assert_uint_eq(seen_n[0], (uint32_t)(i + 1) / 8);
    }
    ck_assert_uint_eq(seen[0][3].g.ack, 31);
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(seen_n[0], 4);
}
END_TEST

/* R-4.1-19 */
START_TEST(data_carries_the_ack)
{
    up();
    in(0, 0, NO);
    frames(0, 1);
    ck_assert_uint_eq(seen_n[0], 1);
    ck_assert_uint_eq(pptp_get16(seen[0][0].head), 0x3081);
    ck_assert_uint_eq(seen[0][0].g.ack, 0);
    ck_assert_uint_eq(seen[0][0].len, 16 + 40);
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(seen_n[0], 1);
}
END_TEST

/* R-4.2.5-04: as delivered, or as received */
START_TEST(ack_modes)
{
    conf.win.ack_on = _i == 0 ? PPTP_ACK_ON_DELIVERY : PPTP_ACK_ON_RECEIPT;
    up();
    f.side[0].hold_frames = true;
    in(0, 0, NO);
    in(0, 1, NO);
    fake_to(&f, f.now + 200 * PPTP_MS);
    if (_i == 0) {
        ck_assert_uint_eq(seen_n[0], 0);
        fake_digest(&f, 0);
        fake_to(&f, f.now + 50 * PPTP_MS);
        ck_assert_uint_eq(seen_n[0], 1);
        ck_assert_uint_eq(seen[0][0].g.ack, 0);
    } else {
        ck_assert_uint_eq(seen_n[0], 1);
        ck_assert_uint_eq(seen[0][0].g.ack, 1);
        fake_digest(&f, 0);
        fake_to(&f, f.now + 50 * PPTP_MS);
        ck_assert_uint_eq(seen_n[0], 1);
    }
}
END_TEST

/* --- order, with holding ----------------------------------------------- */

static void up_reordering(uint16_t packets)
{
    conf.win.reorder_hold_ns = 100 * PPTP_MS;
    conf.win.reorder_packets = packets;
    up();
    f.side[0].hold_frames = true;
}

/* R-4.3-03 */
START_TEST(filled_gap_is_in_order)
{
    static const int order[] = { 0, 3, 2, 3, 5, 1, 4 };
    uint32_t i;

    up_reordering(16);
    for (i = 0; i < 7; i++)
        in(0, order[i], NO);
    ck_assert_uint_eq(f.side[0].held_n, 6);
    for (i = 0; i < 6; i++)
        ck_assert_uint_eq(held_seq(0, i), i);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 0);
    ck_assert_uint_eq(st(0)->gre_rx_dup, 1);
    ck_assert_uint_eq(st(0)->gre_rx_reordered, 3);
}
END_TEST

/* R-4.3-06 */
START_TEST(gap_is_given_up_in_time)
{
    pptp_ns t0;

    conf.win.ack_on = PPTP_ACK_ON_RECEIPT;
    up_reordering(16);
    t0 = f.now;
    in(0, 0, NO);
    in(0, 2, NO);
    in(0, 3, NO);
    ck_assert_uint_eq(f.side[0].held_n, 1);
    fake_to(&f, t0 + 50 * PPTP_MS);
    ck_assert_uint_eq(seen[0][0].g.ack, 3); /* the highest received */
    fake_to(&f, t0 + 100 * PPTP_MS - 1);
    ck_assert_uint_eq(f.side[0].held_n, 1);
    fake_to(&f, t0 + 100 * PPTP_MS);
    ck_assert_uint_eq(f.side[0].held_n, 3);
    ck_assert_uint_eq(held_seq(0, 1), 2);
    ck_assert_uint_eq(held_seq(0, 2), 3);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 1);
    in(0, 1, NO);
    ck_assert_uint_eq(st(0)->gre_rx_late, 1);
    ck_assert_uint_eq(f.side[0].held_n, 3);
}
END_TEST

/* R-4.3-06: by number of packets too */
START_TEST(gap_is_given_up_when_full)
{
    up_reordering(2);
    in(0, 0, NO);
    in(0, 2, NO);
    in(0, 3, NO);
    ck_assert_uint_eq(f.side[0].held_n, 1);
    in(0, 5, NO);
    ck_assert_uint_eq(f.side[0].held_n, 3); /* 5 waits for 4 */
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 1);
    in(0, 4, NO);
    ck_assert_uint_eq(f.side[0].held_n, 5);
    ck_assert_uint_eq(held_seq(0, 4), 5);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 1);
}
END_TEST

/* R-4.3-06: no packet waits longer, and a gap seen later may be filled later:
 * under steady reordering something always waits */
START_TEST(later_gap_is_waited_for_in_full)
{
    pptp_ns t0;

    up_reordering(16);
    t0 = f.now;
    in(0, 0, NO);
    in(0, 2, NO);
    fake_to(&f, t0 + 90 * PPTP_MS);
    in(0, 4, NO);
    if (_i == 0) {
        fake_to(&f, t0 + 95 * PPTP_MS);
        in(0, 1, NO);
    }
    fake_to(&f, t0 + 100 * PPTP_MS);
    ck_assert_uint_eq(f.side[0].held_n, _i == 0 ? 3 : 2);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, _i == 0 ? 0 : 1);
    fake_to(&f, t0 + 190 * PPTP_MS - 1);
    ck_assert_uint_eq(f.side[0].held_n, _i == 0 ? 3 : 2);
    if (_i == 2) {
        in(0, 3, NO);
        ck_assert_uint_eq(f.side[0].held_n, 4);
        ck_assert_uint_eq(st(0)->gre_rx_skipped, 1);
        return;
    }
    fake_to(&f, t0 + 190 * PPTP_MS);
    ck_assert_uint_eq(f.side[0].held_n, _i == 0 ? 4 : 3);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, _i == 0 ? 1 : 2);
}
END_TEST

/* R-4.3-06: with one that has waited long enough goes all before it, be it
 * younger; what comes after it has its own time */
START_TEST(older_packet_takes_younger_ones_along)
{
    pptp_ns t0;

    up_reordering(16);
    t0 = f.now;
    in(0, 0, NO);
    in(0, 4, NO);
    fake_to(&f, t0 + 50 * PPTP_MS);
    in(0, 2, NO);
    in(0, 6, NO);
    fake_to(&f, t0 + 70 * PPTP_MS);
    in(0, 8, NO);
    fake_to(&f, t0 + 100 * PPTP_MS);
    ck_assert_uint_eq(f.side[0].held_n, 3);
    ck_assert_uint_eq(held_seq(0, 1), 2);
    ck_assert_uint_eq(held_seq(0, 2), 4);
    fake_to(&f, t0 + 150 * PPTP_MS - 1);
    ck_assert_uint_eq(f.side[0].held_n, 3);
    fake_to(&f, t0 + 150 * PPTP_MS);
    ck_assert_uint_eq(f.side[0].held_n, 4);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 3);
}
END_TEST

/* R-4.3-06: one too many costs the first gap only, a duplicate none */
START_TEST(full_gives_up_one_gap)
{
    int i;

    up_reordering(4);
    in(0, 0, NO);
    for (i = 2; i <= 8; i += 2)
        in(0, i, NO);
    in(0, 8, NO);
    ck_assert_uint_eq(st(0)->gre_rx_dup, 1);
    ck_assert_uint_eq(f.side[0].held_n, 1);
    in(0, 10, NO);
    ck_assert_uint_eq(f.side[0].held_n, 2);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 1);
    for (i = 3; i <= 9; i += 2)
        in(0, i, NO);
    ck_assert_uint_eq(f.side[0].held_n, 10);
    for (i = 1; i < 10; i++)
        ck_assert_uint_eq(held_seq(0, (size_t)i), (uint32_t)i + 1);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 1);
}
END_TEST

/* A filled gap frees more than the action queue takes: the rest follows at
 * once, in order. */
START_TEST(filled_gap_outlives_few_actions)
{
    uint32_t i;

    limits.actions = 16;
    conf.win.recv_window = 64;
    up_reordering(64);
    in(0, 0, NO);
    for (i = 2; i < 50; i++)
        in(0, i, NO);
    if (_i == 0) {
        in(0, 1, NO);
        ck_assert_uint_lt(f.side[0].held_n, 50);
        /* copies of the next one and of one that still waits */
        in(0, inner(0)->win.rx_highest + 1, NO);
        in(0, 45, NO);
        in(0, NO, 0xffffffff); /* nor does an ack disturb it */
        fake_to(&f, f.now);
    } else {
        fake_to(&f, f.now + 100 * PPTP_MS);
    }
    ck_assert_uint_eq(st(0)->gre_rx_dup, _i == 0 ? 2 : 0);
    ck_assert_uint_eq(f.side[0].held_n, _i == 0 ? 50 : 49);
    for (i = 1; i < f.side[0].held_n; i++)
        ck_assert_uint_eq(held_seq(0, i), i + (_i == 0 ? 0 : 1));
    ck_assert_uint_eq(st(0)->gre_rx_skipped, _i == 0 ? 0 : 1);
    ck_assert_uint_gt(pptp_peer_deadline(f.side[0].peer), f.now);
}
END_TEST

/* One packet opens the window, which takes all room for actions, and is one
 * more than may wait: nothing that waits is lost or overtaken. */
START_TEST(full_and_no_room_keeps_the_order)
{
    limits.actions = 16;
    conf.win.recv_window = 64;
    conf.win.send_queue = 64;
    up_reordering(2);
    lose[0] = true;
    frames(0, 64);
    in(0, 0, NO);
    in(0, 2, NO);
    in(0, 3, NO);
    in(0, 5, 31);
    ck_assert_uint_eq(f.side[0].held_n, 1);
    fake_to(&f, f.now);
    ck_assert_uint_eq(seen_n[0], 64);
    ck_assert_uint_eq(f.side[0].held_n, 3);
    in(0, 4, NO);
    ck_assert_uint_eq(f.side[0].held_n, 5);
    ck_assert_uint_eq(held_seq(0, 1), 2);
    ck_assert_uint_eq(held_seq(0, 2), 3);
    ck_assert_uint_eq(held_seq(0, 3), 4);
    ck_assert_uint_eq(held_seq(0, 4), 5);
    ck_assert_uint_eq(st(0)->gre_rx_dup + st(0)->gre_rx_late, 0);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 1);
}
END_TEST

/* R-4.3-07 */
START_TEST(holding_stays_within_the_window)
{
    int i;

    conf.win.recv_window = 4;
    up_reordering(4);
    in(0, 0, NO);
    for (i = 2; i < 1000; i++)
        in(0, i, NO);
    ck_assert_uint_eq(f.pool.used, 4);
    ck_assert_uint_eq(st(0)->gre_rx_overflow, 995);
    fake_to(&f, f.now + 100 * PPTP_MS);
    ck_assert_uint_eq(f.side[0].held_n, 4);
    ck_assert_uint_eq(held_seq(0, 3), 4);
}
END_TEST

/* R-4.3-02, R-4.3-03, R-4.3-05, R-4.3-06, R-4.3-07: whatever comes in whatever
 * order, discarded or reordered: PPP sees numbers that rise, nothing waits
 * too long or beyond the window, and every packet is accounted for */
START_TEST(numbers_rise_whatever_comes)
{
    uint32_t x = (uint32_t)_i + 1, i, n, top = 0xffffff00u, last = top - 9;
    const struct pptp_stats *s;
    uint64_t outs;

    limits.actions = _i & 1 ? 16 : 64;
    conf.win.ack_on = _i & 2 ? PPTP_ACK_ON_RECEIPT : PPTP_ACK_ON_DELIVERY;
    up_reordering(_i & 4 ? 16 : 3);
    if (_i & 8)
        f.side[0].peer->config.win.reorder_hold_ns = 0;
    in(0, last, NO);
    for (i = 0; i < 1000; i++) {
        x = x * 1664525u + 1013904223u;
        outs = f.side[0].count[PPTP_ACT_FRAME_OUT];
        in(0, (uint32_t)(top + (x >> 24) % 12 - 6), NO);
        top += x >> 16 & 1;
        fake_to(&f, f.now + (x >> 12 & 15) * PPTP_MS);
        n = (uint32_t)(f.side[0].count[PPTP_ACT_FRAME_OUT] - outs);
        for (; n > 0; n--) {
            uint32_t seq = held_seq(0, f.side[0].held_n - n);

            ck_assert_int_gt(pptp_seq_diff(seq, last), 0);
            last = seq;
        }
        ck_assert_uint_le(f.side[0].held_n + inner(0)->reorder_n, 16);
        ck_assert_uint_le(inner(0)->reorder_n, _i & 4 ? 16 : 3);
        while (f.side[0].held_n > (x >> 8 & 15))
            fake_digest(&f, 0);
        fake_run(&f);
    }
    fake_to(&f, f.now + PPTP_S);
    s = st(0);
    outs = f.side[0].count[PPTP_ACT_FRAME_OUT];
    ck_assert_uint_eq(
        outs + s->gre_rx_late + s->gre_rx_dup + s->gre_rx_overflow, 1001);
    ck_assert_uint_eq(outs + s->gre_rx_skipped,
                      inner(0)->win.rx_highest - (0xffffff00u - 9) + 1);
    ck_assert_uint_eq(inner(0)->reorder_n, 0);
    ck_assert_uint_eq(info(0).rx_skipped, s->gre_rx_skipped);
    ck_assert_uint_gt(outs, 200);
    ck_assert(_i & 8 ? s->gre_rx_reordered == 0 : s->gre_rx_reordered > 100);
}
END_TEST

/* R-4.1-09 */
START_TEST(empty_packets_take_their_place)
{
    up_reordering(16);
    in(0, 0, NO);
    fake_gre(&f, 0, packet(0, 2, NO, 0, 0));
    in(0, 3, NO);
    ck_assert_uint_eq(f.side[0].held_n, 1);
    in(0, 1, NO);
    ck_assert_uint_eq(f.side[0].held_n, 3);
    ck_assert_uint_eq(held_seq(0, 2), 3);
    ck_assert_uint_eq(st(0)->gre_rx_empty, 1);
    ck_assert_uint_eq(st(0)->gre_rx_skipped, 0);
}
END_TEST

/* A call that ends gives back what waits on either side. */
START_TEST(end_of_call_frees_what_waits)
{
    up_reordering(16);
    lose[0] = true;
    frames(0, 30);
    in(0, 0, NO);
    in(0, 2, NO);
    ck_assert_uint_eq(f.pool.used, 22 + 2);
    ck_assert_int_eq(
        pptp_peer_call_close(f.side[1].peer, f.now, f.side[1].call), 0);
    fake_run(&f);
    ck_assert_uint_eq(f.pool.used, 1);
    fake_digest(&f, 0); /* comes back after its call */
    ck_assert_uint_eq(f.pool.used, 0);
}
END_TEST

/* --- the rest ---------------------------------------------------------- */

/* R-1.4-11, R-1.4-12: a frame has 1 to 1532 octets */
START_TEST(frame_lengths)
{
    up();
    ck_assert_int_eq(fake_frame(&f, 1, 1532), 0);
    fake_run(&f);
    ck_assert_uint_eq(st(0)->gre_rx_octets, 1532);
    ck_assert_int_eq(fake_frame(&f, 1, 1533), PPTP_ERR_VALUE);
    ck_assert_int_eq(fake_frame(&f, 1, 0), PPTP_ERR_VALUE);
    fake_run(&f);
    ck_assert_uint_eq(st(1)->frames_dropped_long, 2);
    ck_assert_uint_eq(seen_n[1], 1);
    ck_assert_uint_eq(f.pool.used, 0);
}
END_TEST

/* R-4-02, R-4-04: the tunnel adds, escapes and takes away nothing: what PPP
 * says is what the other side's PPP gets, with or without address and control
 * (A-21). */
START_TEST(payload_is_not_touched)
{
    static const uint8_t octets[][4] = { { 0xff, 0x03, 0xc0, 0x21 },
                                         { 0xc0, 0x21, 0x01, 0x02 },
                                         { 0x7e, 0x7d, 0x5e, 0x00 } };
    struct pptp_packet *k;
    pptp_pkt h;

    up();
    f.side[0].hold_frames = true;
    h = pptp_pool_take(&f.pool, PPTP_HEADROOM);
    k = pptp_pool_at(&f.pool, h);
    memcpy(pptp_packet_data(k), octets[_i], 4);
    k->head_len = 4;
    k->tail_len = 3;
    ck_assert_int_eq(pptp_peer_frame(f.side[1].peer, f.now, f.side[1].call, h),
                     0);
    fake_run(&f);
    ck_assert_uint_eq(seen[1][0].len, 12 + 7);
    ck_assert_mem_eq(seen[1][0].head + 12, octets[_i], 4);
    ck_assert_uint_eq(f.side[0].held_n, 1);
    k = pptp_pool_at(&f.pool, f.side[0].held[0]);
    ck_assert_uint_eq(k->head_len, 4);
    ck_assert_uint_eq(k->tail_len, 3);
    ck_assert_mem_eq(pptp_packet_data(k), octets[_i], 4);
}
END_TEST

/* R-4.1-08, R-4.3-06: one that waits keeps its octets and its length */
START_TEST(payload_that_waits_is_not_touched)
{
    struct pptp_packet *k;
    pptp_pkt h;

    up_reordering(4);
    in(0, 0, NO);
    h = packet(0, 2, 0, 4, 0);
    k = pptp_pool_at(&f.pool, h);
    memcpy(pptp_packet_data(k) + k->head_len, "\xff\x03\xc0\x21zz", 6);
    k->head_len = (uint16_t)(k->head_len + 6);
    k->tail_len = 5;
    fake_gre(&f, 0, h);
    ck_assert_uint_eq(f.side[0].held_n, 1);
    in(0, 1, NO);
    ck_assert_uint_eq(f.side[0].held_n, 3);
    ck_assert_uint_eq(held_seq(0, 2), 2);
    ck_assert_uint_eq(pptp_packet_len(k), 4);
    ck_assert_mem_eq(pptp_packet_data(k), "\xff\x03\xc0\x21", 4);
}
END_TEST

/* R-5-02: whatever comes from the right address for the right call, shaped
 * like GRE or not, is counted, and neither window is left. */
START_TEST(forged_packets_do_no_harm)
{
    static const uint8_t flip[] = { 0x10, 0x80, 0x00, 0x01 };
    uint64_t x = (uint64_t)_i + 1, n;
    const struct pptp_stats *s;
    uint32_t seq = 0;

    conf.win.reorder_hold_ns = _i & 1 ? 100 * PPTP_MS : 0;
    up();
    lose[0] = true;
    f.side[0].hold_frames = true;
    for (n = 0; n < 3000; n++) {
        pptp_pkt h;
        uint8_t *o;

        x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
        fake_frame(&f, 0, 40);
        seq = x >> 62 ? seq + (uint32_t)(x >> 20 & 3) : (uint32_t)(x >> 30);
        h = packet(0, seq, (int64_t)(x >> 32 & 0xfff),
                   (uint16_t)(2 + (x >> 50 & 63)), x >> 56 & 15);
        o = pptp_packet_data(pptp_pool_at(&f.pool, h));
        o[x >> 60 & 1] ^= flip[x >> 61 & 3];
        o[5] ^= (uint8_t)((x >> 40 & 7) == 0);
        fake_gre(&f, 0, h);
        fake_to(&f, f.now + (x >> 25 & 15) * PPTP_MS);
        ck_assert_uint_le(f.side[0].held_n + inner(0)->reorder_n, 16);
        ck_assert_uint_le(info(0).cwnd, 16);
        ck_assert_uint_le(info(0).out, info(0).cwnd);
        if ((n & 7) == 0 && f.side[0].held_n > 0)
            fake_digest(&f, 0);
    }
    s = st(0);
    ck_assert_uint_eq(s->gre_rx, n);
    ck_assert_uint_gt(s->gre_rx_bad, n / 8);
    ck_assert_uint_gt(s->gre_rx_no_seq, n / 16);
    ck_assert_uint_gt(s->gre_rx_overflow, n / 32); /* it does get full */
    /* none is without its place or its reason */
    ck_assert_uint_eq(f.side[0].count[PPTP_ACT_FRAME_OUT] +
                          inner(0)->reorder_n + s->gre_rx_bad +
                          s->gre_rx_no_seq + s->gre_rx_late + s->gre_rx_dup +
                          s->gre_rx_overflow,
                      n);
    while (f.side[0].held_n > 0)
        fake_digest(&f, 0);
}
END_TEST

/* before both ends are there, and after one is gone */
START_TEST(frames_outside_the_call)
{
    struct pptp_call_request q = { .bearer = PPTP_BEARER_ANALOG };

    start();
    ck_assert_int_eq(pptp_peer_ring(f.side[0].peer, f.now, f.side[0].conn, &q,
                                    &f.side[0].call),
                     0);
    ck_assert_int_eq(fake_frame(&f, 0, 40), PPTP_ERR_STATE);
    ck_assert_uint_eq(st(0)->frames_dropped_call, 1);
    fake_gre(&f, 0, packet(0, 0, NO, 40, 0));
    ck_assert_uint_eq(st(0)->gre_rx_unknown, 1);
    fake_run(&f);
    frames(0, 1);
    ck_assert_uint_eq(seen[0][0].g.seq, 0);
    ck_assert_uint_eq(st(0)->gre_tx, 1);
    ck_assert_uint_eq(st(0)->gre_tx_octets, 40);
    ck_assert_int_eq(
        pptp_peer_call_close(f.side[0].peer, f.now, f.side[0].call), 0);
    fake_run(&f);
    ck_assert_int_eq(fake_frame(&f, 0, 40), PPTP_ERR_UNKNOWN);
    ck_assert_uint_eq(st(0)->frames_dropped_call, 2);
    ck_assert_uint_eq(seen_n[0], 1);
    ck_assert_uint_eq(f.pool.used, 0);
}
END_TEST

/* R-4.1-16 */
START_TEST(numbers_wrap_in_a_running_session)
{
    uint32_t first = 0xfffffff0u, i;
    int s;

    conf.win.reorder_hold_ns = _i == 0 ? 0 : 100 * PPTP_MS;
    up();
    for (s = 0; s < 2; s++)
        inner(s)->win.tx_next = inner(s)->win.tx_base = first;
    for (i = 0; i < 100; i++) {
        frames(0, 1);
        frames(1, 1);
    }
    fake_to(&f, f.now + PPTP_S);
    ck_assert_uint_eq(seen[1][15].g.seq, 0xffffffffu);
    ck_assert_uint_eq(seen[1][16].g.seq, 0);
    for (s = 0; s < 2; s++) {
        ck_assert_uint_eq(st(s)->gre_rx_octets, 100 * 40);
        ck_assert_uint_eq(st(s)->gre_rx_skipped + st(s)->gre_rx_late, 0);
        ck_assert_uint_eq(st(s)->timeouts + st(s)->acks_ahead, 0);
        ck_assert_uint_eq(info(s).tx_next, 84);
        ck_assert_uint_eq(info(s).out, 0);
    }
}
END_TEST

/* The gap lies across the wrap. */
START_TEST(reorder_across_the_wrap)
{
    static const uint32_t order[] = { 0xfffffffe, 1, 0, 0xffffffff };
    uint32_t i;

    up_reordering(16);
    for (i = 0; i < 4; i++)
        in(0, order[i], NO);
    ck_assert_uint_eq(f.side[0].held_n, 4);
    for (i = 0; i < 4; i++)
        ck_assert_uint_eq(held_seq(0, i), 0xfffffffe + i);
}
END_TEST

/* A peer that never acknowledges: after four time-outs without window. */
START_TEST(auto_gives_up_and_takes_up_again)
{
    up();
    f.side[1].peer->config.win.windowing = PPTP_WINDOWING_AUTO;
    lose[0] = true;
    frames(1, 40);
    fake_to(&f, f.now + 799 * PPTP_MS);
    ck_assert_uint_eq(st(1)->timeouts, 2);
    ck_assert_uint_eq(st(1)->windowing_given_up, 0);
    ck_assert(info(1).windowed);
    fake_to(&f, f.now + 801 * PPTP_MS);
    ck_assert_uint_eq(st(1)->timeouts, 4);
    ck_assert_uint_eq(st(1)->windowing_given_up, 1);
    ck_assert(!info(1).windowed);
    ck_assert_uint_eq(info(1).queued, 0);
    /* 15 within the window, then 25 at once: 16 fit into the receiver's */
    ck_assert_uint_eq(seen_n[1], 40);
    ck_assert_uint_eq(st(0)->gre_rx_octets, (15 + 16) * 40);
    ck_assert_uint_eq(st(0)->gre_rx_overflow, 9);
    frames(1, 300); /* more than the ring remembers */
    ck_assert_uint_eq(seen_n[1], 340);
    ck_assert_uint_eq(f.side[1].count[PPTP_ACT_HOLD],
                      f.side[1].count[PPTP_ACT_RESUME]);
    fake_to(&f, f.now + 100 * PPTP_S);
    ck_assert_uint_eq(st(1)->timeouts, 4);
    in(1, NO, 339);
    ck_assert_uint_eq(st(1)->windowing_resumed, 1);
    ck_assert(info(1).windowed);
    ck_assert_uint_eq(info(1).out, 0);
    lose[1] = true;
    frames(1, 40);
    ck_assert_uint_eq(info(1).out, info(1).cwnd);
}
END_TEST

START_TEST(empty_pool_is_counted_and_survived)
{
    static pptp_pkt taken[4096];
    uint32_t n = 0;
    pptp_pkt h;

    conf.win.ack_on = PPTP_ACK_ON_RECEIPT;
    up();
    f.side[0].hold_frames = true;
    in(0, 0, NO);
    while ((h = pptp_pool_take(&f.pool, 0)) != PPTP_PKT_NONE)
        taken[n++] = h;
    fake_to(&f, f.now + 120 * PPTP_MS);
    ck_assert_uint_eq(seen_n[0], 0);
    ck_assert_uint_eq(st(0)->packets_exhausted, 2);
    while (n > 0)
        pptp_pool_free(&f.pool, taken[--n]);
    fake_to(&f, f.now + 51 * PPTP_MS);
    ck_assert_uint_eq(seen_n[0], 1);
    ck_assert_uint_eq(seen[0][0].g.ack, 0);
    ck_assert_uint_eq(st(0)->packets_exhausted, 2);
}
END_TEST

/* A lone ack that is due at once does not make time stand still. */
START_TEST(empty_pool_without_delay)
{
    static pptp_pkt taken[4096];
    uint32_t n = 0;
    pptp_pkt h;

    conf.win.ack_on = PPTP_ACK_ON_RECEIPT;
    conf.win.ack_delay_ns = 0;
    up();
    f.side[0].hold_frames = true;
    in(0, 0, NO);
    while ((h = pptp_pool_take(&f.pool, 0)) != PPTP_PKT_NONE)
        taken[n++] = h;
    fake_to(&f, f.now + 10 * PPTP_MS);
    ck_assert_uint_ge(st(0)->packets_exhausted, 10);
    ck_assert_uint_le(st(0)->packets_exhausted, 11);
    while (n > 0)
        pptp_pool_free(&f.pool, taken[--n]);
    fake_to(&f, f.now + PPTP_MS);
    ck_assert_uint_eq(seen_n[0], 1);
    ck_assert_uint_eq(seen[0][0].g.ack, 0);
}
END_TEST

static void trouble_rx(void)
{
    pptp_pkt h;
    int i;

    in(0, 0, NO);
    in(0, 0, NO); /* duplicate */
    in(0, 2, NO); /* waits */
    fake_to(&f, f.now + 100 * PPTP_MS);
    in(0, 1, NO); /* late */
    fake_gre(&f, 0, packet(0, 3, NO, 0, 0));
    fake_gre(&f, 0, packet(0, NO, NO, 40, 0));
    h = packet(0, 4, NO, 40, 0);
    pptp_packet_data(pptp_pool_at(&f.pool, h))[0] |= 0x40;
    fake_gre(&f, 0, h);
    h = packet(0, 4, NO, 40, 0);
    pptp_packet_data(pptp_pool_at(&f.pool, h))[7] ^= 0x5a;
    fake_gre(&f, 0, h);
    f.side[0].hold_frames = true;
    for (i = 0; i < 17; i++)
        in(0, 10 + i, NO);
    f.side[0].hold_frames = false;
    fake_run(&f);
    fake_to(&f, f.now + PPTP_S);
}

static void trouble_tx(void)
{
    lose[1] = true;
    frames(1, 41);
    in(1, NO, 1000);
    in(1, NO, 0xffffffff);
    fake_to(&f, f.now + 2 * PPTP_S);
    in(1, NO, info(1).tx_next - 1);
    fake_frame(&f, 1, 1533);
    fake_run(&f);
    lose[1] = false;
}

/* No counter of the tunnel is without a cause. */
START_TEST(every_counter_moves)
{
    static const char *const prefixes[] = { "gre_",     "acks_",
                                            "timeouts", "windowing_",
                                            "frames_",  "packets_" };
    static pptp_pkt taken[4096];
    const struct probe *row;
    uint32_t n = 0;
    pptp_pkt h;
    size_t j;

    conf.win.windowing = PPTP_WINDOWING_AUTO;
    conf.win.reorder_hold_ns = 10 * PPTP_MS;
    up();
    trouble_rx();
    trouble_tx();
    in(0, 26, NO);
    while ((h = pptp_pool_take(&f.pool, 0)) != PPTP_PKT_NONE)
        taken[n++] = h;
    fake_to(&f, f.now + 60 * PPTP_MS);
    while (n > 0)
        pptp_pool_free(&f.pool, taken[--n]);
    fake_to(&f, f.now + 60 * PPTP_MS);
    pptp_peer_call_close(f.side[1].peer, f.now, f.side[1].call);
    fake_run(&f);
    fake_frame(&f, 1, 40);
    for (row = pptp_probes, n = 0; row->name != NULL; row++)
        for (j = 0; j < sizeof prefixes / sizeof prefixes[0]; j++) {
            if (strncmp(row->name, prefixes[j], strlen(prefixes[j])) != 0)
                continue;
            ck_assert_msg(probe_count(row, st(0)) + probe_count(row, st(1)) >
                              0,
                          "%s is 0", row->name);
            n++;
        }
    ck_assert_uint_ge(n, 26);
}
END_TEST

/* R-4.1-13, R-4.4-03, R-4.1-05 */
START_TEST(two_calls_are_independent)
{
    pptp_call_id a[2], b[2];
    struct pptp_call_info i;
    uint32_t n;

    up();
    a[0] = f.side[0].call;
    a[1] = f.side[1].call;
    ring();
    b[0] = f.side[0].call;
    b[1] = f.side[1].call;
    ck_assert_uint_ne(a[0], b[0]);
    ck_assert_uint_ne(a[1], b[1]);
    f.side[1].call = a[1];
    lose[1] = true;
    frames(1, 20);
    fake_to(&f, f.now + 5 * PPTP_S);
    n = seen_n[1];
    ck_assert_uint_gt(info(1).timeouts, 2);
    lose[1] = false;
    f.side[1].call = b[1];
    frames(1, 3);
    ck_assert_uint_eq(seen_n[1], n + 3);
    ck_assert_uint_eq(seen[1][n].g.seq, 0);
    ck_assert_uint_eq(seen[1][n + 2].g.seq, 2);
    ck_assert_uint_ne(seen[1][n].g.call_id, seen[1][0].g.call_id);
    i = info(1);
    ck_assert_uint_eq(i.timeouts, 0);
    ck_assert_uint_eq(i.cwnd, 8);
    f.side[0].call = b[0];
    ck_assert_uint_eq(info(0).rx_packets, 3);
    f.side[0].call = a[0];
    ck_assert_uint_eq(info(0).rx_packets, 0);
}
END_TEST

/* --- the suite --------------------------------------------------------- */

static void cases_tx(TCase *t)
{
    tcase_add_loop_test(t, full_window_stops_data_not_acks, 0, 3);
    tcase_add_test(t, window_grows_by_one_a_window);
    tcase_add_test(t, window_never_exceeds_the_peers);
    tcase_add_test(t, directions_have_their_own_windows);
    tcase_add_test(t, full_queue_holds_and_resumes);
    tcase_add_test(t, time_out_writes_off_and_halves);
    tcase_add_test(t, resume_under_total_loss_waits_for_back_off);
    tcase_add_test(t, back_off_ends_at_the_devices_max_timeout);
    tcase_add_test(t, lost_acks_do_not_dead_lock);
    tcase_add_loop_test(t, ppd_goes_both_ways_in_every_call, 0, 3);
    tcase_add_test(t, acks_of_nothing_change_nothing);
    tcase_add_test(t, wide_window_outlives_few_actions);
    tcase_add_test(t, without_windowing_packets_leave_as_they_come);
    tcase_add_loop_test(t, payload_is_not_touched, 0, 3);
    tcase_add_test(t, payload_that_waits_is_not_touched);
    tcase_add_test(t, frames_outside_the_call);
    tcase_add_loop_test(t, forged_packets_do_no_harm, 0, 4);
    tcase_add_test(t, every_counter_moves);
    tcase_add_test(t, peers_ppd_seeds_the_time_out);
    tcase_add_test(t, sample_is_of_the_highest_packet);
    tcase_add_test(t, frame_lengths);
    tcase_add_loop_test(t, numbers_wrap_in_a_running_session, 0, 2);
    tcase_add_test(t, auto_gives_up_and_takes_up_again);
    tcase_add_test(t, two_calls_are_independent);
}

static void cases_rx(TCase *t)
{
    tcase_add_test(t, beyond_the_window_is_thrown_away);
    tcase_add_test(t, late_and_duplicate_are_discarded_not_their_acks);
    tcase_add_loop_test(t, any_first_number_and_any_jump, 0, 4);
    tcase_add_test(t, padding_and_odd_packets);
    tcase_add_test(t, real_padding_is_trimmed);
    tcase_add_test(t, wrong_address_or_call_or_length);
    tcase_add_test(t, lone_ack_shape_and_time);
    tcase_add_loop_test(t, ack_at_every_half_window, 0, 2);
    tcase_add_test(t, data_carries_the_ack);
    tcase_add_loop_test(t, ack_modes, 0, 2);
    tcase_add_test(t, filled_gap_is_in_order);
    tcase_add_test(t, gap_is_given_up_in_time);
    tcase_add_test(t, gap_is_given_up_when_full);
    tcase_add_loop_test(t, later_gap_is_waited_for_in_full, 0, 3);
    tcase_add_test(t, older_packet_takes_younger_ones_along);
    tcase_add_test(t, full_gives_up_one_gap);
    tcase_add_loop_test(t, filled_gap_outlives_few_actions, 0, 2);
    tcase_add_test(t, full_and_no_room_keeps_the_order);
    tcase_add_test(t, empty_pool_without_delay);
    tcase_add_test(t, holding_stays_within_the_window);
    tcase_add_loop_test(t, numbers_rise_whatever_comes, 0, 16);
    tcase_add_test(t, empty_packets_take_their_place);
    tcase_add_test(t, what_was_dropped_is_not_acknowledged);
    tcase_add_test(t, an_empty_packet_waits_for_those_before_it);
    tcase_add_test(t, end_of_call_frees_what_waits);
    tcase_add_test(t, reorder_across_the_wrap);
    tcase_add_test(t, empty_pool_is_counted_and_survived);
}

int main(void)
{
    Suite *s = suite_create("tunnel");
    TCase *tx = tcase_create("tx"), *rx = tcase_create("rx");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(tx, setup, teardown);
    tcase_add_checked_fixture(rx, setup, teardown);
    cases_tx(tx);
    cases_rx(rx);
    suite_add_tcase(s, tx);
    suite_add_tcase(s, rx);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
