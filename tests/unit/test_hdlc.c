/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Async framing, src/ppp/hdlc.c, against RFC 1662 and against a receiver that
 * takes an octet at a time and an FCS that takes a bit at a time.
 */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/hdlc.h"

enum { CAP = 1502, LINE = 8192 };

static uint64_t rng;

static uint32_t draw(uint32_t below)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return (uint32_t)(rng >> 32) % below;
}

static uint16_t fcs_by_bits(uint16_t fcs, const uint8_t *p, size_t n)
{
    unsigned f = fcs;
    size_t i;
    int k;

    for (i = 0; i < n; i++) {
        f ^= p[i];
        for (k = 0; k < 8; k++)
            f = f >> 1 ^ (f & 1 ? 0x8408u : 0);
    }
    return (uint16_t)f;
}

/* Octets at the end of a block of the heap: ASan sees one octet too far. */
static uint8_t *exactly(const void *octets, size_t n)
{
    uint8_t *p = malloc(n > 0 ? n : 1);

    ck_assert_ptr_nonnull(p);
    if (n > 0 && octets != NULL)
        memcpy(p, octets, n);
    return p;
}

/* All frames of a line, fed in pieces of at most `piece`, one after another
 * in out with their lengths. */
struct got {
    unsigned n;
    size_t len[256], total;
    uint8_t octets[65536];
};

static void receive(struct ppp_hdlc *h, size_t cap, const uint8_t *line,
                    size_t n, uint32_t piece, struct got *g)
{
    uint8_t *buf = exactly(NULL, cap);

    g->n = 0;
    g->total = 0;
    while (n > 0) {
        size_t m = piece > 1 ? 1 + draw(piece) : 1, at = 0;

        m = m < n ? m : n;
        uint8_t *part = exactly(line, m);

        while (at < m) {
            size_t used = 0;
            size_t len = ppp_hdlc_decode(h, buf, cap, part + at, m - at,
                                         &used);

            /* one assertion, for each costs a write */
            ck_assert(used >= 1 && used <= m - at &&
                      (len > 0 || used == m - at));
            at += used;
            if (len == 0)
                continue;
            ck_assert_uint_lt(g->n, 256);
            ck_assert_uint_le(g->total + len, sizeof g->octets);
            memcpy(g->octets + g->total, buf, len);
            g->len[g->n++] = len;
            g->total += len;
        }
        free(part);
        line += m;
        n -= m;
    }
    free(buf);
}

/* The receiver of RFC 1662, an octet at a time. */
struct plain {
    uint32_t accm;
    bool begun, escaped, over;
    size_t len;
    uint8_t buf[CAP];
    uint64_t frames, bad_fcs, too_long, too_short, aborted;
};

static void plain_octet(struct plain *r, size_t cap, uint8_t c, struct got *g)
{
    if (c == 0x7e) {
        if (!r->begun) {
            ;
        } else if (r->over) {
            r->too_long++;
        } else if (r->escaped) {
            r->aborted++;
        } else if (r->len > 0 && r->len < 4) {
            r->too_short++;
        } else if (r->len > 0 &&
                   fcs_by_bits(0xffff, r->buf, r->len) != 0xf0b8) {
            r->bad_fcs++;
        } else if (r->len > 0) {
            r->frames++;
            memcpy(g->octets + g->total, r->buf, r->len - 2);
            g->len[g->n++] = r->len - 2;
            g->total += r->len - 2;
        }
        r->begun = true;
        r->escaped = r->over = false;
        r->len = 0;
        return;
    }
    if (!r->begun || r->over || (c < 0x20 && r->accm >> c & 1))
        return;
    if (r->len == cap) {
        r->over = true;
    } else if (c == 0x7d && !r->escaped) {
        r->escaped = true;
    } else {
        r->buf[r->len++] = r->escaped ? c ^ 0x20 : c;
        r->escaped = false;
    }
}

