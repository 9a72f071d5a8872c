/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two hosts' TCP, sim/tcp.h: octets and lengths through whatever a network
 * does to packets, and what there is no room for. */
#include "config.h"

#include "tests/unit/sim_tcp_rig.h"

#include "base/wire.h"
#include "ip/ipv4.h"
#include "models/tcp_wire.h"

enum { TCP_AT = INET4_OCTETS };

static void begin_as(bool octets)
{
    sim_tcp_config_default(&rig_config);
    rig_config.octets = octets;
    rig_config.tcp.mss = 1400;
    rig_begin(&rig_owner);
}

/* An octet of a pattern that no shift of it is. */
static uint8_t octet(uint64_t i)
{
    return (uint8_t)(i * 7 + i / 251);
}

/* Writes all of it, as room comes; from `at` on. */
static uint64_t feed(struct sim_tcp_conn *c, uint64_t at, uint64_t all)
{
    uint8_t some[3000];
    size_t took = 1;

    while (at < all && took > 0) {
        size_t n = all - at < sizeof some ? (size_t)(all - at) : sizeof some;

        for (size_t i = 0; i < n; i++)
            some[i] = octet(at + i);
        took = sim_tcp_send(c, some, n);
        at += took;
    }
    return at;
}

/* So many octets from side 0 to side 1. */
static void carry(uint64_t all)
{
    uint64_t at = 0, i;

    for (i = 0; i < 10000 && rig[1].got_n < all; i++) {
        at = feed(rig[0].conn, at, all);
        rig_run(20 * PPTP_MS);
    }
    ck_assert_uint_eq(rig[1].got_n, all);
    for (i = 0; i < all; i++)
        ck_assert_uint_eq(rig[1].got[i], octet(i));
}

/* Nothing is left of anything. */
static void settled(void)
{
    rig_run(200 * PPTP_S);
    ck_assert_uint_eq(rig[0].tcp.count + rig[1].tcp.count, 0);
    ck_assert_uint_eq(rig_pool.used, 0);
    rig_end();
}

/* ---- beginning and end ---- */

START_TEST(carries_octets)
{
    begin_as(true);
    rig_connect();
    ck_assert_ptr_nonnull(rig[1].conn);
    ck_assert(rig[1].conn->passive && !rig[0].conn->passive);
    ck_assert_uint_ge(rig[0].conn->local_port, 49152);
    ck_assert_uint_eq(rig[1].conn->peer_port, rig[0].conn->local_port);
    carry(300000);
    ck_assert_uint_eq(feed(rig[1].conn, 0, 5), 5);
    rig_run(PPTP_S);
    ck_assert_uint_eq(rig[0].got_n, 5);
    rig[1].closes = true;
    sim_tcp_close(rig[0].conn);
    rig_run(PPTP_S);
    ck_assert(rig[0].events & TCPM_EV_CLOSED &&
              rig[1].events & TCPM_EV_CLOSED);
    ck_assert_uint_eq(rig[0].tcp.count, 1); /* TIME_WAIT */
    ck_assert_uint_eq(rig[1].tcp.count, 0);
    ck_assert_uint_eq(rig[0].tcp.tcp_stats.retransmitted, 0);
    ck_assert_uint_eq(rig[0].tcp.stats.bad + rig[1].tcp.stats.bad, 0);
    ck_assert_uint_eq(rig[0].tcp.stats.segments_sent,
                      rig[1].tcp.stats.segments_received);
    settled();
}
END_TEST

/* A length has no octets, and its packets say how long they are. */
static uint32_t longest, longest_real;

static bool measure(int from, uint64_t n, struct pptp_packet *k)
{
    const uint8_t *ip = pptp_packet_data(k);

    (void)from;
    (void)n;
    ck_assert_uint_eq(pptp_get16(ip + 2), pptp_packet_len(k));
    if (pptp_packet_len(k) > longest)
        longest = pptp_packet_len(k);
    if (k->head_len > longest_real)
        longest_real = k->head_len;
    return true;
}

