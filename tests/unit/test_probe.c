/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of probes: what they give, and how two structs become one. */
#include "config.h"

#include "base/probe.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct thing {
    uint64_t count;
    uint32_t level, peak;
    uint16_t half;
    uint8_t octet, before;
    struct {
        uint64_t part, whole;
    } inner;
    struct hist times;
};

static double share(const void *part, uint64_t over_ns)
{
    const uint64_t *v = part;

    return over_ns == 0 ? NAN : (double)v[0] / (double)v[1];
}

static double sum(const void *thing, uint64_t over_ns)
{
    const struct thing *t = thing;

    (void)over_ns;
    return (double)(t->count + t->level);
}

static const struct probe rows[] = {
    PROBE(struct thing, count, PROBE_COUNTER, "things", "counted"),
    PROBE(struct thing, level, PROBE_GAUGE, "things", "there"),
    PROBE(struct thing, peak, PROBE_PEAK, "things", "most"),
    PROBE(struct thing, half, PROBE_COUNTER, "things", "few"),
    PROBE_AS(struct thing, octet, "other", PROBE_COUNTER, "1", "another name"),
    PROBE_THEN(struct thing, before, "then", "1", "as it stood"),
    PROBE_OF(sum, "sum", PROBE_COUNTER, "things", "both"),
    PROBE_OF_PART(struct thing, inner, share, "share", PROBE_DERIVED, "1",
                  "of the whole"),
    PROBE(struct thing, times, PROBE_DISTRIBUTION, "s", "times"),
    PROBE_END
};

static char text[1000];

/* "name=value " */
static void take(void *ctx, const struct probe_value *v)
{
    size_t used = strlen(text);

    ck_assert_ptr_eq(ctx, text);
    ck_assert(v->probe >= rows && v->probe->help != NULL);
    used += (size_t)snprintf(text + used, sizeof text - used,
                             "%s%s=", v->probe->name, v->suffix);
    if (v->whole)
        snprintf(text + used, sizeof text - used, "%llu ",
                 (unsigned long long)v->count);
    else
        snprintf(text + used, sizeof text - used, "%g ", v->real);
}

static const char *said(const struct thing *t, bool then, uint64_t over)
{
    text[0] = '\0';
    probe_each(rows, then, t, over, take, text);
    return text;
}

START_TEST(values_by_row)
{
    struct thing t = { .count = UINT64_C(1) << 40,
                       .level = 7,
                       .peak = 9,
                       .half = 65535,
                       .octet = 255,
                       .before = 8,
                       .inner = { 1, 4 } };

    ck_assert_str_eq(said(&t, false, 1),
                     "count=1099511627776 level=7 peak=9 half=65535 other=255 "
                     "sum=1099511627783 share=0.25 times_mean_s=nan "
                     "times_p50_s=nan times_p95_s=nan times_p99_s=nan "
                     "times_max_s=nan ");
    hist_add(&t.times, 2000000000);
    ck_assert_ptr_nonnull(strstr(said(&t, true, 0), " other=255 then=8 "));
    ck_assert_ptr_nonnull(strstr(text, " times_mean_s=2 times_p50_s=2 "
                                       "times_p95_s=2 times_p99_s=2 "
                                       "times_max_s=2 "));
    /* nothing was measured in no time */
    ck_assert_ptr_nonnull(strstr(said(&t, false, 0), " share=nan "));
    hist_free(&t.times);
}
END_TEST

/* The names are there before there is anything. */
START_TEST(names_without_values)
{
    ck_assert_ptr_nonnull(strstr(said(NULL, false, 0), "sum=0 "));
    ck_assert_ptr_nonnull(strstr(text, "share=nan times_mean_s=nan "));
    ck_assert_ptr_null(strstr(text, "then"));
}
END_TEST

START_TEST(two_become_one)
{
    struct thing a = { 1, 2, 3, 4, 5, 0, { 6, 7 }, { 0 } };
    struct thing b = { 10, 20, 2, 40, 50, 0, { 60, 70 }, { 0 } };

    hist_add(&a.times, 1000);
    hist_add(&b.times, 3000);
    probe_merge(rows, &a, &b);
    ck_assert_uint_eq(a.count, 11);
    ck_assert_uint_eq(a.level, 22);
    ck_assert_uint_eq(a.peak, 3);
    ck_assert_uint_eq(a.half, 44);
    ck_assert_uint_eq(a.octet, 55);
    ck_assert_uint_eq(a.inner.part, 6); /* it is nobody's row */
    ck_assert_uint_eq(a.times.n, 2);
    ck_assert_double_eq_tol(hist_mean_s(&a.times), 2e-6, 1e-15);
    b.peak = 4;
    probe_merge(rows, &a, &b);
    ck_assert_uint_eq(a.peak, 4);
    hist_free(&a.times);
    hist_free(&b.times);
}
END_TEST

/* What was there earlier goes; levels and peaks stay. */
START_TEST(an_earlier_one_is_taken_away)
{
    struct thing a = { 1, 2, 3, 4, 5, 0, { 6, 7 }, { 0 } };
    struct thing earlier = a;

    hist_add(&a.times, 1000);
    hist_merge(&earlier.times, &a.times);
    a.count = 11;
    a.half = 44;
    hist_add(&a.times, 3000);
    probe_subtract(rows, &a, &earlier);
    ck_assert_uint_eq(a.count, 10);
    ck_assert_uint_eq(a.level, 2);
    ck_assert_uint_eq(a.peak, 3);
    ck_assert_uint_eq(a.half, 40);
    ck_assert_uint_eq(a.octet, 0);
    ck_assert_uint_eq(a.times.n, 1);
    ck_assert_double_eq_tol(hist_mean_s(&a.times), 3e-6, 1e-15);
    hist_free(&a.times);
    hist_free(&earlier.times);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("probe");
    TCase *tc = tcase_create("probe");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, values_by_row);
    tcase_add_test(tc, names_without_values);
    tcase_add_test(tc, two_become_one);
    tcase_add_test(tc, an_earlier_one_is_taken_away);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
