/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The axes of a sweep: which keys take which values.
 *
 *   key=a,b,c            these values, one after the other
 *   key=A..B:N           a range (range.h); among others, too
 *   key,key=a/x,b/y      several keys together: a and x, then b and y
 *
 * A comma in brackets or braces does not part values, nor does the slash of
 * "bit/s".
 */
#ifndef LAB_AXES_H
#define LAB_AXES_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/tree.h"
#include "lab/range.h"

#define AXES_MAX 16
#define AXIS_KEYS_MAX 16

struct axis {
    char *key; /* as given; "a,b" for several */
    size_t n_keys;
    char **values; /* as given, or as a range prints them */
    size_t n;
    bool open; /* values are still to be drawn, from: */
    struct range range;
};

struct axes {
    struct axis v[AXES_MAX];
    size_t n;
};

/* One axis more, of "key=values".  0; -1 and *err.  axes_free is due in any
 * case. */
int axes_add(struct axes *a, const char *text, struct conf_error *err);

/* One more of a key and its values as they are, which may hold anything. */
int axes_add_values(struct axes *a, const char *key, char *const *values,
                    size_t n, struct conf_error *err);

/* Values of the open axes: a Latin hypercube of n points (McKay, Beckman,
 * Conover 1979): of each axis one value out of every n-th part, in an order of
 * its own.  The seed and the axis' key make them.  0; -1 and *err. */
int axes_draw(struct axes *a, size_t n, unsigned long long seed,
              struct conf_error *err);

/* The assignment "key=value" of key k in value i; free(); NULL: no memory. */
char *axis_set(const struct axis *a, size_t i, size_t k);

void axes_free(struct axes *a);

#endif
