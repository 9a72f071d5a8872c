/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trunks that are hunted together; trunks.h. */
#include "config.h"

#include "models/trunks.h"

#include <string.h>

#include "base/base.h"

/* --- a list, hunted from its first ------------------------------------------ */

static void append(struct trunks *t, uint32_t i)
{
    t->one[i].next = TRUNKS_NONE;
    t->one[i].before = t->last;
    if (t->last == TRUNKS_NONE)
        t->first = i;
    else
        t->one[t->last].next = i;
    t->last = i;
}

static void prepend(struct trunks *t, uint32_t i)
{
    t->one[i].before = TRUNKS_NONE;
    t->one[i].next = t->first;
    if (t->first == TRUNKS_NONE)
        t->last = i;
    else
        t->one[t->first].before = i;
    t->first = i;
}

static void unlink_one(struct trunks *t, uint32_t i)
{
    const struct trunks_one *o = &t->one[i];

    if (o->before == TRUNKS_NONE)
        t->first = o->next;
    else
        t->one[o->before].next = o->next;
    if (o->next == TRUNKS_NONE)
        t->last = o->before;
    else
        t->one[o->next].before = o->before;
}

static uint32_t first_of_list(const struct trunks *t)
{
    return t->first;
}

/* --- bits, hunted from a place ---------------------------------------------- */

static void set(struct trunks *t, uint32_t i)
{
    t->bits[i >> 6] |= UINT64_C(1) << (i & 63);
    t->top[i >> 12] |= UINT64_C(1) << ((i >> 6) & 63);
}

static void clear(struct trunks *t, uint32_t i)
{
    t->bits[i >> 6] &= ~(UINT64_C(1) << (i & 63));
    if (t->bits[i >> 6] == 0)
        t->top[i >> 12] &= ~(UINT64_C(1) << ((i >> 6) & 63));
}

/* The lowest bit of n words that is not below `from`. */
static uint32_t lowest(const uint64_t *words, uint32_t n, uint32_t from)
{
    uint64_t w;

    if (from >> 6 >= n)
        return TRUNKS_NONE;
    w = words[from >> 6] & (UINT64_MAX << (from & 63));
    for (uint32_t i = from >> 6;; w = words[i]) {
        if (w != 0)
            return i * 64 + (uint32_t)__builtin_ctzll(w);
        if (++i >= n)
            return TRUNKS_NONE;
    }
}

/* In its own word, or in the next that has any. */
static uint32_t lowest_from(const struct trunks *t, uint32_t from)
{
    uint32_t word = from >> 6, i;

    if (from >= t->n)
        return TRUNKS_NONE;
    i = lowest(t->bits, word + 1, from);
    if (i != TRUNKS_NONE)
        return i;
    word = lowest(t->top, (t->n >> 12) + 1, word + 1);
    return word == TRUNKS_NONE ? TRUNKS_NONE
                               : lowest(t->bits, word + 1, word * 64);
}

static uint32_t lowest_of_all(const struct trunks *t)
{
    return lowest_from(t, 0);
}

static uint32_t above_taken(const struct trunks *t)
{
    uint32_t i = lowest_from(t, t->taken + 1);

    return i != TRUNKS_NONE ? i : lowest_from(t, 0);
}

/* --- orders ----------------------------------------------------------------- */

static const struct {
    uint32_t (*hunt)(const struct trunks *t);
    void (*put)(struct trunks *t, uint32_t i); /* it is idle */
    void (*take)(struct trunks *t, uint32_t i);
} orders[TRUNKS_ORDERS] = {
    [TRUNKS_LONGEST_IDLE] = { first_of_list, append, unlink_one },
    [TRUNKS_LEAST_IDLE] = { first_of_list, prepend, unlink_one },
    [TRUNKS_LINEAR] = { lowest_of_all, set, clear },
    [TRUNKS_CIRCULAR] = { above_taken, set, clear },
};

void trunks_init(struct trunks *t, enum trunks_order order, uint32_t n,
                 struct trunks_one *one, uint64_t *bits)
{
    PPTP_ASSERT(n <= TRUNKS_MOST && order < TRUNKS_ORDERS);
    *t = (struct trunks){ .order = order,
                          .n = n,
                          .first = TRUNKS_NONE,
                          .last = TRUNKS_NONE,
                          .taken = TRUNKS_NONE, /* the next is 0 */
                          .one = one,
                          .bits = bits };
    memset(bits, 0, TRUNKS_WORDS(n) * sizeof *bits);
    for (uint32_t i = 0; i < n; i++) {
        one[i] = (struct trunks_one){ 0 };
        if (order == TRUNKS_LEAST_IDLE)
            append(t, i); /* the lowest first */
        else
            orders[order].put(t, i);
    }
}

uint32_t trunks_hunt(const struct trunks *t)
{
    return orders[t->order].hunt(t);
}

void trunks_seize(struct trunks *t, uint32_t i)
{
    PPTP_ASSERT(i < t->n && !t->one[i].busy);
    if (!t->one[i].out)
        orders[t->order].take(t, i);
    t->one[i].busy = true;
    t->taken = i;
    t->busy++;
}

void trunks_release(struct trunks *t, uint32_t i)
{
    PPTP_ASSERT(i < t->n && t->one[i].busy);
    t->one[i].busy = false;
    t->busy--;
    if (!t->one[i].out)
        orders[t->order].put(t, i);
}

void trunks_take_out(struct trunks *t, uint32_t i)
{
    PPTP_ASSERT(i < t->n);
    if (t->one[i].out)
        return;
    if (!t->one[i].busy)
        orders[t->order].take(t, i);
    t->one[i].out = true;
    t->out++;
}

void trunks_bring_back(struct trunks *t, uint32_t i)
{
    PPTP_ASSERT(i < t->n);
    if (!t->one[i].out)
        return;
    t->one[i].out = false;
    t->out--;
    if (!t->one[i].busy)
        orders[t->order].put(t, i);
}
