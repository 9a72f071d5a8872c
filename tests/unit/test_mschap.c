/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The computations and texts of MS-CHAP: src/ppp/mschap.h. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/mschap.h"

/* Hexadecimal text to octets; their number. */
static size_t hex(const char *text, uint8_t *out)
{
    size_t n = 0;
    char pair[3] = { 0 };

    for (; *text != 0; text += 2) {
        while (*text == ' ')
            text++;
        pair[0] = text[0];
        pair[1] = text[1];
        out[n++] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return n;
}

static void same(const uint8_t *is, const char *want)
{
    uint8_t octets[64];
    size_t n = hex(want, octets);

    ck_assert_mem_eq(is, octets, n);
}

/* RFC 2759 9.2, and the same of RFC 3079 3.5. */
START_TEST(rfc2759_9_2)
{
    uint8_t ours[16], peer[16], hash[16], challenge[8], nt[24], proof[20];
    char text[MSCHAP_TEXT_MAX];

    hex("5B5D7C7D7B3F2F3E3C2C602132262628", ours);
    hex("21402324255E262A28295F2B3A337C7E", peer);
    ppp_mschap2_challenge(peer, ours, (const uint8_t *)"User", 4, challenge);
    same(challenge, "D02E4386BCE91226");
    ppp_mschap2_challenge(peer, ours, (const uint8_t *)"BIGCO\\User", 10,
                          challenge);
    same(challenge, "D02E4386BCE91226"); /* the domain does not count */
    ppp_mschap_nt_hash((const uint8_t *)"clientPass", 10, hash);
    same(hash, "44EBBA8D5312B8D611474411F56989AE");
    ppp_mschap_response(challenge, hash, nt);
    same(nt, "82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF");
    ppp_mschap2_proof(hash, nt, challenge, proof);
    ck_assert_uint_le(ppp_mschap2_success(proof, text), 64);
    ck_assert_mem_eq(text, "S=407A5589115FD0D6209F510FE9C04566932CDA56", 42);
    ck_assert_ptr_nonnull(strstr(text, " M="));
}
END_TEST

/* RFC 2433 B.2 and B.3: the response, and with it the spreading of keys. */
START_TEST(rfc2433_b_2)
{
    uint8_t challenge[8], hash[16], nt[24];

    hex("102DB5DF085D3041", challenge);
    ppp_mschap_nt_hash((const uint8_t *)"MyPw", 4, hash);
    same(hash, "FC156AF7EDCD6C0EDDE3337D427F4EAC");
    ppp_mschap_response(challenge, hash, nt);
    same(nt, "4E9D3C8F9CFD385D5BF4D3246791956CA4C351AB409A3D61");
}
END_TEST

/* RFC 3079 2.5.1; of no capitals, of 14 octets and no more, of ASCII only. */
START_TEST(lm_hash)
{
    uint8_t hash[16], again[16];

    ck_assert(ppp_mschap_lm_hash((const uint8_t *)"clientPass", 10, hash));
    same(hash, "76A152936096D7830E2390227404AFD2");
    ck_assert(ppp_mschap_lm_hash((const uint8_t *)"CLIENTpaSS", 10, again));
    ck_assert_mem_eq(hash, again, 16);
    ck_assert(ppp_mschap_lm_hash((const uint8_t *)"", 0, hash));
    same(hash, "AAD3B435B51404EEAAD3B435B51404EE"); /* known to everybody */
    ck_assert(ppp_mschap_lm_hash((const uint8_t *)"12345678901234", 14, hash));
    ck_assert(
        !ppp_mschap_lm_hash((const uint8_t *)"123456789012345", 15, hash));
    ck_assert(!ppp_mschap_lm_hash((const uint8_t *)"\xfc", 1, hash));
}
END_TEST

/* A hash whose parts make weak keys of DES is a hash like others. */
START_TEST(weak_keys)
{
    static const uint8_t zeros[16] = { 0 };
    uint8_t nt[24];

    ppp_mschap_response(zeros, zeros, nt);
    same(nt, "8CA64DE9C1B123A78CA64DE9C1B123A78CA64DE9C1B123A7");
}
END_TEST

/* Passwords are Unicode (RFC 2759 4); the file is UTF-8 or, if it is not
 * well formed as that, ISO 8859-1. */
START_TEST(unicode)
{
    static const char *const bad[] = { "\xfc",         "\xc3",
                                       "\xc0\x80",     "\xed\xa0\x80",
                                       "\xf8\x88\x80", "\xf4\x90\x80\x80",
                                       "\xe2\x28\xa1", "\x80" };
    uint8_t a[16], b[16];
    size_t i;

    ppp_mschap_nt_hash((const uint8_t *)"\xc3\xbc", 2, a);
    ppp_mschap_nt_hash((const uint8_t *)"\xfc", 1, b);
    ck_assert_mem_eq(a, b, 16);
    same(a, "8bd6e4fb88e01009818749c5443ea712");
    /* beyond the basic plane: a pair of surrogates, 3d d8 00 de */
    ppp_mschap_nt_hash((const uint8_t *)"\xf0\x9f\x98\x80", 4, a);
    same(a, "4b58a10cc20a4e7d808d218e1f80aabc");
    /* the empty one is the MD4 of nothing */
    ppp_mschap_nt_hash((const uint8_t *)"", 0, a);
    same(a, "31d6cfe0d16ae931b73c59d7e0c089c0");
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        /* octet by octet: an "x" more is a character more */
        char longer[8] = "x";

        strcat(longer, bad[i]);
        ppp_mschap_nt_hash((const uint8_t *)bad[i], strlen(bad[i]), a);
        ppp_mschap_nt_hash((const uint8_t *)longer, strlen(longer), b);
        ck_assert_mem_ne(a, b, 16);
    }
}
END_TEST

