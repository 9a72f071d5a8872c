/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The tunnel of one call, RFC 2637 §4: PPP frames to GRE and back.  The
 * window decides (window.c), the header is gre.c's; here packets move.
 *
 * Runs once a packet: no look-up beyond the Call ID, no copy of payload.
 */
#include "config.h"

#include "pptp/tunnel.h"

#include <string.h>

#include "pptp/gre.h"
#include "pptp/send.h"
#include "pptp/stock.h"

/* Sends pkt (a frame, or PPTP_PKT_NONE for a lone acknowledgment). */
static void transmit(struct pptp_peer *p, struct pptp_call *c, pptp_pkt pkt)
{
    struct pptp_gre g = { .call_id = c->peer_id };
    uint8_t head[PPTP_GRE_MAX], *to;
    struct pptp_packet *k = pptp_pool_at(p->pool, pkt);
    size_t n, i;

    if (c->win.rx_unacked > 0) {
        g.has_ack = true;
        g.ack = c->win.rx_ack;
        pptp_win_ack_sent(&c->win);
    }
    g.payload_len = (uint16_t)pptp_packet_len(k);
    if (g.payload_len > 0) {
        g.has_seq = true;
        pptp_ring_take(p, c);
        g.seq = pptp_win_sent(&c->win, ring_of(p, c), p->now_ns);
        c->tx_packets++;
        c->tx_octets += g.payload_len;
        p->stats.gre_tx_octets += g.payload_len;
    } else {
        p->stats.gre_tx_acks++;
    }
    p->stats.gre_tx++;
    n = pptp_gre_encode(&g, head);
    to = pptp_packet_push(k, (uint32_t)n);
    for (i = 0; i < n; i += 4) /* it is of whole words */
        memcpy(to + i, head + i, 4);
    pptp_trace(p, PPTP_TRACE_data_tx, call_index(p, c), g.seq, g.payload_len,
               g.ack, g.has_ack);
    pptp_act(p, PPTP_ACT_GRE_SEND, conn_at(p, c->conn), c)->pkt = pkt;
}

static void send_ack(struct pptp_peer *p, struct pptp_call *c)
{
    pptp_pkt pkt = pptp_pool_take(p->pool, PPTP_HEADROOM);

    if (pkt == PPTP_PKT_NONE) {
        pptp_ns wait = p->config.win.ack_delay_ns;

        p->stats.packets_exhausted++;
        /* again after one delay: the pool may have room by then */
        c->win.ack_at_ns = p->now_ns + (wait < PPTP_MS ? PPTP_MS : wait);
        return;
    }
    transmit(p, c, pkt);
}

/* Sends what the window now permits. Stops early when actions run short:
 * pump_due makes it go on as soon as they are drained. */
static void pump(struct pptp_peer *p, struct pptp_call *c)
{
    c->pump_due = false;
    while (c->queued > 0 && pptp_win_may_send(&c->win, &p->config.win)) {
        pptp_pkt pkt = c->queue_head;

        if (act_room(p) < ACTIONS_PER_MSG) {
            c->pump_due = true;
            return;
        }
        c->queue_head = pptp_pool_at(p->pool, pkt)->next;
        c->queued--;
        if (c->queued == 0)
            c->queue_tail = PPTP_PKT_NONE;
        transmit(p, c, pkt);
    }
    if (c->holding && c->queued <= p->config.win.send_queue / 2) {
        c->holding = false;
        pptp_act(p, PPTP_ACT_RESUME, NULL, c);
    }
}

int pptp_tunnel_frame(struct pptp_peer *p, struct pptp_call *c, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(p->pool, pkt);
    uint32_t len = pptp_packet_len(k);

    if (len == 0 || len > PPTP_GRE_PAYLOAD_MAX) {
        p->stats.frames_dropped_long++;
        pptp_pool_free(p->pool, pkt);
        return PPTP_ERR_VALUE;
    }
    if (c->queued == 0 && pptp_win_may_send(&c->win, &p->config.win)) {
        transmit(p, c, pkt);
        return PPTP_OK;
    }
    if (c->queued >= p->config.win.send_queue || p->config.win.engine->drops) {
        p->stats.frames_dropped_full++;
        c->drops++;
        pptp_pool_free(p->pool, pkt);
        return PPTP_ERR_RESOURCE;
    }
    k->next = PPTP_PKT_NONE;
    if (c->queued == 0)
        c->queue_head = pkt;
    else
        pptp_pool_at(p->pool, c->queue_tail)->next = pkt;
    c->queue_tail = pkt;
    c->queued++;
    p->stats.frames_queued++;
    pptp_trace(p, PPTP_TRACE_queued, call_index(p, c), c->queued, len, 0, 0);
    /* 4.2.4: no longer accepted from the source when the buffer fills */
    if (c->queued == p->config.win.send_queue && !c->holding) {
        c->holding = true;
        pptp_act(p, PPTP_ACT_HOLD, NULL, c);
    }
    return PPTP_OK;
}

