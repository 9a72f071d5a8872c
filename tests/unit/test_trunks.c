/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hunting, beside a search through all of them. */
#include "config.h"

#include "models/trunks.h"

#include <string.h>

#include "../support/suite.h"
#include "base/heap.h"
#include "base/rng.h"
#include "models/erlang.h"
#include "models/holding.h"

enum { STEPS = 20000, CALLS = 400000 };

static struct trunks t;
static struct trunks_one one[TRUNKS_MOST];
static uint64_t bits[TRUNKS_WORDS(TRUNKS_MOST)];

/* What it should be: when each became idle, and what it is now. */
static struct {
    uint64_t since;
    bool busy, out;
} is[TRUNKS_MOST];
static uint64_t steps;
static uint32_t taken;

static void begin(enum trunks_order order, uint32_t n)
{
    trunks_init(&t, order, n, one, bits);
    steps = TRUNKS_MOST;
    taken = n - 1;
    for (uint32_t i = 0; i < n; i++) {
        is[i].since = order == TRUNKS_LEAST_IDLE ? n - i : i;
        is[i].busy = is[i].out = false;
    }
}

static bool better(uint32_t a, uint32_t b)
{
    switch (t.order) {
    case TRUNKS_LONGEST_IDLE: return is[a].since < is[b].since;
    case TRUNKS_LEAST_IDLE: return is[a].since > is[b].since;
    case TRUNKS_CIRCULAR:
        return (a + t.n - taken - 1) % t.n < (b + t.n - taken - 1) % t.n;
    default: return a < b;
    }
}

static uint32_t searched(void)
{
    uint32_t best = TRUNKS_NONE;

    for (uint32_t i = 0; i < t.n; i++)
        if (!is[i].busy && !is[i].out &&
            (best == TRUNKS_NONE || better(i, best)))
            best = i;
    return best;
}

static void seize(uint32_t i)
{
    trunks_seize(&t, i);
    is[i].busy = true;
    taken = i;
}

static void release(uint32_t i)
{
    trunks_release(&t, i);
    is[i].busy = false;
    is[i].since = steps++;
}

static void serve(uint32_t i, bool out)
{
    if (out)
        trunks_take_out(&t, i);
    else
        trunks_bring_back(&t, i);
    if (is[i].out && !out && !is[i].busy)
        is[i].since = steps++;
    is[i].out = out;
}

/* Mostly calls; at times a trunk that the other end chose, or one that goes
 * out of service, or comes back. */
static void step(uint64_t *seed)
{
    uint32_t i = (uint32_t)(rng_split(seed) % t.n), found = searched();

    ck_assert_uint_eq(trunks_hunt(&t), found);
    switch (rng_split(seed) % 8) {
    case 0: serve(i, (rng_split(seed) & 1) != 0); break;
    case 1:
        if (!is[i].busy)
            seize(i);
        break;
    case 2:
    case 3:
    case 4:
        if (is[i].busy)
            release(i);
        break;
    default:
        if (found != TRUNKS_NONE)
            seize(found);
    }
}

START_TEST(as_searched)
{
    static const uint32_t sizes[] = { 1, 2, 24, 63, 64, 65, 672 };
    uint64_t seed = 5;

    for (int order = 0; order < TRUNKS_ORDERS; order++)
        for (unsigned k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            uint32_t busy = 0, out = 0;

            begin((enum trunks_order)order, sizes[k]);
            for (int i = 0; i < STEPS / 4; i++)
                step(&seed);
            for (uint32_t i = 0; i < t.n; i++) {
                busy += is[i].busy;
                out += is[i].out;
            }
            ck_assert_uint_eq(t.busy, busy);
            ck_assert_uint_eq(t.out, out);
        }
}
END_TEST

/* More than a word of words; the last one, and none. */
START_TEST(most_of_all)
{
    for (int order = 0; order < TRUNKS_ORDERS; order++) {
        begin((enum trunks_order)order, TRUNKS_MOST);
        for (uint32_t i = 0; i < TRUNKS_MOST; i++) {
            ck_assert_uint_eq(trunks_hunt(&t), i);
            trunks_seize(&t, i);
        }
        ck_assert_uint_eq(trunks_hunt(&t), TRUNKS_NONE);
        trunks_release(&t, TRUNKS_MOST - 1);
        ck_assert_uint_eq(trunks_hunt(&t), TRUNKS_MOST - 1);
        trunks_release(&t, 4096);
        ck_assert_uint_eq(trunks_hunt(&t), order == TRUNKS_LONGEST_IDLE
                                               ? TRUNKS_MOST - 1
                                               : 4096);
    }
}
END_TEST

