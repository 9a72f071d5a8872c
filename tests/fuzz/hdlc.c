/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Octet-stuffed framing, src/ppp/hdlc.c: octets decoded in any split give
 * what they give in one piece; no frame without a good FCS; what is encoded
 * comes back.
 *
 * Input: ACCM (1 octet, an index), room for a frame (2), seed of the splits
 * (1), and the octets.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "ppp/hdlc.h"

enum { ROOM_MIN = 8, ROOM_MAX = 2048 };

/* What came of a stream: each frame's length and octets. */
struct got {
    uint8_t *octets;
    size_t len;
    struct ppp_hdlc h;
};

/* Bit by bit, unlike what is tested. */
static uint16_t plain_fcs(const uint8_t *o, size_t n)
{
    unsigned fcs = PPP_FCS_INIT, k;

    while (n-- > 0) {
        fcs ^= *o++;
        for (k = 0; k < 8; k++)
            fcs = fcs & 1 ? fcs >> 1 ^ 0x8408u : fcs >> 1;
    }
    return (uint16_t)fcs;
}

/* How many octets go in at once. */
static size_t piece(uint8_t split, uint32_t *state, size_t left)
{
    size_t n;

    *state = *state * 1664525u + 1013904223u;
    n = split == 0   ? left
        : split == 1 ? 1
                     : 1 + (*state >> 24) % (split % 2 ? 256u : 12u);
    return n < left ? n : left;
}

static void decode(struct got *g, uint32_t accm, size_t room, uint8_t split,
                   const uint8_t *octets, size_t n)
{
    uint8_t *buf = (uint8_t *)fuzz_alloc(room);
    uint32_t state = split;
    size_t all = n;

    /* the FCS of a frame makes up for the length that is noted */
    g->octets = (uint8_t *)fuzz_alloc(n);
    g->len = 0;
    ppp_hdlc_init(&g->h, accm);
    while (n > 0) {
        size_t k = piece(split, &state, n), used, len;
        uint8_t *in = fuzz_copy(octets, k);

        len = ppp_hdlc_decode(&g->h, buf, room, in, k, &used);
        free(in);
        FUZZ_CHECK(used <= k && (len > 0 || used == k));
        FUZZ_CHECK(len == 0 || (len >= 2 && len <= room - 2));
        octets += used;
        n -= used;
        if (len == 0)
            continue;
        FUZZ_CHECK(plain_fcs(buf, len + 2) == PPP_FCS_GOOD);
        FUZZ_CHECK(g->len + len + 2 <= all);
        g->octets[g->len++] = (uint8_t)(len >> 8);
        g->octets[g->len++] = (uint8_t)len;
        memcpy(g->octets + g->len, buf, len);
        g->len += len;
    }
    free(buf);
}

static void same(const struct got *a, const struct got *b)
{
    FUZZ_CHECK(a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0);
    FUZZ_CHECK(a->h.frames == b->h.frames && a->h.bad_fcs == b->h.bad_fcs);
    FUZZ_CHECK(a->h.too_long == b->h.too_long);
    FUZZ_CHECK(a->h.too_short == b->h.too_short);
    FUZZ_CHECK(a->h.aborted == b->h.aborted);
    FUZZ_CHECK(a->h.len == b->h.len && a->h.escaped == b->h.escaped);
    FUZZ_CHECK(a->h.in_frame == b->h.in_frame);
    FUZZ_CHECK(a->h.overrun == b->h.overrun);
}

static void any_split(uint32_t accm, size_t room, uint8_t split,
                      const uint8_t *octets, size_t n)
{
    struct got whole, cut;
    uint8_t splits[2] = { 1, split };
    int i;

    decode(&whole, accm, room, 0, octets, n);
    for (i = 0; i < 2; i++) {
        decode(&cut, accm, room, splits[i], octets, n);
        same(&whole, &cut);
        free(cut.octets);
    }
    free(whole.octets);
}

static void round_trip(uint32_t accm, uint8_t split, const uint8_t *frame,
                       size_t n)
{
    uint8_t *line = (uint8_t *)fuzz_alloc(PPP_HDLC_MAX(n));
    uint8_t *copy = fuzz_copy(frame, n);
    bool open = split & 1;
    struct got g;
    size_t len, i;

    FUZZ_CHECK(ppp_fcs16(PPP_FCS_INIT, copy, n) == plain_fcs(copy, n));
    len = ppp_hdlc_encode(line, copy, n, accm, false);
    FUZZ_CHECK(len >= n + 4 && len <= PPP_HDLC_MAX(n));
    FUZZ_CHECK(line[0] == 0x7e && line[len - 1] == 0x7e);
    for (i = 1; i + 1 < len; i++)
        FUZZ_CHECK(line[i] != 0x7e &&
                   (line[i] >= 0x20 || (accm >> line[i] & 1) == 0));
    decode(&g, accm, n + 2 < ROOM_MIN ? ROOM_MIN : n + 2, split, line, len);
    if (n >= 2) {
        FUZZ_CHECK(g.len == n + 2 && memcmp(g.octets + 2, frame, n) == 0);
        FUZZ_CHECK(g.h.frames == 1 && g.h.bad_fcs == 0 && g.h.aborted == 0);
    } else {
        FUZZ_CHECK(g.len == 0 && g.h.too_short == 1);
    }
    free(g.octets);
    if (open) { /* the same but for the first flag */
        uint8_t *more = (uint8_t *)fuzz_alloc(PPP_HDLC_MAX(n));

        FUZZ_CHECK(ppp_hdlc_encode(more, copy, n, accm, true) == len - 1);
        FUZZ_CHECK(memcmp(more, line + 1, len - 1) == 0);
        free(more);
    }
    free(copy);
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    static const uint32_t accms[] = { 0, 0xffffffffu, 0x000a0000u, 1,
                                      0x80000000u };
    struct fuzz_in in = { octets, len < 16384 ? len : 16384 };
    uint32_t accm = accms[fuzz_u8(&in) % (sizeof accms / sizeof *accms)];
    size_t room = ROOM_MIN + fuzz_u16(&in) % (ROOM_MAX - ROOM_MIN + 1);
    uint8_t split = fuzz_u8(&in);

    any_split(accm, room, split, in.at, in.left);
    round_trip(accm, split, in.at, in.left);
    return 0;
}