static void note_ack(struct pptp_peer *p, struct pptp_call *c, uint32_t ack)
{
    uint32_t n;

    switch (pptp_win_acked(&c->win, &p->config.win, ring_of(p, c), p->now_ns,
                           ack, &n)) {
    case PPTP_ACK_AHEAD: p->stats.acks_ahead++; return;
    case PPTP_ACK_OLD: p->stats.acks_old++; return;
    case PPTP_ACK_RESUMED: p->stats.windowing_resumed++; break;
    case PPTP_ACK_NEW: break;
    }
    p->stats.acks_rx++;
    pptp_trace(p, c->win.timed ? PPTP_TRACE_acked : PPTP_TRACE_acked_untimed,
               call_index(p, c), ack, n, c->win.timed ? c->win.last_rtt_ns : 0,
               c->win.cwnd);
    pump(p, c);
    if (pptp_win_out(&c->win) == 0)
        pptp_ring_give(p, c);
}

/* Counts and frees a data packet that goes no further. */
static void discard(struct pptp_peer *p, struct pptp_call *c,
                    uint64_t *counter, uint32_t seq, pptp_pkt pkt)
{
    (*counter)++;
    pptp_trace(p, PPTP_TRACE_data_drop, call_index(p, c), seq,
               (uint64_t)(counter - &p->stats.conns_opened),
               pptp_packet_len(pptp_pool_at(p->pool, pkt)), 0);
    pptp_pool_free(p->pool, pkt);
}

static void digested(struct pptp_peer *p, struct pptp_call *c, uint32_t seq)
{
    if (pptp_win_digested(&c->win, &p->config.win, p->now_ns, seq))
        send_ack(p, c);
}

/* Hands a frame to the line or to PPP. Its buffer is ours until frame_done:
 * that is what the window we advertised counts. */
static void deliver(struct pptp_peer *p, struct pptp_call *c, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(p->pool, pkt);

    if (pptp_packet_len(k) == 0) {
        uint32_t seq = k->seq;

        p->stats.gre_rx_empty++;
        pptp_pool_free(p->pool, pkt);
        /* there is nothing to digest, but what came before it may wait */
        c->empty_due = c->held > 0;
        c->empty_seq = seq;
        if (!c->empty_due && p->config.win.ack_on == PPTP_ACK_ON_DELIVERY)
            digested(p, c, seq);
        return;
    }
    c->rx_packets++;
    c->rx_octets += pptp_packet_len(k);
    p->stats.gre_rx_octets += pptp_packet_len(k);
    c->held++;
    pptp_act(p, PPTP_ACT_FRAME_OUT, conn_at(p, c->conn), c)->pkt = pkt;
}

/* When a packet that waits came in: the header that was taken off has left
 * room for it. */
static void note_arrival(struct pptp_packet *k, pptp_ns at)
{
    PPTP_ASSERT(k->off >= sizeof at);
    memcpy(k->buf + k->off - sizeof at, &at, sizeof at);
}

static pptp_ns arrival(const struct pptp_packet *k)
{
    pptp_ns at;

    memcpy(&at, k->buf + k->off - sizeof at, sizeof at);
    return at;
}

/* Passes on the first that waits; the numbers before it are given up. */
static void reorder_pop(struct pptp_peer *p, struct pptp_call *c)
{
    pptp_pkt pkt = c->reorder_head;
    struct pptp_packet *k = pptp_pool_at(p->pool, pkt);
    uint32_t skipped;

    c->reorder_head = k->next;
    c->reorder_n--;
    if (pptp_win_rx(&c->win, k->seq, &skipped) != PPTP_RX_NEW) {
        discard(p, c, &p->stats.gre_rx_dup, k->seq, pkt);
        return;
    }
    p->stats.gre_rx_skipped += skipped;
    c->rx_skipped += skipped;
    deliver(p, c, pkt);
}

/* Passes on `must` packets, whatever is missing before them, and then what
 * follows without a gap or is more than may wait. */
