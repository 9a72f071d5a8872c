/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of many known names a wrong one may have been meant to be. */
#ifndef CONF_NEAREST_H
#define CONF_NEAREST_H

#include <stddef.h>

#define NEAREST_OCTETS 300

struct nearest {
    const char *name;          /* the wrong one, the caller's */
    char best[NEAREST_OCTETS]; /* of those that were tried */
    size_t distance;           /* of it, in octets to be changed */
};

void nearest_begin(struct nearest *n, const char *name);
void nearest_try(struct nearest *n, const char *known);
/* The one that is most like it; NULL if none is like it at all. */
const char *nearest_found(const struct nearest *n);

#endif
