/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets in lists, limits, and what was dropped; queue_parts.h. */
#include "config.h"

#include "models/queue_parts.h"

#include <stdlib.h>

enum { FIRST_NODES = 16 };

/* Twice as many nodes. */
static PPTP_COLD bool grow(struct queue *q)
{
    uint32_t n = q->n_nodes == 0 ? FIRST_NODES : 2 * q->n_nodes;
    struct queue_node *node = realloc(q->node, n * sizeof *node);

    if (node == NULL)
        return false;
    for (uint32_t i = q->n_nodes; i < n; i++) {
        node[i].next = q->free;
        q->free = i;
    }
    q->n_free += n - q->n_nodes;
    q->node = node;
    q->n_nodes = n;
    return true;
}

bool queue_has_room(struct queue *q)
{
    return q->n_free > 1 || grow(q);
}

void queue_list_init(struct queue_list *l)
{
    *l = (struct queue_list){ QUEUE_NONE, QUEUE_NONE };
}

static bool is_empty(const struct queue_list *l)
{
    return l->head == QUEUE_NONE;
}

static uint32_t add(struct queue *q, struct queue_list *l,
                    const struct queue_item *i)
{
    uint32_t n = q->free;

    PPTP_ASSERT(n != QUEUE_NONE);
    q->free = q->node[n].next;
    q->n_free--;
    q->node[n].item = *i;
    q->node[n].next = QUEUE_NONE;
    if (is_empty(l))
        l->head = n;
    else
        q->node[l->tail].next = n;
    l->tail = n;
    return n;
}

/* The first of a list that is not empty. */
static const struct queue_node *pop(struct queue *q, struct queue_list *l)
{
    struct queue_node *node = &q->node[l->head];
    uint32_t n = l->head;

    l->head = node->next;
    node->next = q->free;
    q->free = n;
    q->n_free++;
    return node;
}

void queue_append(struct queue *q, struct queue_list *l,
                  const struct queue_item *i)
{
    add(q, l, i);
    q->packets++;
    q->octets += i->octets;
}

bool queue_remove(struct queue *q, struct queue_list *l,
                  struct queue_item *out)
{
    if (is_empty(l))
        return false;
    *out = pop(q, l)->item;
    q->packets--;
    q->octets -= out->octets;
    return true;
}

void queue_drop(struct queue *q, const struct queue_item *i,
                enum queue_why why)
{
    q->node[add(q, &q->dropped, i)].why = why;
}

bool queue_mark(const struct queue *q, struct queue_item *i)
{
    if (!q->c.ecn || !i->ect)
        return false;
    i->ce = true;
    return true;
}

bool queue_is_full(const struct queue *q, const struct queue_item *i)
{
    return q->packets >= q->c.limit_packets ||
           q->octets + i->octets > q->c.limit_octets;
}

bool queue_dropped(struct queue *q, struct queue_item *out,
                   enum queue_why *why)
{
    const struct queue_node *node;

    if (is_empty(&q->dropped))
        return false;
    node = pop(q, &q->dropped);
    *out = node->item;
    *why = node->why;
    return true;
}
