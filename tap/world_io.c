/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the core wants done in the real world, and what it is fed; world.h. */
#include "config.h"

#include "tap/world_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/wire.h"
#include "tap/control.h"
#include "tap/log.h"

/* --- what the core wants ------------------------------------------------ */

struct tap_tcp_conn *tap_world_tcp(struct tap_world *w, pptp_conn_id conn)
{
    uint32_t i = w->conn_tcp[pptp_conn_slot(conn)];

    return i != BASE_MAP_NONE && w->tcp.conns[i].id == conn ? &w->tcp.conns[i]
                                                            : NULL;
}

static struct tap_record *record(const struct tap_world *w)
{
    return &w->control->record;
}

static void record_gre(struct tap_world *w, bool out, uint32_t from,
                       uint32_t to, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(&w->pool, pkt);

    tap_record_gre(record(w), w->nas.node.now_ns, out, from, to,
                   pptp_packet_data(k), k->head_len);
}

/* Through the socket of the control connection's own address. */
static void gre_send(void *ctx, const struct pptp_action *a)
{
    struct tap_world *w = ctx;
    struct tap_tcp_conn *c = tap_world_tcp(w, a->conn);
    uint32_t from, i;

    if (c == NULL) {
        pptp_pool_free(&w->pool, a->pkt);
        return;
    }
    from = pptp_addr_to_v4(&c->info.local);
    for (i = 0; i + 1 < w->config->local_n; i++)
        if (w->gre[i].local == from || w->gre[i].local == 0)
            break;
    record_gre(w, true, from, pptp_addr_to_v4(&c->info.remote), a->pkt);
    tap_gre_send(&w->gre[i].gre, from, pptp_addr_to_v4(&c->info.remote),
                 a->pkt);
}

static void tcp_send(void *ctx, const struct pptp_action *a)
{
    struct tap_world *w = ctx;
    struct tap_tcp_conn *c = tap_world_tcp(w, a->conn);

    if (c == NULL)
        return;
    tap_record_tcp(record(w), w->nas.node.now_ns, true, &c->info, a->octets,
                   a->len);
    tap_tcp_send(c, a->octets, a->len);
}

static void let_go_tcp(struct tap_world *w, pptp_conn_id conn)
{
    struct tap_tcp_conn *c = tap_world_tcp(w, conn);

    w->conn_tcp[pptp_conn_slot(conn)] = BASE_MAP_NONE;
    if (c == NULL)
        return;
    if (!c->connecting)
        tap_record_tcp_close(record(w), w->nas.node.now_ns, true, &c->info);
    tap_tcp_close(c);
}

/* A connection of ours; that it cannot even begin is told later, as any
 * other failure. */
static void tcp_open(void *ctx, const struct pptp_action *a)
{
    struct tap_world *w = ctx;
    uint32_t local = w->config->local[w->local_turn++ % w->config->local_n];
    struct tap_tcp_conn *c = tap_tcp_connect(
        &w->tcp, local, pptp_addr_to_v4(&a->addr), w->config->port);

    w->contact[pptp_conn_slot(a->conn)] = (struct tap_world_contact){
        .err = c == NULL ? errno : 0
    };
    if (c == NULL) {
        nas_later(&w->nas, NAS_TCP_FAILED, a->conn, PPTP_PKT_NONE);
        return;
    }
    c->id = a->conn;
    w->conn_tcp[pptp_conn_slot(a->conn)] = (uint32_t)(c - w->tcp.conns);
}

static void tcp_close(void *ctx, const struct pptp_action *a)
{
    let_go_tcp(ctx, a->conn);
}

const struct nas_io tap_world_io = { .tcp_open = tcp_open,
                                     .tcp_send = tcp_send,
                                     .tcp_close = tcp_close,
                                     .gre_send = gre_send };

/* --- what it tells ------------------------------------------------------ */

static void conn_up(struct tap_world *w, pptp_conn_id conn)
{
    struct tap_tcp_conn *c = tap_world_tcp(w, conn);

    if (c != NULL)
        tap_tcp_established(c);
}

