/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PIE: its probability by the RFC's formula, and what it does with it. */
#include "config.h"

#include "queue_rig.h"

#include "models/queue_parts.h"

#define T_UPDATE (15 * PPTP_MS)
#define TARGET (15 * PPTP_MS)

static struct queue_config config(void)
{
    struct queue_config c;

    queue_config_default(&c, QUEUE_PIE);
    return c;
}

/* RFC 8033, 4.2 and 5.5, of delays in seconds. */
static double formula(double p, double delay, double old)
{
    double d = 0.125 * (delay - 0.015) + 1.25 * (delay - old), by = 1;

    if (p < 0.1)
        by = 2;
    for (double edge = 0.01; p < edge && by < 2048; edge /= 10)
        by *= 4;
    d /= by;
    if (p >= 0.1 && d > 0.02)
        d = 0.02;
    p += d;
    if (delay == 0 && old == 0)
        p *= 0.98;
    return fmin(fmax(p, 0), 1);
}

/* Delays that a queue is held at, each for some corrections. */
START_TEST(probability)
{
    static const struct {
        unsigned ms, times;
    } held[] = { { 30, 400 }, { 16, 200 }, { 300, 40 }, { 15, 20 },
                 { 14, 300 }, { 0, 400 },  { 40, 300 }, { 0, 3 },
                 { 1, 50 },   { 20, 2000 } };
    const struct queue_config c = config();
    double p = 0, old = 0, most = 0;
    pptp_ns now = 0;
    struct pie s;

    pie_init(&s, &c);
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
        s.delay_ns = held[i].ms * PPTP_MS;
        for (unsigned k = 0; k < held[i].times; k++) {
            double delay = held[i].ms * 1e-3;

            pie_advance(&s, &c, now + T_UPDATE - 1);
            ck_assert_double_eq_tol(s.probability, p, 1e-12);
            now += T_UPDATE;
            pie_advance(&s, &c, now);
            p = formula(p, delay, old);
            old = delay;
            ck_assert_double_eq_tol(s.probability, p, 1e-12);
            most = fmax(most, p);
        }
    }
    ck_assert_double_eq(most, 1);
    ck_assert_double_gt(p, 0);
}
END_TEST

/* Corrections made good at once are those made one by one. */
START_TEST(late)
{
    const struct queue_config c = config();
    struct pie one, all;
    struct rng r;
    pptp_ns now = 0;

    rng_init(&r, 3);
    pie_init(&one, &c);
    pie_init(&all, &c);
    for (int k = 0; k < 3000; k++) {
        pptp_ns then = now + rng_below(&r, PPTP_MS << rng_below(&r, 16));

        for (; now < then; now += PPTP_MS)
            pie_advance(&one, &c, now);
        now = then;
        pie_advance(&one, &c, now);
        pie_advance(&all, &c, now);
        ck_assert(one.probability == all.probability);
        ck_assert_uint_eq(one.old_ns, all.old_ns);
        ck_assert_uint_eq(one.burst_ns, all.burst_ns);
        ck_assert_uint_eq(one.due_ns, all.due_ns);
        one.delay_ns = rng_below(&r, 3) * rng_below(&r, 40 * PPTP_MS);
        if (rng_below(&r, 10) == 0)
            one.burst_ns = c.burst_ns;
        all.delay_ns = one.delay_ns;
        all.burst_ns = one.burst_ns;
    }
    ck_assert_uint_gt(now, 1000 * PPTP_S);
    /* a year without a packet is no year of work */
    pie_advance(&all, &c, now + 365 * 86400 * PPTP_S);
    ck_assert(all.probability == 0 || all.probability == 1);
}
END_TEST

/* A packet leaves every millisecond, and `n` wait again: its delay is as many
 * milliseconds.  s follows. */
static void hold(struct rig *g, struct pie *s, const struct queue_config *c,
                 pptp_ns now, uint32_t n)
{
    pie_advance(s, c, now);
    do {
        ck_assert(rig_take(g, now));
        s->delay_ns = now - g->out.since_ns;
    } while (queue_packets(g->q) >= n);
    while (queue_packets(g->q) < n)
        rig_put_flow(g, now, 1500, 0);
}

/* A queue that is held above the target until its probability is about `p`,
 * and then at the target, where that stays as it is. */
static pptp_ns held_at(struct rig *g, struct pie *s,
                       const struct queue_config *c, double p)
{
    pptp_ns now = 0;

    rig_init(g, c);
    pie_init(s, c);
    rig_put(g, now, 25);
    for (; s->probability < p; now += PPTP_MS)
        hold(g, s, c, now, 25);
    for (int k = 0; k < 45; k++, now += PPTP_MS)
        hold(g, s, c, now, 15);
    ck_assert_uint_eq(s->delay_ns, TARGET);
    return now;
}

/* 5.4: after a drop, packets pass until the probabilities add up to 0.85;
 * from then on each is hit with the probability, and at 8.5 for sure. */
static void frequency(double about)
{
    const struct queue_config c = config();
    double p, soon, sure, mean, hits = 0;
    uint32_t from = 0, last = 0;
    struct rig g;
    struct pie s;
    pptp_ns now = held_at(&g, &s, &c, about);

    p = s.probability;
    soon = ceil(0.85 / p - 1e-9);
    sure = ceil(8.5 / p - 1e-9);
    mean = soon - 1 + (1 - pow(1 - p, sure - soon + 1)) / p;
    for (int k = 0; k < 100000; k++, now += PPTP_MS) {
        uint32_t early = g.early;

        hold(&g, &s, &c, now, 15);
        ck_assert(s.probability == p);
        if (g.early == early)
            continue;
        if (hits++ == 0) {
            from = g.lost.pkt;
        } else {
            ck_assert_uint_ge(g.lost.pkt - last, (uint32_t)soon);
            ck_assert_uint_le(g.lost.pkt - last, (uint32_t)sure);
        }
        last = g.lost.pkt;
    }
    ck_assert_double_eq_tol((last - from) / (hits - 1), mean,
                            4 / p / sqrt(hits));
    rig_fini(&g);
}

