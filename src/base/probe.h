/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * A probe: something that is counted or measured, told in one row beside the
 * struct that has it.  All that prints, sums, lists or explains what was
 * measured walks such rows; a list of them ends with a row without a name.
 */
#ifndef BASE_PROBE_H
#define BASE_PROBE_H

#include <stddef.h>

#include "base/base.h"
#include "base/hist.h"

enum probe_kind {
    PROBE_COUNTER,      /* only grows; of several, the sum */
    PROBE_GAUGE,        /* a level as it stands; of several, the sum */
    PROBE_PEAK,         /* the highest level; of several, the highest */
    PROBE_DISTRIBUTION, /* times: a struct hist */
    PROBE_DERIVED       /* a ratio, rate or mean of other members */
};

struct probe {
    const char *name, *unit, *help;
    uint8_t kind; /* enum probe_kind */
    bool then;    /* as it stood when measuring began: of the simulator, where
                   * that was later than the run */
    uint16_t at, octets; /* the member; or a part of which it is worked out: */
    /* the value, of a time that is covered; NAN: nothing measured */
    double (*of)(const void *part, uint64_t over_ns);
};

/* A member: an integer, or a struct hist. */
#define PROBE_AS(type, member, name, kind, unit, help)         \
    {                                                          \
        name, unit, help, kind, false, offsetof(type, member), \
            sizeof(((const type *)NULL)->member), NULL         \
    }
#define PROBE(type, member, kind, unit, help) \
    PROBE_AS(type, member, #member, kind, unit, help)
#define PROBE_THEN(type, member, name, unit, help)                   \
    {                                                                \
        name, unit, help, PROBE_GAUGE, true, offsetof(type, member), \
            sizeof(((const type *)NULL)->member), NULL               \
    }
/* What a function works out of the struct, or of a member; a whole number,
 * unless its kind is derived. */
#define PROBE_OF(function, name, kind, unit, help)    \
    {                                                 \
        name, unit, help, kind, false, 0, 0, function \
    }
#define PROBE_OF_PART(type, member, function, name, kind, unit, help)      \
    {                                                                      \
        name, unit, help, kind, false, offsetof(type, member), 0, function \
    }
/* A counter of a list X(name, unit, help): the member of its struct, and the
 * row. */
#define PROBE_MEMBER(name, unit, help) uint64_t name;
#define PROBE_COUNT(type, name, unit, help) \
    PROBE(type, name, PROBE_COUNTER, unit, help)
#define PROBE_END                              \
    {                                          \
        NULL, NULL, NULL, 0, false, 0, 0, NULL \
    }

/* One value of a probe; a distribution has several. */
struct probe_value {
    const struct probe *probe;
    const char *suffix; /* of its name */
    const char *words;  /* "mean of", before its help */
    bool whole;         /* a number of things, and its value: */
    uint64_t count;
    double real; /* else; NAN: nothing measured */
};

typedef void probe_taker(void *ctx, const struct probe_value *v);

/* Each value that a list of probes has of `base`, over a time; then: also how
 * it stood when measuring began.  base NULL: names alone, without values. */
void probe_each(const struct probe *list, bool then, const void *base,
                uint64_t over_ns, probe_taker *take, void *ctx);

/* A member that is a distribution. */
const struct hist *probe_hist(const struct probe *p, const void *base);
/* A member that is an integer. */
uint64_t probe_count(const struct probe *p, const void *base);

/* All members together with another one's, each as its kind says; what is
 * derived follows.  The histograms of `to` are its own: hist_free. */
void probe_merge(const struct probe *list, void *to, const void *from);

/* Takes away what counters and distributions had earlier. */
void probe_subtract(const struct probe *list, void *from, const void *earlier);

#endif
