/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When the subscribers of a group want to call: Poisson, with a rate that may
 * follow the hours of the day (Lewis, Shedler: "Simulation of nonhomogeneous
 * Poisson processes by thinning", 1979).
 *
 * The streams of all subscribers are one, and who it is that calls is drawn:
 * the sum of Poisson processes is one, and each of its arrivals is of a member
 * with equal chances, whatever happened before.  So an idle subscriber costs
 * neither memory nor events.  A subscriber who is busy when his time comes
 * does not call; what is left is Poisson while he is idle, for it has no
 * memory.
 *
 * The stream shall be nobody else's: then what becomes of calls moves no
 * arrival.
 */
#ifndef MODELS_ARRIVALS_H
#define MODELS_ARRIVALS_H

#include "models/dist.h"

struct arrivals_law {
    double per_day;       /* calls of a subscriber in 24 hours; >= 0 */
    double hours[24];     /* weights >= 0; all 0: every hour is alike */
    pptp_ns midnight_ns;  /* time 0 is so long after midnight */
    uint32_t subscribers; /* > 0 */
};

/* Weights of a residential evening, peak from 21 to 22; assumed, but for the
 * hours of the peak (Pacific Bell, 1996). */
extern const double arrivals_evening[24];

struct arrivals {
    const struct arrivals_law *law; /* the caller's */
    struct dist_rng rng;
    pptp_ns at; /* of the next, PPTP_NEVER: none comes */
    uint32_t who;
    double most;      /* per second of the group, in its busiest hour */
    double share[24]; /* of that, in each hour */
};

/* From time 0 on; the first is in at and who. */
void arrivals_init(struct arrivals *a, const struct arrivals_law *law,
                   uint64_t seed, const char *name);

/* On to the next one. */
void arrivals_next(struct arrivals *a);

/* How many come before t_ns, of the whole group, in the mean. */
double arrivals_mean(const struct arrivals *a, pptp_ns t_ns);

#endif
