/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the outer IP tells of a tunnel: fragments, and whether all of a
 * datagram come by; ICMP's errors.
 */
#include "config.h"

#include "explain/impl.h"

#include "pptp/wire.h"

#define FRAGMENT_WAIT (30 * PPTP_S)

static void fragment_drop(struct explain *e, struct fragmented *g)
{
    struct explain_finding *f;
    struct conn *c;

    if (!g->used)
        return;
    g->used = false;
    c = explain_conn_between(e, g->src, g->dst);
    f = explain_note(e, EXPLAIN_FRAGMENTS_LOST,
                     (struct subject){ c, NULL,
                                       c == NULL              ? -1
                                       : c->addr[0] == g->src ? 0
                                                              : 1 },
                     "the %s fragment of the datagram at frame %llu",
                     g->first ? "later" : "first",
                     (unsigned long long)g->frame);
    if (f != NULL && f->count == 1)
        f->frame = g->frame;
}

void explain_outer_fragment(struct explain *e, const struct ipv4_packet *ip)
{
    struct fragmented *g = NULL;
    uint32_t i;

    for (i = 0; i < EXPLAIN_FRAGMENTED_MAX && g == NULL; i++) {
        g = &e->fragmented[i];
        if (g->used && e->now - g->at > FRAGMENT_WAIT)
            fragment_drop(e, g);
        if (!g->used || g->src != ip->src || g->dst != ip->dst ||
            g->id != ip->id)
            g = NULL;
    }
    if (g == NULL) {
        g = &e->fragmented[e->fragmented_next++ % EXPLAIN_FRAGMENTED_MAX];
        fragment_drop(e, g);
        *g = (struct fragmented){ .used = true,
                                  .src = ip->src,
                                  .dst = ip->dst,
                                  .id = ip->id,
                                  .frame = e->frame,
                                  .at = e->now };
    }
    g->got += ip->whole;
    g->first = g->first || ip->offset == 0;
    if (!ip->more) {
        g->last_seen = true;
        g->total = ip->offset + ip->whole;
    }
    if (g->first && g->last_seen && g->got >= g->total)
        g->used = false;
}

void explain_outer_end(struct explain *e)
{
    uint32_t i;

    for (i = 0; i < EXPLAIN_FRAGMENTED_MAX; i++)
        fragment_drop(e, &e->fragmented[i]);
}

void explain_outer_icmp(struct explain *e, const struct ipv4_packet *ip)
{
    enum explain_kind kind = EXPLAIN_ICMP_OTHER;
    const uint8_t *p = ip->octets;
    struct ipv4_packet in;
    struct conn *c;
    bool tcp;

    if (ip->len < 8 + 20 || p[0] != 3 ||
        ipv4_read(p + 8, ip->len - 8, ip->len - 8, &in) != IPV4_GOOD)
        return;
    tcp = in.protocol == 6 && in.len >= 4 &&
          (pptp_get16(in.octets) == PPTP_PORT ||
           pptp_get16(in.octets + 2) == PPTP_PORT);
    c = explain_conn_between(e, in.src, in.dst);
    if (!tcp &&
        (in.protocol != PPTP_GRE_IP_PROTOCOL || (c == NULL && !e->found)))
        return;
    if (p[1] == 4)
        kind = EXPLAIN_ICMP_MTU;
    else if (in.protocol == PPTP_GRE_IP_PROTOCOL && p[1] == 2)
        kind = EXPLAIN_ICMP_PROTOCOL;
    if (kind == EXPLAIN_ICMP_MTU)
        explain_note(e, kind, (struct subject){ c, NULL, -1 },
                     "%s says so of packets to %s; the way takes %u octets",
                     explain_ip(ip->src), explain_ip(in.dst),
                     pptp_get16(p + 6));
    else
        explain_note(e, kind, (struct subject){ c, NULL, -1 },
                     "%s says so of %s to %s (code %u)", explain_ip(ip->src),
                     tcp ? "TCP" : "GRE", explain_ip(in.dst), p[1]);
}
