/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is lost comes back by the roles' rules: a link that is down for longer
 * than echoes are waited for, a server that refuses, one that never returns.
 * Times are what a pencil gives.
 */
#include "config.h"

#include "run_rig.h"

/* 10 ms each way over a link that is there at once. */
static const char wan[] =
    "<?xml version=\"1.0\"?>\n"
    "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
    "<platform version=\"4.1\"><zone id=\"world\" routing=\"Full\">\n"
    "<host id=\"pac\" speed=\"1Gf\"/><host id=\"pns\" speed=\"1Gf\"/>\n"
    "<link id=\"wan\" bandwidth=\"1Gbps\" latency=\"10ms\"\n"
    "      sharing_policy=\"SPLITDUPLEX\"/>\n"
    "<route src=\"pac\" dst=\"pns\">\n"
    "  <link_ctn id=\"wan\" direction=\"UP\"/></route>\n"
    "</zone></platform>\n";

/* Echoes after 10 s, waited for 5 s; connections again after 1 s, calls after
 * 2 s. */
#define SCENARIO                                                          \
    "duration: 200s\nplatform: p.xml\n"                                   \
    "pptp: {idle_timeout: 10s, echo_timeout: 5s}\n"                       \
    "nodes:\n"                                                            \
    "  - {name: pac, role: pac, host: pac, connect: pns, reconnect: 1s,"  \
    " reconnect_max: 8s}\n"                                               \
    "  - {name: pns, role: pns, host: pns}\n"                             \
    "links:\n"                                                            \
    "  - {name: wan}\n"                                                   \
    "calls:\n"                                                            \
    "  - {name: in, count: 3, pac: pac, pns: pns, line: {rate: 64kbit/s}" \
    ", redial: 2s,\n     traffic: [{rate: 16kbit/s},"                     \
    " {from: pac, rate: 16kbit/s}]}\n"                                    \
    "  - {name: out, count: 3, pac: pac, pns: pns, direction: outgoing,"  \
    " redial: 2s,\n     line: {rate: 64kbit/s},"                          \
    " traffic: [{rate: 16kbit/s}, {from: pac, rate: 16kbit/s}]}\n"

static json_t *result;

static double of(const char *name)
{
    return metric(result, "", name);
}

static void run_with(const char *a, const char *b)
{
    json_decref(result);
    write_text("p.xml", wan);
    write_text("s.yaml", SCENARIO);
    ck_assert_int_eq(run("out", true, a, b), RUN_OK);
    result = load("out/result.json");
}

/* A field of calls.csv, by the name of its column. */
static double field(const char *call, const char *column)
{
    char head[4096], row[4096], *h = head, *r = row;
    FILE *f = fopen("out/calls.csv", "r");
    size_t n = strlen(call);

    ck_assert(f != NULL && fgets(head, sizeof head, f) != NULL);
    do
        ck_assert_ptr_nonnull(fgets(row, sizeof row, f));
    while (strncmp(row, call, n) != 0 || row[n] != ',');
    fclose(f);
    for (;;) {
        const char *name = strsep(&h, ",\n"), *value = strsep(&r, ",\n");

        ck_assert_msg(name != NULL && value != NULL, "no %s", column);
        if (strcmp(name, column) == 0)
            return atof(value);
    }
}

static void check_books(void)
{
    static const char *const way[] = { "calls.up.", "calls.down." };
    char name[64];

    for (size_t i = 0; i < 2; i++) {
        double sum = 0;

        for (const char *const *k = (const char *const[]){ "delivered", "lost",
                                                           "under_way", NULL };
             *k != NULL; k++) {
            snprintf(name, sizeof name, "%s%s", way[i], *k);
            sum += of(name);
        }
        snprintf(name, sizeof name, "%soffered", way[i]);
        ck_assert_double_eq(of(name), sum);
    }
}

/* Down from 20 s to 80 s. An echo is due at 20.1 s and waited for 5 s; after
 * 1 s more TCP tries for 1 + 2 + 4 + 8 + 16 + 32 s, in vain; after 2 s again,
 * and two round trips later it is up. */
START_TEST(all_return)
{
    static const char *const call[] = { "in0",  "in1",  "in2",
                                        "out0", "out1", "out2" };

    run_with("links.wan.changes=[{at: 20s, for: 60s, down: true}]", NULL);
    ck_assert_double_eq(of("connections_lost"), 1);
    ck_assert_double_eq(of("connections_returned"), 1);
    ck_assert_double_eq_tol(of("connection_outage_max_s"), 1 + 63 + 2 + 0.04,
                            0.001);
    ck_assert_double_eq(of("calls_lost"), 6);
    ck_assert_double_eq(of("calls_returned"), 6);
    ck_assert_double_eq(of("calls_up"), 6);
    /* calls wait for the connection, and take less than a second */
    ck_assert_double_gt(of("call_outage_mean_s"), 66);
    ck_assert_double_lt(of("call_outage_max_s"), 67);
    check_books();
    for (size_t i = 0; i < 6; i++) {
        ck_assert_double_eq(field(call[i], "losses"), 1);
        ck_assert_double_eq(field(call[i], "returns"), 1);
        ck_assert_double_eq(field(call[i], "attempts"), 2);
        /* of 200 s, but for 66 s without a call, at 16 kbit/s of 504 octets:
         * who sends waits, and goes on */
        ck_assert_double_eq_tol(field(call[i], "down_offered"),
                                (200 - 67) * 16000 / (504 * 8.0), 6);
        ck_assert_double_gt(field(call[i], "down_delivered"),
                            109 * 16000 / (504 * 8.0));
    }
}
END_TEST

