/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Captures as a source of traffic: takes a pcap or pcapng image apart into
 * the times and sizes of the packets that one machine sent.
 *
 * Reads pcap (micro- and nanoseconds, both byte orders) and pcapng (section,
 * interface, enhanced, simple and obsolete packet blocks; if_tsresol and
 * if_tsoffset; both byte orders, many sections).  Link types: Ethernet with
 * VLAN tags and PPPoE, raw IP, Linux cooked (1 and 2), null and loop, PPP.
 *
 * When the capture holds PPP frames in PPTP (enhanced GRE, RFC 2637 4.1) only
 * these count, and the size is that of the packet inside the PPP frame: such
 * a capture replays what its users sent.  PPP control frames (LCP, NCPs,
 * authentication: protocol 8000 and above) are left out, since whoever
 * replays brings up a PPP of its own.  Otherwise each IPv4 packet counts.
 * Sizes come from the headers, so a capture cut by a snap length is good.
 */
#ifndef MODELS_CAPTURE_H
#define MODELS_CAPTURE_H

#include "models/traffic.h"
#include "pptp/base.h"

#define CAPTURE_INTERFACES_MAX 64u /* in a pcapng section */

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
    const char *error;     /* what is wrong, NULL if nothing is */
    size_t error_at;       /* where: octets from the start of the image */
};

/* One packet of a capture, as far as its IPv4 header. */
struct capture_frame {
    uint64_t number;      /* from 1, as capture readers count */
    pptp_ns at_ns;        /* since 1970 */
    const uint8_t *ipv4;  /* its first octet, NULL if it is not IPv4 */
    size_t len;           /* octets captured from there on */
    uint32_t wire_octets; /* … and on the wire; 0 if that is unknown */
    bool link_known;      /* false: its interface's link type is foreign */
};

/* Returns 0 to go on, or a negative one that capture_walk then returns. */
typedef int (*capture_visit)(void *ctx, const struct capture_frame *f);

/*
 * Shows each packet of `len` octets of a capture, in the file's order, and
 * keeps nothing: the octets may be a mapped file of any size.  A simple
 * packet block has the time of the packet before it.
 *
 * 0, what `visit` returned, or as capture_parse (but PPTP_ERR_UNKNOWN), with
 * *error and *error_at set; what stands before the fault has been shown.
 */
int capture_walk(const uint8_t *octets, size_t len, capture_visit visit,
                 void *ctx, const char **error, size_t *error_at);

/*
 * Parses `len` octets.  src_ipv4 (host order) chooses the sender; 0 takes
 * the one that sent the most data octets (of equals the lower address).
 * A simple packet block has no time: it gets that of the packet before it.
 *
 * 0; or PPTP_ERR_TRUNCATED, PPTP_ERR_FORMAT (not a capture, or a broken
 * block), PPTP_ERR_VALUE (link type, time), PPTP_ERR_UNKNOWN (no packets, or
 * none from src_ipv4), PPTP_ERR_RESOURCE (memory, interfaces), with `error`
 * and `error_at` set and no packets.  The octets stay the caller's;
 * capture_fini() frees what `out` holds, after an error too.
 */
int capture_parse(const uint8_t *octets, size_t len, uint32_t src_ipv4,
                  struct capture *out);
void capture_fini(struct capture *c);

#endif
