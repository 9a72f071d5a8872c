/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of users; user_probes.h. */
#include "config.h"

#include "sim/user_probes.h"

static double octets_of(const struct user_stats *s)
{
    return (double)(s->octets[USER_CLIENT] + s->octets[USER_SERVER]);
}

static double goodput_bps(const void *stats, uint64_t over_ns)
{
    double s = (double)over_ns * 1e-9;

    return over_ns > 0 ? octets_of(stats) * 8 / s : 0;
}

static double fairness(const void *index, uint64_t over_ns)
{
    (void)over_ns;
    return *(const double *)index;
}

#define COUNT(member, name, unit, help)                                     \
    PROBE_AS(struct sim_user_stats, user.member, name, PROBE_COUNTER, unit, \
             help)

const struct probe sim_user_probes[] = {
    COUNT(octets[USER_SERVER], "octets_to", "octets",
          "come in order to the end that connections are opened to"),
    COUNT(octets[USER_CLIENT], "octets_back", "octets",
          "come in order to the end that opens connections"),
    PROBE_OF_PART(struct sim_user_stats, user, goodput_bps, "goodput_bps",
                  PROBE_DERIVED, "bit/s",
                  "octets that came in order, over the time that is measured"),
    COUNT(opened, "opened", "connections", "opened"),
    COUNT(failed, "failed", "connections", "refused, reset or given up"),
    COUNT(rounds, "rounds", "rounds", "that came to their end"),
    PROBE_AS(struct sim_user_stats, user.time, "time", PROBE_DISTRIBUTION, "s",
             "the time of a round: of a transfer, a response, a page, an "
             "echo"),
#define X(name, help)                                                      \
    PROBE_AS(struct sim_user_stats, tcp.name, "tcp_" #name, PROBE_COUNTER, \
             "1", help),
#include "models/tcp.def"
#undef X
    PROBE_END
};

const struct probe sim_users_probes[] = {
    PROBE(struct sim_users_sum, users, PROBE_GAUGE, "users",
          "in the scenario"),
    PROBE_OF_PART(struct sim_users_sum, fairness, fairness, "fairness",
                  PROBE_DERIVED, "1",
                  "Jain's index over the octets that came, of each; not there "
                  "when none did"),
    PROBE_END
};

void sim_users_sum(struct sim_users_sum sums[USER_KINDS],
                   const struct sim_world *w)
{
    double sum[USER_KINDS] = { 0 }, squares[USER_KINDS] = { 0 };

    for (uint32_t i = 0; w->users != NULL && i < w->users->count; i++) {
        const struct sim_user *u = w->users->user[i];
        enum user_kind kind = u->config.kind;
        double x = octets_of(&u->stats.user);

        sums[kind].users++;
        probe_merge(sim_user_probes, &sums[kind].stats, &u->stats);
        sum[kind] += x;
        squares[kind] += x * x;
    }
    for (int k = 0; k < USER_KINDS; k++)
        sums[k].fairness = sum[k] * sum[k] /
                           (squares[k] * (double)sums[k].users);
}
