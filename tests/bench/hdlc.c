/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast async framing is, on one core, frames of 1,500 and 64 octets.
 * Rates are octets of the frame, not of the line (which has up to twice as
 * many), beside the rate of memcpy over the same frames, interleaved with it.
 *   plain    no octet to escape, ACCM 0        (wanted: 1 GB/s)
 *   map      the same, ACCM ffffffff
 *   random   random octets, ACCM 0: 1 in 128 escaped
 *   control  random octets, ACCM ffffffff: 17 in 128 escaped
 *   half     each octet escaped or not, at random
 *   every    every octet escaped               (wanted: 0.3 GB/s)
 * Prints a table, and with a file name as argument writes JSON there too.
 */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ppp/hdlc.h"

enum { FRAMES = 64, SIZE_MAX_OCTETS = 1500, ROUNDS = 15 };
#define ROUND_S 0.01

static const char *const kinds[] = { "plain",   "map",  "random",
                                     "control", "half", "every" };

struct work {
    uint32_t accm;
    size_t size, line_len;
    uint8_t frames[FRAMES][SIZE_MAX_OCTETS];
    uint8_t line[FRAMES * PPP_HDLC_MAX(SIZE_MAX_OCTETS)];
    uint8_t copy[SIZE_MAX_OCTETS + 2];
};

static uint64_t rng = 0x9e3779b97f4a7c15u;

static uint8_t random_octet(void)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return (uint8_t)(rng >> 32);
}

static uint8_t octet_of(unsigned kind)
{
    uint8_t c = random_octet();

    switch (kind) {
    case 0:
    case 1: return (uint8_t)(0x20 + c % 0x5d);
    case 4: return c & 1 ? 0x7e : (uint8_t)(c | 0x80);
    case 5: return c & 1 ? 0x7e : 0x7d;
    default: return c;
    }
}

/* Frames, and the line that carries all of them; ends if it does not. */
static void prepare(struct work *w, unsigned kind, size_t size)
{
    struct ppp_hdlc h;
    size_t at = 0, used;
    unsigned f, i;

    w->accm = kind == 1 || kind == 3 ? 0xffffffffu : 0;
    w->size = size;
    w->line_len = 0;
    for (f = 0; f < FRAMES; f++) {
        for (i = 0; i < size; i++)
            w->frames[f][i] = octet_of(kind);
        w->line_len += ppp_hdlc_encode(w->line + w->line_len, w->frames[f],
                                       size, w->accm, f > 0);
    }
    ppp_hdlc_init(&h, w->accm);
    for (f = 0; f < FRAMES; f++) {
        size_t n = ppp_hdlc_decode(&h, w->copy, sizeof w->copy, w->line + at,
                                   w->line_len - at, &used);

        if (n != size || memcmp(w->copy, w->frames[f], n) != 0) {
            fprintf(stderr, "hdlc: frame %u came out wrong\n", f);
            exit(1);
        }
        at += used;
    }
}

static double cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The optimizer may not drop what was written there. */
static void keep(const void *p)
{
    __asm__ volatile("" : : "r"(p) : "memory");
}

static void copy_all(struct work *w)
{
    unsigned f;

    for (f = 0; f < FRAMES; f++) {
        memcpy(w->copy, w->frames[f], w->size);
        keep(w->copy);
    }
}

static void encode_all(struct work *w)
{
    size_t at = 0;
    unsigned f;

    for (f = 0; f < FRAMES; f++)
        at += ppp_hdlc_encode(w->line + at, w->frames[f], w->size, w->accm,
                              f > 0);
    keep(w->line);
}

static void decode_all(struct work *w)
{
    struct ppp_hdlc h;
    size_t at = 0, used;

    ppp_hdlc_init(&h, w->accm);
    while (at < w->line_len) {
        ppp_hdlc_decode(&h, w->copy, sizeof w->copy, w->line + at,
                        w->line_len - at, &used);
        keep(w->copy);
        at += used;
    }
}

static void fcs_all(struct work *w)
{
    uint16_t fcs = PPP_FCS_INIT;
    unsigned f;

    for (f = 0; f < FRAMES; f++)
        fcs ^= ppp_fcs16(PPP_FCS_INIT, w->frames[f], w->size);
    keep(&fcs);
}

enum { COPY, FCS, ENCODE, DECODE, WAYS };

/* GB/s of one round. */
static double rate(struct work *w, void (*go)(struct work *))
{
    double start = cpu_s(), end;
    double octets = 0;

    do {
        go(w);
        octets += (double)(FRAMES * w->size);
        end = cpu_s();
    } while (end - start < ROUND_S);
    return octets / (end - start) * 1e-9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Medians; the ways take turns, so that a noisy moment meets all of them. */
static void measure(struct work *w, double out[WAYS])
{
    static void (*const ways[WAYS])(
        struct work *) = { copy_all, fcs_all, encode_all, decode_all };
    double got[WAYS][ROUNDS];
    unsigned r, k;

    for (r = 0; r < ROUNDS; r++)
        for (k = 0; k < WAYS; k++)
            got[k][r] = rate(w, ways[k]);
    for (k = 0; k < WAYS; k++) {
        qsort(got[k], ROUNDS, sizeof got[k][0], by_value);
        out[k] = got[k][ROUNDS / 2];
    }
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = { SIZE_MAX_OCTETS, 64 };
    static struct work w;
    json_t *all = json_array();
    double r[WAYS];
    unsigned s, kind;

    printf("%-8s %6s %9s %9s %9s %9s %9s %9s\n", "GB/s", "octets", "memcpy",
           "fcs", "encode", "decode", "enc/copy", "dec/copy");
    for (s = 0; s < 2; s++)
        for (kind = 0; kind < 6; kind++) {
            prepare(&w, kind, sizes[s]);
            measure(&w, r);
            printf("%-8s %6zu %9.2f %9.2f %9.2f %9.2f %9.3f %9.3f\n",
                   kinds[kind], sizes[s], r[COPY], r[FCS], r[ENCODE],
                   r[DECODE], r[ENCODE] / r[COPY], r[DECODE] / r[COPY]);
            json_array_append_new(
                all,
                json_pack("{s:s,s:i,s:f,s:f,s:f,s:f}", "kind", kinds[kind],
                          "octets", (int)sizes[s], "memcpy_gb_per_s", r[COPY],
                          "fcs_gb_per_s", r[FCS], "encode_gb_per_s", r[ENCODE],
                          "decode_gb_per_s", r[DECODE]));
        }
    if (argc > 1 && json_dump_file(all, argv[1], JSON_INDENT(2)) != 0)
        return 1;
    json_decref(all);
    return 0;
}
