/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The peer in the simulated network; world.h.  It has a host, and one other
 * host, the tester, has every address that a script speaks from: one cable,
 * so that what is sent in an order arrives in it.  Control connections are
 * streams with handshakes and FINs, tunnels are IPv4 packets.
 *
 * An input from the network is over when the peer has got it, so that a step
 * finds done what the steps before it did, as in the bare world.  What no
 * network can bring (octets after the end, a connection that opens twice) is
 * told to the peer directly.  Ports in the peer's view are the script's, not
 * the stack's: 3.1.3 compares them.
 */
#include "config.h"

#include "script/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/wire.h"
#include "pptp/node.h"
#include "sim/platform.h"
#include "sim/port.h"
#include "sim/stream.h"
#include "sim/world.h"

enum {
    PACKETS = 65536,
    BUF_OCTETS = 160, /* 128 of GRE, as in the bare world, and outer IPv4 */
    GRE_OCTETS_MAX = 128,
    BIG_PACKETS = 8192,
    BIG_OCTETS = 1616,
    EVENTS_MAX = 1 << 22,
    QUEUE_MAX = 1 << 20,
    HELD_MAX = 4096,
    IP_OCTETS = 20,
    PROTO_TCP = 6,
    TCP_FLAGS = IP_OCTETS + 13,
    BACKLOG_MAX = 1 << 24
};

enum { SYN = 2, SYN_MASK = 0x17 };

#define TOLERANCE PPTP_MS
/* scripts meet deadlines by a microsecond: less than that */
#define SETTLE ((pptp_ns)500)
#define PATIENCE PPTP_S /* for an input to arrive, in the world's time */

static const char platform_text[] =
    "<?xml version=\"1.0\"?>\n"
    "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
    "<platform version=\"4.1\">\n"
    "  <zone id=\"script\" routing=\"Full\">\n"
    "    <host id=\"peer\" speed=\"1Gf\"/>\n"
    "    <host id=\"tester\" speed=\"1Gf\"/>\n"
    "    <link id=\"cable\" bandwidth=\"100Gbps\" latency=\"100ns\"\n"
    "          sharing_policy=\"SPLITDUPLEX\"/>\n"
    "    <route src=\"tester\" dst=\"peer\">\n"
    "      <link_ctn id=\"cable\" direction=\"UP\"/>\n"
    "    </route>\n"
    "  </zone>\n"
    "</platform>\n";

/* One control connection; both of its streams. */
struct end {
    struct end *next;             /* the older one */
    struct stream *peer, *tester; /* NULL: not yet, or no more */
    pptp_conn_id conn;
    uint32_t ip;        /* the tester's */
    uint16_t peer_port; /* the stack's, when the peer opened it */
    uint16_t port;      /* the script's */
    bool authorized;
    bool opening;    /* the peer's SYN has no answer yet */
    bool seen;       /* that SYN has been told */
    bool asked;      /* the peer wants it closed: its handle is dead */
    bool close_seen; /* and that has been told */
    enum pptp_tcp_event tell; /* what its end is to the peer */
    pptp_pkt syn;             /* held until the script answers */
    uint64_t taken;           /* octets that the peer has got */
    uint8_t *backlog;         /* of the peer, beyond the stream's buffer */
    size_t backlog_n;
    uint8_t rx[PPTP_MSG_MAX];
    uint32_t rx_n;
};

struct sims;

struct side {
    struct sims *w;
    struct sim_sink packets, timer;
    pptp_ns timer_at_ns;
    struct stream_host tcp;
    const struct sim_route *out;
};

struct sims {
    struct script_world world;
    struct sim_calendar cal;
    struct sim_net net;
    struct side peer, tester;
    struct pptp_node node;
    struct sim_sink timer; /* the peer's */
    pptp_ns timer_at_ns;
    void *mem;
    struct pptp_addr addr;
    struct end *ends; /* newest first */
    struct end *accepting;
    bool told; /* the input that is waited for has arrived */
    int err;   /* and the peer said this */
    bool holding;
    struct {
        pptp_pkt pkt;
        pptp_call_id call;
    } held[HELD_MAX], done[PACKETS];
    uint32_t held_n, done_n;
};

/* SimGrid starts once a process: all scripts of a process share it. */
static struct sim_platform platform;
static bool platform_loaded;

static struct sims *of(struct script_world *w)
{
    return (struct sims *)(void *)w;
}

static struct script_event *event(struct sims *w, enum script_event_kind kind)
{
    return script_event_push(&w->world, w->cal.now, kind);
}

/* --- connections --------------------------------------------------------- */

static struct end *end_new(struct sims *w)
{
    struct end *e = calloc(1, sizeof *e);

