/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both sides' states, when `sender` says a message. */
#ifndef EXPLAIN_FIGURES_H
#define EXPLAIN_FIGURES_H

#include "explain/state.h"

void explain_ctl_set(struct explain *e, struct conn *c, int side,
                     enum ctl_state to, bool rx);
void explain_ctl_step(struct explain *e, struct conn *c, int sender,
                      enum event_kind on, uint16_t type);
void explain_call_step(struct explain *e, struct call *call, int sender,
                       enum event_kind on, uint16_t type);
/* side `by` (-1: nobody in particular) ended it. */
void explain_call_over(struct explain *e, struct call *call, int by,
                       const char *why);
const char *explain_ctl_state(enum ctl_state s);
const char *explain_call_state(enum call_state s);

#endif
