/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nodes on a wire for tests of roles: control connections and GRE that
 * arrive at once and in order, and a clock that the test moves.  Node 0 is
 * the one that is tested; an address is 10.0.0.1 and so on, by index.
 */
#ifndef TESTS_NAS_WIRE_H
#define TESTS_NAS_WIRE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "nas/node.h"
#include "nas/why.h"

enum {
    WIRE_NODES = 3,
    WIRE_TCPS = 16,
    WIRE_GRES = 256,
    WIRE_CONNS = 8,
    WIRE_CALLS = 8,
    WIRE_PACKETS = 128,
    WIRE_BUF = 512
};

#define WIRE_IP UINT32_C(0x0a000001)

/* One control connection, seen from both ends; end 0 has opened it. */
struct wire_tcp {
    bool used, opening;
    bool open[2];  /* as its end knows it */
    bool ended[2]; /* the other end has closed it: to be told */
    unsigned node[2];
    pptp_conn_id conn[2];
    uint8_t octets[2][2048]; /* on their way to that end */
    size_t n[2];
};

static struct {
    pptp_ns now;
    struct pptp_pool pool;
    void *pool_mem;
    struct pptp_config config;
    struct pptp_limits limits;
    struct {
        struct nas_node nas;
        void *mem;
        enum nas_tcp_error error; /* who wants to connect gets that */
        bool deaf;                /* it is there, and says nothing */
        struct nas_contact contact[WIRE_CONNS + 1]; /* by slot */
    } node[WIRE_NODES];
    struct wire_tcp tcp[WIRE_TCPS];
    struct {
        unsigned from, to;
        pptp_pkt pkt;
    } gre[WIRE_GRES];
    unsigned gre_n;
    bool drop_gre;
} wire;

static unsigned wire_node_of(void *ctx)
{
    unsigned i = 0;

    while (ctx != &wire.node[i])
        ck_assert_uint_lt(++i, WIRE_NODES);
    return i;
}

/* The end of a connection that has ended is found no more. */
static struct wire_tcp *wire_find(unsigned node, pptp_conn_id conn,
                                  unsigned *end)
{
    unsigned i;

    for (i = 0; i < WIRE_TCPS; i++)
        for (*end = 0; *end < 2; ++*end)
            if (wire.tcp[i].used && wire.tcp[i].open[*end] &&
                wire.tcp[i].node[*end] == node &&
                wire.tcp[i].conn[*end] == conn)
                return &wire.tcp[i];
    return NULL;
}

static void wire_open(void *ctx, const struct pptp_action *a)
{
    unsigned i = 0;

    while (wire.tcp[i].used)
        ck_assert_uint_lt(++i, WIRE_TCPS);
    wire.tcp[i] = (struct wire_tcp){ .used = true, .opening = true };
    wire.tcp[i].open[0] = true;
    wire.tcp[i].node[0] = wire_node_of(ctx);
    wire.tcp[i].node[1] = pptp_addr_to_v4(&a->addr) - WIRE_IP;
    wire.tcp[i].conn[0] = a->conn;
    ck_assert_uint_lt(wire.tcp[i].node[1], WIRE_NODES);
    wire.node[wire.tcp[i].node[0]].contact[pptp_conn_slot(a->conn)] =
        (struct nas_contact){ .error = NAS_TCP_NO_ERROR };
}

static void wire_send(void *ctx, const struct pptp_action *a)
{
    unsigned end, to;
    struct wire_tcp *t = wire_find(wire_node_of(ctx), a->conn, &end);

    ck_assert_ptr_nonnull(t);
    to = 1 - end;
    ck_assert_uint_le(t->n[to] + a->len, sizeof t->octets[to]);
    memcpy(t->octets[to] + t->n[to], a->octets, a->len);
    t->n[to] += a->len;
}

static void wire_close(void *ctx, const struct pptp_action *a)
{
    unsigned end;
    struct wire_tcp *t = wire_find(wire_node_of(ctx), a->conn, &end);

    if (t == NULL)
        return;
    t->open[end] = false;
    t->ended[1 - end] = !t->opening;
    if (t->opening || !t->open[1 - end])
        t->used = false;
}

