/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone ctl`: asks a running daemon, and tells it. */
#ifndef TOOL_CTL_CMD_H
#define TOOL_CTL_CMD_H

#include <stdbool.h>
#include <stdint.h>

#include "tool/ctl_client.h"

/* argv[0] is the command's name; the exit status of the program: RUN_OK, 1
 * when the daemon refuses or none is there, RUN_INPUT for wrong usage. */
int ctl_command(int argc, char **argv);

/*
 * A table of the calls, the busiest first, again and again: in place on a
 * terminal until q or Ctrl-C, else one after the other.  `count` tables (0:
 * no end), interval_ns apart.  The exit status; k->why has been said.
 */
int ctl_top(struct ctl_client *k, uint64_t interval_ns, uint64_t count);

/* Says on standard error why a request failed; the exit status. */
int ctl_failed(const struct ctl_client *k);

#endif
