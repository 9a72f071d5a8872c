/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets of one flow as one: tap/gro.h.  Whatever is put together is cut
 * again and compared, tap_gro_cut.h. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap/gro.h"
#include "tests/unit/tap_gro_cut.h"

enum { BOTH = TAP_GRO_TCP | TAP_GRO_UDP, DATA_OCTETS = 100, FLAGS = 33 };

static uint8_t *octets[TAP_GRO_PACKETS];
static struct iovec in[TAP_GRO_PACKETS];
static uint32_t packets;
static uint16_t ids[256]; /* by protocol */
static struct tap_gro gro;

static void start(void)
{
    while (packets > 0)
        free(octets[--packets]);
    ids[6] = 0xfffe;
    ids[17] = 0x1234;
}

/* A packet in memory of its own size; the rest is the caller's. */
static uint8_t *room(size_t n)
{
    uint8_t *ip = malloc(n);
    size_t i;

    for (i = 0; i < n; i++)
        ip[i] = (uint8_t)(i * 7 + packets * 13);
    octets[packets] = ip;
    in[packets++] = (struct iovec){ ip, n };
    return ip;
}

static void put_ip(uint8_t *ip, size_t n, uint8_t protocol)
{
    static const uint8_t head[] = { 0x45, 0, 0,  0, 0, 0, 0x40, 0, 64, 0,
                                    0,    0, 10, 1, 2, 3, 10,   1, 0,  1 };

    memcpy(ip, head, sizeof head);
    cut_put16(ip + 2, (uint32_t)n);
    cut_put16(ip + 4, ids[protocol]++);
    ip[9] = protocol;
}

/* The next of a flow: TCP with 12 octets of options, of which the sequence
 * numbers pass 2^32. */
static uint8_t *tcp(uint32_t *seq, uint32_t data)
{
    static const uint8_t rest[] = {
        0x30, 0x39, 0,    80,                  /* ports */
        0,    0,    0,    0,    1, 2,    3, 4, /* seq, ack */
        0x80, 0x10, 0x20, 0x21, 0, 0,    0, 0, /* to urgent */
        1,    1,    8,    10,   0, 0x12, 3, 4, 5, 6, 7, 8
    };
    uint8_t *ip = room(52 + data);
    uint32_t i;

    put_ip(ip, 52 + data, 6);
    memcpy(ip + 20, rest, sizeof rest);
    for (i = 0; i < 4; i++)
        ip[24 + i] = (uint8_t)(*seq >> (24 - 8 * i));
    *seq += data;
    cut_checksums(ip, 52 + data);
    return ip;
}

static uint8_t *udp(uint16_t port, uint32_t data)
{
    uint8_t *ip = room(28 + data);

    put_ip(ip, 28 + data, 17);
    cut_put16(ip + 20, port);
    cut_put16(ip + 22, 53);
    cut_put16(ip + 24, 8 + data);
    cut_checksums(ip, 28 + data);
    return ip;
}

/* How many packets the runs have, as text: "3 1 1". */
static const char *runs(unsigned kinds)
{
    static char text[4 * TAP_GRO_PACKETS];
    const char *wrong = cut_batch(&gro, in, packets, kinds);
    size_t at = 0;
    uint32_t i;

    ck_assert_msg(wrong == NULL, "%s", wrong);
    text[0] = 0;
    for (i = 0; i < gro.runs; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%u",
                               i > 0 ? " " : "", gro.run[i].n);
    return text;
}

static void is(const char *expected)
{
    ck_assert_str_eq(runs(BOTH), expected);
}

/* n of TCP and n of UDP, of which both or one or none may be put together. */
START_TEST(kinds)
{
    uint32_t seq = 0xffffff00, i;

    start();
    for (i = 0; i < 6; i++) {
        tcp(&seq, DATA_OCTETS);
        udp(7, DATA_OCTETS);
    }
    ck_assert(seq < 0x1000); /* it went over the end */
    is("6 6");
    ck_assert_str_eq(runs(TAP_GRO_TCP), "6 1 1 1 1 1 1");
    ck_assert_str_eq(runs(TAP_GRO_UDP), "1 6 1 1 1 1 1");
    ck_assert_str_eq(runs(0), "1 1 1 1 1 1 1 1 1 1 1 1");
    start();
    is("");
}
END_TEST

