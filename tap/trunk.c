/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control connections of the PAC, and calls between them and the lines;
 * pac_impl.h. */
#include "config.h"

#include "tap/pac_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tap/log.h"
#include "tap/why.h"

#define NO_LINE UINT32_MAX

enum { BPS_MIN = 300, BPS_MAX = 100000000 };

/* So long a call has to be up before the lack of GRE means something. */
#define TRUNK_GRE_NS (5 * PPTP_S)

/* So long what a name server said is good for other lines: they are many. */
#define FRESH_NS (1 * PPTP_S)

static uint32_t index_of(const struct tap_pac *p, const struct pac_line *l)
{
    return (uint32_t)(l - p->line);
}

static struct pac_line *line_of_call(struct tap_pac *p, pptp_call_id call)
{
    uint32_t i = p->line_of_call[pptp_call_slot(call)];

    return i != NO_LINE && p->line[i].call == call ? &p->line[i] : NULL;
}

static struct pac_line *line_of_conn(struct tap_pac *p, pptp_conn_id conn)
{
    uint32_t i = p->line_of_conn[pptp_conn_slot(conn)];

    return i != NO_LINE && p->line[i].conn == conn ? &p->line[i] : NULL;
}

static struct pac_trunk *trunk_of_conn(struct tap_pac *p, pptp_conn_id conn)
{
    uint32_t i;

    for (i = 0; i < p->config->peers; i++)
        if (p->trunk[i].conn == conn)
            return &p->trunk[i];
    return NULL;
}

static uint32_t trunk_index(const struct tap_pac *p, const struct pac_trunk *t)
{
    return (uint32_t)(t - p->trunk);
}

/* A peer and one of its addresses, for messages. */
static const char *address_text(const struct tap_pac *p, uint32_t peer,
                                uint32_t at)
{
    static char text[TAP_RESOLVER_OCTETS + sizeof " (255.255.255.255)"];
    const char *name = p->config->peer[peer].name;
    const struct pac_peer *s = &p->peer[peer];

    if (name == NULL)
        return tap_ip(p->config->peer[peer].ip);
    if (at >= s->n)
        return name;
    snprintf(text, sizeof text, "%s (%s)", name, tap_ip(s->ip[at]));
    return text;
}

/* The one in use. */
static const char *peer_text(const struct tap_pac *p, uint32_t peer)
{
    return address_text(p, peer, p->peer[peer].at);
}

/* A number as a PNS or a caller gave it, for people; static text. */
static const char *number_of(const struct pptp_call_request *r)
{
    static char text[6 * sizeof r->number + 3];
    struct pptp_text t;

    pptp_text_init(&t, text, sizeof text);
    pptp_text_quoted(&t, r->number, strnlen(r->number, sizeof r->number));
    return text;
}

/* --- a call and its line ------------------------------------------------ */

/* Whose call it is stays known when its connection is gone. */
static void have_call(struct tap_pac *p, struct pac_line *l, pptp_call_id call)
{
    struct tap_tcp_conn *c = NULL;
    struct pptp_call_info info;

    l->call = call;
    p->line_of_call[pptp_call_slot(call)] = index_of(p, l);
    if (pptp_peer_call_info(p->world.nas.node.peer, call, &info) == PPTP_OK)
        c = tap_world_tcp(&p->world, info.conn);
    l->line->nas->remote = c != NULL ? pptp_addr_to_v4(&c->info.remote) : 0;
    l->local = c != NULL ? pptp_addr_to_v4(&c->info.local) : 0;
}

/* Whether no line will ever have a call again. */
static bool no_more(const struct tap_pac *p)
{
    uint32_t i;

    for (i = 0; i < p->lines; i++)
        if (!p->line[i].line->nas->finished)
            return false;
    return !p->config->world.listens;
}

static void take_line(struct tap_pac *p, struct pac_line *l, uint8_t state)
{
    l->state = state;
    l->conn = PPTP_NONE;
    l->tried = l->at = 0;
    l->events = 0;
    l->answered = l->dropped = l->rang = l->refused = false;
    l->resolving = l->waited = false;
    l->placed = l->leaving = false;
    l->line->nas->why = NAS_WHY_UNKNOWN;
    l->line->nas->ours = false;
    p->calls++;
}

static void begin_ring(struct tap_pac *p, struct pac_line *l)
{
    take_line(p, l, PAC_RINGING);
    nas_later(&p->world.nas, PAC_TODO_RING, index_of(p, l), PPTP_PKT_NONE);
}

/* The line is free again; what it hears is the end of its call. */
static void let_go(struct tap_pac *p, struct pac_line *l)
{
    if (l->state == PAC_FREE)
        return;
    if (l->state == PAC_RINGING && l->waited && p->world.drain == TAP_SERVING)
        p->stats.no_trunk++;
    if (l->call != PPTP_NONE)
        p->line_of_call[pptp_call_slot(l->call)] = NO_LINE;
    l->call = PPTP_NONE;
    l->state = PAC_FREE;
    l->events = 0;
    l->answered = false;
    p->calls--;
    if (l->rang) {
        begin_ring(p, l);
        return;
    }
    l->line->nas->ops->hangup(l->line->nas, p->world.nas.node.now_ns);
    if (p->calls == 0 && l->line->nas->finished)
        p->over = no_more(p);
}

