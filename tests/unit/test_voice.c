/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a listener hears, packet by packet, and what it is worth. */
#include "config.h"

#include "models/voice.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "models/emodel.h"

#define MS PPTP_MS

static struct voice voice;

static void begin(enum voice_codec codec)
{
    hist_free(&voice.stats.delay);
    voice_init(&voice, &(struct voice_config){ .codec = codec,
                                               .frame_ns = 20 * MS,
                                               .playout_ns = 40 * MS });
}

/* In one spurt from 0 on. */
static void comes(uint64_t number, pptp_ns delay_ns)
{
    pptp_ns sent_ns = number * 20 * MS;

    voice_arrived(&voice, sent_ns + delay_ns, number, sent_ns);
}

static void counts(uint64_t played, uint64_t late, uint64_t lost,
                   uint64_t bursts)
{
    ck_assert_uint_eq(voice.stats.played, played);
    ck_assert_uint_eq(voice.stats.late, late);
    ck_assert_uint_eq(voice.stats.lost, lost);
    ck_assert_uint_eq(voice.stats.bursts, bursts);
}

/* 64 kbit/s * 20 ms are 160 octets, 8 kbit/s 20, 6.3 kbit/s * 30 ms 23.6. */
START_TEST(sizes)
{
    struct voice_config c = { .codec = VOICE_g711, .frame_ns = 20 * MS };

    ck_assert_uint_eq(voice_octets(&c), 40 + 160);
    c.codec = VOICE_g729a;
    ck_assert_uint_eq(voice_octets(&c), 40 + 20);
    c.codec = VOICE_g723_1;
    c.frame_ns = 30 * MS;
    ck_assert_uint_eq(voice_octets(&c), 40 + 24);
}
END_TEST

/* 30 ms on the way, 40 ms in the buffer, 20 ms to speak a packet: 90 ms are
 * no harm yet. */
START_TEST(all_is_well)
{
    begin(VOICE_g711);
    for (uint64_t i = 0; i < 1064; i++)
        comes(i, 30 * MS);
    voice_settle(&voice, 1064);
    counts(1000, 0, 0, 0);
    ck_assert_double_eq_tol(hist_mean_s(&voice.stats.delay), 0.090, 1e-9);
    ck_assert_double_eq(voice_loss(&voice.stats), 0);
    ck_assert_double_gt(voice_r(&voice.stats), 90);
    ck_assert_double_lt(voice_r(&voice.stats), 93.3);
    ck_assert_double_gt(emodel_mos(voice_r(&voice.stats)), 4.3);
    begin(VOICE_g729a); /* looks 5 ms ahead, and costs 11 */
    for (uint64_t i = 0; i < 1064; i++)
        comes(i, 30 * MS);
    voice_settle(&voice, 1064);
    ck_assert_double_eq_tol(hist_mean_s(&voice.stats.delay), 0.095, 1e-9);
    ck_assert_double_lt(voice_r(&voice.stats), 93.3 - 11);
    ck_assert_double_gt(voice_r(&voice.stats), 90 - 11);
}
END_TEST

START_TEST(too_late)
{
    begin(VOICE_g711);
    comes(0, 30 * MS);
    comes(1, 70 * MS);
    comes(2, 70 * MS + 1);
    comes(3, 0);
    voice_settle(&voice, 4 + VOICE_WINDOW);
    counts(3, 1, 0, 1);
    ck_assert_double_eq(voice_loss(&voice.stats), 0.25);
}
END_TEST

/* Two in a row of 200: as a burst they are 2 * 0.99 times as long as one. */
START_TEST(losses_in_a_row)
{
    struct emodel m;

    begin(VOICE_g711_plc);
    for (uint64_t i = 0; i < 200 + VOICE_WINDOW; i++)
        if (i != 50 && i != 51)
            comes(i, 30 * MS);
    voice_settle(&voice, 200 + VOICE_WINDOW);
    counts(198, 0, 2, 1);
    emodel_default(&m);
    m.delay_s = 0.090;
    m.loss = 0.01;
    m.burst = 1.98;
    m.bpl = 25.1;
    ck_assert_double_eq_tol(voice_r(&voice.stats), emodel_r(&m), 1e-6);
}
END_TEST

START_TEST(two_bursts)
{
    begin(VOICE_g711);
    for (uint64_t i = 0; i < 10 + VOICE_WINDOW; i++)
        if (i != 3 && i != 5)
            comes(i, 0);
    voice_settle(&voice, 10 + VOICE_WINDOW);
    counts(8, 0, 2, 2);
}
END_TEST

START_TEST(in_disorder_and_twice)
{
    begin(VOICE_g711);
    comes(0, 10 * MS);
    comes(2, 5 * MS);
    comes(1, 30 * MS);
    comes(2, 6 * MS);
    comes(2 + VOICE_WINDOW, 0);
    counts(3, 0, 0, 0);
    comes(1, PPTP_S); /* of one that is decided */
    counts(3, 0, 0, 0);
}
END_TEST

/* What never comes is known of all but the last. */
START_TEST(silence)
{
    begin(VOICE_g711);
    voice_settle(&voice, 100);
    counts(0, 0, 100 - VOICE_WINDOW, 1);
    ck_assert_double_eq(voice_r(&voice.stats), 0);
    begin(VOICE_g711);
    voice_settle(&voice, VOICE_WINDOW);
    ck_assert(isnan(voice_r(&voice.stats)));
}
END_TEST

/* Each spurt has a time of its own: the second waits longer on its way. */
START_TEST(spurts)
{
    begin(VOICE_g711);
    voice_arrived(&voice, 30 * MS, 0, 0);
    voice_arrived(&voice, 50 * MS, 1, 20 * MS);
    voice_arrived(&voice, PPTP_S + 90 * MS, 2, PPTP_S);
    voice_arrived(&voice, PPTP_S + 150 * MS, 3, PPTP_S + 20 * MS);
    voice_settle(&voice, 4 + VOICE_WINDOW);
    counts(4, 0, 0, 0);
    /* 90, 90, 150, 150 */
    ck_assert_double_eq_tol(hist_mean_s(&voice.stats.delay), 0.120, 1e-9);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("voice");
    TCase *tc = tcase_create("voice");
    SRunner *r;
    int failed;

    tcase_add_test(tc, sizes);
    tcase_add_test(tc, all_is_well);
    tcase_add_test(tc, too_late);
    tcase_add_test(tc, losses_in_a_row);
    tcase_add_test(tc, two_bursts);
    tcase_add_test(tc, in_disorder_and_twice);
    tcase_add_test(tc, silence);
    tcase_add_test(tc, spurts);
    suite_add_tcase(s, tc);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    hist_free(&voice.stats.delay);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
