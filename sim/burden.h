/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a world holds and what it is busy with, for who has to say why a run
 * came to its bounds.  Looks at all there is: seldom.
 */
#ifndef SIM_BURDEN_H
#define SIM_BURDEN_H

#include "sim/world.h"

/* X(name, text) */
#define SIM_PARTS_X(X)                                        \
    X(EVENTS, "events that wait")                             \
    X(PACKETS, "packets, by 'packets'")                       \
    X(SEGMENTS, "TCP segments of control connections")        \
    X(PORTS, "what links hold, by 'queue' and their latency") \
    X(ARENA, "calls, nodes and their connections")

enum sim_part {
#define X(name, text) SIM_PART_##name,
    SIM_PARTS_X(X)
#undef X
        SIM_PARTS
};

struct sim_burden {
    uint64_t octets[SIM_PARTS];
};

const char *sim_part_text(enum sim_part p);

/* Memory that was taken, part by part; more of it may be taken than used. */
void sim_burden_of(const struct sim_world *w, struct sim_burden *out);

/* Whose event one is, in words, by another event of its kind. */
const char *sim_burden_work(const struct sim_world *w, struct sim_sink kind);

/* Who has offered most packets, or NULL: nobody any. */
const struct sim_account *sim_burden_heaviest(const struct sim_world *w);

#endif
