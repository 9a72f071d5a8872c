/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node of either world: whose an action is, and what waits in which order.
 * Two of them, a PAC and a PNS, on a wire that the test moves. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nas/node.h"
#include "pptp/journal.h"
#include "pptp/replay.h"

enum { PAC, PNS };
enum { PACKETS = 64 };
enum { LINE_UP = NAS_ROLE, SAY };

struct side {
    struct nas_node nas;
    void *mem;
    struct pptp_addr addr;
    pptp_conn_id conn, opening;
    pptp_call_id call;
    uint8_t tcp[4096]; /* on its way to this side */
    size_t tcp_n;
    pptp_pkt gre[PACKETS], frame[PACKETS];
    uint32_t gre_n, frames;
    bool fin;
    unsigned give_back; /* NAS_FRAME_DONE, _DROPPED or, 0, not at all */
    char said[512];     /* what was asked of I/O and role */
};

static struct {
    struct side side[2];
    struct pptp_pool pool;
    void *pool_mem;
    struct pptp_config conf;
    struct pptp_limits limits;
    pptp_ns now;
    bool refuse; /* connections cannot even begin */
    struct pptp_journal journal;
    uint8_t log[65536];
    size_t log_n;
} w;

static void say(struct side *s, const char *what)
{
    size_t n = strlen(s->said);

    ck_assert_uint_lt(n + strlen(what) + 2, sizeof s->said);
    sprintf(s->said + n, "%s%s", n > 0 ? " " : "", what);
}

static void said(struct side *s, const char *all)
{
    ck_assert_str_eq(s->said, all);
    s->said[0] = '\0';
}

static struct side *other(const struct side *s)
{
    return &w.side[s == &w.side[0]];
}

/* --- the world's network ------------------------------------------------ */

static void tcp_open(void *ctx, const struct pptp_action *a)
{
    struct side *s = ctx;

    say(s, "open");
    ck_assert(pptp_addr_eq(&a->addr, &other(s)->addr));
    if (w.refuse)
        nas_later(&s->nas, NAS_TCP_FAILED, a->conn, PPTP_PKT_NONE);
    else
        s->opening = a->conn;
}

static void tcp_send(void *ctx, const struct pptp_action *a)
{
    struct side *s = ctx, *o = other(s);

    say(s, "send");
    ck_assert_uint_eq(a->conn, s->conn);
    memcpy(o->tcp + o->tcp_n, a->octets, a->len);
    o->tcp_n += a->len;
}

static void tcp_close(void *ctx, const struct pptp_action *a)
{
    struct side *s = ctx;

    say(s, "close");
    ck_assert_uint_eq(a->conn, s->conn);
    other(s)->fin = true;
}

static void gre_send(void *ctx, const struct pptp_action *a)
{
    struct side *o = other(ctx);

    say(ctx, "gre");
    o->gre[o->gre_n++] = a->pkt;
}

static const struct nas_io io = { .tcp_open = tcp_open,
                                  .tcp_send = tcp_send,
                                  .tcp_close = tcp_close,
                                  .gre_send = gre_send };

/* --- the role ----------------------------------------------------------- */

static void act_frame(struct side *s, const struct pptp_action *a)
{
    if (s->give_back > 0)
        nas_later(&s->nas, s->give_back, a->call, a->pkt);
    else
        s->frame[s->frames++] = a->pkt;
}

static void on_action(void *ctx, const struct pptp_action *a)
{
    static const char *const names[] = {
        [PPTP_ACT_LINE_DIAL] = "dial", [PPTP_ACT_LINE_HANGUP] = "hangup",
        [PPTP_ACT_LINE_ACCM] = "accm", [PPTP_ACT_FRAME_OUT] = "frame",
        [PPTP_ACT_HOLD] = "hold",      [PPTP_ACT_RESUME] = "resume",
        [PPTP_ACT_CONN_UP] = "conn",   [PPTP_ACT_CONN_DOWN] = "lost",
        [PPTP_ACT_CALL_NEW] = "new",   [PPTP_ACT_CALL_UP] = "up",
        [PPTP_ACT_CALL_DOWN] = "down", [PPTP_ACT_LINE_ANSWER] = "answer",
    };
    struct side *s = ctx;

    say(s, names[a->type]);
    if (a->type == PPTP_ACT_LINE_DIAL) {
        s->call = a->call;
        nas_later(&s->nas, LINE_UP, a->call, PPTP_PKT_NONE);
    } else if (a->type == PPTP_ACT_FRAME_OUT) {
        act_frame(s, a);
    }
}

