/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control connection's octet stream; stream.h.
 *
 * Sections below name their source: state RFC 9293 §3.10, congestion RFC
 * 5681 and 6582 (NewReno), timer RFC 6298.  After a time-out everything not
 * acknowledged is sent again in slow start.
 */
#include "config.h"

#include "sim/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/wire.h"
#include "ip/ipv4.h"
#include "ip/segment.h"
#include "sim/streams.h"

enum {
    IP_OCTETS = INET4_OCTETS,
    TCP_OCTETS = SEGMENT_OCTETS,
    MSS_OPTION_OCTETS = 4,
    WINDOW = 65535,
    RX_OCTETS = 65536,
    TX_FIRST = 1024,
    MSS_LEAST = 64,
    PORT_FIRST = 49152,
    BUF_LEAST = 1500
};

enum {
    FIN = SEGMENT_FIN,
    SYN = SEGMENT_SYN,
    RST = SEGMENT_RST,
    PSH = SEGMENT_PSH,
    ACK = SEGMENT_ACK
};

/* What a received segment says. */
struct segment {
    uint32_t src, dst, seq, ack, window, mss, len;
    uint16_t sport, dport;
    uint8_t flags;
    const uint8_t *octets;
};

static bool before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static uint32_t min32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t max32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static void input(struct stream *s, pptp_ns now, const struct segment *g);

/* ---- streams of a host ---- */

void stream_config_default(struct stream_config *c)
{
    *c = (struct stream_config){
        .rto_min_ns = 200 * PPTP_MS,
        .rto_initial_ns = PPTP_S,
        .rto_max_ns = 60 * PPTP_S,
        .time_wait_ns = 60 * PPTP_S,
        .syn_tries = 6,
        .data_tries = 15,
        .streams_max = 65536,
    };
}

int stream_host_init(struct stream_host *h, struct pptp_pool *pool,
                     const struct stream_callbacks *cb, void *ctx,
                     const struct stream_config *config, uint64_t seed)
{
    PPTP_ASSERT(pool->buf_octets >= BUF_LEAST);
    *h = (struct stream_host){
        .pool = pool,
        .cb = cb,
        .ctx = ctx,
        .rng = seed,
    };
    stream_config_default(&h->config);
    if (config != NULL)
        h->config = *config;
    return streams_init(h);
}

void stream_host_fini(struct stream_host *h)
{
    streams_fini(h);
    *h = (struct stream_host){ 0 };
}

void stream_host_listen(struct stream_host *h, uint16_t port)
{
    h->listen_port = port;
}

static struct stream *stream_new(struct stream_host *h, uint32_t local_ip,
                                 uint16_t local_port, uint32_t peer_ip,
                                 uint16_t peer_port)
{
    struct stream *s = streams_add(h, local_ip, local_port, peer_ip,
                                   peer_port);

    if (s == NULL) {
        h->stats.no_stream++;
        return NULL;
    }
    s->iss = (uint32_t)rng_split(&h->rng);
    s->snd_una = s->snd_nxt = s->snd_max = s->recover = s->iss;
    s->mss = 536; /* RFC 9293 §3.7.1, until the peer says */
    s->ssthresh = UINT32_MAX;
    s->peer_wnd = WINDOW;
    s->rto_ns = h->config.rto_initial_ns;
    return s;
}

/* Takes the stream out of the host; its memory goes when nobody up the stack
 * is still working with it. */
static void release(struct stream *s)
{
    PPTP_ASSERT(!s->dead);
    streams_remove(s);
    s->dead = true;
    s->state = STREAM_CLOSED;
    if (!s->busy)
        streams_free(s);
}

/* Every entry point that goes on after a callback is between these two. */
static bool enter(struct stream *s)
{
    bool outer = !s->busy;

    s->busy = true;
    return outer;
}

static void leave(struct stream *s, bool outer)
{
    if (!outer)
        return;
    s->busy = false;
    if (s->dead)
        streams_free(s);
}

