/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The adaptive time-out of RFC 2637 §4.4: src/pptp/ato.c. */
#include "config.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "defaults.h"
#include "pptp/ato.h"

static struct pptp_ato_config pure(void)
{
    struct pptp_ato_config c;

    c = default_ato();
    c.min_ns = 100 * PPTP_MS;
    c.max_ns = 5 * PPTP_S;
    c.cap_rtt = false;
    return c;
}

/* R-4.4-02, R-4.4.1-01, R-4.4.1-02, R-4.4.1-03, R-4.4.2-01: the table of the
 * requirements, to 1 µs. */
START_TEST(the_vectors)
{
    static const struct {
        uint64_t sample_ms; /* 0: a time-out */
        int64_t rtt_us, dev_us, ato_us;
    } row[] = {
        { 800, 625000, 50000, 825000 },     { 800, 646875, 81250, 971875 },
        { 200, 591016, 172656, 1281641 },   { 0, 1182031, 172656, 1872656 },
        { 0, 2364062, 172656, 3054688 },    { 0, 4728125, 172656, 5000000 },
        { 300, 4174609, 1236523, 5000000 }, { 300, 3690283, 1896045, 5000000 },
    };
    struct pptp_ato_config c = pure();
    struct pptp_ato a;
    size_t i;

    pptp_ato_start(&a, &c, 6);
    ck_assert_int_eq(a.rtt_ns, 600000000);
    ck_assert_int_eq(a.dev_ns, 0);
    ck_assert_uint_eq(a.ato_ns, 600000000);
    for (i = 0; i < sizeof row / sizeof row[0]; i++) {
        if (row[i].sample_ms == 0)
            pptp_ato_backoff(&a, &c);
        else
            pptp_ato_sample(&a, &c, row[i].sample_ms * PPTP_MS);
        ck_assert_int_le(llabs(a.rtt_ns - row[i].rtt_us * 1000), 1000);
        ck_assert_int_le(llabs(a.dev_ns - row[i].dev_us * 1000), 1000);
        ck_assert_int_le(llabs((int64_t)a.ato_ns - row[i].ato_us * 1000),
                         1000);
    }
}
END_TEST

static double clamp(double v, double low, double high)
{
    return fmax(low, fmin(v, high));
}

/* R-4.4.1-02, R-4.4.1-04: a step from the same state, within 1 ns of RTT and
 * DEV; the time-out weighs DEV by four. */
START_TEST(each_step_is_that_of_a_double)
{
    struct pptp_ato_config c = pure();
    struct pptp_ato a;
    uint64_t x = 1;
    int i;

    pptp_ato_start(&a, &c, 6);
    for (i = 0; i < 20000; i++) {
        double rtt = (double)a.rtt_ns, dev = (double)a.dev_ns;

        x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
        if (x >> 61 == 0 && rtt < 1e12) {
            pptp_ato_backoff(&a, &c);
            rtt *= 2;
        } else {
            uint64_t sample_ns = (x >> 20) % (2 * PPTP_S);
            double diff = (double)sample_ns - rtt;

            pptp_ato_sample(&a, &c, sample_ns);
            dev += (fabs(diff) - dev) / 4;
            rtt += diff / 8;
        }
        ck_assert_double_le(fabs((double)a.rtt_ns - rtt), 1);
        ck_assert_double_le(fabs((double)a.dev_ns - dev), 1);
        ck_assert_double_le(
            fabs((double)a.ato_ns - clamp(rtt + 4 * dev, 1e8, 5e9)), 5);
        /* the clamped sum itself is exact in the state that is kept */
        ck_assert_double_le(
            fabs((double)a.ato_ns -
                 clamp((double)(a.rtt_ns + 4 * a.dev_ns), 1e8, 5e9)),
            0);
    }
}
END_TEST

/* R-4.4.1-02: gains other than the RFC's, the full range, no overflow. */
START_TEST(odd_gains_and_long_samples)
{
    struct pptp_ato_config c = pure();
    struct pptp_ato a;
    int i;

    c.alpha_q16 = PPTP_Q16;
    c.beta_q16 = PPTP_Q16;
    c.chi_q16 = 64 * PPTP_Q16;
    c.delta_q16 = 16 * PPTP_Q16;
    c.max_ns = 3600 * PPTP_S;
    ck_assert_int_eq(check_ato(&c), PPTP_OK);
    pptp_ato_start(&a, &c, UINT16_MAX);
    ck_assert_int_eq(a.rtt_ns, (int64_t)(UINT16_MAX * 100 * PPTP_MS));
    ck_assert_uint_eq(a.ato_ns, c.max_ns);
    for (i = 0; i < 10; i++) {
        pptp_ato_sample(&a, &c, i % 2 == 0 ? 0 : UINT64_MAX - 1);
        ck_assert_uint_eq(a.ato_ns, c.max_ns);
        ck_assert_int_ge(a.dev_ns, 0);
    }
    ck_assert_int_eq(a.rtt_ns, (int64_t)(3600 * PPTP_S));
    ck_assert_int_eq(a.dev_ns, (int64_t)(3600 * PPTP_S));
    pptp_ato_backoff(&a, &c);
    ck_assert_int_eq(a.rtt_ns, (int64_t)(3600 * PPTP_S));
    ck_assert_uint_eq(a.ato_ns, c.max_ns);
}
END_TEST

