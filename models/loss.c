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

double loss_mean(const struct loss_config *c)
{
    return models[c->kind]->mean(c);
}

const char *loss_name(enum loss_kind kind)
{
    PPTP_ASSERT(kind < LOSS_KINDS);
    return models[kind]->name;
}