static void fail(struct stream *s, enum stream_reason why)
{
    bool told = !(s->passive && s->state == STREAM_SYN_RCVD) &&
                s->state != STREAM_TIME_WAIT;
    bool outer = enter(s);

    s->state = STREAM_CLOSED;
    streams_set_deadline(s, PPTP_NEVER);
    if (told) /* a half-open connection was never shown to the listener */
        s->host->cb->failed(s->host->ctx, s, why);
    if (!s->dead)
        release(s);
    leave(s, outer);
}

/* ---- sending ---- */

/* Headers before the body of packet k; addresses and ports as sent. */
static void write_headers(struct stream_host *h, struct pptp_packet *k,
                          const struct segment *g)
{
    uint32_t options = g->flags & SYN ? MSS_OPTION_OCTETS : 0;
    uint32_t n = TCP_OCTETS + options + g->len;
    uint8_t *ip = pptp_packet_data(k), *tcp = ip + IP_OCTETS;
    const struct segment_head head = {
        .src_port = g->sport,
        .dst_port = g->dport,
        .seq = g->seq,
        .ack = g->flags & ACK ? g->ack : 0,
        .window = g->flags & RST ? 0 : WINDOW,
        .flags = g->flags,
        .octets = (uint8_t)(TCP_OCTETS + options),
    };

    ipv4_write(ip, &(struct ipv4_head){ .src = g->src,
                                        .dst = g->dst,
                                        .octets = (uint16_t)(IP_OCTETS + n),
                                        .id = h->ip_id++,
                                        .protocol = INET4_TCP,
                                        .whole = true });
    segment_write(tcp, &head);
    if (options)
        pptp_put32(tcp + TCP_OCTETS, UINT32_C(0x02040000) | STREAM_MSS);
    pptp_put16(tcp + 16,
               segment_checksum(g->src, g->dst, tcp, TCP_OCTETS + options,
                                tcp + TCP_OCTETS + options, g->len));
    k->head_len = (uint16_t)(IP_OCTETS + n);
}

/* Octets at `offset` of what is not acknowledged yet. */
static void copy_tx(const struct stream *s, uint32_t offset, uint8_t *to,
                    uint32_t n)
{
    uint32_t at = (s->tx_head + offset) & (s->tx_size - 1);
    uint32_t first = min32(n, s->tx_size - at);

    memcpy(to, s->tx + at, first);
    memcpy(to + first, s->tx, n - first);
}

/* One segment from sequence number seq; false if the pool is empty, which is
 * a segment lost: the timer repeats it. */
static bool emit(struct stream *s, pptp_ns now, uint32_t seq, uint32_t len,
                 uint8_t flags)
{
    struct stream_host *h = s->host;
    pptp_pkt pkt = pptp_pool_take(h->pool, 0);
    uint32_t space = len + !!(flags & (SYN | FIN));
    struct segment g = {
        .src = s->local_ip,
        .dst = s->peer_ip,
        .seq = seq,
        .ack = s->rcv_nxt,
        .len = len,
        .sport = s->local_port,
        .dport = s->peer_port,
        .flags = flags,
    };
    struct pptp_packet *k;

    if (space && before(seq, s->snd_max)) {
        h->stats.retransmitted++;
        s->timing = false; /* Karn: RFC 6298 §3 */
    } else if (space && !s->timing) {
        s->timing = true;
        s->rtt_seq = seq + space;
        s->rtt_start_ns = now;
    }
    if (space && before(s->snd_max, seq + space))
        s->snd_max = seq + space;
    if (space)
        s->sent_ns = now;
    if (flags & ACK)
        s->ack_due = false;
    if (pkt == PPTP_PKT_NONE) {
        h->stats.no_packet++;
        return false;
    }
    k = pptp_pool_at(h->pool, pkt);
    k->born_ns = now;
    if (len)
        copy_tx(s, seq - s->snd_una,
                pptp_packet_data(k) + IP_OCTETS + TCP_OCTETS, len);
    write_headers(h, k, &g);
    h->stats.segments_sent++;
    h->cb->emit(h->ctx, h, pkt);
    return true;
}

