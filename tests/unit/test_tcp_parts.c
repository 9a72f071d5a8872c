/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What TCP stands on: ranges of sequence numbers, against a map of octets;
 * the time-out; segments as octets. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "models/tcp_ranges.h"
#include "models/tcp_rto.h"
#include "models/tcp_wire.h"

enum { OCTETS = 200, LIMIT = 9 };

static uint64_t seed;

static uint32_t dice(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

/* ---- ranges ---- */

static bool there[OCTETS];

/* Ranges of the map from `base`, against what is kept. */
static void check_ranges(const struct tcp_ranges *r, uint32_t base)
{
    uint32_t n = 0, octets = 0;

    for (uint32_t i = 0; i < OCTETS; i++) {
        octets += there[i];
        if (!there[i] || (i > 0 && there[i - 1]))
            continue;
        ck_assert_uint_lt(n, r->count);
        ck_assert_uint_eq(r->at[n].start, base + i);
        while (i + 1 < OCTETS && there[i + 1]) {
            i++;
            octets++;
        }
        ck_assert_uint_eq(r->at[n].end, base + i + 1);
        n++;
    }
    ck_assert_uint_eq(n, r->count);
    ck_assert_uint_eq(octets, r->octets);
}

static uint32_t runs(void)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < OCTETS; i++)
        n += there[i] && (i == 0 || !there[i - 1]);
    return n;
}

/* A random range is added, or what is before a number cut; near where numbers
 * begin again. */
START_TEST(ranges)
{
    struct tcp_range at[LIMIT];
    struct tcp_ranges r = { .at = at, .limit = LIMIT };
    const uint32_t base = UINT32_MAX - OCTETS / 2;
    bool before[OCTETS], full = false;

    seed = (uint64_t)_i;
    memset(there, 0, sizeof there);
    for (int k = 0; k < 2000; k++) {
        uint32_t start = dice(OCTETS - 1);
        uint32_t end = start + 1 + dice(dice(4) ? 6 : OCTETS - start);
        uint32_t fresh = 0, had = r.octets;

        if (end > OCTETS)
            end = OCTETS;
        if (dice(10) == 0) {
            memset(there, 0, start);
            tcp_ranges_cut(&r, base + start);
        } else {
            memcpy(before, there, sizeof there);
            memset(there + start, 1, end - start);
            if (tcp_ranges_add(&r,
                               (struct tcp_range){ base + start, base + end },
                               &fresh)) {
                ck_assert_uint_eq(r.octets, had + fresh);
            } else {
                ck_assert_uint_eq(runs(), LIMIT + 1);
                memcpy(there, before, sizeof there);
                full = true;
            }
        }
        check_ranges(&r, base);
    }
    ck_assert(full);
}
END_TEST

START_TEST(ranges_found)
{
    struct tcp_range at[] = { { 10, 20 }, { 30, 40 }, { 50, 60 } };
    const struct tcp_ranges r = { at, 3, 3, 30 };

    ck_assert_uint_eq(tcp_ranges_find(&r, 0), 0);
    ck_assert_uint_eq(tcp_ranges_find(&r, 19), 0);
    ck_assert_uint_eq(tcp_ranges_find(&r, 20), 1);
    ck_assert_uint_eq(tcp_ranges_find(&r, 59), 2);
    ck_assert_uint_eq(tcp_ranges_find(&r, 60), 3);
}
END_TEST

/* Two share: who has none gives all but four. */
START_TEST(ranges_given)
{
    struct tcp_range at[20], one = { 100, 200 };
    struct tcp_ranges front = { .at = at, .limit = 10 };
    struct tcp_ranges back = { .at = at + 10, .limit = 10 };
    uint32_t fresh;

    ck_assert(tcp_ranges_add(&back, one, &fresh));
    ck_assert(tcp_ranges_give(&front, &back, &back));
    ck_assert_uint_eq(front.limit, 16);
    ck_assert_uint_eq(back.limit, 4);
    ck_assert_ptr_eq(back.at, at + 16);
    ck_assert_uint_eq(back.at[0].start, 100);
    ck_assert(!tcp_ranges_give(&front, &back, &back));
    for (uint32_t i = 0; i < 6; i++)
        ck_assert(tcp_ranges_add(
            &front, (struct tcp_range){ 20 * i, 20 * i + 10 }, &fresh));
    ck_assert(tcp_ranges_give(&front, &back, &front));
    ck_assert_uint_eq(front.limit, 6);
    ck_assert_ptr_eq(back.at, at + 6);
    ck_assert_uint_eq(back.at[0].end, 200);
    ck_assert_uint_eq(front.at[5].end, 110);
}
END_TEST