static void answer(struct tap_pac *p, struct pac_line *l)
{
    if (l->answered)
        return;
    l->answered = true;
    l->line->nas->ops->answer(l->line->nas, p->world.nas.node.now_ns);
}

/* --- why it was not, or is not any more ---------------------------------- */

/* The outer addresses of a call: its other side, ours. */
struct sides {
    uint32_t remote, local;
};

static struct sides sides_of(struct tap_pac *p, pptp_conn_id conn)
{
    const struct tap_tcp_conn *c = tap_world_tcp(&p->world, conn);
    struct sides s = { 0, 0 };

    if (c != NULL && !c->connecting) {
        s.remote = pptp_addr_to_v4(&c->info.remote);
        s.local = pptp_addr_to_v4(&c->info.local);
    }
    return s;
}

/* One that it cleared is said with its address. */
static const char *our_text(enum nas_why why, const char *ip)
{
    static char text[80];

    if (why != NAS_WHY_CLEARED)
        return tap_why_text(why);
    snprintf(text, sizeof text, "%s cleared it", ip);
    return text;
}

static void say_call_end(const struct pac_line *l, const struct sides *s,
                         const struct pptp_call_end *e, bool pac, pptp_ns now)
{
    const char *name = l->line->name, *ip = tap_ip(s->remote);
    const char *what = e->was_up ? "call ended" : "no call";
    const enum nas_why why = nas_why_of_end(e, pac, l->placed);
    const char *cause = tap_why_text(why);
    struct tap_log_many *talk = l->line->talk;

    l->line->nas->why = (uint8_t)why;
    if (pac && (e->msg == PPTP_CDN || e->msg == PPTP_OCRP))
        tap_say_many(talk, now, cause, TAP_INFO, "%s: %s: %s", name, what,
                     our_text(why, ip));
    else if (pac && e->msg == 0)
        tap_say_many(talk, now, what, TAP_INFO,
                     "%s: %s: the control connection to %s is gone", name,
                     what, ip);
    else if (!e->was_up && (e->msg == PPTP_OCRP || e->msg == PPTP_ICRP))
        tap_say_many(talk, now, cause, TAP_NOTICE,
                     "%s: no call: %s refuses it (result %u, error %u): %s",
                     name, ip, e->result, e->error, cause);
    else if (!e->was_up)
        tap_say_many(
            talk, now, NULL, TAP_NOTICE,
            "%s: no call: %s cleared it or did not answer; see its log", name,
            ip);
    else if (e->msg == PPTP_CDN || e->msg == PPTP_CCRQ)
        tap_say_many(talk, now, NULL, TAP_INFO,
                     "%s: call ended: %s cleared it", name, ip);
    else
        tap_say_many(talk, now, NULL, TAP_INFO,
                     "%s: call ended: the control connection to %s is gone",
                     name, ip);
}

/* Control is up, and nothing came in the tunnel: said once for that side,
 * until something comes. */
static void look_for_gre(struct tap_pac *p, struct pac_line *l,
                         const struct pptp_call_info *info,
                         const struct sides *s)
{
    if (l->state != PAC_UP)
        return;
    /* acknowledgements are GRE, too */
    if (info->rx_packets > 0 || info->last_rtt_ns > 0) {
        if (p->no_gre == s->remote)
            p->no_gre = 0;
        return;
    }
    if (p->world.nas.node.now_ns - l->up_ns < TRUNK_GRE_NS)
        return;
    p->stats.no_gre++;
    if (p->no_gre == s->remote)
        return;
    p->no_gre = s->remote;
    tap_say(TAP_WARNING,
            "%s: the control connection works, but no GRE came from %s to "
            "%s: IP protocol 47 blocked on the way? Firewalls and NAT have "
            "to know PPTP (Linux: nf_conntrack_pptp)",
            l->line->name, tap_ip(s->remote), tap_ip(s->local));
}

static void call_down(struct tap_pac *p, const struct pptp_action *a)
{
    struct pac_line *l = line_of_call(p, a->call);
    struct pptp_call_info info = { .machine = PPTP_MACHINES };
    struct sides sides;
    pptp_conn_id conn;

    if (l == NULL)
        return;
    conn = l->conn;
    sides = (struct sides){ l->line->nas->remote, l->local };
    if (pptp_peer_call_info(p->world.nas.node.peer, a->call, &info) == PPTP_OK)
        look_for_gre(p, l, &info, &sides);
    if (!a->end.was_up && !l->dropped)
        p->stats.refused++;
    if (!l->dropped)
        say_call_end(l, &sides, &a->end,
                     info.machine == PPTP_PAC_IN ||
                         info.machine == PPTP_PAC_OUT,
                     p->world.nas.node.now_ns);
    let_go(p, l);
    /* a VPN client's connection ends with its call */
    if (conn != PPTP_NONE)
        nas_later(&p->world.nas, NAS_CONN_CLOSE, conn, PPTP_PKT_NONE);
}

