/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The front door of explain: from frames to TCP segments, GRE packets and
 * ICMP messages; and what is said at the end.
 */
#include "config.h"

#include "explain/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/wire.h"
#include "explain/calls.h"
#include "explain/control.h"
#include "explain/judge.h"
#include "explain/outer.h"
#include "explain/reassemble.h"
#include "explain/store.h"
#include "explain/tunnel.h"
#include "explain/words.h"
#include "ip/segment.h"
#include "pptp/peer.h"

struct explain *explain_new(void)
{
    struct explain *e = calloc(1, sizeof *e);
    struct pptp_config c;

    if (e == NULL)
        return NULL;
    pptp_config_default(&c);
    e->win = c.win;
    return e;
}

void explain_free(struct explain *e)
{
    size_t i;

    if (e == NULL)
        return;
    for (i = 0; i < e->conn_count; i++) {
        explain_reassemble_fini(&e->conns[i]->stream[0]);
        explain_reassemble_fini(&e->conns[i]->stream[1]);
        free(e->conns[i]);
    }
    for (i = 0; i < BUCKETS; i++)
        while (e->flow_hash[i] != NULL) {
            struct flow *f = e->flow_hash[i];

            e->flow_hash[i] = f->hash_next;
            if (f->meter != NULL)
                hist_free(&f->meter->rtt);
            free(f->meter);
            free(f);
        }
    while (e->calls != NULL) {
        struct call *call = e->calls;

        e->calls = call->next;
        free(call);
    }
    for (i = 0; i < e->event_count; i++)
        free(e->events[i].text);
    free(e->events);
    free(e);
}

/* --- TCP ----------------------------------------------------------------- */

static void tcp_ends(struct explain *e, struct conn *c, int side,
                     const struct tcp_segment *s)
{
    if (c->fin[side] || c->refused || (!s->fin && !s->rst))
        return;
    explain_reassemble_closed(e, c, side, s);
    if (s->rst && c->state[0] == CTL_IDLE && !c->syn_ack && side == 1) {
        c->refused = c->closed = true;
        c->end_when = e->here;
        snprintf(c->end, sizeof c->end, "TCP was refused");
        return;
    }
    explain_control_closed(e, c, side, s->rst);
}

/* Which side sent a segment: 0 opened TCP. */
static int side_of(const struct explain *e, const struct ipv4_packet *ip,
                   uint16_t from, uint16_t to, const struct tcp_segment *s)
{
    const struct conn *c;

    if (from == to && !s->syn) {
        c = explain_conn_between(e, ip->src, ip->dst);
        return c != NULL && c->addr[0] != ip->src;
    }
    /* of two such ports, the one that sends SYN alone originates */
    return to == PPTP_PORT && (from != PPTP_PORT || !s->syn || !s->has_ack)
               ? 0
               : 1;
}

/* RFC 9293, 3.1: a sum over pseudo-header and segment is all ones. */
static bool intact(const struct ipv4_packet *ip)
{
    uint8_t pseudo[12] = { 0 };

    pptp_put32(pseudo, ip->src);
    pptp_put32(pseudo + 4, ip->dst);
    pseudo[9] = ip->protocol;
    pptp_put16(pseudo + 10, (uint16_t)ip->whole);
    return pptp_inet_sum(ip->octets, ip->whole,
                         pptp_inet_sum(pseudo, sizeof pseudo, 0)) == 0xFFFF;
}

/* Damaged on the way: a checksum that is wrong in a stream where others are
 * right.  Where a card makes them none is, and none is judged; nor is a
 * segment that was not captured whole. */
static bool damaged(struct explain *e, struct conn *c, int side,
                    const struct ipv4_packet *ip)
{
    if (e->any_checksum || ip->len < ip->whole || ip->more ||
        pptp_get16(ip->octets + 16) == 0)
        return false;
    if (intact(ip)) {
        c->intact[side]++;
        return false;
    }
    if (c->intact[side] == 0)
        return false;
    if (e->damaged++ == 0)
        e->damaged_first = e->here;
    return true;
}

