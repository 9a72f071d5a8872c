/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The known name that is nearest to a wrong one; nearest.h. */
#include "config.h"

#include "conf/nearest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Longer words are compared that far. */
#define WORD_MAX 80

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;

    return m < c ? m : c;
}

/* Levenshtein distance of the first WORD_MAX octets. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1];
    size_t len_a = strnlen(a, WORD_MAX);
    size_t len_b = strnlen(b, WORD_MAX);

    for (size_t j = 0; j <= len_b; j++)
        row[j] = j;
    for (size_t i = 1; i <= len_a; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= len_b; j++) {
            size_t up = row[j];

            row[j] = min3(up + 1, row[j - 1] + 1,
                          diagonal + (a[i - 1] != b[j - 1]));
            diagonal = up;
        }
    }
    return row[len_b];
}

void nearest_begin(struct nearest *n, const char *name)
{
    *n = (struct nearest){ .name = name, .distance = SIZE_MAX };
}

void nearest_try(struct nearest *n, const char *known)
{
    size_t d = distance(n->name, known);

    if (d >= n->distance)
        return;
    n->distance = d;
    snprintf(n->best, sizeof n->best, "%s", known);
}

const char *nearest_found(const struct nearest *n)
{
    size_t like = 1 + strnlen(n->best, WORD_MAX) / 3;

    return n->distance <= like ? n->best : NULL;
}
