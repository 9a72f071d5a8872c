/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two hosts with a TCP each, sim/tcp.h, on a link of 10 ms each way that never
 * is full.  All that an owner is told is noted; what is readable is taken at
 * once, unless a test wants to wait.
 */
#ifndef TESTS_UNIT_SIM_TCP_RIG_H
#define TESTS_UNIT_SIM_TCP_RIG_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "sim/tcp.h"

enum {
    RIG_PACKETS = 512,
    RIG_BUF = 1600,
    RIG_ROOM = 1 << 20, /* octets that a side may get */
    RIG_PORT = 1723
};

#define RIG_DELAY (10 * PPTP_MS)

struct rig_side {
    struct sim_sink sink; /* first: packets for it */
    struct sim_tcp tcp;
    struct sim_tcp_conn *conn; /* the last that was connected */
    uint32_t ip, events, told; /* all there were; how often */
    uint8_t *got;
    uint64_t got_n;
    uint64_t sent; /* packets */
    bool waits;    /* takes nothing */
    bool closes;   /* as soon as its peer does */
    void (*hook)(struct rig_side *side, struct sim_tcp_conn *c,
                 uint32_t events);
};

static struct sim_calendar rig_cal;
static struct sim_arena rig_arena;
static struct pptp_pool rig_pool;
static void *rig_mem;
static struct rig_side rig[2];
static struct sim_tcp_config rig_config;
/* What becomes of a side's n-th packet, from 1; false: it is lost. */
static bool (*rig_judge)(int from, uint64_t n, struct pptp_packet *k);
static uint64_t rig_no_packet;

static void rig_read(struct rig_side *s, struct sim_tcp_conn *c)
{
    const uint8_t *octets;
    size_t n;

    while (!s->waits && tcp_readable(&c->tcp) > 0) {
        n = tcp_readable(&c->tcp);
        if (rig_config.octets) {
            n = sim_tcp_peek(c, &octets);
            ck_assert_uint_le(s->got_n + n, RIG_ROOM);
            memcpy(s->got + s->got_n, octets, n);
        }
        s->got_n += n;
        sim_tcp_take(c, (uint32_t)n);
    }
}

static void rig_event(void *ctx, struct sim_tcp_conn *c, uint32_t events)
{
    struct rig_side *s = ctx;

    s->events |= events;
    s->told++;
    if (events & TCPM_EV_CONNECTED)
        s->conn = c;
    if (s->hook != NULL) {
        s->hook(s, c, events);
        return;
    }
    rig_read(s, c);
    if (events & TCPM_EV_PEER_CLOSED && s->closes)
        sim_tcp_close(c);
    if (events & (TCPM_EV_CLOSED | TCPM_EV_FAILED))
        s->conn = NULL;
}

static void rig_emit(void *ctx, struct sim_tcp_conn *c, pptp_pkt pkt)
{
    struct rig_side *s = ctx;
    int from = s != rig;
    struct pptp_packet *k = pptp_pool_at(&rig_pool, pkt);

    (void)c;
    s->sent++;
    if (rig_judge != NULL && !rig_judge(from, s->sent, k))
        pptp_pool_free(&rig_pool, pkt);
    else
        ck_assert(sim_calendar_at(&rig_cal, rig_cal.now + RIG_DELAY,
                                  &rig[1 - from].sink, pkt));
}

static void rig_lost(void *ctx, struct sim_tcp_conn *c, uint32_t octets)
{
    (void)ctx;
    (void)c;
    rig_no_packet += 1 + octets;
}

static const struct sim_tcp_owner rig_owner = { .event = rig_event,
                                                .emit = rig_emit,
                                                .no_packet = rig_lost };

static void rig_arrives(struct sim_sink *s, uint32_t pkt)
{
    struct rig_side *side = (struct rig_side *)(void *)s;

    sim_tcp_input(&side->tcp, pkt);
}

/* rig_config is set. */
static void rig_begin(const struct sim_tcp_owner *owner)
{
    const struct sim_tcp_ground ground = { &rig_cal, &rig_pool, &rig_arena };

    rig_judge = NULL;
    rig_no_packet = 0;
    rig_mem = aligned_alloc(64, pptp_pool_mem_octets(RIG_PACKETS, RIG_BUF));
    pptp_pool_init(&rig_pool, rig_mem, RIG_PACKETS, RIG_BUF);
    ck_assert_int_eq(sim_calendar_init(&rig_cal, 1 << 16), 0);
    for (uint32_t i = 0; i < 2; i++) {
        rig[i] = (struct rig_side){ .sink = { rig_arrives },
                                    .ip = 0x0a000001 + i,
                                    .got = malloc(RIG_ROOM) };
        ck_assert_int_eq(sim_tcp_init(&rig[i].tcp, &rig_config, &ground, owner,
                                      &rig[i], 7 + i),
                         PPTP_OK);
    }
    rig[1].tcp.listen_port = RIG_PORT;
}

static void rig_end(void)
{
    for (int i = 0; i < 2; i++) {
        sim_tcp_fini(&rig[i].tcp);
        free(rig[i].got);
    }
    sim_calendar_fini(&rig_cal);
    sim_arena_fini(&rig_arena);
    free(rig_mem);
}

static void rig_run(pptp_ns ns)
{
    ck_assert(sim_calendar_run(&rig_cal, rig_cal.now + ns));
}

static struct sim_tcp_conn *rig_open(void)
{
    return sim_tcp_open(&rig[0].tcp, &(struct sim_tcp_terms){ 0 }, rig[0].ip,
                        0, rig[1].ip, RIG_PORT);
}

/* Up at both sides, and what came of it forgotten. */
static void rig_connect(void)
{
    rig[0].conn = rig_open();
    ck_assert_ptr_nonnull(rig[0].conn);
    rig_run(PPTP_S);
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(rig[i].events, TCPM_EV_CONNECTED);
        rig[i].events = rig[i].told = 0;
        rig[i].sent = 0;
    }
}

#endif