/* One octet of the third of five packets is another one. */
struct change {
    const char *what;
    uint8_t at, x; /* xor */
    bool bad;      /* its checksum is left as it was */
    const char *tcp, *udp;
};

static const struct change changes[] = {
    { "nothing", 0, 0, false, "5", "5" },
    { "IP options", 0, 0x03, false, NULL, NULL },
    { "not IPv4", 0, 0x20, false, "2 1 2", "2 1 2" },
    { "TOS", 1, 0x04, false, "2 1 2", "2 1 2" },
    { "ECN", 1, 0x03, false, "2 1 2", "2 1 2" },
    { "length", 3, 0x01, false, "2 1 2", "2 1 2" },
    { "identification", 4, 0x80, false, "2 1 2", "2 1 2" },
    { "reserved", 6, 0x80, false, "2 1 2", "2 1 2" },
    { "may be fragmented", 6, 0x40, false, "2 1 2", "2 1 2" },
    { "more fragments", 6, 0x60, false, "2 1 2", "2 1 2" },
    { "a later fragment", 7, 0x08, false, "2 1 2", "2 1 2" },
    { "TTL", 8, 0x01, false, "2 1 2", "2 1 2" },
    { "IP's checksum", 10, 0x10, true, "2 1 2", "2 1 2" },
    { "source", 15, 0x01, false, NULL, NULL },
    { "destination", 19, 0x01, false, NULL, NULL },
    { "port", 21, 0x01, false, NULL, NULL },
    { "TCP sequence, UDP length", 25, 0x01, false, "2 1 2", "2 1 2" },
    { "TCP ack", 31, 0x01, false, "2 1 2", NULL },
    { "TCP header length", 32, 0x10, false, "2 1 2", NULL },
    { "TCP reserved", 32, 0x01, false, "2 1 2", NULL },
    { "FIN", FLAGS, 0x01, false, "2 1 2", NULL },
    { "SYN", FLAGS, 0x02, false, "2 1 2", NULL },
    { "RST", FLAGS, 0x04, false, "2 1 2", NULL },
    { "PSH", FLAGS, 0x08, false, "3 2", NULL },
    { "no ACK", FLAGS, 0x10, false, "2 1 2", NULL },
    { "URG", FLAGS, 0x20, false, "2 1 2", NULL },
    { "ECE", FLAGS, 0x40, false, "2 1 2", NULL },
    { "CWR", FLAGS, 0x80, false, "2 1 2", NULL },
    { "window", 35, 0x01, false, "2 1 2", NULL },
    { "urgent pointer", 39, 0x01, false, "2 1 2", NULL },
    { "kind of option", 40, 0x01, false, "2 1 2", NULL },
    { "timestamp", 47, 0x01, false, "2 1 2", NULL },
    { "the last of the options", 51, 0x01, false, "2 1 2", NULL },
    { "UDP checksum", 26, 0x01, true, NULL, "2 1 2" },
    { "TCP checksum", 36, 0x01, true, "2 1 2", NULL },
    { "data", 60, 0x01, true, "2 1 2", "2 1 2" },
    { "the last octet", 127, 0x80, true, "2 1 2", "2 1 2" },
    { "other data", 60, 0xff, false, "5", "5" }
};

/* Five, and the change in the third or in all of them. */
static void five(bool of_tcp, const struct change *c, bool all)
{
    uint32_t seq = 1000, i;

    start();
    for (i = 0; i < 5; i++) {
        uint8_t *ip = of_tcp ? tcp(&seq, DATA_OCTETS) : udp(9, DATA_OCTETS);

        if (i != 2 && !all)
            continue;
        ip[c->at] ^= c->x;
        if (!c->bad)
            cut_checksums(ip, in[i].iov_len);
    }
}

START_TEST(differences)
{
    const struct change *c = &changes[_i];

    if (c->tcp != NULL) {
        five(true, c, false);
        ck_assert_msg(strcmp(runs(BOTH), c->tcp) == 0, "%s: TCP %s", c->what,
                      runs(BOTH));
    }
    if (c->udp != NULL) {
        five(false, c, false);
        ck_assert_msg(strcmp(runs(BOTH), c->udp) == 0, "%s: UDP %s", c->what,
                      runs(BOTH));
    }
    start();
}
END_TEST

