/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* The counters of an engine, as src/pptp/stats.h. */
#ifndef PPP_STATS_H
#define PPP_STATS_H

#include "base/base.h"

struct ppp_stats {
#define X(name, help) uint64_t name;
#include "ppp/stats.def"
#undef X
};

#endif
