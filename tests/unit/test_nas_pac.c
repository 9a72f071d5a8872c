/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PAC as a role, nas/pac.h: node 0 on a wire, with lines that do what
 * they are told; the others are PNSs, or servers that are the PAC. */
#include "config.h"

#include "tests/unit/nas_wire.h"

#include <stdio.h>

#include "nas/pac.h"
#include "pptp/msg.h"

enum { LINES = 4, TOLD = 64 };

static struct line {
    struct nas_line nas; /* first member */
    struct pptp_call_request request;
    struct pptp_line_info info;
    bool silent; /* neither a dial nor an answer leads to anything */
    enum pptp_line_event dialled; /* what a dial leads to */
    pptp_ns at;                   /* its deadline */
    unsigned dials, answers, hangups, frames, holds, resumes, byes, accms,
        advances;
    bool leaving;
} line[LINES];

static struct nas_pac pac;
static struct nas_pac_config config;

/* What was told. */
static struct {
    struct nas_event e;
    struct pptp_call_end end;
} told[TOLD];
static unsigned told_n, told_at;

static uint32_t asked; /* by bits of peers */

/* The other side. */
static struct {
    pptp_call_id call[WIRE_CALLS];
    unsigned calls, downs, frames, dials;
    struct pptp_call_end end;
    bool mute; /* what is dialled there is not answered */
} other[WIRE_NODES];

/* --- lines -------------------------------------------------------------- */

static struct line *of(struct nas_line *l)
{
    return (struct line *)(void *)l;
}

static const struct line *of_const(const struct nas_line *l)
{
    return (const struct line *)(const void *)l;
}

static void op_request(const struct nas_line *l, struct pptp_call_request *out)
{
    *out = of_const(l)->request;
}

static void op_info(const struct nas_line *l, struct pptp_line_info *out)
{
    *out = of_const(l)->info;
}

static void op_dial(struct nas_line *l, pptp_ns now,
                    const struct pptp_call_request *r)
{
    (void)r;
    of(l)->dials++;
    if (!of(l)->silent)
        l->owner->event(l, now, of(l)->dialled);
}

static void op_answer(struct nas_line *l, pptp_ns now)
{
    of(l)->answers++;
    if (!of(l)->silent)
        l->owner->event(l, now, PPTP_LINE_CONNECTED);
}

static void op_hangup(struct nas_line *l, pptp_ns now)
{
    ck_assert_uint_eq(now, wire.now);
    of(l)->hangups++;
}

static bool op_leaving(const struct nas_line *l)
{
    return of_const(l)->leaving;
}

static void op_bye(struct nas_line *l, pptp_ns now)
{
    l->finished = true;
    of(l)->byes++;
    l->owner->event(l, now, PPTP_LINE_DROPPED);
}

static void op_accm(struct nas_line *l, uint32_t tx_accm, uint32_t rx_accm)
{
    ck_assert_uint_eq(tx_accm, 0xa0000);
    ck_assert_uint_eq(rx_accm, 0);
    of(l)->accms++;
}

static void op_frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    (void)now;
    if (of(l)->frames++ % 2 == 0)
        l->owner->frame_done(l, pkt);
    else
        l->owner->frame_dropped(l, pkt);
}

static void op_hold(struct nas_line *l, pptp_ns now, bool hold)
{
    (void)now;
    of(l)->holds += hold;
    of(l)->resumes += !hold;
}

static pptp_ns op_deadline(const struct nas_line *l)
{
    return of_const(l)->at;
}

static void op_advance(struct nas_line *l, pptp_ns now)
{
    ck_assert_uint_eq(now, wire.now);
    of(l)->at = PPTP_NEVER;
    of(l)->advances++;
    l->owner->ring(l, now);
}

static const struct nas_line_ops line_ops = { .request = op_request,
                                              .info = op_info,
                                              .dial = op_dial,
                                              .answer = op_answer,
                                              .hangup = op_hangup,
                                              .leaving = op_leaving,
                                              .accm = op_accm,
                                              .frame = op_frame,
                                              .hold = op_hold,
                                              .deadline = op_deadline,
                                              .advance = op_advance };

/* --- the world ---------------------------------------------------------- */

static void on_event(void *ctx, const struct nas_event *e)
{
    ck_assert_ptr_eq(ctx, &wire);
    ck_assert_uint_lt(told_n, TOLD);
    told[told_n].e = *e;
    if (e->end != NULL)
        told[told_n].end = *e->end;
    told_n++;
}

static void on_resolve(void *ctx, uint32_t peer, pptp_ns now)
{
    (void)ctx;
    ck_assert_uint_eq(now, wire.now);
    asked |= 1u << peer;
}

static void on_contact(void *ctx, pptp_conn_id conn, struct nas_contact *out)
{
    (void)ctx;
    *out = wire.node[0].contact[pptp_conn_slot(conn)];
}

static const struct nas_pac_world world = { .event = on_event,
                                            .resolve = on_resolve,
                                            .contact = on_contact };

/* --- the other side ----------------------------------------------------- */

static void other_action(void *role, const struct pptp_action *a)
{
    unsigned i = 0;

    while (role != &other[i])
        i++;
    if (a->type == PPTP_ACT_CALL_UP)
        other[i].call[other[i].calls++] = a->call;
    if (a->type == PPTP_ACT_LINE_DIAL) {
        other[i].dials++;
        if (!other[i].mute)
            nas_later(&wire.node[i].nas, NAS_ROLE, a->call, PPTP_PKT_NONE);
    }
    if (a->type == PPTP_ACT_CALL_DOWN) {
        other[i].downs++;
        other[i].end = a->end;
    }
    if (a->type == PPTP_ACT_FRAME_OUT) {
        other[i].frames++;
        nas_later(&wire.node[i].nas, NAS_FRAME_DONE, a->call, a->pkt);
    }
}

