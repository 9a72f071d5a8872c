/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop body that every world shares: its contract and its order. */
#include "config.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "pptp/journal.h"
#include "pptp/node.h"

#define CONNS 40

static struct pptp_node n;
static struct pptp_pool pool;
static struct pptp_config conf;
static struct pptp_limits limits;
static void *mem, *pool_mem;

static enum pptp_action_type acts[256];
static unsigned acts_n;
static uint64_t traces, traces_before_action;
static pptp_ns trace_at;

static void on_act(void *ctx, const struct pptp_action *a)
{
    ck_assert_ptr_eq(ctx, &n);
    ck_assert_uint_lt(acts_n, 256);
    if (acts_n == 0)
        traces_before_action = traces;
    acts[acts_n++] = a->type;
    if (a->type == PPTP_ACT_FRAME_OUT || a->type == PPTP_ACT_GRE_SEND)
        pptp_pool_free(&pool, a->pkt);
}

static void on_trace(void *ctx, const struct pptp_trace_rec *r)
{
    ck_assert_ptr_eq(ctx, &n);
    ck_assert_uint_ge(r->at_ns, trace_at);
    trace_at = r->at_ns;
    traces++;
}

static void begin(void)
{
    size_t size;

    memset(&n, 0, sizeof n);
    acts_n = 0;
    traces = traces_before_action = trace_at = 0;
    pptp_config_default(&conf);
    conf.allow_multiple = true;
    pptp_limits_default(&limits);
    limits.conns = CONNS;
    limits.actions = 16;
    limits.trace = 16;
    size = pptp_peer_octets(&limits);
    mem = aligned_alloc(64, size);
    memset(mem, 0, size);
    pool_mem = aligned_alloc(64, pptp_pool_mem_octets(16, 128));
    pptp_pool_init(&pool, pool_mem, 16, 128);
    n.peer = pptp_peer_init(mem, &conf, &limits, &pool, 5);
    ck_assert_ptr_nonnull(n.peer);
    n.act = on_act;
    n.trace = on_trace;
    n.ctx = &n;
}

static void end(void)
{
    ck_assert_uint_eq(pool.used, 0);
    free(mem);
    free(pool_mem);
}

static pptp_ns step_at(pptp_ns now)
{
    pptp_node_begin(&n, now);
    return pptp_node_step(&n);
}

static pptp_conn_id accept_at(pptp_ns now)
{
    struct pptp_tcp_info i = { .local = pptp_addr_v4(1),
                               .remote = pptp_addr_v4(2),
                               .authorized = true };
    pptp_conn_id c = PPTP_NONE;

    pptp_node_begin(&n, now);
    ck_assert_int_eq(pptp_node_tcp_accepted(&n, &i, &c), 0);
    ck_assert_uint_gt(pptp_node_step(&n), now);
    return c;
}

static size_t sccrq(uint8_t out[PPTP_MSG_MAX])
{
    struct pptp_msg m = { .type = PPTP_SCCRQ };

    m.sccrq.protocol_version = PPTP_VERSION;
    m.sccrq.framing_caps = m.sccrq.bearer_caps = 3;
    return pptp_msg_encode(&m, out);
}

static void message_at(pptp_ns now, pptp_conn_id c, const uint8_t *octets,
                       size_t len)
{
    pptp_node_begin(&n, now);
    ck_assert_int_eq(pptp_node_tcp_input(&n, c, octets, len), (int)len);
    ck_assert_uint_gt(pptp_node_step(&n), now);
}

/* --- the contract ------------------------------------------------------ */

START_TEST(time_may_stand_still)
{
    step_at(7);
    step_at(7);
    ck_assert_uint_eq(step_at(8), PPTP_NEVER);
    ck_assert_uint_eq(n.now_ns, 8);
}
END_TEST

START_TEST(time_never_goes_back)
{
    step_at(7);
    pptp_node_begin(&n, 6);
}
END_TEST

START_TEST(nothing_re_enters)
{
    pptp_node_begin(&n, 1);
    pptp_node_begin(&n, 1);
}
END_TEST

START_TEST(no_step_without_begin)
{
    pptp_node_step(&n);
}
END_TEST

START_TEST(no_input_without_begin)
{
    pptp_node_call_close(&n, 0);
}
END_TEST

START_TEST(one_input_before_a_step)
{
    pptp_node_begin(&n, 1);
    pptp_node_call_close(&n, 0);
    pptp_node_call_close(&n, 0);
}
END_TEST

