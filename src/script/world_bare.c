/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bare peer: no network, a clock of its own; world.h. */
#include "config.h"

#include "script/world.h"

#include <stdlib.h>
#include <string.h>

#include "script/inside.h"

enum { PACKETS = 4096, BUF_OCTETS = 128, LATER_ROOM = 16 };

struct bare {
    struct script_inside in;
    struct nas_node nas;
    void *mem, *pool_mem;
    struct pptp_pool pool;
    struct pptp_addr addr;
    struct pptp_addr remote[65536]; /* by the connection's slot */
};

static struct bare *of(struct script_world *w)
{
    return (struct bare *)(void *)w;
}

/* --- output: an event is all that becomes of it -------------------------- */

static struct script_event *event(void *ctx, enum script_event_kind kind,
                                  const struct pptp_action *a)
{
    struct bare *b = ctx;
    struct script_event *v = script_event_push(&b->in.world,
                                               b->nas.node.now_ns, kind);

    if (v != NULL) {
        v->conn = a->conn;
        v->call = a->call;
    }
    return v;
}

static void tcp_open(void *ctx, const struct pptp_action *a)
{
    struct script_event *v = event(ctx, SCRIPT_EV_TCP_OPEN, a);

    if (v != NULL)
        v->addr = a->addr;
}

static void tcp_send(void *ctx, const struct pptp_action *a)
{
    struct script_event *v = event(ctx, SCRIPT_EV_MSG, a);

    if (v == NULL)
        return;
    memcpy(v->octets, a->octets, a->len);
    v->octets_n = a->len;
}

static void tcp_close(void *ctx, const struct pptp_action *a)
{
    (void)event(ctx, SCRIPT_EV_TCP_CLOSE, a);
}

static void gre_send(void *ctx, const struct pptp_action *a)
{
    struct bare *b = ctx;
    struct script_event *v = event(ctx, SCRIPT_EV_GRE, a);

    if (v != NULL)
        script_inside_gre(v, pptp_pool_at(&b->pool, a->pkt));
    pptp_pool_free(&b->pool, a->pkt);
}

static const struct nas_io bare_io = { .tcp_open = tcp_open,
                                       .tcp_send = tcp_send,
                                       .tcp_close = tcp_close,
                                       .gre_send = gre_send };

static void begin(struct bare *b)
{
    nas_begin(&b->nas, b->in.world.now_ns);
}

static void settle(struct bare *b)
{
    (void)nas_settle(&b->nas);
    b->in.world.lost |= b->nas.exhausted;
}

static void bare_run(struct script_world *w, pptp_ns until)
{
    struct bare *b = of(w);
    uint32_t before = w->events_n;

    while (w->events_n == before && w->now_ns < until) {
        w->now_ns = b->nas.deadline < until ? b->nas.deadline : until;
        begin(b);
        settle(b);
    }
}

/* --- input --------------------------------------------------------------- */

static int tcp_octets(struct bare *b, const struct script_input *in)
{
    uint32_t at = 0, n;
    int used = 0;

    while (at < in->len) {
        n = in->split > 0 && in->split < in->len - at ? in->split
                                                      : in->len - at;
        while (n > 0) {
            begin(b);
            used = pptp_node_tcp_input(&b->nas.node, in->conn, in->octets + at,
                                       n);
            settle(b);
            if (used <= 0)
                return used;
            at += (uint32_t)used;
            n -= (uint32_t)used;
        }
    }
    return 0;
}

static int accept_in(struct bare *b, const struct script_input *in,
                     uint32_t *ref)
{
    struct pptp_tcp_info i = { .local = b->addr,
                               .remote = in->addr,
                               .local_port = PPTP_PORT,
                               .remote_port = in->port,
                               .authorized = in->authorized };

    return pptp_node_tcp_accepted(&b->nas.node, &i, ref);
}

static int tcp_event(struct bare *b, const struct script_input *in)
{
    struct pptp_tcp_info i = { .local = b->addr,
                               .remote = b->remote[pptp_conn_slot(in->conn)],
                               .local_port = in->port,
                               .remote_port = PPTP_PORT,
                               .authorized = true };

    return pptp_node_tcp_event(&b->nas.node, in->conn, in->event, &i);
}

static int gre_in(struct bare *b, const struct script_input *in)
{
    pptp_pkt h = PPTP_PKT_NONE;

    if (in->len <= BUF_OCTETS)
        h = script_inside_packet(&b->in, 0, in->octets, in->len, in->tail);
    if (h == PPTP_PKT_NONE)
        return PPTP_ERR_RESOURCE;
    pptp_node_gre_input(&b->nas.node, &in->addr,
                        in->to_given ? &in->to : &b->addr, h);
    return 0;
}

static int bare_input(struct script_world *w, const struct script_input *in,
                      uint32_t *ref)
{
    struct bare *b = of(w);
    int err;

    if (in->kind == SCRIPT_IN_OCTETS)
        return tcp_octets(b, in);
    begin(b);
    switch (in->kind) {
    case SCRIPT_IN_ACCEPT: err = accept_in(b, in, ref); break;
    case SCRIPT_IN_TCP: err = tcp_event(b, in); break;
    case SCRIPT_IN_GRE: err = gre_in(b, in); break;
    default: err = script_inside_input(&b->in, in, ref); break;
    }
    if (err == 0 &&
        (in->kind == SCRIPT_IN_ACCEPT || in->kind == SCRIPT_IN_OPEN))
        b->remote[pptp_conn_slot(*ref)] = in->addr;
    settle(b);
    return err;
}

/* --- the world ------------------------------------------------------------ */

static int bare_start(struct script_world *w, const struct pptp_config *c,
                      const struct pptp_limits *l)
{
    struct bare *b = of(w);
    size_t n = pptp_peer_octets(l);

    if (n == 0)
        return PPTP_ERR_ARGUMENT;
    b->mem = aligned_alloc(64, n);
    b->pool_mem = aligned_alloc(64, pptp_pool_mem_octets(PACKETS, BUF_OCTETS));
    if (b->mem == NULL || b->pool_mem == NULL ||
        nas_node_init(&b->nas, LATER_ROOM) < 0)
        return PPTP_ERR_RESOURCE;
    memset(b->mem, 0, n);
    pptp_pool_init(&b->pool, b->pool_mem, PACKETS, BUF_OCTETS);
    b->addr = pptp_addr_v4(SCRIPT_PEER_IPV4);
    b->nas.node.peer = pptp_peer_init(b->mem, c, l, &b->pool, SCRIPT_SEED);
    return b->nas.node.peer != NULL ? 0 : PPTP_ERR_ARGUMENT;
}

static void bare_stop(struct script_world *w)
{
    struct bare *b = of(w);

    nas_node_fini(&b->nas);
    free(b->mem);
    free(b->pool_mem);
    free(w->events);
    free(b);
}

static const struct script_world_ops bare_ops = {
    .start = bare_start,
    .input = bare_input,
    .run = bare_run,
    .stop = bare_stop,
    .stats = script_inside_stats,
    .conn_state = script_inside_conn_state,
    .call_info = script_inside_call_info,
    .row_hits = script_inside_row_hits,
};

struct script_world *script_world_bare_new(void)
{
    struct bare *b = calloc(1, sizeof *b);

    if (b == NULL)
        return NULL;
    b->in.world.ops = &bare_ops;
    b->in.nas = &b->nas;
    b->in.pool = &b->pool;
    b->nas.io = &bare_io;
    b->nas.role = &script_inside_role;
    b->nas.io_ctx = b->nas.role_ctx = b;
    return &b->in.world;
}
