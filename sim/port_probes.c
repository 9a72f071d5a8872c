/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of a port; port_probes.h. */
#include "config.h"

#include "sim/port_probes.h"

#include <math.h>

#include "sim/port_queue.h"

static double drop_ratio(const void *stats, uint64_t over_ns)
{
    const struct sim_port_stats *s = stats;
    double dropped = (double)(s->dropped_full + s->dropped_early);

    (void)over_ns; /* 0 / 0: NAN */
    return dropped /
           (dropped + (double)s->entered - (double)s->dropped_waiting);
}

static double queue_mean(const void *stats, uint64_t over_ns)
{
    const struct sim_port_stats *s = stats;

    return over_ns > 0 ? (double)s->queue_ns / (double)over_ns : NAN;
}

static double octets_max(const void *stats, uint64_t over_ns)
{
    const struct sim_port_stats *s = stats;

    (void)over_ns;
    return s->decides != NULL ? (double)s->queue_octets_max : NAN;
}

static double octets_mean(const void *stats, uint64_t over_ns)
{
    const struct sim_port_stats *s = stats;

    return s->decides != NULL && over_ns > 0
               ? (double)s->queue_octets_ns / (double)over_ns
               : NAN;
}

/* A FIFO keeps no times of packets: Little's law. */
static double delay_mean(const void *stats, uint64_t over_ns)
{
    const struct sim_port_stats *s = stats;

    (void)over_ns;
    if (s->decides != NULL)
        return hist_mean_s(&s->decides->delay);
    return (double)s->queue_ns / (double)s->served * 1e-9; /* 0 / 0: NAN */
}

static double delay_quantile(const struct sim_port_stats *s, double q)
{
    return s->decides != NULL ? hist_quantile_s(&s->decides->delay, q) : NAN;
}

static double delay_p50(const void *stats, uint64_t over_ns)
{
    (void)over_ns;
    return delay_quantile(stats, 0.5);
}

static double delay_p95(const void *stats, uint64_t over_ns)
{
    (void)over_ns;
    return delay_quantile(stats, 0.95);
}

static double delay_p99(const void *stats, uint64_t over_ns)
{
    (void)over_ns;
    return delay_quantile(stats, 0.99);
}

static double delay_max(const void *stats, uint64_t over_ns)
{
    const struct sim_port_stats *s = stats;

    (void)over_ns;
    return s->decides != NULL ? hist_max_s(&s->decides->delay) : NAN;
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
#define QUEUE(what, unit, help) \
    PROBE_OF(what, "queue_" #what, PROBE_DERIVED, unit, help)
#define DELAY(what, help) \
    PROBE_OF(delay_##what, "queue_delay_" #what "_s", PROBE_DERIVED, "s", help)

const struct probe sim_port_probes[] = {
    COUNT(entered, "entered", "packets", "accepted"),
    COUNT(left, "packets", "packets", "whose last octet has been sent"),
    COUNT(left_octets, "octets", "octets", "of these"),
    COUNT(dropped_full, "dropped", "packets", "as the queue was full"),
    COUNT(dropped_early, "dropped_early", "packets",
          "by a queue_model's decision, with room left"),
    COUNT(dropped_waiting, "dropped_waiting", "packets",
          "of these two: after they had been accepted"),
    COUNT(marked, "marked", "packets",
          "sent with CE in the outer IP header, by a queue_model"),
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
    RATIO(drop_ratio, "1",
          "dropped and dropped_early, over all that came to the queue"),
    PROBE_AS(struct sim_port_stats, queue_max, "queue_max", PROBE_PEAK,
             "packets",
             "most that waited, without the one being sent; of the busier "
             "direction"),
    RATIO(queue_mean, "packets",
          "that waited, without the one being sent: the mean over time; of "
          "the busier direction"),
    QUEUE(octets_max, "octets", "as queue_max; with a queue_model only"),
    QUEUE(octets_mean, "octets", "as queue_mean; with a queue_model only"),
    DELAY(mean, "that packets waited before they were sent, mean; of the "
                "busier direction"),
    DELAY(p50, "the same, median; with a queue_model only"),
    DELAY(p95, "the same, 95th percentile"),
    DELAY(p99, "the same, 99th percentile"),
    DELAY(max, "the same, largest"),
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
    if (from->queue_octets_max > to->queue_octets_max)
        to->queue_octets_max = from->queue_octets_max;
    if (from->queue_octets_ns > to->queue_octets_ns)
        to->queue_octets_ns = from->queue_octets_ns;
    if (from->queue_ns < to->queue_ns)
        return;
    to->queue_ns = from->queue_ns;
    to->served = from->served;
    to->decides = from->decides;
}
