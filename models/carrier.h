/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One direction of a call between two modems, frame by frame: a bounded queue
 * before a server whose rate may change or pause, with wrong bits that are
 * either frames lost or, under error correction, time lost.
 *
 * Unlike a line of constant rate (models/line.h), it does not know when a
 * frame leaves before it has: a retrain may come between, and with error
 * correction octets that follow in time travel in the same I-frame.  So its
 * deadline may move, both ways.
 *
 *   SYNC   HDLC over bits, RFC 1662 5: stuffing as for random contents
 *   ASYNC  start, 8 bits, stop (V.14), octets escaped by ACCM
 *   LAPM   the same octets in I-frames of V.42, N401 = 128, FCS of 16 bits
 *
 * LAPM's errors are played as what they cost: the I-frame that was hit is
 * rejected when the next one is through, and sent again with all after it
 * (REJ); when none follows, or when it is hit again, T401 runs out and the
 * receiver is asked (RR with P); after N400 questions without an answer, or
 * when a frame was sent so many times, the link has failed.  Left out: that a
 * window of 15 I-frames may be shorter than the round trip while there are no
 * errors (it is not at modem rates but over satellites), and I-frames of the
 * other direction that a REJ waits for.
 */
#ifndef MODELS_CARRIER_H
#define MODELS_CARRIER_H

#include "models/bit_errors.h"

#define CARRIER_FRAME_MAX_OCTETS 65535u

enum carrier_mode { CARRIER_SYNC, CARRIER_ASYNC, CARRIER_LAPM };

/* The first of a WAN-Error-Notify (RFC 2637 2.14) that a line causes. Overruns
 * are those of who takes the frames. */
enum carrier_fate {
    CARRIER_OK,
    CARRIER_CRC,       /* a wrong bit in an octet */
    CARRIER_FRAMING,   /* in a start or stop bit, or a flag or abort of it */
    CARRIER_TIME_OUT,  /* the carrier paused within it */
    CARRIER_ALIGNMENT, /* not whole octets */
    CARRIER_LINK_LOST, /* N400: it, and all that follow */
    CARRIER_FATES
};

struct carrier_config {
    enum carrier_mode mode;
    pptp_ns latency_ns;            /* from a bit sent to that bit received */
    pptp_ns t401_ns;               /* V.42 9.2.1; LAPM only */
    uint32_t n400;                 /* V.42 9.2.2 */
    uint32_t buffer_frames;        /* the one being sent included; > 0 */
    const struct bit_noise *noise; /* the caller's */
};

/* A frame that waits or is sent. */
struct carrier_slot {
    pptp_ns put_ns;
    uint32_t cookie;
    uint32_t len_octets;
    uint32_t line_octets; /* framed and escaped */
};

/* One that has left. */
struct carrier_frame {
    pptp_ns depart_ns; /* its buffer is free */
    pptp_ns arrive_ns;
    uint32_t cookie;
    uint32_t len_octets;
    enum carrier_fate fate;
};

struct carrier {
    const struct carrier_config *config; /* the caller's */
    struct carrier_slot *ring;           /* lent, while there are frames */
    struct bit_errors errors;
    pptp_ns end_ns;  /* the first leaves, or the last one left */
    pptp_ns tail_ns; /* its last I-frame begins */
    pptp_ns left_ns; /* paused: what was missing to end_ns */
    uint32_t head, count;
    uint32_t backlog;    /* octets behind the first, not under way yet */
    uint32_t resent;     /* LAPM: times that it went back */
    uint8_t ahead;       /* octets of the backlog under way with the first */
    uint8_t room;        /* octets that its last I-frame has left */
    uint8_t escaped;     /* control characters in ACCM */
    uint8_t carry;       /* of an octet's 256th part that escapes take */
    uint8_t fate;        /* of the first */
    bool planned;        /* the first has its end_ns */
    bool paused, failed; /* by set_rate, by N400 */
};

/* Up from `now` on: bits per second > 0, the ratio of wrong bits between
 * bursts, ACCM as PPP has it at first, and a stream of its own. */
void carrier_init(struct carrier *c, const struct carrier_config *config,
                  pptp_ns now, uint32_t rate_bps, double ratio, uint64_t seed);

/* A place for config->buffer_frames slots; and back, when there are no frames:
 * NULL if there are. */
void carrier_lend(struct carrier *c, struct carrier_slot *ring);
struct carrier_slot *carrier_take_back(struct carrier *c);

/* Octets below 0x20 that are escaped from here on (RFC 1662 7.1). */
void carrier_accm(struct carrier *c, uint32_t accm);

/* 0; PPTP_ERR_RESOURCE: full; PPTP_ERR_STATE: failed, or no ring;
 * PPTP_ERR_ARGUMENT: a length of 0 or beyond the maximum.  Who wants frames
 * back that have left calls carrier_done first. */
int carrier_put(struct carrier *c, pptp_ns now, uint32_t len_octets,
                uint32_t cookie);

/* When the first frame leaves as things are now, or PPTP_NEVER; after each of
 * the other calls it may be another time. */
pptp_ns carrier_deadline(const struct carrier *c);

/* The next that has left by `now`, in order; false: none. */
bool carrier_done(struct carrier *c, pptp_ns now, struct carrier_frame *out);

/* The call is over: the next frame, whether it has left or not. */
bool carrier_flush(struct carrier *c, struct carrier_frame *out);

/* Another rate and ratio of wrong bits; rate 0: a pause, as while modems
 * retrain, until the next rate.  What has left by now is to be taken first. */
void carrier_set_rate(struct carrier *c, pptp_ns now, uint32_t rate_bps,
                      double ratio);

#endif
