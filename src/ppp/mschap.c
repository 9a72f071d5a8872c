/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * RFC 2433 appendix A and RFC 2759 §8, on nettle's primitives.
 */
#include "config.h"

#include "ppp/mschap.h"

#include <string.h>

#include <nettle/des.h>
#include <nettle/md4.h>
#include <nettle/sha1.h>

#include "base/text.h"
#include "ppp/secrets.h"

static uint32_t utf8(const uint8_t *s, size_t n, size_t *used);
static bool is_utf8(const uint8_t *s, size_t n);
static void put_hex(struct pptp_text *t, const uint8_t *s, size_t n);
static size_t get_hex(const uint8_t *s, size_t n, uint8_t *out, size_t max);

void ppp_mschap_nt_hash(const uint8_t *secret, size_t n, uint8_t hash[16])
{
    bool wide = is_utf8(secret, n);
    struct md4_ctx md4;
    uint8_t unit[4];
    size_t i = 0;

    md4_init(&md4);
    while (i < n) {
        size_t used = 1, octets = 2;
        uint32_t c = wide ? utf8(secret + i, n - i, &used) : secret[i];

        if (c > 0xffff) {
            uint32_t low = 0xdc00 | ((c - 0x10000) & 0x3ff);

            c = 0xd800 | (c - 0x10000) >> 10;
            unit[2] = (uint8_t)low;
            unit[3] = (uint8_t)(low >> 8);
            octets = 4;
        }
        unit[0] = (uint8_t)c;
        unit[1] = (uint8_t)(c >> 8);
        md4_update(&md4, octets, unit);
        i += used;
    }
    md4_digest(&md4, 16, hash);
    ppp_wipe(&md4, sizeof md4);
    ppp_wipe(unit, sizeof unit);
}

/* Seven octets as the eight of a DES key; nobody looks at the parity. */
static void des_block(const uint8_t key[7], const uint8_t in[8],
                      uint8_t out[8])
{
    struct des_ctx des;
    uint8_t wide[8];
    unsigned i;

    wide[0] = key[0];
    for (i = 1; i < 7; i++)
        wide[i] = (uint8_t)(key[i - 1] << (8 - i) | key[i] >> i);
    wide[7] = (uint8_t)(key[6] << 1);
    /* a weak key is reported, and set: it is what the RFC computes with */
    (void)des_set_key(&des, wide);
    des_encrypt(&des, 8, out, in);
    ppp_wipe(&des, sizeof des);
    ppp_wipe(wide, sizeof wide);
}

bool ppp_mschap_lm_hash(const uint8_t *secret, size_t n, uint8_t hash[16])
{
    static const uint8_t text[8] = { 'K', 'G', 'S', '!', '@', '#', '$', '%' };
    uint8_t upper[14] = { 0 };
    size_t i;

    if (n > sizeof upper)
        return false;
    for (i = 0; i < n; i++) {
        if (secret[i] > 0x7f)
            return false;
        upper[i] = secret[i];
        if (upper[i] >= 'a' && upper[i] <= 'z')
            upper[i] = (uint8_t)(upper[i] - 'a' + 'A');
    }
    des_block(upper, text, hash);
    des_block(upper + 7, text, hash + 8);
    ppp_wipe(upper, sizeof upper);
    return true;
}

void ppp_mschap_response(const uint8_t challenge[8], const uint8_t hash[16],
                         uint8_t response[24])
{
    uint8_t keys[21] = { 0 };
    unsigned i;

    memcpy(keys, hash, 16);
    for (i = 0; i < 3; i++)
        des_block(keys + 7 * i, challenge, response + 8 * i);
    ppp_wipe(keys, sizeof keys);
}

void ppp_mschap2_challenge(const uint8_t peer[16], const uint8_t ours[16],
                           const uint8_t *name, size_t n, uint8_t challenge[8])
{
    struct sha1_ctx sha;
    size_t from = n;

    while (from > 0 && name[from - 1] != '\\')
        from--;
    sha1_init(&sha);
    sha1_update(&sha, 16, peer);
    sha1_update(&sha, 16, ours);
    sha1_update(&sha, n - from, name + from);
    sha1_digest(&sha, 8, challenge);
}

void ppp_mschap2_proof(const uint8_t hash[16], const uint8_t nt_response[24],
                       const uint8_t challenge[8], uint8_t proof[20])
{
    static const char sign[] = "Magic server to client signing constant";
    static const char pad[] = "Pad to make it do more than one iteration";
    struct sha1_ctx sha;
    struct md4_ctx md4;
    uint8_t digest[20];

    md4_init(&md4);
    md4_update(&md4, 16, hash);
    md4_digest(&md4, 16, digest);
    sha1_init(&sha);
    sha1_update(&sha, 16, digest);
    sha1_update(&sha, 24, nt_response);
    sha1_update(&sha, sizeof sign - 1, (const uint8_t *)sign);
    sha1_digest(&sha, 20, digest);
    sha1_update(&sha, 20, digest);
    sha1_update(&sha, 8, challenge);
    sha1_update(&sha, sizeof pad - 1, (const uint8_t *)pad);
    sha1_digest(&sha, 20, proof);
    ppp_wipe(&sha, sizeof sha);
    ppp_wipe(&md4, sizeof md4);
    ppp_wipe(digest, sizeof digest);
}

