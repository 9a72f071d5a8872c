/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control connections on streams; ends.h. */
#include "config.h"

#include "sim/ends.h"

#include <stdlib.h>
#include <string.h>

#include "sim/feed.h"
#include "sim/reopen.h"
#include "sim/stream_host.h"

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

/* --- what streams say --------------------------------------------------- */

static struct pptp_tcp_info tcp_info(const struct sim_node *n,
                                     const struct stream *s)
{
    struct pptp_tcp_info i = {
        .local = pptp_addr_v4(s->local_ip),
        .remote = pptp_addr_v4(s->peer_ip),
        .local_port = s->local_port,
        .remote_port = s->peer_port,
        .authorized = true,
    };

    if (n->watch != NULL)
        n->watch->info(n->nas.role_ctx, s, &i);
    return i;
}

static void fed(const struct sim_node *n, const struct stream *s,
                size_t octets, int result)
{
    if (n->watch != NULL)
        n->watch->fed(n->nas.role_ctx, s, octets, result);
}

static void tcp_accepted(void *ctx, struct stream *s)
{
    struct sim_node *n = ctx;
    struct pptp_tcp_info info = tcp_info(n, s);
    struct sim_end *e = NULL;
    pptp_conn_id conn;
    int err;

    if (n->off) {
        stream_abort(s, n->world->cal.now);
        return;
    }
    sim_begin(n);
    err = pptp_node_tcp_accepted(&n->nas.node, &info, &conn);
    if (err == PPTP_OK)
        e = end_new(n, conn, s->peer_ip);
    if (e != NULL) {
        e->stream = s;
        s->user = e;
    }
    fed(n, s, 0, err);
    sim_finish(n);
    if (s->user == NULL)
        stream_abort(s, n->world->cal.now);
}

static void tcp_tell(struct sim_end *e, const struct stream *s,
                     enum pptp_tcp_event event,
                     const struct pptp_tcp_info *info)
{
    struct sim_node *n = e->node;

    sim_begin(n);
    fed(n, s, 0, pptp_node_tcp_event(&n->nas.node, e->conn, event, info));
    sim_finish(n);
}

static void tcp_connected(void *ctx, struct stream *s)
{
    struct sim_end *e = s->user;
    struct pptp_tcp_info info;

    if (e == NULL)
        return;
    info = tcp_info(ctx, s);
    tcp_tell(e, s, PPTP_TCP_CONNECTED, &info);
}

static void tcp_octets(void *ctx, struct stream *s, const uint8_t *octets,
                       size_t len)
{
    struct sim_node *n = ctx;

    while (len > 0 && s->user != NULL) {
        struct sim_end *e = s->user;
        int used;

        sim_begin(n);
        used = pptp_node_tcp_input(&n->nas.node, e->conn, octets, len);
        fed(n, s, used > 0 ? (size_t)used : len, used);
        sim_finish(n);
        if (used <= 0)
            return;
        octets += used;
        len -= (size_t)used;
    }
}

static void tcp_gone(struct stream *s)
{
    struct sim_end *e = s->user;
    pptp_conn_id conn;
    struct sim_node *n;

    if (e == NULL)
        return;
    s->user = NULL;
    e->stream = NULL;
    if (e->closing) { /* the peer has forgotten it already */
        end_free(e);
        return;
    }
    n = e->node;
    conn = e->conn;
    /* the peer may end this one and take its place for another */
    tcp_tell(e, s, PPTP_TCP_CLOSED, NULL);
    e = sim_end_of(n, conn);
    if (e != NULL && e->stream == NULL)
        end_free(e);
}

static void tcp_peer_closed(void *ctx, struct stream *s)
{
    struct sim_node *n = ctx;

    tcp_gone(s);
    stream_close(s, n->world->cal.now);
}

void sim_ends_cut(struct sim_node *n)
{
    uint32_t i;

    for (i = 0; i < n->conns; i++) {
        struct stream *s = n->ends[i] != NULL ? n->ends[i]->stream : NULL;

        if (s != NULL)
            tcp_peer_closed(n, s);
    }
    sim_stream_arm(n);
}

static void tcp_closed(void *ctx, struct stream *s)
{
    (void)ctx;
    tcp_gone(s);
}

static void tcp_failed(void *ctx, struct stream *s, enum stream_reason why)
{
    (void)ctx;
    (void)why;
    tcp_gone(s);
}

/* Nothing more to say: FIN, and the place is free. */
static void close_now(struct sim_end *e)
{
    if (e->stream != NULL) {
        e->stream->user = NULL;
        stream_close(e->stream, e->node->world->cal.now);
        sim_stream_arm(e->node);
    }
    end_free(e);
}

static void tcp_writable(void *ctx, struct stream *s)
{
    struct sim_node *n = ctx;
    struct sim_end *e = s->user;
    size_t took;

    if (e == NULL || e->backlog_octets == 0)
        return;
    took = stream_write(s, n->world->cal.now, e->backlog, e->backlog_octets);
    e->backlog_octets -= took;
    memmove(e->backlog, e->backlog + took, e->backlog_octets);
    if (e->closing && e->backlog_octets == 0)
        close_now(e);
}

static const struct stream_callbacks stream_cb = {
    .emit = sim_stream_emit,
    .accepted = tcp_accepted,
    .connected = tcp_connected,
    .octets = tcp_octets,
    .peer_closed = tcp_peer_closed,
    .closed = tcp_closed,
    .failed = tcp_failed,
    .writable = tcp_writable,
};

/* --- what the peer asks for --------------------------------------------- */

void sim_end_open(void *ctx, const struct pptp_action *a)
{
    struct sim_node *n = ctx;
    struct sim_end *e = end_new(n, a->conn, pptp_addr_to_v4(&a->addr));

    if (e != NULL) {
        e->reopen = n->opening;
        e->stream = stream_connect(&n->tcp, n->world->cal.now, n->ip,
                                   e->peer_ip, PPTP_PORT);
    }
    if (e != NULL && e->stream != NULL)
        e->stream->user = e;
    else
        nas_later(&n->nas, NAS_TCP_FAILED, a->conn, PPTP_PKT_NONE);
    sim_stream_arm(n);
}

/* A peer's messages all go out: what the stream does not take now waits.
 * False at the bound, or without memory. */
static bool write_all(struct sim_end *e, const uint8_t *octets, size_t n)
{
    size_t took = 0, room;
    uint8_t *more;

    if (e->backlog_octets == 0)
        took = stream_write(e->stream, e->node->world->cal.now, octets, n);
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

    if (e != NULL && e->stream != NULL && !write_all(e, a->octets, a->len)) {
        stream_abort(e->stream, n->world->cal.now);
        e->stream = NULL; /* the peer's own timers notice */
    }
    sim_stream_arm(n);
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
    if (e->stream == NULL || e->backlog_octets == 0) {
        close_now(e);
        return;
    }
    e->closing = true; /* after what was sent: tcp_writable goes on */
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
                  const struct stream_config *tcp, uint64_t seed)
{
    n->conns = conns;
    n->ends = sim_arena_take(&n->world->arena,
                             conns * sizeof(struct sim_end *));
    if (n->ends == NULL)
        return PPTP_ERR_RESOURCE;
    return sim_stream_init(n, &stream_cb, tcp, seed);
}

void sim_ends_fini(struct sim_node *n)
{
    struct sim_end *e;

    sim_stream_fini(n);
    sim_reopen_fini(n);
    for (e = n->end_all; e != NULL; e = e->earlier)
        free(e->backlog);
}