/* RST for a segment that belongs to nobody; RFC 9293 §3.10.7.1. */
static void refuse(struct stream_host *h, pptp_ns now,
                   const struct segment *in)
{
    struct segment g = {
        .src = in->dst,
        .dst = in->src,
        .sport = in->dport,
        .dport = in->sport,
        .flags = RST,
    };
    pptp_pkt pkt;

    if (in->flags & RST)
        return;
    if (in->flags & ACK) {
        g.seq = in->ack;
    } else {
        g.ack = in->seq + in->len + !!(in->flags & SYN) + !!(in->flags & FIN);
        g.flags |= ACK;
    }
    pkt = pptp_pool_take(h->pool, 0);
    if (pkt == PPTP_PKT_NONE) {
        h->stats.no_packet++;
        return;
    }
    pptp_pool_at(h->pool, pkt)->born_ns = now;
    write_headers(h, pptp_pool_at(h->pool, pkt), &g);
    h->stats.segments_sent++;
    h->stats.resets_sent++;
    h->cb->emit(h->ctx, h, pkt);
}

static void send_syn(struct stream *s, pptp_ns now)
{
    emit(s, now, s->iss, 0, s->passive ? SYN | ACK : SYN);
    s->snd_nxt = s->iss + 1;
    s->tries++;
    streams_set_deadline(s, now + s->rto_ns);
}

/* RFC 5681 §3.1. */
static uint32_t initial_window(const struct stream *s)
{
    return min32(4 * s->mss, max32(2 * s->mss, 4380));
}

static bool may_send(const struct stream *s)
{
    return s->state >= STREAM_ESTABLISHED && s->state != STREAM_FIN_WAIT_2 &&
           s->state != STREAM_TIME_WAIT;
}

/* The first segment that is not acknowledged, again. */
static void resend_first(struct stream *s, pptp_ns now)
{
    uint32_t n = min32(s->tx_len, s->mss);
    bool fin = s->fin_sent && n == s->tx_len;

    emit(s, now, s->snd_una, n,
         (uint8_t)(ACK | (n ? PSH : 0) | (fin ? FIN : 0)));
    streams_set_deadline(s, now + s->rto_ns);
}

/* Sends what window and congestion window allow, then an acknowledgement if
 * one is due and nothing carried it. */
static void output(struct stream *s, pptp_ns now)
{
    uint32_t window, sent, n, left;
    bool fin;

    if (s->snd_una == s->snd_max && now - s->sent_ns > s->rto_ns)
        s->cwnd = min32(s->cwnd, initial_window(s)); /* RFC 5681 §4.1 */
    /* A closed window is probed with one octet, timer driven. */
    window = min32(s->cwnd, max32(s->peer_wnd, 1));
    while (may_send(s)) {
        sent = s->snd_nxt - s->snd_una;
        if (sent > s->tx_len)
            break; /* the FIN is out as well */
        left = s->tx_len - sent;
        n = min32(left, s->mss);
        if (n)
            n = min32(n, window > sent ? window - sent : 0);
        /* RFC 9293 §3.8.6.2.1: no slivers because the window ends here */
        if (sent && n < min32(left, s->mss))
            break;
        fin = s->fin_queued && n == left;
        if (n == 0 && !(fin && left == 0))
            break;
        if (fin && !s->fin_sent) {
            s->fin_sent = true;
            s->state = s->state == STREAM_CLOSE_WAIT ? STREAM_LAST_ACK
                                                     : STREAM_FIN_WAIT_1;
        }
        emit(s, now, s->snd_nxt, n,
             (uint8_t)(ACK | (n ? PSH : 0) | (fin ? FIN : 0)));
        s->snd_nxt += n + fin;
        if (s->deadline_ns == PPTP_NEVER)
            streams_set_deadline(s, now + s->rto_ns);
    }
    if (s->ack_due)
        /* Not snd_nxt, which a time-out has set back: with both sides there
         * neither would find the other's acknowledgements in its window. */
        emit(s, now, s->snd_max, 0, ACK);
}

/* ---- the owner's side ---- */

struct stream *stream_connect(struct stream_host *h, pptp_ns now,
                              uint32_t local_ip, uint32_t peer_ip,
                              uint16_t peer_port)
{
    struct stream *s = NULL;
    uint16_t port = 0;

    for (uint32_t i = 0; i < 65536 - PORT_FIRST; i++) {
        port = (uint16_t)(PORT_FIRST + h->next_port++ % (65536 - PORT_FIRST));
        if (streams_find(h, local_ip, port, peer_ip, peer_port) == NULL) {
            s = stream_new(h, local_ip, port, peer_ip, peer_port);
            break;
        }
    }
    if (s == NULL)
        return NULL;
    s->state = STREAM_SYN_SENT;
    send_syn(s, now);
    return s;
}

