/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traffic sources: rates, phases, ends, replays. */
#include "config.h"

#include "models/traffic.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

static const struct traffic_packet list[] = {
    { 0, 100 }, { 10, 200 }, { 10, 300 }, { 30, 400 }
};

static struct traffic_config constant(void)
{
    return (struct traffic_config){ .kind = TRAFFIC_CONSTANT,
                                    .rate_bps = 33600,
                                    .size_octets = 1000 };
}

static struct traffic_config replay(void)
{
    return (struct traffic_config){ .kind = TRAFFIC_REPLAY,
                                    .packets = list,
                                    .packet_count = 4 };
}

/* Packet k is floor(k * bits / rate) after the first: no drift. */
START_TEST(constant_is_exact)
{
    struct traffic_config c = constant();
    struct traffic_source s;
    struct traffic_packet p;
    pptp_ns first;

    ck_assert_int_eq(traffic_init(&s, &c, 1, "a"), 0);
    ck_assert(traffic_next(&s, &p));
    first = p.at_ns;
    ck_assert_uint_lt(first, 8032 * PPTP_S / 33600);
    ck_assert_uint_eq(p.size_octets, 1000);
    for (uint64_t k = 1; k < 200000; k++) {
        ck_assert(traffic_next(&s, &p));
        ck_assert_uint_eq(p.at_ns - first, k * 8032 * PPTP_S / 33600);
    }
}
END_TEST

START_TEST(phases_differ_and_repeat)
{
    struct traffic_config c = constant();
    struct traffic_source a;
    struct traffic_source b;
    struct traffic_source again;
    struct traffic_packet p;
    struct traffic_packet q;

    traffic_init(&a, &c, 1, "a");
    traffic_init(&b, &c, 1, "b");
    traffic_init(&again, &c, 1, "a");
    ck_assert(traffic_next(&a, &p) && traffic_next(&b, &q));
    ck_assert_uint_ne(p.at_ns, q.at_ns);
    ck_assert(traffic_next(&again, &q));
    ck_assert_uint_eq(p.at_ns, q.at_ns);
}
END_TEST

START_TEST(stops)
{
    struct traffic_config c = constant();
    struct traffic_source s;
    struct traffic_packet p = { 0 };
    unsigned n = 0;

    c.stop_ns = 10 * PPTP_S;
    traffic_init(&s, &c, 1, "a");
    while (traffic_next(&s, &p)) {
        ck_assert_uint_lt(p.at_ns, c.stop_ns);
        n++;
    }
    ck_assert(n == 41 || n == 42); /* 10 s of one in 239 ms */
    ck_assert(!traffic_next(&s, &p));
}
END_TEST

static double mean_rate_bps(struct traffic_config c, const char *name)
{
    struct traffic_source s;
    struct traffic_packet p;
    double bits = 0.0;

    ck_assert_int_eq(traffic_init(&s, &c, 9, name), 0);
    while (traffic_next(&s, &p))
        bits += (p.size_octets + TRAFFIC_PPP_OCTETS) * 8.0;
    return bits / ((double)c.stop_ns / 1e9);
}

START_TEST(poisson_rate)
{
    struct traffic_config c = constant();
    struct traffic_source s;
    struct traffic_packet p;
    double sum = 0.0;
    double square = 0.0;
    double last = 0.0;
    double cv;

    c.kind = TRAFFIC_POISSON;
    c.stop_ns = 20000 * PPTP_S; /* 83,665 packets: sigma 0.35 % */
    ck_assert(fabs(mean_rate_bps(c, "p") / 33600.0 - 1.0) < 0.0175);
    /* fast: gaps of 1.92 ns, where cutting each would lose a quarter */
    c.rate_bps = UINT64_C(100000000000);
    c.size_octets = 20;
    c.stop_ns = 200000;
    ck_assert(fabs(mean_rate_bps(c, "f") / 1e11 - 1.0) < 0.0175);
    c = constant();
    c.kind = TRAFFIC_POISSON;
    traffic_init(&s, &c, 9, "cv");
    for (int i = 0; i < 50000; i++) {
        double gap;

        ck_assert(traffic_next(&s, &p));
        gap = (double)p.at_ns - last;
        last = (double)p.at_ns;
        sum += gap;
        square += gap * gap;
    }
    cv = square / 50000 / (sum / 50000 * sum / 50000) - 1.0;
    ck_assert(fabs(cv - 1.0) < 0.07); /* an exponential's is 1 */
}
END_TEST

