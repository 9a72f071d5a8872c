/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of a call beside its two accounts. */
#ifndef SIM_CALL_PROBES_H
#define SIM_CALL_PROBES_H

#include "base/probe.h"
#include "sim/world.h"

/* [0]: at the PAC, [1]: at the PNS. */
struct sim_call_measured {
    uint32_t timeouts[2], queue_drops[2], skipped[2]; /* last attempt's */
    uint64_t ppp_frames;
    struct hist rtt[2];         /* the call's, */
    struct sim_returns returns; /* the same */
};

extern const struct probe sim_call_probes[];

void sim_call_measure(const struct sim_call *c, struct sim_call_measured *out);

#endif
