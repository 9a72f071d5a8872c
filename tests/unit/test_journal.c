/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Journals of two whole peers in a small world with loss, delay, bursts and
 * an empty pool: they repeat, they replay, and damage is told from
 * difference.
 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "pptp/journal.h"
#include "pptp/node.h"
#include "pptp/replay.h"

#define PACKETS 160
#define BUF 256
#define TICK (20 * PPTP_MS)
#define INPUT_FIRST 16 /* kinds of the format, on purpose not by name: */
#define INPUT_LAST 29  /* a change of them is a change of the format */
#define KIND_STEP 66
#define KIND_END 2

struct octets {
    uint8_t *at;
    size_t n, room;
};

struct side {
    struct pptp_node node;
    struct pptp_journal journal;
    struct octets log;
    void *mem;
    struct pptp_addr addr;
    pptp_conn_id conn;
    pptp_call_id calls[8]; /* that are up */
    unsigned calls_n;
    uint8_t tcp[16384];
    size_t tcp_n;
    bool open, fin;
    pptp_pkt gre[PACKETS];
    pptp_ns gre_at[PACKETS];
    unsigned gre_n;
    pptp_pkt frame[PACKETS];
    pptp_call_id frame_call[PACKETS];
    unsigned frame_n;
    pptp_call_id line[8]; /* to be connected */
    unsigned line_n;
    uint64_t actions[16];
};

static struct {
    struct side side[2]; /* PAC, PNS */
    struct pptp_pool pool;
    void *pool_mem;
    pptp_ns now;
    uint64_t rng;
    unsigned loss_percent;
    bool slow; /* frames are not digested */
    bool real; /* frames have octets */
} w;

static void append(void *ctx, const uint8_t *octets, size_t n)
{
    struct octets *o = ctx;

    if (o->n + n > o->room) {
        o->room = 2 * (o->n + n);
        o->at = realloc(o->at, o->room);
        ck_assert_ptr_nonnull(o->at);
    }
    memcpy(o->at + o->n, octets, n);
    o->n += n;
}

static uint32_t rnd(uint32_t n)
{
    w.rng = w.rng * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(w.rng >> 33) % n;
}

static struct side *other(struct side *s)
{
    return s == &w.side[0] ? &w.side[1] : &w.side[0];
}

/* --- the world --------------------------------------------------------- */

static void lose_call(struct side *s, pptp_call_id call)
{
    unsigned i;

    for (i = 0; i < s->calls_n; i++)
        if (s->calls[i] == call)
            s->calls[i] = s->calls[--s->calls_n];
}

static void gre_out(struct side *s, pptp_pkt pkt)
{
    struct side *o = other(s);

    if (rnd(100) < w.loss_percent || o->gre_n == PACKETS) {
        pptp_pool_free(&w.pool, pkt);
        return;
    }
    o->gre_at[o->gre_n] = w.now + 5 * PPTP_MS + rnd(60) * PPTP_MS;
    o->gre[o->gre_n++] = pkt;
}

static void act(void *ctx, const struct pptp_action *a)
{
    struct side *s = ctx, *o = other(s);

    s->actions[a->type]++;
    switch (a->type) {
    case PPTP_ACT_TCP_OPEN: s->open = true; break;
    case PPTP_ACT_TCP_SEND:
        ck_assert_uint_le(o->tcp_n + a->len, sizeof o->tcp);
        memcpy(o->tcp + o->tcp_n, a->octets, a->len);
        o->tcp_n += a->len;
        break;
    case PPTP_ACT_TCP_CLOSE: o->fin = true; break;
    case PPTP_ACT_GRE_SEND: gre_out(s, a->pkt); break;
    case PPTP_ACT_FRAME_OUT:
        s->frame_call[s->frame_n] = a->call;
        s->frame[s->frame_n++] = a->pkt;
        break;
    case PPTP_ACT_LINE_DIAL:
    case PPTP_ACT_LINE_ANSWER: s->line[s->line_n++] = a->call; break;
    case PPTP_ACT_CALL_UP: s->calls[s->calls_n++] = a->call; break;
    case PPTP_ACT_CALL_DOWN: lose_call(s, a->call); break;
    default: break;
    }
}

static void begin(struct side *s)
{
    pptp_node_begin(&s->node, w.now);
}

static void end(struct side *s)
{
    ck_assert_uint_gt(pptp_node_step(&s->node), w.now);
}

static void side_init(int i, const struct pptp_config *config,
                      const struct pptp_limits *limits, uint32_t snap)
{
    struct side *s = &w.side[i];
    struct pptp_journal_head h = { .config = *config,
                                   .limits = *limits,
                                   .seed = 99u + (uint64_t)i,
                                   .snap_octets = snap,
                                   .note = "test world" };
    size_t n = pptp_peer_octets(limits);

    h.config.role = i == 0 ? PPTP_ROLE_PAC : PPTP_ROLE_PNS;
    s->mem = aligned_alloc(64, n);
    memset(s->mem, 0, n);
    s->addr = pptp_addr_v4(0x0a000001u + (uint32_t)i);
    s->conn = PPTP_NONE;
    s->node.peer = pptp_peer_init(s->mem, &h.config, limits, &w.pool, h.seed);
    ck_assert_ptr_nonnull(s->node.peer);
    s->node.act = act;
    s->node.ctx = s;
    ck_assert_int_eq(
        pptp_journal_start(&s->journal, &h, &w.pool, append, &s->log), 0);
    s->node.journal = &s->journal;
}

