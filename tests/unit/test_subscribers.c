/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subscribers who share lines: sim/subscribers.c, by whole runs. */
#include "config.h"

#include "tests/unit/run_rig.h"

#include <math.h>

/* Who dials is through at once, and stays as `holding` says. */
static const char fast[] =
    "measure_from: 1h\n"
    "platform: p.xml\n"
    "trace: off\n"
    "nodes:\n"
    "  - {name: pac, role: pac, host: pac, connect: pns, reconnect: 1s}\n"
    "  - {name: pns, role: pns, host: pns}\n"
    "telephone:\n"
    "  train_failure: 0\n"
    "  trunk_groups: [{name: t1, pac: pac, trunks: 12}]\n"
    "calls:\n"
    "  - {name: line, count: 60, pac: pac, pns: pns,\n"
    "     line: {rate: 28800bit/s}}\n"
    "subscribers:\n";

static void write_scenario(const char *duration, const char *subscribers)
{
    FILE *f = fopen("s.yaml", "w");

    ck_assert_ptr_nonnull(f);
    fprintf(f, "duration: %s\n%s  - {name: town, lines: line, %s}\n", duration,
            fast, subscribers);
    ck_assert_int_eq(fclose(f), 0);
}

static json_t *run_it(const char *folder, const char *set)
{
    char path[64];

    ck_assert_int_eq(run(folder, true, set, NULL), RUN_OK);
    snprintf(path, sizeof path, "%s/result.json", folder);
    return load(path);
}

static double of(json_t *o, const char *name)
{
    char full[64];

    snprintf(full, sizeof full, "subscribers.%s", name);
    return metric(o, "", full);
}

static double carried(json_t *o)
{
    json_t *v = json_object_get(json_object_get(o, "variants"), "");
    json_t *t = json_object_get(json_object_get(v, "trunk_groups"), "t1");

    return json_number_value(json_object_get(t, "carried"));
}

static double erlang_b(unsigned trunks, double a)
{
    double inverse = 1;

    for (unsigned n = 1; n <= trunks; n++)
        inverse = 1 + inverse * n / a;
    return 1 / inverse;
}

/* Blocked calls are lost: what trunks carry and refuse is Erlang's, with the
 * time that a trunk is busy as it was. Half-width about 10 % of .107. */
START_TEST(blocked_as_erlang_says)
{
    double offered, blocked, busy_s, a;
    json_t *o;

    write_scenario("400h", "count: 100000, calls_per_day: 0.015,"
                           " redial: {busy: 0, train: 0, lost: 0},"
                           " holding: {scale: 4.5min}");
    o = run_it("out", NULL);
    offered = metric(o, "", "telephone.attempts");
    blocked = metric(o, "", "telephone.blocked");
    ck_assert_double_gt(offered, 20000);
    ck_assert_double_gt(blocked, 500);
    busy_s = carried(o) * 399 * 3600 / (offered - blocked);
    a = offered / (399 * 3600) * busy_s;
    ck_assert_double_eq_tol(blocked / offered / erlang_b(12, a), 1, 0.15);
    /* and everyone's wish is accounted for, but for those at its two ends */
    ck_assert_double_eq(of(o, "gave_up_busy"), blocked);
    ck_assert_double_eq_tol(
        of(o, "wanted"),
        of(o, "engaged") + of(o, "completed") + of(o, "gave_up_busy"), 13);
    /* Weibull's mean, of shape 1/2 twice its scale: c^2 = 5 */
    ck_assert_double_eq_tol(of(o, "online_mean_s") / 540, 1,
                            4 * sqrt(5 / of(o, "completed")));
    json_decref(o);
}
END_TEST

static double of_trunk(json_t *o, const char *what, unsigned i)
{
    json_t *v = json_object_get(json_object_get(o, "variants"), "");
    json_t *t = json_object_get(json_object_get(v, "trunk_groups"), "t1");

    return json_number_value(json_array_get(json_object_get(t, what), i));
}