START_TEST(carries_lengths)
{
    begin_as(false);
    rig_connect();
    longest = longest_real = 0;
    rig_judge = measure;
    sim_tcp_write(rig[0].conn, 1000000000);
    rig_run(10 * PPTP_S);
    ck_assert_uint_eq(longest, 1440);
    ck_assert_uint_eq(longest_real, 40);
    /* a window of 65,535 octets a round trip of 20 ms */
    ck_assert_uint_ge(rig[1].got_n, 9 * 50 * UINT64_C(65535));
    ck_assert_uint_le(rig[1].got_n, 10 * 50 * UINT64_C(65535));
    ck_assert_uint_eq(rig[0].tcp.tcp_stats.retransmitted, 0);
    sim_tcp_abort(rig[0].conn);
    ck_assert_uint_eq(rig[0].tcp.count, 0);
    rig_run(PPTP_S);
    ck_assert(rig[1].events & TCPM_EV_FAILED);
    settled();
}
END_TEST

/* Nobody listens there; who asked is told, who was asked is not. */
START_TEST(refused)
{
    struct sim_tcp_conn *c;

    begin_as(true);
    c = sim_tcp_open(&rig[0].tcp, &(struct sim_tcp_terms){ .user = &rig }, 1,
                     99, rig[1].ip, 1724);
    ck_assert_ptr_eq(c->user, &rig);
    rig_run(PPTP_S);
    ck_assert_uint_eq(rig[0].events, TCPM_EV_FAILED);
    ck_assert_uint_eq(rig[1].told, 0);
    ck_assert_uint_eq(rig[1].tcp.stats.resets_sent, 1);
    settled();
}
END_TEST

/* A peer that has forgotten the connection resets it. */
START_TEST(forgotten)
{
    const struct sim_tcp_ground ground = { &rig_cal, &rig_pool, &rig_arena };

    begin_as(true);
    rig_connect();
    sim_tcp_fini(&rig[1].tcp);
    ck_assert_int_eq(sim_tcp_init(&rig[1].tcp, &rig_config, &ground,
                                  &rig_owner, &rig[1], 1),
                     PPTP_OK);
    feed(rig[0].conn, 0, 1);
    rig_run(PPTP_S);
    ck_assert_uint_eq(rig[0].events, TCPM_EV_FAILED);
    ck_assert_uint_eq(rig[1].tcp.stats.resets_sent, 1);
    settled();
}
END_TEST

/* ---- what an owner may do while it is told ---- */

static void abort_at_once(struct rig_side *s, struct sim_tcp_conn *c,
                          uint32_t events)
{
    (void)events;
    s->conn = NULL;
    sim_tcp_abort(c);
}

/* Answers, closes, and opens another, all from within. */
static void answer_and_close(struct rig_side *s, struct sim_tcp_conn *c,
                             uint32_t events)
{
    rig_read(s, c);
    if (events & TCPM_EV_READABLE) {
        ck_assert_uint_eq(feed(c, 0, 2000), 2000);
        sim_tcp_close(c);
        s->hook = NULL;
        s->closes = true;
    }
}

START_TEST(from_within)
{
    begin_as(true);
    rig[1].hook = abort_at_once;
    rig_open();
    rig_run(PPTP_S);
    ck_assert_uint_eq(rig[0].events, TCPM_EV_CONNECTED | TCPM_EV_FAILED);
    ck_assert_uint_eq(rig[1].told, 1);
    ck_assert_uint_eq(rig[1].tcp.count, 0);

    rig[1].hook = answer_and_close;
    rig[0].events = rig[1].events = 0;
    rig[0].closes = true;
    feed(rig_open(), 0, 3);
    rig_run(PPTP_S);
    ck_assert_uint_eq(rig[0].got_n, 2000);
    ck_assert(rig[0].events & TCPM_EV_CLOSED &&
              rig[1].events & TCPM_EV_CLOSED);
    settled();
}
END_TEST