static void other_later(void *role, const struct nas_later *l)
{
    const struct pptp_line_info info = { .connect_bps = 64000 };
    unsigned i = 0;

    while (role != &other[i])
        i++;
    pptp_node_line_event(&wire.node[i].nas.node, l->id, PPTP_LINE_CONNECTED,
                         &info);
}

static const struct nas_role other_role = { .action = other_action,
                                            .later = other_later };

/* --- a rig -------------------------------------------------------------- */

/* As many peers, from node 1 on. */
static void set_up(enum nas_pac_mode mode, uint32_t peers)
{
    uint32_t i;

    wire_begin();
    memset(line, 0, sizeof line);
    memset(other, 0, sizeof other);
    wire.config.allow_multiple = mode == NAS_PAC_OCRQ;
    told_n = told_at = asked = 0;
    config = (struct nas_pac_config){ .mode = mode,
                                      .peer = { WIRE_IP + 1, WIRE_IP + 2 },
                                      .peers = peers,
                                      .retry_ns = 2 * PPTP_S,
                                      .retry_max_ns = 5 * PPTP_S,
                                      .calls = WIRE_CALLS,
                                      .conns = WIRE_CONNS,
                                      .lines = LINES,
                                      .pool = &wire.pool };
    for (i = 0; i < LINES; i++) {
        line[i].nas.ops = &line_ops;
        line[i].nas.dials = line[i].nas.polled = true;
        line[i].at = PPTP_NEVER;
        line[i].dialled = PPTP_LINE_CONNECTED;
        line[i].info.connect_bps = 28800 + i;
        line[i].request.bearer = PPTP_BEARER_ANALOG;
    }
}

static void begin(void)
{
    uint32_t i;

    wire_node(0, &nas_pac_role, &pac);
    for (i = 1; i < WIRE_NODES; i++)
        wire_node(i, &other_role, &other[i]);
    ck_assert_int_eq(nas_pac_init(&pac, &config, &wire.node[0].nas, &world,
                                  &wire, wire.now),
                     PPTP_OK);
    for (i = 0; i < LINES; i++)
        ck_assert_int_eq(nas_pac_add(&pac, &line[i].nas), PPTP_OK);
    ck_assert_int_eq(nas_pac_add(&pac, &line[0].nas), PPTP_ERR_RESOURCE);
}

/* Whatever is due now. */
static void settle(void)
{
    unsigned i;

    do {
        for (i = 0; i < WIRE_NODES; i++) {
            nas_begin(&wire.node[i].nas, wire.now);
            nas_settle(&wire.node[i].nas);
        }
        nas_pac_advance(&pac, wire.now);
        wire_run();
    } while (nas_pac_deadline(&pac) <= wire.now);
}

static void go_on(pptp_ns ns)
{
    const pptp_ns end = wire.now + ns;

    while (wire.now < end) {
        pptp_ns next = nas_pac_deadline(&pac);
        unsigned i;

        for (i = 0; i < WIRE_NODES; i++)
            if (wire.node[i].nas.deadline < next)
                next = wire.node[i].nas.deadline;
        wire.now = next < end ? next > wire.now ? next : wire.now + 1 : end;
        settle();
    }
}

static void end(void)
{
    nas_pac_close(&pac, wire.now, false);
    settle();
    ck_assert_uint_eq(pac.calls, 0);
    ck_assert_uint_eq(told_at, told_n);
    nas_pac_fini(&pac);
    wire_end();
}

/* The next that was told. */
static const struct nas_event *heard(enum nas_event_kind kind, uint32_t index)
{
    const struct nas_event *e = &told[told_at].e;

    ck_assert_msg(told_at < told_n, "never: %s", nas_event_name(kind));
    ck_assert_str_eq(nas_event_name(e->kind), nas_event_name(kind));
    ck_assert_uint_eq(e->index, index);
    told_at++;
    return e;
}

static void heard_value(enum nas_event_kind kind, uint32_t index,
                        uint64_t value)
{
    ck_assert_uint_eq(heard(kind, index)->value, value);
}

static void ring(uint32_t i)
{
    line[i].nas.owner->ring(&line[i].nas, wire.now);
    heard(NAS_EV_PAC_RING, i);
    settle();
}

static void event(uint32_t i, enum pptp_line_event e)
{
    line[i].nas.owner->event(&line[i].nas, wire.now, e);
    settle();
}

static void call_up(uint32_t i)
{
    ring(i);
    heard_value(NAS_EV_PAC_CONNECTED, i, 28800 + i);
    ck_assert_uint_eq(pac.line[i].state, NAS_PAC_UP);
}

static pptp_pkt frame(void)
{
    pptp_pkt pkt = pptp_pool_take(&wire.pool, PPTP_HEADROOM);
    struct pptp_packet *k = pptp_pool_at(&wire.pool, pkt);

    memcpy(pptp_packet_data(k), "\xff\x03\x00\x21", 4);
    k->head_len = 4;
    return pkt;
}

/* --- ICRQ --------------------------------------------------------------- */

static void with_pns(void)
{
    set_up(NAS_PAC_ICRQ, 1);
    begin();
    settle();
    ck_assert_uint_eq(heard(NAS_EV_PAC_TRUNK_UP, 0)->remote, WIRE_IP + 1);
}

