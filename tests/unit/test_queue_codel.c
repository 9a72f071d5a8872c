/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CoDel: when it drops, to the nanosecond. */
#include "config.h"

#include "queue_rig.h"

#define TARGET (5 * PPTP_MS)
#define INTERVAL (100 * PPTP_MS)

static struct queue_config config(void)
{
    struct queue_config c;

    queue_config_default(&c, QUEUE_CODEL);
    c.limit_packets = 100000;
    return c;
}

static pptp_ns gap(uint32_t count)
{
    return (pptp_ns)llroundl((long double)INTERVAL / sqrtl(count));
}

/* Nothing is dropped a nanosecond before, and one packet at `at`. */
static void drops_at(struct rig *g, pptp_ns at)
{
    uint32_t before = g->early + g->marked;

    ck_assert(rig_take(g, at - 1));
    ck_assert_uint_eq(g->early + g->marked, before);
    ck_assert(rig_take(g, at));
    ck_assert_uint_eq(g->early + g->marked, before + 1);
}

/* Into the state of dropping, with packets that came at `since`; when the
 * next drop is due if it began with `count`. */
static pptp_ns begins(struct rig *g, pptp_ns since, uint32_t count)
{
    pptp_ns above = since + TARGET;

    rig_put(g, since, 400);
    ck_assert(rig_take(g, above));
    drops_at(g, above + INTERVAL);
    return above + INTERVAL + gap(count);
}

/* A packet that has waited less than the target ends it. */
static void ends(struct rig *g, pptp_ns now)
{
    uint32_t early = g->early;

    while (queue_packets(g->q) > 0)
        ck_assert(rig_take(g, now - 1));
    ck_assert_uint_eq(g->early, early);
    rig_put(g, now, 3);
    ck_assert(rig_take(g, now));
    rig_take_all(g, now);
    ck_assert_uint_eq(g->early, early);
}

/* RFC 8289, 5.5. */
START_TEST(law)
{
    const struct queue_config c = config();
    long double sum = 0;
    struct rig g;
    pptp_ns first, at;

    rig_init(&g, &c);
    rig_put(&g, 0, 5000);
    ck_assert(rig_take(&g, TARGET - 1));
    ck_assert(rig_take(&g, TARGET));
    first = TARGET + INTERVAL;
    drops_at(&g, first);
    at = first + gap(1);
    for (uint32_t k = 2; k <= 1000; k++) {
        drops_at(&g, at);
        sum += INTERVAL / sqrtl(k - 1);
        ck_assert(fabsl((long double)(at - first) - sum) <= k / 2.0L);
        at += gap(k);
    }
    ck_assert_uint_eq(g.early, 1000);
    rig_fini(&g);
}
END_TEST

/* Drops that are long due come all at once. */
START_TEST(late)
{
    const struct queue_config c = config();
    struct rig g;
    pptp_ns at;

    rig_init(&g, &c);
    at = begins(&g, 0, 1);
    for (uint32_t k = 2; k < 10; k++)
        at += gap(k);
    ck_assert(rig_take(&g, at));
    ck_assert_uint_eq(g.early, 10);
    rig_fini(&g);
}
END_TEST

/* 5.4: it begins with as many as the last state of dropping had added, but
 * for one, or after a long time. */
static void again(uint32_t drops, pptp_ns later, uint32_t count)
{
    const struct queue_config c = config();
    struct rig g;
    pptp_ns at, since, next;

    rig_init(&g, &c);
    at = begins(&g, 0, 1);
    for (uint32_t k = 2; k <= drops; k++) {
        drops_at(&g, at);
        at += gap(k);
    }
    ends(&g, at - 1);
    since = at + later - INTERVAL - TARGET;
    next = begins(&g, since, count);
    drops_at(&g, next);
    rig_fini(&g);
}

START_TEST(reentry)
{
    again(10, 2 * INTERVAL, 9);
    again(10, 16 * INTERVAL - 1, 9);
    again(10, 16 * INTERVAL, 1);
    again(3, 2 * INTERVAL, 2);
    again(2, 2 * INTERVAL, 1); /* one more is not enough */
    again(1, 2 * INTERVAL, 1);
}
END_TEST

/* What was begun with counts as what to count from. */
START_TEST(third)
{
    const struct queue_config c = config();
    struct rig g;
    pptp_ns at;

    rig_init(&g, &c);
    at = begins(&g, 0, 1);
    for (uint32_t k = 2; k <= 10; k++) {
        drops_at(&g, at);
        at += gap(k);
    }
    ends(&g, at - 1);
    at = begins(&g, at + INTERVAL, 9);
    for (uint32_t k = 10; k <= 13; k++) {
        drops_at(&g, at);
        at += gap(k);
    }
    ends(&g, at - 1);
    at = begins(&g, at + INTERVAL, 4); /* 13 - 9 */
    drops_at(&g, at);
    rig_fini(&g);
}
END_TEST

