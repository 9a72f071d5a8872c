/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The enhanced GRE header (RFC 2637 section 4.1): shape only.  What sequence
 * and acknowledgment numbers mean for a session is the window's matter.
 */
#ifndef PPTP_GRE_H
#define PPTP_GRE_H

#include "base/base.h"

#define PPTP_GRE_PROTOCOL 0x880b  /* Protocol Type: PPP */
#define PPTP_GRE_IP_PROTOCOL 47   /* in the outer IP header */
#define PPTP_GRE_MAX 16           /* octets of the longest header */
#define PPTP_GRE_PAYLOAD_MAX 1532 /* octets of a PPP frame, section 1.4 */

/* The first 16 bits: K and version 1 always, S and A as needed. */
#define PPTP_GRE_K 0x2000
#define PPTP_GRE_S 0x1000
#define PPTP_GRE_A 0x0080
#define PPTP_GRE_VERSION 0x0001

struct pptp_gre {
    uint16_t payload_len; /* octets after the header */
    uint16_t call_id;     /* the one the receiver of the packet assigned */
    uint32_t seq;         /* when has_seq, else 0 */
    uint32_t ack;         /* when has_ack, else 0 */
    bool has_seq;
    bool has_ack;
};

/* Octets of the header: 8, 12 with one of the numbers, 16 with both. */
static inline size_t pptp_gre_len(const struct pptp_gre *g)
{
    return (size_t)8 + (g->has_seq ? 4 : 0) + (g->has_ack ? 4 : 0);
}

/* Writes the header and returns its octets; the rest of out is untouched. */
size_t pptp_gre_encode(const struct pptp_gre *g, uint8_t out[PPTP_GRE_MAX]);

/*
 * Reads the header of a packet of whole_octets, of which the first
 * real_octets are stored at octets (the others are a virtual tail; the header
 * has to lie in the stored part).  Returns the header's octets.  Payload_len
 * may be less than what follows (the caller trims), never more.  A payload
 * without a sequence number is not an error here.
 * Errors: PPTP_ERR_FORMAT for a type or bit that enhanced GRE does not have,
 * PPTP_ERR_TRUNCATED for fewer octets than header and payload_len need; *out
 * is then unspecified.
 */
int pptp_gre_decode(const uint8_t *octets, size_t real_octets,
                    size_t whole_octets, struct pptp_gre *out);

/* a - b modulo 2^32 as a signed number: positive when a is the later. */
static inline int32_t pptp_seq_diff(uint32_t a, uint32_t b)
{
    uint32_t d = a - b;

    return d <= INT32_MAX ? (int32_t)d : -(int32_t)(UINT32_MAX - d) - 1;
}

#endif
