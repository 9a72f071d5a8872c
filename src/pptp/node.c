/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* See node.h. */
#include "config.h"

#include "pptp/node.h"

static void drain(struct pptp_node *n)
{
    struct pptp_action a;
    struct pptp_trace_rec r;

    while (pptp_peer_poll(n->peer, &a))
        n->act(n->ctx, &a);
    while (pptp_peer_trace_poll(n->peer, &r))
        if (n->trace != NULL)
            n->trace(n->ctx, &r);
}

void pptp_node_begin(struct pptp_node *n, pptp_ns now)
{
    PPTP_ASSERT(!n->busy && now >= n->now_ns);
    n->busy = true;
    n->now_ns = now;
}

pptp_ns pptp_node_step(struct pptp_node *n)
{
    uint32_t rounds = 0;

    PPTP_ASSERT(n->busy);
    drain(n);
    while (pptp_peer_deadline(n->peer) <= n->now_ns) {
        PPTP_ASSERT(rounds++ < PPTP_NODE_ROUNDS);
        pptp_peer_advance(n->peer, n->now_ns);
        drain(n);
    }
    n->busy = false;
    return pptp_peer_deadline(n->peer);
}
