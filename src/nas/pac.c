/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls between lines and control connections; pac.h. */
#include "config.h"

#include "nas/pac.h"

#include <stdlib.h>
#include <string.h>

#include "nas/pac_line.h"
#include "nas/place.h"
#include "nas/ring.h"
#include "nas/trunk.h"

const struct probe nas_pac_probes[] = {
#define X(name, unit, help) \
    PROBE_COUNT(struct nas_pac_stats, name, unit, help),
    NAS_PAC_STATS(X)
#undef X
        PROBE_END
};

/* So long a call has to be up before the lack of GRE means something. */
#define GRE_NS (5 * PPTP_S)

/* So long what a name server said is good for other lines: they are many. */
#define FRESH_NS (1 * PPTP_S)

/* --- what lines tell ---------------------------------------------------- */

static void on_ring(struct nas_line *line, pptp_ns now)
{
    struct nas_pac *p = line->ctx;
    struct nas_pac_line *l = &p->line[line->index];

    (void)now;
    p->stats.calls++;
    nas_pac_tell(p, l, NAS_EV_PAC_RING, 0);
    if (l->state == NAS_PAC_FREE)
        nas_pac_begin_ring(p, l);
    else
        l->rang = true; /* the end of the call before is not through yet */
}

static void on_event(struct nas_line *line, pptp_ns now,
                     enum pptp_line_event e)
{
    struct nas_pac *p = line->ctx;
    struct nas_pac_line *l = &p->line[line->index];

    (void)now;
    if (l->state == NAS_PAC_FREE) {
        if (p->calls == 0 && line->finished)
            p->over = nas_pac_no_more(p);
        return;
    }
    if (e != PPTP_LINE_CONNECTED && e != PPTP_LINE_ERRORS) {
        if (l->dropped) { /* that was the next caller */
            l->rang = false;
            return;
        }
        l->dropped = true;
    }
    /* counts of errors leave room for what begins and ends a call */
    if (l->events >=
        (e == PPTP_LINE_ERRORS ? NAS_PAC_EVENTS - 2 : NAS_PAC_EVENTS)) {
        p->stats.events_lost++;
        return;
    }
    l->event[l->events++] = (uint8_t)e;
    nas_pac_put_off(p, NAS_PAC_TODO_EVENT, l);
}

static void connected(struct nas_pac *p, struct nas_pac_line *l)
{
    struct pptp_line_info info;

    l->line->ops->info(l->line, &info);
    /* what it has counted since is told by itself */
    memset(info.errors, 0, sizeof info.errors);
    nas_pac_tell(p, l, NAS_EV_PAC_CONNECTED, info.connect_bps);
    p->stats.up++;
    l->state = NAS_PAC_UP;
    l->up_ns = p->nas->node.now_ns;
    if (l->conn == PPTP_NONE)
        pptp_node_line_event(&p->nas->node, l->call, PPTP_LINE_CONNECTED,
                             &info);
}

static void tell_core(struct nas_pac *p, const struct nas_pac_line *l,
                      enum pptp_line_event e)
{
    struct pptp_line_info info;

    l->line->ops->info(l->line, &info);
    pptp_node_line_event(&p->nas->node, l->call, e, &info);
}

/* The line's end of a call, which the core has to hear of. */
static void line_down(struct nas_pac *p, struct nas_pac_line *l,
                      enum pptp_line_event e)
{
    if (!l->leaving)
        nas_pac_tell(p, l, NAS_EV_PAC_LINE_DOWN, e);
    if (l->call == PPTP_NONE) {
        if (l->conn != PPTP_NONE)
            nas_pac_close_conn(p, l->conn);
        nas_pac_let_go(p, l);
        return;
    }
    /* 2.13: what the operator ends is no lost carrier */
    if (l->conn != PPTP_NONE || l->leaving)
        pptp_node_call_close(&p->nas->node, l->call);
    else
        tell_core(p, l, e);
}

static void todo_event(struct nas_pac *p, struct nas_pac_line *l)
{
    enum pptp_line_event e;

    if (l->events == 0)
        return;
    e = l->event[0];
    l->events--;
    memmove(l->event, l->event + 1, l->events * sizeof *l->event);
    if (e == PPTP_LINE_CONNECTED)
        connected(p, l);
    else if (e != PPTP_LINE_ERRORS)
        line_down(p, l, e);
    else if (l->call != PPTP_NONE && l->conn == PPTP_NONE)
        tell_core(p, l, e);
}

/* A frame of the line: at once, or when the node is busy with an action. A
 * line whose time is behind, since it was late, does not turn back ours. */
