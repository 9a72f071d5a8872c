/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random streams: known answers, independence. */
#include "config.h"

#include "base/rng.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The authors' reference for the state 1, 2, 3, 4. */
START_TEST(known_answers)
{
    static const uint64_t want[] = {
        UINT64_C(11520),
        UINT64_C(0),
        UINT64_C(1509978240),
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
    };
    struct rng r;

    rng_init(&r, 0);
    for (uint64_t i = 0; i < 4; i++)
        r.s[i] = i + 1;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        ck_assert_uint_eq(rng_next(&r), want[i]);
}
END_TEST

/* SplitMix64 from 1234567. */
START_TEST(seeding)
{
    struct rng r;

    rng_init(&r, 1234567);
    ck_assert_uint_eq(r.s[0], UINT64_C(6457827717110365317));
    ck_assert_uint_eq(r.s[1], UINT64_C(3203168211198807973));
}
END_TEST

START_TEST(same_name_same_stream)
{
    struct rng a;
    struct rng b;

    rng_init_named(&a, 42, "caller17");
    rng_init_named(&b, 42, "caller17");
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(rng_next(&a), rng_next(&b));
}
END_TEST

/* Names that differ by one, and seeds that do: no draw in common, and the
 * bits differ as of coins. */
START_TEST(streams_are_independent)
{
    struct rng base;
    struct rng other;

    for (unsigned k = 0; k < 400; k++) {
        char name[32];
        int differ = 0;
        double sum = 0.0;

        rng_init_named(&base, 7, "caller0");
        snprintf(name, sizeof name, "caller%u", k < 200 ? k + 1 : 0);
        rng_init_named(&other, k < 200 ? 7 : k, name);
        for (int i = 0; i < 1000; i++) {
            uint64_t x = rng_next(&base);
            uint64_t y = rng_next(&other);

            ck_assert_uint_ne(x, y);
            differ += __builtin_popcountll(x ^ y);
            sum += ((double)x * 0x1p-64 - 0.5) * ((double)y * 0x1p-64 - 0.5);
        }
        ck_assert_int_ge(differ, 32000 - 633); /* five sigma of 126.5 */
        ck_assert_int_le(differ, 32000 + 633);
        ck_assert(fabs(sum * 12.0) < 5.0 * sqrt(1000.0));
    }
}
END_TEST

START_TEST(seed_and_name_do_not_trade)
{
    struct rng a;
    struct rng b;

    rng_init_named(&a, 1, "b");
    rng_init_named(&b, 2, "a");
    ck_assert_uint_ne(rng_next(&a), rng_next(&b));
}
END_TEST

START_TEST(below)
{
    struct rng r;
    unsigned hits[7] = { 0 };

    rng_init_named(&r, 3, "below");
    ck_assert_uint_eq(rng_below(&r, 0), 0);
    ck_assert_uint_eq(rng_below(&r, 1), 0);
    for (int i = 0; i < 70000; i++) {
        uint64_t x = rng_below(&r, 7);

        ck_assert_uint_lt(x, 7);
        hits[x]++;
    }
    for (int i = 0; i < 7; i++) { /* five sigma of 92.6 */
        ck_assert_uint_ge(hits[i], 10000 - 463);
        ck_assert_uint_le(hits[i], 10000 + 463);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rng");
    TCase *t = tcase_create("rng");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_test(t, known_answers);
    tcase_add_test(t, seeding);
    tcase_add_test(t, same_name_same_stream);
    tcase_add_test(t, streams_are_independent);
    tcase_add_test(t, seed_and_name_do_not_trade);
    tcase_add_test(t, below);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