static void segment_input(struct explain *e, const struct ipv4_packet *ip,
                          uint16_t from, uint16_t to,
                          const struct tcp_segment *s)
{
    int side = side_of(e, ip, from, to, s);
    uint16_t port[2];
    uint32_t addr[2];
    struct conn *c;

    addr[side] = ip->src;
    addr[1 - side] = ip->dst;
    port[side] = from;
    port[1 - side] = to;
    c = explain_conn_of(e, addr, port, s->syn && !s->has_ack);
    if (c == NULL)
        return;
    if (damaged(e, c, side, ip))
        return;
    c->last = e->here;
    c->segments[side]++;
    c->heard_tcp[1 - side] = e->here;
    c->syn = c->syn || (s->syn && !s->has_ack);
    c->syn_ack = c->syn_ack || (s->syn && s->has_ack);
    c->only_syn = c->only_syn && (side == 1 || s->syn);
    if (!s->rst)
        explain_reassemble_input(e, c, side, s);
    tcp_ends(e, c, side, s);
}

static void tcp_input(struct explain *e, const struct ipv4_packet *ip)
{
    const uint8_t *p = ip->octets;
    struct segment_head h;
    struct tcp_segment s;
    uint16_t from, to;

    if (ip->offset != 0 || ip->len < 4) {
        explain_unread(e, ip->offset != 0 ? ENCAP_IPV4 : ENCAP_CUT,
                       ip->offset != 0 ? ip->protocol : 0);
        return;
    }
    from = pptp_get16(p);
    to = pptp_get16(p + 2);
    if (from != PPTP_PORT && to != PPTP_PORT) {
        explain_unread(e, ENCAP_IPV4, ip->protocol);
        return;
    }
    if (!segment_read(p, ip->len, &h) || h.octets > ip->whole) {
        explain_unread(e, ENCAP_CUT, 0);
        return;
    }
    s = (struct tcp_segment){ .seq = h.seq,
                              .ack = h.ack,
                              .syn = (h.flags & SEGMENT_SYN) != 0,
                              .fin = (h.flags & SEGMENT_FIN) != 0,
                              .rst = (h.flags & SEGMENT_RST) != 0,
                              .has_ack = (h.flags & SEGMENT_ACK) != 0,
                              .octets = p + h.octets,
                              .wire = ip->whole - h.octets };
    s.len = ip->len > h.octets ? ip->len - h.octets : 0;
    segment_input(e, ip, from, to, &s);
}

/* --- GRE and all others -------------------------------------------------- */

/* 4.1: enhanced GRE has version 1.  Plain GRE has 0, and neither it nor what
 * may come is PPTP's, unless it has the key of a call. */
static bool plain(const struct explain *e, const struct ipv4_packet *ip)
{
    const struct flow *f = NULL;

    if ((ip->octets[1] & 7) == PPTP_GRE_VERSION)
        return false;
    if (ip->len >= 8 && (ip->octets[0] & (PPTP_GRE_K >> 8)) != 0)
        f = explain_tunnel_find(e, ip->src, ip->dst,
                                pptp_get16(ip->octets + 6));
    return f == NULL || !f->call->announced;
}

static void gre_input(struct explain *e, const struct ipv4_packet *ip)
{
    if (ip->offset == 0 && ip->len < 4) {
        if (ip->len < ip->whole) {
            e->gre_cut++;
            e->gre_blind = true; /* whether it is PPTP's is not known */
        }
        return;
    }
    if (ip->offset == 0 &&
        (pptp_get16(ip->octets + 2) != PPTP_GRE_PROTOCOL || plain(e, ip))) {
        if (ip->more)
            explain_outer_fragment(e, ip, true);
        explain_unread(e, ENCAP_IPV4, ip->protocol);
        return;
    }
    if (ip->more || ip->offset != 0)
        explain_outer_fragment(e, ip, false);
    if (ip->offset == 0)
        explain_tunnel_input(e, ip);
}

