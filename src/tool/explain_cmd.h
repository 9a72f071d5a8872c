/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone explain`: what happened in a capture of PPTP. */
#ifndef TOOL_EXPLAIN_CMD_H
#define TOOL_EXPLAIN_CMD_H

/* argv[0] is "explain". The process's exit status: 0 PPTP was found, and
 * nothing that --fail-on names; 1 there was, or the capture holds no PPTP;
 * 2 the file or an option is wrong; 3 out of memory, or no output. */
int explain_command(int argc, char **argv);

#endif