static void config_default(struct pptp_config *c)
{
    pptp_config_default(c);
    c->win.reorder_hold_ns = 30 * PPTP_MS;
    c->win.send_queue = 8;
    c->idle_timeout_ns = 2 * PPTP_S;
    strcpy(c->host_name, "journal");
}

static uint32_t calls_limit = 8;

static void world_start(uint64_t seed, uint32_t snap)
{
    struct pptp_config c;
    struct pptp_limits l;

    memset(&w, 0, sizeof w);
    w.rng = seed;
    w.loss_percent = 8;
    w.real = snap > 0;
    w.pool_mem = aligned_alloc(64, pptp_pool_mem_octets(PACKETS, BUF));
    pptp_pool_init(&w.pool, w.pool_mem, PACKETS, BUF);
    config_default(&c);
    pptp_limits_default(&l);
    l.actions = 16;
    l.calls = calls_limit;
    l.conns = 4;
    side_init(0, &c, &l, snap);
    side_init(1, &c, &l, snap);
}

static void world_stop(void)
{
    int i;

    for (i = 0; i < 2; i++) {
        free(w.side[i].mem);
        free(w.side[i].log.at);
    }
    free(w.pool_mem);
}

static void tcp_opened(struct side *s)
{
    struct side *o = other(s);
    struct pptp_tcp_info i = { .local = o->addr,
                               .remote = s->addr,
                               .local_port = 1723,
                               .remote_port = 4000,
                               .authorized = true };

    s->open = false;
    begin(o);
    ck_assert_int_eq(pptp_node_tcp_accepted(&o->node, &i, &o->conn), 0);
    end(o);
    i.local = s->addr;
    i.remote = o->addr;
    begin(s);
    ck_assert_int_eq(
        pptp_node_tcp_event(&s->node, s->conn, PPTP_TCP_CONNECTED, &i), 0);
    end(s);
}

static void tcp_deliver(struct side *s)
{
    while (s->tcp_n > 0) {
        size_t n = 1 + rnd((uint32_t)s->tcp_n);
        int used;

        begin(s);
        used = pptp_node_tcp_input(&s->node, s->conn, s->tcp, n);
        if (used < 0)
            used = (int)s->tcp_n;
        /* before the step, which may bring more */
        s->tcp_n -= (size_t)used;
        memmove(s->tcp, s->tcp + used, s->tcp_n);
        end(s);
    }
    if (s->fin) {
        s->fin = false;
        begin(s);
        pptp_node_tcp_event(&s->node, s->conn, PPTP_TCP_CLOSED, NULL);
        end(s);
    }
}

static void gre_deliver(struct side *s)
{
    unsigned i = 0;

    while (i < s->gre_n) {
        pptp_pkt k = s->gre[i];

        if (s->gre_at[i] > w.now) {
            i++;
            continue;
        }
        s->gre[i] = s->gre[--s->gre_n];
        s->gre_at[i] = s->gre_at[s->gre_n];
        begin(s);
        pptp_node_gre_input(&s->node, &other(s)->addr, &s->addr, k);
        end(s);
    }
}

static void digest(struct side *s)
{
    while (s->frame_n > 0) { /* in order, or thrown away at any time */
        bool done = w.loss_percent == 0 || rnd(4) > 0;
        unsigned i = done ? 0 : rnd(s->frame_n);
        pptp_pkt k = s->frame[i];
        pptp_call_id call = s->frame_call[i];

        s->frame_n--;
        memmove(s->frame + i, s->frame + i + 1, (s->frame_n - i) * sizeof k);
        memmove(s->frame_call + i, s->frame_call + i + 1,
                (s->frame_n - i) * sizeof call);
        begin(s);
        if (done)
            pptp_node_frame_done(&s->node, call, k);
        else
            pptp_node_frame_dropped(&s->node, call, k);
        end(s);
    }
}

static void frame(struct side *s, pptp_call_id call)
{
    pptp_pkt h = pptp_pool_take(&w.pool, PPTP_HEADROOM);
    struct pptp_packet *k;
    uint32_t i, n;

    if (h == PPTP_PKT_NONE)
        return;
    k = pptp_pool_at(&w.pool, h);
    k->tail_len = rnd(50) == 0 ? 2000 : rnd(200);
    k->head_len = (uint16_t)(w.real ? rnd(100) : 0);
    for (i = 0, n = k->head_len; i < n; i++)
        pptp_packet_data(k)[i] = (uint8_t)rnd(256);
    begin(s);
    pptp_node_frame(&s->node, call, h);
    end(s);
}

static void line_event(struct side *s, pptp_call_id call,
                       enum pptp_line_event e, uint32_t errors)
{
    struct pptp_line_info l = {
        .connect_bps = 64000, .framing = 2, .ppd_ds = 1, .errors = { errors }
    };

    begin(s);
    pptp_node_line_event(&s->node, call, e,
                         e == PPTP_LINE_DROPPED ? NULL : &l);
    end(s);
}

static void one_tick(void)
{
    int i;

    w.now += TICK + rnd(1000);
    for (i = 0; i < 2; i++) {
        struct side *s = &w.side[i];

        begin(s);
        end(s);
        if (s->open)
            tcp_opened(s);
        tcp_deliver(s);
        while (s->line_n > 0)
            line_event(s, s->line[--s->line_n], PPTP_LINE_CONNECTED, 0);
        gre_deliver(s);
        if (!w.slow)
            digest(s);
    }
}

