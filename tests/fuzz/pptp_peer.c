/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole peer, src/pptp/peer.h, with time in the input: TCP octets in any
 * split, GRE, lines, the operator, frames, and a world that digests late.
 *
 * Input: configuration (CONFIG octets), then operations: an octet that says
 * what, and the arguments that the operation reads.
 *
 * What has to hold is the contract of peer.h, most of which node.c asserts:
 * the polls end and the deadline lies beyond now; actions name handles that
 * live; messages and packets that go out are whole; a handle that is dead is
 * PPTP_ERR_UNKNOWN and does nothing; nothing outside the peer's memory, which
 * may be moved; in the end no connection, call, packet or timer is left, and
 * the journal, if one was asked for, replays to the same decisions.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "base/wire.h"
#include "pptp/engine.h"
#include "pptp/gre.h"
#include "pptp/msg.h"
#include "pptp/node.h"
#include "pptp/replay.h"

enum {
    CONFIG = 8,
    CONNS = 3,
    CALLS = 5,
    HANDLES_MAX = 64,
    DEAD_MAX = 16, /* handles remembered; far fewer than generations */
    PACKETS = 48,
    BUF_OCTETS = 320,
    HELD_MAX = PACKETS,
    ACTS_MAX = 2000, /* of one input and the timers that are due with it */
    STEPS_MAX = 6000,
    LOG_FIRST = 1 << 14,
    INPUT_MAX = 6144
};

struct conn {
    pptp_conn_id id;
    struct pptp_addr remote;
    bool asked; /* by us: TCP_OPEN */
    bool open;  /* its TCP */
};

struct call {
    pptp_call_id id;
    uint32_t tx_seq; /* of packets to the peer under test */
};

static struct {
    struct pptp_limits limits;
    struct pptp_pool pool;
    void *pool_mem, *mem;
    size_t mem_octets;
    struct pptp_node node;
    pptp_ns now;
    struct conn conns[HANDLES_MAX];
    struct call calls[HANDLES_MAX];
    unsigned conn_n, call_n;
    uint32_t dead_conns[DEAD_MAX], dead_calls[DEAD_MAX];
    unsigned dead_conn_n, dead_call_n;
    pptp_pkt held[HELD_MAX];
    pptp_call_id held_call[HELD_MAX];
    unsigned held_n;
    bool digest_late;
    unsigned acts, steps;
    struct pptp_journal journal;
    uint8_t *log; /* NULL: none is written */
    size_t log_n, log_room;
} w;

/* --- handles ------------------------------------------------------------- */

static struct conn *conn_of(pptp_conn_id id)
{
    unsigned i;

    for (i = 0; i < w.conn_n; i++)
        if (w.conns[i].id == id)
            return &w.conns[i];
    return NULL;
}

static struct call *call_of(pptp_call_id id)
{
    unsigned i;

    for (i = 0; i < w.call_n; i++)
        if (w.calls[i].id == id)
            return &w.calls[i];
    return NULL;
}

static void new_conn(pptp_conn_id id, const struct pptp_addr *remote,
                     bool asked)
{
    FUZZ_CHECK(id != PPTP_NONE && conn_of(id) == NULL);
    FUZZ_CHECK(w.conn_n < HANDLES_MAX);
    w.conns[w.conn_n++] = (struct conn){ id, *remote, asked, !asked };
}

static void new_call(pptp_call_id id)
{
    FUZZ_CHECK(id != PPTP_NONE && call_of(id) == NULL);
    FUZZ_CHECK(w.call_n < HANDLES_MAX);
    w.calls[w.call_n++] = (struct call){ .id = id };
}

static void bury(uint32_t *dead, unsigned *n, uint32_t id)
{
    dead[*n % DEAD_MAX] = id;
    ++*n;
}

static void end_conn(pptp_conn_id id)
{
    struct conn *c = conn_of(id);

    FUZZ_CHECK(c != NULL);
    *c = w.conns[--w.conn_n];
    bury(w.dead_conns, &w.dead_conn_n, id);
}

static void end_call(pptp_call_id id)
{
    struct call *c = call_of(id);

    FUZZ_CHECK(c != NULL);
    *c = w.calls[--w.call_n];
    bury(w.dead_calls, &w.dead_call_n, id);
}

