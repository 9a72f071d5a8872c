/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rates of modems and lines of subscribers: models/modem.c, loop.c. */
#include "config.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "models/loop.h"

static const struct modem_config ideal = { .best = MODEM_V90,
                                           .most_bps = 60000 };

static struct modem_rate rate(enum modem_modulation m, uint32_t bps,
                              uint32_t symbols_hz)
{
    return (struct modem_rate){ m, bps, symbols_hz };
}

/* What each rate needs with an ideal receiver: 10 log10(2^eta - 1), what Q^-1
 * adds, and the code takes away. */
START_TEST(what_rates_need)
{
    static const struct {
        enum modem_modulation m;
        uint32_t bps, symbols_hz;
        double db;
    } rows[] = {
        { MODEM_V22BIS, 2400, 600, 20.53 },
        { MODEM_V32BIS, 4800, 2400, 13.79 },
        { MODEM_V32BIS, 7200, 2400, 13.82 },
        { MODEM_V32BIS, 9600, 2400, 17.03 },
        { MODEM_V32BIS, 12000, 2400, 20.10 },
        { MODEM_V32BIS, 14400, 2400, 23.11 },
        { MODEM_V34, 14400, 2400, 21.61 },
        { MODEM_V34, 19200, 3000, 22.81 },
        { MODEM_V34, 21600, 3200, 23.85 },
        { MODEM_V34, 24000, 3200, 26.08 },
        { MODEM_V34, 26400, 3200, 28.31 },
        { MODEM_V34, 28800, 3200, 30.54 },
        { MODEM_V34, 31200, 3200, 32.77 },
        { MODEM_V34, 28800, 3428, 28.76 },
        { MODEM_V34, 31200, 3428, 30.84 },
        { MODEM_V34, 33600, 3428, 32.92 },
        { MODEM_V90, 28000, 8000, 30.0 },
        { MODEM_V90, 33333, 8000, 34.1 },
        { MODEM_V90, 40000, 8000, 39.1 },
        { MODEM_V90, 44000, 8000, 42.1 },
        { MODEM_V90, 48000, 8000, 45.1 },
        { MODEM_V90, 52000, 8000, 48.1 },
        { MODEM_V90, 53333, 8000, 49.1 },
        { MODEM_V90, 56000, 8000, 51.1 },
    };
    struct modem_config lossy = ideal;

    lossy.loss_db = 5.5;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct modem_rate r = rate(rows[i].m, rows[i].bps, rows[i].symbols_hz);

        ck_assert_msg(fabs(modem_snr_db(&ideal, &r) - rows[i].db) < 0.06,
                      "%s %u at %u: %g dB", modem_name(r.modulation), r.bps,
                      r.symbols_hz, modem_snr_db(&ideal, &r));
        ck_assert_double_eq_tol(modem_snr_db(&lossy, &r),
                                modem_snr_db(&ideal, &r) + 5.5, 1e-9);
    }
    for (uint32_t bps = 1; bps < 60000; bps += 1199) {
        struct modem_rate none = rate(MODEM_V32BIS, bps, 2400);

        ck_assert(isnan(modem_snr_db(&ideal, &none)) || bps % MODEM_STEP == 0);
    }
}
END_TEST

/* 1e-6 before the descrambler is where a rate's need is; values of the
 * formula by hand, with a code of 2 dB as 5 less a loss of 3, and none. */
START_TEST(wrong_bits)
{
    struct modem_config c = modem_default, none = modem_default;
    struct modem_rate r = rate(MODEM_V34, 28800, 3200);
    struct modem_rate plain = rate(MODEM_V22BIS, 2400, 600);

    ck_assert_double_eq_tol(modem_ber(&c, &r, 30) / (3 * 5.07938e-4), 1, 1e-5);
    ck_assert_double_eq_tol(modem_ber(&c, &r, 35) / (3 * 1.29235e-8), 1, 1e-5);
    none.loss_db = 0;
    plain.bps = 2400;
    ck_assert_double_eq_tol(
        modem_ber(&none, &plain, modem_snr_db(&none, &plain)), 3e-6, 1e-11);
    r = rate(MODEM_V34, 33600, 3428);
    ck_assert_double_eq_tol(modem_ber(&c, &r, modem_snr_db(&c, &r)), 3e-6,
                            1e-11);
    for (double db = 0; db < 45; db += 0.5)
        ck_assert(modem_ber(&c, &r, db) > modem_ber(&c, &r, db + 0.5) ||
                  modem_ber(&c, &r, db) == 0.5);
    /* the gap of 9 dB is a little more than the levels' own formula wants */
    r = rate(MODEM_V90, 48000, 8000);
    ck_assert_double_lt(modem_ber(&c, &r, modem_snr_db(&c, &r)), 3e-6);
    ck_assert_double_gt(modem_ber(&c, &r, modem_snr_db(&c, &r) - 0.8), 3e-6);
}
END_TEST