static void ticks(unsigned n, unsigned frames_percent)
{
    while (n-- > 0) {
        int i;

        one_tick();
        for (i = 0; i < 2; i++) {
            struct side *s = &w.side[i];

            if (s->calls_n > 0 && rnd(100) < frames_percent)
                frame(s, s->calls[rnd(s->calls_n)]);
        }
    }
}

static pptp_call_id dial(bool incoming)
{
    struct side *s = &w.side[incoming ? 0 : 1];
    struct pptp_call_request q = { .bearer = 1,
                                   .framing = 3,
                                   .max_bps = 128000,
                                   .number = "5551234",
                                   .dialing = "\"5\\\x80" };
    pptp_call_id call;

    begin(s);
    if (incoming)
        ck_assert_int_eq(pptp_node_ring(&s->node, s->conn, &q, &call), 0);
    else
        ck_assert_int_eq(pptp_node_call_open(&s->node, s->conn, &q, &call), 0);
    end(s);
    return call;
}

/* The world keeps all but `leave` packets for itself; then gives back. */
static pptp_pkt hoard(uint32_t leave, pptp_pkt head)
{
    while (w.pool.limit - w.pool.used > leave) {
        pptp_pkt h = pptp_pool_take(&w.pool, 0);

        pptp_pool_at(&w.pool, h)->next = head;
        head = h;
    }
    return head;
}

static void unhoard(pptp_pkt h)
{
    while (h != PPTP_PKT_NONE) {
        pptp_pkt next = pptp_pool_at(&w.pool, h)->next;

        pptp_pool_free(&w.pool, h);
        h = next;
    }
}

static void open_up(void)
{
    struct side *pns = &w.side[1];

    begin(pns);
    ck_assert_int_eq(pptp_node_open(&pns->node, &w.side[0].addr, &pns->conn),
                     0);
    end(pns);
    ticks(5, 0);
    dial(true);
    ticks(4, 0);
    dial(false);
    ticks(6, 0);
    ck_assert_uint_eq(w.side[0].calls_n, 2);
    ck_assert_uint_eq(w.side[1].calls_n, 2);
}

static void close_down(void)
{
    struct side *pns = &w.side[1], *pac = &w.side[0];

    begin(pns);
    ck_assert_int_eq(pptp_node_call_close(&pns->node, pns->calls[0]), 0);
    end(pns);
    ticks(5, 40);
    line_event(pac, pac->calls[0], PPTP_LINE_DROPPED, 0);
    ticks(5, 40);
    /* one call is left for the connection to take along */
    dial(true);
    ticks(5, 40);
    begin(pns);
    ck_assert_int_eq(pptp_node_close(&pns->node, pns->conn, PPTP_STOP_NONE),
                     0);
    end(pns);
    ticks(5, 0);
    begin(pns); /* stale by now */
    ck_assert_int_eq(pptp_node_close(&pns->node, pns->conn, PPTP_STOP_NONE),
                     PPTP_ERR_UNKNOWN);
    end(pns);
    ticks(5, 0);
}

static void journals_end(void)
{
    pptp_journal_end(&w.side[0].journal);
    pptp_journal_end(&w.side[1].journal);
}

/* A whole session: everything that the two inputs and outputs know. */
static void session(uint64_t seed, uint32_t snap)
{
    struct side *pns = &w.side[1], *pac = &w.side[0];
    pptp_pkt kept = PPTP_PKT_NONE;
    unsigned i;

    world_start(seed, snap);
    open_up();
    ticks(200, 80);
    for (i = 0; i < 30; i++) /* more than window and queue hold */
        frame(pac, pac->calls[0]);
    w.slow = true;
    ticks(40, 100);
    w.slow = false;
    begin(pns);
    ck_assert_int_eq(
        pptp_node_set_link_info(&pns->node, pns->calls[0], 0, 0xa0000), 0);
    end(pns);
    line_event(pac, pac->calls[0], PPTP_LINE_ERRORS, 3);
    for (i = 0; i < 300; i++) { /* acknowledgments find no packet */
        if (i % 8 == 0) {
            unhoard(kept);
            kept = PPTP_PKT_NONE;
            frame(pac, pac->calls[rnd(pac->calls_n)]);
            frame(pns, pns->calls[rnd(pns->calls_n)]);
        }
        ticks(1, 0);
        kept = hoard(rnd(2), kept);
    }
    unhoard(kept);
    w.loss_percent = 100;
    ticks(60, 30);
    w.loss_percent = 2;
    ticks(300, 0); /* echo */
    close_down();
    journals_end();
}

/* --- replaying --------------------------------------------------------- */

static struct pptp_replay_result result;
static struct pptp_replay_options options;

static enum pptp_replay_verdict replay(const uint8_t *octets, size_t n)
{
    size_t need = pptp_replay_octets(octets, n);
    void *mem = NULL;

    /* a mutated head may ask for anything: the caller has the bound */
    if (need > (size_t)64 << 20) {
        memset(&result, 0, sizeof result);
        result.verdict = PPTP_REPLAY_MALFORMED;
        return result.verdict;
    }
    if (need > 0) {
        mem = aligned_alloc(64, need);
        memset(mem, 0, need);
    }
    pptp_replay(octets, n, mem, &options, &result);
    free(mem);
    return result.verdict;
}

