/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Octets on the wire: network order by masks and shifts, never by casts
 * (RFC 2637 section 2), and the Internet checksum (RFC 1071).
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stddef.h>
#include <stdint.h>

static inline void pptp_put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void pptp_put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static inline uint16_t pptp_get16(const uint8_t *p)
{
    return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t pptp_get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           (uint32_t)p[3];
}

/*
 * Adds len octets to a one's complement sum and returns it folded to 16 bits
 * but not complemented, so that the result seeds the next piece; the checksum
 * field is the complement: (uint16_t)~sum.  Every piece but the last has an
 * even length; an odd last octet counts as if a zero followed it.  Over data
 * that holds its own correct checksum the sum is 0xffff.
 */
static inline uint16_t pptp_inet_sum(const void *data, size_t len,
                                     uint16_t seed)
{
    const uint8_t *p = (const uint8_t *)data;
    uint64_t sum = seed;
    size_t i;

    for (i = 0; i + 1 < len; i += 2)
        sum += pptp_get16(p + i);
    if (i < len)
        sum += (uint64_t)p[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

#endif
