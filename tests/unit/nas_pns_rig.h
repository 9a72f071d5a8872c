/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A PNS (nas/pns.h) over a world that keeps what it is told, and the far end
 * of its calls: a node of its own, which is a VPN client, or a PAC whose
 * callers speak PPP.  One clock, no socket: what is on its way stands in a
 * queue.
 */
#ifndef NAS_PNS_RIG_H
#define NAS_PNS_RIG_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "nas/pns.h"
#include "pptp/msg.h"

enum {
    NEAR,
    FAR,
    CALLS = 4,
    PACKETS = 256,
    BUF = 2112,
    WIRE = 512,
    EVENTS = 128,
    KEPT = 8
};

#define LOCAL 0x0a630001u
#define FIRST 0x0a630010u
#define FIXED 0x0a320005u
#define SERVER 0x0a4d0001u
#define CLIENT 0x0a4d0002u

static struct pptp_pool pool;
static void *pool_mem;
static pptp_ns now;

/* What is on its way between the two, in order. */
enum wire_kind { OPEN, OCTETS, CLOSED, GRE };
static struct {
    enum wire_kind kind;
    int to;
    pptp_pkt pkt;
    uint32_t len;
    uint8_t octets[256];
} wire[WIRE];
static unsigned first, count;

static struct side {
    struct nas_node nas;
    void *mem;
    pptp_conn_id conn;
} side[2];

static struct nas_pns pns;
static struct nas_pns_config config;

/* The far end: its callers' PPP, and how its lines answer. */
static struct nas_ppps callers;
static struct ppp_config caller;
static enum pptp_line_event answer;
static pptp_call_id call_of[CALLS];
static bool speaks[CALLS]; /* PPP has begun there */
static unsigned got_packets;
static bool mute; /* frames of callers are lost */
static bool deaf; /* it hears no Call-Clear-Request */

/* What the PNS told its world. */
static struct nas_event events[EVENTS];
static unsigned events_n;
static struct nas_account account;              /* of the last end */
static void (*also)(const struct nas_event *e); /* is told, too */
static bool no_device, keeps;
static uint32_t up_ip, down_ip;
static struct {
    pptp_call_id call;
    pptp_pkt pkt;
} kept[KEPT];
static unsigned kept_n, out_packets, answers;

/* --- the wire ----------------------------------------------------------- */

static inline void put(enum wire_kind kind, int to, pptp_pkt pkt,
                       const struct pptp_action *a)
{
    unsigned at = (first + count++) % WIRE;

    ck_assert_uint_lt(count, WIRE);
    wire[at].kind = kind;
    wire[at].to = to;
    wire[at].pkt = pkt;
    wire[at].len = kind == OCTETS ? a->len : 0;
    ck_assert_uint_le(wire[at].len, sizeof wire[at].octets);
    if (kind == OCTETS)
        memcpy(wire[at].octets, a->octets, a->len);
}

static inline int other(const void *s)
{
    return s == &side[NEAR] ? FAR : NEAR;
}

static inline void tcp_open(void *ctx, const struct pptp_action *a)
{
    put(OPEN, other(ctx), PPTP_PKT_NONE, a);
}

static inline void tcp_send(void *ctx, const struct pptp_action *a)
{
    put(OCTETS, other(ctx), PPTP_PKT_NONE, a);
}

static inline void tcp_close(void *ctx, const struct pptp_action *a)
{
    put(CLOSED, other(ctx), PPTP_PKT_NONE, a);
}

static inline void gre_send(void *ctx, const struct pptp_action *a)
{
    put(GRE, other(ctx), a->pkt, a);
}

static const struct nas_io io = { .tcp_open = tcp_open,
                                  .tcp_send = tcp_send,
                                  .tcp_close = tcp_close,
                                  .gre_send = gre_send };