/* What is the same in all of them, and is put together or never. */
START_TEST(alike)
{
    static const struct change cases[] = {
        { "TOS", 1, 0x04, false, "5", "5" },
        { "may be fragmented", 6, 0x40, false, "5", "5" },
        { "reserved", 6, 0x80, false, "1 1 1 1 1", "1 1 1 1 1" },
        { "more fragments", 6, 0x20, false, "1 1 1 1 1", "1 1 1 1 1" },
        { "later fragments", 7, 0x08, false, "1 1 1 1 1", "1 1 1 1 1" },
        { "TTL", 8, 0x3f, false, "5", "5" },
        { "ack", 31, 0x01, false, "5", NULL },
        { "reserved by TCP", 32, 0x08, false, "1 1 1 1 1", NULL },
        { "FIN", FLAGS, 0x01, false, "1 1 1 1 1", NULL },
        { "SYN", FLAGS, 0x02, false, "1 1 1 1 1", NULL },
        { "RST", FLAGS, 0x04, false, "1 1 1 1 1", NULL },
        { "PSH", FLAGS, 0x08, false, "1 1 1 1 1", NULL },
        { "no ACK", FLAGS, 0x10, false, "1 1 1 1 1", NULL },
        { "URG", FLAGS, 0x20, false, "1 1 1 1 1", NULL },
        { "ECE", FLAGS, 0x40, false, "1 1 1 1 1", NULL },
        { "CWR", FLAGS, 0x80, false, "1 1 1 1 1", NULL },
        { "window", 35, 0x01, false, "5", NULL },
        { "timestamp", 47, 0x01, false, "5", NULL },
        { "data that is wrong", 60, 0x01, true, "1 1 1 1 1", "1 1 1 1 1" }
    };
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct change *c = &cases[i];

        five(true, c, true);
        ck_assert_msg(strcmp(runs(BOTH), c->tcp) == 0, "%s: TCP %s", c->what,
                      runs(BOTH));
        if (c->udp == NULL)
            continue;
        five(false, c, true);
        ck_assert_msg(strcmp(runs(BOTH), c->udp) == 0, "%s: UDP %s", c->what,
                      runs(BOTH));
    }
    start();
}
END_TEST

/* Another flow in between does no harm; nor does one of unknown ports, but
 * that nothing overtakes it. */
START_TEST(between)
{
    uint32_t seq = 1, other = 5000, i;
    uint8_t *ip;

    for (i = 15; i <= 21; i += 2) { /* addresses, ports */
        start();
        tcp(&seq, DATA_OCTETS);
        ip = tcp(&other, DATA_OCTETS);
        ip[i] ^= 1;
        cut_checksums(ip, in[1].iov_len);
        ids[6]--;
        tcp(&seq, DATA_OCTETS);
        is("2 1");
    }
    start();
    tcp(&seq, DATA_OCTETS);
    cut_put16(udp(12345, DATA_OCTETS) + 22, 80); /* its ports */
    cut_checksums(octets[1], in[1].iov_len);
    tcp(&seq, DATA_OCTETS);
    is("2 1");
    for (i = 0; i < 3; i++) { /* fragments, options, ICMP */
        static const char *const expected[] = { "1 1 1", "1 1 1", "2 1" };

        start();
        udp(9, DATA_OCTETS);
        ip = udp(9, DATA_OCTETS);
        if (i == 0)
            ip[7] = 4;
        else if (i == 1)
            ip[0] = 0x46;
        else
            ip[9] = 1;
        cut_checksums(ip, in[1].iov_len);
        ids[17]--;
        udp(9, DATA_OCTETS);
        is(expected[i]);
    }
    start();
    for (i = 0; i < TAP_GRO_PACKETS; i++) /* as many flows as packets */
        udp((uint16_t)(1000 + i), DATA_OCTETS);
    cut_batch(&gro, in, packets, BOTH);
    ck_assert_uint_eq(gro.runs, TAP_GRO_PACKETS);
    for (i = 0; i < TAP_GRO_PACKETS; i++)
        ck_assert_uint_eq(gro.run[i].first, i);
    start();
}
END_TEST

