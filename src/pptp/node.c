/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * See node.h.  An input runs once a packet: without a journal it costs one
 * branch more than the peer's own function; what records is out of line.
 */
#include "config.h"

#include "pptp/node.h"

#include "pptp/gre.h"
#include "pptp/journal_impl.h"
#include "pptp/timers.h"

/* --- what the journal sees --------------------------------------------- */

static void emit(struct pptp_node *n, struct journal_rec *r)
{
    n->journal->emit(n->journal, r);
}

/* An input's record, begun. */
static struct journal_rec input(const struct pptp_node *n,
                                enum journal_kind kind)
{
    return (struct journal_rec){ .kind = (uint8_t)kind,
                                 .now_ns = n->now_ns,
                                 .pool_free = journal_pool_free(n->journal) };
}

PPTP_COLD static int record_result(struct pptp_node *n, int result,
                                   uint32_t handle)
{
    struct journal_rec r = { .kind = JOURNAL_RESULT,
                             .result = (uint32_t)result,
                             .handle = result < 0 ? PPTP_NONE : handle };

    emit(n, &r);
    return result;
}

/* Length of a packet, and the first `limit` of its real octets: the peer
 * looks no further, so a replay has the others virtual. */
static void take_packet(const struct pptp_node *n, struct journal_rec *r,
                        pptp_pkt pkt, uint32_t limit)
{
    struct pptp_packet *k = pptp_pool_at(n->journal->pool, pkt);

    r->len = pptp_packet_len(k);
    r->octets = pptp_packet_data(k);
    r->octets_len = k->head_len < limit ? k->head_len : limit;
}

static uint64_t payload_hash(const struct pptp_journal *j,
                             const uint8_t *octets, uint32_t len)
{
    return journal_hash(0, octets,
                        len < j->snap_octets ? len : j->snap_octets);
}

static void take_gre(const struct pptp_journal *j, struct journal_rec *r,
                     pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(j->pool, pkt);
    struct pptp_gre g;
    int head;

    r->len = pptp_packet_len(k);
    r->octets = pptp_packet_data(k);
    head = pptp_gre_decode(r->octets, k->head_len, r->len, &g);
    PPTP_ASSERT(head > 0);
    r->octets_len = (uint32_t)head;
    r->hash = payload_hash(j, r->octets + head, k->head_len - (uint32_t)head);
}

static void take_frame(const struct pptp_journal *j, struct journal_rec *r,
                       pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(j->pool, pkt);

    r->seq = k->seq;
    r->len = pptp_packet_len(k);
    r->hash = payload_hash(j, pptp_packet_data(k), k->head_len);
}

PPTP_COLD static void record_action(struct pptp_node *n,
                                    const struct pptp_action *a)
{
    struct journal_rec r = { .kind = (uint8_t)(JOURNAL_ACTION + a->type),
                             .conn = a->conn,
                             .call = a->call };

    switch (a->type) {
    case PPTP_ACT_TCP_OPEN: r.to = a->addr; break;
    case PPTP_ACT_TCP_SEND:
        r.octets = a->octets;
        r.octets_len = a->len;
        break;
    case PPTP_ACT_GRE_SEND: take_gre(n->journal, &r, a->pkt); break;
    case PPTP_ACT_FRAME_OUT: take_frame(n->journal, &r, a->pkt); break;
    case PPTP_ACT_LINE_ACCM:
        r.tx_accm = a->tx_accm;
        r.rx_accm = a->rx_accm;
        break;
    case PPTP_ACT_LINE_DIAL:
    case PPTP_ACT_CALL_NEW:
        r.has_info = pptp_peer_call_request(n->peer, a->call, &r.request) ==
                     PPTP_OK;
        break;
    case PPTP_ACT_CALL_DOWN: r.end = a->end; break;
    default: break;
    }
    emit(n, &r);
}

PPTP_COLD static void record_advance(struct pptp_node *n)
{
    struct journal_rec r = { .kind = JOURNAL_ADVANCE };

    if (n->journal->advancing != NULL)
        n->journal->advancing(n->journal->ctx);
    r.pool_free = journal_pool_free(n->journal);
    emit(n, &r);
}

PPTP_COLD static void record_step(struct pptp_node *n)
{
    struct journal_rec r = { .kind = JOURNAL_STEP,
                             .deadline_ns = pptp_peer_deadline(n->peer),
                             .trace_hash = n->journal->trace_hash,
                             .check = n->journal->check };

    emit(n, &r);
}

PPTP_COLD static void record_tick(struct pptp_node *n)
{
    struct journal_rec r;

    r = input(n, JOURNAL_TICK);
    emit(n, &r);
}

/* --- the loop body ----------------------------------------------------- */

