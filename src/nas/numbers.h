/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Telephone numbers, and which line has each: what a PNS dials is looked up.
 * A number is its digits, 0-9, * and #, sixteen of them at most (E.164 has
 * fifteen); what people write between them (spaces, "-", ".", "/", "(", ")",
 * a "+" in front) is none.  A modem's commas and letters are no digits: such
 * a number is nobody's.
 */
#ifndef NAS_NUMBERS_H
#define NAS_NUMBERS_H

#include "base/base.h"

#define NAS_NOBODY UINT32_MAX

struct nas_numbers {
    uint64_t *digits;    /* 0: free; NULL: none yet */
    uint32_t *line;      /* of the digits at the same place */
    uint32_t used, room; /* room: a power of two, or 0 */
};

/* Zeroed at first. */
void nas_numbers_fini(struct nas_numbers *n);

/* 0; PPTP_ERR_VALUE: it is no number, or has a line already;
 * PPTP_ERR_RESOURCE without memory. */
int nas_numbers_add(struct nas_numbers *n, const char *number, uint32_t line);
/* NAS_NOBODY: nobody has it. */
uint32_t nas_numbers_find(const struct nas_numbers *n, const char *number);

#endif
