/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios that cannot work; sane.h. */
#include "config.h"

#include "tool/sane.h"

#include <string.h>

#include "conf/units.h"
#include "nas/pool.h"
#include "tool/impair_sane.h"
#include "tool/modems.h"
#include "tool/queue_sane.h"
#include "tool/ranges.h"
#include "tool/subscribers.h"

/* An IP packet with UDP, of no payload: what the smallest one has. */
#define PACKET_MIN_OCTETS 28u

/* As often as no caller dials and no machine connects: what stays down would
 * make more events than all else. */
#define AGAIN_MIN_NS PPTP_MS

/* Rows of series.csv, about 100 octets each. */
#define ROWS_MAX UINT64_C(100000000)

static const struct conf_node *at_root(const struct scenario *s,
                                       const char *key)
{
    return conf_get(conf_root(s->tree), key);
}

/* --- links --------------------------------------------------------------- */

static int check_link(const struct scenario_link *l, pptp_ns duration_ns,
                      struct conf_error *err)
{
    if (l->queue_octets > 0 && l->queue_octets < PACKET_MIN_OCTETS)
        return conf_fail(err, conf_get(l->node, "queue_octets"),
                         "key 'queue_octets': no packet has %llu octets or "
                         "less; allowed: 0, or at least %uoctets",
                         (unsigned long long)l->queue_octets,
                         PACKET_MIN_OCTETS);
    if (queue_sane_check(l, err) != 0)
        return -1;
    return impair_sane_check(l, duration_ns, err);
}

/* --- nodes --------------------------------------------------------------- */

static int check_again(const struct conf_node *item, const char *key,
                       pptp_ns again_ns, struct conf_error *err)
{
    if (again_ns == 0 || again_ns >= AGAIN_MIN_NS)
        return 0;
    return conf_fail(err, conf_get(item, key),
                     "key '%s': so often nobody tries; allowed: 0s, or at "
                     "least 1ms",
                     key);
}