START_TEST(a_call)
{
    const struct nas_event *e;
    pptp_call_id call;
    unsigned i;

    with_pns();
    call_up(2);
    ck_assert_uint_eq(line[2].nas.remote, WIRE_IP + 1);
    call = pac.line[2].call;
    ck_assert_uint_eq(nas_pac_line_of(&pac, call), 2);
    ck_assert_uint_eq(nas_pac_call_at(&pac, pptp_call_slot(call)), call);
    for (i = 0; i < 3; i++) {
        line[2].nas.owner->frame(&line[2].nas, wire.now, frame());
        WIRE_INPUT(1, pptp_node_frame(n, other[1].call[0], frame()));
    }
    settle();
    ck_assert_uint_eq(other[1].frames, 3);
    ck_assert_uint_eq(line[2].frames, 3);
    WIRE_INPUT(1, pptp_node_set_link_info(n, other[1].call[0], 0xa0000, 0));
    settle();
    ck_assert_uint_eq(line[2].accms, 1);
    WIRE_INPUT(1, pptp_node_call_close(n, other[1].call[0]));
    settle();
    e = heard(NAS_EV_PAC_END, 2);
    ck_assert_uint_eq(e->call, call);
    ck_assert_uint_eq(e->remote, WIRE_IP + 1);
    ck_assert_uint_eq(e->value, NAS_WHY_CLEARED);
    ck_assert(told[told_at - 1].end.was_up);
    ck_assert_uint_eq(line[2].nas.why, NAS_WHY_CLEARED);
    ck_assert(!line[2].nas.ours);
    ck_assert_uint_eq(line[2].hangups, 1);
    ck_assert_uint_eq(nas_pac_line_of(&pac, call), NAS_NOBODY);
    ck_assert_uint_eq(nas_pac_call_at(&pac, pptp_call_slot(call)), PPTP_NONE);
    ck_assert_uint_eq(pac.stats.calls, 1);
    ck_assert_uint_eq(pac.stats.up, 1);
    end();
}
END_TEST

/* A line that was late tells what happened before the node's last step. */
START_TEST(late_line)
{
    with_pns();
    call_up(0);
    go_on(PPTP_S);
    line[0].nas.owner->frame(&line[0].nas, wire.now - PPTP_MS, frame());
    ck_assert_uint_eq(wire.node[0].nas.node.now_ns, wire.now);
    settle();
    ck_assert_uint_eq(other[1].frames, 1);
    nas_pac_clear(&pac, pac.line[0].call);
    settle();
    heard(NAS_EV_PAC_END, 0);
    end();
}
END_TEST

START_TEST(the_caller_hangs_up)
{
    with_pns();
    call_up(0);
    event(0, PPTP_LINE_DROPPED);
    heard_value(NAS_EV_PAC_LINE_DOWN, 0, PPTP_LINE_DROPPED);
    heard_value(NAS_EV_PAC_END, 0, NAS_WHY_UNKNOWN);
    ck_assert_uint_eq(other[1].end.msg, PPTP_CDN);
    ck_assert_uint_eq(other[1].end.result, PPTP_CDN_LOST_CARRIER);
    /* a frame that was on its way */
    line[0].nas.owner->frame(&line[0].nas, wire.now, frame());
    ck_assert_uint_eq(pac.stats.frames_late, 1);
    ck_assert_uint_eq(pac.stats.refused, 0);
    /* at once with the other side */
    call_up(0);
    WIRE_INPUT(1, pptp_node_call_close(n, other[1].call[1]));
    line[0].nas.owner->event(&line[0].nas, wire.now, PPTP_LINE_DROPPED);
    wire_run();
    heard(NAS_EV_PAC_END, 0);
    ck_assert_uint_eq(line[0].hangups, 2);
    /* and before anybody knew */
    line[0].nas.owner->ring(&line[0].nas, wire.now);
    line[0].nas.owner->event(&line[0].nas, wire.now, PPTP_LINE_DROPPED);
    settle();
    heard(NAS_EV_PAC_RING, 0);
    ck_assert_uint_eq(other[1].calls, 2);
    ck_assert_uint_eq(line[0].hangups, 3);
    end();
}
END_TEST

/* Counts of errors pass on, and leave room for the call's end. */
START_TEST(errors)
{
    unsigned i;

    with_pns();
    line[0].info.errors[1] = 5; /* since it was connected */
    call_up(0);
    event(0, PPTP_LINE_ERRORS);
    ck_assert_uint_eq(pptp_peer_stats(wire.node[0].nas.node.peer)->wen_tx, 1);
    line[0].info.errors[1] = 9;
    for (i = 0; i < 3; i++)
        line[0].nas.owner->event(&line[0].nas, wire.now, PPTP_LINE_ERRORS);
    ck_assert_uint_eq(pac.stats.events_lost, 1);
    event(0, PPTP_LINE_DROPPED);
    heard_value(NAS_EV_PAC_LINE_DOWN, 0, PPTP_LINE_DROPPED);
    heard(NAS_EV_PAC_END, 0);
    end();
}
END_TEST

/* The line goes on ringing until a PNS is there, or the caller gives up. */
START_TEST(no_pns)
{
    set_up(NAS_PAC_ICRQ, 2);
    wire.node[1].error = wire.node[2].error = NAS_TCP_REFUSED;
    begin();
    settle();
    heard_value(NAS_EV_PAC_TRUNK_FAILED, 0, NAS_FAILURE_UNREACHABLE);
    heard_value(NAS_EV_PAC_TRUNK_FAILED, 1, NAS_FAILURE_UNREACHABLE);
    ring(0);
    ring(1);
    ck_assert_uint_eq(line[0].nas.why, NAS_WHY_NO_PNS);
    event(1, PPTP_LINE_DROPPED);
    heard_value(NAS_EV_PAC_LINE_DOWN, 1, PPTP_LINE_DROPPED);
    heard_value(NAS_EV_PAC_NO_TRUNK, 1, NAS_WHY_NO_PNS);
    ck_assert_uint_eq(line[1].hangups, 1);
    wire.node[2].error = NAS_TCP_NO_ERROR;
    go_on(2 * PPTP_S);
    heard_value(NAS_EV_PAC_TRUNK_FAILED, 0, NAS_FAILURE_UNREACHABLE);
    heard(NAS_EV_PAC_TRUNK_UP, 1);
    heard(NAS_EV_PAC_CONNECTED, 0);
    ck_assert_uint_eq(line[0].nas.remote, WIRE_IP + 2);
    ck_assert_uint_eq(line[0].nas.why, NAS_WHY_UNKNOWN);
    ck_assert_uint_eq(pac.stats.no_trunk, 1);
    WIRE_INPUT(0, pptp_node_call_close(n, pac.line[0].call));
    settle();
    heard_value(NAS_EV_PAC_END, 0, NAS_WHY_HERE);
    end();
}
END_TEST