/* --- calls that ring ---------------------------------------------------- */

/* ICRQ: the next PNS whose connection is up; one a turn, since that feeds
 * the node. Without any the line goes on ringing, as a telephone does; when
 * none of them takes one more call it is refused. */
static void ring_trunk(struct tap_pac *p, struct pac_line *l)
{
    const uint32_t peers = p->config->peers;
    struct pptp_call_request r;
    pptp_call_id call;
    uint32_t i;

    for (i = l->tried; i < peers && !p->trunk[i].up; i++)
        ;
    if (i < peers) {
        l->tried = (uint8_t)(i + 1);
        l->line->nas->ops->request(l->line->nas, &r);
        if (pptp_node_ring(&p->world.nas.node, p->trunk[i].conn, &r, &call) ==
            PPTP_OK) {
            have_call(p, l, call);
            l->state = PAC_CALLING;
            return;
        }
        l->refused = true;
        nas_later(&p->world.nas, PAC_TODO_RING, index_of(p, l), PPTP_PKT_NONE);
        return;
    }
    l->waited = true;
    l->line->nas->why = NAS_WHY_NO_PNS;
    l->tried = 0;
    if (!l->refused)
        return;
    l->line->nas->why = NAS_WHY_NO_ROOM;
    tap_say_many(l->line->talk, p->world.nas.node.now_ns, NULL, TAP_NOTICE,
                 "%s: no call: no room for one more; cure: `limits: { calls: "
                 "N }`",
                 l->line->name);
    let_go(p, l);
}

/* Whether a peer's name has to be looked up first; the answer goes to all who
 * wait (on_resolved). */
static bool look_up(struct tap_pac *p, uint32_t i, pptp_ns now)
{
    if (p->config->peer[i].name == NULL)
        return false;
    tap_resolver_ask(&p->resolver, p->peer[i].name, now);
    return true;
}

/* OCRQ: a connection of its own to the server's next address. */
static void open_server(struct tap_pac *p, struct pac_line *l)
{
    const struct pac_peer *s = &p->peer[l->tried - 1];
    struct pptp_addr to = pptp_addr_v4(s->ip[l->at++]);

    if (pptp_node_open(&p->world.nas.node, &to, &l->conn) == PPTP_OK) {
        p->line_of_conn[pptp_conn_slot(l->conn)] = index_of(p, l);
        l->state = PAC_OPENING;
        return;
    }
    l->conn = PPTP_NONE;
    nas_later(&p->world.nas, PAC_TODO_RING, index_of(p, l), PPTP_PKT_NONE);
}

/* OCRQ: all addresses of a server, then those of the next. */
static void ring_server(struct tap_pac *p, struct pac_line *l)
{
    pptp_ns now = p->world.nas.node.now_ns;
    uint32_t i;

    if (l->resolving)
        return;
    while (l->tried == 0 || l->at >= p->peer[l->tried - 1].n) {
        if (l->tried == p->config->peers) {
            l->waited = true; /* in vain */
            if (l->line->nas->why == NAS_WHY_UNKNOWN)
                l->line->nas->why = NAS_WHY_NO_ADDRESS;
            let_go(p, l);
            return;
        }
        l->at = 0;
        i = l->tried++;
        l->resolving = now >= p->peer[i].fresh_ns && look_up(p, i, now);
        if (l->resolving)
            return;
    }
    open_server(p, l);
}

static void todo_ring(struct tap_pac *p, struct pac_line *l)
{
    if (l->state != PAC_RINGING)
        return;
    if (l->dropped || p->world.drain != TAP_SERVING) {
        let_go(p, l);
        return;
    }
    if (p->config->mode == TAP_PAC_ICRQ)
        ring_trunk(p, l);
    else
        ring_server(p, l);
}

/* What a caller on a line leaves open; VPN servers look at none of it. */
static struct pptp_call_request outgoing(const struct pac_line *l)
{
    struct pptp_call_request r;

    l->line->nas->ops->request(l->line->nas, &r);
    if (r.framing == 0)
        r.framing = PPTP_FRAMING_EITHER;
    if (r.max_bps == 0) {
        r.min_bps = BPS_MIN;
        r.max_bps = BPS_MAX;
    }
    return r;
}

/* OCRQ: the connection is up, now the call. */
static void todo_call(struct tap_pac *p, struct pac_line *l)
{
    struct pptp_call_request r = outgoing(l);
    pptp_call_id call;

    if (l->state != PAC_OPENING || l->conn == PPTP_NONE)
        return;
    if (pptp_node_call_open(&p->world.nas.node, l->conn, &r, &call) !=
        PPTP_OK) {
        l->line->nas->why = NAS_WHY_NO_ROOM;
        tap_say_many(l->line->talk, p->world.nas.node.now_ns, NULL, TAP_NOTICE,
                     "%s: no call: no room for one more; cure: "
                     "`limits: { calls: N }`",
                     l->line->name);
        nas_later(&p->world.nas, NAS_CONN_CLOSE, l->conn, PPTP_PKT_NONE);
        return;
    }
    l->state = PAC_CALLING;
    have_call(p, l, call);
}