static void call_up(struct tap_world *w, pptp_call_id call)
{
    struct pptp_call_info info;
    struct tap_tcp_conn *c;

    if (pptp_peer_call_info(w->nas.node.peer, call, &info) == PPTP_OK &&
        (c = tap_world_tcp(w, info.conn)) != NULL)
        tap_diagnose_up(&w->diagnose, w->nas.node.now_ns, call,
                        pptp_addr_to_v4(&c->info.local),
                        pptp_addr_to_v4(&c->info.remote), c->ours);
}

/* The daemon first: it may want to know why. */
static void call_down(struct tap_world *w, const struct pptp_action *a)
{
    w->daemon->action(w->d, a);
    tap_diagnose_down(&w->diagnose, a->call);
}

static void on_action(void *ctx, const struct pptp_action *a)
{
    struct tap_world *w = ctx;

    if (a->type == PPTP_ACT_CALL_DOWN) {
        call_down(w, a);
        return;
    }
    if (a->type == PPTP_ACT_CONN_UP)
        conn_up(w, a->conn);
    else if (a->type == PPTP_ACT_CALL_UP)
        call_up(w, a->call);
    w->daemon->action(w->d, a);
}

static void on_later(void *ctx, const struct nas_later *l)
{
    struct tap_world *w = ctx;

    w->daemon->later(w->d, l);
}

const struct nas_role tap_world_role = { .action = on_action,
                                         .later = on_later };

/* --- TCP ---------------------------------------------------------------- */

static bool on_accepted(struct tap_tcp *t, struct tap_tcp_conn *c)
{
    struct tap_world *w = t->owner;
    int err;

    nas_begin(&w->nas, tap_now());
    tap_record_tcp_open(record(w), w->nas.node.now_ns, false, &c->info);
    err = pptp_node_tcp_accepted(&w->nas.node, &c->info, &c->id);
    if (err == PPTP_OK) {
        w->conn_tcp[c->id & 0xffff] = (uint32_t)(c - t->conns);
        w->contact[c->id & 0xffff] = (struct tap_world_contact){
            .up_ns = w->nas.node.now_ns
        };
    }
    nas_settle(&w->nas);
    return err == PPTP_OK;
}

/* Connections that had to be closed for what came. */
static uint64_t garbage(const struct tap_world *w)
{
    const struct pptp_stats *s = pptp_peer_stats(w->nas.node.peer);

    return s->conns_lost_sync + s->conns_bad_msg;
}

/* What is wrong with a request for a call, for people. */
static void refusal_text(const struct pptp_refusal *r, char *out, size_t cap)
{
    static const char *const text[] = {
        [PPTP_REFUSED_NOTHING] = "",
        [PPTP_REFUSED_ROLE] = "that is not our side of it",
        [PPTP_REFUSED_NUMBER] = "a number of %u digits, 64 at most",
        [PPTP_REFUSED_BEARER] = "Bearer Type %u, which a call that rings "
                                "cannot have: 1 is analog, 2 digital",
        [PPTP_REFUSED_FRAMING] = "Framing Type %u: 1 is asynchronous, 2 "
                                 "synchronous, 3 either",
        [PPTP_REFUSED_SPEED] = "its least speed of %u bit/s is more than its "
                               "greatest",
        [PPTP_REFUSED_CALL_ID] = "Call ID %u, which is in use",
        [PPTP_REFUSED_FULL] = "there is no room for one more; cure: `limits: "
                              "{ calls: N }`"
    };

    if (r->why == PPTP_REFUSED_BEARER && r->msg == PPTP_OCRQ)
        snprintf(out, cap, "Bearer Type %u: 1 is analog, 2 digital, 3 either",
                 r->value);
    else
        snprintf(out, cap, text[r->why], r->value);
}

/* One a second; how many more there were is said with the next. */
static void say_refusal(struct tap_world *w, uint32_t from, uint64_t n)
{
    const struct pptp_refusal *r = pptp_peer_refusal(w->nas.node.peer);
    char why[120], more[60] = "";

    if (w->refusal_ns != 0 && w->nas.node.now_ns - w->refusal_ns < PPTP_S) {
        w->refusals_unsaid += n;
        return;
    }
    w->refusals_unsaid += n - 1;
    if (w->refusals_unsaid > 0)
        snprintf(more, sizeof more, "; %llu more were refused before",
                 (unsigned long long)w->refusals_unsaid);
    w->refusal_ns = w->nas.node.now_ns;
    w->refusals_unsaid = 0;
    refusal_text(r, why, sizeof why);
    tap_say(TAP_NOTICE,
            "%s: its call is refused (%s; result %u, error %u): %s%s",
            tap_ip(from), r->msg == PPTP_ICRQ ? "ICRQ" : "OCRQ", r->result,
            r->error, why, more);
}