/* 2, 4, 5, 5 s; after it was there, 2 s again. */
START_TEST(trunk_waits)
{
    static const pptp_ns wait[] = { 2 * PPTP_S, 4 * PPTP_S, 5 * PPTP_S,
                                    5 * PPTP_S };
    size_t i;

    set_up(NAS_PAC_ICRQ, 1);
    wire.node[1].error = NAS_TCP_TIMED_OUT;
    begin();
    settle();
    for (i = 0; i < sizeof wait / sizeof *wait; i++) {
        heard(NAS_EV_PAC_TRUNK_FAILED, 0);
        ck_assert_uint_eq(nas_pac_deadline(&pac), wire.now + wait[i]);
        go_on(wait[i] - 1);
        ck_assert_uint_eq(told_at, told_n);
        if (i == 3)
            wire.node[1].error = NAS_TCP_NO_ERROR;
        go_on(1);
    }
    heard(NAS_EV_PAC_TRUNK_UP, 0);
    wire_cut(1);
    heard(NAS_EV_PAC_TRUNK_LOST, 0);
    ck_assert_uint_eq(nas_pac_deadline(&pac), wire.now + wait[0]);
    ck_assert_uint_eq(pac.stats.trunk_failed, 4);
    ck_assert_uint_eq(pac.stats.trunk_lost, 1);
    ring(0); /* who waits when it ends has not found none */
    end();
    ck_assert_uint_eq(pac.stats.no_trunk, 0);
}
END_TEST

/* Its call ends with the connection. */
START_TEST(trunk_lost)
{
    with_pns();
    call_up(0);
    wire_cut(1);
    heard_value(NAS_EV_PAC_END, 0, NAS_WHY_CONN_LOST);
    heard(NAS_EV_PAC_TRUNK_LOST, 0);
    end();
}
END_TEST

/* It takes the connection and says nothing: the start request times out. */
START_TEST(silent_pns)
{
    set_up(NAS_PAC_ICRQ, 1);
    wire.node[1].deaf = true;
    begin();
    settle();
    go_on(70 * PPTP_S);
    heard_value(NAS_EV_PAC_TRUNK_FAILED, 0, NAS_FAILURE_SILENT);
    told_at = told_n;
    end();
}
END_TEST

/* A PNS that is not there for us connects to us. */
START_TEST(adopted)
{
    const struct pptp_addr us = pptp_addr_v4(WIRE_IP);
    pptp_conn_id conn;

    set_up(NAS_PAC_ICRQ, 1);
    wire.config.allow_multiple = true;
    wire.node[1].error = NAS_TCP_REFUSED;
    begin();
    settle();
    heard(NAS_EV_PAC_TRUNK_FAILED, 0);
    WIRE_INPUT(2, pptp_node_open(n, &us, &conn));
    settle();
    ck_assert_uint_eq(told_at, told_n); /* a stranger */
    WIRE_INPUT(1, pptp_node_open(n, &us, &conn));
    settle();
    heard(NAS_EV_PAC_TRUNK_UP, 0);
    ck_assert_uint_eq(nas_pac_deadline(&pac), PPTP_NEVER);
    WIRE_INPUT(1, pptp_node_open(n, &us, &conn));
    settle();
    ck_assert_uint_eq(told_at, told_n); /* it has one */
    call_up(0);
    nas_pac_clear(&pac, pac.line[0].call);
    settle();
    heard_value(NAS_EV_PAC_END, 0, NAS_WHY_HERE);
    ck_assert(line[0].nas.ours);
    call_up(0);
    ck_assert(!line[0].nas.ours);
    ck_assert_uint_eq(line[0].nas.why, NAS_WHY_UNKNOWN);
    nas_pac_clear(&pac, pac.line[0].call);
    settle();
    heard(NAS_EV_PAC_END, 0);
    end();
}
END_TEST

/* The world opens connections, or a PNS does: none of the PAC's own. */
START_TEST(passive)
{
    const struct pptp_addr us = pptp_addr_v4(WIRE_IP);
    pptp_conn_id conn;

    set_up(NAS_PAC_ICRQ, 1);
    config.passive = true;
    begin();
    settle();
    ck_assert_uint_eq(nas_pac_deadline(&pac), PPTP_NEVER);
    ring(0);
    go_on(10 * PPTP_S);
    ck_assert_uint_eq(pac.line[0].state, NAS_PAC_RINGING);
    WIRE_INPUT(1, pptp_node_open(n, &us, &conn));
    settle();
    heard(NAS_EV_PAC_TRUNK_UP, 0);
    heard_value(NAS_EV_PAC_CONNECTED, 0, 28800);
    wire_cut(1);
    heard_value(NAS_EV_PAC_END, 0, NAS_WHY_CONN_LOST);
    heard(NAS_EV_PAC_TRUNK_LOST, 0);
    ck_assert_uint_eq(nas_pac_deadline(&pac), PPTP_NEVER);
    end();
}
END_TEST