/* A copy of exactly n octets, so that a sanitizer sees a read beyond. */
static uint8_t *copy_of(const uint8_t *octets, size_t n)
{
    uint8_t *c = malloc(n > 0 ? n : 1);

    ck_assert_ptr_nonnull(c);
    memcpy(c, octets, n);
    return c;
}

static void expect_same(struct side *s)
{
    ck_assert_msg(replay(s->log.at, s->log.n) == PPTP_REPLAY_SAME,
                  "%s at %zu: %s\nin   %s\nwant %s\ngot  %s",
                  pptp_replay_verdict_name(result.verdict), result.offset,
                  result.why != NULL ? result.why : "", result.input,
                  result.expected, result.got);
    ck_assert_uint_eq(result.inputs, s->journal.inputs);
    ck_assert_uint_eq(result.number, s->journal.records - 1);
}

START_TEST(a_session_replays_to_the_same_decisions)
{
    const struct pptp_stats *st;
    int i;

    session(1, 0);
    for (i = 0; i < 2; i++) {
        st = pptp_peer_stats(w.side[i].node.peer);
        /* the session shows what it is meant to show */
        ck_assert_uint_gt(st->timeouts, 0);
        ck_assert_uint_gt(st->gre_tx_acks, 0);
        ck_assert_uint_gt(st->gre_rx_skipped, 0);
        ck_assert_uint_gt(st->gre_rx_reordered, 0);
        ck_assert_uint_gt(st->packets_exhausted, 0);
        ck_assert_uint_gt(st->frames_dropped_long, 0);
        ck_assert_uint_eq(st->calls_established, 3);
        ck_assert_uint_eq(st->conns_closed, 1);
    }
    st = pptp_peer_stats(w.side[0].node.peer);
    ck_assert_uint_gt(st->frames_dropped_full, 0);
    ck_assert_uint_gt(w.side[0].actions[PPTP_ACT_HOLD], 0);
    ck_assert_uint_gt(w.side[0].actions[PPTP_ACT_RESUME], 0);
    ck_assert_uint_gt(w.side[0].actions[PPTP_ACT_LINE_ACCM], 0);
    ck_assert_uint_gt(st->wen_tx, 0);
    ck_assert_uint_gt(w.side[0].journal.inputs, 1000);
    expect_same(&w.side[0]);
    expect_same(&w.side[1]);
    world_stop();
}
END_TEST

START_TEST(any_seed_replays)
{
    session(100u + (uint64_t)_i, _i & 1 ? 64 : 0);
    expect_same(&w.side[0]);
    expect_same(&w.side[1]);
    world_stop();
}
END_TEST

START_TEST(the_same_session_gives_the_same_octets)
{
    struct octets first[2];
    int i;

    session(7, 32);
    for (i = 0; i < 2; i++) {
        first[i] = w.side[i].log;
        w.side[i].log.at = NULL;
    }
    world_stop();
    session(7, 32);
    for (i = 0; i < 2; i++) {
        ck_assert_uint_eq(first[i].n, w.side[i].log.n);
        ck_assert_mem_eq(first[i].at, w.side[i].log.at, first[i].n);
        free(first[i].at);
    }
    world_stop();
}
END_TEST

/* Segments longer than the recorder's buffer, and than a peer looks at. */
START_TEST(long_segments_are_kept_whole)
{
    static uint8_t stream[4 + 5000 * 16];
    struct pptp_msg echo = { .type = PPTP_ECHO_RQ };
    struct side *pns = &w.side[1];
    size_t n = 0, done = 0;
    int used;

    world_start(21, 0);
    open_up();
    while (n + 16 <= sizeof stream)
        n += pptp_msg_encode(&echo, stream + n);
    ck_assert_uint_gt(n, 65536);
    while (done < n) {
        begin(pns);
        used = pptp_node_tcp_input(&pns->node, pns->conn, stream + done,
                                   n - done);
        ck_assert_int_gt(used, 0);
        end(pns);
        w.side[0].tcp_n = 0; /* the answers are of no interest */
        done += (size_t)used * (1 + rnd(20));
        done -= done % 16;
    }
    begin(pns);
    ck_assert_int_eq(pptp_node_tcp_input(&pns->node, pns->conn,
                                         (const uint8_t *)"\0\0\0\0", 4),
                     4);
    end(pns);
    journals_end();
    ck_assert_uint_gt(pns->log.n, 1000000);
    expect_same(pns);
    world_stop();
}
END_TEST

/* Without a journal the peers decide the same. */
START_TEST(a_journal_changes_nothing)
{
    struct pptp_stats with[2];
    int i;

    world_start(3, 0);
    open_up();
    ticks(100, 80);
    for (i = 0; i < 2; i++)
        with[i] = *pptp_peer_stats(w.side[i].node.peer);
    world_stop();
    world_start(3, 0);
    for (i = 0; i < 2; i++)
        w.side[i].node.journal = NULL;
    open_up();
    ticks(100, 80);
    for (i = 0; i < 2; i++)
        ck_assert_mem_eq(&with[i], pptp_peer_stats(w.side[i].node.peer),
                         sizeof with[i]);
    world_stop();
}
END_TEST

/* --- what the journal holds -------------------------------------------- */

