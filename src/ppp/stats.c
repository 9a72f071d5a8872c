/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* The rows of an engine's counters, from stats.def. */
#include "config.h"

#include "ppp/stats.h"

const struct probe ppp_probes[] = {
#define X(name, unit, help) PROBE_COUNT(struct ppp_stats, name, unit, help),
#include "ppp/stats.def"
#undef X
    PROBE_END
};
