/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * A formatter without stdio: appends to a buffer of the caller's, cuts what
 * does not fit and keeps the result terminated.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/base.h"

struct pptp_text {
    char *buf;  /* the caller's */
    size_t cap; /* octets of buf; with 0 nothing is written */
    size_t len; /* characters so far, without the NUL; < cap if cap > 0;
                 * cap - 1 means that something may have been cut */
};

/* Starts an empty text in buf. */
void pptp_text_init(struct pptp_text *t, char *buf, size_t cap);

void pptp_text_char(struct pptp_text *t, char c);
void pptp_text_str(struct pptp_text *t, const char *s); /* NUL-terminated */
void pptp_text_u64(struct pptp_text *t, uint64_t v);    /* decimal */
void pptp_text_i64(struct pptp_text *t, int64_t v);     /* decimal */

/* "0x" and at least `digits` lower-case hexadecimal digits (at most 16). */
void pptp_text_hex(struct pptp_text *t, uint64_t v, unsigned digits);

/* What makes a noun of n things: "%u packet%s". */
static inline const char *pptp_plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/*
 * The n octets at s up to the first NUL, in double quotes.  Quote and
 * backslash get a backslash; every octet outside printable ASCII becomes
 * \u00xx, so that the result is also a JSON string.
 */
void pptp_text_quoted(struct pptp_text *t, const char *s, size_t n);

#endif
