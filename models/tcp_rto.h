/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The retransmission time-out (RFC 6298): measurements in, a time out. */
#ifndef MODELS_TCP_RTO_H
#define MODELS_TCP_RTO_H

#include "base/base.h"

struct tcp_rto {
    pptp_ns srtt_ns; /* 0: nothing was measured yet */
    pptp_ns rttvar_ns;
    pptp_ns rto_ns;
};

struct tcp_rto_bounds {
    pptp_ns min_ns, max_ns, grain_ns;
};

/* RFC 6298 2.2, 2.3: one measurement, of what was sent once (Karn). */
void tcp_rto_measured(struct tcp_rto *r, pptp_ns rtt,
                      const struct tcp_rto_bounds *b);

/* As if it had never been backed off. */
void tcp_rto_restore(struct tcp_rto *r, const struct tcp_rto_bounds *b);

/* RFC 6298 5.5 */
void tcp_rto_back_off(struct tcp_rto *r, pptp_ns max_ns);

#endif
