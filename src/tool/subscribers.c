/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subscribers of a scenario; subscribers.h. */
#include "config.h"

#include "tool/subscribers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/units.h"
#include "models/arrivals_trace.h"
#include "sim/file.h"

static int no_hours(const struct conf_node *at, const char *why,
                    struct conf_error *err)
{
    return conf_fail(err, at,
                     "key 'hours': %s; allowed: alike, evening, or 24 numbers",
                     why);
}

static int read_hours(struct scenario_subscribers *u, struct conf_error *err)
{
    const struct conf_node *at = conf_get(u->node, "hours");
    double *hours = u->sim.arrivals.hours, sum = 0;
    char why[UNITS_TEXT_MAX + 160];

    if (u->hours.n == 1 && strcmp(u->hours.v[0], "alike") == 0)
        return 0;
    if (u->hours.n == 1 && strcmp(u->hours.v[0], "evening") == 0) {
        memcpy(hours, arrivals_evening, sizeof arrivals_evening);
        return 0;
    }
    if (u->hours.n != 24)
        return no_hours(at, "not as many as a day has", err);
    for (size_t i = 0; i < 24; i++) {
        if (units_real(u->hours.v[i], &hours[i], why, sizeof why) < 0)
            return no_hours(at, why, err);
        if (!(hours[i] >= 0 && hours[i] <= 1e9))
            return no_hours(at, "a weight is 0 to 1e9", err);
        sum += hours[i];
    }
    return sum > 0 ? 0 : no_hours(at, "all are 0", err);
}

static int check_laws(const struct scenario_subscribers *u,
                      struct conf_error *err)
{
    const struct conf_node *holding = conf_get(u->node, "holding");
    const struct holding *h = &u->sim.holding;

    if (h->tail_from_ns != 0 && h->tail_cut_ns <= h->tail_from_ns)
        return conf_fail(err, conf_get(holding, "tail_from"),
                         "key 'tail_from': not before 'tail_cut'");
    if (u->sim.redial.most_ns < u->sim.redial.least_ns)
        return conf_fail(err, conf_get(u->node, "redial"),
                         "redial: 'most' is less than 'least'");
    return 0;
}

/* What a caller of his own has, a line that is shared cannot have. */
static int check_lines(const struct scenario_call *g, struct conf_error *err)
{
    if (g->direction != SCENARIO_INCOMING)
        return conf_fail(err, conf_get(g->node, "direction"),
                         "calls of subscribers are incoming");
    if (g->duration_ns != 0)
        return conf_fail(err, conf_get(g->node, "duration"),
                         "how long calls of subscribers last their 'holding' "
                         "says");
    if (g->redial.first_ns != 0)
        return conf_fail(err, conf_get(g->node, "redial"),
                         "who of the subscribers tries again their own "
                         "'redial' says");
    if (g->stagger_ns != 0)
        return conf_fail(err, conf_get(g->node, "stagger"),
                         "when subscribers call 'calls_per_day' says");
    return 0;
}

static int find_lines(const struct scenario *s, struct scenario_subscribers *u,
                      struct conf_error *err)
{
    const struct conf_node *at = conf_get(u->node, "lines");
    uint32_t i;

    for (i = 0; i < s->n_call_groups; i++)
        if (strcmp(s->call_groups[i].name, u->lines) == 0)
            break;
    if (i == s->n_call_groups)
        return conf_fail(err, at, "no group of calls has the name '%.70s'",
                         u->lines);
    for (const struct scenario_subscribers *k = s->subscribers; k < u; k++)
        if (k->group == i)
            return conf_fail(err, at,
                             "'%.70s' and '%.70s' would share the lines of "
                             "'%.70s'",
                             k->name, u->name, u->lines);
    u->group = i;
    return check_lines(&s->call_groups[i], err);
}

int subscribers_check(const struct scenario *s, struct conf_error *err)
{
    for (size_t i = 0; i < s->n_subscribers; i++) {
        struct scenario_subscribers *u = &s->subscribers[i];

        for (size_t k = 0; k < i; k++)
            if (strcmp(s->subscribers[k].name, u->name) == 0)
                return conf_fail(err, u->node,
                                 "the name '%.70s' is given twice", u->name);
        if (find_lines(s, u, err) != 0 || read_hours(u, err) != 0 ||
            check_laws(u, err) != 0)
            return -1;
    }
    return 0;
}

size_t subscribers_of(const struct scenario *s,
                      const struct scenario_call *group)
{
    size_t i = 0;

    while (i < s->n_subscribers &&
           &s->call_groups[s->subscribers[i].group] != group)
        i++;
    return i;
}

int subscribers_config(const struct scenario_subscribers *u,
                       struct sim_subscribers_config *out, char **text,
                       struct conf_error *err)
{
    struct arrivals_trace t;
    int r;

    *out = u->sim;
    *text = NULL;
    if (u->trace == NULL)
        return 0;
    *text = sim_file_read(u->trace, &out->trace_octets);
    if (*text == NULL)
        return conf_fail(err, conf_get(u->node, "trace"),
                         "key 'trace': %.200s: %s", u->trace, strerror(errno));
    out->trace = *text;
    arrivals_trace_init(&t, *text, out->trace_octets,
                        u->sim.arrivals.subscribers);
    while ((r = arrivals_trace_next(&t)) == 1)
        continue;
    if (r == 0)
        return 0;
    snprintf(err->text, sizeof err->text, "%.200s:%zu: %s", u->trace, t.line,
             t.cause);
    return -1;
}