/* A send buffer of at least `need` octets, if there is memory. */
static void tx_grow(struct stream *s, uint32_t need)
{
    uint32_t size = s->tx_size ? s->tx_size : TX_FIRST;
    uint8_t *tx;

    while (size < need)
        size *= 2;
    if (size == s->tx_size || (tx = malloc(size)) == NULL)
        return;
    if (s->tx_len)
        copy_tx(s, 0, tx, s->tx_len);
    free(s->tx);
    s->tx = tx;
    s->tx_size = size;
    s->tx_head = 0;
}

size_t stream_write(struct stream *s, pptp_ns now, const void *octets,
                    size_t n)
{
    const uint8_t *from = octets;
    uint32_t take, at, first;

    if (s->dead || s->fin_queued || s->state == STREAM_CLOSED)
        return 0;
    take = n < STREAM_BUF_MAX - s->tx_len ? (uint32_t)n
                                          : STREAM_BUF_MAX - s->tx_len;
    if (s->tx_len + take > s->tx_size)
        tx_grow(s, s->tx_len + take);
    take = min32(take, s->tx_size - s->tx_len);
    s->was_full |= take < n; /* until writable has been called */
    if (take == 0)
        return 0;
    at = (s->tx_head + s->tx_len) & (s->tx_size - 1);
    first = min32(take, s->tx_size - at);
    memcpy(s->tx + at, from, first);
    memcpy(s->tx, from + first, take - first);
    s->tx_len += take;
    if (!s->busy) /* else input sends when it has done */
        output(s, now);
    return take;
}

void stream_close(struct stream *s, pptp_ns now)
{
    if (s->dead || s->fin_queued || s->state == STREAM_CLOSED)
        return;
    s->fin_queued = true; /* before the connection is up: after it is */
    if (!s->busy)
        output(s, now);
}

void stream_abort(struct stream *s, pptp_ns now)
{
    if (s->dead)
        return;
    if (s->state > STREAM_SYN_SENT && s->state != STREAM_TIME_WAIT) {
        emit(s, now, s->snd_max, 0, RST | ACK);
        s->host->stats.resets_sent++;
    }
    release(s);
}

/* ---- time ---- */

pptp_ns stream_deadline(const struct stream *s)
{
    return s->deadline_ns;
}

pptp_ns stream_host_deadline(const struct stream_host *h)
{
    return h->heap_count ? h->heap[0]->deadline_ns : PPTP_NEVER;
}

void stream_host_advance(struct stream_host *h, pptp_ns now)
{
    while (h->heap_count && h->heap[0]->deadline_ns <= now)
        stream_advance(h->heap[0], now);
}

static void back_off(struct stream *s)
{
    s->rto_ns *= 2; /* RFC 6298 §5.5 */
    if (s->rto_ns > s->host->config.rto_max_ns)
        s->rto_ns = s->host->config.rto_max_ns;
}

static void finished(struct stream *s)
{
    bool outer = enter(s);

    s->host->cb->closed(s->host->ctx, s);
    if (!s->dead)
        release(s);
    leave(s, outer);
}