    if (e == NULL) {
        w->world.lost = true;
        return NULL;
    }
    e->conn = PPTP_NONE;
    e->syn = PPTP_PKT_NONE;
    e->tell = PPTP_TCP_CLOSED;
    e->next = w->ends;
    w->ends = e;
    return e;
}

static struct end *end_of(const struct sims *w, pptp_conn_id conn)
{
    struct end *e = w->ends;

    while (e != NULL && (e->conn != conn || conn == PPTP_NONE))
        e = e->next;
    return e;
}

/* The connection that the peer opened from this port. */
static struct end *end_by_port(const struct sims *w, uint32_t ip,
                               uint16_t port)
{
    struct end *e = w->ends;

    while (e != NULL && (e->ip != ip || e->peer_port != port))
        e = e->next;
    return e;
}

/* --- feeding the peer ---------------------------------------------------- */

static void arm_tcp(struct side *s)
{
    pptp_ns d = stream_host_deadline(&s->tcp);

    if (d >= s->timer_at_ns)
        return;
    s->timer_at_ns = d;
    sim_calendar_at(&s->w->cal, d, &s->timer, 0);
}

static void begin(struct sims *w)
{
    pptp_node_begin(&w->node, w->cal.now);
}

/* After an input: drain, give back the frames nobody holds, arm timers. */
static void finish(struct sims *w)
{
    pptp_ns deadline = pptp_node_step(&w->node);
    uint32_t i;

    for (i = 0; i < w->done_n; i++) {
        begin(w);
        pptp_peer_frame_done(w->node.peer, w->cal.now, w->done[i].call,
                             w->done[i].pkt);
        deadline = pptp_node_step(&w->node);
    }
    w->done_n = 0;
    if (deadline < w->timer_at_ns) {
        w->timer_at_ns = deadline;
        sim_calendar_at(&w->cal, deadline, &w->timer, 0);
    }
    arm_tcp(&w->peer);
}

static void on_timer(struct sim_sink *s, uint32_t arg)
{
    struct sims *w = (struct sims *)(void *)((char *)s -
                                             offsetof(struct sims, timer));

    (void)arg;
    if (w->timer_at_ns != w->cal.now)
        return; /* an earlier event took its place */
    w->timer_at_ns = PPTP_NEVER;
    begin(w);
    finish(w);
}

static void on_tcp_timer(struct sim_sink *k, uint32_t arg)
{
    struct side *s = (struct side *)(void *)((char *)k -
                                             offsetof(struct side, timer));

    (void)arg;
    if (s->timer_at_ns != s->w->cal.now)
        return;
    s->timer_at_ns = PPTP_NEVER;
    stream_host_advance(&s->tcp, s->w->cal.now);
    arm_tcp(s);
}

static int feed(struct sims *w, pptp_conn_id conn, const uint8_t *octets,
                size_t n)
{
    while (n > 0) {
        int used;

        begin(w);
        used = pptp_peer_tcp_input(w->node.peer, w->cal.now, conn, octets, n);
        finish(w);
        if (used <= 0)
            return used;
        octets += used;
        n -= (size_t)used;
    }
    return 0;
}

static int tell(struct sims *w, pptp_conn_id conn, enum pptp_tcp_event event,
                const struct end *e)
{
    struct pptp_tcp_info i = { .local = w->addr,
                               .remote = pptp_addr_v4(e != NULL ? e->ip : 0),
                               .local_port = e != NULL ? e->port : 0,
                               .remote_port = PPTP_PORT,
                               .authorized = true };

    begin(w);
    w->err = pptp_peer_tcp_event(w->node.peer, w->cal.now, conn, event, &i);
    finish(w);
    w->told = true;
    return w->err;
}

/* --- the peer's streams -------------------------------------------------- */

static void emit(void *ctx, struct stream_host *host, pptp_pkt pkt)
{
    struct side *s = ctx;

    (void)host;
    sim_net_send(&s->w->net, s->out, pkt | SIM_PKT_BIG);
}

static void peer_accepted(void *ctx, struct stream *s)
{
    struct sims *w = ((struct side *)ctx)->w;
    struct end *e = w->accepting;
    struct pptp_tcp_info i = { .local = w->addr,
                               .local_port = PPTP_PORT,
                               .remote = pptp_addr_v4(s->peer_ip) };

    if (e == NULL) { /* too late for its step */
        stream_abort(s, w->cal.now);
        return;
    }
    i.remote_port = e->port;
    i.authorized = e->authorized;
    e->peer = s;
    s->user = e;
    begin(w);
    w->err = pptp_peer_tcp_accepted(w->node.peer, w->cal.now, &i, &e->conn);
    finish(w);
    w->told = true;
    if (w->err == 0)
        return;
    s->user = NULL;
    e->peer = NULL;
    e->conn = PPTP_NONE;
    stream_abort(s, w->cal.now);
}

