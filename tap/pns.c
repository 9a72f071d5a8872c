/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PNS daemon's loop, and what the core wants done; pns.h. */
#include "config.h"

#include "tap/pns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ppp/stats.h"
#include "tap/filter.h"
#include "tap/log.h"
#include "tap/pns_impl.h"

enum {
    BUF_OCTETS = 2000, /* of a packet: outer headers, GRE, 1,532 octets */
    TUN_BATCH = 64,
    SPARE_CONNS = 16, /* those that are just ending */
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

/* --- what waits --------------------------------------------------------- */

void tap_pns_todo(struct tap_pns *p, enum todo_kind kind, pptp_call_id call,
                  pptp_pkt pkt)
{
    uint32_t at = p->todo_at + p->todo_n;

    /* a packet each, and few of a call: todo_limit says how few */
    PPTP_ASSERT(p->todo_n < p->todo_limit);
    if (at >= p->todo_limit)
        at -= p->todo_limit;
    p->todo[at] = (struct todo){ .kind = (uint8_t)kind,
                                 .call = call,
                                 .pkt = pkt };
    p->todo_n++;
}

/* The line of a VPN client is there at once, and as he wants it: no framing
 * of its own, and a speed within his bounds. */
static void answer_dial(struct tap_pns *p, pptp_call_id call)
{
    struct pptp_line_info info = { .connect_bps = p->config->line_bps };
    struct tap_session *s = tap_session_of(p, call);
    bool refused = s == NULL || s->refused;
    struct pptp_call_request r;

    if (pptp_peer_call_request(p->node.peer, call, &r) == PPTP_OK) {
        if (info.connect_bps > r.max_bps)
            info.connect_bps = r.max_bps;
        if (info.connect_bps < r.min_bps)
            info.connect_bps = r.min_bps;
    }
    pptp_node_line_event(&p->node, call,
                         refused ? PPTP_LINE_NO_RESOURCE : PPTP_LINE_CONNECTED,
                         refused ? NULL : &info);
}

static void feed(struct tap_pns *p, const struct todo *t)
{
    struct tap_session *s;

    switch ((enum todo_kind)t->kind) {
    case TODO_FRAME: pptp_node_frame(&p->node, t->call, t->pkt); break;
    case TODO_FRAME_DONE:
        pptp_node_frame_done(&p->node, t->call, t->pkt);
        break;
    case TODO_LINE: answer_dial(p, t->call); break;
    case TODO_LINK_INFO:
        s = tap_session_of(p, t->call);
        if (s != NULL)
            pptp_node_set_link_info(&p->node, t->call, s->tx_accm, s->rx_accm);
        break;
    case TODO_CLOSE: pptp_node_call_close(&p->node, t->call); break;
    }
}

void tap_pns_do(struct tap_pns *p)
{
    while (p->todo_n > 0) {
        struct todo t = p->todo[p->todo_at];

        if (++p->todo_at == p->todo_limit)
            p->todo_at = 0;
        p->todo_n--;
        pptp_node_begin(&p->node, p->node.now_ns);
        feed(p, &t);
        p->node_ns = pptp_node_step(&p->node);
    }
}

/* After an input: what the core wants done, and what follows from it. */
static void step(struct tap_pns *p)
{
    p->node_ns = pptp_node_step(&p->node);
    tap_pns_do(p);
}

/* --- what the core wants ------------------------------------------------ */

static struct tap_tcp_conn *tcp_of(struct tap_pns *p, pptp_conn_id conn)
{
    uint32_t i = p->conn_tcp[conn & 0xffff];