static inline void connect_both(void)
{
    struct pptp_tcp_info i = { .local = pptp_addr_v4(SERVER),
                               .remote = pptp_addr_v4(CLIENT),
                               .local_port = 1723,
                               .remote_port = 4000,
                               .authorized = true };

    nas_begin(&side[NEAR].nas, now);
    ck_assert_int_eq(
        pptp_node_tcp_accepted(&side[NEAR].nas.node, &i, &side[NEAR].conn),
        PPTP_OK);
    nas_settle(&side[NEAR].nas);
    i.local = pptp_addr_v4(CLIENT);
    i.remote = pptp_addr_v4(SERVER);
    nas_begin(&side[FAR].nas, now);
    pptp_node_tcp_event(&side[FAR].nas.node, side[FAR].conn,
                        PPTP_TCP_CONNECTED, &i);
    nas_settle(&side[FAR].nas);
}

static inline void give_octets(struct side *s, const uint8_t *octets, size_t n)
{
    int used = 1;

    while (n > 0 && used > 0) {
        nas_begin(&s->nas, now);
        used = pptp_node_tcp_input(&s->nas.node, s->conn, octets, n);
        nas_settle(&s->nas);
        if (used > 0) {
            octets += used;
            n -= (size_t)used;
        }
    }
}

static inline void give_gre(int to, pptp_pkt pkt)
{
    struct pptp_addr server = pptp_addr_v4(SERVER);
    struct pptp_addr client = pptp_addr_v4(CLIENT);

    nas_begin(&side[to].nas, now);
    pptp_node_gre_input(&side[to].nas.node, to == NEAR ? &client : &server,
                        to == NEAR ? &server : &client, pkt);
    nas_settle(&side[to].nas);
}

/* One of what is on its way. */
static inline void deliver(void)
{
    unsigned at = first;
    struct side *s = &side[wire[at].to];

    first = (first + 1) % WIRE;
    count--;
    switch (wire[at].kind) {
    case OPEN: connect_both(); break;
    case OCTETS:
        if (!deaf || pptp_get16(wire[at].octets + 8) != PPTP_CCRQ)
            give_octets(s, wire[at].octets, wire[at].len);
        break;
    case CLOSED:
        nas_begin(&s->nas, now);
        pptp_node_tcp_event(&s->nas.node, s->conn, PPTP_TCP_CLOSED, NULL);
        nas_settle(&s->nas);
        break;
    case GRE: give_gre(wire[at].to, wire[at].pkt); break;
    }
}

/* --- time --------------------------------------------------------------- */

static inline pptp_ns earlier(pptp_ns a, pptp_ns b)
{
    return a < b ? a : b;
}

static inline void advance(void)
{
    int i;

    for (i = 0; i < 2; i++) {
        nas_begin(&side[i].nas, now);
        nas_settle(&side[i].nas);
    }
    nas_pns_advance(&pns, now);
    nas_do(&side[NEAR].nas);
    nas_ppps_advance(&callers, now);
    nas_do(&side[FAR].nas);
}

/* All that happens up to that time. */
static inline void run(pptp_ns seconds)
{
    pptp_ns end = now + seconds * PPTP_S, next;

    for (;;) {
        while (count > 0)
            deliver();
        next = earlier(side[NEAR].nas.deadline, side[FAR].nas.deadline);
        next = earlier(next, nas_pns_deadline(&pns));
        next = earlier(next, nas_ppps_deadline(&callers));
        if (next > end)
            break;
        now = next > now ? next : now;
        advance();
    }
    now = end;
}

/* --- the far end -------------------------------------------------------- */

enum { FAR_LINE = NAS_ROLE };

static inline void far_up(pptp_call_id call)
{
    speaks[pptp_call_slot(call)] = true;
    nas_ppps_begin(&callers, pptp_call_slot(call), now);
}

static inline void far_down(pptp_call_id call)
{
    uint32_t i = pptp_call_slot(call);

    if (speaks[i])
        nas_ppps_down(&callers, i, now);
    speaks[i] = false;
    call_of[i] = PPTP_NONE;
}

static inline void far_frame(pptp_call_id call, pptp_pkt pkt)
{
    uint8_t *ip;
    size_t n;

    if (nas_ppps_input(&callers, pptp_call_slot(call), now, pkt, &ip, &n) ==
        PPP_PROTO_IP)
        got_packets++;
    nas_later(&side[FAR].nas, NAS_FRAME_DONE, call, pkt);
}

