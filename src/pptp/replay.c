/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * A journal, run again; replay.h.  There is no second notion of what a
 * decision is: node.c records the replay as it recorded the run, and here
 * the two streams of octets are laid side by side.
 *
 * What the peer does depends on one thing outside it, whether the pool has a
 * packet for a lone acknowledgment: the pool is made as empty as it was.
 */
#include "config.h"

#include "pptp/replay.h"

#include <string.h>

#include "pptp/gre.h"
#include "pptp/journal_impl.h"
#include "pptp/node.h"

#define BUCKETS_MAX (UINT32_C(1) << 20)

struct replay {
    const uint8_t *octets;
    size_t n, at; /* the journal, and its next record */
    const struct pptp_replay_options *options;
    struct pptp_replay_result *out;
    struct pptp_node node;
    struct pptp_journal journal;
    struct pptp_pool pool;
    uint32_t *buckets; /* frames handed out, by (call, seq): handle + 1 */
    uint32_t bucket_mask;
    pptp_pkt spare; /* taken, to make the pool as empty as it was */
    uint64_t number;
    struct journal_rec *input; /* that is being fed */
    size_t echo;  /* octets of it that the recorder has yet to write */
    bool stopped; /* nothing is compared any more */
};

/* Offsets in the caller's memory. */
struct layout {
    size_t peer_at, pool_at, buckets_at, total;
    uint32_t buf_octets, buckets;
};

static const struct pptp_replay_options no_options;

const char *pptp_replay_verdict_name(enum pptp_replay_verdict v)
{
    static const char *const names[] = { "same", "cut", "different",
                                         "malformed" };

    return (unsigned)v < sizeof names / sizeof *names ? names[v] : "unknown";
}

/* --- the head ---------------------------------------------------------- */

static size_t up64(size_t n)
{
    return (n + 63) & ~(size_t)63;
}

static bool lay_out(const struct pptp_journal_head *h, struct layout *l)
{
    size_t peer = pptp_peer_octets(&h->limits), pool;

    if (peer == 0 || h->pool_packets == 0)
        return false;
    /* a frame wants headroom, a GRE packet its header */
    l->buf_octets = PPTP_HEADROOM + PPTP_GRE_MAX + h->snap_octets;
    pool = pptp_pool_mem_octets(h->pool_packets, l->buf_octets);
    if (pool == 0 || pool > SIZE_MAX / 4 || peer > SIZE_MAX / 4)
        return false;
    for (l->buckets = 64;
         l->buckets < h->pool_packets && l->buckets < BUCKETS_MAX;)
        l->buckets *= 2;
    l->peer_at = up64(sizeof(struct replay));
    l->pool_at = l->peer_at + up64(peer);
    l->buckets_at = l->pool_at + up64(pool);
    l->total = l->buckets_at + up64(l->buckets * sizeof(uint32_t));
    return true;
}

/* Octets of magic and head, 0 if they are cut off, or an error. */
static int read_head(const uint8_t *octets, size_t n, struct journal_rec *r)
{
    size_t magic = n < JOURNAL_MAGIC_OCTETS ? n : JOURNAL_MAGIC_OCTETS;
    int used;

    if (n == 0)
        return 0;
    if (memcmp(octets, JOURNAL_MAGIC, magic) != 0)
        return PPTP_ERR_FORMAT;
    used = pptp_journal_get(octets + magic, n - magic, r);
    if (used <= 0)
        return used;
    return r->kind == JOURNAL_HEAD ? used + (int)magic : PPTP_ERR_FORMAT;
}

size_t pptp_replay_octets(const uint8_t *octets, size_t n)
{
    struct pptp_journal_head head;
    struct journal_rec rec = { .head = &head };
    struct layout l;

    if (read_head(octets, n, &rec) <= 0 || !lay_out(&head, &l))
        return 0;
    return l.total;
}

/* --- comparing --------------------------------------------------------- */

static void stop(struct replay *r, enum pptp_replay_verdict verdict,
                 const char *why)
{
    if (r->stopped)
        return;
    r->stopped = true;
    r->out->verdict = verdict;
    r->out->why = why;
    r->out->offset = r->at;
    r->out->number = r->number;
}

static void malformed(struct replay *r, const char *why)
{
    stop(r, PPTP_REPLAY_MALFORMED, why);
}

static void tell(struct replay *r, struct journal_rec *rec)
{
    char text[PPTP_REPLAY_TEXT];

    if (r->options->record == NULL)
        return;
    pptp_journal_show(rec, text, sizeof text);
    /* the record being written is counted already */
    r->options->record(r->options->ctx, r->journal.records - 1, r->node.now_ns,
                       text);
}

