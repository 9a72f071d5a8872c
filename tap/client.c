/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Callers of our own on TUN devices; client.h. */
#include "config.h"

#include "tap/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nas/caller_ip.h"
#include "tap/client_words.h"
#include "tap/log.h"
#include "tap/ppp_words.h"
#include "tap/priv.h"
#include "tap/world.h"

enum { WHY = 256 };

static struct tap_client *client_of(struct tap_line *l)
{
    return (struct tap_client *)(void *)l;
}

static uint32_t index_of(const struct tap_client *c)
{
    return (uint32_t)(c - c->bank->client);
}

/* A device without a call. */
static struct tap_tun_config tun_config(const struct tap_client_bank *b)
{
    return (struct tap_tun_config){ .name = b->config->device,
                                    .mtu = b->config->calls.mtu };
}

/* --- the other side's outer address -------------------------------------- */

/* Packets of the tunnel must not go into the tunnel. */
static int pin(struct tap_client *c)
{
    const struct tap_client_config *config = c->bank->config;
    uint32_t ip = c->line.nas->remote;
    char why[WHY];

    if (c->pinned != 0 || ip == 0 ||
        !tap_prefixes_have(config->routes, config->routes_n, ip))
        return 0;
    if (tap_keeper_pin(c->bank->keeper, ip, true, why, sizeof why) < 0) {
        tap_say(TAP_ERROR,
                "%s: %s would not be reachable beside the tunnel: "
                "%s; not tried again",
                c->line.name, tap_ip(ip), why);
        return -1;
    }
    c->pinned = ip;
    return 0;
}

static void unpin(struct tap_client *c)
{
    char why[WHY];

    if (c->pinned != 0 &&
        tap_keeper_pin(c->bank->keeper, c->pinned, false, why, sizeof why) < 0)
        tap_say(TAP_WARNING, "%s: the route to %s: %s; `ip route` shows it",
                c->line.name, tap_ip(c->pinned), why);
    c->pinned = 0;
}

/* --- what callers ask ---------------------------------------------------- */

/* The device gets the addresses that were agreed on. False: that is a matter
 * of this machine, and was said; another log-in would end the same. */
static bool on_address_up(void *ctx, uint32_t i, const struct ppp_info *info)
{
    struct tap_client_bank *b = ctx;
    struct tap_client *c = &b->client[i];
    struct tap_tun_config t = { .name = b->config->device,
                                .local = info->ip_local,
                                .peer = info->ip_peer,
                                .mtu = nas_callers_mtu(&b->calls, i),
                                .routes = b->config->routes,
                                .routes_n = b->config->routes_n };
    char why[WHY];

    if (t.name == NULL)
        return true;
    /* a server that says its outer address is its inner one, too: packets
     * of the tunnel must not go into the tunnel */
    if (t.peer != 0 && t.peer == c->line.nas->remote)
        t.peer = 0;
    if (pin(c) < 0)
        return false;
    if (tap_keeper_tun_change(b->keeper, &c->tun, &t, why, sizeof why) == 0)
        return true;
    tap_say(TAP_ERROR, "%s: TUN %s: %s; not tried again", c->line.name,
            c->tun.name, why);
    return false;
}

/* As it was at first. */
static void on_address_down(void *ctx, uint32_t i)
{
    struct tap_client_bank *b = ctx;
    struct tap_client *c = &b->client[i];
    struct tap_tun_config t = tun_config(b);
    char why[WHY];

    if (t.name != NULL &&
        tap_keeper_tun_change(b->keeper, &c->tun, &t, why, sizeof why) < 0)
        tap_say(TAP_ERROR, "%s: TUN %s: %s", c->line.name, c->tun.name, why);
    unpin(c);
}

static void on_ip_out(void *ctx, uint32_t i, pptp_pkt pkt, uint8_t *ip,
                      size_t n)
{
    struct tap_client_bank *b = ctx;

    (void)pkt;
    if (b->client[i].tun.source.fd >= 0)
        tap_tun_write(&b->client[i].tun, ip, n);
}

static const struct nas_caller_world world = { .event = tap_client_tell,
                                               .address_up = on_address_up,
                                               .address_down = on_address_down,
                                               .ip_out = on_ip_out };

/* --- a line ------------------------------------------------------------- */

