/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices, ARP, routes and packets of the PNS daemon; pns_device.h. */
#include "config.h"

#include "tap/pns_device.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/wire.h"
#include "tap/log.h"

const struct probe tap_devices_probes[] = {
#define X(name, unit, help) \
    PROBE_COUNT(struct tap_devices_stats, name, unit, help),
    TAP_DEVICES_STATS(X)
#undef X
        PROBE_END
};

enum {
    DEVICE_TURNS = 4,
    WHY = 256,
    DEVICE_PROTOCOL = 9, /* where they are in a header of IPv4 */
    DEVICE_SOURCE = 12,
    DEVICE_DESTINATION = 16,
    TCP = 6
};

#define OUTER_NS (60 * PPTP_S) /* until the same trouble is said again */

_Static_assert(offsetof(struct tap_tun, source) == 0, "the first member");
_Static_assert(TAP_ROUTES <= (int)TAP_TUN_ROUTES, "all of them");

static struct tap_tun *tun_of(const struct tap_devices *d, uint32_t session)
{
    return &d->tun[d->config->each ? session : 0];
}

static uint32_t tuns(const struct tap_devices *d)
{
    return d->config->each ? d->role->limit : 1;
}

/* --- packets from a device ---------------------------------------------- */

/* A device has gone: with it the session, or all there is. */
static void tun_gone(struct tap_devices *d, struct tap_tun *t)
{
    pptp_ns now = tap_now();

    tap_say(TAP_ERROR, "TUN %s: somebody removed the device", t->name);
    tap_loop_remove(&d->world->loop, &t->source);
    if (!d->config->each) {
        tap_world_fail(d->world);
        return;
    }
    nas_begin(&d->world->nas, now);
    nas_pns_close(d->role, now,
                  nas_pns_call_at(d->role, (uint32_t)(t - d->tun)), false);
    nas_settle(&d->world->nas);
}

/* Whether the packet is of a control connection: it comes from the port that
 * we listen at, at an address of ours. */
static bool is_answer(const struct tap_devices *d, const uint8_t *ip, size_t n)
{
    const struct tap_world_config *c = d->world->config;
    const struct nas_pns_config *nas = &d->config->nas;
    uint32_t source = pptp_get32(ip + DEVICE_SOURCE), i;
    size_t head = (size_t)(ip[0] & 15) * 4;

    if (ip[DEVICE_PROTOCOL] != TCP || n < head + 2 ||
        pptp_get16(ip + head) != c->port)
        return false;
    for (i = 0; i < c->local_n; i++)
        if (c->local[i] == source)
            return true;
    for (i = 0; i < nas->takens; i++)
        if (nas->taken[i].ip == source &&
            nas->taken[i].kind == NAS_TAKEN_MACHINE)
            return true;
    return false;
}

/* A client whose outer address is one of ours inside: what we answer goes to
 * users, and he never connects. It is seen nowhere else. */
static void say_outer(struct tap_devices *d, uint32_t ip)
{
    pptp_ns now = tap_now();

    d->stats.outer_inside++;
    if (ip == d->outer_told && now < d->outer_told_ns + OUTER_NS)
        return;
    d->outer_told = ip;
    d->outer_told_ns = now;
    tap_say(TAP_WARNING,
            "a client cannot connect from %s: that address is in `pool` or "
            "`routes`, and answers go into the tunnels; cure: a pool that no "
            "client has",
            tap_ip(ip));
}

/* One that is no session's. */
static void drop(struct tap_devices *d, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(&d->world->pool, pkt);
    const uint8_t *ip = pptp_packet_data(k);

    if (is_answer(d, ip, k->head_len))
        say_outer(d, pptp_get32(ip + DEVICE_DESTINATION));
    pptp_pool_free(&d->world->pool, pkt);
}

/* First a batch is read, then the core has it, as tap_devices_flush does. */
static void tun_ready(struct tap_source *source, uint32_t events)
{
    struct tap_devices *d = source->owner;
    struct tap_tun *t = (struct tap_tun *)(void *)source;
    uint32_t session = d->config->each ? (uint32_t)(t - d->tun) : NAS_PNS_ANY;
    pptp_pkt pkt[TAP_TUN_BATCH];
    uint32_t turns = 0, n, i;

    if (events & (EPOLLERR | EPOLLHUP)) {
        tun_gone(d, t);
        return;
    }
    do {
        pptp_ns now;

        n = tap_tun_read_batch(t, &d->world->pool,
                               PPTP_HEADROOM + PPP_HEAD_MAX, pkt,
                               &d->stats.tun_exhausted);
        now = tap_now();
        for (i = 0; i < n; i++)
            if (nas_pns_ip_in(d->role, now, session, pkt[i]) != PPTP_OK)
                drop(d, pkt[i]);
    } while (n == TAP_TUN_BATCH && ++turns < DEVICE_TURNS);
}

