/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulated world: what peers ask for becomes packets, streams and lines,
 * and what those bring becomes the peers' input.  See world.h.
 */
#include "config.h"

#include "sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pptp/wire.h"

#define IP_OCTETS 20u
#define UDP_OCTETS 8u
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_GRE 47

enum {
    CALL_START,
    CALL_LINE_UP,
    CALL_STOP,      /* its time is over: PPP ends first */
    CALL_CLEAR,     /* the PNS clears it */
    CALL_DROP,      /* the caller hangs up */
    CALL_PPP_BEGIN, /* + enum sim_side: the layer below is there, */
    CALL_PPP_GONE = CALL_PPP_BEGIN + 2 /* or gone */
};

/* --- octets ------------------------------------------------------------ */

void sim_ip_header(uint8_t out[20], uint32_t src, uint32_t dst,
                   uint8_t protocol, uint32_t whole_octets, uint16_t id)
{
    /* the sum of the header's words, in one's complement: RFC 1071 */
    uint32_t sum = 0x4500u + (whole_octets & 0xffff) + id + 0x4000u +
                   protocol + (src >> 16) + (src & 0xffff) + (dst >> 16) +
                   (dst & 0xffff);

    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    out[0] = 0x45;
    out[1] = 0;
    pptp_put16(out + 2, (uint16_t)whole_octets);
    pptp_put16(out + 4, id);
    pptp_put16(out + 6, 0);
    out[8] = 64;
    out[9] = protocol;
    pptp_put16(out + 10, (uint16_t)~sum);
    pptp_put32(out + 12, src);
    pptp_put32(out + 16, dst);
}

/* UDP over zeros; checksum 0 is "none", which RFC 768 permits. */
static void udp_header(uint8_t out[8], uint32_t octets)
{
    pptp_put16(out, 4000);
    pptp_put16(out + 2, 9); /* discard */
    pptp_put16(out + 4, (uint16_t)octets);
    pptp_put16(out + 6, 0);
}

static void note_delay(struct sim_delays *d, pptp_ns delay_ns)
{
    uint64_t us = delay_ns / 1000 + 1;
    unsigned log = 63u - (unsigned)__builtin_clzll(us);
    unsigned frac = log >= 4 ? (unsigned)(us >> (log - 4)) & 15
                             : (unsigned)(us << (4 - log)) & 15;
    unsigned bin = log * 16 + frac;

    d->bins[bin < SIM_DELAY_BINS ? bin : SIM_DELAY_BINS - 1]++;
}

double sim_delays_quantile_s(const struct sim_delays *d, double q)
{
    uint64_t total = 0, want, seen = 0;
    unsigned i;

    for (i = 0; i < SIM_DELAY_BINS; i++)
        total += d->bins[i];
    if (total == 0)
        return 0;
    want = (uint64_t)(q * (double)(total - 1)) + 1;
    for (i = 0; i < SIM_DELAY_BINS; i++) {
        seen += d->bins[i];
        if (seen >= want)
            break;
    }
    return (double)(16 + i % 16 + 1) / 16.0 *
           (double)(UINT64_C(1) << (i / 16)) * 1e-6;
}

/* --- feeding a peer ---------------------------------------------------- */

static void arm_tcp(struct sim_node *n)
{
    sim_alarm_set(&n->world->cal, &n->tcp_timer,
                  stream_host_deadline(&n->tcp));
}

static void begin(struct sim_node *n)
{
    pptp_node_begin(&n->node, n->world->cal.now);
}

/* After an input: drain, give back what PPP has digested, arm the timer. */
static void finish(struct sim_node *n)
{
    pptp_ns deadline = pptp_node_step(&n->node);

    while (n->done_n > 0) {
        n->done_n--;
        begin(n);
        pptp_node_frame_done(&n->node, n->done_call[n->done_n],
                             n->done_pkt[n->done_n]);
        deadline = pptp_node_step(&n->node);
    }
    sim_alarm_set(&n->world->cal, &n->timer, deadline);
}

static void on_timer(struct sim_sink *s, uint32_t arg)
{
    struct sim_node *n = (struct sim_node *)(void *)((char *)s -
                                                     offsetof(struct sim_node,
                                                              timer));

    (void)arg;
    if (!sim_alarm_due(&n->timer, n->world->cal.now))
        return;
    begin(n);
    finish(n);
}

static void on_tcp_timer(struct sim_sink *s, uint32_t arg)
{
    struct sim_node *n = (struct sim_node *)(void *)((char *)s -
                                                     offsetof(struct sim_node,
                                                              tcp_timer));

    (void)arg;
    if (!sim_alarm_due(&n->tcp_timer, n->world->cal.now))
        return;
    stream_host_advance(&n->tcp, n->world->cal.now);
    arm_tcp(n);
}

/* --- packets for a host ------------------------------------------------ */

static void udp_in(struct sim_world *w, pptp_pkt h)
{
    struct pptp_packet *k = sim_packet(&w->net, h);
    struct sim_source *f = w->flows[k->seq];

    f->delivered++;
    f->delivered_octets += pptp_packet_len(k);
    note_delay(&w->flow_delays, w->cal.now - k->born_ns);
    sim_packet_free(&w->net, h);
}

static void on_packet(struct sim_sink *s, uint32_t h)
{
    struct sim_node *n = (struct sim_node *)(void *)s;
    struct pptp_packet *k = sim_packet(&n->world->net, h);
    const uint8_t *ip = pptp_packet_data(k);
    struct pptp_addr from;

    switch (ip[9]) {
    case PROTO_TCP:
        stream_host_input(&n->tcp, n->world->cal.now, h & ~SIM_PKT_BIG);
        arm_tcp(n);
        return;
    case PROTO_UDP: udp_in(n->world, h); return;
    default: break;
    }
    from = pptp_addr_v4(pptp_get32(ip + 12));
    pptp_packet_pull(k, IP_OCTETS);
    begin(n);
    pptp_node_gre_input(&n->node, &from, &n->addr, h);
    finish(n);
}

