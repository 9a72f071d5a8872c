/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A world's beginning and end. */
#ifndef TAP_WORLD_OPEN_H
#define TAP_WORLD_OPEN_H

#include "tap/world.h"

/* -1 when it has been said why; tap_world_close is due in any case. */
int tap_world_open(struct tap_world *w);
void tap_world_close(struct tap_world *w);

#endif
