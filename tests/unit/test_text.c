/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The formatter without stdio: src/base/text.h. */
#include "config.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

START_TEST(numbers)
{
    static const int64_t values[] = {
        0, 1, -1, 9, 10, -10, 1234567890123, INT64_MAX, INT64_MIN
    };
    char want[64];
    char buf[64];
    struct pptp_text t;
    size_t i;

    for (i = 0; i < sizeof values / sizeof values[0]; i++) {
        snprintf(want, sizeof want, "%" PRId64, values[i]);
        pptp_text_init(&t, buf, sizeof buf);
        pptp_text_i64(&t, values[i]);
        ck_assert_str_eq(buf, want);
        ck_assert_uint_eq(t.len, strlen(want));

        snprintf(want, sizeof want, "%" PRIu64, (uint64_t)values[i]);
        pptp_text_init(&t, buf, sizeof buf);
        pptp_text_u64(&t, (uint64_t)values[i]);
        ck_assert_str_eq(buf, want);
    }
}
END_TEST

START_TEST(hexadecimal)
{
    char buf[80];
    struct pptp_text t;

    pptp_text_init(&t, buf, sizeof buf);
    pptp_text_hex(&t, 0, 0);
    pptp_text_char(&t, ' ');
    pptp_text_hex(&t, 0, 4);
    pptp_text_char(&t, ' ');
    pptp_text_hex(&t, 0x1a2b3c4d, 2);
    pptp_text_char(&t, ' ');
    pptp_text_hex(&t, UINT64_MAX, 99);
    pptp_text_char(&t, ' ');
    pptp_text_hex(&t, 0xf00, 1);
    ck_assert_str_eq(buf, "0x0 0x0000 0x1a2b3c4d 0xffffffffffffffff 0xf00");
}
END_TEST

START_TEST(quoting)
{
    static const char raw[] = { 'a',  '"', '\\', '\n', (char)0xe9,
                                0x7f, '~', ' ',  'z' };
    char buf[80];
    struct pptp_text t;

    pptp_text_init(&t, buf, sizeof buf);
    pptp_text_quoted(&t, raw, sizeof raw);
    ck_assert_str_eq(buf, "\"a\\\"\\\\\\u000a\\u00e9\\u007f~ z\"");

    /* ends at n without a NUL, or at the NUL before n */
    pptp_text_init(&t, buf, sizeof buf);
    pptp_text_quoted(&t, raw, 1);
    pptp_text_quoted(&t, "bc\0de", 5);
    pptp_text_quoted(&t, NULL, 0);
    ck_assert_str_eq(buf, "\"a\"\"bc\"\"\"");
}
END_TEST

/* Every capacity: the prefix that fits, terminated, and no octet beyond. */
START_TEST(truncation)
{
    static const char whole[] = "abc 123 -7 0x00ff \"q\\u0001\"";
    char buf[sizeof whole + 8];
    struct pptp_text t;
    size_t cap;
    size_t want;
    size_t i;

    for (cap = 0; cap < sizeof buf; cap++) {
        memset(buf, 0x55, sizeof buf);
        pptp_text_init(&t, buf, cap);
        if (cap > 0)
            ck_assert_int_eq(buf[0], '\0');
        pptp_text_str(&t, "abc ");
        pptp_text_u64(&t, 123);
        pptp_text_char(&t, ' ');
        pptp_text_i64(&t, -7);
        pptp_text_char(&t, ' ');
        pptp_text_hex(&t, 0xff, 4);
        pptp_text_char(&t, ' ');
        pptp_text_quoted(&t, "q\001", 2);
        want = cap == 0 ? 0 : cap < sizeof whole ? cap - 1 : sizeof whole - 1;
        ck_assert_uint_eq(t.len, want);
        ck_assert_int_eq(memcmp(buf, whole, want), 0);
        if (cap > 0)
            ck_assert_int_eq(buf[want], '\0');
        for (i = cap; i < sizeof buf; i++)
            ck_assert_int_eq(buf[i], 0x55);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("text");
    TCase *tc = tcase_create("text");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, numbers);
    tcase_add_test(tc, hexadecimal);
    tcase_add_test(tc, quoting);
    tcase_add_test(tc, truncation);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