static void check_same(const struct ppp_hdlc *h, const struct got *a,
                       const struct plain *r, const struct got *b)
{
    ck_assert_uint_eq(a->n, b->n);
    ck_assert_mem_eq(a->len, b->len, a->n * sizeof a->len[0]);
    ck_assert_uint_eq(a->total, b->total);
    ck_assert_mem_eq(a->octets, b->octets, a->total);
    ck_assert_uint_eq(h->frames, r->frames);
    ck_assert_uint_eq(h->bad_fcs, r->bad_fcs);
    ck_assert_uint_eq(h->too_long, r->too_long);
    ck_assert_uint_eq(h->too_short, r->too_short);
    ck_assert_uint_eq(h->aborted, r->aborted);
}

/* The usual check value of this FCS, and its residue: RFC 1662 C.2 */
START_TEST(fcs_known)
{
    static const uint8_t check[] = "123456789";
    uint8_t frame[11];
    unsigned fcs = ppp_fcs16(PPP_FCS_INIT, check, 9) ^ 0xffffu;

    ck_assert_uint_eq(fcs, 0x906e);
    memcpy(frame, check, 9);
    frame[9] = 0x6e;
    frame[10] = 0x90;
    ck_assert_uint_eq(ppp_fcs16(PPP_FCS_INIT, frame, 11), PPP_FCS_GOOD);
    ck_assert_uint_eq(ppp_fcs16(0x1234, check, 0), 0x1234);
}
END_TEST

/* Every length, any begin, in two pieces, against bit by bit. */
START_TEST(fcs_lengths)
{
    uint8_t *p = malloc(1100);
    size_t n, i;

    ck_assert_ptr_nonnull(p);
    for (i = 0; i < 1100; i++)
        p[i] = (uint8_t)draw(256);
    for (n = 0; n <= 1100; n++) {
        uint16_t begin = (uint16_t)draw(0x10000);
        uint16_t want = fcs_by_bits(begin, p + 1100 - n, n);
        size_t cut = n > 0 ? draw((uint32_t)n) : 0;

        ck_assert_uint_eq(ppp_fcs16(begin, p + 1100 - n, n), want);
        ck_assert_uint_eq(ppp_fcs16(ppp_fcs16(begin, p + 1100 - n, cut),
                                    p + 1100 - n + cut, n - cut),
                          want);
    }
    free(p);
}
END_TEST

/* Made by hand: LCP Configure-Request of nothing, id 1, ACCM all ones and 0;
 * the FCS of ff 03 c0 21 01 01 00 04 is b5 d1 (bit by bit). */
START_TEST(golden)
{
    static const uint8_t frame[] = { 0xff, 0x03, 0xc0, 0x21,
                                     0x01, 0x01, 0x00, 0x04 };
    static const uint8_t all[] = { 0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21,
                                   0x7d, 0x21, 0x7d, 0x21, 0x7d, 0x20,
                                   0x7d, 0x24, 0xd1, 0xb5, 0x7e };
    static const uint8_t none[] = { 0x7e, 0xff, 0x03, 0xc0, 0x21, 0x01,
                                    0x01, 0x00, 0x04, 0xd1, 0xb5, 0x7e };
    uint8_t out[PPP_HDLC_MAX(8)];
    struct got g;
    struct ppp_hdlc h;

    ck_assert_uint_eq(fcs_by_bits(0xffff, frame, 8) ^ 0xffffu, 0xb5d1);
    ck_assert_uint_eq(ppp_hdlc_encode(out, frame, 8, 0xffffffff, false),
                      sizeof all);
    ck_assert_mem_eq(out, all, sizeof all);
    ck_assert_uint_eq(ppp_hdlc_encode(out, frame, 8, 0, false), sizeof none);
    ck_assert_mem_eq(out, none, sizeof none);
    /* the flag before serves for the one that begins */
    ck_assert_uint_eq(ppp_hdlc_encode(out, frame, 8, 0, true),
                      sizeof none - 1);
    ck_assert_mem_eq(out, none + 1, sizeof none - 1);

    ppp_hdlc_init(&h, 0xffffffff);
    receive(&h, CAP, all, sizeof all, 1, &g);
    ck_assert_uint_eq(g.n, 1);
    ck_assert_uint_eq(g.len[0], 8);
    ck_assert_mem_eq(g.octets, frame, 8);
}
END_TEST

