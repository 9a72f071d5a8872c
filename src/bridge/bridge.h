/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bridge between the worlds: a PAC of the real one (tap/pac.h), at whose
 * lines there are simulated callers.  Between a caller and the PAC is a
 * simulated telephone line (sim/line.h) of constant rate, with delay and a
 * bounded buffer; the calendar's time is the wall clock's.  Callers have no
 * devices: they send echo requests through their calls and answer those that
 * come.
 *
 * A machine that is busy is late: what should have happened does, in order
 * and at its own time as far as lines and callers see, and by how much it was
 * late at most is said.
 */
#ifndef BRIDGE_BRIDGE_H
#define BRIDGE_BRIDGE_H

#include "models/line.h"
#include "sim/pinger.h"
#include "tap/pac.h"

/* Of a bank of clients. */
struct bridge_lines {
    struct line_config line; /* each way; rate_bps 0: nothing is simulated */
    struct sim_pinger_config ping;
};

/* As tap_pac_run, whose config that is; `lines` has one for each bank. */
int bridge_run(const struct tap_pac_config *c,
               const struct bridge_lines *lines);

#endif