static void wire_gre(void *ctx, const struct pptp_action *a)
{
    unsigned end, from = wire_node_of(ctx);
    const struct wire_tcp *t = wire_find(from, a->conn, &end);

    if (t == NULL || wire.drop_gre) {
        pptp_pool_free(&wire.pool, a->pkt);
        return;
    }
    ck_assert_uint_lt(wire.gre_n, WIRE_GRES);
    wire.gre[wire.gre_n].from = from;
    wire.gre[wire.gre_n].to = t->node[1 - end];
    wire.gre[wire.gre_n++].pkt = a->pkt;
}

static const struct nas_io wire_io = { .tcp_open = wire_open,
                                       .tcp_send = wire_send,
                                       .tcp_close = wire_close,
                                       .gre_send = wire_gre };

static inline void wire_begin(void)
{
    memset(&wire, 0, sizeof wire);
    wire.now = 1000 * PPTP_S;
    pptp_config_default(&wire.config);
    wire.config.role = PPTP_ROLE_BOTH;
    pptp_limits_default(&wire.limits);
    wire.limits.conns = WIRE_CONNS;
    wire.limits.calls = WIRE_CALLS;
    wire.limits.window = 16;
    wire.pool_mem = aligned_alloc(
        64, (pptp_pool_mem_octets(WIRE_PACKETS, WIRE_BUF) + 63) / 64 * 64);
    pptp_pool_init(&wire.pool, wire.pool_mem, WIRE_PACKETS, WIRE_BUF);
}

/* With wire.limits as they are now. */
static inline void wire_node(unsigned i, const struct nas_role *role,
                             void *role_ctx)
{
    size_t octets = (pptp_peer_octets(&wire.limits) + 63) / 64 * 64;
    struct nas_node *n = &wire.node[i].nas;

    wire.node[i].mem = aligned_alloc(64, octets);
    memset(wire.node[i].mem, 0, octets);
    n->node.peer = pptp_peer_init(wire.node[i].mem, &wire.config, &wire.limits,
                                  &wire.pool, 7 + i);
    ck_assert_ptr_nonnull(n->node.peer);
    n->io = &wire_io;
    n->io_ctx = &wire.node[i];
    n->role = role;
    n->role_ctx = role_ctx;
    ck_assert_int_eq(nas_node_init(n, 4), PPTP_OK);
}

static inline void wire_end(void)
{
    unsigned i;

    for (i = 0; i < WIRE_NODES; i++) {
        nas_node_fini(&wire.node[i].nas);
        free(wire.node[i].mem);
    }
    while (wire.gre_n > 0)
        pptp_pool_free(&wire.pool, wire.gre[--wire.gre_n].pkt);
    ck_assert_uint_eq(wire.pool.used, 0);
    free(wire.pool_mem);
}

/* An input to node i: INPUT(i, pptp_node_x(n, ...)). */
#define WIRE_INPUT(i, call)                           \
    do {                                              \
        struct pptp_node *n = &wire.node[i].nas.node; \
        nas_begin(&wire.node[i].nas, wire.now);       \
        (void)call;                                   \
        nas_settle(&wire.node[i].nas);                \
    } while (0)

static struct pptp_tcp_info wire_info(const struct wire_tcp *t, unsigned end)
{
    return (struct pptp_tcp_info){
        .local = pptp_addr_v4(WIRE_IP + t->node[end]),
        .remote = pptp_addr_v4(WIRE_IP + t->node[1 - end]),
        .local_port = end == 0 ? 40000 : 1723,
        .remote_port = end == 0 ? 1723 : 40000,
        .authorized = true
    };
}

/* One end has TCP. */
static void wire_up(const struct wire_tcp *t, unsigned end)
{
    wire.node[t->node[end]].contact[pptp_conn_slot(t->conn[end])] =
        (struct nas_contact){ .up_ns = wire.now };
}

/* It is over for that end, and for all: what follows may take its place. */
static void wire_tell(struct wire_tcp *t, unsigned end,
                      enum pptp_tcp_event event)
{
    const unsigned node = t->node[end];
    const pptp_conn_id conn = t->conn[end];

