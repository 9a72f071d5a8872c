/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of packets on a port: each by itself, to the packet. */
#include "config.h"

#include "sim/impair.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/loss_models.h"

enum { PACKETS = 20000, OCTETS = 100 };

static struct sim_calendar cal;
static struct sim_net net;
static struct sim_port port;
static struct sim_route *route;
static struct sim_account account;
static struct sim_sink dest;
static uint64_t taken_ns[2 * PACKETS + 10];
static uint32_t taken[2 * PACKETS + 10], count, damaged, told, wrong_bits;

static void on_packet(struct sim_sink *self, uint32_t pkt)
{
    struct pptp_packet *k = sim_packet(&net, pkt);
    const uint8_t *o = pptp_packet_data(k);

    (void)self;
    for (unsigned i = 0; i < k->head_len; i++)
        for (unsigned bit = 0; bit < 8; bit++)
            wrong_bits += o[i] >> bit & 1;
    damaged += (k->world[1] & SIM_MARK_DAMAGED) != 0;
    taken_ns[count] = cal.now;
    taken[count++] = sim_mark_number(k);
    sim_book_delivered(k, pptp_packet_len(k), cal.now - k->born_ns);
    sim_packet_free(&net, pkt);
}

static void on_damaged(void *ctx, const struct sim_port *p,
                       const struct pptp_packet *k, uint32_t octet)
{
    ck_assert_ptr_eq(ctx, &told);
    ck_assert_ptr_eq(p, &port);
    ck_assert_uint_lt(octet, OCTETS);
    ck_assert((k->world[1] & SIM_MARK_DAMAGED) != 0);
    if (octet < k->head_len)
        ck_assert_uint_ne(k->buf[k->off + octet], 0);
    told++;
}

static void set_up(void)
{
    const struct sim_net_config c = { .seed = 3,
                                      .queue_packets = PACKETS,
                                      .pool_packets = 2 * PACKETS + 10,
                                      .pool_buf_octets = 128 };

    ck_assert_int_eq(sim_calendar_init(&cal, 1 << 20), 0);
    ck_assert_int_eq(sim_net_init(&net, &cal, NULL, &c), 0);
    net.damaged = on_damaged;
    net.lost_ctx = &told;
    dest.event = on_packet;
    sim_port_init(&port, &net, "p", 1e8, PPTP_MS); /* 1 us a packet */
    route = sim_route_new((struct sim_port *[]){ &port }, 1, &dest);
    account = (struct sim_account){ .name = "a" };
    count = damaged = told = wrong_bits = 0;
}

static void tear_down(void)
{
    free(route);
    hist_free(&account.delay);
    sim_port_fini(&port);
    sim_net_fini(&net);
    sim_calendar_fini(&cal);
}

/* So many packets at once, of zeros, `real` of their octets there. */
static void send(uint32_t n, uint32_t real)
{
    for (uint32_t i = 0; i < n; i++) {
        pptp_pkt h = sim_packet_take(&net, 0);
        struct pptp_packet *k = sim_packet(&net, h);

        k->head_len = (uint16_t)real;
        memset(pptp_packet_data(k), 0, real);
        k->tail_len = OCTETS - real;
        k->born_ns = cal.now;
        sim_mark(k, &account);
        account.offered++;
        ck_assert(sim_net_send(&net, route, h));
    }
}

/* All has come that comes, and the books balance. */
static struct sim_port_stats settled(void)
{
    struct sim_port_stats s;

    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    s = sim_port_stats_now(&port);
    ck_assert_uint_eq(s.left, s.entered);
    ck_assert_uint_eq(s.in_flight, 0);
    ck_assert_uint_eq(s.arrived, count);
    ck_assert_uint_eq(s.damaged, told);
    ck_assert_uint_eq(s.left + s.duplicated, s.arrived + s.lost + s.corrupt);
    ck_assert_int_eq(sim_account_gap(&account), 0);
    ck_assert_uint_eq(net.pool.used, 0);
    return s;
}

static void impair(const struct sim_impair_config *c)
{
    ck_assert_int_eq(sim_port_impair(&port, c), 0);
}

static bool about(uint64_t seen, double p)
{
    return fabs((double)seen - PACKETS * p) <=
           4 * sqrt(PACKETS * p * (1 - p)) + 1e-9;
}

START_TEST(by_number)
{
    static const struct loss_span spans[] = { { 2, 3 }, { 5, 5 } };
    const struct sim_impair_config c = {
        .loss = { .kind = LOSS_at, .spans = spans, .n_spans = 2 }
    };
    static const uint32_t left[] = { 0, 3, 5, 6 };

    impair(&c);
    send(7, 20);
    ck_assert_uint_eq(settled().lost, 3);
    ck_assert_uint_eq(account.lost[SIM_PLACE_link], 3);
    ck_assert_mem_eq(taken, left, sizeof left);
    impair(&c); /* the same: it goes on */
    send(7, 20);
    ck_assert_uint_eq(settled().lost, 3);
    impair(&(struct sim_impair_config){ .reorder = 0 });
    impair(&c); /* another one: it counts anew */
    send(7, 20);
    ck_assert_uint_eq(settled().lost, 6);
    ck_assert_mem_eq(taken + 11, ((uint32_t[]){ 14, 17, 19, 20 }),
                     sizeof left);
}
END_TEST

