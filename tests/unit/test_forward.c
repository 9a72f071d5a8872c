/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fragments and MSS: src/ip/forward.h. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "ip/forward.h"

enum { MOST = 2000 };

static uint8_t packet[MOST];
static size_t n;

/* A sum that is right. */
static void seal(uint8_t *ip)
{
    size_t head = (ip[0] & 15u) * 4u;

    pptp_put16(ip + 10, 0);
    pptp_put16(ip + 10, (uint16_t)~pptp_inet_sum(ip, head, 0));
}

/* UDP of `data` octets behind these options, from 192.0.2.1 to 10.99.0.5. */
static void make(const uint8_t *options, size_t octets, size_t data)
{
    static const uint8_t head[] = { 0x45, 0,  0,  0,  0xab, 0xcd, 0,
                                    0,    64, 17, 0,  0,    192,  0,
                                    2,    1,  10, 99, 0,    5 };
    size_t i;

    memset(packet, 0xee, sizeof packet);
    memcpy(packet, head, sizeof head);
    if (octets > 0)
        memcpy(packet + 20, options, octets);
    packet[0] = (uint8_t)(0x40 | (20 + octets) / 4);
    n = 20 + octets + data;
    pptp_put16(packet + 2, (uint16_t)n);
    for (i = 20 + octets; i < n; i++)
        packet[i] = (uint8_t)(i * 7 + (i >> 8));
    seal(packet);
}

/* A fragment, on the heap and as long as may be, so that more is seen. */
static uint8_t *out;
static size_t cut(struct forward_fragments *f, uint16_t mtu)
{
    free(out);
    out = malloc(mtu);
    ck_assert_ptr_nonnull(out);
    return forward_fragments_next(f, out);
}

/* All of it together again; how many there were. */
static unsigned put_together(uint16_t mtu)
{
    static uint8_t whole[UINT16_MAX];
    size_t head = (packet[0] & 15u) * 4u, len, own, at, sum = 0;
    unsigned before = pptp_get16(packet + 6), count = 0, flags;
    struct forward_fragments f;

    ck_assert(forward_fragments_begin(&f, packet, n, mtu));
    while ((len = cut(&f, mtu)) > 0) {
        own = (out[0] & 15u) * 4u;
        flags = pptp_get16(out + 6);
        at = ((flags & 0x1fff) - (before & 0x1fff)) * 8u;
        ck_assert_uint_le(len, mtu);
        ck_assert_uint_eq(pptp_get16(out + 2), len);
        ck_assert_uint_eq(pptp_inet_sum(out, own, 0), 0xffff);
        ck_assert_uint_eq(own, count == 0 ? head : own);
        ck_assert_mem_eq(out + 4, packet + 4, 2); /* identification */
        ck_assert_mem_eq(out + 8, packet + 8, 2); /* TTL, protocol */
        ck_assert_mem_eq(out + 12, packet + 12, 8);
        ck_assert_uint_eq(flags & 0xc000, before & 0xc000);
        ck_assert_uint_eq(at, sum); /* in order, without a gap */
        memcpy(whole + at, out + own, len - own);
        sum += len - own;
        /* RFC 791 2.3: more follow, all of them a multiple of 8 */
        ck_assert_uint_eq((flags & 0x2000) != 0,
                          sum < n - head || (before & 0x2000) != 0);
        ck_assert(sum == n - head || (len - own) % 8 == 0);
        /* and none shorter than it has to be */
        ck_assert(sum == n - head || len + 8 > mtu);
        count++;
    }
    ck_assert_uint_eq(sum, n - head);
    ck_assert_mem_eq(whole, packet + head, sum);
    return count;
}