static void peer_connected(void *ctx, struct stream *s)
{
    struct sims *w = ((struct side *)ctx)->w;
    struct end *e = s->user;

    e->opening = false;
    tell(w, e->conn, PPTP_TCP_CONNECTED, e);
}

static void peer_octets(void *ctx, struct stream *s, const uint8_t *octets,
                        size_t n)
{
    struct sims *w = ((struct side *)ctx)->w;
    struct end *e = s->user;
    int err = 0;

    e->taken += n;
    if (!e->asked)
        err = feed(w, e->conn, octets, n);
    if (err < 0)
        w->err = err;
}

static void peer_fin(void *ctx, struct stream *s)
{
    struct sims *w = ((struct side *)ctx)->w;
    struct end *e = s->user;

    if (!e->asked)
        tell(w, e->conn, e->tell, e);
    stream_close(s, w->cal.now);
}

static void peer_gone(void *ctx, struct stream *s)
{
    struct sims *w = ((struct side *)ctx)->w;
    struct end *e = s->user;

    e->peer = NULL;
    e->opening = false;
    if (!e->asked)
        tell(w, e->conn, e->tell, e);
}

static void peer_failed(void *ctx, struct stream *s, enum stream_reason why)
{
    (void)why;
    peer_gone(ctx, s);
}

/* What the peer sent beyond the stream's buffer, and a close after it. */
static void peer_writable(void *ctx, struct stream *s)
{
    struct sims *w = ((struct side *)ctx)->w;
    struct end *e = s->user;
    size_t took;

    if (e->backlog_n == 0)
        return;
    took = stream_write(s, w->cal.now, e->backlog, e->backlog_n);
    e->backlog_n -= took;
    memmove(e->backlog, e->backlog + took, e->backlog_n);
    if (e->backlog_n == 0 && e->asked)
        stream_close(s, w->cal.now);
}

static const struct stream_callbacks peer_callbacks = {
    .emit = emit,
    .accepted = peer_accepted,
    .connected = peer_connected,
    .octets = peer_octets,
    .peer_closed = peer_fin,
    .closed = peer_gone,
    .failed = peer_failed,
    .writable = peer_writable,
};

/* --- the tester's streams ------------------------------------------------ */

/* One event a message; what has no message's length goes as it is. */
static void frame(struct sims *w, struct end *e, bool all)
{
    while (e->rx_n > 0) {
        uint32_t len = e->rx_n >= 2 ? pptp_get16(e->rx) : 2;
        struct script_event *v;

        if (all || len < 2 || len > sizeof e->rx)
            len = e->rx_n;
        if (e->rx_n < len)
            return;
        v = event(w, SCRIPT_EV_MSG);
        if (v != NULL) {
            v->conn = e->conn;
            v->octets_n = len;
            memcpy(v->octets, e->rx, len);
        }
        e->rx_n -= len;
        memmove(e->rx, e->rx + len, e->rx_n);
    }
}

static void close_seen(struct sims *w, struct end *e)
{
    struct script_event *v;

    frame(w, e, true);
    if (!e->asked || e->close_seen)
        return; /* only the answer to a FIN of ours */
    e->close_seen = true;
    v = event(w, SCRIPT_EV_TCP_CLOSE);
    if (v != NULL)
        v->conn = e->conn;
}

static void tester_accepted(void *ctx, struct stream *s)
{
    struct sims *w = ((struct side *)ctx)->w;
    struct end *e = end_by_port(w, s->local_ip, s->peer_port);

    s->user = e;
    if (e != NULL)
        e->tester = s;
}

static void tester_connected(void *ctx, struct stream *s)
{
    (void)ctx;
    (void)s;
}

static void tester_octets(void *ctx, struct stream *s, const uint8_t *octets,
                          size_t n)
{
    struct sims *w = ((struct side *)ctx)->w;
    struct end *e = s->user;

    while (e != NULL && n > 0) {
        size_t room = sizeof e->rx - e->rx_n, take = n < room ? n : room;

        memcpy(e->rx + e->rx_n, octets, take);
        e->rx_n += (uint32_t)take;
        octets += take;
        n -= take;
        frame(w, e, false);
    }
}

static void tester_fin(void *ctx, struct stream *s)
{
    struct sims *w = ((struct side *)ctx)->w;

    if (s->user != NULL)
        close_seen(w, s->user);
    stream_close(s, w->cal.now);
}

static void tester_gone(void *ctx, struct stream *s)
{
    struct sims *w = ((struct side *)ctx)->w;
    struct end *e = s->user;

    if (e == NULL)
        return;
    e->tester = NULL;
    close_seen(w, e);
}

static void tester_failed(void *ctx, struct stream *s, enum stream_reason why)
{
    (void)why;
    tester_gone(ctx, s);
}