/* An idle one is not hunted from then on, a busy one after its call; either
 * may be told twice. */
START_TEST(out_of_service)
{
    for (int order = 0; order < TRUNKS_ORDERS; order++) {
        begin((enum trunks_order)order, 2);
        trunks_take_out(&t, 0);
        trunks_take_out(&t, 0);
        ck_assert_uint_eq(trunks_hunt(&t), 1);
        trunks_seize(&t, 1);
        trunks_take_out(&t, 1);
        ck_assert_uint_eq(t.out, 2);
        trunks_release(&t, 1);
        ck_assert_uint_eq(trunks_hunt(&t), TRUNKS_NONE);
        trunks_bring_back(&t, 1);
        trunks_bring_back(&t, 1);
        ck_assert_uint_eq(trunks_hunt(&t), 1);
        ck_assert_uint_eq(t.out, 1);
    }
}
END_TEST

/* Poisson calls on 24 trunks, until as many came: the share that is refused;
 * what each carries is in busy_s. */
static double busy_s[24];

static double refused(enum trunks_order order, const struct holding *h,
                      double mean_s, double load)
{
    struct dist_rng comes, holds;
    struct heap ends;
    double lost = 0, now_s = 0;

    memset(busy_s, 0, sizeof busy_s);
    dist_rng_init(&comes, 7, "comes");
    dist_rng_init(&holds, 7, "holds");
    ck_assert_int_eq(heap_init(&ends, 24), 0);
    trunks_init(&t, order, 24, one, bits);
    for (int i = 0; i < CALLS; i++) {
        pptp_ns now, lasts = holding_draw(h, &holds);
        uint32_t k;

        now_s += dist_exponential(&comes, mean_s / load);
        now = (pptp_ns)(now_s * 1e9);
        while (heap_next(&ends) <= now) {
            k = ends.item[0].item;
            heap_set(&ends, k, PPTP_NEVER);
            trunks_release(&t, k);
        }
        k = trunks_hunt(&t);
        if (k == TRUNKS_NONE) {
            lost++;
            continue;
        }
        trunks_seize(&t, k);
        heap_set(&ends, k, now + lasts);
        busy_s[k] += (double)lasts / 1e9;
    }
    for (uint32_t k = 0; k < 24; k++)
        busy_s[k] /= now_s;
    heap_fini(&ends);
    return lost / CALLS;
}

/* Erlang B in all orders and for three laws of holding times. The deviations
 * from run to run are measured ones, of two million calls, scaled; four. */
START_TEST(erlang)
{
    static const struct {
        struct holding h;
        double mean_s, deviation;
    } laws[] = {
        { { .law = HOLDING_FIXED, .scale_ns = 100 * PPTP_S }, 100, 8e-5 },
        { { .law = HOLDING_EXPONENTIAL, .scale_ns = 100 * PPTP_S },
          100,
          1.3e-4 },
        { { .law = HOLDING_WEIBULL, .scale_ns = 50 * PPTP_S, .shape = .5 },
          100,
          3e-4 },
    };

    for (int order = 0; order < TRUNKS_ORDERS; order++)
        for (unsigned i = 0; i < 3; i++)
            ck_assert_double_eq_tol(refused((enum trunks_order)order,
                                            &laws[i].h, laws[i].mean_s, 15.3),
                                    erlang_b(24, 15.3),
                                    4 * 2.236 * laws[i].deviation);
    refused(TRUNKS_LINEAR, &laws[1].h, 100, 15.3);
    for (unsigned i = 0; i < 24; i++)
        ck_assert_double_eq_tol(busy_s[i], erlang_trunk(i + 1, 15.3), .015);
    refused(TRUNKS_CIRCULAR, &laws[1].h, 100, 15.3);
    for (unsigned i = 0; i < 24; i++)
        ck_assert_double_eq_tol(busy_s[i], .63111, .015);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { as_searched, most_of_all, out_of_service,
                                   erlang, NULL };

    return rig_main("trunks", tests);
}
