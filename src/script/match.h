/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expectations: whether what came is what a step says. */
#ifndef SCRIPT_MATCH_H
#define SCRIPT_MATCH_H

#include "script/runner.h"

/* The channel an expectation looks at, whether an event is it, and both as
 * text. */
bool script_expect_channel(struct runner *r, const struct script_step *st,
                           enum script_channel *ch);
bool script_matches(struct runner *r, const struct script_step *st,
                    const struct script_event *e);
/* Whether a GRE packet carries a PPP frame. */
bool script_carries_ppp(const struct script_event *e);
/* Whether it is a lone acknowledgment of less than a step asks for: a receiver
 * may acknowledge each packet, or several at once (4.2). */
bool script_acks_less(const struct script_step *st,
                      const struct script_event *e);
/* Whether it is what a step says but for its frame and what follows from it,
 * sequence number, length and flags. */
bool script_matches_beside_ppp(struct runner *r, const struct script_step *st,
                               const struct script_event *e);
void script_event_print(const struct runner *r, const struct script_event *e,
                        char *out, size_t cap);

#endif
