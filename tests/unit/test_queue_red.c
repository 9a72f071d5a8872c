/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RED: its average in closed form, and its drops by the paper's formula. */
#include "config.h"

#include "queue_rig.h"

#include "models/queue_parts.h"

enum { N = 200000 };

static struct queue_config config(void)
{
    struct queue_config c;

    queue_config_default(&c, QUEUE_RED);
    return c;
}

/* Of so many packets all the time, and then of none for a while. */
START_TEST(average)
{
    const struct queue_config c = config();
    struct red s;

    red_init(&s);
    red_average(&s, &c, 0, PPTP_S);
    ck_assert_double_eq(s.average, 0);
    for (int n = 1; n <= 3000; n++) {
        red_average(&s, &c, 12, PPTP_S);
        ck_assert_double_eq_tol(s.average, 12 * (1 - pow(0.998, n)), 1e-9);
    }
    s.average = 10;
    s.idle = true;
    s.idle_ns = 7 * PPTP_S;
    red_average(&s, &c, 0, 7 * PPTP_S + 120 * PPTP_MS);
    ck_assert_double_eq_tol(s.average, 10 * pow(0.998, 100), 1e-9);
    ck_assert(!s.idle);
}
END_TEST

/* Whether a packet is dropped that comes to an average of 6, where 5 is too
 * many, so long after the queue had nothing to send. */
static bool dropped_after(pptp_ns idle_ns)
{
    struct queue_config c = config();
    uint32_t early;
    struct rig g;

    c.min_packets = 4;
    c.max_packets = 5;
    c.max_p = 1e-9;
    c.gentle = false;
    c.weight = 0.5;
    rig_init(&g, &c);
    rig_put(&g, 0, 100); /* each drop brings the average nearer to 6 */
    ck_assert_uint_eq(queue_packets(g.q), 6);
    rig_take_all(&g, PPTP_S);
    ck_assert(!rig_take(&g, 2 * PPTP_S)); /* it is idle for a second then */
    early = g.early;
    rig_put(&g, PPTP_S + idle_ns, 1);
    early = g.early - early;
    rig_fini(&g);
    return early > 0;
}

/* 6 becomes 5 after log2(6 / 5) packets of 1.2 ms. */
START_TEST(idle)
{
    const pptp_ns edge = (pptp_ns)(log2(1.2) * 1.2e6);

    ck_assert(dropped_after(edge - 10));
    ck_assert(!dropped_after(edge + 10));
}
END_TEST

/* One packet is put to `n` that wait, and one leaves unless it was dropped. */
static bool hit(struct rig *g, uint32_t n)
{
    uint32_t before = g->early + g->marked;

    rig_put(g, 0, 1);
    while (queue_packets(g->q) > n)
        ck_assert(rig_take(g, 0));
    return g->early + g->marked > before;
}

/* A queue of which the average is what waits: n. */
static void held_at(struct rig *g, struct queue_config *c, uint32_t n)
{
    c->weight = 1;
    rig_init(g, c);
    for (int k = 0; k < 100000 && queue_packets(g->q) < n; k++)
        rig_put(g, 0, 1);
    ck_assert_uint_eq(queue_packets(g->q), n);
}

/* Figure 2: after a hit, the k-th packet is hit with p / (1 - k p). */
static void gaps(const struct queue_config *c, double packets, double p)
{
    struct red s = { .average = packets, .count = -1 };
    double left = 1, mean = 0, square = 0;
    uint32_t hits = 0, first = 0, last = 0;
    struct rng r;

    for (int k = 1; left > 0; k++) {
        double own = k * p < 1 ? fmin(p / (1 - k * p), 1) : 1;

        mean += left * own * k;
        square += left * own * k * k;
        left *= 1 - own;
    }
    rng_init(&r, 9);
    for (uint32_t k = 0; k < N; k++) {
        if (red_judge(&s, c, &r) == RED_PASS)
            continue;
        first = hits++ == 0 ? k : first;
        last = k;
    }
    ck_assert_uint_gt(hits, 100);
    ck_assert_double_eq_tol((double)(last - first) / (hits - 1), mean,
                            1e-9 + 4 * sqrt((square - mean * mean) / hits));
}

