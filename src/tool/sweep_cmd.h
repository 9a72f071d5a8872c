/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of `dialtone sweep`. */
#ifndef TOOL_SWEEP_CMD_H
#define TOOL_SWEEP_CMD_H

int sweep_command(int argc, char **argv);

#endif
