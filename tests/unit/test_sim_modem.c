/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modems at the ends of simulated lines: sim/modem.c, by whole runs. */
#include "config.h"

#include "tests/unit/run_rig.h"

#include <math.h>

#include "models/modem.h"

/* A line of 40.0 dB each way that stays so: 33,600 bit/s with 4.1 to spare. */
static const char still[] =
    "burst_every: 0s, drift: 0, dropout: 0s, train_sigma: 0,\n"
    "   loops: {rest: 40, rest_sigma: 0, codec: 90, codec_sigma: 0,\n"
    "     wide: 1, middle: 1, pad_share: 0}";

static void write_scenario(const char *duration, const char *modem,
                           const char *traffic)
{
    FILE *f = fopen("s.yaml", "w");

    ck_assert_ptr_nonnull(f);
    fprintf(f,
            "duration: %s\n"
            "platform: p.xml\n"
            "trace: off\n"
            "ppp: {negotiate: false}\n"
            "nodes:\n"
            "  - {name: pac, role: pac, host: pac, connect: pns}\n"
            "  - {name: pns, role: pns, host: pns}\n"
            "telephone:\n"
            "  train_failure: 0\n"
            "  trunk_groups: [{name: t1, pac: pac, trunks: 12}]\n"
            "modems:\n"
            "  - {name: it, %s}\n"
            "calls:\n"
            "  - {name: c, pac: pac, pns: pns, line: {modem: it},\n"
            "     traffic: [%s]}\n",
            duration, modem, traffic);
    ck_assert_int_eq(fclose(f), 0);
}

static void write_still(const char *duration, const char *more,
                        const char *traffic)
{
    char modem[600];

    snprintf(modem, sizeof modem, "%s, %s", still, more);
    write_scenario(duration, modem, traffic);
}

static json_t *run_it(const char *set)
{
    ck_assert_int_eq(run("out", true, set, NULL), RUN_OK);
    return load("out/result.json");
}

static double counter(json_t *o, const char *node, const char *name)
{
    json_t *v = json_object_get(json_object_get(o, "variants"), "");
    json_t *n = json_object_get(json_object_get(v, "counters"), node);

    return json_number_value(json_object_get(n, name));
}

static double up_s(void)
{
    char row[2000], *at;
    FILE *f = fopen("out/calls.csv", "r");
    double t = -1;
    int column = 0, i = 0;

    ck_assert_ptr_nonnull(f);
    ck_assert_ptr_nonnull(fgets(row, sizeof row, f));
    for (at = strtok(row, ","); at != NULL; at = strtok(NULL, ","), i++)
        if (strcmp(at, "up_s") == 0)
            column = i;
    ck_assert_ptr_nonnull(fgets(row, sizeof row, f));
    for (at = row, i = 0; i < column; i++)
        at = strchr(at, ',') + 1;
    t = strtod(at, NULL);
    fclose(f);
    return t;
}

/* Octets a second that a V.42 link carries: .9402 of the rate, of frames with
 * escapes (2 of 256 octets, and none of ACCM 0: there was no negotiation, so
 * 34 of 256), FCS and a flag. */
static double lapm_octets(double bps, double frame)
{
    return bps / 8 * 0.9402 * frame / ((frame + 2) * (1 + 34. / 256) + 1);
}

START_TEST(lapm_carries_what_it_should)
{
    double goodput, expected = lapm_octets(33600, 1504);
    json_t *o;

    write_still("100s", "best: v34", "{rate: 60kbit/s, size: 1500octets}");
    o = run_it(NULL);
    goodput = metric(o, "", "calls.down.delivered_octets") / (100 - up_s());
    ck_assert_double_eq_tol(goodput / expected, 1, 0.02);
    ck_assert_double_eq(metric(o, "", "modem.resent"), 0);
    ck_assert_double_gt(metric(o, "", "calls.down.lost"), 10);
    ck_assert_int_eq(
        json_integer_value(json_object_get(
            json_object_get(
                json_object_get(json_object_get(o, "variants"), ""),
                "connect_speeds"),
            "33600")),
        1);
    json_decref(o);
}
END_TEST

/* A frame alone: what it is framed to in I-frames of 128 octets, 40 ms of
 * modems, and the way through the network. */
START_TEST(delay_of_a_frame)
{
    /* FF 03 00 21 and 64 octets, two of FCS; escapes of ACCM; two flags */
    double octets = floor((68 + 2) * (1 + 34. / 256)) + 2;
    double bits = 8 + (octets + 5) * 8 * 63 / 62;
    double wire = 108 * 8 / 10e6 + 108 * 8 / 1e6 + 108 * 8 / 1e9 + .016;
    json_t *o;

    write_still("60s", "best: v34",
                "{rate: 544bit/s, size: 64octets, start: 40s}");
    o = run_it(NULL);
    ck_assert_double_gt(metric(o, "", "calls.down.delivered"), 10);
    ck_assert_double_eq_tol(metric(o, "", "calls.down.delay_max_s"),
                            bits / 33600 + .040 + wire, 0.0006);
    json_decref(o);
}
END_TEST

/* Wrong bits in, lost frames out: 1 - (1 - b)^n, of which 2 bits of 10 are
 * start and stop bits. */
