/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PNS daemon over the world, and what the core wants done; pns.h. */
#include "config.h"

#include "tap/pns.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "ppp/stats.h"
#include "tap/control.h"
#include "tap/log.h"
#include "tap/pns_impl.h"
#include "tap/priv.h"

enum {
    PNS_TUN_BATCH = 64,
    PNS_TUN_TURNS = 4,
    WHY = 256,
    SPARE_FILES = 128 /* of the world, beside calls and connections */
};

_Static_assert(offsetof(struct tap_tun, source) == 0, "the first member");
_Static_assert(TAP_ROUTES <= (int)TAP_TUN_ROUTES, "all of them");

/* --- what the core wants ------------------------------------------------ */

/* The line of a VPN client is there at once, and as he wants it: no framing
 * of its own, and a speed within his bounds. */
static void answer_dial(struct tap_pns *p, pptp_call_id call)
{
    struct pptp_line_info info = { .connect_bps = p->config->nas.line_bps };
    struct pptp_node *node = &p->world.nas.node;
    struct tap_session *s = tap_session_of(p, call);
    bool refused = s == NULL || s->refused;
    struct pptp_call_request r;

    if (pptp_peer_call_request(node->peer, call, &r) == PPTP_OK) {
        if (info.connect_bps > r.max_bps)
            info.connect_bps = r.max_bps;
        if (info.connect_bps < r.min_bps)
            info.connect_bps = r.min_bps;
    }
    pptp_node_line_event(node, call,
                         refused ? PPTP_LINE_NO_RESOURCE : PPTP_LINE_CONNECTED,
                         refused ? NULL : &info);
}

static void on_later(void *d, const struct nas_later *t)
{
    struct tap_pns *p = d;
    struct tap_session *s;

    switch ((enum pns_todo)t->kind) {
    case PNS_TODO_LINE: answer_dial(p, t->id); break;
    case PNS_TODO_LINK_INFO:
        s = tap_session_of(p, t->id);
        if (s != NULL)
            pptp_node_set_link_info(&p->world.nas.node, t->id, s->tx_accm,
                                    s->rx_accm);
        break;
    case PNS_TODO_BYE:
        s = tap_session_of(p, t->id);
        if (s != NULL && !s->closing)
            nas_ppps_close(&p->ppps, tap_session_index(p, s),
                           p->world.nas.node.now_ns);
        break;
    }
}

static void set_hold(struct tap_pns *p, pptp_call_id call, bool hold)
{
    struct tap_session *s = tap_session_of(p, call);

    if (s != NULL)
        s->hold = hold;
}

static void on_action(void *d, const struct pptp_action *a)
{
    struct tap_pns *p = d;

    switch (a->type) {
    case PPTP_ACT_FRAME_OUT: tap_session_frame(p, a->call, a->pkt); break;
    case PPTP_ACT_CALL_NEW: tap_session_new(p, a); break;
    case PPTP_ACT_LINE_DIAL:
        nas_later(&p->world.nas, PNS_TODO_LINE, a->call, PPTP_PKT_NONE);
        break;
    case PPTP_ACT_CALL_UP: tap_session_begin(p, a->call); break;
    case PPTP_ACT_CALL_DOWN: tap_session_gone(p, a->call, &a->end); break;
    case PPTP_ACT_HOLD: set_hold(p, a->call, true); break;
    case PPTP_ACT_RESUME: set_hold(p, a->call, false); break;
    case PPTP_ACT_LINE_ANSWER: /* we have no line to answer */
    case PPTP_ACT_LINE_HANGUP: /* ours is only said to be there */
    case PPTP_ACT_LINE_ACCM:   /* and escapes nothing */
    case PPTP_ACT_CONN_UP:
    case PPTP_ACT_CONN_DOWN:
    case PPTP_ACT_TCP_OPEN: /* the world's */
    case PPTP_ACT_TCP_SEND:
    case PPTP_ACT_TCP_CLOSE:
    case PPTP_ACT_GRE_SEND: break;
    }
}

