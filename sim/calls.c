/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls; calls.h. */
#include "config.h"

#include "sim/calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ends.h"
#include "sim/feed.h"
#include "sim/sources.h"

enum {
    CALL_START,
    CALL_STOP,      /* its time is over: PPP ends first */
    CALL_DROP,      /* the caller hangs up */
    CALL_PPP_BEGIN, /* the layer below the caller's PPP is there, */
    CALL_PPP_GONE   /* or gone */
};

/* What waits for the end of a step: the link's maps are to be told, a line is
 * to be connected. */
enum { PNS_LINK_INFO = NAS_ROLE, PAC_LINE_UP };

/* Not from within an action: as soon as the event is over. */
static void soon(struct sim_call *c, uint32_t what)
{
    sim_calendar_at(&c->world->cal, c->world->cal.now, &c->start, what);
}

/* --- along the line to the caller --------------------------------------- */

/* Room for one more frame on its way; false without memory. */
static bool flight_room(struct sim_call *c)
{
    uint32_t room = c->flight_room ? 2 * c->flight_room : 8, i;
    struct sim_flight *more;

    if (c->flight_n < c->flight_room)
        return true;
    more = malloc(room * sizeof *more);
    if (more == NULL)
        return false;
    for (i = 0; i < c->flight_n; i++)
        more[i] = c->flights[(c->flight_at + i) % c->flight_room];
    free(c->flights);
    c->flights = more;
    c->flight_at = 0;
    c->flight_room = room;
    return true;
}

void sim_call_settle(struct sim_call *c)
{
    struct sim_account *a = &c->way[SIM_DOWN];

    while (c->flight_n > 0) {
        const struct sim_flight *f = &c->flights[c->flight_at];

        if (f->arrive_ns > c->world->cal.now)
            break;
        a->delivered++;
        a->delivered_octets += f->octets;
        hist_add(&a->delay, f->arrive_ns - f->born_ns);
        c->flight_at = (c->flight_at + 1) % c->flight_room;
        c->flight_n--;
    }
}

/* A user's frame has left the PAC: with a delay it is the caller's later. */
static void on_line(struct sim_call *c, struct pptp_packet *k,
                    const struct line_frame *f)
{
    if (f->arrive_ns <= c->world->cal.now) {
        sim_book_delivered(k, f->len_octets, f->arrive_ns - k->born_ns);
        return;
    }
    sim_call_settle(c);
    if (!flight_room(c)) { /* not in the books any more: they will say so */
        k->world[2] = 0;
        return;
    }
    c->flights[(c->flight_at + c->flight_n++) % c->flight_room] =
        (struct sim_flight){ f->arrive_ns, k->born_ns, f->len_octets };
    k->world[2] = 0;
}

/* A copy of a frame of PPP's own reaches the caller at `at_ns`: the packet
 * itself goes back to the tunnel when the line has taken it. */
static void to_session(struct sim_call *c, struct pptp_packet *k,
                       pptp_ns at_ns)
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
    sim_calendar_at(&c->world->cal, at_ns, &c->ppp, h);
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

    while (line_done(c->line_down, n->world->cal.now, &f)) {
        struct pptp_packet *k = pptp_pool_at(&n->world->net.pool, f.cookie);

        if (is_control(c, k))
            to_session(c, k, f.arrive_ns);
        else if (sim_marked(k) != NULL)
            on_line(c, k, &f);
        nas_later(&n->nas, NAS_FRAME_DONE, c->pac_id, f.cookie);
    }
}

/* A frame ends at a line. */
static void book(struct sim_world *w, pptp_pkt pkt, enum sim_place place)
{
    struct pptp_packet *k = pptp_pool_at(&w->net.pool, pkt);

    if (w->net.lost != NULL)
        w->net.lost(w->net.lost_ctx, NULL, k, place);
    if (sim_marked(k) == NULL)
        w->net.stats.nobodys[place]++;
    sim_book_lost(k, place);
}