    return i != TAP_MAP_NONE && p->tcp.conns[i].id == conn ? &p->tcp.conns[i]
                                                           : NULL;
}

/* Through the socket of the control connection's own address. */
static void gre_send(struct tap_pns *p, const struct pptp_action *a)
{
    struct tap_tcp_conn *c = tcp_of(p, a->conn);
    uint32_t from, i;

    if (c == NULL) {
        pptp_pool_free(&p->pool, a->pkt);
        return;
    }
    from = pptp_addr_to_v4(&c->info.local);
    for (i = 0; i + 1 < p->config->listen_n; i++)
        if (p->gre[i].local == from || p->gre[i].local == 0)
            break;
    tap_gre_send(&p->gre[i].gre, from, pptp_addr_to_v4(&c->info.remote),
                 a->pkt);
}

static void tcp_close(struct tap_pns *p, pptp_conn_id conn)
{
    struct tap_tcp_conn *c = tcp_of(p, conn);

    p->conn_tcp[conn & 0xffff] = TAP_MAP_NONE;
    if (c != NULL)
        tap_tcp_close(c);
}

static void set_hold(struct tap_pns *p, pptp_call_id call, bool hold)
{
    struct tap_session *s = tap_session_of(p, call);

    if (s != NULL)
        s->hold = hold;
}

static void on_action(void *ctx, const struct pptp_action *a)
{
    struct tap_pns *p = ctx;
    struct tap_tcp_conn *c;

    switch (a->type) {
    case PPTP_ACT_GRE_SEND: gre_send(p, a); break;
    case PPTP_ACT_FRAME_OUT: tap_session_frame(p, a->call, a->pkt); break;
    case PPTP_ACT_TCP_SEND:
        c = tcp_of(p, a->conn);
        if (c != NULL)
            tap_tcp_send(c, a->octets, a->len);
        break;
    case PPTP_ACT_TCP_CLOSE: tcp_close(p, a->conn); break;
    case PPTP_ACT_CONN_UP:
        c = tcp_of(p, a->conn);
        if (c != NULL)
            tap_tcp_established(c);
        break;
    case PPTP_ACT_CALL_NEW: tap_session_new(p, a); break;
    case PPTP_ACT_LINE_DIAL:
        tap_pns_todo(p, TODO_LINE, a->call, PPTP_PKT_NONE);
        break;
    case PPTP_ACT_CALL_UP: tap_session_begin(p, a->call); break;
    case PPTP_ACT_CALL_DOWN: tap_session_gone(p, a->call, &a->end); break;
    case PPTP_ACT_HOLD: set_hold(p, a->call, true); break;
    case PPTP_ACT_RESUME: set_hold(p, a->call, false); break;
    case PPTP_ACT_TCP_OPEN:    /* we open none */
    case PPTP_ACT_LINE_ANSWER: /* and have no line to answer */
    case PPTP_ACT_LINE_HANGUP: /* ours is only said to be there */
    case PPTP_ACT_LINE_ACCM:   /* and escapes nothing */
    case PPTP_ACT_CONN_DOWN: break;
    }
}

/* --- TCP ---------------------------------------------------------------- */

static bool on_accepted(struct tap_tcp *t, struct tap_tcp_conn *c)
{
    struct tap_pns *p = t->owner;
    int err;

    pptp_node_begin(&p->node, tap_now());
    err = pptp_node_tcp_accepted(&p->node, &c->info, &c->id);
    if (err == PPTP_OK)
        p->conn_tcp[c->id & 0xffff] = (uint32_t)(c - t->conns);
    step(p);
    return err == PPTP_OK;
}

static void on_input(struct tap_tcp *t, struct tap_tcp_conn *c,
                     const uint8_t *octets, size_t n)
{
    struct tap_pns *p = t->owner;
    pptp_conn_id id = c->id;
    int used = 1;

    while (n > 0 && used > 0 && tcp_of(p, id) != NULL) {
        pptp_node_begin(&p->node, tap_now());
        used = pptp_node_tcp_input(&p->node, id, octets, n);
        if (used > 0) {
            octets += used;
            n -= (size_t)used;
        }
        step(p);
    }
}

static void on_ended(struct tap_tcp *t, struct tap_tcp_conn *c,
                     bool connecting)
{
    struct tap_pns *p = t->owner;
    pptp_conn_id id = c->id;

    pptp_node_begin(&p->node, tap_now());
    pptp_node_tcp_event(&p->node, id,
                        connecting ? PPTP_TCP_FAILED : PPTP_TCP_CLOSED, NULL);
    step(p);
    /* the core lets go of it; it may have done so before */
    if (tcp_of(p, id) != NULL)
        tcp_close(p, id);
}

static void on_connected(struct tap_tcp *t, struct tap_tcp_conn *c)
{
    struct tap_pns *p = t->owner;

    pptp_node_begin(&p->node, tap_now());
    pptp_node_tcp_event(&p->node, c->id, PPTP_TCP_CONNECTED, &c->info);
    step(p);
}

static const struct tap_tcp_ops tcp_ops = { .accepted = on_accepted,
                                            .connected = on_connected,
                                            .input = on_input,
                                            .ended = on_ended };

/* --- packets ------------------------------------------------------------ */

static void on_gre(struct tap_gre *g, uint32_t from, uint32_t to, pptp_pkt pkt)
{
    struct tap_pns *p = ((struct tap_pns_gre *)(void *)g)->pns;
    struct pptp_addr a = pptp_addr_v4(from), b = pptp_addr_v4(to);

    pptp_node_begin(&p->node, tap_now());
    pptp_node_gre_input(&p->node, &a, &b, pkt);
    step(p);
}

static void gre_ready(struct tap_source *s, uint32_t events)
{
    (void)events;
    tap_gre_read((struct tap_gre *)(void *)s);
}

/* Nothing to keep packets in: read and lose, or we would not sleep. */
static void tun_discard(struct tap_pns *p)
{
    uint8_t waste[BUF_OCTETS];

    if (read(p->tun.source.fd, waste, sizeof waste) > 0)
        p->stats.tun_exhausted++;
}

static void tun_ready(struct tap_source *source, uint32_t events)
{
    struct tap_pns *p = source->owner;
    pptp_ns now = tap_now();
    int i;

    if (events & (EPOLLERR | EPOLLHUP)) {
        tap_say(TAP_ERROR, "TUN %s: somebody removed the device", p->tun.name);
        tap_loop_remove(&p->loop, source);
        p->failed = true;
        p->drain = DRAINED;
        return;
    }
    for (i = 0; i < TUN_BATCH; i++) {
        pptp_pkt pkt = pptp_pool_take(&p->pool, PPTP_HEADROOM + PPP_HEAD_MAX);

        if (pkt == PPTP_PKT_NONE) {
            tun_discard(p);
            return;
        }
        if (!tap_tun_read(&p->tun, &p->pool, pkt)) {
            pptp_pool_free(&p->pool, pkt);
            return;
        }
        tap_session_output(p, now, pkt);
    }
}

/* --- ends --------------------------------------------------------------- */

static void stop_conns(struct tap_pns *p)
{
    uint32_t i;

    for (i = 0; i < p->tcp.limit; i++) {
        struct tap_tcp_conn *c = &p->tcp.conns[i];

        if (!c->used || c->closing)
            continue;
        pptp_node_begin(&p->node, tap_now());
        pptp_node_close(&p->node, c->id, PPTP_STOP_SHUTDOWN);
        step(p);
    }
}

static bool conns_left(const struct tap_pns *p)
{
    uint32_t i;

    for (i = 0; i < p->tcp.limit; i++)
        if (p->tcp.conns[i].used)
            return true;
    return false;
}

/* PPP says goodbye, then calls are cleared, then connections stopped; who
 * does not answer gets a quarter of the time or a half. */
static void drain_on(struct tap_pns *p, pptp_ns now)
{
    if (p->drain == DRAIN_PPP && (p->sessions == 0 || p->drain_ns <= now)) {
        p->drain = DRAIN_CALLS;
        p->drain_ns = now + p->config->drain_ns / 4;
        tap_sessions_close(p, now, false);
    }
    if (p->drain == DRAIN_CALLS && (p->sessions == 0 || p->drain_ns <= now)) {
        p->drain = DRAIN_CONNS;
        p->drain_ns = now + p->config->drain_ns / 4;
        stop_conns(p);
    }
    if (p->drain == DRAIN_CONNS && (!conns_left(p) || p->drain_ns <= now))
        p->drain = DRAINED;
}

static void drain_begin(struct tap_pns *p, const char *signal)
{
    if (p->drain != SERVING) {
        tap_say(TAP_NOTICE, "%s again: ends at once", signal);
        p->drain = DRAINED;
        return;
    }
    tap_say(TAP_NOTICE, "%s: ends, %u calls", signal, p->sessions);
    tap_notify(&p->notify, "STOPPING=1");
    tap_tcp_deaf(&p->tcp);
    p->drain = DRAIN_PPP;
    p->drain_ns = tap_now() + p->config->drain_ns / 2;
    pptp_node_begin(&p->node, tap_now());
    step(p);
    tap_sessions_close(p, p->node.now_ns, true);
}

static void say_count(uint64_t n, const char *help)
{
    if (n > 0)
        tap_say(TAP_INFO, "%llu %s", (unsigned long long)n, help);
}

/* What was lost, and on request everything that was counted. */
static void say_stats(const struct tap_pns *p, bool all)
{
    const struct pptp_stats *pptp = pptp_peer_stats(p->node.peer);
    const struct ppp_stats *ppp = ppp_stats(p->ppp);

#define X(name, help) say_count(p->stats.name, help);
    TAP_PNS_STATS(X)
#undef X
    if (!all)
        return;
#define X(name, help) say_count(pptp->name, help);
#include "pptp/stats.def"
#undef X
#define X(name, help) say_count(ppp->name, "PPP: " help);
#include "ppp/stats.def"
#undef X
}

static void reload(struct tap_pns *p)
{
    char lines[80];

    snprintf(lines, sizeof lines, "RELOADING=1\nMONOTONIC_USEC=%llu",
             (unsigned long long)(tap_now() / PPTP_US));
    tap_notify(&p->notify, lines);
    if (tap_secrets_load(p) == 0)
        tap_say(TAP_NOTICE, "SIGHUP: secrets read again, %u lines",
                p->secrets.n);
    else
        tap_say(TAP_WARNING, "SIGHUP: the secrets from before stay");
    tap_notify(&p->notify, "READY=1");
}

static void signals_ready(struct tap_source *source, uint32_t events)
{
    struct tap_pns *p = source->owner;
    struct signalfd_siginfo info;

    (void)events;
    if (read(source->fd, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGTERM)
        drain_begin(p, "SIGTERM");
    else if (info.ssi_signo == SIGINT)
        drain_begin(p, "SIGINT");
    else if (info.ssi_signo == SIGUSR1)
        say_stats(p, true);
    else
        reload(p);
}

/* --- beginning ---------------------------------------------------------- */

static int no_memory(void)
{
    tap_say(TAP_ERROR, "no memory; cure: smaller `limits`");
    return -1;
}

static int open_memory(struct tap_pns *p)
{
    const struct tap_pns_config *c = p->config;
    uint32_t conns = c->limits.conns + 1, i;
    size_t octets = pptp_peer_octets(&c->limits);

    p->pool_mem = aligned_alloc(64,
                                pptp_pool_mem_octets(c->packets, BUF_OCTETS));
    p->peer_mem = aligned_alloc(64, octets);
    p->conn_tcp = malloc(conns * sizeof *p->conn_tcp);
    /* of a call: line, maps (once each packet at most), close */
    p->todo_limit = 2 * c->packets + 4 * c->limits.calls;
    p->todo = malloc(p->todo_limit * sizeof *p->todo);
    p->gre = calloc(c->listen_n, sizeof *p->gre);
    if (p->pool_mem == NULL || p->peer_mem == NULL || p->conn_tcp == NULL ||
        p->todo == NULL || p->gre == NULL)
        return no_memory();
    for (i = 0; i < c->listen_n; i++)
        p->gre[i].gre.source.fd = -1;
    for (i = 0; i < conns; i++)
        p->conn_tcp[i] = TAP_MAP_NONE;
    pptp_pool_init(&p->pool, p->pool_mem, c->packets, BUF_OCTETS);
    memset(p->peer_mem, 0, octets);
    p->node.peer = pptp_peer_init(p->peer_mem, &c->pptp, &c->limits, &p->pool,
                                  tap_random());
    p->node.act = on_action;
    p->node.ctx = p;
    p->node_ns = PPTP_NEVER;
    PPTP_ASSERT(p->node.peer != NULL); /* pns_config.c has looked */
    p->addresses.local = c->local;
    p->addresses.pools = c->pools;
    memcpy(p->addresses.pool, c->pool, sizeof c->pool);
    return tap_sessions_init(p) < 0 ? no_memory() : 0;
}

/* A descriptor for each connection, or accept() would fail in the middle. */
static int raise_files(uint32_t conns)
{
    struct rlimit r;
    rlim_t want = conns + TAP_LISTEN * 2 + 64;

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

static int open_listen(struct tap_pns *p, uint32_t i)
{
    const struct tap_pns_config *c = p->config;
    struct tap_pns_gre *g = &p->gre[i];
    const char *cure = "";

    g->pns = p;
    g->local = c->listen[i];
    g->gre.pool = &p->pool;
    g->gre.input = on_gre;
    /* GRE first: what comes for a call finds somebody (an ICMP error makes
     * pptp-linux hang up) */
    if (tap_gre_open(&g->gre, c->listen[i]) < 0) {
        tap_say(TAP_ERROR, "raw GRE at %s: %s", tap_ip(c->listen[i]),
                strerror(errno));
        return -1;
    }
    g->gre.source.ready = gre_ready;
    g->gre.source.owner = p;
    if (tap_tcp_listen(&p->tcp, c->listen[i], c->port) == 0)
        return 0;
    if (errno == EADDRINUSE)
        cure = "; another PPTP server has it (pptpd, accel-ppp?): stop it, "
               "or set `port` or `listen`";
    if (errno == EADDRNOTAVAIL)
        cure = "; this machine does not have the address: see `listen`";
    tap_say(TAP_ERROR, "TCP port %u at %s: %s%s", c->port,
            tap_ip(c->listen[i]), strerror(errno), cure);
    return -1;
}

static int open_tun(struct tap_pns *p)
{
    struct tap_tun_config t = { .name = p->config->tun,
                                .local = p->config->local,
                                .mtu = p->config->mtu,
                                .routes = p->config->route,
                                .routes_n = p->config->routes };
    const char *what, *cure = "";
    int err;

    if (tap_tun_open(&p->tun, &t, &what) == 0)
        return 0;
    err = errno;
    if (err == ENOENT || err == ENODEV || err == ENXIO)
        cure = "; the kernel has no TUN here: modprobe tun, and a container "
               "needs the device /dev/net/tun";
    if (err == EBUSY)
        cure = "; another program has a device of that name: see `tun`";
    if (err == EEXIST)
        cure = "; it is there already: `pool` and `routes` have to be "
               "networks of their own";
    tap_say(TAP_ERROR, "TUN %s, %s: %s%s", p->config->tun, what, strerror(err),
            cure);
    return -1;
}

static int open_signals(struct tap_pns *p)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    p->signals.owner = p;
    p->signals.ready = signals_ready;
    if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
        p->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (p->signals.fd >= 0 &&
        tap_loop_add(&p->loop, &p->signals, EPOLLIN) == 0)
        return 0;
    tap_say(TAP_ERROR, "signals: %s", strerror(errno));
    return -1;
}

/* What needs privileges, and then none of them. */
static int open_world(struct tap_pns *p)
{
    const struct tap_pns_config *c = p->config;
    char why[WHY];
    uint32_t i;

    p->tcp.loop = &p->loop;
    p->tcp.ops = &tcp_ops;
    p->tcp.owner = p;
    p->tcp.limit = c->limits.conns + SPARE_CONNS;
    p->tcp.half_open_limit = c->half_open;
    p->tcp.half_open_source = c->half_open_source;
    p->tcp.per_source = c->conns_source;
    if (tap_tcp_init(&p->tcp) < 0)
        return no_memory();
    if (raise_files(p->tcp.limit) < 0)
        return -1;
    for (i = 0; i < c->listen_n; i++)
        if (open_listen(p, i) < 0)
            return -1;
    if (open_tun(p) < 0)
        return -1;
    p->tun.source.ready = tun_ready;
    p->tun.source.owner = p;
    if (tap_priv_drop(c->user, why, sizeof why) < 0) {
        tap_say(TAP_ERROR, "%s", why);
        return -1;
    }
    if (tap_filter_known() && tap_filter_install() < 0) {
        tap_say(TAP_ERROR, "filter of system calls: %s", strerror(errno));
        return -1;
    }
    for (i = 0; i < c->listen_n; i++)
        if (tap_loop_add(&p->loop, &p->gre[i].gre.source, EPOLLIN) < 0)
            return no_memory();
    return tap_loop_add(&p->loop, &p->tun.source, EPOLLIN) < 0 ? no_memory()
                                                               : 0;
}

static int begin(struct tap_pns *p)
{
    const struct tap_pns_config *c = p->config;
    char why[WHY];

    if (tap_priv_check(why, sizeof why) < 0) {
        tap_say(TAP_ERROR, "%s", why);
        return -1;
    }
    if (c->secrets != NULL && tap_keeper_start(&p->keeper, c->secrets) < 0) {
        tap_say(TAP_ERROR, "keeper of the secrets: %s", strerror(errno));
        return -1;
    }
    if (tap_secrets_load(p) < 0 || open_memory(p) < 0)
        return -1;
    if (tap_loop_init(&p->loop) < 0) {
        tap_say(TAP_ERROR, "epoll: %s", strerror(errno));
        return -1;
    }
    return open_signals(p) < 0 ? -1 : open_world(p);
}

static int serve(struct tap_pns *p)
{
    uint32_t i;

    while (p->drain != DRAINED) {
        pptp_ns next = p->node_ns, now;

        if (tap_timers_next(&p->timers) < next)
            next = tap_timers_next(&p->timers);
        if (p->drain != SERVING && p->drain_ns < next)
            next = p->drain_ns;
        if (p->notify.next_ns < next)
            next = p->notify.next_ns;
        if (tap_loop_turn(&p->loop, next) < 0) {
            tap_say(TAP_ERROR, "epoll: %s", strerror(errno));
            return -1;
        }
        now = tap_now();
        tap_notify_turn(&p->notify, now);
        if (p->node_ns <= now || tap_timers_next(&p->timers) <= now) {
            pptp_node_begin(&p->node, now);
            step(p);
            tap_sessions_advance(p, now);
        }
        if (p->drain != SERVING)
            drain_on(p, now);
        for (i = 0; i < p->config->listen_n; i++)
            tap_gre_flush(&p->gre[i].gre);
    }
    return 0;
}

static void end(struct tap_pns *p)
{
    uint32_t i;

    if (p->tcp.conns != NULL)
        tap_tcp_fini(&p->tcp);
    for (i = 0; p->gre != NULL && i < p->config->listen_n; i++)
        tap_gre_close(&p->gre[i].gre);
    tap_tun_close(&p->tun);
    tap_loop_fini(&p->loop);
    if (p->signals.fd >= 0)
        close(p->signals.fd);
    tap_sessions_fini(p);
    tap_secrets_free(p);
    tap_keeper_stop(&p->keeper);
    tap_notify_close(&p->notify);
    free(p->gre);
    free(p->todo);
    free(p->conn_tcp);
    free(p->peer_mem);
    free(p->pool_mem);
}

int tap_pns_run(const struct tap_pns_config *c)
{
    struct tap_pns p = { .config = c,
                         .loop = { .fd = -1 },
                         .signals = { .fd = -1 },
                         .keeper = { .fd = -1 },
                         .tun = { .source = { .fd = -1 } } };
    int result;

    tap_log_init();
    tap_notify_open(&p.notify, tap_now());
    result = begin(&p);
    if (result == 0) {
        tap_say(TAP_NOTICE,
                "ready: TCP port %u and GRE, %s with %s and %llu addresses",
                c->port, p.tun.name, tap_ip(c->local),
                (unsigned long long)tap_addresses_count(&p.addresses));
        tap_notify(&p.notify, "READY=1");
        result = serve(&p) < 0 || p.failed ? -1 : 0;
        say_stats(&p, false);
        tap_say(TAP_NOTICE, "ended");
    }
    end(&p);
    return result == 0 ? 0 : 1;
}
