/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tunnel, RFC 2637 section 4: which call and direction a GRE packet is
 * of, and its shape.
 */
#include "config.h"

#include "explain/impl.h"

#include <stdlib.h>

#include "pptp/wire.h"

#define GRACE PPTP_S /* what was under way when a call ended */
#define ADOPT_AFTER 3u

/* --- flows --------------------------------------------------------------- */

static uint32_t flow_bucket(uint32_t src, uint32_t dst, uint16_t id)
{
    uint32_t h = src * 2654435761u ^ dst * 2246822519u ^ id * 40503u;

    return (h ^ h >> 15) % BUCKETS;
}

struct flow *explain_tunnel_find(const struct explain *e, uint32_t src,
                                 uint32_t dst, uint16_t id)
{
    struct flow *f = e->flow_hash[flow_bucket(src, dst, id)];

    while (f != NULL && (f->src != src || f->dst != dst || f->id != id))
        f = f->hash_next;
    return f;
}

static struct flow *flow_add(struct explain *e, struct call *call, int dir,
                             uint16_t id)
{
    struct flow *f = calloc(1, sizeof *f);
    uint32_t b;

    if (f == NULL) {
        e->over_calls++;
        return NULL;
    }
    f->src = call->addr[dir];
    f->dst = call->addr[1 - dir];
    f->id = id;
    f->dir = (uint8_t)dir;
    f->call = call;
    b = flow_bucket(f->src, f->dst, id);
    f->hash_next = e->flow_hash[b];
    e->flow_hash[b] = f;
    call->flow[dir] = f;
    return f;
}

/* Direction `dir` of the call is what was taken for a call of its own. */
static void adopt(struct explain *e, struct call *call, int dir,
                  struct flow *f)
{
    struct call *old = f->call;

    old->flow[f->dir] = NULL;
    if (old->flow[0] == NULL && old->flow[1] == NULL)
        old->merged = true;
    f->call = call;
    f->dir = (uint8_t)dir;
    call->flow[dir] = f;
    if (f->meter != NULL)
        explain_meter_window(e, f->meter, call, dir);
}

void explain_tunnel_bind(struct explain *e, struct call *call)
{
    int dir;

    for (dir = 0; dir < 2; dir++) {
        uint16_t id = call->id[1 - dir];
        struct flow *f = explain_tunnel_find(e, call->addr[dir],
                                             call->addr[1 - dir], id);

        if (f == NULL || f->call == call || f->call->announced ||
            e->now - f->last > 60 * PPTP_S) {
            flow_add(e, call, dir, id);
            continue;
        }
        f->early = f->packets;
        adopt(e, call, dir, f);
        explain_note(e, EXPLAIN_GRE_EARLY, (struct subject){ NULL, call, dir },
                     "%llu packets, the first at frame %llu",
                     (unsigned long long)f->packets,
                     (unsigned long long)f->frame);
    }
}

/* Whether g can be the answer to the flow that `call` has already. */
static bool fits(const struct call *call, int dir, const struct pptp_gre *g)
{
    const struct flow *other = call->flow[1 - dir];
    int32_t d;

    if (call->flow[dir] != NULL || other == NULL)
        return false;
    if (!g->has_ack || other->meter == NULL)
        return true;
    d = pptp_seq_diff(g->ack, other->meter->highest);
    return d > -EXPLAIN_FAR && d < EXPLAIN_FAR;
}

/* GRE without a call: the control connection is not in the capture, began
 * before it, or agreed on another Call ID. */
static struct flow *flow_stray(struct explain *e, const struct gre_packet *p,
                               const struct pptp_gre *g)
{
    struct conn *c = explain_conn_between(e, p->src, p->dst);
    struct call *call;
    struct flow *f;
    int dir = 0;

    if (c != NULL && (!c->midstream || c->closed))
        c = NULL;
    for (call = e->calls; call != NULL; call = call->next) {
        if (call->announced || call->merged || call->ended || call->conn != c)
            continue;
        dir = call->addr[0] == p->src ? 0 : 1;
        if (call->addr[dir] == p->src && call->addr[1 - dir] == p->dst &&
            fits(call, dir, g))
            break;
    }
    if (call == NULL && c != NULL) {
        call = explain_call_new(e, c, c->addr[0], c->addr[1]);
        dir = c->addr[0] == p->src ? 0 : 1;
    } else if (call == NULL) {
        call = explain_call_new(e, NULL, p->src, p->dst);
        dir = 0;
    }
    if (call == NULL)
        return NULL;
    f = flow_add(e, call, dir, g->call_id);
    if (f != NULL) {
        call->id_known[1 - dir] = true;
        call->id[1 - dir] = g->call_id;
    }
    return f;
}

/* A stray flow between two hosts, one call between them whose own flow in
 * this direction is empty: somebody on the way rewrote the ID. */
static void look_for_rewriting(struct explain *e, struct flow *f)
{
    struct call *call, *found = NULL;
    struct explain_finding *n;
    enum explain_kind kind = EXPLAIN_CALL_ID_REWRITTEN;
    int dir = 0;

    for (call = e->calls; call != NULL; call = call->next) {
        int d = call->addr[0] == f->src ? 0 : 1;

        if (!call->announced || !call->up || f->last < call->up_at ||
            (call->ended && f->first > call->end_at + GRACE) ||
            call->addr[d] != f->src || call->addr[1 - d] != f->dst ||
            call->flow[d] == NULL || call->flow[d]->packets > 0)
            continue;
        if (found != NULL)
            return; /* which one is anybody's guess */
        found = call;
        dir = d;
    }
    if (found == NULL)
        return;
    adopt(e, found, dir, f);
    if (f->id == found->id[dir])
        kind = EXPLAIN_CALL_ID_OWN;
    n = explain_note(e, kind, (struct subject){ NULL, found, dir },
                     "%u in GRE to %s, which assigned %u", f->id,
                     explain_ip(f->dst), found->id[1 - dir]);
    if (n != NULL) {
        n->frame = f->frame;
        n->at_ns = f->first;
    }
}

