/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Async HDLC-like framing, RFC 1662: flags, octet stuffing by ACCM, FCS-16.
 * Pure; a decoder is small state beside a frame buffer of the caller.
 */
#ifndef PPP_HDLC_H
#define PPP_HDLC_H

#include "base/base.h"

/* FCS-16 over octets, begun with PPP_FCS_INIT; a whole frame with its FCS
 * gives PPP_FCS_GOOD. RFC 1662 appendix C. */
#define PPP_FCS_INIT 0xffffu
#define PPP_FCS_GOOD 0xf0b8u
uint16_t ppp_fcs16(uint16_t fcs, const uint8_t *octets, size_t n);

/* Octets that a frame of n can take: every one escaped, FCS and two flags. */
#define PPP_HDLC_MAX(n) (2 * (size_t)(n) + 6)

/*
 * Writes flag, frame (from FF 03 or the protocol on), FCS, flag; with `open`
 * the first flag is left out, when the line's last octet was one.  Escapes
 * 7D, 7E and what accm has.  out: PPP_HDLC_MAX(n).  Octets written.
 */
size_t ppp_hdlc_encode(uint8_t *out, const uint8_t *frame, size_t n,
                       uint32_t accm, bool open);

struct ppp_hdlc {
    uint32_t accm; /* control octets below 0x20 that are dropped unescaped
                       * (RFC 1662 §4.2); 0: none */
    uint32_t len;  /* of the frame so far */
    bool escaped, in_frame, overrun;
    /* counters */
    uint64_t frames, bad_fcs, too_long, too_short, aborted;
};

void ppp_hdlc_init(struct ppp_hdlc *h, uint32_t accm);

/*
 * Feeds octets until one frame is whole or they are used: *used says how
 * many.  Result: octets of the frame in buf, without FCS, or 0.  A frame
 * longer than cap - 2 is counted and lost; bad FCS, aborts (7D 7E) and
 * frames of less than 4 octets are counted.
 */
size_t ppp_hdlc_decode(struct ppp_hdlc *h, uint8_t *buf, size_t cap,
                       const uint8_t *octets, size_t n, size_t *used);

#endif