/* --- devices ------------------------------------------------------------ */

/* A device has gone: with it the session, or all there is. */
static void tun_gone(struct tap_pns *p, struct tap_tun *t)
{
    tap_say(TAP_ERROR, "TUN %s: somebody removed the device", t->name);
    tap_loop_remove(&p->world.loop, &t->source);
    if (!p->config->each) {
        tap_world_fail(&p->world);
        return;
    }
    nas_begin(&p->world.nas, tap_now());
    tap_session_end(p, &p->session[t - p->tun]);
    nas_settle(&p->world.nas);
}

/* Reads what is there, `limit` packets at most. */
static uint32_t read_batch(struct tap_pns *p, struct tap_tun *t,
                           pptp_pkt pkt[], uint32_t limit)
{
    uint32_t n;

    for (n = 0; n < limit; n++) {
        pkt[n] = pptp_pool_take(&p->world.pool, PPTP_HEADROOM + PPP_HEAD_MAX);
        if (pkt[n] == PPTP_PKT_NONE)
            break;
        if (!tap_tun_read(t, &p->world.pool, pkt[n])) {
            pptp_pool_free(&p->world.pool, pkt[n]);
            return n;
        }
    }
    if (n == 0)
        p->stats.tun_exhausted += tap_tun_discard(t);
    return n;
}

/* First a batch is read, then the core has it (session.c, write_out). */
static void tun_ready(struct tap_source *source, uint32_t events)
{
    struct tap_pns *p = source->owner;
    struct tap_tun *t = (struct tap_tun *)(void *)source;
    pptp_pkt pkt[PNS_TUN_BATCH];
    uint32_t turns = 0, n, i;

    if (events & (EPOLLERR | EPOLLHUP)) {
        tun_gone(p, t);
        return;
    }
    do {
        pptp_ns now;

        n = read_batch(p, t, pkt, PNS_TUN_BATCH);
        now = tap_now();
        for (i = 0; i < n; i++)
            tap_session_output(p, now, t, pkt[i]);
    } while (n == PNS_TUN_BATCH && ++turns < PNS_TUN_TURNS);
}

static int make_tun(struct tap_pns *p, struct tap_tun *t,
                    const struct tap_tun_config *c)
{
    char why[WHY];

    if (tap_keeper_tun(&p->world.keeper, t, c, why, sizeof why) < 0) {
        t->source.fd = -1;
        tap_say(TAP_ERROR, "TUN %s: %s", t->name[0] != 0 ? t->name : c->name,
                why);
        t->name[0] = 0;
        return -1;
    }
    t->source.ready = tun_ready;
    t->source.owner = p;
    t->source.rank = TAP_RANK_DEVICE;
    if (tap_loop_add(&p->world.loop, &t->source, EPOLLIN) == 0)
        return 0;
    tap_say(TAP_ERROR, "TUN %s: epoll: %s", t->name, strerror(errno));
    tap_tun_close(t);
    return -1;
}

static void close_tun(struct tap_pns *p, struct tap_tun *t)
{
    if (t->source.fd < 0)
        return;
    p->tun_failed += t->tx_failed;
    t->tx_failed = 0;
    tap_loop_remove(&p->world.loop, &t->source);
    tap_tun_close(t);
    t->name[0] = 0;
}

static void answer_arp(struct tap_pns *p, struct tap_session *s, bool answer)
{
    char why[WHY];

    if (s->arp == answer || p->config->proxy_arp == NULL)
        return;
    s->arp = answer;
    if (tap_keeper_arp(&p->world.keeper, s->ip, answer, why, sizeof why) == 0)
        return;
    p->stats.arp_failed++;
    tap_say(TAP_WARNING, "ARP for %s: %s", tap_ip(s->ip), why);
    s->arp = false;
}

