/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A calendar against a clock: what should have happened by now does, in order
 * and each at its own time.  Who is late, since the machine was busy, catches
 * up, and knows by how much.
 */
#ifndef SIM_PACE_H
#define SIM_PACE_H

#include "sim/calendar.h"

/* What is later than this is not what was simulated. */
#define SIM_PACE_BEHIND_NS UINT64_C(100000000)
/* Until that is told again. */
#define SIM_PACE_TELL_NS UINT64_C(10000000000)

struct sim_pace {
    struct sim_calendar cal; /* its time is the clock's, or behind */
    bool running;            /* it is within one of its events */
    uint64_t late_ns;        /* at most, so far */
    uint64_t behind;         /* times that it was behind */
    uint64_t worst_ns;       /* since it was told last */
    uint64_t told_ns;        /* and when; 0: never */
};

/* At its begin: nothing before `now` is late. 0 or PPTP_ERR_RESOURCE. */
int sim_pace_init(struct sim_pace *p, size_t capacity, uint64_t now);
void sim_pace_fini(struct sim_pace *p);

/* It is `now`. From within an event: nothing, the rest comes after it. */
void sim_pace_run(struct sim_pace *p, uint64_t now);

/* How far behind it was at most since this was told, or 0: it was not, or it
 * has been told lately. */
uint64_t sim_pace_tell(struct sim_pace *p, uint64_t now);

#endif