/* Only the last may be shorter, none longer, and none empty. */
START_TEST(sizes)
{
    static const struct {
        uint32_t n[6];
        const char *expected;
    } cases[] = { { { 10, 10, 9, 10, 10 }, "3 2" },
                  { { 10, 11, 11, 1 }, "1 3" },
                  { { 10, 1, 1, 1 }, "2 2" },
                  { { 1, 1, 1, 1, 1, 1 }, "6" },
                  { { 7, 7, 7 }, "3" },
                  { { 9, 1460 }, "1 1" },
                  { { 1448, 1448, 1448, 1448, 1448, 13 }, "6" } };
    uint32_t seq = 0x7fffffff, i, k;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start();
        for (k = 0; k < 6 && cases[i].n[k] > 0; k++)
            tcp(&seq, cases[i].n[k]);
        is(cases[i].expected);
        start();
        for (k = 0; k < 6 && cases[i].n[k] > 0; k++)
            udp(53, cases[i].n[k]);
        is(cases[i].expected);
    }
    start();
    tcp(&seq, 10); /* an acknowledgment between data */
    tcp(&seq, 0);
    tcp(&seq, 10);
    is("1 1 1");
    start();
    udp(53, 10);
    udp(53, 0);
    udp(53, 10);
    is("1 1 1");
    start();
}
END_TEST

/* Headers that end before they should, each length of them. */
START_TEST(cut_off)
{
    uint32_t seq, n;

    for (n = 0; n < 52; n++) {
        start();
        seq = 1;
        tcp(&seq, 10);
        tcp(&seq, 10);
        in[1].iov_len = n;
        octets[1] = realloc(octets[1], n > 0 ? n : 1);
        in[1].iov_base = octets[1];
        tcp(&seq, 10);
        seq = (uint32_t)strlen(runs(BOTH));
        ck_assert_uint_eq(gro.runs, 3);
    }
    start();
}
END_TEST

/* A header that is longer than its packet, or shorter than it can be. */
START_TEST(header_length)
{
    uint32_t i, k;

    for (i = 0; i < 16; i++) {
        uint32_t seq = 1;

        start();
        for (k = 0; k < 2; k++) {
            tcp(&seq, 4)[32] = (uint8_t)(i << 4);
            seq += 32 - 4 * i;
            cut_checksums(octets[k], in[k].iov_len);
        }
        is(i >= 5 && i <= 8 ? "2" : "1 1");
    }
    start();
}
END_TEST

/* Identifications: one after the other, over the end of 16 bits, or all the
 * same where they mean nothing. */
START_TEST(identifications)
{
    static const struct {
        uint16_t id[4];
        bool df;
        const char *expected;
    } cases[] = { { { 1, 2, 3, 4 }, true, "4" },
                  { { 1, 2, 3, 4 }, false, "4" },
                  { { 0xfffe, 0xffff, 0, 1 }, false, "4" },
                  { { 0, 0, 0, 0 }, true, "4" },
                  { { 0, 0, 0, 0 }, false, "1 1 1 1" },
                  { { 5, 5, 6, 7 }, true, "2 2" },
                  { { 5, 6, 6, 6 }, true, "2 2" },
                  { { 1, 3, 5, 7 }, true, "1 1 1 1" },
                  { { 4, 3, 2, 1 }, true, "1 1 1 1" },
                  { { 1, 257, 513, 2 }, true, "1 1 1 1" } };
    uint32_t i, k;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start();
        for (k = 0; k < 4; k++) {
            uint8_t *ip = udp(53, DATA_OCTETS);

            cut_put16(ip + 4, cases[i].id[k]);
            ip[6] = cases[i].df ? 0x40 : 0;
            cut_checksums(ip, in[k].iov_len);
        }
        is(cases[i].expected);
    }
    start();
}
END_TEST

/* A wrong one is the first, the last, all of them; and those that are right
 * in the wrong form. */
