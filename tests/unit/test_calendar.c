/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event calendar against a sorted list, its limit, its stop. */
#include "config.h"

#include "sim/calendar.h"

#include <check.h>
#include <stdlib.h>

enum { MANY = 20000 };

struct probe {
    struct sim_sink sink;
    struct sim_calendar *cal;
    uint64_t last_ns;
    uint32_t last_arg, seen;
    uint64_t again_ns; /* puts a new event this much later, if not 0 */
    uint32_t halt_at;
};

static void on_event(struct sim_sink *self, uint32_t arg)
{
    struct probe *p = (struct probe *)(void *)self;

    ck_assert(p->cal->now >= p->last_ns);
    if (p->cal->now == p->last_ns && p->seen > 0)
        ck_assert_uint_gt(arg, p->last_arg);
    p->last_ns = p->cal->now;
    p->last_arg = arg;
    p->seen++;
    if (p->again_ns)
        ck_assert(sim_calendar_at(p->cal, p->cal->now + p->again_ns, &p->sink,
                                  arg + 1));
    if (p->seen == p->halt_at)
        p->cal->halt = true;
}

static struct sim_calendar cal;
static struct probe probe;

static void setup(void)
{
    ck_assert_int_eq(sim_calendar_init(&cal, 100000), 0);
    probe = (struct probe){ .sink = { on_event }, .cal = &cal };
}

static void teardown(void)
{
    sim_calendar_fini(&cal);
}

START_TEST(order)
{
    uint32_t x = 1;

    /* Few different times, so that most events tie. */
    for (uint32_t i = 0; i < MANY; i++) {
        x = x * 1664525 + 1013904223;
        ck_assert(sim_calendar_at(&cal, x >> 22, &probe.sink, i));
    }
    ck_assert_uint_eq(cal.count_max, MANY);
    ck_assert(sim_calendar_run(&cal, 500));
    ck_assert_uint_eq(cal.now, 500);
    ck_assert_uint_le(probe.last_ns, 500);
    ck_assert_uint_gt(sim_calendar_next(&cal), 500);
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_eq(probe.seen, MANY);
    ck_assert_uint_eq(cal.done, MANY);
    ck_assert_uint_eq(cal.now, probe.last_ns);
    ck_assert_uint_eq(sim_calendar_next(&cal), UINT64_MAX);
}
END_TEST

START_TEST(past_is_now)
{
    ck_assert(sim_calendar_run(&cal, 1000));
    ck_assert(sim_calendar_at(&cal, 10, &probe.sink, 1));
    ck_assert(sim_calendar_run(&cal, 1000));
    ck_assert_uint_eq(probe.last_ns, 1000);
}
END_TEST

START_TEST(limit)
{
    struct sim_calendar c;

    ck_assert_int_eq(sim_calendar_init(&c, 3000), 0);
    for (uint32_t i = 0; i < 3000; i++)
        ck_assert(sim_calendar_at(&c, i, &probe.sink, i));
    ck_assert(!sim_calendar_at(&c, 1, &probe.sink, 0));
    ck_assert_uint_eq(c.refused, 1);
    ck_assert_uint_eq(c.count, 3000);
    /* an event lost is a run that proves nothing */
    ck_assert(c.halt);
    sim_calendar_fini(&c);
}
END_TEST

START_TEST(halting_and_stopping)
{
    volatile sig_atomic_t stop = 0;

    probe.again_ns = 10;
    probe.halt_at = 5;
    sim_calendar_at(&cal, 0, &probe.sink, 0);
    ck_assert(!sim_calendar_run(&cal, 1000));
    ck_assert_uint_eq(probe.seen, 5);
    ck_assert_uint_eq(cal.now, 40);
    ck_assert(sim_calendar_run(&cal, 1000));
    ck_assert_uint_eq(probe.seen, 101);
    stop = 1;
    cal.stop = &stop;
    ck_assert(!sim_calendar_run(&cal, UINT64_MAX));
    ck_assert_uint_lt(probe.seen, 101 + 1025);
}
END_TEST

/* Events that put in events, from the same nanosecond to hours ahead and in
 * phases of other pace, so that the wheel is fitted again and again. */
enum { SWARM = 150000 };