/* RFC 791, appendix A, example 2: 452 octets of data, 280 on the way. */
START_TEST(rfc791_a_2)
{
    struct forward_fragments f;

    make(NULL, 0, 452);
    ck_assert(forward_fragments_begin(&f, packet, n, 280));
    ck_assert_uint_eq(cut(&f, 280), 276);
    ck_assert_uint_eq(pptp_get16(out + 6), 0x2000);
    ck_assert_uint_eq(cut(&f, 280), 216);
    ck_assert_uint_eq(pptp_get16(out + 6), 32);
    ck_assert_uint_eq(cut(&f, 280), 0);
    /* a ping of 1,000 octets where 600 pass: 576 of 1,008, then 432 */
    make(NULL, 0, 1008);
    ck_assert(forward_fragments_begin(&f, packet, n, 600));
    ck_assert_uint_eq(cut(&f, 600), 596);
    ck_assert_uint_eq(cut(&f, 600), 452);
    ck_assert_uint_eq(pptp_get16(out + 6), 72);
    ck_assert_uint_eq(cut(&f, 600), 0);
}
END_TEST

/* Example 3: of five options those with the copied flag go on; here four
 * octets of a router alert (copied), a record route (not), three NOPs. */
START_TEST(copied_options)
{
    static const uint8_t all[] = { 0x94, 4, 0, 0, 7,    7, 4, 1,
                                   2,    3, 4, 1, 0x83, 3, 4, 1 };
    struct forward_fragments f;

    make(all, sizeof all, 300);
    ck_assert(forward_fragments_begin(&f, packet, n, 140));
    ck_assert_uint_eq(cut(&f, 140), 140); /* 36 and 104 */
    ck_assert_mem_eq(out + 20, all, sizeof all);
    ck_assert_uint_eq(cut(&f, 140), 140); /* 28 and 112 */
    ck_assert_uint_eq(out[0], 0x47);
    ck_assert_mem_eq(out + 20, "\x94\x04\x00\x00\x83\x03\x04\x00", 8);
    ck_assert_mem_eq(out + 28, packet + 36 + 104, 112);
    ck_assert_uint_eq(cut(&f, 140), 28 + 84);
    ck_assert_uint_eq(cut(&f, 140), 0);
    ck_assert_uint_eq(put_together(140), 3);
}
END_TEST

/* Every length and every MTU that there is, with options and as a fragment of
 * something longer. */
START_TEST(all_sizes)
{
    static const uint8_t all[40] = { 0x89, 11, 4, 1, 2, 3, 4, 5, 6,
                                     7,    8,  7, 7, 4, 0, 0, 0, 0 };
    static const unsigned flags[] = { 0, 0x8000, 0x2000, 0x0007, 0x2040 };
    unsigned mtu, k, options;
    size_t data;

    for (options = 0; options <= 40; options += 20)
        for (data = 80; data < 1500; data += data < 300 ? 8 : 104)
            for (mtu = 68; mtu < 20 + options + data; mtu += 1 + mtu / 9)
                for (k = 0; k < 5; k++) {
                    make(all, options, data);
                    pptp_put16(packet + 6, (uint16_t)flags[k]);
                    seal(packet);
                    ck_assert_uint_ge(put_together((uint16_t)mtu), 2);
                }
    make(NULL, 0, 1477); /* of no multiple of 8 */
    ck_assert_uint_eq(put_together(1000), 2);
}
END_TEST

static bool begins(uint16_t mtu)
{
    struct forward_fragments f;
    uint8_t *exact = malloc(n);
    bool result;

    ck_assert_ptr_nonnull(exact);
    memcpy(exact, packet, n);
    result = forward_fragments_begin(&f, exact, n, mtu);
    free(exact);
    return result;
}

