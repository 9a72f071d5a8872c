/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RED: Floyd, Jacobson, "Random early detection gateways for congestion
 * avoidance", IEEE/ACM ToN 1(4), 1993, its figure 2, in packets; "gentle" is
 * Floyd's recommendation of 2000.  Packets that come are dropped or marked
 * with a probability that grows with the average of what waits, more evenly
 * spaced than by chance alone.  Above the last threshold all are dropped,
 * even where a mark might do (RFC 3168, 7).
 */
#include "config.h"

#include "models/queue_parts.h"

#include <math.h>

struct queue_red {
    struct queue queue;
    struct queue_list list;
    struct red state;
};

static struct queue_red *of(struct queue *q)
{
    return (struct queue_red *)q;
}

/* The paper's; max_p is Floyd's of 1997. */
static void fill(struct queue_config *c)
{
    c->min_packets = 5;
    c->max_packets = 15;
    c->max_p = 0.1;
    c->weight = 0.002;
    c->gentle = true;
    c->packet_ns = 1.2e6; /* 1,500 octets at 10 Mbit/s */
}

static const char *check(const struct queue_config *c)
{
    if (!(c->min_packets > 0 && c->max_packets > c->min_packets &&
          c->max_packets <= 1e9))
        return "RED's thresholds are more than 0 and at most 1000000000, the "
               "second more than the first";
    if (!(c->max_p > 0 && c->max_p <= 1))
        return "RED's probability is more than 0 and at most 1";
    if (!(c->weight > 0 && c->weight <= 1))
        return "RED's weight is more than 0 and at most 1";
    if (!(c->packet_ns > 0 && c->packet_ns <= 1e15))
        return "RED's time of a packet is more than 0 and at most 1000000 s";
    return NULL;
}

static bool init(struct queue *q)
{
    queue_list_init(&of(q)->list);
    red_init(&of(q)->state);
    return true;
}

static void fini(struct queue *q)
{
    (void)q;
}

static void put(struct queue *q, struct queue_item *i)
{
    struct red *s = &of(q)->state;
    enum red_verdict verdict;

    red_average(s, &q->c, q->packets, i->since_ns);
    verdict = red_judge(s, &q->c, &q->rng);
    if (verdict == RED_DROP || (verdict == RED_HIT && !queue_mark(q, i)))
        queue_drop(q, i, QUEUE_EARLY);
    else if (queue_is_full(q, i))
        queue_drop(q, i, QUEUE_FULL);
    else
        queue_append(q, &of(q)->list, i);
}

static bool take(struct queue *q, pptp_ns now, struct queue_item *out)
{
    struct red *s = &of(q)->state;

    if (queue_remove(q, &of(q)->list, out))
        return true;
    if (!s->idle) {
        s->idle = true;
        s->idle_ns = now;
    }
    return false;
}

void red_init(struct red *s)
{
    *s = (struct red){ .count = -1, .idle = true };
}

void red_average(struct red *s, const struct queue_config *c, uint32_t waiting,
                 pptp_ns now)
{
    if (s->idle) {
        double packets = (double)(now - s->idle_ns) / c->packet_ns;

        s->average *= pow(1 - c->weight, packets);
        s->idle = false;
    } else {
        s->average += c->weight * (waiting - s->average);
    }
}

/* p_b: at the average of now, before the spacing. */
static double probability(const struct red *s, const struct queue_config *c)
{
    double above = s->average - c->max_packets;

    if (above < 0)
        return c->max_p * (s->average - c->min_packets) /
               (c->max_packets - c->min_packets);
    if (c->gentle && above < c->max_packets)
        return c->max_p + (1 - c->max_p) * above / c->max_packets;
    return 1;
}

enum red_verdict red_judge(struct red *s, const struct queue_config *c,
                           struct rng *r)
{
    double p, rest;

    if (s->average < c->min_packets) {
        s->count = -1;
        return RED_PASS;
    }
    p = probability(s, c);
    s->count++;
    rest = 1 - (double)s->count * p;
    if (p < 1 && rng_real(r) * rest >= p) /* p_a = p / rest, at most 1 */
        return RED_PASS;
    s->count = 0;
    return p < 1 ? RED_HIT : RED_DROP;
}

const struct queue_ops queue_ops_red = {
    .name = "red",
    .size = sizeof(struct queue_red),
    .fill = fill,
    .check = check,
    .init = init,
    .fini = fini,
    .put = put,
    .take = take,
};