/* An exponential's mean and variance, and a gap is what it was. */
START_TEST(exponential_sizes)
{
    struct traffic_config c = constant();
    struct traffic_source s, fixed;
    struct traffic_packet p, q;
    double sum = 0, square = 0;
    unsigned above = 0;

    c.kind = TRAFFIC_POISSON;
    traffic_init(&fixed, &c, 9, "p");
    c.sizes = TRAFFIC_EXPONENTIAL;
    traffic_init(&s, &c, 9, "p");
    for (int i = 0; i < 100000; i++) {
        ck_assert(traffic_next(&s, &p) && traffic_next(&fixed, &q));
        ck_assert_uint_eq(p.at_ns, q.at_ns);
        ck_assert_uint_ge(p.size_octets, TRAFFIC_SIZE_MIN_OCTETS);
        sum += p.size_octets;
        square += (double)p.size_octets * p.size_octets;
        above += p.size_octets > 3000;
    }
    ck_assert_double_eq_tol(sum / 1e5, 1000, 10);        /* sigma 3.2 */
    ck_assert_double_eq_tol(square / 1e5, 2e6, 6e4);     /* sigma 14,000 */
    ck_assert_double_eq_tol(above / 1e5, 0.0498, 0.002); /* e^-3 */
}
END_TEST

/* The largest packet of IPv4 is the largest there is. */
START_TEST(exponential_sizes_have_ends)
{
    struct traffic_config c = constant();
    struct traffic_source s;
    struct traffic_packet p;
    unsigned largest = 0;

    c.sizes = TRAFFIC_EXPONENTIAL;
    c.size_octets = TRAFFIC_SIZE_MAX_OCTETS;
    traffic_init(&s, &c, 9, "p");
    for (int i = 0; i < 10000; i++) {
        ck_assert(traffic_next(&s, &p));
        ck_assert_uint_le(p.size_octets, TRAFFIC_SIZE_MAX_OCTETS);
        largest += p.size_octets == TRAFFIC_SIZE_MAX_OCTETS;
    }
    ck_assert_uint_gt(largest, 3000); /* 1/e of them */
    ck_assert_uint_lt(largest, 4400);
}
END_TEST

/* Shape 2.5 has a variance, so the mean converges within the test. */
START_TEST(onoff_rate)
{
    struct traffic_config c = constant();
    double long_on;
    double short_on;

    c.kind = TRAFFIC_ONOFF;
    c.shape = 2.5;
    c.on_mean_ns = PPTP_S;
    c.off_mean_ns = 3 * PPTP_S;
    c.stop_ns = 200000 * PPTP_S;
    long_on = mean_rate_bps(c, "long");
    ck_assert(fabs(long_on / 33600.0 - 1.0) < 0.03);
    /* on times far shorter than a packet's gap lose nothing */
    c.on_mean_ns = 5 * PPTP_MS;
    c.off_mean_ns = 5 * PPTP_MS;
    c.stop_ns = 2000 * PPTP_S;
    short_on = mean_rate_bps(c, "short");
    ck_assert(fabs(short_on / 33600.0 - 1.0) < 0.03);
}
END_TEST