static void ipv4_input(struct explain *e, const struct capture_frame *f)
{
    struct ipv4_packet ip;

    e->ipv4++;
    switch (ipv4_read(f->ipv4, f->len, f->wire_octets, e->any_checksum, &ip)) {
    case INET4_CUT: explain_unread(e, ENCAP_CUT, 0); return;
    case INET4_BROKEN:
        if (e->damaged++ == 0)
            e->damaged_first = e->here;
        return;
    default: break;
    }
    switch (ip.protocol) {
    case 1: explain_outer_icmp(e, &ip); break;
    case INET4_TCP: tcp_input(e, &ip); break;
    case PPTP_GRE_IP_PROTOCOL: gre_input(e, &ip); break;
    default: explain_unread(e, ENCAP_IPV4, ip.protocol);
    }
}

/* Figures need a clock that never goes back; a packet without a time stands
 * where the one before it stood. */
static void tick(struct explain *e, const struct capture_frame *f)
{
    pptp_ns at = 0;

    e->here = (struct moment){ f->number, e->now, f->timed };
    e->untimed += !f->timed;
    if (!f->timed)
        return;
    if (!e->any_time)
        e->origin = f->at_ns;
    e->any_time = true;
    if (f->at_ns > e->origin)
        at = f->at_ns - e->origin;
    e->time_back += f->at_ns < e->origin || at < e->now;
    e->now = at > e->now ? at : e->now;
    e->here.at = e->now;
    e->last = e->here;
}

void explain_frame(struct explain *e, const struct capture_frame *f)
{
    e->frames++;
    tick(e, f);
    if (f->ipv4 != NULL)
        ipv4_input(e, f);
    else
        explain_unread(e, f->kind, f->which);
}

/* --- the end ------------------------------------------------------------- */

static void conn_end(struct explain *e, struct conn *c)
{
    const struct moment *until = c->closed ? &c->end_when : &e->last;
    struct subject opener = seen_at(of_conn(c, 0), &c->first);
    int side;

    explain_reassemble_end(e, c);
    if (c->refused)
        explain_note(e, EXPLAIN_TCP_REFUSED, seen_at(of_conn(c, 1), &c->first),
                     "%s port %u", explain_ip(c->addr[1]), c->port[1]);
    else if (c->syn && c->only_syn && c->segments[1] == 0 &&
             c->segments[0] > 1)
        explain_note(e, EXPLAIN_TCP_SILENT, opener, "%s to %s, %llu attempts",
                     explain_ip(c->addr[0]), explain_ip(c->addr[1]),
                     (unsigned long long)c->segments[0]);
    else if (c->syn_ack && !c->pptp &&
             c->stream[0].octets + c->stream[1].octets == 0 &&
             (c->closed || longer(&c->first, until, EXPLAIN_SHORT)))
        explain_note(e, EXPLAIN_NO_SCCRQ, opener, "%s to %s",
                     explain_ip(c->addr[0]), explain_ip(c->addr[1]));
    /* who was answered after all was only unlucky */
    for (side = 0; side < 2; side++)
        if (c->icmp[side].count > 0 &&
            c->heard_tcp[side].frame < c->icmp[side].last.frame)
            explain_outer_refused(e, of_conn(c, -1), &c->icmp[side], false,
                                  c->addr[1 - side]);
    if (c->pptp)
        explain_control_end(e, c);
}

