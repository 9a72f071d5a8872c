/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* A formatter without stdio; see text.h. */
#include "config.h"

#include "base/text.h"

void pptp_text_init(struct pptp_text *t, char *buf, size_t cap)
{
    t->buf = buf;
    t->cap = cap;
    t->len = 0;
    if (cap > 0)
        buf[0] = '\0';
}

void pptp_text_char(struct pptp_text *t, char c)
{
    /* written as a subtraction so that a cap of 0 never passes */
    if (t->cap == 0 || t->len >= t->cap - 1)
        return;
    t->buf[t->len++] = c;
    t->buf[t->len] = '\0';
}

void pptp_text_str(struct pptp_text *t, const char *s)
{
    while (*s != '\0')
        pptp_text_char(t, *s++);
}

void pptp_text_u64(struct pptp_text *t, uint64_t v)
{
    char digits[20]; /* of 2^64 - 1 */
    size_t n = 0;

    do {
        digits[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v > 0);
    while (n > 0)
        pptp_text_char(t, digits[--n]);
}

void pptp_text_i64(struct pptp_text *t, int64_t v)
{
    if (v >= 0) {
        pptp_text_u64(t, (uint64_t)v);
        return;
    }
    pptp_text_char(t, '-');
    pptp_text_u64(t, (uint64_t)0 - (uint64_t)v);
}

static char hex_digit(unsigned v)
{
    v &= 15;
    return (char)(v < 10 ? '0' + v : 'a' + v - 10);
}

void pptp_text_hex(struct pptp_text *t, uint64_t v, unsigned digits)
{
    unsigned i;

    pptp_text_char(t, '0');
    pptp_text_char(t, 'x');
    for (i = 16; i > 0; i--) {
        unsigned shift = (i - 1) * 4;

        if (i <= digits || i == 1 || v >> shift != 0)
            pptp_text_char(t, hex_digit((unsigned)(v >> shift & 15)));
    }
}

void pptp_text_quoted(struct pptp_text *t, const char *s, size_t n)
{
    size_t i;

    pptp_text_char(t, '"');
    for (i = 0; i < n && s[i] != '\0'; i++) {
        unsigned c = (unsigned char)s[i];

        if (c == '"' || c == '\\') {
            pptp_text_char(t, '\\');
            pptp_text_char(t, s[i]);
        } else if (c >= 0x20 && c < 0x7f) {
            pptp_text_char(t, s[i]);
        } else {
            pptp_text_str(t, "\\u00");
            pptp_text_char(t, hex_digit(c >> 4));
            pptp_text_char(t, hex_digit(c));
        }
    }
    pptp_text_char(t, '"');
}