static bool contains(const struct octets *o, const void *what, size_t n)
{
    size_t i;

    for (i = 0; i + n <= o->n; i++)
        if (memcmp(o->at + i, what, n) == 0)
            return true;
    return false;
}

static void one_frame_with(const char text[16])
{
    pptp_pkt h = pptp_pool_take(&w.pool, PPTP_HEADROOM);
    struct pptp_packet *k = pptp_pool_at(&w.pool, h);

    k->head_len = 36; /* beyond the 16 octets kept of every GRE packet */
    memset(pptp_packet_data(k), 0, 36);
    memcpy(pptp_packet_data(k) + 20, text, 16);
    begin(&w.side[0]);
    pptp_node_frame(&w.side[0].node, w.side[0].calls[0], h);
    end(&w.side[0]);
    ticks(10, 0);
    journals_end();
}

START_TEST(user_data_is_kept_only_on_request)
{
    static const char text[16] = "pass=verysecret";
    uint32_t snap = _i == 0 ? 0 : 64;
    int i;

    world_start(5, snap);
    w.loss_percent = 0;
    open_up();
    one_frame_with(text);
    for (i = 0; i < 2; i++) {
        ck_assert(contains(&w.side[i].log, text, 16) == (snap > 0));
        ck_assert_uint_eq(w.side[1].actions[PPTP_ACT_FRAME_OUT], 1);
        expect_same(&w.side[i]);
    }
    world_stop();
}
END_TEST

START_TEST(every_record_prints)
{
    struct octets *o;
    size_t at = 0;
    char text[1024];
    uint64_t n = 0;
    int used;

    session(2, 16);
    o = &w.side[0].log;
    while (at < o->n) {
        uint8_t *c = copy_of(o->at + at, o->n - at);

        used = pptp_journal_print(c, o->n - at, text, sizeof text);
        ck_assert_int_gt(used, 0);
        ck_assert_uint_gt(strlen(text), 2);
        if (n == 0)
            ck_assert_str_eq(text, "pptp journal, format 1");
        if (n == 1) {
            ck_assert_ptr_nonnull(strstr(text, "note=\"test world\""));
            ck_assert_ptr_nonnull(strstr(text, "engine=\"rfc2637\""));
            ck_assert_ptr_nonnull(strstr(text, "host_name=\"journal\""));
        }
        if (at > 0 && o->at[at] == KIND_END)
            ck_assert(strncmp(text, "end inputs=", 11) == 0);
        at += (size_t)used;
        n++;
        free(c);
        if (n > 400) /* prints are all of a kind by then */
            break;
    }
    ck_assert_int_eq(pptp_journal_print(o->at, 5, text, sizeof text), 0);
    ck_assert_int_eq(
        pptp_journal_print((const uint8_t *)"zzzz", 4, text, sizeof text),
        PPTP_ERR_FORMAT);
    world_stop();
}
END_TEST

/* --- differences ------------------------------------------------------- */

static void short_session(void)
{
    world_start(11, 0);
    w.loss_percent = 0;
    open_up();
    ticks(4, 100);
    journals_end();
}

static size_t next_of_kind(const struct octets *o, size_t at, uint8_t kind)
{
    char text[64];

    do
        at += (size_t)pptp_journal_print(o->at + at, o->n - at, text,
                                         sizeof text);
    while (at < o->n && o->at[at] != kind);
    ck_assert_uint_lt(at, o->n);
    return at;
}

/* The peer of another build decides something else: here the journal's
 * record is changed, which is the same to the one who compares. */
START_TEST(a_changed_decision_is_the_first_difference)
{
    struct octets *o;
    size_t at;

    short_session();
    o = &w.side[1].log;
    at = next_of_kind(o, 0, 128 + PPTP_ACT_TCP_SEND);
    o->at[at + 4 + 8 + 11] ^= 1; /* message type and reserved */
    ck_assert_int_eq(replay(o->at, o->n), PPTP_REPLAY_DIFFERENT);
    ck_assert_uint_eq(result.offset, at);
    ck_assert(strncmp(result.got, "TCP_SEND conn=", 14) == 0);
    ck_assert(strncmp(result.expected, "TCP_SEND conn=", 14) == 0);
    ck_assert_ptr_nonnull(strstr(result.got, "SCCRQ"));
    ck_assert_str_ne(result.got, result.expected);
    ck_assert(strncmp(result.input, "tcp_event now_ns=", 17) == 0);
    ck_assert_uint_eq(result.inputs, 2);
    ck_assert_uint_gt(result.now_ns, 0);
    ck_assert_ptr_null(result.why);
    world_stop();
}
END_TEST

START_TEST(a_changed_deadline_is_a_difference)
{
    struct octets *o;
    size_t at;

    short_session();
    o = &w.side[1].log;
    at = next_of_kind(o, 0, KIND_STEP);
    at = next_of_kind(o, at, KIND_STEP);
    o->at[at + 11] ^= 1;
    ck_assert_int_eq(replay(o->at, o->n), PPTP_REPLAY_DIFFERENT);
    ck_assert_uint_eq(result.offset, at);
    ck_assert(strncmp(result.got, "step deadline_ns=", 17) == 0);
    world_stop();
}
END_TEST