/* One that the node has of the tunnel. */
static void lose(struct sim_node *n, pptp_call_id call, pptp_pkt pkt,
                 enum sim_place place)
{
    book(n->world, pkt, place);
    nas_later(&n->nas, NAS_FRAME_DROPPED, call, pkt);
}

/* The call is over: what is in the line or on it never arrives. */
static void line_clear(struct sim_call *c)
{
    struct line_frame f;

    sim_call_settle(c);
    c->way[SIM_DOWN].lost[SIM_PLACE_call_end] += c->flight_n;
    c->flight_n = 0;
    while (line_flush(c->line_down, &f))
        lose(c->pac, c->pac_id, f.cookie, SIM_PLACE_call_end);
}

static void call_frame(struct sim_node *n, const struct pptp_action *a)
{
    struct sim_world *w = n->world;
    struct sim_call *c = n->by_slot[pptp_call_slot(a->call)];
    struct pptp_packet *k = pptp_pool_at(&w->net.pool, a->pkt);

    PPTP_ASSERT(c != NULL);
    if (n == c->pns) {
        if (is_control(c, k))
            (void)sim_session_input(c->session, SIM_PNS, pptp_packet_data(k),
                                    k->head_len);
        else if (sim_marked(k) != NULL)
            sim_book_delivered(k, pptp_packet_len(k), w->cal.now - k->born_ns);
        nas_later(&n->nas, NAS_FRAME_DONE, a->call, a->pkt);
        return;
    }
    line_collect(c);
    if (line_put(c->line_down, w->cal.now, pptp_packet_len(k), a->pkt, NULL) <
        0)
        lose(n, a->call, a->pkt, SIM_PLACE_line);
    else
        sim_alarm_set(&w->cal, &c->down, line_deadline(c->line_down));
}

/* Frames have left the PAC for the caller. */
static void on_line_down(struct sim_sink *s, uint32_t arg)
{
    struct sim_call *c = (struct sim_call *)(void *)s;

    (void)arg;
    if (!sim_alarm_due(&c->down, c->world->cal.now))
        return;
    sim_begin(c->pac);
    line_collect(c);
    sim_finish(c->pac);
    sim_alarm_set(&c->world->cal, &c->down, line_deadline(c->line_down));
}

/* --- from the caller ---------------------------------------------------- */

static void line_up_put(struct sim_call *c, pptp_pkt h)
{
    struct sim_world *w = c->world;
    struct pptp_packet *k = pptp_pool_at(&w->net.pool, h);
    struct line_frame f;

    if (line_put(c->line_up, w->cal.now, pptp_packet_len(k), h, &f) == 0) {
        sim_calendar_at(&w->cal, f.arrive_ns, &c->up, h);
        return;
    }
    book(w, h, SIM_PLACE_line);
    sim_packet_free(&w->net, h);
}

/* A frame arrives at the PAC from the caller. */
static void on_line_up(struct sim_sink *s, uint32_t pkt)
{
    struct sim_call *c = (struct sim_call *)(void *)((char *)s -
                                                     offsetof(struct sim_call,
                                                              up));

    sim_begin(c->pac);
    pptp_node_frame(&c->pac->nas.node, c->pac_id, pkt);
    sim_finish(c->pac);
}

static void offer(struct sim_call *c, enum sim_way way, pptp_pkt h)
{
    if (way == SIM_UP) {
        line_up_put(c, h);
        return;
    }
    sim_begin(c->pns);
    pptp_node_frame(&c->pns->nas.node, c->pns_id, h);
    sim_finish(c->pns);
}

/* Whether users' frames flow: up, and not about to end. */
static bool source_carries(const struct sim_source *s)
{
    return s->call->up_now && !s->call->stopping;
}

static void source_offer(struct sim_source *s, pptp_pkt h)
{
    offer(s->call, s->from_pac ? SIM_UP : SIM_DOWN, h);
}

