/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SimGrid's engine: how we start it.  Its state is global, so it starts once a
 * process.  It aborts the process over what it does not like.
 */
#ifndef SIM_SIMGRID_H
#define SIM_SIMGRID_H

#include <stdbool.h>

bool sim_simgrid_running(void);

/* Starts it with a platform, quiet, and brings it to time 0, when routes may
 * be asked for. */
void sim_simgrid_start(const char *path);

/* The line of the platform file that it is reading; 0: none, or not known. */
int sim_simgrid_line(void);

#endif
