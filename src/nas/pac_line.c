/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line's place at a PAC; pac_line.h. */
#include "config.h"

#include "nas/pac_line.h"

uint32_t nas_pac_line_of(const struct nas_pac *p, pptp_call_id call)
{
    uint32_t i = p->line_of_call[pptp_call_slot(call)];

    return i != NAS_NOBODY && p->line[i].call == call ? i : NAS_NOBODY;
}

uint32_t nas_pac_index(const struct nas_pac *p, const struct nas_pac_line *l)
{
    return (uint32_t)(l - p->line);
}

struct nas_pac_line *nas_pac_with_call(struct nas_pac *p, pptp_call_id call)
{
    uint32_t i = nas_pac_line_of(p, call);

    return i != NAS_NOBODY ? &p->line[i] : NULL;
}

struct nas_pac_line *nas_pac_with_conn(struct nas_pac *p, pptp_conn_id conn)
{
    uint32_t i = p->line_of_conn[pptp_conn_slot(conn)];

    return i != NAS_NOBODY && p->line[i].conn == conn ? &p->line[i] : NULL;
}

void nas_pac_put_off(struct nas_pac *p, enum nas_pac_todo what,
                     const struct nas_pac_line *l)
{
    nas_later(p->nas, what, nas_pac_index(p, l), PPTP_PKT_NONE);
}

void nas_pac_close_conn(struct nas_pac *p, pptp_conn_id conn)
{
    nas_later(p->nas, NAS_CONN_CLOSE, conn, PPTP_PKT_NONE);
}

struct nas_event nas_pac_about(const struct nas_pac *p,
                               const struct nas_pac_line *l,
                               enum nas_event_kind kind, uint64_t value)
{
    return (struct nas_event){ .kind = kind,
                               .index = nas_pac_index(p, l),
                               .call = l->call,
                               .remote = l->line->remote,
                               .value = value };
}

void nas_pac_tell(const struct nas_pac *p, const struct nas_pac_line *l,
                  enum nas_event_kind kind, uint64_t value)
{
    struct nas_event e = nas_pac_about(p, l, kind, value);

    p->world->event(p->ctx, &e);
}

/* Whose call it is stays known when its connection is gone. */
void nas_pac_have_call(struct nas_pac *p, struct nas_pac_line *l,
                       pptp_call_id call)
{
    const struct pptp_peer *peer = p->nas->node.peer;
    const struct pptp_tcp_info *tcp = NULL;
    struct pptp_call_info info;

    l->call = call;
    p->line_of_call[pptp_call_slot(call)] = nas_pac_index(p, l);
    if (pptp_peer_call_info(peer, call, &info) == PPTP_OK)
        tcp = pptp_peer_conn_tcp(peer, info.conn);
    l->line->remote = tcp != NULL ? pptp_addr_to_v4(&tcp->remote) : 0;
    l->local = tcp != NULL ? pptp_addr_to_v4(&tcp->local) : 0;
}

/* Whether no line will ever have a call again. */
bool nas_pac_no_more(const struct nas_pac *p)
{
    uint32_t i;

    if (p->config->listens)
        return false;
    for (i = 0; i < p->lines; i++)
        if (!p->line[i].line->finished)
            return false;
    return true;
}

/* For a call; whatever was of the one before is forgotten. */
void nas_pac_take(struct nas_pac *p, struct nas_pac_line *l, uint8_t state)
{
    *l = (struct nas_pac_line){
        .line = l->line,
        .call = PPTP_NONE,
        .conn = PPTP_NONE,
        .state = state,
        .only = l->only,
    };
    l->line->remote = 0;
    l->line->why = NAS_WHY_UNKNOWN;
    l->line->ours = false;
    p->calls++;
}

void nas_pac_begin_ring(struct nas_pac *p, struct nas_pac_line *l)
{
    nas_pac_take(p, l, NAS_PAC_RINGING);
    nas_pac_put_off(p, NAS_PAC_TODO_RING, l);
}

/* The line is free again; what it hears is the end of its call. */
void nas_pac_let_go(struct nas_pac *p, struct nas_pac_line *l)
{
    if (l->state == NAS_PAC_FREE)
        return;
    if (l->state == NAS_PAC_RINGING && l->waited && !p->draining) {
        p->stats.no_trunk++;
        nas_pac_tell(p, l, NAS_EV_PAC_NO_TRUNK, l->line->why);
    }
    if (l->call != PPTP_NONE)
        p->line_of_call[pptp_call_slot(l->call)] = NAS_NOBODY;
    l->state = NAS_PAC_FREE;
    l->events = 0;
    p->calls--;
    if (l->rang) {
        nas_pac_begin_ring(p, l);
        return;
    }
    /* frames that it gives back are still of that call */
    l->line->ops->hangup(l->line, p->nas->node.now_ns);
    l->call = PPTP_NONE;
    if (p->calls == 0 && l->line->finished)
        p->over = nas_pac_no_more(p);
}

void nas_pac_hang_up(struct nas_pac *p, struct nas_pac_line *l)
{
    l->line->ours = true;
    if (l->call != PPTP_NONE)
        nas_later(p->nas, NAS_CALL_CLOSE, l->call, PPTP_PKT_NONE);
    else if (l->conn != PPTP_NONE)
        nas_pac_close_conn(p, l->conn);
    else
        nas_pac_let_go(p, l);
}