/* The recorder writes the head or the input that was read: the same octets,
 * or they were none of a recorder's. */
static void echo(struct replay *r, const uint8_t *octets, size_t len)
{
    PPTP_ASSERT(len <= r->echo);
    r->echo -= len;
    if (r->echo == 0)
        tell(r, r->input);
    if (r->stopped)
        return;
    if (memcmp(octets, r->octets + r->at, len) != 0)
        malformed(r, "not what a recorder writes");
    r->at += len;
    if (r->echo == 0)
        r->number++;
}

static void differ(struct replay *r, struct journal_rec *want,
                   struct journal_rec *got)
{
    pptp_journal_show(want, r->out->expected, sizeof r->out->expected);
    pptp_journal_show(got, r->out->got, sizeof r->out->got);
    pptp_journal_show(r->input, r->out->input, sizeof r->out->input);
    stop(r, PPTP_REPLAY_DIFFERENT, NULL);
}

/* The recorder writes a decision. */
static void decision(struct replay *r, const uint8_t *octets, size_t len)
{
    struct pptp_journal_head head;
    struct journal_rec want = { .head = &head }, got = { .head = NULL };
    int used = pptp_journal_get(octets, len, &got);

    PPTP_ASSERT(used > 0 && (size_t)used == len);
    tell(r, &got);
    if (r->stopped)
        return;
    used = pptp_journal_get(r->octets + r->at, r->n - r->at, &want);
    if (used == 0) {
        stop(r, PPTP_REPLAY_CUT, NULL);
    } else if (used < 0) {
        malformed(r, "no record");
    } else if ((size_t)used == len &&
               memcmp(octets, r->octets + r->at, len) == 0) {
        r->at += len;
        r->number++;
    } else if (want.kind == JOURNAL_STEP && got.kind == JOURNAL_STEP &&
               want.deadline_ns == got.deadline_ns &&
               want.trace_hash == got.trace_hash) {
        malformed(r, "an input is not the one recorded");
    } else {
        differ(r, &want, &got);
    }
}

static void on_write(void *ctx, const uint8_t *octets, size_t len)
{
    struct replay *r = ctx;

    if (r->echo > 0)
        echo(r, octets, len);
    else
        decision(r, octets, len);
}

/* --- packets ----------------------------------------------------------- */

/* Leaves `want` packets free, where limits.actions mean as many or more. */
static bool pool_leave(struct replay *r, uint32_t want)
{
    struct pptp_pool *p = &r->pool;
    uint32_t plenty = r->journal.actions;

    if (want > plenty)
        return false;
    while (want < plenty && p->limit - p->used > want) {
        pptp_pkt h = pptp_pool_take(p, 0);

        pptp_pool_at(p, h)->next = r->spare;
        r->spare = h;
    }
    while (p->limit - p->used < want && r->spare != PPTP_PKT_NONE) {
        pptp_pkt h = r->spare;

        r->spare = pptp_pool_at(p, h)->next;
        pptp_pool_free(p, h);
    }
    return p->limit - p->used >= want;
}

static void on_advancing(void *ctx)
{
    struct replay *r = ctx;
    struct pptp_journal_head head;
    struct journal_rec rec = { .head = &head };
    uint32_t want = r->journal.actions;

    if (!r->stopped &&
        pptp_journal_get(r->octets + r->at, r->n - r->at, &rec) > 0 &&
        rec.kind == JOURNAL_ADVANCE)
        want = rec.pool_free;
    pool_leave(r, want); /* if it cannot, the records will differ */
}

/* A packet as recorded, or PPTP_PKT_NONE. */
static pptp_pkt packet_in(struct replay *r, const struct journal_rec *rec,
                          uint32_t headroom, uint32_t limit)
{
    struct pptp_packet *k;
    pptp_pkt h;

    if (rec->octets_len > limit || rec->octets_len > rec->len)
        return PPTP_PKT_NONE;
    if (r->pool.used == r->pool.limit)
        pool_leave(r, 1);
    h = pptp_pool_take(&r->pool, headroom);
    if (h == PPTP_PKT_NONE)
        return h;
    k = pptp_pool_at(&r->pool, h);
    k->head_len = (uint16_t)rec->octets_len;
    k->tail_len = rec->len - rec->octets_len;
    if (rec->octets_len > 0)
        memcpy(pptp_packet_data(k), rec->octets, rec->octets_len);
    return h;
}

static uint32_t *bucket_of(struct replay *r, pptp_call_id call, uint32_t seq)
{
    uint64_t x = ((uint64_t)call << 32 | seq) * UINT64_C(0x9e3779b97f4a7c15);

    return &r->buckets[x >> 32 & r->bucket_mask];
}

