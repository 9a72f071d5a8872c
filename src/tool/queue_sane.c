/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queues that decide; queue_sane.h. */
#include "config.h"

#include "tool/queue_sane.h"

/* A link that is down has no packets to count by. */
#define PACKET_MAX_NS 1e15

struct queue_config queue_sane_config(const struct scenario_link *l,
                                      double rate_octets)
{
    struct queue_config c = l->queue_model.model, preset;

    queue_config_default(&preset, c.kind);
    c.limit_packets = l->queue_packets;
    c.limit_octets = l->queue_octets > 0 ? l->queue_octets : UINT64_MAX;
    c.target_ns = l->queue_model.target_ns;
    if (c.target_ns == KEY_AUTO)
        c.target_ns = preset.target_ns;
    c.packet_ns = l->queue_model.packet_octets * 1e9 / rate_octets;
    if (!(c.packet_ns < PACKET_MAX_NS))
        c.packet_ns = PACKET_MAX_NS;
    return c;
}

int queue_sane_check(const struct scenario_link *l, struct conf_error *err)
{
    struct queue_config c;
    const char *what;

    if (conf_check_named(l->queue_model.node, "model", err) != 0)
        return -1;
    if (!queue_sane_decides(l))
        return 0;
    c = queue_sane_config(l, 1e6);
    what = queue_config_check(&c);
    if (what != NULL)
        return conf_fail(err, l->queue_model.node, "key 'queue_model': %s",
                         what);
    return 0;
}
