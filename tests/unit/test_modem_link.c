/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training, and modems while the line drifts: models/training.c,
 * modem_link.c. */
#include "config.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/loop.h"
#include "models/modem_link.h"
#include "models/training.h"

static struct modem_link_config config;
static struct modem_line line;
static struct modem_link l;

static void setup(void)
{
    config = modem_link_default;
    config.drift_sigma_db = 0;
    config.dropout_ns = 0;
    line = (struct modem_line){ .snr_db = 36, .band_hz = 3700 };
}

/* The line is so good now, and is looked at. */
static bool look_at(double snr_db, pptp_ns now)
{
    l.line.snr_db = snr_db;
    l.look_ns = now;
    return modem_link_advance(&l, now);
}

static void resumed(pptp_ns after_ns, uint32_t bps)
{
    pptp_ns at = modem_link_deadline(&l);

    ck_assert_uint_eq(at - l.at_ns, after_ns);
    ck_assert(!modem_link_advance(&l, at - 1));
    ck_assert(modem_link_advance(&l, at));
    ck_assert_int_eq(l.state, MODEM_LINK_DATA);
    ck_assert_uint_eq(l.up.bps, bps);
}

START_TEST(totals)
{
    static const struct {
        enum modem_modulation m;
        double least_s, most_s;
    } rows[] = {
        { MODEM_V22BIS, 6, 7 },
        { MODEM_V32BIS, 9.9, 10.1 },
        { MODEM_V34, 10.9, 11.1 },
        { MODEM_V90, 19.9, 20.1 },
    };
    struct dist_rng r;

    dist_rng_init(&r, 1, "training");
    for (unsigned i = 0; i < 4; i++) {
        pptp_ns mean = training_mean_ns(rows[i].m, true);
        double sum = 0, sq = 0;

        ck_assert(mean >= (pptp_ns)(rows[i].least_s * 1e9) &&
                  mean <= (pptp_ns)(rows[i].most_s * 1e9));
        ck_assert_uint_eq(mean - training_mean_ns(rows[i].m, false),
                          TRAINING_V42_NS);
        ck_assert_uint_eq(training_draw_ns(rows[i].m, true, 0, &r), mean);
        for (int k = 0; k < 20000; k++) {
            double x = (double)training_draw_ns(rows[i].m, true, .15, &r) /
                       (double)mean;

            sum += x / 20000;
            sq += log(x) * log(x) / 20000;
        }
        ck_assert_double_eq_tol(sum, 1, 4 * .15 / sqrt(20000));
        /* sigma^2, and the square of the mean's shift */
        ck_assert_double_eq_tol(sq, .15 * .15 + pow(.15 * .15 / 2, 2), .001);
    }
    /* V.34's bits at 600 a second: INFO0 of 49, INFO1 of 109 and of 70 */
    for (const struct training_phase *p = training_phases; p->text != NULL;
         p++) {
        if (strcmp(p->text, "INFO0") == 0)
            ck_assert_uint_eq(p->mean_ns / PPTP_MS, (49 * 1000 + 300) / 600);
        if (strcmp(p->text, "INFO1") == 0)
            ck_assert_uint_eq(p->mean_ns / PPTP_MS, 182 + 117);
    }
}
END_TEST

/* 36 dB carry 28,800 with 4.2 to spare: below its need it gets slower, with 3
 * more than a faster one's margin faster, far below it trains anew. */
START_TEST(courses)
{
    pptp_ns now = 100 * PPTP_S;

    ck_assert(modem_link_start(&l, &config, &line, now, 7));
    ck_assert_uint_eq(l.up.bps, 28800);
    ck_assert_uint_eq(modem_link_deadline(&l), PPTP_NEVER);
    ck_assert(!look_at(32.5, now)); /* less than the margin, and good enough */
    ck_assert(!look_at(39.5, now)); /* 31,200 with 5.6 to spare */
    ck_assert(look_at(40.5, now));
    ck_assert_int_eq(l.state, MODEM_LINK_RENEGOTIATES);
    resumed(900 * PPTP_MS, 33600);
    ck_assert_uint_eq(l.faster, 1);
    now = l.at_ns;
    ck_assert(look_at(34.5, now)); /* 1.4 less than it needs */
    ck_assert_int_eq(l.state, MODEM_LINK_RENEGOTIATES);
    resumed(900 * PPTP_MS, 26400);
    now = l.at_ns;
    ck_assert(look_at(24, now));
    ck_assert_int_eq(l.state, MODEM_LINK_RETRAINS);
    resumed(7 * PPTP_S, 14400);
    ck_assert_uint_eq(l.slower, 2);
    ck_assert_uint_eq(l.retrains, 1);
    ck_assert_double_gt(modem_link_ber(&l, true), 0);
}
END_TEST

