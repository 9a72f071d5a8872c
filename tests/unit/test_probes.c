/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The metrics of a scenario before it has run: names, units, words. */
#include "config.h"

#include "tool/probes.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct scenario_link links[] = { { .name = (char *)"wan" },
                                        { .name = (char *)"w.n" } };
static const struct scenario s = { .links = links, .n_links = 2 };

/* Each is told once, and can be looked up. */
static void take(void *ctx, const char *name, const struct probe_value *v)
{
    char(*names)[PROBES_NAME_OCTETS] = ctx;
    struct probes_about about;
    size_t i;

    for (i = 0; names[i][0] != '\0'; i++)
        ck_assert_str_ne(names[i], name);
    ck_assert_uint_lt(i, 499);
    strcpy(names[i], name);
    ck_assert_msg(probes_about(&s, name, &about), "%s", name);
    ck_assert_str_eq(about.unit, v->probe->unit);
    ck_assert_msg(*about.unit != '\0' && *about.help != '\0', "%s", name);
    ck_assert_uint_eq(about.kind, v->probe->kind);
}

START_TEST(each_has_a_name_of_its_own)
{
    static char names[500][PROBES_NAME_OCTETS];

    probes_each(&s, NULL, take, names);
    ck_assert_str_eq(names[0], "calls");
}
END_TEST

START_TEST(what_is_known)
{
    struct probes_about about;

    ck_assert(probes_about(&s, "calls.up.delay_p95_s", &about));
    ck_assert_str_eq(about.unit, "s");
    ck_assert_int_eq(about.kind, PROBE_DISTRIBUTION);
    ck_assert_str_eq(about.help, "95th percentile of the delay one way, "
                                 "source to sink, of what was delivered");
    ck_assert(probes_about(&s, "w.n.utilisation", &about));
    ck_assert_str_eq(about.unit, "1");
    ck_assert_int_eq(about.kind, PROBE_DERIVED);
    ck_assert(probes_known(&s, "wan.dropped"));
    ck_assert(probes_known(&s, "flows.lost_port_queue"));
    ck_assert(!probes_known(&s, "lan.dropped"));
    ck_assert(!probes_known(&s, "wan"));
    ck_assert(!probes_known(&s, "dropped"));
    ck_assert(!probes_known(&s, "delay"));
    ck_assert(!probes_known(&s, ""));
}
END_TEST

static const struct {
    const char *wrong, *near;
} mistakes[] = {
    { "goodput", "goodput_bps" },
    { "wan.drop_ration", "wan.drop_ratio" },
    { "calls.up.delay_p96_s", "calls.up.delay_p95_s" },
    { "call", "calls" },
    { "nothing of this kind", NULL },
};

START_TEST(the_nearest)
{
    char near[PROBES_NAME_OCTETS];
    bool found = probes_nearest(&s, mistakes[_i].wrong, near);

    ck_assert_int_eq(found, mistakes[_i].near != NULL);
    if (found)
        ck_assert_str_eq(near, mistakes[_i].near);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("probes");
    TCase *tc = tcase_create("probes");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, each_has_a_name_of_its_own);
    tcase_add_test(tc, what_is_known);
    tcase_add_loop_test(tc, the_nearest, 0,
                        (int)(sizeof mistakes / sizeof mistakes[0]));
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
