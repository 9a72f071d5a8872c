/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The constant-rate line in closed form, and the PPD field of 4.4. */
#include "config.h"

#include "models/line.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct line_config modem = { .rate_bps = 28800,
                                          .delay_ns = 5 * PPTP_MS,
                                          .buffer_packets = 8 };

/* R-4-03: media framing is the line's and costs time there only:
 * (1500 + 4) octets at 28800 bit/s are 417.7 ms. */
START_TEST(one_frame)
{
    struct line *l = line_new(&modem);
    struct line_frame f;

    ck_assert_ptr_nonnull(l);
    ck_assert_uint_eq(line_deadline(l), PPTP_NEVER);
    ck_assert_int_eq(line_put(l, PPTP_S, 1500, 77, &f), 0);
    ck_assert_uint_eq(f.depart_ns, PPTP_S + UINT64_C(417777777));
    ck_assert_uint_eq(f.arrive_ns, f.depart_ns + 5 * PPTP_MS);
    ck_assert_uint_eq(line_frame_ns(l, 1500), UINT64_C(417777777));
    ck_assert_uint_eq(line_deadline(l), f.depart_ns);
    ck_assert_uint_eq(line_occupancy(l, f.depart_ns - 1), 1);
    ck_assert_uint_eq(line_occupancy(l, f.depart_ns), 0);
    ck_assert(!line_done(l, f.depart_ns - 1, &f));
    memset(&f, 0, sizeof f);
    ck_assert(line_done(l, PPTP_S + UINT64_C(417777777), &f));
    ck_assert_uint_eq(f.cookie, 77);
    ck_assert_uint_eq(f.len_octets, 1500);
    ck_assert(!line_done(l, PPTP_NEVER, &f));
    line_free(l);
}
END_TEST

/* Frame k of a busy period departs at floor(k * bits / rate): no drift. */
START_TEST(no_drift)
{
    struct line_config c = { .rate_bps = 33600, .buffer_packets = 100000 };
    struct line *l = line_new(&c);
    struct line_frame f;

    for (uint64_t k = 1; k <= 100000; k++) {
        ck_assert_int_eq(line_put(l, 0, 97, 0, &f), 0);
        ck_assert_uint_eq(f.depart_ns, k * 808 * PPTP_S / 33600);
        ck_assert_uint_eq(f.arrive_ns, f.depart_ns);
    }
    ck_assert_uint_eq(line_occupancy(l, 0), 100000);
    ck_assert_uint_eq(line_occupancy(l, 808 * PPTP_S / 33600), 99999);
    ck_assert_uint_eq(line_occupancy(l, f.depart_ns - 1), 1);
    ck_assert_uint_eq(l->busy_ns, f.depart_ns);
    ck_assert_uint_eq(l->octets, 9700000);
    line_free(l);
}
END_TEST

START_TEST(full_and_again)
{
    struct line *l = line_new(&modem);
    struct line_frame f;
    pptp_ns one = line_frame_ns(l, 1500);

    for (uint32_t i = 0; i < 8; i++)
        ck_assert_int_eq(line_put(l, 0, 1500, i, NULL), 0);
    ck_assert_int_eq(line_put(l, one - 1, 1500, 8, &f), PPTP_ERR_RESOURCE);
    ck_assert_uint_eq(l->full, 1);
    ck_assert_uint_eq(l->frames, 8);
    /* the instant of departure makes room */
    ck_assert_int_eq(line_put(l, one, 1500, 9, &f), 0);
    ck_assert_uint_eq(f.depart_ns, UINT64_C(9) * 12032 * PPTP_S / 28800);
    ck_assert_uint_eq(line_occupancy(l, one), 8);
    for (uint32_t i = 1; i < 8; i++) { /* 0 was forgotten by the put */
        ck_assert(line_done(l, 20 * PPTP_S, &f));
        ck_assert_uint_eq(f.cookie, i);
    }
    ck_assert(line_done(l, 20 * PPTP_S, &f));
    ck_assert_uint_eq(f.cookie, 9);
    line_free(l);
}
END_TEST

/* Under constant load above the rate the line sends exactly its rate. */
START_TEST(saturated)
{
    struct line_config c = { .rate_bps = 64000, .buffer_packets = 4 };
    struct line *l = line_new(&c);
    struct line_frame f = { 0 };

    for (pptp_ns now = 0; now < 100 * PPTP_S; now += 50 * PPTP_MS) {
        int err = line_put(l, now, 796, 0, &f); /* 100 ms each */

        ck_assert(err == 0 || err == PPTP_ERR_RESOURCE);
    }
    ck_assert_uint_eq(f.depart_ns % (100 * PPTP_MS), 0);
    ck_assert_uint_eq(l->busy_ns, f.depart_ns); /* never idle */
    ck_assert_uint_eq(l->frames, f.depart_ns / (100 * PPTP_MS));
    ck_assert_uint_eq(l->frames + l->full, 2000);
    line_free(l);
}
END_TEST

START_TEST(idle_starts_anew)
{
    struct line *l = line_new(&modem);
    struct line_frame f;

    ck_assert_int_eq(line_put(l, 0, 1, 0, &f), 0); /* leaves a fraction */
    ck_assert_int_eq(line_put(l, PPTP_S, 1500, 0, &f), 0);
    ck_assert_uint_eq(f.depart_ns, PPTP_S + line_frame_ns(l, 1500));
    line_free(l);
}
END_TEST