/* R-4.4-08, R-4.4.1-01: tenths of seconds. */
START_TEST(rtt_starts_at_the_peers_delay)
{
    struct pptp_ato_config c;
    struct pptp_ato a;

    c = default_ato();
    ck_assert_int_eq(check_ato(&c), PPTP_OK);
    pptp_ato_start(&a, &c, 64);
    ck_assert_int_eq(a.rtt_ns, 6400000000);
    ck_assert_int_eq(a.dev_ns, 0);
    ck_assert_uint_eq(a.ato_ns, 6400 * PPTP_MS);
}
END_TEST

/* R-4.4.1-01, R-4.4-06: never below MinTimeOut, never above MaxTimeOut. */
START_TEST(the_time_out_is_clamped)
{
    struct pptp_ato_config c;
    struct pptp_ato a;
    int i;

    c = default_ato();
    pptp_ato_start(&a, &c, 0);
    ck_assert_uint_eq(a.ato_ns, c.min_ns);
    ck_assert_int_eq(a.rtt_ns, 0);
    pptp_ato_start(&a, &c, 2);
    ck_assert_uint_eq(a.ato_ns, c.min_ns);
    pptp_ato_start(&a, &c, 3);
    ck_assert_uint_eq(a.ato_ns, 300 * PPTP_MS);
    pptp_ato_start(&a, &c, 101);
    ck_assert_uint_eq(a.ato_ns, c.max_ns);
    ck_assert_int_eq(a.rtt_ns, (int64_t)c.max_ns); /* R-4.4.2-03 */
    pptp_ato_start(&a, &c, 10);
    for (i = 0; i < 200; i++)
        pptp_ato_sample(&a, &c, 1);
    ck_assert_uint_eq(a.ato_ns, c.min_ns);
    c.cap_rtt = false;
    pptp_ato_start(&a, &c, 101);
    ck_assert_uint_eq(a.ato_ns, c.max_ns);
    ck_assert_int_eq(a.rtt_ns, 10100000000);
}
END_TEST

/* R-4.4.2-03: a delay of 0 backs off all the same. */
START_TEST(a_delay_of_zero_backs_off)
{
    struct pptp_ato_config c;
    struct pptp_ato a;
    int i;

    c = default_ato();
    pptp_ato_start(&a, &c, 0);
    pptp_ato_backoff(&a, &c);
    ck_assert_uint_eq(a.ato_ns, 200 * PPTP_MS);
    for (i = 1; i <= 5; i++) {
        pptp_ato_backoff(&a, &c);
        ck_assert_uint_eq(a.ato_ns, (200 * PPTP_MS) << i);
    }
    pptp_ato_backoff(&a, &c);
    ck_assert_uint_eq(a.ato_ns, c.max_ns);
    ck_assert_int_eq(a.rtt_ns, (int64_t)c.max_ns);
    /* the smallest MinTimeOut there is has a half, too */
    c.min_ns = 1;
    pptp_ato_start(&a, &c, 0);
    pptp_ato_backoff(&a, &c);
    ck_assert_uint_eq(a.ato_ns, 2);
    /* by the letter of the RFC it never does */
    c = pure();
    pptp_ato_start(&a, &c, 0);
    for (i = 0; i < 10; i++)
        pptp_ato_backoff(&a, &c);
    ck_assert_uint_eq(a.ato_ns, c.min_ns);
}
END_TEST

/* R-4.4.2-03: what went up 30 times comes down in few samples. */
START_TEST(it_recovers_from_many_time_outs)
{
    struct pptp_ato_config c;
    struct pptp_ato a;
    int i, acks = 0;

    c = default_ato();
    pptp_ato_start(&a, &c, 6);
    for (i = 0; i < 30; i++) {
        pptp_ato_backoff(&a, &c);
        ck_assert_int_le(a.rtt_ns, (int64_t)c.max_ns);
        ck_assert_int_eq(a.dev_ns, 0); /* R-4.4.2-01: DEV unchanged */
    }
    ck_assert_int_eq(a.rtt_ns, (int64_t)c.max_ns);
    for (; a.ato_ns > PPTP_S && acks < 1000; acks++)
        pptp_ato_sample(&a, &c, 100 * PPTP_MS);
    ck_assert_int_ge(acks, 10);
    ck_assert_int_le(acks, 40);
}
END_TEST

