/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone sweep table`: metrics by axes, with their intervals. */
#ifndef TOOL_SWEEP_TABLE_H
#define TOOL_SWEEP_TABLE_H

#include "tool/sweep_view.h"

/* To standard output; the exit code. */
int sweep_table(const struct view_options *o, struct conf_error *err);

#endif