static void note_limits(struct explain *e)
{
    const struct {
        uint64_t n;
        const char *what;
    } rows[] = {
        { e->over_conns, "segment%s of connections" },
        { e->over_calls, "call%s" },
        { e->over_gre, "GRE packet%s of further calls" },
        { e->over_meters, "packet%s of directions of calls" },
        { e->over_events, "line%s of the time line" },
        { e->over_pending, "TCP segment%s held back" },
        { e->over_fragments, "datagram%s in fragments" },
        { e->over_unread, "frame%s of further kinds that are not read" },
    };
    char all[200] = "", what[80];
    size_t i, n = 0;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].n > 0 && n < sizeof all) {
            const char *s = strchr(rows[i].what, '%');

            snprintf(what, sizeof what, "%.*s%s%s", (int)(s - rows[i].what),
                     rows[i].what, pptp_plural(rows[i].n), s + 2);
            n += (size_t)snprintf(all + n, sizeof all - n, "%s%llu %s",
                                  n > 0 ? ", " : "",
                                  (unsigned long long)rows[i].n, what);
        }
    if (n > 0)
        explain_note(e, EXPLAIN_LIMIT, of_capture(), "%s left out", all);
}

static void note_capture(struct explain *e, const char *fault)
{
    char what[100];
    uint32_t i;

    for (i = 0; i < e->unread_count; i++) {
        const struct unread *u = &e->unread[i];

        if (!encap_hides(u->kind, u->which))
            continue;
        encap_print(u->kind, u->which, what, sizeof what);
        explain_note(e, EXPLAIN_NOT_READ,
                     seen_at(about(of_capture(), i), &u->first),
                     "%llu frame%s: %s", (unsigned long long)u->frames,
                     pptp_plural(u->frames), what);
    }
    if (e->damaged > 0)
        explain_note(e, EXPLAIN_DAMAGED,
                     seen_at(of_capture(), &e->damaged_first), "%llu of %llu",
                     (unsigned long long)e->damaged,
                     (unsigned long long)e->ipv4);
    if (e->gre_cut > 0)
        explain_note(e, EXPLAIN_SNAP, of_capture(), "%llu of them",
                     (unsigned long long)e->gre_cut);
    if (e->time_back > 0)
        explain_note(e, EXPLAIN_TIME_BACK, of_capture(), "in %llu frame%s",
                     (unsigned long long)e->time_back,
                     pptp_plural(e->time_back));
    if (e->untimed > 0)
        explain_note(e, EXPLAIN_UNTIMED, of_capture(), "%llu of %llu",
                     (unsigned long long)e->untimed,
                     (unsigned long long)e->frames);
    note_limits(e);
    if (fault == NULL)
        return;
    snprintf(e->fault, sizeof e->fault, "%s", fault);
    explain_note(e, EXPLAIN_FILE_FAULT, of_capture(), "%s", e->fault);
}

static int by_rank(const void *a, const void *b)
{
    const struct explain_finding *x = a, *y = b;
    int sx = (int)explain_kind_info(x->kind)->severity;
    int sy = (int)explain_kind_info(y->kind)->severity;

    if (sx != sy)
        return sx - sy;
    if (x->frame != y->frame) {
        /* those of the whole capture come last */
        if (x->frame == 0 || y->frame == 0)
            return x->frame == 0 ? 1 : -1;
        return x->frame < y->frame ? -1 : 1;
    }
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->call != y->call)
        return x->call < y->call ? -1 : 1;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return (x->about > y->about) - (x->about < y->about);
}

void explain_end(struct explain *e, const char *fault)
{
    struct call *call;
    uint32_t i;

    explain_outer_end(e);
    for (i = 0; i < e->conn_count; i++)
        conn_end(e, e->conns[i]);
    e->ended = true;
    e->here = (struct moment){ .frame = 0 }; /* the whole capture */
    explain_tunnel_end(e);
    for (call = e->calls; call != NULL; call = call->next)
        if (!call->merged) {
            explain_calls_end(e, call);
            explain_judge(e, call);
        }
    note_capture(e, fault);
    qsort(e->findings, e->finding_count, sizeof e->findings[0], by_rank);
}
