/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone sweep figure`: metrics of a sweep against its axes. */
#ifndef TOOL_SWEEP_FIGURE_H
#define TOOL_SWEEP_FIGURE_H

#include "tool/sweep_view.h"

/* NAME.dat and NAME.gp, and what gnuplot makes of them; the exit code. */
int sweep_figure(const struct view_options *o, struct conf_error *err);

#endif