/* Who does not take closes the window; nothing is lost of that. */
START_TEST(slow_reader)
{
    uint64_t at;

    begin_as(true);
    rig_connect();
    rig[1].waits = true;
    at = feed(rig[0].conn, 0, 1000000);
    ck_assert_uint_eq(at, SIM_TCP_BUFFER);
    ck_assert_uint_eq(sim_tcp_send(rig[0].conn, "x", 1), 0);
    rig_run(5 * PPTP_S);
    at = feed(rig[0].conn, at, 1000000);
    rig_run(20 * PPTP_S);
    ck_assert_uint_ge(tcp_readable(&rig[1].conn->tcp), 65535);
    ck_assert_uint_eq(rig[1].got_n, 0);
    rig[1].waits = false;
    rig_read(&rig[1], rig[1].conn);
    rig_run(10 * PPTP_S);
    ck_assert_uint_eq(rig[1].got_n, at);
    for (uint64_t i = 0; i < at; i++)
        ck_assert_uint_eq(rig[1].got[i], octet(i));
    sim_tcp_abort(rig[0].conn);
    settled();
}
END_TEST

/* ---- what a network does ---- */

static struct rng dice;

/* One of ten is lost, of the others one of ten comes twice, and later; both
 * ways. */
static bool lossy(int from, uint64_t n, struct pptp_packet *k)
{
    uint64_t fate = rng_below(&dice, 20);
    struct pptp_packet *twin;
    pptp_pkt pkt;

    (void)n;
    if (fate >= 4)
        return true;
    if (fate < 2)
        return false;
    pkt = pptp_pool_take(&rig_pool, 0);
    ck_assert_uint_ne(pkt, PPTP_PKT_NONE);
    twin = pptp_pool_at(&rig_pool, pkt);
    memcpy(pptp_packet_data(twin), pptp_packet_data(k), k->head_len);
    twin->head_len = k->head_len;
    twin->tail_len = k->tail_len;
    sim_calendar_at(&rig_cal, rig_cal.now + RIG_DELAY * (2 + fate),
                    &rig[1 - from].sink, pkt);
    return fate == 2; /* or late only */
}

START_TEST(bad_network)
{
    begin_as(true);
    rig_config.tcp.sack = _i & 1;
    rng_init(&dice, (uint64_t)_i);
    rig_connect();
    rig_judge = lossy;
    carry(400000);
    ck_assert_uint_gt(rig[0].tcp.tcp_stats.retransmitted, 20);
    ck_assert_uint_gt(rig[1].tcp.tcp_stats.out_of_order, 20);
    rig[1].closes = true;
    sim_tcp_close(rig[0].conn);
    rig_run(600 * PPTP_S);
    ck_assert(rig[0].events & TCPM_EV_CLOSED &&
              rig[1].events & TCPM_EV_CLOSED);
    settled();
}
END_TEST

/* One bit of every third packet is another. */
static bool damage(int from, uint64_t n, struct pptp_packet *k)
{
    uint64_t bit = rng_below(&dice, 8 * (uint64_t)k->head_len);

    (void)from;
    if (n % 3 == 0)
        pptp_packet_data(k)[bit / 8] ^= (uint8_t)(1u << bit % 8);
    return true;
}

START_TEST(checksums)
{
    begin_as(true);
    rng_init(&dice, 4);
    rig_connect();
    rig_judge = damage;
    carry(100000);
    ck_assert_uint_ge(rig[1].tcp.stats.bad, rig[0].sent / 3);
    rig_judge = NULL;
    sim_tcp_abort(rig[0].conn);
    settled();
}
END_TEST

/* Whatever comes, in octets that lie no further than it says. */
static void give(const uint8_t *octets, size_t n, uint32_t tail)
{
    pptp_pkt pkt = pptp_pool_take(&rig_pool, (uint32_t)(RIG_BUF - n));
    struct pptp_packet *k = pptp_pool_at(&rig_pool, pkt);

    memcpy(pptp_packet_data(k), octets, n);
    k->head_len = (uint16_t)n;
    k->tail_len = tail;
    sim_tcp_input(&rig[1].tcp, pkt);
}