static void drain(struct pptp_node *n)
{
    struct pptp_action a;
    struct pptp_trace_rec r;

    while (!pptp_peer_quiet(n->peer) && pptp_peer_poll(n->peer, &a)) {
        /* before the world changes the packet */
        if (n->journal != NULL)
            record_action(n, &a);
        n->act(n->ctx, &a);
    }
    while (n->peer->trace_n > 0 && pptp_peer_trace_poll(n->peer, &r)) {
        if (n->journal != NULL)
            n->journal->trace_hash = pptp_trace_hash(n->journal->trace_hash,
                                                     &r);
        if (n->trace != NULL)
            n->trace(n->ctx, &r);
    }
}

void pptp_node_begin(struct pptp_node *n, pptp_ns now)
{
    PPTP_ASSERT(!n->busy && now >= n->now_ns);
    n->busy = true;
    n->fed = false;
    n->now_ns = now;
}

pptp_ns pptp_node_step(struct pptp_node *n)
{
    uint32_t rounds = 0;
    bool recorded = n->journal != NULL;
    pptp_ns deadline;

    PPTP_ASSERT(n->busy);
    if (recorded && !n->fed) {
        /* time alone is worth a record only if it does something */
        recorded = pptp_peer_deadline(n->peer) <= n->now_ns;
        if (recorded)
            record_tick(n);
    }
    drain(n);
    while ((deadline = pptp_timer_next(n->peer)) <= n->now_ns) {
        PPTP_ASSERT(rounds++ < PPTP_NODE_ROUNDS);
        if (recorded)
            record_advance(n);
        pptp_peer_advance(n->peer, n->now_ns);
        drain(n);
    }
    if (recorded)
        record_step(n);
    n->busy = false;
    return deadline;
}

/* --- inputs ------------------------------------------------------------ */

static void feed(struct pptp_node *n)
{
    /* more than one could want more room for actions than there is */
    PPTP_ASSERT(n->busy && !n->fed);
    n->fed = true;
}

static int result(struct pptp_node *n, int value, uint32_t handle)
{
    return n->journal == NULL ? value : record_result(n, value, handle);
}

int pptp_node_tcp_accepted(struct pptp_node *n,
                           const struct pptp_tcp_info *info,
                           pptp_conn_id *conn)
{
    int err;

    feed(n);
    if (n->journal != NULL) {
        struct journal_rec r = input(n, JOURNAL_TCP_ACCEPTED);

        r.tcp = *info;
        emit(n, &r);
    }
    err = pptp_peer_tcp_accepted(n->peer, n->now_ns, info, conn);
    return result(n, err, err < 0 ? PPTP_NONE : *conn);
}

int pptp_node_tcp_event(struct pptp_node *n, pptp_conn_id conn,
                        enum pptp_tcp_event event,
                        const struct pptp_tcp_info *info)
{
    feed(n);
    if (n->journal != NULL) {
        struct journal_rec r = input(n, JOURNAL_TCP_EVENT);

        r.conn = conn;
        r.event = event;
        if (event == PPTP_TCP_CONNECTED)
            r.tcp = *info;
        emit(n, &r);
    }
    return result(n,
                  pptp_peer_tcp_event(n->peer, n->now_ns, conn, event, info),
                  PPTP_NONE);
}

int pptp_node_tcp_input(struct pptp_node *n, pptp_conn_id conn,
                        const uint8_t *octets, size_t len)
{
    feed(n);
    /* the peer looks at no more */
    if (len > JOURNAL_TCP_MAX)
        len = JOURNAL_TCP_MAX;
    if (n->journal != NULL) {
        struct journal_rec r = input(n, JOURNAL_TCP_INPUT);

        r.conn = conn;
        r.octets = octets;
        r.octets_len = (uint32_t)len;
        emit(n, &r);
    }
    return result(n,
                  pptp_peer_tcp_input(n->peer, n->now_ns, conn, octets, len),
                  PPTP_NONE);
}

PPTP_COLD static void record_gre(struct pptp_node *n,
                                 const struct pptp_addr *from,
                                 const struct pptp_addr *to, pptp_pkt pkt)
{
    struct journal_rec r = input(n, JOURNAL_GRE_INPUT);

    r.from = *from;
    r.to = *to;
    take_packet(n, &r, pkt, PPTP_GRE_MAX + n->journal->snap_octets);
    emit(n, &r);
}

void pptp_node_gre_input(struct pptp_node *n, const struct pptp_addr *from,
                         const struct pptp_addr *to, pptp_pkt pkt)
{
    feed(n);
    if (n->journal != NULL)
        record_gre(n, from, to, pkt);
    pptp_peer_gre_input(n->peer, n->now_ns, from, to, pkt);
}