static inline void far_action(void *ctx, const struct pptp_action *a)
{
    (void)ctx;
    switch (a->type) {
    case PPTP_ACT_CALL_NEW: call_of[pptp_call_slot(a->call)] = a->call; break;
    case PPTP_ACT_LINE_DIAL:
        nas_later(&side[FAR].nas, FAR_LINE, a->call, PPTP_PKT_NONE);
        break;
    case PPTP_ACT_LINE_ANSWER: /* a line that rang */
        nas_later(&side[FAR].nas, FAR_LINE, a->call, PPTP_PKT_NONE);
        break;
    case PPTP_ACT_CALL_UP: far_up(a->call); break;
    case PPTP_ACT_FRAME_OUT: far_frame(a->call, a->pkt); break;
    case PPTP_ACT_CALL_DOWN: far_down(a->call); break;
    default: break;
    }
}

static inline void far_later(void *ctx, const struct nas_later *l)
{
    struct pptp_line_info info = { .connect_bps = 64000,
                                   .framing = PPTP_FRAMING_ASYNC };

    (void)ctx;
    pptp_node_line_event(&side[FAR].nas.node, l->id, answer, &info);
}

static const struct nas_role far_role = { .action = far_action,
                                          .later = far_later };

static inline void caller_frame(struct nas_ppps *t, uint32_t i, pptp_pkt pkt)
{
    (void)t;
    if (mute || call_of[i] == PPTP_NONE)
        pptp_pool_free(&pool, pkt);
    else
        nas_later(&side[FAR].nas, NAS_FRAME, call_of[i], pkt);
}

static inline void caller_action(struct nas_ppps *t, uint32_t i,
                                 const struct ppp_action *a)
{
    (void)t;
    if (a->type == PPP_ACT_END && call_of[i] != PPTP_NONE && !mute)
        nas_later(&side[FAR].nas, NAS_CALL_CLOSE, call_of[i], PPTP_PKT_NONE);
}

static const struct nas_ppps_owner callers_owner = { .frame = caller_frame,
                                                     .action = caller_action };

static const struct pptp_call_request request = {
    .bearer = PPTP_BEARER_ANALOG,
    .framing = PPTP_FRAMING_EITHER,
    .min_bps = 300,
    .max_bps = 64000,
    .number = "5551234"
};

/* A VPN client dials; or a line of a PAC rings. */
static inline pptp_call_id vpn(void)
{
    struct nas_node *n = &side[FAR].nas;
    pptp_call_id call = PPTP_NONE;

    nas_begin(n, now);
    ck_assert_int_eq(
        pptp_node_call_open(&n->node, side[FAR].conn, &request, &call),
        PPTP_OK);
    call_of[pptp_call_slot(call)] = call;
    nas_settle(n);
    return call;
}

static inline pptp_call_id ring(void)
{
    struct pptp_call_request r = request;
    struct nas_node *n = &side[FAR].nas;
    pptp_call_id call = PPTP_NONE;

    r.framing = PPTP_FRAMING_ASYNC;
    nas_begin(n, now);
    ck_assert_int_eq(pptp_node_ring(&n->node, side[FAR].conn, &r, &call),
                     PPTP_OK);
    call_of[pptp_call_slot(call)] = call;
    nas_settle(n);
    return call;
}

static inline void hang_up(pptp_call_id call)
{
    struct nas_node *n = &side[FAR].nas;

    nas_begin(n, now);
    pptp_node_call_close(&n->node, call);
    nas_settle(n);
}

/* --- the near end's world ----------------------------------------------- */

static inline void on_event(void *ctx, const struct nas_event *e)
{
    struct nas_pns_view v;

    ck_assert_ptr_eq(ctx, &pns);
    ck_assert_uint_lt(events_n, EVENTS);
    events[events_n++] = *e;
    ck_assert_uint_eq(e->index, pptp_call_slot(e->call));
    ck_assert_uint_eq(e->remote, CLIENT);
    /* what it speaks of is there */
    nas_pns_view(&pns, e->index, &v);
    ck_assert_uint_eq(v.call, e->call);
    if (e->kind == NAS_EV_PNS_END)
        account = *e->account;
    if (also != NULL)
        also(e);
}

