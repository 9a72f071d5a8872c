/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Octet streams: two hosts over a pipe that delays, loses, reorders and
 * doubles; closing, refusing, giving up; the timer's course; bad segments.
 */
#include "config.h"

#include "sim/stream.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { FLIGHT_MAX = 4096, POOL = 64, AMOUNT = 300000, SENT_MAX = 64 };

struct flight {
    pptp_ns at;
    struct side *to;
    uint32_t n;
    uint8_t octets[1600];
};

struct side {
    struct stream_host host;
    struct pptp_pool pool;
    void *mem;
    struct side *other;
    struct stream *s;
    uint64_t got, to_send, sent; /* octets, against pattern() */
    int accepted, connected, peer_closed, closed, failed, writable;
    enum stream_reason why;
    bool close_when_sent, close_when_peer, abort_at_octets, reply;
    bool blind; /* does not look at the octets */
    pptp_ns sent_ns[SENT_MAX];
    uint32_t segments;
};

static struct side a, b;
static struct flight *flights;
static uint32_t flight_count;
static pptp_ns now;
static uint32_t loss, doubles, jitter_us; /* loss in 1/1000 */
static uint32_t drop_nth;                 /* the a-to-b segment to lose */
static uint64_t seed;

static uint32_t dice(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static uint8_t pattern(uint64_t i)
{
    return (uint8_t)(i * 31 + (i >> 8) * 7 + (i >> 16));
}

static void launch(struct side *to, const struct pptp_packet *k)
{
    struct flight *f = &flights[flight_count];

    ck_assert_uint_lt(flight_count, FLIGHT_MAX);
    f->at = now + 20 * PPTP_MS + dice(jitter_us + 1) * PPTP_US;
    f->to = to;
    f->n = k->head_len;
    memcpy(f->octets, k->buf + k->off, f->n);
    flight_count++;
}

static void on_emit(void *ctx, struct stream_host *h, pptp_pkt pkt)
{
    struct side *x = ctx;
    struct pptp_packet *k = pptp_pool_at(h->pool, pkt);

    ck_assert_uint_eq(k->tail_len, 0);
    if (x->segments < SENT_MAX)
        x->sent_ns[x->segments] = now;
    x->segments++;
    if (dice(1000) >= loss && !(x == &a && x->segments == drop_nth)) {
        launch(x->other, k);
        if (dice(1000) < doubles)
            launch(x->other, k);
    }
    pptp_pool_free(h->pool, pkt);
}

static void pump(struct side *x)
{
    uint8_t chunk[1000];
    size_t n, took;

    while (x->s != NULL && x->sent < x->to_send) {
        n = x->to_send - x->sent < 1000 ? (size_t)(x->to_send - x->sent)
                                        : 1000;
        for (size_t i = 0; i < n; i++)
            chunk[i] = pattern(x->sent + i);
        took = stream_write(x->s, now, chunk, n);
        x->sent += took;
        if (took < n)
            return;
    }
    if (x->s != NULL && x->close_when_sent)
        stream_close(x->s, now);
}

static void on_accepted(void *ctx, struct stream *s)
{
    struct side *x = ctx;

    x->s = s;
    x->accepted++;
    pump(x);
}

static void on_connected(void *ctx, struct stream *s)
{
    struct side *x = ctx;

    ck_assert_ptr_eq(s, x->s);
    x->connected++;
    pump(x);
}

static void on_octets(void *ctx, struct stream *s, const uint8_t *octets,
                      size_t n)
{
    struct side *x = ctx;
    size_t same = 0;

    /* An assertion for a segment, not for an octet: each is a write(2). */
    while (same < n && (x->blind || octets[same] == pattern(x->got + same)))
        same++;
    ck_assert_uint_eq(same, n);
    x->got += n;
    if (x->reply)
        ck_assert_uint_eq(stream_write(s, now, octets, n), n);
    if (x->abort_at_octets) {
        stream_abort(s, now);
        x->s = NULL;
    }
}

static void on_peer_closed(void *ctx, struct stream *s)
{
    struct side *x = ctx;

    x->peer_closed++;
    if (x->close_when_peer)
        stream_close(s, now);
}

static void on_closed(void *ctx, struct stream *s)
{
    struct side *x = ctx;

    ck_assert_ptr_eq(s, x->s);
    x->closed++;
    x->s = NULL;
}

static void on_failed(void *ctx, struct stream *s, enum stream_reason why)
{
    struct side *x = ctx;

    ck_assert_ptr_eq(s, x->s);
    x->failed++;
    x->why = why;
    x->s = NULL;
}

static void on_writable(void *ctx, struct stream *s)
{
    struct side *x = ctx;

    ck_assert_ptr_eq(s, x->s);
    x->writable++;
    pump(x);
}

static const struct stream_callbacks callbacks = {
    on_emit,        on_accepted, on_connected, on_octets,
    on_peer_closed, on_closed,   on_failed,    on_writable,
};

static void side_init(struct side *x, struct side *other)
{
    *x = (struct side){ .other = other };
    ck_assert_int_eq(
        posix_memalign(&x->mem, 64, pptp_pool_mem_octets(POOL, 1600)), 0);
    pptp_pool_init(&x->pool, x->mem, POOL, 1600);
    ck_assert_int_eq(
        stream_host_init(&x->host, &x->pool, &callbacks, x, NULL, seed++), 0);
}

static void setup(void)
{
    now = 5 * PPTP_S;
    seed = 7;
    loss = doubles = jitter_us = drop_nth = 0;
    flight_count = 0;
    flights = malloc(FLIGHT_MAX * sizeof(*flights));
    side_init(&a, &b);
    side_init(&b, &a);
    stream_host_listen(&b.host, 1723);
}

static void teardown(void)
{
    ck_assert_uint_eq(a.pool.used, 0);
    ck_assert_uint_eq(b.pool.used, 0);
    stream_host_fini(&a.host);
    stream_host_fini(&b.host);
    free(a.mem);
    free(b.mem);
    free(flights);
}

static void connect_to(uint16_t port)
{
    a.s = stream_connect(&a.host, now, 0x0a000001, 0x0a000002, port);
    ck_assert_ptr_nonnull(a.s);
}

static void arrive(uint32_t i)
{
    static struct flight f;
    pptp_pkt pkt;
    struct pptp_packet *k;

    f = flights[i];
    memmove(&flights[i], &flights[i + 1],
            (--flight_count - i) * sizeof(*flights));
    pkt = pptp_pool_take(&f.to->pool, 0);
    ck_assert_uint_ne(pkt, PPTP_PKT_NONE);
    k = pptp_pool_at(&f.to->pool, pkt);
    memcpy(k->buf, f.octets, f.n);
    k->head_len = (uint16_t)f.n;
    stream_host_input(&f.to->host, now, pkt);
}

/* Runs until nothing is left to do, or `until`. */
static void run(pptp_ns until)
{
    pptp_ns next, d;
    uint32_t first = 0;

    for (;;) {
        next = stream_host_deadline(&a.host);
        d = stream_host_deadline(&b.host);
        next = d < next ? d : next;
        for (uint32_t i = first = 0; i < flight_count; i++)
            if (flights[i].at < flights[first].at)
                first = i;
        if (flight_count && flights[first].at <= next) {
            if (flights[first].at > until)
                break;
            now = flights[first].at;
            arrive(first);
        } else if (next != PPTP_NEVER && next <= until) {
            ck_assert_uint_ge(next, now);
            now = next;
            stream_host_advance(&a.host, now);
            stream_host_advance(&b.host, now);
        } else {
            break;
        }
    }
    if (until != PPTP_NEVER)
        now = until;
}

static void check_both_gone(void)
{
    ck_assert_uint_eq(a.host.count, 0);
    ck_assert_uint_eq(b.host.count, 0);
    ck_assert_uint_eq(a.host.heap_count, 0);
    ck_assert_uint_eq(b.host.heap_count, 0);
    ck_assert_uint_eq(a.host.stats.bad + b.host.stats.bad, 0);
}

START_TEST(clean)
{
    a.to_send = AMOUNT;
    a.close_when_sent = true;
    b.close_when_peer = true;
    connect_to(1723);
    ck_assert_uint_eq(stream_write(a.s, now, "", 0), 0);
    run(PPTP_NEVER);
    ck_assert_int_eq(a.connected, 1);
    ck_assert_int_eq(b.accepted, 1);
    ck_assert_uint_eq(b.got, AMOUNT);
    ck_assert_int_eq(b.peer_closed, 1);
    ck_assert_int_eq(a.closed, 1);
    ck_assert_int_eq(b.closed, 1);
    ck_assert_int_gt(a.writable, 0);
    ck_assert_uint_eq(a.host.stats.retransmitted, 0);
    ck_assert_uint_eq(b.host.stats.retransmitted, 0);
    check_both_gone();
}
END_TEST

/* _i is the seed. */
START_TEST(rough)
{
    seed = (uint64_t)_i * 977 + 1;
    loss = 100;
    doubles = 50;
    jitter_us = 30000;
    a.to_send = AMOUNT / 4;
    b.to_send = AMOUNT / 8;
    a.close_when_sent = true;
    b.close_when_sent = true;
    connect_to(1723);
    run(PPTP_NEVER);
    if (a.connected == 0) { /* six SYNs lost: 1 in 10^4 or so */
        ck_assert_int_eq(a.failed, 1);
        return;
    }
    ck_assert_uint_eq(b.got, AMOUNT / 4);
    ck_assert_uint_eq(a.got, AMOUNT / 8);
    /* The last FIN's sender may find its peer gone, as in life. */
    ck_assert_int_eq(a.closed + a.failed, 1);
    ck_assert_int_eq(b.closed + b.failed, 1);
    ck_assert_int_ge(a.closed + b.closed, 1);
    ck_assert_uint_gt(a.host.stats.retransmitted, 0);
    check_both_gone();
}
END_TEST

START_TEST(fast_retransmit)
{
    a.to_send = AMOUNT;
    drop_nth = 20; /* somewhere in slow start */
    connect_to(1723);
    run(now + 60 * PPTP_S);
    ck_assert_uint_eq(b.got, AMOUNT);
    ck_assert_uint_eq(a.host.stats.fast_retransmits, 1);
    ck_assert_uint_eq(a.host.stats.timeouts, 0);
    ck_assert_uint_eq(a.host.stats.retransmitted, 1);
    /* RFC 9293 §3.8.6.2.1: in congestion avoidance too, whole segments but
     * the last; and the SYN, and the one again */
    ck_assert_uint_eq(a.segments, (AMOUNT + STREAM_MSS - 1) / STREAM_MSS + 2);
}
END_TEST

START_TEST(syn_gives_up)
{
    static const pptp_ns at_s[] = { 0, 1, 3, 7, 15, 31 };
    pptp_ns start = now;

    loss = 1000;
    connect_to(1723);
    run(PPTP_NEVER);
    ck_assert_uint_eq(a.segments, 6);
    for (int i = 0; i < 6; i++)
        ck_assert_uint_eq(a.sent_ns[i] - start, at_s[i] * PPTP_S);
    ck_assert_int_eq(a.failed, 1);
    ck_assert_int_eq(a.why, STREAM_TIMEOUT);
    ck_assert_uint_eq(now - start, 63 * PPTP_S);
    ck_assert_uint_eq(a.host.count, 0);
}
END_TEST

START_TEST(data_backs_off)
{
    pptp_ns start, gap = 200 * PPTP_MS;

    connect_to(1723);
    run(now + PPTP_S);
    ck_assert_int_eq(b.accepted, 1);
    /* One round trip of 40 ms measured: 40 + 4 * 20, below the least. */
    ck_assert_uint_eq(a.s->srtt_ns, 40 * PPTP_MS);
    ck_assert_uint_eq(a.s->rto_ns, 200 * PPTP_MS);
    loss = 1000;
    a.segments = 0;
    start = now;
    ck_assert_uint_eq(stream_write(a.s, now, "hello", 5), 5);
    run(PPTP_NEVER);
    ck_assert_uint_eq(a.segments, 16); /* 15 and the reset */
    for (int i = 1; i < 16; i++) {
        ck_assert_uint_eq(a.sent_ns[i] - start, gap);
        start += gap;
        gap = 2 * gap > 60 * PPTP_S ? 60 * PPTP_S : 2 * gap;
    }
    ck_assert_int_eq(a.failed, 1);
    ck_assert_int_eq(a.why, STREAM_TIMEOUT);
    ck_assert_uint_eq(a.host.count, 0);
    ck_assert_uint_eq(b.host.count, 1); /* idle: it cannot know */
}
END_TEST

/* RFC 5681 §4.1: after a pause of more than a time-out, as at the start. */
START_TEST(restart_after_idle)
{
    static const uint8_t octets[20000];
    uint32_t segments;

    connect_to(1723);
    a.blind = b.blind = true;
    a.to_send = 200000;
    run(now + 10 * PPTP_S);
    ck_assert_uint_eq(b.got, 200000);
    ck_assert_uint_gt(a.s->cwnd, 20000);
    segments = a.segments;
    run(now + 60 * PPTP_S);
    ck_assert_uint_eq(stream_write(a.s, now, octets, 20000), 20000);
    ck_assert_uint_eq(a.segments - segments, 3);
    run(now + PPTP_S);
    ck_assert_uint_eq(b.got, 220000);
}
END_TEST

/* RFC 5681 §3.1, 6298 §5.7. */
START_TEST(syn_lost)
{
    drop_nth = 1;
    connect_to(1723);
    run(now + 2 * PPTP_S);
    ck_assert_int_eq(a.connected, 1);
    ck_assert_uint_eq(a.s->cwnd, STREAM_MSS);
    ck_assert_uint_eq(a.s->rto_ns, 3 * PPTP_S);
    ck_assert_uint_eq(b.s->cwnd, 3 * STREAM_MSS);
}
END_TEST

START_TEST(syn_doubled)
{
    doubles = 1000;
    connect_to(1723);
    run(now + 2 * PPTP_S);
    ck_assert_int_eq(b.accepted, 1);
    ck_assert_uint_eq(a.s->cwnd, 3 * STREAM_MSS);
    ck_assert_uint_eq(b.s->cwnd, 3 * STREAM_MSS); /* nothing was lost */
    ck_assert_uint_le(b.s->rto_ns, PPTP_S);
}
END_TEST

START_TEST(refused)
{
    connect_to(1724);
    run(PPTP_NEVER);
    ck_assert_int_eq(a.failed, 1);
    ck_assert_int_eq(a.why, STREAM_REFUSED);
    ck_assert_uint_eq(b.host.stats.resets_sent, 1);
    check_both_gone();
}
END_TEST

START_TEST(aborted_in_callback)
{
    a.to_send = 20000;
    b.abort_at_octets = true;
    connect_to(1723);
    run(PPTP_NEVER);
    ck_assert_int_eq(a.failed, 1);
    ck_assert_int_eq(a.why, STREAM_RESET);
    ck_assert_int_eq(b.failed + b.closed, 0);
    check_both_gone();
}
END_TEST

START_TEST(both_close_at_once)
{
    connect_to(1723);
    run(now + PPTP_S);
    stream_close(a.s, now);
    stream_close(b.s, now);
    ck_assert_uint_eq(stream_write(a.s, now, "x", 1), 0);
    run(PPTP_NEVER);
    ck_assert_int_eq(a.closed, 1);
    ck_assert_int_eq(b.closed, 1);
    check_both_gone();
}
END_TEST

START_TEST(request_and_reply)
{
    a.to_send = 156; /* an SCCRQ's length */
    b.reply = true;
    connect_to(1723);
    run(now + 30 * PPTP_S);
    ck_assert_uint_eq(b.got, 156);
    ck_assert_uint_eq(a.got, 156);
    /* SYN-ACK, reply with the acknowledgement in it */
    ck_assert_uint_eq(b.segments, 2);
}
END_TEST

START_TEST(buffer_is_bounded)
{
    static uint8_t octets[STREAM_BUF_MAX + 5];

    b.blind = true;
    connect_to(1723);
    ck_assert_uint_eq(stream_write(a.s, now, octets, 1000), 1000);
    ck_assert_uint_eq(stream_write(a.s, now, octets, sizeof(octets)),
                      STREAM_BUF_MAX - 1000);
    ck_assert_uint_eq(stream_write(a.s, now, octets, 1), 0);
    ck_assert_uint_eq(stream_write(a.s, now, octets, 0), 0);
    run(now + PPTP_S);
    ck_assert_int_gt(a.writable, 0); /* an empty write changes nothing */
    stream_abort(a.s, now);
}
END_TEST

START_TEST(many)
{
    static struct stream *s[1000];
    struct stream_config c = a.host.config;

    c.streams_max = 1000;
    a.host.config = c;
    b.host.config.streams_max = 999;
    for (uint32_t i = 0; i < 1000; i++) {
        s[i] = stream_connect(&a.host, now, 0x0a000001, 0x0a000002, 1723);
        ck_assert_ptr_nonnull(s[i]);
    }
    ck_assert_ptr_null(
        stream_connect(&a.host, now, 0x0a000001, 0x0a000002, 1723));
    ck_assert_uint_eq(a.host.stats.no_stream, 1);
    a.s = s[0];
    loss = 1000; /* nothing but the timers: only their heap is meant here */
    ck_assert_uint_eq(stream_host_deadline(&a.host), now + PPTP_S);
    for (uint32_t i = 0; i < 1000; i++)
        stream_abort(s[(i * 7) % 1000], now);
    ck_assert_uint_eq(a.host.count, 0);
    ck_assert_uint_eq(stream_host_deadline(&a.host), PPTP_NEVER);
    loss = 0;
    run(now + 2 * PPTP_S);
    ck_assert_uint_gt(b.host.stats.no_stream, 0);
}
END_TEST

START_TEST(bad_segments)
{
    struct flight syn;
    pptp_pkt pkt;
    struct pptp_packet *k;
    uint32_t bad = 0;

    connect_to(1723);
    ck_assert_uint_eq(flight_count, 1);
    syn = flights[0];
    flight_count = 0;
    ck_assert_uint_eq(syn.n, 44);
    ck_assert_uint_eq(syn.octets[0], 0x45);
    ck_assert_uint_eq(syn.octets[33], 2); /* SYN */
    /* every truncation, then every octet damaged */
    for (uint32_t i = 0; i < 2 * syn.n; i++) {
        pkt = pptp_pool_take(&b.pool, 0);
        k = pptp_pool_at(&b.pool, pkt);
        memcpy(k->buf, syn.octets, syn.n);
        k->head_len = (uint16_t)(i < syn.n ? i : syn.n);
        if (i >= syn.n)
            k->buf[i - syn.n] ^= 0x5a;
        stream_host_input(&b.host, now, pkt);
        bad++;
    }
    ck_assert_uint_eq(b.host.stats.bad, bad);
    ck_assert_uint_eq(b.host.count, 0);
    ck_assert_uint_eq(flight_count, 0);
    stream_abort(a.s, now);
}
END_TEST

static void put(uint8_t *p, uint32_t n, uint32_t v)
{
    for (; n > 0; n--, v >>= 8)
        p[n - 1] = (uint8_t)v;
}

static uint32_t complement(const uint8_t *p, int n, uint32_t sum)
{
    for (int i = 0; i < n; i += 2)
        sum += (uint32_t)p[i] << 8 | p[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/* A sound packet for the stream with flags and numbers that nobody sends. */
static void nonsense(uint8_t *p, const struct stream *s)
{
    memset(p, 0, 60);
    p[0] = 0x45;
    p[3] = 60;
    p[9] = 6;
    put(p + 12, 4, s->peer_ip);
    put(p + 16, 4, s->local_ip);
    put(p + 10, 2, complement(p, 20, 0));
    put(p + 20, 2, s->peer_port);
    put(p + 22, 2, s->local_port);
    put(p + 24, 4, s->rcv_nxt + dice(200) - 100);
    put(p + 28, 4, s->snd_una + dice(200) - 100);
    p[32] = 0x50;
    p[33] = (uint8_t)(dice(32) & (dice(4) ? ~5u : ~4u)); /* no RST */
    put(p + 34, 2, dice(65536));
    put(p + 36, 2, complement(p + 12, 48, 6 + 40));
}

/* Gives b's stream 20 octets with these numbers. */
static void forge(uint32_t seq, uint32_t ack, uint8_t flags)
{
    pptp_pkt pkt = pptp_pool_take(&b.pool, 0);
    uint8_t *p = pptp_pool_at(&b.pool, pkt)->buf;

    nonsense(p, b.s);
    put(p + 24, 4, seq);
    put(p + 28, 4, ack);
    p[33] = flags;
    put(p + 34, 2, 65535);
    put(p + 36, 2, 0);
    put(p + 36, 2, complement(p + 12, 48, 6 + 40));
    pptp_pool_at(&b.pool, pkt)->head_len = 60;
    stream_input(b.s, now, pkt);
}

/* RFC 9293 §3.10.7.4: what acknowledges the future is answered and dropped,
 * octets and all; what acknowledges the past is not. */
START_TEST(wrong_acknowledgements)
{
    uint32_t next, segments;

    connect_to(1723);
    run(now + PPTP_S);
    b.blind = true;
    next = b.s->rcv_nxt;
    segments = b.segments;
    forge(next, b.s->snd_max + 1, 16);
    ck_assert_uint_eq(b.s->rcv_nxt, next);
    ck_assert_uint_eq(b.segments, segments + 1);
    forge(next, b.s->snd_una - 1, 16);
    ck_assert_uint_eq(b.s->rcv_nxt, next + 20);
    ck_assert_uint_eq(b.got, 20);
    ck_assert_uint_eq(b.host.stats.bad, 0);
    flight_count = 0;
}
END_TEST

/* RFC 9293 §3.10.7.4: a FIN again starts TIME_WAIT's two MSL again. */
START_TEST(time_wait_starts_again)
{
    struct stream *s;
    pptp_ns at;

    a.close_when_peer = true;
    connect_to(1723);
    run(now + PPTP_S);
    s = b.s;
    stream_close(s, now);
    run(now + PPTP_S);
    ck_assert_int_eq(b.closed, 1);
    ck_assert_int_eq(s->state, STREAM_TIME_WAIT);
    at = stream_deadline(s);
    run(now + 10 * PPTP_S);
    b.s = s;
    forge(s->rcv_nxt - 21, s->snd_max, 17);
    ck_assert_uint_gt(stream_deadline(s), at);
    ck_assert_uint_eq(stream_deadline(s), now + 60 * PPTP_S);
    run(PPTP_NEVER);
    check_both_gone();
}
END_TEST

START_TEST(random_segments)
{
    uint32_t in = 0;
    pptp_pkt pkt;

    seed = (uint64_t)_i * 31 + 3;
    connect_to(1723);
    run(now + PPTP_S);
    b.blind = true;
    b.to_send = 5000;
    pump(&b);
    while (b.s != NULL && in < 2000) {
        pkt = pptp_pool_take(&b.pool, 0);
        nonsense(pptp_pool_at(&b.pool, pkt)->buf, b.s);
        pptp_pool_at(&b.pool, pkt)->head_len = 60;
        stream_input(b.s, now, pkt);
        flight_count = 0;
        if (++in == 1000)
            stream_close(b.s, now);
    }
    ck_assert_uint_ge(in, 1000);
    ck_assert_uint_eq(b.host.stats.bad, 0);
    ck_assert_uint_le(b.host.count, 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stream");
    TCase *t = tcase_create("stream");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, clean);
    tcase_add_loop_test(t, rough, 0, 40);
    tcase_add_test(t, fast_retransmit);
    tcase_add_test(t, syn_gives_up);
    tcase_add_test(t, data_backs_off);
    tcase_add_test(t, restart_after_idle);
    tcase_add_test(t, syn_lost);
    tcase_add_test(t, syn_doubled);
    tcase_add_test(t, refused);
    tcase_add_test(t, aborted_in_callback);
    tcase_add_test(t, both_close_at_once);
    tcase_add_test(t, request_and_reply);
    tcase_add_test(t, buffer_is_bounded);
    tcase_add_test(t, many);
    tcase_add_test(t, bad_segments);
    tcase_add_test(t, wrong_acknowledgements);
    tcase_add_test(t, time_wait_starts_again);
    tcase_add_loop_test(t, random_segments, 0, 10);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
