/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bare peer: no network, a clock of its own; world.h. */
#include "config.h"

#include "script/world.h"

#include <stdlib.h>
#include <string.h>

enum { PACKETS = 4096, BUF_OCTETS = 128, HELD_MAX = 4096 };

struct bare {
    struct script_world world;
    struct pptp_peer *peer;
    void *mem, *pool_mem;
    struct pptp_pool pool;
    struct pptp_addr addr;
    struct pptp_addr remote[65536]; /* by the connection's index */
    bool holding;
    struct {
        pptp_pkt pkt;
        pptp_call_id call;
    } held[HELD_MAX];
    uint32_t held_n;
};

static struct bare *of(struct script_world *w)
{
    return (struct bare *)(void *)w;
}

enum script_channel script_channel_of(enum script_event_kind k)
{
    if (k <= SCRIPT_EV_TCP_CLOSE)
        return SCRIPT_CH_TCP;
    return k == SCRIPT_EV_GRE ? SCRIPT_CH_GRE : SCRIPT_CH_LOCAL;
}

struct script_event *script_event_push(struct script_world *w, pptp_ns at,
                                       enum script_event_kind kind)
{
    struct script_event *e;

    if (w->events_n == w->events_room) {
        uint32_t room = w->events_room ? 2 * w->events_room : 64;

        e = realloc(w->events, room * sizeof *e);
        if (e == NULL) {
            w->lost = true;
            return NULL;
        }
        w->events = e;
        w->events_room = room;
    }
    e = &w->events[w->events_n++];
    *e = (struct script_event){
        .at_ns = at, .kind = kind, .conn = PPTP_NONE, .call = PPTP_NONE
    };
    return e;
}

/* --- output -------------------------------------------------------------- */

static void frame_out(struct bare *b, const struct pptp_action *a)
{
    if (b->holding && b->held_n < HELD_MAX) {
        b->held[b->held_n].pkt = a->pkt;
        b->held[b->held_n++].call = a->call;
    } else {
        pptp_peer_frame_done(b->peer, b->world.now_ns, a->call, a->pkt);
    }
}

static enum script_event_kind kind_of(enum pptp_action_type t)
{
    static const enum script_event_kind kinds[] = {
        [PPTP_ACT_TCP_OPEN] = SCRIPT_EV_TCP_OPEN,
        [PPTP_ACT_TCP_SEND] = SCRIPT_EV_MSG,
        [PPTP_ACT_TCP_CLOSE] = SCRIPT_EV_TCP_CLOSE,
        [PPTP_ACT_GRE_SEND] = SCRIPT_EV_GRE,
        [PPTP_ACT_LINE_DIAL] = SCRIPT_EV_DIAL,
        [PPTP_ACT_LINE_ANSWER] = SCRIPT_EV_ANSWER,
        [PPTP_ACT_LINE_HANGUP] = SCRIPT_EV_HANGUP,
        [PPTP_ACT_LINE_ACCM] = SCRIPT_EV_ACCM,
        [PPTP_ACT_FRAME_OUT] = SCRIPT_EV_FRAME,
        [PPTP_ACT_HOLD] = SCRIPT_EV_HOLD,
        [PPTP_ACT_RESUME] = SCRIPT_EV_RESUME,
        [PPTP_ACT_CONN_UP] = SCRIPT_EV_CONN_UP,
        [PPTP_ACT_CONN_DOWN] = SCRIPT_EV_CONN_DOWN,
        [PPTP_ACT_CALL_NEW] = SCRIPT_EV_CALL_NEW,
        [PPTP_ACT_CALL_UP] = SCRIPT_EV_CALL_UP,
        [PPTP_ACT_CALL_DOWN] = SCRIPT_EV_CALL_DOWN,
    };

    return kinds[t];
}