static void feeds_itself(void *ctx, const struct pptp_action *a)
{
    (void)ctx;
    (void)a;
    pptp_node_begin(&n, n.now_ns);
}

START_TEST(an_action_may_not_feed)
{
    struct pptp_addr to = pptp_addr_v4(9);
    pptp_conn_id c;

    n.act = feeds_itself;
    pptp_node_begin(&n, 1);
    pptp_node_open(&n, &to, &c);
    pptp_node_step(&n);
}
END_TEST

/* --- what a step does -------------------------------------------------- */

START_TEST(actions_come_in_order_and_the_trace_after_them)
{
    uint8_t o[PPTP_MSG_MAX];
    size_t len = sccrq(o);
    pptp_conn_id c = accept_at(1);

    ck_assert_uint_eq(acts_n, 0);
    ck_assert_uint_gt(traces, 0); /* its state is traced */
    traces = 0;
    message_at(2, c, o, len);
    ck_assert_uint_eq(acts_n, 2);
    ck_assert_uint_eq(acts[0], PPTP_ACT_TCP_SEND);
    ck_assert_uint_eq(acts[1], PPTP_ACT_CONN_UP);
    ck_assert_uint_eq(traces_before_action, 0);
    ck_assert_uint_eq(traces, 3); /* received, state, sent */
    ck_assert_uint_eq(trace_at, 2);
}
END_TEST

START_TEST(a_due_deadline_fires_and_the_next_lies_beyond)
{
    uint8_t o[PPTP_MSG_MAX];
    pptp_conn_id c = accept_at(1);
    pptp_ns next;

    message_at(2, c, o, sccrq(o));
    acts_n = 0;
    /* one tick short of the idle time, nothing */
    next = step_at(1 + conf.idle_timeout_ns);
    ck_assert_uint_eq(next, 2 + conf.idle_timeout_ns);
    ck_assert_uint_eq(acts_n, 0);
    next = step_at(next); /* an echo request */
    ck_assert_uint_eq(acts_n, 1);
    ck_assert_uint_eq(acts[0], PPTP_ACT_TCP_SEND);
    ck_assert_uint_gt(next, n.now_ns);
    /* hours late: what was due is done, once */
    next = step_at(n.now_ns + 7200 * PPTP_S);
    ck_assert_uint_eq(next, PPTP_NEVER);
    ck_assert_uint_eq(acts_n, 3);
    ck_assert_uint_eq(acts[1], PPTP_ACT_TCP_CLOSE);
    ck_assert_uint_eq(acts[2], PPTP_ACT_CONN_DOWN);
}
END_TEST

/* more than the queue of actions or the trace hold at once */
START_TEST(all_that_is_due_fires_in_one_step)
{
    unsigned i;

    for (i = 0; i < CONNS; i++)
        accept_at(1);
    acts_n = 0;
    ck_assert_uint_eq(step_at(1 + conf.start_timeout_ns), PPTP_NEVER);
    ck_assert_uint_eq(acts_n, 2 * CONNS);
    ck_assert_uint_eq(pptp_peer_stats(n.peer)->conns_closed, CONNS);
    ck_assert_uint_eq(pptp_peer_stats(n.peer)->conns_timed_out, CONNS);
}
END_TEST

START_TEST(the_trace_is_drained_though_nobody_wants_it)
{
    unsigned i;

    n.trace = NULL;
    for (i = 0; i < CONNS; i++) /* of 16 records */
        accept_at(1);
    ck_assert_uint_eq(pptp_peer_stats(n.peer)->trace_lost, 0);
    ck_assert_uint_eq(traces, 0);
}
END_TEST

/* --- inputs ------------------------------------------------------------ */

static size_t journal_octets;

static void count(void *ctx, const uint8_t *octets, size_t len)
{
    ck_assert_ptr_eq(ctx, &n);
    ck_assert_ptr_nonnull(octets);
    journal_octets += len;
}

static pptp_pkt packet(void)
{
    return pptp_pool_take(&pool, PPTP_HEADROOM);
}

/* A step after each, so that each is the only one. */
#define GIVES(call, value)                 \
    do {                                   \
        pptp_node_begin(&n, n.now_ns + 1); \
        ck_assert_int_eq(call, value);     \
        pptp_node_step(&n);                \
    } while (0)

