/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tunnel, RFC 2637 section 4, per call and direction: sequence numbers,
 * acknowledgments, the window that the sender should have minded (window.c
 * of the library, fed with what was seen), times, silence; and PPP as far as
 * it is in clear.
 *
 * What is measured is what passes the place of the capture: a packet lost
 * behind it is seen by its missing acknowledgment only, and a round trip is
 * that from there to the acknowledging side and back.
 */
#include "config.h"

#include "explain/impl.h"

#include <stdlib.h>
#include <string.h>

#include "pptp/wire.h"

#define GRACE PPTP_S /* what was under way when a call ended */
#define ADOPT_AFTER 3u
#define FAR 65536 /* a jump, not a loss */
#define SHORT (3 * PPTP_S)
#define QUIET (10 * PPTP_S)

/* --- times --------------------------------------------------------------- */

/* 1 us wide up to 64 us, then 32 buckets for each doubling. */
static uint32_t bucket_of(pptp_ns ns)
{
    uint64_t us = ns / PPTP_US;
    uint32_t shift = 0;

    while (us >> shift >= 64 && shift < 31)
        shift++;
    us >>= shift;
    return shift * 32 + (us < 64 ? (uint32_t)us : 63);
}

static pptp_ns bucket_ns(uint32_t b)
{
    uint32_t shift = b < 64 ? 0 : b / 32 - 1;
    uint64_t low = (uint64_t)(b - shift * 32) << shift;

    return (low + (UINT64_C(1) << shift) / 2) * PPTP_US;
}

static void hist_add(struct hist *h, pptp_ns ns)
{
    if (h->count++ == 0 || ns < h->min_ns)
        h->min_ns = ns;
    if (ns > h->max_ns)
        h->max_ns = ns;
    h->sum_ns += ns;
    h->bucket[bucket_of(ns)]++;
}

pptp_ns explain_tunnel_percentile(const struct hist *h, unsigned percent)
{
    uint64_t want = (h->count * percent + 99) / 100, sum = 0;
    uint32_t b;
    pptp_ns ns;

    for (b = 0; b < HIST; b++) {
        sum += h->bucket[b];
        if (sum >= want && sum > 0)
            break;
    }
    ns = bucket_ns(b < HIST ? b : HIST - 1);
    if (ns < h->min_ns)
        return h->min_ns;
    return ns > h->max_ns ? h->max_ns : ns;
}

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

/* The window of the side that receives direction `dir`, when it is known. */
static void meter_window(struct explain *e, struct meter *m,
                         const struct call *call, int dir)
{
    uint16_t window = RING, ppd = 0;
    uint32_t next = m->win.tx_next, base = m->win.tx_base;

    if (call->window_known[1 - dir]) {
        window = call->window[1 - dir];
        ppd = call->ppd[1 - dir];
    }
    pptp_win_start(&m->win, &e->win, window, ppd, RING);
    m->win.tx_next = next;
    m->win.tx_base = base;
}

