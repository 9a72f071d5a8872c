/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Octet-stuffed framing, RFC 1662 §4 and appendix C.
 *
 * Speed comes from three things: the FCS takes 16 octets a step from tables
 * that the compiler makes; octets are looked at eight at a time in a 64-bit
 * word, and words with nothing special in them are copied whole; words with
 * something special are done without branches, for random octets would make
 * every branch a guess.
 */
#include "config.h"

#include "ppp/hdlc.h"

#include <string.h>

enum { FLAG = 0x7e, ESCAPE = 0x7d, FLIP = 0x20, WORD = 8 };

/*
 * FCS tables. The FCS is linear: the row of an octet is the exclusive or of
 * the rows of its bits, so that 8 constants make a table of 256. Table k is
 * for an octet with k more octets after it in the step.
 */
#define BIT(i, n, v) ((i) >> (n)&1 ? (v) : 0)
#define ROW(i, a, b, c, d, e, f, g, h)                           \
    (BIT(i, 0, a) ^ BIT(i, 1, b) ^ BIT(i, 2, c) ^ BIT(i, 3, d) ^ \
     BIT(i, 4, e) ^ BIT(i, 5, f) ^ BIT(i, 6, g) ^ BIT(i, 7, h))
#define ROWS4(i, ...)                               \
    ROW(i, __VA_ARGS__), ROW((i) + 1, __VA_ARGS__), \
        ROW((i) + 2, __VA_ARGS__), ROW((i) + 3, __VA_ARGS__)
#define ROWS16(i, ...)                                  \
    ROWS4(i, __VA_ARGS__), ROWS4((i) + 4, __VA_ARGS__), \
        ROWS4((i) + 8, __VA_ARGS__), ROWS4((i) + 12, __VA_ARGS__)
#define ROWS64(i, ...)                                     \
    ROWS16(i, __VA_ARGS__), ROWS16((i) + 16, __VA_ARGS__), \
        ROWS16((i) + 32, __VA_ARGS__), ROWS16((i) + 48, __VA_ARGS__)
#define TABLE(...)                                             \
    {                                                          \
        ROWS64(0, __VA_ARGS__), ROWS64(64, __VA_ARGS__),       \
            ROWS64(128, __VA_ARGS__), ROWS64(192, __VA_ARGS__) \
    }

enum { STEP = 16, FOLD = 16 };

/* The FCS of one bit after 1 to 16 octets, polynomial 0x8408. */
static const uint16_t fcs_tables[STEP][256] = {
    TABLE(0x1189, 0x2312, 0x4624, 0x8c48, 0x1081, 0x2102, 0x4204, 0x8408),
    TABLE(0x19d8, 0x33b0, 0x6760, 0xcec0, 0x9591, 0x2333, 0x4666, 0x8ccc),
    TABLE(0x5adc, 0xb5b8, 0x6361, 0xc6c2, 0x8595, 0x033b, 0x0676, 0x0cec),
    TABLE(0x1cbb, 0x3976, 0x72ec, 0xe5d8, 0xc3a1, 0x8f53, 0x16b7, 0x2d6e),
    TABLE(0x0b44, 0x1688, 0x2d10, 0x5a20, 0xb440, 0x6091, 0xc122, 0x8a55),
    TABLE(0x042b, 0x0856, 0x10ac, 0x2158, 0x42b0, 0x8560, 0x02d1, 0x05a2),
    TABLE(0x9fd5, 0x37bb, 0x6f76, 0xdeec, 0xb5c9, 0x6383, 0xc706, 0x861d),
    TABLE(0x81bf, 0x0b6f, 0x16de, 0x2dbc, 0x5b78, 0xb6f0, 0x65f1, 0xcbe2),
    TABLE(0x4dfd, 0x9bfa, 0x3fe5, 0x7fca, 0xff94, 0xf739, 0xe663, 0xc4d7),
    TABLE(0x2c27, 0x584e, 0xb09c, 0x6929, 0xd252, 0xacb5, 0x517b, 0xa2f6),
    TABLE(0x5591, 0xab22, 0x5e55, 0xbcaa, 0x7145, 0xe28a, 0xcd05, 0x921b),
    TABLE(0x8555, 0x02bb, 0x0576, 0x0aec, 0x15d8, 0x2bb0, 0x5760, 0xaec0),
    TABLE(0x05ad, 0x0b5a, 0x16b4, 0x2d68, 0x5ad0, 0xb5a0, 0x6351, 0xc6a2),
    TABLE(0x7eea, 0xfdd4, 0xf3b9, 0xef63, 0xd6d7, 0xa5bf, 0x436f, 0x86de),
    TABLE(0x482a, 0x9054, 0x28b9, 0x5172, 0xa2e4, 0x4dd9, 0x9bb2, 0x3f75),
    TABLE(0x8e10, 0x1431, 0x2862, 0x50c4, 0xa188, 0x4b01, 0x9602, 0x2415)
};