void stream_advance(struct stream *s, pptp_ns now)
{
    const struct stream_config *c = &s->host->config;
    bool syn = s->state <= STREAM_SYN_RCVD;

    if (now < s->deadline_ns)
        return;
    if (s->state == STREAM_TIME_WAIT) {
        release(s); /* closed was said on the way in */
        return;
    }
    if (s->state == STREAM_FIN_WAIT_2) {
        finished(s); /* patience is over, as in deployed stacks */
        return;
    }
    s->host->stats.timeouts++;
    if (s->tries >= (syn ? c->syn_tries : c->data_tries)) {
        if (!syn) {
            emit(s, now, s->snd_max, 0, RST | ACK);
            s->host->stats.resets_sent++;
        }
        fail(s, STREAM_TIMEOUT);
        return;
    }
    back_off(s);
    if (syn) {
        send_syn(s, now);
        return;
    }
    s->tries++;
    if (s->tries == 2) /* RFC 5681 §3.1: only at the first time-out */
        s->ssthresh = max32((s->snd_max - s->snd_una) / 2, 2 * s->mss);
    s->cwnd = s->mss;
    s->in_recovery = false;
    s->recover = s->snd_max;
    s->dup_acks = 0;
    s->snd_nxt = s->snd_una;
    streams_set_deadline(s, PPTP_NEVER);
    output(s, now);
    if (s->deadline_ns == PPTP_NEVER) /* never without a timer */
        streams_set_deadline(s, now + s->rto_ns);
}

/* ---- receiving ---- */

/* Reads a packet's headers; false if it is not a sound TCP segment. */
static bool parse(const uint8_t *ip, uint32_t n, struct segment *g)
{
    uint32_t total, head;
    const uint8_t *t = ip + IP_OCTETS;
    struct segment_head h;

    if (n < IP_OCTETS + TCP_OCTETS || ip[0] != 0x45 || ip[9] != INET4_TCP)
        return false;
    total = pptp_get16(ip + 2);
    if (total > n || total < IP_OCTETS + TCP_OCTETS ||
        (pptp_get16(ip + 6) & 0x3fff) ||
        pptp_inet_sum(ip, IP_OCTETS, 0) != 0xffff ||
        !segment_read(t, total - IP_OCTETS, &h))
        return false;
    head = h.octets;
    *g = (struct segment){
        .src = pptp_get32(ip + 12),
        .dst = pptp_get32(ip + 16),
        .sport = h.src_port,
        .dport = h.dst_port,
        .seq = h.seq,
        .ack = h.ack,
        .flags = h.flags & 0x1f,
        .window = h.window,
        .mss = 536,
    };
    if (IP_OCTETS + head > total ||
        segment_checksum(g->src, g->dst, t, head, t + head,
                         total - IP_OCTETS - head) != 0)
        return false;
    g->octets = t + head;
    g->len = total - IP_OCTETS - head;
    for (uint32_t i = TCP_OCTETS; i < head && t[i] != 0;) {
        uint32_t size = t[i] == 1 ? 1 : i + 1 < head ? t[i + 1] : 0;

        if (size == 0 || i + size > head)
            break;
        if (t[i] == 2 && size == 4)
            g->mss = pptp_get16(t + i + 2);
        i += size;
    }
    return true;
}

static void listener(struct stream_host *h, pptp_ns now,
                     const struct segment *g)
{
    struct stream *s;

    if (h->listen_port == 0 || g->dport != h->listen_port ||
        (g->flags & (SYN | ACK | RST)) != SYN) {
        refuse(h, now, g);
        return;
    }
    s = stream_new(h, g->dst, g->dport, g->src, g->sport);
    if (s == NULL)
        return; /* counted; the SYN will come again */
    s->passive = true;
    s->state = STREAM_SYN_RCVD;
    s->rcv_nxt = g->seq + 1;
    s->mss = max32(min32(g->mss, STREAM_MSS), MSS_LEAST);
    s->peer_wnd = g->window;
    send_syn(s, now);
}

static void dispatch(struct stream_host *h, struct stream *only, pptp_ns now,
                     pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(h->pool, pkt);
    struct segment g;
    struct stream *s;

    h->stats.segments_received++;
    if (!parse(pptp_packet_data(k), k->head_len, &g)) {
        h->stats.bad++;
    } else {
        s = streams_find(h, g.dst, g.dport, g.src, g.sport);
        if (only != NULL && s != only)
            h->stats.bad++;
        else if (s != NULL)
            input(s, now, &g);
        else
            listener(h, now, &g);
    }
    pptp_pool_free(h->pool, pkt);
}

void stream_host_input(struct stream_host *h, pptp_ns now, pptp_pkt pkt)
{
    dispatch(h, NULL, now, pkt);
}

void stream_input(struct stream *s, pptp_ns now, pptp_pkt pkt)
{
    dispatch(s->host, s, now, pkt);
}

