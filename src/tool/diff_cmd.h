/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone diff`: what differs between two results. */
#ifndef TOOL_DIFF_CMD_H
#define TOOL_DIFF_CMD_H

int diff_command(int argc, char **argv);

#endif
