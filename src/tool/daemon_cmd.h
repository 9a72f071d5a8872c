/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command lines of `dialtone pns`, `dialtone pac` and `dialtone bridge`. */
#ifndef TOOL_DAEMON_CMD_H
#define TOOL_DAEMON_CMD_H

/* argv[0] is the command's name; the exit code (run.h). */
int pns_command(int argc, char **argv);
int pac_command(int argc, char **argv);
int bridge_command(int argc, char **argv);

#endif
