/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the fuzz targets share: an input read from its front, and a check
 * that stops the process, so that driver.c or libFuzzer keeps the input.
 *
 * A target X.c defines LLVMFuzzerTestOneInput and no main.  With driver.c it
 * is a program that replays and mutates; with libFuzzer, in a build folder:
 *
 *   clang -g -O1 -std=gnu11 -I. -I$S -I$S/src \
 *       -fsanitize=fuzzer,address,undefined $S/tests/fuzz/X.c \
 *       $S/tests/support/fail.c SOURCES-OF-THE-LIBRARY -o X.libfuzzer -lnettle
 *   ./X.libfuzzer -max_len=4096 new-inputs $S/tests/fuzz/corpus/X
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUZZ_MAX 65536u /* octets of an input */

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define FUZZ_CHECK(c) ((c) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #c))

_Noreturn static inline void fuzz_fail(const char *file, int line,
                                       const char *what)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

/* An input; what lies beyond its end reads as zeros. */
struct fuzz_in {
    const uint8_t *at;
    size_t left;
};

static inline uint8_t fuzz_u8(struct fuzz_in *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

static inline uint16_t fuzz_u16(struct fuzz_in *in)
{
    uint8_t high = fuzz_u8(in);

    return (uint16_t)(high << 8 | fuzz_u8(in));
}

static inline uint32_t fuzz_u32(struct fuzz_in *in)
{
    uint32_t high = fuzz_u16(in);

    return high << 16 | fuzz_u16(in);
}

/* Up to n octets off the front; *got says how many. */
static inline const uint8_t *fuzz_take(struct fuzz_in *in, size_t n,
                                       size_t *got)
{
    const uint8_t *o = in->at;

    *got = n < in->left ? n : in->left;
    in->at += *got;
    in->left -= *got;
    return o;
}

/* Memory of the heap, of exactly n octets, so that sanitizers and valgrind
 * see what is read or written beyond. */
static inline void *fuzz_alloc(size_t n)
{
    void *p = malloc(n > 0 ? n : 1);

    FUZZ_CHECK(p != NULL);
    return p;
}

static inline uint8_t *fuzz_copy(const uint8_t *octets, size_t n)
{
    uint8_t *p = (uint8_t *)fuzz_alloc(n);

    if (n > 0)
        memcpy(p, octets, n);
    return p;
}

/* Cleared memory, 64-aligned, between two guards. */
#define FUZZ_GUARD 64u

static inline void *fuzz_guarded(size_t n)
{
    size_t whole = (n + 2 * FUZZ_GUARD + 63) / 64 * 64;
    uint8_t *p = (uint8_t *)aligned_alloc(64, whole);

    FUZZ_CHECK(p != NULL);
    memset(p, 0xa5, whole);
    memset(p + FUZZ_GUARD, 0, n);
    return p + FUZZ_GUARD;
}

/* Checks the guards. */
static inline void fuzz_guards(const void *mem, size_t n)
{
    const uint8_t *p = (const uint8_t *)mem;
    size_t i;

    for (i = 0; i < FUZZ_GUARD; i++)
        FUZZ_CHECK(p[n + i] == 0xa5 && *(p - 1 - i) == 0xa5);
}

static inline void fuzz_unguard(void *mem)
{
    if (mem != NULL)
        free((uint8_t *)mem - FUZZ_GUARD);
}

#endif
