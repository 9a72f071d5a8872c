/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tunnel, RFC 2637 section 4: which call and direction a GRE packet is
 * of, its shape, and whether its time is right.
 */
#include "config.h"

#include "explain/tunnel.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/wire.h"
#include "explain/numbers.h"
#include "explain/ppp.h"
#include "explain/store.h"
#include "explain/words.h"

#define ADOPT_AFTER 3u
/* GRE may overtake the message that says that the call is up */
#define OVERTAKES (5 * PPTP_MS)

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

bool explain_tunnel_any(const struct explain *e, uint32_t src, uint32_t dst)
{
    const struct flow *f;
    size_t i;

    for (i = 0; i < BUCKETS; i++)
        for (f = e->flow_hash[i]; f != NULL; f = f->hash_next)
            if (f->src == src && f->dst == dst && f->packets > 0)
                return true;
    return false;
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

/* GRE that came before the call was up: the call's own, unless it is older
 * than the request, and then it is that of another with the same IDs. */
static bool came_early(const struct call *call, const struct flow *f)
{
    return f != NULL && f->call != call && !f->call->announced &&
           f->packets > 0 && f->first.frame > call->when.frame;
}

void explain_tunnel_bind(struct explain *e, struct call *call)
{
    int dir;

    call->bound = true;
    for (dir = 0; dir < 2; dir++) {
        uint16_t id = (uint16_t)call->id[1 - dir].v;
        struct flow *f = explain_tunnel_find(e, call->addr[dir],
                                             call->addr[1 - dir], id);

        if (call->flow[dir] != NULL) /* found before the answer was */
            continue;
        if (!came_early(call, f)) {
            flow_add(e, call, dir, id);
            continue;
        }
        f->early = f->packets;
        adopt(e, call, dir, f);
        if (explain_doubt(call->conn) ||
            !longer(&f->first, &e->here, OVERTAKES))
            continue;
        explain_note(e, EXPLAIN_GRE_EARLY,
                     seen_at(of_call(call, dir), &f->first),
                     "%llu packet%s, and the call was up %.3f s after the "
                     "first",
                     (unsigned long long)f->packets, pptp_plural(f->packets),
                     seconds_between(&f->first, &e->here));
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

/* A call that was asked for in the capture, and whose answer the capture does
 * not hold: what flows between its hosts is most likely its own. */
static bool half_known(const struct call *call, int dir,
                       const struct ipv4_packet *ip, uint16_t id)
{
    return call->announced && !call->bound && !call->ended &&
           call->addr[dir] == ip->src && call->addr[1 - dir] == ip->dst &&
           call->flow[dir] == NULL &&
           (!call->id[1 - dir].known || call->id[1 - dir].v == id) &&
           (call->up || call->up_unsure || explain_doubt(call->conn));
}

static struct flow *flow_of_half(struct explain *e,
                                 const struct ipv4_packet *ip, uint16_t id)
{
    struct call *call, *found = NULL;
    int dir, found_dir = 0;

    for (call = e->calls; call != NULL; call = call->next)
        for (dir = 0; dir < 2; dir++)
            if (half_known(call, dir, ip, id)) {
                if (found != NULL)
                    return NULL; /* which one is anybody's guess */
                found = call;
                found_dir = dir;
            }
    if (found == NULL)
        return NULL;
    explain_call_id(e, found, 1 - found_dir, (struct num){ true, id });
    if (found->up_when.frame == 0)
        found->up_when = e->here;
    found->up_unsure = true;
    return flow_add(e, found, found_dir, id);
}

/* GRE without a call: the control connection is not in the capture, began
 * before it, or agreed on another Call ID. */
static struct flow *flow_stray(struct explain *e, const struct ipv4_packet *ip,
                               const struct pptp_gre *g)
{
    struct conn *c;
    struct call *call;
    struct flow *f;
    int dir = 0;

    /* nor is one looked for, packet by packet, among so many */
    if (e->call_count == EXPLAIN_CALLS_MAX) {
        e->over_gre++;
        return NULL;
    }
    c = explain_conn_between(e, ip->src, ip->dst);
    f = c != NULL ? flow_of_half(e, ip, g->call_id) : NULL;
    if (f != NULL)
        return f;
    if (c != NULL && (!c->midstream || c->closed))
        c = NULL;
    for (call = e->calls; call != NULL; call = call->next) {
        if (call->announced || call->merged || call->ended || call->conn != c)
            continue;
        dir = call->addr[0] == ip->src ? 0 : 1;
        if (call->addr[dir] == ip->src && call->addr[1 - dir] == ip->dst &&
            fits(call, dir, g))
            break;
    }
    if (call == NULL && c != NULL) {
        call = explain_call_new(e, c, c->addr[0], c->addr[1]);
        dir = c->addr[0] == ip->src ? 0 : 1;
    } else if (call == NULL) {
        call = explain_call_new(e, NULL, ip->src, ip->dst);
        dir = 0;
    }
    if (call == NULL)
        return NULL;
    f = flow_add(e, call, dir, g->call_id);
    if (f != NULL)
        explain_call_id(e, call, 1 - dir, (struct num){ true, g->call_id });
    return f;
}

/* Whether a stray flow can be direction d of a call under another ID: it
 * began with the call, and counts from its beginning. */
static bool rewritten(const struct call *call, int d, const struct flow *f)
{
    return call->announced && call->up && call->addr[d] == f->src &&
           call->addr[1 - d] == f->dst && call->flow[d] != NULL &&
           call->flow[d]->packets == 0 && f->first.frame > call->when.frame &&
           !(call->ended &&
             longer(&call->end_when, &f->first, EXPLAIN_CROSSING)) &&
           (f->meter == NULL || f->meter->first_seq < RING);
}

/* A stray flow between two hosts, one call between them whose own flow in
 * this direction is empty: somebody on the way rewrote the ID. */
static void look_for_rewriting(struct explain *e, struct flow *f)
{
    struct call *call, *found = NULL;
    enum explain_kind kind = EXPLAIN_CALL_ID_REWRITTEN;
    int dir = 0, d;

    if (explain_conn_between(e, f->src, f->dst) == NULL)
        return;
    for (call = e->calls; call != NULL; call = call->next) {
        d = call->addr[0] == f->src ? 0 : 1;
        if (!rewritten(call, d, f))
            continue;
        if (found != NULL)
            return; /* which one is anybody's guess */
        found = call;
        dir = d;
    }
    if (found == NULL)
        return;
    adopt(e, found, dir, f);
    if (found->id[dir].known && f->id == found->id[dir].v)
        kind = EXPLAIN_CALL_ID_OWN;
    explain_note(e, kind, seen_at(of_call(found, dir), &f->first),
                 "%u in GRE to %s, which assigned %s", f->id,
                 explain_ip(f->dst), explain_num(found->id[1 - dir]));
}

/* --- packets ------------------------------------------------------------- */

static void check_shape(struct explain *e, struct flow *f,
                        const struct ipv4_packet *ip, const struct pptp_gre *g)
{
    struct subject who = of_call(f->call, f->dir);
    uint32_t used = (uint32_t)pptp_gre_len(g) + g->payload_len;

    if (g->payload_len > 0 && !g->has_seq)
        explain_note(e, EXPLAIN_GRE_NO_SEQ, who, "at first %u octet%s",
                     g->payload_len, pptp_plural(g->payload_len));
    if (g->payload_len == 0 && g->has_seq)
        explain_note(e, EXPLAIN_GRE_EMPTY_SEQ, who, "at first %u", g->seq);
    if (g->payload_len == 0 && !g->has_seq && !g->has_ack)
        explain_note(e, EXPLAIN_GRE_NOTHING, who, "8 octets of header");
    if (g->payload_len > PPTP_GRE_PAYLOAD_MAX)
        explain_note(e, EXPLAIN_GRE_LONG, who, "at first %u octets",
                     g->payload_len);
    /* where the length is that of the frame, padding may be in it */
    if (!ip->more && used < ip->whole && ip->whole_known)
        explain_note(e, EXPLAIN_GRE_TRAILER, who, "at first by %u octet%s",
                     ip->whole - used, pptp_plural(ip->whole - used));
    if (ip->more) {
        f->fragmented++;
        explain_note(e, EXPLAIN_FRAGMENTS, who,
                     "at first a PPP frame of %u octets", g->payload_len);
    }
}

static void check_time(struct explain *e, struct flow *f)
{
    struct call *call = f->call;

    if (call->up_unsure && !call->ended) {
        call->up_unsure = false; /* who would send GRE otherwise? */
        call->up = true;
    }
    if (call->ended &&
        (call->ended_by == f->dir
             ? longer(&call->end_when, &e->here, EXPLAIN_CROSSING)
             : !explain_may_not_know(e, call->conn, f->dir, &call->end_when,
                                     call->end_at))) {
        f->after++;
        explain_note(e, EXPLAIN_GRE_LATE, of_call(call, f->dir),
                     "at first %.1f s after it",
                     seconds_between(&call->end_when, &e->here));
    }
}

static void count(struct explain *e, struct flow *f, const struct pptp_gre *g)
{
    struct flow *other = f->call->flow[1 - f->dir];
    pptp_ns quiet;

    if (f->packets++ == 0)
        f->first = f->last = e->here;
    if (elapsed(&f->last, &e->here, &quiet) && quiet > f->quiet_max)
        f->quiet_max = quiet;
    f->last = e->here;
    if (other != NULL) {
        other->unanswered = 0;
        other->echo_unanswered = 0;
    }
    f->with_ack += g->has_ack;
    f->lone_acks += g->has_ack && g->payload_len == 0;
    if (g->payload_len == 0)
        return;
    f->data++;
    f->octets += g->payload_len;
    if (!f->call->ended && !f->good_bye) { /* afterwards nobody need answer */
        if (f->unanswered++ == 0)
            f->asked = e->here;
        f->last_asked = e->here;
    }
    if (g->payload_len > f->payload_max)
        f->payload_max = g->payload_len;
}

/* What is the same in a packet that the network delivers twice: its start
 * is enough, it has the headers of all that is inside. */
static uint16_t print_of(const struct ipv4_packet *ip)
{
    uint32_t n = ip->len < 64 ? ip->len : 64;
    uint32_t h = 2166136261u ^ ip->id ^ ip->whole << 16, i;

    for (i = 0; i < n; i++)
        h = (h ^ ip->octets[i]) * 16777619u;
    return (uint16_t)(h ^ h >> 16);
}

static struct flow *flow_of(struct explain *e, const struct ipv4_packet *ip,
                            const struct pptp_gre *g)
{
    struct flow *f = explain_tunnel_find(e, ip->src, ip->dst, g->call_id);

    return f != NULL ? f : flow_stray(e, ip, g);
}

static void flow_input(struct explain *e, struct flow *f,
                       const struct ipv4_packet *ip, const struct pptp_gre *g)
{
    size_t header = pptp_gre_len(g);
    size_t n = ip->len > header ? ip->len - header : 0;
    bool newest = false;

    if (n > g->payload_len)
        n = g->payload_len;
    count(e, f, g);
    check_time(e, f);
    check_shape(e, f, ip, g);
    explain_numbers_timers(e, f->call->flow[0]);
    explain_numbers_timers(e, f->call->flow[1]);
    if (g->has_seq) {
        explain_numbers_seq(e, f, g, print_of(ip));
        newest = f->meter != NULL && f->meter->highest == g->seq;
    }
    if (g->has_ack)
        explain_numbers_ack(e, f, g, newest);
    if (g->payload_len > 0)
        explain_ppp_input(e, f, ip->octets + header, n, g->payload_len);
    if (!f->call->announced && f->packets == ADOPT_AFTER)
        look_for_rewriting(e, f);
}

/* The capture holds less of a packet than its header. */
static void input_cut(struct explain *e, const struct ipv4_packet *ip)
{
    struct pptp_gre g = { .call_id = 0 };
    struct flow *f;

    e->gre_cut++;
    e->found = true;
    if (ip->len < 8) {
        e->gre_blind = true; /* of which call it is is not known */
        return;
    }
    g.payload_len = pptp_get16(ip->octets + 4);
    g.call_id = pptp_get16(ip->octets + 6);
    g.has_ack = (ip->octets[1] & PPTP_GRE_A) != 0;
    f = flow_of(e, ip, &g);
    if (f == NULL)
        return;
    f->cut++;
    f->ppp_cut += g.payload_len > 0;
    count(e, f, &g);
    check_time(e, f);
}

/* Whether the capture ends before the header does. */
static bool header_cut(const struct ipv4_packet *ip)
{
    uint32_t header = 8;

    if (ip->len >= 2)
        header += ((ip->octets[0] & 0x10) != 0 ? 4u : 0u) +
                  ((ip->octets[1] & 0x80) != 0 ? 4u : 0u);
    return ip->len < header && ip->len < ip->whole;
}

void explain_tunnel_input(struct explain *e, const struct ipv4_packet *ip)
{
    /* a first fragment promises what others bring */
    uint32_t whole = ip->more ? PPTP_GRE_MAX + UINT16_MAX : ip->whole;
    struct pptp_gre g;
    struct flow *f;
    struct conn *c;
    int used;

    if (header_cut(ip)) {
        input_cut(e, ip);
        return;
    }
    used = pptp_gre_decode(ip->octets, ip->len, whole, &g);
    e->found = true; /* in order or not */
    if (used < 0) {
        c = explain_conn_between(e, ip->src, ip->dst);
        explain_note(e,
                     used == PPTP_ERR_TRUNCATED ? EXPLAIN_GRE_LENGTH
                                                : EXPLAIN_GRE_HEADER,
                     of_conn(c, c != NULL ? c->addr[0] != ip->src : -1),
                     "from %s, at first %u octet%s and flags 0x%04x",
                     explain_ip(ip->src), ip->whole, pptp_plural(ip->whole),
                     ip->len >= 2 ? pptp_get16(ip->octets) : 0);
        return;
    }
    f = flow_of(e, ip, &g);
    if (f != NULL)
        flow_input(e, f, ip, &g);
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
