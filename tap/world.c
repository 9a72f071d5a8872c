/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop of the daemons, and what the core wants done; world.h. */
#include "config.h"

#include "tap/world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pptp/wire.h"
#include "tap/control.h"
#include "tap/filter.h"
#include "tap/log.h"
#include "tap/priv.h"

enum {
    BUF_OCTETS = 2000, /* of a packet: outer headers, GRE, 1,532 octets */
    SPARE_CONNS = 16,  /* those that are just ending */
    SPARE_FILES = 64,
    WHY = 256
};

const char *tap_ip(uint32_t ip)
{
    static char text[4][INET_ADDRSTRLEN];
    static unsigned turn;
    struct in_addr a = { .s_addr = htonl(ip) };

    turn = (turn + 1) % 4;
    return inet_ntop(AF_INET, &a, text[turn], sizeof text[turn]);
}

int tap_no_memory(void)
{
    tap_say(TAP_ERROR, "no memory; cure: smaller `limits`");
    return -1;
}

void *tap_pages(size_t octets)
{
    void *mem = mmap(NULL, octets, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mem == MAP_FAILED ? NULL : mem;
}

void tap_pages_free(void *mem, size_t octets)
{
    if (mem != NULL)
        munmap(mem, octets);
}

/* --- what waits --------------------------------------------------------- */

void tap_world_todo(struct tap_world *w, unsigned kind, uint32_t id,
                    pptp_pkt pkt)
{
    uint32_t at = w->todo_at + w->todo_n;

    /* a packet each, and few of a call: todo_limit says how few */
    PPTP_ASSERT(w->todo_n < w->todo_limit);
    if (at >= w->todo_limit)
        at -= w->todo_limit;
    w->todo[at] = (struct tap_todo){ .kind = (uint8_t)kind,
                                     .id = id,
                                     .pkt = pkt };
    w->todo_n++;
}

static void feed(struct tap_world *w, const struct tap_todo *t)
{
    switch (t->kind) {
    case TAP_TODO_FRAME: pptp_node_frame(&w->node, t->id, t->pkt); break;
    case TAP_TODO_FRAME_DONE:
        pptp_node_frame_done(&w->node, t->id, t->pkt);
        break;
    case TAP_TODO_CALL_CLOSE: pptp_node_call_close(&w->node, t->id); break;
    case TAP_TODO_CONN_CLOSE:
        pptp_node_close(&w->node, t->id, PPTP_STOP_NONE);
        break;
    case TAP_TODO_TCP_FAILED:
        pptp_node_tcp_event(&w->node, t->id, PPTP_TCP_FAILED, NULL);
        break;
    default: w->daemon->todo(w->d, t); break;
    }
}

void tap_world_do(struct tap_world *w)
{
    while (w->todo_n > 0) {
        struct tap_todo t = w->todo[w->todo_at];

        if (++w->todo_at == w->todo_limit)
            w->todo_at = 0;
        w->todo_n--;
        pptp_node_begin(&w->node, w->node.now_ns);
        feed(w, &t);
        w->node_ns = pptp_node_step(&w->node);
    }
}

void tap_world_begin(struct tap_world *w, pptp_ns now)
{
    pptp_node_begin(&w->node, now);
}

void tap_world_settle(struct tap_world *w)
{
    w->node_ns = pptp_node_step(&w->node);
    tap_world_do(w);
}

/* --- what the core wants ------------------------------------------------ */

struct tap_tcp_conn *tap_world_tcp(struct tap_world *w, pptp_conn_id conn)
{
    uint32_t i = w->conn_tcp[conn & 0xffff];

    return i != TAP_MAP_NONE && w->tcp.conns[i].id == conn ? &w->tcp.conns[i]
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

    tap_record_gre(record(w), w->node.now_ns, out, from, to,
                   pptp_packet_data(k), k->head_len);
}

/* Through the socket of the control connection's own address. */
static void gre_send(struct tap_world *w, const struct pptp_action *a)
{
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

static void tcp_send(struct tap_world *w, const struct pptp_action *a)
{
    struct tap_tcp_conn *c = tap_world_tcp(w, a->conn);

    if (c == NULL)
        return;
    tap_record_tcp(record(w), w->node.now_ns, true, &c->info, a->octets,
                   a->len);
    tap_tcp_send(c, a->octets, a->len);
}

static void tcp_close(struct tap_world *w, pptp_conn_id conn)
{
    struct tap_tcp_conn *c = tap_world_tcp(w, conn);

    w->conn_tcp[conn & 0xffff] = TAP_MAP_NONE;
    if (c == NULL)
        return;
    if (!c->connecting)
        tap_record_tcp_close(record(w), w->node.now_ns, true, &c->info);
    tap_tcp_close(c);
}

/* A connection of ours; that it cannot even begin is told later, as any
 * other failure. */
static void tcp_open(struct tap_world *w, const struct pptp_action *a)
{
    struct tap_tcp_conn *c = tap_tcp_connect(&w->tcp, w->config->local[0],
                                             pptp_addr_to_v4(&a->addr),
                                             w->config->port);

    if (c == NULL) {
        tap_world_todo(w, TAP_TODO_TCP_FAILED, a->conn, PPTP_PKT_NONE);
        return;
    }
    c->id = a->conn;
    w->conn_tcp[a->conn & 0xffff] = (uint32_t)(c - w->tcp.conns);
}

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

    if (pptp_peer_call_info(w->node.peer, call, &info) == PPTP_OK &&
        (c = tap_world_tcp(w, info.conn)) != NULL)
        tap_diagnose_up(&w->diagnose, w->node.now_ns, call,
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

    switch (a->type) {
    case PPTP_ACT_GRE_SEND: gre_send(w, a); return;
    case PPTP_ACT_TCP_SEND: tcp_send(w, a); return;
    case PPTP_ACT_TCP_OPEN: tcp_open(w, a); return;
    case PPTP_ACT_TCP_CLOSE: tcp_close(w, a->conn); return;
    case PPTP_ACT_CONN_UP: conn_up(w, a->conn); break;
    case PPTP_ACT_CALL_UP: call_up(w, a->call); break;
    case PPTP_ACT_CALL_DOWN: call_down(w, a); return;
    case PPTP_ACT_FRAME_OUT:
    case PPTP_ACT_CALL_NEW:
    case PPTP_ACT_CONN_DOWN:
    case PPTP_ACT_HOLD:
    case PPTP_ACT_RESUME:
    case PPTP_ACT_LINE_DIAL:
    case PPTP_ACT_LINE_ANSWER:
    case PPTP_ACT_LINE_HANGUP:
    case PPTP_ACT_LINE_ACCM: break;
    }
    w->daemon->action(w->d, a);
}

/* --- TCP ---------------------------------------------------------------- */

static bool on_accepted(struct tap_tcp *t, struct tap_tcp_conn *c)
{
    struct tap_world *w = t->owner;
    int err;

    pptp_node_begin(&w->node, tap_now());
    tap_record_tcp_open(record(w), w->node.now_ns, false, &c->info);
    err = pptp_node_tcp_accepted(&w->node, &c->info, &c->id);
    if (err == PPTP_OK)
        w->conn_tcp[c->id & 0xffff] = (uint32_t)(c - t->conns);
    tap_world_settle(w);
    return err == PPTP_OK;
}

/* Connections that had to be closed for what came. */
static uint64_t garbage(const struct tap_world *w)
{
    const struct pptp_stats *s = pptp_peer_stats(w->node.peer);

    return s->conns_lost_sync + s->conns_bad_msg;
}

static void on_input(struct tap_tcp *t, struct tap_tcp_conn *c,
                     const uint8_t *octets, size_t n)
{
    struct tap_world *w = t->owner;
    pptp_conn_id id = c->id;
    uint64_t bad = garbage(w);
    uint32_t from = pptp_addr_to_v4(&c->info.remote);
    bool recorded = false;
    int used = 1;

    while (n > 0 && used > 0 && tap_world_tcp(w, id) != NULL) {
        pptp_node_begin(&w->node, tap_now());
        if (!recorded) /* all of it came now */
            tap_record_tcp(record(w), w->node.now_ns, false, &c->info, octets,
                           n);
        recorded = true;
        used = pptp_node_tcp_input(&w->node, id, octets, n);
        if (used > 0) {
            octets += used;
            n -= (size_t)used;
        }
        tap_world_settle(w);
    }
    if (garbage(w) != bad)
        tap_diagnose_limit(&w->diagnose, w->node.now_ns, from,
                           TAP_CAUSE_GARBAGE);
}

static void on_ended(struct tap_tcp *t, struct tap_tcp_conn *c,
                     bool connecting)
{
    struct tap_world *w = t->owner;
    pptp_conn_id id = c->id;

    pptp_node_begin(&w->node, tap_now());
    if (!connecting)
        tap_record_tcp_close(record(w), w->node.now_ns, false, &c->info);
    pptp_node_tcp_event(&w->node, id,
                        connecting ? PPTP_TCP_FAILED : PPTP_TCP_CLOSED, NULL);
    tap_world_settle(w);
    /* the core lets go of it; it may have done so before */
    if (tap_world_tcp(w, id) != NULL)
        tcp_close(w, id);
}

static void on_connected(struct tap_tcp *t, struct tap_tcp_conn *c)
{
    struct tap_world *w = t->owner;

    pptp_node_begin(&w->node, tap_now());
    tap_record_tcp_open(record(w), w->node.now_ns, true, &c->info);
    pptp_node_tcp_event(&w->node, c->id, PPTP_TCP_CONNECTED, &c->info);
    tap_world_settle(w);
}

static const struct tap_tcp_ops tcp_ops = { .accepted = on_accepted,
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
    const struct pptp_stats *stats = pptp_peer_stats(w->node.peer);
    uint64_t unknown = stats->gre_rx_unknown;
    uint16_t call_id = gre_call_id(w, pkt);

    /* what followed from one before it may be later than its batch */
    if (now < w->node.now_ns)
        now = w->node.now_ns;
    pptp_node_begin(&w->node, now);
    record_gre(w, false, from, to, pkt);
    pptp_node_gre_input(&w->node, &a, &b, pkt);
    if (stats->gre_rx_unknown != unknown)
        tap_diagnose_stray(&w->diagnose, w->node.now_ns, from, call_id,
                           tap_map_get(&w->tcp.sources, from) != TAP_MAP_NONE);
    tap_world_settle(w);
}

static void on_gre(struct tap_gre *g, uint32_t from, uint32_t to, pptp_pkt pkt)
{
    struct tap_world *w = ((struct tap_world_gre *)(void *)g)->world;
    struct pptp_addr a = pptp_addr_v4(from);

    if (w->early_n < TAP_EARLY && pptp_peer_gre_early(w->node.peer, &a, pkt)) {
        w->early[w->early_n++] = (struct tap_early){ .pkt = pkt,
                                                     .from = from,
                                                     .to = to };
        return;
    }
    feed_gre(w, from, to, pkt, g->rx_ns);
}

/* Before GRE is read again, after all that came by TCP. */
static void feed_early(void *owner)
{
    struct tap_world *w = owner;
    uint32_t i, n = w->early_n;

    w->early_n = 0;
    for (i = 0; i < n; i++)
        feed_gre(w, w->early[i].from, w->early[i].to, w->early[i].pkt,
                 tap_now());
}

static void gre_ready(struct tap_source *s, uint32_t events)
{
    (void)events;
    tap_gre_read((struct tap_gre *)(void *)s);
}

/* --- diagnosis ---------------------------------------------------------- */

/* A call as diagnose.c wants to see it. The way's length is the kernel's
 * guess: that of the first link, or what an ICMP error has told. */
static bool look(void *ctx, pptp_call_id call, struct tap_diagnose_call *out)
{
    struct tap_world *w = ctx;
    struct tap_call_view view = { .mtu = 0 };
    struct pptp_call_info info;
    struct tap_tcp_conn *c;
    socklen_t n = sizeof(int);
    int path = 0;

    if (pptp_peer_call_info(w->node.peer, call, &info) != PPTP_OK)
        return false;
    c = tap_world_tcp(w, info.conn);
    if (w->daemon->call_at(w->d, tap_call_slot(call)) == call)
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
static void look_at_tcp(struct tap_world *w, pptp_ns now)
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

/* --- ends --------------------------------------------------------------- */

static void stop_conns(struct tap_world *w)
{
    uint32_t i;

    for (i = 0; i < w->tcp.limit; i++) {
        struct tap_tcp_conn *c = &w->tcp.conns[i];

        if (!c->used || c->closing)
            continue;
        pptp_node_begin(&w->node, tap_now());
        pptp_node_close(&w->node, c->id, PPTP_STOP_SHUTDOWN);
        tap_world_settle(w);
    }
}

static bool conns_left(const struct tap_world *w)
{
    uint32_t i;

    for (i = 0; i < w->tcp.limit; i++)
        if (w->tcp.conns[i].used)
            return true;
    return false;
}

/* PPP says goodbye, then calls are cleared, then connections stopped; who
 * does not answer gets a quarter of the time or a half. */
static void drain_on(struct tap_world *w, pptp_ns now)
{
    uint32_t calls = w->daemon->calls(w->d);

    if (w->drain == TAP_DRAIN_PPP && (calls == 0 || w->drain_ns <= now)) {
        w->drain = TAP_DRAIN_CALLS;
        w->drain_ns = now + w->config->drain_ns / 4;
        w->daemon->close_calls(w->d, now, false);
        tap_world_do(w);
        calls = w->daemon->calls(w->d);
    }
    if (w->drain == TAP_DRAIN_CALLS && (calls == 0 || w->drain_ns <= now)) {
        w->drain = TAP_DRAIN_CONNS;
        w->drain_ns = now + w->config->drain_ns / 4;
        stop_conns(w);
    }
    if (w->drain == TAP_DRAIN_CONNS && (!conns_left(w) || w->drain_ns <= now))
        w->drain = TAP_DRAINED;
}

void tap_world_drain(struct tap_world *w, const char *why)
{
    pptp_ns now = tap_now();

    if (w->drain != TAP_SERVING) {
        tap_say(TAP_NOTICE, "%s again: ends at once", why);
        w->drain = TAP_DRAINED;
        return;
    }
    tap_say(TAP_NOTICE, "%s: ends, %u calls", why, w->daemon->calls(w->d));
    tap_notify(&w->notify, "STOPPING=1");
    tap_tcp_deaf(&w->tcp);
    w->drain = TAP_DRAIN_PPP;
    w->drain_ns = now + w->config->drain_ns / 2;
    tap_world_begin(w, now);
    tap_world_settle(w);
    w->daemon->close_calls(w->d, now, true);
    tap_world_do(w);
}

void tap_world_fail(struct tap_world *w)
{
    w->failed = true;
    w->drain = TAP_DRAINED;
}

/* --- counters ----------------------------------------------------------- */

void tap_world_counters(const struct tap_world *w, tap_counter *each,
                        void *ctx)
{
    const struct pptp_stats *pptp = pptp_peer_stats(w->node.peer);
    const struct tap_tcp_stats *tcp = &w->tcp.stats;
    struct tap_gre_stats gre = { 0 };
    uint32_t i;

    for (i = 0; i < w->config->local_n; i++) {
#define X(name, help) gre.name += w->gre[i].gre.stats.name;
        TAP_GRE_STATS(X)
#undef X
    }
#define X(name, help) each(ctx, "pptp", #name, help, pptp->name);
#include "pptp/stats.def"
#undef X
#define X(name, help) each(ctx, "tcp", #name, help, tcp->name);
    TAP_TCP_STATS(X)
#undef X
#define X(name, help) each(ctx, "gre", #name, help, gre.name);
    TAP_GRE_STATS(X)
#undef X
#define X(name, help) \
    each(ctx, "diagnose", #name, help, w->diagnose.stats.name);
    TAP_DIAGNOSE_STATS(X)
#undef X
    w->daemon->counters(w->d, each, ctx);
}

static void say_counter(void *ctx, const char *group, const char *name,
                        const char *help, uint64_t value)
{
    const char *only = ctx;

    if (value > 0 && (only == NULL || strcmp(group, only) == 0))
        tap_say(TAP_INFO, "%llu %s (%s.%s)", (unsigned long long)value, help,
                group, name);
}

/* --- signals ------------------------------------------------------------ */

int tap_world_reload(struct tap_world *w)
{
    char lines[80];
    int result;

    snprintf(lines, sizeof lines, "RELOADING=1\nMONOTONIC_USEC=%llu",
             (unsigned long long)(tap_now() / PPTP_US));
    tap_notify(&w->notify, lines);
    result = w->daemon->reload(w->d);
    tap_notify(&w->notify, "READY=1");
    return result;
}

static void signals_ready(struct tap_source *source, uint32_t events)
{
    struct tap_world *w = source->owner;
    struct signalfd_siginfo info;

    (void)events;
    if (read(source->fd, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGTERM)
        tap_world_drain(w, "SIGTERM");
    else if (info.ssi_signo == SIGINT)
        tap_world_drain(w, "SIGINT");
    else if (info.ssi_signo == SIGUSR1)
        tap_world_counters(w, say_counter, NULL);
    else
        tap_world_reload(w);
}

/* --- the journal -------------------------------------------------------- */

/* A disk that is full ends the journal, not the service. */
static void journal_write(void *ctx, const uint8_t *octets, size_t len)
{
    struct tap_world *w = ctx;
    ssize_t n = 0;

    while (w->journal_fd >= 0 && len > 0 &&
           (n = write(w->journal_fd, octets, len)) > 0) {
        octets += n;
        len -= (size_t)n;
    }
    if (len == 0 || w->journal_fd < 0)
        return;
    tap_say(TAP_ERROR, "journal %s: %s; it ends here", w->config->journal,
            strerror(errno));
    close(w->journal_fd);
    w->journal_fd = -1;
}

static int open_journal(struct tap_world *w, uint64_t seed)
{
    const struct tap_world_config *c = w->config;
    struct pptp_journal_head head = { .config = c->pptp,
                                      .limits = c->limits,
                                      .seed = seed };

    if (c->journal == NULL)
        return 0;
    w->journal_fd = open(c->journal,
                         O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                         0600);
    if (w->journal_fd < 0 || fchmod(w->journal_fd, 0600) < 0) {
        tap_say(TAP_ERROR, "journal %s: %s", c->journal, strerror(errno));
        return -1;
    }
    snprintf(head.note, sizeof head.note, "dialtone %s %s", PACKAGE_VERSION,
             c->name);
    if (pptp_journal_start(&w->journal, &head, &w->pool, journal_write, w) <
        0) {
        tap_say(TAP_ERROR, "journal %s: this configuration cannot be written",
                c->journal);
        return -1;
    }
    w->node.journal = &w->journal;
    return 0;
}

static void close_journal(struct tap_world *w)
{
    if (w->node.journal != NULL)
        pptp_journal_end(&w->journal);
    w->node.journal = NULL;
    if (w->journal_fd >= 0 && close(w->journal_fd) < 0)
        tap_say(TAP_ERROR, "journal %s: %s", w->config->journal,
                strerror(errno));
    w->journal_fd = -1;
}

/* --- beginning ---------------------------------------------------------- */

static int open_memory(struct tap_world *w)
{
    const struct tap_world_config *c = w->config;
    uint32_t conns = c->limits.conns + 1, i;
    uint64_t seed = tap_random();

    w->pool_octets = pptp_pool_mem_octets(c->packets, BUF_OCTETS);
    w->peer_octets = pptp_peer_octets(&c->limits);
    w->pool_mem = tap_pages(w->pool_octets);
    w->peer_mem = tap_pages(w->peer_octets);
    w->conn_tcp = malloc(conns * sizeof *w->conn_tcp);
    /* of a connection: failed, close; of a call: line events, maps (once
     * each packet at most), close */
    w->todo_limit = 2 * c->packets + 8 * c->limits.calls + 2 * conns;
    w->todo = malloc(w->todo_limit * sizeof *w->todo);
    w->gre = calloc(c->local_n, sizeof *w->gre);
    w->control = calloc(1, sizeof *w->control);
    w->diagnose.look = look;
    w->diagnose.ctx = w;
    if (tap_diagnose_init(&w->diagnose, c->limits.calls) < 0 ||
        w->pool_mem == NULL || w->peer_mem == NULL || w->conn_tcp == NULL ||
        w->todo == NULL || w->gre == NULL || w->control == NULL)
        return tap_no_memory();
    for (i = 0; i < c->local_n; i++)
        w->gre[i].gre.source.fd = -1;
    for (i = 0; i < conns; i++)
        w->conn_tcp[i] = TAP_MAP_NONE;
    pptp_pool_init(&w->pool, w->pool_mem, c->packets, BUF_OCTETS);
    w->node.peer = pptp_peer_init(w->peer_mem, &c->pptp, &c->limits, &w->pool,
                                  seed);
    w->node.act = on_action;
    w->node.ctx = w;
    w->node_ns = PPTP_NEVER;
    PPTP_ASSERT(w->node.peer != NULL); /* who made the config has looked */
    return open_journal(w, seed);
}

/* A descriptor for each connection, or accept() would fail in the middle. */
static int raise_files(uint32_t conns)
{
    struct rlimit r;
    rlim_t want = conns + TAP_LOCALS * 2 + SPARE_FILES;

    if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur >= want)
        return 0;
    r.rlim_cur = want;
    if (r.rlim_max < want)
        r.rlim_max = want;
    if (setrlimit(RLIMIT_NOFILE, &r) == 0)
        return 0;
    tap_say(TAP_ERROR,
            "%u connections need %llu open files and the system allows "
            "fewer; cure: LimitNOFILE= or a smaller `limits: connections`",
            conns, (unsigned long long)want);
    return -1;
}

static int open_listener(struct tap_world *w, uint32_t local)
{
    const char *cure = "";

    if (tap_tcp_listen(&w->tcp, local, w->config->port) == 0)
        return 0;
    if (errno == EADDRINUSE)
        cure = "; another PPTP server has it (pptpd, accel-ppp?): stop it, "
               "or set `port` or `listen`";
    if (errno == EADDRNOTAVAIL)
        cure = "; this machine does not have the address: see `listen`";
    tap_say(TAP_ERROR, "TCP port %u at %s: %s%s", w->config->port,
            tap_ip(local), strerror(errno), cure);
    return -1;
}

/* GRE first: what comes for a call finds somebody (an ICMP error makes
 * pptp-linux hang up). */
static int open_local(struct tap_world *w, uint32_t i)
{
    struct tap_world_gre *g = &w->gre[i];
    uint32_t local = w->config->local[i];

    g->world = w;
    g->local = local;
    g->gre.pool = &w->pool;
    g->gre.input = on_gre;
    if (tap_gre_open(&g->gre, local) < 0) {
        tap_say(TAP_ERROR, "raw GRE at %s: %s", tap_ip(local),
                strerror(errno));
        return -1;
    }
    g->gre.source.ready = gre_ready;
    g->gre.source.owner = w;
    g->gre.source.rank = TAP_RANK_GRE;
    return w->config->listens ? open_listener(w, local) : 0;
}

static int open_signals(struct tap_world *w)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    w->signals.owner = w;
    w->signals.ready = signals_ready;
    if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
        w->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (w->signals.fd >= 0 &&
        tap_loop_add(&w->loop, &w->signals, EPOLLIN) == 0)
        return 0;
    tap_say(TAP_ERROR, "signals: %s", strerror(errno));
    return -1;
}

static int open_network(struct tap_world *w)
{
    const struct tap_world_config *c = w->config;
    uint32_t i;

    w->tcp.loop = &w->loop;
    w->tcp.ops = &tcp_ops;
    w->tcp.owner = w;
    w->tcp.limit = c->limits.conns + SPARE_CONNS;
    w->tcp.half_open_limit = c->half_open;
    w->tcp.half_open_source = c->half_open_source;
    w->tcp.per_source = c->conns_source;
    w->tcp.rate_source = c->rate_source;
    w->tcp.rate_seed = tap_random();
    w->tcp.calls = c->limits.calls;
    if (tap_tcp_init(&w->tcp) < 0)
        return tap_no_memory();
    if (raise_files(w->tcp.limit) < 0)
        return -1;
    for (i = 0; i < c->local_n; i++)
        if (open_local(w, i) < 0)
            return -1;
    return 0;
}

/* From here on nothing new can be opened. */
static int drop(struct tap_world *w)
{
    char why[WHY];

    if (tap_priv_drop(w->config->user, why, sizeof why) < 0) {
        tap_say(TAP_ERROR, "%s", why);
        return -1;
    }
    if (tap_filter_known() && tap_filter_install(w->config->connects) < 0) {
        tap_say(TAP_ERROR, "filter of system calls: %s", strerror(errno));
        return -1;
    }
    return 0;
}

static int begin(struct tap_world *w)
{
    uint32_t i;

    if (tap_loop_init(&w->loop) < 0) {
        tap_say(TAP_ERROR, "epoll: %s", strerror(errno));
        return -1;
    }
    if (open_memory(w) < 0 || open_signals(w) < 0 || open_network(w) < 0 ||
        w->daemon->open(w->d) < 0 ||
        (w->config->control != NULL &&
         tap_control_open(w->control, w, w->config->control) < 0) ||
        drop(w) < 0)
        return -1;
    w->loop.between = feed_early;
    w->loop.owner = w;
    for (i = 0; i < w->config->local_n; i++)
        if (tap_loop_add(&w->loop, &w->gre[i].gre.source, EPOLLIN) < 0)
            return tap_no_memory();
    return 0;
}

static pptp_ns earlier(pptp_ns a, pptp_ns b)
{
    return a < b ? a : b;
}

static pptp_ns deadline(const struct tap_world *w)
{
    pptp_ns next = earlier(w->node_ns, w->daemon->deadline(w->d));

    if (w->drain != TAP_SERVING)
        next = earlier(next, w->drain_ns);
    next = earlier(next, tap_control_deadline(w->control));
    next = earlier(next, tap_diagnose_deadline(&w->diagnose));
    return earlier(next, w->notify.next_ns);
}

static void advance(struct tap_world *w, pptp_ns now)
{
    tap_notify_turn(&w->notify, now);
    tap_control_advance(w->control, now);
    tap_diagnose_advance(&w->diagnose, now);
    look_at_tcp(w, now);
    if (w->node_ns <= now) {
        pptp_node_begin(&w->node, now);
        tap_world_settle(w);
    }
    if (w->daemon->deadline(w->d) <= now) {
        pptp_node_begin(&w->node, now);
        tap_world_settle(w);
        w->daemon->advance(w->d, now);
        tap_world_do(w);
    }
    if (w->drain != TAP_SERVING)
        drain_on(w, now);
}

static int serve(struct tap_world *w)
{
    uint32_t i;

    while (w->drain != TAP_DRAINED) {
        /* packets that wait get their chance soon, whatever comes */
        pptp_ns until = w->early_n > 0 ? 0 : deadline(w);

        if (tap_loop_turn(&w->loop, until) < 0) {
            tap_say(TAP_ERROR, "epoll: %s", strerror(errno));
            return -1;
        }
        advance(w, tap_now());
        for (i = 0; i < w->config->local_n; i++)
            tap_gre_flush(&w->gre[i].gre);
    }
    return 0;
}

static void end(struct tap_world *w)
{
    /* not that of a daemon that serves already */
    bool ours = w->control != NULL && w->control->ctl_open;
    char why[WHY];
    uint32_t i;

    for (i = 0; i < w->early_n; i++)
        pptp_pool_free(&w->pool, w->early[i].pkt);
    if (w->control != NULL)
        tap_control_close(w->control);
    if (ours && w->keeper.fd >= 0)
        tap_keeper_unlink(&w->keeper, why, sizeof why);
    w->daemon->close(w->d);
    close_journal(w);
    if (w->tcp.conns != NULL)
        tap_tcp_fini(&w->tcp);
    for (i = 0; w->gre != NULL && i < w->config->local_n; i++)
        tap_gre_close(&w->gre[i].gre);
    tap_loop_fini(&w->loop);
    if (w->signals.fd >= 0)
        close(w->signals.fd);
    tap_keeper_stop(&w->keeper);
    tap_notify_close(&w->notify);
    tap_diagnose_fini(&w->diagnose);
    free(w->control);
    free(w->gre);
    free(w->todo);
    free(w->conn_tcp);
    tap_pages_free(w->peer_mem, w->peer_octets);
    tap_pages_free(w->pool_mem, w->pool_octets);
}

int tap_world_run(struct tap_world *w)
{
    static const char lost[] = "world";
    int result;

    w->loop.fd = -1;
    w->signals.fd = -1;
    w->journal_fd = -1;
    tap_notify_open(&w->notify, tap_now());
    result = begin(w);
    if (result == 0) {
        w->daemon->ready(w->d);
        tap_notify(&w->notify, "READY=1");
        result = serve(w) < 0 || w->failed ? -1 : 0;
        tap_diagnose_end(&w->diagnose, tap_now());
        tap_world_counters(w, say_counter, (void *)lost);
        tap_say(TAP_NOTICE, "ended");
    }
    end(w);
    return result == 0 ? 0 : 1;
}
