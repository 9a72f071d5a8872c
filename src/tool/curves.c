/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves of bounded size; see curves.h. */
#include "config.h"

#include "tool/curves.h"

#include <math.h>
#include <stdlib.h>

static const struct curve_point none = { .t_ns = PPTP_NEVER };

int curves_init(struct curves *c, size_t n, const enum curve_kind *kinds,
                size_t n_kinds, size_t room, pptp_ns step_ns)
{
    size_t i;

    *c = (struct curves){ .n = n, .room = room, .width_ns = step_ns };
    c->kinds = calloc(n + 1, sizeof *c->kinds);
    c->cells = calloc(n * room + 1, sizeof *c->cells);
    if (c->kinds == NULL || c->cells == NULL)
        return -1;
    for (i = 0; i < n; i++)
        c->kinds[i] = kinds[i % n_kinds];
    for (i = 0; i < n * room; i++)
        c->cells[i] = (struct curve_cell){ none, none };
    return 0;
}

void curves_fini(struct curves *c)
{
    free(c->kinds);
    free(c->cells);
    *c = (struct curves){ .n = 0 };
}

static void add(struct curve_cell *cell, enum curve_kind kind,
                struct curve_point p)
{
    if (p.t_ns == PPTP_NEVER)
        return;
    if (cell->a.t_ns == PPTP_NEVER ||
        (kind == CURVE_GAUGE && p.value < cell->a.value))
        cell->a = p;
    if (cell->b.t_ns == PPTP_NEVER || kind == CURVE_COUNTER ||
        p.value > cell->b.value)
        cell->b = p;
}

/* Two cells become one. */
static void widen(struct curves *c)
{
    size_t i, k;

    for (i = 0; i < c->n; i++) {
        struct curve_cell *cell = c->cells + i * c->room;

        for (k = 0; k < c->room / 2; k++) {
            struct curve_cell both = { none, none };

            add(&both, c->kinds[i], cell[2 * k].a);
            add(&both, c->kinds[i], cell[2 * k].b);
            add(&both, c->kinds[i], cell[2 * k + 1].a);
            add(&both, c->kinds[i], cell[2 * k + 1].b);
            cell[k] = both;
        }
        for (; k < c->room; k++)
            cell[k] = (struct curve_cell){ none, none };
    }
    c->width_ns *= 2;
}

void curves_take(struct curves *c, size_t curve, pptp_ns now, double value)
{
    struct curve_point p = { now, value };

    PPTP_ASSERT(curve < c->n);
    while (now / c->width_ns >= c->room)
        widen(c);
    add(&c->cells[curve * c->room + now / c->width_ns], c->kinds[curve], p);
}

double curves_last(const struct curves *c, size_t curve)
{
    const struct curve_cell *cell = c->cells + curve * c->room;
    size_t k = c->room;

    while (k > 0 && cell[k - 1].b.t_ns == PPTP_NEVER)
        k--;
    return k > 0 ? cell[k - 1].b.value : 0;
}

static void print(FILE *f, pptp_ns t_ns, double value)
{
    if (isnan(value))
        fprintf(f, "%.9g NaN\n", (double)t_ns * 1e-9);
    else
        fprintf(f, "%.9g %.6g\n", (double)t_ns * 1e-9, value);
}

size_t curves_print(const struct curves *c, size_t curve, double unit, FILE *f)
{
    const struct curve_cell *cell = c->cells + curve * c->room;
    bool gap = false;
    size_t n = 0, k;

    for (k = 0; k < c->room; k++) {
        struct curve_point p = cell[k].a, q = cell[k].b;

        if (p.t_ns == PPTP_NEVER) {
            gap = n > 0;
            continue;
        }
        if (q.t_ns < p.t_ns) {
            p = q;
            q = cell[k].a;
        }
        if (gap)
            print(f, p.t_ns, NAN);
        gap = false;
        print(f, p.t_ns, p.value * unit);
        n++;
        if (q.t_ns != p.t_ns) {
            print(f, q.t_ns, q.value * unit);
            n++;
        }
    }
    return n;
}

/* The next cell from k on that has a sample at from_ns or later; room: there
 * is none. */
static size_t next_cell(const struct curve_cell *cell, size_t room, size_t k,
                        pptp_ns from_ns)
{
    while (k < room &&
           (cell[k].a.t_ns == PPTP_NEVER || cell[k].a.t_ns < from_ns))
        k++;
    return k;
}

/* The last cell with a sample; there is one. */
static size_t last_cell(const struct curve_cell *cell, size_t room)
{
    while (cell[room - 1].a.t_ns == PPTP_NEVER)
        room--;
    return room - 1;
}

/* Where a stretch that begins at from_ns ends, at a multiple of mean_ns.  Half
 * of that is the least, of the last stretch too: a shorter one would show
 * peaks that are none. */
static pptp_ns edge(pptp_ns from_ns, pptp_ns mean_ns)
{
    return ((from_ns + mean_ns / 2) / mean_ns + 1) * mean_ns;
}

size_t curves_print_mean(const struct curves *c, size_t curve, size_t over,
                         double unit, pptp_ns mean_ns, FILE *f)
{
    const struct curve_cell *v = c->cells + curve * c->room;
    const struct curve_cell *w = over == SIZE_MAX ? v
                                                  : c->cells + over * c->room;
    size_t k = next_cell(v, c->room, 0, 0), last, next, n = 0;
    double mean = NAN;

    if (k == c->room)
        return 0;
    last = last_cell(v, c->room);
    for (; k < c->room && v[k].a.t_ns < v[last].b.t_ns; k = next) {
        struct curve_point from = v[k].a, to = v[last].b;
        double grown = w[last].b.value, before = mean;

        next = next_cell(v, c->room, k, edge(from.t_ns, mean_ns));
        if (next < c->room && to.t_ns - v[next].a.t_ns < mean_ns / 2)
            next = c->room;
        if (next < c->room) {
            to = v[next].a;
            grown = w[next].a.value;
        }
        grown = over == SIZE_MAX ? (double)(to.t_ns - from.t_ns) * 1e-9
                                 : grown - w[k].a.value;
        mean = grown > 0 ? (to.value - from.value) / grown * unit : NAN;
        if (isnan(mean) && !isnan(before)) /* where the last one ends */
            print(f, from.t_ns, before);
        if (!isnan(mean) || !isnan(before))
            print(f, from.t_ns, mean);
        n += isnan(mean) ? 0 : 1;
    }
    if (!isnan(mean))
        print(f, v[last].b.t_ns, mean);
    return n;
}
