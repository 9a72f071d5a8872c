/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/rig.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

void rig_start(struct rig *r, const struct pptp_config *config,
               const struct pptp_limits *limits)
{
    struct pptp_limits l;
    size_t n;

    /* not the 17 MB of actions: valgrind would take its time */
    memset(r, 0, offsetof(struct rig, acts));
    r->from = r->n = 0;
    r->hash = 0;
    pptp_limits_default(&l);
    if (limits != NULL)
        l = *limits;
    n = pptp_peer_octets(&l);
    ck_assert_uint_gt(n, 0);
    r->mem = aligned_alloc(64, n);
    memset(r->mem, 0, n);
    r->pool_mem = aligned_alloc(64, pptp_pool_mem_octets(4096, 128));
    pptp_pool_init(&r->pool, r->pool_mem, 4096, 128);
    r->local = pptp_addr_v4(0x0a000002u);
    r->peer = pptp_peer_init(r->mem, config, &l, &r->pool, 11);
    ck_assert_ptr_nonnull(r->peer);
}

static void keep(struct rig *r, const struct pptp_action *a)
{
    struct rig_act *k;

    ck_assert_uint_lt(r->n, RIG_MAX);
    k = &r->acts[r->n++];
    k->a = *a;
    if (a->type == PPTP_ACT_TCP_SEND)
        ck_assert_int_eq(pptp_msg_decode(a->octets, a->len, &k->msg),
                         (int)a->len);
    /* the test's line and wire swallow packets at once */
    if (a->type == PPTP_ACT_GRE_SEND)
        pptp_pool_free(&r->pool, a->pkt);
}

static void drain(struct rig *r)
{
    struct pptp_action a;
    struct pptp_trace_rec t;

    if (r->from == r->n)
        r->from = r->n = 0;
    do {
        while (pptp_peer_poll(r->peer, &a)) {
            keep(r, &a);
            if (a.type == PPTP_ACT_FRAME_OUT)
                pptp_peer_frame_done(r->peer, r->now, a.call, a.pkt);
        }
        while (pptp_peer_trace_poll(r->peer, &t))
            r->hash = pptp_trace_hash(r->hash, &t);
        if (pptp_peer_deadline(r->peer) > r->now)
            break;
        pptp_peer_advance(r->peer, r->now);
    } while (true);
}

void rig_stop(struct rig *r)
{
    rig_quiet(r);
    ck_assert_uint_eq(r->pool.used, 0);
    free(r->mem);
    free(r->pool_mem);
}

static struct pptp_tcp_info ends(const struct rig *r, uint32_t remote,
                                 bool ours)
{
    struct pptp_tcp_info i = { .local = r->local,
                               .remote = pptp_addr_v4(remote),
                               .local_port = ours ? 4000 : PPTP_PORT,
                               .remote_port = ours ? PPTP_PORT : 4000,
                               .authorized = true };

    return i;
}

pptp_conn_id rig_accept(struct rig *r, uint32_t from)
{
    struct pptp_tcp_info i = ends(r, from, false);
    pptp_conn_id c;

    ck_assert_int_eq(pptp_peer_tcp_accepted(r->peer, r->now, &i, &c), 0);
    drain(r);
    return c;
}

pptp_conn_id rig_open(struct rig *r, uint32_t to)
{
    struct pptp_tcp_info i = ends(r, to, true);
    pptp_conn_id c;

    ck_assert_int_eq(pptp_peer_open(r->peer, r->now, &i.remote, &c), 0);
    drain(r);
    rig_took(r, PPTP_ACT_TCP_OPEN);
    ck_assert_int_eq(
        pptp_peer_tcp_event(r->peer, r->now, c, PPTP_TCP_CONNECTED, &i), 0);
    drain(r);
    return c;
}

int rig_octets(struct rig *r, pptp_conn_id c, const uint8_t *o, size_t n)
{
    int used = 0;

    do {
        used = pptp_peer_tcp_input(r->peer, r->now, c, o, n);
        drain(r);
        if (used <= 0)
            return used;
        o += used;
        n -= (size_t)used;
    } while (n > 0);
    return used;
}

void rig_msg(struct rig *r, pptp_conn_id c, const struct pptp_msg *m)
{
    uint8_t o[PPTP_MSG_MAX];

    ck_assert_int_ge(rig_octets(r, c, o, pptp_msg_encode(m, o)), 0);
}

void rig_tcp(struct rig *r, pptp_conn_id c, enum pptp_tcp_event e)
{
    ck_assert_int_eq(pptp_peer_tcp_event(r->peer, r->now, c, e, NULL), 0);
    drain(r);
}

void rig_line(struct rig *r, pptp_call_id call, enum pptp_line_event e,
              const struct pptp_line_info *info)
{
    ck_assert_int_eq(pptp_peer_line_event(r->peer, r->now, call, e, info), 0);
    drain(r);
}

void rig_gre(struct rig *r, uint32_t from, const uint8_t *head, size_t n,
             uint32_t tail)
{
    pptp_pkt k = pptp_pool_take(&r->pool, 0);
    struct pptp_packet *q = pptp_pool_at(&r->pool, k);
    struct pptp_addr a = pptp_addr_v4(from);

    memcpy(pptp_packet_data(q), head, n);
    q->head_len = (uint16_t)n;
    q->tail_len = tail;
    pptp_peer_gre_input(r->peer, r->now, &a, &r->local, k);
    drain(r);
}

void rig_to(struct rig *r, pptp_ns at)
{
    pptp_ns next;

    ck_assert_uint_ge(at, r->now);
    drain(r);
    while ((next = pptp_peer_deadline(r->peer)) <= at) {
        r->now = next > r->now ? next : r->now;
        pptp_peer_advance(r->peer, r->now);
        drain(r);
    }
    r->now = at;
}

pptp_conn_id rig_up(struct rig *r, uint32_t from)
{
    pptp_conn_id c = rig_accept(r, from);
    struct pptp_msg m = { .type = PPTP_SCCRQ };

    m.sccrq.protocol_version = PPTP_VERSION;
    rig_msg(r, c, &m);
    ck_assert_uint_eq(rig_sent(r, c, PPTP_SCCRP)->sccrp.result, PPTP_SCCRP_OK);
    rig_took(r, PPTP_ACT_CONN_UP);
    return c;
}

const struct rig_act *rig_took(struct rig *r, enum pptp_action_type t)
{
    ck_assert_uint_lt(r->from, r->n);
    ck_assert_uint_eq(r->acts[r->from].a.type, t);
    return &r->acts[r->from++];
}

const struct pptp_msg *rig_sent(struct rig *r, pptp_conn_id c,
                                enum pptp_msg_type t)
{
    const struct rig_act *a = rig_took(r, PPTP_ACT_TCP_SEND);

    ck_assert_uint_eq(a->a.conn, c);
    ck_assert_str_eq(pptp_msg_name(a->msg.type), pptp_msg_name(t));
    return &a->msg;
}

void rig_quiet(const struct rig *r)
{
    ck_assert_uint_eq(r->from, r->n);
}

size_t rig_skip(struct rig *r, enum pptp_action_type t)
{
    size_t n = 0;

    for (; r->from < r->n; r->from++)
        n += r->acts[r->from].a.type == t;
    return n;
}