/* Within an on time the gap is that of the peak, else it is longer. */
START_TEST(onoff_peak)
{
    struct traffic_config c = constant();
    struct traffic_source s;
    struct traffic_packet p;
    pptp_ns last = 0;
    unsigned at_peak = 0;
    unsigned longer = 0;

    c.kind = TRAFFIC_ONOFF;
    c.on_mean_ns = 10 * PPTP_S;
    c.off_mean_ns = 10 * PPTP_S;
    ck_assert_int_eq(traffic_init(&s, &c, 1, "x"), 0);
    ck_assert(s.config.shape == TRAFFIC_SHAPE_DEFAULT);
    ck_assert_uint_eq(s.peak_bps, 67200);
    ck_assert(traffic_next(&s, &p));
    for (int i = 0; i < 10000; i++) {
        pptp_ns gap = 8032 * PPTP_S / 67200;

        last = p.at_ns;
        ck_assert(traffic_next(&s, &p));
        ck_assert_uint_ge(p.at_ns - last, gap);
        at_peak += p.at_ns - last <= gap + 1;
        longer += p.at_ns - last > gap + 1;
    }
    ck_assert_uint_gt(at_peak, 9500);
    ck_assert_uint_gt(longer, 20);
}
END_TEST

static void expect(struct traffic_source *s, pptp_ns at_ns, uint32_t size)
{
    struct traffic_packet p;

    ck_assert(traffic_next(s, &p));
    ck_assert_uint_eq(p.at_ns, at_ns);
    ck_assert_uint_eq(p.size_octets, size);
}

static struct traffic_config speech(pptp_ns pause_ns)
{
    return (struct traffic_config){ .kind = TRAFFIC_VOICE,
                                    .size_octets = 200,
                                    .frame_ns = 20 * PPTP_MS,
                                    .on_mean_ns = 1004 * PPTP_MS,
                                    .off_mean_ns = pause_ns };
}

START_TEST(voice_without_pauses)
{
    struct traffic_config c = speech(0);
    struct traffic_source s;
    struct traffic_packet p;
    pptp_ns first;

    ck_assert_int_eq(traffic_init(&s, &c, 1, "voice"), 0);
    ck_assert(traffic_next(&s, &p));
    first = p.at_ns;
    ck_assert_uint_lt(first, 20 * PPTP_MS);
    for (uint64_t k = 1; k < 1000; k++) {
        ck_assert(traffic_next(&s, &p));
        ck_assert_uint_eq(p.at_ns - first, k * 20 * PPTP_MS);
        ck_assert_uint_eq(p.size_octets, 200);
    }
}
END_TEST

/* A spurt of exponential length t has 1 + t / 20 ms packets, rounded down:
 * 1 / (1 - e^(-20/1004)) = 50.7 in the mean, and there is one every 2.591 s.
 * Of 4000 the number has a deviation of a 60th or so. */
START_TEST(voice_in_spurts)
{
    struct traffic_config c = speech(1587 * PPTP_MS);
    struct traffic_source s;
    struct traffic_packet p = { 0, 0 };
    pptp_ns last = 0, gap;
    double packets = 0, spurts = 1;

    ck_assert_int_eq(traffic_init(&s, &c, 1, "voice"), 0);
    while (traffic_next(&s, &p) && p.at_ns < 4000 * UINT64_C(2591) * PPTP_MS) {
        gap = p.at_ns - last;
        ck_assert(packets == 0 || gap >= 20 * PPTP_MS);
        spurts += packets > 0 && gap > 20 * PPTP_MS;
        packets++;
        last = p.at_ns;
    }
    ck_assert_double_eq_tol(packets / spurts, 50.7, 4 * 50.7 / 60);
    ck_assert_double_eq_tol(packets / 4000, 50.7, 4 * 50.7 / 45);
}
END_TEST

START_TEST(replay_once)
{
    struct traffic_config c = replay();
    struct traffic_source s;
    struct traffic_packet p;

    ck_assert_int_eq(traffic_init(&s, &c, 1, "r"), 0);
    for (int i = 0; i < 4; i++)
        expect(&s, list[i].at_ns, list[i].size_octets);
    ck_assert(!traffic_next(&s, &p));
    ck_assert(!traffic_next(&s, &p));
    c.time_scale = 2.5;
    traffic_init(&s, &c, 1, "r");
    expect(&s, 0, 100);
    expect(&s, 25, 200);
    expect(&s, 25, 300);
    expect(&s, 75, 400);
}
END_TEST