static const struct stream_callbacks tester_callbacks = {
    .emit = emit,
    .accepted = tester_accepted,
    .connected = tester_connected,
    .octets = tester_octets,
    .peer_closed = tester_fin,
    .closed = tester_gone,
    .failed = tester_failed,
};

/* --- packets ------------------------------------------------------------- */

static void on_peer_packet(struct sim_sink *s, uint32_t h)
{
    struct side *side = (struct side *)(void *)((char *)s -
                                                offsetof(struct side,
                                                         packets));
    struct sims *w = side->w;
    struct pptp_packet *k = sim_packet(&w->net, h);
    const uint8_t *ip = pptp_packet_data(k);
    struct pptp_addr from, to;

    if (ip[9] == PROTO_TCP) {
        stream_host_input(&side->tcp, w->cal.now, h & ~SIM_PKT_BIG);
        arm_tcp(side);
        return;
    }
    from = pptp_addr_v4(pptp_get32(ip + 12));
    to = pptp_addr_v4(pptp_get32(ip + 16));
    pptp_packet_pull(k, IP_OCTETS);
    begin(w);
    pptp_peer_gre_input(w->node.peer, w->cal.now, &from, &to, h);
    finish(w);
    w->told = true;
}

static void gre_seen(struct sims *w, pptp_pkt h)
{
    struct pptp_packet *k = sim_packet(&w->net, h);
    struct script_event *v = event(w, SCRIPT_EV_GRE);
    uint32_t to = pptp_get32(pptp_packet_data(k) + 16);
    struct end *e = w->ends;

    while (e != NULL && e->ip != to)
        e = e->next;
    pptp_packet_pull(k, IP_OCTETS);
    if (v != NULL) {
        v->conn = e != NULL ? e->conn : PPTP_NONE;
        v->octets_n = k->head_len < 16 ? k->head_len : 16;
        memcpy(v->octets, pptp_packet_data(k), v->octets_n);
        v->len = pptp_packet_len(k);
    }
    sim_packet_free(&w->net, h);
}

/* A SYN of the peer waits for what the script says; others are repeats. */
static bool syn_held(struct sims *w, const uint8_t *ip, pptp_pkt h)
{
    struct end *e = end_by_port(w, pptp_get32(ip + 16),
                                pptp_get16(ip + IP_OCTETS));
    struct script_event *v;

    if (e == NULL || e->peer == NULL || !e->opening ||
        e->syn != PPTP_PKT_NONE) {
        sim_packet_free(&w->net, h);
        return false;
    }
    e->syn = h;
    if (e->seen)
        return true;
    e->seen = true;
    v = event(w, SCRIPT_EV_TCP_OPEN);
    if (v != NULL) {
        v->conn = e->conn;
        v->addr = pptp_addr_v4(e->ip);
    }
    return true;
}

static void on_tester_packet(struct sim_sink *s, uint32_t h)
{
    struct side *side = (struct side *)(void *)((char *)s -
                                                offsetof(struct side,
                                                         packets));
    struct sims *w = side->w;
    const uint8_t *ip = pptp_packet_data(sim_packet(&w->net, h));

    if (ip[9] != PROTO_TCP) {
        gre_seen(w, h);
    } else if ((ip[TCP_FLAGS] & SYN_MASK) == SYN) {
        w->told |= syn_held(w, ip, h);
    } else {
        stream_host_input(&side->tcp, w->cal.now, h & ~SIM_PKT_BIG);
        arm_tcp(side);
    }
}

/* --- what the peer asks for ---------------------------------------------- */

static void act_open(struct sims *w, const struct pptp_action *a)
{
    struct end *e = end_new(w);

    if (e == NULL)
        return;
    e->conn = a->conn;
    e->ip = pptp_addr_to_v4(&a->addr);
    e->opening = true;
    e->peer = stream_connect(&w->peer.tcp, w->cal.now, SCRIPT_PEER_IPV4, e->ip,
                             PPTP_PORT);
    if (e->peer == NULL) {
        w->world.lost = true;
        return;
    }
    e->peer->user = e;
    e->peer_port = e->peer->local_port;
}

/* Messages all go out: what the stream does not take now waits. */
static void act_send(struct sims *w, const struct pptp_action *a)
{
    struct end *e = end_of(w, a->conn);
    size_t took = 0, n = a->len;
    uint8_t *more;

    if (e == NULL || e->peer == NULL)
        return;
    if (e->backlog_n == 0)
        took = stream_write(e->peer, w->cal.now, a->octets, n);
    n -= took;
    if (n == 0)
        return;
    more = e->backlog_n + n <= BACKLOG_MAX
               ? realloc(e->backlog, e->backlog_n + n)
               : NULL;
    if (more == NULL) {
        w->world.lost = true;
        return;
    }
    e->backlog = more;
    memcpy(more + e->backlog_n, a->octets + took, n);
    e->backlog_n += n;
}

