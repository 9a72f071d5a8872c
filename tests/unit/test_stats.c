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
    const struct probe *p, *q;
    size_t k;

    ck_assert_ptr_nonnull(pptp_probes[0].name);
    for (p = pptp_probes; p->name != NULL; p++) {
        ck_assert_uint_gt(strlen(p->name), 0);
        ck_assert_uint_gt(strlen(p->unit), 0);
        ck_assert_uint_gt(strlen(p->help), 0);
        for (k = 0; p->name[k] != '\0'; k++)
            ck_assert(islower((unsigned char)p->name[k]) || p->name[k] == '_');
        for (q = pptp_probes; q != p; q++) {
            ck_assert_str_ne(q->name, p->name);
            ck_assert_str_ne(q->help, p->help);
        }
    }
}
END_TEST

START_TEST(name_sentence_and_value_go_together)
{
    const struct probe *p = pptp_probes;
    struct pptp_stats s;
    uint64_t n = 0;

    memset(&s, 0, sizeof s);
#define X(name, unit, help) \
    n++;                    \
    s.name = n << 33 | n;
#include "pptp/stats.def"
#undef X
    ck_assert_uint_eq(n, sizeof s / sizeof n);
#define X(counter, what, sentence)       \
    ck_assert_str_eq(p->name, #counter); \
    ck_assert_str_eq(p->unit, what);     \
    ck_assert_str_eq(p->help, sentence); \
    ck_assert_uint_eq(probe_count(p++, &s), s.counter);
#include "pptp/stats.def"
#undef X
    ck_assert_ptr_null(p->name);
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
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