/* A port that nothing is done to any more pays nothing. */
START_TEST(and_back)
{
    const struct sim_impair_config none = { .reorder = 0 };

    ck_assert_int_eq(sim_port_set_loss(&port, 1), 0);
    send(100, 20);
    ck_assert_uint_eq(settled().lost, 100);
    impair(&none);
    ck_assert_uint_ge(port.hit_at, LOSS_NEVER);
    send(100, 20);
    ck_assert_uint_eq(settled().lost, 100);
    ck_assert_uint_eq(count, 100);
}
END_TEST

START_TEST(duplicates)
{
    const struct sim_impair_config c = { .duplicate = 0.1 };
    struct sim_port_stats s;
    uint64_t twice = 0;

    impair(&c);
    send(PACKETS, 20);
    s = settled();
    ck_assert(about(s.duplicated, 0.1));
    ck_assert_uint_eq(account.duplicated, s.duplicated);
    ck_assert_uint_eq(account.delivered, PACKETS + s.duplicated);
    for (uint32_t i = 1; i < count; i++)
        if (taken[i] == taken[i - 1])
            twice++;
        else
            ck_assert_uint_eq(taken[i], taken[i - 1] + 1);
    ck_assert_uint_eq(twice, s.duplicated);
}
END_TEST

/* Those that are hit come 100 us later, behind a hundred others. */
START_TEST(reordered)
{
    const struct sim_impair_config c = { .reorder = 0.01,
                                         .reorder_ns = 100 * PPTP_US };
    uint64_t late = 0;

    impair(&c);
    send(PACKETS, 20);
    ck_assert_uint_eq(settled().arrived, PACKETS);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t by_right = (taken[i] + 1) * PPTP_US + PPTP_MS;

        late += taken_ns[i] != by_right;
        ck_assert(taken_ns[i] == by_right ||
                  taken_ns[i] == by_right + 100 * PPTP_US);
    }
    ck_assert(about(late, 0.01));
}
END_TEST

/* In the header the link's far end sees it; elsewhere, real or virtual, it
 * comes with one bit that is another. */
START_TEST(corrupted)
{
    const struct sim_impair_config c = { .corrupt = 0.2 };
    struct sim_port_stats s;

    impair(&c);
    send(PACKETS, 60);
    s = settled();
    ck_assert(about(s.damaged, 0.2));
    ck_assert(about(s.corrupt, 0.2 * 20 / OCTETS));
    ck_assert_uint_eq(account.lost[SIM_PLACE_corrupt], s.corrupt);
    ck_assert_uint_eq(damaged, s.damaged - s.corrupt);
    ck_assert_uint_eq(account.damaged, damaged);
    ck_assert(about(wrong_bits, 0.2 * 40 / OCTETS));
}
END_TEST

/* 1 - (1 - b)^n of the packets have a wrong bit. */
START_TEST(bits)
{
    const struct sim_impair_config c = { .bit_errors = 1e-4 };
    struct sim_port_stats s;

    impair(&c);
    send(PACKETS, OCTETS);
    s = settled();
    ck_assert(about(s.damaged, 1 - pow(1 - 1e-4, 8 * OCTETS)));
    ck_assert(about(s.corrupt, 1 - pow(1 - 1e-4, 8 * 20)));
    ck_assert_uint_gt(wrong_bits, damaged);
}
END_TEST

static uint32_t jitter(bool overtake)
{
    const struct sim_impair_config c = { .jitter = {
                                             .kind = JITTER_exponential,
                                             .overtake = overtake,
                                             .mean_ns = 20 * PPTP_US } };
    uint32_t overtaken = 0;

    impair(&c);
    send(PACKETS, 20);
    ck_assert_uint_eq(settled().arrived, PACKETS);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_ge(taken_ns[i], (taken[i] + 1) * PPTP_US + PPTP_MS);
        overtaken += i > 0 && taken[i] < taken[i - 1];
    }
    return overtaken;
}

START_TEST(in_order)
{
    ck_assert_uint_eq(jitter(false), 0);
}
END_TEST

START_TEST(out_of_order)
{
    double sum = 0;

    ck_assert_uint_gt(jitter(true), PACKETS / 10);
    for (uint32_t i = 0; i < count; i++)
        sum += (double)(taken_ns[i] - (taken[i] + 1) * PPTP_US - PPTP_MS);
    ck_assert(fabs(sum / PACKETS - 20e3) < 4 * 20e3 / sqrt(PACKETS));
}
END_TEST

/* The draws of one do not move those of another. */
START_TEST(apart)
{
    struct sim_impair_config c = { .loss = { .kind = LOSS_independent,
                                             .ratio = 0.1 } };
    static uint32_t alone[PACKETS];
    uint32_t n;

    impair(&c);
    send(1000, 20);
    settled();
    n = count;
    memcpy(alone, taken, sizeof alone);
    tear_down();
    set_up();
    c.corrupt = 0.3;
    c.jitter = (struct jitter_config){ .kind = JITTER_uniform,
                                       .mean_ns = 5,
                                       .deviation_ns = 5 };
    impair(&c);
    send(1000, 1);
    ck_assert_uint_gt(settled().damaged, 0);
    ck_assert_uint_eq(count + port.corrupt, n);
    for (uint32_t i = 0, j = 0; i < count; i++, j++)
        while (alone[j] != taken[i])
            ck_assert_uint_lt(++j, n);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("impair");
    TCase *t = tcase_create("impair");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, by_number);
    tcase_add_test(t, and_back);
    tcase_add_test(t, duplicates);
    tcase_add_test(t, reordered);
    tcase_add_test(t, corrupted);
    tcase_add_test(t, bits);
    tcase_add_test(t, in_order);
    tcase_add_test(t, out_of_order);
    tcase_add_test(t, apart);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