static void act_close(struct sims *w, const struct pptp_action *a)
{
    struct end *e = end_of(w, a->conn);

    if (e == NULL)
        return;
    e->asked = true;
    if (e->peer != NULL && e->opening) {
        stream_abort(e->peer, w->cal.now);
        e->peer = NULL;
        e->opening = false;
        if (e->syn != PPTP_PKT_NONE)
            sim_packet_free(&w->net, e->syn);
        e->syn = PPTP_PKT_NONE;
    }
    if (e->peer == NULL)
        close_seen(w, e); /* there is nothing left that could show it */
    else if (e->backlog_n == 0)
        stream_close(e->peer, w->cal.now);
}

static void act_gre(struct sims *w, const struct pptp_action *a)
{
    struct end *e = end_of(w, a->conn);
    struct pptp_packet *k = pptp_pool_at(&w->net.pool, a->pkt);
    struct sim_ip head;
    uint8_t *ip;

    if (e == NULL) {
        pptp_pool_free(&w->net.pool, a->pkt);
        return;
    }
    ip = pptp_packet_push(k, IP_OCTETS);
    sim_ip_init(&head, SCRIPT_PEER_IPV4, e->ip, INET4_GRE);
    sim_ip_write(&head, ip, pptp_packet_len(k), 0);
    sim_net_send(&w->net, w->peer.out, a->pkt);
}

static void act_frame(struct sims *w, const struct pptp_action *a)
{
    if (w->holding && w->held_n < HELD_MAX) {
        w->held[w->held_n].pkt = a->pkt;
        w->held[w->held_n++].call = a->call;
    } else {
        PPTP_ASSERT(w->done_n < PACKETS); /* the pool has no more */
        w->done[w->done_n].pkt = a->pkt;
        w->done[w->done_n++].call = a->call;
    }
}

static enum script_event_kind local_kind(enum pptp_action_type t)
{
    switch (t) {
    case PPTP_ACT_LINE_DIAL: return SCRIPT_EV_DIAL;
    case PPTP_ACT_LINE_ANSWER: return SCRIPT_EV_ANSWER;
    case PPTP_ACT_LINE_HANGUP: return SCRIPT_EV_HANGUP;
    case PPTP_ACT_LINE_ACCM: return SCRIPT_EV_ACCM;
    case PPTP_ACT_FRAME_OUT: return SCRIPT_EV_FRAME;
    case PPTP_ACT_HOLD: return SCRIPT_EV_HOLD;
    case PPTP_ACT_RESUME: return SCRIPT_EV_RESUME;
    case PPTP_ACT_CONN_UP: return SCRIPT_EV_CONN_UP;
    case PPTP_ACT_CONN_DOWN: return SCRIPT_EV_CONN_DOWN;
    case PPTP_ACT_CALL_NEW: return SCRIPT_EV_CALL_NEW;
    case PPTP_ACT_CALL_UP: return SCRIPT_EV_CALL_UP;
    default: return SCRIPT_EV_CALL_DOWN;
    }
}

/* What happens inside is an event at once. */
static void act_local(struct sims *w, const struct pptp_action *a)
{
    struct script_event *v = event(w, local_kind(a->type));

    if (v != NULL) {
        v->conn = a->conn;
        v->call = a->call;
    }
    if (v != NULL && a->type == PPTP_ACT_LINE_ACCM) {
        v->tx = a->tx_accm;
        v->rx = a->rx_accm;
    } else if (v != NULL && a->type == PPTP_ACT_CALL_DOWN) {
        v->end = a->end;
    } else if (a->type == PPTP_ACT_FRAME_OUT) {
        if (v != NULL)
            v->len = pptp_packet_len(pptp_pool_at(&w->net.pool, a->pkt));
        act_frame(w, a);
    }
}

static void on_action(void *ctx, const struct pptp_action *a)
{
    struct sims *w = ctx;

    switch (a->type) {
    case PPTP_ACT_TCP_OPEN: act_open(w, a); break;
    case PPTP_ACT_TCP_SEND: act_send(w, a); break;
    case PPTP_ACT_TCP_CLOSE: act_close(w, a); break;
    case PPTP_ACT_GRE_SEND: act_gre(w, a); break;
    default: act_local(w, a); break;
    }
}

/* --- input from the network ---------------------------------------------- */

/* The next moment at which something happens; false if it is too far off. */
static bool go_on(struct sims *w, pptp_ns limit)
{
    pptp_ns next;

    arm_tcp(&w->tester);
    arm_tcp(&w->peer);
    next = sim_calendar_next(&w->cal);
    if (next > limit)
        return false;
    sim_calendar_run(&w->cal, next);
    return true;
}