const struct sim_carrier sim_call_carrier = { .carries = source_carries,
                                              .offer = source_offer };

/* --- beginning ---------------------------------------------------------- */

static struct sim_node *caller_of(const struct sim_call *c)
{
    return c->outgoing ? c->pns : c->pac;
}

static void wait_for_connection(struct sim_call *c)
{
    c->waiting = true;
    c->next_waiting = c->pac->waiting;
    c->pac->waiting = c;
}

/* Of the calls that wait at a PAC: those between the two, from one of them. */
static void release(struct sim_node *pac, struct sim_node *from,
                    struct sim_node *to)
{
    struct sim_call **at = &pac->waiting, *c, *last = NULL;

    while ((c = *at) != NULL) {
        if (caller_of(c) != from || (c->pac != to && c->pns != to)) {
            at = &c->next_waiting;
            continue;
        }
        *at = c->next_waiting;
        c->next_waiting = last; /* the list is the other way round */
        last = c;
    }
    for (; last != NULL; last = last->next_waiting) {
        last->waiting = false;
        soon(last, CALL_START);
    }
}

/* Two nodes have a control connection: what waited for it begins. */
static void connected(struct sim_node *n, struct sim_node *peer)
{
    if (peer == NULL)
        return;
    release(n, n, peer);
    release(peer, n, peer);
}

/* A telephone number, for whoever dials it or is told who calls. */
#define NUMBER_FIRST 1000000u

static struct pptp_call_request request_of(const struct sim_call *c)
{
    struct pptp_call_request r = { .bearer = PPTP_BEARER_DIGITAL,
                                   .framing = PPTP_FRAMING_EITHER,
                                   .min_bps = c->outgoing ? 1 : 300,
                                   .max_bps = UINT32_MAX,
                                   .phys_channel = c->outgoing ? 0 : c->line };
    char *number = c->outgoing ? r.number : r.dialing;

    snprintf(number, sizeof r.number, "%u", NUMBER_FIRST + c->index);
    return r;
}

static void call_begin(struct sim_call *c)
{
    struct sim_node *n = caller_of(c);
    struct sim_end *e = sim_end_to(n, (c->outgoing ? c->pac : c->pns)->ip);
    struct pptp_call_request req = request_of(c);
    int err;

    if (c->stopping)
        return; /* its time was over before it came again */
    if (e == NULL) {
        wait_for_connection(c);
        return;
    }
    c->attempts++;
    c->failed = false;
    c->end = (struct pptp_call_end){ 0 };
    c->ppp_reason = PPP_END_NONE;
    sim_begin(n);
    if (c->outgoing)
        err = pptp_node_call_open(&n->nas.node, e->conn, &req, &c->pns_id);
    else
        err = pptp_node_ring(&n->nas.node, e->conn, &req, &c->pac_id);
    c->trying = err == PPTP_OK;
    if (c->trying)
        n->by_slot[pptp_call_slot(c->outgoing ? c->pns_id : c->pac_id)] = c;
    else
        c->failed = !c->ever_up;
    sim_finish(n);
    if (err != PPTP_OK && c->redial_ns > 0)
        sim_calendar_at(&c->world->cal, c->world->cal.now + c->redial_ns,
                        &c->start, CALL_START);
}

static struct sim_call *call_by_number(struct sim_world *w,
                                       const char number[64])
{
    uint32_t i = 0, n;

    for (n = 0; n < 9 && number[n] >= '0' && number[n] <= '9'; n++)
        i = i * 10 + (uint32_t)(number[n] - '0');
    i -= NUMBER_FIRST;
    return i < w->call_count ? w->calls[i] : NULL;
}

static void call_new(struct sim_node *n, const struct pptp_action *a)
{
    struct pptp_call_request req;
    struct sim_call *c;

    if (pptp_peer_call_request(n->nas.node.peer, a->call, &req) < 0)
        return;
    c = call_by_number(n->world, req.number[0] ? req.number : req.dialing);
    PPTP_ASSERT(c != NULL);
    n->by_slot[pptp_call_slot(a->call)] = c;
    if (n == c->pns)
        c->pns_id = a->call;
    else
        c->pac_id = a->call;
}

