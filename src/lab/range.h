/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A range of quantities, and the values it stands for:
 *
 *   A..B:N       N values, equally far from each other, A and B among them
 *   A..B:logN    the same, each the same multiple of the one before
 *   A..B:stepS   A, A + S, A + 2 S and so on, up to B
 *   A..B         any: a Latin hypercube draws from it
 *   A..B:log     the same, small values as often as large ones
 *
 * Where both ends are whole numbers the values are, too; those that fall
 * together then count once.
 */
#ifndef LAB_RANGE_H
#define LAB_RANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/tree.h"
#include "lab/quantity.h"

#define RANGE_VALUES_MAX 100000
#define RANGE_TEXT_OCTETS 64

struct range {
    struct quantity from, to;
    bool log;
    double step; /* 0: none */
    size_t n;    /* values; 0: any */
};

/* 1: the text is a range; 0: it is none; -1 and *err: it would be one. */
int range_read(const char *text, struct range *r, struct conf_error *err);

/* Value i of n, as text in buf of RANGE_TEXT_OCTETS. */
const char *range_value(const struct range *r, size_t i, char *buf);

/* The value at a share of the way from A to B, 0 to 1, to four digits. */
const char *range_at(const struct range *r, double share, char *buf);

#endif
