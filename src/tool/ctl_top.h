/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone ctl top`. */
#ifndef TOOL_CTL_TOP_H
#define TOOL_CTL_TOP_H

#include <stdint.h>

#include "tool/ctl_client.h"

/*
 * A table of the calls, the busiest first, again and again: in place on a
 * terminal until q or Ctrl-C, else one after the other.  `count` tables (0:
 * no end), interval_ns apart.  The exit status; k->why has been said.
 */
int ctl_top(struct ctl_client *k, uint64_t interval_ns, uint64_t count);

#endif