/* --- packets to a device ------------------------------------------------ */

/* From packet i on all that are for its device. Where one begins there is
 * room before it: its own headers of IP, GRE and PPP. */
static void write_device(struct tap_devices *d, uint32_t i)
{
    struct tap_tun *t = d->out[i].tun;
    struct iovec packet[TAP_PNS_OUT];
    uint32_t n = 0;

    for (; i < d->out_n; i++) {
        struct tap_pns_out *o = &d->out[i];

        if (o->tun != t)
            continue;
        packet[n++] = (struct iovec){ (void *)(uintptr_t)o->octets, o->n };
        o->tun = NULL;
    }
    tap_tun_write_batch(t, packet, n);
}

/* Of many packets first the core's part, then the kernel's, is quicker than
 * both of each in turn: code and tables stay in the nearest cache. */
void tap_devices_flush(void *devices)
{
    struct tap_devices *d = devices;
    uint32_t i;

    for (i = 0; i < d->out_n; i++)
        if (d->out[i].tun != NULL)
            write_device(d, i);
    for (i = 0; i < d->out_n; i++)
        nas_pns_ip_done(d->role, d->out[i].call, d->out[i].pkt);
    d->out_n = 0;
}

bool tap_devices_out(void *devices, pptp_call_id call, pptp_pkt pkt,
                     uint8_t *ip, size_t n)
{
    struct tap_devices *d = devices;

    d->out[d->out_n++] = (struct tap_pns_out){ .octets = ip,
                                               .n = n,
                                               .tun = tun_of(
                                                   d, pptp_call_slot(call)),
                                               .call = call,
                                               .pkt = pkt };
    if (d->out_n == d->out_limit)
        tap_devices_flush(d);
    return true;
}

void tap_devices_answer(void *devices, uint32_t session, const uint8_t *ip,
                        size_t n)
{
    struct tap_devices *d = devices;

    tap_tun_write(tun_of(d, session), ip, n);
}

/* --- devices ------------------------------------------------------------ */

static int make_tun(struct tap_devices *d, struct tap_tun *t,
                    const struct tap_tun_config *c)
{
    char why[WHY];

    if (tap_keeper_tun(&d->world->keeper, t, c, why, sizeof why) < 0) {
        t->source.fd = -1;
        tap_say(TAP_ERROR, "TUN %s: %s", t->name[0] != 0 ? t->name : c->name,
                why);
        t->name[0] = 0;
        return -1;
    }
    if (tap_tun_listen(t, &d->world->loop, tun_ready, d) == 0)
        return 0;
    tap_say(TAP_ERROR, "TUN %s: epoll: %s", t->name, strerror(errno));
    tap_tun_close(t);
    return -1;
}

static void close_tun(struct tap_devices *d, struct tap_tun *t)
{
    if (t->source.fd < 0)
        return;
    d->failed += t->tx_failed;
    t->tx_failed = 0;
    tap_loop_remove(&d->world->loop, &t->source);
    tap_tun_close(t);
    t->name[0] = 0;
}

static void answer_arp(struct tap_devices *d, uint32_t session, uint32_t ip,
                       bool answer)
{
    struct tap_pns_seat *seat = &d->seat[session];
    char why[WHY];

    if (seat->arp == answer || d->config->proxy_arp == NULL)
        return;
    seat->arp = answer;
    if (tap_keeper_arp(&d->world->keeper, ip, answer, why, sizeof why) == 0)
        return;
    d->stats.arp_failed++;
    tap_say(TAP_WARNING, "ARP for %s: %s", tap_ip(ip), why);
    seat->arp = false;
}

bool tap_devices_up(void *devices, uint32_t session, uint32_t ip)
{
    struct tap_devices *d = devices;
    const struct tap_pns_config *c = d->config;
    struct tap_tun *t = tun_of(d, session);
    struct tap_tun_config own = {
        .name = c->tun, .local = c->nas.local, .peer = ip, .mtu = c->nas.mtu
    };

    if (c->each && t->source.fd < 0 && make_tun(d, t, &own) < 0) {
        d->stats.no_device++;
        return false;
    }
    answer_arp(d, session, ip, true);
    return true;
}