/* The head says one thing, the peer was another. */
static void other_config(int i, struct pptp_journal_head *h)
{
    switch (i) {
    case 0: h->config.win.ack_delay_ns += 1; break;
    case 1: h->config.win.recv_window = 17; break;
    case 2: h->config.start_timeout_ns += 1; break;
    case 3: h->config.host_name[0] ^= 1; break;
    case 4: h->config.win.engine = &pptp_engine_fixed; break;
    case 5: h->seed ^= 1; break;
    case 6: h->config.win.ato.min_ns += 1; break;
    case 7: h->config.trace = PPTP_TRACE_LEVEL_off; break;
    default: h->limits.conns = 0; break;
    }
}

START_TEST(another_config_is_a_difference)
{
    struct pptp_journal_head h;
    struct side *s;

    world_start(11, 0);
    memset(&h, 0, sizeof h);
    config_default(&h.config);
    pptp_limits_default(&h.limits);
    h.limits.actions = 16;
    h.limits.calls = 8;
    h.limits.conns = 4;
    h.config.role = PPTP_ROLE_PNS;
    h.seed = 100;
    other_config(_i, &h);
    s = &w.side[1];
    s->log.n = 0;
    ck_assert_int_eq(
        pptp_journal_start(&s->journal, &h, &w.pool, append, &s->log), 0);
    w.loss_percent = 0;
    open_up();
    ticks(4, 100);
    journals_end();
    ck_assert_int_eq(replay(s->log.at, s->log.n),
                     _i < 8 ? PPTP_REPLAY_DIFFERENT : PPTP_REPLAY_MALFORMED);
    if (_i == 8)
        ck_assert_uint_eq(pptp_replay_octets(s->log.at, s->log.n), 0);
    world_stop();
}
END_TEST

START_TEST(a_difference_can_be_passed)
{
    struct octets *o;
    size_t at;
    uint64_t inputs;

    short_session();
    o = &w.side[1].log;
    inputs = w.side[1].journal.inputs;
    at = next_of_kind(o, 0, KIND_STEP);
    o->at[at + 11] ^= 1;
    options.keep_going = true;
    ck_assert_int_eq(replay(o->at, o->n), PPTP_REPLAY_DIFFERENT);
    ck_assert_uint_eq(result.offset, at);
    ck_assert_uint_eq(result.inputs, inputs);
    options.keep_going = false;
    ck_assert_int_eq(replay(o->at, o->n), PPTP_REPLAY_DIFFERENT);
    ck_assert_uint_lt(result.inputs, inputs);
    world_stop();
}
END_TEST

static uint64_t records_seen, traces_seen;

static void on_record(void *ctx, uint64_t number, pptp_ns now,
                      const char *text)
{
    ck_assert_ptr_eq(ctx, &options);
    ck_assert_uint_eq(number, records_seen++);
    ck_assert_uint_le(now, w.now);
    ck_assert_uint_gt(strlen(text), 2);
}

static void on_trace(void *ctx, const struct pptp_trace_rec *t)
{
    ck_assert_ptr_eq(ctx, &options);
    ck_assert_uint_le(t->at_ns, w.now);
    traces_seen++;
}

START_TEST(who_replays_sees_records_and_trace)
{
    short_session();
    records_seen = traces_seen = 0;
    options = (struct pptp_replay_options){ .record = on_record,
                                            .trace = on_trace,
                                            .ctx = &options };
    expect_same(&w.side[1]);
    /* the end is the journal's, not a record of the replay */
    ck_assert_uint_eq(records_seen, w.side[1].journal.records - 1);
    ck_assert_uint_gt(traces_seen, 10);
    memset(&options, 0, sizeof options);
    world_stop();
}
END_TEST

static struct pptp_engine own_engine;

static const struct pptp_engine *find_own(const char *name)
{
    return strcmp(name, own_engine.name) == 0 ? &own_engine : NULL;
}

START_TEST(an_engine_of_the_callers_is_found)
{
    struct pptp_journal_head h;
    struct side *s;

    own_engine = pptp_engine_fixed;
    own_engine.name = "own";
    world_start(11, 0);
    s = &w.side[1];
    memset(&h, 0, sizeof h);
    config_default(&h.config);
    pptp_limits_default(&h.limits);
    h.config.win.engine = &own_engine;
    s->log.n = 0;
    ck_assert_int_eq(
        pptp_journal_start(&s->journal, &h, &w.pool, append, &s->log), 0);
    pptp_journal_end(&s->journal);
    ck_assert_int_eq(replay(s->log.at, s->log.n), PPTP_REPLAY_MALFORMED);
    ck_assert_ptr_nonnull(strstr(result.why, "engine"));
    options.engine = find_own;
    ck_assert_int_eq(replay(s->log.at, s->log.n), PPTP_REPLAY_SAME);
    options.engine = NULL;
    own_engine.name = "sixteen_letters_";
    ck_assert_int_eq(
        pptp_journal_start(&s->journal, &h, &w.pool, append, &s->log),
        PPTP_ERR_ARGUMENT);
    own_engine.name = "own";
    h.snap_octets = PPTP_JOURNAL_SNAP_MAX + 1;
    ck_assert_int_eq(
        pptp_journal_start(&s->journal, &h, &w.pool, append, &s->log),
        PPTP_ERR_ARGUMENT);
    world_stop();
}
END_TEST

/* --- damage ------------------------------------------------------------ */

