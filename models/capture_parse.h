/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A source of traffic made of a capture: times and sizes of the packets that
 * one machine sent, to be replayed.
 */
#ifndef MODELS_CAPTURE_PARSE_H
#define MODELS_CAPTURE_PARSE_H

#include "ip/capture.h"
#include "models/traffic.h"

#define CAPTURE_PACKETS_MAX ((size_t)8 << 20) /* that a replay can hold */

/*
 * When the capture holds PPP frames in PPTP (enhanced GRE, RFC 2637 4.1) only
 * these count, and the size is that of the packet inside the PPP frame: such a
 * capture replays what its users sent.  PPP control frames (LCP, NCPs,
 * authentication: protocol 8000 and above) are left out, since whoever replays
 * brings up a PPP of its own.  Otherwise each IPv4 packet counts.  Sizes come
 * from the headers, so a capture cut by a snap length is good.
 */
struct capture {
    struct traffic_packet *packets; /* ascending, the first at 0 */
    size_t count;
    uint32_t src_ipv4;     /* who sent them, host order */
    uint64_t data_octets;  /* sum of their sizes */
    bool pptp;             /* it is a capture of PPTP */
    uint64_t seen;         /* packets in the capture, of which … */
    uint64_t other_source; /* … usable, but sent by somebody else */
    uint64_t ppp_control;  /* … PPP control frames inside PPTP */
    uint64_t no_data;      /* … enhanced GRE without payload (acks) */
    uint64_t not_tunnel;   /* … IPv4 beside the tunnel in a PPTP capture */
    uint64_t ignored;      /* … not IPv4, or headers cut or broken */
    struct capture_fault fault; /* what is wrong, if something is */
};

/* A packet that could be replayed. */
struct capture_item;

struct capture_taker {
    struct capture *out;
    struct capture_item *items;
    size_t count, limit;
    char error[96];
};

/*
 * To be used with capture_feed: begin, capture_take with each frame, end.
 *
 * The end chooses and sorts.  src_ipv4 (host order) is the sender; 0 takes
 * the one that sent the most data octets (of equals the lower address).  A
 * packet without a time gets that of the packet before it.  `err` and `fault`
 * are the reader's, len is what there was of the capture.
 *
 * The end gives 0, err, or PPTP_ERR_UNKNOWN (no packets, or none from
 * src_ipv4) or PPTP_ERR_RESOURCE (memory, or more than CAPTURE_PACKETS_MAX
 * packets), with out->fault set and no packets.  capture_fini() frees what
 * `out` holds, after an error too.
 */
void capture_take_begin(struct capture_taker *t, struct capture *out);
int capture_take(void *taker, const struct capture_frame *f);
int capture_take_end(struct capture_taker *t, int err,
                     const struct capture_fault *fault, uint64_t len,
                     uint32_t src_ipv4);

/* All of it for `len` octets in one piece, which stay the caller's. */
int capture_parse(const uint8_t *octets, size_t len, uint32_t src_ipv4,
                  struct capture *out);
void capture_fini(struct capture *c);

#endif
