/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Fragmentation needed": src/ip/icmp.h. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "ip/icmp.h"

static uint8_t packet[100], out[TOO_LONG_OCTETS];

/* UDP, may not be fragmented, from 192.0.2.1 to 10.99.0.5. */
static void plain(void)
{
    static const uint8_t head[] = { 0x45, 0, 0,   100, 1, 2, 0x40, 0,  9, 17,
                                    0,    0, 192, 0,   2, 1, 10,   99, 0, 5 };
    size_t i;

    memcpy(packet, head, sizeof head);
    for (i = sizeof head; i < sizeof packet; i++)
        packet[i] = (uint8_t)i;
}

static size_t answer(void)
{
    return icmp_too_long(packet, sizeof packet, 0x0a630001, 996, out);
}

/* The sum over what a checksum covers, itself too, is all ones. */
static unsigned sum(const uint8_t *o, size_t n)
{
    unsigned s = 0;
    size_t i;

    for (i = 0; i < n; i += 2)
        s += (unsigned)o[i] << 8 | o[i + 1];
    return (s & 0xffff) + (s >> 16);
}

START_TEST(octets)
{
    ck_assert_uint_eq(answer(), 56);
    ck_assert_mem_eq(out, "\x45\x00\x00\x38", 4);
    ck_assert_uint_eq(out[9], 1);
    ck_assert_mem_eq(out + 12, "\x0a\x63\x00\x01\xc0\x00\x02\x01", 8);
    ck_assert_uint_eq(sum(out, 20), 0xffff);
    ck_assert_mem_eq(out + 20, "\x03\x04", 2);
    ck_assert_mem_eq(out + 24, "\x00\x00\x03\xe4", 4);
    ck_assert_mem_eq(out + 28, packet, 28);
    ck_assert_uint_eq(sum(out + 20, 36), 0xffff);
}
END_TEST

START_TEST(silence)
{
    packet[6] = 0; /* may be fragmented */
    ck_assert_uint_eq(answer(), 0);
    packet[6] = 0x40;
    packet[7] = 9; /* a later fragment */
    ck_assert_uint_eq(answer(), 0);
    packet[7] = 0;
    packet[12] = 224; /* a multicast source */
    ck_assert_uint_eq(answer(), 0);
    memset(packet + 12, 0, 4);
    ck_assert_uint_eq(answer(), 0);
    plain();
    packet[9] = 1;
    packet[20] = 3; /* an ICMP error */
    ck_assert_uint_eq(answer(), 0);
    packet[20] = 8; /* a ping */
    ck_assert_uint_eq(answer(), 56);
    packet[0] = 0x65;
    ck_assert_uint_eq(answer(), 0);
    plain();
    ck_assert_uint_eq(icmp_too_long(packet, 27, 1, 996, out), 0);
    ck_assert_uint_eq(icmp_too_long(packet, 28, 1, 996, out), 56);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_icmp");
    TCase *tc = tcase_create("icmp");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, plain, NULL);
    tcase_add_test(tc, octets);
    tcase_add_test(tc, silence);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
