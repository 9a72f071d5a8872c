/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of a call, and what is left at the end. */
#ifndef EXPLAIN_CALLS_H
#define EXPLAIN_CALLS_H

#include "explain/state.h"

void explain_calls_message(struct explain *e, struct conn *c, int side,
                           const struct said *s);
/* The connection is over: so are its calls. */
void explain_calls_over(struct explain *e, struct conn *c, int by);
/* Whether a call that this side asked for waits as long as it should. */
bool explain_calls_stuck(const struct explain *e, const struct conn *c,
                         int side);
void explain_calls_end(struct explain *e, struct call *call);

#endif
