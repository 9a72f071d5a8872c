/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configurations of a sweep: every value of every axis with every value
 * of the others, the last axis' changing first; axes that were drawn together
 * go together.
 */
#ifndef LAB_DESIGN_H
#define LAB_DESIGN_H

#include <stddef.h>

#include "lab/axes.h"

#define DESIGN_CONFIGS_MAX 1000000

struct design {
    const struct axes *axes;
    size_t n; /* configurations; 1 without an axis */
};

/* The axes stay the caller's and have their values.  0; -1 and *err. */
int design_make(struct design *d, const struct axes *axes,
                struct conf_error *err);

/* Which value of an axis a configuration has. */
size_t design_level(const struct design *d, size_t config, size_t axis);
const char *design_value(const struct design *d, size_t config, size_t axis);

/* All its assignments "key=value", NULL behind the last; design_sets_free.
 * NULL: no memory. */
char **design_sets(const struct design *d, size_t config, size_t *n);
void design_sets_free(char **sets);

#endif
