/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/fake.h"

#include <stdlib.h>
#include <string.h>

static void one_side(struct fake *f, int s, const struct pptp_config *config,
                     const struct pptp_limits *l)
{
    struct fake_side *d = &f->side[s];
    struct pptp_config c = *config;
    size_t n = pptp_peer_octets(l);

    PPTP_ASSERT(n > 0);
    c.role = s == 0 ? PPTP_ROLE_PAC : PPTP_ROLE_PNS;
    d->mem = aligned_alloc(64, n);
    memset(d->mem, 0, n);
    d->addr = pptp_addr_v4(0x0a000001u + (uint32_t)s);
    d->conn = d->call = PPTP_NONE;
    d->peer = pptp_peer_init(d->mem, &c, l, &f->pool, 7u + (uint64_t)s);
    PPTP_ASSERT(d->peer != NULL);
}

void fake_start(struct fake *f, const struct pptp_config *config,
                const struct pptp_limits *limits)
{
    struct pptp_limits l;

    memset(f, 0, sizeof *f);
    pptp_limits_default(&l);
    if (limits != NULL)
        l = *limits;
    f->segment = 65536;
    f->bps = 64000;
    f->pool_mem = aligned_alloc(64, pptp_pool_mem_octets(4096, 128));
    pptp_pool_init(&f->pool, f->pool_mem, 4096, 128);
    one_side(f, 0, config, &l);
    one_side(f, 1, config, &l);
}

static void send_tcp(struct fake *f, struct fake_side *o,
                     const struct pptp_action *a)
{
    if (f->drop_tcp)
        return;
    PPTP_ASSERT(o->tcp_n + a->len <= sizeof o->tcp);
    memcpy(o->tcp + o->tcp_n, a->octets, a->len);
    o->tcp_n += a->len;
}

static void on_action(struct fake *f, int s, const struct pptp_action *a,
                      bool *answer, bool *opened)
{
    struct fake_side *d = &f->side[s], *o = &f->side[!s];

    d->count[a->type]++;
    switch (a->type) {
    case PPTP_ACT_TCP_OPEN: *opened = true; break;
    case PPTP_ACT_TCP_SEND: send_tcp(f, o, a); break;
    case PPTP_ACT_TCP_CLOSE: o->fin = !f->drop_tcp; break;
    case PPTP_ACT_GRE_SEND:
        if (f->gre_hook != NULL && f->gre_hook(f, s, a->pkt))
            break;
        if (f->drop_gre)
            pptp_pool_free(&f->pool, a->pkt);
        else
            o->gre[o->gre_n++] = a->pkt;
        break;
    case PPTP_ACT_FRAME_OUT:
        d->held_call[d->held_n] = a->call;
        d->held[d->held_n++] = a->pkt;
        break;
    case PPTP_ACT_LINE_DIAL:
    case PPTP_ACT_LINE_ANSWER:
        d->call = a->call;
        *answer = !f->mute_line;
        break;
    case PPTP_ACT_CALL_NEW:
    case PPTP_ACT_CALL_UP: d->call = a->call; break;
    case PPTP_ACT_CALL_DOWN: d->end = a->end; break;
    default: break;
    }
}

static void opened_tcp(struct fake *f, int s)
{
    struct fake_side *d = &f->side[s], *o = &f->side[!s];
    struct pptp_tcp_info i = { .local = o->addr,
                               .remote = d->addr,
                               .local_port = 1723,
                               .remote_port = 4000,
                               .authorized = true };

    PPTP_ASSERT(pptp_peer_tcp_accepted(o->peer, f->now, &i, &o->conn) == 0);
    i = (struct pptp_tcp_info){ .local = d->addr,
                                .remote = o->addr,
                                .local_port = 4000,
                                .remote_port = 1723,
                                .authorized = true };
    PPTP_ASSERT(pptp_peer_tcp_event(d->peer, f->now, d->conn,
                                    PPTP_TCP_CONNECTED, &i) == 0);
}

static bool drain(struct fake *f, int s)
{
    struct pptp_action a;
    struct pptp_trace_rec r;
    bool any = false, answer = false, opened = false;

    while (pptp_peer_poll(f->side[s].peer, &a)) {
        on_action(f, s, &a, &answer, &opened);
        any = true;
    }
    while (pptp_peer_trace_poll(f->side[s].peer, &r))
        ;
    if (opened)
        opened_tcp(f, s);
    if (answer) {
        struct pptp_line_info l = { .connect_bps = f->bps, .framing = 2 };

        pptp_peer_line_event(f->side[s].peer, f->now, f->side[s].call,
                             PPTP_LINE_CONNECTED, &l);
    }
    return any;
}

