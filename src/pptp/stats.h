/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Counters of one peer; stats.def is their only list. */
#ifndef PPTP_STATS_H
#define PPTP_STATS_H

#include "base/probe.h"

struct pptp_stats {
#define X PROBE_MEMBER
#include "pptp/stats.def"
#undef X
};

extern const struct probe pptp_probes[];

#endif