/* --- calls that a PNS wants placed -------------------------------------- */

/* Who wants it, and which number; nothing of a number that there is not. */
static void say_dials(struct tap_pac *p, const struct pac_line *l,
                      const struct pptp_call_request *r)
{
    struct pptp_call_info info = { .conn = PPTP_NONE };
    const char *ip;

    pptp_peer_call_info(p->world.nas.node.peer, l->call, &info);
    ip = tap_ip(sides_of(p, info.conn).remote);
    if (r->number[0] == 0)
        tap_say_many(l->line->talk, p->world.nas.node.now_ns, NULL, TAP_INFO,
                     "%s: a call for %s is placed", l->line->name, ip);
    else
        tap_say_many(l->line->talk, p->world.nas.node.now_ns, NULL, TAP_INFO,
                     "%s: dials %s for %s", l->line->name, number_of(r), ip);
}

static void dial(struct tap_pac *p, pptp_call_id call)
{
    struct pptp_call_request r;
    uint32_t i;

    if (pptp_peer_call_request(p->world.nas.node.peer, call, &r) != PPTP_OK)
        return;
    for (i = 0; i < p->lines; i++) {
        uint32_t at = (p->hunt + i) % p->lines;
        struct pac_line *l = &p->line[at];

        if (l->state != PAC_FREE || !l->line->nas->dials ||
            l->line->nas->finished)
            continue;
        p->hunt = at + 1;
        p->stats.dialled++;
        take_line(p, l, PAC_CALLING);
        l->answered = l->placed = true;
        have_call(p, l, call);
        say_dials(p, l, &r);
        l->line->nas->ops->dial(l->line->nas, p->world.nas.node.now_ns, &r);
        return;
    }
    p->stats.no_line++;
    tap_say(TAP_NOTICE, "a call to %s refused: no line free that dials",
            number_of(&r));
    pptp_node_line_event(&p->world.nas.node, call, PPTP_LINE_NO_RESOURCE,
                         NULL);
}

/* --- what lines tell ---------------------------------------------------- */

static struct pac_line *of(struct nas_line *line)
{
    struct tap_pac *p = line->ctx;

    return &p->line[line->index];
}

static void on_ring(struct nas_line *line, pptp_ns now)
{
    struct tap_pac *p = line->ctx;
    struct pac_line *l = of(line);

    (void)now;
    p->stats.calls++;
    if (l->state != PAC_FREE) {
        /* the end of the call before is not through yet */
        l->rang = true;
        return;
    }
    begin_ring(p, l);
}

static void on_event(struct nas_line *line, pptp_ns now,
                     enum pptp_line_event e)
{
    struct tap_pac *p = line->ctx;
    struct pac_line *l = of(line);

    (void)now;
    if (l->state == PAC_FREE) {
        if (p->calls == 0 && line->finished)
            p->over = no_more(p);
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
    if (l->events >= (e == PPTP_LINE_ERRORS ? PAC_EVENTS - 2 : PAC_EVENTS)) {
        p->stats.events_lost++;
        return;
    }
    l->event[l->events++] = (uint8_t)e;
    nas_later(&p->world.nas, PAC_TODO_EVENT, line->index, PPTP_PKT_NONE);
}

static void connected(struct tap_pac *p, struct pac_line *l)
{
    struct pptp_line_info info;

    l->line->nas->ops->info(l->line->nas, &info);
    /* what it has counted since is told by itself */
    memset(info.errors, 0, sizeof info.errors);
    if (l->placed)
        tap_say_many(l->line->talk, p->world.nas.node.now_ns, NULL, TAP_INFO,
                     "%s: connected at %u bit/s", l->line->name,
                     info.connect_bps);
    p->stats.up++;
    l->state = PAC_UP;
    l->up_ns = tap_now();
    memset(l->told, 0, sizeof l->told);
    if (l->conn == PPTP_NONE)
        pptp_node_line_event(&p->world.nas.node, l->call, PPTP_LINE_CONNECTED,
                             &info);
}

/* What the line says, unless it has told itself or has been told. */
static void say_line_end(const struct tap_pac *p, const struct pac_line *l,
                         enum pptp_line_event e)
{
    static const char *const text[PPTP_LINE_EVENTS] = {
        [PPTP_LINE_BUSY] = "busy",
        [PPTP_LINE_NO_CARRIER] = "no carrier",
        [PPTP_LINE_NO_DIAL_TONE] = "no dial tone",
        [PPTP_LINE_REFUSED] = "the line refuses it",
        [PPTP_LINE_NO_RESOURCE] = "the line is not free or not ready",
        [PPTP_LINE_DROPPED] = "the line was dropped",
        [PPTP_LINE_NO_ANSWER] = "no answer"
    };
    pptp_ns now = p->world.nas.node.now_ns;
    struct tap_log_many *talk = l->line->talk;
    const char *why = text[e];