static struct {
    struct sim_sink sink;
    uint64_t *at_ns; /* when event `arg` is to run */
    uint32_t put, seen, last_arg;
    uint64_t last_ns;
    uint32_t x;
} swarm;

static uint32_t draw(void)
{
    swarm.x = swarm.x * 1664525 + 1013904223;
    return swarm.x >> 8;
}

static void swarm_put(void)
{
    static const unsigned scales[] = { 22, 10, 28, 16, 24, 34 };
    unsigned scale = scales[swarm.seen / 20000 % 6];
    uint64_t ahead = (uint64_t)draw() << 24 | draw();

    ahead &= (UINT64_C(1) << scale) - 1;
    if (ahead & 1) /* a coarse grid: many at one nanosecond */
        ahead = ahead >> (scale - 5) << (scale - 5);
    swarm.at_ns[swarm.put] = cal.now + ahead;
    ck_assert(sim_calendar_at(&cal, cal.now + ahead, &swarm.sink, swarm.put));
    swarm.put++;
}

static void on_swarm(struct sim_sink *self, uint32_t arg)
{
    ck_assert_ptr_eq(self, &swarm.sink);
    ck_assert_uint_eq(cal.now, swarm.at_ns[arg]);
    ck_assert_uint_ge(cal.now, swarm.last_ns);
    if (cal.now == swarm.last_ns && swarm.seen > 0)
        ck_assert_uint_gt(arg, swarm.last_arg);
    swarm.last_ns = cal.now;
    swarm.last_arg = arg;
    swarm.seen++;
    for (unsigned n = draw() % 16; n < 3 && swarm.put < SWARM; n++)
        swarm_put(); /* one or two more, or none */
    while (swarm.put - swarm.seen < 1000 && swarm.put < SWARM)
        swarm_put();
}

START_TEST(order_through_all_paces)
{
    uint64_t until = 0;

    swarm.sink.event = on_swarm;
    swarm.at_ns = calloc(SWARM, sizeof *swarm.at_ns);
    swarm.x = 1;
    ck_assert_ptr_nonnull(swarm.at_ns);
    while (swarm.put < 1000)
        swarm_put();
    while (cal.count > 0) { /* in pieces, some of which have no event */
        uint64_t next = sim_calendar_next(&cal);

        ck_assert_uint_ge(next, until);
        until = next + (draw() % 4 == 0 ? 0 : draw());
        ck_assert(sim_calendar_run(&cal, until));
        ck_assert_uint_eq(cal.now, until);
    }
    ck_assert_uint_eq(swarm.seen, SWARM);
    ck_assert_uint_eq(cal.done, SWARM);
    ck_assert_uint_eq(cal.refused, 0);
    free(swarm.at_ns);
}
END_TEST

/* An owner whose deadline comes near and goes, as a time-out before a
 * keep-alive does. */
struct owner {
    struct sim_alarm alarm;
    struct sim_calendar *c;
    uint64_t deadline, seen;
    unsigned due, stale;
};

static void on_alarm(struct sim_sink *s, uint32_t arg)
{
    struct owner *o = (struct owner *)(void *)s;

    (void)arg;
    if (!sim_alarm_due(&o->alarm, o->c->now)) {
        o->stale++;
        return;
    }
    if (o->deadline <= o->c->now) {
        o->due++;
        o->seen = o->c->now;
        o->deadline += 60000;
    }
    sim_alarm_set(o->c, &o->alarm, o->deadline);
}

START_TEST(an_alarm_keeps_its_deadline_and_leaves_nothing_behind)
{
    struct sim_calendar c;
    struct owner o = { .c = &c, .deadline = 60000 };
    unsigned i;

    ck_assert_int_eq(sim_calendar_init(&c, 100), 0);
    sim_alarm_init(&o.alarm, on_alarm);
    sim_alarm_set(&c, &o.alarm, o.deadline);
    for (i = 1; i < 10000; i++) {
        uint64_t far = o.deadline;

        /* a time-out is armed, and is put off again */
        o.deadline = c.now + 7;
        sim_alarm_set(&c, &o.alarm, o.deadline);
        o.deadline = far;
        sim_alarm_set(&c, &o.alarm, o.deadline);
        ck_assert(sim_calendar_run(&c, c.now + 11));
        ck_assert_uint_le(c.count, 3);
    }
    /* 109,989 has passed: one keep-alive, at its time */
    ck_assert_uint_eq(o.due, 1);
    ck_assert_uint_eq(o.seen, 60000);
    ck_assert_uint_eq(c.refused, 0);
    sim_calendar_fini(&c);
}
END_TEST

