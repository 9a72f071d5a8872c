/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * What protocol a PPP frame is of, without taking it apart (RFC 1661, 2 and
 * 6.5, RFC 1662, 3.1): with or without address and control, and a protocol of
 * one octet, which is odd, or of two.
 */
#ifndef PPP_PEEK_H
#define PPP_PEEK_H

#include "base/wire.h"

#include <stdbool.h>

struct ppp_peek {
    uint16_t protocol;
    uint8_t head; /* octets before what it carries; 0: too short to tell, and
                   * the protocol is 0 */
    bool full;    /* it begins with FF 03 */
};

/* The same of a frame that has no address and control, or had them. */
static inline struct ppp_peek ppp_peek_inner(const uint8_t *o, size_t n)
{
    if (n >= 1 && (o[0] & 1) != 0)
        return (struct ppp_peek){ .protocol = o[0], .head = 1 };
    if (n < 2)
        return (struct ppp_peek){ .protocol = 0 };
    return (struct ppp_peek){ .protocol = pptp_get16(o), .head = 2 };
}

/* n octets of a frame, from FF 03 or the protocol on. */
static inline struct ppp_peek ppp_peek(const uint8_t *o, size_t n)
{
    bool full = n >= 2 && o[0] == 0xff && o[1] == 0x03;
    struct ppp_peek k = full ? ppp_peek_inner(o + 2, n - 2)
                             : ppp_peek_inner(o, n);

    k.full = full;
    if (full && k.head > 0)
        k.head = (uint8_t)(k.head + 2);
    return k;
}

#endif