    if (l->line->says || l->leaving)
        return;
    if (!l->placed && e == PPTP_LINE_DROPPED)
        why = "the caller hung up";
    if (l->state == PAC_UP)
        tap_say_many(talk, now, NULL, TAP_INFO,
                     "%s: call ended: the line was dropped (lost carrier)",
                     l->line->name);
    else
        tap_say_many(talk, now, why, l->placed ? TAP_NOTICE : TAP_INFO,
                     "%s: no call: %s", l->line->name, why);
}

static void tell_core(struct tap_pac *p, const struct pac_line *l,
                      enum pptp_line_event e)
{
    struct pptp_line_info info;

    l->line->nas->ops->info(l->line->nas, &info);
    pptp_node_line_event(&p->world.nas.node, l->call, e, &info);
}

/* The line's end of a call, which the core has to hear of. */
static void line_down(struct tap_pac *p, struct pac_line *l,
                      enum pptp_line_event e)
{
    say_line_end(p, l, e);
    if (l->call == PPTP_NONE) {
        if (l->conn != PPTP_NONE)
            nas_later(&p->world.nas, NAS_CONN_CLOSE, l->conn, PPTP_PKT_NONE);
        let_go(p, l);
        return;
    }
    /* 2.13: what the operator ends is no lost carrier */
    if (l->conn != PPTP_NONE || l->leaving)
        pptp_node_call_close(&p->world.nas.node, l->call);
    else
        tell_core(p, l, e);
}

static void todo_event(struct tap_pac *p, struct pac_line *l)
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

/* A frame of the line: at once, or when the node is busy with an action. */
static void on_frame(struct nas_line *line, pptp_ns now, pptp_pkt pkt)
{
    struct tap_pac *p = line->ctx;
    struct pac_line *l = of(line);

    if (l->call == PPTP_NONE) {
        p->stats.frames_late++;
        pptp_pool_free(&p->world.pool, pkt);
    } else if (p->acting || p->world.nas.node.busy || p->world.nas.count > 0) {
        nas_later(&p->world.nas, NAS_FRAME, l->call, pkt);
    } else {
        nas_begin(&p->world.nas, now);
        pptp_node_frame(&p->world.nas.node, l->call, pkt);
        nas_settle(&p->world.nas);
    }
}

static void on_frame_done(struct nas_line *line, pptp_pkt pkt)
{
    struct tap_pac *p = line->ctx;
    struct pac_line *l = of(line);

    /* the core counts it against the call that it was of */
    nas_later(&p->world.nas, NAS_FRAME_DONE, l->call, pkt);
}

static void on_frame_dropped(struct nas_line *line, pptp_pkt pkt)
{
    struct tap_pac *p = line->ctx;
    struct pac_line *l = of(line);

    nas_later(&p->world.nas, NAS_FRAME_DROPPED, l->call, pkt);
}

const struct nas_line_owner tap_trunk_owner = {
    .ring = on_ring,
    .event = on_event,
    .frame = on_frame,
    .frame_done = on_frame_done,
    .frame_dropped = on_frame_dropped,
};

/* --- what the core wants ------------------------------------------------ */

static void frame_out(struct tap_pac *p, const struct pptp_action *a)
{
    struct pac_line *l = line_of_call(p, a->call);

    if (l != NULL && l->state == PAC_UP) {
        l->line->nas->ops->frame(l->line->nas, p->world.nas.node.now_ns,
                                 a->pkt);
        return;
    }
    p->stats.frames_early++;
    nas_later(&p->world.nas, NAS_FRAME_DROPPED, a->call, a->pkt);
}

static bool is_at(struct pac_peer *s, uint32_t ip)
{
    uint32_t i;

    for (i = 0; i < s->n; i++)
        if (s->ip[i] == ip) {
            s->at = i;
            return true;
        }
    return false;
}

/* One of our PNSs has connected to us: calls may go there, too. */
static struct pac_trunk *adopt(struct tap_pac *p, pptp_conn_id conn)
{
    uint32_t remote = sides_of(p, conn).remote, i;