static void call_line(struct sim_node *n, const struct pptp_action *a)
{
    /* a constant-rate line is up as soon as it is answered */
    nas_later(&n->nas, PAC_LINE_UP, a->call, PPTP_PKT_NONE);
}

static struct pptp_line_info info_of(const struct sim_call *c)
{
    uint64_t rate = c->line_down->config.rate_bps;

    return (struct pptp_line_info){
        .connect_bps = rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate,
        .framing = PPTP_FRAMING_SYNC,
        .phys_channel = c->line,
        .ppd_ds = c->ppd_ds,
    };
}

static void line_is_up(const struct sim_call *c)
{
    struct pptp_line_info info = info_of(c);

    pptp_node_line_event(&c->pac->nas.node, c->pac_id, PPTP_LINE_CONNECTED,
                         &info);
}

/* The machine at the far side that callers talk to. */
#define FAR_SIDE (192u << 24 | 168u << 16 | 1)

/* Users' traffic may flow: the tunnel is there and, where PPP negotiates, it
 * has addresses. */
static void established(struct sim_call *c)
{
    struct sim_world *w = c->world;
    uint32_t i;

    if (!c->ever_up)
        c->up_ns = w->cal.now;
    c->up_now = c->ever_up = true;
    c->trying = false;
    w->up_calls++;
    for (i = 0; i < c->source_count; i++) {
        sim_source_address(&c->sources[i], FAR_SIDE, c->ip);
        sim_source_begin(&c->sources[i], c->start_ns);
    }
    if (c->duration_ns > 0 && c->up_ns == w->cal.now)
        sim_calendar_at(&w->cal, w->cal.now + c->duration_ns, &c->start,
                        CALL_STOP);
}

static uint32_t give_address(struct sim_call *c, const char *user)
{
    if (c->held_ip == 0)
        c->held_ip = nas_pool_take(&c->pns->pool, user,
                                   pptp_call_slot(c->pns_id));
    c->ip = c->held_ip;
    return c->held_ip;
}

static void release_address(struct sim_call *c)
{
    if (c->held_ip != 0)
        nas_pool_give(&c->pns->pool, c->held_ip);
    c->held_ip = 0;
}

/* Ended by the PNS, as soon as the step is over. */
static void call_clear(struct sim_call *c)
{
    nas_later(&c->pns->nas, NAS_CALL_CLOSE, c->pns_id, PPTP_PKT_NONE);
}

static void pns_call_up(struct sim_call *c)
{
    if (c->stopping) /* it was over before it came */
        call_clear(c);
    if (c->session != NULL)
        sim_session_begin(c->session, SIM_PNS);
    else
        (void)give_address(c, "");
}

static void call_up(struct sim_node *n, const struct pptp_action *a)
{
    struct sim_call *c = n->by_slot[pptp_call_slot(a->call)];
    enum sim_side side = n == c->pns ? SIM_PNS : SIM_CALLER;

    if (a->call != (side == SIM_PNS ? c->pns_id : c->pac_id))
        return; /* of an earlier attempt */
    if (side == SIM_PNS)
        c->pns_up = true;
    else
        c->pac_up = true;
    if (side == SIM_PNS)
        pns_call_up(c);
    else if (c->session != NULL)
        soon(c, CALL_PPP_BEGIN);
    if (c->session == NULL && c->pac_up && c->pns_up)
        established(c);
}

/* --- ending ------------------------------------------------------------- */

static void call_drop(struct sim_call *c)
{
    struct pptp_line_info info = info_of(c);

    sim_begin(c->pac);
    pptp_node_line_event(&c->pac->nas.node, c->pac_id, PPTP_LINE_DROPPED,
                         &info);
    sim_finish(c->pac);
}