/* A line that calls one of them waits for that one, however many are there. */
START_TEST(one_pns_only)
{
    set_up(NAS_PAC_ICRQ, 2);
    wire.node[2].error = NAS_TCP_REFUSED;
    begin();
    nas_pac_peer_only(&pac, 0, 1);
    nas_pac_peer_only(&pac, 1, 0);
    settle();
    heard(NAS_EV_PAC_TRUNK_UP, 0);
    heard(NAS_EV_PAC_TRUNK_FAILED, 1);
    ring(0);
    ck_assert_uint_eq(pac.line[0].state, NAS_PAC_RINGING);
    call_up(1);
    ck_assert_uint_eq(line[1].nas.remote, WIRE_IP + 1);
    wire.node[2].error = NAS_TCP_NO_ERROR;
    go_on(6 * PPTP_S);
    heard(NAS_EV_PAC_TRUNK_UP, 1);
    heard_value(NAS_EV_PAC_CONNECTED, 0, 28800);
    ck_assert_uint_eq(line[0].nas.remote, WIRE_IP + 2);
    nas_pac_clear(&pac, pac.line[0].call);
    settle();
    heard(NAS_EV_PAC_END, 0);
    nas_pac_clear(&pac, pac.line[1].call);
    settle();
    heard(NAS_EV_PAC_NO_GRE, 1);
    heard(NAS_EV_PAC_END, 1);
    end();
}
END_TEST

/* By its name: looked up, again when it is gone. */
START_TEST(named_pns)
{
    const uint32_t ip[] = { WIRE_IP + 2, WIRE_IP + 1 };

    set_up(NAS_PAC_ICRQ, 1);
    config.peer[0] = 0;
    wire.node[2].error = NAS_TCP_RESET;
    begin();
    settle();
    ck_assert_uint_eq(asked, 1);
    nas_pac_resolved(&pac, wire.now, 0, NULL, 0);
    heard_value(NAS_EV_PAC_TRUNK_FAILED, 0, NAS_FAILURE_NO_ADDRESS);
    /* nobody asked for that one */
    nas_pac_resolved(&pac, wire.now, 0, NULL, 0);
    asked = 0;
    go_on(2 * PPTP_S);
    ck_assert_uint_eq(asked, 1);
    nas_pac_resolved(&pac, wire.now, 0, ip, 2);
    settle();
    heard_value(NAS_EV_PAC_TRUNK_FAILED, 0, NAS_FAILURE_CLOSED_AT_ONCE);
    ck_assert_uint_eq(heard(NAS_EV_PAC_TRUNK_UP, 0)->remote, ip[1]);
    end();
}
END_TEST

/* None of its PNSs has room for one more. */
START_TEST(no_room)
{
    set_up(NAS_PAC_ICRQ, 1);
    wire.limits.calls = 1;
    begin();
    settle();
    heard(NAS_EV_PAC_TRUNK_UP, 0);
    call_up(0);
    ring(1);
    heard(NAS_EV_PAC_NO_ROOM, 1);
    heard_value(NAS_EV_PAC_NO_TRUNK, 1, NAS_WHY_NO_ROOM);
    ck_assert_uint_eq(line[1].nas.why, NAS_WHY_NO_ROOM);
    nas_pac_clear(&pac, pac.line[0].call);
    settle();
    heard(NAS_EV_PAC_END, 0);
    end();
}
END_TEST

/* A modem hears the next caller before the PNS knows that the one before has
 * hung up. */
START_TEST(next_caller)
{
    with_pns();
    call_up(0);
    line[0].nas.owner->event(&line[0].nas, wire.now, PPTP_LINE_DROPPED);
    ring(0);
    heard_value(NAS_EV_PAC_LINE_DOWN, 0, PPTP_LINE_DROPPED);
    heard(NAS_EV_PAC_END, 0);
    heard(NAS_EV_PAC_CONNECTED, 0);
    ck_assert_uint_eq(line[0].hangups, 0);
    /* and one who gives up before his turn */
    line[0].nas.owner->event(&line[0].nas, wire.now, PPTP_LINE_DROPPED);
    line[0].nas.owner->ring(&line[0].nas, wire.now);
    line[0].nas.owner->event(&line[0].nas, wire.now, PPTP_LINE_DROPPED);
    settle();
    heard(NAS_EV_PAC_RING, 0);
    heard_value(NAS_EV_PAC_LINE_DOWN, 0, PPTP_LINE_DROPPED);
    heard(NAS_EV_PAC_END, 0);
    ck_assert_uint_eq(line[0].hangups, 1);
    ck_assert_uint_eq(pac.calls, 0);
    end();
}
END_TEST

/* Told once for that side, and once more when GRE has come meanwhile. */
START_TEST(no_gre)
{
    unsigned i;

    with_pns();
    wire.drop_gre = true;
    for (i = 0; i < 5; i++) {
        call_up(0);
        if (i == 3) {
            wire.drop_gre = false;
            WIRE_INPUT(1, pptp_node_frame(n, other[1].call[i], frame()));
            settle();
            wire.drop_gre = true;
        }
        go_on(i == 1 ? 4 * PPTP_S : 6 * PPTP_S); /* too short to tell */
        nas_pac_clear(&pac, pac.line[0].call);
        settle();
        if (i == 0 || i == 4)
            heard_value(NAS_EV_PAC_NO_GRE, 0, WIRE_IP);
        heard(NAS_EV_PAC_END, 0);
    }
    ck_assert_uint_eq(pac.stats.no_gre, 3);
    end();
}
END_TEST

/* More than the tunnel takes: the line has to wait, and may go on. */
START_TEST(held)
{
    unsigned i;

    with_pns();
    call_up(0);
    wire.drop_gre = true;
    for (i = 0; i < 60; i++)
        line[0].nas.owner->frame(&line[0].nas, wire.now, frame());
    ck_assert_uint_eq(line[0].holds, 1);
    ck_assert_uint_eq(line[0].resumes, 0);
    go_on(600 * PPTP_S);
    ck_assert_uint_gt(line[0].resumes, 0);
    nas_pac_clear(&pac, pac.line[0].call);
    settle();
    heard(NAS_EV_PAC_NO_GRE, 0);
    heard(NAS_EV_PAC_END, 0);
    end();
}
END_TEST

