/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone metrics`: what is measured, from the rows of probes. */
#ifndef TOOL_METRICS_CMD_H
#define TOOL_METRICS_CMD_H

int metrics_command(int argc, char **argv);

#endif
