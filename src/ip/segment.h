/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of a TCP segment (RFC 9293, 3.1). */
#ifndef IP_SEGMENT_H
#define IP_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEGMENT_OCTETS = 20 }; /* of a header without options */

enum {
    SEGMENT_FIN = 1,
    SEGMENT_SYN = 2,
    SEGMENT_RST = 4,
    SEGMENT_PSH = 8,
    SEGMENT_ACK = 16
};

struct segment_head {
    uint32_t seq, ack;
    uint16_t src_port, dst_port, window;
    uint8_t flags;
    uint8_t octets; /* with options, a multiple of 4 */
};

/* Writes SEGMENT_OCTETS; options are the caller's, and the checksum, which is
 * 0, comes when all is there. */
void segment_write(uint8_t *out, const struct segment_head *h);

/* Reads the header of a segment of which n octets are there; false: it cannot
 * be one.  Its options may not be there. */
bool segment_read(const uint8_t *p, size_t n, struct segment_head *h);

/*
 * What the checksum of a segment between two addresses (host order) has to
 * be, with 0 in its place, or 0 if the one that is there is right.  The
 * segment is n octets, an even number, and `more` behind them.
 */
uint16_t segment_checksum(uint32_t src, uint32_t dst, const uint8_t *segment,
                          size_t n, const uint8_t *more, size_t more_n);

#endif