static void tun_ready(struct tap_source *source, uint32_t events)
{
    struct tap_client *c = source->owner;
    struct nas_callers *calls = &c->bank->calls;
    pptp_pkt pkt[TAP_TUN_BATCH];
    uint32_t n, i;

    if (events & (EPOLLERR | EPOLLHUP)) {
        tap_say(TAP_ERROR, "%s: TUN %s: somebody removed the device",
                c->line.name, c->tun.name);
        tap_loop_remove(c->line.loop, source);
        nas_callers_fail(calls, index_of(c), tap_now());
        return;
    }
    n = tap_tun_read_batch(&c->tun, c->line.pool, PPTP_HEADROOM + PPP_HEAD_MAX,
                           pkt, &calls->stats.tun_exhausted);
    for (i = 0; i < n; i++)
        nas_callers_ip_in(calls, index_of(c), tap_now(), pkt[i]);
}

static int on_open(struct tap_line *l, char *why, size_t cap)
{
    struct tap_client *c = client_of(l);
    struct tap_tun_config t = tun_config(c->bank);

    c->bank->calls.ppps.pool = l->pool;
    if (t.name == NULL)
        return 0;
    if (tap_keeper_tun(c->bank->keeper, &c->tun, &t, why, cap) < 0)
        return -1;
    if (tap_tun_listen(&c->tun, l->loop, tun_ready, c) == 0)
        return 0;
    snprintf(why, cap, "no memory for the device");
    return -1;
}

static void on_close(struct tap_line *l)
{
    struct tap_client *c = client_of(l);

    if (c->tun.source.fd < 0)
        return;
    tap_loop_remove(l->loop, &c->tun.source);
    tap_tun_close(&c->tun);
}

static void on_view(const struct tap_line *l, struct tap_call_view *out)
{
    const struct tap_client *c = (const struct tap_client *)(const void *)l;
    struct nas_callers *b = &c->bank->calls;
    const struct nas_caller_call *call = nas_callers_call(b, index_of(c));
    struct ppp_info info;

    if (!nas_callers_talks(b, index_of(c)))
        return;
    nas_callers_info(b, index_of(c), &info);
    nas_callers_user(b->config, index_of(c), b->user);
    out->user = b->user;
    out->phase = tap_ppp_phase_text(info.phase);
    out->auth = tap_ppp_auth_text(info.auth_us);
    out->mppe = tap_ppp_mppe_text(info.mppe_tx);
    out->encrypted = info.mppe_tx != 0;
    out->mtu = nas_callers_mtu(b, index_of(c));
    out->device = c->tun.source.fd >= 0 ? c->tun.name : NULL;
    out->inner = call->ip_peer;
    out->inner_local = call->ip_local;
    memcpy(out->dns, info.dns, sizeof out->dns);
    memcpy(out->wins, info.wins, sizeof out->wins);
    out->up_ns = call->up_ns;
    out->rx_packets = call->rx_packets;
    out->rx_octets = call->rx_octets;
    out->tx_packets = call->tx_packets;
    out->tx_octets = call->tx_octets;
}

static const struct tap_line_ops line_ops = { .open = on_open,
                                              .close = on_close,
                                              .view = on_view };

/* --- the bank ----------------------------------------------------------- */

void tap_client_tell(void *bank, const struct nas_event *e)
{
    struct tap_client_bank *b = bank;

    if (b->events != NULL)
        tap_events_put(b->events, b->config->name, e);
    tap_client_words(b, e);
}

int tap_client_init(struct tap_client_bank *b,
                    const struct tap_client_config *c,
                    struct tap_keeper *keeper,
                    const struct ppp_secrets *secrets)
{
    uint32_t i, n = c->calls.count;

    memset(b, 0, sizeof *b);
    b->config = c;
    b->keeper = keeper;
    b->calls.world = &world;
    b->calls.ctx = b;
    b->client = calloc(n, sizeof *b->client);
    if (b->client == NULL || nas_callers_init(&b->calls, &c->calls, secrets,
                                              tap_random(), tap_now()) < 0)
        return -1;
    for (i = 0; i < n; i++) {
        struct tap_client *l = &b->client[i];

        l->bank = b;
        l->tun.source.fd = -1;
        l->line.nas = &b->calls.caller[i].line;
        l->line.ops = &line_ops;
        l->line.name = c->name;
        l->line.says = true;
        l->line.talk = n > 1 ? &b->talk : NULL;
    }
    return 0;
}

void tap_client_fini(struct tap_client_bank *b)
{
    free(b->client);
    b->client = NULL;
    nas_callers_fini(&b->calls);
}