/* Until the input has arrived: what the peer said to it. */
static int arrive(struct sims *w)
{
    pptp_ns limit = w->cal.now + PATIENCE;

    while (!w->told)
        if (!go_on(w, limit))
            return PPTP_ERR_RESOURCE;
    return w->err;
}

static int accept_in(struct sims *w, const struct script_input *in,
                     uint32_t *ref)
{
    struct end *e = end_new(w);
    int err;

    if (e == NULL)
        return PPTP_ERR_RESOURCE;
    e->ip = pptp_addr_to_v4(&in->addr);
    e->port = in->port;
    e->authorized = in->authorized;
    e->tester = stream_connect(&w->tester.tcp, w->cal.now, e->ip,
                               SCRIPT_PEER_IPV4, PPTP_PORT);
    if (e->tester == NULL)
        return PPTP_ERR_RESOURCE;
    e->tester->user = e;
    w->accepting = e;
    err = arrive(w);
    w->accepting = NULL;
    if (err == 0)
        *ref = e->conn;
    return err;
}

/* The answer to a SYN that is held. */
static int answer(struct sims *w, struct end *e, const struct script_input *in)
{
    bool yes = in->event == PPTP_TCP_CONNECTED;
    pptp_ns limit = w->cal.now + PATIENCE;
    int err;

    e->port = in->port;
    e->tell = yes ? PPTP_TCP_CLOSED : in->event;
    /* with nobody listening it is RST */
    stream_host_listen(&w->tester.tcp, yes ? PPTP_PORT : 0);
    stream_host_input(&w->tester.tcp, w->cal.now, e->syn & ~SIM_PKT_BIG);
    e->syn = PPTP_PKT_NONE;
    err = arrive(w);
    while (yes && e->tester == NULL) /* the end of the handshake */
        if (!go_on(w, limit))
            return PPTP_ERR_RESOURCE;
    return err;
}

static int event_in(struct sims *w, const struct script_input *in)
{
    struct end *e = end_of(w, in->conn);

    if (e != NULL && e->syn != PPTP_PKT_NONE)
        return answer(w, e, in);
    if (e == NULL || e->peer == NULL || e->tester == NULL || e->asked ||
        in->event == PPTP_TCP_CONNECTED)
        return tell(w, in->conn, in->event, e);
    e->tell = in->event;
    if (in->event == PPTP_TCP_CLOSED) {
        stream_close(e->tester, w->cal.now);
    } else {
        stream_abort(e->tester, w->cal.now);
        e->tester = NULL;
    }
    return arrive(w);
}

/* One segment of the script, on its way until the peer has all of it. */
static int segment(struct sims *w, struct end *e, const uint8_t *octets,
                   uint32_t n)
{
    uint64_t want = e->taken + n;
    pptp_ns limit = w->cal.now + PATIENCE;
    size_t took;

    while (e->taken < want && !e->asked && e->peer != NULL && w->err == 0) {
        if (n > 0) {
            if (e->tester == NULL)
                return PPTP_ERR_STATE;
            took = stream_write(e->tester, w->cal.now, octets, n);
            octets += took;
            n -= (uint32_t)took;
        }
        if (!go_on(w, limit))
            return PPTP_ERR_RESOURCE;
    }
    return w->err;
}

static int octets_in(struct sims *w, const struct script_input *in)
{
    struct end *e = end_of(w, in->conn);
    uint32_t at, n;
    int err = 0;

    for (at = 0; at < in->len && err == 0; at += n) {
        n = in->split > 0 && in->split < in->len - at ? in->split
                                                      : in->len - at;
        if (e == NULL || e->asked || e->peer == NULL || e->tester == NULL)
            err = feed(w, in->conn, in->octets + at, n);
        else
            err = segment(w, e, in->octets + at, n);
    }
    return err;
}

static int gre_in(struct sims *w, const struct script_input *in)
{
    uint32_t to = in->to_given ? pptp_addr_to_v4(&in->to) : SCRIPT_PEER_IPV4;
    struct pptp_packet *k;
    pptp_pkt h;
    struct sim_ip head;
    uint8_t *ip;

    if (in->len > GRE_OCTETS_MAX)
        return PPTP_ERR_RESOURCE;
    h = pptp_pool_take(&w->net.pool, IP_OCTETS);
    if (h == PPTP_PKT_NONE)
        return PPTP_ERR_RESOURCE;
    k = pptp_pool_at(&w->net.pool, h);
    memcpy(pptp_packet_data(k), in->octets, in->len);
    k->head_len = (uint16_t)in->len;
    k->tail_len = in->tail;
    ip = pptp_packet_push(k, IP_OCTETS);
    sim_ip_init(&head, pptp_addr_to_v4(&in->addr), to, INET4_GRE);
    sim_ip_write(&head, ip, pptp_packet_len(k), 0);
    if (!sim_net_send(&w->net, w->tester.out, h))
        return PPTP_ERR_RESOURCE;
    return arrive(w);
}

