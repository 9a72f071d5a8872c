/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The enhanced GRE header: src/pptp/gre.h, RFC 2637 section 4.1. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/packet.h"
#include "pptp/gre.h"

struct golden {
    struct pptp_gre gre;
    uint8_t octets[PPTP_GRE_MAX];
    size_t len;
};

static const struct golden goldens[] = {
    /* data: 0x3001 */
    { { 0x0102, 0xa0b1, 0xc0ffee01, 0, true, false },
      { 0x30, 0x01, 0x88, 0x0b, 0x01, 0x02, 0xa0, 0xb1, 0xc0, 0xff, 0xee,
        0x01 },
      12 },
    /* data with an acknowledgment: 0x3081 */
    { { 1532, 7, 0, 0xfffffffe, true, true },
      { 0x30, 0x81, 0x88, 0x0b, 0x05, 0xfc, 0x00, 0x07, 0x00, 0x00, 0x00, 0x00,
        0xff, 0xff, 0xff, 0xfe },
      16 },
    /* an acknowledgment alone: 0x2081, at offset 8 */
    { { 0, 0xffff, 0, 0x01020304, false, true },
      { 0x20, 0x81, 0x88, 0x0b, 0x00, 0x00, 0xff, 0xff, 0x01, 0x02, 0x03,
        0x04 },
      12 },
    /* neither: 0x2001 */
    { { 0, 0, 0, 0, false, false },
      { 0x20, 0x01, 0x88, 0x0b, 0x00, 0x00, 0x00, 0x00 },
      8 },
};
#define GOLDENS ((int)(sizeof goldens / sizeof goldens[0]))

static void assert_same(const struct pptp_gre *a, const struct pptp_gre *b)
{
    ck_assert_uint_eq(a->payload_len, b->payload_len);
    ck_assert_uint_eq(a->call_id, b->call_id);
    ck_assert_uint_eq(a->seq, b->seq);
    ck_assert_uint_eq(a->ack, b->ack);
    ck_assert_int_eq(a->has_seq, b->has_seq);
    ck_assert_int_eq(a->has_ack, b->has_ack);
}

/* R-4.1-01 R-4.1-02 R-4.1-03 R-4.1-04 R-4.1-05 R-4.1-11 */
START_TEST(golden)
{
    const struct golden *g = &goldens[_i];
    size_t whole = g->len + g->gre.payload_len;
    uint8_t buf[PPTP_GRE_MAX + 1];
    struct pptp_gre out;
    size_t i;

    memset(buf, 0x55, sizeof buf);
    ck_assert_uint_eq(pptp_gre_len(&g->gre), g->len);
    ck_assert_uint_eq(pptp_gre_encode(&g->gre, buf), g->len);
    ck_assert_mem_eq(buf, g->octets, g->len);
    for (i = g->len; i < sizeof buf; i++)
        ck_assert_uint_eq(buf[i], 0x55);

    memset(&out, 0xaa, sizeof out);
    ck_assert_int_eq(pptp_gre_decode(buf, g->len, whole, &out), (int)g->len);
    assert_same(&out, &g->gre);
}
END_TEST