    if (p->config->mode != TAP_PAC_ICRQ)
        return NULL;
    for (i = 0; i < p->config->peers; i++) {
        struct pac_trunk *t = &p->trunk[i];

        if (!is_at(&p->peer[i], remote) || t->up)
            continue;
        t->conn = conn;
        t->next_ns = PPTP_NEVER;
        return t;
    }
    return NULL;
}

static void conn_up(struct tap_pac *p, pptp_conn_id conn)
{
    struct pac_trunk *t = trunk_of_conn(p, conn);
    struct pac_line *l = line_of_conn(p, conn);
    uint32_t i;

    if (l != NULL)
        nas_later(&p->world.nas, PAC_TODO_CALL, index_of(p, l), PPTP_PKT_NONE);
    else if (t == NULL)
        t = adopt(p, conn);
    if (t == NULL)
        return;
    t->up = true;
    t->told = 0;
    t->wait_ns = 0;
    tap_say(TAP_INFO, "PNS %s: connected", peer_text(p, trunk_index(p, t)));
    for (i = 0; i < p->lines; i++)
        if (p->line[i].state == PAC_RINGING)
            nas_later(&p->world.nas, PAC_TODO_RING, i, PPTP_PKT_NONE);
}

/* --- and why there is none ----------------------------------------------- */

static enum nas_tcp_error error_of(int err)
{
    switch (err) {
    case 0: return NAS_TCP_NO_ERROR;
    case ETIMEDOUT: return NAS_TCP_TIMED_OUT;
    case ECONNREFUSED: return NAS_TCP_REFUSED;
    case ECONNRESET: return NAS_TCP_RESET;
    /* of ours: an address has less than 65,536 ports, mostly 28,232 */
    case EADDRNOTAVAIL:
    case EADDRINUSE: return NAS_TCP_NO_PORT;
    default: return NAS_TCP_OTHER;
    }
}

static struct nas_contact contact_of(const struct tap_pac *p,
                                     pptp_conn_id conn)
{
    const struct tap_world_contact *c = tap_world_contact(&p->world, conn);

    return (struct nas_contact){ .up_ns = c->up_ns,
                                 .heard = c->heard,
                                 .error = error_of(c->err) };
}

static enum nas_failure failure_of(const struct tap_pac *p, pptp_conn_id conn)
{
    struct nas_contact c = contact_of(p, conn);

    return nas_failure_of(&c, p->world.nas.node.now_ns);
}

/* Of those whose TCP was there. */
static const char *failure_text(enum nas_failure f)
{
    switch (f) {
    case NAS_FAILURE_CLOSED_AT_ONCE:
        return "closed the connection at once, so its port is open: has it "
               "too many connections from here, or is another program there? "
               "See its log";
    case NAS_FAILURE_SILENT:
        return "takes the connection and says nothing: is it a PPTP server?";
    case NAS_FAILURE_UNWELCOME:
        return "takes the connection, but does not want us, or is no PPTP "
               "server; see its log";
    case NAS_FAILURE_NO_ADDRESS:
    case NAS_FAILURE_UNREACHABLE:
    case NAS_FAILURES: break;
    }
    return "";
}

/* 0: we have waited long enough. */
static const char *errno_text(int err)
{
    return err != 0 ? strerror(err) : "no answer";
}

/* Once until it is connected to: it is tried again and again. */
static void say_no_trunk(const struct tap_pac *p, struct pac_trunk *t,
                         enum nas_failure f, const char *why)
{
    const char *peer = peer_text(p, trunk_index(p, t));

    if (t->told & 1u << f)
        return;
    t->told |= (uint8_t)(1u << f);
    if (f == NAS_FAILURE_UNREACHABLE)
        tap_say(TAP_WARNING,
                "PNS %s: cannot be reached, or refuses us; is TCP port %u "
                "open there? tried again until it can (%s)",
                peer, p->config->world.port, why);
    else if (f == NAS_FAILURE_NO_ADDRESS)
        tap_say(TAP_WARNING, "PNS %s: %s; looked up again until it is there",
                p->config->peer[trunk_index(p, t)].name, why);
    else
        tap_say(TAP_WARNING, "PNS %s: %s; tried again", peer, failure_text(f));
}

/* The next try, after a while that doubles. */
static void trunk_waits(struct tap_pac *p, struct pac_trunk *t)
{
    const struct tap_pac_config *c = p->config;

    t->wait_ns = t->wait_ns == 0 ? c->retry_ns : 2 * t->wait_ns;
    if (t->wait_ns > c->retry_max_ns)
        t->wait_ns = c->retry_max_ns;
    t->next_ns = p->world.nas.node.now_ns + t->wait_ns;
    t->at = TAP_RESOLVER_ADDRESSES; /* from the first on */
}

static void trunk_down(struct tap_pac *p, struct pac_trunk *t)
{
    uint32_t i = trunk_index(p, t);
    enum nas_failure f = failure_of(p, t->conn);
    int err = tap_world_contact(&p->world, t->conn)->err;

    t->conn = PPTP_NONE;
    if (p->world.drain != TAP_SERVING) {
        ; /* it ends, as it should */
    } else if (t->up) {
        p->stats.trunk_lost++;
        tap_say(TAP_WARNING, "PNS %s: connection lost", peer_text(p, i));
    } else {
        p->stats.trunk_failed++;
        say_no_trunk(p, t, f, errno_text(err));
        if (t->at < p->peer[i].n) {
            t->next_ns = p->world.nas.node.now_ns;
            return;
        }
    }
    t->up = false;
    trunk_waits(p, t);
}

/* Once until a call comes through: it is tried again and again. */
static void say_no_server(const struct tap_pac *p, struct pac_line *l,
                          enum nas_failure f, int err)
{
    struct tap_log_many *talk = l->line->talk;
    const uint32_t peer = l->tried - 1u;
    pptp_ns now = p->world.nas.node.now_ns;

