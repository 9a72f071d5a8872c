/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of a port, or of a link's two together. */
#ifndef SIM_PORT_PROBES_H
#define SIM_PORT_PROBES_H

#include "base/probe.h"
#include "sim/port.h"

/* Of a struct sim_port_stats. */
extern const struct probe sim_port_probes[];

/* One direction more: counts are summed, of levels and shares of time the
 * larger one counts. */
void sim_port_stats_add(struct sim_port_stats *to,
                        const struct sim_port_stats *from);

#endif