static void reorder_run(struct pptp_peer *p, struct pptp_call *c,
                        uint32_t must)
{
    while (c->reorder_n > 0) {
        uint32_t seq = pptp_pool_at(p->pool, c->reorder_head)->seq;

        if (must == 0 && c->reorder_n <= p->config.win.reorder_packets &&
            pptp_seq_diff(seq, c->win.rx_highest) > 1)
            return;
        if (act_room(p) < ACTIONS_PER_MSG) {
            c->reorder_at_ns = p->now_ns; /* goes on once there is room */
            return;
        }
        reorder_pop(p, c);
        if (must > 0)
            must--;
    }
    c->reorder_at_ns = PPTP_NEVER;
}

/* 4.3: passes on what has waited long enough, and what is before it. */
static void reorder_expire(struct pptp_peer *p, struct pptp_call *c)
{
    pptp_ns hold_ns = p->config.win.reorder_hold_ns;
    uint32_t n = 0, must = 0;
    pptp_pkt pkt;

    c->reorder_at_ns = PPTP_NEVER;
    for (pkt = c->reorder_head; pkt != PPTP_PKT_NONE;) {
        const struct pptp_packet *k = pptp_pool_at(p->pool, pkt);
        pptp_ns at = arrival(k) + hold_ns;

        n++;
        if (at <= p->now_ns) {
            must = n;
            c->reorder_at_ns = PPTP_NEVER;
        } else if (at < c->reorder_at_ns) {
            c->reorder_at_ns = at;
        }
        pkt = k->next;
    }
    reorder_run(p, c, must);
}

/* Puts an early packet in its place; false if it is not to be held. */
static bool reorder_hold(struct pptp_peer *p, struct pptp_call *c,
                         uint32_t seq, pptp_pkt pkt)
{
    const struct pptp_win_config *w = &p->config.win;
    pptp_pkt *at = &c->reorder_head;

    if (w->reorder_hold_ns == 0 || !c->win.rx_any ||
        pptp_seq_diff(seq, c->win.rx_highest) <= 1)
        return false;
    while (*at != PPTP_PKT_NONE &&
           pptp_seq_diff(pptp_pool_at(p->pool, *at)->seq, seq) < 0)
        at = &pptp_pool_at(p->pool, *at)->next;
    if (*at != PPTP_PKT_NONE && pptp_pool_at(p->pool, *at)->seq == seq) {
        discard(p, c, &p->stats.gre_rx_dup, seq, pkt);
        return true;
    }
    pptp_pool_at(p->pool, pkt)->next = *at;
    *at = pkt;
    note_arrival(pptp_pool_at(p->pool, pkt), p->now_ns);
    if (c->reorder_n++ == 0)
        c->reorder_at_ns = p->now_ns + w->reorder_hold_ns;
    p->stats.gre_rx_reordered++;
    if (c->reorder_n > w->reorder_packets)
        reorder_run(p, c, 0);
    return true;
}

static void data_in(struct pptp_peer *p, struct pptp_call *c, uint32_t seq,
                    pptp_pkt pkt)
{
    const struct pptp_win_config *w = &p->config.win;
    uint32_t skipped;

    /* 4.2.4: beyond the window, thrown away */
    if (c->held + c->reorder_n >= w->recv_window) {
        discard(p, c, &p->stats.gre_rx_overflow, seq, pkt);
        return;
    }
    pptp_pool_at(p->pool, pkt)->seq = seq;
    if (reorder_hold(p, c, seq, pkt)) {
        /* 4.3: acknowledged though it waits */
        if (w->ack_on == PPTP_ACK_ON_RECEIPT)
            digested(p, c, seq);
        return;
    }
    switch (pptp_win_rx(&c->win, seq, &skipped)) {
    case PPTP_RX_DUP: discard(p, c, &p->stats.gre_rx_dup, seq, pkt); return;
    case PPTP_RX_LATE: discard(p, c, &p->stats.gre_rx_late, seq, pkt); return;
    case PPTP_RX_NEW: break;
    }
    p->stats.gre_rx_skipped += skipped;
    c->rx_skipped += skipped;
    deliver(p, c, pkt);
    if (w->ack_on == PPTP_ACK_ON_RECEIPT)
        digested(p, c, seq);
    if (c->reorder_n > 0)
        reorder_run(p, c, 0);
}

/* Takes off the header and what follows the payload. */
static void unwrap(struct pptp_packet *k, size_t head, uint16_t payload_len)
{
    uint32_t extra;

    pptp_packet_pull(k, (uint32_t)head);
    extra = pptp_packet_len(k) - payload_len;
    if (extra > k->tail_len) {
        k->head_len = (uint16_t)(k->head_len - (extra - k->tail_len));
        extra = k->tail_len;
    }
    k->tail_len -= extra;
}

