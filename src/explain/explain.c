/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The frame of explain: tables of connections and calls, findings, and what
 * the outer IP tells: ICMP, fragments, TCP that goes nowhere.
 */
#include "config.h"

#include "explain/impl.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "pptp/wire.h"

#define NOBODY ((struct subject){ NULL, NULL, -1 })
#define FRAGMENT_WAIT (30 * PPTP_S)

_Static_assert(EXPLAIN_FINDINGS_MAX < UINT16_MAX, "an index fits 16 bits");

static const struct explain_kind_info kinds[] = {
#define FINDING(name, severity, section, id, key, text) \
    [EXPLAIN_##name] = { EXPLAIN_##severity, section, id, key, text },
#include "explain/findings.def"
};

const struct explain_kind_info *explain_kind_info(enum explain_kind kind)
{
    return &kinds[kind];
}

const char *explain_severity_name(enum explain_severity severity)
{
    static const char *const names[] = { "error", "departure", "remark" };

    return names[severity];
}

struct explain *explain_new(void)
{
    struct explain *e = calloc(1, sizeof *e);

    if (e == NULL)
        return NULL;
    e->win = (struct pptp_win_config){ .engine = &pptp_engine_rfc2637,
                                       .windowing = PPTP_WINDOWING_ON,
                                       .fixed_timeout_ns = PPTP_S,
                                       .recv_window = 1,
                                       .send_queue = 1 };
    pptp_ato_config_default(&e->win.ato);
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

bool explain_found(const struct explain *e)
{
    return e->found;
}

size_t explain_findings(const struct explain *e,
                        const struct explain_finding **first)
{
    *first = e->findings;
    return e->finding_count;
}

/* --- findings and the time line ------------------------------------------ */

/* What is worse, and what concerns the whole, finds room to the last. */
static size_t finding_limit(const struct explain_finding *f)
{
    if (f->connection + f->call == 0)
        return EXPLAIN_FINDINGS_MAX;
    switch (kinds[f->kind].severity) {
    case EXPLAIN_ERROR: return EXPLAIN_FINDINGS_MAX - 64;
    case EXPLAIN_DEPARTURE: return EXPLAIN_FINDINGS_MAX / 4 * 3;
    default: return EXPLAIN_FINDINGS_MAX / 2;
    }
}

static struct explain_finding *finding_place(struct explain *e,
                                             const struct explain_finding *f)
{
    uint32_t n = 2 * EXPLAIN_FINDINGS_MAX;
    uint32_t h = (uint32_t)f->kind * 2654435761u ^ f->connection * 40503u ^
                 f->call * 2246822519u ^ f->address * 3266489917u;
    uint32_t i;

    for (i = h % n; e->finding_hash[i] != 0; i = (i + 1) % n) {
        struct explain_finding *g = &e->findings[e->finding_hash[i] - 1];

        if (g->kind == f->kind && g->connection == f->connection &&
            g->call == f->call && g->address == f->address)
            return g;
    }
    if (e->finding_count >= finding_limit(f)) {
        e->over_findings++;
        return NULL;
    }
    e->findings[e->finding_count] = *f;
    e->finding_hash[i] = (uint16_t)++e->finding_count;
    return &e->findings[e->finding_count - 1];
}

struct explain_finding *explain_note(struct explain *e, enum explain_kind kind,
                                     struct subject who, const char *format,
                                     ...)
{
    struct explain_finding key = { .kind = kind }, *f;
    const struct conn *c = who.conn;
    va_list args;

    if (who.call != NULL) {
        key.call = who.call->no;
        c = who.call->conn;
        if (who.side >= 0)
            key.address = who.call->addr[who.side];
    }
    if (c != NULL) {
        key.connection = c->no;
        if (who.side >= 0 && who.call == NULL)
            key.address = c->addr[who.side];
    }
    f = finding_place(e, &key);
    if (f == NULL)
        return NULL;
    if (f->count++ == 0) {
        f->frame = e->ended ? 0 : e->frame;
        f->at_ns = e->now;
        va_start(args, format);
        vsnprintf(f->detail, sizeof f->detail, format, args);
        va_end(args);
    }
    f->last_frame = e->ended ? 0 : e->frame;
    return f;
}

void explain_detail(struct explain_finding *f, const char *format, ...)
{
    va_list args;

    if (f == NULL)
        return;
    va_start(args, format);
    vsnprintf(f->detail, sizeof f->detail, format, args);
    va_end(args);
}

void explain_event(struct explain *e, const struct conn *c,
                   const struct call *call, const char *format, ...)
{
    struct event *v;
    char text[480];
    va_list args;

    if (e->event_count == EXPLAIN_EVENTS_MAX) {
        e->over_events++;
        return;
    }
    if (e->events == NULL)
        e->events = calloc(EXPLAIN_EVENTS_MAX, sizeof *e->events);
    if (e->events == NULL) {
        e->over_events++;
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    v = &e->events[e->event_count];
    v->text = strdup(text);
    if (v->text == NULL)
        return;
    v->frame = e->ended ? 0 : e->frame;
    v->at = e->now;
    v->conn = c != NULL ? c->no : 0;
    v->call = call != NULL ? call->no : 0;
    e->event_count++;
}

const char *explain_ip(uint32_t ipv4)
{
    static char buffers[8][16];
    static unsigned turn;
    char *out = buffers[turn++ % 8];

    snprintf(out, sizeof buffers[0], "%u.%u.%u.%u", ipv4 >> 24,
             ipv4 >> 16 & 255, ipv4 >> 8 & 255, ipv4 & 255);
    return out;
}

void explain_text(char *out, size_t cap, const char *field, size_t n)
{
    size_t i;

    for (i = 0; i < n && i + 1 < cap && field[i] != '\0'; i++)
        out[i] = field[i] >= ' ' && field[i] <= '~' ? field[i] : '.';
    out[i] = '\0';
}

/* --- connections and calls ----------------------------------------------- */

struct conn *explain_conn_between(const struct explain *e, uint32_t a,
                                  uint32_t b)
{
    uint32_t i;

    for (i = e->conn_count; i > 0; i--) {
        struct conn *c = e->conns[i - 1];

        if ((c->addr[0] == a && c->addr[1] == b) ||
            (c->addr[0] == b && c->addr[1] == a))
            return c;
    }
    return NULL;
}

struct call *explain_call_new(struct explain *e, struct conn *c,
                              uint32_t addr0, uint32_t addr1)
{
    struct call *call = NULL;

    if (e->call_count < EXPLAIN_CALLS_MAX)
        call = calloc(1, sizeof *call);
    if (call == NULL) {
        e->over_calls++;
        return NULL;
    }
    call->no = ++e->call_count;
    call->conn = c;
    call->addr[0] = addr0;
    call->addr[1] = addr1;
    call->pns = c != NULL ? c->pns : -1;
    call->frame = e->frame;
    call->at = e->now;
    call->next = e->calls;
    e->calls = call;
    if (c != NULL)
        c->calls++;
    return call;
}

/* What a second connection between the same hosts means, 3.1.3. */
static void look_for_second(struct explain *e, struct conn *c)
{
    uint32_t i;

    for (i = e->conn_count - 1; i > 0; i--) {
        struct conn *o = e->conns[i - 1];
        bool same = o->addr[0] == c->addr[0] && o->addr[1] == c->addr[1];
        bool back = o->addr[0] == c->addr[1] && o->addr[1] == c->addr[0];

        if (o->closed || o->refused || (!same && !back))
            continue;
        if (o->pptp || back)
            explain_note(e,
                         back ? EXPLAIN_COLLISION : EXPLAIN_SECOND_CONNECTION,
                         (struct subject){ c, NULL, 0 },
                         "while connection %u is there", o->no);
        return;
    }
}

/* The control connection comes into sight after its calls: they are its own,
 * and take its order of the sides. */
static void claim_calls(struct explain *e, struct conn *c)
{
    struct call *call;

    for (call = e->calls; call != NULL; call = call->next) {
        struct call was = *call;
        int i;

        if (call->announced || call->merged || call->conn != NULL ||
            (call->addr[0] != c->addr[0] && call->addr[0] != c->addr[1]) ||
            (call->addr[1] != c->addr[0] && call->addr[1] != c->addr[1]))
            continue;
        call->conn = c;
        c->calls++;
        if (call->addr[0] == c->addr[0])
            continue;
        for (i = 0; i < 2; i++) {
            call->addr[i] = was.addr[1 - i];
            call->id[i] = was.id[1 - i];
            call->id_known[i] = was.id_known[1 - i];
            call->flow[i] = was.flow[1 - i];
            if (call->flow[i] != NULL)
                call->flow[i]->dir = (uint8_t)i;
        }
    }
}

static struct conn *conn_new(struct explain *e, const uint32_t *addr,
                             const uint16_t *port, bool syn)
{
    struct conn *c = NULL;

    if (e->conn_count < EXPLAIN_CONNECTIONS_MAX)
        c = calloc(1, sizeof *c);
    if (c == NULL) {
        e->over_conns++;
        return NULL;
    }
    memcpy(c->addr, addr, sizeof c->addr);
    memcpy(c->port, port, sizeof c->port);
    c->pns = c->stopper = -1;
    c->frame = e->frame;
    c->at = e->now;
    c->midstream = !syn;
    if (syn)
        c->state[0] = c->state[1] = CTL_IDLE;
    e->conns[e->conn_count++] = c;
    c->no = e->conn_count;
    if (syn)
        look_for_second(e, c);
    else
        claim_calls(e, c);
    return c;
}

static uint32_t conn_bucket(const uint32_t *addr, const uint16_t *port)
{
    uint32_t h = addr[0] * 2654435761u ^ addr[1] * 40503u ^
                 (uint32_t)port[0] * 2246822519u;

    return (h ^ h >> 15) % BUCKETS;
}

/* A new connection for a SYN on ports that were used before. */
static struct conn *conn_of(struct explain *e, const uint32_t *addr,
                            const uint16_t *port, bool syn)
{
    uint32_t b = conn_bucket(addr, port);
    struct conn *c;

    for (c = e->conn_hash[b]; c != NULL; c = c->hash_next)
        if (memcmp(c->addr, addr, sizeof c->addr) == 0 &&
            memcmp(c->port, port, sizeof c->port) == 0)
            break;
    if (c != NULL && !(syn && (c->closed || c->pptp)))
        return c;
    if (c != NULL)
        c->closed = true;
    c = conn_new(e, addr, port, syn);
    if (c != NULL) {
        c->hash_next = e->conn_hash[b];
        e->conn_hash[b] = c;
    }
    return c;
}

/* --- IP ------------------------------------------------------------------ */

struct ip {
    uint32_t src, dst;
    uint16_t id;
    uint8_t protocol;
    bool more;
    uint32_t offset; /* of the fragment, octets */
    uint32_t whole;  /* octets of payload on the wire */
    uint32_t len;    /* captured */
    const uint8_t *octets;
};

static bool ip_read(const uint8_t *p, size_t n, uint32_t wire, struct ip *out)
{
    uint32_t header, total;

    if (n < 20 || p[0] >> 4 != 4)
        return false;
    header = (p[0] & 15u) * 4u;
    total = pptp_get16(p + 2);
    if (total == 0) /* the sender's card would have filled it in */
        total = wire > 65535 ? 65535 : wire;
    if (header < 20 || total < header || n < header)
        return false;
    *out = (struct ip){ .src = pptp_get32(p + 12),
                        .dst = pptp_get32(p + 16),
                        .id = pptp_get16(p + 4),
                        .protocol = p[9],
                        .more = (p[6] & 0x20) != 0,
                        .offset = (pptp_get16(p + 6) & 0x1FFFu) * 8u,
                        .whole = total - header,
                        .octets = p + header };
    out->len = n - header < out->whole ? (uint32_t)(n - header) : out->whole;
    return true;
}

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

static void tcp_input(struct explain *e, const struct ip *ip)
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
    c = conn_of(e, addr, port, s.syn && !s.has_ack);
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

/* Fragments of GRE: whether all of a datagram come by. */
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

static void fragment_input(struct explain *e, const struct ip *ip)
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

static void gre_input(struct explain *e, const struct ip *ip)
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
        fragment_input(e, ip);
    if (ip->offset == 0)
        explain_tunnel_input(e, &p);
}

static void icmp_input(struct explain *e, const struct ip *ip)
{
    enum explain_kind kind = EXPLAIN_ICMP_OTHER;
    const uint8_t *p = ip->octets;
    struct ip in;
    struct conn *c;
    bool tcp;

    if (ip->len < 8 + 20 || p[0] != 3 ||
        !ip_read(p + 8, ip->len - 8, ip->len - 8, &in))
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

void explain_frame(struct explain *e, const struct capture_frame *f)
{
    struct ip ip;
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
    if (f->ipv4 == NULL || !ip_read(f->ipv4, f->len, f->wire_octets, &ip)) {
        e->not_ipv4++;
        return;
    }
    switch (ip.protocol) {
    case 1: icmp_input(e, &ip); break;
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
        explain_note(e, EXPLAIN_LIMIT, NOBODY, "%s left out", all);
}

static int by_rank(const void *a, const void *b)
{
    const struct explain_finding *x = a, *y = b;
    int sx = (int)kinds[x->kind].severity, sy = (int)kinds[y->kind].severity;

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
    for (i = 0; i < EXPLAIN_FRAGMENTED_MAX; i++)
        fragment_drop(e, &e->fragmented[i]);
    for (i = 0; i < e->conn_count; i++)
        conn_end(e, e->conns[i]);
    e->ended = true;
    explain_tunnel_end(e);
    for (call = e->calls; call != NULL; call = call->next)
        if (!call->merged) {
            explain_control_call_end(e, call);
            explain_tunnel_call_end(e, call);
        }
    if (e->gre_cut > 0)
        explain_note(e, EXPLAIN_SNAP, NOBODY, "%llu of them",
                     (unsigned long long)e->gre_cut);
    if (e->time_back > 0)
        explain_note(e, EXPLAIN_TIME_BACK, NOBODY, "in %llu frames",
                     (unsigned long long)e->time_back);
    if (e->foreign_link > 0)
        explain_note(e, EXPLAIN_FOREIGN_LINK, NOBODY, "%llu of them",
                     (unsigned long long)e->foreign_link);
    note_limits(e);
    if (fault != NULL) {
        snprintf(e->fault, sizeof e->fault, "%s", fault);
        f = explain_note(e, EXPLAIN_FILE_FAULT, NOBODY, "%s", e->fault);
        explain_detail(f, "%s", e->fault);
    }
    qsort(e->findings, e->finding_count, sizeof e->findings[0], by_rank);
}
