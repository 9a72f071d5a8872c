/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The IPv4 header (RFC 791): of a captured packet, and one that is made. */
#ifndef IP_IPV4_H
#define IP_IPV4_H

#include "base/base.h"

enum { INET4_OCTETS = 20 }; /* of a header without options */
/* RFC 3168 5: who can be told of congestion, and who has met it. */
enum { INET4_NOT_ECT = 0, INET4_ECT1 = 1, INET4_ECT0 = 2, INET4_CE = 3 };
enum { INET4_ICMP = 1, INET4_TCP = 6, INET4_UDP = 17, INET4_GRE = 47 };

enum ipv4_verdict {
    INET4_GOOD,
    INET4_CUT,   /* the capture holds less than the header */
    INET4_BROKEN /* lengths that cannot be, or a checksum that is wrong */
};

struct ipv4_packet {
    uint32_t src, dst; /* host order */
    uint16_t id;
    uint8_t protocol;
    uint8_t ecn;           /* INET4_ECT0 … */
    bool more;             /* fragments follow */
    uint32_t offset;       /* of this one, octets */
    uint32_t whole;        /* octets of payload on the wire */
    bool whole_known;      /* false: from the size of the frame, see below */
    uint32_t len;          /* octets of payload captured … */
    const uint8_t *octets; /* … here */
};

/*
 * Reads the header at the start of n captured octets; wire is how many there
 * were on the wire, 0 if that is unknown.  With any_checksum a wrong checksum
 * is none of our business.  *out is all zeros but for INET4_GOOD: a compiler
 * may look at it before it looks at the verdict.
 *
 * A sender whose card cuts its segments is captured before the card fills in
 * length and checksum: a checksum of 0 is not judged, and a length of 0 is
 * that of the frame, padding and all.
 */
enum ipv4_verdict ipv4_read(const uint8_t *octets, size_t n, uint32_t wire,
                            bool any_checksum, struct ipv4_packet *out);

struct ipv4_head {
    uint32_t src, dst; /* host order */
    uint16_t octets;   /* of the packet, with its header */
    uint16_t id;
    uint8_t protocol;
    uint8_t ecn; /* INET4_ECT0 … */
    bool whole;  /* it may not be cut: DF */
};

/* Writes INET4_OCTETS, its checksum too; the time to live is 64. */
void ipv4_write(uint8_t *out, const struct ipv4_head *h);

/* A queue has met congestion: the ECN field of a header becomes CE (RFC 3168
 * 5), and its checksum follows (RFC 1624). */
void ipv4_mark_ce(uint8_t *header);

#endif
