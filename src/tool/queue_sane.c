/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queues that decide; queue_sane.h. */
#include "config.h"

#include "tool/queue_sane.h"

/* A link that is down has no packets to count by. */
#define PACKET_MAX_NS 1e15

struct queue_config queue_sane_config(const struct scenario_queue *q,
                                      double rate_octets)
{
    struct queue_config c = q->model, preset;

    queue_config_default(&preset, c.kind);
    c.limit_packets = preset.limit_packets;
    c.limit_octets = preset.limit_octets;
    c.target_ns = q->target_ns;
    if (c.target_ns == KEY_AUTO)
        c.target_ns = preset.target_ns;
    c.packet_ns = q->packet_octets * 1e9 / rate_octets;
    if (!(c.packet_ns < PACKET_MAX_NS))
        c.packet_ns = PACKET_MAX_NS;
    return c;
}

static int check_config(const struct scenario_queue *q, struct conf_error *err)
{
    struct queue_config c = queue_sane_config(q, 1e6);
    const char *what = queue_config_check(&c);

    return what == NULL
               ? 0
               : conf_fail(err, q->node, "key 'queue_model': %s", what);
}

static int check_change(const struct scenario_link *l,
                        const struct scenario_queue *q, struct conf_error *err)
{
    if (q->node == NULL)
        return 0;
    if (!queue_sane_decides(l) || q->model.kind != l->queue_model.model.kind)
        return conf_fail(err, q->node,
                         "key 'queue_model': what decides at link '%.70s' "
                         "stays what it is; only its parameters change",
                         l->name);
    if (q->model.flows != l->queue_model.model.flows)
        return conf_fail(err, conf_get(q->node, "flows"),
                         "key 'flows': the queues stay as many");
    return check_config(q, err);
}

int queue_sane_check(const struct scenario_link *l, struct conf_error *err)
{
    if (conf_check_named(l->queue_model.node, "model", err) != 0)
        return -1;
    if (l->queue_model.model.kind == SCENARIO_QUEUE_AS_IT_IS)
        return conf_fail(err, conf_get(l->queue_model.node, "model"),
                         "key 'model': as_is is only for changes");
    if (queue_sane_decides(l) && check_config(&l->queue_model, err) != 0)
        return -1;
    for (size_t i = 0; i < l->n_changes; i++)
        if (check_change(l, &l->changes[i].queue_model, err) != 0)
            return -1;
    return 0;
}
