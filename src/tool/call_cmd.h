/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of `dialtone call`: a VPN client in one command. */
#ifndef TOOL_CALL_CMD_H
#define TOOL_CALL_CMD_H

/* argv[0] is the command's name; the exit code (run.h). */
int call_command(int argc, char **argv);

#endif