/* A faulty trunk is idle again soon: the lowest is it for ever. Of a ring of
 * twelve it is one in twelve. The one that was idle shortest is it where there
 * is a call now and then; with more of them others lie above it. */
static double killed(const char *hunt, const char *calls)
{
    char set[200];
    double ratio;
    json_t *o;

    snprintf(set, sizeof set,
             "telephone.trunk_groups.t1={name: t1, pac: pac, trunks: 12,"
             " killer: 1, killer_after: 2s, hunt: %s}",
             hunt);
    ck_assert_int_eq(run("out", true, set, calls), RUN_OK);
    o = load("out/result.json");
    ratio = metric(o, "", "telephone.killed_ratio");
    ck_assert_double_eq(of(o, "lost"), metric(o, "", "telephone.killed"));
    json_decref(o);
    return ratio;
}

START_TEST(killer_trunk)
{
    static const char seldom[] = "subscribers.town.calls_per_day=0.0001";
    static const char often[] = "subscribers.town.calls_per_day=0.01";
    double calls, ratio;
    json_t *o;

    write_scenario("40h", "count: 100000, calls_per_day: 0.01,"
                          " redial: {busy: 0, train: 0, lost: 0},"
                          " holding: {law: exponential, scale: 3min}");
    ck_assert_double_gt(killed("linear", often), 0.6);
    ck_assert_double_gt(killed("linear", seldom), 0.8);
    ck_assert_double_lt(killed("circular", often), 0.12);
    ck_assert_double_gt(killed("least-idle", seldom), 0.8);
    ck_assert_double_lt(killed("least-idle", often), 0.3);
    o = run_it("out", "telephone.trunk_groups.t1={name: t1, pac: pac,"
                      " killer: 1, killer_after: 2s, loads: true,"
                      " hunt: linear}");
    /* all its calls but those that were over before: of 1.5 s in 180; 15 to
     * 19 s each, of ringing, training and 2 s */
    calls = of_trunk(o, "calls", 0);
    ratio = metric(o, "", "telephone.killed") / calls;
    ck_assert_double_eq_tol(ratio, exp(-1.5 / 180), 0.015);
    ck_assert_double_eq_tol(of_trunk(o, "loads", 0), calls * 17 / (39 * 3600),
                            0.01);
    json_decref(o);
}
END_TEST

/* Who is refused tries again with a chance, as long as he may. */
START_TEST(tries_again)
{
    double r = 0.6;
    json_t *o;

    /* nobody ever gets through: one trunk, which a long call has */
    write_scenario("40h", "count: 100000, calls_per_day: 0.02,"
                          " redial: {busy: 0.6, attempts: 4},"
                          " holding: {law: fixed, scale: 1000h}");
    o = run_it("out", "telephone.trunk_groups.t1.trunks=1");
    ck_assert_double_eq(of(o, "connected"), 0);
    ck_assert_double_gt(of(o, "wanted"), 2500);
    /* 1 + r + r^2 + r^3 attempts each */
    ck_assert_double_eq_tol(of(o, "attempts") / of(o, "wanted"),
                            1 + r + r * r + r * r * r, 0.08);
    ck_assert_double_eq_tol(of(o, "redials"),
                            of(o, "attempts") - of(o, "wanted"), 15);
    json_decref(o);
}
END_TEST

/* What he does depends on what he was told. */
START_TEST(judges_by_cause)
{
    static const char laws[] =
        "count: 10000, calls_per_day: 0.2,"
        " redial: {busy: 0, no_answer: 0, train: 0, lost: 0},"
        " holding: {scale: 1s}";
    json_t *o;

    write_scenario("5h", laws);
    o = run_it("out", "telephone.train_failure=1");
    ck_assert_double_gt(of(o, "gave_up_train"), 200);
    ck_assert_double_eq_tol(of(o, "gave_up_train"), of(o, "wanted"), 3);
    json_decref(o);
    o = run_it("out", "telephone.patience=12s"); /* modems take 15 */
    ck_assert_double_gt(of(o, "gave_up_no_answer"), 200);
    json_decref(o);
    o = run_it("out", "ppp={auth: chap, callers_password: wrong}");
    ck_assert_double_gt(of(o, "refused"), 200);
    json_decref(o);
}
END_TEST