/* Every input says what the peer says, recorded or not. */
START_TEST(inputs_give_what_the_peer_gives)
{
    struct pptp_journal j;
    struct pptp_journal_head head = { .config = conf,
                                      .limits = limits,
                                      .seed = 5 };
    struct pptp_call_request q = { .bearer = 1, .framing = 3 };
    struct pptp_line_info line = { .connect_bps = 1 };
    struct pptp_addr to = pptp_addr_v4(9);
    pptp_conn_id c = 77, call = 78;
    uint64_t before;

    journal_octets = 0;
    if (_i == 1) {
        ck_assert_int_eq(pptp_journal_start(&j, &head, &pool, count, &n), 0);
        n.journal = &j;
    }
    GIVES(pptp_node_open(&n, &to, &c), 0);
    ck_assert_uint_ne(c, 77);
    ck_assert_uint_eq(acts[0], PPTP_ACT_TCP_OPEN);
    GIVES(pptp_node_ring(&n, c, &q, &call), PPTP_ERR_STATE);
    GIVES(pptp_node_call_open(&n, c, &q, &call), PPTP_ERR_STATE);
    ck_assert_uint_eq(call, 78);
    GIVES(pptp_node_tcp_input(&n, c, (const uint8_t *)"", 1), PPTP_ERR_STATE);
    GIVES(pptp_node_line_event(&n, 3, PPTP_LINE_BUSY, &line),
          PPTP_ERR_UNKNOWN);
    GIVES(pptp_node_line_event(&n, 3, PPTP_LINE_BUSY, NULL), PPTP_ERR_UNKNOWN);
    GIVES(pptp_node_frame(&n, 3, packet()), PPTP_ERR_UNKNOWN);
    GIVES(pptp_node_call_close(&n, 3), PPTP_ERR_UNKNOWN);
    GIVES(pptp_node_set_link_info(&n, 3, 1, 2), PPTP_ERR_UNKNOWN);
    before = pptp_peer_stats(n.peer)->gre_rx_bad;
    pptp_node_begin(&n, n.now_ns + 1);
    pptp_node_gre_input(&n, &to, &to, packet());
    pptp_node_step(&n);
    ck_assert_uint_eq(pptp_peer_stats(n.peer)->gre_rx_bad, before + 1);
    pptp_node_begin(&n, n.now_ns + 1);
    pptp_node_frame_done(&n, 3, packet());
    pptp_node_step(&n);
    ck_assert_uint_eq(pool.used, 0);
    GIVES(pptp_node_close(&n, c, PPTP_STOP_NONE), 0);
    GIVES(pptp_node_tcp_event(&n, c, PPTP_TCP_FAILED, NULL), PPTP_ERR_UNKNOWN);
    if (_i == 1) {
        ck_assert_uint_eq(j.inputs, 13);
        pptp_journal_end(&j);
        ck_assert_uint_gt(journal_octets, 1000);
    } else {
        ck_assert_uint_eq(journal_octets, 0);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("node");
    TCase *t = tcase_create("contract");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, time_may_stand_still);
    suite_add_tcase(s, t);
    t = tcase_create("step");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, actions_come_in_order_and_the_trace_after_them);
    tcase_add_test(t, a_due_deadline_fires_and_the_next_lies_beyond);
    tcase_add_test(t, all_that_is_due_fires_in_one_step);
    tcase_add_test(t, the_trace_is_drained_though_nobody_wants_it);
    tcase_add_loop_test(t, inputs_give_what_the_peer_gives, 0, 2);
    suite_add_tcase(s, t);
    return s;
}

static Suite *stops(void)
{
    Suite *s = suite_create("node: stops");
    TCase *t = tcase_create("assertions");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test_raise_signal(t, time_never_goes_back, SIGABRT);
    tcase_add_test_raise_signal(t, nothing_re_enters, SIGABRT);
    tcase_add_test_raise_signal(t, no_step_without_begin, SIGABRT);
    tcase_add_test_raise_signal(t, no_input_without_begin, SIGABRT);
    tcase_add_test_raise_signal(t, one_input_before_a_step, SIGABRT);
    tcase_add_test_raise_signal(t, an_action_may_not_feed, SIGABRT);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(suite());
    int failed;

    /* a signal needs a child: not under CK_FORK=no (make check-valgrind) */
    if (srunner_fork_status(r) == CK_FORK)
        srunner_add_suite(r, stops());
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