/* One that lives, or a number that may be anything. */
static pptp_conn_id pick_conn(struct fuzz_in *in)
{
    uint8_t k = fuzz_u8(in);

    if (k == 255)
        return fuzz_u32(in);
    return w.conn_n == 0 ? k : w.conns[k % w.conn_n].id;
}

static pptp_call_id pick_call(struct fuzz_in *in)
{
    uint8_t k = fuzz_u8(in);

    if (k == 255)
        return fuzz_u32(in);
    return w.call_n == 0 ? k : w.calls[k % w.call_n].id;
}

/* --- what the peer does -------------------------------------------------- */

static void tcp_sent(const struct pptp_action *a)
{
    struct pptp_msg m;
    const struct conn *c = conn_of(a->conn);

    FUZZ_CHECK(c != NULL && c->open);
    FUZZ_CHECK(pptp_msg_decode(a->octets, a->len, &m) == (int)a->len);
    FUZZ_CHECK(!m.reserved_dirty);
}

static void gre_sent(const struct pptp_action *a)
{
    struct pptp_packet *k = pptp_pool_at(&w.pool, a->pkt);
    struct pptp_gre g;
    int n = pptp_gre_decode(pptp_packet_data(k), k->head_len,
                            pptp_packet_len(k), &g);

    FUZZ_CHECK(conn_of(a->conn) != NULL && call_of(a->call) != NULL);
    FUZZ_CHECK(n > 0 && (uint32_t)n + g.payload_len == pptp_packet_len(k));
    FUZZ_CHECK(g.has_seq || g.has_ack);
    FUZZ_CHECK(g.has_seq == (g.payload_len > 0));
    pptp_pool_free(&w.pool, a->pkt);
}

static void act(void *ctx, const struct pptp_action *a)
{
    (void)ctx;
    FUZZ_CHECK(++w.acts <= ACTS_MAX);
    switch (a->type) {
    case PPTP_ACT_TCP_OPEN: FUZZ_CHECK(conn_of(a->conn) != NULL); break;
    case PPTP_ACT_TCP_SEND: tcp_sent(a); break;
    case PPTP_ACT_TCP_CLOSE: end_conn(a->conn); break;
    case PPTP_ACT_GRE_SEND: gre_sent(a); break;
    case PPTP_ACT_FRAME_OUT:
        FUZZ_CHECK(call_of(a->call) != NULL && w.held_n < HELD_MAX);
        w.held[w.held_n] = a->pkt;
        w.held_call[w.held_n++] = a->call;
        break;
    case PPTP_ACT_CONN_UP: FUZZ_CHECK(conn_of(a->conn) != NULL); break;
    case PPTP_ACT_CONN_DOWN: break;
    case PPTP_ACT_CALL_NEW:
        FUZZ_CHECK(conn_of(a->conn) != NULL);
        new_call(a->call);
        break;
    case PPTP_ACT_CALL_DOWN: end_call(a->call); break;
    default: FUZZ_CHECK(call_of(a->call) != NULL); break;
    }
}

static void begin(void)
{
    w.acts = 0;
    pptp_node_begin(&w.node, w.now);
}

static void step(void)
{
    pptp_ns next = pptp_node_step(&w.node);

    FUZZ_CHECK(next > w.now);
    FUZZ_CHECK(pptp_peer_deadline(w.node.peer) == next);
    w.steps++;
}

/* Frame i of those held goes back: the first has been taken, another was
 * thrown away. */
static void give_back(uint32_t i)
{
    pptp_pkt pkt = w.held[i];
    pptp_call_id call = w.held_call[i];

    w.held_n--;
    memmove(w.held + i, w.held + i + 1, (w.held_n - i) * sizeof w.held[0]);
    memmove(w.held_call + i, w.held_call + i + 1,
            (w.held_n - i) * sizeof w.held_call[0]);
    begin();
    if (i == 0)
        pptp_node_frame_done(&w.node, call, pkt);
    else
        pptp_node_frame_dropped(&w.node, call, pkt);
    step();
}

static void settle(void)
{
    step();
    while (!w.digest_late && w.held_n > 0)
        give_back(0);
}

/* --- the start ----------------------------------------------------------- */