/* R-4.1-06: of the first 32 bits only S and A may vary */
START_TEST(each_bit)
{
    const struct golden *g = &goldens[_i];
    uint8_t buf[64] = { 0 };
    struct pptp_gre out;
    unsigned bit;
    int len;

    for (bit = 0; bit < 32; bit++) {
        memset(buf, 0, sizeof buf);
        memcpy(buf, g->octets, g->len);
        buf[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        len = pptp_gre_decode(buf, sizeof buf, 2000, &out);
        if (bit == 3)
            ck_assert_int_eq(len, (int)g->len + (g->gre.has_seq ? -4 : 4));
        else if (bit == 8)
            ck_assert_int_eq(len, (int)g->len + (g->gre.has_ack ? -4 : 4));
        else
            ck_assert_int_eq(len, PPTP_ERR_FORMAT);
    }
}
END_TEST

/* R-4.1-07 R-5-02: every length 0..20, in a block of exactly that size */
START_TEST(each_length)
{
    const struct golden *g = &goldens[_i];
    uint8_t whole[20] = { 0 };
    struct pptp_gre out;
    uint8_t *p;
    size_t n;
    int want;

    memcpy(whole, g->octets, g->len);
    whole[4] = 0;
    whole[5] = g->gre.has_seq ? 3 : 0;
    for (n = 0; n <= sizeof whole; n++) {
        p = malloc(n > 0 ? n : 1);
        ck_assert_ptr_nonnull(p);
        memcpy(p, whole, n);
        want = n < g->len + whole[5] ? PPTP_ERR_TRUNCATED : (int)g->len;
        ck_assert_int_eq(pptp_gre_decode(p, n, n, &out), want);
        /* the payload may be virtual, the header may not */
        want = n < g->len ? PPTP_ERR_TRUNCATED : (int)g->len;
        ck_assert_int_eq(pptp_gre_decode(p, n, 1000, &out), want);
        free(p);
    }
}
END_TEST

/* R-4.1-07 R-4.1-08: payload_len against what is there */
START_TEST(payload_length)
{
    uint8_t buf[12] = { 0x30, 0x01, 0x88, 0x0b, 0xff, 0xff };
    struct pptp_gre out;

    ck_assert_int_eq(pptp_gre_decode(buf, 12, 12 + 65534, &out),
                     PPTP_ERR_TRUNCATED);
    ck_assert_int_eq(pptp_gre_decode(buf, 12, 12 + 65535, &out), 12);
    ck_assert_uint_eq(out.payload_len, 65535);
    ck_assert_int_eq(pptp_gre_decode(buf, 12, 12 + 70000, &out), 12);
    ck_assert_uint_eq(out.payload_len, 65535);
    /* more stored than the packet has: the packet's length rules */
    ck_assert_int_eq(pptp_gre_decode(buf, 12, 11, &out), PPTP_ERR_TRUNCATED);
}
END_TEST

/* R-4.1-09: both odd shapes are well formed; the session judges them */
START_TEST(odd_shapes)
{
    static const uint8_t no_seq[] = { 0x20, 0x01, 0x88, 0x0b, 0x00,
                                      0x02, 0x00, 0x01, 0xc0, 0x21 };
    static const uint8_t empty[] = { 0x30, 0x01, 0x88, 0x0b, 0x00, 0x00,
                                     0x00, 0x01, 0x00, 0x00, 0x00, 0x09 };
    struct pptp_gre out;

    ck_assert_int_eq(pptp_gre_decode(no_seq, 10, 10, &out), 8);
    ck_assert(!out.has_seq);
    ck_assert_uint_eq(out.payload_len, 2);
    ck_assert_int_eq(pptp_gre_decode(empty, 12, 12, &out), 12);
    ck_assert(out.has_seq);
    ck_assert_uint_eq(out.seq, 9);
    ck_assert_uint_eq(out.payload_len, 0);
}
END_TEST

/* R-4.1-16: serial arithmetic, also across the wrap */
START_TEST(serial)
{
    uint32_t a;
    int i;

    ck_assert_int_eq(pptp_seq_diff(0, 0), 0);
    ck_assert_int_eq(pptp_seq_diff(1, 0), 1);
    ck_assert_int_eq(pptp_seq_diff(0, 1), -1);
    ck_assert_int_eq(pptp_seq_diff(0, UINT32_MAX), 1);
    ck_assert_int_eq(pptp_seq_diff(UINT32_MAX, 0), -1);
    ck_assert_int_eq(pptp_seq_diff(5, 0xfffffff0), 21);
    ck_assert_int_eq(pptp_seq_diff(0xfffffff0, 5), -21);
    ck_assert_int_eq(pptp_seq_diff(0x7fffffff, 0), INT32_MAX);
    ck_assert_int_eq(pptp_seq_diff(0x80000000, 0), INT32_MIN);
    ck_assert_int_eq(pptp_seq_diff(0x80000001, 0), -INT32_MAX);
    for (i = 0, a = 0xfffffff0; i < 32; i++, a++)
        ck_assert_int_eq(pptp_seq_diff(a, 0xfffffff0), i);
}
END_TEST

/* R-4-01 R-4.4-10: GRE is protocol 47 of IP, and 36 octets stand at most
 * before a payload: IPv4 without options and the longest header of ours */
START_TEST(in_ip)
{
    struct pptp_gre g = { .has_seq = true, .has_ack = true };

    ck_assert_uint_eq(PPTP_GRE_IP_PROTOCOL, 47);
    ck_assert_uint_eq(PPTP_HEADROOM, 36);
    ck_assert_uint_eq(20 + pptp_gre_len(&g), PPTP_HEADROOM);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("gre");
    TCase *tc = tcase_create("gre");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_loop_test(tc, golden, 0, GOLDENS);
    tcase_add_loop_test(tc, each_bit, 0, GOLDENS);
    tcase_add_loop_test(tc, each_length, 0, GOLDENS);
    tcase_add_test(tc, payload_length);
    tcase_add_test(tc, odd_shapes);
    tcase_add_test(tc, serial);
    tcase_add_test(tc, in_ip);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
