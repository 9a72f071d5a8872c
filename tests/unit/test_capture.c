/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captures, from octets written here; truncations and flipped bits. */
#include "config.h"

#include "base/rng.h"
#include "models/capture_parse.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define PAC 0xC0000201u
#define PNS 0xC6336401u

/* An image being written. */
struct image {
    uint8_t octets[4096];
    size_t len;
    bool big;
};

static void put(struct image *m, const void *p, size_t n)
{
    ck_assert_uint_le(m->len + n, sizeof m->octets);
    memcpy(m->octets + m->len, p, n);
    m->len += n;
}

static void put_n(struct image *m, bool big, uint64_t v, int n)
{
    for (int i = 0; i < n; i++) {
        int shift = big ? 8 * (n - 1 - i) : 8 * i;
        uint8_t octet = (uint8_t)(v >> shift);

        put(m, &octet, 1);
    }
}

static void u16(struct image *m, uint32_t v)
{
    put_n(m, m->big, v, 2);
}

static void u32(struct image *m, uint32_t v)
{
    put_n(m, m->big, v, 4);
}

static void net16(struct image *m, uint32_t v)
{
    put_n(m, true, v, 2);
}

static void net32(struct image *m, uint32_t v)
{
    put_n(m, true, v, 4);
}

/* An IPv4 header that promises `payload` octets. */
static void ipv4(struct image *m, uint32_t src, int protocol, uint32_t payload)
{
    net16(m, 0x4500);
    net16(m, 20 + payload);
    net32(m, 0);
    net16(m, 0x4000u | (uint32_t)protocol);
    net16(m, 0);
    net32(m, src);
    net32(m, src == PAC ? PNS : PAC);
}

/* IPv4 and GRE with PPP header `ppp`, of n octets, before `size` octets. */
static void gre(struct image *m, uint32_t src, const char *ppp, size_t n,
                uint32_t size)
{
    uint32_t payload = (uint32_t)n + size;

    ipv4(m, src, 47, 16 + payload);
    net32(m, 0x3081880B);
    net16(m, payload);
    net16(m, 7);
    net32(m, 1);
    net32(m, 1);
    put(m, ppp, n);
}

static void pcap_header(struct image *m, uint32_t magic, uint32_t link)
{
    m->len = 0;
    u32(m, magic);
    u16(m, 2);
    u16(m, 4);
    u32(m, 0);
    u32(m, 0);
    u32(m, 64);
    u32(m, link);
}

/* A record around what `body` holds, cut as by a snap length. */
static void record(struct image *m, uint32_t s, uint32_t fraction,
                   const struct image *body)
{
    u32(m, s);
    u32(m, fraction);
    u32(m, (uint32_t)body->len);
    u32(m, 2000);
    put(m, body->octets, body->len);
}