START_TEST(drops)
{
    frequency(0.004);
    frequency(0.05);
    frequency(0.3);
}
END_TEST

/* 4.4: nothing is dropped while the allowance lasts, however long the queue;
 * it is there again when all was calm. */
START_TEST(burst)
{
    const struct queue_config c = config();
    pptp_ns now = 0;
    struct rig g;

    rig_init(&g, &c);
    for (int round = 0; round < 2; round++) {
        pptp_ns from = now, end = now + 10 * T_UPDATE, first = 0;
        uint32_t early = g.early;

        ck_assert_uint_eq(now % T_UPDATE, 0);
        for (; now < from + 60 * T_UPDATE; now += 500 * PPTP_US) {
            rig_put_flow(&g, now, 1500, 0);
            if ((now - from) % PPTP_MS == 0)
                rig_take(&g, now);
            if (g.early > early && first == 0)
                first = now;
        }
        ck_assert_uint_ge(first, end);
        ck_assert_uint_lt(first, end + 500 * PPTP_MS);
        rig_take_all(&g, now);
        now += 60 * PPTP_S;
    }
    rig_fini(&g);
}
END_TEST

/* The allowance is renewed while all is calm, and only then. */
START_TEST(calm)
{
    const struct queue_config c = config();
    const struct pie none = { .probability = 0 };
    struct pie s = none;
    struct rng r;

    rng_init(&r, 1);
    ck_assert(!pie_hits(&s, &c, 100000, &r));
    ck_assert_uint_eq(s.burst_ns, 150 * PPTP_MS);
    s = none;
    s.delay_ns = TARGET / 2;
    pie_hits(&s, &c, 100000, &r);
    ck_assert_uint_eq(s.burst_ns, 0);
    s = none;
    s.old_ns = TARGET / 2;
    pie_hits(&s, &c, 100000, &r);
    ck_assert_uint_eq(s.burst_ns, 0);
    s = none;
    s.probability = 1e-9;
    pie_hits(&s, &c, 100000, &r);
    ck_assert_uint_eq(s.burst_ns, 0);
}
END_TEST

/* What leaves nothing behind is no queue, however long it was sent. */
START_TEST(alone)
{
    const struct queue_config c = config();
    struct rig g;
    pptp_ns now = 0;

    rig_init(&g, &c);
    for (; now < 60 * PPTP_S; now += 100 * PPTP_MS) {
        ck_assert_int_eq(rig_take(&g, now), now > 0);
        rig_put(&g, now, 1);
    }
    rig_put(&g, now, 50);
    ck_assert_uint_eq(g.early, 0);
    rig_fini(&g);
}
END_TEST

/* 4.1: not even with probability 1. */
START_TEST(floor_of_two)
{
    const struct queue_config c = config();
    struct pie s = {
        .probability = 1, .sum = 5, .delay_ns = PPTP_S, .old_ns = PPTP_S
    };
    struct rng r;

    rng_init(&r, 1);
    for (int k = 0; k < 100; k++) {
        ck_assert(!pie_hits(&s, &c, 3000, &r));
        ck_assert(pie_hits(&s, &c, 3001, &r));
    }
    s.probability = 0.19;
    s.old_ns = TARGET / 2 - 1;
    for (int k = 0; k < 100; k++)
        ck_assert(!pie_hits(&s, &c, 100000, &r));
    s.old_ns = TARGET / 2;
    s.sum = 8.5;
    ck_assert(pie_hits(&s, &c, 100000, &r));
}
END_TEST

/* 5.1: marks up to 10 %, then drops. */
START_TEST(marks)
{
    struct queue_config c = config();
    struct rig g;
    struct pie s;
    uint32_t early;
    pptp_ns now;

    c.ecn = true;
    for (int high = 0; high < 2; high++) {
        now = held_at(&g, &s, &c, high ? 0.13 : 0.05);
        ck_assert(high ? s.probability > 0.1 : s.probability < 0.1);
        g.ect = true;
        for (int k = 0; k < 20; k++, now += PPTP_MS)
            hold(&g, &s, &c, now, 15);
        g.marked = 0;
        early = g.early;
        for (int k = 0; k < 5000; k++, now += PPTP_MS)
            hold(&g, &s, &c, now, 15);
        ck_assert_uint_gt(high ? g.early - early : g.marked, 100);
        ck_assert_uint_eq(high ? g.marked : g.early - early, 0);
        queue_free(g.q);
    }
}
END_TEST

START_TEST(settings)
{
    struct queue_config c = config();

    ck_assert_ptr_null(queue_config_check(&c));
    c.update_ns = 0;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.target_ns = 0;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.alpha = NAN;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.beta = -1;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.burst_ns = PPTP_NEVER;
    ck_assert_ptr_nonnull(queue_config_check(&c));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { probability, late,  drops,        burst,
                                   calm,        alone, floor_of_two, marks,
                                   settings,    NULL };

    return rig_main("queue_pie", tests);
}
