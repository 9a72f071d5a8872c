/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line behind a PAC as PPTP feels it: a first-in-first-out server of
 * constant rate with a bounded buffer, one direction (a call has two).  This
 * is the slowness that the Packet Processing Delay of RFC 2637 4.4 announces.
 *
 * The line is synchronous: 8 bits an octet.  A frame of n octets (from its
 * address field or protocol field on, as PPTP carries it) costs
 * n + LINE_FRAMING_OCTETS: two of FCS and two of flags (RFC 1662).  Escapes
 * and bit stuffing depend on contents that a simulation does not have and
 * cost nothing here.
 */
#ifndef MODELS_LINE_H
#define MODELS_LINE_H

#include "base/base.h"

#define LINE_FRAMING_OCTETS 4u
#define LINE_FRAME_MAX_OCTETS 65535u

struct line_config {
    uint64_t rate_bps;       /* 1 … 10^15 */
    pptp_ns delay_ns;        /* from last bit sent to last bit received */
    uint32_t buffer_packets; /* frames held, the one being sent included */
};

/* A frame in the line: the caller's cookie and what will become of it. */
struct line_frame {
    pptp_ns depart_ns; /* last bit leaves the sender: its buffer is free */
    pptp_ns arrive_ns; /* last bit is there: depart + delay */
    uint32_t len_octets;
    uint32_t cookie;
};

struct line {
    struct line_config config;
    pptp_ns free_ns;          /* when the server has sent all it holds … */
    uint64_t carry;           /* … plus this many of 1/rate_bps ns */
    pptp_ns now_ns;           /* latest time seen */
    uint32_t head;            /* oldest frame of the ring */
    uint32_t count;           /* frames in the ring */
    uint64_t frames;          /* accepted */
    uint64_t octets;          /* accepted, without framing */
    uint64_t full;            /* refused: no room */
    uint64_t busy_ns;         /* time the accepted frames take on the line */
    struct line_frame ring[]; /* config.buffer_packets of them */
};

/* Octets a line needs in one block without pointers; 0: bad config. */
size_t line_mem_octets(const struct line_config *config);

/* Makes a line in mem (8-aligned, line_mem_octets() long, caller's);
 * NULL: bad config. */
struct line *line_init(void *mem, const struct line_config *config);

/* The same on the heap; NULL: bad config or no memory. */
struct line *line_new(const struct line_config *config);
void line_free(struct line *l);

/*
 * Hands a frame to the line at `now` (never goes back, asserted) and tells
 * in *out (may be NULL) when it departs and arrives.  0; PPTP_ERR_RESOURCE
 * when the buffer is full; PPTP_ERR_ARGUMENT for a length of 0 or beyond
 * LINE_FRAME_MAX_OCTETS.  Forgets frames that have departed: a caller who
 * wants them back calls line_done() first.
 */
int line_put(struct line *l, pptp_ns now, uint32_t len_octets, uint32_t cookie,
             struct line_frame *out);

/* Takes the oldest frame that has departed by `now`; false: there is none. */
bool line_done(struct line *l, pptp_ns now, struct line_frame *out);

/* The call is over: takes the oldest frame, departed or not; false: there is
 * none, and the line is idle. */
bool line_flush(struct line *l, struct line_frame *out);

/* When the oldest frame departs (may be past), or PPTP_NEVER. */
pptp_ns line_deadline(const struct line *l);

/* Frames not yet departed at `now`, the one being sent included. */
uint32_t line_occupancy(const struct line *l, pptp_ns now);

/* Nanoseconds that a frame takes on an idle line, rounded down. */
pptp_ns line_frame_ns(const struct line *l, uint32_t len_octets);

/*
 * RFC 2637 4.4: the Packet Processing Delay field, in tenths of a second:
 * ((mtu - 36) * window * 8) / rate seconds and the fudge, rounded up, at most
 * 65535.  MTU (octets) and window (packets) count as 65535 at most, an MTU up
 * to 36 as none, a rate as 10^15 at most.  0 when rate_bps is 0: the caller
 * has its own value then.
 */
uint16_t line_ppd_ds(uint32_t mtu_octets, uint32_t window_packets,
                     uint64_t rate_bps, pptp_ns fudge_ns);

#endif