static void ethernet(struct image *m, unsigned tags)
{
    m->len = 0;
    put(m, "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
    for (unsigned i = 0; i < tags; i++)
        net32(m, i == 0 ? 0x88A80005 : 0x81000007);
    net16(m, 0x0800);
}

static int parse(const struct image *m, struct capture *c)
{
    uint8_t *exact = malloc(m->len > 0 ? m->len : 1); /* for ASan */
    int err;

    memcpy(exact, m->octets, m->len);
    err = capture_parse(exact, m->len, 0, c);
    free(exact);
    return err;
}

/* A PPTP session: control, LCP, data both ways, an acknowledgement. */
static void session(struct image *m, bool big, bool nano)
{
    struct image b = { 0 };
    uint32_t ms = nano ? 1000000 : 1000;

    m->big = big;
    pcap_header(m, nano ? 0xA1B23C4D : 0xA1B2C3D4, 1);
    ethernet(&b, 0);
    ipv4(&b, PAC, 6, 5000); /* TCP, much of it */
    record(m, 10, 0, &b);
    ethernet(&b, 0);
    gre(&b, PNS, "\xFF\x03\xC0\x21", 4, 20);
    record(m, 10, 1 * ms, &b);
    ethernet(&b, 0);
    gre(&b, PNS, "\xFF\x03\x00\x21", 4, 1400);
    record(m, 10, 2 * ms, &b);
    ethernet(&b, 1);
    gre(&b, PAC, "\x00\x21", 2, 40);
    record(m, 10, 3 * ms, &b);
    ethernet(&b, 2);
    gre(&b, PNS, "\x21", 1, 600); /* all compressed */
    record(m, 11, 2 * ms, &b);
    ethernet(&b, 0);
    ipv4(&b, PAC, 47, 12);
    net32(&b, 0x2081880B);
    net32(&b, 7);
    net32(&b, 1);
    record(m, 11, 3 * ms, &b);
    ethernet(&b, 0);
    b.octets[12] = 0x86; /* IPv6 */
    record(m, 11, 3 * ms, &b);
}

START_TEST(pptp_session)
{
    struct image m = { 0 };
    struct capture c;

    session(&m, (_i & 1) != 0, (_i & 2) != 0);
    ck_assert_int_eq(parse(&m, &c), 0);
    ck_assert(c.pptp);
    ck_assert_str_eq(c.fault.text, "");
    ck_assert_uint_eq(c.src_ipv4, PNS);
    ck_assert_uint_eq(c.count, 2);
    ck_assert_uint_eq(c.packets[0].at_ns, 0);
    ck_assert_uint_eq(c.packets[0].size_octets, 1400);
    ck_assert_uint_eq(c.packets[1].at_ns, PPTP_S);
    ck_assert_uint_eq(c.packets[1].size_octets, 600);
    ck_assert_uint_eq(c.data_octets, 2000);
    ck_assert_uint_eq(c.seen, 7);
    ck_assert_uint_eq(c.other_source, 1);
    ck_assert_uint_eq(c.ppp_control, 1);
    ck_assert_uint_eq(c.no_data, 1);
    ck_assert_uint_eq(c.not_tunnel, 1);
    ck_assert_uint_eq(c.ignored, 1);
    capture_fini(&c);
    ck_assert_int_eq(capture_parse(m.octets, m.len, PAC, &c), 0);
    ck_assert_uint_eq(c.count, 1);
    ck_assert_uint_eq(c.packets[0].size_octets, 40);
    capture_fini(&c);
    ck_assert_int_eq(capture_parse(m.octets, m.len, 1, &c), PPTP_ERR_UNKNOWN);
    ck_assert_str_ne(c.fault.text, "");
    ck_assert_uint_eq(c.count, 0);
}
END_TEST

/* Each link type, with one packet of 120 octets in 40 of capture. */
START_TEST(link_types)
{
    static const struct {
        uint32_t link;
        size_t n;
        const char *octets;
    } rows[] = {
        { 101, 0, "" },
        { 12, 0, "" },
        { 14, 0, "" },
        { 0, 4, "\2\0\0\0" },
        { 0, 4, "\0\0\0\2" },
        { 108, 4, "\0\0\0\2" },
        { 9, 4, "\xFF\3\0\x21" },
        { 9, 1, "\x21" },
        { 113, 16, "\0\0\0\1\0\6\0\0\0\0\0\0\0\0\x08\0" },
        { 276, 20, "\x08\0\0\0\0\0\0\1\0\1\0\6\0\0\0\0\0\0\0\0" },
        { 1, 14, "\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" },
        { 228, 0, "" },
        { 1, 22,
          "\2\0\0\0\0\1\2\0\0\0\0\2\x88\x64\x11\0\0\1\0\x66"
          "\0\x21" }, /* PPPoE */
    };
    struct image m = { 0 };
    struct image b = { 0 };
    struct capture c;

    pcap_header(&m, 0xA1B2C3D4, rows[_i].link);
    put(&b, rows[_i].octets, rows[_i].n);
    ipv4(&b, PAC, 17, 100);
    record(&m, 1, 0, &b);
    ck_assert_int_eq(parse(&m, &c), 0);
    ck_assert(!c.pptp);
    ck_assert_uint_eq(c.count, 1);
    ck_assert_uint_eq(c.packets[0].size_octets, 120);
    capture_fini(&c);
}
END_TEST

struct walked {
    uint64_t frames;
    uint64_t ipv4;
    uint64_t foreign;
    uint64_t stop_at;
};

static int note(void *ctx, const struct capture_frame *f)
{
    struct walked *w = ctx;

    w->frames++;
    ck_assert_uint_eq(f->number, w->frames);
    w->ipv4 += f->ipv4 != NULL;
    w->foreign += f->kind == ENCAP_LINK;
    ck_assert(f->ipv4 == NULL || f->len <= f->wire_octets);
    return f->number == w->stop_at ? PPTP_ERR_STATE : PPTP_OK;
}

/* Frames count from 1, all of them; what stands before a fault is shown;
 * the visitor may end it. */
START_TEST(walk)
{
    struct image m = { 0 };
    struct walked w = { 0 };
    struct capture_fault fault;

    session(&m, false, false);
    ck_assert_int_eq(capture_walk(m.octets, m.len, note, &w, &fault), 0);
    ck_assert_str_eq(fault.text, "");
    ck_assert_uint_eq(w.frames, 7);
    ck_assert_uint_eq(w.ipv4, 6);
    ck_assert_uint_eq(w.foreign, 0);
    w = (struct walked){ 0 };
    ck_assert_int_eq(capture_walk(m.octets, m.len - 1, note, &w, &fault),
                     PPTP_ERR_TRUNCATED);
    ck_assert_str_eq(fault.text, "packet cut");
    ck_assert_uint_eq(w.frames, 6);
    w = (struct walked){ .stop_at = 3 };
    ck_assert_int_eq(capture_walk(m.octets, m.len, note, &w, &fault),
                     PPTP_ERR_STATE);
    ck_assert_uint_eq(w.frames, 3);
}
END_TEST

/* In pieces of any size: the same packets, and never more at hand than one
 * record and a piece. */
static uint64_t in_pieces(const struct image *m, size_t piece, int *err)
{
    struct capture_reader r;
    struct walked w = { 0 };
    uint8_t at_hand[4096];
    size_t have = 0, from = 0, used;

    capture_begin(&r, note, &w);
    do {
        size_t n = m->len - from < piece ? m->len - from : piece;

        memcpy(at_hand + have, m->octets + from, n);
        have += n;
        from += n;
        *err = capture_feed(&r, at_hand, have, from == m->len, &used);
        ck_assert_uint_le(used, have);
        have -= used;
        memmove(at_hand, at_hand + used, have);
    } while (*err == 0 && from < m->len);
    if (*err != 0)
        ck_assert_uint_le(r.fault.at, m->len);
    return w.frames;
}

static void two_sections(struct image *m);

START_TEST(pieces)
{
    struct image m = { 0 };
    size_t piece;
    int err;

    if (_i == 0)
        session(&m, false, false);
    else
        two_sections(&m);
    for (piece = 1; piece < 200; piece++) {
        ck_assert_uint_eq(in_pieces(&m, piece, &err), _i == 0 ? 7 : 5);
        ck_assert_int_eq(err, 0);
    }
    m.len--;
    ck_assert_uint_eq(in_pieces(&m, 50, &err), _i == 0 ? 6 : 4);
    ck_assert_int_eq(err, PPTP_ERR_TRUNCATED);
}
END_TEST

/* A block with its two lengths; body padded to 32 bits. */
static void block(struct image *m, uint32_t type, const struct image *body)
{
    uint32_t padded = (uint32_t)((body->len + 3) / 4 * 4);

    u32(m, type);
    u32(m, padded + 12);
    put(m, body->octets, body->len);
    put(m, "\0\0\0", padded - body->len);
    u32(m, padded + 12);
}

static void section(struct image *m, bool big, int resolution,
                    uint32_t offset_s)
{
    struct image b = { .big = big };

    m->big = big;
    u32(&b, 0x1A2B3C4D);
    u16(&b, 1);
    u16(&b, 0);
    u32(&b, UINT32_MAX);
    u32(&b, UINT32_MAX);
    block(m, 0x0A0D0D0A, &b);
    b.len = 0;
    u16(&b, 101);
    u16(&b, 0);
    u32(&b, 0);
    u16(&b, 9);
    u16(&b, 1);
    put_n(&b, true, (uint64_t)resolution << 24, 4);
    u16(&b, 14);
    u16(&b, 8);
    put_n(&b, big, offset_s, 8);
    u32(&b, 0);
    block(m, 1, &b);
}

static void enhanced(struct image *m, uint64_t ticks, uint32_t size)
{
    struct image b = { .big = m->big };

    u32(&b, 0);
    u32(&b, (uint32_t)(ticks >> 32));
    u32(&b, (uint32_t)ticks);
    u32(&b, 20);
    u32(&b, size);
    ipv4(&b, PAC, 17, size - 20);
    block(m, 6, &b);
}

static void two_sections(struct image *m)
{
    struct image b = { 0 };

    m->len = 0;
    section(m, true, 9, 0); /* nanoseconds */
    enhanced(m, 5000000000u, 100);
    enhanced(m, 4999999000u, 200); /* out of order */
    b.big = true;
    u32(&b, 20);
    ipv4(&b, PAC, 17, 0);
    block(m, 3, &b); /* simple: the time of the one before */
    b.len = 0;
    put(&b, "what is this", 12);
    block(m, 0x0BAD, &b);
    section(m, false, 0x80 | 10, 3); /* 1/1024 s, from 3 s on */
    enhanced(m, 2048 + 512, 300);    /* 5.5 s */
    b = (struct image){ 0 };
    u16(&b, 0); /* obsolete */
    u16(&b, 9);
    u32(&b, 0);
    u32(&b, 4096);
    u32(&b, 20);
    u32(&b, 400);
    ipv4(&b, PAC, 17, 380);
    block(m, 2, &b); /* 7 s */
}

START_TEST(pcapng)
{
    static const struct traffic_packet want[] = {
        { 0, 200 },         { 0, 20 },           { 1000, 100 },
        { 500001000, 300 }, { 2000001000, 400 },
    };
    struct image m = { 0 };
    struct capture c;

    two_sections(&m);
    ck_assert_int_eq(parse(&m, &c), 0);
    ck_assert_uint_eq(c.count, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(c.packets[i].at_ns, want[i].at_ns);
        ck_assert_uint_eq(c.packets[i].size_octets, want[i].size_octets);
    }
    capture_fini(&c);
}
END_TEST

/* if_tsresol from coarse to absurd: one second is one second. */
START_TEST(resolutions)
{
    static const struct {
        int resolution;
        uint64_t second;
    } rows[] = {
        { 0, 1 },
        { 3, 1000 },
        { 6, 1000000 },
        { 9, 1000000000 },
        { 12, UINT64_C(1000000000000) },
        { 0x80, 1 },
        { 0x8A, 1024 },
        { 0xA0, UINT64_C(1) << 32 },
        { 0xBC, UINT64_C(1) << 60 },
    };
    struct image m = { 0 };
    struct capture c;

    section(&m, false, rows[_i].resolution, 0);
    enhanced(&m, rows[_i].second, 100);
    enhanced(&m, rows[_i].second * 2, 100);
    ck_assert_int_eq(parse(&m, &c), 0);
    ck_assert_uint_eq(c.count, 2);
    ck_assert_uint_eq(c.packets[1].at_ns, PPTP_S);
    capture_fini(&c);
}
END_TEST

static int times(void *ctx, const struct capture_frame *f)
{
    struct walked *w = ctx;

    /* of the first section the third */
    ck_assert(f->timed == (f->number != 3));
    ck_assert(f->number != 3 || f->at_ns == 4999999000u);
    w->frames++;
    return PPTP_OK;
}

/* A simple packet block has no time, and says so. */
START_TEST(untimed)
{
    struct image m = { 0 };
    struct walked w = { 0 };
    struct capture_fault fault;

    two_sections(&m);
    ck_assert_int_eq(capture_walk(m.octets, m.len, times, &w, &fault), 0);
    ck_assert_uint_eq(w.frames, 5);
}
END_TEST

static void refused_so(const struct image *m, const char *want)
{
    struct capture c;

    ck_assert_int_lt(parse(m, &c), 0);
    ck_assert_str_eq(c.fault.text, want);
    capture_fini(&c);
}

static int second(void *ctx, const struct capture_frame *f)
{
    (void)ctx;
    ck_assert_uint_eq(f->at_ns, 11 * PPTP_S);
    return PPTP_OK;
}

/* A fraction that is rounded up to a second adds up, as elsewhere. */
START_TEST(rounded)
{
    struct image m = { 0 };
    struct image b = { 0 };
    struct capture_fault fault;

    pcap_header(&m, 0xA1B2C3D4, 101);
    ipv4(&b, PAC, 17, 100);
    record(&m, 10, 1000000, &b);
    ck_assert_int_eq(capture_walk(m.octets, m.len, second, NULL, &fault), 0);
}
END_TEST

/* What is not read is called by its name. */
START_TEST(named)
{
    struct image m = { 0 };

    pcap_header(&m, 0xA1B2C3D4, 0x10000000 | 147); /* with an FCS */
    refused_so(&m, "link type 147 (USER0) is not read");
    pcap_header(&m, 0xA1B2C3D4, 4711);
    refused_so(&m, "link type 4711 is not read");
    m.len = 0;
    put(&m, "\x28\xB5\x2F\xFD....", 8);
    refused_so(&m, "packed with zstd; unpack it first");
    m.len = 0;
    put(&m, "\x1F\x8B\x08.....", 8);
    refused_so(&m, "packed with gzip; unpack it first");
    m.len = 0;
    put(&m, "BZh91AY", 7);
    refused_so(&m, "packed with bzip2; unpack it first");
    m.len = 0;
    put(&m, "hello, world", 12);
    refused_so(&m, "neither pcap nor pcapng");
    pcap_header(&m, 0xA1B2C3D4, 1);
    u32(&m, 1);
    u32(&m, 0);
    u32(&m, UINT32_MAX);
    u32(&m, UINT32_MAX);
    refused_so(&m, "a packet of more than 16 MiB");
    m.len = 0;
    section(&m, false, 6, 0);
    u32(&m, 6);
    u32(&m, 0x40000000);
    u32(&m, 0);
    refused_so(&m, "a block of more than 16 MiB");
}
END_TEST

static void refused(const struct image *m, int want, size_t at)
{
    struct capture c;

    ck_assert_int_eq(parse(m, &c), want);
    ck_assert_str_ne(c.fault.text, "");
    ck_assert_uint_eq(c.fault.at, at);
    ck_assert_ptr_null(c.packets);
    capture_fini(&c);
}

START_TEST(errors)
{
    struct image m = { 0 };

    refused(&m, PPTP_ERR_TRUNCATED, 0);
    put(&m, "GIF89a, not a capture at all", 28);
    refused(&m, PPTP_ERR_FORMAT, 0);
    pcap_header(&m, 0xA1B2C3D4, 147);
    refused(&m, PPTP_ERR_VALUE, 20);
    pcap_header(&m, 0xA1B2C3D4, 1);
    refused(&m, PPTP_ERR_UNKNOWN, 24);
    session(&m, false, false);
    m.len--;
    refused(&m, PPTP_ERR_TRUNCATED, m.len + 1 - 14 - 16);
    m.len = 0;
    section(&m, false, 0, 0);
    enhanced(&m, UINT64_MAX, 100);
    refused(&m, PPTP_ERR_VALUE, 28 + 44 + 12); /* its time */
    m.len = 0;
    section(&m, false, 6, 0);
    m.octets[4]++; /* a length that is no multiple of 4 */
    refused(&m, PPTP_ERR_FORMAT, 4);
}
END_TEST

/* Every length: an error or fewer packets, and nothing read beyond. */
START_TEST(truncations)
{
    struct image m = { 0 };
    struct capture c;
    size_t whole;
    unsigned good = 0;

    if (_i == 0)
        session(&m, false, false);
    else
        two_sections(&m);
    for (whole = m.len; m.len > 0;) {
        int err;

        m.len--;
        err = parse(&m, &c);
        ck_assert((err == 0) == (c.count > 0));
        ck_assert((err != 0) == (c.fault.text[0] != '\0'));
        ck_assert_uint_le(c.fault.at, whole);
        good += err == 0;
        capture_fini(&c);
    }
    /* Only cuts between records are good: after TCP (a plain capture so
     * far), not after LCP (PPTP without data), then after each; pcapng: from
     * the first packet on, ten blocks in all. */
    ck_assert_uint_eq(good, _i == 0 ? 5u : 7u);
}
END_TEST

START_TEST(flips)
{
    static struct image whole[3];
    struct image m;
    struct capture c;
    struct rng r;

    session(&whole[0], true, false);
    session(&whole[1], false, false);
    two_sections(&whole[2]);
    rng_init_named(&r, 1, "flips");
    for (int n = 0; n < 20000; n++) {
        int err;

        m = whole[n % 3];
        for (uint64_t k = rng_below(&r, 6) + 1; k > 0; k--)
            m.octets[rng_below(&r, m.len)] ^= (uint8_t)(1u
                                                        << rng_below(&r, 8));
        err = parse(&m, &c);
        ck_assert((err == 0) == (c.count > 0));
        for (size_t i = 1; i < c.count; i++) {
            ck_assert_uint_ge(c.packets[i].at_ns, c.packets[i - 1].at_ns);
            ck_assert_uint_ge(c.packets[i].size_octets, 1);
            ck_assert_uint_le(c.packets[i].size_octets, 65535);
        }
        capture_fini(&c);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("capture");
    TCase *t = tcase_create("capture");
    SRunner *r;
    int failed;

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, pptp_session, 0, 4);
    tcase_add_loop_test(t, link_types, 0, 13);
    tcase_add_test(t, walk);
    tcase_add_loop_test(t, pieces, 0, 2);
    tcase_add_test(t, pcapng);
    tcase_add_test(t, untimed);
    tcase_add_test(t, named);
    tcase_add_test(t, rounded);
    tcase_add_loop_test(t, resolutions, 0, 9);
    tcase_add_test(t, errors);
    tcase_add_loop_test(t, truncations, 0, 2);
    tcase_add_test(t, flips);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
