/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Traffic: when a user's machine sends an IP packet into its PPP, and how
 * long the packet is.  A source is asked for one packet after the other; it
 * has no clock and never looks at what became of them (open loop).
 *
 * Sizes are octets of the inner IP packet.  Rates are those of PPP frames as
 * PPTP carries them: the IP packet and TRAFFIC_PPP_OCTETS of PPP header
 * (FF 03 00 21), without flags, escapes and FCS.
 */
#ifndef MODELS_TRAFFIC_H
#define MODELS_TRAFFIC_H

#include "base/base.h"
#include "models/dist.h"

#define TRAFFIC_PPP_OCTETS 4u
#define TRAFFIC_SIZE_MIN_OCTETS 20u /* an IPv4 header */
#define TRAFFIC_SIZE_MAX_OCTETS 65535u
#define TRAFFIC_SHAPE_DEFAULT 1.5
#define TRAFFIC_END_NS ((pptp_ns)1 << 62) /* no source goes beyond */

enum traffic_kind {
#define X(name, kind) TRAFFIC_##kind,
#include "models/traffic.def"
#undef X
};

enum traffic_sizes {
    TRAFFIC_FIXED,
    /* Octets, exponential about the mean: with Poisson's gaps the M/M/1 of
     * books.  What is drawn below the least or beyond the largest packet is
     * that one: with a mean of 1,000, all but nothing. */
    TRAFFIC_EXPONENTIAL
};

/* One packet: time since the start of the source, octets of inner IP. */
struct traffic_packet {
    pptp_ns at_ns;
    uint32_t size_octets;
};

struct traffic_config {
    enum traffic_kind kind;
    uint64_t rate_bps; /* long-run mean, not for replay, voice; 1 … 10^15 */
    uint32_t size_octets;     /* not for replay; 20 … 65535 */
    enum traffic_sizes sizes; /* about size_octets; not for replay */
    pptp_ns stop_ns;          /* nothing at or after this; 0: goes on */

    pptp_ns on_mean_ns; /* on/off: 1 us … 2^53 ns, both; voice: spurts and */
    pptp_ns off_mean_ns; /* pauses, exponential; off 0: no pauses */
    pptp_ns frame_ns;    /* voice: from packet to packet, 1 us … 2^53 ns */
    double shape;        /* on/off: > 1; 0: TRAFFIC_SHAPE_DEFAULT */

    const struct traffic_packet *packets; /* replay: ascending times; */
    size_t packet_count;                  /* stays the caller's, >= 1 */
    double time_scale;                    /* gaps times this; 0: 1 */
    bool loop;           /* again and again (needs a stop or a patient user) */
    pptp_ns loop_gap_ns; /* not scaled; from the last packet to the first of
                          * the next round; 0: the list's mean gap, scaled,
                          * which may not be 0 then */
};

/* What every packet touches comes first. */
struct traffic_source {
    bool ended;
    pptp_ns at_ns;     /* next packet; replay: start of this round */
    pptp_ns last_ns;   /* time of the packet handed out last */
    uint64_t peak_bps; /* rate while on; else the configured rate */
    uint64_t step_ns;  /* gap at peak_bps: whole nanoseconds … */
    uint64_t step_rem; /* … and this many of 1/peak_bps ns */
    uint64_t carry;    /* fraction so far, in 1/peak_bps ns, < peak_bps */
    struct traffic_config config;
    uint64_t on_left_ns; /* on/off, voice: what is left of this on time */
    size_t index;        /* replay: next of the list */
    struct dist_rng rng;
    uint64_t size_rng; /* its own: gaps are what they are with fixed sizes */
};

/*
 * Starts a source with the stream of (seed, name).  0, or PPTP_ERR_ARGUMENT
 * when a value is outside what traffic_config says.
 *
 * On/off sends at peak = rate * (on + off) / on (rounded to 1 bit/s).  Time
 * between packets runs only while on and goes on where it was, so short on
 * times lose nothing.  It starts on with probability on / (on + off), with a
 * whole period: the residual life of a Pareto of shape <= 2 has no mean.
 */
int traffic_init(struct traffic_source *s, const struct traffic_config *config,
                 uint64_t seed, const char *name);

/* The next packet, at or after the one before; false: there is none. */
bool traffic_next(struct traffic_source *s, struct traffic_packet *out);

#endif
