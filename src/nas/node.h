/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A node: the core's peer and what every world does alike around it.  Each
 * action of the core is switched once: four are the world's network (struct
 * nas_io), all others the role's that the node plays (struct nas_role).  The
 * core may not be fed from within its own actions, so what follows from one
 * waits here until the step is over, frames that were digested as well.
 *
 *     nas_begin(n, now);
 *     used = pptp_node_tcp_input(&n->node, conn, octets, len);
 *     deadline = nas_settle(n);
 */
#ifndef NAS_NODE_H
#define NAS_NODE_H

#include "base/alloc.h"
#include "pptp/node.h"

/* The network, a world's. None of them may feed the node. */
struct nas_io {
    /* a->conn to a->addr; that it cannot even begin is told later, by
     * NAS_TCP_FAILED. */
    void (*tcp_open)(void *ctx, const struct pptp_action *a);
    /* a->len octets; all of them go out. */
    void (*tcp_send)(void *ctx, const struct pptp_action *a);
    /* After what was sent. */
    void (*tcp_close)(void *ctx, const struct pptp_action *a);
    /* GRE of a->call; a->pkt is the world's from here. */
    void (*gre_send)(void *ctx, const struct pptp_action *a);
};

/* What waits. `id` is a call's or a connection's, as the kind says. */
enum nas_later_kind {
    NAS_FRAME,         /* call, pkt: into the tunnel */
    NAS_FRAME_DONE,    /* call, pkt */
    NAS_FRAME_DROPPED, /* call, pkt */
    NAS_CALL_CLOSE,    /* call */
    NAS_CONN_CLOSE,    /* connection */
    NAS_TCP_FAILED,    /* connection */
    /* From here on the role's own: a PNS's, and a PAC's, apart so that one
     * node may play both. */
    NAS_ROLE,
    NAS_ROLE_PAC = NAS_ROLE + 8
};

struct nas_later {
    uint8_t kind;
    uint32_t id;
    pptp_pkt pkt;
};

/* What it does with calls. */
struct nas_role {
    /* CALL_*, LINE_*, FRAME_OUT, HOLD, RESUME, CONN_UP, CONN_DOWN. */
    void (*action)(void *role, const struct pptp_action *a);
    /* One of its own that waited: at most one input to the node. */
    void (*later)(void *role, const struct nas_later *l);
};

struct nas_node {
    struct pptp_node node; /* peer and journal are the caller's to set */
    pptp_ns deadline;      /* of the core */
    const struct nas_io *io;
    void *io_ctx;
    const struct nas_role *role;
    void *role_ctx;
    struct nas_later *later; /* a ring */
    uint32_t at, count, room;
    bool exhausted;     /* something that had to wait had no memory to */
    struct alloc *from; /* memory, or NULL */
};

/* `room`: how many may wait before more memory is asked for, at least 1; who
 * knows the bound need not look at `exhausted`. io, role, their contexts and
 * `from` are set. 0 or PPTP_ERR_RESOURCE. */
int nas_node_init(struct nas_node *n, uint32_t room);
void nas_node_fini(struct nas_node *n);

/* Before an input to n->node from outside of any action. */
static inline void nas_begin(struct nas_node *n, pptp_ns now)
{
    pptp_node_begin(&n->node, now);
}

/* After it, or when only time has passed: all that the core wants is done,
 * and all that follows from it. The next deadline of the core. */
pptp_ns nas_settle(struct nas_node *n);

/* From within an action, or between steps: later. pkt PPTP_PKT_NONE if there
 * is none. */
void nas_later(struct nas_node *n, unsigned kind, uint32_t id, pptp_pkt pkt);

/* Between steps: does what waits, at the time of the last step. */
void nas_do(struct nas_node *n);
/* Between steps, and time has gone on: does what is due, and what waits. */
void nas_go_on(struct nas_node *n, pptp_ns now);

#endif
