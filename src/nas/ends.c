/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ends of calls by their causes; ends.h. */
#include "config.h"

#include "nas/ends.h"

#include <string.h>

_Static_assert(sizeof(struct nas_cause) == 9, "compared as octets");

void nas_ends_book(struct nas_ends *e, const struct nas_cause *c)
{
    unsigned i;

    for (i = 0; i + 1 < NAS_CAUSES; i++)
        if (e->n[i] == 0 || memcmp(&e->cause[i], c, sizeof *c) == 0)
            break;
    if (i + 1 < NAS_CAUSES)
        e->cause[i] = *c;
    e->n[i]++;
}
