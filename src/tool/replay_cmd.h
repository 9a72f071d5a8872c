/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone replay`: runs a journal again and compares. */
#ifndef TOOL_REPLAY_CMD_H
#define TOOL_REPLAY_CMD_H

/* argv[0] is "replay". Exit: 0 the same, 1 a difference, 2 bad input. */
int replay_command(int argc, char **argv);

#endif