START_TEST(malformed)
{
    const struct tcp_wire_ends ends = { 1, rig[1].ip, 2, RIG_PORT };
    const struct tcp_segment syn = { .flags = TCPM_SYN,
                                     .mss = 1000,
                                     .scale = TCPM_NO_SCALE };
    struct ipv4_head head = { .src = ends.src,
                              .octets = 44,
                              .protocol = INET4_TCP };
    struct tcp_wire_ends to;
    uint8_t ip[44];
    uint32_t n;

    begin_as(true);
    to = ends;
    head.dst = to.dst = rig[1].ip;
    tcp_wire_write(ip + TCP_AT, &to, &syn, NULL);
    ipv4_write(ip, &head);
    for (n = 0; n < sizeof ip; n++)
        give(ip, n, 0);
    head.protocol = INET4_UDP;
    ipv4_write(ip, &head);
    give(ip, sizeof ip, 0);
    head.protocol = INET4_TCP;
    head.octets = 45; /* more than there is */
    ipv4_write(ip, &head);
    give(ip, sizeof ip, 0);
    head.octets = 44;
    ipv4_write(ip, &head);
    ip[6] = 0x20; /* a fragment */
    ip[10] = ip[11] = 0;
    give(ip, sizeof ip, 0);
    ck_assert_uint_eq(rig[1].tcp.stats.bad, 47);
    ck_assert_uint_eq(rig[1].tcp.count, 0);
    ipv4_write(ip, &head);
    give(ip, sizeof ip, 6); /* padded */
    ck_assert_uint_eq(rig[1].tcp.stats.bad, 47);
    ck_assert_uint_eq(rig[1].tcp.count, 1);
    rig_run(300 * PPTP_S); /* nobody answers its SYN */
    ck_assert_uint_eq(rig[1].told, 0);
    settled();
}
END_TEST

/* ---- what there is no room for ---- */

/* No packet is a packet lost. */
START_TEST(pool_empty)
{
    pptp_pkt held[RIG_PACKETS];
    uint32_t i, n;

    begin_as(true);
    rig_connect();
    n = RIG_PACKETS - rig_pool.used;
    for (i = 0; i < n; i++)
        held[i] = pptp_pool_take(&rig_pool, 0);
    feed(rig[0].conn, 0, 100);
    ck_assert_uint_eq(rig[0].tcp.stats.no_packet, 1);
    ck_assert_uint_eq(rig_no_packet, 101);
    rig_run(PPTP_S);
    for (i = 0; i < n; i++)
        pptp_pool_free(&rig_pool, held[i]);
    rig_run(10 * PPTP_S);
    ck_assert_uint_eq(rig[1].got_n, 100);
    sim_tcp_abort(rig[0].conn);
    settled();
}
END_TEST

/* Beyond conns_max a SYN is not heard, and none is sent. */
START_TEST(conns_max)
{
    sim_tcp_config_default(&rig_config);
    rig_config.octets = false;
    rig_config.conns_max = 100;
    rig_begin(&rig_owner);
    rig[1].tcp.config.conns_max = 99;
    for (int i = 0; i < 100; i++)
        ck_assert_ptr_nonnull(rig_open());
    ck_assert_ptr_null(rig_open());
    ck_assert_uint_eq(rig[0].tcp.stats.no_conn, 1);
    rig_run(500 * PPTP_MS);
    ck_assert_uint_eq(rig[1].tcp.count, 99);
    ck_assert_uint_eq(rig[1].tcp.stats.no_conn, 1);
    ck_assert_uint_eq(rig[0].told, 99);
    rig_run(100 * PPTP_S); /* its tries end; there is room again */
    ck_assert_uint_eq(rig[0].tcp.count, 99);
    ck_assert_uint_eq(rig[0].events, TCPM_EV_CONNECTED | TCPM_EV_FAILED);
    ck_assert_ptr_nonnull(rig_open());
    rig_end();
}
END_TEST

/* Two to one address and port have two ports here; one that is taken is
 * refused. */
