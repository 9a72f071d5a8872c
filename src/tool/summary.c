/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report of a run; see summary.h. */
#include "config.h"

#include "tool/summary.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Variants side by side in the table: 80 columns. */
#define COLUMNS 4
#define NAME_WIDTH 21
#define VALUE_WIDTH 13

#define DOWN "calls.down.delivered"
#define UP "calls.up.delivered"
#define FLOWS "flow_packets_sent"

/* A row is printed where some variant has what it is about. */
static const struct row {
    const char *about; /* a count; NULL: always */
    const char *metric;
    const char *text;
    double unit;
} rows[] = {
    { "calls", "goodput_bps", "goodput (kbit/s)", 1e-3 },
    { "calls", "loss_ratio", "loss (%)", 100 },
    { DOWN, "calls.down.delay_p50_s", "delay down, 50 % (ms)", 1e3 },
    { DOWN, "calls.down.delay_p95_s", "delay down, 95 % (ms)", 1e3 },
    { UP, "calls.up.delay_p50_s", "delay up, 50 % (ms)", 1e3 },
    { UP, "calls.up.delay_p95_s", "delay up, 95 % (ms)", 1e3 },
    { "calls", "rtt_p50_s", "RTT, 50 % (ms)", 1e3 },
    { "calls", "rtt_p95_s", "RTT, 95 % (ms)", 1e3 },
    { "calls", "timeouts", "time-outs", 1 },
    { FLOWS, "flow_goodput_bps", "flow goodput (kbit/s)", 1e-3 },
    { FLOWS, "flows.loss_ratio", "flow loss (%)", 100 },
    { FLOWS, "flows.delay_p50_s", "flow delay, 50 % (ms)", 1e3 },
    { FLOWS, "flows.delay_p95_s", "flow delay, 95 % (ms)", 1e3 },
    { "bulk.users", "bulk.goodput_bps", "bulk goodput (kbit/s)", 1e-3 },
    { "bulk.users", "bulk.fairness", "bulk fairness", 1 },
    { "bulk.users", "bulk.tcp_retransmitted", "bulk sent again", 1 },
    { "request.users", "request.time_p50_s", "response, 50 % (ms)", 1e3 },
    { "request.users", "request.time_p95_s", "response, 95 % (ms)", 1e3 },
    { "page.users", "page.time_p50_s", "page, 50 % (ms)", 1e3 },
    { "page.users", "page.time_p95_s", "page, 95 % (ms)", 1e3 },
    { "typing.users", "typing.time_p50_s", "echo, 50 % (ms)", 1e3 },
    { "typing.users", "typing.time_p95_s", "echo, 95 % (ms)", 1e3 },
    { "voice.voices", "voice.r", "speech, R", 1 },
    { "voice.voices", "voice.mos", "speech, MOS", 1 },
    { "telephone.attempts", "telephone.blocked", "calls blocked", 1 },
    { NULL, "bottleneck_drops", "bottleneck drops", 1 },
};

static const json_t *variant_of(const struct summary *s, size_t i)
{
    return json_object_get(s->variants, s->labels[i]);
}

static const json_t *metric_of(const struct summary *s, size_t i,
                               const char *metric)
{
    return json_object_get(json_object_get(variant_of(s, i), "metrics"),
                           metric);
}

static json_int_t count_of(const struct summary *s, size_t i,
                           const char *metric)
{
    return json_integer_value(metric_of(s, i, metric));
}

static bool any_of(const struct summary *s, const char *metric)
{
    for (size_t i = 0; i < s->n; i++)
        if (count_of(s, i, metric) > 0)
            return true;
    return false;
}

static size_t end_of(const struct summary *s, size_t first)
{
    return s->n - first < COLUMNS ? s->n : first + COLUMNS;
}

/* A long one keeps its end, in which values differ. */
static void print_labels(const struct summary *s, size_t first)
{
    printf("%-*s", NAME_WIDTH, "");
    for (size_t i = first; i < end_of(s, first); i++) {
        const char *label = s->labels[i];
        size_t len = strlen(label);

        if (len <= VALUE_WIDTH)
            printf(" %*s", VALUE_WIDTH, label);
        else
            printf(" %.5s..%s", label, label + len - (VALUE_WIDTH - 7));
    }
    putchar('\n');
}

/* "n of m", of m also what was there before measuring began; nothing where no
 * variant has any. */
