/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A host's TCP; tcp.h.  Its connections are in tcp_conns.c, their octets in
 * tcp_octets.c.
 *
 * Whatever moves a machine ends in settle(): the owner is told, segments go
 * out, and the alarm is set or the connection is over.  While an owner is
 * being told, its orders wait for that.
 */
#include "config.h"

#include "sim/tcp.h"

#include <string.h>

#include "base/rng.h"
#include "ip/ipv4.h"
#include "models/tcp_wire.h"
#include "sim/tcp_conns.h"
#include "sim/tcp_octets.h"

enum { PORT_FIRST = 49152, CONNS_MAX = 65536 }; /* RFC 6335 6 */

/* What has come. */
struct arrival {
    struct tcp_wire_ends ends;
    struct tcp_segment s;
    const uint8_t *octets; /* of its payload, so many are there */
    uint32_t real;
};

/* ---- life ---- */

void sim_tcp_config_default(struct sim_tcp_config *c)
{
    *c = (struct sim_tcp_config){ .conns_max = CONNS_MAX };
    tcp_config_default(&c->tcp);
}

int sim_tcp_init(struct sim_tcp *h, const struct sim_tcp_config *c,
                 const struct sim_tcp_ground *ground,
                 const struct sim_tcp_owner *owner, void *ctx, uint64_t seed)
{
    uint32_t heads = INET4_OCTETS + TCPM_WIRE_MAX;
    uint32_t payload = c->octets ? c->tcp.mss : 0;

    PPTP_ASSERT(tcp_config_check(&c->tcp) == NULL);
    PPTP_ASSERT(ground->pool->buf_octets >= c->headroom + heads + payload);
    *h = (struct sim_tcp){
        .cal = ground->cal,
        .pool = ground->pool,
        .arena = ground->arena,
        .owner = owner,
        .ctx = ctx,
        .config = *c,
        .secret = rng_mix(seed),
        .next_port = PORT_FIRST,
    };
    h->config.ranges = tcp_max(c->ranges, tcp_range_count(&c->tcp));
    return sim_tcp_conns_init(h);
}

void sim_tcp_fini(struct sim_tcp *h)
{
    sim_tcp_conns_fini(h);
    *h = (struct sim_tcp){ 0 };
}

/* ---- segments that go ---- */

/* Headers, and the octets behind them that already are there. */
static void write_packet(struct sim_tcp *h, struct pptp_packet *k,
                         const struct tcp_wire_ends *e,
                         const struct tcp_segment *s, bool octets)
{
    uint32_t head = tcp_wire_octets(s), whole = INET4_OCTETS + head + s->len;
    uint8_t *ip = pptp_packet_data(k), *tcp = ip + INET4_OCTETS;

    tcp_wire_write(tcp, e, s, octets ? tcp + head : NULL);
    ipv4_write(ip,
               &(struct ipv4_head){ .src = e->src,
                                    .dst = e->dst,
                                    .octets = (uint16_t)whole,
                                    .id = h->ip_id++,
                                    .protocol = INET4_TCP,
                                    .ecn = s->ect ? INET4_ECT0 : INET4_NOT_ECT,
                                    .whole = true });
    k->tail_len = octets ? 0 : s->len;
    k->head_len = (uint16_t)(whole - k->tail_len);
}

/* c: NULL for a reset of none. */
static void emit(struct sim_tcp *h, struct sim_tcp_conn *c,
                 const struct tcp_wire_ends *e, const struct tcp_segment *s)
{
    pptp_pkt pkt = pptp_pool_take(h->pool, h->config.headroom);
    bool octets = c != NULL && c->octets != NULL && s->len > 0;
    struct pptp_packet *k;

    if (pkt == PPTP_PKT_NONE) {
        h->stats.no_packet++;
        if (h->owner->no_packet != NULL)
            h->owner->no_packet(h->ctx, c, s->len);
        return;
    }
    k = pptp_pool_at(h->pool, pkt);
    k->born_ns = h->cal->now;
    if (octets)
        sim_tcp_ring_get(
            &c->octets->out, s->seq,
            pptp_packet_data(k) + INET4_OCTETS + tcp_wire_octets(s), s->len);
    write_packet(h, k, e, s, octets);
    h->stats.segments_sent++;
    h->owner->emit(h->ctx, c, pkt);
}

