/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of users above TCP: of one, and of all of a kind. */
#ifndef SIM_USER_PROBES_H
#define SIM_USER_PROBES_H

#include "base/probe.h"
#include "sim/users.h"

/* Of a struct sim_user_stats. */
extern const struct probe sim_user_probes[];

/* All of a kind. */
struct sim_users_sum {
    uint64_t users;
    double fairness; /* NAN: nothing came */
    struct sim_user_stats stats;
};

/* Beside sim_user_probes of its stats. */
extern const struct probe sim_users_probes[];

/* By enum user_kind; the sums are empty at first, and hist_free is due for
 * the times of each. */
void sim_users_sum(struct sim_users_sum sums[USER_KINDS],
                   const struct sim_world *w);

#endif
