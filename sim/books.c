/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told of an account; books.h. */
#include "config.h"

#include "sim/books.h"

#include <math.h>

const char *sim_place_name(enum sim_place p)
{
    static const char *const names[SIM_PLACES] = {
#define X(name, help) #name,
        SIM_PLACES_X(X)
#undef X
    };

    PPTP_ASSERT(p < SIM_PLACES);
    return names[p];
}

double sim_account_all_lost(const void *account, uint64_t over_ns)
{
    (void)over_ns;
    return (double)sim_account_lost(account);
}

double sim_account_loss_ratio(const void *account, uint64_t over_ns)
{
    const struct sim_account *a = account;
    /* a packet of which another copy came is not gone */
    double gone = (double)(sim_account_lost(a) - a->lost[SIM_PLACE_duplicate]);

    (void)over_ns;
    return gone / (gone + (double)a->delivered); /* 0 / 0: NAN */
}

double sim_account_goodput_bps(const void *account, uint64_t over_ns)
{
    const struct sim_account *a = account;
    double s = (double)over_ns * 1e-9;

    return over_ns > 0 ? (double)a->delivered_octets * 8 / s : 0;
}

#define COUNT(member, unit, help) \
    PROBE_AS(struct sim_account, member, #member, PROBE_COUNTER, unit, help)

const struct probe sim_account_probes[] = {
    COUNT(offered, "packets", "made by their sources"),
    COUNT(offered_octets, "octets", "made by their sources"),
    COUNT(duplicated, "packets", "made of others by links"),
    COUNT(delivered, "packets", "come to their users"),
    COUNT(damaged, "packets",
          "of those: with an octet that a link had changed"),
    COUNT(delivered_octets, "octets", "come to their users"),
    PROBE_OF(sim_account_all_lost, "lost", PROBE_COUNTER, "packets",
             "lost, wherever"),
#define X(place, help)                                                    \
    PROBE_AS(struct sim_account, lost[SIM_PLACE_##place], "lost_" #place, \
             PROBE_COUNTER, "packets", help),
    SIM_PLACES_X(X)
#undef X
        PROBE(struct sim_account, under_way, PROBE_GAUGE, "packets",
              "under way at the end of the run"),
    PROBE_THEN(struct sim_account, under_way_before, "under_way_before",
               "packets", "under way when measuring began"),
    PROBE_OF(sim_account_loss_ratio, "loss_ratio", PROBE_DERIVED, "1",
             "lost, over lost and delivered: of what is decided"),
    PROBE_OF(sim_account_goodput_bps, "goodput_bps", PROBE_DERIVED, "bit/s",
             "octets delivered, over the time that is measured"),
    PROBE(struct sim_account, delay, PROBE_DISTRIBUTION, "s",
          "the delay one way, source to sink, of what was delivered"),
    PROBE_END
};
