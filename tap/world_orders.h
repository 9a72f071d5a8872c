/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What signals and the control socket order. */
#ifndef TAP_WORLD_ORDERS_H
#define TAP_WORLD_ORDERS_H

#include "tap/world.h"

void tap_world_signals(struct tap_source *source, uint32_t events);
/* The next steps of an end that has begun. */
void tap_world_drain_on(struct tap_world *w, pptp_ns now);
/* In the log, at the end: what the daemon itself has counted. */
void tap_world_say_own(const struct tap_world *w);

#endif
