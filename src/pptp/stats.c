/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* The rows of the counters, from stats.def. */
#include "config.h"

#include "pptp/stats.h"

const struct probe pptp_probes[] = {
#define X(name, unit, help) PROBE_COUNT(struct pptp_stats, name, unit, help),
#include "pptp/stats.def"
#undef X
    PROBE_END
};
