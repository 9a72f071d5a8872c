/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a run is asked to stop: by a first SIGINT or SIGTERM, which whoever
 * works looks for.  A second one ends the process, whatever it is at; within
 * a second of the first it counts as the same one.
 */
#ifndef TOOL_STOP_H
#define TOOL_STOP_H

#include <signal.h>

/* From now on; what was blocked is not. */
void stop_catch(void);

/* The first of them, or 0. */
extern volatile sig_atomic_t stop_asked;

#endif