/* However long they waited, nothing is dropped that leaves at most one full
 * packet behind. */
START_TEST(floor_of_one)
{
    struct queue_config c = config();
    struct rig g;

    rig_init(&g, &c);
    for (pptp_ns now = PPTP_S; now < 10 * PPTP_S; now += 10 * PPTP_MS) {
        rig_put(&g, now - PPTP_S, 2 - queue_packets(g.q));
        ck_assert(rig_take(&g, now));
    }
    ck_assert_uint_eq(g.early, 0);
    rig_fini(&g);

    c.mtu_octets = 1499;
    rig_init(&g, &c);
    for (pptp_ns now = PPTP_S; now < 10 * PPTP_S; now += 10 * PPTP_MS) {
        rig_put(&g, now - PPTP_S, 2 - queue_packets(g.q));
        ck_assert(rig_take(&g, now));
    }
    ck_assert_uint_gt(g.early, 50);
    rig_fini(&g);
}
END_TEST

/* Marked at the instants at which others are dropped. */
START_TEST(marks)
{
    struct queue_config c = config();
    struct rig g;
    pptp_ns at;

    c.ecn = true;
    rig_init(&g, &c);
    g.ect = true;
    at = begins(&g, 0, 1);
    for (uint32_t k = 2; k <= 100; k++) {
        drops_at(&g, at);
        ck_assert(g.out.ce);
        at += gap(k);
    }
    ck_assert_uint_eq(g.marked, 100);
    ck_assert_uint_eq(g.early, 0);
    rig_fini(&g);

    rig_init(&g, &c); /* but not what may not be */
    drops_at(&g, begins(&g, 0, 1));
    ck_assert_uint_eq(g.early, 2);
    rig_fini(&g);
}
END_TEST

/* 12 Mbit/s into 10: a drop leaves with the first packet that is due after
 * the law's time. */
START_TEST(overload)
{
    const struct queue_config c = config();
    pptp_ns come = 0, law_at = 0;
    uint32_t count = 0;
    struct rig g;

    rig_init(&g, &c);
    for (pptp_ns now = 0; now < 3 * PPTP_S; now += 1200 * PPTP_US) {
        uint32_t early = g.early;

        for (; come <= now; come += PPTP_MS)
            rig_put(&g, come, 1);
        ck_assert(rig_take(&g, now));
        if (count == 0 && g.early == 1) {
            /* 0.2 ms more a packet: 5 ms at 30 ms, and the first packet to
             * leave an interval after it */
            ck_assert_uint_eq(now, 109 * 1200 * PPTP_US);
            count = 1;
            law_at = now + gap(1);
        } else if (g.early > early) {
            ck_assert_uint_ge(now, law_at);
            ck_assert_uint_lt(now, law_at + 1200 * PPTP_US);
            law_at += gap(++count);
        } else if (count > 0) {
            ck_assert_uint_lt(now, law_at);
        }
    }
    ck_assert_uint_gt(count, 30);
    rig_fini(&g);
}
END_TEST

START_TEST(limits)
{
    struct queue_config c = config();
    struct rig g;

    c.limit_packets = 7;
    rig_init(&g, &c);
    rig_put(&g, 0, 10);
    ck_assert_uint_eq(queue_packets(g.q), 7);
    ck_assert_uint_eq(g.full, 3);
    ck_assert_uint_eq(g.lost.pkt, 9);
    rig_fini(&g);

    c.limit_octets = 4499;
    rig_init(&g, &c);
    rig_put(&g, 0, 3);
    ck_assert_uint_eq(queue_octets(g.q), 3000);
    rig_put_flow(&g, 0, 1499, 0);
    ck_assert_uint_eq(queue_octets(g.q), 4499);
    ck_assert_uint_eq(g.full, 1);
    rig_fini(&g);
}
END_TEST

START_TEST(settings)
{
    struct queue_config c = config();

    ck_assert_ptr_null(queue_config_check(&c));
    c.target_ns = c.interval_ns + 1;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c.target_ns = 0;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.interval_ns = 0;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.limit_packets = 0;
    ck_assert_ptr_nonnull(queue_config_check(&c));
    c = config();
    c.limit_octets = 0;
    ck_assert_ptr_nonnull(queue_config_check(&c));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { law,          late,  reentry,  third,
                                   floor_of_one, marks, overload, limits,
                                   settings,     NULL };

    return rig_main("queue_codel", tests);
}
