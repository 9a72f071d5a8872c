/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* The counters of an engine, as src/pptp/stats.h. */
#ifndef PPP_STATS_H
#define PPP_STATS_H

#include "base/probe.h"

struct ppp_stats {
#define X PROBE_MEMBER
#include "ppp/stats.def"
#undef X
};

extern const struct probe ppp_probes[];

#endif
