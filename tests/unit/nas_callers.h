/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What tests of callers share: an owner of their lines who counts what he
 * hears, and a server's PPP at the other end of the first one's call.
 */
#ifndef TESTS_NAS_CALLERS_H
#define TESTS_NAS_CALLERS_H

#include <check.h>
#include <string.h>

#include "nas/caller.h"
#include "ppp/secrets.h"

enum { PACKETS = 64, BUF = 2112, QUEUE = 64 };

static uint8_t mem[PACKETS * (BUF + 128)] __attribute__((aligned(64)));
static struct pptp_pool pool;
static struct nas_callers *bank; /* set by the test */
static struct nas_ppps server;
static struct ppp_secret good = { .client = "*", .server = "*" };
static struct ppp_secret given = { .client = "*", .server = "*" };
static struct ppp_secrets good_table = { .list = &good, .n = 1 };
static struct ppp_secrets given_table = { .list = &given, .n = 1 };
static pptp_ns at; /* the time */

/* Frames on their way: nothing is fed from within an action. */
static struct {
    bool to_server;
    pptp_pkt pkt;
} queue[QUEUE];
static unsigned first, count, rings, drops;
static enum pptp_line_event last_event;

static void put(bool to_server, pptp_pkt pkt)
{
    ck_assert_uint_lt(count, QUEUE);
    queue[(first + count) % QUEUE].to_server = to_server;
    queue[(first + count++) % QUEUE].pkt = pkt;
}

static void on_ring(struct nas_line *l, pptp_ns now)
{
    struct pptp_call_request r;

    (void)now;
    l->ops->request(l, &r);
    ck_assert_uint_eq(r.max_bps, 64000);
    rings++;
}

static void on_event(struct nas_line *l, pptp_ns now, enum pptp_line_event e)
{
    (void)l;
    (void)now;
    drops += e == PPTP_LINE_DROPPED;
    last_event = e;
}

static void on_frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    (void)l;
    (void)now;
    put(true, pkt);
}

static void on_frame_done(struct nas_line *l, pptp_pkt pkt)
{
    (void)l;
    pptp_pool_free(&pool, pkt);
}

/* a client takes every frame */
static void on_frame_dropped(struct nas_line *l, pptp_pkt pkt)
{
    on_frame_done(l, pkt);
    ck_abort_msg("a frame was dropped");
}

static const struct nas_line_owner owner = {
    .ring = on_ring,
    .event = on_event,
    .frame = on_frame,
    .frame_done = on_frame_done,
    .frame_dropped = on_frame_dropped
};

static void server_frame(struct nas_ppps *t, uint32_t i, pptp_pkt pkt)
{
    (void)t;
    (void)i;
    put(false, pkt);
}

static void server_action(struct nas_ppps *t, uint32_t i,
                          const struct ppp_action *a)
{
    (void)t;
    (void)i;
    (void)a;
}

static const struct nas_ppps_owner server_owner = { .frame = server_frame,
                                                    .action = server_action };

static struct nas_line *line(void)
{
    return &bank->caller[0].line;
}

/* One frame; false: none is on its way. */
static bool turn(void)
{
    pptp_pkt pkt;
    bool to_server;
    uint8_t *packet;
    size_t n;

    if (count == 0)
        return false;
    pkt = queue[first].pkt;
    to_server = queue[first].to_server;
    first = (first + 1) % QUEUE;
    count--;
    if (to_server) {
        nas_ppps_input(&server, 0, at, pkt, &packet, &n);
        pptp_pool_free(&pool, pkt);
    } else {
        line()->ops->frame(line(), at, pkt);
    }
    return true;
}

/* All that is on its way. */
static inline void lose_all(void)
{
    while (count > 0) {
        pptp_pool_free(&pool, queue[first].pkt);
        first = (first + 1) % QUEUE;
        count--;
    }
}

/* Until nothing is on its way. */
static void turns(void)
{
    while (turn())
        ;
}

/* A configuration of callers whose password that is. */
static void prepare(struct nas_callers_config *c, const char *password,
                    pptp_ns redial_ns, uint32_t callers)
{
    memset(c, 0, sizeof *c);
    first = count = rings = drops = 0;
    at = 1000 * PPTP_S;
    ck_assert_uint_le(pptp_pool_mem_octets(PACKETS, BUF), sizeof mem);
    pptp_pool_init(&pool, mem, PACKETS, BUF);
    good.secret = (uint8_t *)(uintptr_t) "wonder";
    good.secret_len = 6;
    given.secret = (uint8_t *)(uintptr_t)password;
    given.secret_len = (uint8_t)strlen(password);
    c->count = callers;
    c->bps = 64000;
    c->redial_ns = redial_ns;
    c->redial_max_ns = 64 * redial_ns;
    c->redial_jitter = 0.25;
    c->mtu = 1400;
    ppp_config_default(&c->ppp);
    strcpy(c->ppp.user, "alice");
    c->ppp.give_auth = PPP_AUTH_MSCHAP2;
}

/* Everybody's line has an owner; the callers' times are in their order. */
static void own(uint32_t callers)
{
    uint32_t i;

    bank->ppps.pool = &pool;
    for (i = 0; i < callers; i++) {
        bank->caller[i].line.owner = &owner;
        if (callers > 1 && bank->config->rate == 0)
            heap_set(&bank->timers, i, i + 1);
    }
}

static void begin_server(const struct ppp_config *more)
{
    struct ppp_config s;

    if (more != NULL)
        s = *more;
    else
        ppp_config_default(&s);
    s.ask_auth = PPP_AUTH_MSCHAP2;
    s.ip_local = 0x0a000001;
    s.ip_peer = 0x0a000002;
    s.secrets = &good_table;
    memset(&server, 0, sizeof server);
    server.owner = &server_owner;
    server.pool = &pool;
    ck_assert_int_eq(nas_ppps_init(&server, &s, 1, 1), 0);
}

/* Its time has come: it calls, and is answered. */
static void answered(void)
{
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(rings, 1);
    nas_ppps_begin(&server, 0, at);
    line()->ops->answer(line(), at);
}

#endif
