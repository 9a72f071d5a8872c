/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * FQ-CoDel, RFC 8290: packets are hashed to queues, which take turns by
 * octets (deficit round robin) and have a CoDel each.  A queue that becomes
 * active has its first turn before those that have been for longer.
 *
 * A flow costs 64 octets beside its packets.  Work on a packet does not grow
 * with flows; only where a limit is passed, all are looked at for the fattest,
 * which then loses up to half of what it has.
 */
#include "config.h"

#include "models/queue_parts.h"

#include <stdlib.h>

enum { BATCH = 64 };

struct flow {
    struct queue_list list;
    struct codel state;
    int64_t deficit; /* octets that it may still send in this round */
    uint32_t next;   /* in its list of flows */
    bool active;     /* in one */
};

struct queue_fq_codel {
    struct queue queue;
    struct flow *flow;
    uint64_t *octets; /* of each flow, apart: all are looked at at once */
    uint64_t salt;
    struct queue_list fresh, old; /* flows, 4.2: new and old queues */
};

static struct queue_fq_codel *of(struct queue *q)
{
    return (struct queue_fq_codel *)q;
}

static void fill(struct queue_config *c)
{
    codel_fill(c);
    c->limit_packets = 10240; /* 5.2 */
    c->flows = 1024;
    c->quantum = 1514;
    c->ecn = true;
}

static const char *check(const struct queue_config *c)
{
    if (c->flows == 0 || c->flows > 65536)
        return "FQ-CoDel has from 1 to 65536 queues for flows";
    /* fewer would make rounds without a packet */
    if (c->quantum < 256 || c->quantum > 1 << 30)
        return "FQ-CoDel's quantum is from 256 to 1073741824 octets";
    return codel_check(c);
}

static bool init(struct queue *q)
{
    struct queue_fq_codel *f = of(q);

    f->flow = calloc(q->c.flows, sizeof *f->flow);
    f->octets = calloc(q->c.flows, sizeof *f->octets);
    if (f->flow == NULL || f->octets == NULL)
        return false;
    for (uint32_t i = 0; i < q->c.flows; i++)
        queue_list_init(&f->flow[i].list);
    queue_list_init(&f->fresh);
    queue_list_init(&f->old);
    f->salt = rng_next(&q->rng);
    return true;
}

static void fini(struct queue *q)
{
    free(of(q)->flow);
    free(of(q)->octets);
}

/* Last in a list of flows. */
static void join(struct queue_fq_codel *f, struct queue_list *l, uint32_t i)
{
    f->flow[i].next = QUEUE_NONE;
    if (l->head == QUEUE_NONE)
        l->head = i;
    else
        f->flow[l->tail].next = i;
    l->tail = i;
}

/* The first of a list of flows, out of it. */
static uint32_t leave(struct queue_fq_codel *f, struct queue_list *l)
{
    uint32_t i = l->head;

    l->head = f->flow[i].next;
    return i;
}

/* 4.1: from the head of the flow with most octets. */
static PPTP_COLD void drop_fattest(struct queue_fq_codel *f)
{
    struct queue *q = &f->queue;
    uint32_t fattest = 0, n = 0;
    uint64_t half;
    struct queue_item i;

    for (uint32_t k = 1; k < q->c.flows; k++)
        if (f->octets[k] > f->octets[fattest])
            fattest = k;
    half = f->octets[fattest] / 2;
    do {
        queue_remove(q, &f->flow[fattest].list, &i);
        f->octets[fattest] -= i.octets;
        queue_drop(q, &i, QUEUE_FULL);
    } while (++n < BATCH && f->octets[fattest] > half);
}

static void put(struct queue *q, struct queue_item *i)
{
    struct queue_fq_codel *f = of(q);
    uint64_t hash = rng_mix(f->salt ^ i->flow) >> 32;
    uint32_t at = (uint32_t)(hash * q->c.flows >> 32);
    struct flow *own = &f->flow[at];

    queue_append(q, &own->list, i);
    f->octets[at] += i->octets;
    if (!own->active) {
        own->active = true;
        own->deficit = q->c.quantum;
        join(f, &f->fresh, at);
    }
    while (q->packets > q->c.limit_packets || q->octets > q->c.limit_octets)
        drop_fattest(f);
}

/* 4.2: a fresh flow that has sent what it had waits a round as others do, so
 * that none is fresh by sending little and often. */
static bool take(struct queue *q, pptp_ns now, struct queue_item *out)
{
    struct queue_fq_codel *f = of(q);

    for (;;) {
        bool fresh = f->fresh.head != QUEUE_NONE;
        struct queue_list *l = fresh ? &f->fresh : &f->old;
        struct flow *first;
        uint64_t before = q->octets;

        if (l->head == QUEUE_NONE)
            return false;
        first = &f->flow[l->head];
        if (first->deficit <= 0) {
            first->deficit += q->c.quantum;
            join(f, &f->old, leave(f, l));
            continue;
        }
        q->octets_apart = q->c.mtu_of_flow ? q->octets - f->octets[l->head]
                                           : 0;
        if (codel_take(q, &first->list, &first->state, now, out)) {
            f->octets[l->head] -= before - q->octets;
            first->deficit -= out->octets;
            return true;
        }
        f->octets[l->head] = 0;
        if (fresh) {
            join(f, &f->old, leave(f, l));
        } else {
            first->active = false;
            leave(f, l);
        }
    }
}

const struct queue_ops queue_ops_fq_codel = {
    .name = "fq_codel",
    .size = sizeof(struct queue_fq_codel),
    .fill = fill,
    .check = check,
    .init = init,
    .fini = fini,
    .put = put,
    .take = take,
};