/* ---- the time-out ---- */

/* RFC 6298 2: by hand, in milliseconds. */
START_TEST(time_out)
{
    static const struct {
        pptp_ns rtt, srtt, var, rto; /* microseconds */
    } step[] = {
        { 100000, 100000, 50000, 300000 }, { 200000, 112500, 62500, 362500 },
        { 112500, 112500, 46875, 300000 }, { 112500, 112500, 35156, 253124 },
        { 12500, 100000, 51367, 305468 },
    };
    struct tcp_rto r = { 0 };
    const struct tcp_rto_bounds b = { PPTP_MS, 60 * PPTP_S, PPTP_MS };

    for (uint32_t i = 0; i < sizeof step / sizeof *step; i++) {
        tcp_rto_measured(&r, step[i].rtt * PPTP_US, &b);
        ck_assert_uint_eq(r.srtt_ns / PPTP_US, step[i].srtt);
        ck_assert_uint_eq(r.rttvar_ns / PPTP_US, step[i].var);
        ck_assert_uint_eq(r.rto_ns / 2000, step[i].rto / 2);
    }
}
END_TEST

START_TEST(time_out_bounds)
{
    struct tcp_rto r = { 0 };
    struct tcp_rto_bounds b = { 200 * PPTP_MS, PPTP_S, 30 * PPTP_MS };

    tcp_rto_measured(&r, PPTP_MS, &b);
    ck_assert_uint_eq(r.rto_ns, 200 * PPTP_MS);
    b.min_ns = 1;
    for (int i = 0; i < 60; i++)
        tcp_rto_measured(&r, PPTP_MS, &b);
    /* the spread goes to nothing: the clock's grain is left */
    ck_assert_uint_eq(r.rto_ns, 31 * PPTP_MS);
    tcp_rto_back_off(&r, b.max_ns);
    ck_assert_uint_eq(r.rto_ns, 62 * PPTP_MS);
    for (int i = 0; i < 9; i++)
        tcp_rto_back_off(&r, b.max_ns);
    ck_assert_uint_eq(r.rto_ns, PPTP_S);
    tcp_rto_restore(&r, &b);
    ck_assert_uint_eq(r.rto_ns, 31 * PPTP_MS);
    tcp_rto_measured(&r, 100 * PPTP_S, &b);
    ck_assert_uint_eq(r.rto_ns, PPTP_S);
}
END_TEST

/* ---- octets ---- */

static const struct tcp_wire_ends ends = { 0x0a000001, 0xc0a80102, 49152, 80 };

static void round_trip(const struct tcp_segment *s, const uint8_t *payload)
{
    uint8_t o[TCPM_WIRE_MAX + 100];
    uint32_t n = tcp_wire_octets(s);
    struct tcp_wire_ends e = ends;
    struct tcp_segment got;

    tcp_wire_write(o, &ends, s, payload);
    if (payload != NULL) {
        memcpy(o + n, payload, s->len);
        ck_assert_uint_eq(tcp_wire_read(o, n + s->len, 0, &e, &got), n);
    } else {
        ck_assert_uint_eq(tcp_wire_read(o, n, s->len, &e, &got), n);
    }
    ck_assert_mem_eq(&e, &ends, sizeof e);
    ck_assert_uint_eq(got.seq, s->seq);
    ck_assert_uint_eq(got.ack, s->ack);
    ck_assert_uint_eq(got.len, s->len);
    ck_assert_uint_eq(got.window, s->window);
    ck_assert_uint_eq(got.flags, s->flags);
    ck_assert_uint_eq(got.mss, s->mss);
    ck_assert_uint_eq(got.scale, s->scale);
    ck_assert_uint_eq(got.sack_permitted, s->sack_permitted);
    ck_assert_uint_eq(got.sacks, s->sacks);
    ck_assert_mem_eq(got.sack, s->sack, s->sacks * sizeof *s->sack);
}

START_TEST(wire)
{
    const uint8_t payload[7] = { 1, 2, 3, 250, 251, 252, 253 };
    struct tcp_segment s = { .seq = 0xfffffff0,
                             .ack = 0x12345678,
                             .window = 4711,
                             .flags = TCPM_ACK | TCPM_ECE | TCPM_CWR,
                             .scale = TCPM_NO_SCALE };

    round_trip(&s, NULL);
    s.len = 1460;
    round_trip(&s, NULL);
    s.len = 7;
    round_trip(&s, payload);
    for (uint32_t i = 0; i < TCPM_SACKS; i++) {
        s.sack[i] = (struct tcp_range){ 1000 * i, 1000 * i + 500 };
        s.sacks = (uint8_t)(i + 1);
        ck_assert_uint_eq(tcp_wire_octets(&s), 24u + 8u * s.sacks);
        round_trip(&s, payload);
        round_trip(&s, NULL);
    }
    s = (struct tcp_segment){
        .flags = TCPM_SYN, .mss = 1460, .scale = 7, .sack_permitted = true
    };
    ck_assert_uint_eq(tcp_wire_octets(&s), 32);
    round_trip(&s, NULL);
}
END_TEST