static void on_later(void *ctx, const struct nas_later *l)
{
    struct side *s = ctx;
    struct pptp_line_info i = { .connect_bps = 64000, .framing = 2 };
    char text[16];

    if (l->kind == LINE_UP) {
        say(s, "line");
        pptp_node_line_event(&s->nas.node, l->id, PPTP_LINE_CONNECTED, &i);
        return;
    }
    snprintf(text, sizeof text, "%u", (unsigned)l->id);
    say(s, text);
    /* each hundred brings two more, which come after all that wait */
    if (l->id >= 100) {
        nas_later(&s->nas, SAY, l->id / 100, PPTP_PKT_NONE);
        nas_later(&s->nas, SAY, l->id / 100 + 1, PPTP_PKT_NONE);
    }
}

static const struct nas_role role = { .action = on_action, .later = on_later };

/* --- moving ------------------------------------------------------------- */

static void take_octets(struct side *s)
{
    int used;

    nas_begin(&s->nas, w.now);
    used = pptp_node_tcp_input(&s->nas.node, s->conn, s->tcp, s->tcp_n);
    nas_settle(&s->nas);
    ck_assert_int_gt(used, 0);
    s->tcp_n -= (size_t)used;
    memmove(s->tcp, s->tcp + used, s->tcp_n);
}

static void take_gre(struct side *s)
{
    pptp_pkt h = s->gre[0];

    memmove(s->gre, s->gre + 1, --s->gre_n * sizeof h);
    nas_begin(&s->nas, w.now);
    pptp_node_gre_input(&s->nas.node, &other(s)->addr, &s->addr, h);
    nas_settle(&s->nas);
}

static void take_fin(struct side *s)
{
    s->fin = false;
    nas_begin(&s->nas, w.now);
    pptp_node_tcp_event(&s->nas.node, s->conn, PPTP_TCP_CLOSED, NULL);
    nas_settle(&s->nas);
}

/* Something for a side has come. */
static bool move(struct side *s)
{
    if (s->tcp_n > 0)
        take_octets(s);
    else if (s->fin)
        take_fin(s);
    else if (s->gre_n > 0)
        take_gre(s);
    else
        return false;
    return true;
}

static void run(void)
{
    while (move(&w.side[PAC]) || move(&w.side[PNS]))
        ;
}

static int open_to(struct side *s)
{
    int err;

    nas_begin(&s->nas, w.now);
    err = pptp_node_open(&s->nas.node, &other(s)->addr, &s->conn);
    nas_settle(&s->nas);
    return err;
}

static void connect_sides(void)
{
    struct side *s = &w.side[PNS], *o = other(s);
    struct pptp_tcp_info i = { .local = o->addr,
                               .remote = s->addr,
                               .local_port = PPTP_PORT,
                               .remote_port = 4000,
                               .authorized = true };

    ck_assert_int_eq(open_to(s), 0);
    ck_assert_uint_eq(s->opening, s->conn);
    nas_begin(&o->nas, w.now);
    ck_assert_int_eq(pptp_node_tcp_accepted(&o->nas.node, &i, &o->conn), 0);
    nas_settle(&o->nas);
    i = (struct pptp_tcp_info){ .local = s->addr,
                                .remote = o->addr,
                                .local_port = 4000,
                                .remote_port = PPTP_PORT,
                                .authorized = true };
    nas_begin(&s->nas, w.now);
    pptp_node_tcp_event(&s->nas.node, s->conn, PPTP_TCP_CONNECTED, &i);
    nas_settle(&s->nas);
    run();
}

static void call(void)
{
    struct side *s = &w.side[PNS];
    struct pptp_call_request q = {
        .bearer = 1, .framing = 3, .min_bps = 1, .max_bps = UINT32_MAX
    };

    connect_sides();
    nas_begin(&s->nas, w.now);
    ck_assert_int_eq(pptp_node_call_open(&s->nas.node, s->conn, &q, &s->call),
                     0);
    nas_settle(&s->nas);
    run();
    w.side[PAC].said[0] = w.side[PNS].said[0] = '\0';
}

/* A frame into the tunnel. */
static void frame(struct side *s)
{
    pptp_pkt h = pptp_pool_take(&w.pool, PPTP_HEADROOM);

    pptp_pool_at(&w.pool, h)->tail_len = 100;
    nas_later(&s->nas, NAS_FRAME, s->call, h);
}

static const struct pptp_stats *stats(int side)
{
    return pptp_peer_stats(w.side[side].nas.node.peer);
}

/* --- life --------------------------------------------------------------- */

static void side_begin(int i)
{
    struct side *s = &w.side[i];
    size_t n = pptp_peer_octets(&w.limits);
    struct pptp_config c = w.conf;

    c.role = i == PAC ? PPTP_ROLE_PAC : PPTP_ROLE_PNS;
    s->mem = aligned_alloc(64, n);
    memset(s->mem, 0, n);
    s->addr = pptp_addr_v4((uint32_t)i + 1);
    s->conn = s->opening = PPTP_NONE;
    s->give_back = NAS_FRAME_DONE;
    s->nas.io = &io;
    s->nas.role = &role;
    s->nas.io_ctx = s->nas.role_ctx = s;
    s->nas.node.peer = pptp_peer_init(s->mem, &c, &w.limits, &w.pool,
                                      7u + (uint64_t)i);
    ck_assert_ptr_nonnull(s->nas.node.peer);
    ck_assert_int_eq(nas_node_init(&s->nas, 3), 0);
    ck_assert_uint_eq(s->nas.deadline, PPTP_NEVER);
}