static struct meter *meter_of(struct explain *e, struct flow *f)
{
    if (f->meter == NULL && e->meter_count < EXPLAIN_METERS_MAX) {
        f->meter = calloc(1, sizeof *f->meter);
        if (f->meter != NULL) {
            e->meter_count++;
            meter_window(e, f->meter, f->call, f->dir);
        }
    }
    e->over_meters += f->meter == NULL;
    return f->meter;
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
        meter_window(e, f->meter, call, dir);
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
    return d > -FAR && d < FAR;
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

/* --- sequence numbers ---------------------------------------------------- */

static bool seen(const struct meter *m, uint32_t seq)
{
    return (m->seen[seq % RING / 64] >> seq % 64 & 1) != 0;
}

static void mark(struct meter *m, uint32_t seq, bool here)
{
    uint64_t bit = UINT64_C(1) << seq % 64;

    if (here)
        m->seen[seq % RING / 64] |= bit;
    else
        m->seen[seq % RING / 64] &= ~bit;
}

/* Begins the numbers at seq, which is being sent now. */
static void meter_begin(struct explain *e, struct meter *m, uint32_t seq)
{
    memset(m->seen, 0, sizeof m->seen);
    m->win.tx_next = m->win.tx_base = seq;
    pptp_win_sent(&m->win, m->ring, e->now);
    m->highest = seq;
    mark(m, seq, true);
}

static void first_seq(struct explain *e, struct flow *f, uint32_t seq)
{
    struct meter *m = f->meter;

    m->any = true;
    m->first_seq = seq;
    meter_begin(e, m, seq);
    if (seq != 0 && f->call->announced)
        explain_note(e, EXPLAIN_SEQ_FIRST,
                     (struct subject){ NULL, f->call, f->dir }, "it is %u%s",
                     seq,
                     seq == 1 ? ", as with many peers"
                              : "; the packets before it may be lost");
}

static void ahead_seq(struct explain *e, struct flow *f, uint32_t seq,
                      uint32_t ahead)
{
    struct meter *m = f->meter;
    uint32_t i;

    if (ahead >= RING) {
        if (ahead >= FAR)
            explain_note(e, EXPLAIN_SEQ_JUMP,
                         (struct subject){ NULL, f->call, f->dir },
                         "from %u to %u", m->highest, seq);
        else
            m->lost += ahead - 1;
        meter_begin(e, m, seq);
        return;
    }
    for (i = 1; i < ahead; i++) {
        mark(m, m->highest + i, false);
        pptp_win_sent(&m->win, m->ring, e->now);
        m->lost++;
    }
    mark(m, seq, true);
    pptp_win_sent(&m->win, m->ring, e->now);
    m->highest = seq;
}

static void behind_seq(struct explain *e, struct flow *f, uint32_t seq,
                       uint32_t behind, uint16_t ip_id)
{
    struct subject who = { NULL, f->call, f->dir };
    struct meter *m = f->meter;
    int32_t before = pptp_seq_diff(m->first_seq, seq);

    if (behind >= RING) {
        if (behind >= FAR || seq <= 16) {
            explain_note(e, EXPLAIN_SEQ_RESTART, who, "from %u to %u",
                         m->highest, seq);
            m->first_seq = seq;
            m->acked_any = false;
            meter_begin(e, m, seq);
            m->ip_id[seq % RING] = ip_id;
            return;
        }
        f->late++;
        explain_note(e, EXPLAIN_REORDER, who, "%u numbers late at first",
                     behind);
        return;
    }
    if (seen(m, seq)) {
        f->dups++;
        if (m->ip_id[seq % RING] == ip_id)
            explain_note(e, EXPLAIN_DUPLICATE, who,
                         "sequence number %u at first", seq);
        else
            explain_note(e, EXPLAIN_SENT_TWICE, who,
                         "sequence number %u at first", seq);
        return;
    }
    f->late++;
    explain_note(e, EXPLAIN_REORDER, who, "%u numbers late at first", behind);
    mark(m, seq, true);
    m->ip_id[seq % RING] = ip_id;
    if (before > 0) {
        m->lost += (uint32_t)before - 1;
        m->first_seq = seq;
    } else if (m->lost > 0) {
        m->lost--;
    }
}

static void check_window(struct explain *e, struct flow *f)
{
    struct meter *m = f->meter;
    struct call *call = f->call;
    uint32_t out = pptp_win_out(&m->win);
    uint32_t window = call->window[1 - f->dir];

    if (out > m->out_max)
        m->out_max = out;
    if (m->win.cwnd > m->cwnd_max)
        m->cwnd_max = m->win.cwnd;
    if (window == 0)
        window = 1;
    if (call->window_known[1 - f->dir] && window < RING && out > window)
        explain_note(e, EXPLAIN_WINDOW_OVERRUN,
                     (struct subject){ NULL, call, f->dir }, "window %u",
                     window);
}

static void take_seq(struct explain *e, struct flow *f, uint32_t seq,
                     uint16_t ip_id)
{
    struct meter *m = meter_of(e, f);
    int32_t d;

    if (m == NULL)
        return;
    d = pptp_seq_diff(seq, m->highest);
    if (!m->any) {
        first_seq(e, f, seq);
    } else if (d > 0) {
        ahead_seq(e, f, seq, (uint32_t)d);
    } else {
        behind_seq(e, f, seq, m->highest - seq, ip_id);
        return;
    }
    m->ip_id[seq % RING] = ip_id;
    check_window(e, f);
}

/* --- acknowledgments ----------------------------------------------------- */

static void ack_of_nothing(struct explain *e, struct flow *f, uint32_t ack)
{
    if (f->call->announced)
        explain_note(e, EXPLAIN_ACK_NOTHING,
                     (struct subject){ NULL, f->call, f->dir }, "%u%s", ack,
                     ack == UINT32_MAX ? ", which seems to mean: nothing yet"
                                       : "");
}

/* f carries `ack` of what the other direction sent. */
static void take_ack(struct explain *e, struct flow *f,
                     const struct pptp_gre *g, bool newest)
{
    struct subject who = { NULL, f->call, f->dir };
    struct flow *other = f->call->flow[1 - f->dir];
    struct meter *m = other != NULL ? other->meter : NULL;
    uint32_t ack = g->ack, acked;

    if (m == NULL || !m->any) {
        f->acks_unseen++;
        ack_of_nothing(e, f, ack);
        return;
    }
    if (pptp_win_acked(&m->win, &e->win, m->ring, e->now, ack, &acked) ==
        PPTP_ACK_AHEAD) {
        explain_note(e, EXPLAIN_ACK_AHEAD, who, "%u; the highest seen is %u",
                     ack, m->highest);
        return;
    }
    if (pptp_seq_diff(ack, m->first_seq) < 0) {
        if (!m->acked_any)
            ack_of_nothing(e, f, ack);
        else if (m->acked_any && newest)
            explain_note(e, EXPLAIN_ACK_BACK, who, "%u after %u", ack,
                         m->acked);
        return;
    }
    if (m->acked_any && pptp_seq_diff(ack, m->acked) <= 0) {
        if (newest && ack != m->acked)
            explain_note(e, EXPLAIN_ACK_BACK, who, "%u after %u", ack,
                         m->acked);
        return;
    }
    m->acked_any = true;
    m->acked = ack;
    /* 4.2.5: the sample is the highest packet's, if that passed by */
    if (m->highest - ack < RING && seen(m, ack))
        hist_add(&m->rtt, e->now - m->ring[ack % RING].sent_ns);
}

uint64_t explain_tunnel_unacked(const struct flow *f)
{
    const struct meter *m = f != NULL ? f->meter : NULL;

    if (m == NULL || !m->any)
        return 0;
    return m->acked_any ? m->highest - m->acked
                        : m->highest - m->first_seq + 1;
}

static void run_timers(struct explain *e, struct flow *f)
{
    struct meter *m = f != NULL ? f->meter : NULL;

    if (m != NULL && m->any &&
        pptp_win_tx_deadline(&m->win, &e->win, m->ring) <= e->now) {
        pptp_win_timed_out(&m->win, &e->win);
        m->timeouts++;
    }
}

/* --- PPP ----------------------------------------------------------------- */

struct ppp {
    uint16_t protocol;
    const uint8_t *p; /* after the protocol field */
    size_t len;
};

static bool ppp_read(const uint8_t *p, size_t n, struct ppp *out, bool *ff03)
{
    *ff03 = n >= 2 && p[0] == 0xFF && p[1] == 0x03;
    if (*ff03) {
        p += 2;
        n -= 2;
    }
    if (n < 1 || ((p[0] & 1) == 0 && n < 2))
        return false;
    if ((p[0] & 1) != 0)
        *out = (struct ppp){ p[0], p + 1, n - 1 };
    else
        *out = (struct ppp){ pptp_get16(p), p + 2, n - 2 };
    return true;
}

static void auth(struct explain *e, struct flow *f, const struct ppp *q,
                 const char *name, unsigned good, unsigned bad, size_t text_at)
{
    struct call *call = f->call;
    char text[80] = "";
    size_t len = q->len >= 4 ? pptp_get16(q->p + 2) : 0;

    call->auth = name;
    if (q->p[0] != good && q->p[0] != bad)
        return;
    if (len > q->len)
        len = q->len;
    if (len > text_at)
        explain_text(text, sizeof text, (const char *)q->p + text_at,
                     len - text_at);
    explain_event(e, call->conn, call, "    PPP: %s %s by %s \"%s\"", name,
                  q->p[0] == good ? "accepted" : "refused", explain_ip(f->src),
                  text);
    if (q->p[0] == good) {
        f->auth_ok = true;
        return;
    }
    f->auth_failed = true;
    explain_note(e, EXPLAIN_PPP_AUTH, (struct subject){ NULL, call, f->dir },
                 "%s says \"%s\"", name, text);
}

static void lcp(struct explain *e, struct flow *f, const struct ppp *q,
                bool ff03)
{
    struct subject who = { NULL, f->call, f->dir };

    if (!ff03)
        explain_note(e, EXPLAIN_PPP_NO_FF03, who, "code %u", q->p[0]);
    switch (q->p[0]) {
    case 1: f->lcp_requests++; break;
    case 2:
        if (f->lcp_acks++ == 0)
            explain_event(e, f->call->conn, f->call,
                          "    PPP: LCP agreed by %s", explain_ip(f->src));
        break;
    case 5:
        f->terminated = true;
        explain_event(e, f->call->conn, f->call,
                      "    PPP: LCP Terminate-Request from %s",
                      explain_ip(f->src));
        explain_note(e, EXPLAIN_PPP_TERMINATE, who, "by %s",
                     explain_ip(f->src));
        break;
    case 8:
        explain_note(e, EXPLAIN_PPP_PROTOCOL_REJECT, who, "0x%04x",
                     q->len >= 6 ? pptp_get16(q->p + 4) : 0);
        break;
    default: break;
    }
}

static void take_ppp(struct explain *e, struct flow *f, const uint8_t *p,
                     size_t n)
{
    struct subject who = { NULL, f->call, f->dir };
    struct ppp q;
    bool ff03;

    if (n > 0 && p[0] == 0x7E) {
        explain_note(e, EXPLAIN_PPP_HDLC, who, "0x7e at the start");
        return;
    }
    if (!ppp_read(p, n, &q, &ff03) || q.len == 0)
        return;
    switch (q.protocol) {
    case 0xC021: lcp(e, f, &q, ff03); break;
    case 0xC023: auth(e, f, &q, "PAP", 2, 3, 5); break;
    case 0xC223: auth(e, f, &q, "CHAP", 3, 4, 4); break;
    case 0xC227: auth(e, f, &q, "EAP", 3, 4, 4); break;
    case 0x8021:
    case 0x8057:
        if (q.p[0] == 2 && f->ncp_acks++ == 0)
            explain_event(
                e, f->call->conn, f->call, "    PPP: %s agreed by %s",
                q.protocol == 0x8021 ? "IPCP" : "IPV6CP", explain_ip(f->src));
        break;
    case 0x00FD: f->encrypted = true; break;
    case 0x0021:
    case 0x0057: f->clear_data = true; break;
    default: break;
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
                     explain_control_call_state(call->state[f->dir]));
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
    run_timers(e, f->call->flow[0]);
    run_timers(e, f->call->flow[1]);
    if (g->has_seq) {
        take_seq(e, f, g->seq, p->ip_id);
        newest = f->meter != NULL && f->meter->highest == g->seq;
    }
    if (g->has_ack)
        take_ack(e, f, g, newest);
    if (n > 0)
        take_ppp(e, f, p->octets + header, n);
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

/* --- the end of a call --------------------------------------------------- */

static void judge_presence(struct explain *e, struct call *call)
{
    uint64_t n[2] = { 0, 0 };
    pptp_ns until = call->ended ? call->end_at : e->duration;
    pptp_ns life = until > call->up_at ? until - call->up_at : 0;
    struct explain_finding *f = NULL;
    int i, dir;

    for (i = 0; i < 2; i++)
        n[i] = call->flow[i] != NULL ? call->flow[i]->packets : 0;
    if (!call->up || (n[0] > 0 && n[1] > 0))
        return;
    if (n[0] + n[1] == 0) {
        if (life > SHORT)
            f = explain_note(e, EXPLAIN_NO_GRE,
                             (struct subject){ NULL, call, -1 }, "in %.1f s%s",
                             (double)life / 1e9,
                             e->meter_count == 0
                                 ? "; the capture holds no GRE of PPTP at all"
                                 : "");
    } else if (call->ended || life > SHORT || n[0] + n[1] >= 3) {
        dir = n[0] > 0 ? 0 : 1;
        f = explain_note(
            e, EXPLAIN_ONE_WAY_GRE, (struct subject){ NULL, call, 1 - dir },
            "packets from %s: %llu, from %s: none%s",
            explain_ip(call->addr[dir]), (unsigned long long)n[dir],
            explain_ip(call->addr[1 - dir]),
            call->flow[dir]->acks_unseen > 0
                ? "; but some are acknowledged: only the capture lacks them"
                : "");
    }
    if (f != NULL) {
        f->frame = call->up_frame;
        f->at_ns = call->up_at;
    }
}

static void judge_ppp(struct explain *e, struct call *call)
{
    const struct flow *a = call->flow[0], *b = call->flow[1];
    int dir;

    for (dir = 0; dir < 2; dir++) {
        const struct flow *f = call->flow[dir], *o = call->flow[1 - dir];

        if (f != NULL && f->lcp_requests >= 3 && o != NULL && o->packets > 0 &&
            o->lcp_requests + o->lcp_acks == 0 && o->data == 0)
            explain_note(e, EXPLAIN_PPP_LCP_SILENT,
                         (struct subject){ NULL, call, 1 - dir },
                         "%u requests", f->lcp_requests);
    }
    if (a == NULL || b == NULL)
        return;
    if (a->lcp_requests >= 5 && b->lcp_requests >= 5 &&
        a->lcp_acks + b->lcp_acks == 0)
        explain_note(e, EXPLAIN_PPP_LCP_LOOP,
                     (struct subject){ NULL, call, -1 }, "%u and %u requests",
                     a->lcp_requests, b->lcp_requests);
    if ((a->clear_data || b->clear_data) && !a->encrypted && !b->encrypted)
        explain_note(e, EXPLAIN_PPP_CLEAR, (struct subject){ NULL, call, -1 },
                     "no MPPE was seen");
}

static void judge_direction(struct explain *e, struct call *call, int dir)
{
    struct flow *f = call->flow[dir], *o = call->flow[1 - dir];
    struct subject sender = { NULL, call, dir };
    struct subject receiver = { NULL, call, 1 - dir };
    struct meter *m = f != NULL ? f->meter : NULL;
    uint64_t all;

    if (m == NULL || !m->any)
        return;
    all = f->data + m->lost;
    if (m->lost > 0)
        explain_note(e, EXPLAIN_LOSS, sender, "%llu of %llu (%.1f %%)",
                     (unsigned long long)m->lost, (unsigned long long)all,
                     100.0 * (double)m->lost / (double)all);
    if (!m->acked_any && f->data >= 8 && o != NULL && o->packets > 0)
        explain_note(e, EXPLAIN_ACK_NEVER, receiver, "%llu data packets",
                     (unsigned long long)f->data);
    if (o != NULL && o->packets > 0 && f->unanswered >= 5 &&
        f->last_data > o->last && f->last_data - o->last > QUIET)
        explain_note(e, EXPLAIN_WENT_QUIET, receiver,
                     "since frame %llu; %llu packets in %.0f s without answer",
                     (unsigned long long)o->last_frame,
                     (unsigned long long)f->unanswered,
                     (double)(f->last_data - o->last) / 1e9);
    if (m->timeouts >= 3 && m->timeouts * 20 > f->data && m->acked_any)
        explain_note(e, EXPLAIN_TIMEOUTS, sender,
                     "%llu times for a sender with the usual limits",
                     (unsigned long long)m->timeouts);
    if (m->rtt.count >= 4 && explain_tunnel_percentile(&m->rtt, 50) > PPTP_S)
        explain_note(e, EXPLAIN_ACK_SLOW, receiver, "half of them over %.1f s",
                     (double)explain_tunnel_percentile(&m->rtt, 50) / 1e9);
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

void explain_tunnel_call_end(struct explain *e, struct call *call)
{
    size_t i;
    int dir;

    if (call->announced)
        judge_presence(e, call);
    judge_ppp(e, call);
    for (dir = 0; dir < 2; dir++)
        judge_direction(e, call, dir);
    for (i = 0; i < e->finding_count; i++) {
        struct explain_finding *f = &e->findings[i];

        if (f->kind != EXPLAIN_WINDOW_OVERRUN || f->call != call->no)
            continue;
        dir = f->address == call->addr[0] ? 0 : 1;
        if (call->flow[dir] != NULL && call->flow[dir]->meter != NULL)
            explain_detail(f,
                           "up to %u, the window is %u; or its time-out is "
                           "shorter than that of 4.4",
                           call->flow[dir]->meter->out_max,
                           call->window[1 - dir]);
    }
}