/* A word is only asked whether it has an octet of some kind; the answers are
 * exact and the same in either octet order. */
#define EVERY(octet) (UINT64_C(0x0101010101010101) * (octet))

static inline uint64_t word(const uint8_t *octets)
{
    uint64_t w;

    memcpy(&w, octets, sizeof(w));
    return w;
}

/* Not 0 if an octet of w is below `limit`, at most 128. */
static inline uint64_t has_below(uint64_t w, unsigned limit)
{
    return (w - EVERY(limit)) & ~w & EVERY(0x80u);
}

static inline uint64_t has(uint64_t w, unsigned octet)
{
    return has_below(w ^ EVERY(octet), 1);
}

/* Not 0 if w has something to escape, or to take out. `control`: below which
 * octets ACCM may have a say, 0x20, or 0 for an empty one. */
static inline uint64_t special(uint64_t w, unsigned control)
{
    return has(w, FLAG) | has(w, ESCAPE) | has_below(w, control);
}

/* By tables. */
static unsigned fcs_steps(unsigned fcs, const uint8_t *p, size_t n)
{
    unsigned i;

    for (; n >= STEP; n -= STEP, p += STEP) {
        unsigned others = 0;

        /* No octet after the second waits for the step before. */
        for (i = 2; i < STEP; i++)
            others ^= fcs_tables[STEP - 1 - i][p[i]];
        fcs = others ^ fcs_tables[STEP - 1][p[0] ^ (fcs & 0xff)] ^
              fcs_tables[STEP - 2][p[1] ^ fcs >> 8];
    }
    for (; n > 0; n--)
        fcs = fcs >> 8 ^ fcs_tables[0][(fcs ^ *p++) & 0xff];
    return fcs;
}

/*
 * FOLD words of message to their successor in `sum`. The polynomial is
 * x^16 + x^12 + x^5 + 1 and, over bits, the square of a sum is the sum of the
 * squares: six squarings make x^1024 equal to x^768 + x^320 + 1, which are
 * whole words. So word i may be taken out of a message when it is added to
 * words i + 4, i + 11 and i + 16.
 */
static void fold(uint64_t sum[FOLD], const uint8_t *p)
{
    unsigned i;

#pragma GCC unroll 16 /* makes the indices constant */
    for (i = 0; i < FOLD; i++)
        sum[i] ^= word(p + WORD * i) ^ sum[(i + FOLD - 4) % FOLD] ^
                  sum[(i + FOLD - 11) % FOLD];
}

