/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Impairments that cannot work; impair_sane.h. */
#include "config.h"

#include "tool/impair_sane.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "sim/changes.h"
#include "tool/sane.h"

#define PACKETS_MAX UINT64_C(1000000000000)

/* --- packets by number ---------------------------------------------------- */

static bool number(const char **at, uint64_t *out)
{
    char *end;

    if (**at < '0' || **at > '9')
        return false;
    errno = 0;
    *out = strtoull(*at, &end, 10);
    *at = end;
    return errno == 0 && *out > 0 && *out <= PACKETS_MAX;
}

/* N or N-M, behind `before`. */
static bool span(const char *text, uint64_t before, struct loss_span *out)
{
    if (!number(&text, &out->first))
        return false;
    out->last = out->first;
    if (*text == '-') {
        text++;
        if (!number(&text, &out->last))
            return false;
    }
    return *text == '\0' && out->first > before && out->last >= out->first;
}

int impair_sane_spans(const struct scenario_loss *l, struct loss_span *to,
                      struct conf_error *err)
{
    const struct conf_node *at = conf_get(l->node, "packets");
    struct loss_span s = { 0, 0 };

    for (size_t i = 0; i < l->packets.n; i++) {
        if (!span(l->packets.v[i], s.last, &s))
            return conf_fail(err, at,
                             "key 'packets': '%.40s' is not N or N-M, from 1, "
                             "behind what stands before it",
                             l->packets.v[i]);
        if (to != NULL)
            to[i] = s;
    }
    return 0;
}

/* --- losses ---------------------------------------------------------------- */

bool impair_sane_alone(const struct loss_config *c)
{
    return c->kind == LOSS_independent || c->kind == LOSS_KINDS;
}

static int check_loss(const struct scenario_loss *l, double loss,
                      struct conf_error *err)
{
    const struct conf_node *at = l->node;

    if (conf_check_named(at, "model", err) != 0)
        return -1;
    if (impair_sane_alone(&l->model))
        return 0;
    if (loss > 0)
        return conf_fail(err, at,
                         "key 'loss_model': with 'loss' there are two of "
                         "them; allowed: one");
    if (l->model.kind == LOSS_at && l->packets.n == 0)
        return conf_fail(err, at,
                         "key 'packets' is required for the model at");
    if (l->model.kind == LOSS_blocks && l->model.lost > l->model.block)
        return conf_fail(err, conf_get(at, "lost"),
                         "key 'lost': more than 'block' has");
    return impair_sane_spans(l, NULL, err);
}

static bool is_total(const struct scenario_loss *l, double loss)
{
    const struct loss_config c = { .ratio = loss };

    return loss_is_total(impair_sane_alone(&l->model) ? &c : &l->model);
}

/* Whether changes from `i` on say something of this before the end, where the
 * run is not cut. */
static bool say(const struct scenario_link *l, size_t i, uint32_t what,
                pptp_ns duration_ns)
{
    bool cut = duration_ns < SANE_CUT_NS;

    for (; i < l->n_changes; i++)
        if ((cut || l->changes[i].at_ns < duration_ns) &&
            impair_sane_said(&l->changes[i]) & what)
            return true;
    return false;
}

static int check_total(const struct scenario_link *l, pptp_ns duration_ns,
                       struct conf_error *err)
{
    bool alone = impair_sane_alone(&l->loss_model.model);
    const char *key = alone ? "loss" : "loss_model";

    if (!is_total(&l->loss_model, l->loss) ||
        say(l, 0, SIM_CHANGE_LOSS, duration_ns))
        return 0;
    return conf_fail(err, conf_get(l->node, key),
                     "key '%s': of %s nothing ever arrives at the end of "
                     "link '%.70s'; allowed: less",
                     key, alone ? "1" : "such losses", l->name);
}

/* --- delays ----------------------------------------------------------------- */

static int check_jitter(const struct scenario_jitter *j,
                        struct conf_error *err)
{
    const struct jitter_config *c = &j->sim;
    bool alone = c->kind == JITTER_exponential || c->kind == JITTER_pareto;

    if (conf_check_named(j->node, "distribution", err) != 0)
        return -1;
    if (alone && c->mean_ns == 0)
        return conf_fail(err, j->node,
                         "key 'mean' is required for the distributions "
                         "exponential and pareto");
    return 0;
}

static int check_late(const struct scenario_link *l, pptp_ns duration_ns,
                      struct conf_error *err)
{
    const struct jitter_config *j = &l->jitter.sim;
    pptp_ns mean = j->mean_ns;

    if (l->reorder > 0 && l->reorder_ns == 0)
        return conf_fail(err, conf_get(l->node, "reorder"),
                         "key 'reorder_by' is required with it");
    if (duration_ns < SANE_CUT_NS)
        return 0;
    if (l->reorder > 0 && l->reorder_ns >= duration_ns)
        return conf_fail(err, conf_get(l->node, "reorder_by"),
                         "key 'reorder_by': no packet that comes so late "
                         "comes before the run ends");
    if (j->most_ns > 0 && j->most_ns < mean)
        mean = j->most_ns;
    if (j->kind != JITTER_none && mean >= duration_ns)
        return conf_fail(err, conf_get(l->jitter.node, "mean"),
                         "key 'mean': packets that come so late do not come "
                         "before the run ends");
    return 0;
}

