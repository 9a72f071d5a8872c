/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loops that are slow take every n-th turn where $LOOP_STRIDE is n: under
 * valgrind, see check-valgrind. */
#ifndef SUPPORT_STRIDE_H
#define SUPPORT_STRIDE_H

#include <check.h>
#include <stdlib.h>

static inline void add_slow_loop(TCase *t, const TTest *test, int turns)
{
    const char *given = getenv("LOOP_STRIDE");
    int stride = given != NULL && atoi(given) > 1 ? atoi(given) : 1, i;

    for (i = 0; i < turns; i += stride)
        tcase_add_loop_test(t, test, i, i + 1);
}

#endif
