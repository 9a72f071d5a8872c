/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What binds, names what there is, and all the same cannot work: a link that
 * loses everything, a packet that has no time to come, a file that nobody has
 * room for.
 */
#ifndef TOOL_SANE_H
#define TOOL_SANE_H

#include "tool/scenario.h"

/* Who cuts a run shorter than this need not see packets come. */
#define SANE_CUT_NS PPTP_S

/* Of a scenario whose groups are expanded.  0, or -1 and *err. */
int sane_check(const struct scenario *s, struct conf_error *err);

#endif
