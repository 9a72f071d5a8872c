/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of a call when all of it was seen. */
#ifndef EXPLAIN_JUDGE_H
#define EXPLAIN_JUDGE_H

#include "explain/state.h"

void explain_judge(struct explain *e, struct call *call);

#endif
