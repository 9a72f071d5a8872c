/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a simulated line has between its two ends when they are modems: a rate
 * that the line allows, which changes during the call (models/modem_link), and
 * frames that meet wrong bits (models/carrier).  A modem is there while a call
 * is; its buffers while there are frames.
 */
#ifndef SIM_MODEM_H
#define SIM_MODEM_H

#include "base/probe.h"
#include "models/carrier.h"
#include "models/loop.h"
#include "models/modem_link.h"
#include "sim/line.h"

struct sim_modem;

struct sim_modem_config {
    struct modem_link_config link;
    struct loop_population loops;
    /* Of each modulation; alike but for their latency. Their noise is: */
    struct carrier_config carrier[MODEM_MODULATIONS];
    struct bit_noise noise;
    double train_sigma;
    /* Of the Packet Processing Delay of a rate (RFC 2637 4.4). */
    uint32_t mtu_octets, window_packets;
    pptp_ns fudge_ns;
};

/* X(name, unit, help) */
#define SIM_MODEM_STATS(X)                                                 \
    X(connected, "calls", "calls whose modems began to talk")              \
    X(no_rate, "calls", "calls whose line had no rate for them")           \
    X(retrains, "times", "modems trained anew")                            \
    X(faster, "times", "a faster rate was taken during a call")            \
    X(slower, "times", "a slower one")                                     \
    X(carrier_lost, "calls", "ended by a dropout of the line")             \
    X(given_up, "calls",                                                   \
      "ended since no rate was left, or after too "                        \
      "many retrains")                                                     \
    X(link_failed, "calls", "ended by V.42: nothing came through")         \
    X(crc_errors, "frames", "lost to wrong bits, both ways")               \
    X(framing_errors, "frames", "lost to wrong bits in start, stop, flag") \
    X(time_outs, "frames", "cut off by a pause of the modems")             \
    X(alignment_errors, "frames", "lost as they were not whole octets")    \
    X(resent, "frames", "of V.42, sent again")                             \
    X(full, "frames", "that found a buffer full")

struct sim_modem_stats {
    SIM_MODEM_STATS(PROBE_MEMBER)
};

extern const struct probe sim_modem_probes[];

/* Rates to callers, as calls began: of V.22bis to V.34 steps of 2,400 bit/s,
 * and of V.90 from 28,000 on, in steps of 8000/6. */
enum { SIM_SPEEDS = 14 + 22 };

/* Of a kind of lines; the caller's. */
struct sim_modems {
    struct sim_modem_config config;
    struct sim_modem *free; /* those that are over */
    struct sim_modem *all;  /* there have ever been */
    struct carrier_slot *rings;
    struct carrier_slot **all_rings;
    uint32_t n_rings, room_rings;
    uint64_t full;                        /* frames, ever */
    struct sim_modem_stats stats, before; /* before measuring began */
    uint64_t speeds[SIM_SPEEDS], speeds_before[SIM_SPEEDS];
};

void sim_modems_measure(struct sim_modems *m);
/* `stats` without what was before, once. */
void sim_modems_settle(struct sim_modems *m);
/* Frames that were lost as they came wrong, or not at all. */
uint64_t sim_modems_wrong(const struct sim_modems *m);
/* Bit/s of a row of `speeds`. */
uint32_t sim_modem_speed(unsigned i);

/* How long modems at this line train; false: it has no rate for them. */
bool sim_modem_trains(const struct sim_line *l, struct dist_rng *r,
                      pptp_ns *out_ns);

/* The modems of a line's call, or NULL. */
const struct modem_link *sim_modem_link(const struct sim_line *l);

/* For lines that have them. */
extern const struct sim_line_modems sim_modem_lines;

#endif