START_TEST(an_alarm_of_the_past_comes_now)
{
    struct sim_calendar c;
    struct owner o = { .c = &c, .deadline = 5 };

    ck_assert_int_eq(sim_calendar_init(&c, 100), 0);
    ck_assert(sim_calendar_run(&c, 1000));
    sim_alarm_init(&o.alarm, on_alarm);
    sim_alarm_set(&c, &o.alarm, o.deadline);
    ck_assert(sim_calendar_run(&c, 1001));
    ck_assert_uint_eq(o.due, 1);
    ck_assert_uint_eq(o.seen, 1000);
    /* three deadlines, each nearer: the last is kept, the first too */
    o.deadline = 2000;
    sim_alarm_init(&o.alarm, on_alarm);
    sim_alarm_set(&c, &o.alarm, 9000);
    sim_alarm_set(&c, &o.alarm, 5000);
    sim_alarm_set(&c, &o.alarm, 2000);
    ck_assert(sim_calendar_run(&c, 8999));
    ck_assert_uint_eq(o.due, 2);
    ck_assert_uint_eq(o.seen, 2000);
    ck_assert_uint_eq(o.stale, 1);
    sim_calendar_fini(&c);
}
END_TEST

/* One of many whose events come again and again; the argument counts them. */
struct foreseen {
    struct sim_sink sink;
    uint32_t turn, random;
    unsigned step;
};

enum { FORESEEN = 4000, TURNS = 20, STEPS = SIM_WARM_STEPS - 2 };

/* Counted, not asserted one by one: that takes longer than all they do. */
static uint32_t all_steps, wrong_steps;

static void on_foreseen(struct sim_sink *self, uint32_t arg)
{
    struct foreseen *f = (struct foreseen *)(void *)self;

    wrong_steps += arg != f->turn;
    all_steps += f->step == STEPS;
    f->step = 0;
    f->random = f->random * 1664525 + 1013904223;
    if (++f->turn < TURNS)
        wrong_steps += !sim_calendar_at(&cal, cal.now + (f->random >> 12),
                                        &f->sink, f->turn);
}

/* Step by step, from the first if it was looked at anew, never of what is over
 * and never more than it has. */
static bool on_warm(const struct sim_sink *self, uint32_t arg, unsigned step)
{
    struct foreseen *f = (struct foreseen *)(uintptr_t)self;

    wrong_steps += arg != f->turn;
    wrong_steps += step != f->step + 1 && step != 1;
    wrong_steps += step > STEPS;
    f->step = step;
    return step < STEPS;
}

START_TEST(what_comes_is_told_before)
{
    struct foreseen *f = calloc(FORESEEN, sizeof *f);
    uint32_t i;

    ck_assert_ptr_nonnull(f);
    all_steps = wrong_steps = 0;
    sim_calendar_warm(&cal, on_foreseen, on_warm);
    for (i = 0; i < FORESEEN; i++) {
        f[i].sink.event = on_foreseen;
        f[i].random = i;
        ck_assert(sim_calendar_at(&cal, i, &f[i].sink, 0));
    }
    ck_assert(sim_calendar_run(&cal, UINT64_MAX));
    for (i = 0; i < FORESEEN; i++)
        ck_assert_uint_eq(f[i].turn, TURNS);
    ck_assert_uint_eq(wrong_steps, 0);
    ck_assert_uint_gt(all_steps, FORESEEN * TURNS / 2);
    free(f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("calendar");
    TCase *t = tcase_create("calendar");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, order);
    tcase_add_test(t, order_through_all_paces);
    tcase_add_test(t, past_is_now);
    tcase_add_test(t, what_comes_is_told_before);
    tcase_add_test(t, limit);
    tcase_add_test(t, halting_and_stopping);
    tcase_add_test(t, an_alarm_keeps_its_deadline_and_leaves_nothing_behind);
    tcase_add_test(t, an_alarm_of_the_past_comes_now);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