size_t ppp_mschap2_success(const uint8_t proof[20], char out[MSCHAP_TEXT_MAX])
{
    struct pptp_text t;

    pptp_text_init(&t, out, MSCHAP_TEXT_MAX);
    pptp_text_str(&t, "S=");
    put_hex(&t, proof, 20);
    pptp_text_str(&t, " M=Access granted");
    return t.len;
}

bool ppp_mschap2_success_read(const uint8_t *text, size_t n, uint8_t proof[20])
{
    return n >= 42 && text[0] == 'S' && text[1] == '=' &&
           get_hex(text + 2, 40, proof, 20) == 40 &&
           (n == 42 || text[42] == ' ' || text[42] == 0);
}

size_t ppp_mschap_failure(const struct ppp_mschap_failure *f,
                          char out[MSCHAP_TEXT_MAX])
{
    struct pptp_text t;

    pptp_text_init(&t, out, MSCHAP_TEXT_MAX);
    pptp_text_str(&t, "E=");
    pptp_text_u64(&t, f->error);
    pptp_text_str(&t, f->retry ? " R=1" : " R=0");
    if (f->challenge_len > 0)
        pptp_text_str(&t, " C=");
    put_hex(&t, f->challenge, f->challenge_len);
    pptp_text_str(&t, " V=");
    pptp_text_u64(&t, f->version);
    pptp_text_str(&t, " M=Access denied");
    return t.len;
}

/* A decimal number at *i; as much as there is, and no more than nine digits
 * count. */
static uint32_t get_number(const uint8_t *s, size_t n, size_t *i)
{
    uint32_t v = 0;
    unsigned digits = 0;

    for (; *i < n && s[*i] >= '0' && s[*i] <= '9'; (*i)++)
        if (digits++ < 9)
            v = v * 10 + (uint32_t)(s[*i] - '0');
    return v;
}

bool ppp_mschap_failure_read(const uint8_t *text, size_t n,
                             struct ppp_mschap_failure *f)
{
    bool known = false;
    size_t i = 0;

    memset(f, 0, sizeof *f);
    while (i + 1 < n && text[i + 1] == '=') {
        uint8_t key = text[i];

        i += 2;
        if (key == 'M')
            break; /* free text to the end */
        if (key == 'E') {
            f->error = get_number(text, n, &i);
            known = true;
        } else if (key == 'R') {
            f->retry = i < n && text[i] == '1';
        } else if (key == 'V') {
            f->version = get_number(text, n, &i);
        } else if (key == 'C') {
            size_t digits = get_hex(text + i, n - i, f->challenge, 16);

            if (digits == 16 || digits == 32)
                f->challenge_len = (uint8_t)(digits / 2);
            i += digits;
        }
        while (i < n && text[i] != ' ')
            i++;
        while (i < n && text[i] == ' ')
            i++;
    }
    return known;
}

/* The character at s, 0xffffffff if it is not well formed. */
static uint32_t utf8(const uint8_t *s, size_t n, size_t *used)
{
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned len = s[0] < 0x80   ? 1
                   : s[0] < 0xc0 ? 0
                   : s[0] < 0xe0 ? 2
                   : s[0] < 0xf0 ? 3
                   : s[0] < 0xf8 ? 4
                                 : 0;
    uint32_t c = s[0];
    unsigned i;

    *used = 1;
    if (len == 0 || len > n)
        return UINT32_MAX;
    if (len > 1)
        c &= 0x7fu >> len;
    for (i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        c = c << 6 | (s[i] & 0x3fu);
    }
    *used = len;
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return UINT32_MAX;
    return c;
}

static bool is_utf8(const uint8_t *s, size_t n)
{
    size_t used;

    for (; n > 0; s += used, n -= used)
        if (utf8(s, n, &used) == UINT32_MAX)
            return false;
    return true;
}

static void put_hex(struct pptp_text *t, const uint8_t *s, size_t n)
{
    static const char digits[] = "0123456789ABCDEF";

    for (; n > 0; s++, n--) {
        pptp_text_char(t, digits[*s >> 4]);
        pptp_text_char(t, digits[*s & 15]);
    }
}

/* Reads digits up to 2 * max; how many there were.  Lower case is not the
 * RFC's, and harmless. */
static size_t get_hex(const uint8_t *s, size_t n, uint8_t *out, size_t max)
{
    size_t i;

    for (i = 0; i < n && i < 2 * max; i++) {
        uint8_t c = s[i], v;

        if (c >= '0' && c <= '9')
            v = (uint8_t)(c - '0');
        else if (c >= 'A' && c <= 'F')
            v = (uint8_t)(c - 'A' + 10);
        else if (c >= 'a' && c <= 'f')
            v = (uint8_t)(c - 'a' + 10);
        else
            break;
        out[i / 2] = (uint8_t)(i % 2 == 0 ? v << 4 : out[i / 2] | v);
    }
    return i;
}