/* --- packets ------------------------------------------------------------- */

static void check_shape(struct explain *e, struct flow *f,
                        const struct gre_packet *p, const struct pptp_gre *g)
{
    struct subject who = { NULL, f->call, f->dir };
    uint32_t used = (uint32_t)pptp_gre_len(g) + g->payload_len;

    if (g->payload_len > 0 && !g->has_seq)
        explain_note(e, EXPLAIN_GRE_NO_SEQ, who, "%u octets", g->payload_len);
    if (g->payload_len == 0 && g->has_seq)
        explain_note(e, EXPLAIN_GRE_EMPTY_SEQ, who, "%u", g->seq);
    if (g->payload_len == 0 && !g->has_seq && !g->has_ack)
        explain_note(e, EXPLAIN_GRE_NOTHING, who, "8 octets");
    if (g->payload_len > PPTP_GRE_PAYLOAD_MAX)
        explain_note(e, EXPLAIN_GRE_LONG, who, "%u octets", g->payload_len);
    if (!p->more && used < p->whole)
        explain_note(e, EXPLAIN_GRE_TRAILER, who, "%u octets more",
                     p->whole - used);
    if (p->more) {
        f->fragmented++;
        explain_note(e, EXPLAIN_FRAGMENTS, who,
                     "PPP frames of %u octets at first", g->payload_len);
    }
}

static void check_time(struct explain *e, struct flow *f)
{
    struct call *call = f->call;
    struct subject who = { NULL, call, f->dir };

    if (call->announced && !call->up && !call->ended) {
        f->early++;
        explain_note(e, EXPLAIN_GRE_EARLY, who, "while the call is in %s",
                     explain_call_state(call->state[f->dir]));
    }
    if (call->ended && e->now - call->end_at > GRACE) {
        f->after++;
        explain_note(e, EXPLAIN_GRE_LATE, who, "%.1f s after it at first",
                     (double)(e->now - call->end_at) / 1e9);
    }
}

static void count(struct explain *e, struct flow *f, const struct pptp_gre *g)
{
    struct flow *other = f->call->flow[1 - f->dir];

    if (f->packets++ == 0) {
        f->first = e->now;
        f->frame = e->frame;
        f->last = e->now;
    }
    if (e->now - f->last > f->quiet_max)
        f->quiet_max = e->now - f->last;
    f->last = e->now;
    f->last_frame = e->frame;
    if (other != NULL)
        other->unanswered = 0;
    f->with_ack += g->has_ack;
    f->lone_acks += g->has_ack && g->payload_len == 0;
    if (g->payload_len > 0) {
        f->data++;
        f->octets += g->payload_len;
        f->unanswered++;
        f->last_data = e->now;
        if (g->payload_len > f->payload_max)
            f->payload_max = g->payload_len;
    }
}

static void flow_input(struct explain *e, struct flow *f,
                       const struct gre_packet *p, const struct pptp_gre *g)
{
    size_t header = pptp_gre_len(g);
    size_t n = p->len > header ? p->len - header : 0;
    bool newest = false;

    if (n > g->payload_len)
        n = g->payload_len;
    count(e, f, g);
    check_time(e, f);
    check_shape(e, f, p, g);
    explain_numbers_timers(e, f->call->flow[0]);
    explain_numbers_timers(e, f->call->flow[1]);
    if (g->has_seq) {
        explain_numbers_seq(e, f, g->seq, p->ip_id);
        newest = f->meter != NULL && f->meter->highest == g->seq;
    }
    if (g->has_ack)
        explain_numbers_ack(e, f, g, newest);
    if (n > 0)
        explain_ppp_input(e, f, p->octets + header, n);
    if (!f->call->announced && f->packets == ADOPT_AFTER)
        look_for_rewriting(e, f);
}

void explain_tunnel_input(struct explain *e, const struct gre_packet *p)
{
    struct conn *c = explain_conn_between(e, p->src, p->dst);
    struct subject who = { c, NULL, c != NULL ? c->addr[0] != p->src : -1 };
    /* a first fragment promises what others bring */
    uint32_t whole = p->more ? PPTP_GRE_MAX + UINT16_MAX : p->whole;
    struct pptp_gre g;
    struct flow *f;
    int used;

    used = pptp_gre_decode(p->octets, p->len, whole, &g);
    if (used < 0) {
        if (used == PPTP_ERR_TRUNCATED && p->len < p->whole &&
            p->len < PPTP_GRE_MAX)
            e->gre_cut++;
        else if (used == PPTP_ERR_TRUNCATED)
            explain_note(e, EXPLAIN_GRE_LENGTH, who, "from %s, %u octets",
                         explain_ip(p->src), p->whole);
        else
            explain_note(e, EXPLAIN_GRE_HEADER, who, "from %s, 0x%04x",
                         explain_ip(p->src), pptp_get16(p->octets));
        return;
    }
    e->found = true;
    f = explain_tunnel_find(e, p->src, p->dst, g.call_id);
    if (f == NULL)
        f = flow_stray(e, p, &g);
    if (f != NULL)
        flow_input(e, f, p, &g);
}

void explain_tunnel_end(struct explain *e)
{
    struct flow *f;
    size_t i;

    for (i = 0; i < BUCKETS; i++)
        for (f = e->flow_hash[i]; f != NULL; f = f->hash_next)
            if (!f->call->announced && f->packets > 0)
                look_for_rewriting(e, f);
}
