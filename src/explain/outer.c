/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the outer IP tells of a tunnel: fragments, and whether all of a
 * datagram come by; ICMP's errors (RFC 792), and whether what follows
 * refutes them.
 */
#include "config.h"

#include "explain/outer.h"

#include <string.h>

#include "base/wire.h"
#include "explain/store.h"
#include "explain/tunnel.h"
#include "explain/words.h"

#define FRAGMENT_WAIT (30 * PPTP_S) /* RFC 791, 3.2: at least 15 s */

/* --- fragments ----------------------------------------------------------- */

/* All that is known of a datagram is forgotten; if it was not whole, and time
 * enough for the rest to come, something is missing. */
static void fragment_drop(struct explain *e, struct fragmented *g,
                          const struct moment *now)
{
    struct conn *c;

    if (!g->used)
        return;
    g->used = false;
    if (g->done || g->foreign || !longer(&g->last, now, EXPLAIN_SHORT))
        return;
    /* only the first one would tell whose it is */
    if ((g->seen[0] & 1) == 0 && !explain_tunnel_any(e, g->src, g->dst))
        return;
    c = explain_conn_between(e, g->src, g->dst);
    explain_note(e, EXPLAIN_FRAGMENTS_LOST,
                 seen_at(of_conn(c, c == NULL              ? -1
                                    : c->addr[0] == g->src ? 0
                                                           : 1),
                         &g->when),
                 "at first the %s",
                 (g->seen[0] & 1) != 0 ? "later ones" : "first one");
}

static struct fragmented *fragment_of(struct explain *e,
                                      const struct ipv4_packet *ip)
{
    struct fragmented *g;
    uint32_t i;

    for (i = 0; i < EXPLAIN_FRAGMENTED_MAX; i++) {
        g = &e->fragmented[i];
        if (g->used && longer(&g->last, &e->here, FRAGMENT_WAIT))
            fragment_drop(e, g, &e->here);
        if (g->used && g->src == ip->src && g->dst == ip->dst &&
            g->id == ip->id)
            return g;
    }
    for (i = 0; i < EXPLAIN_FRAGMENTED_MAX; i++) {
        g = &e->fragmented[e->fragmented_next++ % EXPLAIN_FRAGMENTED_MAX];
        if (!g->used || g->done)
            break;
    }
    /* all of them wait for more: one is given up, and nothing said of it */
    e->over_fragments += i == EXPLAIN_FRAGMENTED_MAX;
    memset(g, 0, sizeof *g);
    g->used = true;
    g->src = ip->src;
    g->dst = ip->dst;
    g->id = ip->id;
    g->when = g->last = e->here;
    return g;
}

void explain_outer_fragment(struct explain *e, const struct ipv4_packet *ip,
                            bool foreign)
{
    uint32_t first = ip->offset / 8, n = (ip->whole + 7) / 8, i, old = 0;
    struct fragmented *g = fragment_of(e, ip);

    for (i = first; i < first + n && i < 8192; i++)
        old += (g->seen[i / 64] >> i % 64 & 1) != 0;
    /* the identification was used again, not the fragment captured twice */
    if (g->done && longer(&g->last, &e->here, PPTP_S)) {
        g->used = false;
        g = fragment_of(e, ip);
        old = 0;
    }
    for (i = first; i < first + n && i < 8192; i++)
        g->seen[i / 64] |= UINT64_C(1) << i % 64;
    g->got += n - old;
    g->last = e->here;
    g->foreign = g->foreign || foreign;
    if (!ip->more) {
        g->last_seen = true;
        g->total = first + n;
    }
    g->done = g->done || (g->last_seen && g->got >= g->total);
}

void explain_outer_end(struct explain *e)
{
    uint32_t i;

    for (i = 0; i < EXPLAIN_FRAGMENTED_MAX; i++)
        fragment_drop(e, &e->fragmented[i], &e->last);
}

/* --- ICMP ---------------------------------------------------------------- */

enum { UNREACHABLE = 3, TIME_EXCEEDED = 11 };
enum { CODE_PROTOCOL = 2, CODE_TOO_BIG = 4 }; /* unreachable */
enum { CODE_REASSEMBLY = 1 };                 /* time exceeded */