static void begin(void)
{
    memset(&w, 0, sizeof w);
    w.now = 1;
    pptp_config_default(&w.conf);
    pptp_limits_default(&w.limits);
    w.limits.conns = w.limits.calls = 4;
    w.pool_mem = aligned_alloc(64, pptp_pool_mem_octets(PACKETS, 128));
    pptp_pool_init(&w.pool, w.pool_mem, PACKETS, 128);
    side_begin(PAC);
    side_begin(PNS);
}

static void end(void)
{
    int i;

    ck_assert_uint_eq(w.pool.used, 0);
    for (i = 0; i < 2; i++) {
        ck_assert(!w.side[i].nas.exhausted);
        nas_node_fini(&w.side[i].nas);
        free(w.side[i].mem);
    }
    free(w.pool_mem);
}

/* --- whose an action is ------------------------------------------------- */

START_TEST(network_is_the_worlds_and_calls_are_the_roles)
{
    struct side *pac = &w.side[PAC], *pns = &w.side[PNS];
    struct pptp_call_request q = {
        .bearer = 1, .framing = 3, .min_bps = 1, .max_bps = UINT32_MAX
    };

    connect_sides();
    said(pns, "open send conn");
    said(pac, "send conn");
    nas_begin(&pns->nas, w.now);
    pptp_node_call_open(&pns->nas.node, pns->conn, &q, &pns->call);
    nas_settle(&pns->nas);
    run();
    said(pns, "send up");
    said(pac, "new dial line send up");
    frame(pac);
    nas_do(&pac->nas);
    run();
    said(pac, "gre");
    said(pns, "frame");
    nas_later(&pac->nas, NAS_CONN_CLOSE, pac->conn, PPTP_PKT_NONE);
    nas_do(&pac->nas);
    run();
    said(pac, "send hangup down close lost");
    said(pns, "send close down lost");
}
END_TEST

/* --- what waits --------------------------------------------------------- */

START_TEST(what_waits_keeps_its_order)
{
    struct side *s = &w.side[PAC];
    uint32_t i;

    for (i = 1; i <= 3; i++)
        nas_later(&s->nas, SAY, i, PPTP_PKT_NONE);
    said(s, "");
    nas_do(&s->nas);
    said(s, "1 2 3");
    nas_do(&s->nas);
    said(s, "");
    /* what follows from one comes after those that were there */
    nas_later(&s->nas, SAY, 700, PPTP_PKT_NONE);
    nas_later(&s->nas, SAY, 5, PPTP_PKT_NONE);
    nas_begin(&s->nas, w.now);
    nas_settle(&s->nas);
    said(s, "700 5 7 8");
}
END_TEST

/* From each place of a ring of three, beyond its end and twice its room. */
START_TEST(more_room_while_the_ring_wraps)
{
    struct side *s = &w.side[PAC];
    int i;

    for (i = 0; i < _i; i++)
        nas_later(&s->nas, SAY, 9, PPTP_PKT_NONE);
    nas_do(&s->nas);
    s->said[0] = '\0';
    nas_later(&s->nas, SAY, 1, PPTP_PKT_NONE);
    nas_later(&s->nas, SAY, 200, PPTP_PKT_NONE);
    nas_later(&s->nas, SAY, 400, PPTP_PKT_NONE);
    ck_assert_uint_eq(s->nas.room, 3);
    nas_later(&s->nas, SAY, 600, PPTP_PKT_NONE);
    ck_assert_uint_eq(s->nas.room, 6);
    nas_do(&s->nas);
    said(s, "1 200 400 600 2 3 4 5 6 7");
    for (i = 0; i < 7; i++)
        nas_later(&s->nas, SAY, (uint32_t)i, PPTP_PKT_NONE);
    ck_assert_uint_eq(s->nas.room, 12);
    nas_do(&s->nas);
    said(s, "0 1 2 3 4 5 6");
}
END_TEST

