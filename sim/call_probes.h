/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of a call beside its two accounts. */
#ifndef SIM_CALL_PROBES_H
#define SIM_CALL_PROBES_H

#include "base/probe.h"
#include "sim/world.h"

struct sim_call_measured {
    struct pptp_call_info pac, pns; /* of its last attempt */
    struct hist pac_rtt, pns_rtt;   /* the call's */
    uint64_t ppp_frames;
};

extern const struct probe sim_call_probes[];

void sim_call_measure(const struct sim_call *c, struct sim_call_measured *out);

#endif