static void on_input(struct tap_tcp *t, struct tap_tcp_conn *c,
                     const uint8_t *octets, size_t n)
{
    struct tap_world *w = t->owner;
    const struct pptp_stats *stats = pptp_peer_stats(w->nas.node.peer);
    uint64_t refused = stats->calls_refused;
    pptp_conn_id id = c->id;
    uint64_t bad = garbage(w);
    uint32_t from = pptp_addr_to_v4(&c->info.remote);
    bool recorded = false;
    int used = 1;

    w->contact[id & 0xffff].heard = true;
    while (n > 0 && used > 0 && tap_world_tcp(w, id) != NULL) {
        nas_begin(&w->nas, tap_now());
        if (!recorded) /* all of it came now */
            tap_record_tcp(record(w), w->nas.node.now_ns, false, &c->info,
                           octets, n);
        recorded = true;
        used = pptp_node_tcp_input(&w->nas.node, id, octets, n);
        if (used > 0) {
            octets += used;
            n -= (size_t)used;
        }
        nas_settle(&w->nas);
    }
    if (garbage(w) != bad)
        tap_diagnose_limit(&w->diagnose, w->nas.node.now_ns, from,
                           TAP_CAUSE_GARBAGE);
    if (stats->calls_refused != refused)
        say_refusal(w, from, stats->calls_refused - refused);
}

static void on_ended(struct tap_tcp *t, struct tap_tcp_conn *c,
                     bool connecting)
{
    struct tap_world *w = t->owner;
    pptp_conn_id id = c->id;

    nas_begin(&w->nas, tap_now());
    if (connecting)
        w->contact[id & 0xffff].err = c->err;
    else
        tap_record_tcp_close(record(w), w->nas.node.now_ns, false, &c->info);
    pptp_node_tcp_event(&w->nas.node, id,
                        connecting ? PPTP_TCP_FAILED : PPTP_TCP_CLOSED, NULL);
    nas_settle(&w->nas);
    /* the core lets go of it; it may have done so before */
    if (tap_world_tcp(w, id) != NULL)
        let_go_tcp(w, id);
}

static void on_connected(struct tap_tcp *t, struct tap_tcp_conn *c)
{
    struct tap_world *w = t->owner;

    nas_begin(&w->nas, tap_now());
    w->contact[c->id & 0xffff].up_ns = w->nas.node.now_ns;
    tap_record_tcp_open(record(w), w->nas.node.now_ns, true, &c->info);
    pptp_node_tcp_event(&w->nas.node, c->id, PPTP_TCP_CONNECTED, &c->info);
    nas_settle(&w->nas);
}

const struct tap_tcp_ops tap_world_tcp_ops = { .accepted = on_accepted,
                                               .connected = on_connected,
                                               .input = on_input,
                                               .ended = on_ended };

/* --- GRE ---------------------------------------------------------------- */

/* Whose it says to be; only of use when the core has found it well-formed. */
static uint16_t gre_call_id(const struct tap_world *w, pptp_pkt pkt)
{
    enum { CALL_ID = 6 };
    const struct pptp_packet *k = pptp_pool_at(&w->pool, pkt);

    return k->head_len < CALL_ID + 2 ? 0
                                     : pptp_get16(k->buf + k->off + CALL_ID);
}

static void feed_gre(struct tap_world *w, uint32_t from, uint32_t to,
                     pptp_pkt pkt, pptp_ns now)
{
    struct pptp_addr a = pptp_addr_v4(from), b = pptp_addr_v4(to);
    const struct pptp_stats *stats = pptp_peer_stats(w->nas.node.peer);
    uint64_t unknown = stats->gre_rx_unknown;
    uint16_t call_id = gre_call_id(w, pkt);

    /* what followed from one before it may be later than its batch */
    if (now < w->nas.node.now_ns)
        now = w->nas.node.now_ns;
    nas_begin(&w->nas, now);
    record_gre(w, false, from, to, pkt);
    pptp_node_gre_input(&w->nas.node, &a, &b, pkt);
    if (stats->gre_rx_unknown != unknown)
        tap_diagnose_stray(&w->diagnose, w->nas.node.now_ns, from, call_id,
                           map_get(&w->tcp.sources, from) != BASE_MAP_NONE);
    nas_settle(&w->nas);
}

