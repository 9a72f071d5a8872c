/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telephone numbers and their lines: nas/numbers.h. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "nas/numbers.h"

static struct nas_numbers numbers;

static void end(void)
{
    nas_numbers_fini(&numbers);
    ck_assert_uint_eq(nas_numbers_find(&numbers, "5551000"), NAS_NOBODY);
}

START_TEST(found)
{
    ck_assert_uint_eq(nas_numbers_find(&numbers, "5551000"), NAS_NOBODY);
    ck_assert_int_eq(nas_numbers_add(&numbers, "5551000", 7), PPTP_OK);
    ck_assert_int_eq(nas_numbers_add(&numbers, "*21#", 0), PPTP_OK);
    ck_assert_uint_eq(nas_numbers_find(&numbers, "5551000"), 7);
    ck_assert_uint_eq(nas_numbers_find(&numbers, "*21#"), 0);
    /* a longer one, a shorter one, one with a zero before it */
    ck_assert_uint_eq(nas_numbers_find(&numbers, "55510000"), NAS_NOBODY);
    ck_assert_uint_eq(nas_numbers_find(&numbers, "555100"), NAS_NOBODY);
    ck_assert_uint_eq(nas_numbers_find(&numbers, "05551000"), NAS_NOBODY);
    end();
}
END_TEST

/* What is written between the digits is none of them. */
START_TEST(written)
{
    ck_assert_int_eq(nas_numbers_add(&numbers, "+49 (89) 32/16-8", 1),
                     PPTP_OK);
    ck_assert_uint_eq(nas_numbers_find(&numbers, "498932168"), 1);
    ck_assert_uint_eq(nas_numbers_find(&numbers, "49.89.32168"), 1);
    ck_assert_int_eq(nas_numbers_add(&numbers, "4989-32168", 2),
                     PPTP_ERR_VALUE);
    ck_assert_uint_eq(nas_numbers_find(&numbers, "498932168"), 1);
    end();
}
END_TEST

START_TEST(no_numbers)
{
    static const char *const text[] = { "",    "+",   " - ",
                                        "5,1", "1+2", "12345678901234567",
                                        "A1",  "0x10" };
    size_t i;

    ck_assert_int_eq(nas_numbers_add(&numbers, "1234567890123456", 3),
                     PPTP_OK);
    for (i = 0; i < sizeof text / sizeof *text; i++) {
        ck_assert_int_eq(nas_numbers_add(&numbers, text[i], 1),
                         PPTP_ERR_VALUE);
        ck_assert_uint_eq(nas_numbers_find(&numbers, text[i]), NAS_NOBODY);
    }
    ck_assert_uint_eq(nas_numbers_find(&numbers, "1234567890123456"), 3);
    end();
}
END_TEST

/* As many as a city has, in the order in which they are given out. */
START_TEST(many)
{
    enum { N = 100000 };
    char text[16];
    uint32_t i;

    for (i = 0; i < N; i++) {
        snprintf(text, sizeof text, "89%07u", i * 13);
        ck_assert_int_eq(nas_numbers_add(&numbers, text, i), PPTP_OK);
    }
    for (i = 0; i < N; i++) {
        snprintf(text, sizeof text, "89%07u", i * 13);
        ck_assert_uint_eq(nas_numbers_find(&numbers, text), i);
        snprintf(text, sizeof text, "89%07u", i * 13 + 1);
        ck_assert_uint_eq(nas_numbers_find(&numbers, text), NAS_NOBODY);
    }
    end();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("nas_numbers");
    TCase *t = tcase_create("numbers");
    SRunner *r;
    int failed;

    suite_add_tcase(s, t);
    tcase_add_test(t, found);
    tcase_add_test(t, written);
    tcase_add_test(t, no_numbers);
    tcase_add_test(t, many);
    r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
