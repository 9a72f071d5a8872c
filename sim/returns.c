/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was lost, and came back; returns.h. */
#include "config.h"

#include "sim/returns.h"

#define ROW(member, kind, unit, help) \
    PROBE(struct sim_returns, member, kind, unit, help)

const struct probe sim_returns_probes[] = {
    ROW(lost, PROBE_COUNTER, "times", "lost while it was up"),
    ROW(back, PROBE_COUNTER, "times", "up again after that"),
    ROW(away, PROBE_DISTRIBUTION, "s", "from a loss to the return"), PROBE_END
};

void sim_returns_lost(struct sim_returns *r, pptp_ns now)
{
    if (r->gone)
        return;
    r->gone = true;
    r->lost_ns = now;
    r->lost++;
}

void sim_returns_back(struct sim_returns *r, pptp_ns now)
{
    if (!r->gone)
        return;
    r->gone = false;
    r->back++;
    hist_add(&r->away, now - r->lost_ns);
}

void sim_returns_keep(struct sim_returns *r, struct sim_returns *copy)
{
    *copy = *r;
    copy->away = (struct hist){ 0 };
    hist_merge(&copy->away, &r->away);
    hist_restart(&r->away);
}