static inline bool on_address_up(void *ctx, uint32_t session, uint32_t ip)
{
    (void)ctx;
    ck_assert_uint_eq(nas_pns_address(&pns, session), ip);
    up_ip = ip;
    return !no_device;
}

static inline void on_address_down(void *ctx, uint32_t session, uint32_t ip)
{
    (void)ctx;
    ck_assert_uint_eq(nas_pns_address(&pns, session), 0);
    down_ip = ip;
}

static inline bool on_ip_out(void *ctx, pptp_call_id call, pptp_pkt pkt,
                             uint8_t *ip, size_t n)
{
    (void)ctx;
    ck_assert_uint_eq(ip[0], 0x45);
    ck_assert_uint_eq(pptp_get16(ip + 2), n);
    out_packets++;
    if (!keeps)
        return false;
    ck_assert_uint_lt(kept_n, KEPT);
    kept[kept_n].call = call;
    kept[kept_n++].pkt = pkt;
    return true;
}

static inline void on_ip_flush(void *ctx)
{
    unsigned i;

    (void)ctx;
    for (i = 0; i < kept_n; i++)
        nas_pns_ip_done(&pns, kept[i].call, kept[i].pkt);
    kept_n = 0;
}

static inline void on_ip_answer(void *ctx, uint32_t session, const uint8_t *ip,
                                size_t n)
{
    (void)ctx;
    (void)n;
    ck_assert_uint_eq(pptp_get32(ip + 12), nas_pns_address(&pns, session));
    answers++;
}

static const struct nas_pns_world world = { .event = on_event,
                                            .address_up = on_address_up,
                                            .address_down = on_address_down,
                                            .ip_out = on_ip_out,
                                            .ip_flush = on_ip_flush,
                                            .ip_answer = on_ip_answer };

/* Those events and no others since the last time, by name. */
static inline void told(const char *names)
{
    char text[1024] = "";
    unsigned i;

    for (i = 0; i < events_n; i++) {
        if (i > 0)
            strcat(text, " ");
        strcat(text, nas_event_name(events[i].kind) + strlen("PNS_"));
    }
    ck_assert_str_eq(text, names);
    events_n = 0;
}

/* --- both --------------------------------------------------------------- */

static inline void make_side(int i, const struct nas_role *role, void *ctx)
{
    struct pptp_limits l;
    struct pptp_config c;
    size_t octets;

    pptp_limits_default(&l);
    l.calls = CALLS;
    pptp_config_default(&c);
    c.role = PPTP_ROLE_BOTH;
    octets = pptp_peer_octets(&l);
    side[i] = (struct side){ .mem = aligned_alloc(64, octets) };
    memset(side[i].mem, 0, octets);
    side[i].nas.node.peer = pptp_peer_init(side[i].mem, &c, &l, &pool,
                                           (uint64_t)i + 1);
    ck_assert_ptr_nonnull(side[i].nas.node.peer);
    side[i].nas.io = &io;
    side[i].nas.io_ctx = &side[i];
    side[i].nas.role = role;
    side[i].nas.role_ctx = ctx;
    ck_assert_int_eq(nas_node_init(&side[i].nas, 16), PPTP_OK);
}

#define WONDER (const uint8_t *)"wonder"

static struct ppp_secret lines[] = {
    { .client = "alice", .server = "*", .secret = WONDER, .secret_len = 6 },
    { .client = "bob", .server = "*", .secret = WONDER, .secret_len = 6 },
};
static struct ppp_secrets users = { .list = lines, .n = 2 };
static struct ppp_secret known = { .client = "*",
                                   .server = "*",
                                   .secret_len = 6 };
static const struct ppp_secrets knows = { .list = &known, .n = 1 };