/* Rows of attempts.csv that have this outcome, or all. */
static unsigned rows_with(const char *outcome)
{
    FILE *f = fopen("out/attempts.csv", "r");
    char row[1000], wanted[40];
    unsigned n = 0;

    ck_assert_ptr_nonnull(f);
    snprintf(wanted, sizeof wanted, ",%s,", outcome);
    ck_assert_ptr_nonnull(fgets(row, sizeof row, f));
    while (fgets(row, sizeof row, f) != NULL)
        n += *outcome == '\0' || strstr(row, wanted) != NULL;
    fclose(f);
    return n;
}

static void outcome_is(const char *set, const char *outcome,
                       const char *metric_name)
{
    json_t *o, *v, *all;

    ck_assert_int_eq(run("out", true, set, "attempts=true"), RUN_OK);
    o = load("out/result.json");
    v = json_object_get(json_object_get(o, "variants"), "");
    all = json_object_get(v, "outcomes");
    ck_assert_uint_gt(rows_with(outcome), 50);
    ck_assert_int_eq(json_integer_value(json_object_get(all, outcome)),
                     rows_with(outcome));
    /* of the time that is measured, which is all but the first hour */
    ck_assert_double_le(of(o, metric_name), rows_with(outcome));
    ck_assert_double_ge(of(o, metric_name), rows_with(outcome) * 0.6);
    ck_assert_double_le(of(o, "attempts"), rows_with(""));
    json_decref(o);
}

/* Each attempt has a row, and an outcome that its telephone would agree to. */
START_TEST(attempts_are_recorded)
{
    write_scenario("5h", "count: 10000, calls_per_day: 0.2,"
                         " redial: {busy: 0, no_answer: 0, train: 0, lost: 0},"
                         " holding: {scale: 20s}");
    outcome_is("seed=2", "completed", "completed");
    outcome_is("telephone.train_failure=1", "no_carrier", "gave_up_train");
    outcome_is("telephone.patience=12s", "no_answer", "gave_up_no_answer");
    outcome_is("ppp={auth: chap, callers_password: wrong}", "no_auth",
               "refused");
    outcome_is("subscribers.town.calls_per_day=20", "no_trunk",
               "gave_up_busy");
}
END_TEST

/* A group without a free line says so, and nobody waits for it. */
START_TEST(no_line_is_free)
{
    json_t *o;

    write_scenario("5h", "count: 1000, calls_per_day: 100,"
                         " holding: {law: fixed, scale: 1000h}");
    o = run_it("out", "telephone.trunk_groups.t1.trunks=60");
    ck_assert_double_eq(of(o, "connected"), 0); /* after the first hour */
    ck_assert_double_gt(of(o, "no_line"), 10000);
    ck_assert_double_eq(of(o, "no_line") + of(o, "engaged"), of(o, "wanted"));
    json_decref(o);
}
END_TEST

/* Who loses his call calls again, for what is left of his time. */
START_TEST(lost_and_back)
{
    json_t *o;

    write_scenario("3h", "count: 40, calls_per_day: 2400,"
                         " redial: {busy: 1, train: 1, lost: 1, attempts: 0},"
                         " holding: {law: fixed, scale: 70min}}\n"
                         "orders:\n"
                         "  - {at: 90min, node: pns, do: stop}\n"
                         "  - {at: 91min, node: pns, do: start");
    o = run_it("out", "telephone.trunk_groups.t1.trunks=60");
    ck_assert_double_ge(of(o, "lost"), 38);
    ck_assert_double_ge(of(o, "connected"), of(o, "lost"));
    /* he was up before for a while: what is left is shorter */
    ck_assert_double_lt(of(o, "online_mean_s"), 70 * 60 - 60);
    json_decref(o);
}
END_TEST

