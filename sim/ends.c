/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control connections on TCP; ends.h. */
#include "config.h"

#include "sim/ends.h"

#include <stdlib.h>
#include <string.h>

#include "sim/feed.h"
#include "sim/host_tcp.h"
#include "sim/reopen.h"

/* --- which there are ---------------------------------------------------- */

/* The end of a connection of the peer's: the slot of one that is still
 * closing may be another's already. */
static struct sim_end *end_new(struct sim_node *n, pptp_conn_id conn,
                               uint32_t peer_ip)
{
    const struct sim_node *to = sim_node_towards(n, peer_ip);
    struct sim_end *e = n->end_free;

    if (e != NULL)
        n->end_free = e->next;
    else
        e = sim_arena_take(&n->world->arena, sizeof *e);
    if (e == NULL)
        return NULL;
    if (e->node == NULL) { /* new */
        e->earlier = n->end_all;
        n->end_all = e;
    }
    *e = (struct sim_end){
        .node = n, .earlier = e->earlier, .conn = conn, .peer_ip = peer_ip
    };
    if (to != NULL)
        e->route = sim_net_route(&n->world->net, n->host, to->host, NULL);
    sim_ip_init(&e->gre, n->ip, peer_ip, INET4_GRE);
    n->ends[pptp_conn_slot(conn)] = e;
    return e;
}

struct sim_end *sim_end_of(const struct sim_node *n, pptp_conn_id conn)
{
    struct sim_end *e = n->ends[pptp_conn_slot(conn)];

    return e != NULL && e->conn == conn ? e : NULL;
}

/* Nothing refers to it any more. */
static void end_free(struct sim_end *e)
{
    struct sim_node *n = e->node;
    struct sim_end **slot = &n->ends[pptp_conn_slot(e->conn)];

    if (*slot == e)
        *slot = NULL;
    free(e->backlog);
    e->backlog = NULL;
    e->next = n->end_free;
    n->end_free = e;
}

struct sim_end *sim_end_to(struct sim_node *n, uint32_t ip)
{
    uint32_t i;

    for (i = 0; i < n->conns; i++)
        if (n->ends[i] != NULL && n->ends[i]->up && n->ends[i]->peer_ip == ip)
            return n->ends[i];
    return NULL;
}

/* --- what TCP says ------------------------------------------------------ */

static struct pptp_tcp_info tcp_info(const struct sim_node *n,
                                     const struct sim_tcp_conn *c)
{
    struct pptp_tcp_info i = {
        .local = pptp_addr_v4(c->local_ip),
        .remote = pptp_addr_v4(c->peer_ip),
        .local_port = c->local_port,
        .remote_port = c->peer_port,
        .authorized = true,
    };

    if (n->watch != NULL)
        n->watch->info(n->nas.role_ctx, c, &i);
    return i;
}

static void fed(const struct sim_node *n, const struct sim_tcp_conn *c,
                size_t octets, int result)
{
    if (n->watch != NULL)
        n->watch->fed(n->nas.role_ctx, c, octets, result);
}

static void tcp_accepted(struct sim_node *n, struct sim_tcp_conn *c)
{
    struct pptp_tcp_info info = tcp_info(n, c);
    struct sim_end *e = NULL;
    pptp_conn_id conn;
    int err;

    if (n->off) {
        sim_tcp_abort(c);
        return;
    }
    sim_begin(n);
    err = pptp_node_tcp_accepted(&n->nas.node, &info, &conn);
    if (err == PPTP_OK)
        e = end_new(n, conn, c->peer_ip);
    if (e != NULL) {
        e->tcp = c;
        c->user = e;
    }
    fed(n, c, 0, err);
    sim_finish(n);
    if (e == NULL)
        sim_tcp_abort(c);
}

static void tcp_tell(struct sim_end *e, const struct sim_tcp_conn *c,
                     enum pptp_tcp_event event,
                     const struct pptp_tcp_info *info)
{
    struct sim_node *n = e->node;

    sim_begin(n);
    fed(n, c, 0, pptp_node_tcp_event(&n->nas.node, e->conn, event, info));
    sim_finish(n);
}