START_TEST(not_cut)
{
    static const uint8_t bad[][8] = {
        { 0x94, 1, 0, 0 }, { 0x94, 9, 0, 0 }, { 1, 1, 1, 0x94 }, { 7, 0, 0, 0 }
    };
    unsigned i;
    size_t k;

    make(NULL, 0, 1000);
    ck_assert(begins(600));
    ck_assert(!begins(1020)); /* it fits */
    ck_assert(!begins(27));   /* less than a header and 8 octets */
    ck_assert(begins(28));
    pptp_put16(packet + 6, 0x4000);
    seal(packet);
    ck_assert(!begins(600));        /* DF */
    pptp_put16(packet + 6, 0x1fff); /* would end beyond 65,535 */
    seal(packet);
    ck_assert(!begins(600));
    make(NULL, 0, 1001);
    pptp_put16(packet + 6, 0x2000); /* more follow, but no multiple of 8 */
    seal(packet);
    ck_assert(!begins(600));
    make(NULL, 0, 1000);
    packet[10] ^= 1; /* a router makes no bad sum good */
    ck_assert(!begins(600));
    make(NULL, 0, 1000);
    packet[0] = 0x65;
    ck_assert(!begins(600));
    packet[0] = 0x44;
    ck_assert(!begins(600));
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        make(bad[i], 4, 1000);
        ck_assert(!begins(600));
    }
    /* octets that the length promises and that are not there */
    make(NULL, 0, 1000);
    for (k = n, n = 0; n < k; n++)
        ck_assert(!begins(600));
    n = k + 10; /* and some behind it */
    ck_assert_uint_eq(pptp_get16(packet + 2), k);
    ck_assert(begins(600));
    n = k;
    ck_assert_uint_eq(put_together(600), 2);
}
END_TEST

/* --- MSS ------------------------------------------------------------------ */

/* Sums of pseudo-header and segment: 0xffff when the checksum is right. */
static unsigned tcp_sum(void)
{
    size_t head = (packet[0] & 15u) * 4u;
    uint8_t pseudo[12] = { 0 };

    memcpy(pseudo, packet + 12, 8);
    pseudo[9] = 6;
    pptp_put16(pseudo + 10, (uint16_t)(n - head));
    return pptp_inet_sum(packet + head, n - head,
                         pptp_inet_sum(pseudo, 12, 0));
}

/* TCP with these flags and options, and its checksum. */
static void make_tcp(uint8_t flags, const uint8_t *options, size_t octets)
{
    uint8_t *tcp = packet + 20;

    make(NULL, 0, 20 + octets);
    packet[9] = 6;
    seal(packet);
    tcp[12] = (uint8_t)((20 + octets) / 4 << 4);
    tcp[13] = flags;
    if (octets > 0)
        memcpy(tcp + 20, options, octets);
    pptp_put16(tcp + 16, 0);
    pptp_put16(tcp + 16, (uint16_t)~tcp_sum());
}

/* The MSS at `at` of the TCP header afterwards, 0: nothing has changed. */
static unsigned clamp(size_t at, uint16_t mtu)
{
    uint8_t *exact = malloc(n);
    bool changed;

    ck_assert_ptr_nonnull(exact);
    memcpy(exact, packet, n);
    changed = forward_clamp_mss(exact, n, mtu);
    ck_assert(changed == (memcmp(exact, packet, n) != 0));
    memcpy(packet, exact, n);
    free(exact);
    return changed ? pptp_get16(packet + 20 + at) : 0;
}

START_TEST(mss)
{
    static const uint8_t usual[] = { 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2,
                                     3, 4, 0,    0,    0, 0, 1, 3,  3, 7 };
    static const uint8_t odd[] = { 1, 2, 4, 0x05, 0xb4, 1, 1, 0 };
    static const uint8_t twice[] = { 2, 4,    0x05, 0xb4, 1, 2,
                                     4, 0x05, 0xb4, 0,    0, 0 };

    make_tcp(0x02, usual, sizeof usual);
    ck_assert_uint_eq(clamp(22, 1396), 1356); /* RFC 6691: 40 less */
    ck_assert_uint_eq(tcp_sum(), 0xffff);
    ck_assert_uint_eq(clamp(22, 1396), 0); /* not twice */
    ck_assert_uint_eq(clamp(22, 600), 560);
    ck_assert_uint_eq(tcp_sum(), 0xffff);
    make_tcp(0x12, odd, sizeof odd); /* SYN and ACK, across two words */
    ck_assert_uint_eq(clamp(23, 1000), 960);
    ck_assert_uint_eq(tcp_sum(), 0xffff);
    make_tcp(0x02, twice, sizeof twice);
    ck_assert_uint_eq(clamp(22, 1000), 960);
    ck_assert_uint_eq(pptp_get16(packet + 20 + 27), 960);
    ck_assert_uint_eq(tcp_sum(), 0xffff);
    /* no options at all: 536 stands for itself (RFC 9293 3.7.1) */
    make_tcp(0x02, NULL, 0);
    ck_assert_uint_eq(clamp(0, 100), 0);
}
END_TEST