/* No pointers: a copy of the octets is a line of its own. */
START_TEST(snapshot)
{
    size_t octets = line_mem_octets(&modem);
    struct line *a = line_new(&modem);
    struct line *b = malloc(octets);
    struct line_frame fa;
    struct line_frame fb;

    ck_assert_int_eq(line_put(a, 3, 100, 1, NULL), 0);
    memcpy(b, a, octets);
    line_put(a, 4, 200, 2, &fa);
    ck_assert_uint_eq(line_occupancy(b, 4), 1);
    line_put(b, 4, 200, 2, &fb);
    ck_assert_uint_eq(fa.depart_ns, fb.depart_ns);
    line_free(a);
    line_free(b);
}
END_TEST

START_TEST(bad_arguments)
{
    struct line_config c = modem;
    struct line *l = line_new(&modem);

    ck_assert_int_eq(line_put(l, 0, 0, 0, NULL), PPTP_ERR_ARGUMENT);
    ck_assert_int_eq(line_put(l, 0, 65536, 0, NULL), PPTP_ERR_ARGUMENT);
    ck_assert_int_eq(line_put(l, 0, 65535, 0, NULL), 0);
    line_free(l);
    c.rate_bps = 0;
    ck_assert_ptr_null(line_new(&c));
    c = modem;
    c.buffer_packets = 0;
    ck_assert_ptr_null(line_new(&c));
    c = modem;
    c.delay_ns = PPTP_NEVER;
    ck_assert_uint_eq(line_mem_octets(&c), 0);
    line_free(NULL);
}
END_TEST

/* R-4.4-09, R-4.4-10: tenths, rounded up, without the 36 octets of IP
 * and GRE headers; no rate, no value. */
START_TEST(ppd)
{
    ck_assert_uint_eq(line_ppd_ds(1500, 8, 28800, 0), 33);
    ck_assert_uint_eq(line_ppd_ds(1500, 16, 64000, 0), 30);
    ck_assert_uint_eq(line_ppd_ds(1532, 1, 300, 0), 399);
    ck_assert_uint_eq(line_ppd_ds(1500, 8, 0, PPTP_S), 0);
    ck_assert_uint_eq(line_ppd_ds(36, 8, 28800, 0), 0);
    ck_assert_uint_eq(line_ppd_ds(0, 8, 28800, PPTP_S), 10);
    /* exactly 1 s, and a nanosecond or a bit more */
    ck_assert_uint_eq(line_ppd_ds(1036, 1, 8000, 0), 10);
    ck_assert_uint_eq(line_ppd_ds(1036, 1, 8000, 1), 11);
    ck_assert_uint_eq(line_ppd_ds(1036, 1, 7999, 0), 11);
    ck_assert_uint_eq(line_ppd_ds(1036, 1, 8000, PPTP_S / 10), 11);
    /* 0.32 tenths and 0.68: one; a nanosecond more: two */
    ck_assert_uint_eq(line_ppd_ds(40, 1, 1000, 68 * PPTP_MS), 1);
    ck_assert_uint_eq(line_ppd_ds(40, 1, 1000, 68 * PPTP_MS + 1), 2);
    /* thirds: 1/3 s and 1/6 s are five tenths to the last nanosecond */
    ck_assert_uint_eq(line_ppd_ds(37, 1, 24, UINT64_C(166666666)), 5);
    ck_assert_uint_eq(line_ppd_ds(37, 1, 24, UINT64_C(166666667)), 6);
}
END_TEST

/* R-4.4-09: at most what 16 bits hold. */
START_TEST(ppd_limits)
{
    ck_assert_uint_eq(line_ppd_ds(UINT32_MAX, UINT32_MAX, 1, 0), 65535);
    ck_assert_uint_eq(line_ppd_ds(37, 1, 8, UINT64_MAX), 65535);
    ck_assert_uint_eq(line_ppd_ds(0, 0, 1, 65535 * PPTP_S / 10), 65535);
    ck_assert_uint_eq(line_ppd_ds(0, 0, 1, 65534 * PPTP_S / 10), 65534);
    ck_assert_uint_eq(line_ppd_ds(65535, 65535, UINT64_MAX, 0), 1);
}
END_TEST

/* A call that ends takes what is in the line with it, and leaves it idle. */
START_TEST(flushed)
{
    struct line_config c = { .rate_bps = 8000, .buffer_packets = 4 };
    struct line *l = line_new(&c);
    struct line_frame f;

    for (uint32_t i = 0; i < 3; i++)
        ck_assert_int_eq(line_put(l, PPTP_S, 96, i, NULL), 0);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert(line_flush(l, &f));
        ck_assert_uint_eq(f.cookie, i);
    }
    ck_assert(!line_flush(l, &f));
    ck_assert_uint_eq(line_deadline(l), PPTP_NEVER);
    /* 100 octets at 1,000 a second, not behind what is gone */
    ck_assert_int_eq(line_put(l, PPTP_S, 96, 9, &f), 0);
    ck_assert_uint_eq(f.depart_ns, 1100 * PPTP_MS);
    line_free(l);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("line");
    TCase *t = tcase_create("line");
    SRunner *r;
    int failed;

    tcase_add_test(t, one_frame);
    tcase_add_test(t, no_drift);
    tcase_add_test(t, full_and_again);
    tcase_add_test(t, saturated);
    tcase_add_test(t, idle_starts_anew);
    tcase_add_test(t, snapshot);
    tcase_add_test(t, flushed);
    tcase_add_test(t, bad_arguments);
    tcase_add_test(t, ppd);
    tcase_add_test(t, ppd_limits);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