static void too_big(struct explain *e, struct conn *c,
                    const struct ipv4_packet *icmp,
                    const struct ipv4_packet *in)
{
    uint16_t mtu = pptp_get16(icmp->octets + 6); /* RFC 1191; 0 before it */
    char takes[40] = "";

    if (mtu != 0)
        snprintf(takes, sizeof takes, "; the way takes %u octets", mtu);
    explain_note(e, EXPLAIN_ICMP_MTU, of_conn(c, -1),
                 "at first %s of packets to %s%s", explain_ip(icmp->src),
                 explain_ip(in->dst), takes);
}

static void refuse(struct explain *e, struct refusal *r,
                   const struct ipv4_packet *icmp)
{
    if (r->count++ == 0) {
        r->first = e->here;
        r->by = icmp->src;
        r->type = icmp->octets[0];
        r->code = icmp->octets[1];
    }
    r->last = e->here;
}

void explain_outer_refused(struct explain *e, struct subject who,
                           const struct refusal *r, bool gre, uint32_t to)
{
    bool protocol = gre && r->type == UNREACHABLE && r->code == CODE_PROTOCOL;
    struct explain_finding *n;

    n = explain_note(
        e, protocol ? EXPLAIN_ICMP_PROTOCOL : EXPLAIN_ICMP_OTHER,
        seen_at(about(who, (uint32_t)r->type << 8 | r->code), &r->first),
        "%s says so of %s to %s (type %u, code %u)", explain_ip(r->by),
        gre ? "GRE" : "TCP", explain_ip(to), r->type, r->code);
    if (n == NULL)
        return;
    n->count = r->count;
    if (r->last.frame > n->last_frame)
        n->last_frame = r->last.frame;
}

/* GRE that could not be delivered: of a call, of one that is over (then its
 * end has closed the door), or of none that is known. */
static void gre_refused(struct explain *e, struct conn *c,
                        const struct ipv4_packet *icmp,
                        const struct ipv4_packet *in)
{
    struct flow *f = NULL;
    struct refusal r = { .count = 0 };

    if (in->len >= 8)
        f = explain_tunnel_find(e, in->src, in->dst,
                                pptp_get16(in->octets + 6));
    if (f != NULL) {
        if (!f->call->ended)
            refuse(e, &f->icmp, icmp);
        return;
    }
    if (c != NULL && c->calls > 0 && c->calls == c->calls_over)
        return;
    if (c == NULL && !e->found)
        return;
    refuse(e, &r, icmp);
    explain_outer_refused(e, of_conn(c, -1), &r, true, in->dst);
}

static void tcp_refused(struct explain *e, struct conn *c,
                        const struct ipv4_packet *icmp,
                        const struct ipv4_packet *in)
{
    if (c != NULL && !c->closed)
        refuse(e, &c->icmp[c->addr[0] == in->src ? 0 : 1], icmp);
}

void explain_outer_icmp(struct explain *e, const struct ipv4_packet *ip)
{
    const uint8_t *p = ip->octets;
    struct ipv4_packet in;
    bool tcp, gre;
    struct conn *c;

    if (ip->offset != 0 || ip->len < 8 + 20 ||
        (p[0] != UNREACHABLE && p[0] != TIME_EXCEEDED) ||
        ipv4_read(p + 8, ip->len - 8, ip->len - 8, true, &in) != INET4_GOOD)
        return;
    tcp = in.protocol == 6 && in.len >= 4 &&
          (pptp_get16(in.octets) == PPTP_PORT ||
           pptp_get16(in.octets + 2) == PPTP_PORT);
    gre = in.protocol == PPTP_GRE_IP_PROTOCOL && in.len >= 4 &&
          pptp_get16(in.octets + 2) == PPTP_GRE_PROTOCOL;
    if (!tcp && !gre)
        return;
    c = explain_conn_between(e, in.src, in.dst);
    explain_event(e, c, NULL, "ICMP type %u, code %u from %s, of %s to %s",
                  p[0], p[1], explain_ip(ip->src), tcp ? "TCP" : "GRE",
                  explain_ip(in.dst));
    if (p[0] == UNREACHABLE && p[1] == CODE_TOO_BIG)
        too_big(e, c, ip, &in);
    else if (p[0] == TIME_EXCEEDED && p[1] == CODE_REASSEMBLY)
        explain_note(e, EXPLAIN_FRAGMENTS_LOST, of_conn(c, -1),
                     "at first %s says so (ICMP)", explain_ip(ip->src));
    else if (gre)
        gre_refused(e, c, ip, &in);
    else
        tcp_refused(e, c, ip, &in);
}
