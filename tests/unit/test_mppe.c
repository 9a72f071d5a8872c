/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MPPE, RFC 3078 and 3079: src/ppp/mppe.c. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/arcfour.h>

#include "ppp/mppe.h"
#include "ppp/mschap.h"

#define ALL (PPP_MPPE_40 | PPP_MPPE_56 | PPP_MPPE_128)
#define STATELESS (PPP_MPPE_128 | PPP_MPPE_STATELESS)
#define STATEFUL (PPP_MPPE_128 | PPP_MPPE_STATEFUL)

static const uint8_t response[24] = { 0x82, 0x30, 0x9e, 0xcd, 0x8d, 0x70,
                                      0x8b, 0x5e, 0xa0, 0x8f, 0xaa, 0x39,
                                      0x81, 0xcd, 0x83, 0x54, 0x42, 0x33,
                                      0x11, 0x4a, 0x3d, 0x85, 0xd6, 0xdf };

/* One packet on its way: two octets of header, protocol, packet. */
struct frame {
    uint8_t octets[64];
    size_t n; /* with the header */
};

static size_t hex(const char *text, uint8_t *out)
{
    size_t n = 0;
    char pair[3] = { 0 };

    for (; *text != 0; text += 2) {
        pair[0] = text[0];
        pair[1] = text[1];
        out[n++] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return n;
}

static struct ppp_mppe *side(bool server, uint8_t bits)
{
    struct ppp_mppe *m = calloc(1, ppp_mppe_octets());
    uint8_t hash[16];

    ck_assert_ptr_nonnull(m);
    ck_assert_uint_eq(ppp_mppe_strengths(m), 0);
    ppp_mschap_nt_hash((const uint8_t *)"clientPass", 10, hash);
    ppp_mppe_keys(m, hash, response, server);
    ck_assert_uint_eq(ppp_mppe_strengths(m), ALL);
    ppp_mppe_start(m, bits, bits);
    return m;
}

/* Packet number `i` of IP, encrypted. */
static struct frame make(struct ppp_mppe *m, unsigned i)
{
    struct frame f = { .n = 0 };
    int n;

    memcpy(f.octets + 2, "\x00\x21\x45\x00 a packet", 13);
    f.octets[15] = (uint8_t)(i >> 8);
    f.octets[16] = (uint8_t)i;
    n = ppp_mppe_encrypt(m, f.octets + 2, 15);
    ck_assert_int_eq(n, 17);
    f.n = 17;
    return f;
}

/* Takes it; true if it became packet `i` again. */
static bool take(struct ppp_mppe *m, const struct frame *f, unsigned i,
                 bool *reset)
{
    struct frame copy = *f;
    int n = ppp_mppe_decrypt(m, copy.octets, copy.n, reset);

    if (n < 0)
        return false;
    ck_assert_int_eq(n, (int)f->n - 2);
    return memcmp(copy.octets + 2, "\x00\x21\x45\x00 a packet", 13) == 0 &&
           copy.octets[15] == (uint8_t)(i >> 8) &&
           copy.octets[16] == (uint8_t)i;
}

static unsigned count_of(const struct frame *f)
{
    return ((unsigned)f->octets[0] << 8 | f->octets[1]) & 0xfff;
}

static bool flushed(const struct frame *f)
{
    return (f->octets[0] & 0x80) != 0;
}

/* RFC 3079 3.5: the server's first packet without a change of key. */
START_TEST(rfc3079_3_5)
{
    static const struct {
        uint8_t bits;
        const char *want;
        /* 3.5.2 prints 58 as the last octet, which its own key, key stream
         * and other eleven octets contradict */
    } rows[] = { { PPP_MPPE_40, "929137917E5803D668D75898" },
                 { PPP_MPPE_56, "3F106833FA448DA842BC57B8" },
                 { PPP_MPPE_128, "81848317DF68846272FB5ABE" } };
    uint8_t octets[32], want[16];
    unsigned i;

    for (i = 0; i < 3; i++) {
        uint8_t bits = rows[i].bits | PPP_MPPE_STATEFUL;
        struct ppp_mppe *server = side(true, bits),
                        *client = side(false, bits);
        bool reset;

        memcpy(octets + 2, "test message", 12);
        ck_assert_int_eq(ppp_mppe_encrypt(server, octets + 2, 12), 14);
        hex(rows[i].want, want);
        ck_assert_mem_eq(octets + 2, want, 12);
        ck_assert_uint_eq(octets[0], 0x10); /* D, not A; count 0 */
        ck_assert_uint_eq(octets[1], 0);
        ck_assert_int_eq(ppp_mppe_decrypt(client, octets, 14, &reset), 12);
        ck_assert_mem_eq(octets + 2, "test message", 12);
        free(server);
        free(client);
    }
}
END_TEST

/* RFC 3079 2.5: the keys of MS-CHAPv1; without a change of key the first
 * packet is what RC4 makes of it with the one that is printed there. */
START_TEST(rfc3079_2_5)
{
    static const struct {
        uint8_t bits, len;
        const char *key;
    } rows[] = { { PPP_MPPE_40, 8, "D1269E538CEC4A08" },
                 { PPP_MPPE_56, 8, "D10801538CEC4A08" },
                 { PPP_MPPE_128, 16, "59D159BC09F76F1DA2A86A28FFEC0B1E" } };
    const uint8_t *secret = (const uint8_t *)"clientPass";
    uint8_t nt[16], lm[16], challenge[8], key[16], octets[32], want[16];
    unsigned i, k;

    hex("102DB5DF085D3041", challenge);
    ppp_mschap_nt_hash(secret, 10, nt);
    ck_assert(ppp_mschap_lm_hash(secret, 10, lm));
    for (i = 0; i < 6; i++) {
        struct ppp_mppe *m = calloc(1, ppp_mppe_octets());
        uint8_t bits = rows[i / 2].bits | PPP_MPPE_STATEFUL;
        struct arcfour_ctx rc4;
        bool reset;

        ck_assert_ptr_nonnull(m);
        ppp_mppe_keys_v1(m, nt, challenge, lm);
        ck_assert_uint_eq(ppp_mppe_strengths(m), ALL);
        ppp_mppe_start(m, bits, bits);
        hex(rows[i / 2].key, key);
        arcfour_set_key(&rc4, rows[i / 2].len, key);
        arcfour_crypt(&rc4, 12, want, (const uint8_t *)"test message");
        if (i % 2 == 0) { /* the same key both ways */
            memcpy(octets + 2, "test message", 12);
            ck_assert_int_eq(ppp_mppe_encrypt(m, octets + 2, 12), 14);
            ck_assert_mem_eq(octets + 2, want, 12);
        } else {
            memcpy(octets, "\x10\x00", 2);
            memcpy(octets + 2, want, 12);
            ck_assert_int_eq(ppp_mppe_decrypt(m, octets, 14, &reset), 12);
            ck_assert_mem_eq(octets + 2, "test message", 12);
        }
        free(m);
    }
    /* without LM hash: 128 alone */
    for (k = 0; k < 2; k++) {
        struct ppp_mppe *m = calloc(1, ppp_mppe_octets());

        ck_assert_ptr_nonnull(m);
        ppp_mppe_keys_v1(m, nt, challenge, k == 0 ? NULL : lm);
        ck_assert_uint_eq(ppp_mppe_strengths(m), k == 0 ? PPP_MPPE_128 : ALL);
        free(m);
    }
}
END_TEST

/* Every strength and mode, both ways, past the end of the count. */
START_TEST(round_trips)
{
    static const uint8_t strengths[] = { PPP_MPPE_40, PPP_MPPE_56,
                                         PPP_MPPE_128 };
    unsigned i, k, mode;
    bool reset;

    for (k = 0; k < 6; k++) {
        uint8_t bits;
        struct ppp_mppe *a, *b;

        mode = k < 3 ? PPP_MPPE_STATELESS : PPP_MPPE_STATEFUL;
        bits = (uint8_t)(strengths[k % 3] | mode);
        a = side(true, bits);
        b = side(false, bits);
        for (i = 0; i < 5000; i++) {
            struct frame f = make(a, i), g = make(b, i + 1);

            ck_assert_uint_eq(count_of(&f), i % 4096);
            /* 3.1, 7.2: A on every packet, or on flag packets */
            ck_assert(flushed(&f) ==
                      (mode == PPP_MPPE_STATELESS || i % 256 == 255));
            ck_assert_mem_ne(f.octets + 2, g.octets + 2, 13);
            ck_assert(take(b, &f, i, &reset));
            ck_assert(take(a, &g, i + 1, &reset));
        }
        free(a);
        free(b);
    }
}
END_TEST

/* 8.1: the key catches up with what was lost; late ones and second ones are
 * discarded, without a Reset-Request. */
START_TEST(stateless_losses)
{
    struct ppp_mppe *a = side(true, STATELESS), *b = side(false, STATELESS);
    struct frame old = make(a, 0), f;
    unsigned i, lost, sent = 1;
    bool reset;

    for (lost = 1; lost < 2048; lost = lost * 3 + 1) {
        for (i = 0; i < lost; i++, sent++)
            f = make(a, sent);
        f = make(a, sent);
        ck_assert(take(b, &f, sent, &reset));
        ck_assert(!take(b, &f, sent, &reset)); /* the same again */
        ck_assert(!reset);
        if (sent < 2000) {
            ck_assert(!take(b, &old, 0, &reset)); /* late */
            ck_assert(!reset);
        }
        sent++;
        f = make(a, sent);
        ck_assert(take(b, &f, sent, &reset));
        sent++;
    }
    free(a);
    free(b);
}
END_TEST

/* An outage of more than half the counts looks like packets that are late;
 * after some in a row it is not taken for that. */
START_TEST(long_outage)
{
    static const uint8_t modes[] = { STATELESS, STATEFUL };
    unsigned k, i, got, taken;
    bool reset;

    for (k = 0; k < 2; k++) {
        struct ppp_mppe *a = side(true, modes[k]), *b = side(false, modes[k]);
        struct frame f = make(a, 0);

        ck_assert(take(b, &f, 0, &reset));
        for (i = 1; i < 3000; i++)
            f = make(a, i);
        for (got = 0, taken = 0; got < 200; got++, i++) {
            f = make(a, i);
            taken += take(b, &f, i, &reset);
            if (reset)
                ppp_mppe_flush(a);
        }
        ck_assert_uint_ge(taken, 160);
        free(a);
        free(b);
    }
}
END_TEST

/* 8.2: a loss stops the receiver until a flushed packet; one Reset-Request,
 * and more of them more and more rarely. */
START_TEST(stateful_losses)
{
    struct ppp_mppe *a = side(true, STATEFUL), *b = side(false, STATEFUL);
    unsigned i = 0, lost, resets, k;
    struct frame f;
    bool reset;

    for (lost = 1; lost < 1500; lost = lost * 2 + 5) {
        f = make(a, i);
        ck_assert(take(b, &f, i, &reset));
        for (k = 0, i++; k < lost; k++, i++)
            f = make(a, i);
        for (k = 0, resets = 0; k < 40; k++, i++) {
            f = make(a, i);
            if (flushed(&f))
                break; /* a flag packet: it would help already */
            ck_assert(!take(b, &f, i, &reset));
            ck_assert(k > 0 || reset);
            resets += reset;
        }
        ck_assert_uint_le(resets, 5); /* 1, 4, 8, 16, 32 */
        if (!flushed(&f)) {
            ppp_mppe_flush(a);
            f = make(a, i);
        }
        /* new by either reading of the RFC */
        ck_assert(flushed(&f));
        ck_assert_uint_eq(count_of(&f) & 0xff, 0xff);
        ck_assert(take(b, &f, i, &reset));
        ck_assert(!reset);
        i++;
        f = make(a, i);
        ck_assert(!flushed(&f));
        ck_assert(take(b, &f, i, &reset));
        i++;
    }
    free(a);
    free(b);
}
END_TEST

/* Late and doubled packets do not throw a stateful receiver out of step. */
START_TEST(stateful_late)
{
    struct ppp_mppe *a = side(true, STATEFUL), *b = side(false, STATEFUL);
    struct frame old = make(a, 0), f;
    bool reset;

    ck_assert(take(b, &old, 0, &reset));
    f = make(a, 1);
    ck_assert(take(b, &f, 1, &reset));
    ck_assert(!take(b, &old, 0, &reset));
    ck_assert(!reset);
    ck_assert(!take(b, &f, 1, &reset));
    ck_assert(!reset);
    f = make(a, 2);
    ck_assert(take(b, &f, 2, &reset));
    free(a);
    free(b);
}
END_TEST

/*
 * Senders that are not ours: a flushed packet that is no flag packet, with
 * the key in use (RFC 3078 8.2) or with a changed one (Linux).  Packets were
 * made by an independent model of both, from the keys of RFC 3079 3.5.3: the
 * first two of a stream, some lost, and after the flush two more.
 */
START_TEST(foreign_flush)
{
    static const struct {
        const char *packet;
        int n; /* the packet that it is; -1: discarded */
    } rfc[] = { { "1000f5c0b563df64c16160f956beebc2e2", 0 },
                { "1001b8fe2e309a6c063f03d6e88cb87dad", 1 },
                { "10056ed219b242d8192a972b5981bb62cd", -1 },
                { "10068c544d722990aae6e860184a687c01", -1 },
                { "9007f5c0b563df64c16160f956beebc2e5", 7 },
                { "1008b8fe2e309a6c063f03d6e88cb87da4", 8 },
                { "11351ad6a3d87b426781923652ef6b699d", -1 },
                { "91367058132bc00e78cab205e2400b55a3", 310 },
                { "1137ba48b538f324d5c4556e4ef826d6b4", 311 },
                { "113bba48b538f324d5c4556e4ef826d6b8", -1 },
                { "913c7058132bc00e78cab205e2400b55a9", 316 },
                { "113dba48b538f324d5c4556e4ef826d6be", 317 },
                { "91ff353ca4298650ce2c23be70f2f9930f", 511 },
                { "12004221f635517c7b1ccf45c5ba2e9f26", 512 } },
      linux_[] = { { "1000f5c0b563df64c16160f956beebc2e2", 0 },
                   { "1001b8fe2e309a6c063f03d6e88cb87dad", 1 },
                   { "10056ed219b242d8192a972b5981bb62cd", -1 },
                   { "10068c544d722990aae6e860184a687c01", -1 },
                   { "90077058132bc00e78cab205e2400b5492", 7 },
                   { "1008ba48b538f324d5c4556e4ef826d78b", 8 },
                   { "113503b74ff0312654277fc78dc8a66eab", -1 },
                   { "9136ccd975db11d8eb2fb52ace7686ee3b", 310 },
                   { "1137cc893cbf62d74244cf3ad63dc6cd00", 311 },
                   { "113bcc9c1924c254585760ff0844d00708", -1 },
                   { "913c4b90490a3e52fed36ab65af3580199", 316 },
                   { "113dad8f87fc8cd95a3a38229df948ffa2", 317 },
                   { "91ff5884aad776c60ee56d659c8cd690d3", 511 },
                   { "1200f0959eabe93fe0deee8a763fed07b3", 512 } };
    const struct ppp_mppe *unused = NULL;
    unsigned k, i;

    ck_assert_uint_eq(ppp_mppe_strengths(unused), 0);
    for (k = 0; k < 2; k++) {
        struct ppp_mppe *b = side(false, STATEFUL);
        unsigned taken = 0;

        for (i = 0; i < sizeof rfc / sizeof rfc[0]; i++) {
            const char *text = k == 0 ? rfc[i].packet : linux_[i].packet;
            int n = k == 0 ? rfc[i].n : linux_[i].n;
            struct frame f;
            bool reset;

            f.n = hex(text, f.octets);
            ck_assert_msg(n < 0
                              ? ppp_mppe_decrypt(b, f.octets, f.n, &reset) < 0
                              : take(b, &f, (unsigned)n, &reset),
                          "%s packet %u", k == 0 ? "RFC" : "Linux", i);
            taken += n >= 0;
        }
        ck_assert_uint_eq(taken, 10);
        free(b);
    }
}
END_TEST

START_TEST(malformed)
{
    struct ppp_mppe *a = side(true, STATELESS), *b = side(false, STATELESS);
    struct frame f = make(a, 0), g;
    bool reset = true;
    size_t n;

    for (n = 0; n < 3; n++)
        ck_assert_int_eq(ppp_mppe_decrypt(b, f.octets, n, &reset),
                         PPTP_ERR_TRUNCATED);
    ck_assert(!reset);
    g = f;
    g.octets[0] &= 0x7f; /* stateless without A */
    ck_assert_int_eq(ppp_mppe_decrypt(b, g.octets, g.n, &reset),
                     PPTP_ERR_FORMAT);
    g = f;
    g.octets[0] &= 0xef; /* without D: not encrypted */
    ck_assert_int_eq(ppp_mppe_decrypt(b, g.octets, g.n, &reset),
                     PPTP_ERR_FORMAT);
    ck_assert(take(b, &f, 0, &reset)); /* none of it did harm */

    ppp_mppe_start(b, 0, 0);
    ck_assert_int_eq(ppp_mppe_decrypt(b, f.octets, f.n, &reset),
                     PPTP_ERR_STATE);
    ck_assert_int_eq(ppp_mppe_encrypt(b, f.octets + 2, 1), PPTP_ERR_STATE);
    ck_assert_uint_eq(ppp_mppe_strengths(b), ALL);
    ppp_mppe_stop(b);
    ck_assert_uint_eq(ppp_mppe_strengths(b), 0);
    for (n = 0; n < ppp_mppe_octets(); n++)
        ck_assert_uint_eq(((uint8_t *)b)[n], 0);
    free(a);
    free(b);
}
END_TEST

/* New keys, of another authentication, wait for the next start. */
START_TEST(new_keys)
{
    struct ppp_mppe *a = side(true, STATELESS), *b = side(false, STATELESS);
    uint8_t hash[16] = { 1 };
    struct frame f;
    bool reset;

    ppp_mppe_keys(a, hash, response, true);
    f = make(a, 0);
    ck_assert(take(b, &f, 0, &reset));
    ppp_mppe_start(a, STATELESS, STATELESS);
    ppp_mppe_start(b, STATELESS, STATELESS);
    f = make(a, 1);
    ck_assert(!take(b, &f, 1, &reset));
    ppp_mppe_keys(b, hash, response, false);
    ppp_mppe_start(a, STATELESS, STATELESS);
    ppp_mppe_start(b, STATELESS, STATELESS);
    f = make(a, 2);
    ck_assert(take(b, &f, 2, &reset));
    free(a);
    free(b);
}
END_TEST

/* A real client's and a real server's packets: count 0, and 3 when two were
 * lost; the beginnings of pings in either direction. */
START_TEST(captured)
{
    static const struct {
        bool server; /* its packets */
        const char *first, *later;
    } rows[] = {
        { false,
          "9000d4906003bb13c1fc6f17b69636e0de2a31e8e071317ae5f93f9f39d67d14",
          "9003041f353d89c66b9f748e1a261300e130ba3064de14390e0f200e42535212" },
        { true,
          "9000e81d0c6d932be0f17d8c45cc478853eaf98f2e28ed5d86d7758ad9feb7d8",
          "9003dc3e3812e5d66ebe8e17be7db422166b25c2faf96275551c869f4656c06"
          "3" }
    };
    static const uint8_t echo[2] = { 8, 0 }; /* types of ICMP */
    uint8_t hash[16], nt[24], octets[64];
    unsigned i, k;

    ppp_mschap_nt_hash((const uint8_t *)"wonder", 6, hash);
    hex("28c45d83d2566236c1a36434ec0be1878a08a545cf07c6b9", nt);
    for (i = 0; i < 2; i++) {
        struct ppp_mppe *m = calloc(1, ppp_mppe_octets());

        ck_assert_ptr_nonnull(m);
        ppp_mppe_keys(m, hash, nt, !rows[i].server);
        ppp_mppe_start(m, STATELESS, STATELESS);
        for (k = 0; k < 2; k++) {
            size_t n = hex(k == 0 ? rows[i].first : rows[i].later, octets);
            bool reset;

            ck_assert_int_eq(ppp_mppe_decrypt(m, octets, n, &reset),
                             (int)n - 2);
            /* IPv4, 228 octets, ICMP, echo or its reply */
            ck_assert_mem_eq(octets + 2, "\x00\x21\x45\x00\x00\xe4", 6);
            ck_assert_uint_eq(octets[4 + 9], 1);
            ck_assert_uint_eq(octets[4 + 20], echo[i]);
        }
        free(m);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mppe");
    TCase *tc = tcase_create("mppe");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, rfc3079_3_5);
    tcase_add_test(tc, rfc3079_2_5);
    tcase_add_test(tc, round_trips);
    tcase_add_test(tc, stateless_losses);
    tcase_add_test(tc, long_outage);
    tcase_add_test(tc, stateful_losses);
    tcase_add_test(tc, stateful_late);
    tcase_add_test(tc, foreign_flush);
    tcase_add_test(tc, malformed);
    tcase_add_test(tc, new_keys);
    tcase_add_test(tc, captured);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
