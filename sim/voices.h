/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Speech of calls and flows (models/voice.h): sources whose packets are RTP
 * (RFC 3550), and who listens at the other end.
 */
#ifndef SIM_VOICES_H
#define SIM_VOICES_H

#include "base/probe.h"
#include "sim/world.h"

enum { SIM_RTP_OCTETS = 12, SIM_RTP_PORT = 5004 };

struct sim_voice {
    const struct sim_source *source;
    uint32_t index;
    struct voice voice;
};

/* The listener of a source: 0 or PPTP_ERR_RESOURCE. */
int sim_voice_new(struct sim_source *s, const struct voice_config *c);

/* The header of the next packet of his source. */
void sim_voice_rtp(const struct sim_voice *v, uint8_t out[SIM_RTP_OCTETS]);

/* A packet of UDP has come: n octets of it are at ip.  What a link has damaged
 * nobody hears: a checksum would have shown it. */
void sim_voices_hear(struct sim_world *w, const struct pptp_packet *k,
                     const uint8_t *ip, size_t n);

/* All that is decided by now is counted. */
void sim_voices_settle(struct sim_world *w);
void sim_voices_fini(struct sim_world *w);

/* Of a struct voice_stats: what was heard, of one or many; and of one what it
 * is worth. */
extern const struct probe sim_voice_heard[];
extern const struct probe sim_voice_worth[];

/* All of a world. */
struct sim_voices_sum {
    struct voice_stats stats; /* first */
    uint64_t voices;
    double r, r_least, mos; /* means, of those that were heard; NAN: none */
};

/* Beside sim_voice_heard. */
extern const struct probe sim_voices_worth[];

/* It is empty at first; hist_free is due for its delay. */
void sim_voices_sum(struct sim_voices_sum *sum, const struct sim_world *w);

#endif
