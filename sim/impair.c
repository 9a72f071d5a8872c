/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets that are hit; impair.h. */
#include "config.h"

#include "sim/impair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/loss_models.h"
#include "sim/address.h"

enum { NAME_OCTETS = 300 };

/* What hits a share of the packets, each with draws of its own. */
enum hit { HIT_LOSS, HIT_CORRUPT, HIT_DUPLICATE, HIT_REORDER, HITS };

struct gap {
    struct loss model;
    struct rng rng;
    uint64_t at; /* number of the packet */
    bool hits;   /* it, or it is only time to ask again */
    bool set;
};

struct sim_impair {
    struct sim_sink late; /* first; arg: a packet that was held arrives */
    struct sim_port *port;
    struct sim_impair_config c;
    struct gap gaps[HITS];
    bool every;       /* packet is looked at */
    uint64_t last_ns; /* when the latest in order arrives */
    uint64_t bits;    /* that pass until the next is wrong */
    double bit_scale;
    struct rng where; /* of damage */
    struct dist_rng delays;
};

/* --- which packets ------------------------------------------------------- */

static void gap_ask(struct gap *g, uint64_t from)
{
    uint64_t n;

    g->hits = loss_next(&g->model, &g->rng, &n);
    g->at = from + n;
}

/* Whether it hits packet n, and which one is next. */
static bool gap_hits(struct gap *g, uint64_t n)
{
    bool hits = false;

    while (g->at <= n) {
        hits = hits || g->hits;
        gap_ask(g, g->at + g->hits);
    }
    return hits;
}

/* The first from `n` on that has to be looked at. */
static uint64_t next_hit(const struct sim_impair *m, uint64_t n)
{
    uint64_t at = UINT64_MAX;

    if (m->every)
        return n;
    for (int i = 0; i < HITS; i++)
        at = m->gaps[i].at < at ? m->gaps[i].at : at;
    return at;
}

/* --- what becomes of them ------------------------------------------------ */

static void end_here(struct sim_port *p, pptp_pkt pkt, enum sim_place place)
{
    if (place == SIM_PLACE_corrupt)
        p->corrupt++;
    else
        p->lost++;
    sim_net_lose(p->net, p, pkt, place);
}

/* Bit `at` is another, be it of octets that are not there. */
static void flip(struct pptp_packet *k, uint64_t at)
{
    if (at / 8 < k->head_len)
        pptp_packet_data(k)[at / 8] ^= (uint8_t)(0x80 >> at % 8);
    k->world[1] |= SIM_MARK_DAMAGED;
}

/* The first octet that is damaged, or UINT64_MAX. */
static uint64_t damage(struct sim_impair *m, struct pptp_packet *k, bool hit)
{
    uint64_t bits = 8 * (uint64_t)pptp_packet_len(k), first = UINT64_MAX, at;

    if (hit && bits > 0) {
        first = rng_below(&m->where, bits);
        flip(k, first);
    }
    for (at = m->bits; at < bits;
         at += 1 + loss_geometric(&m->where, m->bit_scale)) {
        flip(k, at);
        first = at < first ? at : first;
    }
    m->bits = at - bits;
    return first / 8;
}

static bool damaged(struct sim_impair *m, pptp_pkt pkt, bool hit)
{
    struct sim_port *p = m->port;
    struct sim_net *net = p->net;
    struct pptp_packet *k = sim_packet(net, pkt);
    uint64_t octet = damage(m, k, hit);

    if (octet == UINT64_MAX / 8)
        return false;
    p->damaged++;
    if (net->damaged != NULL)
        net->damaged(net->lost_ctx, p, k, (uint32_t)octet);
    if (octet >= SIM_IP_OCTETS)
        return false;
    end_here(p, pkt, SIM_PLACE_corrupt);
    return true;
}

/* The same packet again: PPTP_PKT_NONE if the pool has none. */
static pptp_pkt copy_of(struct sim_port *p, pptp_pkt pkt)
{
    struct sim_net *net = p->net;
    struct pptp_packet *from = sim_packet(net, pkt), *to;
    struct sim_account *a = sim_marked(from);
    pptp_pkt h = pkt & SIM_PKT_BIG ? sim_packet_take_big(net, from->off)
                                   : sim_packet_take(net, from->off);

    if (h == PPTP_PKT_NONE)
        return h;
    to = sim_packet(net, h);
    memcpy(pptp_packet_data(to), pptp_packet_data(from), from->head_len);
    to->head_len = from->head_len;
    to->tail_len = from->tail_len;
    to->seq = from->seq;
    to->born_ns = from->born_ns;
    from->world[1] |= SIM_MARK_TWIN;
    memcpy(to->world, from->world, sizeof to->world);
    p->duplicated++;
    if (a != NULL)
        a->duplicated++;
    else
        net->stats.nobodys_duplicated++;
    return h;
}

