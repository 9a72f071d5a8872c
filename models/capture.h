/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Captures: takes pcap and pcapng apart into packets, as far as their IPv4
 * header, and makes a source of traffic of the packets that one machine sent.
 *
 * Reads pcap (micro- and nanoseconds, both byte orders) and pcapng (section,
 * interface, enhanced, simple and obsolete packet blocks; if_tsresol and
 * if_tsoffset; both byte orders, many sections).  What stands between a frame
 * and its IPv4 packet is encap.h's.
 *
 * capture.c         the containers
 * capture_parse.c   times and sizes of packets, to be replayed
 */
#ifndef MODELS_CAPTURE_H
#define MODELS_CAPTURE_H

#include "base/base.h"
#include "models/encap.h"
#include "models/traffic.h"

#define CAPTURE_INTERFACES_MAX 64u            /* in a pcapng section */
#define CAPTURE_RECORD_MAX ((size_t)16 << 20) /* octets of one, with header */
#define CAPTURE_PACKETS_MAX ((size_t)8 << 20) /* that a replay can hold */

/* Why a capture was not read to its end. */
struct capture_fault {
    char text[96]; /* empty: nothing is wrong */
    uint64_t at;   /* octets from the start of the capture */
};

/* One packet of a capture, as far as its IPv4 header. */
struct capture_frame {
    uint64_t number; /* from 1, as capture readers count */
    pptp_ns at_ns;   /* since 1970 */
    bool timed;      /* false: it has no time, and that of the one before */
    enum encap_kind kind; /* what it is, with … */
    uint32_t which;       /* … a number of that kind */
    const uint8_t *ipv4;  /* its first octet, NULL if there is none */
    size_t len;           /* octets captured from there on */
    uint32_t wire_octets; /* … and on the wire; 0 if that is unknown */
};

/* Returns 0 to go on, or a negative one that capture_feed then returns. */
typedef int (*capture_visit)(void *ctx, const struct capture_frame *f);

struct capture_interface {
    uint32_t link;
    uint8_t resolution; /* if_tsresol: 10^-n, or 2^-n with the top bit */
    uint32_t snap_octets;
    int64_t offset_s;
};

enum capture_format { CAPTURE_UNKNOWN, CAPTURE_PCAP, CAPTURE_PCAPNG };

/* A capture that comes in pieces; the members are the reader's own. */
struct capture_reader {
    capture_visit visit;
    void *ctx;
    enum capture_format format;
    bool big;      /* byte order of the container */
    bool nano;     /* pcap: nanoseconds */
    uint64_t base; /* where the octets at hand stand in the capture */
    uint64_t frames;
    pptp_ns last_ns; /* of the packet before, for those without a time */
    struct capture_fault fault;
    uint32_t interface_count; /* pcap has one */
    struct capture_interface interfaces[CAPTURE_INTERFACES_MAX];
};

void capture_begin(struct capture_reader *r, capture_visit visit, void *ctx);

/*
 * Shows each packet of the next `len` octets, in the file's order, and keeps
 * nothing.  Takes whole records only: *used says how many octets that were,
 * and the rest comes again, with more behind it, until `last` is true.  With
 * CAPTURE_RECORD_MAX octets at hand it always takes some.
 *
 * 0; what `visit` returned; or PPTP_ERR_TRUNCATED, PPTP_ERR_FORMAT (not a
 * capture, or a broken block), PPTP_ERR_VALUE (link type, time),
 * PPTP_ERR_RESOURCE (interfaces), and r->fault says what and where.  What
 * stands before the fault has been shown.
 */
int capture_feed(struct capture_reader *r, const uint8_t *octets, size_t len,
                 bool last, size_t *used);

/* The same for a capture in one piece. */
int capture_walk(const uint8_t *octets, size_t len, capture_visit visit,
                 void *ctx, struct capture_fault *fault);

/*
 * A source of traffic.  When the capture holds PPP frames in PPTP (enhanced
 * GRE, RFC 2637 4.1) only these count, and the size is that of the packet
 * inside the PPP frame: such a capture replays what its users sent.  PPP
 * control frames (LCP, NCPs, authentication: protocol 8000 and above) are
 * left out, since whoever replays brings up a PPP of its own.  Otherwise each
 * IPv4 packet counts.  Sizes come from the headers, so a capture cut by a
 * snap length is good.
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