/* --- the control connection on its stream ------------------------------ */

static struct sim_link_end *end_new(struct sim_node *n)
{
    uint32_t i;

    for (i = 0; i < n->end_limit; i++)
        if (!n->ends[i].used) {
            if (i >= n->end_count)
                n->end_count = i + 1;
            free(n->ends[i].backlog);
            n->ends[i] = (struct sim_link_end){ .node = n, .used = true };
            return &n->ends[i];
        }
    return NULL;
}

static struct sim_link_end *end_of(struct sim_node *n, pptp_conn_id conn)
{
    uint32_t i;

    for (i = 0; i < n->end_count; i++)
        if (n->ends[i].used && n->ends[i].conn == conn)
            return &n->ends[i];
    return NULL;
}

static struct sim_link_end *end_to(struct sim_node *n, uint32_t ip)
{
    uint32_t i;

    for (i = 0; i < n->end_count; i++)
        if (n->ends[i].used && n->ends[i].up && n->ends[i].peer_ip == ip)
            return &n->ends[i];
    return NULL;
}

static struct pptp_tcp_info tcp_info(const struct stream *s)
{
    return (struct pptp_tcp_info){
        .local = pptp_addr_v4(s->local_ip),
        .remote = pptp_addr_v4(s->peer_ip),
        .local_port = s->local_port,
        .remote_port = s->peer_port,
        .authorized = true,
    };
}

/* Where the node of an address is, or belongs, in by_ip. */
static struct sim_node **node_slot(const struct sim_world *w, uint32_t ip)
{
    uint32_t i = (uint32_t)((ip * UINT64_C(0x9e3779b97f4a7c15)) >> 32);

    for (;; i++) {
        struct sim_node **n = &w->by_ip[i & w->by_ip_mask];

        if (*n == NULL || (*n)->ip == ip)
            return n;
    }
}

static void tcp_emit(void *ctx, struct stream_host *host, pptp_pkt pkt)
{
    struct sim_node *n = ctx;
    struct sim_world *w = n->world;
    struct pptp_packet *k = pptp_pool_at(&w->net.big, pkt);
    struct sim_node *to = *node_slot(w, pptp_get32(pptp_packet_data(k) + 16));
    const struct sim_route *r = NULL;

    (void)host;
    if (to != NULL)
        r = sim_net_route(&w->net, n->host, to->host, NULL);
    if (r == NULL)
        pptp_pool_free(&w->net.big, pkt);
    else
        sim_net_send(&w->net, r, pkt | SIM_PKT_BIG);
}

static void tcp_accepted(void *ctx, struct stream *s)
{
    struct sim_node *n = ctx;
    struct pptp_tcp_info info = tcp_info(s);
    struct sim_link_end *e = end_new(n);

    if (e == NULL) {
        stream_abort(s, n->world->cal.now);
        return;
    }
    e->stream = s;
    e->peer_ip = s->peer_ip;
    s->user = e;
    begin(n);
    if (pptp_node_tcp_accepted(&n->node, &info, &e->conn) < 0) {
        e->used = false;
        s->user = NULL;
    }
    finish(n);
    if (s->user == NULL)
        stream_abort(s, n->world->cal.now);
}

static void tcp_tell(struct sim_link_end *e, enum pptp_tcp_event event,
                     const struct pptp_tcp_info *info)
{
    struct sim_node *n = e->node;

    begin(n);
    pptp_node_tcp_event(&n->node, e->conn, event, info);
    finish(n);
}

static void tcp_connected(void *ctx, struct stream *s)
{
    struct sim_link_end *e = s->user;
    struct pptp_tcp_info info = tcp_info(s);

    (void)ctx;
    if (e != NULL)
        tcp_tell(e, PPTP_TCP_CONNECTED, &info);
}

static void tcp_octets(void *ctx, struct stream *s, const uint8_t *octets,
                       size_t len)
{
    struct sim_node *n = ctx;

    while (len > 0 && s->user != NULL) {
        struct sim_link_end *e = s->user;
        int used;

        begin(n);
        used = pptp_node_tcp_input(&n->node, e->conn, octets, len);
        finish(n);
        if (used <= 0)
            return;
        octets += used;
        len -= (size_t)used;
    }
}

static void tcp_gone(struct stream *s)
{
    struct sim_link_end *e = s->user;

    if (e == NULL)
        return;
    s->user = NULL;
    e->stream = NULL;
    if (e->closing) { /* the peer has forgotten it already */
        e->used = false;
        return;
    }
    /* the peer may end this one and take its place for another */
    tcp_tell(e, PPTP_TCP_CLOSED, NULL);
    if (e->stream == NULL)
        e->used = false;
}

