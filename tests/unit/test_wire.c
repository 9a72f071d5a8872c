/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Octets and the Internet checksum: src/base/wire.h. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"

/* R-2-01: network order, at any alignment, and nothing beside it touched */
START_TEST(order)
{
    uint8_t buf[8];
    size_t at;

    for (at = 1; at < 4; at++) {
        memset(buf, 0x55, sizeof buf);
        pptp_put16(buf + at, 0xa1b2);
        ck_assert_uint_eq(buf[at - 1], 0x55);
        ck_assert_uint_eq(buf[at], 0xa1);
        ck_assert_uint_eq(buf[at + 1], 0xb2);
        ck_assert_uint_eq(buf[at + 2], 0x55);
        ck_assert_uint_eq(pptp_get16(buf + at), 0xa1b2);

        pptp_put32(buf + at, 0xfedcba98);
        ck_assert_uint_eq(buf[at - 1], 0x55);
        ck_assert_uint_eq(buf[at], 0xfe);
        ck_assert_uint_eq(buf[at + 1], 0xdc);
        ck_assert_uint_eq(buf[at + 2], 0xba);
        ck_assert_uint_eq(buf[at + 3], 0x98);
        ck_assert_uint_eq(buf[at + 4], 0x55);
        ck_assert_uint_eq(pptp_get32(buf + at), 0xfedcba98);
    }
}
END_TEST

/* The example of RFC 1071 section 3: 0001 f203 f4f5 f6f7 sums to ddf2. */
START_TEST(checksum_rfc1071)
{
    static const uint8_t data[] = { 0x00, 0x01, 0xf2, 0x03,
                                    0xf4, 0xf5, 0xf6, 0xf7 };
    uint16_t half = pptp_inet_sum(data, 4, 0);

    ck_assert_uint_eq(pptp_inet_sum(data, 8, 0), 0xddf2);
    ck_assert_uint_eq(pptp_inet_sum(data + 4, 4, half), 0xddf2);
}
END_TEST

/* A header made by hand: 10.0.0.1 to 10.0.0.2, protocol 47, 32 octets. */
START_TEST(checksum_ipv4)
{
    uint8_t ip[20] = { 0x45, 0, 0,  32, 0, 0, 0,  0, 64, 47,
                       0,    0, 10, 0,  0, 1, 10, 0, 0,  2 };
    uint16_t sum = pptp_inet_sum(ip, sizeof ip, 0);

    /* 4500 + 0020 + 402f + 0a00 + 0001 + 0a00 + 0002 = 9952 */
    ck_assert_uint_eq(sum, 0x9952);
    pptp_put16(ip + 10, (uint16_t)~sum);
    ck_assert_uint_eq(pptp_inet_sum(ip, sizeof ip, 0), 0xffff);
    ip[13] ^= 4;
    ck_assert_uint_ne(pptp_inet_sum(ip, sizeof ip, 0), 0xffff);
}
END_TEST

START_TEST(checksum_edges)
{
    static const uint8_t ones[5] = { 0xff, 0xff, 0xff, 0xff, 0xff };

    ck_assert_uint_eq(pptp_inet_sum(ones, 0, 0), 0);
    ck_assert_uint_eq(pptp_inet_sum(ones, 0, 0x1234), 0x1234);
    ck_assert_uint_eq(pptp_inet_sum(ones, 1, 0), 0xff00);
    ck_assert_uint_eq(pptp_inet_sum(ones, 4, 0), 0xffff);
    ck_assert_uint_eq(pptp_inet_sum(ones, 5, 1), 0xff01);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("wire");
    TCase *tc = tcase_create("wire");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, order);
    tcase_add_test(tc, checksum_rfc1071);
    tcase_add_test(tc, checksum_ipv4);
    tcase_add_test(tc, checksum_edges);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