/* Four retrains in a minute are enough; so is a line without a rate. */
START_TEST(gives_up)
{
    pptp_ns now = 0;

    ck_assert(modem_link_start(&l, &config, &line, now, 7));
    for (unsigned i = 0; i < 4; i++) {
        ck_assert(look_at(28, now));
        ck_assert_int_eq(l.state, MODEM_LINK_RETRAINS);
        l.line.snr_db = 36; /* as good as before by then */
        now = modem_link_deadline(&l);
        ck_assert(modem_link_advance(&l, now));
    }
    ck_assert(look_at(28, now));
    ck_assert_int_eq(l.state, MODEM_LINK_DOWN);
    ck_assert(!l.lost);
    ck_assert_uint_eq(modem_link_deadline(&l), PPTP_NEVER);

    ck_assert(modem_link_start(&l, &config, &line, 0, 7));
    ck_assert(look_at(5, 0));
    ck_assert(modem_link_advance(&l, modem_link_deadline(&l)));
    ck_assert_int_eq(l.state, MODEM_LINK_DOWN);
    line.snr_db = 5;
    ck_assert(!modem_link_start(&l, &config, &line, 0, 7));
}
END_TEST

START_TEST(dropouts)
{
    double sum = 0;
    enum { LINKS = 4000 };

    config.dropout_ns = 1000 * PPTP_S;
    for (uint64_t seed = 0; seed < LINKS; seed++) {
        pptp_ns at;

        ck_assert(modem_link_start(&l, &config, &line, 0, seed));
        at = modem_link_deadline(&l);
        sum += (double)at / LINKS;
        ck_assert(modem_link_advance(&l, at));
        ck_assert(l.state == MODEM_LINK_DOWN && l.lost);
    }
    ck_assert_double_eq_tol(sum * 1e-9, 1000, 4 * 1000 / sqrt(LINKS));
}
END_TEST

/* Its deviation, and how much of it is left after a while. */
START_TEST(drifts)
{
    enum { LINKS = 20000 };
    double sq = 0, both = 0;

    config.drift_sigma_db = 1.5;
    line.snr_db = 60; /* far from every limit */
    line.band_hz = 3300;
    for (uint64_t seed = 0; seed < LINKS; seed++) {
        double before;

        ck_assert(modem_link_start(&l, &config, &line, 0, seed));
        before = l.drift_db;
        l.look_ns = 150 * PPTP_S;
        (void)modem_link_advance(&l, 150 * PPTP_S);
        sq += l.drift_db * l.drift_db / LINKS;
        both += l.drift_db * before / LINKS;
    }
    ck_assert_double_eq_tol(sq, 2.25, 2.25 * 4 * sqrt(2. / LINKS));
    ck_assert_double_eq_tol(both, 2.25 * exp(-.5), 2.25 * 4 / sqrt(LINKS));
}
END_TEST

/* A day of a thousand lines: few looks, few pauses, and what is chosen holds:
 * at hardly any look is a rate below its need. */
START_TEST(day)
{
    uint64_t looks = 0, pauses = 0, below = 0;

    config.drift_sigma_db = 1;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        pptp_ns at;

        loop_draw(&loop_default, seed, &line);
        ck_assert(modem_link_start(&l, &config, &line, 0, seed));
        while ((at = modem_link_deadline(&l)) < 86400 * PPTP_S) {
            bool data = l.state == MODEM_LINK_DATA;

            looks++;
            if (!modem_link_advance(&l, at) || !data)
                continue;
            pauses++;
            below += modem_link_ber(&l, false) > 3e-6;
        }
        ck_assert_int_ne(l.state, MODEM_LINK_DOWN);
    }
    /* less than one in five minutes of a call that is up */
    ck_assert_uint_lt(looks, 1000 * 288);
    ck_assert_uint_gt(pauses, 0);
    ck_assert_uint_lt(pauses, 1000 * 24);
    ck_assert_uint_gt(below, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("modem_link");
    TCase *tc = tcase_create("modem_link");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, totals);
    tcase_add_test(tc, courses);
    tcase_add_test(tc, gives_up);
    tcase_add_test(tc, dropouts);
    tcase_add_test(tc, drifts);
    tcase_add_test(tc, day);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