int tap_device_join(struct tap_pns *p, struct tap_session *s)
{
    const struct tap_pns_config *c = p->config;
    struct tap_tun *t = tap_session_tun(p, s);
    struct tap_tun_config own = {
        .name = c->tun, .local = c->nas.local, .peer = s->ip, .mtu = c->nas.mtu
    };

    if (c->each && t->source.fd < 0 && make_tun(p, t, &own) < 0) {
        p->stats.no_device++;
        return -1;
    }
    answer_arp(p, s, true);
    return 0;
}

void tap_device_leave(struct tap_pns *p, struct tap_session *s)
{
    answer_arp(p, s, false);
    if (p->config->each)
        close_tun(p, tap_session_tun(p, s));
}

bool tap_device_leads(const struct tap_pns_config *c, uint32_t ip)
{
    uint32_t i;

    for (i = 0; i < c->routes; i++)
        if ((uint64_t)ip - c->route[i].ip < UINT64_C(1)
                                                << (32 - c->route[i].bits))
            return true;
    return false;
}

static bool is_stray(const struct tap_pns *p, const struct tap_pns_config *c,
                     const struct tap_session *s)
{
    return s->call != PPTP_NONE && s->ip != 0 && !tap_device_leads(c, s->ip) &&
           (s->stray || tap_device_leads(p->config, s->ip));
}

static int change_routes(struct tap_pns *p, const struct tap_tun_config *t)
{
    char why[WHY];

    if (tap_keeper_tun_change(&p->world.keeper, &p->tun[0], t, why,
                              sizeof why) == 0)
        return 0;
    tap_say(TAP_ERROR, "TUN %s: %s", p->tun[0].name, why);
    return -1;
}

/* What the shared device is to have; of strays as many as there is room for
 * in `routes`, which is TAP_TUN_ROUTES long. */
static struct tap_tun_config shared(const struct tap_pns *p,
                                    const struct tap_pns_config *c,
                                    struct tap_prefix *routes)
{
    struct tap_tun_config t = { .name = p->config->tun,
                                .local = p->config->nas.local,
                                .mtu = p->config->nas.mtu,
                                .routes = routes,
                                .routes_n = c->routes };
    uint32_t i, lost = 0;

    memcpy(routes, c->route, c->routes * sizeof *routes);
    for (i = 0; i < p->now.world.limits.calls; i++) {
        if (!is_stray(p, c, &p->session[i]))
            continue;
        if (t.routes_n < TAP_TUN_ROUTES)
            routes[t.routes_n++] = (struct tap_prefix){ .ip = p->session[i].ip,
                                                        .bits = 32 };
        else
            lost++;
    }
    if (lost > 0)
        tap_say(TAP_WARNING,
                "%u session%s with an address that no route leads to any "
                "more; cure: add it to `routes`, or clear them",
                lost, pptp_plural(lost));
    return t;
}

int tap_device_routes(struct tap_pns *p, const struct tap_pns_config *c)
{
    struct tap_prefix routes[TAP_TUN_ROUTES];
    struct tap_tun_config t;
    uint32_t i;

    if (p->config->each)
        return 0;
    t = shared(p, c, routes);
    if (change_routes(p, &t) < 0) {
        t = shared(p, p->config, routes);
        (void)change_routes(p, &t);
        return -1;
    }
    for (i = 0; i < p->now.world.limits.calls; i++)
        p->session[i].stray = is_stray(p, c, &p->session[i]);
    return 0;
}

/* The kernel answers for what it would forward. */
static int check_arp(const struct tap_pns *p)
{
    const char *device = p->config->proxy_arp;
    char path[80], on = '1';
    int fd;

    if (device == NULL)
        return 0;
    if (if_nametoindex(device) == 0) {
        tap_say(TAP_ERROR, "proxy_arp: there is no device '%s'", device);
        return -1;
    }
    snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/%s/forwarding",
             device);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, &on, 1) == 1 && on == '0')
        tap_say(TAP_WARNING,
                "proxy_arp: the kernel does not forward what comes from %s "
                "and will answer no ARP there; cure: sysctl "
                "net.ipv4.conf.%s.forwarding=1",
                device, device);
    if (fd >= 0)
        close(fd);
    return 0;
}