/* RFC 6298 §2, one measurement. */
static void measured(struct stream *s, pptp_ns rtt)
{
    const struct stream_config *c = &s->host->config;
    pptp_ns off = s->srtt_ns > rtt ? s->srtt_ns - rtt : rtt - s->srtt_ns;

    if (s->srtt_ns == 0) {
        s->srtt_ns = rtt ? rtt : 1;
        s->rttvar_ns = rtt / 2;
    } else {
        s->rttvar_ns = (3 * s->rttvar_ns + off) / 4;
        s->srtt_ns = (7 * s->srtt_ns + rtt) / 8;
    }
    s->rto_ns = s->srtt_ns + 4 * s->rttvar_ns;
    if (s->rto_ns < c->rto_min_ns)
        s->rto_ns = c->rto_min_ns;
    if (s->rto_ns > c->rto_max_ns)
        s->rto_ns = c->rto_max_ns;
}

/* RFC 5681 §3.1 and 6582 §3.2 for n octets newly acknowledged. */
static void grow_cwnd(struct stream *s, pptp_ns now, uint32_t n)
{
    s->dup_acks = 0;
    if (s->in_recovery && before(s->snd_una, s->recover)) {
        s->cwnd = max32(s->cwnd > n ? s->cwnd - n : 0, s->mss);
        if (n >= s->mss)
            s->cwnd += s->mss;
        resend_first(s, now); /* a partial one: the next hole */
    } else if (s->in_recovery) {
        s->in_recovery = false;
        s->cwnd = s->ssthresh;
    } else if (s->cwnd < s->ssthresh) {
        s->cwnd += min32(n, s->mss);
    } else {
        s->cwnd += max32(s->mss * s->mss / s->cwnd, 1);
    }
    s->cwnd = min32(s->cwnd, 1 << 20);
}

/* RFC 5681 §3.2. */
static void duplicate_ack(struct stream *s, pptp_ns now)
{
    s->dup_acks++;
    if (s->in_recovery) {
        s->cwnd += s->mss;
    } else if (s->dup_acks == 3 && !before(s->snd_una, s->recover)) {
        s->ssthresh = max32((s->snd_max - s->snd_una) / 2, 2 * s->mss);
        s->in_recovery = true;
        s->recover = s->snd_max;
        s->host->stats.fast_retransmits++;
        resend_first(s, now);
        s->cwnd = s->ssthresh + 3 * s->mss;
    }
}

/* Takes acknowledged octets out of the send buffer. */
static void acknowledged(struct stream *s, pptp_ns now, uint32_t ack)
{
    uint32_t n = ack - s->snd_una, octets = min32(n, s->tx_len);

    s->tx_head = s->tx_size ? (s->tx_head + octets) & (s->tx_size - 1) : 0;
    s->tx_len -= octets;
    s->snd_una = ack;
    if (before(s->snd_nxt, ack))
        s->snd_nxt = ack;
    s->tries = 1;
    if (s->timing && !before(ack, s->rtt_seq)) {
        s->timing = false;
        measured(s, now - s->rtt_start_ns);
    }
    streams_set_deadline(s, ack == s->snd_max ? PPTP_NEVER : now + s->rto_ns);
    grow_cwnd(s, now, n);
    if (s->was_full && !s->fin_queued) {
        s->was_full = false;
        if (s->host->cb->writable != NULL)
            s->host->cb->writable(s->host->ctx, s);
    }
}

static void time_wait(struct stream *s, pptp_ns now)
{
    s->state = STREAM_TIME_WAIT;
    streams_set_deadline(s, now + s->host->config.time_wait_ns);
    s->host->cb->closed(s->host->ctx, s);
}

/* Our FIN is acknowledged. */
static void fin_acknowledged(struct stream *s, pptp_ns now)
{
    if (s->state == STREAM_FIN_WAIT_1) {
        s->state = STREAM_FIN_WAIT_2;
        streams_set_deadline(s, now + s->host->config.time_wait_ns);
    } else if (s->state == STREAM_CLOSING) {
        time_wait(s, now);
    } else if (s->state == STREAM_LAST_ACK) {
        finished(s);
    }
}