void tap_world_gre(struct tap_gre *g, uint32_t from, uint32_t to, pptp_pkt pkt)
{
    struct tap_world *w = ((struct tap_world_gre *)(void *)g)->world;
    struct pptp_addr a = pptp_addr_v4(from);

    if (w->early_n < TAP_EARLY &&
        pptp_peer_gre_early(w->nas.node.peer, &a, pkt)) {
        w->early[w->early_n++] = (struct tap_early){
            .ns = g->rx_ns, .pkt = pkt, .from = from, .to = to
        };
        return;
    }
    feed_gre(w, from, to, pkt, g->rx_ns);
}

/* Before GRE is read again, after all that came by TCP. */
void tap_world_early(void *owner)
{
    struct tap_world *w = owner;
    uint32_t i, n = w->early_n;
    pptp_ns now = n > 0 ? tap_now() : 0;

    w->early_n = 0;
    for (i = 0; i < n; i++) {
        struct tap_early e = w->early[i];
        struct pptp_addr from = pptp_addr_v4(e.from);

        if (now < e.ns + TAP_EARLY_NS &&
            pptp_peer_gre_early(w->nas.node.peer, &from, e.pkt))
            w->early[w->early_n++] = e;
        else
            feed_gre(w, e.from, e.to, e.pkt, now);
    }
}

void tap_world_gre_ready(struct tap_source *s, uint32_t events)
{
    (void)events;
    tap_gre_read((struct tap_gre *)(void *)s);
}

/* --- diagnosis ---------------------------------------------------------- */

/* A call as diagnose.c wants to see it. The way's length is the kernel's
 * guess: that of the first link, or what an ICMP error has told. */
bool tap_world_look(void *ctx, pptp_call_id call,
                    struct tap_diagnose_call *out)
{
    struct tap_world *w = ctx;
    struct tap_call_view view = { .mtu = 0 };
    struct pptp_call_info info;
    struct tap_tcp_conn *c;
    socklen_t n = sizeof(int);
    int path = 0;

    if (pptp_peer_call_info(w->nas.node.peer, call, &info) != PPTP_OK)
        return false;
    c = tap_world_tcp(w, info.conn);
    if (w->daemon->call_at(w->d, pptp_call_slot(call)) == call)
        w->daemon->view(w->d, call, &view);
    if (c == NULL ||
        getsockopt(c->source.fd, IPPROTO_IP, IP_MTU, &path, &n) < 0)
        path = 0;
    *out = (struct tap_diagnose_call){
        .call_id = info.local_id,
        .rx_packets = info.rx_packets,
        .tx_packets = info.tx_packets,
        .acked = info.last_rtt_ns != 0,
        .windowing = w->config->pptp.win.windowing,
        .mtu = view.up_ns != 0 ? view.mtu : 0,
        .mppe = view.encrypted,
        .path = path > 0 ? (uint32_t)path : 0,
    };
    return true;
}

/* Limits of TCP that were reached in this turn. */
void tap_world_look_at_tcp(struct tap_world *w, pptp_ns now)
{
    const struct tap_tcp_stats *s = &w->tcp.stats, *seen = &w->tcp_seen;
    struct tap_diagnose *d = &w->diagnose;

    if (s->refused_source != seen->refused_source)
        tap_diagnose_limit(d, now, w->tcp.refused_from, TAP_CAUSE_SOURCE);
    if (s->refused_rate != seen->refused_rate)
        tap_diagnose_limit(d, now, w->tcp.refused_from, TAP_CAUSE_RATE);
    if (s->backlog_full != seen->backlog_full)
        tap_diagnose_limit(d, now, w->tcp.slow_from, TAP_CAUSE_SLOW);
    if (s->half_open_ended != seen->half_open_ended)
        tap_diagnose_limit(d, now, 0, TAP_CAUSE_HALF_OPEN);
    if (s->refused_full != seen->refused_full)
        tap_diagnose_limit(d, now, 0, TAP_CAUSE_FULL);
    w->tcp_seen = *s;
}
