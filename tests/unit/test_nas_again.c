/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waits before the next try: nas/again.h. */
#include "config.h"

#include <check.h>
#include <stdlib.h>

#include "nas/again.h"

/* It doubles up to its bound, and stays there. */
START_TEST(doubles)
{
    const struct nas_again a = { .first_ns = PPTP_S, .most_ns = 5 * PPTP_S };
    uint8_t in_vain = 0;

    ck_assert_uint_eq(nas_again_wait(&a, &in_vain, NULL), PPTP_S);
    ck_assert_uint_eq(nas_again_wait(&a, &in_vain, NULL), 2 * PPTP_S);
    ck_assert_uint_eq(nas_again_wait(&a, &in_vain, NULL), 4 * PPTP_S);
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_eq(nas_again_wait(&a, &in_vain, NULL), 5 * PPTP_S);
    in_vain = 0; /* it was good in between */
    ck_assert_uint_eq(nas_again_wait(&a, &in_vain, NULL), PPTP_S);
}
END_TEST

/* A bound that is less than the first wait is none, and the greatest ones are
 * not passed. */
START_TEST(bounds)
{
    const struct nas_again same = { .first_ns = 3 * PPTP_S };
    const struct nas_again vast = { .first_ns = 1, .most_ns = PPTP_NEVER - 1 };
    uint8_t in_vain = 0;

    ck_assert_uint_eq(nas_again_wait(&same, &in_vain, NULL), 3 * PPTP_S);
    ck_assert_uint_eq(nas_again_wait(&same, &in_vain, NULL), 3 * PPTP_S);
    in_vain = UINT8_MAX;
    ck_assert_uint_eq(nas_again_wait(&vast, &in_vain, NULL), PPTP_NEVER - 1);
}
END_TEST

/* The part of it that is drawn is drawn evenly: of 10,000 waits the mean is
 * within five of its deviations, and none is outside. */
START_TEST(drawn)
{
    const struct nas_again a = { .first_ns = 4 * PPTP_S, .jitter = 0.25 };
    uint64_t random = 7, sum = 0, least = PPTP_NEVER, most = 0;
    uint8_t in_vain = 0;

    for (int i = 0; i < 10000; i++) {
        pptp_ns wait = nas_again_wait(&a, &in_vain, &random);

        ck_assert(wait >= 3 * PPTP_S && wait <= 4 * PPTP_S);
        least = wait < least ? wait : least;
        most = wait > most ? wait : most;
        sum += wait;
    }
    /* 1 s / sqrt(12 · 10000) = 2.9 ms */
    ck_assert(sum / 10000 > 3500 * PPTP_MS - 15 * PPTP_MS);
    ck_assert(sum / 10000 < 3500 * PPTP_MS + 15 * PPTP_MS);
    ck_assert(least < 3 * PPTP_S + PPTP_MS && most > 4 * PPTP_S - PPTP_MS);
}
END_TEST

int main(void)
{
    SRunner *r;
    TCase *c = tcase_create("again");
    Suite *s = suite_create("nas again");
    int failed;

    tcase_add_test(c, doubles);
    tcase_add_test(c, bounds);
    tcase_add_test(c, drawn);
    suite_add_tcase(s, c);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