struct pptp_call *pptp_tunnel_input(struct pptp_peer *p,
                                    const struct pptp_addr *from,
                                    const struct pptp_addr *to, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(p->pool, pkt);
    struct pptp_call *c;
    struct pptp_gre g;
    int n = pptp_gre_decode(pptp_packet_data(k), k->head_len,
                            pptp_packet_len(k), &g);

    p->stats.gre_rx++;
    if (n < 0) {
        p->stats.gre_rx_bad++;
        pptp_pool_free(p->pool, pkt);
        return NULL;
    }
    c = pptp_call_by_local(p, from, g.call_id);
    /* a session is (PAC, PNS, Call ID): both addresses take part, 3.2.2 */
    if (c == NULL || c->state != PPTP_CALL_ESTABLISHED ||
        conn_at(p, c->conn)->closing ||
        !pptp_addr_eq(&conn_at(p, c->conn)->tcp.local, to)) {
        p->stats.gre_rx_unknown++;
        pptp_pool_free(p->pool, pkt);
        return NULL;
    }
    pptp_trace(p, PPTP_TRACE_data_rx, call_index(p, c), g.seq, g.payload_len,
               g.ack, g.has_ack);
    unwrap(k, (size_t)n, g.payload_len);
    if (g.has_ack)
        note_ack(p, c, g.ack);
    if (g.has_seq) {
        data_in(p, c, g.seq, pkt);
    } else {
        if (g.payload_len > 0)
            p->stats.gre_rx_no_seq++;
        pptp_pool_free(p->pool, pkt);
    }
    return c;
}

void pptp_tunnel_frame_back(struct pptp_peer *p, struct pptp_call *c,
                            uint32_t seq, bool done)
{
    PPTP_ASSERT(c->held > 0);
    c->held--;
    if (p->config.win.ack_on != PPTP_ACK_ON_DELIVERY)
        return;
    if (done)
        digested(p, c, seq);
    if (c->empty_due && c->held == 0) {
        c->empty_due = false;
        digested(p, c, c->empty_seq);
    }
}

pptp_ns pptp_tunnel_deadline(const struct pptp_peer *p,
                             const struct pptp_call *c)
{
    pptp_ns d = c->pump_due ? 0 : c->win.ack_at_ns, t;

    if (c->reorder_at_ns < d)
        d = c->reorder_at_ns;
    if (pptp_win_out(&c->win) == 0) /* who only receives */
        return d;
    t = pptp_win_tx_deadline(&c->win, &p->config.win, ring_of(p, c));
    return t < d ? t : d;
}

void pptp_tunnel_timer(struct pptp_peer *p, struct pptp_call *c)
{
    const struct pptp_win_config *w = &p->config.win;
    uint32_t lost;

    if (c->reorder_at_ns <= p->now_ns)
        reorder_expire(p, c);
    if (c->win.ack_at_ns <= p->now_ns && act_room(p) > 0)
        send_ack(p, c);
    if (pptp_win_tx_deadline(&c->win, w, ring_of(p, c)) <= p->now_ns) {
        lost = pptp_win_timed_out(&c->win, w);
        c->timeouts++;
        p->stats.timeouts++;
        p->stats.timeouts_packets += lost;
        if (c->win.suspended) /* nothing times out after that */
            p->stats.windowing_given_up++;
        pptp_trace(p, PPTP_TRACE_timed_out, call_index(p, c), lost,
                   c->win.cwnd, (uint64_t)c->win.ato.rtt_ns,
                   c->win.ato.ato_ns);
        c->pump_due = true;
    }
    if (c->pump_due && act_room(p) >= ACTIONS_PER_MSG)
        pump(p, c);
    if (pptp_win_out(&c->win) == 0)
        pptp_ring_give(p, c);
}

void pptp_tunnel_start(struct pptp_peer *p, struct pptp_call *c,
                       uint16_t peer_window, uint16_t peer_ppd_ds)
{
    pptp_win_start(&c->win, &p->config.win, peer_window, peer_ppd_ds,
                   p->ring_entries);
}

/* Gives back every packet that waits, and the ring. */
void pptp_tunnel_stop(struct pptp_peer *p, struct pptp_call *c)
{
    pptp_pkt lists[2] = { c->queue_head, c->reorder_head };
    int i;

    for (i = 0; i < 2; i++)
        while (lists[i] != PPTP_PKT_NONE) {
            pptp_pkt pkt = lists[i];

            lists[i] = pptp_pool_at(p->pool, pkt)->next;
            pptp_pool_free(p->pool, pkt);
        }
    c->queue_head = c->queue_tail = c->reorder_head = PPTP_PKT_NONE;
    c->queued = c->reorder_n = 0;
    pptp_ring_give(p, c);
}