static void call_stop(struct sim_call *c)
{
    c->stopping = true;
    c->on_time = c->up_now || c->trying;
    sim_begin(c->pns);
    if (c->session != NULL && sim_session_up(c->session, SIM_PNS))
        sim_session_close(c->session, SIM_PNS);
    else
        call_clear(c);
    sim_finish(c->pns);
}

/* Nobody wanted it to end: the caller tries again. */
static void redial(struct sim_call *c, const struct sim_node *n)
{
    if (c->redial_ns > 0 && !c->stopping && n == caller_of(c))
        sim_calendar_at(&c->world->cal, c->world->cal.now + c->redial_ns,
                        &c->start, CALL_START);
}

static void call_down(struct sim_node *n, const struct pptp_action *a)
{
    struct sim_call **slot = &n->by_slot[pptp_call_slot(a->call)], *c = *slot;
    enum sim_side side;

    *slot = NULL;
    if (c == NULL || a->call != (n == c->pns ? c->pns_id : c->pac_id))
        return; /* of an earlier attempt */
    side = n == c->pns ? SIM_PNS : SIM_CALLER;
    if (c->up_now)
        n->world->up_calls--;
    c->up_now = false;
    if (c->last == NULL)
        c->last = sim_arena_take(&n->world->arena, 2 * sizeof *c->last);
    if (c->last != NULL)
        (void)pptp_peer_call_info(n->nas.node.peer, a->call, &c->last[side]);
    if (side == SIM_PNS)
        c->pns_up = false;
    else
        c->pac_up = false;
    if (side == SIM_CALLER)
        line_clear(c);
    c->down_ns = n->world->cal.now;
    if (c->end.msg == 0 && c->end.conn == PPTP_CONN_END_NONE)
        c->end = a->end;
    if (n == caller_of(c)) { /* the other one may tell of an earlier attempt */
        c->trying = false;
        c->failed = !c->ever_up;
    }
    if (c->session != NULL && side == SIM_PNS)
        sim_session_gone(c->session, SIM_PNS);
    else if (c->session != NULL)
        soon(c, CALL_PPP_GONE);
    if (side == SIM_PNS)
        release_address(c);
    redial(c, n);
}

/* --- what a node's peer asks for and tells ------------------------------- */

static void on_action(void *ctx, const struct pptp_action *a)
{
    struct sim_node *n = ctx;

    switch (a->type) {
    case PPTP_ACT_FRAME_OUT: call_frame(n, a); break;
    case PPTP_ACT_CONN_UP: connected(n, sim_end_up(n, a->conn)); break;
    case PPTP_ACT_CONN_DOWN: sim_end_down(n, a->conn); break;
    case PPTP_ACT_LINE_DIAL:
    case PPTP_ACT_LINE_ANSWER: call_line(n, a); break;
    case PPTP_ACT_CALL_NEW: call_new(n, a); break;
    case PPTP_ACT_CALL_UP: call_up(n, a); break;
    case PPTP_ACT_CALL_DOWN: call_down(n, a); break;
    default: break; /* sources are open-loop: the peer drops and counts */
    }
}

/* 2.15: the PNS tells the PAC the maps that LCP agreed on. */
static void tell_link(struct sim_node *n, const struct sim_call *c)
{
    pptp_node_set_link_info(&n->nas.node, c->pns_id, c->accm_tx, c->accm_rx);
}

static void on_later(void *ctx, const struct nas_later *l)
{
    struct sim_node *n = ctx;
    const struct sim_call *c = n->by_slot[pptp_call_slot(l->id)];

    if (c == NULL || l->id != (n == c->pns ? c->pns_id : c->pac_id))
        return;
    if (l->kind == PNS_LINK_INFO)
        tell_link(n, c);
    else
        line_is_up(c);
}

const struct nas_role sim_calls_role = { .action = on_action,
                                         .later = on_later };

/* --- PPP at the ends ---------------------------------------------------- */

