/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of queue.def by their names; queue.h. */
#include "config.h"

#include "models/queue.h"

#include <stdlib.h>

#include "models/queue_parts.h"

static const struct queue_ops *const kinds[QUEUE_KINDS] = {
#define X(name, kind, help) &queue_ops_##name,
#include "models/queue.def"
#undef X
};

void queue_config_default(struct queue_config *c, enum queue_kind kind)
{
    PPTP_ASSERT(kind < QUEUE_KINDS);
    *c = (struct queue_config){ .kind = kind,
                                .limit_packets = 1000,
                                .limit_octets = UINT64_MAX };
    kinds[kind]->fill(c);
}

const char *queue_config_check(const struct queue_config *c)
{
    PPTP_ASSERT(c->kind < QUEUE_KINDS);
    /* nodes are counted in 32 bits, and one is always to spare */
    if (c->limit_packets == 0 || c->limit_packets > UINT32_MAX / 4)
        return "a queue needs a limit from 1 to 1073741823 packets";
    if (c->limit_octets == 0)
        return "a queue of 0 octets passes nothing";
    return kinds[c->kind]->check(c);
}

struct queue *queue_new(const struct queue_config *c, uint64_t seed,
                        const char *name)
{
    struct queue *q;

    PPTP_ASSERT(queue_config_check(c) == NULL);
    q = calloc(1, kinds[c->kind]->size);
    if (q == NULL)
        return NULL;
    q->ops = kinds[c->kind];
    q->c = *c;
    q->free = QUEUE_NONE;
    queue_list_init(&q->dropped);
    rng_init_named(&q->rng, seed, name);
    if (!queue_has_room(q) || !q->ops->init(q)) {
        queue_free(q);
        return NULL;
    }
    return q;
}

void queue_free(struct queue *q)
{
    if (q == NULL)
        return;
    q->ops->fini(q);
    free(q->node);
    free(q);
}

const struct queue_config *queue_settings(const struct queue *q)
{
    return &q->c;
}

void queue_change(struct queue *q, const struct queue_config *c)
{
    PPTP_ASSERT(queue_config_check(c) == NULL && c->kind == q->c.kind);
    PPTP_ASSERT(c->flows == q->c.flows);
    q->c = *c;
}

void queue_put(struct queue *q, const struct queue_item *i)
{
    struct queue_item own = *i;

    PPTP_ASSERT(i->octets > 0);
    own.ce = false;
    if (!queue_has_room(q))
        queue_drop(q, &own, QUEUE_FULL);
    else
        q->ops->put(q, &own);
}

bool queue_take(struct queue *q, pptp_ns now, struct queue_item *out)
{
    return q->ops->take(q, now, out);
}

uint32_t queue_packets(const struct queue *q)
{
    return q->packets;
}

uint64_t queue_octets(const struct queue *q)
{
    return q->octets;
}
