/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of a port at given times, for good or for a while. */
#ifndef SIM_CHANGES_H
#define SIM_CHANGES_H

#include "models/queue.h"
#include "sim/arena.h"
#include "sim/impair.h"

/* A bit each: what a change says. */
enum sim_change_of {
    SIM_CHANGE_RATE = 1,
    SIM_CHANGE_LATENCY = 2,
    SIM_CHANGE_QUEUE = 4,
    SIM_CHANGE_DOWN = 8,
    SIM_CHANGE_MODEL = 16,
    SIM_CHANGE_LOSS = 32, /* from here on: of sim/impair.h */
    SIM_CHANGE_JITTER = 64,
    SIM_CHANGE_REORDER = 128,
    SIM_CHANGE_DUPLICATE = 256,
    SIM_CHANGE_CORRUPT = 512,
    SIM_CHANGE_BITS = 1024
};

struct sim_port_state {
    double rate_octets; /* a second */
    pptp_ns latency_ns;
    uint32_t queue_packets; /* > 0 */
    bool down;
    struct queue_config model; /* of a queue that decides, but its limits */
    struct sim_impair_config impair;
};

struct sim_change {
    pptp_ns at_ns, for_ns;       /* for 0: it stays */
    uint32_t what;               /* enum sim_change_of, together */
    struct sim_port_state state; /* of this, what `what` says */
};

/* Before the port's calendar has come to at_ns; its memory is of `a`.  At the
 * end of for_ns what was changed is as it was before at_ns, whatever has been
 * done to it meanwhile.  A model is changed where there is one of its kind, with
 * as many flows.  Of changes of the same things none begins before
 * those added earlier have ended.  0 or PPTP_ERR_RESOURCE. */
int sim_port_change(struct sim_port *p, struct sim_arena *a,
                    const struct sim_change *c);

#endif