/* RFC 1662 4.2: 7D, 7E and what the map has are escaped, and nothing else;
 * for each octet and each bit of the map. */
START_TEST(what_is_escaped)
{
    unsigned c, bit, at;

    for (bit = 0; bit <= 32; bit++)
        for (c = 0; c < 256; c++)
            for (at = 0; at < 10; at += 9) {
                uint32_t accm = bit < 32 ? UINT32_C(1) << bit : 0;
                uint8_t frame[10], out[PPP_HDLC_MAX(10)];
                bool want = c == 0x7d || c == 0x7e || c == bit, bad = false;
                size_t n, i;

                memset(frame, 'A', sizeof frame);
                frame[at] = (uint8_t)c;
                if (bit == 32)
                    want = c == 0x7d || c == 0x7e;
                n = ppp_hdlc_encode(out, frame, sizeof frame, accm, false);
                ck_assert_uint_eq(out[0], 0x7e);
                ck_assert_uint_eq(out[n - 1], 0x7e);
                ck_assert_uint_eq(out[at + 1], want ? 0x7d : c);
                if (want)
                    ck_assert_uint_eq(out[at + 2], c ^ 0x20);
                for (i = 1; i + 1 < n; i++)
                    bad |= out[i] == 0x7e ||
                           (out[i] < 0x20 && accm >> out[i] & 1);
                ck_assert(!bad);
            }
}
END_TEST

/* Frames of all lengths and kinds, many maps, back to back or not, all
 * pieces: what goes in comes out. */
START_TEST(round_trip)
{
    static uint8_t in[CAP], line[LINE], frames[16384];
    struct got *g = malloc(sizeof *g);
    unsigned turn;

    ck_assert_ptr_nonnull(g);
    rng = 0x51ca9b17e0d1u + (uint64_t)_i;
    for (turn = 0; turn < 60; turn++) {
        uint32_t accm = draw(3) == 0 ? 0 : draw(2) ? UINT32_MAX : draw(~0u);
        size_t n = 0, total = 0, lens[4];
        struct ppp_hdlc h;
        unsigned f;

        for (f = 0; f < 4 && n < LINE - PPP_HDLC_MAX(1500); f++) {
            uint32_t kind = draw(4), i;
            size_t len = draw(4) ? 2 + draw(90) : 2 + draw(1499);
            uint8_t *exact;

            for (i = 0; i < len; i++) /* plain, random, control, all 7x */
                in[i] = (uint8_t)(kind == 0   ? 'a' + draw(26)
                                  : kind == 1 ? draw(256)
                                  : kind == 2 ? draw(32)
                                              : 0x7d + draw(2));
            exact = malloc(PPP_HDLC_MAX(len));
            ck_assert_ptr_nonnull(exact);
            i = (uint32_t)ppp_hdlc_encode(exact, in, len, accm,
                                          f > 0 && draw(2));
            ck_assert_uint_le(i, PPP_HDLC_MAX(len));
            memcpy(line + n, exact, i);
            free(exact);
            memcpy(frames + total, in, len);
            lens[f] = len;
            n += i;
            total += len;
        }
        ppp_hdlc_init(&h, accm);
        receive(&h, CAP, line, n, turn % 3 ? 1 + draw(200) : LINE, g);
        ck_assert_uint_eq(g->n, f);
        ck_assert_uint_eq(h.frames, f);
        ck_assert_mem_eq(g->len, lens, f * sizeof lens[0]);
        ck_assert_mem_eq(g->octets, frames, total);
        ck_assert_uint_eq(h.bad_fcs + h.too_long + h.too_short + h.aborted, 0);
    }
    free(g);
}
END_TEST

