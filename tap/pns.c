/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PNS daemon over the world, and what the core wants done; pns.h. */
#include "config.h"

#include "tap/pns.h"

#include <errno.h>
#include <string.h>

#include "ppp/stats.h"
#include "tap/control.h"
#include "tap/log.h"
#include "tap/pns_impl.h"
#include "tap/priv.h"

enum { TUN_BATCH = 64, TUN_TURNS = 4, WHY = 256 };

/* --- what the core wants ------------------------------------------------ */

/* The line of a VPN client is there at once, and as he wants it: no framing
 * of its own, and a speed within his bounds. */
static void answer_dial(struct tap_pns *p, pptp_call_id call)
{
    struct pptp_line_info info = { .connect_bps = p->config->line_bps };
    struct pptp_node *node = &p->world.node;
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

static void on_todo(void *d, const struct tap_todo *t)
{
    struct tap_pns *p = d;
    struct tap_session *s;

    switch ((enum pns_todo)t->kind) {
    case PNS_TODO_LINE: answer_dial(p, t->id); break;
    case PNS_TODO_LINK_INFO:
        s = tap_session_of(p, t->id);
        if (s != NULL)
            pptp_node_set_link_info(&p->world.node, t->id, s->tx_accm,
                                    s->rx_accm);
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
        tap_world_todo(&p->world, PNS_TODO_LINE, a->call, PPTP_PKT_NONE);
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

/* --- the device --------------------------------------------------------- */

/* Reads what is there, `limit` packets at most. */
static uint32_t read_batch(struct tap_pns *p, pptp_pkt pkt[], uint32_t limit)
{
    uint32_t n;

    for (n = 0; n < limit; n++) {
        pkt[n] = pptp_pool_take(&p->world.pool, PPTP_HEADROOM + PPP_HEAD_MAX);
        if (pkt[n] == PPTP_PKT_NONE)
            break;
        if (!tap_tun_read(&p->tun, &p->world.pool, pkt[n])) {
            pptp_pool_free(&p->world.pool, pkt[n]);
            return n;
        }
    }
    if (n == 0)
        p->stats.tun_exhausted += tap_tun_discard(&p->tun);
    return n;
}

/* First a batch is read, then the core has it (session.c, write_out). */
static void tun_ready(struct tap_source *source, uint32_t events)
{
    struct tap_pns *p = source->owner;
    pptp_pkt pkt[TUN_BATCH];
    uint32_t turns = 0, n, i;

    if (events & (EPOLLERR | EPOLLHUP)) {
        tap_say(TAP_ERROR, "TUN %s: somebody removed the device", p->tun.name);
        tap_loop_remove(&p->world.loop, source);
        tap_world_fail(&p->world);
        return;
    }
    do {
        pptp_ns now;

        n = read_batch(p, pkt, TUN_BATCH);
        now = tap_now();
        for (i = 0; i < n; i++)
            tap_session_output(p, now, pkt[i]);
    } while (n == TUN_BATCH && ++turns < TUN_TURNS);
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

/* --- a daemon ----------------------------------------------------------- */

static int on_open(void *d)
{
    struct tap_pns *p = d;

    p->addresses.local = p->config->local;
    p->addresses.pools = p->config->pools;
    memcpy(p->addresses.pool, p->config->pool, sizeof p->config->pool);
    if (tap_sessions_init(p) < 0)
        return tap_no_memory();
    if (open_tun(p) < 0)
        return -1;
    p->tun.source.ready = tun_ready;
    p->tun.source.owner = p;
    return tap_loop_add(&p->world.loop, &p->tun.source, EPOLLIN) < 0
               ? tap_no_memory()
               : 0;
}

static void on_close(void *d)
{
    struct tap_pns *p = d;

    tap_tun_close(&p->tun);
    tap_sessions_fini(p);
    tap_secrets_free(p);
}

static void on_ready(void *d)
{
    const struct tap_pns *p = d;

    tap_say(TAP_NOTICE,
            "ready: TCP port %u and GRE, %s with %s and %llu addresses",
            p->config->world.port, p->tun.name, tap_ip(p->config->local),
            (unsigned long long)tap_addresses_count(&p->addresses));
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
        tap_world_do(&p->world);
    }
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

    tap_session_view(p, &p->session[tap_call_slot(call)], out);
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
    struct tap_pns *p = d;

    if (tap_secrets_load(p) < 0) {
        tap_say(TAP_WARNING, "reload: the secrets from before stay");
        return -1;
    }
    tap_say(TAP_NOTICE, "reload: secrets read again, %u lines", p->secrets.n);
    return 0;
}

static void on_counters(const void *d, tap_counter *each, void *ctx)
{
    const struct tap_pns *p = d;
    const struct ppp_stats *ppp = ppp_stats(p->ppps.ppp);

#define X(name, help) each(ctx, "pns", #name, help, p->stats.name);
    TAP_PNS_STATS(X)
#undef X
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
    .todo = on_todo,
    .deadline = on_deadline,
    .advance = on_advance,
    .calls = on_calls,
    .close_calls = on_close_calls,
    .call_at = on_call_at,
    .view = on_view,
    .clear = on_clear,
    .reload = on_reload,
    .counters = on_counters,
};

static int begin(struct tap_pns *p)
{
    const struct tap_pns_config *c = p->config;
    struct tap_keeper_policy policy = { .file = { c->secrets },
                                        .secret = { true },
                                        .socket = c->world.control->path };
    char why[WHY];

    if (tap_priv_check(why, sizeof why) < 0) {
        tap_say(TAP_ERROR, "%s", why);
        return -1;
    }
    if (c->secrets == NULL)
        return 0;
    if (tap_keeper_start(&p->world.keeper, &policy) < 0) {
        tap_say(TAP_ERROR, "keeper of the secrets: %s", strerror(errno));
        return -1;
    }
    return tap_secrets_load(p);
}

int tap_pns_run(const struct tap_pns_config *c)
{
    struct tap_pns p = { .config = c, .tun = { .source = { .fd = -1 } } };
    int result = 1;

    tap_log_init();
    p.world.config = &c->world;
    p.world.daemon = &daemon_ops;
    p.world.d = &p;
    p.world.keeper.fd = -1;
    if (begin(&p) == 0)
        return tap_world_run(&p.world);
    tap_secrets_free(&p);
    tap_keeper_stop(&p.world.keeper);
    return result;
}