static int open_devices(struct tap_pns *p)
{
    const struct tap_pns_config *c = p->config;
    uint32_t n = c->each ? c->world.limits.calls : 1, i;
    struct tap_tun_config t = { .name = c->tun,
                                .local = c->nas.local,
                                .mtu = c->nas.mtu,
                                .routes = c->route,
                                .routes_n = c->routes };

    p->tun = calloc(n, sizeof *p->tun);
    if (p->tun == NULL)
        return tap_no_memory();
    for (i = 0; i < n; i++)
        p->tun[i].source.fd = -1;
    if (check_arp(p) < 0)
        return -1;
    return c->each ? 0 : make_tun(p, &p->tun[0], &t);
}

static void close_devices(struct tap_pns *p)
{
    uint32_t n = p->config->each ? p->config->world.limits.calls : 1, i;

    for (i = 0; p->tun != NULL && i < n; i++)
        close_tun(p, &p->tun[i]);
    free(p->tun);
}

/* --- a daemon ----------------------------------------------------------- */

static int on_open(void *d)
{
    struct tap_pns *p = d;

    p->aaa.pool = &p->addresses;
    p->aaa.server = p->config->nas.ppp.name;
    p->addresses.local = p->config->nas.local;
    p->addresses.taken = p->config->nas.taken;
    p->addresses.taken_n = p->config->nas.takens;
    p->addresses.outer = &p->world.tcp.sources;
    nas_pool_set(&p->addresses, p->config->nas.pool, p->config->nas.pools);
    if (tap_sessions_init(p) < 0 || tap_secrets_settle(p) < 0)
        return tap_no_memory();
    return open_devices(p);
}

static void on_close(void *d)
{
    struct tap_pns *p = d;

    close_devices(p);
    tap_sessions_fini(p);
    tap_secrets_free(p);
}

static void on_ready(void *d)
{
    const struct tap_pns *p = d;

    tap_say(TAP_NOTICE,
            "ready: TCP port %u and GRE, %s%s with %s and %llu address%s",
            p->config->world.port, p->config->each ? "a device each, " : "",
            p->config->each ? p->config->tun : p->tun[0].name,
            tap_ip(p->config->nas.local),
            (unsigned long long)nas_pool_count(&p->addresses),
            nas_pool_count(&p->addresses) == 1 ? "" : "es");
}

static pptp_ns on_deadline(const void *d)
{
    return tap_sessions_deadline(d);
}

static void on_advance(void *d, pptp_ns now)
{
    tap_sessions_advance(d, now);
}

static uint32_t on_calls(const void *d)
{
    const struct tap_pns *p = d;

    return p->sessions;
}

static void on_close_calls(void *d, pptp_ns now, bool politely)
{
    struct tap_pns *p = d;
    uint32_t i;

    for (i = 0; i < p->config->world.limits.calls; i++) {
        if (p->session[i].call != PPTP_NONE)
            tap_session_close(p, &p->session[i], now, politely);
        nas_do(&p->world.nas);
    }
}

/* A call has no line here. */
static bool on_busy(const void *d)
{
    (void)d;
    return false;
}

static pptp_call_id on_call_at(const void *d, uint32_t slot)
{
    const struct tap_pns *p = d;

    return p->session[slot].call;
}

static void on_view(const void *d, pptp_call_id call,
                    struct tap_call_view *out)
{
    const struct tap_pns *p = d;

    tap_session_view(p, &p->session[pptp_call_slot(call)], out);
}

static void on_clear(void *d, pptp_call_id call)
{
    struct tap_pns *p = d;
    struct tap_session *s = tap_session_of(p, call);

    if (s != NULL)
        tap_session_close(p, s, tap_now(), true);
}

static int on_reload(void *d)
{
    return tap_pns_reload(d);
}

