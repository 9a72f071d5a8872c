/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closed forms of teletraffic; erlang.h. */
#include "config.h"

#include "models/erlang.h"

#include <math.h>
#include <stdlib.h>

#include "base/base.h"

enum {
    HALVINGS = 200,   /* more than a double has bits, and exponents */
    ORBIT_LEAST = 64, /* callers that wait, where the chain is cut */
    ORBIT_MOST = 1 << 20
};

double erlang_b(unsigned n, double load)
{
    double inverse = 1;

    PPTP_ASSERT(load >= 0);
    if (load == 0)
        return n == 0;
    for (unsigned i = 1; i <= n; i++)
        inverse = 1 + inverse * i / load;
    return 1 / inverse;
}

double erlang_b_load(unsigned n, double b)
{
    double low = 0, high = 1;

    PPTP_ASSERT(n > 0 && b > 0 && b < 1);
    while (erlang_b(n, high) < b)
        high *= 2;
    for (int i = 0; i < HALVINGS; i++) {
        double mid = (low + high) / 2;

        if (erlang_b(n, mid) < b)
            low = mid;
        else
            high = mid;
    }
    return high;
}

double erlang_c(unsigned n, double load)
{
    double b;

    if (load >= n)
        return 1;
    b = erlang_b(n, load);
    return n * b / (n - load * (1 - b));
}

double erlang_c_wait(unsigned n, double load)
{
    PPTP_ASSERT(load < n);
    return erlang_c(n, load) / (n - load);
}

double erlang_c_longer(unsigned n, double load, double t)
{
    PPTP_ASSERT(load < n);
    return erlang_c(n, load) * exp(-(n - load) * t);
}

/* What does not come again grows with the load, up to n when all do. */
double erlang_extended_load(unsigned n, double fresh, double again)
{
    double low = fresh, high = fresh;

    PPTP_ASSERT(fresh >= 0 && again >= 0 && again <= 1);
    if (again >= 1 && fresh >= n)
        return fresh > 0 ? HUGE_VAL : 0;
    while (high * (1 - again * erlang_b(n, high)) < fresh)
        high *= 2;
    for (int i = 0; i < HALVINGS; i++) {
        double mid = (low + high) / 2;

        if (mid * (1 - again * erlang_b(n, mid)) < fresh)
            low = mid;
        else
            high = mid;
    }
    return high;
}

/* Who calls sees the others only. */
static double engset(unsigned n, unsigned others, double rate)
{
    double e = 1;

    PPTP_ASSERT(rate >= 0);
    for (unsigned i = 1; i <= n; i++) {
        double more = others < i ? 0 : (others - i + 1) * rate * e;

        e = more / (i + more);
    }
    return e;
}

double engset_call(unsigned n, unsigned sources, double rate)
{
    PPTP_ASSERT(sources > 0);
    return engset(n, sources - 1, rate);
}

double engset_time(unsigned n, unsigned sources, double rate)
{
    return engset(n, sources, rate);
}

struct erlang_overflow erlang_overflow(unsigned n, double load)
{
    double m = load * erlang_b(n, load);

    return (struct erlang_overflow){ m,
                                     m * (1 - m + load / (n + 1 - load + m)) };
}

double erlang_trunk(unsigned i, double load)
{
    PPTP_ASSERT(i > 0);
    return load * (erlang_b(i - 1, load) - erlang_b(i, load));
}

/* --- retrials -------------------------------------------------------------- */

struct chain {
    unsigned n;
    double load, rate, again;
    double *at;    /* shares of time with 0…n busy, one level of waiting */
    double *ratio; /* of the elimination */
    double all, full, waiting, waiting_full; /* sums, not yet normalised */
};

/*
 * The level of j waiting, of that above, which `at` is; its last is known.
 * Columns of the tridiagonal system dominate, and all is positive: elimination
 * without pivots loses nothing.
 */
static void solve_level(struct chain *c, double j, bool top, double full)
{
    double above = 0, sum = 0; /* at[i - 1] of the level above, and this one's
                                * before substitution */

    for (unsigned i = 0; i < c->n; i++) {
        double right = top ? 0 : (j + 1) * c->rate * above;
        double pivot = c->load + i + j * c->rate;

        if (i > 0) {
            right += c->load * sum;
            pivot -= c->load * c->ratio[i - 1];
        }
        above = c->at[i];
        sum = right / pivot;
        c->ratio[i] = (i + 1) / pivot;
        c->at[i] = sum;
    }
    c->at[c->n] = full;
    for (unsigned i = c->n; i-- > 0;)
        c->at[i] += c->ratio[i] * c->at[i + 1];
}

static double sum_level(struct chain *c, double j)
{
    double sum = 0;

    for (unsigned i = 0; i <= c->n; i++)
        sum += c->at[i];
    c->all += sum;
    c->full += c->at[c->n];
    c->waiting += j * sum;
    c->waiting_full += j * c->at[c->n];
    return sum;
}

static void scale(struct chain *c, double by)
{
    for (unsigned i = 0; i <= c->n; i++)
        c->at[i] *= by;
    c->all *= by;
    c->full *= by;
    c->waiting *= by;
    c->waiting_full *= by;
}

/* From the top level down; the share of time that is spent there. */
static double walk(struct chain *c, unsigned top)
{
    double at_top;

    c->all = c->full = c->waiting = c->waiting_full = 0;
    solve_level(c, top, true, 1);
    at_top = sum_level(c, top);
    for (unsigned j = top; j-- > 0;) {
        double down = 0;

        for (unsigned i = 0; i < c->n; i++)
            down += c->at[i];
        down += (1 - c->again) * c->at[c->n];
        /* as many begin to wait as cease to, between two levels */
        solve_level(c, j, false,
                    (j + 1) * c->rate * down / (c->load * c->again));
        sum_level(c, j);
        if (c->all > 1e100) {
            scale(c, 1e-100);
            at_top *= 1e-100;
        }
    }
    return at_top / c->all;
}

int erlang_retrial(unsigned n, double load, double rate, double again,
                   struct erlang_retrial *out)
{
    struct chain c = { .n = n, .load = load, .rate = rate, .again = again };
    int result = PPTP_ERR_RESOURCE;

    PPTP_ASSERT(n > 0 && load > 0 && rate > 0 && again > 0 && again <= 1);
    c.at = calloc((size_t)n + 1, sizeof *c.at);
    c.ratio = calloc(n, sizeof *c.ratio);
    if (c.at == NULL || c.ratio == NULL)
        goto out;
    for (unsigned top = ORBIT_LEAST; top <= ORBIT_MOST; top *= 2) {
        double waiting;

        if (walk(&c, top) > 1e-15)
            continue;
        waiting = c.waiting / c.all;
        out->fresh_blocked = c.full / c.all;
        out->orbit = waiting;
        out->attempts = load + rate * waiting;
        out->all_blocked = (load * c.full + rate * c.waiting_full) / c.all /
                           out->attempts;
        out->carried = out->attempts * (1 - out->all_blocked);
        result = PPTP_OK;
        break;
    }
out:
    free(c.at);
    free(c.ratio);
    return result;
}
