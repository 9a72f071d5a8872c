/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A world in sums: all its calls, flows, peers and links together. */
#ifndef SIM_TOTALS_H
#define SIM_TOTALS_H

#include "base/probe.h"
#include "sim/modem.h"
#include "sim/subscribers.h"
#include "sim/user_probes.h"
#include "sim/voices.h"
#include "sim/world.h"

struct sim_totals {
    uint64_t calls, calls_up, calls_established, calls_failed;
    struct sim_account way[2]; /* of the calls, by enum sim_way */
    struct sim_account both, flows;
    struct sim_users_sum users[USER_KINDS];
    struct sim_voices_sum voices;
    uint64_t phones;
    struct sim_phone_stats phone; /* of all of them */
    uint64_t modem_groups;
    struct sim_modem_stats modem; /* of all of them */
    uint64_t subscribers;
    struct sim_subscribers_stats wishes; /* of all of them */
    struct hist rtt;
    struct sim_returns call_returns, conn_returns;
    double fairness; /* NAN: nothing was delivered */
    uint64_t timeouts, send_queue_drops, recv_overflow;
    uint64_t bottleneck_drops, pool_used_max, pool_exhausted;
};

/* Of a struct sim_totals: its calls; peers, links and pool; flows.  What
 * sim_account_probes say of its accounts stands between. */
extern const struct probe sim_totals_calls[];
extern const struct probe sim_totals_net[];
extern const struct probe sim_totals_flows[];

/* Of a world that is settled (measure.h); sim_totals_fini is due. */
void sim_totals_make(struct sim_totals *t, const struct sim_world *w);
void sim_totals_fini(struct sim_totals *t);

#endif
