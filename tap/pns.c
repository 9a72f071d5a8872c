/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PNS daemon: the role over the world and its devices; pns.h. */
#include "config.h"

#include "tap/pns.h"

#include "ppp/stats.h"
#include "tap/log.h"
#include "tap/pns_daemon.h"
#include "tap/pns_reload.h"
#include "tap/pns_words.h"
#include "tap/ppp_words.h"
#include "tap/priv.h"

enum { SPARE_FILES = 128 /* of the world, beside calls and connections */ };

_Static_assert(offsetof(struct tap_pns, role) == 0, "the first member");

/* --- what the role wants ------------------------------------------------ */

static void on_event(void *ctx, const struct nas_event *e)
{
    struct tap_devices *d = ctx;

    tap_events_put(&d->world->events, d->config->world.pptp.host_name, e);
    tap_pns_words(d->world, d->role, e);
}

static const struct nas_pns_world role_world = {
    .event = on_event,
    .address_up = tap_devices_up,
    .address_down = tap_devices_down,
    .ip_out = tap_devices_out,
    .ip_flush = tap_devices_flush,
    .ip_answer = tap_devices_answer,
};

/* --- a daemon ----------------------------------------------------------- */

static int on_open(void *d)
{
    struct tap_pns *p = d;

    p->role.config = &p->now.nas;
    p->role.world = &role_world;
    p->role.ctx = &p->devices;
    p->role.nas = &p->world.nas;
    p->role.packets = &p->world.pool;
    p->role.pool.outer = &p->world.tcp.sources;
    p->devices.world = &p->world;
    p->devices.config = &p->now;
    p->devices.role = &p->role;
    if (nas_pns_init(&p->role, p->now.world.limits.calls, tap_random()) < 0 ||
        tap_pns_give_users(p) < 0)
        return tap_no_memory();
    return tap_devices_open(&p->devices);
}

static void on_close(void *d)
{
    struct tap_pns *p = d;

    tap_devices_close(&p->devices);
    nas_pns_fini(&p->role);
    tap_secrets_free(&p->secrets);
}

static void on_ready(void *d)
{
    const struct tap_pns *p = d;
    uint64_t addresses = nas_pool_count(&p->role.pool);

    tap_say(TAP_NOTICE,
            "ready: TCP port %u and GRE, %s%s with %s and %llu address%s",
            p->now.world.port, p->now.each ? "a device each, " : "",
            p->now.each ? p->now.tun : tap_devices_name(&p->devices, 0),
            tap_ip(p->now.nas.local), (unsigned long long)addresses,
            addresses == 1 ? "" : "es");
}

static pptp_ns on_deadline(const void *d)
{
    const struct tap_pns *p = d;

    /* before anything is waited for */
    return p->devices.out_n > 0 ? 0 : nas_pns_deadline(&p->role);
}

static void on_advance(void *d, pptp_ns now)
{
    struct tap_pns *p = d;

    tap_devices_flush(&p->devices);
    nas_pns_advance(&p->role, now);
}

static void on_view(const void *d, pptp_call_id call,
                    struct tap_call_view *out)
{
    const struct tap_pns *p = d;
    uint32_t i = pptp_call_slot(call);
    const char *device = tap_devices_name(&p->devices, i);
    struct nas_pns_view v;

    nas_pns_view(&p->role, i, &v);
    *out = (struct tap_call_view){ .remote = v.remote,
                                   .inner = v.ip,
                                   .inner_local = p->now.nas.local,
                                   .device = *device != 0 ? device : NULL,
                                   .mtu = v.mtu,
                                   .up_ns = v.up_ns,
                                   .rx_packets = v.rx_packets,
                                   .rx_octets = v.rx_octets,
                                   .tx_packets = v.tx_packets,
                                   .tx_octets = v.tx_octets };
    if (!v.begun)
        return;
    out->user = v.user;
    out->phase = tap_ppp_phase_text(v.ppp.phase);
    out->auth = tap_ppp_auth_text(v.ppp.auth_peer);
    out->mppe = tap_ppp_mppe_text(v.ppp.mppe_tx);
    out->encrypted = v.ppp.mppe_tx != 0;
}