/* Gives the last of its octets: whether there is a journal. */
static uint8_t configure(struct fuzz_in *in, struct pptp_config *c)
{
    static const struct pptp_engine *const engines[] = {
        &pptp_engine_rfc2637, &pptp_engine_fixed, &pptp_engine_off,
        &pptp_engine_netgraph
    };
    uint8_t o[CONFIG], k;

    for (k = 0; k < CONFIG; k++)
        o[k] = fuzz_u8(in);
    pptp_config_default(c);
    c->role = (uint8_t)(1 + o[0] % 3);
    c->allow_multiple = o[0] & 0x80;
    c->max_channels = o[0] >> 4 & 3;
    c->win.engine = engines[o[1] & 3];
    c->win.windowing = (enum pptp_windowing)((o[1] >> 2 & 3) % 3);
    c->win.ack_on = o[1] & 16 ? PPTP_ACK_ON_RECEIPT : PPTP_ACK_ON_DELIVERY;
    c->win.recv_window = (uint16_t)(1 + o[2] % 16);
    c->win.reorder_hold_ns = o[2] & 0x80 ? 20 * PPTP_MS : 0;
    c->win.reorder_packets = (uint16_t)(1 + (o[2] >> 4 & 7));
    if (c->win.reorder_packets > c->win.recv_window)
        c->win.reorder_packets = c->win.recv_window;
    c->win.send_queue = (uint16_t)(1 + o[3] % 16);
    c->win.ack_delay_ns = (1u + o[3] / 16u) * 10 * PPTP_MS;
    c->ppd_ds = o[4] % 16;
    w.limits.conns = 1 + o[5] % CONNS;
    w.limits.calls = 1 + o[5] / 16 % CALLS;
    w.limits.window = 1u << o[6] % 6;
    w.limits.actions = 16 + o[6] / 8;
    w.limits.trace = 64;
    strcpy(c->host_name, "peer");
    return o[CONFIG - 1];
}

static void log_write(void *ctx, const uint8_t *octets, size_t len)
{
    (void)ctx;
    while (w.log_n + len > w.log_room) {
        w.log_room *= 2;
        w.log = (uint8_t *)realloc(w.log, w.log_room);
        FUZZ_CHECK(w.log != NULL);
    }
    memcpy(w.log + w.log_n, octets, len);
    w.log_n += len;
}

static void start_journal(const struct pptp_config *c, uint8_t how)
{
    struct pptp_journal_head h = { .config = *c,
                                   .limits = w.limits,
                                   .seed = 5,
                                   .snap_octets = how & 2 ? 64 : 0 };

    if ((how & 1) == 0)
        return;
    w.log_room = LOG_FIRST;
    w.log = (uint8_t *)fuzz_alloc(w.log_room);
    FUZZ_CHECK(pptp_journal_start(&w.journal, &h, &w.pool, log_write, NULL) ==
               0);
    w.node.journal = &w.journal;
}

static void replay(void)
{
    struct pptp_replay_result r;
    size_t n;
    void *mem;

    if (w.log == NULL)
        return;
    pptp_journal_end(&w.journal);
    n = pptp_replay_octets(w.log, w.log_n);
    FUZZ_CHECK(n > 0 && n < (size_t)64 << 20);
    mem = fuzz_guarded(n);
    pptp_replay(w.log, w.log_n, mem, NULL, &r);
    if (r.verdict != PPTP_REPLAY_SAME)
        fprintf(stderr, "%s at %zu: %s\n%s\n%s\n%s\n",
                pptp_replay_verdict_name(r.verdict), r.offset,
                r.why != NULL ? r.why : "", r.input, r.expected, r.got);
    FUZZ_CHECK(r.verdict == PPTP_REPLAY_SAME);
    fuzz_unguard(mem);
    free(w.log);
}

static void start(struct fuzz_in *in)
{
    struct pptp_config c;
    uint8_t journal;

    memset(&w, 0, sizeof w);
    journal = configure(in, &c);
    w.pool_mem = fuzz_guarded(pptp_pool_mem_octets(PACKETS, BUF_OCTETS));
    pptp_pool_init(&w.pool, w.pool_mem, PACKETS, BUF_OCTETS);
    w.mem_octets = pptp_peer_octets(&w.limits);
    FUZZ_CHECK(w.mem_octets > 0);
    w.mem = fuzz_guarded(w.mem_octets);
    w.node.peer = pptp_peer_init(w.mem, &c, &w.limits, &w.pool, 5);
    FUZZ_CHECK(w.node.peer != NULL);
    w.node.act = act;
    w.now = 7 * PPTP_S;
    start_journal(&c, journal);
}