START_TEST(checksums)
{
    static const char *const expected[] = { "1 2", "1 1 1", "2 1" };
    uint32_t i, k;

    for (i = 0; i < 3; i++) {
        start();
        for (k = 0; k < 3; k++)
            udp(53, DATA_OCTETS)[50] ^= k == i;
        is(expected[i]);
    }
    start();
    for (k = 0; k < 3; k++)
        udp(53, DATA_OCTETS)[50] ^= 1;
    is("1 1 1");
    start();
    for (k = 0; k < 3; k++) { /* no checksum: there would be one */
        udp(53, DATA_OCTETS);
        cut_put16(octets[k] + 26, 0);
    }
    is("1 1 1");
    start();
    for (k = 0; k < 3; k++) { /* that comes out as 0 */
        uint8_t *ip = udp(53, 2);

        cut_put16(ip + 28, cut_get16(ip + 28) + cut_get16(ip + 26));
        cut_checksums(ip, 30);
        if (cut_get16(ip + 26) != 0xffff) { /* a carry */
            cut_put16(ip + 28, cut_get16(ip + 28) + cut_get16(ip + 26));
            cut_checksums(ip, 30);
        }
        ck_assert_uint_eq(cut_get16(ip + 26), 0xffff);
    }
    is("3");
    for (k = 0; k < 3; k++) /* and as if there were none */
        cut_put16(octets[k] + 26, 0);
    is("1 1 1");
    start();
}
END_TEST

/* TCP's and IP's 0 written as 0xffff is right, but not what comes out. */
START_TEST(minus_zero)
{
    uint32_t seq = 1, id, k;
    uint8_t *ip;

    for (k = 0; k < 2; k++) {
        start();
        tcp(&seq, 2);
        ip = tcp(&seq, 2);
        if (k == 0) {
            uint32_t sum = cut_get16(ip + 36) + cut_get16(ip + 52);

            cut_put16(ip + 52, (sum & 0xffff) + (sum >> 16));
            cut_checksums(ip, 54);
            ck_assert_uint_eq(cut_get16(ip + 36), 0);
            is("2");
            cut_put16(ip + 36, 0xffff);
        } else {
            id = cut_get16(ip + 4) + cut_get16(ip + 10);
            id = (id & 0xffff) + (id >> 16);
            cut_put16(octets[0] + 4, (id - 1) & 0xffff);
            cut_checksums(octets[0], 54);
            cut_put16(ip + 4, id);
            cut_checksums(ip, 54);
            ck_assert_uint_eq(cut_get16(ip + 10), 0);
            is("2");
            cut_put16(ip + 10, 0xffff);
        }
        is("1 1");
    }
    start();
}
END_TEST

/* As many as there can be, and as long. */
START_TEST(bounds)
{
    uint32_t seq = 1, i;

    start();
    for (i = 0; i < TAP_GRO_PACKETS; i++)
        tcp(&seq, 1);
    is("64");
    start();
    for (i = 0; i < TAP_GRO_PACKETS; i++)
        tcp(&seq, 1448);
    is("45 19"); /* 52 + 45 * 1448 = 65,212 */
    start();
    for (i = 0; i < 5; i++)
        udp(9, 16376);
    is("4 1"); /* 28 + 4 * 16,376 = 65,532 */
    start();
    for (i = 0; i < 2; i++)
        udp(9, 32754 - 1 + i); /* longer */
    is("1 1");
    start();
    udp(9, 32754);
    udp(9, 32753);
    is("2"); /* 65,535 */
    ck_assert_uint_eq(gro.run[0].octets, 65535);
    start();
    udp(9, 32754);
    udp(9, 32754);
    is("1 1");
    start();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_gro");
    TCase *tc = tcase_create("gro");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, kinds);
    tcase_add_loop_test(tc, differences, 0,
                        sizeof changes / sizeof changes[0]);
    tcase_add_test(tc, alike);
    tcase_add_test(tc, between);
    tcase_add_test(tc, sizes);
    tcase_add_test(tc, cut_off);
    tcase_add_test(tc, header_length);
    tcase_add_test(tc, identifications);
    tcase_add_test(tc, checksums);
    tcase_add_test(tc, minus_zero);
    tcase_add_test(tc, bounds);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