START_TEST(ports)
{
    const struct sim_tcp_terms terms = { 0 };
    struct sim_tcp_conn *c, *d;

    begin_as(false);
    c = rig_open();
    d = rig_open();
    ck_assert_uint_ne(c->local_port, d->local_port);
    ck_assert_ptr_null(sim_tcp_open(&rig[0].tcp, &terms, rig[0].ip,
                                    c->local_port, rig[1].ip, RIG_PORT));
    rig[0].tcp.next_port = UINT16_MAX; /* the last, then the first: taken */
    ck_assert_uint_eq(rig_open()->local_port, UINT16_MAX);
    ck_assert_uint_ne(rig_open()->local_port, c->local_port);
    rig_run(PPTP_S);
    ck_assert_uint_eq(rig[1].tcp.count, 4);
    rig_end();
}
END_TEST

/* Ends of a connection that is only remembered, by whichever side, are had
 * again at once; a SYN of the one before is no reason to forget it. */
START_TEST(ends_again)
{
    const struct sim_tcp_terms terms = { 0 };
    int first = _i;

    begin_as(true);
    rig[0].closes = rig[1].closes = true;
    for (int i = 0; i < 3; i++) {
        rig[0].conn = sim_tcp_open(&rig[0].tcp, &terms, rig[0].ip, 5000,
                                   rig[1].ip, RIG_PORT);
        ck_assert_ptr_nonnull(rig[0].conn);
        ck_assert_uint_eq(rig[first].tcp.count, first == 0 || i > 0);
        rig_run(3 * RIG_DELAY);
        ck_assert_uint_eq(rig[1].events & TCPM_EV_CONNECTED,
                          TCPM_EV_CONNECTED);
        feed(rig[0].conn, 0, 1000);
        rig_run(100 * PPTP_MS);
        ck_assert_uint_eq(rig[1].got_n, 1000u * (uint32_t)(i + 1));
        sim_tcp_close(rig[first].conn);
        rig_run(500 * PPTP_MS);
        ck_assert_uint_eq(rig[first].tcp.count, 1);
        ck_assert_uint_eq(rig[1 - first].tcp.count, 0);
        rig[0].events = rig[1].events = 0;
    }
    ck_assert_uint_eq(rig[0].tcp.tcp_stats.timeouts, 0);
    rig_run(59 * PPTP_S);
    ck_assert_uint_eq(rig[first].tcp.count, 1);
    settled();
}
END_TEST

static struct sim_tcp_conn *next_one;

/* While it is told of the end, its own ends are not to be had. */
static void open_again(struct rig_side *s, struct sim_tcp_conn *c,
                       uint32_t events)
{
    const struct sim_tcp_terms terms = { 0 };

    rig_read(s, c);
    if (events & TCPM_EV_CLOSED)
        next_one = sim_tcp_open(&s->tcp, &terms, c->local_ip, c->local_port,
                                c->peer_ip, c->peer_port);
}

START_TEST(not_while_told)
{
    begin_as(true);
    rig_connect();
    rig[1].closes = true;
    rig[0].hook = open_again;
    next_one = rig[0].conn;
    sim_tcp_close(rig[0].conn);
    rig_run(PPTP_S);
    ck_assert(rig[0].events & TCPM_EV_CLOSED);
    ck_assert_ptr_null(next_one);
    settled();
}
END_TEST

/* ---- terms of an owner ---- */

static struct tcp_stats own_stats;
static struct tcp_config own_config;

static bool on_accept(void *ctx, const struct sim_tcp_conn *c,
                      struct sim_tcp_terms *terms)
{
    (void)ctx;
    ck_assert(c->passive);
    *terms = (struct sim_tcp_terms){ &own_config, &own_stats, &own_stats };
    return c->local_port == 80;
}

