/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every row of what is measured is in every file that tells of it, and what is
 * measured from some time on is the whole less what was before.
 */
#include "config.h"

#include "tests/unit/run_rig.h"

#include "sim/call_probes.h"
#include "sim/port_probes.h"
#include "sim/user_probes.h"
#include "tool/probes.h"
#include "tool/series.h"

static struct scenario_link hub = { .name = (char *)"hub" };
static const char links[] = "links=[{name: hub, queue_model: {model: codel}}]";

/* A telephone network, as fast as can be. */
static const char telephone[] =
    "telephone: {dial_tone: 0s, digit: 5ms, post_dial: 5ms, answer: 5ms,\n"
    "  answer_spread: 0s, train: 50ms, train_failure: 0,\n"
    "  trunk_groups: [{name: t1, pac: pac, trunks: 4}]}\n";

/* Who call often, and stay for a moment. */
static const char lines[] = "  - {name: share, count: 2, pac: pac, pns: pns,\n"
                            "     line: {rate: 128kbit/s}}\n"
                            "  - {name: slow, pac: pac, pns: pns,\n"
                            "     line: {modem: v34}}\n";
static const char subscribers[] =
    "modems: [{name: v34}]\n"
    "subscribers: [{name: many, lines: share, count: 100,\n"
    "  calls_per_day: 10000, holding: {law: fixed, scale: 20ms}}]\n";

/* A flow more for each kind of users, and speech. */
static void add_users(void)
{
    const char *calls = strstr(scenario, "  - name: call\n");
    const char *rest = strstr(scenario, "captures:");
    FILE *f = fopen("s.yaml", "w");

    ck_assert_ptr_nonnull(f);
    fprintf(f, "%.*s%s%.*s", (int)(calls - scenario), scenario, lines,
            (int)(rest - calls), calls);
#define X(name, kind)                                               \
    fputs("  - {name: " #name ", from: pac, to: pns, model: " #name \
          ", think: 300ms, transfer: 3000octets}\n",                \
          f);
#include "models/user.def"
#undef X
    fputs("  - {name: voice, from: pac, to: pns, model: voice}\n", f);
    fputs(telephone, f);
    fputs(subscribers, f);
    fputs(rest, f);
    ck_assert_int_eq(fclose(f), 0);
}

/* --- rows ---------------------------------------------------------------- */

/* Between commas. */
static char head[4000];
static const char *prefix;

static void read_head(const char *path)
{
    FILE *f = fopen(path, "r");

    ck_assert_ptr_nonnull(f);
    head[0] = ',';
    ck_assert_ptr_nonnull(fgets(head + 1, sizeof head - 1, f));
    fclose(f);
    head[strcspn(head, "\n")] = ',';
}

static void in_head(void *ctx, const struct probe_value *v)
{
    char name[100];

    (void)ctx;
    snprintf(name, sizeof name, ",%s%s%s,", prefix, v->probe->name, v->suffix);
    ck_assert_msg(strstr(head, name) != NULL, "no %s in %s", name, head);
}

static void all_in_head(const char *before, const struct probe *list)
{
    prefix = before;
    probe_each(list, true, NULL, 0, in_head, NULL);
}

static void in_result(void *ctx, const char *name, const struct probe_value *v)
{
    json_t *metrics = ctx;

    /* nothing that was not measured was here */
    if (v->whole)
        ck_assert_msg(json_is_integer(json_object_get(metrics, name)), "no %s",
                      name);
    else
        ck_assert_msg(json_is_real(json_object_get(metrics, name)), "no %s",
                      name);
}

static void in_link(void *ctx, const struct probe_value *v)
{
    ck_assert_msg(json_is_number(json_object_get(ctx, v->probe->name)),
                  "no %s", v->probe->name);
}

/* Something is lost and comes back: what is not measured is left out. */
static void add_outage(void)
{
    FILE *f = fopen("s.yaml", "a");

    ck_assert_ptr_nonnull(f);
    fputs("measure_from: 1s\norders:\n  - {at: 2s, node: pns, do: stop}\n"
          "  - {at: 2500ms, node: pns, do: start}\n",
          f);
    ck_assert_int_eq(fclose(f), 0);
}

START_TEST(every_row_is_everywhere)
{
    const struct scenario s = { .links = &hub,
                                .n_links = 1,
                                .measure_from_ns = 1 };
    json_t *o, *run_of;

    add_users();
    add_outage();
    ck_assert_int_eq(run("out", false, links, "calls.call.redial=100ms"),
                     RUN_OK);
    o = load("out/result.json");
    run_of = json_object_get(json_object_get(o, "variants"), "");
    probes_each(&s, NULL, in_result, json_object_get(run_of, "metrics"));
    probe_each(sim_port_probes, true, NULL, 0, in_link,
               json_object_get(json_object_get(run_of, "links"), "hub"));
    read_head("out/calls.csv");
    all_in_head("up_", sim_account_probes);
    all_in_head("down_", sim_account_probes);
    all_in_head("", sim_call_probes);
    read_head("out/flows.csv");
    all_in_head("", sim_account_probes);
    read_head("out/users.csv");
    all_in_head("", sim_user_probes);
    read_head("out/voices.csv");
    all_in_head("", sim_voice_heard);
    all_in_head("", sim_voice_worth);
    read_head("out/series.csv");
    all_in_head("", series_probes);
    json_decref(o);
}
END_TEST

/* --- measuring from some time on ------------------------------------------ */

static json_t *whole, *part, *rest;
static unsigned compared;