START_TEST(wrong_bits_lose_frames)
{
    const struct modem_rate rate = { MODEM_V34, 33600, 3428 };
    struct modem_config c = modem_default;
    double b, n, f, sent, lost, framing;
    json_t *o;

    /* 36.4 dB: the margin wants nothing, and 0.5 are left */
    write_scenario("4000s",
                   "burst_every: 0s, drift: 0, dropout: 0s, margin: 0.4,"
                   " error_control: none, loops: {rest: 36.4, rest_sigma: 0,"
                   " codec: 90, codec_sigma: 0, wide: 1, middle: 1}",
                   "{rate: 16kbit/s, size: 1000octets, from: pac}");
    o = run_it(NULL);
    b = modem_ber(&c, &rate, 36.4);
    n = 10 * ((1004 + 2) * (1 + 34. / 256) + 2);
    f = 1 - pow(1 - b, n);
    sent = metric(o, "", "calls.up.offered");
    lost = metric(o, "", "calls.up.lost_line_errors");
    framing = metric(o, "", "modem.framing_errors");
    ck_assert_double_gt(lost, 20);
    ck_assert_double_eq_tol(lost, sent * f, 4 * sqrt(sent * f));
    ck_assert_double_eq(lost, metric(o, "", "modem.crc_errors") + framing);
    ck_assert_double_eq_tol(framing / lost, 0.2, 4 * sqrt(.16 / lost));
    /* and the PNS was told of it, once a minute at most (2.14) */
    ck_assert_double_gt(counter(o, "pns", "wen_rx"), 5);
    ck_assert_double_le(counter(o, "pns", "wen_rx"),
                        fmin(lost, 4000 / 60 + 1));
    json_decref(o);
}
END_TEST

/* A dropout ends the call for want of a carrier: CDN, lost carrier. */
START_TEST(dropouts_end_calls)
{
    char line[400];
    bool found = false;
    json_t *o;
    FILE *f;

    write_scenario("2000s", "best: v32bis, dropout: 100s", "{rate: 2kbit/s}");
    o = run_it("events=true");
    ck_assert_double_eq(metric(o, "", "modem.carrier_lost"), 1);
    json_decref(o);
    f = fopen("out/events.jsonl", "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL)
        if (strstr(line, "PNS_END") != NULL)
            found = strstr(line, "\"message\":\"CDN\",\"result\":1") != NULL;
    fclose(f);
    ck_assert(found);
}
END_TEST

/* A line without a rate: its callers hear no carrier. */
START_TEST(lines_without_a_rate)
{
    json_t *o;

    write_scenario("60s", "loops: {rest: 0}", "{rate: 2kbit/s}");
    o = run_it(NULL);
    ck_assert_double_eq(metric(o, "", "telephone.not_trained"), 1);
    ck_assert_double_eq(metric(o, "", "modem.no_rate"), 1);
    ck_assert_double_eq(metric(o, "", "calls_established"), 0);
    json_decref(o);
}
END_TEST

/* RFC 2637 2.7: a PNS dials, and takes no line that is slower than it asks
 * for; OCRP says result 3, no carrier. */
START_TEST(bounds_of_a_dialled_line)
{
    static const double up[] = { 1, 0, 0 };
    static const char *const bounds[] = {
        "nodes.pns.minimum_rate=33600bit/s",
        "nodes.pns.minimum_rate=33601bit/s",
        "nodes.pns.maximum_rate=33599bit/s",
    };
    json_t *o;

    for (int i = 0; i < 3; i++) {
        write_still("60s", "best: v34", "{rate: 2kbit/s}");
        ck_assert_int_eq(
            run("out", true, bounds[i], "calls.c.direction=outgoing"), RUN_OK);
        o = load("out/result.json");
        ck_assert_double_eq(metric(o, "", "calls_established"), up[i]);
        ck_assert_double_eq(metric(o, "", "telephone.placed"), 1);
        json_decref(o);
    }
}
END_TEST

/* What is sent moves no draw of the lines. */
START_TEST(traffic_moves_no_draw)
{
    static const char *const same[] = { "telephone.train_mean_s",
                                        "modem.connected", "modem.faster",
                                        "modem.slower", "modem.carrier_lost" };
    json_t *a, *b;

    write_scenario("3h", "best: v90, drift: 2, dropout: 30min",
                   "{rate: 4kbit/s}");
    ck_assert_int_eq(run("out", true, "calls.c.redial=5s", "calls.c.count=10"),
                     RUN_OK);
    a = load("out/result.json");
    write_scenario("3h", "best: v90, drift: 2, dropout: 30min",
                   "{rate: 8kbit/s}, {from: pac, rate: 1kbit/s}");
    ck_assert_int_eq(run("out", true, "calls.c.redial=5s", "calls.c.count=10"),
                     RUN_OK);
    b = load("out/result.json");
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        ck_assert_double_eq(metric(a, "", same[i]), metric(b, "", same[i]));
    ck_assert_double_gt(metric(a, "", "modem.carrier_lost"), 5);
    ck_assert_double_gt(metric(a, "", "modem.slower"), 0);
    json_decref(a);
    json_decref(b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_modem");
    TCase *tc = tcase_create("sim_modem");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, lapm_carries_what_it_should);
    tcase_add_test(tc, delay_of_a_frame);
    tcase_add_test(tc, wrong_bits_lose_frames);
    tcase_add_test(tc, dropouts_end_calls);
    tcase_add_test(tc, lines_without_a_rate);
    tcase_add_test(tc, bounds_of_a_dialled_line);
    tcase_add_test(tc, traffic_moves_no_draw);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