static void print_share(const struct summary *s, size_t first,
                        const char *text, const char *part, const char *all,
                        const char *before)
{
    char room[64];

    if (!any_of(s, all))
        return;
    printf("%-*s", NAME_WIDTH, text);
    for (size_t i = first; i < end_of(s, first); i++) {
        snprintf(room, sizeof room, "%lld of %lld",
                 (long long)count_of(s, i, part),
                 (long long)(count_of(s, i, all) + count_of(s, i, before)));
        printf(" %*s", VALUE_WIDTH, variant_of(s, i) != NULL ? room : "-");
    }
    putchar('\n');
}

static void print_row(const struct summary *s, size_t first,
                      const struct row *row)
{
    if (row->about != NULL && !any_of(s, row->about))
        return;
    printf("%-*s", NAME_WIDTH, row->text);
    for (size_t i = first; i < end_of(s, first); i++) {
        const json_t *value = metric_of(s, i, row->metric);

        if (json_is_number(value))
            printf(" %*.6g", VALUE_WIDTH,
                   json_number_value(value) * row->unit);
        else
            printf(" %*s", VALUE_WIDTH, "-");
    }
    putchar('\n');
}

void summary_table(const struct summary *s)
{
    for (size_t first = 0; first < s->n; first += COLUMNS) {
        if (s->comparing)
            print_labels(s, first);
        print_share(s, first, "calls established", "calls_established",
                    "calls", "");
        print_share(s, first, "flow packets", "flow_packets_delivered",
                    "flow_packets_sent", "flows.under_way_before");
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
            print_row(s, first, &rows[k]);
    }
}

/* The commonest cause of failed calls, and how many it has. */
static const char *cause_of(const json_t *variant, json_int_t *n)
{
    json_t *failures = json_object_get(variant, "failures");
    const char *why, *most = "";
    json_t *count;

    *n = 0;
    json_object_foreach(failures, why,
                        count) if (json_integer_value(count) > *n)
    {
        *n = json_integer_value(count);
        most = why;
    }
    return most;
}

void summary_failures(const struct summary *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const char *label = s->labels[i];
        const char *sep = *label != '\0' ? ": " : "";
        json_int_t failed = count_of(s, i, "calls_failed");
        json_int_t all = count_of(s, i, "calls"), n;
        json_int_t waiting = all - failed -
                             count_of(s, i, "calls_established");
        const char *most = cause_of(variant_of(s, i), &n);

        if (failed > 0)
            printf("%s%s%lld of %lld call%s failed, most often (%lld): %s\n",
                   label, sep, (long long)failed, (long long)all,
                   pptp_plural((uint64_t)all), (long long)n, most);
        if (waiting > 0)
            printf("%s%s%lld of %lld call%s not up yet when the run ended\n",
                   label, sep, (long long)waiting, (long long)all,
                   pptp_plural((uint64_t)all));
    }
}

static bool has_text(const struct summary *s, size_t i, const char *key,
                     const json_t *text)
{
    const json_t *list = json_object_get(variant_of(s, i), key), *other;
    size_t k;

    json_array_foreach(list, k,
                       other) if (json_equal(text, other)) return true;
    return false;
}

/* Whether variant i tells it: what all have, the first does for all. */
static bool tells(const struct summary *s, size_t i, const char *key,
                  const json_t *text, bool *of_all)
{
    size_t k = 0;

    while (k < s->n && has_text(s, k, key, text))
        k++;
    *of_all = k == s->n;
    return !*of_all || i == 0;
}

size_t summary_list(const struct summary *s, const char *key, const char *what)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++) {
        const char *label = s->labels[i];
        const json_t *list = json_object_get(variant_of(s, i), key);
        const json_t *text;
        bool of_all;
        size_t k;

        json_array_foreach(list, k, text)
        {
            n++;
            if (tells(s, i, key, text, &of_all))
                printf("%s%s%s: %s\n", what,
                       of_all || *label == '\0' ? "" : " ",
                       of_all ? "" : label, json_string_value(text));
        }
    }
    return n;
}

void summary_verdicts(const json_t *verdicts, bool quiet)
{
    const json_t *e;
    size_t i;

    json_array_foreach(verdicts, i, e)
    {
        const char *why = json_string_value(json_object_get(e, "why"));
        const json_t *value = json_object_get(e, "value");
        bool ok = json_is_true(json_object_get(e, "ok"));

        if (ok && quiet)
            continue;
        printf("%s  %s", ok ? "ok    " : "FAILED",
               json_string_value(json_object_get(e, "that")));
        if (json_is_number(value))
            printf(" = %g", json_number_value(value));
        printf("  (%s)\n", json_string_value(json_object_get(e, "bound")));
        if (!ok && why != NULL)
            printf("        %s\n", why);
    }
}