/* False if the segment acknowledges what was never sent: RFC 9293 §3.10.7.4
 * drops it whole. */
static bool input_ack(struct stream *s, pptp_ns now, const struct segment *g)
{
    bool live = s->snd_max != s->snd_una;

    if (before(s->snd_max, g->ack)) {
        s->ack_due = true;
        return false;
    }
    if (before(g->ack, s->snd_una))
        return true; /* old, but its octets may be new */
    if (g->ack != s->snd_una)
        acknowledged(s, now, g->ack);
    else if (live && g->len == 0 && !(g->flags & (SYN | FIN)) &&
             g->window == s->peer_wnd)
        duplicate_ack(s, now);
    s->peer_wnd = g->window;
    if (!s->dead && s->fin_sent && s->snd_una == s->snd_max && !s->tx_len)
        fin_acknowledged(s, now);
    return true;
}

/* Puts the run [start, end) among the others, which it may join.  False if
 * there are too many. */
static bool add_run(struct stream *s, uint32_t start, uint32_t end)
{
    uint32_t kept = 0;
    struct stream_run r;

    for (uint32_t i = 0; i < s->run_count; i++) {
        r = s->runs[i];
        if (before(r.end, start) || before(end, r.start)) {
            s->runs[kept++] = r;
            continue;
        }
        if (before(r.start, start))
            start = r.start;
        if (before(end, r.end))
            end = r.end;
    }
    s->run_count = kept;
    if (kept == STREAM_HOLES_MAX)
        return false;
    s->runs[s->run_count++] = (struct stream_run){ start, end };
    return true;
}

/* Keeps octets that lie beyond a hole, if there is room for one more. */
static void keep(struct stream *s, uint32_t seq, const uint8_t *octets,
                 uint32_t n)
{
    uint32_t at = seq & (RX_OCTETS - 1), first = min32(n, RX_OCTETS - at);

    if (s->rx == NULL)
        s->rx = malloc(RX_OCTETS);
    if (s->rx == NULL || !add_run(s, seq, seq + n))
        return; /* it will be sent again */
    memcpy(s->rx + at, octets, first);
    memcpy(s->rx, octets + first, n - first);
}

static void hand_over(struct stream *s, const uint8_t *octets, uint32_t n)
{
    s->rcv_nxt += n;
    if (!s->dead)
        s->host->cb->octets(s->host->ctx, s, octets, n);
}

/* Hands over kept octets that the stream has come to. */
static void hand_over_kept(struct stream *s)
{
    uint32_t n, at, first;

    for (uint32_t i = 0; i < s->run_count && !s->dead; i++) {
        struct stream_run r = s->runs[i];

        if (before(s->rcv_nxt, r.start))
            continue;
        s->runs[i] = s->runs[--s->run_count];
        if (before(s->rcv_nxt, r.end)) {
            n = r.end - s->rcv_nxt;
            at = s->rcv_nxt & (RX_OCTETS - 1);
            first = min32(n, RX_OCTETS - at);
            hand_over(s, s->rx + at, first);
            if (n > first && !s->dead)
                hand_over(s, s->rx, n - first);
        }
        i = UINT32_MAX; /* from the start again */
    }
}

/* The peer's FIN is next. */
static void peer_fin(struct stream *s, pptp_ns now)
{
    s->rcv_nxt++;
    s->fin_seen = false;
    s->ack_due = true;
    if (s->state == STREAM_FIN_WAIT_2) {
        time_wait(s, now);
        return;
    }
    s->state = s->state == STREAM_FIN_WAIT_1 ? STREAM_CLOSING
                                             : STREAM_CLOSE_WAIT;
    s->host->cb->peer_closed(s->host->ctx, s);
}