static void frame_keep(struct replay *r, const struct pptp_action *a)
{
    struct pptp_packet *k = pptp_pool_at(&r->pool, a->pkt);
    uint32_t *b = bucket_of(r, a->call, k->seq);

    k->world[0] = a->call;
    k->next = *b;
    *b = a->pkt + 1;
}

/* Two frames with one call and number are one to the peer. */
static pptp_pkt frame_find(struct replay *r, pptp_call_id call, uint32_t seq)
{
    uint32_t *b = bucket_of(r, call, seq);

    while (*b != 0) {
        pptp_pkt h = *b - 1;
        struct pptp_packet *k = pptp_pool_at(&r->pool, h);

        if (k->seq == seq && k->world[0] == call) {
            *b = k->next;
            return h;
        }
        b = &k->next;
    }
    return PPTP_PKT_NONE;
}

static void on_action(void *ctx, const struct pptp_action *a)
{
    struct replay *r = ctx;

    if (a->type == PPTP_ACT_GRE_SEND)
        pptp_pool_free(&r->pool, a->pkt);
    else if (a->type == PPTP_ACT_FRAME_OUT)
        frame_keep(r, a);
}

static void on_trace(void *ctx, const struct pptp_trace_rec *t)
{
    struct replay *r = ctx;

    if (r->options->trace != NULL)
        r->options->trace(r->options->ctx, t);
}

/* --- feeding ----------------------------------------------------------- */

/* The packet of an input that has one; false: the journal is wrong. */
static bool prepare(struct replay *r, const struct journal_rec *rec,
                    pptp_pkt *pkt)
{
    uint32_t snap = r->journal.snap_octets;
    struct pptp_call_info info;

    *pkt = PPTP_PKT_NONE;
    switch ((enum journal_kind)rec->kind) {
    case JOURNAL_GRE_INPUT:
        *pkt = packet_in(r, rec, 0, PPTP_GRE_MAX + snap);
        break;
    case JOURNAL_FRAME: *pkt = packet_in(r, rec, PPTP_HEADROOM, snap); break;
    case JOURNAL_FRAME_DONE:
    case JOURNAL_FRAME_DROPPED:
        /* a call that holds none: its handle has come round again */
        if (pptp_peer_call_info(r->node.peer, rec->call, &info) == PPTP_OK &&
            info.state == PPTP_CALL_ESTABLISHED && info.held == 0)
            return false;
        *pkt = frame_find(r, rec->call, rec->seq);
        break;
    default: return true;
    }
    return *pkt != PPTP_PKT_NONE;
}

static void input(struct pptp_node *n, const struct journal_rec *rec,
                  pptp_pkt pkt)
{
    uint32_t handle;

    switch ((enum journal_kind)rec->kind) {
    case JOURNAL_TCP_ACCEPTED:
        pptp_node_tcp_accepted(n, &rec->tcp, &handle);
        break;
    case JOURNAL_TCP_EVENT:
        pptp_node_tcp_event(n, rec->conn, (enum pptp_tcp_event)rec->event,
                            &rec->tcp);
        break;
    case JOURNAL_TCP_INPUT:
        pptp_node_tcp_input(n, rec->conn, rec->octets, rec->octets_len);
        break;
    case JOURNAL_GRE_INPUT:
        pptp_node_gre_input(n, &rec->from, &rec->to, pkt);
        break;
    case JOURNAL_RING:
        pptp_node_ring(n, rec->conn, &rec->request, &handle);
        break;
    case JOURNAL_LINE_EVENT:
        pptp_node_line_event(n, rec->call, (enum pptp_line_event)rec->event,
                             rec->has_info ? &rec->line : NULL);
        break;
    case JOURNAL_FRAME: pptp_node_frame(n, rec->call, pkt); break;
    case JOURNAL_FRAME_DONE: pptp_node_frame_done(n, rec->call, pkt); break;
    case JOURNAL_FRAME_DROPPED:
        pptp_node_frame_dropped(n, rec->call, pkt);
        break;
    case JOURNAL_OPEN: pptp_node_open(n, &rec->to, &handle); break;
    case JOURNAL_CLOSE:
        pptp_node_close(n, rec->conn, (enum pptp_stop_reason)rec->event);
        break;
    case JOURNAL_CALL_OPEN:
        pptp_node_call_open(n, rec->conn, &rec->request, &handle);
        break;
    case JOURNAL_CALL_CLOSE: pptp_node_call_close(n, rec->call); break;
    case JOURNAL_LINK_INFO:
        pptp_node_set_link_info(n, rec->call, rec->tx_accm, rec->rx_accm);
        break;
    default: break; /* a tick: the step does it */
    }
}

