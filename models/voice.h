/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Speech in packets: codecs, and who listens.
 *
 * A listener plays each packet out at a time of its own: the first that comes
 * of a talk spurt `playout` after it came, the others as much later as they
 * were sent later.  What comes after its time is lost as what never comes.
 * What was heard goes into the E-model (emodel.h): losses and how they come
 * in a row, and the mean time from mouth to ear.
 */
#ifndef MODELS_VOICE_H
#define MODELS_VOICE_H

#include "base/base.h"
#include "base/hist.h"

enum voice_codec {
#define X(name, bps, frame_us, ahead_us, ie, bpl, type, help) VOICE_##name,
#include "models/voice.def"
#undef X
    VOICE_CODECS
};

/* IPv4, UDP and RTP before the frames. */
enum { VOICE_HEADS = 20 + 8 + 12, VOICE_WINDOW = 64 };

struct voice_config {
    enum voice_codec codec;
    pptp_ns frame_ns;   /* of speech in a packet, 1 ms … 1 s */
    pptp_ns playout_ns; /* that the first packet of a spurt waits */
};

/* A packet has a multiple of that. */
pptp_ns voice_frame_ns(enum voice_codec codec);

/* Octets of an IP packet. */
uint32_t voice_octets(const struct voice_config *c);

uint8_t voice_payload_type(const struct voice_config *c);

struct voice_stats {
    uint64_t played;
    uint64_t late;     /* too late for their time */
    uint64_t lost;     /* never came, or VOICE_WINDOW packets later */
    uint64_t bursts;   /* rows of packets that were not played */
    struct hist delay; /* from mouth to ear, of those played */
    struct voice_config config;
};

/* Of what was played and was not; R of the E-model: NAN if nothing was. */
double voice_loss(const struct voice_stats *s);
double voice_r(const struct voice_stats *s);

struct voice {
    struct voice_stats stats;
    uint64_t next;         /* of the window: packets before are decided */
    uint64_t came, played; /* of the window: bits, the lowest is `next` */
    uint64_t last;         /* the highest that came, + 1; 0: none did */
    pptp_ns last_sent_ns;
    pptp_ns
        base_ns; /* what is sent at 0 would be played then, of this spurt */
    bool gap;    /* the last that was decided was not played */
};

void voice_init(struct voice *v, const struct voice_config *c);

/* Packet `number`, from 0 in the order of sending, sent then. */
void voice_arrived(struct voice *v, pptp_ns now, uint64_t number,
                   pptp_ns sent_ns);

/* So many have been sent: all but the last VOICE_WINDOW are decided. */
void voice_settle(struct voice *v, uint64_t sent);

#endif