/* A frame of the tunnel before the line is connected is lost. */
START_TEST(early_frame)
{
    struct pptp_action a = { .type = PPTP_ACT_FRAME_OUT };

    with_pns();
    line[0].silent = true;
    ring(0);
    ck_assert_uint_eq(line[0].answers, 1);
    a.call = pac.line[0].call;
    a.pkt = frame();
    nas_pac_role.action(&pac, &a);
    ck_assert_uint_eq(pac.stats.frames_early, 1);
    ck_assert_uint_eq(line[0].frames, 0);
    event(0, PPTP_LINE_DROPPED);
    heard(NAS_EV_PAC_LINE_DOWN, 0);
    heard(NAS_EV_PAC_END, 0);
    end();
}
END_TEST

/* --- calls that a PNS wants placed -------------------------------------- */

static pptp_call_id dial(const char *number)
{
    struct pptp_call_request r = { .bearer = PPTP_BEARER_ANY,
                                   .framing = PPTP_FRAMING_EITHER,
                                   .max_bps = 64000 };
    pptp_call_id call = PPTP_NONE;
    pptp_conn_id conn = PPTP_NONE;
    unsigned i;

    for (i = 0; i < WIRE_TCPS; i++)
        if (wire.tcp[i].used && wire.tcp[i].node[1] == 1)
            conn = wire.tcp[i].conn[1];
    snprintf(r.number, sizeof r.number, "%s", number);
    WIRE_INPUT(1, pptp_node_call_open(n, conn, &r, &call));
    settle();
    return call;
}

static void refused(uint8_t result, uint8_t error, uint16_t cause)
{
    const struct pptp_call_end *e = &other[1].end;

    ck_assert_uint_eq(e->msg, PPTP_OCRP);
    ck_assert_uint_eq(e->result, result);
    ck_assert_uint_eq(e->error, error);
    ck_assert_uint_eq(e->cause, cause);
}

static void placed(uint32_t i)
{
    ck_assert_uint_eq(heard(NAS_EV_PAC_DIALS, i)->remote, WIRE_IP + 1);
    heard(NAS_EV_PAC_CONNECTED, i);
}

/* Without numbers: the lines by turns, of those that are free and dial. */
START_TEST(hunting)
{
    with_pns();
    line[1].nas.dials = false;
    line[2].nas.finished = true;
    dial("5551000");
    placed(0);
    nas_pac_clear(&pac, pac.line[0].call);
    settle();
    heard(NAS_EV_PAC_END, 0);
    dial("");
    placed(3);
    dial("5551000");
    placed(0);
    dial("5551000");
    heard(NAS_EV_PAC_NO_LINE, NAS_NOBODY);
    refused(PPTP_OCRP_GENERAL, PPTP_GE_NO_RESOURCE, 0);
    nas_pac_clear(&pac, pac.line[0].call);
    settle();
    heard(NAS_EV_PAC_END, 0);
    line[0].dialled = PPTP_LINE_BUSY;
    dial("5551000");
    heard(NAS_EV_PAC_DIALS, 0);
    heard_value(NAS_EV_PAC_LINE_DOWN, 0, PPTP_LINE_BUSY);
    heard(NAS_EV_PAC_END, 0);
    refused(PPTP_OCRP_BUSY, 0, 0);
    ck_assert_uint_eq(pac.stats.dialled, 4);
    ck_assert_uint_eq(pac.stats.no_line, 1);
    nas_pac_clear(&pac, pac.line[3].call);
    settle();
    heard(NAS_EV_PAC_END, 3);
    end();
}
END_TEST

START_TEST(numbered)
{
    with_pns();
    ck_assert_int_eq(nas_pac_number(&pac, 3, "555-1003"), PPTP_OK);
    ck_assert_int_eq(nas_pac_number(&pac, 1, "5551001"), PPTP_OK);
    ck_assert_int_eq(nas_pac_number(&pac, 0, "5551001"), PPTP_ERR_VALUE);
    dial("5551001");
    placed(1);
    dial("5551003");
    placed(3);
    dial("5551000");
    heard_value(NAS_EV_PAC_NO_NUMBER, NAS_NOBODY, 1);
    refused(PPTP_OCRP_NO_CARRIER, 0, 1);
    dial("");
    heard(NAS_EV_PAC_NO_NUMBER, NAS_NOBODY);
    dial("5551001");
    heard_value(NAS_EV_PAC_NO_LINE, NAS_NOBODY, 17);
    refused(PPTP_OCRP_BUSY, 0, 17);
    nas_pac_clear(&pac, pac.line[1].call);
    settle();
    heard(NAS_EV_PAC_END, 1);
    line[1].nas.finished = true;
    dial("5551001");
    heard_value(NAS_EV_PAC_NO_LINE, NAS_NOBODY, 0);
    refused(PPTP_OCRP_GENERAL, PPTP_GE_NO_RESOURCE, 0);
    ck_assert_uint_eq(pac.stats.no_number, 2);
    ck_assert_uint_eq(pac.stats.no_line, 2);
    wire_cut(1);
    heard_value(NAS_EV_PAC_END, 3, NAS_WHY_CONN_LOST);
    heard(NAS_EV_PAC_TRUNK_LOST, 0);
    end();
}
END_TEST

/* --- OCRQ --------------------------------------------------------------- */

/* A connection for each call, which ends with it. */
START_TEST(server)
{
    struct pptp_call_info info;

    set_up(NAS_PAC_OCRQ, 1);
    begin();
    ck_assert_uint_eq(nas_pac_deadline(&pac), PPTP_NEVER);
    call_up(0);
    call_up(1);
    ck_assert_uint_eq(other[1].dials, 2);
    ck_assert_uint_ne(pac.line[0].conn, pac.line[1].conn);
    ck_assert_int_eq(pptp_peer_call_info(wire.node[0].nas.node.peer,
                                         pac.line[0].call, &info),
                     PPTP_OK);
    ck_assert_uint_eq(info.min_bps, 300);
    ck_assert_uint_eq(info.max_bps, 100000000);
    WIRE_INPUT(1, pptp_node_call_close(n, other[1].call[0]));
    settle();
    heard_value(NAS_EV_PAC_END, 0, NAS_WHY_CLEARED);
    ck_assert_uint_eq(pac.line[0].conn, PPTP_NONE);
    event(1, PPTP_LINE_DROPPED);
    heard_value(NAS_EV_PAC_LINE_DOWN, 1, PPTP_LINE_DROPPED);
    heard(NAS_EV_PAC_END, 1);
    go_on(10 * PPTP_S);
    ck_assert(!wire.tcp[0].used && !wire.tcp[1].used);
    end();
}
END_TEST