/* --- operations ---------------------------------------------------------- */

static struct pptp_addr addr(uint8_t k)
{
    return pptp_addr_v4(0x0a000001u + k % 4);
}

static struct pptp_tcp_info tcp_info(const struct pptp_addr *remote, bool ours,
                                     bool authorized)
{
    return (struct pptp_tcp_info){ .local = pptp_addr_v4(0x0a000009u),
                                   .remote = *remote,
                                   .local_port = ours ? 4000 : PPTP_PORT,
                                   .remote_port = ours ? PPTP_PORT : 4000,
                                   .authorized = authorized };
}

static void op_accept(struct fuzz_in *in)
{
    uint8_t k = fuzz_u8(in);
    struct pptp_addr remote = addr(k);
    struct pptp_tcp_info info = tcp_info(&remote, false, !(k & 0x80));
    pptp_conn_id id;
    int r;

    begin();
    r = pptp_node_tcp_accepted(&w.node, &info, &id);
    FUZZ_CHECK(r == 0 || r == PPTP_ERR_RESOURCE);
    if (r == 0)
        new_conn(id, &remote, false);
    settle();
}

static void op_open(struct fuzz_in *in)
{
    struct pptp_addr remote = addr(fuzz_u8(in));
    pptp_conn_id id;
    int r;

    begin();
    r = pptp_node_open(&w.node, &remote, &id);
    if (r == 0)
        new_conn(id, &remote, true);
    settle();
}

static void tcp_event(pptp_conn_id id, enum pptp_tcp_event event)
{
    struct conn *c = conn_of(id);
    struct pptp_addr remote = c != NULL ? c->remote : addr(0);
    struct pptp_tcp_info info = tcp_info(&remote, true, true);
    int r;

    begin();
    r = pptp_node_tcp_event(&w.node, id, event, &info);
    FUZZ_CHECK((r == PPTP_ERR_UNKNOWN) == (c == NULL));
    if (r == 0 && event == PPTP_TCP_CONNECTED) {
        FUZZ_CHECK(c->asked && !c->open);
        c->open = true;
    } else if (r == 0) {
        c->open = false;
    }
    settle();
    FUZZ_CHECK(r != 0 || event == PPTP_TCP_CONNECTED || conn_of(id) == NULL);
}

static void op_tcp_event(struct fuzz_in *in)
{
    pptp_conn_id id = pick_conn(in);
    struct conn *c = conn_of(id);
    uint8_t k = fuzz_u8(in);

    if (c != NULL && !c->open)
        tcp_event(id, k & 1 ? PPTP_TCP_FAILED : PPTP_TCP_CONNECTED);
    else
        tcp_event(id, k % 8 == 7 ? PPTP_TCP_CONNECTED : PPTP_TCP_CLOSED);
}

/* In pieces of `piece`; what is not used is offered again. */
static void tcp_octets(pptp_conn_id id, const uint8_t *o, size_t n,
                       size_t piece)
{
    unsigned idle = 0;

    while (n > 0 && w.steps < STEPS_MAX) {
        size_t k = n < piece ? n : piece;
        uint8_t *copy = fuzz_copy(o, k);
        bool known = conn_of(id) != NULL;
        int r;

        begin();
        r = pptp_node_tcp_input(&w.node, id, copy, k);
        free(copy);
        FUZZ_CHECK((r == PPTP_ERR_UNKNOWN) == !known && r <= (int)k);
        settle();
        if (r < 0)
            return;
        /* after a drain there is room for at least one message */
        idle = r == 0 ? idle + 1 : 0;
        FUZZ_CHECK(idle < 2);
        o += r;
        n -= (size_t)r;
    }
}

static void op_octets(struct fuzz_in *in)
{
    pptp_conn_id id = pick_conn(in);
    uint8_t piece = fuzz_u8(in);
    size_t n = fuzz_u8(in);
    const uint8_t *o;

    if (n == 255)
        n = fuzz_u16(in) % 2048;
    o = fuzz_take(in, n, &n);
    tcp_octets(id, o, n, piece == 0 ? 65536 : piece);
}

