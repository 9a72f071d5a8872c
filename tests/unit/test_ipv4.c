/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPv4 headers of captures: lengths, fragments, checksums. */
#include "config.h"

#include "ip/ipv4.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* 10.0.0.1 to 10.0.0.2, GRE, 100 octets; the checksum by hand (RFC 1071):
 * 4500 + 0064 + 1234 + 0000 + 402F + 0A00 + 0001 + 0A00 + 0002 = ABCA */
static const uint8_t good[20] = { 0x45, 0,  0,  100,  0x12, 0x34, 0,
                                  0,    64, 47, 0x54, 0x35, 10,   0,
                                  0,    1,  10, 0,    0,    2 };

static enum ipv4_verdict read_n(const uint8_t *octets, size_t n, uint32_t wire,
                                struct ipv4_packet *out)
{
    uint8_t *exact = malloc(n > 0 ? n : 1); /* for ASan */
    enum ipv4_verdict v;

    memcpy(exact, octets, n);
    v = ipv4_read(exact, n, wire, false, out);
    if (v == INET4_GOOD)
        ck_assert(out->octets >= exact);
    free(exact);
    return v;
}

START_TEST(fields)
{
    struct ipv4_packet p;
    uint8_t octets[100] = { 0 };

    memcpy(octets, good, sizeof good);
    ck_assert_int_eq(ipv4_read(octets, 100, 100, false, &p), INET4_GOOD);
    ck_assert_uint_eq(p.src, 0x0A000001);
    ck_assert_uint_eq(p.dst, 0x0A000002);
    ck_assert_uint_eq(p.id, 0x1234);
    ck_assert_uint_eq(p.protocol, 47);
    ck_assert(!p.more && p.offset == 0 && p.whole_known);
    ck_assert_uint_eq(p.whole, 80);
    ck_assert_uint_eq(p.len, 80);
    ck_assert_ptr_eq(p.octets, octets + 20);
    /* a snap length, and a frame that was padded */
    ck_assert_int_eq(ipv4_read(octets, 60, 100, false, &p), INET4_GOOD);
    ck_assert_uint_eq(p.len, 40);
    octets[3] = 30;
    octets[10] = octets[11] = 0;
    ck_assert_int_eq(ipv4_read(octets, 46, 46, false, &p), INET4_GOOD);
    ck_assert_uint_eq(p.whole, 10);
    ck_assert_uint_eq(p.len, 10);
}
END_TEST

START_TEST(cut)
{
    struct ipv4_packet p;
    size_t n;

    for (n = 0; n < sizeof good; n++)
        ck_assert_int_eq(read_n(good, n, 100, &p), INET4_CUT);
    ck_assert_int_eq(read_n(good, n, 100, &p), INET4_GOOD);
    ck_assert_uint_eq(p.len, 0);
}
END_TEST

/* Each bit that is wrong is found; what a card would fill in is not judged. */
START_TEST(damage)
{
    struct ipv4_packet p;
    uint8_t octets[20];
    unsigned i;

    for (i = 0; i < 8 * sizeof octets; i++) {
        memcpy(octets, good, sizeof octets);
        octets[i / 8] ^= (uint8_t)(1u << i % 8);
        ck_assert_int_ne(read_n(octets, sizeof octets, 100, &p), INET4_GOOD);
    }
    octets[11] ^= 1; /* of the last bit: the address; and unless asked */
    ck_assert_int_eq(ipv4_read(octets, sizeof octets, 100, true, &p),
                     INET4_GOOD);
    memcpy(octets, good, sizeof octets);
    octets[10] = octets[11] = 0;
    octets[4] ^= 1;
    ck_assert_int_eq(read_n(octets, sizeof octets, 100, &p), INET4_GOOD);
    octets[3] = 0; /* the length, too: that of the frame */
    ck_assert_int_eq(read_n(octets, sizeof octets, 1500, &p), INET4_GOOD);
    ck_assert_uint_eq(p.whole, 1480);
    ck_assert(!p.whole_known);
    octets[3] = 19;
    ck_assert_int_eq(read_n(octets, sizeof octets, 100, &p), INET4_BROKEN);
    octets[0] = 0x44;
    ck_assert_int_eq(read_n(octets, sizeof octets, 100, &p), INET4_BROKEN);
}
END_TEST

START_TEST(fragments)
{
    struct ipv4_packet p;
    uint8_t octets[20];

    memcpy(octets, good, sizeof octets);
    octets[10] = octets[11] = 0;
    octets[6] = 0x20;
    octets[7] = 185;
    ck_assert_int_eq(read_n(octets, sizeof octets, 100, &p), INET4_GOOD);
    ck_assert(p.more);
    ck_assert_uint_eq(p.offset, 1480);
}
END_TEST

/* RFC 3168: what is written is read, and nothing else is moved by it. */
START_TEST(congestion)
{
    struct ipv4_head h = { .src = 0x0A000001,
                           .dst = 0x0A000002,
                           .octets = 100,
                           .id = 0x1234,
                           .protocol = INET4_GRE };
    struct ipv4_packet p;
    uint8_t octets[20];

    for (h.ecn = INET4_NOT_ECT; h.ecn <= INET4_CE; h.ecn++) {
        ipv4_write(octets, &h);
        ck_assert_uint_eq(octets[1], h.ecn);
        ck_assert_int_eq(read_n(octets, sizeof octets, 100, &p), INET4_GOOD);
        ck_assert_uint_eq(p.ecn, h.ecn);
    }
    h.ecn = INET4_NOT_ECT;
    ipv4_write(octets, &h);
    ck_assert_mem_eq(octets, good, sizeof good);
    octets[1] = 0xb8; /* a class of traffic alone */
    octets[10] = octets[11] = 0;
    ck_assert_int_eq(read_n(octets, sizeof octets, 100, &p), INET4_GOOD);
    ck_assert_uint_eq(p.ecn, INET4_NOT_ECT);
}
END_TEST

/* What is marked is what would have been written so, whatever the checksum
 * has to carry over. */
START_TEST(mark)
{
    struct ipv4_head h = { .src = 0x0a000001,
                           .dst = 0x0a000002,
                           .octets = 1500,
                           .protocol = INET4_TCP };
    uint8_t got[20], want[20];

    for (uint32_t id = 0; id < 65536; id++) {
        h.id = (uint16_t)id;
        h.ecn = (uint8_t)(id % 4);
        ipv4_write(got, &h);
        h.ecn = INET4_CE;
        ipv4_write(want, &h);
        ipv4_mark_ce(got);
        ck_assert_mem_eq(got, want, sizeof got);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ipv4");
    TCase *t = tcase_create("ipv4");
    SRunner *r;
    int failed;

    tcase_add_test(t, fields);
    tcase_add_test(t, cut);
    tcase_add_test(t, damage);
    tcase_add_test(t, fragments);
    tcase_add_test(t, congestion);
    tcase_add_test(t, mark);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