/* ---- what follows from whatever was done ---- */

static void tell(struct sim_tcp_conn *c)
{
    uint32_t events = tcp_events(&c->tcp);

    if (events == 0 || c->told)
        return;
    c->told = (events & (TCPM_EV_CLOSED | TCPM_EV_FAILED)) != 0;
    c->serving = true;
    c->host->owner->event(c->host->ctx, c, events);
    c->serving = false;
}

static void settle(struct sim_tcp_conn *c)
{
    struct sim_tcp *h = c->host;
    const struct tcp_wire_ends e = { c->local_ip, c->peer_ip, c->local_port,
                                     c->peer_port };
    struct tcp_segment s;

    if (c->serving)
        return;
    tell(c);
    while (tcp_poll(&c->tcp, h->cal->now, &s))
        emit(h, c, &e, &s);
    if (tcp_is_over(&c->tcp))
        sim_tcp_conns_remove(c);
    else
        sim_alarm_set(h->cal, &c->alarm, tcp_deadline(&c->tcp));
}

/* It may be of a life before: of one that is over nothing is due. */
static void on_alarm(struct sim_sink *sink, uint32_t arg)
{
    struct sim_tcp_conn *c = (struct sim_tcp_conn *)(void *)sink;
    pptp_ns now = c->host->cal->now;

    (void)arg;
    if (!sim_alarm_due(&c->alarm, now) || c->tcp.state == TCPM_CLOSED)
        return;
    tcp_advance(&c->tcp, now);
    settle(c);
}

bool sim_tcp_is_alarm(struct sim_sink kind)
{
    return kind.event == on_alarm;
}

/* ---- connections that begin ---- */

static void begin(struct sim_tcp_conn *c, const struct sim_tcp_terms *terms)
{
    struct sim_tcp *h = c->host;
    const struct tcp_config *config = &h->config.tcp;
    struct tcp_stats *stats = &h->tcp_stats;

    if (terms->config != NULL)
        config = terms->config;
    if (terms->stats != NULL)
        stats = terms->stats;
    PPTP_ASSERT(tcp_range_count(config) <= h->config.ranges);
    PPTP_ASSERT(c->octets == NULL || config->mss <= h->config.tcp.mss);
    c->user = terms->user;
    if (c->alarm.sink.event == NULL) /* its first life */
        sim_alarm_init(&c->alarm, on_alarm);
    tcp_init(&c->tcp, config, stats, sim_tcp_conns_ranges(c));
}

/* RFC 9293 3.4.1: a clock of 4 us, from a place of the two ends' own, so that
 * a connection begins beyond one before it of the same ends. */
static uint32_t initial_number(const struct sim_tcp *h,
                               const struct sim_tcp_ends *e)
{
    uint64_t x = rng_mix(h->secret ^
                         ((uint64_t)e->local_ip << 32 | e->peer_ip));

    x = rng_mix(x ^ ((uint64_t)e->local_port << 16 | e->peer_port));
    return (uint32_t)(x + h->cal->now / 4000);
}

/* Of a connection that only remembers, the ends may be had again. */
static bool remembers_only(const struct sim_tcp_conn *c)
{
    return c->tcp.state == TCPM_TIME_WAIT && !c->serving;
}

static void forget(struct sim_tcp_conn *c)
{
    tcp_abort(&c->tcp);
    sim_tcp_conns_remove(c);
}

static bool is_free(const struct sim_tcp *h, const struct sim_tcp_ends *e)
{
    struct sim_tcp_conn *c = sim_tcp_conns_find(h, e);

    if (c == NULL)
        return true;
    if (!remembers_only(c))
        return false;
    forget(c);
    return true;
}