/* R-4.4.2-03: an engine that lets packets wait longer than MaxTimeOut
 * measures more than that; RTT stays below, DEV is what it is. */
START_TEST(long_samples_are_capped)
{
    struct pptp_ato_config c;
    struct pptp_ato a;
    int i;

    c = default_ato();
    pptp_ato_start(&a, &c, 6);
    pptp_ato_sample(&a, &c, 60 * PPTP_S);
    ck_assert_int_eq(a.rtt_ns, 600000000 + 59400000000 / 8);
    ck_assert_int_eq(a.dev_ns, 59400000000 / 4);
    for (i = 0; i < 10; i++)
        pptp_ato_sample(&a, &c, 60 * PPTP_S);
    ck_assert_int_eq(a.rtt_ns, (int64_t)c.max_ns);
    ck_assert_uint_eq(a.ato_ns, c.max_ns);
    for (i = 0; i < 20; i++)
        pptp_ato_sample(&a, &c, 100 * PPTP_MS);
    ck_assert_int_lt(a.rtt_ns, 1000000000);
    c.cap_rtt = false;
    pptp_ato_start(&a, &c, 6);
    for (i = 0; i < 100; i++)
        pptp_ato_sample(&a, &c, 60 * PPTP_S);
    ck_assert_int_gt(a.rtt_ns, 59000000000);
}
END_TEST

START_TEST(a_hundred_time_outs_do_not_overflow)
{
    struct pptp_ato_config c = pure();
    struct pptp_ato a;
    int64_t before;
    int i;

    c.delta_q16 = 16 * PPTP_Q16;
    pptp_ato_start(&a, &c, UINT16_MAX);
    for (i = 0; i < 100; i++)
        pptp_ato_backoff(&a, &c);
    ck_assert_int_eq(a.rtt_ns, (int64_t)(3600 * PPTP_S));
    c = pure();
    pptp_ato_start(&a, &c, 6);
    for (i = 0; i < 100; i++) {
        before = a.rtt_ns;
        pptp_ato_backoff(&a, &c);
        ck_assert_int_ge(a.rtt_ns, before);
        ck_assert_uint_le(a.ato_ns, c.max_ns);
    }
    ck_assert_int_eq(a.rtt_ns, (int64_t)(3600 * PPTP_S));
}
END_TEST

/* R-4.4-04: the bounds of what an administrator may set. */
START_TEST(the_configuration_is_checked)
{
    struct pptp_ato_config c;

#define FITS(member, value) \
    c = default_ato();      \
    c.member = (value);     \
    ck_assert_int_eq(check_ato(&c), PPTP_OK)
#define FAILS(member, value) \
    c = default_ato();       \
    c.member = (value);      \
    ck_assert_int_eq(check_ato(&c), PPTP_ERR_ARGUMENT)
    FAILS(min_ns, 999);
    FITS(min_ns, 1000);
    FITS(min_ns, 10 * PPTP_S);
    FAILS(min_ns, 10 * PPTP_S + 1);
    FITS(max_ns, 3600 * PPTP_S);
    FAILS(max_ns, 3600 * PPTP_S + 1);
    FITS(max_ns, 200 * PPTP_MS);
    FAILS(max_ns, 200 * PPTP_MS - 1);
    FAILS(alpha_q16, 6); /* 0.0001 is 6.55 of them */
    FITS(alpha_q16, 7);
    FITS(alpha_q16, PPTP_Q16);
    FAILS(alpha_q16, PPTP_Q16 + 1);
    FAILS(beta_q16, 6);
    FITS(beta_q16, 7);
    FITS(beta_q16, PPTP_Q16);
    FAILS(beta_q16, PPTP_Q16 + 1);
    FITS(chi_q16, 0);
    FITS(chi_q16, 64 * PPTP_Q16);
    FAILS(chi_q16, 64 * PPTP_Q16 + 1);
    FAILS(delta_q16, PPTP_Q16 - 1);
    FITS(delta_q16, PPTP_Q16);
    FITS(delta_q16, 16 * PPTP_Q16);
    FAILS(delta_q16, 16 * PPTP_Q16 + 1);
#undef FITS
#undef FAILS
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ato");
    TCase *t = tcase_create("ato");
    SRunner *r;
    int failed;

    tcase_add_test(t, the_vectors);
    tcase_add_test(t, each_step_is_that_of_a_double);
    tcase_add_test(t, odd_gains_and_long_samples);
    tcase_add_test(t, rtt_starts_at_the_peers_delay);
    tcase_add_test(t, the_time_out_is_clamped);
    tcase_add_test(t, a_delay_of_zero_backs_off);
    tcase_add_test(t, it_recovers_from_many_time_outs);
    tcase_add_test(t, long_samples_are_capped);
    tcase_add_test(t, a_hundred_time_outs_do_not_overflow);
    tcase_add_test(t, the_configuration_is_checked);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
