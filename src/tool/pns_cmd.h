/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone pns`: the command line of the PNS daemon. */
#ifndef TOOL_PNS_CMD_H
#define TOOL_PNS_CMD_H

/* argv[0] is the command's name; the exit status of the program. */
int pns_command(int argc, char **argv);

#endif