static bool meet(const struct nas_range *a, const struct nas_range *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* Networks of no hosts lie at both ends, and one between. */
static bool of_hosts(const struct nas_range *r)
{
    const struct nas_range loopback = { 127u << 24, (128u << 24) - 1 };

    return nas_address_of_host(r->first) && nas_address_of_host(r->last) &&
           !meet(r, &loopback);
}

static const char *range_fault(const struct nas_range *r, size_t i)
{
    if (!of_hosts(&r[i]))
        return "has addresses that no host has";
    for (size_t k = 0; k < i; k++)
        if (meet(&r[k], &r[i]))
            return "has addresses of another range again";
    return NULL;
}

static int check_pool(const struct scenario_node *n, struct conf_error *err)
{
    const struct conf_node *at = conf_get(n->node, "pool");
    struct nas_range range[NAS_POOLS];
    char why[CONFIG_WHY];

    if (at == NULL)
        at = n->node;
    if (n->pool.n > NAS_POOLS)
        return conf_fail(err, at, "node '%s': pool: at most %d ranges",
                         n->name, (int)NAS_POOLS);
    for (size_t i = 0; i < n->pool.n; i++) {
        const char *fault;

        if (config_range(n->pool.v[i], &range[i], why) < 0)
            return conf_fail(err, at, "node '%s': pool: %s", n->name, why);
        fault = range_fault(range, i);
        if (fault != NULL)
            return conf_fail(err, at, "node '%s': pool: '%.60s' %s", n->name,
                             n->pool.v[i], fault);
    }
    return 0;
}

static int check_rates(const struct scenario_node *n, struct conf_error *err)
{
    const struct conf_node *at = conf_get(n->node, "minimum_rate");

    if (n->min_bps <= n->max_bps)
        return 0;
    return conf_fail(err, at != NULL ? at : conf_get(n->node, "maximum_rate"),
                     "node '%s': minimum_rate is more than maximum_rate",
                     n->name);
}

/* --- traffic ------------------------------------------------------------- */

/* Gaps between packets as long as so many runs: of a hundred runs not one has
 * a packet.  Who sends little, or starts after the end, is told of in the
 * results: a run may be cut, and one that is shorter than a second is. */
#define RUNS_A_PACKET 100

static int check_tcp(const struct scenario_traffic *t, struct conf_error *err)
{
    const char *fault = tcp_config_check(&t->tcp);

    return fault == NULL ? 0
                         : conf_fail(err, conf_get(t->node, "tcp"),
                                     "key 'tcp': %s", fault);
}

static int check_control_tcp(const struct scenario *s, struct conf_error *err)
{
    const char *fault = tcp_config_check(&s->tcp);

    if (fault == NULL && s->tcp.mss > SIM_CONTROL_MSS_MAX)
        fault = "a segment of a control connection has at most 1,460 octets";
    return fault == NULL
               ? 0
               : conf_fail(err, at_root(s, "tcp"), "key 'tcp': %s", fault);
}

static int check_voice(const struct scenario_traffic *t,
                       struct conf_error *err)
{
    const struct conf_node *at = conf_get(t->node, "frame");
    pptp_ns frame_ns = voice_frame_ns(t->sim.voice.codec);
    char frame[UNITS_TEXT_MAX];

    if (t->sim.voice.frame_ns % frame_ns == 0)
        return 0;
    return conf_fail(err, at != NULL ? at : conf_get(t->node, "codec"),
                     "key 'frame': a frame of this codec has %s; allowed: a "
                     "multiple",
                     units_print_time(frame, frame_ns));
}

static int check_load(const struct scenario *s,
                      const struct scenario_traffic *t, struct conf_error *err)
{
    const struct traffic_config *c = &t->sim.traffic;
    double octets = (double)c->size_octets + TRAFFIC_PPP_OCTETS;
    double gap_ns = 8e9 * octets / (double)c->rate_bps;
    char size[UNITS_TEXT_MAX], gap[UNITS_TEXT_MAX], run[UNITS_TEXT_MAX];

    if (t->model >= SCENARIO_USERS)
        return check_tcp(t, err);
    if (t->model == TRAFFIC_VOICE)
        return check_voice(t, err);
    if (c->rate_bps == 0 || s->duration_ns < SANE_CUT_NS ||
        gap_ns <= RUNS_A_PACKET * (double)s->duration_ns)
        return 0;
    return conf_fail(err, conf_get(t->node, "rate"),
                     "key 'rate': a packet of %s takes %s, and the run %s",
                     units_print_octets(size, c->size_octets),
                     units_print_time(gap, (uint64_t)gap_ns),
                     units_print_time(run, s->duration_ns));
}

static int check_call(const struct scenario *s, const struct scenario_call *c,
                      struct conf_error *err)
{
    if (check_again(c->node, "redial", c->redial.first_ns, err) != 0)
        return -1;
    for (size_t i = 0; i < c->n_traffic; i++)
        if (check_load(s, &c->traffic[i], err) != 0)
            return -1;
    return 0;
}

/* --- telephones ---------------------------------------------------------- */

/* A Call ID has 16 bits. */
#define LINES_MAX 65535

static int check_trunks(const struct scenario *s, size_t i,
                        struct conf_error *err)
{
    const struct scenario_telephone *t = &s->telephone;
    uint64_t n = 0;

    if (t->groups[i].killer > t->groups[i].trunks)
        return conf_fail(err, conf_get(t->groups[i].node, "killer"),
                         "key 'killer': there is no trunk %u; '%.70s' has %u",
                         t->groups[i].killer, t->groups[i].name,
                         t->groups[i].trunks);
    for (size_t k = 0; k <= i; k++)
        if (t->groups[k].pac_index == t->groups[i].pac_index)
            n += t->groups[k].trunks;
    if (n <= LINES_MAX)
        return 0;
    return conf_fail(err, t->groups[i].node,
                     "%llu trunks of PAC '%s'; allowed: %d in all groups",
                     (unsigned long long)n, t->groups[i].pac, LINES_MAX);
}

static int check_telephone(const struct scenario *s, struct conf_error *err)
{
    const struct scenario_telephone *t = &s->telephone;
    size_t digits = strspn(t->number, "0123456789*#");
    int result = 0;

    /* E.164 has fifteen */
    if (t->number[digits] != '\0' || digits == 0 || digits > 15)
        return conf_fail(err, conf_get(t->node, "number"),
                         "key 'number': '%.70s' is no number; allowed: 1 to "
                         "15 digits",
                         t->number);
    for (size_t i = 0; i < t->n_groups && result == 0; i++)
        result = check_trunks(s, i, err);
    return result;
}

/* --- files --------------------------------------------------------------- */

static size_t at_most(size_t n, size_t most)
{
    return n < most ? n : most;
}

static int check_series(const struct scenario *s, struct conf_error *err)
{
    uint64_t objects = at_most(s->n_calls, s->sample_calls) +
                       at_most(s->n_flows, s->sample_calls) + s->n_links;
    char every[UNITS_TEXT_MAX];
    uint64_t steps;

    if (s->sample_interval_ns == KEY_AUTO)
        return 0;
    steps = s->duration_ns / s->sample_interval_ns;
    objects = objects > 0 ? objects : 1;
    if (steps <= ROWS_MAX / objects)
        return 0;
    return conf_fail(
        err, at_root(s, "sample_interval"),
        "key 'sample_interval': %llu steps of %llu rows in "
        "series.csv; allowed: auto, or at least %s",
        (unsigned long long)steps, (unsigned long long)objects,
        units_print_time(
            every, units_round_up(s->duration_ns / (ROWS_MAX / objects) + 1)));
}

static int check_histograms(const struct scenario *s, struct conf_error *err)
{
    const struct key_strings *h = &s->histograms;

    for (size_t i = 1; i < h->n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(h->v[i], h->v[k]) == 0)
                return conf_fail(err, at_root(s, "histograms"),
                                 "key 'histograms': '%.70s' is given twice",
                                 h->v[i]);
    return 0;
}

int sane_check(const struct scenario *s, struct conf_error *err)
{
    int result = check_series(s, err);

    if (result == 0)
        result = check_histograms(s, err);
    if (result == 0)
        result = check_control_tcp(s, err);
    if (result == 0)
        result = check_telephone(s, err);
    if (result == 0)
        result = modems_check(s, err);
    if (result == 0)
        result = subscribers_check(s, err);
    for (size_t i = 0; i < s->n_links && result == 0; i++)
        result = check_link(&s->links[i], s->duration_ns, err);
    for (size_t i = 0; i < s->n_nodes && result == 0; i++) {
        const struct scenario_node *n = &s->nodes[i]; /* {n} may be in it */

        result = check_again(n->node, "reconnect", n->reconnect.first_ns, err);
        if (result == 0)
            result = check_pool(n, err) == 0 ? check_rates(n, err) : -1;
    }
    for (size_t i = 0; i < s->n_call_groups && result == 0; i++)
        result = check_call(s, &s->call_groups[i], err);
    for (size_t i = 0; i < s->n_flow_groups && result == 0; i++)
        result = check_load(s, &s->flow_groups[i].traffic, err);
    return result;
}
