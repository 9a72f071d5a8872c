/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counters: src/pptp/stats.c. */
#include "config.h"

#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pptp/stats.h"

START_TEST(every_counter_has_its_own_name_and_sentence)
{
    size_t i, j, k;

    ck_assert_uint_gt(PPTP_STATS_N, 0);
    for (i = 0; i < PPTP_STATS_N; i++) {
        const char *name = pptp_stats_name(i);

        ck_assert_uint_gt(strlen(name), 0);
        ck_assert_uint_gt(strlen(pptp_stats_help(i)), 0);
        for (k = 0; name[k] != '\0'; k++)
            ck_assert(islower((unsigned char)name[k]) || name[k] == '_');
        for (j = 0; j < i; j++) {
            ck_assert_str_ne(name, pptp_stats_name(j));
            ck_assert_str_ne(pptp_stats_help(i), pptp_stats_help(j));
        }
    }
}
END_TEST

START_TEST(name_sentence_and_value_go_together)
{
    struct pptp_stats s;
    uint64_t n = 0;
    size_t i = 0;

    memset(&s, 0, sizeof s);
#define X(name, help) \
    n++;              \
    s.name = n << 33 | n;
#include "pptp/stats.def"
#undef X
    ck_assert_uint_eq(n, PPTP_STATS_N);
#define X(counter, help)                                   \
    ck_assert_str_eq(pptp_stats_name(i), #counter);        \
    ck_assert_str_eq(pptp_stats_help(i), help);            \
    ck_assert_uint_eq(pptp_stats_value(&s, i), s.counter); \
    i++;
#include "pptp/stats.def"
#undef X
}
END_TEST

START_TEST(values_keep_all_bits)
{
    struct pptp_stats s = { .timeouts = UINT64_MAX };
    size_t i, found = 0;

    for (i = 0; i < PPTP_STATS_N; i++) {
        bool it = strcmp(pptp_stats_name(i), "timeouts") == 0;

        ck_assert_uint_eq(pptp_stats_value(&s, i), it ? UINT64_MAX : 0);
        found += it;
    }
    ck_assert_uint_eq(found, 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stats");
    TCase *t = tcase_create("stats");
    SRunner *r;
    int failed;

    tcase_add_test(t, every_counter_has_its_own_name_and_sentence);
    tcase_add_test(t, name_sentence_and_value_go_together);
    tcase_add_test(t, values_keep_all_bits);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