static void tcp_peer_closed(void *ctx, struct stream *s)
{
    struct sim_node *n = ctx;

    tcp_gone(s);
    stream_close(s, n->world->cal.now);
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
static void end_close(struct sim_link_end *e)
{
    if (e->stream != NULL) {
        e->stream->user = NULL;
        stream_close(e->stream, e->node->world->cal.now);
        arm_tcp(e->node);
    }
    e->used = false;
}

static void tcp_writable(void *ctx, struct stream *s)
{
    struct sim_node *n = ctx;
    struct sim_link_end *e = s->user;
    size_t took;

    if (e == NULL || e->backlog_octets == 0)
        return;
    took = stream_write(s, n->world->cal.now, e->backlog, e->backlog_octets);
    e->backlog_octets -= took;
    memmove(e->backlog, e->backlog + took, e->backlog_octets);
    if (e->closing && e->backlog_octets == 0)
        end_close(e);
}

/* A peer's messages all go out: what the stream does not take now waits.
 * False at the bound, or without memory. */
static bool tcp_send(struct sim_link_end *e, const uint8_t *octets, size_t n)
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

static const struct stream_callbacks stream_cb = {
    .emit = tcp_emit,
    .accepted = tcp_accepted,
    .connected = tcp_connected,
    .octets = tcp_octets,
    .peer_closed = tcp_peer_closed,
    .closed = tcp_closed,
    .failed = tcp_failed,
    .writable = tcp_writable,
};

/* --- what a peer asks for ---------------------------------------------- */

static void act_tcp_open(struct sim_node *n, const struct pptp_action *a)
{
    struct sim_link_end *e = end_new(n);

    if (e == NULL)
        return;
    e->conn = a->conn;
    e->peer_ip = pptp_addr_to_v4(&a->addr);
    e->stream = stream_connect(&n->tcp, n->world->cal.now, n->ip, e->peer_ip,
                               PPTP_PORT);
    if (e->stream != NULL)
        e->stream->user = e;
    else
        e->used = false;
    arm_tcp(n);
}

static void act_tcp_close(struct sim_node *n, const struct pptp_action *a)
{
    struct sim_link_end *e = end_of(n, a->conn);

    if (e == NULL)
        return;
    if (e->stream != NULL && e->backlog_octets > 0) {
        e->closing = true; /* after what was sent: tcp_writable goes on */
        return;
    }
    end_close(e);
}

static void act_gre(struct sim_node *n, const struct pptp_action *a)
{
    struct sim_world *w = n->world;
    struct sim_call *c = n->by_slot[a->call & 0xfffff];
    struct pptp_packet *k = pptp_pool_at(&w->net.pool, a->pkt);
    bool from_pns;
    uint8_t *ip;

    PPTP_ASSERT(c != NULL);
    from_pns = c->pns == n;
    ip = pptp_packet_push(k, IP_OCTETS);
    sim_ip_header(ip, c->ip[from_pns], c->ip[!from_pns], PROTO_GRE,
                  pptp_packet_len(k), 0);
    sim_net_send(&w->net, c->route[from_pns], a->pkt);
}

static void give_back(struct sim_node *n, pptp_call_id call, pptp_pkt pkt)
{
    PPTP_ASSERT(n->done_n < SIM_DONE_MAX);
    n->done_call[n->done_n] = call;
    n->done_pkt[n->done_n++] = pkt;
}

/* A copy of a frame of PPP's own reaches an end at `at_ns`: the packet itself
 * goes back to the tunnel when the line or PPP has taken it. */
static void to_session(struct sim_call *c, enum sim_side side,
                       struct pptp_packet *k, pptp_ns at_ns)
{
    struct pptp_pool *pool = &c->world->net.pool;
    pptp_pkt h = pptp_pool_take(pool, 0);
    struct pptp_packet *copy;

    if (h == PPTP_PKT_NONE || k->head_len > pool->buf_octets) {
        c->world->ppp_refused++;
        if (h != PPTP_PKT_NONE)
            pptp_pool_free(pool, h);
        return;
    }
    copy = pptp_pool_at(pool, h);
    memcpy(pptp_packet_data(copy), pptp_packet_data(k), k->head_len);
    copy->head_len = k->head_len;
    sim_calendar_at(&c->world->cal, at_ns, &c->ppp[side], h);
}

static bool is_control(const struct sim_call *c, struct pptp_packet *k)
{
    return c->session != NULL &&
           sim_session_control(pptp_packet_data(k), k->head_len);
}

/* Takes the frames that have left by now off the line. */
static void line_collect(struct sim_call *c)
{
    struct sim_node *n = c->pac;
    struct line_frame f;

    while (n->done_n < SIM_DONE_MAX &&
           line_done(c->line_down, n->world->cal.now, &f)) {
        struct pptp_packet *k = pptp_pool_at(&n->world->net.pool, f.cookie);

        if (is_control(c, k)) {
            to_session(c, SIM_CALLER, k, f.arrive_ns);
        } else {
            c->to_caller++;
            c->to_caller_octets += f.len_octets;
            note_delay(&n->world->call_delays, f.arrive_ns - k->born_ns);
        }
        give_back(n, c->pac_id, f.cookie);
    }
}

static void frame_out(struct sim_node *n, const struct pptp_action *a)
{
    struct sim_world *w = n->world;
    struct sim_call *c = n->by_slot[a->call & 0xfffff];
    struct pptp_packet *k = pptp_pool_at(&w->net.pool, a->pkt);
    struct line_frame f;

    PPTP_ASSERT(c != NULL);
    if (n == c->pns) {
        if (is_control(c, k)) {
            to_session(c, SIM_PNS, k, w->cal.now);
        } else {
            c->to_pns++;
            c->to_pns_octets += pptp_packet_len(k);
            note_delay(&w->call_delays, w->cal.now - k->born_ns);
        }
        give_back(n, a->call, a->pkt);
        return;
    }
    line_collect(c);
    if (line_put(c->line_down, w->cal.now, pptp_packet_len(k), a->pkt, &f) <
        0) {
        give_back(n, a->call, a->pkt);
    } else if (f.depart_ns < c->down_at_ns) {
        c->down_at_ns = f.depart_ns;
        sim_calendar_at(&w->cal, f.depart_ns, &c->down, 0);
    }
}

static struct sim_call *call_by_number(struct sim_world *w,
                                       const char number[64])
{
    uint32_t i = 0, n;

    for (n = 0; n < 9 && number[n] >= '0' && number[n] <= '9'; n++)
        i = i * 10 + (uint32_t)(number[n] - '0');
    return n > 0 && i < w->call_count ? w->calls[i] : NULL;
}

static void act_call_new(struct sim_node *n, const struct pptp_action *a)
{
    struct pptp_call_request req;
    struct sim_call *c;

    if (pptp_peer_call_request(n->node.peer, a->call, &req) < 0)
        return;
    c = call_by_number(n->world, req.number);
    PPTP_ASSERT(c != NULL);
    n->by_slot[a->call & 0xfffff] = c;
    if (n == c->pns)
        c->pns_id = a->call;
    else
        c->pac_id = a->call;
}

static void source_next(struct sim_source *s)
{
    struct traffic_packet p;
    pptp_ns at;

    s->running = traffic_next(&s->traffic, &p);
    if (!s->running)
        return;
    /* replayed packets may be shorter than the headers we write */
    s->size_octets = p.size_octets < IP_OCTETS + UDP_OCTETS
                         ? IP_OCTETS + UDP_OCTETS
                         : p.size_octets;
    at = s->base_ns + p.at_ns;
    sim_calendar_at(&s->world->cal, at, &s->sink, s->index);
}

/* Users' traffic may flow: the tunnel is there and, where PPP negotiates, it
 * has addresses. */
static void call_established(struct sim_call *c)
{
    struct sim_world *w = c->world;
    uint32_t i;

    c->up_now = c->ever_up = true;
    c->up_ns = w->cal.now;
    w->up_calls++;
    for (i = 0; i < c->source_count; i++) {
        c->sources[i].base_ns += w->cal.now;
        source_next(&c->sources[i]);
    }
    if (c->duration_ns > 0)
        sim_calendar_at(&w->cal, w->cal.now + c->duration_ns, &c->start,
                        CALL_STOP);
}

static void act_call_up(struct sim_node *n, const struct pptp_action *a)
{
    struct sim_call *c = n->by_slot[a->call & 0xfffff];
    enum sim_side side = n == c->pns ? SIM_PNS : SIM_CALLER;

    if (side == SIM_PNS)
        c->pns_up = true;
    else
        c->pac_up = true;
    if (c->session != NULL) /* it sends at once: not from in here */
        sim_calendar_at(&c->world->cal, c->world->cal.now, &c->start,
                        CALL_PPP_BEGIN + side);
    else if (c->pac_up && c->pns_up)
        call_established(c);
}

static void act_call_down(struct sim_node *n, const struct pptp_action *a)
{
    struct sim_call *c = n->by_slot[a->call & 0xfffff];
    enum sim_side side;

    if (c == NULL)
        return;
    side = n == c->pns ? SIM_PNS : SIM_CALLER;
    n->by_slot[a->call & 0xfffff] = NULL;
    if (c->up_now)
        n->world->up_calls--;
    c->up_now = false;
    if (c->last == NULL)
        c->last = sim_arena_take(&n->world->arena, 2 * sizeof *c->last);
    if (c->last != NULL)
        (void)pptp_peer_call_info(n->node.peer, a->call, &c->last[side]);
    if (side == SIM_PNS)
        c->pns_up = false;
    else
        c->pac_up = false;
    c->down_ns = n->world->cal.now;
    c->end = a->end;
    c->failed = !c->ever_up;
    if (c->session != NULL)
        sim_calendar_at(&c->world->cal, c->world->cal.now, &c->start,
                        CALL_PPP_GONE + side);
}

static void act_conn_up(struct sim_node *n, const struct pptp_action *a)
{
    struct sim_link_end *e = end_of(n, a->conn);
    struct sim_world *w = n->world;
    uint32_t i;

    if (e == NULL)
        return;
    e->up = true;
    for (i = 0; i < w->call_count; i++) {
        struct sim_call *c = w->calls[i];

        if (c->waiting && (c->outgoing ? c->pns : c->pac) == n) {
            c->waiting = false;
            sim_calendar_at(&w->cal, w->cal.now, &c->start, CALL_START);
        }
    }
}

static void on_action(void *ctx, const struct pptp_action *a)
{
    struct sim_node *n = ctx;
    struct sim_world *w = n->world;
    struct sim_link_end *e;

    switch (a->type) {
    case PPTP_ACT_GRE_SEND: act_gre(n, a); break;
    case PPTP_ACT_FRAME_OUT: frame_out(n, a); break;
    case PPTP_ACT_TCP_OPEN: act_tcp_open(n, a); break;
    case PPTP_ACT_TCP_CLOSE: act_tcp_close(n, a); break;
    case PPTP_ACT_TCP_SEND:
        e = end_of(n, a->conn);
        if (e != NULL && e->stream != NULL &&
            !tcp_send(e, a->octets, a->len)) {
            stream_abort(e->stream, w->cal.now);
            e->stream = NULL; /* the peer's own timers notice */
        }
        arm_tcp(n);
        break;
    case PPTP_ACT_LINE_DIAL:
    case PPTP_ACT_LINE_ANSWER:
        /* a constant-rate line is up as soon as it is answered */
        sim_calendar_at(&w->cal, w->cal.now,
                        &n->by_slot[a->call & 0xfffff]->start, CALL_LINE_UP);
        break;
    case PPTP_ACT_CALL_NEW: act_call_new(n, a); break;
    case PPTP_ACT_CALL_UP: act_call_up(n, a); break;
    case PPTP_ACT_CALL_DOWN: act_call_down(n, a); break;
    case PPTP_ACT_CONN_UP: act_conn_up(n, a); break;
    case PPTP_ACT_CONN_DOWN:
        e = end_of(n, a->conn);
        if (e != NULL)
            e->up = false;
        break;
    case PPTP_ACT_LINE_HANGUP:
    case PPTP_ACT_LINE_ACCM:
    case PPTP_ACT_HOLD: /* sources are open-loop: the peer drops and counts */
    case PPTP_ACT_RESUME: break;
    }
}

static void on_trace(void *ctx, const struct pptp_trace_rec *r)
{
    struct sim_node *n = ctx;
    struct sim_world *w = n->world;

    w->trace_hash = pptp_trace_hash(w->trace_hash, r);
    w->trace_records++;
    if (w->trace != NULL)
        w->trace(w->trace_ctx, n, r);
}

/* --- calls ------------------------------------------------------------- */

static void call_begin(struct sim_call *c)
{
    struct sim_node *n = c->outgoing ? c->pns : c->pac;
    struct sim_link_end *e = end_to(n, (c->outgoing ? c->pac : c->pns)->ip);
    struct pptp_call_request req = { .bearer = PPTP_BEARER_DIGITAL,
                                     .framing = PPTP_FRAMING_EITHER,
                                     .min_bps = 1,
                                     .max_bps = UINT32_MAX,
                                     .phys_channel = c->index };
    int err;

    if (e == NULL) {
        c->waiting = true; /* until a control connection is up */
        return;
    }
    snprintf(req.number, sizeof req.number, "%u", c->index);
    begin(n);
    if (c->outgoing)
        err = pptp_node_call_open(&n->node, e->conn, &req, &c->pns_id);
    else
        err = pptp_node_ring(&n->node, e->conn, &req, &c->pac_id);
    if (err == PPTP_OK)
        n->by_slot[(c->outgoing ? c->pns_id : c->pac_id) & 0xfffff] = c;
    else
        c->failed = true;
    finish(n);
}

static void call_line_up(struct sim_call *c)
{
    struct sim_node *n = c->pac;
    uint64_t rate = c->line_down->config.rate_bps;
    struct pptp_line_info info = {
        .connect_bps = rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate,
        .framing = PPTP_FRAMING_SYNC,
        .phys_channel = c->index,
        .ppd_ds = c->ppd_ds,
    };

    begin(n);
    pptp_node_line_event(&n->node, c->pac_id, PPTP_LINE_CONNECTED, &info);
    finish(n);
}

static void call_clear(struct sim_call *c)
{
    begin(c->pns);
    pptp_node_call_close(&c->pns->node, c->pns_id);
    finish(c->pns);
}

static void call_drop(struct sim_call *c)
{
    begin(c->pac);
    pptp_node_line_event(&c->pac->node, c->pac_id, PPTP_LINE_DROPPED, NULL);
    finish(c->pac);
}

static void on_call(struct sim_sink *s, uint32_t arg)
{
    struct sim_call *c = (struct sim_call *)(void *)((char *)s -
                                                     offsetof(struct sim_call,
                                                              start));

    switch (arg) {
    case CALL_START: call_begin(c); break;
    case CALL_LINE_UP: call_line_up(c); break;
    case CALL_STOP:
        c->stopping = true;
        if (c->session != NULL && c->pns_up)
            sim_session_close(c->session, SIM_PNS);
        else
            call_clear(c);
        break;
    case CALL_CLEAR: call_clear(c); break;
    case CALL_DROP: call_drop(c); break;
    case CALL_PPP_BEGIN + SIM_CALLER:
    case CALL_PPP_BEGIN + SIM_PNS:
        sim_session_begin(c->session, (enum sim_side)(arg - CALL_PPP_BEGIN));
        break;
    default:
        sim_session_gone(c->session, (enum sim_side)(arg - CALL_PPP_GONE));
        break;
    }
}

/* --- what PPP at the ends of a call wants -------------------------------- */

static void line_up_put(struct sim_call *c, pptp_pkt h)
{
    struct sim_world *w = c->world;
    struct line_frame f;

    if (line_put(c->line_up, w->cal.now,
                 pptp_packet_len(pptp_pool_at(&w->net.pool, h)), h, &f) < 0)
        sim_packet_free(&w->net, h);
    else
        sim_calendar_at(&w->cal, f.arrive_ns, &c->up, h);
}

static void ppp_send(struct sim_call *c, enum sim_side from,
                     const uint8_t *octets, uint32_t n)
{
    struct pptp_pool *pool = &c->world->net.pool;
    pptp_pkt h = pptp_pool_take(pool, PPTP_HEADROOM + IP_OCTETS);
    struct pptp_packet *k;

    c->ppp_frames++;
    if (h == PPTP_PKT_NONE ||
        n > pool->buf_octets - PPTP_HEADROOM - IP_OCTETS) {
        c->world->ppp_refused++;
        if (h != PPTP_PKT_NONE)
            pptp_pool_free(pool, h);
        return;
    }
    k = pptp_pool_at(pool, h);
    memcpy(pptp_packet_data(k), octets, n);
    k->head_len = (uint16_t)n;
    if (from == SIM_CALLER) {
        line_up_put(c, h);
        return;
    }
    begin(c->pns);
    pptp_node_frame(&c->pns->node, c->pns_id, h);
    finish(c->pns);
}

/* 2.15: the PNS tells the PAC the maps that LCP agreed on. */
static void ppp_link(struct sim_call *c, uint32_t accm_tx, uint32_t accm_rx)
{
    begin(c->pns);
    pptp_node_set_link_info(&c->pns->node, c->pns_id, accm_tx, accm_rx);
    finish(c->pns);
}

static void ppp_ended(struct sim_call *c, enum sim_side side,
                      enum ppp_reason reason)
{
    if (c->ppp_reason == PPP_END_NONE)
        c->ppp_reason = (uint8_t)reason;
    if (side == SIM_PNS && c->pns_up)
        sim_calendar_at(&c->world->cal, c->world->cal.now, &c->start,
                        CALL_CLEAR);
    else if (side == SIM_CALLER && c->pac_up)
        sim_calendar_at(&c->world->cal, c->world->cal.now, &c->start,
                        CALL_DROP);
}

static void ppp_arrives(struct sim_call *c, enum sim_side side, pptp_pkt h)
{
    struct pptp_packet *k = pptp_pool_at(&c->world->net.pool, h);

    if (side == SIM_PNS ? c->pns_up : c->pac_up)
        (void)sim_session_input(c->session, side, pptp_packet_data(k),
                                k->head_len);
    sim_packet_free(&c->world->net, h);
}

static void on_ppp_caller(struct sim_sink *s, uint32_t pkt)
{
    ppp_arrives(
        (struct sim_call *)(void *)((char *)s - offsetof(struct sim_call,
                                                         ppp[SIM_CALLER])),
        SIM_CALLER, pkt);
}

static void on_ppp_pns(struct sim_sink *s, uint32_t pkt)
{
    ppp_arrives(
        (struct sim_call *)(void *)((char *)s -
                                    offsetof(struct sim_call, ppp[SIM_PNS])),
        SIM_PNS, pkt);
}

/* Frames have left the PAC for the caller. */
static void on_line_down(struct sim_sink *s, uint32_t arg)
{
    struct sim_call *c = (struct sim_call *)(void *)s;
    struct sim_world *w = c->world;
    pptp_ns next;

    (void)arg;
    begin(c->pac);
    line_collect(c);
    finish(c->pac);
    next = line_deadline(c->line_down);
    c->down_at_ns = next;
    if (next != PPTP_NEVER)
        sim_calendar_at(&w->cal, next, &c->down, 0);
}

/* A frame arrives at the PAC from the caller. */
static void on_line_up(struct sim_sink *s, uint32_t pkt)
{
    struct sim_call *c = (struct sim_call *)(void *)((char *)s -
                                                     offsetof(struct sim_call,
                                                              up));

    begin(c->pac);
    pptp_node_frame(&c->pac->node, c->pac_id, pkt);
    finish(c->pac);
}

/* --- sources ----------------------------------------------------------- */

static pptp_pkt make_ip(struct sim_source *s, uint32_t headroom)
{
    struct sim_world *w = s->world;
    pptp_pkt h = pptp_pool_take(&w->net.pool, headroom + 28);
    struct pptp_packet *k;
    uint8_t *o;

    if (h == PPTP_PKT_NONE)
        return h;
    k = pptp_pool_at(&w->net.pool, h);
    k->born_ns = w->cal.now;
    k->tail_len = s->size_octets - (IP_OCTETS + UDP_OCTETS);
    o = pptp_packet_push(k, IP_OCTETS + UDP_OCTETS);
    sim_ip_header(o, s->src_ip, s->dst_ip, PROTO_UDP, s->size_octets,
                  (uint16_t)s->sent);
    udp_header(o + IP_OCTETS, s->size_octets - IP_OCTETS);
    s->sent++;
    s->sent_octets += s->size_octets;
    return h;
}

static void send_frame(struct sim_source *s, pptp_pkt h)
{
    struct sim_world *w = s->world;
    struct sim_call *c = s->call;
    struct pptp_packet *k = pptp_pool_at(&w->net.pool, h);
    uint8_t *ppp = pptp_packet_push(k, TRAFFIC_PPP_OCTETS);

    ppp[0] = 0xff; /* address, control, protocol IPv4: RFC 1661, 1332 */
    ppp[1] = 0x03;
    ppp[2] = 0x00;
    ppp[3] = 0x21;
    c->offered++;
    c->offered_octets += pptp_packet_len(k);
    if (!s->from_pac) {
        begin(c->pns);
        pptp_node_frame(&c->pns->node, c->pns_id, h);
        finish(c->pns);
    } else {
        line_up_put(c, h);
    }
}

static void on_source(struct sim_sink *sink, uint32_t arg)
{
    struct sim_source *s = (struct sim_source *)(void *)sink;
    pptp_pkt h;

    if (s->call != NULL && (!s->call->up_now || s->call->stopping))
        return; /* the call is over, and with it what it carried */
    if (s->call != NULL) {
        h = make_ip(s, PPTP_HEADROOM + TRAFFIC_PPP_OCTETS);
        if (h != PPTP_PKT_NONE)
            send_frame(s, h);
    } else {
        h = make_ip(s, 0);
        if (h != PPTP_PKT_NONE) {
            pptp_pool_at(&s->world->net.pool, h)->seq = arg;
            sim_net_send(&s->world->net, s->route, h);
        }
    }
    source_next(s);
}

/* --- building ---------------------------------------------------------- */

static uint32_t parse_ip(const char *text)
{
    unsigned a, b, c, d;
    char rest;

    if (text == NULL ||
        sscanf(text, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &rest) != 4 ||
        a > 255 || b > 255 || c > 255 || d > 255)
        return 0;
    return a << 24 | b << 16 | c << 8 | d;
}

int sim_world_init(struct sim_world *w, const struct sim_world_config *c,
                   char *err, size_t err_octets)
{
    struct sim_net_config nc = { .seed = c->seed,
                                 .queue_packets = c->queue_packets,
                                 .pool_packets = c->packets,
                                 .pool_buf_octets = c->ppp ? 272 : 144,
                                 .big_packets = 16384,
                                 .big_buf_octets = 1616,
                                 .fluid_step_ns = 10 * PPTP_MS };
    uint32_t i;
    int e;

    memset(w, 0, sizeof *w);
    w->seed = c->seed;
    e = sim_platform_load(&w->platform, c->platform, err, err_octets);
    if (e < 0)
        return e;
    if (sim_calendar_init(&w->cal, (size_t)1 << 26) < 0 ||
        sim_net_init(&w->net, &w->cal, &w->platform, &nc) < 0) {
        snprintf(err, err_octets, "not enough memory");
        return PPTP_ERR_RESOURCE;
    }
    if (c->ppp != NULL) {
        w->negotiates = true;
        w->sessions.send = ppp_send;
        w->sessions.up = call_established;
        w->sessions.link = ppp_link;
        w->sessions.ended = ppp_ended;
        e = sim_sessions_init(&w->sessions, &w->cal, &w->arena, c->ppp,
                              c->seed);
        if (e < 0) {
            snprintf(err, err_octets, "PPP cannot be configured so");
            return e;
        }
    }
    w->by_ip_mask = 1;
    while (w->by_ip_mask < 2 * w->platform.host_count)
        w->by_ip_mask = 2 * w->by_ip_mask + 1;
    w->by_ip = calloc(w->by_ip_mask + 1, sizeof *w->by_ip);
    w->by_host = calloc(w->platform.host_count, sizeof *w->by_host);
    w->ip_of_host = calloc(w->platform.host_count, sizeof *w->ip_of_host);
    if (w->by_host == NULL || w->ip_of_host == NULL || w->by_ip == NULL)
        return PPTP_ERR_RESOURCE;
    for (i = 0; i < w->platform.host_count; i++) {
        const char *ip = w->platform.hosts[i].ip;

        w->ip_of_host[i] = ip ? parse_ip(ip) : (10u << 24) + i + 1;
        if (w->ip_of_host[i] == 0) {
            snprintf(err, err_octets,
                     "%s: host '%s': its property ip, '%s', is no IPv4 "
                     "address",
                     c->platform, w->platform.hosts[i].name, ip);
            return PPTP_ERR_ARGUMENT;
        }
    }
    return PPTP_OK;
}

/* Room for one more in a list that doubles. */
static bool room(void *list, uint32_t count, size_t item)
{
    void **l = list, *n;

    if (count & (count - 1))
        return true;
    n = realloc(*l, (count == 0 ? 1 : 2 * (size_t)count) * item);
    if (n == NULL)
        return false;
    *l = n;
    return true;
}

int sim_world_node(struct sim_world *w, const char *name, uint32_t host,
                   const struct pptp_config *config,
                   const struct pptp_limits *limits, uint16_t mtu_octets)
{
    size_t octets = pptp_peer_octets(limits);
    struct sim_node *n;
    struct sim_rng rng;
    void *mem;

    /* a host has one peer, and an address one host */
    if (host >= w->platform.host_count ||
        *node_slot(w, w->ip_of_host[host]) != NULL)
        return PPTP_ERR_ARGUMENT;
    n = sim_arena_take(&w->arena, sizeof *n);
    mem = octets ? sim_arena_take(&w->arena, octets) : NULL;
    if (n == NULL || mem == NULL ||
        !room(&w->nodes, w->node_count, sizeof *w->nodes))
        return PPTP_ERR_RESOURCE;
    sim_rng_seed(&rng, w->seed, name);
    n->world = w;
    n->name = name;
    n->host = host;
    n->ip = w->ip_of_host[host];
    n->addr = pptp_addr_v4(n->ip);
    n->mtu_octets = mtu_octets;
    n->sink.event = on_packet;
    sim_alarm_init(&n->timer, on_timer);
    sim_alarm_init(&n->tcp_timer, on_tcp_timer);
    n->end_limit = limits->conns + 1; /* one more, to be refused */
    n->ends = sim_arena_take(&w->arena, n->end_limit * sizeof *n->ends);
    n->by_slot = sim_arena_take(&w->arena,
                                limits->calls * sizeof(struct sim_call *));
    n->node.act = on_action;
    n->node.trace = on_trace;
    n->node.ctx = n;
    n->seed = (uint64_t)sim_rng_next(&rng) << 32;
    n->seed |= sim_rng_next(&rng);
    n->node.peer = pptp_peer_init(mem, config, limits, &w->net.pool, n->seed);
    if (n->node.peer == NULL || n->ends == NULL || n->by_slot == NULL ||
        stream_host_init(&n->tcp, &w->net.big, &stream_cb, n, NULL,
                         (uint64_t)sim_rng_next(&rng) << 32 |
                             sim_rng_next(&rng)) < 0)
        return PPTP_ERR_ARGUMENT;
    w->nodes[w->node_count] = n;
    w->by_host[host] = n;
    *node_slot(w, n->ip) = n;
    stream_host_listen(&n->tcp, PPTP_PORT);
    sim_net_attach(&w->net, host, &n->sink);
    return (int)w->node_count++;
}

int sim_world_connect(struct sim_world *w, uint32_t from, uint32_t to)
{
    struct sim_node *n;
    pptp_conn_id conn;
    int err;

    if (from >= w->node_count || to >= w->node_count)
        return PPTP_ERR_ARGUMENT;
    n = w->nodes[from];
    begin(n);
    err = pptp_node_open(&n->node, &w->nodes[to]->addr, &conn);
    finish(n);
    arm_tcp(n);
    return err;
}

static int source_init(struct sim_source *s, struct sim_world *w,
                       const struct sim_traffic_config *t, const char *name)
{
    memset(s, 0, sizeof *s);
    s->sink.event = on_source;
    s->world = w;
    s->from_pac = t->from_pac;
    s->base_ns = t->start_ns;
    return traffic_init(&s->traffic, &t->traffic, w->seed, name);
}

static uint32_t caller_ip(const struct sim_call *c)
{
    return (172u << 24 | 16u << 16) + c->index + 1;
}

static int call_sources(struct sim_call *c, const struct sim_call_config *cc)
{
    char name[300];
    uint32_t i;
    int err;

    c->sources = sim_arena_take(&c->world->arena,
                                cc->traffic_count * sizeof *c->sources);
    if (c->sources == NULL)
        return PPTP_ERR_RESOURCE;
    for (i = 0; i < cc->traffic_count; i++) {
        snprintf(name, sizeof name, "call %s traffic %u", cc->name, i);
        err = source_init(&c->sources[i], c->world, &cc->traffic[i], name);
        if (err < 0)
            return err;
        c->sources[i].call = c;
        /* the user's machines: callers in 172.16/12, the far side 192.168 */
        c->sources[i].src_ip = caller_ip(c);
        c->sources[i].dst_ip = 192u << 24 | 168u << 16 | 1;
        if (!cc->traffic[i].from_pac) {
            c->sources[i].dst_ip = c->sources[i].src_ip;
            c->sources[i].src_ip = 192u << 24 | 168u << 16 | 1;
        }
    }
    c->source_count = cc->traffic_count;
    return PPTP_OK;
}

int sim_world_call(struct sim_world *w, const struct sim_call_config *cc)
{
    struct sim_call *c = sim_arena_take(&w->arena, sizeof *c);
    int err;

    if (cc->pac >= w->node_count || cc->pns >= w->node_count)
        return PPTP_ERR_ARGUMENT;
    if (c == NULL || !room(&w->calls, w->call_count, sizeof *w->calls))
        return PPTP_ERR_RESOURCE;
    c->start.event = on_call;
    c->down.event = on_line_down;
    c->up.event = on_line_up;
    c->world = w;
    c->name = cc->name;
    c->index = w->call_count;
    c->pac = w->nodes[cc->pac];
    c->pns = w->nodes[cc->pns];
    c->ip[0] = c->pac->ip;
    c->ip[1] = c->pns->ip;
    c->route[0] = sim_net_route(&w->net, c->pac->host, c->pns->host, &err);
    c->route[1] = sim_net_route(&w->net, c->pns->host, c->pac->host, &err);
    if (c->route[0] == NULL || c->route[1] == NULL)
        return err < 0 ? err : PPTP_ERR_ARGUMENT;
    c->pac_id = c->pns_id = PPTP_NONE;
    c->outgoing = cc->outgoing;
    c->start_ns = cc->start_ns;
    c->duration_ns = cc->duration_ns;
    c->down_at_ns = PPTP_NEVER;
    c->line_down = line_new(&cc->line);
    c->line_up = line_new(&cc->line);
    w->calls[w->call_count] = c;
    if (c->line_down == NULL || c->line_up == NULL) {
        err = PPTP_ERR_ARGUMENT;
        goto bad;
    }
    c->ppd_ds = cc->ppd_ds
                    ? cc->ppd_ds
                    : line_ppd_ds(c->pac->mtu_octets, cc->line.buffer_packets,
                                  cc->line.rate_bps, cc->fudge_ns);
    err = call_sources(c, cc);
    if (err < 0)
        goto bad;
    c->ppp[SIM_CALLER].event = on_ppp_caller;
    c->ppp[SIM_PNS].event = on_ppp_pns;
    if (w->negotiates) {
        c->session = sim_session_new(&w->sessions, c, caller_ip(c));
        err = PPTP_ERR_RESOURCE;
        if (c->session == NULL)
            goto bad;
    }
    sim_calendar_at(&w->cal, c->start_ns, &c->start, CALL_START);
    return (int)w->call_count++;
bad:
    line_free(c->line_down);
    line_free(c->line_up);
    return err;
}

/* The sink of a host that is no peer: it counts. */
static void on_plain_packet(struct sim_sink *s, uint32_t h)
{
    struct sim_node *n = (struct sim_node *)(void *)s;

    udp_in(n->world, h);
}

static struct sim_node *plain_host(struct sim_world *w, uint32_t host)
{
    struct sim_node *n = w->by_host[host];

    if (n != NULL)
        return n;
    n = sim_arena_take(&w->arena, sizeof *n);
    if (n == NULL)
        return NULL;
    n->sink.event = on_plain_packet;
    n->world = w;
    n->host = host;
    n->ip = w->ip_of_host[host];
    w->by_host[host] = n;
    sim_net_attach(&w->net, host, &n->sink);
    return n;
}

int sim_world_flow(struct sim_world *w, const char *name, uint32_t from_host,
                   uint32_t to_host, const struct sim_traffic_config *t)
{
    struct sim_source *s = sim_arena_take(&w->arena, sizeof *s);
    char full[300];
    int err;

    if (s == NULL || !room(&w->flows, w->flow_count, sizeof *w->flows))
        return PPTP_ERR_RESOURCE;
    snprintf(full, sizeof full, "flow %s", name);
    err = source_init(s, w, t, full);
    if (err < 0)
        return err;
    s->route = sim_net_route(&w->net, from_host, to_host, &err);
    if (s->route == NULL)
        return err; /* hosts that do not exist, too */
    if (plain_host(w, to_host) == NULL)
        return PPTP_ERR_RESOURCE;
    s->src_ip = w->ip_of_host[from_host];
    s->dst_ip = w->ip_of_host[to_host];
    w->flows[w->flow_count] = s;
    s->index = w->flow_count;
    source_next(s);
    return (int)w->flow_count++;
}

bool sim_world_run(struct sim_world *w, pptp_ns until_ns)
{
    return sim_calendar_run(&w->cal, until_ns);
}

void sim_call_info(const struct sim_call *c, bool pns,
                   struct pptp_call_info *out)
{
    const struct sim_node *n = pns ? c->pns : c->pac;
    pptp_call_id id = pns ? c->pns_id : c->pac_id;

    memset(out, 0, sizeof *out);
    if (c->last != NULL && !(pns ? c->pns_up : c->pac_up))
        *out = c->last[pns];
    else if (id != PPTP_NONE)
        (void)pptp_peer_call_info(n->node.peer, id, out);
}

void sim_world_fini(struct sim_world *w)
{
    uint32_t i, e;

    for (i = 0; i < w->call_count; i++) {
        line_free(w->calls[i]->line_down);
        line_free(w->calls[i]->line_up);
    }
    for (i = 0; i < w->node_count; i++)
        stream_host_fini(&w->nodes[i]->tcp);
    for (i = 0; i < w->platform.host_count && w->by_host; i++)
        if (w->by_host[i] != NULL)
            for (e = 0; e < w->by_host[i]->end_count; e++)
                free(w->by_host[i]->ends[e].backlog);
    sim_arena_fini(&w->arena);
    free(w->nodes);
    free(w->calls);
    free(w->flows);
    free(w->by_host);
    free(w->by_ip);
    free(w->ip_of_host);
    sim_net_fini(&w->net);
    sim_calendar_fini(&w->cal);
    sim_platform_fini(&w->platform);
}