START_TEST(accepts)
{
    struct sim_tcp_owner owner = rig_owner;
    const struct sim_tcp_terms terms = { 0 };

    owner.accept = on_accept;
    sim_tcp_config_default(&rig_config);
    rig_config.octets = false;
    own_config = rig_config.tcp;
    own_config.mss = 500;
    own_config.window_octets = 200000;
    rig_config.ranges = tcp_range_count(&own_config);
    rig_begin(&owner);
    rig[0].conn = sim_tcp_open(&rig[0].tcp, &terms, rig[0].ip, 0, rig[1].ip,
                               81);
    rig_run(PPTP_S);
    ck_assert_uint_eq(rig[0].events, TCPM_EV_FAILED);
    ck_assert_uint_eq(rig[1].told, 0);
    rig[0].conn = sim_tcp_open(&rig[0].tcp, &terms, rig[0].ip, 0, rig[1].ip,
                               80);
    rig_run(PPTP_S);
    ck_assert_ptr_eq(rig[1].conn->user, &own_stats);
    ck_assert_uint_eq(rig[0].conn->tcp.cong.mss, 500);
    sim_tcp_write(rig[0].conn, 100000);
    rig_run(PPTP_S);
    ck_assert_uint_eq(rig[1].got_n, 100000);
    ck_assert_uint_gt(own_stats.segments_received, 200);
    ck_assert_uint_eq(rig[1].tcp.tcp_stats.segments_received, 0);
    rig_end();
}
END_TEST

/* ---- marks of congestion (RFC 3168) ---- */

static uint32_t ect_seen, ce_from, ce_set, ece_seen, cwr_seen;

/* Marks one segment as a router would. */
static bool mark(int from, uint64_t n, struct pptp_packet *k)
{
    uint8_t *ip = pptp_packet_data(k), *tcp = ip + TCP_AT;

    if (from == 1) {
        ece_seen += (tcp[13] & TCPM_ECE) != 0;
        return true;
    }
    cwr_seen += (tcp[13] & TCPM_CWR) != 0;
    ect_seen += (ip[1] & INET4_CE) == INET4_ECT0;
    if (n >= ce_from && ce_set == 0 && pptp_packet_len(k) > 100) {
        ce_set++;
        ip[1] |= INET4_CE;
        pptp_put16(ip + 10, 0);
        pptp_put16(ip + 10, (uint16_t)~pptp_inet_sum(ip, INET4_OCTETS, 0));
    }
    return true;
}

START_TEST(marks)
{
    sim_tcp_config_default(&rig_config);
    rig_config.tcp.ecn = _i;
    rig_begin(&rig_owner);
    rig_connect();
    rig_judge = mark;
    ect_seen = ce_set = ece_seen = cwr_seen = 0;
    ce_from = 20;
    sim_tcp_write(rig[0].conn, 200000);
    rig_run(5 * PPTP_S);
    ck_assert_uint_eq(rig[1].got_n, 200000);
    ck_assert_uint_eq(rig[0].tcp.tcp_stats.retransmitted, 0);
    ck_assert_uint_eq(ce_set, 1);
    ck_assert_int_eq(ect_seen > 100, _i);
    ck_assert_int_eq(ece_seen > 0, _i);
    ck_assert_int_eq(cwr_seen, _i);
    ck_assert_int_eq((int)rig[0].tcp.tcp_stats.ecn_reductions, _i);
    rig_end();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sim_tcp");
    TCase *t = tcase_create("host");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_set_timeout(t, 60);
    tcase_add_test(t, carries_octets);
    tcase_add_test(t, carries_lengths);
    tcase_add_test(t, refused);
    tcase_add_test(t, forgotten);
    tcase_add_test(t, from_within);
    tcase_add_test(t, slow_reader);
    tcase_add_loop_test(t, bad_network, 0, 8);
    tcase_add_test(t, checksums);
    tcase_add_test(t, malformed);
    tcase_add_test(t, pool_empty);
    tcase_add_test(t, conns_max);
    tcase_add_test(t, ports);
    tcase_add_loop_test(t, ends_again, 0, 2);
    tcase_add_test(t, not_while_told);
    tcase_add_test(t, accepts);
    tcase_add_loop_test(t, marks, 0, 2);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
