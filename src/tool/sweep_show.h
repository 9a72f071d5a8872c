/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone sweep show`, `dialtone sweep merge`: files of sweeps. */
#ifndef TOOL_SWEEP_SHOW_H
#define TOOL_SWEEP_SHOW_H

int sweep_show_command(int argc, char **argv);
int sweep_merge_command(int argc, char **argv);

#endif
