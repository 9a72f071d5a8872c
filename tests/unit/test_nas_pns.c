/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PNS, nas/pns.h, with calls of a far end: a node of its own, which is a
 * VPN client, or a PAC whose callers speak PPP. One clock, no socket. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "nas/pns.h"

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
static unsigned got_packets;
static bool mute; /* frames of callers are lost */

/* What the PNS told its world. */
static struct nas_event events[EVENTS];
static unsigned events_n;
static struct nas_account account; /* of the last end */
static bool no_device, keeps;
static uint32_t up_ip, down_ip;
static struct {
    pptp_call_id call;
    pptp_pkt pkt;
} kept[KEPT];
static unsigned kept_n, out_packets, answers;

/* --- the wire ----------------------------------------------------------- */

static void put(enum wire_kind kind, int to, pptp_pkt pkt,
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

static int other(const void *s)
{
    return s == &side[NEAR] ? FAR : NEAR;
}

static void tcp_open(void *ctx, const struct pptp_action *a)
{
    put(OPEN, other(ctx), PPTP_PKT_NONE, a);
}

static void tcp_send(void *ctx, const struct pptp_action *a)
{
    put(OCTETS, other(ctx), PPTP_PKT_NONE, a);
}

static void tcp_close(void *ctx, const struct pptp_action *a)
{
    put(CLOSED, other(ctx), PPTP_PKT_NONE, a);
}

static void gre_send(void *ctx, const struct pptp_action *a)
{
    put(GRE, other(ctx), a->pkt, a);
}

static const struct nas_io io = { .tcp_open = tcp_open,
                                  .tcp_send = tcp_send,
                                  .tcp_close = tcp_close,
                                  .gre_send = gre_send };

static void connect_both(void)
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

static void give_octets(struct side *s, const uint8_t *octets, size_t n)
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

static void give_gre(int to, pptp_pkt pkt)
{
    struct pptp_addr server = pptp_addr_v4(SERVER);
    struct pptp_addr client = pptp_addr_v4(CLIENT);

    nas_begin(&side[to].nas, now);
    pptp_node_gre_input(&side[to].nas.node, to == NEAR ? &client : &server,
                        to == NEAR ? &server : &client, pkt);
    nas_settle(&side[to].nas);
}

/* One of what is on its way. */
static void deliver(void)
{
    unsigned at = first;
    struct side *s = &side[wire[at].to];

    first = (first + 1) % WIRE;
    count--;
    switch (wire[at].kind) {
    case OPEN: connect_both(); break;
    case OCTETS: give_octets(s, wire[at].octets, wire[at].len); break;
    case CLOSED:
        nas_begin(&s->nas, now);
        pptp_node_tcp_event(&s->nas.node, s->conn, PPTP_TCP_CLOSED, NULL);
        nas_settle(&s->nas);
        break;
    case GRE: give_gre(wire[at].to, wire[at].pkt); break;
    }
}

/* --- time --------------------------------------------------------------- */

static pptp_ns earlier(pptp_ns a, pptp_ns b)
{
    return a < b ? a : b;
}

static void advance(void)
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
static void run(pptp_ns seconds)
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

static void far_up(pptp_call_id call)
{
    nas_ppps_begin(&callers, pptp_call_slot(call), now);
}

static void far_frame(pptp_call_id call, pptp_pkt pkt)
{
    uint8_t *ip;
    size_t n;

    if (nas_ppps_input(&callers, pptp_call_slot(call), now, pkt, &ip, &n) ==
        PPP_PROTO_IP)
        got_packets++;
    nas_later(&side[FAR].nas, NAS_FRAME_DONE, call, pkt);
}

static void far_action(void *ctx, const struct pptp_action *a)
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
    case PPTP_ACT_CALL_DOWN:
        nas_ppps_down(&callers, pptp_call_slot(a->call), now);
        call_of[pptp_call_slot(a->call)] = PPTP_NONE;
        break;
    default: break;
    }
}

