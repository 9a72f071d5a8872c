/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Link headers and encapsulations: each that is read, each truncation of it,
 * and names of what is not. */
#include "config.h"

#include "ip/encap.h"
#include "base/rng.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MAC "\2\0\0\0\0\1\2\0\0\0\0\2"
#define SNAP "\xAA\xAA\3\0\0\0"
#define SIX_ENDS                             \
    "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1" \
    "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\2"
/* version, class and flow; 60 octets, next header N, 64 hops */
#define SIX(n) "\x60\0\0\0\0\x3C" n "\x40" SIX_ENDS
#define DATA24 "\2\0\0\0\0\1\2\0\0\0\0\2\2\0\0\0\0\3\0\0" /* to sequence */

/* What stands before IPv4; facts are those of the registries and RFCs that
 * encap.h names. */
#define ROW(link, octets)               \
    {                                   \
        link, sizeof octets - 1, octets \
    }
static const struct {
    uint32_t link;
    size_t n;
    const char *octets;
} rows[] = {
    ROW(101, ""),
    ROW(12, ""),
    ROW(14, ""),
    ROW(228, ""),
    ROW(0, "\2\0\0\0"),
    ROW(0, "\0\0\0\2"),
    ROW(108, "\0\0\0\2"),
    ROW(0, "\x1E\0\0\0" SIX("\4")), /* macOS */
    ROW(229, SIX("\4")),
    ROW(1, MAC "\x08\0"),
    ROW(1, MAC "\x81\0\0\5\x08\0"),
    ROW(1, MAC "\x88\xA8\0\5\x81\0\0\7\x08\0"),
    ROW(1, MAC "\x91\0\0\5\x91\0\0\7\x08\0"),
    /* PPPoE: all of PPP's header, without FF 03, compressed */
    ROW(1, MAC "\x88\x64\x11\0\0\1\0\x66\0\x21"),
    ROW(1, MAC "\x88\x64\x11\0\0\1\0\x68\xFF\3\0\x21"),
    ROW(1, MAC "\x81\0\0\5\x88\x64\x11\0\0\1\0\x65\x21"),
    ROW(51, "\x11\0\0\1\0\x66\0\x21"),
    ROW(9, "\xFF\3\0\x21"),
    ROW(9, "\0\x21"),
    ROW(9, "\x21"),
    ROW(50, "\xFF\3\0\x21"),
    ROW(50, "\x21"),
    ROW(50, "\x0F\0\x08\0"), /* Cisco's */
    ROW(104, "\x8F\0\x08\0"),
    ROW(166, "\1\3\0\x21"),
    ROW(166, "\1\xFF\3\0\x21"),
    ROW(204, "\1\xFF\3\0\x21"),
    ROW(204, "\0\x21"),
    ROW(9, "\0\x57" SIX("\4")),
    /* LLC by a length, SNAP, Novell's bridge tunnel, over ATM */
    ROW(1, MAC "\0\x6C" SNAP "\x08\0"),
    ROW(1, MAC "\0\x67\6\6\3"),
    ROW(1, MAC "\0\x6C\xAA\xAA\3\0\0\xF8\x08\0"),
    ROW(100, SNAP "\x08\0"),
    /* bridged over ATM, with and without its FCS (RFC 2684, 5.2) */
    ROW(100, "\xAA\xAA\3\0\x80\xC2\0\7\0\0" MAC "\x08\0"),
    ROW(100, "\xAA\xAA\3\0\x80\xC2\0\1\0\0" MAC "\x81\0\0\5\x08\0"),
    ROW(1, MAC "\0\x6C" SNAP "\x88\x64\x11\0\0\1\0\x66\0\x21"),
    /* MPLS: one label, three, of a pseudowire with and
     * without a control word, in PPP */
    ROW(1, MAC "\x88\x47\0\6\x41\x40"),
    ROW(1, MAC "\x88\x48\0\6\x40\x40\0\6\x40\x40\0\6\x41\x40"),
    ROW(1, MAC "\x88\x47\0\6\x41\x40\0\0\0\0" MAC "\x08\0"),
    ROW(1, MAC "\x88\x47\0\6\x41\x40" MAC "\x08\0"),
    ROW(1, MAC "\x88\x47\0\6\x41\x40" MAC "\0\x6C" SNAP "\x08\0"),
    ROW(1, MAC "\x88\x47\0\6\x41\x40\0\0\0\1" MAC "\0\x6C" SNAP "\x08\0"),
    ROW(1, MAC "\x88\x47\0\6\x41\x40\xA2\0\0\0\0\1"
               "\2\0\0\0\0\1\x08\0"),
    ROW(219, "\0\6\x41\x40"),
    ROW(1, MAC "\x88\x47\0\6\x41\x40" SIX("\4")),
    ROW(9, "\2\x81\0\6\x41\x40"),
    /* IPv6 with extension headers: hop by hop, routing, options of 16
     * octets, authentication of 24, a fragment that is the whole */
    ROW(1, MAC "\x86\xDD" SIX("\4")),
    ROW(1, MAC "\x86\xDD" SIX("\0") "\4\0\1\4\0\0\0\0"),
    ROW(101, SIX("\0") "\x2B\0\1\4\0\0\0\0\x3C\0\0\0\0\0\0\0"
                       "\4\1\1\xC\0\0\0\0\0\0\0\0\0\0\0\0"),
    ROW(101, SIX("\x33") "\4\4\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0"),
    ROW(101, SIX("\x2C") "\4\0\0\0\0\0\0\7"),
    ROW(101, SIX("\x29") SIX("\4")),
    /* IPv4 in IPv4, IPv6 in IPv4 with IPv4 in it */
    ROW(101, "\x45\0\0\x50\0\1\0\0\x40\4\0\0\1\1\1\1\2\2\2\2"),
    ROW(101,
        "\x46\0\0\x78\0\1\0\0\x40\x29\0\0\1\1\1\1\2\2\2\2\1\1\1\1" SIX("\4")),
    /* Linux cooked, both */
    ROW(113, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x08\0"),
    ROW(113, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x81\0\0\5\x08\0"),
    ROW(113, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\0\4" SNAP "\x08\0"),
    ROW(113, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x88\x47\0\6\x41\x40"),
    ROW(276, "\x08\0\0\0\0\0\0\1\0\1\0\6\2\0\0\0\0\1\0\0"),
    ROW(276, "\x86\xDD\0\0\0\0\0\1\0\1\0\6\2\0\0\0\0\1\0\0" SIX("\4")),
    /* 802.11: to an access point; QoS; between two of them; with the
     * high-throughput field; behind radiotap with and without padding */
    ROW(105, "\x08\1\0\0" DATA24 SNAP "\x08\0"),
    ROW(105, "\x88\2\0\0" DATA24 "\0\0" SNAP "\x08\0"),
    ROW(105, "\x08\3\0\0" DATA24 "\2\0\0\0\0\4" SNAP "\x08\0"),
    ROW(105, "\x88\x83\0\0" DATA24 "\2\0\0\0\0\4\0\0\0\0\0\0" SNAP "\x08\0"),
    ROW(127, "\0\0\x08\0\0\0\0\0\x08\1\0\0" DATA24 SNAP "\x08\0"),
    ROW(127, "\0\0\x12\0\3\0\0\0\1\2\3\4\5\6\7\x08\x20\0"
             "\x88\2\0\0" DATA24 "\0\0\0\0" SNAP "\x08\0"),
    ROW(127, "\0\0\x0D\0\2\0\0\x80\0\0\0\0\x20"
             "\x88\2\0\0" DATA24 "\0\0\0\0" SNAP "\x08\0"),
    ROW(127, "\0\0\x0D\0\2\0\0\x80\0\0\0\0\0"
             "\x88\2\0\0" DATA24 "\0\0" SNAP "\x08\0"),
};

static const uint8_t ipv4[24] = { 0x45, 0,  0, 24, 0,   0,   0,   0,
                                  64,   47, 0, 0,  10,  0,   0,   1,
                                  10,   0,  0, 2,  'u', 's', 'e', 'r' };

static struct encap open_n(uint32_t link, const uint8_t *octets, size_t n,
                           uint8_t **exact)
{
    struct encap e;

    *exact = malloc(n > 0 ? n : 1); /* for ASan */
    memcpy(*exact, octets, n);
    e = encap_open(link, *exact, n);
    if (e.kind == ENCAP_IPV4) {
        ck_assert(e.ipv4 >= *exact);
        ck_assert_ptr_eq(e.ipv4 + e.len, *exact + n);
    } else {
        ck_assert_ptr_null(e.ipv4);
        ck_assert_uint_eq(e.len, 0);
    }
    return e;
}

static size_t frame_of(int row, uint8_t *frame)
{
    memcpy(frame, rows[row].octets, rows[row].n);
    memcpy(frame + rows[row].n, ipv4, sizeof ipv4);
    return rows[row].n + sizeof ipv4;
}

/* Found where it is, from the first octets of its header on; before that it
 * is not known what is there. */
START_TEST(opened)
{
    uint8_t frame[512], *exact;
    size_t n = frame_of(_i, frame), k;

    ck_assert(encap_link_known(rows[_i].link));
    for (k = 0; k <= n; k++) {
        struct encap e = open_n(rows[_i].link, frame, k, &exact);

        if (k >= rows[_i].n + 10) {
            ck_assert_int_eq(e.kind, ENCAP_IPV4);
            ck_assert_uint_eq(e.which, 47);
            ck_assert_uint_eq(e.len, k - rows[_i].n);
        } else {
            ck_assert_int_ne(e.kind, ENCAP_LINK);
            /* an outer header may be read for the only one */
            ck_assert(e.kind == ENCAP_CUT || e.kind == ENCAP_IPV4);
        }
        free(exact);
    }
}
END_TEST

/* Any octets for those of the headers: nothing beyond the frame is read. */
START_TEST(flips)
{
    uint8_t frame[512], *exact;
    size_t n = frame_of(_i, frame), whole = n;
    char text[200];
    struct rng r;

    rng_init_named(&r, (uint64_t)_i + 1, "encap");
    for (int i = 0; i < 2000; i++) {
        uint8_t was[512];
        struct encap e;

        memcpy(was, frame, whole);
        for (uint64_t k = rng_below(&r, 4) + 1; k > 0; k--)
            frame[rng_below(&r, whole)] = (uint8_t)rng_below(&r, 256);
        n = rng_below(&r, 4) > 0 ? whole : rng_below(&r, whole + 1);
        e = open_n(rows[_i].link, frame, n, &exact);
        ck_assert_uint_gt(encap_print(e.kind, e.which, text, sizeof text), 0);
        free(exact);
        memcpy(frame, was, whole);
    }
}
END_TEST

/* What is not read, what it is called, and whether PPTP may be in it. */
START_TEST(names)
{
    static const struct {
        uint32_t link;
        size_t n;
        const char *octets;
        bool hides;
        const char *text;
    } named[] = {
#define OTHER(link, octets, hides, text) \
    { link, sizeof octets - 1, octets, hides, text }
        OTHER(147, "", true, "link type 147 (USER0)"),
        OTHER(189, "", false, "link type 189 (USB_LINUX)"),
        OTHER(4711, "", true, "link type 4711"),
        OTHER(1, MAC "\x08\6", false, "Ethernet type 0x0806 (ARP)"),
        OTHER(1, MAC "\x88\xE5", true, "Ethernet type 0x88e5 (MACsec)"),
        OTHER(1, MAC "\x7A\x11", true, "Ethernet type 0x7a11"),
        OTHER(1, MAC "\0\x26\x42\x42\3", false, "LLC 0x42 (spanning tree)"),
        OTHER(1, MAC "\0\x26\xAA\xAA\3\0\0\x0C\1\2", false,
              "LLC 0xaa (SNAP of an organisation)"),
        OTHER(9, "\xFF\3\xC0\x21\1", false, "PPP protocol 0xc021 (LCP)"),
        OTHER(9, "\0\x3D\1", true, "PPP protocol 0x003d (multilink)"),
        OTHER(1, MAC "\x88\x47\0\6\x41\x40\x50" MAC "\1\2\3\4\5", true,
              "MPLS payload that begins with 5"),
        OTHER(101, "\x90", false, "IP version 9"),
        OTHER(101, SIX("\x3A"), false, "IPv6 next header 58 (ICMPv6)"),
        OTHER(101, SIX("\x2C") "\4\0\0\1\0\0\0\7", true,
              "IPv6 next header 44 (fragments)"),
        OTHER(101, SIX("\6") "\x9C\x40\6\xBB", true,
              "PPTP over IPv6, next header 6 (TCP port 1723)"),
        OTHER(101, SIX("\6") "\x9C\x40\0\x50", false,
              "IPv6 next header 6 (TCP)"),
        OTHER(101, SIX("\x2F") "\x30\1\x88\x0B", true,
              "PPTP over IPv6, next header 47 (enhanced GRE)"),
        OTHER(101, SIX("\x2F") "\0\0\x08\0", false,
              "IPv6 next header 47 (GRE)"),
        OTHER(105, "\x80\0\0\0" DATA24, false,
              "802.11 (management or control)"),
        OTHER(105, "\x08\x41\0\0" DATA24, true, "802.11 (encrypted)"),
        OTHER(105, "\x08\5\0\0" DATA24, true, "802.11 (fragments)"),
        OTHER(105, "\x88\1\0\0" DATA24 "\x80\0", true,
              "802.11 (aggregates, A-MSDU)"),
        OTHER(0, "\x17\0\0\0", false, "address family 23"),
        OTHER(1, MAC, true, "too little of a packet for an IPv4 header"),
    };
    char text[100];
    uint8_t *exact;
    struct encap e = open_n(named[_i].link, (const uint8_t *)named[_i].octets,
                            named[_i].n, &exact);

    encap_print(e.kind, e.which, text, sizeof text);
    ck_assert_str_eq(text, named[_i].text);
    ck_assert(encap_hides(e.kind, e.which) == named[_i].hides);
    ck_assert(encap_link_known(named[_i].link) == (e.kind != ENCAP_LINK));
    free(exact);
}
END_TEST

/* Headers in one another without end are refused. */
START_TEST(depth)
{
    uint8_t frame[12 + 4 * 40 + 2 + sizeof ipv4], *exact;
    struct encap e;
    unsigned i;

    memcpy(frame, MAC, 12);
    for (i = 0; i < 40; i++)
        memcpy(frame + 12 + 4 * i, "\x81\0\0\1", 4);
    memcpy(frame + 12 + 4 * 40, "\x08\0", 2);
    memcpy(frame + 12 + 4 * 40 + 2, ipv4, sizeof ipv4);
    e = open_n(1, frame, sizeof frame, &exact);
    ck_assert_int_eq(e.kind, ENCAP_DEEP);
    ck_assert(encap_hides(e.kind, e.which));
    free(exact);
    e = open_n(1, frame + 4 * 30, sizeof frame - 4 * 30, &exact);
    free(exact);
    memmove(frame + 12, frame + 12 + 4 * 30, sizeof frame - 12 - 4 * 30);
    e = open_n(1, frame, sizeof frame - 4 * 30, &exact);
    ck_assert_int_eq(e.kind, ENCAP_IPV4);
    free(exact);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("encap");
    TCase *t = tcase_create("encap");
    SRunner *r;
    int failed, n = (int)(sizeof rows / sizeof rows[0]);

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, opened, 0, n);
    tcase_add_loop_test(t, flips, 0, n);
    tcase_add_loop_test(t, names, 0, 24);
    tcase_add_test(t, depth);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
