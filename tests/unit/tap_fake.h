/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A daemon for tests of its control: a world with a peer and no network, and
 * calls that are only said to be there.
 */
#ifndef TAP_FAKE_H
#define TAP_FAKE_H

#include <stdlib.h>
#include <string.h>

#include "tap/control.h"

enum { FAKE_CALLS = 4096, FAKE_CONNS = 8, FAKE_PACKETS = 16 };

struct fake {
    struct tap_world world;
    struct tap_world_config config;
    struct tap_control control;
    struct tap_call_view view; /* of every call, but: */
    const char *user[FAKE_CALLS];
    uint32_t inner[FAKE_CALLS];
    pptp_call_id call[FAKE_CALLS];
    uint32_t calls, cleared, renegotiated, reloads, closed;
    bool busy; /* a modem is still in a call */
    int reload_result, dial_result;
    void *pool_mem;
};

static void fake_act(void *ctx, const struct pptp_action *a)
{
    (void)ctx;
    (void)a;
}

static uint32_t fake_calls(const void *d)
{
    return ((const struct fake *)d)->calls;
}

static void fake_close_calls(void *d, pptp_ns now, bool politely)
{
    (void)now;
    ((struct fake *)d)->closed += politely;
}

static bool fake_busy(const void *d)
{
    return ((const struct fake *)d)->busy;
}

static pptp_call_id fake_call_at(const void *d, uint32_t slot)
{
    return ((const struct fake *)d)->call[slot];
}

static void fake_view(const void *d, pptp_call_id call,
                      struct tap_call_view *out)
{
    const struct fake *f = d;

    *out = f->view;
    out->user = f->user[pptp_call_slot(call)];
    out->inner = f->inner[pptp_call_slot(call)];
}

static void fake_clear(void *d, pptp_call_id call)
{
    struct fake *f = d;

    f->cleared++;
    f->calls--;
    f->call[pptp_call_slot(call)] = PPTP_NONE;
}

static void fake_renegotiate(void *d, pptp_call_id call)
{
    struct fake *f = d;

    (void)call;
    f->renegotiated++;
}

static int fake_dial(void *d, pptp_conn_id conn, const char *number,
                     pptp_call_id *call)
{
    struct fake *f = d;

    (void)conn;
    (void)number;
    *call = 77;
    return f->dial_result;
}

static int fake_reload(void *d)
{
    struct fake *f = d;

    f->reloads++;
    return f->reload_result;
}

static void fake_counters(const void *d, tap_counter *each, void *ctx)
{
    static const struct probe held = { .name = "tun_held",
                                       .unit = "packets",
                                       .help = "packets to a full session",
                                       .kind = PROBE_COUNTER };

    (void)d;
    each(ctx, "world", &held, 7);
}

/* A call in a slot: its id is that of a second generation. */
static void fake_call(struct fake *f, uint32_t slot, const char *user,
                      uint32_t inner)
{
    f->call[slot] = 2u << 20 | slot;
    f->user[slot] = user;
    f->inner[slot] = inner;
    f->calls++;
}

static void fake_begin(struct fake *f)
{
    static const struct tap_daemon daemon = {
        .calls = fake_calls,
        .close_calls = fake_close_calls,
        .busy = fake_busy,
        .call_at = fake_call_at,
        .view = fake_view,
        .clear = fake_clear,
        .renegotiate = fake_renegotiate,
        .dial = fake_dial,
        .reload = fake_reload,
        .counters = fake_counters,
    };
    struct tap_world *w = &f->world;
    size_t octets;
    uint32_t i;

    memset(f, 0, sizeof *f);
    pptp_config_default(&f->config.pptp);
    pptp_limits_default(&f->config.limits);
    f->config.name = "pns";
    f->config.pptp.role = PPTP_ROLE_BOTH;
    f->config.limits.calls = FAKE_CALLS;
    f->config.limits.conns = FAKE_CONNS;
    f->config.limits.window = 4;
    f->config.drain_ns = PPTP_S;
    f->view.remote = 0xc0000201;
    w->config = &f->config;
    w->daemon = &daemon;
    w->d = f;
    w->keeper.fd = w->notify.fd = w->journal_fd = w->signals.fd = -1;
    for (i = 0; i < FAKE_CALLS; i++)
        f->call[i] = PPTP_NONE;
    octets = pptp_peer_octets(&f->config.limits);
    w->peer_mem = aligned_alloc(64, (octets + 63) / 64 * 64);
    f->pool_mem = aligned_alloc(64, pptp_pool_mem_octets(FAKE_PACKETS, 2000));
    PPTP_ASSERT(w->peer_mem != NULL && f->pool_mem != NULL);
    memset(w->peer_mem, 0, octets);
    pptp_pool_init(&w->pool, f->pool_mem, FAKE_PACKETS, 2000);
    w->nas.node.peer = pptp_peer_init(w->peer_mem, &f->config.pptp,
                                      &f->config.limits, &w->pool, 1);
    w->nas.node.act = fake_act;
    PPTP_ASSERT(w->nas.node.peer != NULL && tap_loop_init(&w->loop) == 0);
}

static void fake_end(struct fake *f)
{
    tap_control_close(&f->control);
    tap_loop_fini(&f->world.loop);
    free(f->world.peer_mem);
    free(f->pool_mem);
}

/* One turn of what world.c does. */
static void fake_turn(struct fake *f, pptp_ns wait)
{
    pptp_ns until = tap_now() + wait, next = tap_control_deadline(&f->control);

    PPTP_ASSERT(tap_loop_turn(&f->world.loop, next < until ? next : until) ==
                0);
    tap_control_advance(&f->control, tap_now());
}

#endif
