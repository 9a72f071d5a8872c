/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trunks that are hunted together: which of them the next call takes.
 *
 *     longest idle  that which has been idle longest, first the lowest
 *     least idle    that which became idle last, first the lowest
 *     linear        the lowest
 *     circular      the lowest above the one that was taken last, and around
 *
 * The order changes what each trunk carries, and nothing of what all refuse:
 * erlang.h.  One that is out of service is not hunted; a call on it goes on
 * until it ends.  Each step takes the same time, however many there are: idle
 * ones are a list, or bits of which a word tells 64 others.
 */
#ifndef MODELS_TRUNKS_H
#define MODELS_TRUNKS_H

#include <stdbool.h>
#include <stdint.h>

enum { TRUNKS_MOST = 65535 };
#define TRUNKS_NONE UINT32_MAX

enum trunks_order {
    TRUNKS_LONGEST_IDLE,
    TRUNKS_LEAST_IDLE,
    TRUNKS_LINEAR,
    TRUNKS_CIRCULAR,
    TRUNKS_ORDERS
};

struct trunks_one {
    uint32_t next, before; /* idle ones; TRUNKS_NONE */
    bool busy, out;
};

struct trunks {
    enum trunks_order order;
    uint32_t n, busy, out;       /* out of service; of these some are busy */
    uint32_t first, last, taken; /* of the list; seized last */
    struct trunks_one *one;
    uint64_t top[(TRUNKS_MOST >> 12) + 1]; /* words that have a bit */
    uint64_t *bits;
};

/* What `bits` of n trunks takes. */
#define TRUNKS_WORDS(n) (((n) + 63) / 64)

/* All idle; n <= TRUNKS_MOST. The memory is the caller's, n and
 * TRUNKS_WORDS(n) of them. */
void trunks_init(struct trunks *t, enum trunks_order order, uint32_t n,
                 struct trunks_one *one, uint64_t *bits);

/* The one that a call takes now, which is not taken yet; TRUNKS_NONE. */
uint32_t trunks_hunt(const struct trunks *t);

/* An idle one, hunted or not, in service or not: the other end may choose,
 * too. */
void trunks_seize(struct trunks *t, uint32_t i);
/* A busy one. */
void trunks_release(struct trunks *t, uint32_t i);

/* Out of service, or into it, once its call is over. */
void trunks_take_out(struct trunks *t, uint32_t i);
void trunks_bring_back(struct trunks *t, uint32_t i);

#endif