/* One frame, every pair of pieces. */
START_TEST(every_split)
{
    uint8_t frame[60], line[PPP_HDLC_MAX(60)], buf[62];
    size_t n, cut, i, used, len;
    struct ppp_hdlc h;

    for (i = 0; i < sizeof frame; i++)
        frame[i] = (uint8_t)(i % 5 == 0 ? 0x7d + i % 2 : i);
    n = ppp_hdlc_encode(line, frame, sizeof frame, 0xa0000, false);
    for (cut = 1; cut < n; cut++) {
        ppp_hdlc_init(&h, 0xa0000);
        len = ppp_hdlc_decode(&h, buf, sizeof buf, line, cut, &used);
        ck_assert_uint_eq(len, 0);
        ck_assert_uint_eq(used, cut);
        len = ppp_hdlc_decode(&h, buf, sizeof buf, line + cut, n - cut, &used);
        ck_assert_uint_eq(len, sizeof frame);
        ck_assert_uint_eq(used, n - cut);
        ck_assert_mem_eq(buf, frame, sizeof frame);
    }
}
END_TEST

/* 4.2: control octets of the map that are not escaped were put there by
 * somebody else, even between an escape and its octet; the others stay. */
START_TEST(accm_received)
{
    static const uint8_t frame[] = { 0xc0, 0x21, 0x7e, 0x11, 0x13, 'x' };
    uint8_t line[32], dirty[96], buf[16];
    size_t n, i, m = 0, used;
    struct ppp_hdlc h;

    n = ppp_hdlc_encode(line, frame, sizeof frame, 1u << 17 | 1u << 19, false);
    for (i = 0; i < n; i++) {
        dirty[m++] = line[i];
        dirty[m++] = 0x11;
        dirty[m++] = 0x13;
    }
    ppp_hdlc_init(&h, 1u << 17 | 1u << 19);
    ck_assert_uint_eq(ppp_hdlc_decode(&h, buf, sizeof buf, dirty, m, &used),
                      sizeof frame);
    ck_assert_mem_eq(buf, frame, sizeof frame);
    ppp_hdlc_init(&h, 1u << 17);
    ck_assert_uint_eq(ppp_hdlc_decode(&h, buf, sizeof buf, dirty, m, &used),
                      0);
    ck_assert_uint_eq(used, m);
}
END_TEST

/* Any octet may come escaped, also 5D, which comes as 7D 7D. */
START_TEST(escape_on_demand)
{
    unsigned c;

    for (c = 0; c < 256; c++) {
        uint8_t frame[11], line[32], buf[16];
        size_t n = 0, i, used;
        struct ppp_hdlc h;
        unsigned fcs;

        memset(frame, (int)c, sizeof frame);
        fcs = fcs_by_bits(0xffff, frame, sizeof frame) ^ 0xffffu;
        if ((c ^ 0x20) == 0x7e)
            continue; /* cannot be: it would be a flag */
        line[n++] = 0x7e;
        for (i = 0; i < sizeof frame; i++) {
            line[n++] = 0x7d;
            line[n++] = (uint8_t)(c ^ 0x20);
        }
        for (i = 0; i < 2; i++, fcs >>= 8) {
            uint8_t o = (uint8_t)(fcs & 0xff);

            if (o == 0x7e || o == 0x7d) {
                line[n++] = 0x7d;
                o ^= 0x20;
            }
            line[n++] = o;
        }
        line[n++] = 0x7e;
        ppp_hdlc_init(&h, 0);
        ck_assert_uint_eq(ppp_hdlc_decode(&h, buf, sizeof buf, line, n, &used),
                          sizeof frame);
        ck_assert_mem_eq(buf, frame, sizeof frame);
    }
}
END_TEST

/* 4.3 and 4.4: what is discarded, what is counted, and that the frame after
 * it is received. */