/* The rate that is taken is the table's last that the line has. */
START_TEST(picks_what_the_line_has)
{
    struct modem_line line = { .band_hz = 3700 };
    struct modem_rate down, up, before = { 0 };

    for (line.snr_db = 10; line.snr_db < 50; line.snr_db += 0.01) {
        double shannon = 3429 * log2(1 + pow(10, line.snr_db / 10));

        if (!modem_pick(&modem_default, &line, &down, &up)) {
            ck_assert_double_lt(line.snr_db, 20.4);
            continue;
        }
        ck_assert_uint_eq(down.bps, up.bps);
        ck_assert_uint_ge(up.bps, before.bps);
        ck_assert_double_lt(up.bps, shannon);
        ck_assert_double_ge(line.snr_db,
                            modem_snr_db(&modem_default, &up) + 3);
        before = up;
        if (up.bps < 33600 && up.modulation == MODEM_V34) {
            struct modem_rate more = rate(MODEM_V34, up.bps + MODEM_STEP,
                                          3428);

            ck_assert_double_lt(line.snr_db,
                                modem_snr_db(&modem_default, &more) + 3);
        }
    }
    ck_assert_uint_eq(before.bps, 33600);
    /* 28,800 from 31.8 dB and the margin on; with a narrow band later */
    line.snr_db = 34.8;
    ck_assert(modem_pick(&modem_default, &line, &down, &up));
    ck_assert_uint_eq(up.bps, 28800);
    ck_assert_uint_eq(up.symbols_hz, 3428);
    line.band_hz = 3450;
    ck_assert(modem_pick(&modem_default, &line, &down, &up));
    ck_assert_uint_eq(up.bps, 26400);
    ck_assert_uint_eq(up.symbols_hz, 3200);
    line.snr_db = 60;
    line.band_hz = 3300;
    ck_assert(modem_pick(&modem_default, &line, &down, &up));
    ck_assert_uint_eq(up.bps, 28800);
}
END_TEST

START_TEST(levels_of_a_codec)
{
    struct modem_config c = modem_default;
    struct modem_line line = { .snr_db = 37,
                               .pcm_snr_db = 57.2,
                               .band_hz = 3700 };
    struct modem_rate down, up;

    ck_assert(modem_pick(&c, &line, &down, &up)); /* V.34 is the best */
    ck_assert_uint_eq(down.bps, up.bps);
    c.best = MODEM_V90;
    ck_assert(modem_pick(&c, &line, &down, &up));
    ck_assert_uint_eq(down.bps, 53333); /* by law */
    ck_assert_uint_eq(up.bps, 31200);
    c.most_bps = 56000;
    ck_assert(modem_pick(&c, &line, &down, &up));
    ck_assert_uint_eq(down.bps, 56000);
    line.robbed = 2;
    ck_assert(modem_pick(&c, &line, &down, &up));
    ck_assert_uint_eq(down.bps, 53333);
    line.pad_db = 6; /* four steps more */
    ck_assert(modem_pick(&c, &line, &down, &up));
    ck_assert_uint_eq(down.bps, 48000);
    line.pcm_snr_db = 0; /* another codec on the way */
    ck_assert(modem_pick(&c, &line, &down, &up));
    ck_assert_uint_eq(down.modulation, MODEM_V34);
}
END_TEST

/* Shares of connect speeds that a survey of V.90 modems gives, within 5
 * points: loop.h. */
START_TEST(population)
{
    enum { LINES = 40000 };
    struct modem_config c = modem_default;
    double n = 0, from50 = 0, from44 = 0, to38 = 0, from31 = 0, from26 = 0;
    struct modem_line line;
    struct modem_rate down, up;

    c.best = MODEM_V90;
    for (uint64_t i = 0; i < LINES; i++) {
        loop_draw(&loop_default, 1000 + i, &line);
        ck_assert(modem_pick(&c, &line, &down, &up));
        n += down.bps > 33600;
        from50 += down.bps >= 49999;
        from44 += down.bps >= 43999 && down.bps < 49999;
        to38 += down.bps > 33600 && down.bps < 38700;
        from31 += down.bps >= 31200 && down.bps <= 33600;
        from26 += down.bps >= 26400 && down.bps < 31200;
    }
    ck_assert_double_eq_tol(n / LINES, 0.65, 0.05);
    ck_assert_double_eq_tol(from50 / n, 0.10, 0.05);
    ck_assert_double_eq_tol(from44 / n, 0.75, 0.05);
    ck_assert_double_eq_tol(to38 / n, 0.15, 0.05);
    ck_assert_double_eq_tol(from31 / (LINES - n), 0.15, 0.05);
    ck_assert_double_eq_tol(from26 / (LINES - n), 0.70, 0.05);
}
END_TEST

START_TEST(classes)
{
    double sum = 0;
    struct modem_line line, again;

    for (const struct loop_class *k = loop_classes; k->name != NULL; k++) {
        sum += k->share;
        for (uint64_t seed = 0; seed < 100; seed++) {
            loop_draw_class(k, seed, &line);
            ck_assert(line.snr_db >= k->least_db && line.snr_db < k->most_db);
        }
        loop_draw_class(k, 99, &again);
        ck_assert_double_eq(line.snr_db, again.snr_db);
    }
    ck_assert_double_eq_tol(sum, 1, 1e-9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("modem");
    TCase *tc = tcase_create("modem");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tc, what_rates_need);
    tcase_add_test(tc, wrong_bits);
    tcase_add_test(tc, picks_what_the_line_has);
    tcase_add_test(tc, levels_of_a_codec);
    tcase_add_test(tc, population);
    tcase_add_test(tc, classes);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
