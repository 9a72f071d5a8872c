/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The front door of explain: from frames to TCP segments, GRE packets and
 * ICMP messages; and what is said at the end.
 */
#include "config.h"

#include "explain/impl.h"

#include <stdlib.h>
#include <string.h>

#include "pptp/wire.h"

static void tcp_ends(struct explain *e, struct conn *c, int side,
                     const struct tcp_segment *s)
{
    if (c->fin[side] || c->refused || (!s->fin && !s->rst))
        return;
    explain_reassemble_end(e, c);
    if (s->rst && c->state[0] == CTL_IDLE && !c->syn_ack && side == 1) {
        c->refused = c->closed = true;
        c->end_at = e->now;
        c->end_frame = e->frame;
        snprintf(c->end, sizeof c->end, "TCP was refused");
        return;
    }
    explain_control_closed(e, c, side, s->rst);
}

static void tcp_input(struct explain *e, const struct ipv4_packet *ip)
{
    struct tcp_segment s;
    const uint8_t *p = ip->octets;
    uint16_t from, to, port[2];
    uint32_t header, addr[2];
    struct conn *c;
    int side;

    if (ip->len < 20 || ip->offset != 0)
        return;
    from = pptp_get16(p);
    to = pptp_get16(p + 2);
    header = (uint32_t)(p[12] >> 4) * 4;
    if ((from != PPTP_PORT && to != PPTP_PORT) || header < 20 ||
        header > ip->whole) {
        e->other++;
        return;
    }
    s = (struct tcp_segment){ .seq = pptp_get32(p + 4),
                              .ack = pptp_get32(p + 8),
                              .syn = (p[13] & 2) != 0,
                              .fin = (p[13] & 1) != 0,
                              .rst = (p[13] & 4) != 0,
                              .has_ack = (p[13] & 16) != 0,
                              .octets = p + header,
                              .wire = ip->whole - header };
    s.len = ip->len > header ? ip->len - header : 0;
    /* of two such ports, the one that sends SYN alone originates */
    side = to == PPTP_PORT && (from != PPTP_PORT || !s.syn || !s.has_ack) ? 0
                                                                          : 1;
    if (from == to && !s.syn) {
        c = explain_conn_between(e, ip->src, ip->dst);
        side = c != NULL && c->addr[0] != ip->src;
    }
    addr[side] = ip->src;
    addr[1 - side] = ip->dst;
    port[side] = from;
    port[1 - side] = to;
    c = explain_conn_of(e, addr, port, s.syn && !s.has_ack);
    if (c == NULL)
        return;
    c->last = e->now;
    c->last_frame = e->frame;
    c->segments[side]++;
    c->syn = c->syn || (s.syn && !s.has_ack);
    c->syn_ack = c->syn_ack || (s.syn && s.has_ack);
    e->tcp_cut += s.len < s.wire;
    if (!s.rst)
        explain_reassemble_input(e, c, side, &s);
    tcp_ends(e, c, side, &s);
}

static void gre_input(struct explain *e, const struct ipv4_packet *ip)
{
    struct gre_packet p = { .src = ip->src,
                            .dst = ip->dst,
                            .ip_id = ip->id,
                            .more = ip->more,
                            .whole = ip->whole,
                            .len = ip->len,
                            .octets = ip->octets };
    bool pptp = ip->len >= 4 &&
                pptp_get16(ip->octets + 2) == PPTP_GRE_PROTOCOL;

    if (ip->offset == 0 && !pptp) {
        e->other_gre++;
        return;
    }
    if (ip->more || ip->offset != 0)
        explain_outer_fragment(e, ip);
    if (ip->offset == 0)
        explain_tunnel_input(e, &p);
}

void explain_frame(struct explain *e, const struct capture_frame *f)
{
    struct ipv4_packet ip;
    pptp_ns at = 0;

    if (!e->any_frame)
        e->origin = f->at_ns;
    e->any_frame = true;
    e->frames++;
    e->frame = f->number;
    /* figures need a clock that never goes back */
    if (f->at_ns > e->origin)
        at = f->at_ns - e->origin;
    e->time_back += f->at_ns < e->origin || at < e->now;
    e->now = at > e->now ? at : e->now;
    e->foreign_link += f->kind == ENCAP_LINK;
    if (f->ipv4 == NULL ||
        ipv4_read(f->ipv4, f->len, f->wire_octets, &ip) != IPV4_GOOD) {
        e->not_ipv4++;
        return;
    }
    switch (ip.protocol) {
    case 1: explain_outer_icmp(e, &ip); break;
    case 6: tcp_input(e, &ip); break;
    case PPTP_GRE_IP_PROTOCOL: gre_input(e, &ip); break;
    default: e->other++;
    }
}