/* The input of a record of so many octets. False: no further. */
static bool feed(struct replay *r, struct journal_rec *rec, size_t octets)
{
    pptp_pkt pkt;

    if (rec->now_ns < r->node.now_ns) {
        malformed(r, "time goes back");
        return false;
    }
    if (!prepare(r, rec, &pkt)) {
        malformed(r, "a frame or packet that cannot have been");
        return true; /* after a difference the next may be of use */
    }
    if (!pool_leave(r, r->stopped ? r->journal.actions : rec->pool_free))
        malformed(r, "more packets than its pool has");
    r->out->now_ns = rec->now_ns;
    r->out->inputs++;
    r->input = rec;
    r->echo = octets;
    pptp_node_begin(&r->node, rec->now_ns);
    input(&r->node, rec, pkt);
    pptp_node_step(&r->node);
    if (r->echo > 0)
        malformed(r, "a tick when nothing was due");
    r->echo = 0;
    return true;
}

static void end(struct replay *r, const struct journal_rec *rec, size_t used)
{
    if (rec->inputs != r->journal.inputs || rec->check != r->journal.check)
        malformed(r, "the end is not of these inputs");
    else if (r->at + used != r->n)
        malformed(r, "octets after the end");
    else
        stop(r, PPTP_REPLAY_SAME, NULL);
}

static void run(struct replay *r)
{
    struct pptp_journal_head head;
    struct journal_rec rec;
    size_t next;
    int used;

    while (!r->stopped || r->options->keep_going) {
        memset(&rec, 0, sizeof rec);
        rec.head = &head;
        used = pptp_journal_get(r->octets + r->at, r->n - r->at, &rec);
        if (used == 0)
            stop(r, PPTP_REPLAY_CUT, NULL);
        else if (used < 0)
            malformed(r, "no record");
        if (used <= 0)
            return;
        if (rec.kind == JOURNAL_END) {
            end(r, &rec, (size_t)used);
            return;
        }
        next = r->at + (size_t)used;
        if (!journal_is_input(rec.kind))
            malformed(r, "a decision without an input");
        else if (!feed(r, &rec, (size_t)used))
            return;
        if (r->stopped) /* else the comparison has moved on */
            r->at = next;
    }
}

/* Makes the peer; NULL, or what is wrong with the head. */
static const char *start(struct replay *r, struct journal_rec *rec,
                         size_t octets, const struct layout *l)
{
    struct pptp_journal_head *head = rec->head;
    const char *engine = rec->engine;
    uint8_t *mem = (uint8_t *)r;

    if (engine[15] != '\0')
        return "no record";
    head->config.win.engine = pptp_engine_find(engine);
    if (head->config.win.engine == NULL && r->options->engine != NULL)
        head->config.win.engine = r->options->engine(engine);
    if (head->config.win.engine == NULL)
        return "an engine that this program does not have";
    pptp_pool_init(&r->pool, mem + l->pool_at, head->pool_packets,
                   l->buf_octets);
    r->buckets = (uint32_t *)(void *)(mem + l->buckets_at);
    r->bucket_mask = l->buckets - 1;
    r->spare = PPTP_PKT_NONE;
    r->node.peer = pptp_peer_init(mem + l->peer_at, &head->config,
                                  &head->limits, &r->pool, head->seed);
    if (r->node.peer == NULL)
        return "no sane configuration";
    r->node.act = on_action;
    r->node.trace = on_trace;
    r->node.ctx = r;
    r->node.journal = &r->journal;
    if (pptp_journal_start(&r->journal, head, &r->pool, on_write, r) < 0)
        return "an engine whose name is not its name";
    r->journal.advancing = on_advancing;
    r->journal.whole = true;
    r->input = rec;
    r->echo = octets;
    pptp_journal_flush(&r->journal);
    return NULL;
}

void pptp_replay(const uint8_t *octets, size_t n, void *mem,
                 const struct pptp_replay_options *options,
                 struct pptp_replay_result *out)
{
    struct pptp_journal_head head;
    struct journal_rec rec = { .head = &head };
    struct replay *r = mem;
    struct layout l;
    const char *why;
    int used = read_head(octets, n, &rec);

    memset(out, 0, sizeof *out);
    if (used <= 0 || !lay_out(&head, &l)) {
        /* mem is not ours then: there is no size for it */
        out->verdict = used == 0 ? PPTP_REPLAY_CUT : PPTP_REPLAY_MALFORMED;
        out->why = used == 0 ? NULL : "no journal of this format";
        return;
    }
    r->octets = octets;
    r->n = n;
    r->options = options != NULL ? options : &no_options;
    r->out = out;
    why = start(r, &rec, (size_t)used, &l);
    if (why != NULL)
        malformed(r, why);
    else
        run(r);
}
