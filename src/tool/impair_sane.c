/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Impairments that cannot work; impair_sane.h. */
#include "config.h"

#include "tool/impair_sane.h"

#include <errno.h>
#include <stdlib.h>

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
    return c->kind == LOSS_independent;
}

static int check_loss(const struct scenario_loss *l, double loss,
                      struct conf_error *err)
{
    const struct conf_node *at = l->node;

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

static int check_total(const struct scenario_link *l, struct conf_error *err)
{
    struct loss_config c = l->loss_model.model;
    bool alone = impair_sane_alone(&c);
    const char *key = alone ? "loss" : "loss_model";

    if (alone)
        c = (struct loss_config){ .ratio = l->loss };
    if (!loss_is_total(&c))
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

    if (alone && c->mean_ns == 0)
        return conf_fail(err, j->node,
                         "key 'mean' is required for the distributions "
                         "exponential and pareto");
    if (c->kind == JITTER_none && c->mean_ns > 0)
        return conf_fail(err, conf_get(j->node, "mean"),
                         "key 'mean' is of no use without 'distribution'");
    return 0;
}

/* What is cut shorter than a second means to see no packets arrive. */
#define CUT_NS PPTP_S

static int check_late(const struct scenario_link *l, pptp_ns duration_ns,
                      struct conf_error *err)
{
    const struct jitter_config *j = &l->jitter.sim;
    pptp_ns mean = j->mean_ns;

    if (l->reorder > 0 && l->reorder_ns == 0)
        return conf_fail(err, conf_get(l->node, "reorder"),
                         "key 'reorder_by' is required with it");
    if (duration_ns < CUT_NS)
        return 0;
    if (l->reorder > 0 && l->reorder_ns >= duration_ns)
        return conf_fail(err, conf_get(l->node, "reorder_by"),
                         "key 'reorder_by': no packet that comes so late "
                         "comes before the run ends");
    if (j->most_ns > 0 && j->most_ns < mean)
        mean = j->most_ns;
    if (mean >= duration_ns)
        return conf_fail(err, conf_get(l->jitter.node, "mean"),
                         "key 'mean': packets that come so late do not come "
                         "before the run ends");
    return 0;
}

int impair_sane_check(const struct scenario_link *l, pptp_ns duration_ns,
                      struct conf_error *err)
{
    if (check_loss(&l->loss_model, l->loss, err) != 0 ||
        check_jitter(&l->jitter, err) != 0 || check_total(l, err) != 0)
        return -1;
    return check_late(l, duration_ns, err);
}