int pptp_node_line_event(struct pptp_node *n, pptp_call_id call,
                         enum pptp_line_event event,
                         const struct pptp_line_info *info)
{
    feed(n);
    if (n->journal != NULL) {
        struct journal_rec r = input(n, JOURNAL_LINE_EVENT);

        r.call = call;
        r.event = event;
        r.has_info = info != NULL;
        if (info != NULL)
            r.line = *info;
        emit(n, &r);
    }
    return result(n,
                  pptp_peer_line_event(n->peer, n->now_ns, call, event, info),
                  PPTP_NONE);
}

PPTP_COLD static void record_frame(struct pptp_node *n, enum journal_kind kind,
                                   pptp_call_id call, pptp_pkt pkt)
{
    struct journal_rec r = input(n, kind);

    r.call = call;
    if (kind == JOURNAL_FRAME)
        take_packet(n, &r, pkt, n->journal->snap_octets);
    else
        r.seq = pptp_pool_at(n->journal->pool, pkt)->seq;
    emit(n, &r);
}

int pptp_node_frame(struct pptp_node *n, pptp_call_id call, pptp_pkt pkt)
{
    feed(n);
    if (n->journal != NULL)
        record_frame(n, JOURNAL_FRAME, call, pkt);
    return result(n, pptp_peer_frame(n->peer, n->now_ns, call, pkt),
                  PPTP_NONE);
}

void pptp_node_frame_done(struct pptp_node *n, pptp_call_id call, pptp_pkt pkt)
{
    feed(n);
    if (n->journal != NULL)
        record_frame(n, JOURNAL_FRAME_DONE, call, pkt);
    pptp_peer_frame_done(n->peer, n->now_ns, call, pkt);
}

void pptp_node_frame_dropped(struct pptp_node *n, pptp_call_id call,
                             pptp_pkt pkt)
{
    feed(n);
    if (n->journal != NULL)
        record_frame(n, JOURNAL_FRAME_DROPPED, call, pkt);
    pptp_peer_frame_dropped(n->peer, n->now_ns, call, pkt);
}

int pptp_node_open(struct pptp_node *n, const struct pptp_addr *remote,
                   pptp_conn_id *conn)
{
    int err;

    feed(n);
    if (n->journal != NULL) {
        struct journal_rec r = input(n, JOURNAL_OPEN);

        r.to = *remote;
        emit(n, &r);
    }
    err = pptp_peer_open(n->peer, n->now_ns, remote, conn);
    return result(n, err, err < 0 ? PPTP_NONE : *conn);
}

int pptp_node_close(struct pptp_node *n, pptp_conn_id conn,
                    enum pptp_stop_reason reason)
{
    feed(n);
    if (n->journal != NULL) {
        struct journal_rec r = input(n, JOURNAL_CLOSE);

        r.conn = conn;
        r.event = reason;
        emit(n, &r);
    }
    return result(n, pptp_peer_close(n->peer, n->now_ns, conn, reason),
                  PPTP_NONE);
}

PPTP_COLD static void record_request(struct pptp_node *n,
                                     enum journal_kind kind, pptp_conn_id conn,
                                     const struct pptp_call_request *req)
{
    struct journal_rec r = input(n, kind);

    r.conn = conn;
    r.request = *req;
    emit(n, &r);
}

int pptp_node_ring(struct pptp_node *n, pptp_conn_id conn,
                   const struct pptp_call_request *req, pptp_call_id *call)
{
    int err;

    feed(n);
    if (n->journal != NULL)
        record_request(n, JOURNAL_RING, conn, req);
    err = pptp_peer_ring(n->peer, n->now_ns, conn, req, call);
    return result(n, err, err < 0 ? PPTP_NONE : *call);
}

int pptp_node_call_open(struct pptp_node *n, pptp_conn_id conn,
                        const struct pptp_call_request *req,
                        pptp_call_id *call)
{
    int err;

    feed(n);
    if (n->journal != NULL)
        record_request(n, JOURNAL_CALL_OPEN, conn, req);
    err = pptp_peer_call_open(n->peer, n->now_ns, conn, req, call);
    return result(n, err, err < 0 ? PPTP_NONE : *call);
}

int pptp_node_call_close(struct pptp_node *n, pptp_call_id call)
{
    feed(n);
    if (n->journal != NULL) {
        struct journal_rec r = input(n, JOURNAL_CALL_CLOSE);

        r.call = call;
        emit(n, &r);
    }
    return result(n, pptp_peer_call_close(n->peer, n->now_ns, call),
                  PPTP_NONE);
}

int pptp_node_set_link_info(struct pptp_node *n, pptp_call_id call,
                            uint32_t tx_accm, uint32_t rx_accm)
{
    feed(n);
    if (n->journal != NULL) {
        struct journal_rec r = input(n, JOURNAL_LINK_INFO);

        r.call = call;
        r.tx_accm = tx_accm;
        r.rx_accm = rx_accm;
        emit(n, &r);
    }
    return result(
        n, pptp_peer_set_link_info(n->peer, n->now_ns, call, tx_accm, rx_accm),
        PPTP_NONE);
}