START_TEST(every_truncation_is_seen)
{
    struct octets *o;
    size_t n, step;

    short_session();
    o = &w.side[1].log;
    for (n = 0; n < o->n; n += step) {
        uint8_t *c = copy_of(o->at, n);

        ck_assert_msg(replay(c, n) == PPTP_REPLAY_CUT, "%zu of %zu: %s", n,
                      o->n, pptp_replay_verdict_name(result.verdict));
        free(c);
        step = n < 600 || o->n - n < 600 ? 1 : 7;
    }
    ck_assert_int_eq(replay(o->at, o->n), PPTP_REPLAY_SAME);
    world_stop();
}
END_TEST

START_TEST(octets_after_the_end_are_seen)
{
    static const uint8_t more[1];

    short_session();
    append(&w.side[1].log, more, 1);
    ck_assert_int_eq(replay(w.side[1].log.at, w.side[1].log.n),
                     PPTP_REPLAY_MALFORMED);
    world_stop();
}
END_TEST

START_TEST(every_flipped_octet_is_seen)
{
    struct octets *o;
    size_t i, step;

    short_session();
    o = &w.side[1].log;
    for (i = 0; i < o->n; i += step) {
        uint8_t was = o->at[i];

        o->at[i] = (uint8_t)(was ^ (1u << rnd(8)));
        ck_assert_msg(replay(o->at, o->n) != PPTP_REPLAY_SAME, "at %zu", i);
        o->at[i] = was;
        step = i < 600 ? 1 : 1 + rnd(10);
    }
    world_stop();
}
END_TEST

/* Damage that leads to no other decision shows with the next step, though
 * the end is cut off. */
START_TEST(damage_without_effect_is_not_a_difference)
{
    struct octets *o;
    size_t at;

    short_session();
    o = &w.side[1].log;
    o->n -= 4 + 16;
    ck_assert_int_eq(replay(o->at, o->n), PPTP_REPLAY_CUT);
    at = next_of_kind(o, 0, KIND_STEP);
    o->at[8 + 4] ^= 1; /* the note's first letter */
    ck_assert_int_eq(replay(o->at, o->n), PPTP_REPLAY_MALFORMED);
    ck_assert_str_eq(result.why, "an input is not the one recorded");
    ck_assert_uint_eq(result.offset, at);
    world_stop();
}
END_TEST

START_TEST(time_that_goes_back_is_malformed)
{
    struct octets *o;
    size_t at = 0, i;

    short_session();
    o = &w.side[1].log;
    for (i = 0; i < 4; i++)
        at = next_of_kind(o, at, 19); /* tcp_input */
    memset(o->at + at + 4, 0, 8);
    ck_assert_int_eq(replay(o->at, o->n), PPTP_REPLAY_MALFORMED);
    ck_assert_str_eq(result.why, "time goes back");
    ck_assert_uint_eq(result.offset, at);
    /* and so is one at which deadlines wrap */
    memset(o->at + at + 4, 0xff, 8);
    ck_assert_int_eq(replay(o->at, o->n), PPTP_REPLAY_MALFORMED);
    world_stop();
}
END_TEST

/* frame_done of a frame that never was reaches no assertion */
START_TEST(a_frame_given_back_twice_is_malformed)
{
    struct octets *o, twice = { .n = 0 };
    size_t at, n;

    short_session();
    o = &w.side[1].log;
    at = next_of_kind(o, 0, 24); /* frame_done */
    n = 4u + o->at[at + 3];
    append(&twice, o->at, at + n);
    append(&twice, o->at + at, o->n - at);
    options.keep_going = true;
    ck_assert_int_eq(replay(twice.at, twice.n), PPTP_REPLAY_DIFFERENT);
    options.keep_going = false;
    append(&twice, o->at + at, n);
    memmove(twice.at, o->at, at);
    /* right after its own decisions */
    twice.n = next_of_kind(o, at, KIND_STEP) + 4 + 24;
    memcpy(twice.at, o->at, twice.n);
    append(&twice, o->at + at, n);
    ck_assert_int_eq(replay(twice.at, twice.n), PPTP_REPLAY_MALFORMED);
    ck_assert_ptr_nonnull(strstr(result.why, "cannot have been"));
    free(twice.at);
    world_stop();
}
END_TEST

static void close_call(struct side *s, pptp_call_id call)
{
    begin(s);
    ck_assert_int_eq(pptp_node_call_close(&s->node, call), 0);
    end(s);
    ticks(2, 0);
}

/* 2,047 calls later a handle comes round: a frame that was held all the time
 * is not the new call's. */
START_TEST(a_frame_of_a_handle_that_came_round_is_malformed)
{
    struct side *pac = &w.side[0], *pns = &w.side[1];
    uint8_t rec[4 + 20] = { 24, 0, 0, 20 };
    pptp_call_id first;
    unsigned i;

    calls_limit = 1;
    world_start(17, 0);
    calls_limit = 8;
    w.loss_percent = 0;
    w.slow = true;
    begin(pns);
    pptp_node_open(&pns->node, &pac->addr, &pns->conn);
    end(pns);
    ticks(5, 0);
    first = dial(true);
    ticks(5, 0);
    frame(pns, pns->calls[0]);
    ticks(5, 0);
    ck_assert_uint_eq(pac->frame_n, 1);
    close_call(pac, first);
    for (i = 0; i < 2046; i++)
        close_call(pac, dial(true));
    ck_assert_uint_eq(dial(true), first);
    ticks(5, 0);
    ck_assert_uint_eq(pac->calls_n, 1);
    pptp_journal_flush(&pac->journal);
    pptp_put32(rec + 4, (uint32_t)(w.now >> 32));
    pptp_put32(rec + 8, (uint32_t)w.now);
    pptp_put32(rec + 12, 16);
    pptp_put32(rec + 16, first);
    append(&pac->log, rec, sizeof rec);
    ck_assert_int_eq(replay(pac->log.at, pac->log.n), PPTP_REPLAY_MALFORMED);
    ck_assert_uint_eq(result.offset, pac->log.n - sizeof rec);
    ck_assert_ptr_nonnull(strstr(result.why, "cannot have been"));
    world_stop();
}
END_TEST