/* --- input from above and from lines ------------------------------------- */

static int frame_in(struct sims *w, const struct script_input *in)
{
    pptp_pkt h = pptp_pool_take(&w->net.pool, PPTP_HEADROOM);

    if (h == PPTP_PKT_NONE)
        return PPTP_ERR_RESOURCE;
    pptp_pool_at(&w->net.pool, h)->tail_len = in->len;
    return pptp_peer_frame(w->node.peer, w->cal.now, in->call, h);
}

/* Gives back the first frames of a call that wait. */
static int digest(struct sims *w, const struct script_input *in)
{
    uint32_t i, n = 0;

    for (i = 0; i < w->held_n && n < in->len;) {
        pptp_pkt pkt = w->held[i].pkt;

        if (w->held[i].call != in->call) {
            i++;
            continue;
        }
        memmove(&w->held[i], &w->held[i + 1],
                (--w->held_n - i) * sizeof w->held[0]);
        pptp_peer_frame_done(w->node.peer, w->cal.now, in->call, pkt);
        n++;
    }
    return n == in->len ? 0 : PPTP_ERR_STATE;
}

/* Between begin and finish: what needs no network. */
static int local_in(struct sims *w, const struct script_input *in,
                    uint32_t *ref)
{
    struct pptp_peer *p = w->node.peer;
    pptp_ns now = w->cal.now;

    switch (in->kind) {
    case SCRIPT_IN_LINE:
        return pptp_peer_line_event(p, now, in->call, in->line, &in->info);
    case SCRIPT_IN_OPEN: return pptp_peer_open(p, now, &in->addr, ref);
    case SCRIPT_IN_STOP:
        return pptp_peer_close(p, now, in->conn,
                               (enum pptp_stop_reason)in->reason);
    case SCRIPT_IN_RING:
        return pptp_peer_ring(p, now, in->conn, &in->request, ref);
    case SCRIPT_IN_CALL:
        return pptp_peer_call_open(p, now, in->conn, &in->request, ref);
    case SCRIPT_IN_CLEAR: return pptp_peer_call_close(p, now, in->call);
    case SCRIPT_IN_SLI:
        return pptp_peer_set_link_info(p, now, in->call, in->tx, in->rx);
    case SCRIPT_IN_FRAME: return frame_in(w, in);
    case SCRIPT_IN_DIGEST: return digest(w, in);
    case SCRIPT_IN_HOLD_FRAMES: w->holding = true; return 0;
    default: return PPTP_ERR_ARGUMENT;
    }
}

static int sims_input(struct script_world *sw, const struct script_input *in,
                      uint32_t *ref)
{
    struct sims *w = of(sw);
    int err;

    w->told = false;
    w->err = 0;
    switch (in->kind) {
    case SCRIPT_IN_ACCEPT: err = accept_in(w, in, ref); break;
    case SCRIPT_IN_TCP: err = event_in(w, in); break;
    case SCRIPT_IN_OCTETS: err = octets_in(w, in); break;
    case SCRIPT_IN_GRE: err = gre_in(w, in); break;
    default:
        begin(w);
        err = local_in(w, in, ref);
        finish(w);
        if (in->kind == SCRIPT_IN_OPEN && err == 0)
            err = arrive(w); /* the SYN, at the tester */
        break;
    }
    arm_tcp(&w->tester);
    arm_tcp(&w->peer);
    sw->now_ns = w->cal.now;
    return err;
}

static void sims_run(struct script_world *sw, pptp_ns until)
{
    struct sims *w = of(sw);
    uint32_t before = sw->events_n;
    pptp_ns next;

    while (sw->events_n == before && w->cal.now < until) {
        next = sim_calendar_next(&w->cal);
        sim_calendar_run(&w->cal, next < until ? next : until);
    }
    sw->now_ns = w->cal.now;
}

/* --- the world ----------------------------------------------------------- */

static int side_start(struct sims *w, struct side *s, const char *host,
                      const char *other, const struct stream_callbacks *cb,
                      void (*on_packet)(struct sim_sink *, uint32_t))
{
    /* a held SYN is repeated until the script says more */
    struct stream_config sc;
    uint32_t me = (uint32_t)sim_platform_host(&platform, host);

    stream_config_default(&sc);
    sc.syn_tries = UINT32_MAX;
    s->w = w;
    s->packets.event = on_packet;
    s->timer.event = on_tcp_timer;
    s->timer_at_ns = PPTP_NEVER;
    s->out = sim_net_route(
        &w->net, me, (uint32_t)sim_platform_host(&platform, other), NULL);
    sim_net_attach(&w->net, me, &s->packets);
    if (s->out == NULL || stream_host_init(&s->tcp, &w->net.big, cb, s, &sc,
                                           SCRIPT_SEED + me) < 0)
        return PPTP_ERR_RESOURCE;
    stream_host_listen(&s->tcp, PPTP_PORT);
    return 0;
}

