/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control connections that are kept up; reopen.h. */
#include "config.h"

#include "sim/reopen.h"

#include <stdio.h>

#include "base/rng.h"
#include "sim/feed.h"

static void at_time(struct sim_reopen *r, pptp_ns at)
{
    sim_calendar_at(&r->node->world->cal, at, &r->sink, ++r->turn);
}

/* Its next turn; who is off has none until it is on. */
static void later(struct sim_reopen *r)
{
    const struct sim_node *n = r->node;

    if (n->reopen.first_ns == 0)
        return;
    r->waits = true;
    if (!n->off)
        at_time(r, n->world->cal.now +
                       nas_again_wait(&n->reopen, &r->in_vain, &r->random));
}

static void back(struct sim_reopen *r)
{
    r->in_vain = 0;
    sim_returns_back(&r->returns, r->node->world->cal.now);
}

static int open_now(struct sim_reopen *r)
{
    struct sim_node *n = r->node;
    pptp_conn_id conn;
    int err;

    sim_begin(n);
    n->opening = r;
    err = pptp_node_open(&n->nas.node, &r->to->addr, &conn);
    sim_finish(n);
    n->opening = NULL;
    return err;
}

static void on_turn(struct sim_sink *s, uint32_t turn)
{
    struct sim_reopen *r = (struct sim_reopen *)(void *)s;
    int err;

    if (turn != r->turn || r->node->off)
        return;
    r->waits = false;
    err = open_now(r);
    if (err == PPTP_ERR_RESOURCE)
        later(r);
    else if (err < 0) /* of two that open to each other one is enough: 3.1.3 */
        back(r);
}

int sim_reopen_begin(struct sim_node *n, const struct sim_node *to)
{
    struct sim_reopen *r = sim_arena_take(&n->world->arena, sizeof *r);
    char name[600];
    struct rng rng;

    if (r == NULL)
        return PPTP_ERR_RESOURCE;
    snprintf(name, sizeof name, "reconnect %s %s", n->name, to->name);
    rng_init_named(&rng, n->world->seed, name);
    *r = (struct sim_reopen){ .sink = { .event = on_turn },
                              .node = n,
                              .to = to,
                              .next = n->reopens,
                              .random = rng_next(&rng) };
    n->reopens = r;
    return open_now(r);
}

void sim_reopen_fini(struct sim_node *n)
{
    for (struct sim_reopen *r = n->reopens; r != NULL; r = r->next) {
        hist_free(&r->returns.away);
        hist_free(&r->before.away);
    }
}

void sim_reopen_up(struct sim_reopen *r)
{
    r->up = true;
    back(r);
}

void sim_reopen_down(struct sim_reopen *r)
{
    if (r->up)
        sim_returns_lost(&r->returns, r->node->world->cal.now);
    r->up = false;
    later(r);
}

void sim_reopen_all(struct sim_node *n)
{
    for (struct sim_reopen *r = n->reopens; r != NULL; r = r->next)
        if (r->waits) {
            r->in_vain = 0;
            at_time(r, n->world->cal.now);
        }
}