START_TEST(garbage_is_malformed_or_cut)
{
    uint8_t junk[512];
    unsigned round;

    short_session();
    for (round = 0; round < 3000; round++) {
        size_t n = rnd(sizeof junk), i, keep = 0;

        for (i = 0; i < n; i++)
            junk[i] = (uint8_t)rnd(rnd(2) ? 256 : 32);
        /* often behind what a reader wants to see first */
        if (round & 1)
            keep = n < 12 ? n : 12;
        memcpy(junk, w.side[1].log.at, keep);
        ck_assert_int_ge(replay(junk, n), PPTP_REPLAY_CUT);
    }
    world_stop();
}
END_TEST

/* One input of the journal, somewhere, with a new time and maybe damage. */
static void mutant(struct octets *to, const struct octets *o, const size_t *at,
                   size_t at_n, pptp_ns *now)
{
    size_t i = at[rnd((uint32_t)at_n)], n;
    uint8_t *r;
    unsigned hits = rnd(4) == 0 ? 1 + rnd(3) : 0;

    n = 4u + ((size_t)o->at[i + 2] << 8 | o->at[i + 3]);
    append(to, o->at + i, n);
    r = to->at + to->n - n;
    while (hits-- > 0)
        if (n > 16)
            r[16 + rnd((uint32_t)n - 16)] = (uint8_t)rnd(256);
    *now += (pptp_ns)rnd(3) * rnd(2000) * PPTP_MS;
    pptp_put32(r + 4, (uint32_t)(*now >> 32));
    pptp_put32(r + 8, (uint32_t)*now);
    if (rnd(8) == 0) /* packets the pool has */
        pptp_put32(r + 12, rnd(18));
}

/* Whole prefixes, then inputs in any order: the peer meets what no world
 * would feed it, and asserts nothing. */
START_TEST(inputs_in_any_order_assert_nothing)
{
    struct octets *o, m = { .n = 0 };
    static size_t at[20000];
    size_t i, n = 0, body;
    unsigned round;

    world_start(13u + (uint64_t)_i, 0);
    open_up();
    ticks(30, 100);
    close_down();
    journals_end();
    o = &w.side[_i & 1].log;
    for (i = 8; i < o->n; i += 4 + body) {
        body = (size_t)o->at[i + 2] << 8 | o->at[i + 3];
        if (o->at[i] >= INPUT_FIRST && o->at[i] <= INPUT_LAST &&
            n < sizeof at / sizeof at[0])
            at[n++] = i;
    }
    ck_assert_uint_gt(n, 100);
    options.keep_going = true;
    for (round = 0; round < 60; round++) {
        size_t keep = at[rnd((uint32_t)n)];
        pptp_ns now = (pptp_ns)pptp_get32(o->at + keep + 4) << 32 |
                      pptp_get32(o->at + keep + 8);

        m.n = 0;
        append(&m, o->at, keep);
        for (i = 0; i < 150; i++)
            mutant(&m, o, at, n, &now);
        ck_assert_int_ne(replay(m.at, m.n), PPTP_REPLAY_SAME);
    }
    options.keep_going = false;
    free(m.at);
    world_stop();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("journal");
    TCase *t = tcase_create("replay");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_session_replays_to_the_same_decisions);
    tcase_add_loop_test(t, any_seed_replays, 0, 8);
    tcase_add_test(t, the_same_session_gives_the_same_octets);
    tcase_add_test(t, long_segments_are_kept_whole);
    tcase_add_test(t, a_journal_changes_nothing);
    tcase_add_loop_test(t, user_data_is_kept_only_on_request, 0, 2);
    tcase_add_test(t, every_record_prints);
    suite_add_tcase(s, t);
    t = tcase_create("difference");
    tcase_add_test(t, a_changed_decision_is_the_first_difference);
    tcase_add_test(t, a_changed_deadline_is_a_difference);
    tcase_add_loop_test(t, another_config_is_a_difference, 0, 9);
    tcase_add_test(t, a_difference_can_be_passed);
    tcase_add_test(t, who_replays_sees_records_and_trace);
    tcase_add_test(t, an_engine_of_the_callers_is_found);
    suite_add_tcase(s, t);
    t = tcase_create("damage");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, every_truncation_is_seen);
    tcase_add_test(t, octets_after_the_end_are_seen);
    tcase_add_test(t, every_flipped_octet_is_seen);
    tcase_add_test(t, damage_without_effect_is_not_a_difference);
    tcase_add_test(t, time_that_goes_back_is_malformed);
    tcase_add_test(t, a_frame_given_back_twice_is_malformed);
    tcase_add_test(t, a_frame_of_a_handle_that_came_round_is_malformed);
    tcase_add_test(t, garbage_is_malformed_or_cut);
    tcase_add_loop_test(t, inputs_in_any_order_assert_nothing, 0, 6);
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