/* Call IDs that are right, and what else has to be to get on. */
static void make_right(struct pptp_msg *m, const struct pptp_call_info *c)
{
    switch (m->type) {
    case PPTP_SCCRQ: m->sccrq.protocol_version = PPTP_VERSION; break;
    case PPTP_SCCRP:
        m->sccrp.protocol_version = PPTP_VERSION;
        m->sccrp.result = PPTP_SCCRP_OK;
        break;
    case PPTP_STOP_RQ: m->stop_rq.reason = 1; break;
    case PPTP_STOP_RP: m->stop_rp.result = 1; break;
    case PPTP_OCRQ:
        m->ocrq.bearer = m->ocrq.framing = 3;
        m->ocrq.min_bps = 300;
        m->ocrq.max_bps = 64000;
        break;
    case PPTP_OCRP:
        m->ocrp.peer_call_id = c->local_id;
        m->ocrp.result = PPTP_OCRP_CONNECTED;
        m->ocrp.error = 0;
        break;
    case PPTP_ICRQ: m->icrq.bearer = 1; break;
    case PPTP_ICRP:
        m->icrp.peer_call_id = c->local_id;
        m->icrp.result = PPTP_ICRP_ACCEPT;
        m->icrp.error = 0;
        break;
    case PPTP_ICCN:
        m->iccn.peer_call_id = c->local_id;
        m->iccn.framing = 1;
        break;
    case PPTP_CCRQ: m->ccrq.call_id = c->peer_id; break;
    case PPTP_CDN: m->cdn.call_id = c->peer_id; break;
    case PPTP_WEN: m->wen.peer_call_id = c->local_id; break;
    case PPTP_SLI: m->sli.peer_call_id = c->local_id; break;
    default: break;
    }
}

/* A message with a good head; `how` has it right in more. */
static void op_message(struct fuzz_in *in)
{
    pptp_conn_id id = pick_conn(in);
    pptp_call_id call = pick_call(in);
    uint8_t how = fuzz_u8(in);
    uint16_t type = (uint16_t)(1 + (how & 15) % PPTP_MSG_TYPES);
    uint8_t o[PPTP_MSG_MAX] = { 0 };
    struct pptp_call_info info;
    struct pptp_msg m;
    size_t len = pptp_msg_length(type), n = fuzz_u8(in) & 63;
    const uint8_t *body = fuzz_take(in, n, &n);

    memset(&info, 0, sizeof info);
    pptp_peer_call_info(w.node.peer, call, &info);
    pptp_put16(o, (uint16_t)len);
    pptp_put16(o + 2, PPTP_MSG_CONTROL);
    pptp_put32(o + 4, PPTP_COOKIE);
    pptp_put16(o + 8, type);
    if (n > len - PPTP_MSG_HEADER)
        n = len - PPTP_MSG_HEADER;
    if (n > 0)
        memcpy(o + PPTP_MSG_HEADER, body, n);
    if (!(how & 0x40)) {
        FUZZ_CHECK(pptp_msg_decode(o, len, &m) == (int)len);
        make_right(&m, &info);
        len = pptp_msg_encode(&m, o);
    }
    tcp_octets(id, o, len, how & 0x80 ? 7 : 65536);
}

static void gre_input(uint8_t from_k, const uint8_t *o, size_t n,
                      uint32_t tail, const struct pptp_addr *from)
{
    struct pptp_addr a = from != NULL ? *from : addr(from_k);
    struct pptp_addr to = pptp_addr_v4(0x0a000009u);
    pptp_pkt pkt = pptp_pool_take(&w.pool, 0);
    struct pptp_packet *k;

    if (pkt == PPTP_PKT_NONE)
        return;
    k = pptp_pool_at(&w.pool, pkt);
    if (n > w.pool.buf_octets)
        n = w.pool.buf_octets;
    if (n > 0)
        memcpy(pptp_packet_data(k), o, n);
    k->head_len = (uint16_t)n;
    k->tail_len = tail;
    begin();
    pptp_node_gre_input(&w.node, &a, &to, pkt);
    settle();
}

static void op_gre_raw(struct fuzz_in *in)
{
    uint8_t from = fuzz_u8(in);
    size_t n = fuzz_u8(in);
    const uint8_t *o = fuzz_take(in, n, &n);

    gre_input(from, o, n, from & 0x80 ? 100 : 0, NULL);
}

