/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of ports; changes.h. */
#include "config.h"

#include "sim/changes.h"

#include "sim/port_queue.h"

enum { BEGINS, ENDS };

struct due {
    struct sim_sink sink; /* first; arg: whether it begins or ends */
    struct sim_port *port;
    struct sim_change c;
    struct sim_port_state before; /* once it has begun */
};

/* Of the FIFO or of a queue that decides. */
static uint32_t limit_of(const struct sim_port *p)
{
    return p->queue != NULL ? queue_settings(p->queue->queue)->limit_packets
                            : p->limit_packets;
}

static void set_limit(struct sim_port *p, uint32_t packets)
{
    struct queue_config c;

    if (p->queue == NULL) {
        sim_port_set_queue(p, packets, p->limit_octets);
        return;
    }
    c = *queue_settings(p->queue->queue);
    c.limit_packets = packets;
    queue_change(p->queue->queue, &c);
}

static void set_model(struct sim_port *p, const struct queue_config *to)
{
    const struct queue_config *now = queue_settings(p->queue->queue);
    struct queue_config c = *to;

    c.limit_packets = now->limit_packets;
    c.limit_octets = now->limit_octets;
    queue_change(p->queue->queue, &c);
}

static struct sim_port_state state_of(const struct sim_port *p)
{
    struct sim_port_state s = { .rate_octets = p->rate_octets,
                                .latency_ns = p->latency_ns,
                                .queue_packets = limit_of(p),
                                .down = p->cut,
                                .impair = sim_port_impaired(p) };

    if (p->queue != NULL)
        s.model = *queue_settings(p->queue->queue);
    return s;
}

static void take_impair(struct sim_impair_config *to,
                        const struct sim_impair_config *from, uint32_t what)
{
    if (what & SIM_CHANGE_LOSS)
        to->loss = from->loss;
    if (what & SIM_CHANGE_JITTER)
        to->jitter = from->jitter;
    if (what & SIM_CHANGE_REORDER)
        to->reorder = from->reorder;
    if (what & SIM_CHANGE_DUPLICATE)
        to->duplicate = from->duplicate;
    if (what & SIM_CHANGE_CORRUPT)
        to->corrupt = from->corrupt;
    if (what & SIM_CHANGE_BITS)
        to->bit_errors = from->bit_errors;
}

/* Memory for impairments there is since the change was made. */
static void set(struct sim_port *p, const struct sim_port_state *s,
                uint32_t what)
{
    struct sim_impair_config c = sim_port_impaired(p);

    if (what & SIM_CHANGE_DOWN)
        sim_port_set_down(p, s->down);
    if (what & SIM_CHANGE_RATE)
        sim_port_set_rate(p, s->rate_octets);
    if (what & SIM_CHANGE_LATENCY)
        sim_port_set_latency(p, s->latency_ns);
    if (what & SIM_CHANGE_QUEUE)
        set_limit(p, s->queue_packets);
    if (what & SIM_CHANGE_MODEL)
        set_model(p, &s->model);
    take_impair(&c, &s->impair, what);
    if (what >= SIM_CHANGE_LOSS)
        (void)sim_port_impair(p, &c);
}

static void on_time(struct sim_sink *self, uint32_t arg)
{
    struct due *d = (struct due *)(void *)self;

    if (arg == BEGINS)
        d->before = state_of(d->port);
    set(d->port, arg == BEGINS ? &d->c.state : &d->before, d->c.what);
}

/* The end is in the calendar before the beginning of what begins then. */
int sim_port_change(struct sim_port *p, struct sim_arena *a,
                    const struct sim_change *c)
{
    struct due *d = sim_arena_take(a, sizeof *d);
    const struct sim_impair_config now = sim_port_impaired(p);
    struct sim_calendar *cal = p->net->cal;

    if (d == NULL || (c->what >= SIM_CHANGE_LOSS && p->impair == NULL &&
                      sim_port_impair(p, &now) < 0))
        return PPTP_ERR_RESOURCE;
    *d = (struct due){ .sink = { on_time }, .port = p, .c = *c };
    if (!sim_calendar_at(cal, c->at_ns, &d->sink, BEGINS) ||
        (c->for_ns > 0 &&
         !sim_calendar_at(cal, c->at_ns + c->for_ns, &d->sink, ENDS)))
        return PPTP_ERR_RESOURCE;
    return PPTP_OK;
}
