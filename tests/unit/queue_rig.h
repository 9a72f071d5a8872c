/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A queue, and what came out of it. */
#ifndef TESTS_QUEUE_RIG_H
#define TESTS_QUEUE_RIG_H

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "models/queue.h"
#include "tests/support/suite.h"

struct rig {
    struct queue *q;
    uint32_t put, taken, marked, full, early;
    struct queue_item out;  /* the last taken */
    struct queue_item lost; /* the last dropped */
    bool ect;               /* of what is put */
};

static inline void rig_init(struct rig *g, const struct queue_config *c)
{
    ck_assert_ptr_null(queue_config_check(c));
    *g = (struct rig){ .q = queue_new(c, 7, "rig") };
    ck_assert_ptr_nonnull(g->q);
}

static inline void rig_fini(struct rig *g)
{
    ck_assert_uint_eq(g->put,
                      g->taken + g->full + g->early + queue_packets(g->q));
    queue_free(g->q);
}

static inline void rig_dropped(struct rig *g)
{
    enum queue_why why;

    while (queue_dropped(g->q, &g->lost, &why))
        (*(why == QUEUE_FULL ? &g->full : &g->early))++;
}

/* Its handle is its number. */
static inline void rig_put_flow(struct rig *g, pptp_ns now, uint32_t octets,
                                uint32_t flow)
{
    const struct queue_item i = { .pkt = g->put++,
                                  .octets = octets,
                                  .flow = flow,
                                  .ect = g->ect,
                                  .since_ns = now };

    queue_put(g->q, &i);
    rig_dropped(g);
}

static inline void rig_put(struct rig *g, pptp_ns now, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        rig_put_flow(g, now, 1500, 0);
}

static inline bool rig_take(struct rig *g, pptp_ns now)
{
    bool some = queue_take(g->q, now, &g->out);

    rig_dropped(g);
    g->taken += some;
    g->marked += some && g->out.ce;
    return some;
}

static inline void rig_take_all(struct rig *g, pptp_ns now)
{
    while (rig_take(g, now))
        ;
}

#endif