/* A PNS dials a line that nobody is at, and one with somebody. */
START_TEST(dialled_by_a_pns)
{
    json_t *o;

    write_scenario("2h", "count: 40, calls_per_day: 30,"
                         " holding: {law: fixed, scale: 10min}}\n"
                         "modems: [{name: m}]\n"
                         "attempts: true\n"
                         "orders:\n"
                         "  - {at: 1s, node: pns, do: dial, pac: pac,"
                         " number: \"1000000\"}\n"
                         "  - {at: 90min, node: pns, do: dial, pac: pac,"
                         " number: \"1000000\"");
    ck_assert_int_eq(
        run("out", true, "calls.line.line={modem: m}", "measure_from=0s"),
        RUN_OK);
    o = load("out/result.json");
    ck_assert_double_eq(metric(o, "", "telephone.placed"), 2);
    ck_assert_double_gt(of(o, "completed"), 10);
    json_decref(o);
}
END_TEST

/* Who wants to call when stands in a file. */
START_TEST(arrivals_of_a_trace)
{
    json_t *o;

    write_text("t.csv", "# a Monday\n3700,4\n3701.5,2\n3701.5,4\n5000,3\n");
    write_scenario("3h", "count: 5, trace: t.csv,"
                         " holding: {law: fixed, scale: 1min}");
    o = run_it("out", "attempts=true");
    ck_assert_double_eq(of(o, "wanted"), 4);
    ck_assert_double_eq(of(o, "engaged"), 1);
    ck_assert_double_eq(of(o, "completed"), 3);
    json_decref(o);
    o = run_it("out", "measure_from=auto");
    json_decref(o);
    write_text("t.csv", "3700,4\n3600,2\n");
    ck_assert_int_eq(run("no", false, NULL, NULL), RUN_INPUT);
    write_text("t.csv", "3700,5\n");
    ck_assert_int_eq(run("no", false, NULL, NULL), RUN_INPUT);
}
END_TEST

/* What becomes of calls moves no arrival and no holding time. */
START_TEST(network_moves_no_draw)
{
    json_t *a, *b;

    write_scenario("60h", "count: 100000, calls_per_day: 0.01,"
                          " holding: {law: exponential, scale: 2min}");
    a = run_it("a", NULL);
    b = run_it("b", "telephone.trunk_groups.t1.trunks=2");
    ck_assert_double_eq(of(a, "wanted"), of(b, "wanted"));
    ck_assert_double_gt(of(b, "gave_up_busy"), of(a, "gave_up_busy") + 100);
    json_decref(b);
    b = run_it("b", "pptp.engine=off");
    ck_assert_double_eq(of(a, "wanted"), of(b, "wanted"));
    ck_assert_double_eq(of(a, "completed"), of(b, "completed"));
    ck_assert_double_eq(of(a, "online_mean_s"), of(b, "online_mean_s"));
    ck_assert_double_eq(metric(a, "", "telephone.train_mean_s"),
                        metric(b, "", "telephone.train_mean_s"));
    json_decref(a);
    json_decref(b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("subscribers");
    TCase *tc = tcase_create("subscribers");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, blocked_as_erlang_says);
    tcase_add_test(tc, killer_trunk);
    tcase_add_test(tc, tries_again);
    tcase_add_test(tc, judges_by_cause);
    tcase_add_test(tc, attempts_are_recorded);
    tcase_add_test(tc, no_line_is_free);
    tcase_add_test(tc, lost_and_back);
    tcase_add_test(tc, dialled_by_a_pns);
    tcase_add_test(tc, arrivals_of_a_trace);
    tcase_add_test(tc, network_moves_no_draw);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
