/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that ring, until they are calls; ring.h. */
#include "config.h"

#include "nas/ring.h"

#include "nas/pac_line.h"
#include "nas/trunk.h"
#include "pptp/msg.h"

enum { BPS_MIN = 300, BPS_MAX = 100000000 };

/* Of those that it calls, the next one whose connection is up. */
static uint32_t next_trunk(const struct nas_pac *p,
                           const struct nas_pac_line *l)
{
    uint32_t from = l->tried, i;

    if (l->only == 0)
        return nas_trunk_next(p, from);
    i = l->only - 1u;
    return from <= i && p->trunk[i].up ? i : p->config->peers;
}

/* ICRQ: the next PNS whose connection is up; one a turn, since that feeds
 * the node. Without any the line goes on ringing, as a telephone does; when
 * none of them takes one more call it is refused. */
static void ring_trunk(struct nas_pac *p, struct nas_pac_line *l)
{
    uint32_t i = next_trunk(p, l);
    struct pptp_call_request r;
    pptp_call_id call;

    if (i < p->config->peers) {
        l->tried = (uint8_t)(i + 1);
        l->line->ops->request(l->line, &r);
        if (pptp_node_ring(&p->nas->node, p->trunk[i].conn, &r, &call) ==
            PPTP_OK) {
            nas_pac_have_call(p, l, call);
            l->state = NAS_PAC_CALLING;
            l->line->why = NAS_WHY_UNKNOWN; /* it waited for a trunk */
            return;
        }
        l->no_room = true;
        nas_pac_put_off(p, NAS_PAC_TODO_RING, l);
        return;
    }
    l->waited = true;
    l->line->why = NAS_WHY_NO_PNS;
    if (!l->no_room)
        return;
    l->line->why = NAS_WHY_NO_ROOM;
    nas_pac_tell(p, l, NAS_EV_PAC_NO_ROOM, 0);
    nas_pac_let_go(p, l);
}

/* OCRQ: a connection of its own to the server's next address. */
static void open_server(struct nas_pac *p, struct nas_pac_line *l)
{
    const struct nas_pac_peer *s = &p->peer[l->tried - 1];
    struct pptp_addr to = pptp_addr_v4(s->ip[l->at++]);

    if (pptp_node_open(&p->nas->node, &to, &l->conn) == PPTP_OK) {
        p->line_of_conn[pptp_conn_slot(l->conn)] = nas_pac_index(p, l);
        l->state = NAS_PAC_OPENING;
        return;
    }
    l->conn = PPTP_NONE;
    l->line->why = NAS_WHY_NO_ROOM;
    nas_pac_put_off(p, NAS_PAC_TODO_RING, l);
}

/* OCRQ: all addresses of a server, then those of the next. */
static void ring_server(struct nas_pac *p, struct nas_pac_line *l)
{
    pptp_ns now = p->nas->node.now_ns;
    uint32_t i;

    if (l->resolving)
        return;
    while (l->tried == 0 || l->at >= p->peer[l->tried - 1].n) {
        if (l->tried == p->config->peers) {
            l->waited = true; /* in vain */
            if (l->line->why == NAS_WHY_UNKNOWN)
                l->line->why = NAS_WHY_NO_ADDRESS;
            nas_pac_let_go(p, l);
            return;
        }
        l->at = 0;
        i = l->tried++;
        l->resolving = now >= p->peer[i].fresh_ns &&
                       nas_trunk_look_up(p, i, now);
        if (l->resolving)
            return;
    }
    open_server(p, l);
}

void nas_ring_go_on(struct nas_pac *p, struct nas_pac_line *l)
{
    if (l->state != NAS_PAC_RINGING)
        return;
    if (l->dropped || p->draining)
        nas_pac_let_go(p, l);
    else if (p->config->mode == NAS_PAC_ICRQ)
        ring_trunk(p, l);
    else
        ring_server(p, l);
}

/* What a caller on a line leaves open; VPN servers look at none of it. */
static struct pptp_call_request outgoing(const struct nas_line *l)
{
    struct pptp_call_request r;

    l->ops->request(l, &r);
    if (r.framing == 0)
        r.framing = PPTP_FRAMING_EITHER;
    if (r.max_bps == 0) {
        r.min_bps = BPS_MIN;
        r.max_bps = BPS_MAX;
    }
    return r;
}

/* OCRQ: our own limits, which no other server changes. */
static void no_room(struct nas_pac *p, struct nas_pac_line *l)
{
    l->line->why = NAS_WHY_NO_ROOM;
    nas_pac_tell(p, l, NAS_EV_PAC_NO_ROOM, 0);
    p->line_of_conn[pptp_conn_slot(l->conn)] = NAS_NOBODY;
    nas_pac_close_conn(p, l->conn);
    l->conn = PPTP_NONE;
    nas_pac_let_go(p, l);
}

/* OCRQ: the connection is up, now the call. */
void nas_ring_connected(struct nas_pac *p, struct nas_pac_line *l)
{
    struct pptp_call_request r;
    pptp_call_id call;

    if (l->state != NAS_PAC_OPENING || l->conn == PPTP_NONE)
        return;
    r = outgoing(l->line);
    if (pptp_node_call_open(&p->nas->node, l->conn, &r, &call) == PPTP_OK) {
        l->state = NAS_PAC_CALLING;
        nas_pac_have_call(p, l, call);
        return;
    }
    no_room(p, l);
}

/* OCRQ: the server could not be reached, or the connection has ended. */
void nas_ring_conn_down(struct nas_pac *p, struct nas_pac_line *l)
{
    const bool opening = l->state == NAS_PAC_OPENING && l->call == PPTP_NONE;
    struct nas_contact c;
    enum nas_failure f;

    p->line_of_conn[pptp_conn_slot(l->conn)] = NAS_NOBODY;
    if (!opening) {
        l->conn = PPTP_NONE;
        return; /* CALL_DOWN came before, or follows */
    }
    p->world->contact(p->ctx, l->conn, &c);
    f = nas_failure_of(&c, p->nas->node.now_ns);
    p->stats.trunk_failed++;
    l->line->why = (uint8_t)nas_why_of_failure(f, c.error);
    if (!l->dropped)
        nas_pac_tell(p, l, NAS_EV_PAC_SERVER_FAILED, f);
    l->conn = PPTP_NONE;
    if (!l->dropped &&
        (l->tried < p->config->peers || l->at < p->peer[l->tried - 1].n)) {
        l->state = NAS_PAC_RINGING;
        nas_pac_put_off(p, NAS_PAC_TODO_RING, l);
        return;
    }
    nas_pac_let_go(p, l);
}

/* OCRQ: lines that wait for it go on, with the next server where there is no
 * address. */
void nas_ring_resolved(struct nas_pac *p, uint32_t peer)
{
    uint32_t i;

    for (i = 0; i < p->lines; i++) {
        struct nas_pac_line *l = &p->line[i];

        if (!l->resolving || l->tried != peer + 1)
            continue;
        l->resolving = false;
        if (p->peer[peer].n == 0 && !l->dropped)
            nas_pac_tell(p, l, NAS_EV_PAC_SERVER_FAILED,
                         NAS_FAILURE_NO_ADDRESS);
        if (l->state == NAS_PAC_RINGING)
            nas_pac_put_off(p, NAS_PAC_TODO_RING, l);
    }
}
