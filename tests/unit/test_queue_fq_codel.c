/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FQ-CoDel: shares, turns, and who loses when it is full. */
#include "config.h"

#include "queue_rig.h"

#include "base/rng.h"

enum { FLOWS = 8 };

static struct queue_config config(void)
{
    struct queue_config c;

    queue_config_default(&c, QUEUE_FQ_CODEL);
    c.ecn = false;
    return c;
}

/* A queue of the same length that neither sorts nor decides. */
static struct queue_config fifo(void)
{
    struct queue_config c;

    queue_config_default(&c, QUEUE_CODEL);
    c.target_ns = c.interval_ns = 3600 * PPTP_S;
    return c;
}

/* Jain, Chiu, Hawe (1984) */
static double jain(const double *x, int n)
{
    double sum = 0, squares = 0;

    for (int i = 0; i < n; i++) {
        sum += x[i];
        squares += x[i] * x[i];
    }
    return sum * sum / (n * squares);
}

/* Packets of flow k, of 400 to 1,500 octets, come k + 1 times as often as the
 * first's; the link has place for less than that from each. */
static double fairness(struct queue_config c)
{
    enum { ALL = FLOWS * (FLOWS + 1) / 2 };
    double sent[FLOWS] = { 0 };
    struct rng r;
    struct rig g;

    c.limit_packets = 500;
    rng_init(&r, 5);
    rig_init(&g, &c);
    for (pptp_ns now = 0; now < 200 * PPTP_S; now += 10 * PPTP_MS) {
        for (int n = 0; n < ALL; n++) {
            uint32_t at = (uint32_t)rng_below(&r, ALL), k = 0;

            for (; at > k; k++)
                at -= k + 1;
            rig_put_flow(&g, now, k % 2 == 0 ? 1500 : 400 + 150 * k, k);
        }
        for (uint32_t octets = 0; octets < FLOWS * 540;) {
            ck_assert(rig_take(&g, now + 10 * PPTP_MS));
            octets += g.out.octets;
            sent[g.out.flow] += g.out.octets;
        }
    }
    rig_fini(&g);
    return jain(sent, FLOWS);
}

START_TEST(fair)
{
    ck_assert_double_ge(fairness(config()), 0.99);
    ck_assert_double_le(fairness(fifo()), 0.85);
}
END_TEST

/* Shreedhar, Varghese (1996): flows that always wait are never apart by more
 * than a quantum and a packet of each. */
START_TEST(rounds)
{
    static const uint32_t size[] = { 1500, 300, 40 };
    struct queue_config c = config();

    c.quantum = 300;
    for (int big = 0; big < 2; big++, c.quantum = 3000) {
        int64_t sent[3] = { 0 };
        struct rig g;

        rig_init(&g, &c);
        for (uint32_t n = 0; n < 10000; n++)
            rig_put_flow(&g, 0, size[n % 3], n % 3);
        for (int n = 0; n < 3500; n++) {
            ck_assert(rig_take(&g, 0));
            sent[g.out.flow] += g.out.octets;
            for (int k = 0; k < 3; k++)
                ck_assert_int_le(llabs(sent[k] - sent[(k + 1) % 3]),
                                 c.quantum + 1500 + 300);
        }
        ck_assert_int_gt(sent[0], 100000);
        queue_free(g.q);
    }
}
END_TEST

static void bulk(struct rig *g, const struct queue_config *c, uint32_t flows,
                 uint32_t each)
{
    rig_init(g, c);
    for (uint32_t n = 0; n < flows * each; n++)
        rig_put_flow(g, 0, 1500, n % flows);
    for (uint32_t n = 0; n < 2 * flows; n++) /* they are old then */
        ck_assert(rig_take(g, 0));
}

/* A flow that comes seldom passes all that wait, for a quantum. */
START_TEST(sparse)
{
    struct queue_config c = config();
    struct rig g;

    c.quantum = 1500; /* then a turn is a packet of 1,500 */
    bulk(&g, &c, 10, 40);
    rig_put_flow(&g, 0, 200, 99);
    ck_assert(rig_take(&g, 0));
    ck_assert_uint_eq(g.out.flow, 99);
    for (uint32_t k = 0; k < 10; k++) {
        ck_assert(rig_take(&g, 0));
        ck_assert_uint_eq(g.out.flow, k);
    }

    for (int k = 0; k < 3; k++) /* what it has beyond that waits its turn */
        rig_put_flow(&g, 0, 1000, 77);
    for (int k = 0; k < 2; k++) {
        ck_assert(rig_take(&g, 0));
        ck_assert_uint_eq(g.out.flow, 77);
    }
    for (uint32_t k = 0; k < 9; k++) {
        ck_assert(rig_take(&g, 0));
        ck_assert_uint_eq(g.out.flow, k);
    }
    ck_assert(rig_take(&g, 0));
    ck_assert_uint_eq(g.out.flow, 77);
    rig_fini(&g);
}
END_TEST