START_TEST(bad_frames)
{
    static const uint8_t good[] = { 0xc0, 0x21, 9, 1, 0, 4 };
    static const struct {
        uint8_t octets[12];
        size_t n;
        uint64_t bad_fcs, too_short, aborted;
    } cases[] = {
        { { 0x7e, 0x7e, 0x7e }, 3, 0, 0, 0 },              /* time fill */
        { { 'n', 'o', 'i', 's', 'e', 0x7d }, 6, 0, 0, 0 }, /* no flag yet */
        { { 0x7e, 1 }, 2, 0, 1, 0 },
        { { 0x7e, 1, 2 }, 3, 0, 1, 0 },
        { { 0x7e, 0x00, 0x00 }, 3, 0, 1, 0 },
        { { 0x7e, 1, 2, 3 }, 4, 0, 1, 0 },
        { { 0x7e, 1, 0x7d, 2, 3 }, 5, 0, 1, 0 },
        { { 0x7e, 1, 2, 3, 4 }, 5, 1, 0, 0 },
        { { 0x7e, 0x7d }, 2, 0, 0, 1 },
        { { 0x7e, 1, 2, 3, 4, 5, 0x7d }, 7, 0, 0, 1 },
        { { 0x7e, 1, 2, 3, 4, 5, 0x7d, 0x7e, 1, 2 }, 10, 0, 1, 1 },
    };
    size_t k;

    for (k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        uint8_t line[64];
        struct ppp_hdlc h;
        struct got g;
        size_t n = cases[k].n;

        memcpy(line, cases[k].octets, n);
        n += ppp_hdlc_encode(line + n, good, sizeof good, 0, false);
        ppp_hdlc_init(&h, 0);
        receive(&h, 64, line, n, k % 2 ? 1 : 64, &g);
        ck_assert_uint_eq(g.n, 1);
        ck_assert_uint_eq(g.len[0], sizeof good);
        ck_assert_mem_eq(g.octets, good, sizeof good);
        ck_assert_uint_eq(h.frames, 1);
        ck_assert_uint_eq(h.bad_fcs, cases[k].bad_fcs);
        ck_assert_uint_eq(h.too_short, cases[k].too_short);
        ck_assert_uint_eq(h.aborted, cases[k].aborted);
        ck_assert_uint_eq(h.too_long, 0);
    }
}
END_TEST

/* A frame and its FCS just fit, or do not by one; the next one comes. */
START_TEST(overruns)
{
    size_t cap, n, len;

    for (cap = 4; cap < 70; cap++)
        for (len = cap - 3; len <= cap + 20; len++) {
            uint8_t frame[100], line[2 * PPP_HDLC_MAX(100)];
            struct ppp_hdlc h;
            struct got g;

            if (len < 2)
                continue;
            memset(frame, len % 2 ? 0x7e : 'p', sizeof frame);
            n = ppp_hdlc_encode(line, frame, len, 0, false);
            n += ppp_hdlc_encode(line + n, frame, 2, 0, true);
            ppp_hdlc_init(&h, 0);
            receive(&h, cap, line, n, 20, &g);
            ck_assert_uint_eq(h.too_long, len > cap - 2);
            ck_assert_uint_eq(g.n, len > cap - 2 ? 1 : 2);
            ck_assert_uint_eq(g.len[g.n - 1], 2);
            ck_assert_uint_eq(h.bad_fcs, 0);
        }
}
END_TEST