static void input_octets(struct stream *s, pptp_ns now,
                         const struct segment *g)
{
    const uint8_t *octets = g->octets;
    uint32_t seq = g->seq, n = g->len, old;

    if (n || g->flags & FIN)
        s->ack_due = true;
    if (s->state == STREAM_TIME_WAIT && g->flags & FIN) /* 2 MSL anew */
        streams_set_deadline(s, now + s->host->config.time_wait_ns);
    if (s->state != STREAM_ESTABLISHED && s->state != STREAM_FIN_WAIT_1 &&
        s->state != STREAM_FIN_WAIT_2)
        return;
    if (g->flags & FIN) {
        s->fin_seen = true;
        s->fin_seq = seq + n;
    }
    if (before(seq, s->rcv_nxt)) {
        old = min32(s->rcv_nxt - seq, n);
        seq += old;
        octets += old;
        n -= old;
    }
    if (n && seq == s->rcv_nxt) {
        hand_over(s, octets, n);
        hand_over_kept(s);
    } else if (n && seq + n - s->rcv_nxt <= WINDOW) {
        keep(s, seq, octets, n);
    }
    if (!s->dead && s->fin_seen && s->fin_seq == s->rcv_nxt)
        peer_fin(s, now);
}

static void established(struct stream *s, pptp_ns now)
{
    s->state = STREAM_ESTABLISHED;
    s->snd_una = s->iss + 1;
    s->cwnd = initial_window(s);
    if (s->tries > 1) { /* a SYN was lost: RFC 5681 §3.1, 6298 §5.7 */
        s->cwnd = s->mss;
        s->rto_ns = s->host->config.rto_initial_ns;
        if (s->rto_ns < 3 * PPTP_S)
            s->rto_ns = 3 * PPTP_S;
    } else if (s->timing) {
        measured(s, now - s->rtt_start_ns);
    }
    s->timing = false;
    s->tries = 1;
    s->recover = s->snd_una;
    streams_set_deadline(s, PPTP_NEVER);
    if (s->passive)
        s->host->cb->accepted(s->host->ctx, s);
    else
        s->host->cb->connected(s->host->ctx, s);
}

/* An answer to our SYN; RFC 9293 §3.10.7.3. */
static void input_syn_sent(struct stream *s, pptp_ns now,
                           const struct segment *g)
{
    if (!(g->flags & ACK) || g->ack != s->iss + 1) {
        if (g->flags & ACK)
            refuse(s->host, now, g);
        return;
    }
    if (g->flags & RST) {
        fail(s, STREAM_REFUSED);
        return;
    }
    if (!(g->flags & SYN))
        return;
    s->rcv_nxt = g->seq + 1;
    s->mss = max32(min32(g->mss, STREAM_MSS), MSS_LEAST);
    s->peer_wnd = g->window;
    s->ack_due = true;
    established(s, now);
}

/* Whether the segment may say something new: not all of it is old, and it
 * begins no further off than the window. */
static bool in_window(const struct stream *s, const struct segment *g)
{
    uint32_t end = g->seq + g->len + !!(g->flags & FIN);

    return !before(end, s->rcv_nxt) &&
           g->seq - s->rcv_nxt + WINDOW <= 2 * (uint32_t)WINDOW;
}

static void input_synchronized(struct stream *s, pptp_ns now,
                               const struct segment *g)
{
    if (g->flags & RST) {
        /* RFC 9293: anywhere in the window.  RFC 5961 is against attackers,
         * whom this world does not have. */
        if (g->seq - s->rcv_nxt <= WINDOW)
            fail(s, STREAM_RESET);
        return;
    }
    if (g->flags & SYN || !in_window(s, g)) {
        if (s->state == STREAM_SYN_RCVD) /* a double is no SYN lost */
            emit(s, now, s->iss, 0, SYN | ACK);
        else
            s->ack_due = true;
        return;
    }
    if (!(g->flags & ACK))
        return;
    if (s->state == STREAM_FIN_WAIT_2) /* the peer still has something */
        streams_set_deadline(s, now + s->host->config.time_wait_ns);
    if (s->state == STREAM_SYN_RCVD) {
        if (g->ack != s->iss + 1) {
            refuse(s->host, now, g);
            return;
        }
        established(s, now);
    }
    if (!s->dead && input_ack(s, now, g) && !s->dead)
        input_octets(s, now, g);
}

static void input(struct stream *s, pptp_ns now, const struct segment *g)
{
    bool outer = enter(s);

    if (s->state == STREAM_SYN_SENT)
        input_syn_sent(s, now, g);
    else
        input_synchronized(s, now, g);
    if (!s->dead)
        output(s, now);
    leave(s, outer);
}