static void tcp_connected(struct sim_node *n, struct sim_tcp_conn *c)
{
    struct pptp_tcp_info info;

    if (c->passive) {
        tcp_accepted(n, c);
    } else if (c->user != NULL) {
        info = tcp_info(n, c);
        tcp_tell(c->user, c, PPTP_TCP_CONNECTED, &info);
    }
}

/* All that lies side by side at once; what the peer does not want, or is not
 * there any more to want, goes. */
static void tcp_octets(struct sim_node *n, struct sim_tcp_conn *c)
{
    const struct sim_end *e;
    const uint8_t *octets;
    int used = 1;

    while (used > 0 && (e = c->user) != NULL && tcp_readable(&c->tcp) > 0) {
        size_t len = sim_tcp_peek(c, &octets);

        sim_begin(n);
        used = pptp_node_tcp_input(&n->nas.node, e->conn, octets, len);
        fed(n, c, used > 0 ? (size_t)used : len, used);
        sim_finish(n);
        if (used > 0)
            sim_tcp_take(c, (uint32_t)used);
    }
    sim_tcp_take(c, tcp_readable(&c->tcp));
}

/* A connection that is none of an end's any more. */
static void part(struct sim_tcp_conn *c)
{
    struct sim_end *e = c->user;

    c->user = NULL;
    e->tcp = NULL;
}

static void tcp_gone(struct sim_tcp_conn *c)
{
    struct sim_end *e = c->user;
    pptp_conn_id conn;
    struct sim_node *n;

    if (e == NULL)
        return;
    part(c);
    if (e->closing) { /* the peer has forgotten it already */
        end_free(e);
        return;
    }
    n = e->node;
    conn = e->conn;
    /* the peer may end this one and take its place for another */
    tcp_tell(e, c, PPTP_TCP_CLOSED, NULL);
    e = sim_end_of(n, conn);
    if (e != NULL && e->tcp == NULL)
        end_free(e);
}

static void tcp_peer_closed(struct sim_tcp_conn *c)
{
    tcp_gone(c);
    sim_tcp_close(c);
}

void sim_ends_cut(struct sim_node *n)
{
    uint32_t i;

    for (i = 0; i < n->conns; i++)
        if (n->ends[i] != NULL && n->ends[i]->tcp != NULL)
            tcp_peer_closed(n->ends[i]->tcp);
}

/* Nor do its tunnels lead anywhere. */
void sim_ends_forget(struct sim_node *n)
{
    for (uint32_t i = 0; i < n->conns; i++) {
        struct sim_end *e = n->ends[i];

        if (e == NULL)
            continue;
        e->route = NULL;
        if (e->tcp != NULL)
            tcp_gone(e->tcp);
    }
    sim_tcp_forget(n->tcp);
}

/* Nothing more to say: FIN, and the place is free. */
static void close_now(struct sim_end *e)
{
    struct sim_tcp_conn *c = e->tcp;

    if (c != NULL) {
        part(c);
        sim_tcp_close(c);
    }
    end_free(e);
}

static void tcp_acked(struct sim_tcp_conn *c)
{
    struct sim_end *e = c->user;
    size_t took;

    if (e == NULL || e->backlog_octets == 0)
        return;
    took = sim_tcp_send(c, e->backlog, e->backlog_octets);
    e->backlog_octets -= took;
    memmove(e->backlog, e->backlog + took, e->backlog_octets);
    if (e->closing && e->backlog_octets == 0)
        close_now(e);
}

static void on_tcp(void *ctx, struct sim_tcp_conn *c, uint32_t events)
{
    struct sim_node *n = ctx;

    if (events & TCPM_EV_CONNECTED)
        tcp_connected(n, c);
    if (events & TCPM_EV_READABLE)
        tcp_octets(n, c);
    if (events & TCPM_EV_ACKED)
        tcp_acked(c);
    if (events & TCPM_EV_PEER_CLOSED)
        tcp_peer_closed(c);
    if (events & (TCPM_EV_CLOSED | TCPM_EV_FAILED))
        tcp_gone(c);
}