/* Writes down one action and does what a world has to do for it. */
static void on_action(struct bare *b, const struct pptp_action *a)
{
    struct script_event *e = script_event_push(&b->world, b->world.now_ns,
                                               kind_of(a->type));
    struct script_event none;
    struct pptp_packet *k;

    if (e == NULL)
        e = &none;
    e->conn = a->conn;
    e->call = a->call;
    switch (a->type) {
    case PPTP_ACT_TCP_OPEN: e->addr = a->addr; break;
    case PPTP_ACT_TCP_SEND:
        memcpy(e->octets, a->octets, a->len);
        e->octets_n = a->len;
        break;
    case PPTP_ACT_GRE_SEND:
        k = pptp_pool_at(&b->pool, a->pkt);
        e->octets_n = k->head_len < 16 ? k->head_len : 16;
        memcpy(e->octets, pptp_packet_data(k), e->octets_n);
        e->len = pptp_packet_len(k);
        pptp_pool_free(&b->pool, a->pkt);
        break;
    case PPTP_ACT_FRAME_OUT:
        e->len = pptp_packet_len(pptp_pool_at(&b->pool, a->pkt));
        frame_out(b, a);
        break;
    case PPTP_ACT_LINE_ACCM:
        e->tx = a->tx_accm;
        e->rx = a->rx_accm;
        break;
    case PPTP_ACT_CALL_DOWN: e->end = a->end; break;
    default: break;
    }
}

static void drain(struct bare *b)
{
    struct pptp_action a;
    struct pptp_trace_rec t;

    for (;;) {
        while (pptp_peer_poll(b->peer, &a))
            on_action(b, &a);
        while (pptp_peer_trace_poll(b->peer, &t))
            ;
        if (pptp_peer_deadline(b->peer) > b->world.now_ns)
            break;
        pptp_peer_advance(b->peer, b->world.now_ns);
    }
}

