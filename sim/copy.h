/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A packet that goes on while the tunnel has its own back. */
#ifndef SIM_COPY_H
#define SIM_COPY_H

#include <string.h>

#include "base/packet.h"

/* With the mark, which the first one loses; PPTP_PKT_NONE without a packet. */
static inline pptp_pkt sim_packet_copy(struct pptp_pool *pool, pptp_pkt pkt)
{
    struct pptp_packet *from = pptp_pool_at(pool, pkt), *to;
    pptp_pkt h = pptp_pool_take(pool, from->off);

    if (h == PPTP_PKT_NONE)
        return h;
    to = pptp_pool_at(pool, h);
    memcpy(pptp_packet_data(to), pptp_packet_data(from), from->head_len);
    to->head_len = from->head_len;
    to->tail_len = from->tail_len;
    to->born_ns = from->born_ns;
    memcpy(to->world, from->world, sizeof to->world);
    from->world[2] = 0;
    return h;
}

#endif
