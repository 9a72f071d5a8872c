/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What metrics expectations may name; see expect.h. */
#include "config.h"

#include "tool/expect.h"

#include <math.h>
#include <string.h>

#include "sim/books.h"

static bool is_metric(const struct scenario *s, const char *name);

double expect_metric(const json_t *variants, bool compare, const char *path)
{
    const char *label;
    json_t *variant;

    json_object_foreach((json_t *)variants, label, variant)
    {
        size_t len = compare ? strlen(label) : 0;
        const json_t *metric;

        /* Labels may hold dots, so each label is tried as a prefix. */
        if (compare && (strncmp(path, label, len) != 0 || path[len++] != '.'))
            continue;
        metric = json_object_get(json_object_get(variant, "metrics"),
                                 path + len);
        if (json_is_number(metric))
            return json_number_value(metric);
    }
    return NAN;
}

bool expect_known(const struct scenario *s, const char *path)
{
    if (s->compare.key == NULL)
        return is_metric(s, path);
    for (size_t i = 0; i < s->compare.values.n; i++) {
        const char *label = s->compare.values.v[i];
        size_t len = strlen(label);

        if (strncmp(path, label, len) == 0 && path[len] == '.' &&
            is_metric(s, path + len + 1))
            return true;
    }
    return false;
}

int expect_check(const struct scenario *s, struct conf_error *err)
{
    static const char *const keys[] = { "that", "less_than", "more_than" };

    for (size_t i = 0; i < s->n_expect; i++) {
        const struct scenario_expect *e = &s->expect[i];
        const char *const paths[] = { e->that, e->less_than, e->more_than };

        for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
            if (paths[k] == NULL || expect_known(s, paths[k]))
                continue;
            return conf_fail(err, conf_get(e->node, keys[k]),
                             "key '%s': no metric '%.100s'; "
                             "allowed: %sa metric, such as goodput_bps or "
                             "LINK.drop_ratio of a link in 'links'",
                             keys[k], paths[k],
                             s->compare.key != NULL
                                 ? "a value of 'compare', a dot and "
                                 : "");
        }
    }
    return 0;
}

static bool is_one_of(const char *name, const char *const *list)
{
    while (*list != NULL && strcmp(*list, name) != 0)
        list++;
    return *list != NULL;
}

/* Of an account: calls.up., calls.down. and flows. stand before them. */
static bool is_of_account(const char *name)
{
    static const char *const some[] = {
        "offered",     "delivered",   "lost",         "under_way",
        "loss_ratio",  "goodput_bps", "delay_mean_s", "delay_p50_s",
        "delay_p95_s", "delay_p99_s", "delay_max_s",  NULL
    };

    if (is_one_of(name, some))
        return true;
    for (int i = 0; i < SIM_PLACES; i++)
        if (strncmp(name, "lost_", 5) == 0 &&
            strcmp(name + 5, sim_place_name((enum sim_place)i)) == 0)
            return true;
    return false;
}

static bool is_of_some_account(const char *name)
{
    static const char *const accounts[] = { "calls.up.", "calls.down.",
                                            "flows." };

    for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++) {
        size_t len = strlen(accounts[i]);

        if (strncmp(name, accounts[i], len) == 0 && is_of_account(name + len))
            return true;
    }
    return false;
}

/* The names that metrics.c gives; of links the name first. */
static bool is_metric(const struct scenario *s, const char *name)
{
    static const char *const of_all[] = { "calls",
                                          "calls_up",
                                          "calls_established",
                                          "calls_failed",
                                          "frames_offered",
                                          "frames_delivered",
                                          "frames_lost",
                                          "frames_under_way",
                                          "loss_ratio",
                                          "goodput_bps",
                                          "fairness",
                                          "delay_mean_s",
                                          "delay_p50_s",
                                          "delay_p95_s",
                                          "delay_p99_s",
                                          "delay_max_s",
                                          "rtt_mean_s",
                                          "rtt_p50_s",
                                          "rtt_p95_s",
                                          "rtt_p99_s",
                                          "rtt_max_s",
                                          "timeouts",
                                          "send_queue_drops",
                                          "recv_overflow",
                                          "bottleneck_drops",
                                          "flow_packets_sent",
                                          "flow_packets_delivered",
                                          "flow_goodput_bps",
                                          "pool_used_max",
                                          "pool_exhausted",
                                          NULL };
    static const char *const of_link[] = {
        "entered",   "packets",    "octets",      "dropped",   "dropped_down",
        "lost",      "arrived",    "waiting",     "in_flight", "drop_ratio",
        "queue_max", "queue_mean", "utilisation", NULL
    };

    for (size_t i = 0; i < s->n_links; i++) {
        size_t len = strlen(s->links[i].name);

        if (strncmp(name, s->links[i].name, len) == 0 && name[len] == '.' &&
            is_one_of(name + len + 1, of_link))
            return true;
    }
    return is_of_some_account(name) || is_one_of(name, of_all);
}