    t->open[end] = t->ended[end] = false;
    t->used = t->open[1 - end];
    WIRE_INPUT(node, pptp_node_tcp_event(n, conn, event, NULL));
}

static void wire_connect(struct wire_tcp *t)
{
    struct nas_contact *c = &wire.node[t->node[0]]
                                 .contact[pptp_conn_slot(t->conn[0])];
    struct pptp_tcp_info info;

    t->opening = false;
    c->error = wire.node[t->node[1]].error;
    if (c->error != NAS_TCP_NO_ERROR) {
        wire_tell(t, 0, PPTP_TCP_FAILED);
        return;
    }
    if (!wire.node[t->node[1]].deaf) {
        info = wire_info(t, 1);
        t->open[1] = true;
        WIRE_INPUT(t->node[1], pptp_node_tcp_accepted(n, &info, &t->conn[1]));
        wire_up(t, 1);
    }
    wire_up(t, 0);
    info = wire_info(t, 0);
    WIRE_INPUT(t->node[0],
               pptp_node_tcp_event(n, t->conn[0], PPTP_TCP_CONNECTED, &info));
}

/* What is on its way to one end; false: nothing. */
static bool wire_deliver(struct wire_tcp *t, unsigned end)
{
    const unsigned node = t->node[end];
    uint8_t octets[sizeof t->octets[end]];
    const size_t n = t->n[end];
    size_t at = 0;
    int used = 0;

    if (n == 0 || !t->open[end])
        return false;
    memcpy(octets, t->octets[end], n);
    t->n[end] = 0;
    wire.node[node].contact[pptp_conn_slot(t->conn[end])].heard = true;
    for (; at < n; at += (size_t)used) {
        nas_begin(&wire.node[node].nas, wire.now);
        used = pptp_node_tcp_input(&wire.node[node].nas.node, t->conn[end],
                                   octets + at, n - at);
        nas_settle(&wire.node[node].nas);
        if (used <= 0)
            break;
    }
    return true;
}

/* The other end has closed it. */
static bool wire_tell_end(struct wire_tcp *t, unsigned end)
{
    if (!t->ended[end] || !t->open[end])
        return false;
    wire_tell(t, end, PPTP_TCP_CLOSED);
    return true;
}

static bool wire_move_gre(void)
{
    const struct pptp_addr from = pptp_addr_v4(WIRE_IP + wire.gre[0].from);
    const struct pptp_addr to = pptp_addr_v4(WIRE_IP + wire.gre[0].to);
    const unsigned node = wire.gre[0].to;
    const pptp_pkt pkt = wire.gre[0].pkt;

    if (wire.gre_n == 0)
        return false;
    memmove(wire.gre, wire.gre + 1, --wire.gre_n * sizeof *wire.gre);
    nas_begin(&wire.node[node].nas, wire.now);
    pptp_node_gre_input(&wire.node[node].nas.node, &from, &to, pkt);
    nas_settle(&wire.node[node].nas);
    return true;
}

/* Until nothing moves. */
static inline void wire_run(void)
{
    bool moved = true;
    unsigned i, end;

    while (moved) {
        moved = wire_move_gre();
        for (i = 0; i < WIRE_TCPS && !moved; i++) {
            struct wire_tcp *t = &wire.tcp[i];

            if (t->used && t->opening) {
                wire_connect(t);
                moved = true;
            }
            for (end = 0; end < 2 && t->used && !moved; end++)
                moved = wire_deliver(t, end) || wire_tell_end(t, end);
        }
    }
}

/* TCP of a node's connections is gone, without a word. */
static inline void wire_cut(unsigned node)
{
    unsigned i, end;

    for (i = 0; i < WIRE_TCPS; i++)
        for (end = 0; end < 2 && wire.tcp[i].used; end++)
            if (wire.tcp[i].node[end] == node) {
                wire.tcp[i].ended[0] = wire.tcp[i].ended[1] = true;
                wire.tcp[i].n[0] = wire.tcp[i].n[1] = 0;
            }
    wire_run();
}

#endif