void tap_devices_down(void *devices, uint32_t session, uint32_t ip)
{
    struct tap_devices *d = devices;
    bool stray = d->seat[session].stray;

    if (d->config->each) /* while its device is there */
        tap_devices_flush(d);
    answer_arp(d, session, ip, false);
    if (d->config->each)
        close_tun(d, tun_of(d, session));
    d->seat[session].stray = false;
    if (stray)
        (void)tap_devices_routes(d, d->config);
}

/* --- routes ------------------------------------------------------------- */

bool tap_devices_lead(const struct tap_pns_config *c, uint32_t ip)
{
    return tap_prefixes_have(c->route, c->routes, ip);
}

static bool is_stray(const struct tap_devices *d,
                     const struct tap_pns_config *c, uint32_t session)
{
    uint32_t ip = nas_pns_address(d->role, session);

    return ip != 0 && !tap_devices_lead(c, ip) &&
           (d->seat[session].stray || tap_devices_lead(d->config, ip));
}

static int change_routes(struct tap_devices *d, const struct tap_tun_config *t)
{
    char why[WHY];

    if (tap_keeper_tun_change(&d->world->keeper, &d->tun[0], t, why,
                              sizeof why) == 0)
        return 0;
    tap_say(TAP_ERROR, "TUN %s: %s", d->tun[0].name, why);
    return -1;
}

/* What the shared device is to have; of strays as many as there is room for
 * in `routes`, which is TAP_TUN_ROUTES long. */
static struct tap_tun_config shared(const struct tap_devices *d,
                                    const struct tap_pns_config *c,
                                    struct tap_prefix *routes)
{
    struct tap_tun_config t = { .name = d->config->tun,
                                .local = d->config->nas.local,
                                .mtu = d->config->nas.mtu,
                                .routes = routes,
                                .routes_n = c->routes };
    uint32_t i, lost = 0;

    memcpy(routes, c->route, c->routes * sizeof *routes);
    for (i = 0; i < d->role->limit; i++) {
        if (!is_stray(d, c, i))
            continue;
        if (t.routes_n < TAP_TUN_ROUTES)
            routes[t.routes_n++] = (struct tap_prefix){
                .ip = nas_pns_address(d->role, i), .bits = 32
            };
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

int tap_devices_routes(struct tap_devices *d, const struct tap_pns_config *c)
{
    struct tap_prefix routes[TAP_TUN_ROUTES];
    struct tap_tun_config t;
    uint32_t i;

    if (d->config->each)
        return 0;
    t = shared(d, c, routes);
    if (change_routes(d, &t) < 0) {
        t = shared(d, d->config, routes);
        (void)change_routes(d, &t);
        return -1;
    }
    for (i = 0; i < d->role->limit; i++)
        d->seat[i].stray = is_stray(d, c, i);
    return 0;
}

/* --- all of them -------------------------------------------------------- */

/* The kernel answers for what it would forward. */
static int check_arp(const struct tap_devices *d)
{
    const char *device = d->config->proxy_arp;
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

int tap_devices_open(struct tap_devices *d)
{
    const struct tap_pns_config *c = d->config;
    uint32_t window = c->world.pptp.win.recv_window, i;
    struct tap_tun_config t = { .name = c->tun,
                                .local = c->nas.local,
                                .mtu = c->nas.mtu,
                                .routes = c->route,
                                .routes_n = c->routes };

    /* what waits here counts in the window of its call */
    d->out_limit = window / 2 < TAP_PNS_OUT ? (window + 1) / 2 : TAP_PNS_OUT;
    d->seat = calloc(d->role->limit, sizeof *d->seat);
    d->tun = calloc(tuns(d), sizeof *d->tun);
    if (d->tun == NULL || d->seat == NULL)
        return tap_no_memory();
    for (i = 0; i < tuns(d); i++)
        d->tun[i].source.fd = -1;
    if (check_arp(d) < 0)
        return -1;
    return c->each ? 0 : make_tun(d, &d->tun[0], &t);
}

void tap_devices_close(struct tap_devices *d)
{
    uint32_t i;

    for (i = 0; d->tun != NULL && i < tuns(d); i++)
        close_tun(d, &d->tun[i]);
    free(d->tun);
    free(d->seat);
}

const char *tap_devices_name(const struct tap_devices *d, uint32_t session)
{
    return tun_of(d, session)->name;
}

uint64_t tap_devices_failed(const struct tap_devices *d)
{
    uint64_t failed = d->failed;
    uint32_t i;

    for (i = 0; i < tuns(d); i++)
        failed += d->tun[i].tx_failed;
    return failed;
}
