/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of a pcapng file, octet by octet, and what a reader makes of them. */
#include "config.h"

#include "ip/pcapng.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ip/capture.h"

static uint8_t octets[8192];
static size_t filled;

static void put(void *ctx, const void *from, size_t n)
{
    (void)ctx;
    ck_assert_uint_le(filled + n, sizeof octets);
    memcpy(octets + filled, from, n);
    filled += n;
}

static const struct pcapng_sink sink = { .put = put };

static void set_up(void)
{
    filled = 0;
}

static const uint8_t packet[] = { 0x45, 0,    0,    25, 0, 0, 0, 0, 64,
                                  47,   0x7a, 0xb8, 1,  2, 3, 4, 5, 6,
                                  7,    8,    0x30, 1,  2, 3, 4 };

/* Head and body in two pieces, padded, with a direction. */
START_TEST(a_packet)
{
    static const uint8_t want[] = {
        6,    0, 0, 0, 72,   0,    0,    0,    3, 0, 0, 0, /* interface */
        0x67, 5, 0, 0, 0xef, 0xcd, 0xab, 0x89,             /* stamp */
        25,   0, 0, 0, 0xdc, 5,    0,    0,                /* lengths */
    };
    static const uint8_t behind[] = { 0, 0, 0, 2, 0, 4,  0, 2, 0, 0,
                                      0, 0, 0, 0, 0, 72, 0, 0, 0 };
    struct pcapng_packet k = { .time_ns = 0x56789abcdef,
                               .head = packet,
                               .head_octets = 20,
                               .body = packet + 20,
                               .body_octets = 5,
                               .wire_octets = 1500,
                               .interface = 3,
                               .way = PCAPNG_WAY_OUT };

    ck_assert_uint_eq(pcapng_packet_octets(&k), 72);
    pcapng_packet(&sink, &k);
    ck_assert_uint_eq(filled, 72);
    ck_assert_mem_eq(octets, want, sizeof want);
    ck_assert_mem_eq(octets + 28, packet, sizeof packet);
    ck_assert_mem_eq(octets + 53, behind, sizeof behind);
}
END_TEST

/* Every length up to a piece of zeros and beyond: padded to whole words. */
START_TEST(zeros)
{
    for (uint32_t n = 0; n < 4200; n++) {
        struct pcapng_packet k = { .zeros = n, .wire_octets = n };

        filled = 0;
        pcapng_packet(&sink, &k);
        ck_assert_uint_eq(filled, 32 + (n + 3) / 4 * 4);
        ck_assert_uint_eq(filled, pcapng_packet_octets(&k));
    }
}
END_TEST

static int seen(void *ctx, const struct capture_frame *f)
{
    unsigned *n = ctx;

    ck_assert_uint_eq(f->at_ns, 1234567890123456789);
    ck_assert_uint_eq(f->len, sizeof packet);
    ck_assert_uint_eq(f->wire_octets, sizeof packet);
    ck_assert_mem_eq(f->ipv4, packet, sizeof packet);
    ++*n;
    return 0;
}

START_TEST(read_back)
{
    struct pcapng_packet k = { .time_ns = 1234567890123456789,
                               .head = packet,
                               .head_octets = sizeof packet,
                               .wire_octets = sizeof packet };
    struct capture_fault fault;
    unsigned n = 0;

    pcapng_section(&sink, "test");
    pcapng_interface(&sink, "up", NULL, 65535);
    pcapng_interface(&sink, "down", "a comment", 65535);
    pcapng_packet(&sink, &k);
    k.interface = 1;
    k.way = PCAPNG_WAY_IN;
    pcapng_packet(&sink, &k);
    k.comment = "another";
    pcapng_packet(&sink, &k);
    ck_assert_int_eq(capture_walk(octets, filled, seen, &n, &fault), 0);
    ck_assert_uint_eq(n, 3);
}
END_TEST

/* Names and comments may be of any length. */
START_TEST(long_texts)
{
    char name[400];

    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    pcapng_interface(&sink, name, name, 0);
    ck_assert_uint_eq(filled, 16 + 2 * (4 + 256) + 8 + 4 + 4);
    ck_assert_uint_eq((unsigned)octets[18] | (unsigned)octets[19] << 8, 255);
}
END_TEST

/* Of every length, behind the packet: with its end, whole words. */
START_TEST(comments)
{
    char text[301];

    for (uint32_t n = 0; n <= 300; n++) {
        const struct pcapng_packet k = { .comment = text };
        uint32_t kept = n < 255 ? n : 255;

        memset(text, 'c', n);
        text[n] = '\0';
        filled = 0;
        pcapng_packet(&sink, &k);
        ck_assert_uint_eq(filled, 28 + 4 + (kept + 3) / 4 * 4 + 4 + 4);
        ck_assert_uint_eq(filled, pcapng_packet_octets(&k));
        ck_assert_uint_eq(octets[28], 1);
        ck_assert_uint_eq(octets[30], kept);
        ck_assert(memcmp(octets + 32, text, kept) == 0);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pcapng");
    TCase *t = tcase_create("pcapng");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, set_up, NULL);
    tcase_add_test(t, a_packet);
    tcase_add_test(t, zeros);
    tcase_add_test(t, read_back);
    tcase_add_test(t, long_texts);
    tcase_add_test(t, comments);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