START_TEST(not_clamped)
{
    static const uint8_t usual[] = { 2, 4, 0x05, 0xb4 };
    unsigned i;

    for (i = 0; i < 256; i++) {
        make_tcp((uint8_t)i, usual, 4);
        ck_assert_uint_eq(clamp(22, 1396), i & 2 ? 1356 : 0);
    }
    make_tcp(2, usual, 4);
    ck_assert_uint_eq(clamp(22, 1500), 0);
    ck_assert_uint_eq(clamp(22, 39), 0);
    packet[9] = 17;
    ck_assert_uint_eq(clamp(22, 1000), 0);
    make_tcp(2, usual, 4);
    pptp_put16(packet + 6, 1); /* a later fragment */
    ck_assert_uint_eq(clamp(22, 1000), 0);
    pptp_put16(packet + 6, 0x2000); /* a first one has a whole header */
    ck_assert_uint_eq(clamp(22, 1000), 960);
    make_tcp(2, usual, 4);
    packet[20 + 12] = 0xf0; /* options behind the end */
    ck_assert_uint_eq(clamp(22, 1000), 0);
    packet[20 + 12] = 0x40; /* less than a header */
    ck_assert_uint_eq(clamp(22, 1000), 0);
}
END_TEST

/* Every pair of octets in eight of options, and every end: no octet behind the
 * end is read, none but MSS and checksum changes, and the sum stays what it
 * was, right or wrong. */
START_TEST(any_options)
{
    static const uint8_t kinds[] = { 0, 1, 2, 3, 4, 5, 8, 34, 254 };
    uint8_t options[8], before[MOST];
    unsigned i, k, was, wrong;
    size_t at, len, whole;

    for (i = 0; i < 9 * 9 * 9 * 9; i++) {
        unsigned rest = i;

        for (k = 0; k < 8; k++) {
            options[k] = kinds[rest % 9];
            rest = k == 3 ? i / 7 : rest / 9;
        }
        make_tcp(2, options, 8);
        wrong = i % 3;
        packet[20 + 16] ^= (uint8_t)wrong;
        was = tcp_sum();
        memcpy(before, packet, n);
        clamp(0, (uint16_t)(41 + i % 2000));
        ck_assert_uint_eq(tcp_sum() % 0xffff, was % 0xffff);
        for (at = 0; at < n; at++)
            ck_assert_msg(packet[at] == before[at] || at >= 36,
                          "octet %zu changed", at);
        whole = n;
        for (len = 0; len < whole; len++) {
            n = len;
            memcpy(packet, before, whole);
            ck_assert_uint_eq(clamp(0, 41), 0);
        }
        n = whole;
    }
}
END_TEST

static void forget(void)
{
    free(out);
    out = NULL;
}

int main(void)
{
    Suite *s = suite_create("tap_ipv4");
    TCase *tc = tcase_create("ipv4");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, NULL, forget);
    tcase_add_test(tc, rfc791_a_2);
    tcase_add_test(tc, copied_options);
    tcase_add_test(tc, all_sizes);
    tcase_add_test(tc, not_cut);
    tcase_add_test(tc, mss);
    tcase_add_test(tc, not_clamped);
    tcase_add_test(tc, any_options);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
