/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Captures: takes pcap and pcapng apart into packets, as far as their IPv4
 * header.
 *
 * Reads pcap (micro- and nanoseconds, both byte orders) and pcapng (section,
 * interface, enhanced, simple and obsolete packet blocks; if_tsresol and
 * if_tsoffset; both byte orders, many sections).  What stands between a frame
 * and its IPv4 packet is encap.h's.
 */
#ifndef IP_CAPTURE_H
#define IP_CAPTURE_H

#include "base/base.h"
#include "ip/encap.h"

#define CAPTURE_INTERFACES_MAX 64u            /* in a pcapng section */
#define CAPTURE_RECORD_MAX ((size_t)16 << 20) /* octets of one, with header */

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

#endif
