/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a router does to IPv4 packets beside sending them on: fragments (RFC
 * 791, 2.3 and 3.2) and, as most do where a tunnel begins, less MSS in TCP's
 * SYN, so that there are none.
 */
#ifndef IP_FORWARD_H
#define IP_FORWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FORWARD_HEAD = 20 };

/* A packet that is cut; the caller's octets. */
struct forward_fragments {
    const uint8_t *ip;
    uint32_t head;    /* octets of its header */
    uint32_t at, end; /* of its payload: what comes next, all */
    uint32_t later_head;
    uint8_t later[60]; /* header of all but the first: options that are to be
                        * copied only */
    uint16_t mtu;
};

/*
 * Begins with a packet of n octets.  False: it may not be cut (DF), needs not
 * be, or is malformed, and who would send it on has to drop it.
 */
bool forward_fragments_begin(struct forward_fragments *f, const uint8_t *ip,
                             size_t n, uint16_t mtu);
/* The next one, at most mtu octets at out; its octets, 0: there is none. */
size_t forward_fragments_next(struct forward_fragments *f, uint8_t *out);

/* Whether a packet is the beginning of a TCP connection, either way. */
static inline bool forward_is_syn(const uint8_t *ip, size_t n)
{
    size_t head;

    if (n < FORWARD_HEAD || ip[9] != 6 || ip[0] >> 4 != 4)
        return false;
    head = (ip[0] & 15u) * 4u;
    return head >= FORWARD_HEAD && n >= head + 20 && (ip[head + 13] & 2) != 0;
}

/*
 * Such a packet's MSS is not to be more than fits in `mtu` without options of
 * IP and TCP (RFC 6691).  One that is not there stays away, a smaller one
 * stays as it is; whether anything was changed.
 */
bool forward_clamp_mss(uint8_t *ip, size_t n, uint16_t mtu);

#endif