static const struct sim_tcp_owner tcp_owner = { .event = on_tcp,
                                                .emit = sim_host_tcp_emit };

/* --- what the peer asks for --------------------------------------------- */

void sim_end_open(void *ctx, const struct pptp_action *a)
{
    struct sim_node *n = ctx;
    struct sim_end *e = end_new(n, a->conn, pptp_addr_to_v4(&a->addr));

    if (e != NULL) {
        e->reopen = n->opening;
        e->tcp = sim_tcp_open(n->tcp, &(struct sim_tcp_terms){ .user = e },
                              n->ip, 0, e->peer_ip, PPTP_PORT);
    }
    if (e == NULL || e->tcp == NULL)
        nas_later(&n->nas, NAS_TCP_FAILED, a->conn, PPTP_PKT_NONE);
}

/* A peer's messages all go out: what TCP does not take now waits.
 * False at the bound, or without memory. */
static bool write_all(struct sim_end *e, const uint8_t *octets, size_t n)
{
    size_t took = 0, room;
    uint8_t *more;

    if (e->backlog_octets == 0)
        took = sim_tcp_send(e->tcp, octets, n);
    n -= took;
    if (e->backlog_octets + n > e->backlog_room) {
        room = 2 * (e->backlog_octets + n);
        more = room <= SIM_BACKLOG_MAX ? realloc(e->backlog, room) : NULL;
        if (more == NULL)
            return false;
        e->backlog = more;
        e->backlog_room = room;
    }
    if (n > 0)
        memcpy(e->backlog + e->backlog_octets, octets + took, n);
    e->backlog_octets += n;
    return true;
}

void sim_end_send(void *ctx, const struct pptp_action *a)
{
    struct sim_node *n = ctx;
    struct sim_end *e = sim_end_of(n, a->conn);
    struct sim_tcp_conn *c = e != NULL ? e->tcp : NULL;

    if (c != NULL && !write_all(e, a->octets, a->len)) {
        part(c); /* the peer's own timers notice */
        sim_tcp_abort(c);
    }
}

void sim_end_close(void *ctx, const struct pptp_action *a)
{
    struct sim_node *n = ctx;
    struct sim_end *e = sim_end_of(n, a->conn);

    if (e == NULL)
        return;
    if (e->reopen != NULL)
        sim_reopen_down(e->reopen);
    e->up = false;
    if (e->tcp == NULL || e->backlog_octets == 0) {
        close_now(e);
        return;
    }
    e->closing = true; /* after what was sent: tcp_acked goes on */
    n->ends[pptp_conn_slot(a->conn)] = NULL;
}

struct sim_node *sim_end_up(struct sim_node *n, pptp_conn_id conn)
{
    struct sim_end *e = sim_end_of(n, conn);

    if (e == NULL)
        return NULL;
    e->up = true;
    if (e->reopen != NULL)
        sim_reopen_up(e->reopen);
    return sim_node_of(n->world, e->peer_ip);
}

/* TCP_CLOSE has been there before. */
void sim_end_down(struct sim_node *n, pptp_conn_id conn)
{
    struct sim_end *e = sim_end_of(n, conn);

    if (e != NULL)
        e->up = false;
}

/* --- life --------------------------------------------------------------- */

int sim_ends_init(struct sim_node *n, uint32_t conns,
                  const struct tcp_config *tcp, uint64_t seed)
{
    n->conns = conns;
    n->ends = sim_arena_take(&n->world->arena,
                             conns * sizeof(struct sim_end *));
    if (n->ends == NULL)
        return PPTP_ERR_RESOURCE;
    return sim_host_tcp_init(n, &tcp_owner, tcp, seed);
}

void sim_ends_fini(struct sim_node *n)
{
    struct sim_end *e;

    sim_host_tcp_fini(n);
    sim_reopen_fini(n);
    for (e = n->end_all; e != NULL; e = e->earlier)
        free(e->backlog);
}
