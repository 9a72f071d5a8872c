/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command lines of `dialtone sweep table`, `csv` and `figure`. */
#ifndef TOOL_SWEEP_VIEW_CMD_H
#define TOOL_SWEEP_VIEW_CMD_H

/* argv[0] is which. */
int sweep_view_command(int argc, char **argv);

#endif