/* In turn: one that is remembered was the first of all to be had. */
static bool find_port(struct sim_tcp *h, struct sim_tcp_ends *e)
{
    for (uint32_t i = PORT_FIRST; i <= UINT16_MAX; i++) {
        e->local_port = h->next_port;
        h->next_port = h->next_port < UINT16_MAX ? (uint16_t)(h->next_port + 1)
                                                 : PORT_FIRST;
        if (is_free(h, e))
            return true;
    }
    return false;
}

struct sim_tcp_conn *sim_tcp_open(struct sim_tcp *h,
                                  const struct sim_tcp_terms *terms,
                                  uint32_t local_ip, uint16_t local_port,
                                  uint32_t peer_ip, uint16_t peer_port)
{
    struct sim_tcp_ends e = { local_ip, peer_ip, local_port, peer_port };
    bool free = local_port != 0 ? is_free(h, &e) : find_port(h, &e);
    struct sim_tcp_conn *c;

    if (!free) {
        h->stats.no_conn++;
        return NULL;
    }
    c = sim_tcp_conns_add(h, &e);
    if (c == NULL)
        return NULL;
    begin(c, terms);
    tcp_connect(&c->tcp, h->cal->now, initial_number(h, &e));
    settle(c);
    return c;
}

/* ---- segments that come ---- */

static bool read_packet(const struct sim_tcp *h, pptp_pkt pkt,
                        struct arrival *a)
{
    struct pptp_packet *k = pptp_pool_at(h->pool, pkt);
    const uint8_t *ip = pptp_packet_data(k);
    uint32_t whole = pptp_packet_len(k), head;
    struct ipv4_packet p;

    if (ipv4_read(ip, k->head_len, whole, false, &p) != INET4_GOOD ||
        p.protocol != INET4_TCP || p.more || p.offset > 0 || !p.whole_known ||
        p.whole + (uint32_t)(p.octets - ip) > whole)
        return false;
    a->ends.src = p.src;
    a->ends.dst = p.dst;
    head = tcp_wire_read(p.octets, p.len, p.whole - p.len, &a->ends, &a->s);
    if (head == 0)
        return false;
    a->s.ce = p.ecn == INET4_CE;
    a->octets = p.octets + head;
    a->real = p.len - head;
    return true;
}

/* A reset for who has no connection. */
static void refuse(struct sim_tcp *h, const struct arrival *a)
{
    const struct tcp_wire_ends back = { a->ends.dst, a->ends.src,
                                        a->ends.dst_port, a->ends.src_port };
    struct tcp_segment out;

    if (!tcp_refuse(&a->s, &out))
        return;
    h->stats.resets_sent++;
    emit(h, NULL, &back, &out);
}

/* A SYN of somebody new. */
static void accept_syn(struct sim_tcp *h, const struct sim_tcp_ends *e,
                       const struct arrival *a)
{
    struct sim_tcp_terms terms = { 0 };
    struct sim_tcp_conn *c;

    if (h->owner->accept == NULL && e->local_port != h->listen_port) {
        refuse(h, a);
        return;
    }
    c = sim_tcp_conns_add(h, e);
    if (c == NULL)
        return; /* as deployed: it will be sent again */
    c->passive = true;
    if (h->owner->accept != NULL && !h->owner->accept(h->ctx, c, &terms)) {
        sim_tcp_conns_remove(c);
        refuse(h, a);
        return;
    }
    begin(c, &terms);
    tcp_accept(&c->tcp, h->cal->now, initial_number(h, e), &a->s);
    settle(c);
}

/* Octets that the machine will take go to where they will be read; false:
 * there is no memory. */
static bool keep(const struct sim_tcp_conn *c, const struct arrival *a)
{
    const struct tcp *t = &c->tcp;
    uint32_t start = a->s.seq, end = start + a->s.len, held, first, skip, n;
    struct sim_tcp_ring *in;

    if (c->octets == NULL || a->s.len == 0 || t->state < TCPM_SYN_RECEIVED ||
        t->state > TCPM_FIN_WAIT_2 ||
        (a->s.flags & (TCPM_SYN | TCPM_RST)) != 0)
        return true;
    if (tcp_before(t->rcv_edge, end))
        end = t->rcv_edge;
    if (tcp_before(start, t->rcv_nxt))
        start = t->rcv_nxt;
    if (!tcp_before(start, end))
        return true;
    in = &c->octets->in;
    first = tcp_read_seq(t);
    held = t->arrived.count > 0 ? t->arrived.at[t->arrived.count - 1].end
                                : t->rcv_nxt;
    if (!sim_tcp_ring_reserve(in, first, held - first, end - first))
        return false;
    skip = tcp_min(start - a->s.seq, a->real);
    n = tcp_min(a->real - skip, end - start);
    sim_tcp_ring_put(in, start, a->octets + skip, n);
    sim_tcp_ring_put(in, start + n, NULL, end - start - n);
    return true;
}