static void on_frame(struct nas_line *line, pptp_ns now, pptp_pkt pkt)
{
    struct nas_pac *p = line->ctx;
    const struct nas_pac_line *l = &p->line[line->index];

    if (l->call == PPTP_NONE) {
        p->stats.frames_late++;
        pptp_pool_free(p->config->pool, pkt);
    } else if (p->acting || p->nas->node.busy || p->nas->count > 0) {
        nas_later(p->nas, NAS_FRAME, l->call, pkt);
    } else {
        nas_begin(p->nas,
                  now > p->nas->node.now_ns ? now : p->nas->node.now_ns);
        pptp_node_frame(&p->nas->node, l->call, pkt);
        nas_settle(p->nas);
    }
}

/* The core counts it against the call that it was of. */
static void on_frame_done(struct nas_line *line, pptp_pkt pkt)
{
    struct nas_pac *p = line->ctx;

    nas_later(p->nas, NAS_FRAME_DONE, p->line[line->index].call, pkt);
}

static void on_frame_dropped(struct nas_line *line, pptp_pkt pkt)
{
    struct nas_pac *p = line->ctx;

    nas_later(p->nas, NAS_FRAME_DROPPED, p->line[line->index].call, pkt);
}

static const struct nas_line_owner owner = {
    .ring = on_ring,
    .event = on_event,
    .frame = on_frame,
    .frame_done = on_frame_done,
    .frame_dropped = on_frame_dropped
};

/* --- what the core wants ------------------------------------------------ */

static void frame_out(struct nas_pac *p, const struct pptp_action *a)
{
    struct nas_pac_line *l = nas_pac_with_call(p, a->call);

    if (l != NULL && l->state == NAS_PAC_UP) {
        l->line->ops->frame(l->line, p->nas->node.now_ns, a->pkt);
        return;
    }
    p->stats.frames_early++;
    nas_later(p->nas, NAS_FRAME_DROPPED, a->call, a->pkt);
}

PPTP_COLD static void answer(struct nas_pac *p, pptp_call_id call)
{
    struct nas_pac_line *l = nas_pac_with_call(p, call);

    if (l == NULL || l->answered)
        return;
    l->answered = true;
    l->line->ops->answer(l->line, p->nas->node.now_ns);
}

PPTP_COLD static void hold(struct nas_pac *p, pptp_call_id call, bool on)
{
    struct nas_pac_line *l = nas_pac_with_call(p, call);

    if (l != NULL)
        l->line->ops->hold(l->line, p->nas->node.now_ns, on);
}

PPTP_COLD static void accm(struct nas_pac *p, const struct pptp_action *a)
{
    struct nas_pac_line *l = nas_pac_with_call(p, a->call);

    if (l != NULL)
        l->line->ops->accm(l->line, a->tx_accm, a->rx_accm);
}

PPTP_COLD static void conn_up(struct nas_pac *p, pptp_conn_id conn)
{
    struct nas_pac_line *l = nas_pac_with_conn(p, conn);
    uint32_t i;

    if (l != NULL)
        nas_pac_put_off(p, NAS_PAC_TODO_CALL, l);
    if (!nas_trunk_conn_up(p, conn, l != NULL))
        return;
    for (i = 0; i < p->lines; i++)
        if (p->line[i].state == NAS_PAC_RINGING)
            nas_pac_put_off(p, NAS_PAC_TODO_RING, &p->line[i]);
}

/* Control is up, and nothing came in the tunnel: told once for that side,
 * until something comes. */
static void look_for_gre(struct nas_pac *p, const struct nas_pac_line *l,
                         const struct pptp_call_info *info)
{
    const uint32_t remote = l->line->remote;

    if (l->state != NAS_PAC_UP)
        return;
    /* acknowledgements are GRE, too */
    if (info->rx_packets > 0 || info->last_rtt_ns > 0) {
        if (p->no_gre == remote)
            p->no_gre = 0;
        return;
    }
    if (p->nas->node.now_ns - l->up_ns < GRE_NS)
        return;
    p->stats.no_gre++;
    if (p->no_gre == remote)
        return;
    p->no_gre = remote;
    nas_pac_tell(p, l, NAS_EV_PAC_NO_GRE, l->local);
}

