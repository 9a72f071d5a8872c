/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of a call; call_probes.h. */
#include "config.h"

#include "sim/call_probes.h"

#define COUNT(member, name, unit, help)                             \
    PROBE_AS(struct sim_call_measured, member, name, PROBE_COUNTER, \
             PROBE_TABLES, unit, help)
/* The same at both ends. */
#define AT_ENDS(member, name, unit, help)                              \
    COUNT(pac.member, "pac_" name, unit, help " (PAC, last attempt)"), \
        COUNT(pns.member, "pns_" name, unit, help " (PNS, last attempt)")
#define TIMES(member, help)                                                 \
    PROBE_AS(struct sim_call_measured, member, #member, PROBE_DISTRIBUTION, \
             PROBE_TABLES, "s", help)

const struct probe sim_call_probes[] = {
    AT_ENDS(timeouts, "timeouts", "time-outs",
            "acknowledgments that did not come in time"),
    AT_ENDS(drops, "queue_drops", "frames",
            "that found the send queue full, frames of PPP's own too"),
    AT_ENDS(rx_skipped, "skipped", "packets",
            "whose sequence numbers were passed over"),
    COUNT(ppp_frames, "ppp_frames", "frames",
          "of negotiation, into the tunnel from both ends"),
    TIMES(pac_rtt, "the round-trip times that the PAC measured"),
    TIMES(pns_rtt, "the round-trip times that the PNS measured"),
    PROBE_END
};

void sim_call_measure(const struct sim_call *c, struct sim_call_measured *out)
{
    *out = (struct sim_call_measured){ .ppp_frames = c->ppp_frames };
    sim_call_info(c, false, &out->pac);
    sim_call_info(c, true, &out->pns);
    if (c->rtt != NULL) {
        out->pac_rtt = c->rtt[0];
        out->pns_rtt = c->rtt[1];
    }
}