START_TEST(probability)
{
    struct queue_config c = config();

    gaps(&c, 5.5, 0.005);
    for (uint32_t n = 6; n < 15; n++)
        gaps(&c, n, 0.1 * (n - 5) / 10);
    for (uint32_t n = 15; n < 30; n += 3)
        gaps(&c, n, 0.1 + 0.9 * (n - 15) / 15);
    c.gentle = false;
    c.max_p = 0.02;
    gaps(&c, 14, 0.018);
}
END_TEST

/* With p of 1/20: 1 to 19 packets, each as often as any other. */
START_TEST(evenly)
{
    uint32_t seen[20] = { 0 }, hits = 0, last = 0;
    struct queue_config c = config();
    struct rig g;

    held_at(&g, &c, 10);
    for (uint32_t k = 0; k < N; k++) {
        if (!hit(&g, 10))
            continue;
        if (hits++ > 0) {
            ck_assert_uint_lt(k - last, 20);
            seen[k - last]++;
        }
        last = k;
    }
    for (int k = 1; k < 20; k++)
        ck_assert_double_eq_tol(seen[k], (hits - 1) / 19.0,
                                4 * sqrt(hits / 19.0));
    rig_fini(&g);
}
END_TEST

/* None up to the first threshold, all from the last on, marks or not. */
START_TEST(ends)
{
    struct queue_config c = config();
    struct red s = { .average = 30 };
    struct rng r;
    struct rig g;

    rng_init(&r, 9);
    for (int k = 0; k < 1000; k++)
        ck_assert_int_eq(red_judge(&s, &c, &r), RED_DROP);
    c.gentle = false;
    c.ecn = true;
    held_at(&g, &c, 5);
    for (int k = 0; k < 1000; k++)
        ck_assert(!hit(&g, 5));
    rig_fini(&g);

    c.max_p = 1e-6; /* so that it can be filled */
    held_at(&g, &c, 15);
    g.ect = true;
    rig_put(&g, 0, 1000);
    ck_assert_uint_eq(g.early, 1000);
    rig_fini(&g);
}
END_TEST

/* A limit below the thresholds holds, too. */
START_TEST(limit)
{
    struct queue_config c = config();
    struct rig g;

    c.limit_packets = 4;
    rig_init(&g, &c);
    rig_put(&g, 0, 10);
    ck_assert_uint_eq(queue_packets(g.q), 4);
    ck_assert_uint_eq(g.full, 6);
    rig_fini(&g);
}
END_TEST

START_TEST(marks)
{
    struct queue_config c = config();
    uint32_t drops = 0, hits = 0;
    struct rig g;

    held_at(&g, &c, 12);
    g.early = 0;
    for (int k = 0; k < 10000; k++)
        drops += hit(&g, 12);
    ck_assert_uint_eq(g.early, drops);
    queue_free(g.q);

    c.ecn = true;
    held_at(&g, &c, 12);
    g.early = 0;
    g.ect = true;
    for (int k = 0; k < 10000; k++)
        hits += hit(&g, 12);
    ck_assert_uint_eq(g.early, 0);
    ck_assert_uint_eq(hits, g.marked);
    ck_assert_double_eq_tol(hits, drops, 4 * sqrt(2.0 * drops));
    queue_free(g.q);
}
END_TEST

START_TEST(settings)
{
    struct queue_config c = config();

    ck_assert_ptr_null(queue_config_check(&c));
    c.max_packets = c.min_packets;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.min_packets = NAN;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.max_p = 1.01;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.weight = 0;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.packet_ns = 0;
    ck_assert_ptr_nonnull(queue_config_check(&c));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { average, idle,  probability, evenly, ends,
                                   limit,   marks, settings,    NULL };

    return rig_main("queue_red", tests);
}