/* 4.2: one that sends a packet whenever its last has left is not new each
 * time: it has a turn a round, as others. */
START_TEST(no_starving)
{
    const struct queue_config c = config();
    uint32_t often = 0;
    struct rig g;

    bulk(&g, &c, 4, 200);
    for (int k = 0; k < 500; k++) {
        if (g.out.flow == 99 || k == 0)
            rig_put_flow(&g, 0, 1500, 99);
        ck_assert(rig_take(&g, 0));
        often += g.out.flow == 99;
    }
    ck_assert_uint_ge(often, 90);
    ck_assert_uint_le(often, 110);
    rig_fini(&g);
}
END_TEST

/* 4.1: half of the fattest, at most 64, from its head. */
static void overflow(uint32_t fat, uint32_t lost)
{
    struct queue_config c = config();
    struct rig g;

    c.limit_packets = fat + 10;
    rig_init(&g, &c);
    for (uint32_t n = 0; n < fat; n++)
        rig_put_flow(&g, 0, 1500, 1);
    for (uint32_t n = 0; n < 10; n++)
        rig_put_flow(&g, 0, 1000, 2);
    ck_assert_uint_eq(g.full, 0);
    rig_put_flow(&g, 0, 40, 3);
    ck_assert_uint_eq(g.full, lost);
    ck_assert_uint_eq(g.lost.flow, 1);
    ck_assert_uint_eq(g.lost.pkt, lost - 1);
    rig_fini(&g);
}

START_TEST(fattest)
{
    overflow(40, 20);
    overflow(41, 21);
    overflow(127, 64);
    overflow(1000, 64);
}
END_TEST

START_TEST(octets)
{
    struct queue_config c = config();
    struct rig g;

    c.limit_octets = 10000;
    rig_init(&g, &c);
    for (uint32_t n = 0; n < 100; n++) {
        rig_put_flow(&g, 0, 100 + n * 37 % 1400, n % 7);
        ck_assert_uint_le(queue_octets(g.q), 10000);
    }
    rig_put_flow(&g, 0, 10001, 3);
    ck_assert_uint_le(queue_octets(g.q), 10000);
    rig_take_all(&g, 0);
    ck_assert_uint_eq(queue_octets(g.q), 0);
    rig_fini(&g);
}
END_TEST

/* A CoDel each: who sends too much loses, and nobody else. */
START_TEST(own_state)
{
    const struct queue_config c = config();
    struct rig g;

    rig_init(&g, &c);
    for (pptp_ns now = 0; now < 5 * PPTP_S; now += PPTP_MS) {
        uint32_t early = g.early;

        rig_put_flow(&g, now, 1500, 1);
        if (now % (5 * PPTP_MS) == 0)
            rig_put_flow(&g, now, 500, 2);
        ck_assert(rig_take(&g, now));
        if (g.early > early)
            ck_assert_uint_eq(g.lost.flow, 1);
        if (g.out.flow == 2)
            ck_assert_uint_le(now - g.out.since_ns, 2 * PPTP_MS);
    }
    ck_assert_uint_gt(g.early, 20);
    ck_assert_uint_eq(g.full, 0);
    rig_fini(&g);
}
END_TEST

/* Twenty flows of which `each` packets always wait, and so 20 ms a packet:
 * what is dropped. */
static uint32_t dropped_of(bool mtu_of_flow, int each)
{
    struct queue_config c = config();
    struct rig g;
    uint32_t early;

    c.flows = 65536; /* so that each has a queue of its own */
    c.mtu_of_flow = mtu_of_flow;
    rig_init(&g, &c);
    for (uint32_t k = 0; k < 20 * (uint32_t)each; k++)
        rig_put_flow(&g, 0, 1500, k % 20);
    for (pptp_ns now = PPTP_MS; now < 2 * PPTP_S; now += PPTP_MS) {
        early = g.early;
        ck_assert(rig_take(&g, now));
        rig_put_flow(&g, now, 1500, g.out.flow);
        if (g.early > early)
            rig_put_flow(&g, now, 1500, g.lost.flow);
    }
    early = g.early;
    rig_fini(&g);
    return early;
}

/* The floor of the RFC's CoDel: what may always wait. */
START_TEST(floor_of_all_or_each)
{
    ck_assert_uint_gt(dropped_of(false, 1), 50);
    ck_assert_uint_eq(dropped_of(true, 2), 0); /* one is behind */
    ck_assert_uint_gt(dropped_of(true, 3), 50);
}
END_TEST

START_TEST(settings)
{
    struct queue_config c = config();

    ck_assert_ptr_null(queue_config_check(&c));
    c.flows = 0;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.quantum = 255;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.interval_ns = 0;
    ck_assert_ptr_nonnull(queue_config_check(&c));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { fair,      rounds,
                                   sparse,    no_starving,
                                   fattest,   octets,
                                   own_state, floor_of_all_or_each,
                                   settings,  NULL };

    return rig_main("queue_fq_codel", tests);
}