static void far_later(void *ctx, const struct nas_later *l)
{
    struct pptp_line_info info = { .connect_bps = 64000,
                                   .framing = PPTP_FRAMING_ASYNC };

    (void)ctx;
    pptp_node_line_event(&side[FAR].nas.node, l->id, answer, &info);
}

static const struct nas_role far_role = { .action = far_action,
                                          .later = far_later };

static void caller_frame(struct nas_ppps *t, uint32_t i, pptp_pkt pkt)
{
    (void)t;
    if (mute || call_of[i] == PPTP_NONE)
        pptp_pool_free(&pool, pkt);
    else
        nas_later(&side[FAR].nas, NAS_FRAME, call_of[i], pkt);
}

static void caller_action(struct nas_ppps *t, uint32_t i,
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
static pptp_call_id vpn(void)
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

static pptp_call_id ring(void)
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

static void hang_up(pptp_call_id call)
{
    struct nas_node *n = &side[FAR].nas;

    nas_begin(n, now);
    pptp_node_call_close(&n->node, call);
    nas_settle(n);
}

/* --- the near end's world ----------------------------------------------- */

static void on_event(void *ctx, const struct nas_event *e)
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
}

static bool on_address_up(void *ctx, uint32_t session, uint32_t ip)
{
    (void)ctx;
    ck_assert_uint_eq(nas_pns_address(&pns, session), ip);
    up_ip = ip;
    return !no_device;
}

static void on_address_down(void *ctx, uint32_t session, uint32_t ip)
{
    (void)ctx;
    ck_assert_uint_eq(nas_pns_address(&pns, session), 0);
    down_ip = ip;
}

static bool on_ip_out(void *ctx, pptp_call_id call, pptp_pkt pkt, uint8_t *ip,
                      size_t n)
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

static void on_ip_flush(void *ctx)
{
    unsigned i;

    (void)ctx;
    for (i = 0; i < kept_n; i++)
        nas_pns_ip_done(&pns, kept[i].call, kept[i].pkt);
    kept_n = 0;
}