/* Every truncation, every octet damaged: not taken. */
START_TEST(wire_damaged)
{
    const struct tcp_segment s = {
        .seq = 7, .flags = TCPM_SYN, .mss = 1460, .scale = 0, .len = 9
    };
    uint8_t o[TCPM_WIRE_MAX];
    uint32_t n = tcp_wire_octets(&s);
    struct tcp_wire_ends e = ends;
    struct tcp_segment got;

    tcp_wire_write(o, &ends, &s, NULL);
    for (uint32_t i = 0; i < n; i++) {
        ck_assert_uint_eq(tcp_wire_read(o, i, n - i + 9, &e, &got), 0);
        o[i] ^= 0x5a;
        ck_assert_uint_eq(tcp_wire_read(o, n, 9, &e, &got), 0);
        o[i] ^= 0x5a;
    }
    ck_assert_uint_eq(tcp_wire_read(o, n, 10, &e, &got), 0);
    ck_assert_uint_eq(tcp_wire_read(o, n, 9, &e, &got), n);
}
END_TEST

/* Options that nobody knows, that end too early, that say nonsense. */
START_TEST(wire_options)
{
    static const struct {
        uint8_t o[12];
        uint16_t mss;
        uint8_t scale, sacks;
    } c[] = {
        { { 1, 1, 1, 2, 4, 5, 180, 0 }, 1460, TCPM_NO_SCALE, 0 },
        { { 99, 5, 1, 2, 3, 2, 4, 5, 180 }, 1460, TCPM_NO_SCALE, 0 },
        { { 2, 3, 5, 3, 3, 2 }, 0, 2, 0 },
        { { 0, 2, 4, 5, 180 }, 0, TCPM_NO_SCALE, 0 },
        { { 3, 3, 200 }, 0, TCPM_NO_SCALE - 1, 0 },
        { { 99, 0, 2, 4, 5, 180 }, 0, TCPM_NO_SCALE, 0 },
        { { 99, 1, 2, 4, 5, 180 }, 0, TCPM_NO_SCALE, 0 },
        { { 5, 10, 0, 0, 0, 1, 0, 0, 0, 2 }, 0, TCPM_NO_SCALE, 1 },
        { { 5, 9, 0, 0, 0, 1, 0, 0, 0, 2 }, 0, TCPM_NO_SCALE, 0 },
        { { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2 }, 0, TCPM_NO_SCALE, 0 },
        { { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4 }, 0, TCPM_NO_SCALE, 0 },
    };

    for (uint32_t i = 0; i < sizeof c / sizeof *c; i++) {
        struct tcp_segment s = { .flags = TCPM_SYN, .scale = TCPM_NO_SCALE };
        uint8_t o[32];
        struct tcp_wire_ends e = ends;

        tcp_wire_write(o, &ends, &s, NULL);
        o[12] = 8 << 4;
        memcpy(o + 20, c[i].o, 12);
        pptp_put16(o + 16, 0);
        pptp_put16(o + 16,
                   (uint16_t)~pptp_inet_sum(
                       o, 32,
                       pptp_inet_sum((const uint8_t[]){ 10, 0, 0, 1, 192, 168,
                                                        1, 2, 0, 6, 0, 32 },
                                     12, 0)));
        ck_assert_uint_eq(tcp_wire_read(o, 32, 0, &e, &s), 32);
        ck_assert_uint_eq(s.mss, c[i].mss);
        ck_assert_uint_eq(s.scale, c[i].scale);
        ck_assert_uint_eq(s.sacks, c[i].sacks);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tcp_parts");
    TCase *t = tcase_create("tcp_parts");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_loop_test(t, ranges, 0, 20);
    tcase_add_test(t, ranges_found);
    tcase_add_test(t, ranges_given);
    tcase_add_test(t, time_out);
    tcase_add_test(t, time_out_bounds);
    tcase_add_test(t, wire);
    tcase_add_test(t, wire_damaged);
    tcase_add_test(t, wire_options);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
