/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICMP (RFC 792, RFC 1191) to whoever sends packets that are too long. */
#ifndef IP_ICMP_H
#define IP_ICMP_H

#include <stddef.h>
#include <stdint.h>

enum { TOO_LONG_OCTETS = 20 + 8 + 28 };

/*
 * "Fragmentation needed" for an IPv4 packet of n octets, from an address
 * (host order), with the length that would pass.  Gives the octets of `out`,
 * or 0 when there must be none: the packet may be fragmented, is a later
 * fragment or an ICMP error itself, or its source is no single host.
 */
size_t icmp_too_long(const uint8_t *ip, size_t n, uint32_t from, uint16_t mtu,
                     uint8_t out[TOO_LONG_OCTETS]);

#endif