uint16_t ppp_fcs16(uint16_t fcs, const uint8_t *octets, size_t n)
{
    const uint8_t first[WORD] = { (uint8_t)(fcs & 0xff), (uint8_t)(fcs >> 8) };
    uint64_t sum[FOLD] = { 0 };
    uint8_t rest[FOLD * WORD];
    unsigned i;

    if (n < 2 * sizeof(rest))
        return (uint16_t)fcs_steps(fcs, octets, n);
    /* The FCS so far is added to the first octets. */
    memcpy(sum, first, WORD);
    do {
        fold(sum, octets);
        octets += sizeof(rest);
        n -= sizeof(rest);
    } while (n >= sizeof(rest) * 2);
    /* What the sums add to the FOLD words after them, and no further. */
    for (i = 0; i < FOLD; i++) {
        sum[i] ^= i < 4 ? sum[FOLD - 4 + i] : 0;
        sum[i] ^= i < 11 ? sum[FOLD - 11 + i] : 0;
        sum[i] ^= word(octets + WORD * i);
    }
    memcpy(rest, sum, sizeof(rest));
    return (uint16_t)fcs_steps(fcs_steps(0, rest, sizeof(rest)),
                               octets + sizeof(rest), n - sizeof(rest));
}

/* --- sending ------------------------------------------------------------- */

/* One octet, escaped if its bit of the map of 256 is set. */
static inline uint8_t *put(uint8_t *out, uint8_t c, const uint32_t map[8])
{
    unsigned escape = map[c >> 5] >> (c & 31) & 1;

    *out = ESCAPE; /* overwritten unless it counts */
    out += escape;
    *out = (uint8_t)(c ^ escape << 5);
    return out + 1;
}

size_t ppp_hdlc_encode(uint8_t *out, const uint8_t *frame, size_t n,
                       uint32_t accm, bool open)
{
    const uint32_t map[8] = { accm, 0, 0, 0x60000000u, 0, 0, 0, 0 };
    const unsigned control = accm != 0 ? 0x20 : 0;
    const unsigned fcs = ppp_fcs16(PPP_FCS_INIT, frame, n) ^ 0xffffu;
    uint8_t *o = out;
    size_t i = 0;
    unsigned k;

    if (!open)
        *o++ = FLAG;
    for (; n - i >= WORD; i += WORD) {
        if (special(word(frame + i), control) == 0) {
            memcpy(o, frame + i, WORD);
            o += WORD;
            continue;
        }
        for (k = 0; k < WORD; k++)
            o = put(o, frame[i + k], map);
    }
    for (; i < n; i++)
        o = put(o, frame[i], map);
    o = put(o, (uint8_t)(fcs & 0xff), map); /* the low octet goes first */
    o = put(o, (uint8_t)(fcs >> 8), map);
    *o++ = FLAG;
    return (size_t)(o - out);
}

/* --- receiving ----------------------------------------------------------- */

void ppp_hdlc_init(struct ppp_hdlc *h, uint32_t accm)
{
    memset(h, 0, sizeof(*h));
    h->accm = accm;
}

