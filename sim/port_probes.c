/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of a port; port_probes.h. */
#include "config.h"

#include "sim/port_probes.h"

#include <math.h>

static double drop_ratio(const void *stats, uint64_t over_ns)
{
    const struct sim_port_stats *s = stats;
    double dropped = (double)s->dropped_full;

    (void)over_ns;
    return dropped / (dropped + (double)s->entered); /* 0 / 0: NAN */
}

static double queue_mean(const void *stats, uint64_t over_ns)
{
    const struct sim_port_stats *s = stats;

    return over_ns > 0 ? (double)s->queue_ns / (double)over_ns : NAN;
}

static double utilisation(const void *stats, uint64_t over_ns)
{
    const struct sim_port_stats *s = stats;

    return over_ns > 0 ? (double)s->busy_ns / (double)over_ns : NAN;
}

#define COUNT(member, name, unit, help) \
    PROBE_AS(struct sim_port_stats, member, name, PROBE_COUNTER, unit, help)
#define RATIO(function, unit, help) \
    PROBE_OF(function, #function, PROBE_DERIVED, unit, help)

const struct probe sim_port_probes[] = {
    COUNT(entered, "entered", "packets", "accepted"),
    COUNT(left, "packets", "packets", "whose last octet has been sent"),
    COUNT(left_octets, "octets", "octets", "of these"),
    COUNT(dropped_full, "dropped", "packets", "that found the queue full"),
    COUNT(dropped_down, "dropped_down", "packets",
          "that found the link down (rate 0)"),
    COUNT(lost, "lost", "packets", "sent, and lost on the way"),
    COUNT(damaged, "damaged", "packets", "sent, and an octet was changed"),
    COUNT(corrupt, "corrupt", "packets",
          "of those: lost, since it was in the IP header"),
    COUNT(duplicated, "duplicated", "packets", "made of others on the way"),
    COUNT(arrived, "arrived", "packets", "come to the other end"),
    PROBE_AS(struct sim_port_stats, waiting, "waiting", PROBE_GAUGE, "packets",
             "not yet sent at the end of the run"),
    PROBE_AS(struct sim_port_stats, in_flight, "in_flight", PROBE_GAUGE,
             "packets", "sent, and not yet there at the end of the run"),
    PROBE_THEN(struct sim_port_stats, waiting_before, "waiting_before",
               "packets", "not yet sent when measuring began"),
    PROBE_THEN(struct sim_port_stats, in_flight_before, "in_flight_before",
               "packets", "sent, and not yet there when measuring began"),
    RATIO(drop_ratio, "1", "dropped, over dropped and entered"),
    PROBE_AS(struct sim_port_stats, queue_max, "queue_max", PROBE_PEAK,
             "packets",
             "most that waited, without the one being sent; of the busier "
             "direction"),
    RATIO(queue_mean, "packets",
          "that waited, without the one being sent: the mean over time; of "
          "the busier direction"),
    RATIO(utilisation, "1",
          "share of the time that it sends, not counting that at rate 0; of "
          "the busier direction"),
    PROBE_END
};

void sim_port_stats_add(struct sim_port_stats *to,
                        const struct sim_port_stats *from)
{
    probe_merge(sim_port_probes, to, from);
    if (from->busy_ns > to->busy_ns)
        to->busy_ns = from->busy_ns;
    if (from->queue_ns > to->queue_ns)
        to->queue_ns = from->queue_ns;
}