/* Each bit of a frame with its FCS, turned over: FCS-16 sees all of them. */
START_TEST(single_bits)
{
    uint8_t frame[300], line[PPP_HDLC_MAX(300)];
    size_t len = (size_t)_i, bit, i, n = 0;
    unsigned fcs;

    for (i = 0; i < len; i++)
        frame[i] = (uint8_t)draw(256);
    fcs = ppp_fcs16(PPP_FCS_INIT, frame, len) ^ 0xffffu;
    frame[len] = (uint8_t)(fcs & 0xff);
    frame[len + 1] = (uint8_t)(fcs >> 8);
    for (bit = 0; bit < 8 * (len + 2); bit++) {
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert_uint_ne(ppp_fcs16(PPP_FCS_INIT, frame, len + 2),
                          PPP_FCS_GOOD);
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    /* ... and each bit of the line, flags and escapes as well: no frame */
    n = ppp_hdlc_encode(line, frame, len, 0, false);
    for (bit = 0; bit < 8 * n; bit++) {
        struct ppp_hdlc h;
        uint8_t buf[64];
        size_t used;

        line[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ppp_hdlc_init(&h, 0);
        ck_assert_uint_eq(ppp_hdlc_decode(&h, buf, sizeof buf, line, n, &used),
                          0);
        ck_assert_uint_eq(used, n);
        line[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}
END_TEST

/* Lines of garbage rich in flags, escapes and control octets, with frames
 * among them: the same as an octet at a time, in every count; what is given
 * out had a good FCS. */
START_TEST(garbage)
{
    static const uint8_t rich[] = { 0x7e, 0x7d, 0x7d, 0x5e, 0x5d, 0x11, 0x13,
                                    0x00, 0x1f, 0x20, 'a',  0xff, 0x80 };
    static uint8_t line[LINE];
    struct got *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    uint64_t frames = 0, bad = 0;
    unsigned turn;

    ck_assert(a != NULL && b != NULL);
    rng = 0x9d2c5680a1b3u + (uint64_t)_i;
    for (turn = 0; turn < 80; turn++) {
        uint32_t accm = draw(3) == 0 ? 0 : draw(2) ? 0xa0000 : draw(~0u);
        uint32_t kind = draw(4);
        size_t cap = draw(2) ? CAP : 4 + draw(60), n, i;
        struct plain r = { .accm = accm };
        struct ppp_hdlc h;

        for (n = 0; n < 2000;) {
            uint8_t frame[64];
            uint32_t m = draw(40);

            for (i = 0; i < m; i++)
                line[n++] = kind == 0   ? (uint8_t)draw(256)
                            : kind == 1 ? 'q'
                                        : rich[draw(sizeof rich)];
            for (i = 0; i < sizeof frame; i++)
                frame[i] = rich[draw(sizeof rich)];
            if (draw(3) == 0)
                n += ppp_hdlc_encode(line + n, frame, 2 + draw(62), accm,
                                     draw(2));
        }
        b->n = 0;
        b->total = 0;
        for (i = 0; i < n; i++)
            plain_octet(&r, cap, line[i], b);
        ppp_hdlc_init(&h, accm);
        receive(&h, cap, line, n, 1 + draw(300), a);
        check_same(&h, a, &r, b);
        frames += h.frames;
        bad += h.bad_fcs;
    }
    ck_assert_uint_gt(frames, 100);
    ck_assert_uint_gt(bad, 100);
    free(a);
    free(b);
}
END_TEST

static void setup(void)
{
    rng = 0x2545f4914f6cdd1du;
}

int main(void)
{
    Suite *s = suite_create("hdlc");
    TCase *c = tcase_create("fcs");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(c, setup, NULL);
    tcase_add_test(c, fcs_known);
    tcase_add_test(c, fcs_lengths);
    suite_add_tcase(s, c);
    c = tcase_create("frames");
    tcase_add_checked_fixture(c, setup, NULL);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, golden);
    tcase_add_test(c, what_is_escaped);
    tcase_add_loop_test(c, round_trip, 0, 3);
    tcase_add_test(c, every_split);
    tcase_add_test(c, accm_received);
    tcase_add_test(c, escape_on_demand);
    tcase_add_test(c, bad_frames);
    tcase_add_test(c, overruns);
    tcase_add_loop_test(c, single_bits, 2, 26);
    tcase_add_loop_test(c, garbage, 0, 3);
    suite_add_tcase(s, c);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