/* The whole's less the part's, of whatever grows; calls are of the run. */
static void is_rest(void *ctx, const char *name, const struct probe_value *v)
{
    (void)ctx;
    if (v->probe->kind != PROBE_COUNTER || strncmp(name, "calls_", 6) == 0 ||
        strcmp(name, "calls") == 0 || strcmp(name, "bottleneck_drops") == 0)
        return;
    ck_assert_msg(metric(rest, "", name) ==
                      metric(whole, "", name) - metric(part, "", name),
                  "%s: %g, not %g less %g", name, metric(rest, "", name),
                  metric(whole, "", name), metric(part, "", name));
    compared++;
}

static void same_sum(const char *csv, const char *column);

START_TEST(measured_is_the_whole_less_the_part)
{
    const struct scenario s = { .links = &hub, .n_links = 1 };

    add_users();
    ck_assert_int_eq(run("whole", false, links, NULL), RUN_OK);
    ck_assert_int_eq(run("part", false, links, "duration=1700ms"), RUN_OK);
    ck_assert_int_eq(run("rest", false, links, "measure_from=1700ms"), RUN_OK);
    whole = load("whole/result.json");
    part = load("part/result.json");
    rest = load("rest/result.json");
    compared = 0;
    probes_each(&s, NULL, is_rest, NULL);
    ck_assert_uint_gt(compared, 40);
    ck_assert_double_gt(metric(rest, "", "calls.down.delivered"), 10);
    ck_assert_double_eq(metric(rest, "", "calls.down.under_way_before"),
                        metric(part, "", "calls.down.under_way"));
    ck_assert_double_eq(metric(rest, "", "hub.in_flight_before"),
                        metric(part, "", "hub.in_flight"));
    ck_assert_double_eq_tol(metric(rest, "", "calls.up.goodput_bps") * 2.3,
                            metric(whole, "", "calls.up.goodput_bps") * 4 -
                                metric(part, "", "calls.up.goodput_bps") * 1.7,
                            1);
    same_sum("calls.csv", "down_delivered_octets");
    same_sum("calls.csv", "ppp_frames");
    same_sum("flows.csv", "offered");
    same_sum("users.csv", "octets_to");
    same_sum("voices.csv", "played");
    json_decref(whole);
    json_decref(part);
    json_decref(rest);
}
END_TEST

/* The one row's field. */
static double field(const char *folder, const char *csv, const char *column)
{
    char path[100], row[4000], *name, *value, *names, *values;
    double x = -1;
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", folder, csv);
    read_head(path);
    f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_ptr_nonnull(fgets(row, sizeof row, f));
    ck_assert_ptr_nonnull(fgets(row, sizeof row, f));
    fclose(f);
    names = head + 1;
    values = row;
    while ((name = strsep(&names, ",")) != NULL &&
           (value = strsep(&values, ",")) != NULL)
        if (strcmp(name, column) == 0)
            x = atof(value);
    return x;
}

static void same_sum(const char *csv, const char *column)
{
    ck_assert_double_ge(field("part", csv, column), 0);
    ck_assert_double_eq(field("part", csv, column) +
                            field("rest", csv, column),
                        field("whole", csv, column));
}

/* Nothing but the result tells where it was found. */
START_TEST(a_pilot_finds_where)
{
    json_t *o, *m;

    ck_assert_int_eq(run("out", false, links, "measure_from=auto"), RUN_OK);
    o = load("out/result.json");
    m = json_object_get(json_object_get(json_object_get(o, "variants"), ""),
                        "measured");
    ck_assert_str_eq(json_string_value(json_object_get(m, "rule")), "MSER-5");
    ck_assert(json_is_true(json_object_get(m, "found")));
    ck_assert(json_is_real(json_object_get(m, "from_s")));
    ck_assert_double_le(json_real_value(json_object_get(m, "from_s")), 2);
    json_decref(o);
}
END_TEST

/* All values are in some bin, and no other distribution is there. */
START_TEST(histograms_on_request)
{
    char line[200];
    double low, high, n, all = 0;
    json_t *o;
    FILE *f;

    ck_assert_int_eq(run("out", false, NULL, NULL), RUN_OK);
    ck_assert(!exists("out/histograms.csv"));
    ck_assert_int_eq(
        run("out", true, "histograms=[flows.delay, rtt]", "measure_from=1s"),
        RUN_OK);
    o = load("out/result.json");
    f = fopen("out/histograms.csv", "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, f));
    ck_assert_str_eq(line, "distribution,low_s,high_s,count\n");
    while (fgets(line, sizeof line, f) != NULL) {
        ck_assert(strncmp(line, "flows.delay,", 12) == 0 ||
                  strncmp(line, "rtt,", 4) == 0);
        ck_assert_int_eq(
            sscanf(strchr(line, ',') + 1, "%lf,%lf,%lf", &low, &high, &n), 3);
        ck_assert_double_lt(low, high);
        ck_assert_double_le(high, low * 1.033);
        if (*line == 'f') {
            ck_assert_double_le(low, metric(o, "", "flows.delay_max_s"));
            all += n;
        }
    }
    fclose(f);
    ck_assert_double_eq(all, metric(o, "", "flows.delivered"));
    json_decref(o);
    ck_assert_int_eq(run("out", true, "histograms=[delays]", NULL), RUN_INPUT);
    ck_assert_int_eq(run("out", true, "histograms=sausages", NULL), RUN_INPUT);
}
END_TEST

START_TEST(not_from_the_end_on)
{
    ck_assert_int_eq(run("out", false, "measure_from=4s", NULL), RUN_INPUT);
    ck_assert_int_eq(run("out", false, "measure_from=3999ms", NULL), RUN_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_probes");
    TCase *tc = tcase_create("run_probes");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, every_row_is_everywhere);
    tcase_add_test(tc, measured_is_the_whole_less_the_part);
    tcase_add_test(tc, a_pilot_finds_where);
    tcase_add_test(tc, histograms_on_request);
    tcase_add_test(tc, not_from_the_end_on);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
