/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong in a message by itself. */
#ifndef EXPLAIN_FIELDS_H
#define EXPLAIN_FIELDS_H

#include "explain/state.h"

void explain_fields_check(struct explain *e, struct conn *c, int side,
                          const struct said *s);
/* Whether the receive window of a message looks byte-swapped; `call` has the
 * speeds that were asked for. */
bool explain_fields_swapped(const struct said *s, const struct call *call,
                            struct num window);

#endif
