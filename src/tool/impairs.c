/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Impairments of links; impairs.h. */
#include "config.h"

#include "tool/impairs.h"

#include "tool/impair_sane.h"

static int no_memory(struct conf_error *err)
{
    conf_fail(err, NULL, "no memory for what links do");
    return 3;
}

/* Its numbers live as long as the world. */
static int to_loss(const struct scenario_loss *l, double loss,
                   struct sim_world *w, struct loss_config *out,
                   struct conf_error *err)
{
    struct loss_span *s;

    *out = l->model;
    if (impair_sane_alone(out))
        *out = (struct loss_config){ .ratio = loss };
    if (out->kind != LOSS_at)
        return 0;
    s = sim_arena_take(&w->arena, l->packets.n * sizeof *s);
    if (s == NULL)
        return no_memory(err);
    out->spans = s;
    out->n_spans = (uint32_t)l->packets.n;
    return impair_sane_spans(l, s, err) != 0 ? 2 : 0;
}

int impairs_set(const struct scenario_link *l, struct sim_world *w,
                struct sim_port *p, struct conf_error *err)
{
    struct sim_impair_config c = { .jitter = l->jitter.sim,
                                   .reorder = l->reorder,
                                   .reorder_ns = l->reorder_ns,
                                   .duplicate = l->duplicate,
                                   .corrupt = l->corrupt,
                                   .bit_errors = l->bit_errors };
    int e = to_loss(&l->loss_model, l->loss, w, &c.loss, err);

    if (e == 0 && sim_port_impair(p, &c) < 0)
        e = no_memory(err);
    return e;
}
