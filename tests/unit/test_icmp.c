/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Fragmentation needed", and echoes: src/ip/icmp.h. */
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

/* --- echo ------------------------------------------------------------------ */

static const struct icmp_echo ping = { .from = 0xc0000201,
                                       .to = 0x0a630005,
                                       .id = 0x1234,
                                       .seq = 0x5678,
                                       .data = (const uint8_t *)"abcde",
                                       .octets = 5 };

/* ping(8) would send these octets. */
START_TEST(request)
{
    memset(packet, 0xaa, sizeof packet);
    ck_assert_uint_eq(icmp_echo_write(packet, &ping), 33);
    ck_assert_mem_eq(packet, "\x45\x00\x00\x21", 4);
    ck_assert_uint_eq(packet[9], 1);
    ck_assert_mem_eq(packet + 12, "\xc0\x00\x02\x01\x0a\x63\x00\x05", 8);
    ck_assert_uint_eq(sum(packet, 20), 0xffff);
    ck_assert_mem_eq(packet + 20, "\x08\x00", 2);
    ck_assert_mem_eq(packet + 24,
                     "\x12\x34\x56\x78"
                     "abcde\xaa",
                     10);
    packet[33] = 0;
    ck_assert_uint_eq(sum(packet + 20, 14), 0xffff);
}
END_TEST

START_TEST(reply)
{
    struct icmp_echo e, back;
    size_t n = icmp_echo_write(packet, &ping);

    ck_assert(icmp_echo_read(&e, packet, n));
    ck_assert(!e.reply);
    ck_assert_uint_eq(e.from, ping.from);
    ck_assert_uint_eq(e.to, ping.to);
    ck_assert_uint_eq(e.id, 0x1234);
    ck_assert_uint_eq(e.seq, 0x5678);
    ck_assert_uint_eq(e.octets, 5);
    ck_assert_mem_eq(e.data, "abcde", 5);
    /* the data stay where they are */
    e.reply = true;
    ck_assert_uint_eq(icmp_echo_write(packet, &e), n);
    ck_assert_uint_eq(packet[20], 0);
    ck_assert(icmp_echo_read(&back, packet, n));
    ck_assert(back.reply);
    ck_assert_mem_eq(back.data, "abcde", 5);
}
END_TEST

/* Octet `at` is `value`: no echo. */
static bool is_echo(size_t at, unsigned value, size_t n)
{
    struct icmp_echo e;

    icmp_echo_write(packet, &ping);
    packet[10] = packet[11] = 0; /* of the header: not judged */
    packet[at] = (uint8_t)value;
    return icmp_echo_read(&e, packet, n);
}

START_TEST(no_echo)
{
    size_t n;

    ck_assert(is_echo(8, 63, 33));
    ck_assert(is_echo(8, 63, 40)); /* padded */
    for (n = 0; n < 33; n++)
        ck_assert(!is_echo(8, 63, n));
    ck_assert(!is_echo(0, 0x65, 33));
    ck_assert(!is_echo(9, 17, 33));
    ck_assert(!is_echo(6, 0x20, 33)); /* more fragments */
    ck_assert(!is_echo(7, 1, 33));    /* a later one */
    ck_assert(!is_echo(3, 27, 33));   /* shorter than ICMP's header */
    ck_assert(!is_echo(30, 0, 33));   /* its checksum is wrong */
}
END_TEST

/* Type and code, checksum and all; only the first two are echoes. */
START_TEST(types)
{
    static const uint8_t type[][2] = {
        { 8, 0 }, { 0, 0 }, { 8, 1 }, { 3, 4 }
    };
    struct icmp_echo e;
    size_t i;

    for (i = 0; i < 4; i++) {
        icmp_echo_write(packet, &ping);
        packet[22] = packet[23] = packet[33] = 0;
        memcpy(packet + 20, type[i], 2);
        e.id = (uint16_t)~sum(packet + 20, 14);
        packet[22] = (uint8_t)(e.id >> 8);
        packet[23] = (uint8_t)e.id;
        ck_assert_int_eq(icmp_echo_read(&e, packet, 33), i < 2);
    }
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
    tcase_add_test(tc, request);
    tcase_add_test(tc, reply);
    tcase_add_test(tc, no_echo);
    tcase_add_test(tc, types);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