/* --- changes ---------------------------------------------------------------- */

static bool given(double share)
{
    return !isnan(share);
}

uint32_t impair_sane_said(const struct scenario_change *c)
{
    bool loss = given(c->loss) || c->loss_model.model.kind != LOSS_KINDS;
    bool jitter = (int)c->jitter.sim.kind != SCENARIO_JITTER_AS_IT_IS;

    return (c->down ? SIM_CHANGE_DOWN : 0u) |
           (c->rate_bps > 0 ? SIM_CHANGE_RATE : 0u) |
           (c->latency_ns != KEY_AUTO ? SIM_CHANGE_LATENCY : 0u) |
           (c->queue_packets > 0 ? SIM_CHANGE_QUEUE : 0u) |
           (c->queue_model.node != NULL ? SIM_CHANGE_MODEL : 0u) |
           (loss ? SIM_CHANGE_LOSS : 0u) | (jitter ? SIM_CHANGE_JITTER : 0u) |
           (given(c->reorder) ? SIM_CHANGE_REORDER : 0u) |
           (given(c->duplicate) ? SIM_CHANGE_DUPLICATE : 0u) |
           (given(c->corrupt) ? SIM_CHANGE_CORRUPT : 0u) |
           (given(c->bit_errors) ? SIM_CHANGE_BITS : 0u);
}

/* With those before it. */
static int check_order(const struct scenario_link *l, size_t i,
                       struct conf_error *err)
{
    const struct scenario_change *c = &l->changes[i], *k = l->changes;

    for (; k < c; k++) {
        bool same = impair_sane_said(k) & impair_sane_said(c);

        if (k->at_ns > c->at_ns)
            return conf_fail(err, conf_get(c->node, "at"),
                             "key 'at': earlier than that of the change "
                             "before it, in line %d",
                             k->node->line);
        if (same && (k->at_ns == c->at_ns || c->at_ns < k->at_ns + k->for_ns))
            return conf_fail(err, c->node,
                             "what it changes, the one in line %d has "
                             "changed, and not ended",
                             k->node->line);
    }
    return 0;
}

/* A link that is dead from the beginning to the end. */
static int check_dead(const struct scenario_link *l, size_t i,
                      pptp_ns duration_ns, struct conf_error *err)
{
    const struct scenario_change *c = &l->changes[i];
    bool lost = impair_sane_said(c) & SIM_CHANGE_LOSS &&
                is_total(&c->loss_model, given(c->loss) ? c->loss : 0) &&
                !say(l, i + 1, SIM_CHANGE_LOSS, duration_ns);

    if (!(c->down || lost) || c->at_ns > 0 || duration_ns < SANE_CUT_NS ||
        (c->for_ns > 0 && c->for_ns < duration_ns))
        return 0;
    return conf_fail(err, c->node,
                     "with it nothing ever arrives at the end of link "
                     "'%.70s'",
                     l->name);
}

static int check_change(const struct scenario_link *l, size_t i,
                        struct conf_error *err)
{
    const struct scenario_change *c = &l->changes[i];
    uint32_t what = impair_sane_said(c);

    if (check_loss(&c->loss_model, given(c->loss) ? c->loss : 0, err) != 0 ||
        check_jitter(&c->jitter, err) != 0)
        return -1;
    if (what == 0)
        return conf_fail(err, c->node, "a change that changes nothing");
    if (l->delivery != NULL && (what & SIM_CHANGE_RATE))
        return conf_fail(err, conf_get(c->node, "rate"),
                         "key 'rate': when packets leave link '%.70s' is said "
                         "by 'delivery'",
                         l->name);
    if (given(c->reorder) && l->reorder_ns == 0)
        return conf_fail(err, conf_get(c->node, "reorder"),
                         "the link's key 'reorder_by' is required with it");
    return 0;
}

/* Of the link there is nothing before it. */
static int check_as_is(const struct conf_node *at, const char *key, bool as_is,
                       struct conf_error *err)
{
    return as_is ? conf_fail(err, conf_get(at, key),
                             "key '%s': as_is is only for changes", key)
                 : 0;
}

int impair_sane_check(const struct scenario_link *l, pptp_ns duration_ns,
                      struct conf_error *err)
{
    const struct scenario_loss *loss = &l->loss_model;
    const struct scenario_jitter *jitter = &l->jitter;

    if (check_as_is(loss->node, "model", loss->model.kind == LOSS_KINDS,
                    err) != 0 ||
        check_as_is(jitter->node, "distribution",
                    (int)jitter->sim.kind == SCENARIO_JITTER_AS_IT_IS,
                    err) != 0 ||
        check_loss(loss, l->loss, err) != 0 ||
        check_jitter(jitter, err) != 0 ||
        check_total(l, duration_ns, err) != 0)
        return -1;
    for (size_t i = 0; i < l->n_changes; i++)
        if (check_change(l, i, err) != 0 || check_order(l, i, err) != 0 ||
            check_dead(l, i, duration_ns, err) != 0)
            return -1;
    return check_late(l, duration_ns, err);
}