PPTP_COLD static void call_down(struct nas_pac *p, const struct pptp_action *a)
{
    struct nas_pac_line *l = nas_pac_with_call(p, a->call);
    struct pptp_call_info info = { .machine = PPTP_MACHINES };
    struct nas_event e;
    pptp_conn_id conn;
    bool pac;

    if (l == NULL)
        return;
    conn = l->conn;
    if (pptp_peer_call_info(p->nas->node.peer, a->call, &info) == PPTP_OK)
        look_for_gre(p, l, &info);
    pac = info.machine == PPTP_PAC_IN || info.machine == PPTP_PAC_OUT;
    if (!l->dropped)
        l->line->why = (uint8_t)nas_why_of_end(&a->end, pac, l->placed);
    p->stats.refused += !a->end.was_up && !l->dropped;
    e = nas_pac_about(p, l, NAS_EV_PAC_END, l->line->why);
    e.end = &a->end;
    p->world->event(p->ctx, &e);
    nas_pac_let_go(p, l);
    /* a VPN client's connection ends with its call */
    if (conn != PPTP_NONE)
        nas_pac_close_conn(p, conn);
}

PPTP_COLD static void conn_down(struct nas_pac *p, pptp_conn_id conn)
{
    struct nas_pac_line *l = nas_pac_with_conn(p, conn);

    if (l != NULL)
        nas_ring_conn_down(p, l);
    nas_trunk_conn_down(p, conn);
}

static void act(struct nas_pac *p, const struct pptp_action *a)
{
    switch (a->type) {
    case PPTP_ACT_FRAME_OUT: frame_out(p, a); break;
    case PPTP_ACT_HOLD: hold(p, a->call, true); break;
    case PPTP_ACT_RESUME: hold(p, a->call, false); break;
    case PPTP_ACT_LINE_ANSWER:
    case PPTP_ACT_CALL_UP: answer(p, a->call); break;
    case PPTP_ACT_LINE_DIAL:
        nas_later(p->nas, NAS_PAC_TODO_DIAL, a->call, PPTP_PKT_NONE);
        break;
    case PPTP_ACT_LINE_ACCM: accm(p, a); break;
    case PPTP_ACT_CALL_DOWN: call_down(p, a); break;
    case PPTP_ACT_CONN_UP: conn_up(p, a->conn); break;
    case PPTP_ACT_CONN_DOWN: conn_down(p, a->conn); break;
    case PPTP_ACT_LINE_HANGUP: /* CALL_DOWN follows */
    case PPTP_ACT_CALL_NEW:
    case PPTP_ACT_TCP_OPEN: /* the world's */
    case PPTP_ACT_TCP_SEND:
    case PPTP_ACT_TCP_CLOSE:
    case PPTP_ACT_GRE_SEND: break;
    }
}

void nas_pac_action(void *pac, const struct pptp_action *a)
{
    struct nas_pac *p = pac;

    p->acting = true;
    act(p, a);
    p->acting = false;
}

void nas_pac_later(void *pac, const struct nas_later *t)
{
    struct nas_pac *p = pac;

    switch ((enum nas_pac_todo)t->kind) {
    case NAS_PAC_TODO_RING: nas_ring_go_on(p, &p->line[t->id]); break;
    case NAS_PAC_TODO_EVENT: todo_event(p, &p->line[t->id]); break;
    case NAS_PAC_TODO_CALL: nas_ring_connected(p, &p->line[t->id]); break;
    case NAS_PAC_TODO_DIAL: nas_place_call(p, t->id); break;
    }
}

const struct nas_role nas_pac_role = { .action = nas_pac_action,
                                       .later = nas_pac_later };

/* --- names -------------------------------------------------------------- */

void nas_pac_resolved(struct nas_pac *p, pptp_ns now, uint32_t peer,
                      const uint32_t *ip, uint32_t n)
{
    struct nas_pac_peer *s = &p->peer[peer];

    PPTP_ASSERT(peer < p->config->peers && n <= NAS_PAC_ADDRESSES);
    if (n > 0)
        memcpy(s->ip, ip, n * sizeof *ip);
    s->n = n;
    s->fresh_ns = n > 0 ? now + FRESH_NS : 0;
    if (p->config->mode == NAS_PAC_ICRQ)
        nas_trunk_resolved(p, peer, now);
    else
        nas_ring_resolved(p, peer);
}

/* --- time --------------------------------------------------------------- */

pptp_ns nas_pac_deadline(const struct nas_pac *p)
{
    pptp_ns next = nas_trunk_deadline(p), at;
    uint32_t i;

    /* what a line told while nothing else went on */
    if (p->nas->count > 0)
        return 0;
    for (i = 0; i < p->polled_n; i++) {
        at = p->polled[i]->ops->deadline(p->polled[i]);
        if (at < next)
            next = at;
    }
    return next;
}

void nas_pac_advance(struct nas_pac *p, pptp_ns now)
{
    uint32_t i;

    nas_trunk_advance(p, now);
    for (i = 0; i < p->polled_n; i++) {
        struct nas_line *l = p->polled[i];

        if (l->ops->deadline(l) <= now) {
            l->ops->advance(l, now);
            nas_do(p->nas);
        }
    }
}

