/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, addresses, names and codes as text. */
#ifndef EXPLAIN_WORDS_H
#define EXPLAIN_WORDS_H

#include "explain/state.h"

/* "10.0.0.1"; one of a few static buffers. */
const char *explain_ip(uint32_t ipv4);
/* "64000", or "?"; one of a few static buffers. */
const char *explain_num(struct num n);
/* Copies a text field: to its NUL, printable ASCII only. */
void explain_text(char *out, size_t cap, const char *field, size_t n);
/* The same of a field of n octets, `at` octets into what was said. */
struct text explain_text_of(const struct said *s, unsigned at,
                            const char *field, size_t n);
/* "PNS", "PAC", "originator", "receiver". */
const char *explain_role(int pns, int side);
/* The i-th of n names, or "unknown". */
const char *explain_pick(const char *const *names, size_t n, unsigned i);
const char *explain_error_text(struct num code); /* 2.16 */

#endif
