/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The adaptive acknowledgment time-out, RFC 2637 §4.4.1 and §4.4.2.
 *
 * Integer arithmetic in nanoseconds; the gains are 16.16 fixed point, so the
 * RFC's 1/8, 1/4, 4 and 2 are exact.
 */
#ifndef PPTP_ATO_H
#define PPTP_ATO_H

#include "base/base.h"

#define PPTP_Q16 65536u /* 1.0 */

struct pptp_ato_config {
    pptp_ns min_ns;     /* MinTimeOut */
    pptp_ns max_ns;     /* MaxTimeOut, at most an hour */
    uint32_t alpha_q16; /* gain of the average */
    uint32_t beta_q16;  /* gain of the deviation */
    uint32_t chi_q16;   /* weight of the deviation in the time-out */
    uint32_t delta_q16; /* growth of RTT on a time-out */
    bool cap_rtt;       /* floor RTT at min/2 and cap it at max */
};

struct pptp_ato {
    int64_t rtt_ns;
    int64_t dev_ns;
    pptp_ns ato_ns; /* for the next packet sent */
};

/* Seeds RTT with the peer's packet processing delay (tenths of seconds). */
void pptp_ato_start(struct pptp_ato *a, const struct pptp_ato_config *c,
                    uint16_t peer_ppd_ds);

/* §4.4.1: one measured sample; PPTP_NEVER is none. */
void pptp_ato_sample(struct pptp_ato *a, const struct pptp_ato_config *c,
                     pptp_ns sample_ns);

/* §4.4.2: one time-out. */
void pptp_ato_backoff(struct pptp_ato *a, const struct pptp_ato_config *c);

#endif
