/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounds of a run, on a world that is a calendar and little more. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tool/limits.h"

/* Makes another event of its, so much later. */
struct again {
    struct sim_sink sink;
    uint64_t after_ns;
    uint64_t every; /* of so many one that is 1 ns later; 0: none */
};

static struct sim_world w;
static struct scenario s;
static struct limits l;
static struct again again;

static void on_event(struct sim_sink *sink, uint32_t arg)
{
    uint64_t at = w.cal.now + again.after_ns;

    (void)arg;
    if (again.every != 0 && w.cal.done % again.every == 0)
        at++;
    sim_calendar_at(&w.cal, at, sink, 0);
}

/* The same, of another kind. */
static void on_other_event(struct sim_sink *sink, uint32_t arg)
{
    (void)arg;
    sim_calendar_at(&w.cal, w.cal.now + again.after_ns, sink, 0);
}

static void setup(void)
{
    memset(&w, 0, sizeof w);
    ck_assert_int_eq(sim_calendar_init(&w.cal, 1 << 20), 0);
    s = (struct scenario){ .duration_ns = PPTP_S,
                           .limits = { .events = 100000,
                                       .instant = 20000,
                                       .memory_octets = UINT64_MAX } };
    again = (struct again){ .sink = { on_event }, .after_ns = 1000 };
    sim_calendar_at(&w.cal, 0, &again.sink, 0);
    limits_watch(&l, &s, &w);
}

static void teardown(void)
{
    sim_calendar_fini(&w.cal);
}

START_TEST(few_events_are_fine)
{
    ck_assert(sim_calendar_run(&w.cal, 99999 * UINT64_C(1000) - 1));
    ck_assert_str_eq(l.met, "");
}
END_TEST

START_TEST(many_events)
{
    ck_assert(!sim_calendar_run(&w.cal, PPTP_S));
    ck_assert_uint_ge(w.cal.done, 100000);
    ck_assert_uint_lt(w.cal.done, 100000 + 1024);
    ck_assert_str_eq(l.met,
                     "limits.events: ended at 0.10035 s of 1 s, after "
                     "100351 events: 100 % of lines and others; have less of "
                     "it, or raise limits.events");
}
END_TEST

START_TEST(kinds_of_one_name)
{
    struct sim_sink other = { on_other_event };

    again.after_ns = 999; /* of the samples each kind has some */
    for (int i = 0; i < 2; i++)
        sim_calendar_at(&w.cal, (uint64_t)i, &other, 0);
    ck_assert(!sim_calendar_run(&w.cal, PPTP_S));
    ck_assert_ptr_nonnull(strstr(l.met, ": 100 % of lines and others; have"));
}
END_TEST

START_TEST(time_that_stands_still)
{
    again.after_ns = 0;
    ck_assert(!sim_calendar_run(&w.cal, PPTP_S));
    ck_assert_uint_lt(w.cal.done, 20000 + 2 * 1024);
    ck_assert_str_eq(l.met, "limits.instant: ended at 0 s of 1 s, where time "
                            "stood still for 20479 events: 100 % of lines "
                            "and others");
}
END_TEST

/* Many at each instant, and it goes on all the same. */
START_TEST(time_that_goes_on_slowly)
{
    s.limits.events = UINT64_MAX;
    again.every = 15000;
    again.after_ns = 0;
    ck_assert(sim_calendar_run(&w.cal, 10));
    ck_assert_uint_ge(w.cal.done, 150000);
    ck_assert_str_eq(l.met, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limits");
    TCase *t = tcase_create("limits");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, few_events_are_fine);
    tcase_add_test(t, many_events);
    tcase_add_test(t, kinds_of_one_name);
    tcase_add_test(t, time_that_stands_still);
    tcase_add_test(t, time_that_goes_on_slowly);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