static void arrived(struct sim_tcp *h, const struct arrival *a)
{
    const struct sim_tcp_ends e = { a->ends.dst, a->ends.src, a->ends.dst_port,
                                    a->ends.src_port };
    struct sim_tcp_conn *c = sim_tcp_conns_find(h, &e);
    uint8_t opens = a->s.flags & (TCPM_SYN | TCPM_ACK | TCPM_RST);

    /* RFC 1122 4.2.2.13: somebody who has the port again */
    if (c != NULL && opens == TCPM_SYN && remembers_only(c) &&
        !tcp_before(a->s.seq, c->tcp.rcv_nxt)) {
        forget(c);
        c = NULL;
    }
    if (c == NULL && opens == TCPM_SYN) {
        accept_syn(h, &e, a);
    } else if (c == NULL) {
        refuse(h, a);
    } else if (!keep(c, a)) {
        h->stats.no_memory++;
    } else {
        tcp_input(&c->tcp, h->cal->now, &a->s);
        settle(c);
    }
}

void sim_tcp_input(struct sim_tcp *h, pptp_pkt pkt)
{
    struct arrival a;

    h->stats.segments_received++;
    if (read_packet(h, pkt, &a))
        arrived(h, &a);
    else
        h->stats.bad++;
    pptp_pool_free(h->pool, pkt);
}

/* ---- orders ---- */

void sim_tcp_write(struct sim_tcp_conn *c, uint64_t octets)
{
    PPTP_ASSERT(c->octets == NULL);
    tcp_write(&c->tcp, octets);
    settle(c);
}

size_t sim_tcp_send(struct sim_tcp_conn *c, const void *octets, size_t n)
{
    struct tcp *t = &c->tcp;
    uint32_t have = tcp_flight(t) + (uint32_t)tcp_unsent(t);
    uint32_t first = tcp_unacked_seq(t), room = SIM_TCP_BUFFER - have;

    if (n > room)
        n = room;
    if (t->state == TCPM_CLOSED || t->fin_wanted || n == 0 ||
        !sim_tcp_ring_reserve(&c->octets->out, first, have,
                              have + (uint32_t)n))
        return 0;
    sim_tcp_ring_put(&c->octets->out, first + have, octets, (uint32_t)n);
    tcp_write(t, n);
    settle(c);
    return n;
}

size_t sim_tcp_peek(const struct sim_tcp_conn *c, const uint8_t **octets)
{
    uint32_t n = tcp_readable(&c->tcp);

    *octets = NULL;
    return n == 0 ? 0
                  : sim_tcp_ring_peek(&c->octets->in, tcp_read_seq(&c->tcp), n,
                                      octets);
}

void sim_tcp_take(struct sim_tcp_conn *c, uint32_t octets)
{
    tcp_take(&c->tcp, octets);
    settle(c);
}

void sim_tcp_close(struct sim_tcp_conn *c)
{
    tcp_close(&c->tcp);
    settle(c);
}

void sim_tcp_abort(struct sim_tcp_conn *c)
{
    tcp_abort(&c->tcp);
    c->told = true;
    settle(c);
}

void sim_tcp_forget(struct sim_tcp *h)
{
    for (uint32_t i = 0; i <= h->bucket_mask; i++)
        while (h->buckets[i] != NULL) {
            struct sim_tcp_conn *c = h->buckets[i];

            PPTP_ASSERT(!c->serving);
            tcp_abort(&c->tcp);
            c->told = true;
            sim_tcp_conns_remove(c);
        }
}