/* All addresses of one server, then the next server; a name is good for a
 * second. */
START_TEST(next_server)
{
    const uint32_t ip[2] = { WIRE_IP + 1, WIRE_IP + 2 };

    set_up(NAS_PAC_OCRQ, 2);
    config.peer[0] = config.peer[1] = 0;
    wire.node[1].error = NAS_TCP_NO_PORT;
    begin();
    ring(0);
    ck_assert_uint_eq(asked, 1);
    nas_pac_resolved(&pac, wire.now, 0, NULL, 0);
    heard_value(NAS_EV_PAC_SERVER_FAILED, 0, NAS_FAILURE_NO_ADDRESS);
    settle();
    ck_assert_uint_eq(asked, 3);
    nas_pac_resolved(&pac, wire.now, 1, ip, 2);
    settle();
    heard_value(NAS_EV_PAC_SERVER_FAILED, 0, NAS_FAILURE_UNREACHABLE);
    ck_assert_uint_eq(line[0].nas.why, NAS_WHY_NO_PORT);
    heard(NAS_EV_PAC_CONNECTED, 0);
    ck_assert_uint_eq(line[0].nas.remote, WIRE_IP + 2);
    asked = 0;
    ring(1);
    nas_pac_resolved(&pac, wire.now, 0, NULL, 0);
    heard_value(NAS_EV_PAC_SERVER_FAILED, 1, NAS_FAILURE_NO_ADDRESS);
    settle();
    ck_assert_uint_eq(asked, 1);
    heard_value(NAS_EV_PAC_SERVER_FAILED, 1, NAS_FAILURE_UNREACHABLE);
    heard(NAS_EV_PAC_CONNECTED, 1);
    wire_cut(2);
    told_at = told_n;
    end();
}
END_TEST

/* In vain: the last cause is the call's. */
START_TEST(no_server)
{
    set_up(NAS_PAC_OCRQ, 2);
    wire.node[1].error = NAS_TCP_RESET;
    wire.node[2].error = NAS_TCP_REFUSED;
    begin();
    ring(0);
    heard_value(NAS_EV_PAC_SERVER_FAILED, 0, NAS_FAILURE_CLOSED_AT_ONCE);
    heard_value(NAS_EV_PAC_SERVER_FAILED, 0, NAS_FAILURE_UNREACHABLE);
    ck_assert_uint_eq(line[0].nas.why, NAS_WHY_NOT_LISTENING);
    ck_assert_uint_eq(line[0].hangups, 1);
    ck_assert_uint_eq(pac.stats.trunk_failed, 2);
    end();
}
END_TEST

/* Given up, by either side, before there is a connection. */
START_TEST(given_up)
{
    unsigned i;

    set_up(NAS_PAC_OCRQ, 1);
    begin();
    for (i = 0; i < 2; i++) {
        line[i].nas.owner->ring(&line[i].nas, wire.now);
        heard(NAS_EV_PAC_RING, i);
        ck_assert_uint_eq(nas_pac_deadline(&pac), 0);
        nas_do(&wire.node[0].nas);
        ck_assert_uint_eq(pac.line[i].state, NAS_PAC_OPENING);
    }
    event(0, PPTP_LINE_DROPPED);
    heard_value(NAS_EV_PAC_LINE_DOWN, 0, PPTP_LINE_DROPPED);
    ck_assert_uint_eq(line[0].hangups, 1);
    heard(NAS_EV_PAC_CONNECTED, 1);
    /* the connection fails before the line is heard */
    wire.node[1].error = NAS_TCP_REFUSED;
    line[0].nas.owner->ring(&line[0].nas, wire.now);
    heard(NAS_EV_PAC_RING, 0);
    nas_do(&wire.node[0].nas);
    line[0].nas.owner->event(&line[0].nas, wire.now, PPTP_LINE_DROPPED);
    wire_run();
    ck_assert_uint_eq(line[0].hangups, 2);
    nas_pac_close(&pac, wire.now, false);
    settle();
    heard(NAS_EV_PAC_END, 1);
    end();
}
END_TEST

/* One that was there and could not be reached is the better cause. */
START_TEST(no_address)
{
    set_up(NAS_PAC_OCRQ, 2);
    config.peer[1] = 0;
    wire.node[1].error = NAS_TCP_REFUSED;
    begin();
    ring(0);
    heard_value(NAS_EV_PAC_SERVER_FAILED, 0, NAS_FAILURE_UNREACHABLE);
    ck_assert_uint_eq(asked, 2);
    nas_pac_resolved(&pac, wire.now, 1, NULL, 0);
    settle();
    heard_value(NAS_EV_PAC_SERVER_FAILED, 0, NAS_FAILURE_NO_ADDRESS);
    heard_value(NAS_EV_PAC_NO_TRUNK, 0, NAS_WHY_NOT_LISTENING);
    end();
}
END_TEST

START_TEST(no_address_at_all)
{
    set_up(NAS_PAC_OCRQ, 1);
    config.peer[0] = 0;
    begin();
    ring(0);
    /* given up before the answer came: nothing is said of it */
    ring(1);
    event(1, PPTP_LINE_DROPPED);
    heard(NAS_EV_PAC_LINE_DOWN, 1);
    nas_pac_resolved(&pac, wire.now, 0, NULL, 0);
    settle();
    heard_value(NAS_EV_PAC_SERVER_FAILED, 0, NAS_FAILURE_NO_ADDRESS);
    heard_value(NAS_EV_PAC_NO_TRUNK, 0, NAS_WHY_NO_ADDRESS);
    ck_assert_uint_eq(pac.calls, 0);
    end();
}
END_TEST

