/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone ctl`: asks a running daemon, and tells it. */
#ifndef TOOL_CTL_CMD_H
#define TOOL_CTL_CMD_H

/* argv[0] is the command's name; the exit status of the program: RUN_OK, 1
 * when the daemon refuses or none is there, RUN_INPUT for wrong usage. */
int ctl_command(int argc, char **argv);

#endif