/* A packet of a call, its numbers near those that are due. */
static void op_gre(struct fuzz_in *in)
{
    pptp_call_id id = pick_call(in);
    struct call *c = call_of(id);
    uint8_t how = fuzz_u8(in), off = fuzz_u8(in), ack = fuzz_u8(in);
    struct pptp_call_info info;
    struct pptp_gre g;
    struct conn *conn;
    uint8_t o[PPTP_GRE_MAX];
    size_t n;

    memset(&info, 0, sizeof info);
    if (c == NULL || pptp_peer_call_info(w.node.peer, id, &info) != 0)
        return;
    conn = conn_of(info.conn);
    g = (struct pptp_gre){ .call_id = info.local_id,
                           .seq = c->tx_seq + off % 16 - (off & 16),
                           .ack = info.tx_next - 1 - ack % 16 + (ack & 16),
                           .has_seq = how & 1,
                           .has_ack = how & 2,
                           .payload_len = how & 4 ? 0 : 40 };
    if (off == 255)
        g.seq = UINT32_MAX - 2;
    n = pptp_gre_encode(&g, o);
    if (how & 1)
        c->tx_seq = g.seq + 1;
    gre_input(off, o, n, how & 8 ? 60 : g.payload_len,
              conn != NULL ? &conn->remote : NULL);
}

static struct pptp_call_request request(struct fuzz_in *in)
{
    uint8_t k = fuzz_u8(in);
    struct pptp_call_request r = { .bearer = k & 3u,
                                   .framing = k >> 2 & 3u,
                                   .min_bps = 300,
                                   .max_bps = k & 0x80 ? 200 : 64000,
                                   .phys_channel = k };

    memset(r.number, '5', k & 0x40 ? 63 : 7);
    return r;
}

static void op_call(struct fuzz_in *in, bool ring)
{
    pptp_conn_id id = pick_conn(in);
    bool known = conn_of(id) != NULL;
    struct pptp_call_request req = request(in);
    pptp_call_id call;
    int r;

    begin();
    r = ring ? pptp_node_ring(&w.node, id, &req, &call)
             : pptp_node_call_open(&w.node, id, &req, &call);
    FUZZ_CHECK((r == PPTP_ERR_UNKNOWN) == !known);
    if (r == 0)
        new_call(call);
    settle();
}

static void op_line(struct fuzz_in *in)
{
    pptp_call_id id = pick_call(in);
    uint8_t k = fuzz_u8(in), n = fuzz_u8(in);
    struct pptp_line_info info = { .connect_bps = n * 300u,
                                   .framing = n & 3,
                                   .phys_channel = n,
                                   .cause = n,
                                   .ppd_ds = n & 15,
                                   .errors = { n, 1, n * 2u, 3, 4, 5 } };
    bool known = call_of(id) != NULL;
    int r;

    begin();
    r = pptp_node_line_event(
        &w.node, id, (enum pptp_line_event)(k % PPTP_LINE_EVENTS), &info);
    FUZZ_CHECK((r == PPTP_ERR_UNKNOWN) == !known);
    settle();
}

static void op_frame(struct fuzz_in *in)
{
    pptp_call_id id = pick_call(in);
    unsigned n = 1 + fuzz_u8(in) % 24, len = 1 + fuzz_u8(in) * 6u;

    for (; n > 0; n--) {
        pptp_pkt pkt = pptp_pool_take(&w.pool, PPTP_HEADROOM);
        bool known = call_of(id) != NULL;
        int r;

        if (pkt == PPTP_PKT_NONE)
            return;
        pptp_pool_at(&w.pool, pkt)->tail_len = len;
        begin();
        r = pptp_node_frame(&w.node, id, pkt);
        FUZZ_CHECK((r == PPTP_ERR_UNKNOWN) == !known);
        settle();
    }
}

static void op_operator(struct fuzz_in *in)
{
    uint8_t k = fuzz_u8(in);
    uint32_t id = k & 1 ? pick_conn(in) : pick_call(in);
    bool known = k & 1 ? conn_of(id) != NULL : call_of(id) != NULL;
    int r;

    begin();
    if (k & 1)
        r = pptp_node_close(&w.node, id, (enum pptp_stop_reason)(k >> 2 & 3));
    else if (k & 2)
        r = pptp_node_call_close(&w.node, id);
    else
        r = pptp_node_set_link_info(&w.node, id, k, ~(uint32_t)k);
    FUZZ_CHECK((r == PPTP_ERR_UNKNOWN) == !known);
    settle();
}

