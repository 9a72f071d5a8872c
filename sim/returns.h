/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often something was lost that was up, how often it was up again, and
 * how long it was away: of control connections and of calls. */
#ifndef SIM_RETURNS_H
#define SIM_RETURNS_H

#include "base/hist.h"
#include "base/probe.h"

struct sim_returns {
    uint64_t lost, back;
    struct hist away; /* from the one to the other */
    pptp_ns lost_ns;  /* if it is away now */
    bool gone;        /* it is */
};

extern const struct probe sim_returns_probes[];

/* It was up, and is lost; nothing happens to what is away already. */
void sim_returns_lost(struct sim_returns *r, pptp_ns now);
/* It is up; nothing happens to what was not away. */
void sim_returns_back(struct sim_returns *r, pptp_ns now);

/* Measuring begins: what there was before goes to a copy with a histogram of
 * its own, to be taken away by probe_subtract. */
void sim_returns_keep(struct sim_returns *r, struct sim_returns *copy);

#endif