START_TEST(replay_loop)
{
    struct traffic_config c = replay();
    struct traffic_source s;

    c.loop = true; /* mean gap 10 */
    ck_assert_int_eq(traffic_init(&s, &c, 1, "r"), 0);
    for (pptp_ns round = 0; round < 1000; round++)
        for (int i = 0; i < 4; i++)
            expect(&s, round * 40 + list[i].at_ns, list[i].size_octets);
    c.loop_gap_ns = 5;
    c.packets = list + 1; /* a list that begins late */
    c.packet_count = 3;
    c.time_scale = 2.0;
    traffic_init(&s, &c, 1, "r");
    expect(&s, 20, 200);
    expect(&s, 20, 300);
    expect(&s, 60, 400);
    expect(&s, 65, 200);
    expect(&s, 65, 300);
    expect(&s, 105, 400);
}
END_TEST

START_TEST(end_of_time)
{
    struct traffic_config c = constant();
    struct traffic_source s;
    struct traffic_packet p = { 0 };
    struct traffic_packet far = { TRAFFIC_END_NS - 1, 20 };
    unsigned n = 0;

    c.rate_bps = 1; /* 524,312 s a packet */
    c.size_octets = 65535;
    ck_assert_int_eq(traffic_init(&s, &c, 1, "slow"), 0);
    while (traffic_next(&s, &p)) {
        ck_assert_uint_lt(p.at_ns, TRAFFIC_END_NS);
        n++;
    }
    ck_assert_uint_eq(n, s.last_ns / (524312 * PPTP_S) + 1);
    c = replay();
    c.packets = &far;
    c.packet_count = 1;
    c.time_scale = 1e8;
    ck_assert_int_eq(traffic_init(&s, &c, 1, "far"), 0);
    ck_assert(!traffic_next(&s, &p));
}
END_TEST

START_TEST(bad_config)
{
    struct traffic_source s;
    struct traffic_packet p;
    struct traffic_config c = constant();

#define REFUSED(change, start)                                         \
    c = start();                                                       \
    change;                                                            \
    ck_assert_int_eq(traffic_init(&s, &c, 1, "x"), PPTP_ERR_ARGUMENT); \
    ck_assert(!traffic_next(&s, &p))
    REFUSED(c.rate_bps = 0, constant);
    REFUSED(c.rate_bps = UINT64_MAX, constant);
    REFUSED(c.size_octets = 19, constant);
    REFUSED(c.size_octets = 65536, constant);
    REFUSED(c.kind = TRAFFIC_ONOFF, constant);
    REFUSED((c.kind = TRAFFIC_ONOFF, c.on_mean_ns = PPTP_S,
             c.off_mean_ns = PPTP_S, c.shape = 1.0),
            constant);
    REFUSED(c.packets = NULL, replay);
    REFUSED(c.packet_count = 0, replay);
    REFUSED(c.time_scale = -1.0, replay);
    REFUSED(c.time_scale = (double)NAN, replay);
    REFUSED((c.loop = true, c.packet_count = 1), replay);
#undef REFUSED
    c = speech(PPTP_S);
    c.frame_ns = 0;
    ck_assert_int_eq(traffic_init(&s, &c, 1, "a"), PPTP_ERR_ARGUMENT);
    c = speech(PPTP_S);
    c.on_mean_ns = 0;
    ck_assert_int_eq(traffic_init(&s, &c, 1, "a"), PPTP_ERR_ARGUMENT);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("traffic");
    TCase *t = tcase_create("traffic");
    SRunner *r;
    int failed;

    tcase_set_timeout(t, 60);
    tcase_add_test(t, constant_is_exact);
    tcase_add_test(t, phases_differ_and_repeat);
    tcase_add_test(t, stops);
    tcase_add_test(t, poisson_rate);
    tcase_add_test(t, exponential_sizes);
    tcase_add_test(t, exponential_sizes_have_ends);
    tcase_add_test(t, onoff_rate);
    tcase_add_test(t, onoff_peak);
    tcase_add_test(t, voice_without_pauses);
    tcase_add_test(t, voice_in_spurts);
    tcase_add_test(t, replay_once);
    tcase_add_test(t, replay_loop);
    tcase_add_test(t, end_of_time);
    tcase_add_test(t, bad_config);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
