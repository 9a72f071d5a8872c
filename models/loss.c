/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The models of loss.def by their names; loss.h. */
#include "config.h"

#include "models/loss.h"

#include "models/loss_models.h"

static const struct loss_model *const models[LOSS_KINDS] = {
#define X(name) &loss_model_##name,
#include "models/loss.def"
#undef X
};

void loss_init(struct loss *l, const struct loss_config *c, struct rng *r)
{
    PPTP_ASSERT(c->kind < LOSS_KINDS);
    *l = (struct loss){ .c = *c };
    models[c->kind]->init(l, r);
}

bool loss_next(struct loss *l, struct rng *r, uint64_t *gap)
{
    return models[l->c.kind]->next(l, r, gap);
}

bool loss_is_total(const struct loss_config *c)
{
    return models[c->kind]->is_total(c);
}

bool loss_same(const struct loss_config *a, const struct loss_config *b)
{
    return a->kind == b->kind && a->ratio == b->ratio &&
           a->to_bad == b->to_bad && a->to_good == b->to_good &&
           a->good_ratio == b->good_ratio && a->bad_ratio == b->bad_ratio &&
           a->block == b->block && a->lost == b->lost &&
           a->spans == b->spans && a->n_spans == b->n_spans;
}

double loss_mean(const struct loss_config *c)
{
    return models[c->kind]->mean(c);
}

const char *loss_name(enum loss_kind kind)
{
    PPTP_ASSERT(kind < LOSS_KINDS);
    return models[kind]->name;
}
