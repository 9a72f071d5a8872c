/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of a call; call_probes.h. */
#include "config.h"

#include "sim/call_probes.h"

#define ROW(member, name, kind, unit, help) \
    PROBE_AS(struct sim_call_measured, member, name, kind, unit, help)
/* The same at both ends. */
#define AT_ENDS(member, unit, help)                         \
    ROW(member[0], "pac_" #member, PROBE_COUNTER, unit,     \
        help ", at the PAC, in the last attempt"),          \
        ROW(member[1], "pns_" #member, PROBE_COUNTER, unit, \
            help ", at the PNS, in the last attempt")

const struct probe sim_call_probes[] = {
    AT_ENDS(timeouts, "time-outs",
            "acknowledgments that did not come in time"),
    AT_ENDS(queue_drops, "frames",
            "that found the send queue full, frames of PPP's own too"),
    AT_ENDS(skipped, "packets", "whose sequence numbers were passed over"),
    ROW(ppp_frames, "ppp_frames", PROBE_COUNTER, "frames",
        "of negotiation, into the tunnel from both ends"),
    ROW(rtt[0], "pac_rtt", PROBE_DISTRIBUTION, "s",
        "the round-trip times that the PAC measured"),
    ROW(rtt[1], "pns_rtt", PROBE_DISTRIBUTION, "s",
        "the round-trip times that the PNS measured"),
    ROW(returns.lost, "losses", PROBE_COUNTER, "times",
        "it was up and ended before its time"),
    ROW(returns.back, "returns", PROBE_COUNTER, "times",
        "it was up again after that"),
    ROW(returns.away, "outage", PROBE_DISTRIBUTION, "s",
        "the times from a loss to the return"),
    PROBE_END
};

void sim_call_measure(const struct sim_call *c, struct sim_call_measured *out)
{
    struct pptp_call_info info;

    *out = (struct sim_call_measured){ .ppp_frames = c->ppp_frames };
    for (int k = 0; k < 2; k++) {
        sim_call_info(c, k == 1, &info);
        out->timeouts[k] = info.timeouts;
        out->queue_drops[k] = info.drops;
        out->skipped[k] = info.rx_skipped;
        if (c->more != NULL)
            out->rtt[k] = c->more->rtt[k];
    }
    if (c->more != NULL)
        out->returns = c->more->returns;
}