static int sims_start(struct script_world *sw, const struct pptp_config *c,
                      const struct pptp_limits *l)
{
    static const struct sim_net_config nc = {
        .seed = SCRIPT_SEED,
        .queue_packets = QUEUE_MAX,
        .pool_packets = PACKETS,
        .pool_buf_octets = BUF_OCTETS,
        .big_packets = BIG_PACKETS,
        .big_buf_octets = BIG_OCTETS,
    };
    struct sims *w = of(sw);
    size_t n = pptp_peer_octets(l);

    if (n == 0)
        return PPTP_ERR_ARGUMENT;
    if (sim_calendar_init(&w->cal, EVENTS_MAX) < 0 ||
        sim_net_init(&w->net, &w->cal, &platform, &nc) < 0 ||
        side_start(w, &w->peer, "peer", "tester", &peer_callbacks,
                   on_peer_packet) < 0 ||
        side_start(w, &w->tester, "tester", "peer", &tester_callbacks,
                   on_tester_packet) < 0)
        return PPTP_ERR_RESOURCE;
    w->mem = aligned_alloc(64, n);
    if (w->mem == NULL)
        return PPTP_ERR_RESOURCE;
    memset(w->mem, 0, n);
    w->addr = pptp_addr_v4(SCRIPT_PEER_IPV4);
    w->timer.event = on_timer;
    w->timer_at_ns = PPTP_NEVER;
    w->node.act = on_action;
    w->node.ctx = w;
    w->node.peer = pptp_peer_init(w->mem, c, l, &w->net.pool, SCRIPT_SEED);
    return w->node.peer != NULL ? 0 : PPTP_ERR_ARGUMENT;
}

static void sims_stop(struct script_world *sw)
{
    struct sims *w = of(sw);
    struct end *e, *next;

    for (e = w->ends; e != NULL; e = next) {
        next = e->next;
        free(e->backlog);
        free(e);
    }
    if (w->peer.tcp.buckets != NULL)
        stream_host_fini(&w->peer.tcp);
    if (w->tester.tcp.buckets != NULL)
        stream_host_fini(&w->tester.tcp);
    sim_net_fini(&w->net);
    sim_calendar_fini(&w->cal);
    free(w->mem);
    free(sw->events);
    free(w);
}

static const struct pptp_stats *sims_stats(struct script_world *sw)
{
    return pptp_peer_stats(of(sw)->node.peer);
}

static int sims_conn_state(struct script_world *sw, uint32_t conn)
{
    return (int)pptp_peer_conn_state(of(sw)->node.peer, conn);
}

static int sims_call_info(struct script_world *sw, uint32_t call,
                          struct pptp_call_info *out)
{
    return pptp_peer_call_info(of(sw)->node.peer, call, out);
}

static uint32_t sims_row_hits(struct script_world *sw, unsigned figure,
                              unsigned row, unsigned *rows)
{
    return pptp_peer_row_hits(of(sw)->node.peer, figure, row, rows);
}

static const struct script_world_ops sims_ops = {
    .start = sims_start,
    .input = sims_input,
    .run = sims_run,
    .stop = sims_stop,
    .stats = sims_stats,
    .conn_state = sims_conn_state,
    .call_info = sims_call_info,
    .row_hits = sims_row_hits,
};

/* Once a process.  SimGrid reads files only, so the text becomes one. */
static int platform_start(char *why, size_t cap)
{
    const char *folder = getenv("TMPDIR");
    size_t n = sizeof platform_text - 1;
    char path[512];
    int fd, err = -1;

    if (platform_loaded)
        return 0;
    snprintf(path, sizeof path, "%s/dialtone-XXXXXX.xml",
             folder != NULL && *folder != '\0' ? folder : "/tmp");
    fd = mkstemps(path, 4);
    if (fd < 0 || write(fd, platform_text, n) != (ssize_t)n)
        snprintf(why, cap, "%s: %s", path, strerror(errno));
    else
        err = sim_platform_load(&platform, path, why, cap);
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
    platform_loaded = err == 0;
    return err;
}

struct script_world *script_world_sim_new(char *why, size_t cap)
{
    struct sims *w;

    if (platform_start(why, cap) < 0)
        return NULL;
    w = calloc(1, sizeof *w);
    if (w == NULL) {
        snprintf(why, cap, "not enough memory");
        return NULL;
    }
    w->world.ops = &sims_ops;
    w->world.tolerance_ns = TOLERANCE;
    w->world.settle_ns = SETTLE;
    return &w->world;
}
