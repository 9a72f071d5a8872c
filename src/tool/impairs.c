/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Impairments of links; impairs.h. */
#include "config.h"

#include "tool/impairs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/delivery.h"
#include "sim/changes.h"
#include "sim/file.h"
#include "tool/impair_sane.h"
#include "tool/queue_sane.h"
#include "tool/sane.h"

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

static struct jitter_config to_jitter(const struct scenario_jitter *j)
{
    return (int)j->sim.kind == SCENARIO_JITTER_AS_IT_IS
               ? (struct jitter_config){ .kind = JITTER_none }
               : j->sim;
}

static int set_change(const struct scenario_change *c, struct sim_world *w,
                      struct sim_port *p, struct conf_error *err)
{
    struct sim_change out = {
        .at_ns = c->at_ns,
        .for_ns = c->for_ns,
        .what = impair_sane_said(c),
        .state = { .rate_octets = (double)c->rate_bps / 8,
                   .latency_ns = c->latency_ns,
                   .queue_packets = c->queue_packets,
                   .down = c->down,
                   .impair = { .jitter = to_jitter(&c->jitter),
                               .reorder = c->reorder,
                               .duplicate = c->duplicate,
                               .corrupt = c->corrupt,
                               .bit_errors = c->bit_errors } },
    };
    int e = to_loss(&c->loss_model, c->loss, w, &out.state.impair.loss, err);

    if (out.what & SIM_CHANGE_MODEL)
        out.state.model = queue_sane_config(
            &c->queue_model, out.what & SIM_CHANGE_RATE ? out.state.rate_octets
                                                        : p->rate_octets);
    if (e != 0)
        return e;
    return sim_port_change(p, &w->arena, &out) < 0 ? no_memory(err) : 0;
}

/* The text of a trace, in memory of the world. */
static int to_delivery(const struct scenario_link *l, const char *text,
                       size_t octets, struct sim_world *w,
                       struct delivery *out, struct conf_error *err)
{
    struct delivery_fault fault = { NULL, 0 };
    struct delivery d;
    int e = delivery_parse(&d, text, octets, &fault);

    if (e == PPTP_OK) {
        out->n = d.n;
        out->ms = sim_arena_take(&w->arena, d.n * sizeof *d.ms);
        if (out->ms != NULL)
            memcpy(out->ms, d.ms, d.n * sizeof *d.ms);
    }
    delivery_fini(&d);
    if (e == PPTP_ERR_ARGUMENT) {
        conf_fail(err, NULL, "%.200s:%" PRIu32 ": %s", l->delivery, fault.line,
                  fault.what);
        return 2;
    }
    return e < 0 || out->ms == NULL ? no_memory(err) : 0;
}

static int check_first(const struct scenario_link *l, const struct delivery *d,
                       pptp_ns duration_ns, struct conf_error *err)
{
    if (duration_ns < SANE_CUT_NS || d->ms[0] * PPTP_MS < duration_ns)
        return 0;
    conf_fail(err, NULL,
              "%.200s:1: the run ends before the first packet may leave",
              l->delivery);
    return 2;
}

static int set_delivery(const struct scenario_link *l, pptp_ns duration_ns,
                        struct sim_world *w, struct sim_port *p,
                        struct conf_error *err)
{
    const struct conf_node *at = conf_get(l->node, "delivery");
    struct delivery *d = sim_arena_take(&w->arena, sizeof *d);
    size_t octets;
    char *text;
    int e;

    if (p->fatpipe) {
        conf_fail(err, at,
                  "key 'delivery': link '%.70s' is a FATPIPE, which "
                  "sends every packet at once",
                  l->name);
        return 2;
    }
    text = sim_file_read(l->delivery, &octets);
    if (text == NULL) {
        conf_fail(err, at, "key 'delivery': %.200s: %s", l->delivery,
                  strerror(errno));
        return 2;
    }
    e = d == NULL ? no_memory(err) : to_delivery(l, text, octets, w, d, err);
    free(text);
    if (e == 0)
        e = check_first(l, d, duration_ns, err);
    if (e == 0 && sim_port_set_delivery(p, d) < 0)
        e = no_memory(err);
    return e;
}

int impairs_set(const struct scenario_link *l, pptp_ns duration_ns,
                struct sim_world *w, struct sim_port *p,
                struct conf_error *err)
{
    struct sim_impair_config c = { .jitter = to_jitter(&l->jitter),
                                   .reorder = l->reorder,
                                   .reorder_ns = l->reorder_ns,
                                   .duplicate = l->duplicate,
                                   .corrupt = l->corrupt,
                                   .bit_errors = l->bit_errors };
    int e = to_loss(&l->loss_model, l->loss, w, &c.loss, err);

    if (e == 0 && sim_port_impair(p, &c) < 0)
        e = no_memory(err);
    if (e == 0 && l->delivery != NULL)
        e = set_delivery(l, duration_ns, w, p, err);
    for (size_t i = 0; e == 0 && i < l->n_changes; i++)
        e = set_change(&l->changes[i], w, p, err);
    return e;
}
