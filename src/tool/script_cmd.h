/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone script`: judges a peer by timed scripts. */
#ifndef TOOL_SCRIPT_CMD_H
#define TOOL_SCRIPT_CMD_H

/* argv[0] is "script". The process's exit status: 0 all passed (or were
 * skipped), 1 one failed, 2 a script or an option is wrong. */
int script_command(int argc, char **argv);

#endif
