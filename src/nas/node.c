/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actions switched, and what has to wait; node.h. */
#include "config.h"

#include "nas/node.h"

#include <string.h>

/* --- what the core wants ------------------------------------------------ */

static void on_action(void *ctx, const struct pptp_action *a)
{
    struct nas_node *n = ctx;

    switch (a->type) {
    case PPTP_ACT_GRE_SEND: n->io->gre_send(n->io_ctx, a); return;
    case PPTP_ACT_TCP_SEND: n->io->tcp_send(n->io_ctx, a); return;
    case PPTP_ACT_TCP_OPEN: n->io->tcp_open(n->io_ctx, a); return;
    case PPTP_ACT_TCP_CLOSE: n->io->tcp_close(n->io_ctx, a); return;
    case PPTP_ACT_CONN_UP:
    case PPTP_ACT_CONN_DOWN:
    case PPTP_ACT_CALL_NEW:
    case PPTP_ACT_CALL_UP:
    case PPTP_ACT_CALL_DOWN:
    case PPTP_ACT_LINE_DIAL:
    case PPTP_ACT_LINE_ANSWER:
    case PPTP_ACT_LINE_HANGUP:
    case PPTP_ACT_LINE_ACCM:
    case PPTP_ACT_FRAME_OUT:
    case PPTP_ACT_HOLD:
    case PPTP_ACT_RESUME: break;
    }
    n->role->action(n->role_ctx, a);
}

/* --- what waits --------------------------------------------------------- */

/* Twice the room; the ring begins at 0 again. */
PPTP_COLD static bool grow(struct nas_node *n)
{
    uint32_t room = 2 * n->room, first = n->room - n->at;
    struct nas_later *more = alloc_take(n->from, room * sizeof *more);

    if (more == NULL)
        return false;
    memcpy(more, n->later + n->at, first * sizeof *more);
    memcpy(more + first, n->later, n->at * sizeof *more);
    alloc_give(n->from, n->later);
    n->later = more;
    n->at = 0;
    n->room = room;
    return true;
}

void nas_later(struct nas_node *n, unsigned kind, uint32_t id, pptp_pkt pkt)
{
    uint32_t at;

    if (n->count == n->room && !grow(n)) {
        n->exhausted = true;
        return;
    }
    at = n->at + n->count;
    if (at >= n->room)
        at -= n->room;
    n->later[at] = (struct nas_later){ .kind = (uint8_t)kind,
                                       .id = id,
                                       .pkt = pkt };
    n->count++;
}

static void feed(struct nas_node *n, const struct nas_later *l)
{
    switch (l->kind) {
    case NAS_FRAME: pptp_node_frame(&n->node, l->id, l->pkt); break;
    case NAS_FRAME_DONE: pptp_node_frame_done(&n->node, l->id, l->pkt); break;
    case NAS_FRAME_DROPPED:
        pptp_node_frame_dropped(&n->node, l->id, l->pkt);
        break;
    case NAS_CALL_CLOSE: pptp_node_call_close(&n->node, l->id); break;
    case NAS_CONN_CLOSE:
        pptp_node_close(&n->node, l->id, PPTP_STOP_NONE);
        break;
    case NAS_TCP_FAILED:
        pptp_node_tcp_event(&n->node, l->id, PPTP_TCP_FAILED, NULL);
        break;
    default: n->role->later(n->role_ctx, l); break;
    }
}

/* What waits, and what comes of it; there is something. */
static void do_all(struct nas_node *n, pptp_ns now)
{
    do {
        struct nas_later l = n->later[n->at];

        /* an empty ring begins anew, so that few cache lines stay in use */
        if (--n->count == 0 || ++n->at == n->room)
            n->at = 0;
        pptp_node_begin(&n->node, now);
        feed(n, &l);
        n->deadline = pptp_node_step(&n->node);
    } while (n->count > 0);
}

void nas_do(struct nas_node *n)
{
    if (n->count > 0)
        do_all(n, n->node.now_ns);
}

pptp_ns nas_settle(struct nas_node *n)
{
    n->deadline = pptp_node_step(&n->node);
    nas_do(n);
    return n->deadline;
}

void nas_go_on(struct nas_node *n, pptp_ns now)
{
    if (n->deadline <= now) {
        nas_begin(n, now);
        n->deadline = pptp_node_step(&n->node);
    }
    if (n->count > 0)
        do_all(n, now);
}

/* --- life --------------------------------------------------------------- */

int nas_node_init(struct nas_node *n, uint32_t room)
{
    n->node.act = on_action;
    n->node.ctx = n;
    n->deadline = PPTP_NEVER;
    n->at = n->count = 0;
    n->room = room;
    n->exhausted = false;
    n->later = alloc_take(n->from, room * sizeof *n->later);
    return n->later == NULL ? PPTP_ERR_RESOURCE : PPTP_OK;
}

void nas_node_fini(struct nas_node *n)
{
    alloc_give(n->from, n->later);
    n->later = NULL;
}