static void bare_run(struct script_world *w, pptp_ns until)
{
    struct bare *b = of(w);
    uint32_t before = w->events_n;
    pptp_ns next;

    while (w->events_n == before && w->now_ns < until) {
        next = pptp_peer_deadline(b->peer);
        w->now_ns = next < until ? next : until;
        drain(b);
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
            used = pptp_peer_tcp_input(b->peer, b->world.now_ns, in->conn,
                                       in->octets + at, n);
            drain(b);
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
    int err = pptp_peer_tcp_accepted(b->peer, b->world.now_ns, &i, ref);

    if (err == 0)
        b->remote[*ref & 0xffff] = in->addr;
    return err;
}

static int tcp_event(struct bare *b, const struct script_input *in)
{
    struct pptp_tcp_info i = { .local = b->addr,
                               .remote = b->remote[in->conn & 0xffff],
                               .local_port = in->port,
                               .remote_port = PPTP_PORT,
                               .authorized = true };

    return pptp_peer_tcp_event(b->peer, b->world.now_ns, in->conn, in->event,
                               &i);
}

static int gre_in(struct bare *b, const struct script_input *in)
{
    struct pptp_packet *k;
    pptp_pkt h;

    if (in->len > BUF_OCTETS)
        return PPTP_ERR_RESOURCE;
    h = pptp_pool_take(&b->pool, 0);
    if (h == PPTP_PKT_NONE)
        return PPTP_ERR_RESOURCE;
    k = pptp_pool_at(&b->pool, h);
    memcpy(pptp_packet_data(k), in->octets, in->len);
    k->head_len = (uint16_t)in->len;
    k->tail_len = in->tail;
    pptp_peer_gre_input(b->peer, b->world.now_ns, &in->addr,
                        in->to_given ? &in->to : &b->addr, h);
    return 0;
}

static int frame_in(struct bare *b, const struct script_input *in)
{
    pptp_pkt h = pptp_pool_take(&b->pool, PPTP_HEADROOM);

    if (h == PPTP_PKT_NONE)
        return PPTP_ERR_RESOURCE;
    pptp_pool_at(&b->pool, h)->tail_len = in->len;
    return pptp_peer_frame(b->peer, b->world.now_ns, in->call, h);
}

/* Gives back the first frames of a call that wait. */
static int digest(struct bare *b, const struct script_input *in)
{
    uint32_t i, n = 0;

    for (i = 0; i < b->held_n && n < in->len;) {
        pptp_pkt pkt = b->held[i].pkt;

        if (b->held[i].call != in->call) {
            i++;
            continue;
        }
        memmove(&b->held[i], &b->held[i + 1],
                (--b->held_n - i) * sizeof b->held[0]);
        pptp_peer_frame_done(b->peer, b->world.now_ns, in->call, pkt);
        n++;
    }
    return n == in->len ? 0 : PPTP_ERR_STATE;
}

static int bare_input(struct script_world *w, const struct script_input *in,
                      uint32_t *ref)
{
    struct bare *b = of(w);
    pptp_ns now = w->now_ns;
    int err = 0;

    switch (in->kind) {
    case SCRIPT_IN_ACCEPT: err = accept_in(b, in, ref); break;
    case SCRIPT_IN_TCP: err = tcp_event(b, in); break;
    case SCRIPT_IN_OCTETS: err = tcp_octets(b, in); break;
    case SCRIPT_IN_GRE: err = gre_in(b, in); break;
    case SCRIPT_IN_LINE:
        err = pptp_peer_line_event(b->peer, now, in->call, in->line,
                                   &in->info);
        break;
    case SCRIPT_IN_OPEN:
        err = pptp_peer_open(b->peer, now, &in->addr, ref);
        if (err == 0)
            b->remote[*ref & 0xffff] = in->addr;
        break;
    case SCRIPT_IN_STOP:
        err = pptp_peer_close(b->peer, now, in->conn,
                              (enum pptp_stop_reason)in->reason);
        break;
    case SCRIPT_IN_RING:
        err = pptp_peer_ring(b->peer, now, in->conn, &in->request, ref);
        break;
    case SCRIPT_IN_CALL:
        err = pptp_peer_call_open(b->peer, now, in->conn, &in->request, ref);
        break;
    case SCRIPT_IN_CLEAR:
        err = pptp_peer_call_close(b->peer, now, in->call);
        break;
    case SCRIPT_IN_SLI:
        err = pptp_peer_set_link_info(b->peer, now, in->call, in->tx, in->rx);
        break;
    case SCRIPT_IN_FRAME: err = frame_in(b, in); break;
    case SCRIPT_IN_DIGEST: err = digest(b, in); break;
    case SCRIPT_IN_HOLD_FRAMES: b->holding = true; break;
    }
    drain(b);
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
    if (b->mem == NULL || b->pool_mem == NULL)
        return PPTP_ERR_RESOURCE;
    memset(b->mem, 0, n);
    pptp_pool_init(&b->pool, b->pool_mem, PACKETS, BUF_OCTETS);
    b->addr = pptp_addr_v4(SCRIPT_PEER_IPV4);
    b->peer = pptp_peer_init(b->mem, c, l, &b->pool, SCRIPT_SEED);
    return b->peer != NULL ? 0 : PPTP_ERR_ARGUMENT;
}

static void bare_stop(struct script_world *w)
{
    struct bare *b = of(w);

    free(b->mem);
    free(b->pool_mem);
    free(w->events);
    free(b);
}

static const struct pptp_stats *bare_stats(struct script_world *w)
{
    return pptp_peer_stats(of(w)->peer);
}

static int bare_conn_state(struct script_world *w, uint32_t conn)
{
    return (int)pptp_peer_conn_state(of(w)->peer, conn);
}

static int bare_call_info(struct script_world *w, uint32_t call,
                          struct pptp_call_info *out)
{
    return pptp_peer_call_info(of(w)->peer, call, out);
}

static uint32_t bare_row_hits(struct script_world *w, unsigned figure,
                              unsigned row, unsigned *rows)
{
    return pptp_peer_row_hits(of(w)->peer, figure, row, rows);
}

static const struct script_world_ops bare_ops = {
    .start = bare_start,
    .input = bare_input,
    .run = bare_run,
    .stop = bare_stop,
    .stats = bare_stats,
    .conn_state = bare_conn_state,
    .call_info = bare_call_info,
    .row_hits = bare_row_hits,
};

struct script_world *script_world_bare_new(void)
{
    struct bare *b = calloc(1, sizeof *b);

    if (b == NULL)
        return NULL;
    b->world.ops = &bare_ops;
    return &b->world;
}