/* --- for the operator --------------------------------------------------- */

static void close_line(struct nas_pac *p, struct nas_pac_line *l, pptp_ns now,
                       bool politely)
{
    l->leaving = politely;
    if (politely && l->line->ops->bye != NULL)
        l->line->ops->bye(l->line, now);
    else if (l->state != NAS_PAC_FREE)
        nas_pac_hang_up(p, l);
}

void nas_pac_close(struct nas_pac *p, pptp_ns now, bool politely)
{
    uint32_t i;

    p->draining = true;
    for (i = 0; i < p->lines; i++) {
        close_line(p, &p->line[i], now, politely);
        nas_do(p->nas);
    }
}

bool nas_pac_leaving(const void *pac)
{
    const struct nas_pac *p = pac;
    uint32_t i;

    for (i = 0; i < p->polled_n; i++) {
        const struct nas_line *l = p->polled[i];

        if (l->ops->leaving != NULL && l->ops->leaving(l))
            return true;
    }
    return false;
}

void nas_pac_clear(void *pac, pptp_call_id call)
{
    struct nas_pac *p = pac;
    struct nas_pac_line *l = nas_pac_with_call(p, call);

    if (l != NULL)
        nas_pac_hang_up(p, l);
}

uint32_t nas_pac_calls(const void *pac)
{
    const struct nas_pac *p = pac;

    return p->calls;
}

pptp_call_id nas_pac_call_at(const void *pac, uint32_t slot)
{
    const struct nas_pac *p = pac;
    uint32_t i = p->line_of_call[slot];

    return i != NAS_NOBODY ? p->line[i].call : PPTP_NONE;
}

/* --- life --------------------------------------------------------------- */

/* Lines and the two ways to them, side by side: of a small PAC one cache
 * line. */
static int lines_init(struct nas_pac *p)
{
    const struct nas_pac_config *c = p->config;
    size_t conns = c->conns + (size_t)1;
    size_t maps = (c->calls + conns) * sizeof *p->line_of_call;

    p->line = alloc_take(p->from, c->lines * sizeof *p->line + maps);
    if (p->line == NULL)
        return PPTP_ERR_RESOURCE;
    p->line_of_call = (uint32_t *)(void *)(p->line + c->lines);
    p->line_of_conn = p->line_of_call + c->calls;
    memset(p->line_of_call, 0xff, maps); /* NAS_NOBODY */
    return PPTP_OK;
}

int nas_pac_init(struct nas_pac *p, const struct nas_pac_config *c,
                 struct nas_node *nas, const struct nas_pac_world *world,
                 void *ctx, pptp_ns now)
{
    PPTP_ASSERT(c->peers <= NAS_PAC_PEERS);
    *p = (struct nas_pac){
        .config = c, .nas = nas, .from = nas->from, .world = world, .ctx = ctx
    };
    nas_trunk_init(p, now);
    return lines_init(p);
}

void nas_pac_fini(struct nas_pac *p)
{
    alloc_give(p->from, p->line);
    free(p->polled);
    nas_numbers_fini(&p->numbers);
    p->line = NULL;
    p->polled = NULL;
    p->line_of_call = p->line_of_conn = NULL;
    p->lines = p->polled_n = 0;
}

/* Room for them doubles: of many lines mostly one has a deadline for all. */
static bool add_polled(struct nas_pac *p, struct nas_line *line)
{
    const uint32_t n = p->polled_n;
    struct nas_line **more = p->polled;

    if ((n & (n - 1)) == 0)
        more = realloc(p->polled, (n > 0 ? 2 * n : 1) * sizeof *more);
    if (more == NULL)
        return false;
    p->polled = more;
    p->polled[p->polled_n++] = line;
    return true;
}

int nas_pac_add(struct nas_pac *p, struct nas_line *line)
{
    if (p->lines == p->config->lines)
        return PPTP_ERR_RESOURCE;
    if (line->polled && !add_polled(p, line))
        return PPTP_ERR_RESOURCE;
    line->owner = &owner;
    line->ctx = p;
    line->index = p->lines;
    p->line[p->lines++] = (struct nas_pac_line){ .line = line,
                                                 .call = PPTP_NONE,
                                                 .conn = PPTP_NONE };
    return PPTP_OK;
}

int nas_pac_number(struct nas_pac *p, uint32_t line, const char *number)
{
    PPTP_ASSERT(line < p->lines);
    return nas_numbers_add(&p->numbers, number, line);
}