    if (l->dropped || (l->told[f] & 1u << peer) != 0)
        return;
    l->told[f] |= (uint16_t)(1u << peer);
    if (f == NAS_FAILURE_UNREACHABLE && error_of(err) == NAS_TCP_NO_PORT)
        tap_say_many(talk, now, NULL, TAP_WARNING,
                     "%s: no port is left at our address, or it is not here "
                     "any more: see `local`, which may have several",
                     l->line->name);
    else if (f == NAS_FAILURE_UNREACHABLE)
        tap_say_many(talk, now, NULL, TAP_WARNING,
                     "%s: %s cannot be reached; is TCP port %u open there, "
                     "and on the way? (%s)",
                     l->line->name, address_text(p, peer, l->at - 1u),
                     p->config->world.port, errno_text(err));
    else
        tap_say_many(talk, now, failure_text(f), TAP_WARNING, "%s: %s %s",
                     l->line->name, address_text(p, peer, l->at - 1u),
                     failure_text(f));
}

/* OCRQ: the server could not be reached, or the connection has ended. */
static void server_down(struct tap_pac *p, struct pac_line *l)
{
    bool opening = l->state == PAC_OPENING && l->call == PPTP_NONE;
    enum nas_failure f = failure_of(p, l->conn);
    int err = tap_world_contact(&p->world, l->conn)->err;

    p->line_of_conn[pptp_conn_slot(l->conn)] = NO_LINE;
    l->conn = PPTP_NONE;
    if (!opening)
        return; /* CALL_DOWN came before, or follows */
    p->stats.trunk_failed++;
    l->line->nas->why = (uint8_t)nas_why_of_failure(f, error_of(err));
    say_no_server(p, l, f, err);
    if (!l->dropped &&
        (l->tried < p->config->peers || l->at < p->peer[l->tried - 1].n)) {
        l->state = PAC_RINGING;
        nas_later(&p->world.nas, PAC_TODO_RING, index_of(p, l), PPTP_PKT_NONE);
        return;
    }
    let_go(p, l);
}

static void conn_down(struct tap_pac *p, pptp_conn_id conn)
{
    struct pac_trunk *t = trunk_of_conn(p, conn);
    struct pac_line *l = line_of_conn(p, conn);

    if (l != NULL)
        server_down(p, l);
    if (t != NULL)
        trunk_down(p, t);
}

static void call_up(struct tap_pac *p, pptp_call_id call)
{
    struct pac_line *l = line_of_call(p, call);

    if (l != NULL)
        answer(p, l);
}

static void hold(struct tap_pac *p, pptp_call_id call, bool on)
{
    struct pac_line *l = line_of_call(p, call);

    if (l != NULL)
        l->line->nas->ops->hold(l->line->nas, p->world.nas.node.now_ns, on);
}

static void accm(struct tap_pac *p, const struct pptp_action *a)
{
    struct pac_line *l = line_of_call(p, a->call);

    if (l != NULL)
        l->line->nas->ops->accm(l->line->nas, a->tx_accm, a->rx_accm);
}

void tap_trunk_action(struct tap_pac *p, const struct pptp_action *a)
{
    p->acting = true;
    switch (a->type) {
    case PPTP_ACT_FRAME_OUT: frame_out(p, a); break;
    case PPTP_ACT_HOLD: hold(p, a->call, true); break;
    case PPTP_ACT_RESUME: hold(p, a->call, false); break;
    case PPTP_ACT_LINE_ANSWER:
    case PPTP_ACT_CALL_UP: call_up(p, a->call); break;
    case PPTP_ACT_LINE_DIAL:
        nas_later(&p->world.nas, PAC_TODO_DIAL, a->call, PPTP_PKT_NONE);
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
    p->acting = false;
}

void tap_trunk_later(struct tap_pac *p, const struct nas_later *t)
{
    switch ((enum pac_todo)t->kind) {
    case PAC_TODO_RING: todo_ring(p, &p->line[t->id]); break;
    case PAC_TODO_EVENT: todo_event(p, &p->line[t->id]); break;
    case PAC_TODO_CALL: todo_call(p, &p->line[t->id]); break;
    case PAC_TODO_DIAL: dial(p, t->id); break;
    }
}

void tap_trunk_hangup(struct tap_pac *p, struct pac_line *l)
{
    l->line->nas->ours = true;
    if (l->call != PPTP_NONE)
        nas_later(&p->world.nas, NAS_CALL_CLOSE, l->call, PPTP_PKT_NONE);
    else if (l->conn != PPTP_NONE)
        nas_later(&p->world.nas, NAS_CONN_CLOSE, l->conn, PPTP_PKT_NONE);
    else
        let_go(p, l);
}

/* --- names --------------------------------------------------------------- */

/* OCRQ: lines that wait for it go on, with the next server where there is no
 * address. */
static void lines_resolved(struct tap_pac *p, uint32_t peer, const char *why)
{
    uint32_t i;

    for (i = 0; i < p->lines; i++) {
        struct pac_line *l = &p->line[i];

        if (!l->resolving || l->tried != peer + 1)
            continue;
        l->resolving = false;
        if (p->peer[peer].n == 0 && !l->dropped &&
            (l->told[NAS_FAILURE_NO_ADDRESS] & 1u << peer) == 0) {
            l->told[NAS_FAILURE_NO_ADDRESS] |= (uint16_t)(1u << peer);
            tap_say_many(l->line->talk, tap_now(), NULL, TAP_WARNING,
                         "%s: %s: %s; looked up again for each call",
                         l->line->name, p->config->peer[peer].name, why);
        }
        if (l->state == PAC_RINGING)
            nas_later(&p->world.nas, PAC_TODO_RING, i, PPTP_PKT_NONE);
    }
}

static void trunk_resolved(struct tap_pac *p, uint32_t peer, const char *why)
{
    struct pac_trunk *t = &p->trunk[peer];

    if (!t->resolving)
        return;
    t->resolving = false;
    if (p->peer[peer].n > 0) {
        t->at = 0;
        t->next_ns = tap_now();
        return;
    }
    p->stats.trunk_failed++;
    say_no_trunk(p, t, NAS_FAILURE_NO_ADDRESS, why);
    trunk_waits(p, t);
}

static void on_resolved(void *owner, uint32_t name, const uint32_t *ip,
                        uint32_t n, const char *why)
{
    struct tap_pac *p = owner;
    uint32_t i;

    for (i = 0; i < p->config->peers; i++) {
        struct pac_peer *s = &p->peer[i];

        if (p->config->peer[i].name == NULL || s->name != name)
            continue;
        memcpy(s->ip, ip, n * sizeof *ip);
        s->n = n;
        s->fresh_ns = n > 0 ? tap_now() + FRESH_NS : 0;
        if (p->config->mode == TAP_PAC_ICRQ)
            trunk_resolved(p, i, why);
        else
            lines_resolved(p, i, why);
    }
}

/* --- connections that are kept up --------------------------------------- */

int tap_trunk_init(struct tap_pac *p)
{
    const struct tap_pac_config *c = p->config;
    pptp_ns now = tap_now();
    uint32_t i, names = 0;

    for (i = 0; i < TAP_PAC_PEERS; i++)
        p->trunk[i] = (struct pac_trunk){ .conn = PPTP_NONE,
                                          .at = TAP_RESOLVER_ADDRESSES,
                                          .next_ns = c->mode == TAP_PAC_ICRQ &&
                                                             i < c->peers
                                                         ? now
                                                         : PPTP_NEVER };
    for (i = 0; i < c->peers; i++)
        if (c->peer[i].name != NULL)
            p->peer[i] = (struct pac_peer){ .name = names++ };
        else
            p->peer[i] = (struct pac_peer){ .ip = { c->peer[i].ip }, .n = 1 };
    p->resolver.answered = on_resolved;
    p->resolver.owner = p;
    return names == 0 ? 0 : tap_resolver_listen(&p->resolver, &p->world.loop);
}

pptp_ns tap_trunk_deadline(const struct tap_pac *p)
{
    pptp_ns next = tap_resolver_deadline(&p->resolver);
    uint32_t i;

    if (p->world.drain != TAP_SERVING)
        return next;
    for (i = 0; i < p->config->peers; i++)
        if (p->trunk[i].next_ns < next)
            next = p->trunk[i].next_ns;
    return next;
}

/* To its next address; after the last one it is looked up again. */
static void open_trunk(struct tap_pac *p, uint32_t i, pptp_ns now)
{
    struct pac_trunk *t = &p->trunk[i];
    struct pac_peer *s = &p->peer[i];
    struct pptp_addr to;

    t->next_ns = PPTP_NEVER;
    if (t->at >= s->n) {
        t->resolving = look_up(p, i, now);
        t->at = 0;
    }
    if (t->resolving)
        return;
    s->at = t->at++;
    to = pptp_addr_v4(s->ip[s->at]);
    nas_begin(&p->world.nas, now);
    if (pptp_node_open(&p->world.nas.node, &to, &t->conn) != PPTP_OK) {
        /* that PNS has connected to us meanwhile, or there is no room */
        t->conn = PPTP_NONE;
        t->next_ns = now + p->config->retry_max_ns;
    }
    nas_settle(&p->world.nas);
}

void tap_trunk_advance(struct tap_pac *p, pptp_ns now)
{
    uint32_t i;

    tap_resolver_advance(&p->resolver, now);
    if (p->world.drain != TAP_SERVING)
        return;
    for (i = 0; i < p->config->peers; i++)
        if (p->trunk[i].next_ns <= now)
            open_trunk(p, i, now);
}