static uint64_t tun_failed(const struct tap_pns *p)
{
    uint32_t n = p->config->each ? p->config->world.limits.calls : 1, i;
    uint64_t failed = p->tun_failed;

    for (i = 0; i < n; i++)
        failed += p->tun[i].tx_failed;
    return failed;
}

static void on_counters(const void *d, tap_counter *each, void *ctx)
{
    const struct tap_pns *p = d;
    const struct ppp_stats *ppp = ppp_stats(p->ppps.ppp);

#define X(name, help) each(ctx, "pns", #name, help, p->stats.name);
    TAP_PNS_STATS(X)
#undef X
    each(ctx, "pns", "tun_failed", "packets that the device did not take",
         tun_failed(p));
    each(ctx, "pns", "ppp_exhausted", "packets of PPP, no packet of the pool",
         p->ppps.exhausted);
#define X(name, help) each(ctx, "ppp", #name, help, ppp->name);
#include "ppp/stats.def"
#undef X
}

static const struct tap_daemon daemon_ops = {
    .open = on_open,
    .close = on_close,
    .ready = on_ready,
    .action = on_action,
    .later = on_later,
    .deadline = on_deadline,
    .advance = on_advance,
    .calls = on_calls,
    .close_calls = on_close_calls,
    .busy = on_busy,
    .call_at = on_call_at,
    .view = on_view,
    .clear = on_clear,
    .reload = on_reload,
    .counters = on_counters,
};

/* What the keeper may do: what was asked for at the start. */
static int start_keeper(struct tap_pns *p)
{
    const struct tap_pns_config *c = p->config;
    struct tap_keeper_policy policy = {
        .tun = c->tun,
        .arp = c->proxy_arp != NULL,
        .arp_device = c->proxy_arp,
        .socket = { c->world.control->path, c->world.control->other }
    };

    policy.file[PNS_FILE_SECRETS] = c->secrets;
    policy.secret[PNS_FILE_SECRETS] = true;
    policy.file[PNS_FILE_CONFIG] = c->path;
    if (tap_keeper_start(&p->world.keeper, &policy) == 0)
        return 0;
    tap_say(TAP_ERROR, "keeper of privileges: %s", strerror(errno));
    return -1;
}

/* A descriptor for each session's device, beside those of the world. */
static int raise_files(const struct tap_pns *p)
{
    const struct pptp_limits *l = &p->config->world.limits;
    rlim_t want = (rlim_t)l->calls + l->conns + SPARE_FILES;
    struct rlimit r;

    if (!p->config->each || getrlimit(RLIMIT_NOFILE, &r) < 0 ||
        r.rlim_cur >= want)
        return 0;
    r.rlim_cur = want;
    if (r.rlim_max < want)
        r.rlim_max = want;
    if (setrlimit(RLIMIT_NOFILE, &r) == 0)
        return 0;
    tap_say(TAP_ERROR,
            "a device for each of %u calls: the system allows too few open "
            "files; cure: LimitNOFILE=, a smaller `limits: calls` or "
            "`interfaces: one`",
            l->calls);
    return -1;
}

static int begin(struct tap_pns *p)
{
    char why[WHY];

    if (tap_priv_check(why, sizeof why) < 0) {
        tap_say(TAP_ERROR, "%s", why);
        return -1;
    }
    if (start_keeper(p) < 0 || raise_files(p) < 0)
        return -1;
    return tap_secrets_load(p);
}

int tap_pns_run(const struct tap_pns_config *c)
{
    struct tap_pns p = { .now = *c };

    tap_log_init();
    p.config = &p.now;
    p.world.config = &p.now.world;
    p.world.daemon = &daemon_ops;
    p.world.d = &p;
    p.world.keeper.fd = -1;
    if (begin(&p) == 0)
        return tap_world_run(&p.world);
    tap_secrets_free(&p);
    tap_keeper_stop(&p.world.keeper);
    return 1;
}