static inline void set_up(void)
{
    size_t octets = pptp_pool_mem_octets(PACKETS, BUF);
    unsigned i;

    now = 1000 * PPTP_S;
    first = count = events_n = kept_n = out_packets = answers = 0;
    got_packets = 0;
    up_ip = down_ip = 0;
    no_device = keeps = mute = deaf = false;
    answer = PPTP_LINE_CONNECTED;
    pool_mem = aligned_alloc(64, octets);
    pptp_pool_init(&pool, pool_mem, PACKETS, BUF);
    config = (struct nas_pns_config){ .local = LOCAL,
                                      .mtu = 1396,
                                      .line_bps = 100000000,
                                      .calls = CALLS,
                                      .calls_source = CALLS,
                                      .clamp_mss = true,
                                      .pool = { { FIRST, FIRST + 3 } },
                                      .pools = 1 };
    ppp_config_default(&config.ppp);
    config.ppp.accm = 0;
    config.ppp.ip_local = LOCAL;
    config.ppp.ask_auth = PPP_AUTH_MSCHAP2;
    strcpy(config.ppp.name, "here");
    ppp_config_default(&caller);
    caller.accm = 0;
    caller.give_auth = PPP_AUTH_MSCHAP2;
    caller.secrets = &knows;
    strcpy(caller.user, "alice");
    lines[0].ip_first = lines[0].ip_last = 0;
    lines[1].ip_first = lines[1].ip_last = 0;
    known.secret = WONDER;
    for (i = 0; i < CALLS; i++)
        call_of[i] = PPTP_NONE;
    memset(speaks, 0, sizeof speaks);
}

/* With what config and caller say by now; a connection is there. */
static inline void begin(void)
{
    struct pptp_addr server = pptp_addr_v4(SERVER);

    make_side(NEAR, &nas_pns_role, &pns);
    make_side(FAR, &far_role, NULL);
    pns = (struct nas_pns){ .config = &config,
                            .world = &world,
                            .ctx = &pns,
                            .nas = &side[NEAR].nas,
                            .packets = &pool };
    ck_assert_int_eq(nas_pns_init(&pns, CALLS, 42), PPTP_OK);
    ck_assert_int_eq(nas_pns_secrets(&pns, &users), PPTP_OK);
    callers = (struct nas_ppps){ .owner = &callers_owner, .pool = &pool };
    ck_assert_int_eq(nas_ppps_init(&callers, &caller, CALLS, 7), 0);
    nas_begin(&side[FAR].nas, now);
    ck_assert_int_eq(
        pptp_node_open(&side[FAR].nas.node, &server, &side[FAR].conn),
        PPTP_OK);
    nas_settle(&side[FAR].nas);
    run(1);
    ck_assert_int_eq(
        pptp_peer_conn_state(side[NEAR].nas.node.peer, side[NEAR].conn),
        PPTP_CTRL_ESTABLISHED);
}

static inline void tear_down(void)
{
    int i;

    nas_pns_fini(&pns);
    nas_ppps_fini(&callers);
    for (i = 0; i < 2; i++) {
        nas_node_fini(&side[i].nas);
        free(side[i].mem);
    }
    free(pool_mem);
}

/* --- packets ------------------------------------------------------------ */

/* A header of IPv4 and nothing else. */
static inline void head(uint8_t *ip, uint32_t from, uint32_t to, uint16_t n)
{
    memset(ip, 0, n);
    ip[0] = 0x45;
    pptp_put16(ip + 2, n);
    ip[8] = 64;
    ip[9] = 17;
    pptp_put32(ip + 12, from);
    pptp_put32(ip + 16, to);
    pptp_put16(ip + 10, (uint16_t)~pptp_inet_sum(ip, 20, 0));
}

static inline pptp_pkt packet(uint32_t from, uint32_t to, uint16_t n)
{
    pptp_pkt pkt = pptp_pool_take(&pool, PPTP_HEADROOM + PPP_HEAD_MAX);
    struct pptp_packet *k = pptp_pool_at(&pool, pkt);

    ck_assert_uint_ne(pkt, PPTP_PKT_NONE);
    head(pptp_packet_data(k), from, to, n);
    k->head_len = n;
    return pkt;
}

/* A caller sends one. */
static inline void caller_sends(pptp_call_id call, uint32_t from, uint16_t n)
{
    pptp_pkt pkt = packet(from, 0x01020304, n);

    ck_assert_int_eq(nas_ppps_output(&callers, pptp_call_slot(call), pkt),
                     PPTP_OK);
    nas_begin(&side[FAR].nas, now);
    ck_assert_int_eq(pptp_node_frame(&side[FAR].nas.node, call, pkt), PPTP_OK);
    nas_settle(&side[FAR].nas);
    run(1);
}

#endif