/* From within the action that hands them out, as they must not be. */
START_TEST(frames_are_given_back_after_the_step)
{
    struct side *pac = &w.side[PAC], *pns = &w.side[PNS];
    int i;

    call();
    pns->give_back = _i == 0 ? NAS_FRAME_DONE : NAS_FRAME_DROPPED;
    for (i = 0; i < 5; i++)
        frame(pac);
    nas_do(&pac->nas);
    said(pac, "gre gre gre gre gre");
    run();
    said(pns, "frame frame frame frame frame");
    ck_assert_uint_eq(w.pool.used, 0);
    ck_assert_uint_eq(pns->nas.deadline,
                      pptp_peer_deadline(pns->nas.node.peer));
    /* an acknowledgement is due of what was digested, and of nothing else */
    ck_assert_int_eq(pns->nas.deadline < w.now + PPTP_S,
                     pns->give_back == NAS_FRAME_DONE);
    w.now = pns->nas.deadline;
    nas_begin(&pns->nas, w.now);
    ck_assert_uint_gt(nas_settle(&pns->nas), w.now);
    said(pns, pns->give_back == NAS_FRAME_DONE ? "gre" : "send");
    run();
}
END_TEST

/* Frames that nobody gives back are not acknowledged. */
START_TEST(a_frame_may_be_kept)
{
    struct side *pac = &w.side[PAC], *pns = &w.side[PNS];

    call();
    pns->give_back = 0;
    frame(pac);
    nas_do(&pac->nas);
    run();
    ck_assert_uint_eq(pns->frames, 1);
    ck_assert_uint_eq(w.pool.used, 1);
    nas_later(&pns->nas, NAS_FRAME_DONE, pns->call, pns->frame[0]);
    nas_do(&pns->nas);
    ck_assert_uint_eq(w.pool.used, 0);
}
END_TEST

START_TEST(a_call_is_closed_later)
{
    struct side *pns = &w.side[PNS];

    call();
    nas_later(&pns->nas, NAS_CALL_CLOSE, pns->call, PPTP_PKT_NONE);
    said(pns, "");
    nas_do(&pns->nas);
    run();
    said(&w.side[PAC], "send hangup down");
    said(pns, "send down");
}
END_TEST

/* tcp_open may not feed: the failure comes when the step is over. */
START_TEST(a_connection_that_cannot_begin_fails_later)
{
    struct side *s = &w.side[PNS];

    w.refuse = true;
    ck_assert_int_eq(open_to(s), 0);
    said(s, "open close lost");
    ck_assert_uint_eq(s->nas.count, 0);
    ck_assert_uint_eq(stats(PNS)->conns_closed, 1);
}
END_TEST

/* --- the journal -------------------------------------------------------- */

static void append(void *ctx, const uint8_t *octets, size_t n)
{
    (void)ctx;
    ck_assert_uint_le(w.log_n + n, sizeof w.log);
    memcpy(w.log + w.log_n, octets, n);
    w.log_n += n;
}

static enum pptp_replay_verdict replay(uint64_t *inputs)
{
    size_t need = pptp_replay_octets(w.log, w.log_n);
    void *mem = aligned_alloc(64, need);
    struct pptp_replay_result r;

    ck_assert_ptr_nonnull(mem);
    memset(mem, 0, need);
    pptp_replay(w.log, w.log_n, mem, NULL, &r);
    free(mem);
    *inputs = r.inputs;
    return r.verdict;
}

START_TEST(a_journal_sees_what_waited_too)
{
    struct side *pac = &w.side[PAC], *pns = &w.side[PNS];
    struct pptp_journal_head head = { .config = w.conf,
                                      .limits = w.limits,
                                      .seed = 7 + PAC };
    uint64_t inputs, before;

    head.config.role = PPTP_ROLE_PAC;
    ck_assert_int_eq(
        pptp_journal_start(&w.journal, &head, &w.pool, append, NULL), 0);
    pac->nas.node.journal = &w.journal;
    call();
    before = w.journal.inputs;
    frame(pac);
    nas_do(&pac->nas);
    run();
    frame(pns);
    nas_do(&pns->nas);
    run();
    /* the frame, the packet, and that it was given back */
    ck_assert_uint_eq(w.journal.inputs, before + 3);
    nas_later(&pac->nas, NAS_CONN_CLOSE, pac->conn, PPTP_PKT_NONE);
    nas_do(&pac->nas);
    run();
    pptp_journal_end(&w.journal);
    ck_assert_int_eq(replay(&inputs), PPTP_REPLAY_SAME);
    ck_assert_uint_eq(inputs, w.journal.inputs);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("nas_node");
    TCase *t = tcase_create("node");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, network_is_the_worlds_and_calls_are_the_roles);
    tcase_add_test(t, what_waits_keeps_its_order);
    tcase_add_loop_test(t, more_room_while_the_ring_wraps, 0, 3);
    tcase_add_loop_test(t, frames_are_given_back_after_the_step, 0, 2);
    tcase_add_test(t, a_frame_may_be_kept);
    tcase_add_test(t, a_call_is_closed_later);
    tcase_add_test(t, a_connection_that_cannot_begin_fails_later);
    tcase_add_test(t, a_journal_sees_what_waited_too);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(suite());
    int failed;

    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
