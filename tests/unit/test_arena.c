/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/arena.h"

START_TEST(zeroed_aligned_apart)
{
    struct sim_arena a = { 0 };
    static const uint8_t zeros[5 << 20];
    uint8_t *last = NULL, *p;
    size_t n;

    /* sizes around the alignment, a chunk and beyond */
    for (n = 1; n < (size_t)5 << 20; n = n * 3 + 1) {
        p = sim_arena_take(&a, n);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % 64, 0);
        ck_assert_int_eq(memcmp(p, zeros, n), 0);
        memset(p, 0xff, n);
        ck_assert(last == NULL || *last == 0xff);
        last = p;
    }
    sim_arena_fini(&a);
    ck_assert_ptr_null(a.chunks);
}
END_TEST

START_TEST(impossible_sizes)
{
    struct sim_arena a = { 0 };

    ck_assert_ptr_null(sim_arena_take(&a, SIZE_MAX));
    ck_assert_ptr_null(sim_block_new(SIZE_MAX));
    /* and it still works */
    ck_assert_ptr_nonnull(sim_arena_take(&a, 1));
    sim_arena_fini(&a);
}
END_TEST

START_TEST(blocks)
{
    size_t n;

    for (n = 1; n < (size_t)9 << 20; n *= 7) {
        uint8_t *p = sim_block_new(n);

        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % 128, 0);
        memset(p, 1, n);
        free(p);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("arena");
    TCase *t = tcase_create("arena");
    SRunner *r;
    int failed;

    tcase_add_test(t, zeroed_aligned_apart);
    tcase_add_test(t, impossible_sizes);
    tcase_add_test(t, blocks);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