static bool feed(struct fake *f, int s)
{
    struct fake_side *d = &f->side[s];
    bool any = false;

    if (d->tcp_n > 0) {
        size_t n = d->tcp_n < f->segment ? d->tcp_n : f->segment;
        int used = pptp_peer_tcp_input(d->peer, f->now, d->conn, d->tcp, n);

        if (used < 0)
            used = (int)d->tcp_n;
        d->tcp_n -= (size_t)used;
        memmove(d->tcp, d->tcp + used, d->tcp_n);
        return true;
    }
    if (d->fin) {
        d->fin = false;
        pptp_peer_tcp_event(d->peer, f->now, d->conn, PPTP_TCP_CLOSED, NULL);
        return true;
    }
    if (d->gre_n > 0) {
        pptp_pkt k = d->gre[0];

        memmove(d->gre, d->gre + 1, --d->gre_n * sizeof k);
        pptp_peer_gre_input(d->peer, f->now, &f->side[!s].addr, &d->addr, k);
        any = true;
    } else if (d->held_n > 0 && !d->hold_frames) {
        fake_digest(f, s);
        any = true;
    }
    return any;
}

/* Takes frame i of those that are held. */
static pptp_pkt unhold(struct fake_side *d, unsigned i, pptp_call_id *call)
{
    pptp_pkt k = d->held[i];

    PPTP_ASSERT(i < d->held_n);
    *call = d->held_call[i];
    d->held_n--;
    memmove(d->held + i, d->held + i + 1, (d->held_n - i) * sizeof k);
    memmove(d->held_call + i, d->held_call + i + 1,
            (d->held_n - i) * sizeof *call);
    return k;
}

void fake_digest(struct fake *f, int s)
{
    pptp_call_id call;
    pptp_pkt k = unhold(&f->side[s], 0, &call);

    pptp_peer_frame_done(f->side[s].peer, f->now, call, k);
}

void fake_drop(struct fake *f, int s, unsigned i)
{
    pptp_call_id call;
    pptp_pkt k = unhold(&f->side[s], i, &call);

    pptp_peer_frame_dropped(f->side[s].peer, f->now, call, k);
}

void fake_gre(struct fake *f, int to, pptp_pkt pkt)
{
    pptp_peer_gre_input(f->side[to].peer, f->now, &f->side[!to].addr,
                        &f->side[to].addr, pkt);
    fake_run(f);
}

void fake_run(struct fake *f)
{
    bool any;
    int s;

    do {
        for (any = false, s = 0; s < 2; s++) {
            any |= drain(f, s);
            any |= feed(f, s);
            any |= drain(f, s);
        }
    } while (any);
}

void fake_to(struct fake *f, pptp_ns at)
{
    for (fake_run(f);;) {
        pptp_ns a = pptp_peer_deadline(f->side[0].peer);
        pptp_ns b = pptp_peer_deadline(f->side[1].peer);
        pptp_ns next = a < b ? a : b;

        if (next > at)
            break;
        f->now = next > f->now ? next : f->now;
        pptp_peer_advance(f->side[a <= b ? 0 : 1].peer, f->now);
        fake_run(f);
    }
    f->now = at;
}

void fake_connect(struct fake *f, int opener)
{
    struct fake_side *d = &f->side[opener];

    PPTP_ASSERT(pptp_peer_open(d->peer, f->now, &f->side[!opener].addr,
                               &d->conn) == 0);
    fake_run(f);
}

int fake_frame(struct fake *f, int s, uint32_t octets)
{
    pptp_pkt k = pptp_pool_take(&f->pool, PPTP_HEADROOM);

    pptp_pool_at(&f->pool, k)->tail_len = octets;
    return pptp_peer_frame(f->side[s].peer, f->now, f->side[s].call, k);
}

void fake_stop(struct fake *f)
{
    PPTP_ASSERT(f->pool.used == 0);
    free(f->side[0].mem);
    free(f->side[1].mem);
    free(f->pool_mem);
}
