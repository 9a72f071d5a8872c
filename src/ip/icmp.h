/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICMP (RFC 792, RFC 1191): to whoever sends packets that are too long, and
 * the echo by which a way is measured. */
#ifndef IP_ICMP_H
#define IP_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOO_LONG_OCTETS = 20 + 8 + 28, ECHO_HEAD_OCTETS = 20 + 8 };

/*
 * "Fragmentation needed" for an IPv4 packet of n octets, from an address
 * (host order), with the length that would pass.  Gives the octets of `out`,
 * or 0 when there must be none: the packet may be fragmented, is a later
 * fragment or an ICMP error itself, or its source is no single host.
 */
size_t icmp_too_long(const uint8_t *ip, size_t n, uint32_t from, uint16_t mtu,
                     uint8_t out[TOO_LONG_OCTETS]);

/* An echo request, or the reply to one. */
struct icmp_echo {
    uint32_t from, to; /* host order */
    bool reply;
    uint16_t id, seq;
    const uint8_t *data;
    uint16_t octets; /* of data, at most 65535 - ECHO_HEAD_OCTETS */
};

/* Writes it as an IPv4 packet of ECHO_HEAD_OCTETS and the data's octets, which
 * are given back.  `data` may be where it belongs in `out` already. */
size_t icmp_echo_write(uint8_t *out, const struct icmp_echo *e);

/* Reads an IPv4 packet of n octets; false: it is no echo, or a fragment, or
 * broken.  `data` is in the packet. */
bool icmp_echo_read(struct icmp_echo *out, const uint8_t *ip, size_t n);

#endif