static void time_to(pptp_ns until)
{
    while (w.steps < STEPS_MAX && pptp_peer_deadline(w.node.peer) <= until) {
        w.now = pptp_peer_deadline(w.node.peer);
        begin();
        settle();
    }
    w.now = until;
    begin();
    settle();
}

static void op_time(struct fuzz_in *in)
{
    static const pptp_ns units[] = { PPTP_MS, 20 * PPTP_MS, PPTP_S,
                                     10 * PPTP_S };
    uint8_t k = fuzz_u8(in);

    time_to(w.now + (k >> 2) * units[k & 3]);
}

/* The contract: the block may be moved. */
static void op_move(void)
{
    void *mem = fuzz_guarded(w.mem_octets);

    memcpy(mem, w.mem, w.mem_octets);
    fuzz_guards(w.mem, w.mem_octets);
    memset(w.mem, 0xee, w.mem_octets);
    fuzz_unguard(w.mem);
    w.mem = mem;
    w.node.peer = (struct pptp_peer *)mem;
}

/* Handles of things that have ended. */
static void op_stale(struct fuzz_in *in)
{
    unsigned k = fuzz_u8(in);
    struct pptp_call_request req = { .bearer = 3, .framing = 3 };
    uint32_t out, id;

    begin();
    settle(); /* nothing else is left to do */
    if (w.dead_call_n > 0) {
        id = w.dead_calls[k % (w.dead_call_n < DEAD_MAX ? w.dead_call_n
                                                        : DEAD_MAX)];
        begin();
        FUZZ_CHECK(pptp_node_call_close(&w.node, id) == PPTP_ERR_UNKNOWN);
        step();
        FUZZ_CHECK(w.acts == 0);
    }
    if (w.dead_conn_n > 0) {
        id = w.dead_conns[k % (w.dead_conn_n < DEAD_MAX ? w.dead_conn_n
                                                        : DEAD_MAX)];
        tcp_event(id, PPTP_TCP_CLOSED);
        FUZZ_CHECK(w.acts == 0);
        begin();
        FUZZ_CHECK(pptp_node_call_open(&w.node, id, &req, &out) ==
                   PPTP_ERR_UNKNOWN);
        step();
        FUZZ_CHECK(w.acts == 0);
    }
}

static void operate(struct fuzz_in *in)
{
    switch (fuzz_u8(in) % 20) {
    case 0: op_accept(in); break;
    case 1: op_open(in); break;
    case 2: op_tcp_event(in); break;
    case 3: op_octets(in); break;
    case 4:
    case 5:
    case 6: op_message(in); break;
    case 7: op_gre_raw(in); break;
    case 8:
    case 9: op_gre(in); break;
    case 10: op_call(in, false); break;
    case 11: op_call(in, true); break;
    case 12: op_line(in); break;
    case 13: op_frame(in); break;
    case 14: op_operator(in); break;
    case 15: op_time(in); break;
    case 16:
        if (pptp_peer_deadline(w.node.peer) < PPTP_NEVER)
            time_to(pptp_peer_deadline(w.node.peer));
        break;
    case 17: op_move(); break;
    case 18: op_stale(in); break;
    default:
        w.digest_late = !w.digest_late;
        if (w.held_n > 0)
            give_back(fuzz_u8(in) % w.held_n);
        break;
    }
    w.steps++;
}

/* Every TCP connection ends; frames come back late. */
static void finish(void)
{
    w.steps = 0;
    while (w.conn_n > 0)
        tcp_event(w.conns[0].id,
                  w.conns[0].open ? PPTP_TCP_CLOSED : PPTP_TCP_FAILED);
    while (w.held_n > 0)
        give_back(0);
    time_to(w.now + 600 * PPTP_S);
    FUZZ_CHECK(w.call_n == 0);
    FUZZ_CHECK(w.pool.used == 0);
    FUZZ_CHECK(pptp_peer_deadline(w.node.peer) == PPTP_NEVER);
    replay();
    fuzz_guards(w.mem, w.mem_octets);
    fuzz_guards(w.pool_mem, pptp_pool_mem_octets(PACKETS, BUF_OCTETS));
    fuzz_unguard(w.mem);
    fuzz_unguard(w.pool_mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct fuzz_in in = { octets, len < INPUT_MAX ? len : INPUT_MAX };

    start(&in);
    while (in.left > 0 && w.steps < STEPS_MAX)
        operate(&in);
    finish();
    return 0;
}
