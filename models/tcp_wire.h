/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segments as octets: the header (RFC 9293 3.1) with the options that
 * models/tcp.h knows, and the checksum of it all. */
#ifndef MODELS_TCP_WIRE_H
#define MODELS_TCP_WIRE_H

#include "models/tcp.h"

enum { TCPM_WIRE_MAX = 60 }; /* octets of a header */

/* From where and to where: host order. */
struct tcp_wire_ends {
    uint32_t src, dst;
    uint16_t src_port, dst_port;
};

/* Octets of the header of a segment, its options included. */
uint32_t tcp_wire_octets(const struct tcp_segment *s);

/* Writes the header, tcp_wire_octets of it.  Payload: s->len octets, or NULL:
 * so many zeros that are not there. */
void tcp_wire_write(uint8_t *out, const struct tcp_wire_ends *e,
                    const struct tcp_segment *s, const uint8_t *payload);

/*
 * Reads a segment of n octets that are there and `zeros` that are not; src and
 * dst of *e are set.  Octets of its header, its payload behind; 0: it is none,
 * or its checksum is wrong.
 */
uint32_t tcp_wire_read(const uint8_t *octets, uint32_t n, uint32_t zeros,
                       struct tcp_wire_ends *e, struct tcp_segment *s);

#endif