/* Without the keys nothing does. */
START_TEST(nothing_returns_unasked)
{
    run_with("links.wan.changes=[{at: 20s, for: 60s, down: true}]",
             "nodes.pac.reconnect=0s");
    ck_assert_double_eq(of("connections_lost"), 1);
    ck_assert_double_eq(of("connections_returned"), 0);
    ck_assert_double_eq(of("calls_lost"), 6);
    ck_assert_double_eq(of("calls_up"), 0);
    check_books();
}
END_TEST

/* Dead from 20 s to 100 s, it lets nobody stay: each try takes two round trips,
 * to be taken and to be sent away.  They are 1, 3, 7, 15, 23 … 79 and 87 s
 * after its death, and a little: 12 in vain. */
#define REFUSES                               \
    "orders=[{at: 20s, node: pns, do: stop}," \
    " {at: 100s, node: pns, do: start}]"

START_TEST(a_server_that_refuses)
{
    run_with(REFUSES, NULL);
    ck_assert_double_eq(of("connections_lost"), 1);
    ck_assert_double_eq_tol(of("connection_outage_max_s"),
                            87 + 12 * 0.04 + 0.04, 0.001);
    ck_assert_double_eq(of("calls_returned"), 6);
    ck_assert_double_eq(of("calls_up"), 6);
    check_books();
}
END_TEST

/* A share of the waits is drawn, from the seed. */
START_TEST(not_in_step)
{
    double first;

    run_with(REFUSES, "nodes.pac.reconnect_jitter=0.25");
    first = of("connection_outage_max_s");
    ck_assert_double_gt(first, 79);
    ck_assert_double_lt(first, 89);
    run_with(REFUSES, "nodes.pac.reconnect_jitter=0.25");
    ck_assert_double_eq(of("connection_outage_max_s"), first);
    write_text("s.yaml", "seed: 2\n" SCENARIO);
    ck_assert_int_eq(
        run("out", true, REFUSES, "nodes.pac.reconnect_jitter=0.25"), RUN_OK);
    json_decref(result);
    result = load("out/result.json");
    ck_assert_double_ne(of("connection_outage_max_s"), first);
}
END_TEST

/* A server that never returns costs little: 10,000 s without it are tries of
 * 63 s with at most 8 s between them, each of 6 packets; what was there before
 * has 15 of TCP's own. */
START_TEST(a_server_that_never_returns)
{
    run_with("links.wan.changes=[{at: 20s, down: true}]", "duration=10000s");
    ck_assert_double_eq(of("connections_lost"), 1);
    ck_assert_double_eq(of("connections_returned"), 0);
    ck_assert_double_eq(of("calls_up"), 0);
    ck_assert_double_eq(of("calls_lost"), 6);
    check_books();
    ck_assert_double_gt(of("wan.dropped_down"), 10000 / 71.0 * 6 - 6);
    ck_assert_double_lt(of("wan.dropped_down"), 10000 / 71.0 * 6 + 1000);
}
END_TEST

/* Who takes one call at a time refuses two: each is asked for after 2, 4, 8 …
 * s, and after 16 s from then on: at 0, 2, 6, 14, 30, 46 … 190 s, and a
 * little. */
#define THREE_CALLS                                              \
    "calls=[{name: c, count: 3, pac: pac, pns: pns, redial: 2s," \
    " redial_max: 16s, line: {rate: 64kbit/s}, direction: "

static void check_full(const char *calls, const char *limit)
{
    static const char *const call[] = { "c0", "c1", "c2" };
    unsigned refused = 0;

    run_with(limit, calls);
    ck_assert_double_eq(of("calls_up"), 1);
    ck_assert_double_eq(of("calls_lost"), 0);
    for (size_t i = 0; i < 3; i++)
        refused += field(call[i], "attempts") == 15;
    ck_assert_uint_eq(refused, 2);
}

START_TEST(a_server_that_is_full)
{
    check_full(THREE_CALLS "incoming}]", "nodes.pns.calls_per_source=1");
    check_full(THREE_CALLS "outgoing}]", "nodes.pac.max_calls=1");
}
END_TEST

static void end(void)
{
    json_decref(result);
    result = NULL;
    teardown();
}

int main(void)
{
    SRunner *r;
    TCase *c = tcase_create("outage");
    Suite *s = suite_create("outage");
    int failed;

    tcase_add_checked_fixture(c, setup, end);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, all_return);
    tcase_add_test(c, nothing_returns_unasked);
    tcase_add_test(c, a_server_that_refuses);
    tcase_add_test(c, not_in_step);
    tcase_add_test(c, a_server_that_never_returns);
    tcase_add_test(c, a_server_that_is_full);
    suite_add_tcase(s, c);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
