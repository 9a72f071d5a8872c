/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A number with the unit that is written behind it, whatever key it is of:
 * what ranges count in, and what an axis of a figure has for a scale.
 */
#ifndef LAB_QUANTITY_H
#define LAB_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

enum quantity_kind {
    QUANTITY_NUMBER, /* bare */
    QUANTITY_RATIO,  /* 10% is 0.1 */
    QUANTITY_TIME,   /* ns */
    QUANTITY_RATE,   /* bit/s */
    QUANTITY_OCTETS,
    QUANTITY_PACKETS
};

struct quantity {
    enum quantity_kind kind;
    bool whole; /* cannot have, or was written without, decimals */
    double value;
};

/* Whether the text is one; *q is untouched if it is not. */
bool quantity_read(const char *text, struct quantity *q);

/* As it stands in a scenario: what is whole is rounded.  buf has cap octets;
 * the result is buf. */
const char *quantity_print(const struct quantity *q, char *buf, size_t cap);

/* In base units: s, bit/s, octets, packets or none. */
double quantity_base(const struct quantity *q);

#endif
