/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone run`: its options; run.h does the work. */
#ifndef TOOL_RUN_CMD_H
#define TOOL_RUN_CMD_H

/* argv[0] is "run". An enum run_exit. */
int run_command(int argc, char **argv);

#endif