static void on_renegotiate(void *d, pptp_call_id call)
{
    struct tap_pns *p = d;

    nas_pns_renegotiate(&p->role, tap_now(), call);
}

static int on_dial(void *d, pptp_conn_id conn, const char *number,
                   pptp_call_id *call)
{
    struct tap_pns *p = d;

    return nas_pns_dial_number(&p->role, tap_now(), conn, number, call);
}

/* What others keep for it. */
struct more {
    uint64_t tun_failed, ppp_exhausted;
};

static const struct probe more_probes[] = {
    PROBE_COUNT(struct more, tun_failed, "packets",
                "packets that the device did not take"),
    PROBE_COUNT(struct more, ppp_exhausted, "packets",
                "packets of PPP, no packet of the pool"),
    PROBE_END
};

static void on_counters(const void *d, tap_counter *each, void *ctx)
{
    const struct tap_pns *p = d;
    const struct more more = { tap_devices_failed(&p->devices),
                               p->role.ppps.exhausted };

    tap_count(each, ctx, "pns", nas_pns_probes, &p->role.stats);
    tap_count(each, ctx, "pns", tap_devices_probes, &p->devices.stats);
    tap_count(each, ctx, "pns", more_probes, &more);
    tap_count(each, ctx, "ppp", ppp_probes, ppp_stats(p->role.ppps.ppp));
}

/* What the keeper may do: what was asked for at the start. */
static int start_keeper(struct tap_pns *p)
{
    const struct tap_pns_config *c = &p->now;
    struct tap_keeper_policy policy = { .tun = c->tun,
                                        .arp = c->proxy_arp != NULL,
                                        .arp_device = c->proxy_arp };

    policy.file[PNS_FILE_SECRETS] = c->secrets;
    policy.secret[PNS_FILE_SECRETS] = true;
    policy.file[PNS_FILE_CONFIG] = c->path;
    return tap_world_keeper(&p->world, &policy);
}

/* A descriptor for each session's device, beside those of the world. */
static int raise_files(const struct tap_pns *p)
{
    const struct pptp_limits *l = &p->now.world.limits;

    if (!p->now.each ||
        tap_priv_files((uint64_t)l->calls + l->conns + SPARE_FILES) == 0)
        return 0;
    tap_say(TAP_ERROR,
            "a device for each of %u calls: the system allows too few open "
            "files; cure: LimitNOFILE=, a smaller `limits: calls` or "
            "`interfaces: one`",
            l->calls);
    return -1;
}

static int on_begin(void *d)
{
    struct tap_pns *p = d;

    return start_keeper(p) < 0 || raise_files(p) < 0 ? -1 : tap_pns_load(p);
}

/* The daemon begins with its role, which has what is done with calls. */
static const struct tap_daemon daemon_ops = {
    .begin = on_begin,
    .open = on_open,
    .close = on_close,
    .ready = on_ready,
    .action = nas_pns_action,
    .later = nas_pns_later,
    .deadline = on_deadline,
    .advance = on_advance,
    .calls = nas_pns_calls,
    .close_calls = nas_pns_close_all,
    .call_at = nas_pns_call_at,
    .view = on_view,
    .clear = nas_pns_clear,
    .renegotiate = on_renegotiate,
    .dial = on_dial,
    .reload = tap_pns_reload,
    .counters = on_counters,
};

int tap_pns_run(const struct tap_pns_config *c)
{
    struct tap_pns p = { .now = *c };

    p.world.config = &p.now.world;
    p.world.daemon = &daemon_ops;
    p.world.d = &p;
    return tap_world_run(&p.world);
}