/* 8 octets, the first one lowest whatever the machine. */
static inline uint64_t low_first(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
           (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
           (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* 1 in each octet that is ESCAPE: unlike has(), every octet is right. */
static inline uint64_t escapes_of(const uint8_t *p)
{
    const uint64_t x = low_first(p) ^ EVERY(ESCAPE);
    const uint64_t high = EVERY(0x80u);

    return ~(((x & ~high) + ~high) | x | ~high) >> 7;
}

/* 1 if ACCM has the octet removed. */
static inline unsigned dropped(const struct ppp_hdlc *h, uint8_t c)
{
    return (c < 0x20) & (h->accm >> (c & 31));
}

/*
 * One octet that is no flag. It is always written, and counts if it stays:
 * an ACCM octet is removed first and leaves an escape before it in force
 * (§4.2: somebody between the two ends put it there).
 */
static inline void take(struct ppp_hdlc *h, uint8_t *buf, uint8_t c)
{
    unsigned escaped = h->escaped;
    unsigned drop = dropped(h, c);
    unsigned escape = (c == ESCAPE) & (escaped ^ 1);

    buf[h->len] = (uint8_t)(c ^ escaped << 5);
    h->len += (drop | escape) ^ 1;
    h->escaped = escape | (escaped & drop);
}

/* Word-wise `take` of 8 octets, first octet lowest, none removed by ACCM;
 * `escapes` has 1 in each octet that is an escape, never two in a row. */
static inline size_t take_word(uint8_t *to, uint64_t w, uint64_t escapes,
                               bool escaped)
{
    uint8_t *const start = to;
    unsigned k;

    w ^= (escapes << 8 | escaped) << 5;
    for (k = 0; k < WORD; k++) {
        *to = (uint8_t)w; /* an escape is overwritten */
        to += ~escapes & 1;
        w >>= 8;
        escapes >>= 8;
    }
    return (size_t)(to - start);
}

/* Words without a flag, as long as buf surely has room; octets used. */
static inline size_t take_words(struct ppp_hdlc *h, uint8_t *buf, size_t cap,
                                const uint8_t *octets, size_t n)
{
    const unsigned control = h->accm != 0 ? 0x20 : 0;
    size_t i;
    unsigned k;

    for (i = 0; n - i >= WORD && cap - h->len >= WORD; i += WORD) {
        const uint64_t w = word(octets + i);
        uint64_t escapes;

        if ((special(w, control) | h->escaped) == 0) {
            memcpy(buf + h->len, octets + i, WORD);
            h->len += WORD;
            continue;
        }
        if (has(w, FLAG) != 0)
            break;
        escapes = escapes_of(octets + i);
        if ((escapes & (escapes << 8 | h->escaped)) != 0 ||
            has_below(w, control) != 0) {
            for (k = 0; k < WORD; k++)
                take(h, buf, octets[i + k]);
        } else {
            h->len += (uint32_t)take_word(buf + h->len, low_first(octets + i),
                                          escapes, h->escaped);
            h->escaped = escapes >> 56 != 0;
        }
    }
    return i;
}

/* Octets up to the next flag; octets used. */
static size_t take_octets(struct ppp_hdlc *h, uint8_t *buf, size_t cap,
                          const uint8_t *octets, size_t n)
{
    struct ppp_hdlc at = *h; /* in registers: buf may alias *h */
    size_t i = take_words(&at, buf, cap, octets, n);

    for (; i < n && octets[i] != FLAG && !at.overrun; i++)
        if (at.len < cap)
            take(&at, buf, octets[i]);
        else
            at.overrun = !dropped(&at, octets[i]);
    h->len = at.len;
    h->escaped = at.escaped;
    h->overrun = at.overrun;
    return i;
}

/* A flag: ends the frame and begins the next; octets of a good frame. */
static size_t finish(struct ppp_hdlc *h, const uint8_t *buf)
{
    const size_t len = h->len;
    const bool cut = h->escaped, full = h->overrun;

    h->in_frame = true;
    h->escaped = false;
    h->overrun = false;
    h->len = 0;
    if (full) {
        h->too_long++;
        return 0;
    }
    if (cut) {
        h->aborted++; /* 4.3: no FCS error */
        return 0;
    }
    if (len < 4) {
        h->too_short += len > 0; /* flags in a row are time fill */
        return 0;
    }
    if (ppp_fcs16(PPP_FCS_INIT, buf, len) != PPP_FCS_GOOD) {
        h->bad_fcs++;
        return 0;
    }
    h->frames++;
    return len - 2;
}

size_t ppp_hdlc_decode(struct ppp_hdlc *h, uint8_t *buf, size_t cap,
                       const uint8_t *octets, size_t n, size_t *used)
{
    size_t i = 0, len = 0;

    PPTP_ASSERT(h->len <= cap); /* one buffer for one frame */
    while (i < n && len == 0)
        if (octets[i] == FLAG) {
            len = finish(h, buf);
            i++;
        } else if (!h->in_frame || h->overrun) {
            i++; /* noise before the first flag, or too much */
        } else {
            i += take_octets(h, buf, cap, octets + i, n - i);
        }
    *used = i;
    return len;
}
