/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trace records: src/pptp/trace.c. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pptp/trace.h"

static const struct pptp_trace_rec sample = {
    .at_ns = 1500000000,
    .kind = PPTP_TRACE_acked,
    .call = 7,
    .v = { 41, 3, 250000000, 9 },
};

START_TEST(levels_are_those_of_the_list)
{
#define X(kind, level, a, b, c, d)                           \
    ck_assert_int_eq(pptp_trace_level_of(PPTP_TRACE_##kind), \
                     PPTP_TRACE_LEVEL_##level);
#include "pptp/trace.def"
#undef X
    ck_assert_int_eq(pptp_trace_level_of(PPTP_TRACE_conn_state),
                     PPTP_TRACE_LEVEL_calls);
    ck_assert_int_eq(pptp_trace_level_of(PPTP_TRACE_data_tx),
                     PPTP_TRACE_LEVEL_packets);
    ck_assert_int_lt(PPTP_TRACE_LEVEL_off, PPTP_TRACE_LEVEL_calls);
    ck_assert_int_lt(PPTP_TRACE_LEVEL_calls, PPTP_TRACE_LEVEL_packets);
}
END_TEST

START_TEST(a_record_prints_as_one_json_object)
{
    static const char want[] =
        "{\"t\":1500000000,\"k\":\"acked\",\"node\":\"pac0\",\"call\":7,"
        "\"ack\":41,\"packets\":3,\"rtt_ns\":250000000,\"cwnd\":9}";
    char line[300];
    size_t n = pptp_trace_print(&sample, "pac0", line, sizeof line);

    ck_assert_str_eq(line, want);
    ck_assert_uint_eq(n, strlen(want));
}
END_TEST

START_TEST(unused_members_are_left_out)
{
    struct pptp_trace_rec r = sample;
    char line[300];

    r.kind = PPTP_TRACE_queued;
    pptp_trace_print(&r, "p", line, sizeof line);
    ck_assert_str_eq(line, "{\"t\":1500000000,\"k\":\"queued\",\"node\":\"p\","
                           "\"call\":7,\"depth\":41,\"len_octets\":3}");
    r.kind = PPTP_TRACE_data_drop;
    pptp_trace_print(&r, "p", line, sizeof line);
    ck_assert_str_eq(line,
                     "{\"t\":1500000000,\"k\":\"data_drop\",\"node\":\"p\","
                     "\"call\":7,\"seq\":41,\"counter\":3,"
                     "\"len_octets\":250000000}");
}
END_TEST

START_TEST(the_name_of_the_node_is_quoted)
{
    char line[300];

    pptp_trace_print(&sample, "a\"b\n", line, sizeof line);
    ck_assert_ptr_nonnull(strstr(line, "\"node\":\"a\\\"b\\u000a\","));
}
END_TEST

START_TEST(the_longest_record_of_each_kind_fits)
{
    struct pptp_trace_rec r;
    char line[256 + 4];
    size_t n;

    memset(&r, 0xff, sizeof r);
    for (r.kind = 0; r.kind < PPTP_TRACE_KINDS; r.kind++) {
        n = pptp_trace_print(&r, "pns0", line, sizeof line);
        ck_assert_uint_lt(n, sizeof line - 1);
        ck_assert_int_eq(line[n - 1], '}');
        ck_assert_ptr_nonnull(strstr(line, "18446744073709551615"));
        ck_assert_ptr_null(strstr(line, "unused"));
    }
}
END_TEST

START_TEST(a_short_buffer_cuts_and_terminates)
{
    char line[16];

    memset(line, 'x', sizeof line);
    ck_assert_uint_eq(pptp_trace_print(&sample, "p", line, 10), 9);
    ck_assert_str_eq(line, "{\"t\":1500");
    ck_assert_int_eq(line[10], 'x');
}
END_TEST

START_TEST(every_bit_of_a_record_changes_the_hash)
{
    uint64_t h = pptp_trace_hash(0, &sample);
    unsigned bit, flips, total = 0;

    for (bit = 0; bit < 8 * sizeof sample; bit++) {
        struct pptp_trace_rec r = sample;
        uint8_t octets[sizeof r];
        uint64_t d;

        memcpy(octets, &r, sizeof r);
        octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
        memcpy(&r, octets, sizeof r);
        d = pptp_trace_hash(0, &r) ^ h;
        ck_assert_uint_ne(d, 0);
        for (flips = 0; d != 0; d &= d - 1)
            flips++;
        ck_assert_uint_ge(flips, 10);
        total += flips;
    }
    /* half of 64 bits on the average, within two */
    ck_assert_uint_gt(total, 30 * bit);
    ck_assert_uint_lt(total, 34 * bit);
}
END_TEST

START_TEST(the_hash_depends_on_order_and_on_number)
{
    struct pptp_trace_rec a = sample, b = sample, swapped = sample;
    struct pptp_trace_rec zero = { 0 };
    uint64_t one = pptp_trace_hash(0, &zero);

    b.at_ns++;
    ck_assert_uint_ne(pptp_trace_hash(pptp_trace_hash(0, &a), &b),
                      pptp_trace_hash(pptp_trace_hash(0, &b), &a));
    swapped.v[0] = a.v[1];
    swapped.v[1] = a.v[0];
    ck_assert_uint_ne(pptp_trace_hash(0, &a), pptp_trace_hash(0, &swapped));
    ck_assert_uint_ne(one, 0);
    ck_assert_uint_ne(pptp_trace_hash(one, &zero), one);
    ck_assert_uint_eq(pptp_trace_hash(0, &a), pptp_trace_hash(0, &sample));
}
END_TEST

/* Hashes are kept with scenarios: the same on every machine and release. */
START_TEST(the_hash_is_the_one_we_published)
{
    uint64_t h = pptp_trace_hash(0, &sample);

    ck_assert_uint_eq(h, UINT64_C(0x2e60ad04e59344c3));
    ck_assert_uint_eq(pptp_trace_hash(h, &sample),
                      UINT64_C(0x1453cc4c408af334));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("trace");
    TCase *t = tcase_create("trace");
    SRunner *r;
    int failed;

    tcase_add_test(t, levels_are_those_of_the_list);
    tcase_add_test(t, a_record_prints_as_one_json_object);
    tcase_add_test(t, unused_members_are_left_out);
    tcase_add_test(t, the_name_of_the_node_is_quoted);
    tcase_add_test(t, the_longest_record_of_each_kind_fits);
    tcase_add_test(t, a_short_buffer_cuts_and_terminates);
    tcase_add_test(t, every_bit_of_a_record_changes_the_hash);
    tcase_add_test(t, the_hash_depends_on_order_and_on_number);
    tcase_add_test(t, the_hash_is_the_one_we_published);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
