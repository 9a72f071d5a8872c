/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The IPv4 header of a captured packet (RFC 791). */
#ifndef IP_IPV4_H
#define IP_IPV4_H

#include "base/base.h"

enum ipv4_verdict {
    IPV4_GOOD,
    IPV4_CUT,   /* the capture holds less than the header */
    IPV4_BROKEN /* lengths that cannot be, or a checksum that is wrong */
};

struct ipv4_packet {
    uint32_t src, dst; /* host order */
    uint16_t id;
    uint8_t protocol;
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
 * is none of our business.  *out is set for IPV4_GOOD only.
 *
 * A sender whose card cuts its segments is captured before the card fills in
 * length and checksum: a checksum of 0 is not judged, and a length of 0 is
 * that of the frame, padding and all.
 */
enum ipv4_verdict ipv4_read(const uint8_t *octets, size_t n, uint32_t wire,
                            bool any_checksum, struct ipv4_packet *out);

#endif