static void ppp_send(struct sim_call *c, enum sim_side from,
                     const uint8_t *octets, uint32_t n)
{
    struct pptp_pool *pool = &c->world->net.pool;
    pptp_pkt h = pptp_pool_take(pool, PPTP_HEADROOM + SIM_IP_OCTETS);
    struct pptp_packet *k;

    c->ppp_frames++;
    if (h == PPTP_PKT_NONE ||
        n > pool->buf_octets - PPTP_HEADROOM - SIM_IP_OCTETS) {
        c->world->ppp_refused++;
        if (h != PPTP_PKT_NONE)
            pptp_pool_free(pool, h);
        return;
    }
    k = pptp_pool_at(pool, h);
    memcpy(pptp_packet_data(k), octets, n);
    k->head_len = (uint16_t)n;
    if (from == SIM_CALLER)
        offer(c, SIM_UP, h);
    else
        nas_later(&c->pns->nas, NAS_FRAME, c->pns_id, h);
}

static void ppp_link(struct sim_call *c, uint32_t accm_tx, uint32_t accm_rx)
{
    c->accm_tx = accm_tx;
    c->accm_rx = accm_rx;
    nas_later(&c->pns->nas, PNS_LINK_INFO, c->pns_id, PPTP_PKT_NONE);
}

static void ppp_ended(struct sim_call *c, enum sim_side side,
                      enum ppp_reason reason)
{
    if (c->ppp_reason == PPP_END_NONE)
        c->ppp_reason = (uint8_t)reason;
    if (side == SIM_PNS && c->pns_up)
        call_clear(c);
    else if (side == SIM_CALLER && c->pac_up)
        soon(c, CALL_DROP);
}

static void on_ppp_caller(struct sim_sink *s, uint32_t pkt)
{
    struct sim_call *c = (struct sim_call *)(void *)((char *)s -
                                                     offsetof(struct sim_call,
                                                              ppp));
    struct pptp_packet *k = pptp_pool_at(&c->world->net.pool, pkt);

    if (c->pac_up)
        (void)sim_session_input(c->session, SIM_CALLER, pptp_packet_data(k),
                                k->head_len);
    sim_packet_free(&c->world->net, pkt);
}

static void pns_begin(struct sim_call *c)
{
    sim_begin(c->pns);
}

static void pns_finish(struct sim_call *c)
{
    sim_finish(c->pns);
}

void sim_calls_sessions(struct sim_sessions *s)
{
    s->send = ppp_send;
    s->up = established;
    s->link = ppp_link;
    s->ended = ppp_ended;
    s->begin = pns_begin;
    s->finish = pns_finish;
    s->address = give_address;
}

/* --- life --------------------------------------------------------------- */

static void on_call(struct sim_sink *s, uint32_t what)
{
    struct sim_call *c = (struct sim_call *)(void *)((char *)s -
                                                     offsetof(struct sim_call,
                                                              start));

    switch (what) {
    case CALL_START: call_begin(c); break;
    case CALL_STOP: call_stop(c); break;
    case CALL_DROP: call_drop(c); break;
    case CALL_PPP_BEGIN: sim_session_begin(c->session, SIM_CALLER); break;
    default: sim_session_gone(c->session, SIM_CALLER); break;
    }
}

void sim_call_init(struct sim_call *c)
{
    sim_alarm_init(&c->down, on_line_down);
    c->up.event = on_line_up;
    c->start.event = on_call;
    c->ppp.event = on_ppp_caller;
    c->pac_id = c->pns_id = PPTP_NONE;
    sim_calendar_at(&c->world->cal, c->start_ns, &c->start, CALL_START);
}

void sim_call_fini(struct sim_call *c)
{
    line_free(c->line_down);
    line_free(c->line_up);
    free(c->flights);
    for (int i = 0; i < 2; i++) {
        hist_free(&c->way[i].delay);
        hist_free(&c->rtt[i]);
    }
}