/* A server refuses the call; our own limits do. */
START_TEST(refused_there)
{
    set_up(NAS_PAC_OCRQ, 1);
    wire.limits.calls = 2;
    begin();
    call_up(0);
    other[1].mute = true;
    ring(1);
    ck_assert_uint_eq(other[1].dials, 2);
    ring(2);
    heard(NAS_EV_PAC_NO_ROOM, 2); /* that its connection ends is no failure */
    ck_assert_uint_eq(told_at, told_n);
    ck_assert_uint_eq(line[2].nas.why, NAS_WHY_NO_ROOM);
    ck_assert_uint_eq(pac.stats.trunk_failed, 0);
    go_on(100 * PPTP_S);
    heard_value(NAS_EV_PAC_END, 1, NAS_WHY_NOBODY_THERE);
    ck_assert_uint_eq(pac.stats.refused, 1);
    nas_pac_clear(&pac, pac.line[0].call);
    settle();
    heard(NAS_EV_PAC_NO_GRE, 0);
    heard(NAS_EV_PAC_END, 0);
    end();
}
END_TEST

/* Nor is there room for one more connection of ours. */
START_TEST(no_room_for_its_connection)
{
    set_up(NAS_PAC_OCRQ, 1);
    wire.limits.conns = 1;
    begin();
    call_up(0);
    ring(1);
    heard_value(NAS_EV_PAC_NO_TRUNK, 1, NAS_WHY_NO_ROOM);
    ck_assert_uint_eq(line[1].nas.why, NAS_WHY_NO_ROOM);
    nas_pac_clear(&pac, pac.line[0].call);
    settle();
    heard(NAS_EV_PAC_END, 0);
    end();
}
END_TEST

/* --- its end ------------------------------------------------------------ */

/* No line will call again. */
START_TEST(over)
{
    uint32_t i;

    with_pns();
    line[1].nas.finished = true;
    event(1, PPTP_LINE_DROPPED); /* of a line that is free */
    ck_assert(!pac.over);
    call_up(0);
    for (i = 0; i < LINES; i++)
        line[i].nas.finished = true;
    event(1, PPTP_LINE_DROPPED);
    ck_assert(!pac.over);
    event(0, PPTP_LINE_DROPPED);
    heard(NAS_EV_PAC_LINE_DOWN, 0);
    heard(NAS_EV_PAC_END, 0);
    ck_assert(pac.over);
    pac.over = false;
    event(1, PPTP_LINE_DROPPED);
    ck_assert(pac.over);
    config.listens = true; /* somebody may connect to us */
    event(1, PPTP_LINE_DROPPED);
    ck_assert(!pac.over);
    end();
}
END_TEST

static const struct nas_line_ops polite_ops = { .request = op_request,
                                                .info = op_info,
                                                .answer = op_answer,
                                                .hangup = op_hangup,
                                                .bye = op_bye,
                                                .deadline = op_deadline,
                                                .advance = op_advance };

/* Those who can say goodbye do, 2.13: that is a wish and no lost carrier. */
START_TEST(drained)
{
    set_up(NAS_PAC_ICRQ, 1);
    line[1].nas.ops = &polite_ops;
    begin();
    settle();
    heard(NAS_EV_PAC_TRUNK_UP, 0);
    call_up(0);
    call_up(1);
    line[0].leaving = true;
    ck_assert(nas_pac_leaving(&pac));
    nas_pac_close(&pac, wire.now, true);
    settle();
    heard(NAS_EV_PAC_END, 0);
    heard(NAS_EV_PAC_END, 1);
    ck_assert_uint_eq(line[1].byes, 1);
    ck_assert_uint_eq(other[1].downs, 2);
    ck_assert_uint_eq(other[1].end.result, PPTP_CDN_ADMIN);
    line[0].leaving = false;
    ck_assert(!nas_pac_leaving(&pac));
    /* who rings now is not heard, and trunks are not opened again */
    ring(2);
    ck_assert_uint_eq(pac.calls, 0);
    ck_assert_uint_eq(line[2].hangups, 1);
    wire_cut(1);
    ck_assert_uint_eq(nas_pac_deadline(&pac), PPTP_NEVER);
    end();
}
END_TEST

/* Lines' deadlines are the PAC's. */
START_TEST(time_of_lines)
{
    with_pns();
    line[3].at = wire.now + 3 * PPTP_S;
    ck_assert_uint_eq(nas_pac_deadline(&pac), line[3].at);
    go_on(3 * PPTP_S);
    ck_assert_uint_eq(line[3].advances, 1);
    heard(NAS_EV_PAC_RING, 3);
    heard(NAS_EV_PAC_CONNECTED, 3);
    nas_pac_clear(&pac, pac.line[3].call);
    nas_pac_clear(&pac, PPTP_NONE & 7u); /* of no line */
    settle();
    heard(NAS_EV_PAC_END, 3);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_call,        the_caller_hangs_up,
        errors,        no_pns,
        trunk_waits,   trunk_lost,
        silent_pns,    adopted,
        named_pns,     passive,
        one_pns_only,  no_room,
        next_caller,   no_gre,
        held,          given_up,
        early_frame,   hunting,
        numbered,      server,
        next_server,   no_server,
        no_address,    no_address_at_all,
        refused_there, no_room_for_its_connection,
        over,          drained,
        time_of_lines, late_line,
    };
    Suite *s = suite_create("nas_pac");
    TCase *t = tcase_create("pac");
    SRunner *r;
    size_t i;
    int failed;

    suite_add_tcase(s, t);
    for (i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(t, tests[i]);
    r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