static void on_late(struct sim_sink *self, uint32_t pkt)
{
    struct sim_impair *m = (struct sim_impair *)(void *)self;

    m->port->held--;
    sim_net_onward(m->port->net, pkt);
}

/* After its jitter, in order or not, and what it is later than that. */
static void go_on(struct sim_impair *m, pptp_pkt pkt, pptp_ns later_ns)
{
    struct sim_port *p = m->port;
    struct sim_calendar *cal = p->net->cal;
    bool queues = !m->c.jitter.overtake && m->c.jitter.kind != JITTER_none;
    uint64_t at = cal->now + jitter_draw(&m->c.jitter, &m->delays);

    if (queues && at < m->last_ns)
        at = m->last_ns;
    if (queues)
        m->last_ns = at;
    at += later_ns;
    /* behind those that arrive at this same time */
    if (at == cal->now && (!queues || p->held == 0))
        sim_net_onward(p->net, pkt);
    else if (sim_calendar_at(cal, at, &m->late, pkt))
        p->held++;
    else
        end_here(p, pkt, SIM_PLACE_link);
}

static void on_hit(struct sim_port *p, pptp_pkt pkt)
{
    struct sim_impair *m = p->impair;
    pptp_pkt copy = PPTP_PKT_NONE;
    pptp_ns later_ns = 0;
    bool hit[HITS];

    for (int i = 0; i < HITS; i++)
        hit[i] = gap_hits(&m->gaps[i], p->out - 1);
    p->hit_at = next_hit(m, p->out);
    if (hit[HIT_LOSS]) {
        end_here(p, pkt, SIM_PLACE_link);
        return;
    }
    if (damaged(m, pkt, hit[HIT_CORRUPT]))
        return;
    if (hit[HIT_DUPLICATE])
        copy = copy_of(p, pkt);
    if (hit[HIT_REORDER])
        later_ns = m->c.reorder_ns;
    go_on(m, pkt, later_ns);
    if (copy != PPTP_PKT_NONE)
        go_on(m, copy, later_ns);
}

/* --- what is set ---------------------------------------------------------- */

static struct sim_impair *impair_new(struct sim_port *p)
{
    static const char *const names[HITS] = { "", " corrupt", " duplicate",
                                             " reorder" };
    struct sim_impair *m = calloc(1, sizeof *m);
    char name[NAME_OCTETS];

    if (m == NULL)
        return NULL;
    m->late.event = on_late;
    m->port = p;
    for (int i = 0; i < HITS; i++) {
        snprintf(name, sizeof name, "%s%s", p->name, names[i]);
        rng_init_named(&m->gaps[i].rng, p->net->seed, name);
    }
    snprintf(name, sizeof name, "%s damage", p->name);
    rng_init_named(&m->where, p->net->seed, name);
    snprintf(name, sizeof name, "%s jitter", p->name);
    dist_rng_init(&m->delays, p->net->seed, name);
    return m;
}

/* What stays as it was goes on where it was. */
static void set_gaps(struct sim_impair *m)
{
    const struct sim_impair_config *c = &m->c;
    const struct loss_config models[HITS] = {
        [HIT_LOSS] = c->loss,
        [HIT_CORRUPT] = { .ratio = c->corrupt },
        [HIT_DUPLICATE] = { .ratio = c->duplicate },
        [HIT_REORDER] = { .ratio = c->reorder },
    };

    for (int i = 0; i < HITS; i++) {
        struct gap *g = &m->gaps[i];

        if (g->set && loss_same(&g->model.c, &models[i]))
            continue;
        g->set = true;
        loss_init(&g->model, &models[i], &g->rng);
        gap_ask(g, m->port->out);
    }
    m->every = c->bit_errors > 0 || c->jitter.kind != JITTER_none;
}

static void set_bits(struct sim_impair *m, double errors)
{
    m->bit_scale = loss_scale(errors);
    m->bits = loss_geometric(&m->where, m->bit_scale);
}

int sim_port_impair(struct sim_port *p, const struct sim_impair_config *c)
{
    struct sim_impair *m = p->impair;
    bool begins = m == NULL;

    if (begins)
        m = p->impair = impair_new(p);
    if (m == NULL)
        return PPTP_ERR_RESOURCE;
    if (begins || m->c.bit_errors != c->bit_errors)
        set_bits(m, c->bit_errors);
    m->c = *c;
    set_gaps(m);
    p->hit = on_hit;
    p->hit_at = next_hit(m, p->out);
    return PPTP_OK;
}

struct sim_impair_config sim_port_impaired(const struct sim_port *p)
{
    return p->impair != NULL ? p->impair->c
                             : (struct sim_impair_config){ .reorder = 0 };
}

int sim_port_set_loss(struct sim_port *p, double probability)
{
    struct sim_impair_config c = sim_port_impaired(p);

    c.loss = (struct loss_config){ .kind = LOSS_independent,
                                   .ratio = probability };
    return sim_port_impair(p, &c);
}
