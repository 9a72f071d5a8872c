/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 6298; tcp_rto.h. */
#include "config.h"

#include "models/tcp_rto.h"

void tcp_rto_restore(struct tcp_rto *r, const struct tcp_rto_bounds *b)
{
    pptp_ns spread = 4 * r->rttvar_ns;

    if (r->srtt_ns == 0)
        return;
    r->rto_ns = r->srtt_ns + (spread > b->grain_ns ? spread : b->grain_ns);
    if (r->rto_ns < b->min_ns)
        r->rto_ns = b->min_ns;
    if (r->rto_ns > b->max_ns)
        r->rto_ns = b->max_ns;
}

void tcp_rto_measured(struct tcp_rto *r, pptp_ns rtt,
                      const struct tcp_rto_bounds *b)
{
    pptp_ns off = r->srtt_ns > rtt ? r->srtt_ns - rtt : rtt - r->srtt_ns;

    if (r->srtt_ns == 0) {
        r->srtt_ns = rtt > 0 ? rtt : 1;
        r->rttvar_ns = rtt / 2;
    } else {
        r->rttvar_ns = (3 * r->rttvar_ns + off) / 4;
        r->srtt_ns = (7 * r->srtt_ns + rtt) / 8;
    }
    tcp_rto_restore(r, b);
}

void tcp_rto_back_off(struct tcp_rto *r, pptp_ns max_ns)
{
    r->rto_ns *= 2;
    if (r->rto_ns > max_ns)
        r->rto_ns = max_ns;
}
