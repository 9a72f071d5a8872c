/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headers that are made, read again: TCP's, and the IPv4 one before it. */
#include "config.h"

#include "ip/segment.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "ip/ipv4.h"

enum { SRC = 0xc0a80001, DST = 0xc0a800c7 };

/* An Internet header of textbooks, with its checksum. */
START_TEST(ipv4)
{
    static const uint8_t want[INET4_OCTETS] = { 0x45, 0x00, 0x00, 0x73, 0x00,
                                                0x00, 0x40, 0x00, 0x40, 0x11,
                                                0xb8, 0x61, 0xc0, 0xa8, 0x00,
                                                0x01, 0xc0, 0xa8, 0x00, 0xc7 };
    const struct ipv4_head h = { .src = SRC,
                                 .dst = DST,
                                 .octets = 0x73,
                                 .protocol = INET4_UDP,
                                 .whole = true };
    uint8_t got[INET4_OCTETS];
    struct ipv4_packet p;

    ipv4_write(got, &h);
    ck_assert_mem_eq(got, want, sizeof want);
    ck_assert_int_eq(ipv4_read(got, sizeof got, 0, false, &p), INET4_GOOD);
    ck_assert_uint_eq(p.src, SRC);
    ck_assert_uint_eq(p.dst, DST);
    ck_assert_uint_eq(p.whole, 0x73 - INET4_OCTETS);
}
END_TEST

START_TEST(there_and_back)
{
    const struct segment_head h = { .seq = 0x01020304,
                                    .ack = 0xfffefdfc,
                                    .src_port = 1723,
                                    .dst_port = 49152,
                                    .window = 65535,
                                    .flags = SEGMENT_SYN | SEGMENT_ACK,
                                    .octets = 24 };
    uint8_t o[24] = { 0 };
    struct segment_head got;

    segment_write(o, &h);
    ck_assert(segment_read(o, sizeof o, &got));
    ck_assert_uint_eq(got.seq, h.seq);
    ck_assert_uint_eq(got.ack, h.ack);
    ck_assert_uint_eq(got.src_port, h.src_port);
    ck_assert_uint_eq(got.dst_port, h.dst_port);
    ck_assert_uint_eq(got.window, h.window);
    ck_assert_uint_eq(got.flags, h.flags);
    ck_assert_uint_eq(got.octets, h.octets);
    ck_assert(!segment_read(o, SEGMENT_OCTETS - 1, &got));
    o[12] = 4 << 4; /* 16 octets are no header */
    ck_assert(!segment_read(o, sizeof o, &got));
}
END_TEST

/* In two pieces or one, of even length and odd: right is 0, and each octet
 * and both addresses count. */
START_TEST(checksum)
{
    const uint8_t body[] = { 1, 2, 3, 4, 5, 6, 7 };
    const struct segment_head h = { .seq = 1, .octets = SEGMENT_OCTETS };
    uint8_t o[SEGMENT_OCTETS + sizeof body];
    size_t n, i;

    for (n = 0; n <= sizeof body; n++) {
        segment_write(o, &h);
        memcpy(o + SEGMENT_OCTETS, body, n);
        pptp_put16(o + 16, segment_checksum(SRC, DST, o, SEGMENT_OCTETS,
                                            o + SEGMENT_OCTETS, n));
        for (i = 0; i <= n / 2; i++)
            ck_assert_uint_eq(
                segment_checksum(SRC, DST, o, SEGMENT_OCTETS + 2 * i,
                                 o + SEGMENT_OCTETS + 2 * i, n - 2 * i),
                0);
        ck_assert_uint_ne(segment_checksum(SRC + 1, DST, o, SEGMENT_OCTETS,
                                           o + SEGMENT_OCTETS, n),
                          0);
        for (i = 0; i < SEGMENT_OCTETS + n; i++) {
            o[i] ^= 0x10;
            ck_assert_uint_ne(segment_checksum(SRC, DST, o, SEGMENT_OCTETS,
                                               o + SEGMENT_OCTETS, n),
                              0);
            o[i] ^= 0x10;
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("segment");
    TCase *t = tcase_create("segment");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_test(t, ipv4);
    tcase_add_test(t, there_and_back);
    tcase_add_test(t, checksum);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