static void on_ip_answer(void *ctx, uint32_t session, const uint8_t *ip,
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
static void told(const char *names)
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

static void make_side(int i, const struct nas_role *role, void *ctx)
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

static void set_up(void)
{
    size_t octets = pptp_pool_mem_octets(PACKETS, BUF);
    unsigned i;

    now = 1000 * PPTP_S;
    first = count = events_n = kept_n = out_packets = answers = 0;
    got_packets = 0;
    up_ip = down_ip = 0;
    no_device = keeps = mute = false;
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
}

/* With what config and caller say by now; a connection is there. */
static void begin(void)
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

static void tear_down(void)
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

/* --- a life ------------------------------------------------------------- */

/* A VPN client comes, is given an address, hangs up. */
START_TEST(client_comes_and_goes)
{
    struct nas_pns_view v;
    pptp_call_id call;
    pptp_ns began;

    begin();
    began = now;
    call = vpn();
    run(5);
    told("NEW UP");
    ck_assert_uint_eq(events[1].ip, up_ip);
    ck_assert(up_ip >= FIRST && up_ip <= FIRST + 3);
    nas_pns_view(&pns, pptp_call_slot(events[0].call), &v);
    ck_assert(v.begun && v.up);
    ck_assert_str_eq(v.user, "alice");
    ck_assert_str_eq(v.claimed, "alice");
    ck_assert_uint_eq(v.ip, up_ip);
    ck_assert_uint_eq(v.mtu, 1396);
    ck_assert_uint_eq(pns.sessions, 1);
    run(60);
    hang_up(call);
    run(1);
    told("END");
    ck_assert_int_eq(account.why, NAS_END_CALL);
    ck_assert_uint_eq(account.ip, up_ip);
    ck_assert_uint_eq(account.remote, CLIENT);
    ck_assert_uint_ge(account.up_ns, began);
    ck_assert_uint_eq(account.end_ns, began + 65 * PPTP_S);
    ck_assert_uint_eq(down_ip, up_ip);
    ck_assert_uint_eq(pns.sessions, 0);
    ck_assert_uint_eq(nas_pns_call_at(&pns, 0), PPTP_NONE);
    ck_assert_uint_eq(map_get(&pns.calls_source, CLIENT), BASE_MAP_NONE);
    ck_assert_uint_eq(nas_pns_deadline(&pns), PPTP_NEVER);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

/* A PAC rings: our PPP begins, and tells the PAC its maps. */
START_TEST(pac_rings)
{
    struct pptp_call_info info;
    pptp_call_id call;

    config.ppp.accm = 0x000a0000;
    begin();
    call = ring();
    run(5);
    told("NEW UP");
    ck_assert_int_eq(pptp_peer_call_info(side[FAR].nas.node.peer, call, &info),
                     PPTP_OK);
    ck_assert_uint_eq(info.rx_accm, 0x000a0000);
    /* the user says goodbye: IPCP first */
    nas_ppps_close(&callers, pptp_call_slot(call), now);
    nas_do(&side[FAR].nas);
    run(10);
    told("DOWN END");
    ck_assert_int_eq(account.why, NAS_END_PPP);
    ck_assert_int_eq(account.reason, PPP_END_PEER);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

START_TEST(connection_ends)
{
    begin();
    vpn();
    run(5);
    told("NEW UP");
    nas_begin(&side[NEAR].nas, now);
    pptp_node_tcp_event(&side[NEAR].nas.node, side[NEAR].conn, PPTP_TCP_CLOSED,
                        NULL);
    nas_settle(&side[NEAR].nas);
    told("END");
    ck_assert_int_eq(account.why, NAS_END_CONN);
}
END_TEST

/* --- calls that we place ------------------------------------------------- */

START_TEST(we_dial)
{
    pptp_call_id call = PPTP_NONE;

    begin();
    ck_assert_int_eq(nas_pns_dial(&pns, now, side[NEAR].conn, &request, &call),
                     PPTP_OK);
    told("NEW");
    ck_assert_uint_eq(nas_pns_call_at(&pns, pptp_call_slot(call)), call);
    run(5);
    told("ANSWERED UP");
    nas_pns_close(&pns, now, call, true);
    nas_do(&side[NEAR].nas);
    run(10);
    told("DOWN END");
    ck_assert_int_eq(account.reason, PPP_END_LOCAL);
    nas_pns_close(&pns, now, call, true); /* nothing happens */
    /* a line that is busy */
    answer = PPTP_LINE_BUSY;
    ck_assert_int_eq(nas_pns_dial(&pns, now, side[NEAR].conn, &request, &call),
                     PPTP_OK);
    run(5);
    ck_assert_uint_eq(events_n, 3);
    ck_assert_uint_eq(events[1].call, call);
    told("NEW UNANSWERED END");
    ck_assert_uint_eq(account.up_ns, 0);
    ck_assert_uint_eq(pns.sessions, 0);
    /* nobody to ask */
    ck_assert_int_eq(nas_pns_dial(&pns, now, 12345, &request, &call),
                     PPTP_ERR_UNKNOWN);
    nas_pns_drain(&pns);
    ck_assert_int_eq(nas_pns_dial(&pns, now, side[NEAR].conn, &request, &call),
                     PPTP_ERR_STATE);
    told("");
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

/* --- who does not come in ------------------------------------------------ */

/* A client hears it as his line's answer, a PAC by the call's end. */
START_TEST(one_too_many)
{
    config.calls_source = 1;
    begin();
    vpn();
    run(5);
    told("NEW UP");
    vpn();
    run(1);
    ck_assert_uint_eq(events[1].value, NAS_PNS_SOURCE);
    told("NEW REFUSED END");
    ck_assert_int_eq(account.why, NAS_END_REFUSED);
    config.calls_source = CALLS;
    config.calls = 1;
    ring();
    run(1);
    ck_assert_uint_eq(events[1].value, NAS_PNS_FULL);
    told("NEW REFUSED END");
    nas_pns_drain(&pns);
    ring();
    run(1);
    ck_assert_uint_eq(events[1].value, NAS_PNS_DRAINING);
    told("NEW REFUSED END");
    ck_assert_uint_eq(pns.stats.calls_refused, 3);
    ck_assert_uint_eq(pns.sessions, 1);
    nas_pns_close_all(&pns, now, true);
    run(10);
    told("DOWN END");
    ck_assert_uint_eq(pns.sessions, 0);
}
END_TEST

START_TEST(wrong_secret)
{
    known.secret = (const uint8_t *)"wander";
    begin();
    vpn();
    run(60);
    told("NEW END");
    ck_assert_int_eq(account.why, NAS_END_PPP);
    ck_assert_int_eq(account.reason, PPP_END_AUTH_PEER);
    ck_assert_str_eq(account.user, "");
    ck_assert_uint_eq(account.ip, 0);
}
END_TEST

START_TEST(pool_is_dry)
{
    config.pool[0].last = FIRST;
    begin();
    vpn();
    run(5);
    told("NEW UP");
    vpn();
    run(10);
    ck_assert_uint_eq(events[1].value, NAS_AAA_NONE_FREE);
    told("NEW NO_ADDRESS END");
    ck_assert_int_eq(account.why, NAS_END_NO_ADDRESS);
    ck_assert_uint_eq(pns.stats.no_address, 1);
    /* other pools, and there is one */
    config.pool[0].last = FIRST + 1;
    nas_pns_changed(&pns);
    vpn();
    run(10);
    told("NEW UP");
}
END_TEST

/* He proves who he is once more: what is left of before ends. */
START_TEST(taken_over)
{
    lines[0].ip_first = lines[0].ip_last = FIXED;
    begin();
    vpn();
    run(5);
    ck_assert_uint_eq(events[1].ip, FIXED);
    told("NEW UP");
    vpn();
    run(5);
    ck_assert_uint_eq(events[1].index, 0);
    ck_assert_uint_eq(events[1].ip, FIXED);
    told("NEW TAKEN_OVER END UP");
    ck_assert_uint_eq(account.ip, FIXED);
    ck_assert_uint_eq(down_ip, FIXED);
    ck_assert_uint_eq(nas_pns_address(&pns, 1), FIXED);
    ck_assert_uint_eq(pns.sessions, 1);
}
END_TEST

/* The line names one that is something else. */
START_TEST(cannot_be_given)
{
    lines[0].ip_first = lines[0].ip_last = LOCAL;
    begin();
    vpn();
    run(10);
    ck_assert_uint_eq(events[1].value, NAS_AAA_TAKEN);
    ck_assert_uint_eq(events[1].ip, LOCAL);
    told("NEW NO_ADDRESS END");
}
END_TEST

/* The world has no device; IPCP ends with another address than was given. */
START_TEST(no_way_for_it)
{
    no_device = true;
    begin();
    vpn();
    run(5);
    told("NEW NO_DEVICE END");
    no_device = false;
    vpn();
    while (pns.session[1].ip == 0 && count > 0)
        deliver();
    pns.session[1].ip = FIXED;
    run(5);
    told("NEW NOT_TAKEN END");
}
END_TEST

/* --- time --------------------------------------------------------------- */

START_TEST(session_time)
{
    config.session_ns = 30 * PPTP_S;
    begin();
    vpn();
    run(29);
    told("NEW UP");
    run(10);
    told("SESSION_TIME DOWN END");
    ck_assert_int_eq(account.why, NAS_END_SESSION_TIME);
    ck_assert_uint_eq(pns.stats.session_ended, 1);
}
END_TEST

static pptp_pkt packet(uint32_t from, uint32_t to, uint16_t n);
static void caller_sends(pptp_call_id call, uint32_t from, uint16_t n);

/* A packet leaves him his time; and what is read again counts. */
START_TEST(idle_time)
{
    pptp_call_id call;

    begin();
    call = vpn();
    run(5);
    told("NEW UP");
    config.idle_ns = 30 * PPTP_S;
    nas_pns_changed(&pns);
    run(20);
    ck_assert_int_eq(
        nas_pns_ip_in(&pns, now, NAS_PNS_ANY, packet(0x01020304, up_ip, 100)),
        PPTP_OK);
    run(25);
    caller_sends(call, up_ip, 100);
    run(25);
    told("");
    run(30);
    told("IDLE_TIME DOWN END");
    ck_assert_int_eq(account.why, NAS_END_IDLE_TIME);
    ck_assert_uint_eq(account.tx_packets, 1);
    ck_assert_uint_eq(account.tx_octets, 100);
    ck_assert_uint_eq(pns.stats.idle_ended, 1);
}
END_TEST

/* Nobody speaks PPP there. */
START_TEST(silence)
{
    struct nas_pns_view v;

    mute = true;
    begin();
    vpn();
    run(0);
    nas_pns_view(&pns, 0, &v);
    ck_assert(!v.begun); /* he is to begin, for a second */
    run(2);
    nas_pns_view(&pns, 0, &v);
    ck_assert(v.begun);
    run(60);
    told("NEW NO_GRE END");
    ck_assert_int_eq(account.reason, PPP_END_NO_ANSWER);
    /* we may be told to wait for him, a minute */
    config.silent = true;
    ring();
    run(59);
    told("NEW");
    run(10);
    told("NO_GRE END");
    mute = false;
    ring();
    run(10);
    told("NEW UP");
}
END_TEST

static void begin_anew(pptp_call_id call)
{
    nas_ppps_begin(&callers, pptp_call_slot(call), now);
    nas_do(&side[FAR].nas);
    run(10);
}

/* Who negotiates anew keeps his address, and is no newcomer; somebody else
 * gets one of his own. */
START_TEST(negotiates_anew)
{
    struct nas_pns_view v;
    pptp_call_id call;
    uint32_t ip;
    pptp_ns up_ns;

    lines[1].ip_first = lines[1].ip_last = FIXED;
    begin();
    call = vpn();
    run(5);
    told("NEW UP");
    ip = up_ip;
    nas_pns_view(&pns, 0, &v);
    up_ns = v.up_ns;
    begin_anew(call);
    told("DOWN UP");
    ck_assert_uint_eq(up_ip, ip);
    ck_assert_uint_eq(down_ip, 0);
    ck_assert_uint_eq(nas_pool_holder(&pns.pool, ip), 0);
    nas_ppps_fini(&callers);
    callers = (struct nas_ppps){ .owner = &callers_owner, .pool = &pool };
    strcpy(caller.user, "bob");
    ck_assert_int_eq(nas_ppps_init(&callers, &caller, CALLS, 8), 0);
    begin_anew(call);
    told("DOWN UP");
    ck_assert_uint_eq(down_ip, ip);
    ck_assert_uint_eq(up_ip, FIXED);
    ck_assert_uint_eq(nas_pool_holder(&pns.pool, ip), BASE_MAP_NONE);
    nas_pns_view(&pns, 0, &v);
    ck_assert_str_eq(v.user, "bob");
    ck_assert_uint_eq(v.up_ns, up_ns);
}
END_TEST

/* Users may be others while he is there: he stays, and is not asked for. */
START_TEST(users_change)
{
    static const struct ppp_secrets none = { .list = NULL };

    begin();
    vpn();
    run(5);
    told("NEW UP");
    ck_assert_int_eq(nas_pns_secrets(&pns, &none), PPTP_OK);
    run(5);
    told("");
    vpn();
    run(60);
    told("NEW END");
    ck_assert_int_eq(account.reason, PPP_END_AUTH_PEER);
}
END_TEST

/* --- packets ------------------------------------------------------------ */

static void head(uint8_t *ip, uint32_t from, uint32_t to, uint16_t n)
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

static pptp_pkt packet(uint32_t from, uint32_t to, uint16_t n)
{
    pptp_pkt pkt = pptp_pool_take(&pool, PPTP_HEADROOM + PPP_HEAD_MAX);
    struct pptp_packet *k = pptp_pool_at(&pool, pkt);

    ck_assert_uint_ne(pkt, PPTP_PKT_NONE);
    head(pptp_packet_data(k), from, to, n);
    k->head_len = n;
    return pkt;
}

/* A caller sends one. */
static void caller_sends(pptp_call_id call, uint32_t from, uint16_t n)
{
    pptp_pkt pkt = packet(from, 0x01020304, n);

    ck_assert_int_eq(nas_ppps_output(&callers, pptp_call_slot(call), pkt),
                     PPTP_OK);
    nas_begin(&side[FAR].nas, now);
    ck_assert_int_eq(pptp_node_frame(&side[FAR].nas.node, call, pkt), PPTP_OK);
    nas_settle(&side[FAR].nas);
    run(1);
}

/* From a session: its own address, IPv4; given back at once or later. */
START_TEST(packets_from_him)
{
    pptp_call_id call;
    pptp_pkt bad;

    begin();
    call = vpn();
    run(5);
    caller_sends(call, up_ip, 100);
    ck_assert_uint_eq(out_packets, 1);
    caller_sends(call, up_ip + 1, 100);
    ck_assert_uint_eq(pns.stats.spoofed, 1);
    bad = packet(up_ip, 0x01020304, 40);
    pptp_packet_data(pptp_pool_at(&pool, bad))[0] = 0x65;
    nas_ppps_output(&callers, pptp_call_slot(call), bad);
    nas_begin(&side[FAR].nas, now);
    pptp_node_frame(&side[FAR].nas.node, call, bad);
    nas_settle(&side[FAR].nas);
    run(1);
    ck_assert_uint_eq(pns.stats.not_ipv4, 1);
    ck_assert_uint_eq(out_packets, 1);
    keeps = true;
    caller_sends(call, up_ip, 60);
    caller_sends(call, up_ip, 70);
    ck_assert_uint_eq(kept_n, 2);
    /* what is no packet comes back in order: all is wanted back */
    caller_sends(call, up_ip + 1, 100);
    ck_assert_uint_eq(kept_n, 0);
    ck_assert_uint_eq(out_packets, 3);
    hang_up(call);
    run(1);
    ck_assert_uint_eq(account.rx_packets, 3);
    ck_assert_uint_eq(account.rx_octets, 230);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

static void gives(uint32_t to, uint16_t n, int result)
{
    pptp_pkt pkt = packet(0x01020304, to, n);

    ck_assert_int_eq(nas_pns_ip_in(&pns, now, NAS_PNS_ANY, pkt), result);
    if (result != PPTP_OK)
        pptp_pool_free(&pool, pkt);
    run(1);
}

/* To a session: by address, or by its device. */
START_TEST(packets_to_him)
{
    pptp_pkt pkt;

    begin();
    vpn();
    run(5);
    gives(up_ip, 100, PPTP_OK);
    ck_assert_uint_eq(got_packets, 1);
    gives(up_ip + 1, 100, PPTP_ERR_UNKNOWN);
    ck_assert_uint_eq(pns.stats.tun_unknown, 1);
    ck_assert_int_eq(
        nas_pns_ip_in(&pns, now, 0, packet(0x01020304, FIXED, 100)), PPTP_OK);
    run(1);
    ck_assert_uint_eq(got_packets, 2);
    pkt = packet(0x01020304, up_ip, 100);
    ck_assert_int_eq(nas_pns_ip_in(&pns, now, 3, pkt), PPTP_ERR_UNKNOWN);
    pptp_pool_free(&pool, pkt);
    pkt = packet(0x01020304, up_ip, 100);
    pptp_packet_data(pptp_pool_at(&pool, pkt))[0] = 0x60;
    ck_assert_int_eq(nas_pns_ip_in(&pns, now, NAS_PNS_ANY, pkt), PPTP_OK);
    ck_assert_uint_eq(pns.stats.tun_not_ipv4, 1);
    ck_assert_uint_eq(pns.session[0].tx_packets, 2);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

/* More than he takes at once: the core says so, and when he does again. */
START_TEST(held)
{
    uint64_t lost;
    unsigned i;

    begin();
    vpn();
    run(5);
    for (i = 0; i < 200; i++)
        ck_assert_int_eq(nas_pns_ip_in(&pns, now, NAS_PNS_ANY,
                                       packet(0x01020304, up_ip, 100)),
                         PPTP_OK);
    lost = pns.stats.tun_held;
    ck_assert_uint_gt(lost, 0);
    run(1);
    ck_assert_uint_eq(got_packets, 200 - lost);
    gives(up_ip, 100, PPTP_OK);
    ck_assert_uint_eq(got_packets, 201 - lost);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

/* Longer than he takes: as fragments, or its sender is told. */
START_TEST(too_long)
{
    pptp_pkt pkt;

    caller.mru = 1000;
    begin();
    vpn();
    run(5);
    told("NEW UP");
    gives(up_ip, 1200, PPTP_OK);
    ck_assert_uint_eq(got_packets, 2);
    ck_assert_uint_eq(pns.stats.tun_cut, 1);
    told("");
    pkt = packet(0x01020304, up_ip, 1200);
    pptp_packet_data(pptp_pool_at(&pool, pkt))[6] = 0x40; /* DF */
    ck_assert_int_eq(nas_pns_ip_in(&pns, now, NAS_PNS_ANY, pkt), PPTP_OK);
    ck_assert_uint_eq(events[0].value, 1000);
    told("TOO_LONG");
    ck_assert_uint_eq(answers, 1);
    ck_assert_uint_eq(pns.stats.tun_long, 1);
    ck_assert_uint_eq(pns.session[0].tx_packets, 1);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

static void gives_syn(void)
{
    pptp_pkt pkt = packet(0x01020304, up_ip, 44);
    uint8_t *ip = pptp_packet_data(pptp_pool_at(&pool, pkt));

    ip[9] = 6;
    ip[20 + 12] = 6 << 4;
    ip[20 + 13] = 2;
    ip[40] = 2;
    ip[41] = 4;
    pptp_put16(ip + 42, 1460);
    ck_assert_int_eq(nas_pns_ip_in(&pns, now, NAS_PNS_ANY, pkt), PPTP_OK);
    run(1);
}

/* A SYN with an MSS that the tunnel does not take gets less, if we may. */
START_TEST(less_mss)
{
    begin();
    vpn();
    run(5);
    gives_syn();
    ck_assert_uint_eq(pns.stats.mss_clamped, 1);
    config.clamp_mss = false;
    gives_syn();
    ck_assert_uint_eq(pns.stats.mss_clamped, 1);
    ck_assert_uint_eq(got_packets, 2);
}
END_TEST

/* PPP does not take it: IPCP is open no more in the middle. */
START_TEST(ppp_refuses)
{
    begin();
    vpn();
    run(5);
    ppp_lower_down(pns.ppps.ppp, nas_ppps_at(&pns.ppps, 0), now);
    gives(up_ip, 100, PPTP_OK);
    ck_assert_uint_eq(pns.stats.tun_refused, 1);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("nas_pns");
    TCase *tc = tcase_create("sessions");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, client_comes_and_goes);
    tcase_add_test(tc, pac_rings);
    tcase_add_test(tc, connection_ends);
    tcase_add_test(tc, we_dial);
    tcase_add_test(tc, one_too_many);
    tcase_add_test(tc, wrong_secret);
    tcase_add_test(tc, pool_is_dry);
    tcase_add_test(tc, taken_over);
    tcase_add_test(tc, cannot_be_given);
    tcase_add_test(tc, no_way_for_it);
    tcase_add_test(tc, session_time);
    tcase_add_test(tc, idle_time);
    tcase_add_test(tc, silence);
    tcase_add_test(tc, negotiates_anew);
    tcase_add_test(tc, users_change);
    tcase_add_test(tc, packets_from_him);
    tcase_add_test(tc, packets_to_him);
    tcase_add_test(tc, held);
    tcase_add_test(tc, too_long);
    tcase_add_test(tc, less_mss);
    tcase_add_test(tc, ppp_refuses);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
