/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone keys`: what can be configured, from the rows that configure it. */
#ifndef TOOL_KEYS_CMD_H
#define TOOL_KEYS_CMD_H

int keys_command(int argc, char **argv);

#endif