START_TEST(success_texts)
{
    static const char good[] = "S=407A5589115FD0D6209F510FE9C04566932CDA56";
    uint8_t proof[20];
    char text[80];
    size_t n;

    for (n = 0; n < 42; n++)
        ck_assert(!ppp_mschap2_success_read((const uint8_t *)good, n, proof));
    ck_assert(ppp_mschap2_success_read((const uint8_t *)good, 42, proof));
    same(proof, "407A5589115FD0D6209F510FE9C04566932CDA56");
    strcpy(text, good);
    strcat(text, " M=Hello");
    ck_assert(ppp_mschap2_success_read((const uint8_t *)text, 50, proof));
    strcpy(text, good);
    strcat(text, "7");
    ck_assert(!ppp_mschap2_success_read((const uint8_t *)text, 43, proof));
    strcpy(text, good);
    text[20] = 'G';
    ck_assert(!ppp_mschap2_success_read((const uint8_t *)text, 42, proof));
    text[20] = good[20];
    text[0] = 's';
    ck_assert(!ppp_mschap2_success_read((const uint8_t *)text, 42, proof));
}
END_TEST

static bool failure(const char *text, struct ppp_mschap_failure *f)
{
    /* exactly as long, so that reading on is seen */
    size_t n = strlen(text);
    uint8_t *copy = malloc(n + 1);
    bool ok;

    ck_assert_ptr_nonnull(copy);
    copy = realloc(copy, n == 0 ? 1 : n);
    memcpy(copy, text, n);
    ok = ppp_mschap_failure_read(copy, n, f);
    free(copy);
    return ok;
}

START_TEST(failure_texts)
{
    struct ppp_mschap_failure f, g;
    char text[MSCHAP_TEXT_MAX];
    size_t n;

    ck_assert(failure("E=648 R=1 C=000102030405060708090a0b0c0D0e0F V=3 "
                      "M=Change it E=1",
                      &f));
    ck_assert_uint_eq(f.error, MSCHAP_E_EXPIRED);
    ck_assert(f.retry);
    ck_assert_uint_eq(f.version, 3);
    ck_assert_uint_eq(f.challenge_len, 16);
    same(f.challenge, "000102030405060708090a0b0c0d0e0f");
    /* RFC 2433 has eight octets of challenge, or none */
    ck_assert(failure("E=691 R=0 C=0001020304050607", &f));
    ck_assert_uint_eq(f.challenge_len, 8);
    ck_assert(!f.retry);
    ck_assert(failure("E=691 R=0", &f));
    ck_assert_uint_eq(f.challenge_len, 0);
    /* of the wrong length: as if absent; what follows is read */
    ck_assert(failure("E=691 C=0001 R=1", &f));
    ck_assert_uint_eq(f.challenge_len, 0);
    ck_assert(f.retry);
    ck_assert(failure("R=1 E=99999999999999999999", &f));
    ck_assert_uint_eq(f.error, 999999999);
    ck_assert(failure("E=5 M=x E=7", &f)); /* a message is free text */
    ck_assert_uint_eq(f.error, 5);
    ck_assert(failure("E=", &f));
    ck_assert_uint_eq(f.error, 0);
    ck_assert(failure("X=12 E=7", &f));
    ck_assert_uint_eq(f.error, 7);
    ck_assert(!failure("", &f));
    ck_assert(!failure("E", &f));
    ck_assert(!failure("R=", &f));
    ck_assert(!failure("M=E=691", &f));
    ck_assert(!failure("Access denied", &f));

    memset(&g, 0, sizeof g);
    g.error = 691;
    g.version = 3;
    g.retry = true;
    g.challenge_len = 16;
    memset(g.challenge, 0xa5, 16);
    n = ppp_mschap_failure(&g, text);
    ck_assert_str_eq(text, "E=691 R=1 C=A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5 V=3 "
                           "M=Access denied");
    ck_assert_uint_eq(n, strlen(text));
    ck_assert(failure(text, &f));
    ck_assert_mem_eq(&f, &g, sizeof f);
}
END_TEST

/* A real pppd that proves itself to a real accel-ppp, and back. */
START_TEST(captured)
{
    static const uint8_t name[] = "alice";
    uint8_t ours[16], peer[16], nt[24], hash[16], challenge[8], proof[20];

    hex("d330a74477e28353f390e25c76727b6f", ours);
    hex("46fecd790d18b1c324159cb2aa16638b", peer);
    ppp_mschap_nt_hash((const uint8_t *)"wonder", 6, hash);
    ppp_mschap2_challenge(peer, ours, name, 5, challenge);
    ppp_mschap_response(challenge, hash, nt);
    same(nt, "28c45d83d2566236c1a36434ec0be1878a08a545cf07c6b9");
    ppp_mschap2_proof(hash, nt, challenge, proof);
    same(proof, "EC0699B0478ADFECFE04B7A17257A6779A881A7C");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mschap");
    TCase *tc = tcase_create("mschap");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, rfc2759_9_2);
    tcase_add_test(tc, rfc2433_b_2);
    tcase_add_test(tc, lm_hash);
    tcase_add_test(tc, weak_keys);
    tcase_add_test(tc, unicode);
    tcase_add_test(tc, success_texts);
    tcase_add_test(tc, failure_texts);
    tcase_add_test(tc, captured);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
