/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blocks of a pcapng file (draft-ietf-opsawg-pcapng): little endian, raw IPv4
 * packets, stamps of whole nanoseconds.  Where they go is a sink's business,
 * and so is whether it can take them.
 */
#ifndef IP_PCAPNG_H
#define IP_PCAPNG_H

#include "base/base.h"

/* Takes octets in order, a block in several pieces. */
struct pcapng_sink {
    void (*put)(void *ctx, const void *octets, size_t n);
    void *ctx;
};

/* A section begins; `application` is who writes. */
void pcapng_section(const struct pcapng_sink *s, const char *application);

/* The section's next interface, of whose packets at most snap_octets are
 * kept; `comment` may be NULL.  Texts are cut to 255 octets. */
void pcapng_interface(const struct pcapng_sink *s, const char *name,
                      const char *comment, uint32_t snap_octets);

enum pcapng_way { PCAPNG_WAY_UNTOLD, PCAPNG_WAY_IN, PCAPNG_WAY_OUT };

/* A packet: `head`, then `body`, then so many zeros. */
struct pcapng_packet {
    uint64_t time_ns;
    const uint8_t *head, *body; /* may be NULL without octets */
    uint32_t head_octets, body_octets, zeros;
    uint32_t wire_octets; /* as it was before it was cut */
    uint16_t interface;   /* from 0 */
    uint8_t way;          /* enum pcapng_way */
    const char *comment;  /* NULL: none; cut to 255 octets */
};

/* Octets of its block. */
uint32_t pcapng_packet_octets(const struct pcapng_packet *k);
void pcapng_packet(const struct pcapng_sink *s, const struct pcapng_packet *k);

#endif