/* --- the end ------------------------------------------------------------- */

static void conn_end(struct explain *e, struct conn *c)
{
    struct subject who = { c, NULL, 0 };
    struct explain_finding *f = NULL;

    explain_reassemble_end(e, c);
    if (c->refused)
        f = explain_note(e, EXPLAIN_TCP_REFUSED,
                         (struct subject){ c, NULL, 1 }, "%s port %u",
                         explain_ip(c->addr[1]), c->port[1]);
    else if (c->syn && !c->syn_ack && c->segments[1] == 0 &&
             c->segments[0] > 1 && !c->pptp)
        f = explain_note(e, EXPLAIN_TCP_SILENT, who, "%s to %s, %llu attempts",
                         explain_ip(c->addr[0]), explain_ip(c->addr[1]),
                         (unsigned long long)c->segments[0]);
    else if (c->syn_ack && !c->pptp &&
             c->stream[0].octets + c->stream[1].octets == 0)
        f = explain_note(e, EXPLAIN_NO_SCCRQ, who, "%s to %s",
                         explain_ip(c->addr[0]), explain_ip(c->addr[1]));
    if (f != NULL) {
        f->frame = f->last_frame = c->frame;
        f->at_ns = c->at;
    }
    if (c->pptp)
        explain_control_end(e, c);
}

static void note_limits(struct explain *e)
{
    const struct {
        uint64_t n;
        const char *what;
    } rows[] = {
        { e->over_conns, "segments of connections" },
        { e->over_calls, "calls" },
        { e->over_meters, "packets of directions of calls" },
        { e->over_events, "lines of the time line" },
        { e->over_pending, "TCP segments held back" },
    };
    char all[180] = "";
    size_t i, n = 0;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].n > 0 && n < sizeof all)
            n += (size_t)snprintf(all + n, sizeof all - n, "%s%llu %s",
                                  n > 0 ? ", " : "",
                                  (unsigned long long)rows[i].n, rows[i].what);
    if (n > 0)
        explain_note(e, EXPLAIN_LIMIT, (struct subject){ NULL, NULL, -1 },
                     "%s left out", all);
}

static int by_rank(const void *a, const void *b)
{
    const struct explain_finding *x = a, *y = b;
    int sx = (int)explain_kind_info(x->kind)->severity,
        sy = (int)explain_kind_info(y->kind)->severity;

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
    return (x->address > y->address) - (x->address < y->address);
}

void explain_end(struct explain *e, const char *fault)
{
    struct explain_finding *f;
    struct call *call;
    uint32_t i;

    e->duration = e->now;
    explain_outer_end(e);
    for (i = 0; i < e->conn_count; i++)
        conn_end(e, e->conns[i]);
    e->ended = true;
    explain_tunnel_end(e);
    for (call = e->calls; call != NULL; call = call->next)
        if (!call->merged) {
            explain_calls_end(e, call);
            explain_judge(e, call);
        }
    if (e->gre_cut > 0)
        explain_note(e, EXPLAIN_SNAP, (struct subject){ NULL, NULL, -1 },
                     "%llu of them", (unsigned long long)e->gre_cut);
    if (e->time_back > 0)
        explain_note(e, EXPLAIN_TIME_BACK, (struct subject){ NULL, NULL, -1 },
                     "in %llu frames", (unsigned long long)e->time_back);
    if (e->foreign_link > 0)
        explain_note(e, EXPLAIN_FOREIGN_LINK,
                     (struct subject){ NULL, NULL, -1 }, "%llu of them",
                     (unsigned long long)e->foreign_link);
    note_limits(e);
    if (fault != NULL) {
        snprintf(e->fault, sizeof e->fault, "%s", fault);
        f = explain_note(e, EXPLAIN_FILE_FAULT,
                         (struct subject){ NULL, NULL, -1 }, "%s", e->fault);
        explain_detail(f, "%s", e->fault);
    }
    qsort(e->findings, e->finding_count, sizeof e->findings[0], by_rank);
}
